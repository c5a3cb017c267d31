#include "engine/text.h"

#include <math.h>

struct text text_of(enum message message)
{
    return (struct text){.message = message};
}

struct text text_name(const char *name)
{
    return (struct text){.message = MESSAGE_NAME, .arguments = {argument_name(name)}};
}

struct argument argument_name(const char *name)
{
    return (struct argument){.kind = ARGUMENT_NAME, .name = name};
}

struct argument argument_count(uint64_t count)
{
    /* not value_count(): that takes an int64_t, and a uint64_t fits the numerator */
    const struct value value = {
        .kind = VALUE_COUNT, .number = (double)count, .numerator = count, .denominator = 1};
    return argument_value(value, 0);
}

struct argument argument_value(struct value value, unsigned decimals)
{
    return (struct argument){.kind = ARGUMENT_VALUE, .value = value, .decimals = decimals};
}

struct argument argument_p(struct value p)
{
    return (struct argument){.kind = ARGUMENT_P, .value = p, .decimals = 3};
}

struct argument argument_text(const struct text *text)
{
    return (struct argument){.kind = ARGUMENT_TEXT, .text = text};
}

struct argument argument_message(enum message message)
{
    return (struct argument){.kind = ARGUMENT_MESSAGE, .message = message};
}
