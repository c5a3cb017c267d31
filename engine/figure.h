/* engine/figure.h - one number that a report may print: its key, its value and how exact it is. */
#ifndef PELLTER_ENGINE_FIGURE_H
#define PELLTER_ENGINE_FIGURE_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

__extension__ typedef __int128 int128;

/* A value keeps what makes it exact, so that printing rounds the number itself and not a double
   near it. */
enum value_kind {
    VALUE_UNDEFINED, /* the data cannot say; printed empty */
    VALUE_COUNT,     /* numerator */
    VALUE_RATIO,     /* numerator / denominator */
    VALUE_ROOT,      /* sqrt(numerator / denominator), not negative */
    VALUE_DOUBLE     /* number */
};

struct value {
    enum value_kind kind;
    double number; /* the value as a double, whatever its kind; NAN when undefined */
    int128 numerator, denominator; /* denominator > 0 for VALUE_RATIO and VALUE_ROOT */
};

#define VALUE_NONE ((struct value){.kind = VALUE_UNDEFINED, .number = NAN})

/* Constructors. A ratio with denominator 0 is undefined; it is reduced to lowest terms, its sign
   kept in the numerator. A root of a negative ratio is undefined. A double that is NAN is
   undefined. */
struct value value_count(int64_t count);
struct value value_ratio(int128 numerator, int128 denominator);
struct value value_root(int128 numerator, int128 denominator);
struct value value_double(double number);

/* Beside its kind, what a value is made of, in 64 bits; to be kept in large lists: a count, numerator
   and denominator, or the bits of a double. False where 64 bits are too few. */
static inline bool value_shorten(const struct value *value, int64_t *term)
{
    *term = 0;
    switch (value->kind) {
    case VALUE_COUNT:
        *term = (int64_t)value->numerator;
        return *term == value->numerator;
    case VALUE_RATIO:
    case VALUE_ROOT:
        if (value->numerator != (int32_t)value->numerator ||
            value->denominator != (int32_t)value->denominator) {
            return false;
        }
        *term = (int64_t)value->numerator * ((int64_t)1 << 32) + (int64_t)value->denominator;
        return true;
    case VALUE_DOUBLE:
        memcpy(term, &value->number, sizeof *term);
        return true;
    case VALUE_UNDEFINED:
        break;
    }
    return true;
}
/* The value as it was. */
struct value value_of_term(enum value_kind kind, int64_t term);

/* The value rounded half away from zero to `decimals` (0..9) decimals, in units of the last
   decimal, on the exact ratio or root where there is one: value_rounded(45.125, 2) is 4513.
   Undefined gives false and leaves *out alone. Values too large for int64 give false too. */
bool value_rounded(const struct value *value, unsigned decimals, int64_t *out);

/* Writes the value as tables print it: `decimals` decimals, no minus sign before a zero, "" when
   undefined. Returns the length; `size` of 40 is always enough for numbers below 1e20. */
size_t value_print(const struct value *value, unsigned decimals, char *out, size_t size);

/* The same of a number that is rounded already: 4513 at 2 decimals is 45.13. The other writes it, without a
   NUL and at most 21 bytes, so that it ends before `end`; returns where it begins. */
char *rounded_put(int64_t rounded, unsigned decimals, char *end);
size_t rounded_print(int64_t rounded, unsigned decimals, char *out, size_t size);

#endif
