#include "io/write/lines.h"

#include <string.h>

void lines_begin(struct lines *lines, FILE *out)
{
    lines->out = out; /* and not the bytes, which need not be zeroed for each field */
    lines->n = 0;
}

void lines_put(struct lines *lines, const char *bytes, size_t n)
{
    if (n > sizeof lines->bytes - lines->n) {
        lines_end(lines);
        if (n > sizeof lines->bytes) {
            fwrite(bytes, 1, n, lines->out);
            return;
        }
    }
    memcpy(lines->bytes + lines->n, bytes, n);
    lines->n += n;
}

void lines_text(struct lines *lines, const char *text)
{
    lines_put(lines, text, strlen(text));
}

void lines_repeat(struct lines *lines, char byte, size_t n)
{
    while (n > 0) {
        const size_t room = sizeof lines->bytes - lines->n;
        const size_t some = n < room ? n : room;
        memset(lines->bytes + lines->n, byte, some);
        lines->n += some;
        n -= some;
        if (n > 0) {
            lines_end(lines);
        }
    }
}

void lines_end(struct lines *lines)
{
    if (lines->n > 0) {
        fwrite(lines->bytes, 1, lines->n, lines->out);
        lines->n = 0;
    }
}
