/* scales/forms.c - what a form costs is a few bytes' arithmetic for each answer, and a look into a
   table for each scale.

   Loops over columns run over all BATCH_FORMS forms, also where fewer are meant: of a loop whose
   length it knows, with columns that cannot overlap (restrict), gcc makes vector instructions at
   -O2. Whatever stands in a column behind the forms that are meant is some byte, and a byte is a
   valid answer or not: it leads to no place outside the arrays, and nobody looks at what it gives.
   Loops with a look into a table, which the compiler makes no vectors of, run over the n forms only. */
#include "scales/forms.h"

#include <string.h>
#include "scales/keying.h"
#include "scales/rules.h"
#include "scales/wide.h"

#if defined(HAS_WIDE)
#include <immintrin.h>
#endif

/* A table beyond this has left the cache by the time it is asked again, and takes longer to build
   than small studies take to score: such scales are computed form by form from their sums. */
#define MOST_ENTRIES ((size_t)32 * 1024)

struct scale_table {
    /* Of items: [n_answered * width + sum above the lowest possible]; of a conversion: [outcome of
       the scale that is converted]. NULL: not tabulated. */
    const outcome *outcomes;
    size_t width;
};

struct scoring_tables {
    struct scale_table scales[MAX_SCALES];
};

/* --- tables --------------------------------------------------------------------------------- */

/* Sums that the items of a scale can have, were all answered. */
static size_t n_sums(const struct instrument *instrument, const struct scale *scale)
{
    int64_t low, high;
    item_range(instrument, scale, &low, &high);
    return (size_t)(high - low) * scale->n_items + 1;
}

/* Entries of a scale's table; 0: it has none. */
static size_t n_entries(const struct instrument *instrument, const struct scale *scale)
{
    size_t n = 0;
    if (scale->kind == SCALE_ITEMS) {
        n = (scale->n_items + 1) * n_sums(instrument, scale);
    } else if (scale->kind == SCALE_CONVERSION) {
        n = N_REASONS + instrument->scales[scale->parts[0]].n_values;
    }
    return n <= MOST_ENTRIES ? n : 0;
}

size_t scoring_tables_size(const struct instrument *instrument)
{
    size_t n = 0;
    for (size_t i = 0; i < instrument->n_scales; i++) {
        n += n_entries(instrument, &instrument->scales[i]);
    }
    return n > 0 ? sizeof(struct scoring_tables) + n * sizeof(outcome) : 0;
}

static void tabulate_items(const struct instrument *instrument, const struct scale *scale,
                           size_t width, outcome out[])
{
    int64_t low, high;
    item_range(instrument, scale, &low, &high);
    for (size_t n = 0; n <= scale->n_items; n++) {
        for (size_t above = 0; above < width; above++) {
            /* n answers do not reach all sums, and what cannot be has no score to ask for. */
            const bool can_be = above <= n * (size_t)(high - low);
            const int64_t sum = low * (int64_t)n + (int64_t)above;
            out[n * width + above] =
                can_be ? scored_items(scale, sum, n).outcome : (outcome)REASON_INCOMPLETE;
        }
    }
}

static void tabulate_conversion(const struct scale *raw, const struct scale *scale, outcome out[])
{
    for (size_t i = 0; i < N_REASONS + raw->n_values; i++) {
        out[i] = scored_conversion(raw, scale, (struct scored){.outcome = (outcome)i}).outcome;
    }
}

const struct scoring_tables *scoring_tables_build(const struct instrument *instrument, void *memory)
{
    struct scoring_tables *const tables = memory;
    outcome *next = (outcome *)(tables + 1);
    *tables = (struct scoring_tables){0};
    for (size_t i = 0; i < instrument->n_scales; i++) {
        const struct scale *const scale = &instrument->scales[i];
        struct scale_table *const table = &tables->scales[i];
        const size_t n = n_entries(instrument, scale);
        if (n == 0) {
            continue;
        }
        table->outcomes = next;
        if (scale->kind == SCALE_ITEMS) {
            table->width = n_sums(instrument, scale);
            tabulate_items(instrument, scale, table->width, next);
        } else {
            tabulate_conversion(&instrument->scales[scale->parts[0]], scale, next);
        }
        next += n;
    }
    return tables;
}

/* --- columns of answers --------------------------------------------------------------------- */

/* Of each form: the valid answers to the items of a scale, and their points above the lowest
   possible, at most MAX_ITEMS * UINT8_MAX of them. */
struct sums {
    uint16_t above[BATCH_FORMS];
    uint8_t n[BATCH_FORMS];
};

static void count_column(const answer *restrict column, struct keying keying, uint8_t *restrict n)
{
    for (size_t f = 0; f < BATCH_FORMS; f++) {
        n[f] = (uint8_t)(n[f] + (keyed_offset(keying, column[f]) <= keying.most));
    }
}

static void add_keyed(const answer *restrict column, struct keying keying, uint8_t *restrict n,
                      uint8_t *restrict above)
{
    for (size_t f = 0; f < BATCH_FORMS; f++) {
        const uint8_t offset = keyed_offset(keying, column[f]);
        const uint8_t valid = offset <= keying.most ? UINT8_MAX : 0; /* -1, were it signed */
        n[f] = (uint8_t)(n[f] - valid);
        above[f] = (uint8_t)(above[f] + (offset & valid));
    }
}

/* Item `i` of a scale whose points are not its codes. */
static void add_recoded(const struct scale *scale, const struct item_group *group, size_t i,
                        int64_t low, const answer *restrict column, uint8_t *restrict above)
{
    uint8_t points[UINT8_MAX + 1] = {0}; /* by the byte of the answer; not valid: none */
    for (int code = group->lowest; code <= group->highest; code++) {
        points[(uint8_t)code] = (uint8_t)(item_points(scale, group, i, (answer)code) - low);
    }
    for (size_t f = 0; f < BATCH_FORMS; f++) {
        above[f] = (uint8_t)(above[f] + points[(uint8_t)column[f]]);
    }
}

/* Moves sums that would soon need more than a byte. */
static void move_up(uint8_t *restrict bytes, uint16_t *restrict above)
{
    for (size_t f = 0; f < BATCH_FORMS; f++) {
        above[f] = (uint16_t)(above[f] + bytes[f]);
        bytes[f] = 0;
    }
}

static void add_items(const struct instrument *instrument, const struct scale *scale,
                      const answer *columns, struct sums *sums)
{
    const struct item_group *const group = &instrument->groups[scale->group];
    uint8_t bytes[BATCH_FORMS] = {0};
    size_t room = UINT8_MAX;
    int64_t low, high;
    item_range(instrument, scale, &low, &high);
    memset(sums, 0, sizeof *sums);
    for (size_t i = 0; i < scale->n_items; i++) {
        const answer *const column = &columns[(size_t)scale->items[i] * BATCH_FORMS];
        const struct keying keying = keying_of(group, scale->reversed[i] != 0);
        if (room < (size_t)(high - low)) {
            move_up(bytes, sums->above);
            room = UINT8_MAX;
        }
        room -= (size_t)(high - low);
        if (scale->recode != NULL) {
            count_column(column, keying, sums->n);
            add_recoded(scale, group, i, low, column, bytes);
        } else {
            add_keyed(column, keying, sums->n, bytes);
        }
    }
    move_up(bytes, sums->above);
}

/* The valid answers of each form in each group, and in all of them; and where none is wanting. */
static void count_answers(const struct instrument *instrument, const struct answer_columns *answers,
                          uint8_t n_valid[][BATCH_FORMS], uint8_t complete[][BATCH_FORMS],
                          uint8_t *restrict all)
{
    uint16_t sum[BATCH_FORMS] = {0};
    for (size_t g = 0; g < instrument->n_groups; g++) {
        const struct item_group *const group = &instrument->groups[g];
        const uint8_t n_items = (uint8_t)group->n_items;
        memset(n_valid[g], 0, BATCH_FORMS);
        for (size_t i = 0; answers->answers[g] != NULL && i < group->n_items; i++) {
            count_column(&answers->answers[g][i * BATCH_FORMS], keying_of(group, false),
                         n_valid[g]);
        }
        for (size_t f = 0; f < BATCH_FORMS; f++) {
            sum[f] = (uint16_t)(sum[f] + n_valid[g][f]);
        }
        for (size_t f = 0; f < BATCH_FORMS; f++) {
            complete[g][f] = n_valid[g][f] == n_items ? UINT8_MAX : 0;
        }
    }
    for (size_t f = 0; f < BATCH_FORMS; f++) {
        all[f] = (uint8_t)(sum[f] > UINT8_MAX ? UINT8_MAX : sum[f]);
    }
}

/* --- scales of items ------------------------------------------------------------------------ */

/* The results of one scale. */
struct result_columns {
    outcome *outcome;
    uint8_t *n_answered;
    bool *prorated;
};

/* What the sums give by a table. */
static inline void look_up(const struct scale_table *table, const struct sums *sums, size_t n,
                           outcome *restrict out)
{
    for (size_t f = 0; f < n; f++) {
        out[f] = table->outcomes[sums->n[f] * table->width + sums->above[f]];
    }
}

#if defined(HAS_WIDE)
/* The same, eight by eight. */
FOR_WIDE static inline void look_up_wide(const struct scale_table *table, const struct sums *sums,
                                         outcome *out)
{
    const __m256i width = _mm256_set1_epi32((int)table->width);
    for (size_t f = 0; f < BATCH_FORMS; f += 8) {
        const __m256i n =
            _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)&sums->n[f]));
        const __m256i above =
            _mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)(const void *)&sums->above[f]));
        const __m256i places = _mm256_add_epi32(_mm256_mullo_epi32(n, width), above);
        _mm256_storeu_si256(
            (__m256i *)(void *)&out[f],
            _mm256_i32gather_epi32((const int *)(const void *)table->outcomes, places, 4));
    }
}
#else
static inline void look_up_wide(const struct scale_table *table, const struct sums *sums,
                                outcome *out)
{
    look_up(table, sums, BATCH_FORMS, out);
}
#endif

/* What the sums give under the scale's own rule. */
static inline void score_sums(const struct instrument *instrument, const struct scale *scale,
                              const struct scale_table *table, const struct sums *sums, size_t n,
                              bool wide, outcome *restrict out)
{
    if (table == NULL || table->outcomes == NULL) {
        int64_t low, high;
        item_range(instrument, scale, &low, &high);
        for (size_t f = 0; f < n; f++) {
            const int64_t sum = low * sums->n[f] + sums->above[f];
            out[f] = scored_items(scale, sum, sums->n[f]).outcome;
        }
    } else if (wide) {
        look_up_wide(table, sums, out);
    } else {
        look_up(table, sums, n, out);
    }
}

/* A form whose group has a gap has no score; a screen item is not one that the scale needs. */
static void need_complete_group(const struct scale *scale, const struct item_group *group,
                                const answer *columns, const uint8_t *restrict n_valid,
                                outcome *restrict out)
{
    uint8_t n[BATCH_FORMS];
    memcpy(n, n_valid, sizeof n);
    if (scale->has_screen) {
        const struct keying keying = keying_of(group, false);
        const answer *const screen = &columns[scale->screen_item * BATCH_FORMS];
        for (size_t f = 0; f < BATCH_FORMS; f++) {
            n[f] = (uint8_t)(n[f] + (keyed_offset(keying, screen[f]) > keying.most));
        }
    }
    const uint8_t all = (uint8_t)group->n_items;
    for (size_t f = 0; f < BATCH_FORMS; f++) {
        out[f] = n[f] == all ? out[f] : (outcome)REASON_INCOMPLETE;
    }
}

static void mark_prorated(uint8_t n_items, const uint8_t *restrict n_answered,
                          const outcome *restrict scores, bool *restrict prorated)
{
    for (size_t f = 0; f < BATCH_FORMS; f++) {
        prorated[f] = (scores[f] >= N_REASONS) & (n_answered[f] < n_items);
    }
}

/* Whoever gives the screen's answer has a score of 0, which is not a prorated one. */
static void apply_screen(const struct scale *scale, const answer *restrict screen,
                         outcome *restrict out, bool *restrict prorated)
{
    const outcome zero = scored_as(scale, 0, 0, false).outcome;
    const answer screening = scale->screen_answer;
    for (size_t f = 0; f < BATCH_FORMS; f++) {
        out[f] = screen[f] == screening ? zero : out[f];
    }
    for (size_t f = 0; f < BATCH_FORMS; f++) {
        prorated[f] = prorated[f] & (screen[f] != screening);
    }
}

static inline void score_items(const struct instrument *instrument, const struct scale *scale,
                               const struct scale_table *table, const answer *columns,
                               const uint8_t n_valid[], size_t n, bool wide,
                               struct result_columns out)
{
    struct sums sums;
    add_items(instrument, scale, columns, &sums);
    score_sums(instrument, scale, table, &sums, n, wide, out.outcome);
    if (instrument->complete_groups_only) {
        need_complete_group(scale, &instrument->groups[scale->group], columns, n_valid,
                            out.outcome);
    }
    mark_prorated((uint8_t)scale->n_items, sums.n, out.outcome, out.prorated);
    memcpy(out.n_answered, sums.n, sizeof sums.n);
    /* Last: the screen stands above all other rules. */
    if (scale->has_screen) {
        apply_screen(scale, &columns[scale->screen_item * BATCH_FORMS], out.outcome, out.prorated);
    }
}

/* --- scales of scales ----------------------------------------------------------------------- */

static void store(struct result_columns out, size_t f, struct scored scored)
{
    out.outcome[f] = scored.outcome;
    out.n_answered[f] = scored.n_answered;
    out.prorated[f] = scored.prorated;
}

struct part_sums {
    int64_t sum[BATCH_FORMS]; /* in units of the sum */
    uint8_t n[BATCH_FORMS], n_no_form[BATCH_FORMS];
    bool prorated[BATCH_FORMS];
};

static void add_part(const struct scale *part, int64_t factor, const outcome *restrict outcomes,
                     const bool *restrict prorated, size_t n, struct part_sums *restrict sums)
{
    for (size_t f = 0; f < n; f++) {
        if (is_scored(outcomes[f])) {
            sums->sum[f] += outcome_score(part->values, outcomes[f]) * factor;
        }
    }
    for (size_t f = 0; f < BATCH_FORMS; f++) {
        sums->n[f] = (uint8_t)(sums->n[f] + (outcomes[f] >= N_REASONS));
    }
    for (size_t f = 0; f < BATCH_FORMS; f++) {
        sums->n_no_form[f] = (uint8_t)(sums->n_no_form[f] + (outcomes[f] == REASON_NO_FORM));
    }
    for (size_t f = 0; f < BATCH_FORMS; f++) {
        sums->prorated[f] = sums->prorated[f] | prorated[f];
    }
}

static void score_parts(const struct instrument *instrument, const struct scale *scale, size_t n,
                        const struct scored_columns *parts, struct result_columns out)
{
    struct part_sums sums;
    memset(&sums, 0, sizeof sums);
    for (size_t i = 0; i < scale->n_parts; i++) {
        const size_t at = scale->parts[i];
        const struct scale *const part = &instrument->scales[at];
        add_part(part, part_factor(scale, part), parts->outcome[at], parts->prorated[at], n, &sums);
    }
    for (size_t f = 0; f < n; f++) {
        store(out, f,
              scored_parts(scale, sums.sum[f], sums.n[f], sums.n_no_form[f], sums.prorated[f]));
    }
}

static void score_conversion(const struct instrument *instrument, const struct scale *scale,
                             const struct scale_table *table, size_t n,
                             const struct scored_columns *parts, struct result_columns out)
{
    const size_t at = scale->parts[0];
    for (size_t f = 0; f < n; f++) {
        const struct scored raw = {.outcome = parts->outcome[at][f],
                                   .prorated = parts->prorated[at][f]};
        if (table != NULL && table->outcomes != NULL) {
            store(out, f,
                  (struct scored){.outcome = table->outcomes[raw.outcome],
                                  .n_answered = is_scored(raw.outcome),
                                  .prorated = raw.prorated});
        } else {
            store(out, f, scored_conversion(&instrument->scales[at], scale, raw));
        }
    }
}

/* --- all scales ----------------------------------------------------------------------------- */

/* No form, from form `first` on. */
static void no_form(size_t first, struct result_columns out)
{
    for (size_t f = first; f < BATCH_FORMS; f++) {
        store(out, f, (struct scored){.outcome = REASON_NO_FORM});
    }
}

static inline void score_all(const struct instrument *instrument,
                             const struct scoring_tables *tables,
                             const struct answer_columns *answers, size_t n, bool wide,
                             struct scored_columns *out)
{
    uint8_t n_valid[MAX_GROUPS][BATCH_FORMS];
    assert(n <= BATCH_FORMS);
    count_answers(instrument, answers, n_valid, out->complete, out->n_valid);
    /* In order: every scale stands behind its parts, whose results it reads from `out`. */
    for (size_t i = 0; i < instrument->n_scales; i++) {
        const struct scale *const scale = &instrument->scales[i];
        const struct scale_table *const table = tables != NULL ? &tables->scales[i] : NULL;
        const struct result_columns to = {out->outcome[i], out->n_answered[i], out->prorated[i]};
        switch (scale->kind) {
        case SCALE_ITEMS:
            if (answers->answers[scale->group] != NULL) {
                score_items(instrument, scale, table, answers->answers[scale->group],
                            n_valid[scale->group], n, wide, to);
            } else {
                no_form(0, to);
            }
            break;
        case SCALE_SCALES:
            score_parts(instrument, scale, n, out, to);
            break;
        case SCALE_CONVERSION:
            score_conversion(instrument, scale, table, n, out, to);
            break;
        case SCALE_GOALS:
            no_form(0, to);
            break;
        }
        no_form(n, to);
    }
    memset(&out->n_valid[n], 0, BATCH_FORMS - n);
    for (size_t g = 0; g < instrument->n_groups; g++) {
        memset(&out->complete[g][n], 0, BATCH_FORMS - n);
    }
}

FOR_WIDE static void score_wide(const struct instrument *instrument,
                                const struct scoring_tables *tables,
                                const struct answer_columns *answers, size_t n,
                                struct scored_columns *out)
{
    score_all(instrument, tables, answers, n, true, out);
}

void forms_score(const struct instrument *instrument, const struct scoring_tables *tables,
                 const struct answer_columns *answers, size_t n, struct scored_columns *out)
{
    if (has_wide()) {
        score_wide(instrument, tables, answers, n, out);
    } else {
        score_all(instrument, tables, answers, n, false, out);
    }
}
