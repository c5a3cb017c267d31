/* engine/compute_items.c - the forms themselves: how the items of a scale go together, how many scores
   are at its lowest and highest, and whether goals were easy. */
#include "engine/compute_work.h"

#include <math.h>
#include <string.h>

#include "engine/compute.h"
#include "engine/stats/describe.h"
#include "engine/stats/item_analysis.h"
#include "engine/stats/paired.h"

/* --- the items of a scale --- */

struct scale_items {
    size_t group;
    size_t n;
    uint8_t items[MAX_ITEMS]; /* places in the group */
    bool reversed[MAX_ITEMS];
};

/* Adds the items of a scale that is the plain sum of items, or of such scales, and of none twice. False: it is
   not. */
static bool add_items(const struct instrument *instrument, const struct scale *scale,
                      struct scale_items *out)
{
    if (scale->kind == SCALE_SCALES) {
        bool plain = true;
        for (size_t i = 0; i < scale->n_parts && plain; i++) {
            plain = add_items(instrument, &instrument->scales[scale->parts[i]], out);
        }
        return plain;
    }
    if (scale->kind != SCALE_ITEMS || scale->recode != NULL || scale->has_screen ||
        (out->n > 0 && out->group != scale->group) || out->n + scale->n_items > MAX_ITEMS) {
        return false;
    }
    out->group = scale->group;
    for (size_t i = 0; i < scale->n_items; i++) {
        if (memchr(out->items, scale->items[i], out->n) != NULL) {
            return false;
        }
        out->items[out->n] = scale->items[i];
        out->reversed[out->n++] = scale->reversed[i] != 0;
    }
    return true;
}

/* The sums of a scale's items as it adds them, from those of the group's items as they stand on the
   form: most - x of a reversed one. */
static void key_sums(const struct item_sheet *sheet, uint64_t n, const uint64_t sums[],
                     const struct scale_items *scale, struct item_room *room)
{
    const uint64_t most = sheet->most;
    for (size_t i = 0; i < scale->n; i++) {
        const uint64_t sum = sums[scale->items[i]];
        room->sums[i] = scale->reversed[i] ? n * most - sum : sum;
    }
    for (size_t i = 0; i < scale->n; i++) {
        for (size_t j = 0; j < scale->n; j++) {
            const uint64_t x = sums[scale->items[i]], y = sums[scale->items[j]];
            const uint64_t xy =
                sums[item_product_place(sheet->n_items, scale->items[i], scale->items[j])];
            room->products[i * scale->n + j] = scale->reversed[i] && scale->reversed[j]
                                                   ? n * most * most + xy - most * (x + y)
                                               : scale->reversed[i] ? most * y - xy
                                               : scale->reversed[j] ? most * x - xy
                                                                    : xy;
        }
    }
}

static void add_item_statistics(struct work *work, const struct item_sheet *sheet, size_t stage,
                                const struct scale_items *scale)
{
    struct item_room *const room = work->items;
    const uint64_t *sums;
    const struct item_cell *const cell = item_sheet_find(sheet, work->key.group, stage, &sums);
    const bool known = cell != NULL && cell->n_apart == 0;
    const int64_t n_forms = cell == NULL ? 0 : (int64_t)cell->n + cell->n_apart;
    struct item_products items = {known ? cell->n : 0, scale->n, room->sums, room->products};
    struct item_analysis result;
    if (known) {
        key_sums(sheet, cell->n, sums, scale, room);
    } else {
        memset(room->sums, 0, scale->n * sizeof *room->sums);
        memset(room->products, 0, scale->n * scale->n * sizeof *room->products);
    }
    result = item_analysis(&items, room->room);
    item_rest(&items, room->rest);
    work_add_count(work, STATISTIC_COMPLETE_FORMS, n_forms > 0 ? (uint64_t)n_forms : 0);
    /* Tallies tell of these only how many they are (items_sent.h): hence no more is known below. */
    if (cell != NULL && cell->n_apart > 0) {
        work_add_count(work, STATISTIC_FORMS_WITHHELD, (uint64_t)cell->n_apart);
    }
    work_add(work, STATISTIC_ALPHA, result.alpha);
    work_add(work, STATISTIC_ALPHA_CI_LOW, result.alpha_ci_low);
    work_add(work, STATISTIC_ALPHA_CI_HIGH, result.alpha_ci_high);
    work_add(work, STATISTIC_OMEGA, result.omega);
    work_add(work, STATISTIC_OMEGA_HEYWOOD, result.heywood);
    /* in the order of the form, as keys have to be */
    for (size_t item = 0; item < sheet->n_items; item++) {
        for (size_t i = 0; i < scale->n; i++) {
            if (scale->items[i] == item) {
                work_add_sub_value(work, STATISTIC_ITEM_REST, item + 1, room->rest[i]);
            }
        }
    }
}

/* --- floor and ceiling --- */

static void add_ends(struct work *work, size_t stage)
{
    const struct scale *const scale = work_scale(work);
    const struct distribution scores = work_distribution(work, stage, TALLY_ONE_STAGE);
    const size_t n_scores = scores.n_scores;
    uint64_t n = 0, floor = 0, ceiling = 0;
    for (size_t i = 0; i < n_scores; i++) {
        n += scores.scores[i].count;
    }
    if (n > 0) {
        floor = scores.scores[0].score == scale->values[0] ? scores.scores[0].count : 0;
        ceiling = scores.scores[n_scores - 1].score == scale->values[scale->n_values - 1]
                      ? scores.scores[n_scores - 1].count
                      : 0;
    }
    work_add_count(work, STATISTIC_FLOOR, floor);
    work_add_count(work, STATISTIC_CEILING, ceiling);
    work_add(work, STATISTIC_FLOOR_PERCENT, value_ratio((int128)100 * floor, (int128)n));
    work_add(work, STATISTIC_CEILING_PERCENT, value_ratio((int128)100 * ceiling, (int128)n));
}

/* --- goals --- */

/* T was made to have a mean of 50 where goals are as hard as they should be. */
#define EXPECTED_T 50

static void add_difficulty(struct work *work, size_t stage)
{
    struct distribution scores = work_distribution(work, stage, TALLY_ONE_STAGE);
    struct paired_change from_50;
    for (size_t i = 0; i < scores.n_scores; i++) {
        work->scores[i].score -= EXPECTED_T * scores.units_per_point;
    }
    from_50 = paired_test(&scores);
    work_add(work, STATISTIC_FROM_50, from_50.change.mean);
    work_add(work, STATISTIC_FROM_50_CI_LOW, from_50.change.ci_low);
    work_add(work, STATISTIC_FROM_50_CI_HIGH, from_50.change.ci_high);
    work_add(work, STATISTIC_P_FROM_50, from_50.p_t);
}

/* T is the last of the scales that goals are made into. */
static bool is_t_score(const struct work *work)
{
    const struct measure *const measure = &work->study->measures[work->key.measure];
    return measure->instrument->is_goals &&
           work->key.scale == measure->first_scale + measure->instrument->n_scales - 1;
}

/* --- all --- */

void compute_item_analysis(struct work *work)
{
    const struct study *const study = work->study;
    const struct scale *const scale = work_scale(work);
    const size_t measure = work->key.measure;
    struct scale_items items = {0};
    const struct item_sheet *sheet = NULL;
    if (scale->kind == SCALE_GOALS) {
        for (size_t stage = 0; stage < study->n_stages && is_t_score(work); stage++) {
            work->key.stage = (uint16_t)(FIGURE_STAGE_FIRST + stage);
            add_difficulty(work, stage);
        }
        return;
    }
    if (add_items(study->measures[measure].instrument, scale, &items) &&
        (work->key.breakdown == 0 ||
         !work->counted->items.sheets[measure * MAX_GROUPS + items.group].without_cohorts)) {
        sheet = item_tally_sheet(&work->figures->comparisons[work->key.breakdown].items, measure,
                                 items.group);
    }
    if (sheet != NULL) {
        const uint64_t *sums;
        if (item_sheet_find(sheet, work->key.group, study->n_stages, &sums) != NULL) {
            work->key.stage = FIGURE_STAGE_NONE;
            add_item_statistics(work, sheet, study->n_stages, &items);
        }
    }
    for (size_t stage = 0; stage < study->n_stages; stage++) {
        work->key.stage = (uint16_t)(FIGURE_STAGE_FIRST + stage);
        if (sheet != NULL) {
            add_item_statistics(work, sheet, stage, &items);
        }
        add_ends(work, stage);
    }
}

/* --- cautions --- */

static const struct band_set *printed_bands(const struct work *work)
{
    const struct scale *const scale = work_scale(work);
    return scale->n_band_sets == 0 || work->study->measures[work->key.measure].pooled
               ? NULL
               : &scale->band_sets[study_band_set(work->study, work->key.scale)];
}

/* Where the usual range begins by norms; NAN: nobody says. */
static double usual_cut_off(const struct work *work)
{
    const struct study_scale *const s = &work->study->scales[work->key.scale];
    const struct norm clinical = study_clinical_norm(s), functional = study_functional_norm(s);
    return work->study->measures[s->measure].pooled
               ? NAN
               : cut_off_at(study_cut_off(s), &clinical, &functional, s->scale->higher_is_better);
}

/* What a second measurement alone would bring: who starts far from the mean of the norm is nearer to it
   the next time,

       (1 - r) (norm mean - mean before)

   of the viable. r is the reliability that reliable change is judged by.
   source  Galton (1886); Barnett, van der Pols & Dobson (2005), Int J Epidemiol 34(1):215-220,
           doi:10.1093/ije/dyh299, for a group that was not chosen by a cut-off */
static void add_regression(struct work *work)
{
    const struct study *const study = work->study;
    struct norm norm;
    const double r =
        isnan(study->given_reliability) ? work_scale(work)->reliability : study->given_reliability;
    const struct comparison_of_stages stages = work_compare(work, study->before, study->after);
    const struct score_mean before = score_mean(&stages.before);
    if (study_norm(&study->scales[work->key.scale], &norm)) {
        work_add(work, STATISTIC_NORM_MEAN, value_double(norm.mean));
        work_add(work, STATISTIC_NORM_R, value_double(r));
        work_add(work, STATISTIC_REGRESSION_EXPECTED,
                 value_double((1.0 - r) * (norm.mean - before.mean.number)));
    }
}

/* A month is the twelfth part of 365.25 days: 30.4375 = 487 / 16. */
static struct value months(int128 days, int128 n)
{
    return value_ratio(16 * days, 487 * n);
}

static void add_months(struct work *work)
{
    struct cell_cursor at = work_cells(work, work->study->after, TALLY_DAYS);
    int128 days = 0;
    int64_t fewest = 0;
    uint64_t n = 0;
    while (cell_next(&at)) {
        fewest = n == 0 ? at.cell.code : fewest;
        n += at.cell.count;
        days += (int128)at.cell.code * at.cell.count;
    }
    if (study_keeps_dates(work->study)) {
        work_add_count(work, STATISTIC_MONTHS_N, n);
        work_add(work, STATISTIC_MONTHS_MEAN, months(days, (int128)n));
        work_add(work, STATISTIC_MONTHS_MIN, n > 0 ? months(fewest, 1) : VALUE_NONE);
        work_add(work, STATISTIC_MONTHS_MAX, n > 0 ? months(at.cell.code, 1) : VALUE_NONE);
    }
}

void compute_cautions(struct work *work)
{
    const struct study *const study = work->study;
    const struct band_set *bands;
    struct cell_cursor at;
    double cut_off;
    uint64_t started = 0, due = 0, viable = 0, usual = 0;
    if (!work_has_pair(work)) {
        return;
    }
    work->key.stage = FIGURE_STAGE_NONE;
    if (study_is_goal_level(study, work->key.scale)) {
        add_months(work);
        return;
    }
    bands = printed_bands(work);
    cut_off = usual_cut_off(work);
    at = work_cells(work, study->before, study->after);
    while (cell_next(&at)) {
        const struct cell_count *const cell = &at.cell;
        const bool has_form = cell->code != TALLY_REASON(REASON_NO_FORM) &&
                              cell->code != TALLY_REASON(REASON_NOT_DUE);
        const bool is_viable = tally_is_score(cell->code) && tally_is_score(cell->later_code);
        started += has_form ? cell->count : 0;
        due += has_form && cell->later_code != TALLY_REASON(REASON_NOT_DUE) ? cell->count : 0;
        viable += is_viable ? cell->count : 0;
        if (is_viable && bands != NULL) {
            const int band = band_of(bands, cell->code);
            usual += band >= 0 && (size_t)band < bands->n_usual ? cell->count : 0;
        }
    }
    work_add_count(work, STATISTIC_CAUTION_STARTED, started);
    work_add_count(work, STATISTIC_CAUTION_DUE, due);
    work_add(work, STATISTIC_PERCENT_OF_STARTED,
             value_ratio((int128)100 * viable, (int128)started));
    work_add(work, STATISTIC_PERCENT_OF_DUE, value_ratio((int128)100 * viable, (int128)due));
    if (bands == NULL && !isnan(cut_off)) {
        const struct comparison_of_stages stages = work_compare(work, study->before, study->after);
        usual = usual_count(&stages.before, cut_off, work_scale(work)->higher_is_better);
    }
    if (bands != NULL || !isnan(cut_off)) {
        work_add_count(work, STATISTIC_CAUTION_USUAL, usual);
        work_add(work, STATISTIC_CAUTION_PERCENT_USUAL,
                 value_ratio((int128)100 * usual, (int128)viable));
    }
    add_regression(work);
    if (work_scale(work)->kind != SCALE_GOALS) {
        add_months(work);
    }
}
