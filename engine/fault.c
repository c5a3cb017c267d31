#include "engine/fault.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static bool is_continuation(char byte)
{
    return ((unsigned char)byte & 0xC0u) == 0x80u;
}

/* Removes a UTF-8 character that was cut off at the end of `text`. */
static void drop_cut_character(char *text)
{
    size_t end = strlen(text), start = end, length;
    /* A character has at most four bytes: one that leads and three that continue. */
    while (start > 0 && end - start < 3 && is_continuation(text[start - 1])) {
        start--;
    }
    if (start == 0) {
        return;
    }
    start--;
    const unsigned char lead = (unsigned char)text[start];
    length = lead >= 0xF0u ? 4 : lead >= 0xE0u ? 3 : lead >= 0xC0u ? 2 : 1;
    if (end - start < length) {
        text[start] = '\0';
    }
}

/* The end of a path says more than its beginning. */
static void keep_end(char *out, size_t room, const char *text)
{
    const size_t length = strlen(text);
    if (length < room) {
        memcpy(out, text, length + 1);
        return;
    }
    /* Room for three dots, the end of the path and the NUL. */
    const char *from = text + (length - (room - 4));
    while (is_continuation(*from)) {
        from++;
    }
    snprintf(out, room, "...%s", from);
}

struct fault fault_at(enum fault_code code, const char *file, size_t row, size_t column,
                      const char *format, ...)
{
    struct fault fault = {.code = code, .row = row, .column = column};
    va_list arguments;
    if (file != NULL) {
        keep_end(fault.file, sizeof fault.file, file);
    }
    va_start(arguments, format);
    const int length = vsnprintf(fault.detail, sizeof fault.detail, format, arguments);
    va_end(arguments);
    /* vsnprintf() says how long the text would have been, and cuts it between any two bytes. */
    if (length >= (int)sizeof fault.detail) {
        drop_cut_character(fault.detail);
    }
    return fault;
}

struct fault fault_memory(void)
{
    return fault_at(FAULT_MEMORY, NULL, 0, 0, "not enough memory");
}
