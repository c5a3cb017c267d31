/* io/read/tally_items.c - see tally_items.h. */
#include "io/read/tally_items.h"

#include <stdlib.h>
#include <string.h>

#include "io/tally_format.h"

/* --- item by item --- */

bool take_age(struct tally_reading *r)
{
    struct item_checks *const checks = &r->into->counted.checks;
    size_t measure = 0;
    return tally_field_measure(r, 1, &measure) &&
           tally_field_add_count(r, 2, &checks->ages[measure]) &&
           tally_field_add_count(r, 3, &checks->ages_outside[measure]);
}

/* Three cells of sums, all there or all empty. */
static bool has_sums(const struct tally_reading *r, size_t cell)
{
    return r->row->cells[cell].length > 0 || r->row->cells[cell + 1].length > 0 ||
           r->row->cells[cell + 2].length > 0;
}

bool take_scoring(struct tally_reading *r)
{
    struct scale_sums *sums;
    uint64_t n;
    size_t scale = 0;
    if (!tally_field_scale(r, 1, &scale)) {
        return false;
    }
    if (r->has_scoring[scale]) {
        return tally_fault(r, 2, "found this scale twice, expected it once");
    }
    r->has_scoring[scale] = true;
    sums = &r->into->counted.checks.scales[scale];
    if (!tally_field_add_count(r, 3, &sums->audit.complete) ||
        !tally_field_add_count(r, 4, &sums->audit.prorated) ||
        !tally_field_add_count(r, 5, &sums->audit.unscored)) {
        return false;
    }
    if (!has_sums(r, 6)) {
        return true;
    }
    n = (uint64_t)sums->n;
    if (!tally_field_add_count(r, 6, &n)) {
        return false;
    }
    sums->n = (int64_t)n;
    return tally_field_add_sum(r, 7, &sums->sum) && tally_field_add_sum(r, 8, &sums->sum_square);
}

bool take_prorated(struct tally_reading *r)
{
    size_t scale = 0;
    int64_t answered = 0;
    return tally_field_scale(r, 1, &scale) && tally_field_whole(r, 3, 0, MAX_ITEMS, &answered) &&
           tally_field_add_count(
               r, 4, &r->into->counted.checks.scales[scale].audit.prorated_from[answered]);
}

bool take_item(struct tally_reading *r)
{
    const struct study *const study = &r->into->plan.study;
    const struct instrument *instrument;
    struct item_sums *sums;
    struct cell text;
    size_t measure = 0, group = 0;
    int64_t item = 0;
    if (!tally_field_measure(r, 1, &measure) || !tally_field_text(r, 2, &text)) {
        return false;
    }
    instrument = study->measures[measure].instrument;
    while (group < instrument->n_groups && !tally_text_is(&text, instrument->groups[group].name)) {
        group++;
    }
    if (group == instrument->n_groups) {
        return tally_fault(r, 2, "found no group of items of the instrument, expected one");
    }
    if (!tally_field_whole(r, 3, 1, (int64_t)instrument->groups[group].n_items, &item)) {
        return false;
    }
    sums = item_at(&r->into->counted.checks, measure, group, (size_t)item - 1);
    return tally_field_add_count(r, 4, &sums->n) && tally_field_add_count(r, 5, &sums->n_lowest) &&
           tally_field_add_count(r, 6, &sums->n_highest) &&
           tally_field_add_count(r, 7, &sums->n_one_below) &&
           tally_field_add_count(r, 8, &sums->n_one_above) &&
           (!has_sums(r, 9) || (tally_field_add_sum(r, 9, &sums->sum) &&
                                tally_field_add_sum(r, 10, &sums->sum_square) &&
                                tally_field_add_sum(r, 11, &sums->sum_product)));
}

/* --- items together --- */

/* One number of a list, behind a space unless it is the first. False: there is none up to `most`. */
static bool take_number(const char **text, bool first, uint64_t most, uint64_t *out)
{
    const char *at = *text + (!first && **text == ' ');
    const size_t n = strspn(at, "0123456789");
    uint64_t number = 0;
    if (n == 0 || n > 18 || (!first && at == *text) || (at[0] == '0' && n > 1)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        number = 10 * number + (uint64_t)(at[i] - '0');
    }
    *text = at + n;
    *out = number;
    return number <= most;
}

/* Sums of n forms: none is more than if every answer were the highest. */
static bool take_item_sums(struct tally_reading *r, size_t cell, const struct item_sheet *sheet,
                           uint64_t n, uint64_t sums[])
{
    const char *text = r->row->cells[cell].text;
    const uint64_t most = n * sheet->most;
    bool done = true;
    for (size_t i = 0; i < item_sums_size(sheet->n_items) && done; i++) {
        done = take_number(&text, i == 0, i < sheet->n_items ? most : most * sheet->most, &sums[i]);
    }
    return (done && *text == '\0') ||
           tally_fault(r, cell, "found other sums of items than %zu that so many forms can have",
                       item_sums_size(sheet->n_items));
}

static bool take_item_stage(struct tally_reading *r, size_t cell, size_t *stage)
{
    *stage = r->into->plan.study.n_stages;
    return r->row->cells[cell].length == 0 || tally_field_stage(r, cell, stage);
}

/* The sheet of the instrument and group in two cells. */
static bool take_item_sheet(struct tally_reading *r, size_t cell, struct item_sheet **sheet)
{
    const struct study *const study = &r->into->plan.study;
    struct cell name;
    size_t measure = 0;
    if (!tally_field_measure(r, cell, &measure) || !tally_field_text(r, cell + 1, &name)) {
        return false;
    }
    for (size_t g = 0; g < study->measures[measure].instrument->n_groups; g++) {
        if (tally_text_is(&name, study->measures[measure].instrument->groups[g].name)) {
            *sheet = item_tally_sheet(&r->into->counted.items, measure, g);
            return *sheet != NULL ||
                   tally_fault(r, cell + 1, "found a group whose items are not counted");
        }
    }
    return tally_fault(r, cell + 1, "found no group of items of the instrument, expected one");
}

enum items_line { ITEMS_OF_COHORT, ITEMS_OF_REST, ITEMS_WITHOUT_COHORTS };

static bool take_item_line(struct tally_reading *r, enum items_line kind)
{
    const size_t at = 1 + (kind == ITEMS_OF_COHORT ? r->into->plan.study.n_cohort_columns : 0);
    uint32_t cohort = ITEM_NO_COHORT;
    struct item_sheet *sheet = NULL;
    uint64_t sums[MAX_ITEMS + MAX_ITEMS * (MAX_ITEMS + 1) / 2];
    size_t stage = 0;
    int64_t n = 0;
    bool known;
    if ((kind == ITEMS_OF_COHORT && !tally_field_cohort(r, 1, &cohort)) ||
        !take_item_sheet(r, at, &sheet) || !take_item_stage(r, at + 2, &stage) ||
        !tally_field_whole(r, at + 3, 1, TALLY_MOST, &n)) {
        return false;
    }
    known = r->row->cells[at + 4].length > 0 || kind == ITEMS_OF_REST;
    r->into->n_item_forms += (uint64_t)n;
    if (r->into->n_item_forms > (uint64_t)TALLY_MOST) {
        return tally_fault(r, at + 3, "found more forms in all tallies than can be counted");
    }
    if (known && !take_item_sums(r, at + 4, sheet, (uint64_t)n, sums)) {
        return false;
    }
    return ((kind != ITEMS_WITHOUT_COHORTS || item_sheet_drop_cohorts(sheet)) &&
            item_sheet_add_sums(sheet, cohort, stage, known ? (uint64_t)n : 0,
                                kind == ITEMS_OF_REST ? -n
                                : known               ? 0
                                                      : n,
                                known ? sums : NULL)) ||
           tally_no_memory(r);
}

bool take_items(struct tally_reading *r)
{
    return take_item_line(r, ITEMS_OF_COHORT);
}

bool take_items_rest(struct tally_reading *r)
{
    return take_item_line(r, ITEMS_OF_REST);
}

bool take_items_of_stage(struct tally_reading *r)
{
    return take_item_line(r, ITEMS_WITHOUT_COHORTS);
}
