/* io/read/embedded.h - the files of scales/ as they lie in the program. What is declared here, and
   builtin_instruments of io/read/instrument.h, is defined by the source that scales/embed.c writes
   when pellter is built. */
#ifndef PELLTER_IO_READ_EMBEDDED_H
#define PELLTER_IO_READ_EMBEDDED_H

#include <stddef.h>

struct embedded_file {
    const char *path; /* "scales/wemwbs.yaml": what faults call it */
    const unsigned char *bytes;
    size_t n_bytes;
};

/* n_builtin_instruments files, in the order of builtin_instruments. */
extern const struct embedded_file embedded_files[];

#endif
