/* scales/forms.c - what a form costs is a few bytes' arithmetic for each answer and each scale.

   Loops over columns run over all BATCH_FORMS forms, also where fewer are meant: of a loop whose
   length it knows, with columns that cannot overlap (restrict), gcc makes vector instructions at
   -O2. Whatever stands in a column behind the forms that are meant is some byte, and a byte is a
   valid answer or not: it leads to no place outside the arrays, and nobody looks at what it gives.
   Loops with a look into a table, which the compiler makes no vectors of, run over the n forms only.

   Where outcomes and sums fit bytes, as they nearly always do, there are tables, and a scale is a column
   of bytes from its first item to its outcome. Elsewhere items are added up as columns, too, but what
   follows from the sums is asked of the rules (rules.h), form by form. */
#include "scales/forms.h"

#include <string.h>
#include "scales/keying.h"
#include "scales/rules.h"
#include "scales/wide.h"

#if defined(HAS_WIDE)
#include <immintrin.h>
#endif

_Static_assert(REASON_NO_FORM == 0, "columns of zeros are forms that are not there");

/* --- columns of answers --------------------------------------------------------------------- */

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
static void move_up(uint8_t *restrict bytes, outcome *restrict above)
{
    for (size_t f = 0; f < BATCH_FORMS; f++) {
        above[f] += bytes[f];
        bytes[f] = 0;
    }
}

/* Of each form: the valid answers to the items of a scale, and their points above the lowest possible.
   These are in `bytes`, which have room for them where `more` is NULL; else in `more`. */
static void add_items(const struct instrument *instrument, const struct scale *scale,
                      const answer *columns, uint8_t n[BATCH_FORMS], uint8_t bytes[BATCH_FORMS],
                      outcome *more)
{
    const struct item_group *const group = &instrument->groups[scale->group];
    size_t room = UINT8_MAX;
    int64_t low, high;
    item_range(instrument, scale, &low, &high);
    memset(n, 0, BATCH_FORMS);
    memset(bytes, 0, BATCH_FORMS);
    for (size_t i = 0; i < scale->n_items; i++) {
        const answer *const column = &columns[(size_t)scale->items[i] * BATCH_FORMS];
        const struct keying keying = keying_of(group, scale->reversed[i] != 0);
        if (more != NULL && room < (size_t)(high - low)) {
            move_up(bytes, more);
            room = UINT8_MAX;
        }
        room -= (size_t)(high - low);
        if (scale->recode != NULL) {
            count_column(column, keying, n);
            add_recoded(scale, group, i, low, column, bytes);
        } else {
            add_keyed(column, keying, n, bytes);
        }
    }
    if (more != NULL) {
        move_up(bytes, more);
    }
}

/* The sums of all scales of items: their answers are n_answered, their points stand where their outcomes
   will. */
static void add_all_items(const struct instrument *instrument, const struct answer_columns *answers,
                          struct scored_columns *out)
{
    for (size_t i = 0; i < instrument->n_scales; i++) {
        const struct scale *const scale = &instrument->scales[i];
        if (scale->kind == SCALE_ITEMS && answers->answers[scale->group] != NULL) {
            const answer *const columns = answers->answers[scale->group];
            if (out->is_narrow) {
                add_items(instrument, scale, columns, out->n_answered[i], out->narrow[i], NULL);
            } else {
                uint8_t bytes[BATCH_FORMS];
                memset(out->wide[i], 0, sizeof out->wide[i]);
                add_items(instrument, scale, columns, out->n_answered[i], bytes, out->wide[i]);
            }
        }
    }
}

/* --- how many are answered ------------------------------------------------------------------ */

/* Whether none of a scale's items has been counted; they have then. */
static bool take_items(const struct scale *scale, bool counted[MAX_ITEMS])
{
    for (size_t i = 0; i < scale->n_items; i++) {
        if (counted[scale->items[i]]) {
            for (size_t k = 0; k < i; k++) {
                counted[scale->items[k]] = false;
            }
            return false;
        }
        counted[scale->items[i]] = true;
    }
    return true;
}

static void add_bytes(const uint8_t *restrict bytes, uint8_t *restrict sums)
{
    for (size_t f = 0; f < BATCH_FORMS; f++) {
        sums[f] = (uint8_t)(sums[f] + bytes[f]);
    }
}

/* The valid answers to a group: those that its scales have counted already, and the others. */
static void count_group(const struct instrument *instrument, size_t group, const answer *columns,
                        const struct scored_columns *out, uint8_t n_valid[BATCH_FORMS])
{
    const struct item_group *const g = &instrument->groups[group];
    bool counted[MAX_ITEMS] = {false};
    for (size_t i = 0; i < instrument->n_scales; i++) {
        const struct scale *const scale = &instrument->scales[i];
        if (scale->kind == SCALE_ITEMS && scale->group == group && take_items(scale, counted)) {
            add_bytes(out->n_answered[i], n_valid);
        }
    }
    for (size_t i = 0; i < g->n_items; i++) {
        if (!counted[i]) {
            count_column(&columns[i * BATCH_FORMS], keying_of(g, false), n_valid);
        }
    }
}

/* The valid answers of each form in each group, and in all of them; and where none is wanting. */
static void count_answers(const struct instrument *instrument, const struct answer_columns *answers,
                          uint8_t n_valid[][BATCH_FORMS], struct scored_columns *restrict out)
{
    uint16_t sum[BATCH_FORMS] = {0};
    for (size_t g = 0; g < instrument->n_groups; g++) {
        const uint8_t n_items = (uint8_t)instrument->groups[g].n_items;
        memset(n_valid[g], 0, BATCH_FORMS);
        if (answers->answers[g] != NULL) {
            count_group(instrument, g, answers->answers[g], out, n_valid[g]);
        }
        for (size_t f = 0; f < BATCH_FORMS; f++) {
            sum[f] = (uint16_t)(sum[f] + n_valid[g][f]);
        }
        for (size_t f = 0; f < BATCH_FORMS; f++) {
            out->complete[g][f] = n_valid[g][f] == n_items ? UINT8_MAX : 0;
        }
    }
    for (size_t f = 0; f < BATCH_FORMS; f++) {
        out->n_valid[f] = (uint8_t)(sum[f] > UINT8_MAX ? UINT8_MAX : sum[f]);
    }
}

/* --- scales as columns of bytes --------------------------------------------------------------- */

/* The results of one scale. */
struct result_columns {
    uint8_t *outcome;
    uint8_t *n_answered;
    uint8_t *prorated;
};

/* Sums above the lowest become outcomes, by a table. */
static inline void look_up(const struct scale_table *table, const uint8_t n_answered[], size_t n,
                           uint8_t out[])
{
    for (size_t f = 0; f < n; f++) {
        out[f] = table->outcomes[n_answered[f] * table->width + out[f]];
    }
}

#if defined(HAS_WIDE)
/* The outcomes of 32 forms, of those that gave n answers: sixteen sums are looked up at once. Of others
   it is 0. */
FOR_WIDE static inline __m256i outcomes_from(const uint8_t *outcomes, size_t width, __m256i above,
                                             __m256i is_meant)
{
    __m256i found = _mm256_setzero_si256();
    for (size_t first = 0; first < width; first += ENTRIES_AT_ONCE) {
        const __m256i sixteen = _mm256_broadcastsi128_si256(
            _mm_loadu_si128((const __m128i *)(const void *)(outcomes + first)));
        /* a shuffle gives 0 where the highest bit is set, as in all that are not among the sixteen */
        const __m256i places = _mm256_adds_epu8(
            _mm256_xor_si256(above, _mm256_set1_epi8((char)first)), _mm256_set1_epi8(0x70));
        found = _mm256_or_si256(found, _mm256_shuffle_epi8(sixteen, places));
    }
    return _mm256_and_si256(found, is_meant);
}

/* The same as look_up(), 32 by 32, where a table is not too large for it. */
#define MOST_LOOKS 32
FOR_WIDE static inline void look_up_wide(const struct scale *scale, const struct scale_table *table,
                                         const uint8_t n_answered[], size_t n, uint8_t out[])
{
    const size_t n_looks =
        (scale->n_items + 1 - table->fewest) * (table->width / ENTRIES_AT_ONCE + 1);
    if (n_looks > MOST_LOOKS) {
        look_up(table, n_answered, n, out);
        return;
    }
    for (size_t f = 0; f < BATCH_FORMS; f += sizeof(__m256i)) {
        __m256i *const to = (__m256i *)(void *)&out[f];
        const __m256i answered = _mm256_loadu_si256((const __m256i *)(const void *)&n_answered[f]);
        const __m256i above = _mm256_loadu_si256(to);
        __m256i found = _mm256_set1_epi8(REASON_INCOMPLETE);
        for (size_t k = table->fewest; k <= scale->n_items; k++) {
            const __m256i is_meant = _mm256_cmpeq_epi8(answered, _mm256_set1_epi8((char)k));
            /* scores are above all reasons */
            found = _mm256_max_epu8(found, outcomes_from(table->outcomes + k * table->width,
                                                         table->width, above, is_meant));
        }
        _mm256_storeu_si256(to, found);
    }
}
#else
static inline void look_up_wide(const struct scale *scale, const struct scale_table *table,
                                const uint8_t n_answered[], size_t n, uint8_t out[])
{
    (void)scale;
    look_up(table, n_answered, n, out);
}
#endif

/* A form whose group has a gap has no score; a screen item is not one that the scale needs. */
static void need_complete_group(const struct scale *scale, const struct item_group *group,
                                const answer *columns, const uint8_t *restrict n_valid,
                                uint8_t *restrict out)
{
    const uint8_t all = (uint8_t)group->n_items;
    uint8_t n[BATCH_FORMS];
    memcpy(n, n_valid, sizeof n);
    if (scale->has_screen) {
        const struct keying keying = keying_of(group, false);
        const answer *const screen = &columns[scale->screen_item * BATCH_FORMS];
        for (size_t f = 0; f < BATCH_FORMS; f++) {
            n[f] = (uint8_t)(n[f] + (keyed_offset(keying, screen[f]) > keying.most));
        }
    }
    for (size_t f = 0; f < BATCH_FORMS; f++) {
        out[f] = n[f] == all ? out[f] : REASON_INCOMPLETE;
    }
}

static void mark_prorated(uint8_t n_items, const uint8_t *restrict n_answered,
                          const uint8_t *restrict outcomes, uint8_t *restrict prorated)
{
    for (size_t f = 0; f < BATCH_FORMS; f++) {
        prorated[f] = (outcomes[f] >= N_REASONS) & (n_answered[f] < n_items);
    }
}

/* Whoever gives the screen's answer has a score of 0, which is not a prorated one. */
static void apply_screen(const struct scale *scale, const answer *restrict screen,
                         uint8_t *restrict out, uint8_t *restrict prorated)
{
    const uint8_t zero = (uint8_t)scored_as(scale, 0, 0, false).outcome;
    const answer screening = scale->screen_answer;
    for (size_t f = 0; f < BATCH_FORMS; f++) {
        out[f] = screen[f] == screening ? zero : out[f];
    }
    for (size_t f = 0; f < BATCH_FORMS; f++) {
        prorated[f] = screen[f] != screening ? prorated[f] : 0;
    }
}

static inline void score_items(const struct instrument *instrument, const struct scale *scale,
                               const struct scale_table *table, const answer *columns,
                               const uint8_t n_valid[], size_t n, bool wide,
                               struct result_columns out)
{
    if (wide) {
        look_up_wide(scale, table, out.n_answered, n, out.outcome);
    } else {
        look_up(table, out.n_answered, n, out.outcome);
    }
    if (instrument->complete_groups_only) {
        need_complete_group(scale, &instrument->groups[scale->group], columns, n_valid,
                            out.outcome);
    }
    mark_prorated((uint8_t)scale->n_items, out.n_answered, out.outcome, out.prorated);
    /* Last: the screen stands above all other rules. */
    if (scale->has_screen) {
        apply_screen(scale, &columns[scale->screen_item * BATCH_FORMS], out.outcome, out.prorated);
    }
}

/* Is every unit from the lowest to the highest a score? */
static bool is_without_gaps(const struct scale *scale)
{
    return scale->values[scale->n_values - 1] - scale->values[0] == (int64_t)scale->n_values - 1;
}

/* Whether outcomes add up like the scores that they stand for; *base is what there is to add then. */
static bool outcomes_add_up(const struct instrument *instrument, const struct scale *scale,
                            uint8_t *base)
{
    int64_t lowest = 0;
    for (size_t i = 0; i < scale->n_parts; i++) {
        const struct scale *const part = &instrument->scales[scale->parts[i]];
        if (!is_without_gaps(part) || part_factor(scale, part) != 1) {
            return false;
        }
        lowest += part->values[0];
    }
    *base = (uint8_t)(N_REASONS + lowest - scale->values[0]);
    return is_without_gaps(scale);
}

/* Adds a part's score above its lowest; what has none adds nothing. */
static void add_part(const uint8_t *restrict outcomes, const uint8_t *restrict prorated,
                     uint8_t *restrict n_no_form, struct result_columns sums)
{
    uint8_t *restrict const above = sums.outcome, *restrict const n = sums.n_answered;
    uint8_t *restrict const any_prorated = sums.prorated;
    for (size_t f = 0; f < BATCH_FORMS; f++) {
        const uint8_t least = outcomes[f] > N_REASONS ? outcomes[f] : N_REASONS;
        above[f] = (uint8_t)(above[f] + least - N_REASONS);
        n[f] = (uint8_t)(n[f] + (outcomes[f] >= N_REASONS));
        n_no_form[f] = (uint8_t)(n_no_form[f] + (outcomes[f] == REASON_NO_FORM));
    }
    for (size_t f = 0; f < BATCH_FORMS; f++) {
        any_prorated[f] = any_prorated[f] | prorated[f];
    }
}

/* Forms that have every part have their sum; others none, unless a rule says so afterwards. */
static void score_sums(const struct scale *scale, uint8_t base, const uint8_t *restrict n_no_form,
                       struct result_columns out)
{
    const uint8_t n_parts = (uint8_t)scale->n_parts;
    uint8_t *restrict const sums = out.outcome;
    const uint8_t *restrict const n = out.n_answered;
    uint8_t *restrict const prorated = out.prorated;
    for (size_t f = 0; f < BATCH_FORMS; f++) {
        const uint8_t none = n_no_form[f] == n_parts ? REASON_NO_FORM : REASON_INCOMPLETE;
        sums[f] = n[f] == n_parts ? (uint8_t)(sums[f] + base) : none;
    }
    for (size_t f = 0; f < BATCH_FORMS; f++) {
        prorated[f] = n[f] == n_parts ? prorated[f] : 0;
    }
}

/* --- scales form by form ---------------------------------------------------------------------- */

static void store(struct scored_columns *out, size_t scale, size_t f, struct scored scored)
{
    if (out->is_narrow) {
        out->narrow[scale][f] = (uint8_t)scored.outcome;
    } else {
        out->wide[scale][f] = scored.outcome;
    }
    out->n_answered[scale][f] = scored.n_answered;
    out->prorated[scale][f] = scored.prorated;
}

static struct scored fetch(const struct scored_columns *out, size_t scale, size_t f)
{
    return (struct scored){.outcome = scored_outcome(out, scale, f),
                           .n_answered = out->n_answered[scale][f],
                           .prorated = out->prorated[scale][f] != 0};
}

/* A scale of items, by its sums. */
static void score_items_of(const struct instrument *instrument, size_t index, const answer *columns,
                           const uint8_t n_valid[], size_t f, struct scored_columns *out)
{
    const struct scale *const scale = &instrument->scales[index];
    const struct item_group *const group = &instrument->groups[scale->group];
    const answer screen =
        scale->has_screen ? columns[scale->screen_item * BATCH_FORMS + f] : ANSWER_MISSING;
    const size_t n = out->n_answered[index][f];
    const size_t n_screen = scale->has_screen && !is_valid(group, screen) ? 1 : 0;
    int64_t low, high;
    item_range(instrument, scale, &low, &high);
    store(out, index, f,
          scored_scale_items(scale, low * (int64_t)n + out->wide[index][f], n,
                             scale->has_screen && screen == scale->screen_answer,
                             instrument->complete_groups_only &&
                                 n_valid[f] + n_screen != group->n_items));
}

static void score_parts_of(const struct instrument *instrument, size_t index, size_t f,
                           struct scored_columns *out)
{
    const struct scale *const scale = &instrument->scales[index];
    struct scored parts[MAX_SCALES];
    for (size_t i = 0; i < scale->n_parts; i++) {
        parts[scale->parts[i]] = fetch(out, scale->parts[i], f);
    }
    store(out, index, f, scored_parts(instrument, scale, parts));
}

/* --- all scales ------------------------------------------------------------------------------- */

static void score_parts(const struct instrument *instrument, size_t index, size_t n,
                        struct scored_columns *out)
{
    const struct scale *const scale = &instrument->scales[index];
    const struct result_columns to = {out->narrow[index], out->n_answered[index],
                                      out->prorated[index]};
    uint8_t base, n_no_form[BATCH_FORMS] = {0};
    const bool quick = out->is_narrow && outcomes_add_up(instrument, scale, &base);
    if (quick) {
        memset(to.outcome, 0, BATCH_FORMS);
        memset(to.n_answered, 0, BATCH_FORMS);
        memset(to.prorated, 0, BATCH_FORMS);
        for (size_t i = 0; i < scale->n_parts; i++) {
            add_part(out->narrow[scale->parts[i]], out->prorated[scale->parts[i]], n_no_form, to);
        }
        score_sums(scale, base, n_no_form, to);
    }
    /* Those are left that are scored from fewer parts than there are. */
    for (size_t f = 0; f < n && (!quick || scale->min_parts < scale->n_parts); f++) {
        if (!quick || (to.n_answered[f] < scale->n_parts && to.n_answered[f] > 0)) {
            score_parts_of(instrument, index, f, out);
        }
    }
}

static void score_conversion(const struct instrument *instrument, size_t index,
                             const struct scoring_tables *tables, size_t n,
                             struct scored_columns *out)
{
    const struct scale *const scale = &instrument->scales[index];
    const size_t raw = scale->parts[0];
    for (size_t f = 0; f < n && !out->is_narrow; f++) {
        store(out, index, f,
              scored_conversion(&instrument->scales[raw], scale, fetch(out, raw, f)));
    }
    for (size_t f = 0; f < n && out->is_narrow; f++) {
        const uint8_t of_raw = out->narrow[raw][f];
        out->narrow[index][f] = tables->scales[index].outcomes[of_raw];
        out->n_answered[index][f] = of_raw >= N_REASONS;
        out->prorated[index][f] = out->prorated[raw][f];
    }
}

/* No form, from form `first` on. */
static void no_form(size_t scale, size_t first, struct scored_columns *out)
{
    const size_t n = BATCH_FORMS - first;
    if (out->is_narrow) {
        memset(&out->narrow[scale][first], REASON_NO_FORM, n);
    } else {
        memset(&out->wide[scale][first], REASON_NO_FORM, n * sizeof(outcome));
    }
    memset(&out->n_answered[scale][first], 0, n);
    memset(&out->prorated[scale][first], 0, n);
}

static inline void score_scale(const struct instrument *instrument, size_t index,
                               const struct scoring_tables *tables,
                               const struct answer_columns *answers,
                               const uint8_t n_valid[][BATCH_FORMS], size_t n, bool wide,
                               struct scored_columns *out)
{
    const struct scale *const scale = &instrument->scales[index];
    const answer *const columns =
        scale->kind == SCALE_ITEMS ? answers->answers[scale->group] : NULL;
    if (scale->kind == SCALE_SCALES) {
        score_parts(instrument, index, n, out);
    } else if (scale->kind == SCALE_CONVERSION) {
        score_conversion(instrument, index, tables, n, out);
    } else if (columns == NULL) {
        no_form(index, 0, out);
    } else if (out->is_narrow) {
        const struct result_columns to = {out->narrow[index], out->n_answered[index],
                                          out->prorated[index]};
        score_items(instrument, scale, &tables->scales[index], columns, n_valid[scale->group], n,
                    wide, to);
    } else {
        for (size_t f = 0; f < n; f++) {
            score_items_of(instrument, index, columns, n_valid[scale->group], f, out);
        }
    }
}

static inline void score_all(const struct instrument *instrument,
                             const struct scoring_tables *tables,
                             const struct answer_columns *answers, size_t n, bool wide,
                             struct scored_columns *out)
{
    uint8_t n_valid[MAX_GROUPS][BATCH_FORMS];
    assert(n <= BATCH_FORMS);
    out->is_narrow = tables != NULL;
    add_all_items(instrument, answers, out);
    count_answers(instrument, answers, n_valid, out);
    /* In order: every scale stands behind its parts, whose results it reads from `out`. */
    for (size_t i = 0; i < instrument->n_scales; i++) {
        score_scale(instrument, i, tables, answers, (const uint8_t(*)[BATCH_FORMS])n_valid, n, wide,
                    out);
        no_form(i, n, out);
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
