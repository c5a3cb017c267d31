/* engine/fault.h - what stops the work: a value that travels up unchanged to the one place that
   prints. Oddities in the data that do not stop it are findings (engine/findings.h). */
#ifndef PELLTER_ENGINE_FAULT_H
#define PELLTER_ENGINE_FAULT_H

#include <stddef.h>

#define MUST_CHECK __attribute__((warn_unused_result))

enum fault_code {
    FAULT_NONE, /* nothing happened, the rest is empty */
    FAULT_MEMORY,
    FAULT_OPEN,    /* a file or directory could not be opened, read or made */
    FAULT_SYNTAX,  /* not the format it should be: CSV quoting, YAML, a binary file */
    FAULT_CONTENT, /* well formed, but not what was expected */
    FAULT_USAGE,   /* the command line */
    FAULT_WRITE,   /* output could not be written whole */
    FAULT_INTERRUPTED
};

struct fault {
    enum fault_code code;
    char file[256];     /* the name the caller asked for, its end if longer; "" = does not apply */
    size_t row, column; /* 1-based, as a spreadsheet shows them; 0 = does not apply */
    char detail[400];   /* what was found, what was expected; quotes the study file's words, never
                           a cell; cut at a whole character */
};

#define FAULT_FREE ((struct fault){.code = FAULT_NONE})

/* A fault with a printf-style detail. `file` may be NULL. */
struct fault fault_at(enum fault_code code, const char *file, size_t row, size_t column,
                      const char *format, ...) __attribute__((format(printf, 5, 6)));

struct fault fault_memory(void);

#endif
