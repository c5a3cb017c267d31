/* engine/item_checks.c - all sums are whole numbers, so a warning does not depend on the order of
   the rows. Items are checked as they stand on the form; only where an item is compared with its
   scale are reversed items turned round first, since that is what shows that one was not. */
#include "engine/item_checks.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include "scales/keying.h"
#include "scales/wide.h"

#if defined(HAS_WIDE)
#include <immintrin.h>
#endif

/* A scale whose items stand in no earlier scale of the instrument, so that the item sums are its
   own: SCORE-15's total repeats the items of its dimensions. */
static bool owns_its_items(const struct instrument *instrument, size_t index)
{
    const struct scale *const scale = &instrument->scales[index];
    /* With two items the rest of the scale is the other one, and nothing shows which of them is the
       wrong way round. */
    if (scale->kind != SCALE_ITEMS || scale->recode != NULL || scale->n_items < 3) {
        return false;
    }
    for (size_t i = 0; i < index; i++) {
        const struct scale *const earlier = &instrument->scales[i];
        for (size_t j = 0; earlier->kind == SCALE_ITEMS && j < earlier->n_items; j++) {
            if (earlier->group == scale->group &&
                memchr(scale->items, earlier->items[j], scale->n_items) != NULL) {
                return false;
            }
        }
    }
    return true;
}

bool item_checks_init(struct item_checks *checks, const struct study *study)
{
    *checks = (struct item_checks){
        .study = study,
        .scales = calloc(study->n_scales + 1, sizeof *checks->scales),
        .items = calloc(study->n_measures * MAX_GROUPS * MAX_ITEMS + 1, sizeof *checks->items),
        .ages = calloc(study->n_measures + 1, sizeof *checks->ages),
        .ages_outside = calloc(study->n_measures + 1, sizeof *checks->ages_outside),
        .owns_items = calloc(study->n_scales + 1, sizeof *checks->owns_items)};
    if (checks->scales == NULL || checks->items == NULL || checks->ages == NULL ||
        checks->ages_outside == NULL || checks->owns_items == NULL) {
        item_checks_free(checks);
        return false;
    }
    for (size_t i = 0; i < study->n_measures; i++) {
        const struct measure *const m = &study->measures[i];
        for (size_t j = 0; j < m->instrument->n_scales; j++) {
            checks->owns_items[m->first_scale + j] = owns_its_items(m->instrument, j);
        }
    }
    return true;
}

void item_checks_free(struct item_checks *checks)
{
    free(checks->scales);
    free(checks->items);
    free(checks->ages);
    free(checks->ages_outside);
    free(checks->owns_items);
    *checks = (struct item_checks){0};
}

/* --- forms ---

   Loops run over BLOCK forms, used or not, so that the compiler makes vector instructions of them
   (scales/forms.c says more); `used` and `complete` are UINT8_MAX where a form is meant, 0 where it
   is left out. Of a block every count fits a byte, and every sum of products 32 bits:
   BLOCK * MAX_ITEMS * 254 * 254 < 2^31. */
#define BLOCK 128
_Static_assert(BATCH_FORMS % BLOCK == 0, "a batch is a number of whole blocks");

static uint32_t count_forms(const uint8_t flags[BATCH_FORMS])
{
    uint32_t n = 0;
    for (size_t f = 0; f < BATCH_FORMS; f++) {
        n += flags[f] & 1U;
    }
    return n;
}

/* Counts of one item, each in as many bytes as a vector has: no byte counts more than the
   BATCH_FORMS / LANES forms of a batch that are its own. */
#define LANES 32
_Static_assert(BATCH_FORMS % LANES == 0 && BATCH_FORMS / LANES <= UINT8_MAX, "a byte is enough");

static uint32_t lanes_sum(const uint8_t lanes[LANES])
{
    uint32_t sum = 0;
    for (size_t k = 0; k < LANES; k++) {
        sum += lanes[k];
    }
    return sum;
}

/* Codes just beside the range are counted apart: they tell a shifted coding from a slip. Neither can be
   ANSWER_MISSING, which is -128, and modulo 256 128 as well. */
static void count_beside(const struct item_group *group, const answer *restrict column,
                         const uint8_t *restrict used, struct item_sums *item)
{
    const struct keying keying = keying_of(group, false);
    for (size_t f = 0; f < BATCH_FORMS; f++) {
        const uint8_t offset = keyed_offset(keying, column[f]);
        const bool below = offset == UINT8_MAX, above = offset == keying.most + 1; /* modulo 256 */
        item->n_one_below += below && used[f] != 0 && group->lowest > ANSWER_MISSING + 1;
        item->n_one_above += above && used[f] != 0 && group->highest < INT8_MAX;
    }
}

static void leave_out(const answer *restrict column, const uint8_t *restrict used,
                      answer *restrict meant)
{
    for (size_t f = 0; f < BATCH_FORMS; f++) {
        meant[f] = used[f] != 0 ? column[f] : ANSWER_MISSING;
    }
}

/* No form that is not used has a valid code here. */
static void count_codes(const struct item_group *group, const answer *restrict column,
                        const uint8_t *restrict used, struct item_sums *item)
{
    const struct keying keying = keying_of(group, false);
    uint8_t valid[LANES] = {0}, lowest[LANES] = {0}, highest[LANES] = {0}, missing[LANES] = {0};
    for (size_t f = 0; f < BATCH_FORMS; f += LANES) {
        for (size_t k = 0; k < LANES; k++) {
            const uint8_t offset = keyed_offset(keying, column[f + k]);
            valid[k] = (uint8_t)(valid[k] + (offset <= keying.most));
            lowest[k] = (uint8_t)(lowest[k] + (offset == 0));
            highest[k] = (uint8_t)(highest[k] + (offset == keying.most));
            missing[k] = (uint8_t)(missing[k] + (column[f + k] == ANSWER_MISSING));
        }
    }
    const uint32_t n = lanes_sum(valid);
    item->n += n;
    item->n_lowest += lanes_sum(lowest);
    item->n_highest += lanes_sum(highest);
    if (n + lanes_sum(missing) < BATCH_FORMS) {
        count_beside(group, column, used, item);
    }
}

static void add_codes(struct item_checks *checks, size_t measure, size_t group,
                      const answer columns[], const uint8_t used[BATCH_FORMS], size_t n)
{
    const struct item_group *const g = &checks->study->measures[measure].instrument->groups[group];
    for (size_t i = 0; i < g->n_items; i++) {
        const answer *column = &columns[i * BATCH_FORMS];
        answer meant[BATCH_FORMS];
        if (n < BATCH_FORMS || checks->study->measures[measure].pooled) {
            leave_out(column, used, meant);
            column = meant;
        }
        count_codes(g, column, used, item_at(checks, measure, group, i));
    }
}

/* Adds one item to the forms' scale sums, counted from 0, and leaves out forms that lack it. */
static void add_to_totals(const answer *restrict column, struct keying keying,
                          uint8_t *restrict complete, int16_t *restrict totals)
{
    for (size_t f = 0; f < BATCH_FORMS; f++) {
        const uint8_t valid = keyed_offset(keying, column[f]) <= keying.most ? UINT8_MAX : 0;
        complete[f] = complete[f] & valid;
    }
    for (size_t f = 0; f < BATCH_FORMS; f++) {
        totals[f] = (int16_t)(totals[f] + keyed_offset(keying, column[f]));
    }
}

/* One item of one block: what it adds to the sums over complete forms. */
static void add_item_products(const answer *restrict column, struct keying keying,
                              const uint8_t *restrict complete, const int16_t *restrict totals,
                              struct item_sums *item, struct scale_sums *scale)
{
    int32_t sum = 0, sum_square = 0, sum_product = 0;
    for (size_t f = 0; f < BLOCK; f++) {
        const int16_t value = (uint8_t)(keyed_offset(keying, column[f]) & complete[f]);
        sum += value;
        sum_square += value * value;
        sum_product += value * totals[f];
    }
    item->sum += sum;
    item->sum_square += sum_square;
    item->sum_product += sum_product;
    /* Over all items, the values make up the total, and value * total its square. */
    scale->sum += sum;
    scale->sum_square += sum_product;
}

#if defined(HAS_WIDE)
/* Whether a total is a byte, and 16 bits have room for BATCH_FORMS / 16 products of an item with it. */
static bool products_are_small(const struct scale *scale, const struct item_group *group)
{
    const size_t most = (size_t)(group->highest - group->lowest), total = most * scale->n_items;
    return total <= UINT8_MAX && BATCH_FORMS / 16 * most * total <= INT16_MAX;
}

/* Thirty-two answers to an item, from 0 up where they are valid. */
FOR_WIDE static inline __m256i keyed(const answer *column, struct keying keying)
{
    const __m256i codes = _mm256_loadu_si256((const __m256i *)(const void *)column);
    return _mm256_add_epi8(_mm256_xor_si256(codes, _mm256_set1_epi8((char)keying.turn)),
                           _mm256_set1_epi8((char)keying.base));
}

/* The sum of numbers of 16 bits. */
FOR_WIDE static inline int32_t sum_of(__m256i numbers)
{
    const __m256i pairs = _mm256_madd_epi16(numbers, _mm256_set1_epi16(1));
    __m128i sums = _mm_add_epi32(_mm256_castsi256_si128(pairs), _mm256_extracti128_si256(pairs, 1));
    sums = _mm_hadd_epi32(sums, sums);
    return _mm_cvtsi128_si32(_mm_hadd_epi32(sums, sums));
}

/* Which of the forms `rest` are complete, as all bits, and the totals of those. */
FOR_WIDE static inline void add_totals(const struct scale *scale, const struct item_group *group,
                                       const answer columns[], const uint8_t rest[],
                                       uint8_t complete[], uint8_t totals[])
{
    for (size_t f = 0; f < BATCH_FORMS; f += sizeof(__m256i)) {
        __m256i valid = _mm256_loadu_si256((const __m256i *)(const void *)&rest[f]);
        __m256i total = _mm256_setzero_si256();
        for (size_t i = 0; i < scale->n_items; i++) {
            const struct keying keying = keying_of(group, scale->reversed[i] != 0);
            const __m256i most = _mm256_set1_epi8((char)keying.most);
            const __m256i value =
                keyed(&columns[(size_t)scale->items[i] * BATCH_FORMS + f], keying);
            valid = _mm256_and_si256(valid, _mm256_cmpeq_epi8(_mm256_min_epu8(value, most), value));
            total = _mm256_add_epi8(total, value);
        }
        _mm256_storeu_si256((__m256i *)(void *)&complete[f], valid);
        _mm256_storeu_si256((__m256i *)(void *)&totals[f], total);
    }
}

/* The same as add_item_products() for a batch where products are small. */
FOR_WIDE static inline void add_small_products(const answer *column, struct keying keying,
                                               const uint8_t complete[], const uint8_t totals[],
                                               struct item_sums *item, struct scale_sums *scale)
{
    __m256i sums = _mm256_setzero_si256(), squares = sums, products = sums;
    for (size_t f = 0; f < BATCH_FORMS; f += sizeof(__m256i)) {
        const __m256i is_meant = _mm256_loadu_si256((const __m256i *)(const void *)&complete[f]);
        const __m256i total = _mm256_loadu_si256((const __m256i *)(const void *)&totals[f]);
        const __m256i value = _mm256_and_si256(keyed(&column[f], keying), is_meant);
        sums = _mm256_add_epi16(sums, _mm256_maddubs_epi16(value, _mm256_set1_epi8(1)));
        squares = _mm256_add_epi16(squares, _mm256_maddubs_epi16(value, value));
        products = _mm256_add_epi16(products, _mm256_maddubs_epi16(total, value));
    }
    const int32_t sum = sum_of(sums), sum_product = sum_of(products);
    item->sum += sum;
    item->sum_square += sum_of(squares);
    item->sum_product += sum_product;
    scale->sum += sum;
    scale->sum_square += sum_product;
}

/* False: products are not small, nothing is added. */
FOR_WIDE static inline bool add_products_wide(struct item_checks *checks, size_t measure,
                                              size_t scale_index, const answer columns[],
                                              const uint8_t rest[BATCH_FORMS])
{
    const struct scale *const scale = checks->study->scales[scale_index].scale;
    const struct item_group *const group =
        &checks->study->measures[measure].instrument->groups[scale->group];
    uint8_t complete[BATCH_FORMS], totals[BATCH_FORMS];
    if (!products_are_small(scale, group)) {
        return false;
    }
    add_totals(scale, group, columns, rest, complete, totals);
    for (size_t i = 0; i < scale->n_items; i++) {
        add_small_products(&columns[(size_t)scale->items[i] * BATCH_FORMS],
                           keying_of(group, scale->reversed[i] != 0), complete, totals,
                           item_at(checks, measure, scale->group, scale->items[i]),
                           &checks->scales[scale_index]);
    }
    checks->scales[scale_index].n += count_forms(complete);
    return true;
}
#else
static bool add_products_wide(struct item_checks *checks, size_t measure, size_t scale_index,
                              const answer columns[], const uint8_t rest[BATCH_FORMS])
{
    (void)checks, (void)measure, (void)scale_index, (void)columns, (void)rest;
    return false;
}
#endif

/* Items are compared with the rest of their scale on complete answers only, counted from 0: one
   missing answer leaves the form out, so that all sums of a scale are over the same forms. Here it is
   those of the forms `rest`. */
static void add_products(struct item_checks *checks, size_t measure, size_t scale_index,
                         const answer columns[], const uint8_t rest[BATCH_FORMS])
{
    const struct scale *const scale = checks->study->scales[scale_index].scale;
    const struct item_group *const group =
        &checks->study->measures[measure].instrument->groups[scale->group];
    struct scale_sums *const sums = &checks->scales[scale_index];
    uint8_t complete[BATCH_FORMS];
    int16_t totals[BATCH_FORMS] = {0};
    memcpy(complete, rest, sizeof complete);
    for (size_t i = 0; i < scale->n_items; i++) {
        add_to_totals(&columns[(size_t)scale->items[i] * BATCH_FORMS],
                      keying_of(group, scale->reversed[i] != 0), complete, totals);
    }
    for (size_t i = 0; i < scale->n_items; i++) {
        const answer *const column = &columns[(size_t)scale->items[i] * BATCH_FORMS];
        const struct keying keying = keying_of(group, scale->reversed[i] != 0);
        struct item_sums *const item = item_at(checks, measure, scale->group, scale->items[i]);
        for (size_t b = 0; b < BATCH_FORMS; b += BLOCK) {
            add_item_products(&column[b], keying, &complete[b], &totals[b], item, sums);
        }
    }
    sums->n += count_forms(complete);
}

/* The forms whose products the item tally does not have. */
static bool find_rest(const uint8_t *restrict used, const uint8_t *restrict complete,
                      const uint8_t *restrict counted, uint8_t *restrict rest)
{
    for (size_t f = 0; f < BATCH_FORMS; f++) {
        rest[f] = used[f] & complete[f] & (uint8_t)~counted[f];
    }
    return memchr(rest, UINT8_MAX, BATCH_FORMS) != NULL;
}

/* What there is to know of an outcome here: a reason, or N_REASONS for any score. */
static const uint8_t *kinds_of(const struct scored_columns *scored, size_t scale,
                               uint8_t room[BATCH_FORMS])
{
    const outcome *const wide = scored->wide[scale];
    if (scored->is_narrow) {
        return scored->narrow[scale];
    }
    for (size_t f = 0; f < BATCH_FORMS; f++) {
        room[f] = (uint8_t)(wide[f] < N_REASONS ? wide[f] : N_REASONS);
    }
    return room;
}

static void add_audit(struct scoring_audit *audit, const struct scale *scale,
                      const uint8_t *restrict outcomes, const uint8_t *restrict n_answered,
                      const uint8_t *restrict prorated, const uint8_t *restrict used)
{
    uint8_t scored[LANES] = {0}, some[LANES] = {0}, incomplete[LANES] = {0};
    for (size_t f = 0; f < BATCH_FORMS; f += LANES) {
        for (size_t k = 0; k < LANES; k++) {
            const uint8_t one = used[f + k] & 1, code = outcomes[f + k];
            scored[k] = (uint8_t)(scored[k] + ((code >= N_REASONS) & one));
            some[k] = (uint8_t)(some[k] + (prorated[f + k] & one));
            incomplete[k] = (uint8_t)(incomplete[k] + ((code == REASON_INCOMPLETE) & one));
        }
    }
    const uint32_t n_prorated = lanes_sum(some);
    audit->complete += lanes_sum(scored) - n_prorated;
    audit->prorated += n_prorated;
    audit->unscored += lanes_sum(incomplete);
    /* of a sum of scales it is parts that are counted, which would read as items */
    for (size_t f = 0; n_prorated > 0 && scale->kind == SCALE_ITEMS && f < BATCH_FORMS; f++) {
        audit->prorated_from[n_answered[f]] += prorated[f] != 0 && used[f] != 0;
    }
}

/* The products of one scale, of the forms that leave them to us. */
static inline void add_rest(struct item_checks *checks, size_t measure, size_t scale_index,
                            const struct answer_columns *answers,
                            const struct scored_columns *scored, const struct item_counted *counted,
                            const uint8_t used[BATCH_FORMS], bool wide)
{
    static const uint8_t nobody[BATCH_FORMS] = {0};
    const struct scale *const scale = checks->study->scales[scale_index].scale;
    const struct instrument *const instrument = checks->study->measures[measure].instrument;
    const size_t g = scale->group;
    /* Of a scale of all items the complete forms are known. */
    const bool is_group =
        !checks->study->measures[measure].pooled && scale->n_items == instrument->groups[g].n_items;
    uint8_t rest[BATCH_FORMS];
    if (find_rest(used, is_group ? scored->complete[g] : used,
                  counted != NULL && counted->forms[g] != NULL ? counted->forms[g] : nobody,
                  rest) &&
        !(wide && add_products_wide(checks, measure, scale_index, answers->answers[g], rest))) {
        add_products(checks, measure, scale_index, answers->answers[g], rest);
    }
}

static inline void add_forms(struct item_checks *checks, size_t measure,
                             const struct answer_columns *answers,
                             const struct scored_columns *scored,
                             const struct item_counted *counted, size_t n, bool wide)
{
    const struct measure *const m = &checks->study->measures[measure];
    uint8_t used[BATCH_FORMS];
    assert(n <= BATCH_FORMS);
    for (size_t f = 0; f < BATCH_FORMS; f++) {
        used[f] = scored->n_valid[f] > 0 ? UINT8_MAX : 0;
    }
    memset(&used[n], 0, BATCH_FORMS - n);
    for (size_t i = 0; i < m->instrument->n_groups; i++) {
        if (answers->answers[i] != NULL) {
            add_codes(checks, measure, i, answers->answers[i], used, n);
        }
    }
    for (size_t i = 0; i < m->instrument->n_scales; i++) {
        const size_t index = m->first_scale + i;
        const struct scale *const scale = &m->instrument->scales[i];
        uint8_t room[BATCH_FORMS];
        add_audit(&checks->scales[index].audit, scale, kinds_of(scored, i, room),
                  scored->n_answered[i], scored->prorated[i], used);
        if (checks->owns_items[index] && answers->answers[scale->group] != NULL) {
            add_rest(checks, measure, index, answers, scored, counted, used, wide);
        }
    }
}

FOR_WIDE static void add_forms_wide(struct item_checks *checks, size_t measure,
                                    const struct answer_columns *answers,
                                    const struct scored_columns *scored,
                                    const struct item_counted *counted, size_t n)
{
    add_forms(checks, measure, answers, scored, counted, n, true);
}

void item_checks_add_forms(struct item_checks *checks, size_t measure,
                           const struct answer_columns *answers,
                           const struct scored_columns *scored, const struct item_counted *counted,
                           size_t n)
{
    if (has_wide()) {
        add_forms_wide(checks, measure, answers, scored, counted, n);
    } else {
        add_forms(checks, measure, answers, scored, counted, n, false);
    }
}

/* --- the products of the item tally --- */

/* An item's value in its scale is `first` + `sign` times its code from 0 up. */
struct value_of {
    int64_t first, sign;
};

static struct value_of value_of(const struct item_sheet *sheet, bool reversed)
{
    return reversed ? (struct value_of){sheet->most, -1} : (struct value_of){0, 1};
}

/* The sum over n forms of the products of two items' values. */
static int64_t product_of(const struct item_sheet *sheet, const uint64_t sums[], int64_t n,
                          const size_t items[2], const struct value_of values[2])
{
    const int64_t a = (int64_t)sums[items[0]], b = (int64_t)sums[items[1]];
    const int64_t ab = (int64_t)sums[item_product_place(sheet->n_items, items[0], items[1])];
    return n * values[0].first * values[1].first + values[0].first * values[1].sign * b +
           values[1].first * values[0].sign * a + values[0].sign * values[1].sign * ab;
}

/* What the n forms of a sheet add to the sums of a scale. */
static void add_sheet(struct item_checks *checks, size_t measure, size_t scale_index,
                      const struct item_sheet *sheet, const uint64_t sums[], int64_t n)
{
    const struct scale *const scale = checks->study->scales[scale_index].scale;
    struct scale_sums *const total = &checks->scales[scale_index];
    total->n += n;
    for (size_t i = 0; i < scale->n_items; i++) {
        struct item_sums *const item = item_at(checks, measure, scale->group, scale->items[i]);
        const struct value_of value = value_of(sheet, scale->reversed[i] != 0);
        const int64_t sum = n * value.first + value.sign * (int64_t)sums[scale->items[i]];
        item->sum += sum;
        total->sum += sum;
        for (size_t j = 0; j < scale->n_items; j++) {
            const int64_t product = product_of(
                sheet, sums, n, (const size_t[]){scale->items[i], scale->items[j]},
                (const struct value_of[]){value, value_of(sheet, scale->reversed[j] != 0)});
            item->sum_square += i == j ? product : 0;
            item->sum_product += product;
            total->sum_square += product;
        }
    }
}

void item_checks_add_products(struct item_checks *checks, const struct item_tally *tally)
{
    uint64_t n, sums[ITEM_SUMS_MOST];
    for (size_t s = 0; s < checks->study->n_scales; s++) {
        const size_t measure = checks->study->scales[s].measure;
        const struct item_sheet *const sheet =
            checks->owns_items[s]
                ? item_tally_sheet(tally, measure, checks->study->scales[s].scale->group)
                : NULL;
        if (sheet != NULL) {
            item_sheet_total(sheet, &n, sums);
            add_sheet(checks, measure, s, sheet, sums, (int64_t)n);
        }
    }
}

/* --- merging --- */

static void merge_scale(struct scale_sums *into, const struct scale_sums *from)
{
    into->audit.complete += from->audit.complete;
    into->audit.prorated += from->audit.prorated;
    for (size_t i = 0; i <= MAX_ITEMS; i++) {
        into->audit.prorated_from[i] += from->audit.prorated_from[i];
    }
    into->audit.unscored += from->audit.unscored;
    into->n += from->n;
    into->sum += from->sum;
    into->sum_square += from->sum_square;
}

static void merge_item(struct item_sums *into, const struct item_sums *from)
{
    into->n += from->n;
    into->n_lowest += from->n_lowest;
    into->n_highest += from->n_highest;
    into->n_one_below += from->n_one_below;
    into->n_one_above += from->n_one_above;
    into->sum += from->sum;
    into->sum_square += from->sum_square;
    into->sum_product += from->sum_product;
}

void item_checks_merge(struct item_checks *into, const struct item_checks *from)
{
    assert(into->study == from->study);
    for (size_t i = 0; i < into->study->n_scales; i++) {
        merge_scale(&into->scales[i], &from->scales[i]);
    }
    for (size_t i = 0; i < into->study->n_measures * MAX_GROUPS * MAX_ITEMS; i++) {
        merge_item(&into->items[i], &from->items[i]);
    }
    for (size_t i = 0; i < into->study->n_measures; i++) {
        into->ages[i] += from->ages[i];
        into->ages_outside[i] += from->ages_outside[i];
    }
}

#define AGE_AND_OVER 120 /* as a highest age: no limit */

bool item_checks_add_ages(struct item_checks *checks, size_t measure,
                          const int16_t ages[BATCH_FORMS], const uint8_t n_valid[BATCH_FORMS],
                          int16_t bad)
{
    const struct instrument *const instrument = checks->study->measures[measure].instrument;
    const int16_t lowest = (int16_t)instrument->age_lowest;
    const int16_t highest =
        (int16_t)(instrument->age_highest < AGE_AND_OVER ? instrument->age_highest : INT16_MAX);
    uint16_t n = 0, n_outside = 0, n_bad = 0;
    for (size_t f = 0; f < BATCH_FORMS; f++) {
        const uint16_t used = n_valid[f] > 0, given = (ages[f] >= 0) & used;
        n = (uint16_t)(n + given);
        n_outside = (uint16_t)(n_outside + (given & ((ages[f] < lowest) | (ages[f] > highest))));
        n_bad = (uint16_t)(n_bad + (used & (ages[f] == bad)));
    }
    if (instrument->age_highest > 0) {
        checks->ages[measure] += n;
        checks->ages_outside[measure] += n_outside;
    }
    return n_bad > 0;
}

/* --- warnings --- */

/* Whether an item, by its sums, shows the sign in question. */
typedef bool item_sign(const struct item_sums *item);

static bool never_lowest(const struct item_sums *item)
{
    return item->n >= CHECKED_FORMS && item->n_lowest == 0;
}

static bool never_highest(const struct item_sums *item)
{
    return item->n >= CHECKED_FORMS && item->n_highest == 0;
}

/* Warns of all items of a group that show a sign, in one sentence that lists their numbers. */
static void warn_of_items(struct warnings *warnings, const struct item_checks *checks,
                          size_t measure, size_t group, item_sign *sign, enum message message)
{
    const struct measure *const m = &checks->study->measures[measure];
    const struct item_group *const g = &m->instrument->groups[group];
    const char *list = NULL;
    size_t n = 0;
    for (size_t i = 0; i < g->n_items; i++) {
        if (sign(item_at(checks, measure, group, i))) {
            list = list == NULL ? arena_printf(warnings->arena, "%zu", i + 1)
                                : arena_printf(warnings->arena, "%s, %zu", list, i + 1);
            n++;
            if (list == NULL) {
                warnings->no_memory = true;
                return;
            }
        }
    }
    if (list != NULL) {
        struct text text = text_of(message);
        text.arguments[0] = argument_count(n);
        text.arguments[1] = argument_name(m->label);
        text.arguments[2] = argument_name(list);
        text.arguments[3] = argument_value(
            value_count(message == MESSAGE_WARNING_NEVER_LOWEST ? g->lowest : g->highest), 0);
        warnings_add(warnings, text);
    }
}

/* Codes that look shifted: 1-3 where 0-2 is expected never gives the lowest code and gives one
   above the highest; 0-4 where 1-5 is expected is the mirror image. */
static void warn_of_shift(struct warnings *warnings, const struct item_checks *checks,
                          size_t measure, size_t group)
{
    const struct measure *const m = &checks->study->measures[measure];
    const struct item_group *const g = &m->instrument->groups[group];
    struct item_sums all = {0};
    for (size_t i = 0; i < g->n_items; i++) {
        const struct item_sums *const item = item_at(checks, measure, group, i);
        const uint64_t n = item->n + item->n_one_below + item->n_one_above;
        all.n = n > all.n ? n : all.n; /* forms that answer this item, one way or the other */
        all.n_lowest += item->n_lowest;
        all.n_highest += item->n_highest;
        all.n_one_below += item->n_one_below;
        all.n_one_above += item->n_one_above;
    }
    /* Over the whole group and not item by item: a shift is one of the file's coding. */
    const bool up = all.n_lowest == 0 && all.n_one_above > 0;
    const bool down = all.n_highest == 0 && all.n_one_below > 0;
    if (all.n >= CHECKED_FORMS && (up || down)) {
        const int shift = up ? 1 : -1;
        struct text text = text_of(MESSAGE_WARNING_SHIFTED_CODES);
        text.arguments[0] = argument_name(m->label);
        text.arguments[1] = argument_name(g->name);
        text.arguments[2] = argument_name(
            arena_printf(warnings->arena, "%d-%d", g->lowest + shift, g->highest + shift));
        text.arguments[3] =
            argument_name(arena_printf(warnings->arena, "%d-%d", g->lowest, g->highest));
        if (text.arguments[2].name == NULL || text.arguments[3].name == NULL) {
            warnings->no_memory = true;
            return;
        }
        warnings_add(warnings, text);
    }
}

/* Whether an item correlates negatively with the sum of the other items of its scale, by more than
   chance would easily give: r < -2.33 / sqrt(n). With r = total - x for the rest, compared on
   exact sums: cov < 0 and n cov^2 > 2.33^2 var var. */
static bool runs_against(const struct item_sums *item, const struct scale_sums *scale)
{
    const int128 n = scale->n, sum = item->sum, sum_rest = scale->sum - item->sum;
    const int128 sum_product = item->sum_product - item->sum_square;
    const int128 sum_square_rest =
        scale->sum_square - 2 * (int128)item->sum_product + item->sum_square;
    /* Whole up to here, so that cov is 0 and gives no sign where an item or the rest never varies.
       2.33 is the 99th percentile of the normal, 1 / sqrt(n) the error of an r that is 0. */
    const double cov = (double)(n * sum_product - sum * sum_rest);
    const double var = (double)(n * item->sum_square - sum * sum);
    const double var_rest = (double)(n * sum_square_rest - sum_rest * sum_rest);
    return n >= CHECKED_FORMS && cov < 0.0 && (double)n * cov * cov > 2.33 * 2.33 * var * var_rest;
}

static void warn_of_direction(struct warnings *warnings, const struct item_checks *checks,
                              size_t measure, size_t scale_index)
{
    const struct measure *const m = &checks->study->measures[measure];
    const struct scale *const scale = checks->study->scales[scale_index].scale;
    for (size_t i = 0; i < scale->n_items; i++) {
        if (runs_against(item_at(checks, measure, scale->group, scale->items[i]),
                         &checks->scales[scale_index])) {
            struct text text = text_of(MESSAGE_WARNING_AGAINST_SCALE);
            text.arguments[0] = argument_name(m->label);
            text.arguments[1] = argument_count((uint64_t)scale->items[i] + 1);
            text.arguments[2] = argument_name(scale->name);
            text.arguments[3] = argument_count((uint64_t)checks->scales[scale_index].n);
            warnings_add(warnings, text);
        }
    }
}

static void warn_of_age(struct warnings *warnings, const struct item_checks *checks, size_t measure)
{
    const struct measure *const m = &checks->study->measures[measure];
    if (checks->ages[measure] >= CHECKED_FORMS && checks->ages_outside[measure] > 0) {
        struct text text = text_of(MESSAGE_WARNING_AGE);
        text.arguments[0] = argument_name(m->label);
        text.arguments[1] = argument_count(checks->ages_outside[measure]);
        text.arguments[2] = argument_count(checks->ages[measure]);
        text.arguments[3] = argument_name(arena_printf(
            warnings->arena, "%u-%u", m->instrument->age_lowest, m->instrument->age_highest));
        if (text.arguments[3].name == NULL) {
            warnings->no_memory = true;
            return;
        }
        warnings_add(warnings, text);
    }
}

void item_checks_warn(struct warnings *warnings, const struct item_checks *checks)
{
    for (size_t i = 0; i < checks->study->n_measures; i++) {
        const struct measure *const m = &checks->study->measures[i];
        for (size_t j = 0; j < m->instrument->n_groups; j++) {
            if (j == 0) { /* the further groups hold rare answers by design */
                warn_of_items(warnings, checks, i, j, never_lowest, MESSAGE_WARNING_NEVER_LOWEST);
                warn_of_items(warnings, checks, i, j, never_highest, MESSAGE_WARNING_NEVER_HIGHEST);
            }
            warn_of_shift(warnings, checks, i, j);
        }
        for (size_t j = 0; j < m->instrument->n_scales; j++) {
            if (checks->owns_items[m->first_scale + j]) {
                warn_of_direction(warnings, checks, i, m->first_scale + j);
            }
        }
        warn_of_age(warnings, checks, i);
    }
}
