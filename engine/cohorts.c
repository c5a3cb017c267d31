/* engine/cohorts.c - a cohort is a tuple of value numbers, kept as the bytes of its numbers in a
   table of names. So a value that looks like two values joined, or a site that is called "All",
   cannot be mistaken for anything else: labels are made for printing and are never compared.

   Numbers are given in the order of the rows; nothing that is printed may depend on it. What is
   printed goes by rank, the place of a value in natural order. */
#include "engine/cohorts.h"

#include <stdlib.h>
#include <string.h>

bool cohorts_init(struct cohorts *cohorts, size_t n_columns)
{
    uint32_t not_recorded;
    *cohorts = (struct cohorts){.n_columns = n_columns};
    /* The first name gets number 0, and a cell that says just this finds it again. */
    return names_add(&cohorts->values, COHORT_NOT_RECORDED, strlen(COHORT_NOT_RECORDED),
                     &not_recorded);
}

void cohorts_free(struct cohorts *cohorts)
{
    names_free(&cohorts->values);
    names_free(&cohorts->tuples);
    *cohorts = (struct cohorts){0};
}

bool cohorts_value(struct cohorts *cohorts, const char *text, size_t length, uint32_t *value)
{
    if (length == 0) {
        *value = 0;
        return true;
    }
    return names_add(&cohorts->values, text, length, value);
}

/* The bytes need no separator, since every tuple has n_columns numbers. Without columns the text is
   empty, and everyone is in cohort 0. */
bool cohorts_add(struct cohorts *cohorts, const uint32_t values[], uint32_t *cohort)
{
    return names_add(&cohorts->tuples, (const char *)values, cohorts->n_columns * sizeof *values,
                     cohort);
}

uint32_t cohorts_value_of(const struct cohorts *cohorts, uint32_t cohort, size_t column)
{
    uint32_t value;
    /* Copied out: a name's text starts at any byte and need not be aligned for a uint32_t. */
    memcpy(&value, names_text(&cohorts->tuples, cohort) + column * sizeof value, sizeof value);
    return value;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The length of a run of digits without its leading zeros, which are skipped. */
static size_t digits_length(const char **text)
{
    size_t n = 0;
    while (**text == '0' && is_digit((*text)[1])) {
        (*text)++;
    }
    while (is_digit((*text)[n])) {
        n++;
    }
    return n;
}

int natural_compare(const char *a, const char *b)
{
    const char *const whole_a = a, *const whole_b = b;
    while (*a != '\0' && *b != '\0') {
        if (is_digit(*a) && is_digit(*b)) {
            const size_t n_a = digits_length(&a), n_b = digits_length(&b);
            /* Without leading zeros the longer run is the larger number, however long. */
            const int order = n_a == n_b ? strncmp(a, b, n_a) : (n_a < n_b ? -1 : 1);
            if (order != 0) {
                return order;
            }
            a += n_a;
            b += n_b;
        } else if (*a != *b) {
            return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
        } else {
            a++;
            b++;
        }
    }
    if (*a != *b) {
        return *a == '\0' ? -1 : 1;
    }
    return strcmp(whole_a, whole_b); /* "1" and "01" differ, but stand together */
}

static int value_compare(const struct cohorts *cohorts, uint32_t a, uint32_t b)
{
    if (a == b) {
        return 0;
    }
    if (a == 0 || b == 0) {
        return a == 0 ? 1 : -1;
    }
    return natural_compare(names_text(&cohorts->values, a), names_text(&cohorts->values, b));
}

int cohorts_compare(const struct cohorts *cohorts, uint32_t a, uint32_t b)
{
    int order = 0;
    for (size_t i = 0; i < cohorts->n_columns && order == 0; i++) {
        order = value_compare(cohorts, cohorts_value_of(cohorts, a, i),
                              cohorts_value_of(cohorts, b, i));
    }
    return order;
}

/* A cohort with the rank of each of its values in one breakdown's columns: comparing ranks is
   comparing values, without reading a text twice. */
struct ranked {
    const uint32_t *ranks; /* n_columns, borrowed */
    size_t n_columns;
    uint32_t cohort;
};

/* 0 for different cohorts that agree in the breakdown's columns: these are one group. */
static int ranked_compare(const void *a, const void *b)
{
    const struct ranked *const x = a, *const y = b;
    for (size_t i = 0; i < x->n_columns; i++) {
        if (x->ranks[i] != y->ranks[i]) {
            return x->ranks[i] < y->ranks[i] ? -1 : 1;
        }
    }
    return 0;
}

/* The beginning of a text, so that what differs there needs no second look: of two texts that natural_compare()
   puts in an order, the first has no greater key. A run of digits is a digit, how many there are, and they. */
static uint64_t natural_key(const char *text)
{
    uint64_t key = 0;
    unsigned room = 64;
    while (*text != '\0' && room > 0) {
        size_t n = 1;
        if (is_digit(*text)) {
            n = digits_length(&text);
            key |= (uint64_t)'0' << (room -= 8);
            if (room == 0) {
                break;
            }
            key |= (uint64_t)(n < UINT8_MAX ? n : UINT8_MAX) << (room -= 8);
            if (n >= UINT8_MAX) {
                break;
            }
        }
        for (; n > 0 && room > 0; n--) {
            key |= (uint64_t)(unsigned char)*text++ << (room -= 8);
        }
    }
    return key;
}

struct value_text {
    uint64_t key;
    const struct cohorts *cohorts;
    uint32_t value;
};

static int value_text_compare(const void *a, const void *b)
{
    const struct value_text *const x = a, *const y = b;
    if (x->key != y->key) {
        return x->key < y->key ? -1 : 1;
    }
    return value_compare(x->cohorts, x->value, y->value);
}

/* ranks[value] = its place in printing order. */
static bool rank_values(const struct cohorts *cohorts, uint32_t ranks[])
{
    /* Never 0, since COHORT_NOT_RECORDED is always there. */
    const size_t n = cohorts->values.n_names;
    struct value_text *const order = calloc(n, sizeof *order);
    if (order == NULL) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        /* what is not recorded comes last */
        order[i] = (struct value_text){
            i == 0 ? UINT64_MAX : natural_key(names_text(&cohorts->values, (uint32_t)i)), cohorts,
            (uint32_t)i};
    }
    qsort(order, n, sizeof *order, value_text_compare);
    for (size_t i = 0; i < n; i++) {
        ranks[order[i].value] = (uint32_t)i;
    }
    free(order);
    return true;
}

/* Could a slash of this text be taken for a separator, once " / " stands before and behind it? */
static bool has_separator(const char *text, size_t length)
{
    return strstr(text, " / ") != NULL || strncmp(text, "/ ", 2) == 0 || strcmp(text, "/") == 0 ||
           (length >= 2 && strcmp(text + length - 2, " /") == 0);
}

const char *crossing_value(struct arena *arena, const char *text)
{
    const size_t length = strlen(text);
    char *out, *end;
    if (text[0] != '"' && !has_separator(text, length)) {
        return text;
    }
    /* Room for a text of nothing but quotes, each doubled, for the two around it and the NUL, which
       is there as arena memory is zeroed. */
    out = arena_alloc(arena, 2 * length + 3, 1);
    if (out == NULL) {
        return NULL;
    }
    end = out;
    *end++ = '"';
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"') {
            *end++ = '"';
        }
        *end++ = text[i];
    }
    *end = '"';
    return out;
}

static const char *group_label(struct arena *arena, const struct cohorts *cohorts,
                               const struct breakdown *breakdown, uint32_t cohort)
{
    const char *label = "All";
    for (size_t i = 0; i < breakdown->n_columns; i++) {
        const uint32_t value = cohorts_value_of(cohorts, cohort, breakdown->columns[i]);
        const char *text = names_text(&cohorts->values, value);
        /* A value by itself is its own label: nothing stands beside it that it could run into. */
        if (breakdown->n_columns > 1) {
            text = crossing_value(arena, text);
        }
        if (text == NULL) {
            return NULL;
        }
        label = i == 0 ? arena_copy(arena, text, strlen(text))
                       : arena_printf(arena, "%s / %s", label, text);
        if (label == NULL) {
            return NULL;
        }
    }
    return label;
}

/* Walks the cohorts in printing order and opens a group wherever the ranks change. */
static bool number_groups(struct grouping *grouping, const struct cohorts *cohorts,
                          const struct breakdown *breakdown, const struct ranked sorted[])
{
    for (size_t i = 0; i < cohorts->tuples.n_names; i++) {
        if (i == 0 || ranked_compare(&sorted[i - 1], &sorted[i]) != 0) {
            /* Any cohort of the group gives the same label, so it does not matter which qsort() put
               first. */
            const char *const label =
                group_label(&grouping->arena, cohorts, breakdown, sorted[i].cohort);
            if (label == NULL) {
                return false;
            }
            grouping->members[grouping->n_groups] = sorted[i].cohort;
            grouping->labels[grouping->n_groups++] = label;
        }
        grouping->group_of[sorted[i].cohort] = (uint32_t)(grouping->n_groups - 1);
    }
    return true;
}

bool grouping_init(struct grouping *grouping, const struct cohorts *cohorts,
                   const struct breakdown *breakdown)
{
    const size_t n = cohorts->tuples.n_names, width = breakdown->n_columns;
    uint32_t *const value_ranks = calloc(cohorts->values.n_names, sizeof *value_ranks);
    /* One more than needed, as calloc() may answer NULL to 0 elements, which is no failure. */
    uint32_t *const ranks = calloc(n * width + 1, sizeof *ranks);
    struct ranked *const sorted = calloc(n + 1, sizeof *sorted);
    bool done = false;
    *grouping = (struct grouping){.group_of = calloc(n + 1, sizeof *grouping->group_of),
                                  .labels = calloc(n + 1, sizeof *grouping->labels),
                                  .members = calloc(n + 1, sizeof *grouping->members)};
    if (value_ranks == NULL || ranks == NULL || sorted == NULL || grouping->group_of == NULL ||
        grouping->labels == NULL || grouping->members == NULL ||
        (width > 0 && !rank_values(cohorts, value_ranks))) {
        goto done;
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < width; j++) {
            ranks[i * width + j] =
                value_ranks[cohorts_value_of(cohorts, (uint32_t)i, breakdown->columns[j])];
        }
        sorted[i] = (struct ranked){ranks + i * width, width, (uint32_t)i};
    }
    if (width > 0) {
        qsort(sorted, n, sizeof *sorted, ranked_compare);
    }
    done = number_groups(grouping, cohorts, breakdown, sorted);
    if (width == 0 && n == 0) { /* All is there even where nobody is */
        grouping->labels[grouping->n_groups++] = "All";
    }
done:
    free(value_ranks);
    free(ranks);
    free(sorted);
    if (!done) {
        grouping_free(grouping);
    }
    return done;
}

void grouping_free(struct grouping *grouping)
{
    free(grouping->group_of);
    free(grouping->members);
    free(grouping->labels);
    arena_free(&grouping->arena);
    *grouping = (struct grouping){0};
}

bool grouping_is_recorded(const struct grouping *grouping, const struct cohorts *cohorts,
                          const struct breakdown *breakdown, uint32_t group)
{
    for (size_t i = 0; i < breakdown->n_columns; i++) {
        if (cohorts_value_of(cohorts, grouping->members[group], breakdown->columns[i]) == 0) {
            return false;
        }
    }
    return true;
}
