/* io/write/tally_items.c - what a tally file says of the items, which must not be anybody's answers. */
#include "io/write/tally_writing.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static bool enough_forms(const struct tally_writing *w, uint64_t n)
{
    /* Sums are of all cohorts: less those that are sent, they would be those of the withheld. */
    return n >= w->least_forms && w->withheld.n_cohorts == 0;
}

/* Also less the sums of cross-products that are sent, they must be of so many forms, or of none. */
static bool sums_are_sent(const struct tally_writing *w, size_t measure, size_t group, uint64_t n)
{
    const uint64_t n_sent = w->items.n_sent[measure * MAX_GROUPS + group];
    return enough_forms(w, n) && (n == n_sent || n - n_sent >= w->least_forms);
}

/* The scale whose sums an item's are compared with; NULL: none. */
static const struct scale_sums *owner_of(const struct tally_writing *w,
                                         const struct measure *measure, size_t group, size_t item)
{
    const struct item_checks *const checks = &w->counted->checks;
    for (size_t i = 0; i < measure->instrument->n_scales; i++) {
        const struct scale *const scale = &measure->instrument->scales[i];
        if (checks->owns_items[measure->first_scale + i] && scale->group == group &&
            memchr(scale->items, (int)item, scale->n_items) != NULL) {
            return &checks->scales[measure->first_scale + i];
        }
    }
    return NULL;
}

static void put_sums_of_item(struct tally_writing *w, const struct item_sums *sums, bool known)
{
    if (known) {
        tally_put_whole(w, sums->sum);
        tally_put_whole(w, sums->sum_square);
        tally_put_whole(w, sums->sum_product);
    } else {
        tally_put_words(w, ",,,");
    }
}

/* True: something was left out. */
static bool write_item(struct tally_writing *w, const struct measure *measure, size_t m,
                       size_t group, size_t item)
{
    const struct item_sums *const sums = item_at(&w->counted->checks, m, group, item);
    const struct scale_sums *const owner = owner_of(w, measure, group, item);
    const uint64_t answered = sums->n + sums->n_one_below + sums->n_one_above;
    const bool has_sums = owner != NULL && owner->n > 0;
    const bool sums_known = !has_sums || sums_are_sent(w, m, group, (uint64_t)owner->n);
    if (answered == 0) {
        return false;
    }
    if (!enough_forms(w, answered)) {
        return true;
    }
    tally_begin(w, TALLY_KIND_ITEM);
    tally_put_text(w, measure->label);
    tally_put_text(w, measure->instrument->groups[group].name);
    tally_put_count(w, item + 1);
    tally_put_count(w, sums->n);
    tally_put_count(w, sums->n_lowest);
    tally_put_count(w, sums->n_highest);
    tally_put_count(w, sums->n_one_below);
    tally_put_count(w, sums->n_one_above);
    put_sums_of_item(w, sums, sums_known);
    tally_end(w);
    return !sums_known;
}

void tally_write_items(struct tally_writing *w)
{
    tally_comment(w, "item,instrument,group,item,answered,lowest,highest,one_below,one_above,sum,"
                     "sum_square,sum_product: over all forms, never of fewer than 10");
    for (size_t m = 0; m < w->study->n_measures; m++) {
        const struct measure *const measure = &w->study->measures[m];
        bool left_out = false;
        for (size_t g = 0; g < measure->instrument->n_groups; g++) {
            for (size_t i = 0; i < measure->instrument->groups[g].n_items; i++) {
                left_out = write_item(w, measure, m, g, i) || left_out;
            }
        }
        if (left_out) {
            tally_begin(w, TALLY_KIND_UNCHECKED);
            tally_put_text(w, measure->label);
            tally_end(w);
        }
    }
}

static void write_one_scoring(struct tally_writing *w, size_t scale)
{
    const struct scale_sums *const sums = &w->counted->checks.scales[scale];
    const char *const label = w->study->measures[w->study->scales[scale].measure].label;
    const char *const name = w->study->scales[scale].scale->name;
    tally_begin(w, TALLY_KIND_SCORING);
    tally_put_text(w, label);
    tally_put_text(w, name);
    tally_put_count(w, sums->audit.complete);
    tally_put_count(w, sums->audit.prorated);
    tally_put_count(w, sums->audit.unscored);
    if (sums->n == 0 || sums_are_sent(w, w->study->scales[scale].measure,
                                      w->study->scales[scale].scale->group, (uint64_t)sums->n)) {
        tally_put_whole(w, sums->n);
        tally_put_whole(w, sums->sum);
        tally_put_whole(w, sums->sum_square);
    } else {
        tally_put_words(w, ",,,");
    }
    tally_end(w);
    for (size_t i = 0; i <= MAX_ITEMS; i++) {
        if (sums->audit.prorated_from[i] > 0) {
            tally_begin(w, TALLY_KIND_PRORATED);
            tally_put_text(w, label);
            tally_put_text(w, name);
            tally_put_count(w, i);
            tally_put_count(w, sums->audit.prorated_from[i]);
            tally_end(w);
        }
    }
}

void tally_write_scoring(struct tally_writing *w)
{
    tally_comment(w, "age,instrument,forms,outside the range of the form");
    for (size_t m = 0; m < w->study->n_measures; m++) {
        tally_begin(w, TALLY_KIND_AGE);
        tally_put_text(w, w->study->measures[m].label);
        tally_put_count(w, w->counted->checks.ages[m]);
        tally_put_count(w, w->counted->checks.ages_outside[m]);
        tally_end(w);
    }
    tally_comment(w, "scoring,instrument,scale,complete,prorated,not_scored,forms,sum,sum_square");
    for (size_t s = 0; s < w->study->n_scales; s++) {
        write_one_scoring(w, s);
    }
}

/* The rest of a line of cross-products, behind its cohort: without sums, only how many forms. */
static void end_item_sums(struct tally_writing *w, size_t sheet, size_t stage, uint64_t n,
                          const uint64_t sums[])
{
    const struct measure *const measure = &w->study->measures[sheet / MAX_GROUPS];
    const size_t n_items = w->counted->items.sheets[sheet].n_items;
    tally_put_text(w, measure->label);
    tally_put_text(w, measure->instrument->groups[sheet % MAX_GROUPS].name);
    tally_put_text(w, stage < w->study->n_stages ? w->study->stages[stage].name : "");
    tally_put_count(w, n);
    tally_put_words(w, ",");
    for (size_t i = 0; i < item_sums_size(n_items) && sums != NULL; i++) {
        char text[24];
        snprintf(text, sizeof text, i == 0 ? "%" PRIu64 : " %" PRIu64, sums[i]);
        tally_put_words(w, text);
    }
    tally_end(w);
}

static void write_item_cell(struct tally_writing *w, size_t sheet, uint32_t cohort, size_t stage)
{
    const uint64_t *sums;
    const struct item_cell *const cell =
        item_sheet_find(&w->counted->items.sheets[sheet], w->cohort_of[cohort], stage, &sums);
    const enum item_sending sending =
        cell == NULL ? ITEMS_HIDDEN : items_sent_cell(&w->items, sheet, cell);
    if (sending != ITEMS_HIDDEN) {
        tally_begin(w, TALLY_KIND_ITEMS);
        tally_put_cohort(w, cohort);
        end_item_sums(w, sheet, stage, cell->n, sending == ITEMS_SENT ? sums : NULL);
    }
}

/* The forms that are apart, together. */
static void write_item_rest(struct tally_writing *w, size_t sheet, size_t stage)
{
    const struct item_sheet *const s = &w->counted->items.sheets[sheet];
    const size_t n_sums = item_sums_size(s->n_items);
    const struct items_rest rest = items_sent_rest(&w->items, sheet, stage);
    uint64_t *const total = calloc(n_sums, sizeof *total);
    w->no_memory = w->no_memory || total == NULL;
    for (size_t i = 0; i < s->n_cells && total != NULL; i++) {
        if (s->cells[i].stage == stage &&
            items_sent_cell(&w->items, sheet, &s->cells[i]) == ITEMS_APART) {
            for (size_t k = 0; k < n_sums; k++) {
                total[k] += s->sums[i * n_sums + k];
            }
        }
    }
    if (rest.sent && total != NULL) {
        tally_begin(w, TALLY_KIND_ITEMS_REST);
        end_item_sums(w, sheet, stage, rest.n, total);
    }
    free(total);
}

static void write_item_stage(struct tally_writing *w, size_t sheet, size_t stage)
{
    const uint64_t *sums;
    const struct item_cell *const cell =
        item_sheet_find(&w->counted->items.sheets[sheet], ITEM_NO_COHORT, stage, &sums);
    const enum item_sending sending =
        cell == NULL ? ITEMS_HIDDEN : items_sent_cell(&w->items, sheet, cell);
    if (sending != ITEMS_HIDDEN) {
        tally_begin(w, TALLY_KIND_ITEMS_OF_STAGE);
        end_item_sums(w, sheet, stage, cell->n, sending == ITEMS_SENT ? sums : NULL);
    }
}

static void write_item_sheet(struct tally_writing *w, size_t sheet)
{
    const struct item_sheet *const s = &w->counted->items.sheets[sheet];
    for (size_t stage = 0; stage <= w->study->n_stages && s->n_cells > 0; stage++) {
        if (s->without_cohorts) {
            write_item_stage(w, sheet, stage);
            continue;
        }
        for (uint32_t cohort = 0; cohort < w->finest.n_groups; cohort++) {
            write_item_cell(w, sheet, cohort, stage);
        }
        write_item_rest(w, sheet, stage);
    }
}

void tally_write_item_sums(struct tally_writing *w)
{
    tally_comment(
        w, "Forms that answer all items of a group: sums of the items from 0 up, and of the");
    tally_comment(
        w, "products of the first with each, the second with each from itself on, ...; none of");
    tally_comment(w,
                  "fewer than 10 forms, which stand together in items_rest where they are enough.");
    tally_comment_cells(w, "items", ",instrument,group,stage,forms,sums");
    tally_comment(w, "items_rest,instrument,group,stage,forms,sums");
    tally_comment(w, "items_of_stage,instrument,group,stage,forms,sums (of too many cohorts)");
    for (size_t i = 0; i < w->study->n_measures * MAX_GROUPS && !ferror(w->out); i++) {
        write_item_sheet(w, i);
    }
}
