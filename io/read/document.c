#include "io/read/document.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>
#include "io/nearest.h"

#define MOST_BYTES ((size_t)1024 * 1024)
#define MOST_LEVELS 32

/* --- from bytes to a tree ------------------------------------------------------------------- */

struct builder {
    yaml_parser_t *parser;
    struct document *document;
    struct node *stack; /* owned: finished nodes whose list or map is not finished yet */
    size_t n_stack, stack_room;
    struct fault fault;
};

static struct fault fault_mark(const struct document *document, enum fault_code code,
                               yaml_mark_t mark, const char *what)
{
    return fault_at(code, document->name, mark.line + 1, mark.column + 1, "%s", what);
}

/* Line and column of byte `offset`: for what libyaml's reader refuses, where it has no mark. */
static yaml_mark_t mark_of_byte(const char *bytes, size_t offset)
{
    yaml_mark_t mark = {.index = offset};
    for (size_t i = 0; i < offset; i++) {
        if (bytes[i] == '\n') {
            mark.line++;
            mark.column = 0;
        } else if (((unsigned char)bytes[i] & 0xC0u) != 0x80u) {
            mark.column++;
        }
    }
    return mark;
}

static struct fault syntax_fault(const struct document *document, const yaml_parser_t *parser,
                                 const char *bytes, size_t n)
{
    yaml_mark_t mark = parser->problem_mark;
    const char *const problem = parser->problem == NULL ? "not valid YAML" : parser->problem;
    if (parser->error == YAML_MEMORY_ERROR) {
        return fault_memory();
    }
    if (parser->error == YAML_READER_ERROR) {
        mark = mark_of_byte(bytes, parser->problem_offset < n ? parser->problem_offset : n);
        return fault_at(FAULT_SYNTAX, document->name, mark.line + 1, mark.column + 1,
                        "a byte that is not text; save the file as UTF-8");
    }
    /* libyaml says "found character that cannot start any token", and a tab looks like spaces. */
    if (mark.index < n && bytes[mark.index] == '\t') {
        return fault_mark(document, FAULT_SYNTAX, mark, "a tab; YAML is indented with spaces only");
    }
    if (parser->context != NULL) {
        return fault_at(FAULT_SYNTAX, document->name, mark.line + 1, mark.column + 1,
                        "not valid YAML: %s (%s)", problem, parser->context);
    }
    return fault_at(FAULT_SYNTAX, document->name, mark.line + 1, mark.column + 1,
                    "not valid YAML: %s", problem);
}

/* An event that the tree has no place for, as a fault; NULL when it is welcome. */
static const char *refuse(const yaml_event_t *event)
{
    const yaml_char_t *anchor = NULL, *tag = NULL;
    switch (event->type) {
    /* Aliases of aliases can make gigabytes of ten lines. */
    case YAML_ALIAS_EVENT:
        return "an alias (*name) is not read here; write the value out";
    case YAML_SCALAR_EVENT:
        anchor = event->data.scalar.anchor;
        tag = event->data.scalar.tag;
        /* "\0" in double quotes is good YAML, but every text here ends at its first NUL. */
        if (memchr(event->data.scalar.value, '\0', event->data.scalar.length) != NULL) {
            return "a text with a NUL character in it";
        }
        break;
    case YAML_SEQUENCE_START_EVENT:
        anchor = event->data.sequence_start.anchor;
        tag = event->data.sequence_start.tag;
        break;
    case YAML_MAPPING_START_EVENT:
        anchor = event->data.mapping_start.anchor;
        tag = event->data.mapping_start.tag;
        break;
    default:
        break;
    }
    if (anchor != NULL) {
        return "an anchor (&name) is not read here; write the value out where it is needed";
    }
    return tag != NULL ? "a tag (!name) is not read here; put the text in quotes" : NULL;
}

static bool push(struct builder *b, struct node node)
{
    if (!array_grow(&b->stack, &b->stack_room, b->n_stack + 1, sizeof *b->stack)) {
        b->fault = fault_memory();
        return false;
    }
    b->stack[b->n_stack++] = node;
    return true;
}

static int compare_keys(const void *a, const void *b)
{
    const struct node *const *const first = a, *const *const second = b;
    const int order = strcmp((*first)->text, (*second)->text);
    if (order != 0) {
        return order;
    }
    return *first < *second ? -1 : *first > *second; /* of twins the later comes second */
}

/* Sorted, since a file of 1 MiB can hold a map of 200,000 keys. */
static bool check_twins(struct builder *b, const struct node *keys, size_t n)
{
    const struct node **const sorted = malloc((n + 1) * sizeof *sorted);
    if (sorted == NULL) {
        b->fault = fault_memory();
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        sorted[i] = &keys[i];
    }
    qsort(sorted, n, sizeof *sorted, compare_keys);
    for (size_t i = 1; i < n && b->fault.code == FAULT_NONE; i++) {
        if (strcmp(sorted[i - 1]->text, sorted[i]->text) == 0) {
            b->fault = node_fault(b->document, sorted[i],
                                  "the key \"%.100s\" stands twice; first in line %zu",
                                  sorted[i]->text, sorted[i - 1]->line);
        }
    }
    free(sorted);
    return b->fault.code == FAULT_NONE;
}

/* Moves what is on the stack from `base` up into a finished list or map, which takes its place. */
static bool close_collection(struct builder *b, struct node node, size_t base)
{
    const bool is_map = node.kind == NODE_MAP;
    const size_t n_taken = b->n_stack - base, n = is_map ? n_taken / 2 : n_taken;
    struct node *const children = arena_alloc(&b->document->arena, n, sizeof *children);
    struct node *const keys = arena_alloc(&b->document->arena, n, sizeof *keys);
    if (children == NULL || keys == NULL) {
        b->fault = fault_memory();
        return false;
    }
    /* In a map keys and values lie on the stack in turn. */
    for (size_t i = 0; i < n; i++) {
        children[i] = b->stack[is_map ? base + 2 * i + 1 : base + i];
        if (is_map) {
            keys[i] = b->stack[base + 2 * i];
        }
    }
    b->n_stack = base;
    node.children = children;
    node.n_children = n;
    if (is_map) {
        node.keys = keys;
        if (!check_twins(b, keys, n)) {
            return false;
        }
    }
    return push(b, node);
}

static bool push_text(struct builder *b, const yaml_event_t *event)
{
    struct node node = {.kind = NODE_TEXT,
                        .line = event->start_mark.line + 1,
                        .column = event->start_mark.column + 1};
    node.quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    node.text = arena_copy(&b->document->arena, (const char *)event->data.scalar.value,
                           event->data.scalar.length);
    if (node.text == NULL) {
        b->fault = fault_memory();
        return false;
    }
    return push(b, node);
}

/* A list or map that has been opened and not closed. */
struct level {
    struct node node;
    size_t base; /* of its children on the stack */
};

static bool open_level(struct builder *b, const yaml_event_t *event, struct level levels[],
                       size_t *depth)
{
    /* This also bounds every recursion over the finished tree. */
    if (*depth == MOST_LEVELS) {
        b->fault = fault_mark(b->document, FAULT_CONTENT, event->start_mark,
                              "lists and keys lie more than 32 levels deep");
        return false;
    }
    levels[*depth].base = b->n_stack;
    levels[*depth].node = (struct node){
        .kind = event->type == YAML_MAPPING_START_EVENT ? NODE_MAP : NODE_LIST,
        .line = event->start_mark.line + 1,
        .column = event->start_mark.column + 1,
    };
    (*depth)++;
    return true;
}

static bool take_event(struct builder *b, const yaml_event_t *event, struct level levels[],
                       size_t *depth)
{
    const struct level *const top = *depth == 0 ? NULL : &levels[*depth - 1];
    /* A finished list or map is one node on the stack: an even number means that a key is next. */
    const bool is_key =
        top != NULL && top->node.kind == NODE_MAP && (b->n_stack - top->base) % 2 == 0;
    const char *const refusal = refuse(event);
    if (refusal != NULL) {
        b->fault = fault_mark(b->document, FAULT_CONTENT, event->start_mark, refusal);
        return false;
    }
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return push_text(b, event);
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
        if (is_key) {
            b->fault = fault_mark(b->document, FAULT_CONTENT, event->start_mark,
                                  "a list or map as a key; a key is a word");
            return false;
        }
        return open_level(b, event, levels, depth);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        assert(top != NULL); /* libyaml pairs them */
        (*depth)--;
        return close_collection(b, levels[*depth].node, levels[*depth].base);
    default:
        return true; /* the stream and the document begin or end */
    }
}

/* Takes events to the end of the stream. The depth is looked at event by event, while libyaml reads
   at most 1,024 characters ahead: nested brackets cannot keep it busy. */
static void build(struct builder *b, const char *bytes, size_t n)
{
    struct level levels[MOST_LEVELS];
    size_t depth = 0, n_documents = 0;
    bool ended = false;
    while (!ended && b->fault.code == FAULT_NONE) {
        yaml_event_t event;
        if (!yaml_parser_parse(b->parser, &event)) {
            b->fault = syntax_fault(b->document, b->parser, bytes, n);
            return;
        }
        ended = event.type == YAML_STREAM_END_EVENT;
        if (event.type == YAML_DOCUMENT_START_EVENT && ++n_documents == 2) {
            b->fault = fault_mark(b->document, FAULT_CONTENT, event.start_mark,
                                  "a second document (---); one file holds one");
        } else {
            /* What it says is in b->fault, too; the event has to be deleted either way. */
            take_event(b, &event, levels, &depth);
        }
        yaml_event_delete(&event);
    }
    if (b->fault.code != FAULT_NONE) {
        return;
    }
    /* An empty file has no document at all; one of "---" alone has an empty text. */
    if (b->n_stack == 0 || (b->stack[0].kind == NODE_TEXT && b->stack[0].text[0] == '\0')) {
        b->fault = fault_at(FAULT_CONTENT, b->document->name, 1, 1, "there is nothing in the file");
        return;
    }
    b->document->root = b->stack[0];
}

struct fault document_parse(const char *name, const char *bytes, size_t n, struct document *out)
{
    yaml_parser_t parser;
    struct builder b = {.parser = &parser, .document = out};
    *out = (struct document){.name = name};
    if (n > MOST_BYTES) {
        return fault_mark(out, FAULT_CONTENT, mark_of_byte(bytes, MOST_BYTES),
                          "the file is longer than 1 MiB");
    }
    if (!yaml_parser_initialize(&parser)) {
        return fault_memory();
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)bytes, n);
    build(&b, bytes, n);
    /* The fault holds copies of its texts, so it outlives the document. */
    if (b.fault.code != FAULT_NONE) {
        document_free(out);
    }
    free(b.stack);
    yaml_parser_delete(&parser);
    return b.fault;
}

struct fault document_read(const char *path, struct document *out)
{
    struct fault fault = FAULT_FREE;
    char *bytes = NULL;
    FILE *file = NULL;
    size_t n;
    *out = (struct document){.name = path};
    bytes = malloc(MOST_BYTES + 1); /* one more, to know that there is more */
    if (bytes == NULL) {
        fault = fault_memory();
        goto done;
    }
    file = fopen(path, "rb");
    if (file == NULL) {
        fault = fault_at(FAULT_OPEN, path, 0, 0, "cannot be read: %s", strerror(errno));
        goto done;
    }
    n = fread(bytes, 1, MOST_BYTES + 1, file);
    /* A directory opens like a file and fails only when it is read. */
    if (ferror(file)) {
        fault = fault_at(FAULT_OPEN, path, 0, 0, "cannot be read: %s", strerror(errno));
        goto done;
    }
    /* The tree copies its texts, so `bytes` may go. */
    fault = document_parse(path, bytes, n, out);
done:
    if (file != NULL) {
        fclose(file);
    }
    free(bytes);
    return fault;
}

void document_free(struct document *document)
{
    arena_free(&document->arena);
    *document = (struct document){0};
}

/* --- typed questions ------------------------------------------------------------------------ */

const struct node *node_get(const struct node *map, const char *key)
{
    /* What is no map has no keys, so a caller may ask before it has checked. */
    if (map->kind != NODE_MAP) {
        return NULL;
    }
    for (size_t i = 0; i < map->n_children; i++) {
        if (strcmp(map->keys[i].text, key) == 0) {
            return &map->children[i];
        }
    }
    return NULL;
}

struct fault node_fault(const struct document *document, const struct node *node,
                        const char *format, ...)
{
    char detail[512]; /* longer than a fault's, so that fault_at does the cutting */
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    return fault_at(FAULT_CONTENT, document->name, node->line, node->column, "%s", detail);
}

/* The beginning of a text, so that in a fault what was expected is always said, too. */
struct excerpt {
    char text[64];
};

static struct excerpt excerpt(const char *text)
{
    struct excerpt out = {""};
    size_t n = strlen(text);
    if (n >= sizeof out.text) {
        n = sizeof out.text - 1;
        while (n > 0 && ((unsigned char)text[n] & 0xC0u) == 0x80u) {
            n--; /* at a whole character */
        }
    }
    memcpy(out.text, text, n);
    return out;
}

/* "found ..., expected ...". */
static struct fault unexpected(const struct document *document, const struct node *node,
                               const char *expected)
{
    switch (node->kind) {
    case NODE_LIST:
        return node_fault(document, node, "found a list, expected %s", expected);
    case NODE_MAP:
        return node_fault(document, node, "found keys with values, expected %s", expected);
    case NODE_TEXT:
    default:
        if (node->text[0] == '\0') {
            return node_fault(document, node, "found nothing, expected %s", expected);
        }
        return node_fault(document, node, "found \"%s\", expected %s", excerpt(node->text).text,
                          expected);
    }
}

/* "WHAT "word" is not known here; ...": the nearest known word, or all of them. */
static struct fault unknown_word(const struct document *document, const struct node *node,
                                 const char *what, const char *const words[], size_t n)
{
    const struct excerpt found = excerpt(node->text);
    const char *const near = nearest_word(node->text, words, n);
    char list[200] = "";
    size_t used = 0;
    /* The first scale of a file that is made of others: there is nothing to suggest. */
    if (n == 0) {
        return node_fault(document, node, "%s \"%s\" names nothing that stands before it", what,
                          found.text);
    }
    if (near != NULL) {
        return node_fault(document, node, "%s \"%s\" is not known here; did you mean \"%s\"?", what,
                          found.text, near);
    }
    /* snprintf returns the uncut length: a list that does not fit is cut, and the loop ends. */
    for (size_t i = 0; i < n && used < sizeof list; i++) {
        const int length =
            snprintf(list + used, sizeof list - used, "%s%s", i == 0 ? "" : ", ", words[i]);
        used += length > 0 ? (size_t)length : 0;
    }
    return node_fault(document, node, "%s \"%s\" is not known here; expected one of: %s", what,
                      found.text, list);
}

struct fault node_check_keys(const struct document *document, const struct node *node,
                             const char *const keys[], size_t n)
{
    if (node == &document->root && node->kind == NODE_TEXT) {
        /* not quoted: it may be the first row of a data file that was given by mistake */
        return node_fault(document, node, "found a plain text, expected keys with values");
    }
    if (node->kind != NODE_MAP) {
        return unexpected(document, node, "keys with values");
    }
    for (size_t i = 0; i < node->n_children; i++) {
        size_t k = 0;
        while (k < n && strcmp(node->keys[i].text, keys[k]) != 0) {
            k++;
        }
        if (k == n) {
            return unknown_word(document, &node->keys[i], "the key", keys, n);
        }
    }
    return FAULT_FREE;
}

struct fault node_text(const struct document *document, const struct node *node, const char **out)
{
    if (node->kind != NODE_TEXT || node->text[0] == '\0') {
        return unexpected(document, node, "a text");
    }
    *out = node->text;
    return FAULT_FREE;
}

struct fault node_integer(const struct document *document, const struct node *node, int64_t lowest,
                          int64_t highest, int64_t *out)
{
    char expected[80];
    snprintf(expected, sizeof expected, "a whole number from %" PRId64 " to %" PRId64, lowest,
             highest);
    if (node->kind != NODE_TEXT) {
        return unexpected(document, node, expected);
    }
    /* strtoll alone would also take leading white space, and stop at "3 months" without a word. */
    const char *const digits =
        node->text[0] == '-' || node->text[0] == '+' ? node->text + 1 : node->text;
    if (digits[0] == '\0' || strspn(digits, "0123456789") != strlen(digits)) {
        return unexpected(document, node, expected);
    }
    errno = 0;
    const long long value = strtoll(node->text, NULL, 10);
    if (errno != 0 || value < lowest || value > highest) {
        return unexpected(document, node, expected);
    }
    *out = value;
    return FAULT_FREE;
}

struct fault node_number(const struct document *document, const struct node *node, double lowest,
                         double highest, double *out)
{
    char expected[120];
    char *end;
    snprintf(expected, sizeof expected, "a number from %g to %g", lowest, highest);
    /* strtod alone would also take "inf", "nan" and hexadecimal */
    if (node->kind != NODE_TEXT || node->text[0] == '\0' ||
        strspn(node->text, "+-.0123456789eE") != strlen(node->text)) {
        return unexpected(document, node, expected);
    }
    const double value = strtod(node->text, &end);
    if (*end != '\0' || !isfinite(value) || !(value >= lowest && value <= highest)) {
        return unexpected(document, node, expected);
    }
    *out = value;
    return FAULT_FREE;
}

static bool equal_but_for_case(const char *a, const char *b)
{
    while (*a != '\0' && tolower((unsigned char)*a) == tolower((unsigned char)*b)) {
        a++;
        b++;
    }
    return *a == '\0' && *b == '\0';
}

struct fault node_yes_no(const struct document *document, const struct node *node, bool *out)
{
    if (node->kind == NODE_TEXT) {
        if (equal_but_for_case(node->text, "yes") || equal_but_for_case(node->text, "true")) {
            *out = true;
            return FAULT_FREE;
        }
        if (equal_but_for_case(node->text, "no") || equal_but_for_case(node->text, "false")) {
            *out = false;
            return FAULT_FREE;
        }
    }
    return unexpected(document, node, "yes or no");
}

struct fault node_word(const struct document *document, const struct node *node,
                       const char *const words[], size_t n, size_t *out)
{
    if (node->kind != NODE_TEXT || node->text[0] == '\0') {
        return unexpected(document, node, "one word");
    }
    for (size_t i = 0; i < n; i++) {
        if (strcmp(node->text, words[i]) == 0) {
            *out = i;
            return FAULT_FREE;
        }
    }
    return unknown_word(document, node, "the word", words, n);
}
