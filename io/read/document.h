/* io/read/document.h - a YAML document as a tree that remembers lines and columns, and the typed
   questions that study and instrument files ask of it. */
#ifndef PELLTER_IO_READ_DOCUMENT_H
#define PELLTER_IO_READ_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "engine/fault.h"
#include "engine/memory.h"

enum node_kind { NODE_TEXT, NODE_LIST, NODE_MAP };

/* One value. Plain data, owned by its document. */
struct node {
    enum node_kind kind;
    size_t line, column;         /* 1-based */
    const char *text;            /* NODE_TEXT: NUL-terminated UTF-8, "" for an empty value */
    bool quoted;                 /* NODE_TEXT: written in quotes, so never a number or a null */
    const struct node *children; /* NODE_LIST: n_children items; NODE_MAP: the values */
    const struct node *keys;     /* NODE_MAP: n_children keys, all NODE_TEXT, none twice */
    size_t n_children;
};

struct document {
    const char *name; /* borrowed: what faults call the file */
    struct node root;
    struct arena arena; /* owned: all nodes and texts */
};

/* Parses n bytes as one YAML document. At most 1 MiB, 32 levels deep, no aliases or anchors, no
   second document, no key twice, no tags: each of these is a fault with line and column. An empty
   document is a fault. The nesting is counted event by event, since libyaml left alone takes
   seconds on 50,000 brackets. On success the caller frees *out with document_free(); on a fault
   *out is empty. */
MUST_CHECK struct fault document_parse(const char *name, const char *bytes, size_t n,
                                       struct document *out);

/* The same for a file. A directory, an unreadable or a missing file is FAULT_OPEN. */
MUST_CHECK struct fault document_read(const char *path, struct document *out);

void document_free(struct document *document);

/* The value of `key` in a map, or NULL. */
const struct node *node_get(const struct node *map, const char *key);

/* The questions below fault at the node's line and column, saying what was found and what was
   expected ("line" and "column" fill the fault's row and column). */

/* `node` is a map with no key outside `keys` (n of them); an unknown key names the nearest
   known. */
MUST_CHECK struct fault node_check_keys(const struct document *document, const struct node *node,
                                        const char *const keys[], size_t n);

/* A text that is not empty. */
MUST_CHECK struct fault node_text(const struct document *document, const struct node *node,
                                  const char **out);
/* A whole number in lowest..highest, unquoted or quoted. */
MUST_CHECK struct fault node_integer(const struct document *document, const struct node *node,
                                     int64_t lowest, int64_t highest, int64_t *out);
/* A decimal number (no exponent needed, "." as the point), finite, in lowest..highest. */
MUST_CHECK struct fault node_number(const struct document *document, const struct node *node,
                                    double lowest, double highest, double *out);
/* yes / no / true / false, any case. */
MUST_CHECK struct fault node_yes_no(const struct document *document, const struct node *node,
                                    bool *out);
/* One of `words` (n of them): its index. Otherwise the nearest word is named. */
MUST_CHECK struct fault node_word(const struct document *document, const struct node *node,
                                  const char *const words[], size_t n, size_t *out);
/* A fault at this node. */
struct fault node_fault(const struct document *document, const struct node *node,
                        const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
