/* io/read/cells.c - see cells.h. */
#include "io/read/cells.h"

#include <string.h>
#include "io/read/bytes.h"

#define NAMES_MAX 1000 /* that one pattern may give */

static const char digits[] = "0123456789";

/* Not tolower(): what a file says must not depend on the locale of who reads it. */
static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *const missing_words[] = {"", "na", "n/a", "#n/a", "null", "nan", "."};

bool text_is_missing(const char *text)
{
    for (size_t i = 0; i < sizeof missing_words / sizeof missing_words[0]; i++) {
        const char *const word = missing_words[i];
        size_t k = 0;
        while (word[k] != '\0' && lower(text[k]) == word[k]) {
            k++;
        }
        if (word[k] == '\0' && text[k] == '\0') {
            return true;
        }
    }
    return false;
}

/* magnitude = magnitude * 10 + digit; false, with nothing changed, where that is above `limit`. */
static bool append_digit(uint64_t *magnitude, char digit, uint64_t limit)
{
    const uint64_t value = (uint64_t)(digit - '0');

    if (*magnitude > (limit - value) / 10) {
        return false;
    }
    *magnitude = *magnitude * 10 + value;
    return true;
}

/* The length of a sign at the beginning of `text`, or 0. */
static size_t sign_length(const char *text)
{
    if (*text == '-' || *text == '+') {
        return 1;
    }
    return strncmp(text, "\xE2\x88\x92", 3) == 0 ? 3 : 0; /* U+2212, the minus of typography */
}

bool text_decimal(const char *text, unsigned decimals, int64_t *out)
{
    const size_t n_sign = sign_length(text);
    const bool negative = n_sign > 0 && *text != '+';
    const uint64_t limit = (uint64_t)INT64_MAX + negative;
    const char *const whole = text + n_sign;
    const size_t n_whole = strspn(whole, digits);
    /* A comma is a decimal mark, never one of thousands: "1,000" is 1. */
    const size_t n_mark = whole[n_whole] == '.' || whole[n_whole] == ',';
    const char *const fraction = whole + n_whole + n_mark;
    const size_t n_fraction = strspn(fraction, digits);
    uint64_t magnitude = 0;

    if (n_whole + n_fraction == 0 || fraction[n_fraction] != '\0') {
        return false;
    }
    for (size_t i = 0; i < n_whole; i++) {
        if (!append_digit(&magnitude, whole[i], limit)) {
            return false;
        }
    }
    /* Decimals that are not written are 0; those beyond must be 0, so that nothing is ever
       rounded. */
    for (size_t i = 0; i < decimals || i < n_fraction; i++) {
        const char digit = i < n_fraction ? fraction[i] : '0';
        if (i < decimals ? !append_digit(&magnitude, digit, limit) : digit != '0') {
            return false;
        }
    }
    /* INT64_MIN has no positive counterpart to negate */
    *out = !negative ? (int64_t)magnitude : magnitude == 0 ? 0 : -(int64_t)(magnitude - 1) - 1;
    return true;
}

/* Steps over white space; was there any? */
static bool skip_white_space(const char **text)
{
    const char *const start = *text;
    size_t length;

    /* a NUL is no white space, so that three bytes are never looked at behind the end */
    while ((length = white_space_at(*text, strnlen(*text, 3))) > 0) {
        *text += length;
    }
    return *text != start;
}

bool text_alike(const char *a, const char *b)
{
    skip_white_space(&a);
    skip_white_space(&b);
    while (*a != '\0' && *b != '\0') {
        const char in_a = *a == '_' ? '-' : lower(*a);
        const char in_b = *b == '_' ? '-' : lower(*b);
        if (in_a != in_b) {
            return false;
        }
        a++;
        b++;
        /* at the end, white space counts for nothing */
        const bool space_a = skip_white_space(&a) && *a != '\0';
        const bool space_b = skip_white_space(&b) && *b != '\0';
        if (space_a != space_b) {
            return false;
        }
    }
    return *a == *b;
}

/* Reads `fewest` to `most` digits, at most 9. */
static bool read_digits(const char **text, size_t fewest, size_t most, int *out)
{
    size_t n = 0;

    for (*out = 0; n < most && is_digit(**text); n++) {
        *out = *out * 10 + (**text - '0');
        (*text)++;
    }
    return n >= fewest;
}

static bool read_char(const char **text, char expected)
{
    if (**text != expected) {
        return false;
    }
    (*text)++;
    return true;
}

static const int days_of_month[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

static int month_days(int year, int month)
{
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days_of_month[month - 1] + (month == 2 && leap);
}

/* Days from 1970-01-01 to a date of the proleptic Gregorian calendar, year >= 0. Years are counted
   from March, so that the leap day is a year's last, and `month` from March = 0: the days before it
   are then (153 month + 2) / 5. 719,468 days lie between 0000-03-01 and 1970-01-01.
   source: Hinnant, "chrono-Compatible Low-Level Date Algorithms" (2013), days_from_civil,
   https://howardhinnant.github.io/date_algorithms.html */
static int64_t days_from_date(int year, int month, int day)
{
    const int64_t y = (int64_t)year - (month <= 2) + 400; /* 400 on, so that none is below 0 */
    const int64_t m = (month + 9) % 12;

    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + (day - 1) - 719468 - 146097;
}

/* A time of day at the end of a text: H:MM, seconds and a fraction of them if there are any, and
   perhaps Z or an offset from UTC. */
static bool read_time(const char *text)
{
    int hour, minute, second = 0;

    if (!read_digits(&text, 1, 2, &hour) || !read_char(&text, ':') ||
        !read_digits(&text, 2, 2, &minute) ||
        (read_char(&text, ':') && !read_digits(&text, 2, 2, &second)) || hour > 23 || minute > 59 ||
        second > 60) { /* 60: a leap second */
        return false;
    }
    if (*text == '.' || *text == ',') {
        text++;
        if (!is_digit(*text)) {
            return false;
        }
        text += strspn(text, digits);
    }
    if (*text == 'Z') {
        text++;
    } else if (*text == '+' || *text == '-') {
        text++;
        if (!read_digits(&text, 2, 2, &hour) || hour > 23) {
            return false;
        }
        if (*text != '\0') {
            (void)read_char(&text, ':');
            if (!read_digits(&text, 2, 2, &minute) || minute > 59) {
                return false;
            }
        }
    }
    return *text == '\0';
}

/* Reads YYYY-MM-DD, with or without a time. */
static bool read_iso_date(const char *text, int *year, int *month, int *day)
{
    return read_digits(&text, 4, 4, year) && read_char(&text, '-') &&
           read_digits(&text, 2, 2, month) && read_char(&text, '-') &&
           read_digits(&text, 2, 2, day) &&
           (*text == '\0' || ((*text == 'T' || *text == ' ') && read_time(text + 1)));
}

/* Reads D/M/YYYY with the same mark between its parts. */
static bool read_day_first(const char *text, int *year, int *month, int *day)
{
    char mark;

    if (!read_digits(&text, 1, 2, day)) {
        return false;
    }
    mark = *text;
    return (mark == '/' || mark == '-' || mark == '.') && read_char(&text, mark) &&
           read_digits(&text, 1, 2, month) && read_char(&text, mark) &&
           read_digits(&text, 4, 4, year) && *text == '\0';
}

bool text_date(const char *text, bool day_first, int64_t *days)
{
    int year, month, day;

    if (!read_iso_date(text, &year, &month, &day) &&
        !(day_first && read_day_first(text, &year, &month, &day))) {
        return false;
    }
    if (month < 1 || month > 12 || day < 1 || day > month_days(year, month)) {
        return false;
    }
    *days = days_from_date(year, month, day);
    return true;
}

/* What stands before, in and behind the braces of a pattern. */
struct braces {
    const char *prefix, *inside, *suffix;
    int n_prefix;
    size_t n_inside;
};

static const char no_memory[] = "not enough memory";
static const char range_expected[] =
    "braces that hold neither a range such as {1..14} nor a list such as {1,3,5}";

/* Names from `first` to `last`, padded with zeros to `width`. */
static const char *expand_range(const struct braces *b, struct arena *arena, const char ***names,
                                size_t *n)
{
    const char *text = b->inside;
    const char *const end = b->inside + b->n_inside;
    int first, last, width;

    if (!read_digits(&text, 1, 9, &first)) {
        return range_expected;
    }
    width = (int)(text - b->inside);
    if (strncmp(text, "..", 2) != 0) {
        return range_expected;
    }
    text += 2;
    if (!read_digits(&text, 1, 9, &last) || text != end) {
        return range_expected;
    }
    if (last < first) {
        return "a range that runs downwards; expected the lower number first";
    }
    /* Before any memory is asked for: {1..999999999} is short to write. */
    if (last - first >= NAMES_MAX) {
        return "a pattern for more than 1,000 names";
    }
    *n = (size_t)(last - first) + 1;
    *names = arena_alloc(arena, *n, sizeof **names);
    for (size_t i = 0; *names != NULL && i < *n; i++) {
        (*names)[i] = arena_printf(arena, "%.*s%0*d%s", b->n_prefix, b->prefix, width,
                                   first + (int)i, b->suffix);
        if ((*names)[i] == NULL) {
            return no_memory;
        }
    }
    return *names == NULL ? no_memory : NULL;
}

/* The next entry of a list, without the white space around it, and where the one after it begins;
   NULL for an entry that is empty or holds a range. */
static const char *list_entry(const char **text, const char *end, int *length)
{
    const char *const comma = memchr(*text, ',', (size_t)(end - *text));
    const char *stop = comma == NULL ? end : comma;
    const char *start = *text;

    *text = comma == NULL ? end : comma + 1;
    while (start < stop && *start == ' ') {
        start++;
    }
    while (stop > start && stop[-1] == ' ') {
        stop--;
    }
    /* {1..3,5} would else quietly give a name with dots in it, which no file has. */
    for (const char *p = start; p + 1 < stop; p++) {
        if (p[0] == '.' && p[1] == '.') {
            return NULL;
        }
    }
    *length = (int)(stop - start);
    return stop > start ? start : NULL;
}

static const char *expand_list(const struct braces *b, struct arena *arena, const char ***names,
                               size_t *n)
{
    const char *text = b->inside;
    const char *const end = b->inside + b->n_inside;

    *n = 1;
    for (const char *p = text; p < end; p++) {
        *n += *p == ',';
    }
    if (*n > NAMES_MAX) {
        return "a pattern for more than 1,000 names";
    }
    *names = arena_alloc(arena, *n, sizeof **names);
    for (size_t i = 0; *names != NULL && i < *n; i++) {
        int length;
        const char *const entry = list_entry(&text, end, &length);
        if (entry == NULL) {
            return "a list in braces with an empty entry, or with a range in it; expected a list "
                   "such as {1,3,5}";
        }
        (*names)[i] =
            arena_printf(arena, "%.*s%.*s%s", b->n_prefix, b->prefix, length, entry, b->suffix);
        if ((*names)[i] == NULL) {
            return no_memory;
        }
    }
    return *names == NULL ? no_memory : NULL;
}

/* Takes a pattern with braces apart: NULL, or what is wrong with it. */
static const char *find_braces(const char *pattern, struct braces *out)
{
    const char *const open = strchr(pattern, '{');
    const char *const close = strchr(pattern, '}');

    if (open == NULL || close == NULL || close < open) {
        return open == NULL || (close != NULL && close < open)
                   ? "a closing brace without an opening one before it"
                   : "an opening brace without a closing one";
    }
    if (strchr(open + 1, '{') != NULL || strchr(close + 1, '}') != NULL) {
        return "more than one pair of braces; expected one";
    }
    /* Below, lengths are kept as int, for printf's precision; and 1,000 names repeat this text. */
    if (strlen(pattern) > 10000) {
        return "a pattern longer than 10,000 characters";
    }
    *out = (struct braces){.prefix = pattern,
                           .inside = open + 1,
                           .suffix = close + 1,
                           .n_prefix = (int)(open - pattern),
                           .n_inside = (size_t)(close - open - 1)};
    return NULL;
}

bool pattern_expand(const char *pattern, struct arena *arena, const char *const **names, size_t *n,
                    const char **why)
{
    const char **list = NULL;
    struct braces braces;

    *names = NULL;
    *n = 0;
    *why = NULL;
    if (*pattern == '\0') {
        *why = "an empty text; expected the name of a column, or a pattern for several";
    } else if (strpbrk(pattern, "{}") != NULL) {
        *why = find_braces(pattern, &braces);
        if (*why == NULL) {
            *why = (memchr(braces.inside, ',', braces.n_inside) != NULL
                        ? expand_list
                        : expand_range)(&braces, arena, &list, n);
        }
    } else {
        *n = 1;
        list = arena_alloc(arena, 1, sizeof *list);
        if (list != NULL) {
            list[0] = arena_copy(arena, pattern, strlen(pattern));
        }
        *why = list == NULL || list[0] == NULL ? no_memory : NULL;
    }
    if (*why != NULL) {
        *n = 0;
        return false;
    }
    *names = list;
    return true;
}
