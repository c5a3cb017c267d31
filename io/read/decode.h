/* io/read/decode.h - what the bytes of a cell mean as text. */
#ifndef PELLTER_IO_READ_DECODE_H
#define PELLTER_IO_READ_DECODE_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes that a text must have behind it, of any value: they are looked at, and make no
   difference. */
#define TEXT_PADDING 80

/* A cell: UTF-8, without white space at either end (a no-break space and a BOM count as white
   space), NUL-terminated, valid until the handler returns. */
struct cell {
    const char *text;
    size_t length;
};

/* Room for one cell's text. Start with {0}; free(room.bytes). */
struct text_room {
    char *bytes; /* owned */
    size_t capacity;
};

/* n bytes of a file as a cell: UTF-8, or Windows-1252 where they are not. TEXT_PADDING bytes behind
   them may be read. Valid until `room` is used again. False: no memory. */
bool text_decode(const char *text, size_t n, struct text_room *room, struct cell *out);

#endif
