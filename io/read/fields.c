#include "io/read/fields.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define MOST_NAME 40
/* Ten digits in all: a value times the units of a scale stays far within 64 bits. */
#define WHOLE_DIGITS 6
#define DECIMALS 4

static const char *const confidence_letters[] = {"V", "S", "G", "C", "U"}; /* as the enum */

static char plain(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Dashes are skipped before each letter and at the end, so none is a difference by itself. */
bool names_alike(const char *a, const char *b)
{
    for (;;) {
        a += strspn(a, "-_");
        b += strspn(b, "-_");
        if (plain(*a) != plain(*b) || *a == '\0') {
            return plain(*a) == plain(*b);
        }
        a++;
        b++;
    }
}

bool going(const struct loader *loader)
{
    return loader->fault.code == FAULT_NONE;
}

/* The first fault: what follows is often only its consequence. */
void keep(struct loader *loader, struct fault fault)
{
    if (going(loader)) {
        loader->fault = fault;
    }
}

void *room_for(struct loader *loader, size_t count, size_t size)
{
    void *const memory = arena_alloc(loader->arena, count, size);
    if (memory == NULL) {
        keep(loader, fault_memory());
    }
    return memory;
}

void only_keys(struct loader *loader, const struct node *map, const char *const keys[], size_t n)
{
    if (going(loader)) {
        keep(loader, node_check_keys(loader->document, map, keys, n));
    }
}

/* NULL after an earlier fault, too, so that takers around this one stop. `map` itself must not be
   NULL even then: node_get() looks into it. */
const struct node *field(struct loader *loader, const struct node *map, const char *key)
{
    const struct node *const node = node_get(map, key);
    if (node == NULL) {
        keep(loader, node_fault(loader->document, map, "the key \"%s\" is missing here", key));
    }
    return going(loader) ? node : NULL;
}

bool is_list(struct loader *loader, const struct node *node, size_t lowest, size_t highest)
{
    /* No fault of its own for NULL: field() has kept one, or the key may be left out. */
    if (!going(loader) || node == NULL) {
        return false;
    }
    if (node->kind != NODE_LIST) {
        keep(loader, node_fault(loader->document, node, "expected a list in [brackets]"));
    } else if (node->n_children < lowest || node->n_children > highest) {
        keep(loader, node_fault(loader->document, node, "a list of %zu; expected %zu to %zu",
                                node->n_children, lowest, highest));
    }
    return going(loader);
}

static const char *copy_text(struct loader *loader, const struct node *node)
{
    const char *text = "";
    if (!going(loader) || node == NULL) {
        return "";
    }
    keep(loader, node_text(loader->document, node, &text));
    /* The instrument outlives the document. */
    text = arena_copy(loader->arena, text, strlen(text));
    if (text == NULL) {
        keep(loader, fault_memory());
        return "";
    }
    return text;
}

const char *text_field(struct loader *loader, const struct node *map, const char *key)
{
    return copy_text(loader, field(loader, map, key));
}

const char *text_or(struct loader *loader, const struct node *map, const char *key,
                    const char *otherwise)
{
    const struct node *const node = node_get(map, key);
    return node == NULL ? otherwise : copy_text(loader, node);
}

const char *name_text(struct loader *loader, const struct node *node)
{
    const char *const name = copy_text(loader, node);
    const size_t n = strlen(name);
    if (going(loader) &&
        (n > MOST_NAME || strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789-_") != n)) {
        keep(loader,
             node_fault(loader->document, node,
                        "a name is made of up to %d letters a-z, digits, - and _", MOST_NAME));
    }
    return going(loader) ? name : "";
}

int64_t integer(struct loader *loader, const struct node *node, int64_t lowest, int64_t highest)
{
    int64_t value = lowest;
    if (going(loader) && node != NULL) {
        keep(loader, node_integer(loader->document, node, lowest, highest, &value));
    }
    return going(loader) ? value : lowest;
}

double number_or_nan(struct loader *loader, const struct node *map, const char *key, double lowest,
                     double highest)
{
    double value = NAN;
    const struct node *const node = node_get(map, key);
    if (node != NULL && going(loader)) {
        keep(loader, node_number(loader->document, node, lowest, highest, &value));
    }
    return value;
}

bool yes_no_or(struct loader *loader, const struct node *map, const char *key, bool otherwise)
{
    bool value = otherwise;
    const struct node *const node = node_get(map, key);
    if (node != NULL && going(loader)) {
        keep(loader, node_yes_no(loader->document, node, &value));
    }
    return value;
}

size_t word_or(struct loader *loader, const struct node *map, const char *key,
               const char *const words[], size_t n, size_t otherwise)
{
    size_t place = otherwise;
    const struct node *const node = node_get(map, key);
    if (node != NULL && going(loader)) {
        keep(loader, node_word(loader->document, node, words, n, &place));
    }
    return going(loader) ? place : 0;
}

enum confidence confidence_field(struct loader *loader, const struct node *map, const char *key)
{
    const struct node *const node = field(loader, map, key);
    return node == NULL ? CONFIDENCE_UNCERTAIN
                        : confidence_or(loader, map, key, CONFIDENCE_UNCERTAIN);
}

enum confidence confidence_or(struct loader *loader, const struct node *map, const char *key,
                              enum confidence otherwise)
{
    return (enum confidence)word_or(loader, map, key, confidence_letters, 5, otherwise);
}

/* "-12.5" as -125000 with four decimals. */
static bool decimal(const char *text, int64_t *out)
{
    const bool negative = text[0] == '-';
    const char *const digits = negative ? text + 1 : text;
    const size_t n_whole = strspn(digits, "0123456789");
    const char *const fraction = digits[n_whole] == '.' ? digits + n_whole + 1 : digits + n_whole;
    const size_t n_fraction = strspn(fraction, "0123456789");
    int64_t value = 0;
    if (n_whole == 0 || n_whole > WHOLE_DIGITS || n_fraction > DECIMALS ||
        fraction[n_fraction] != '\0' || (n_fraction == 0 && digits[n_whole] != '\0')) {
        return false;
    }
    for (size_t i = 0; i < n_whole; i++) {
        value = value * 10 + (digits[i] - '0');
    }
    for (size_t i = 0; i < DECIMALS; i++) {
        value = value * 10 + (i < n_fraction ? fraction[i] - '0' : 0);
    }
    *out = negative ? -value : value;
    return true;
}

int64_t in_units(struct loader *loader, const struct node *node, int64_t units)
{
    const int64_t denominator = 10000;
    int64_t value = 0;
    if (!going(loader) || node == NULL) {
        return 0;
    }
    if (node->kind != NODE_TEXT || !decimal(node->text, &value)) {
        keep(loader, node_fault(loader->document, node,
                                "expected a number of points with at most %d digits and %d "
                                "decimals, such as 19.5",
                                WHOLE_DIGITS, DECIMALS));
        return 0;
    }
    /* An edge between two possible scores would be a slip of the file: it is never rounded. */
    if (value * units % denominator != 0) {
        keep(loader, node_fault(loader->document, node,
                                "the scale counts in 1/%" PRId64 " of a point; found \"%s\"", units,
                                node->text));
        return 0;
    }
    return value * units / denominator;
}

void integer_range(struct loader *loader, const struct node *node, int64_t lowest, int64_t highest,
                   int64_t *low, int64_t *high)
{
    *low = lowest;
    *high = lowest;
    if (is_list(loader, node, 2, 2)) {
        *low = integer(loader, &node->children[0], lowest, highest);
        *high = integer(loader, &node->children[1], lowest, highest);
        if (*low > *high) {
            keep(loader, node_fault(loader->document, node, "the lower number comes first"));
        }
    }
}

/* The two ends of "3" or "1..14" as item numbers. */
static void number_range(struct loader *loader, const struct node *node, size_t n_items,
                         size_t *first, size_t *last)
{
    const char *const dots = node->kind == NODE_TEXT ? strstr(node->text, "..") : NULL;
    *first = *last = 1;
    if (dots == NULL) {
        *first = *last = (size_t)integer(loader, node, 1, (int64_t)n_items);
        return;
    }
    /* A first number that does not fit stays "", which is refused like any other non-number. */
    char text[8] = "";
    if ((size_t)(dots - node->text) < sizeof text) {
        memcpy(text, node->text, (size_t)(dots - node->text));
    }
    /* A copy with the node's line and column, where a fault in either number belongs. */
    struct node end = *node;
    end.text = text;
    *first = (size_t)integer(loader, &end, 1, (int64_t)n_items);
    end.text = dots + 2;
    *last = (size_t)integer(loader, &end, (int64_t)*first, (int64_t)n_items);
}

size_t item_positions(struct loader *loader, const struct node *node, size_t n_items,
                      const uint8_t **out)
{
    /* `n_items` is at most MAX_ITEMS; and since no item stands twice, `places` cannot overflow. */
    bool seen[MAX_ITEMS] = {false};
    size_t n = 0;
    uint8_t *const places = room_for(loader, MAX_ITEMS, sizeof *places);
    *out = places;
    if (!is_list(loader, node, 1, MAX_ITEMS)) {
        return 0;
    }
    for (size_t i = 0; i < node->n_children && going(loader); i++) {
        size_t first, last;
        number_range(loader, &node->children[i], n_items, &first, &last);
        for (size_t number = first; number <= last && going(loader); number++) {
            if (seen[number - 1]) {
                keep(loader, node_fault(loader->document, &node->children[i],
                                        "item %zu stands twice in the list", number));
                return 0;
            }
            seen[number - 1] = true;
            places[n++] = (uint8_t)(number - 1);
        }
    }
    return n;
}
