#include "engine/family_columns.h"

#include <stdlib.h>
#include <string.h>

#include "scales/wide.h"

bool family_columns_init(struct family_columns *columns)
{
    const size_t n = FAMILY_FEW * columns->study->n_stages;
    columns->codes = calloc(n, sizeof *columns->codes);
    columns->scores = calloc(n, sizeof *columns->scores);
    return columns->codes != NULL && columns->scores != NULL;
}

void family_columns_free(struct family_columns *columns)
{
    free(columns->codes);
    free(columns->scores);
}

/* --- rows become columns --- */

static INTO_CALLER void read_codes(const struct family_columns *columns, size_t n_columns,
                                   size_t first, size_t step, size_t code_bytes)
{
    const size_t n = columns->n;
    for (size_t i = 0; i < n_columns; i++) {
        const size_t stage = i % columns->study->n_stages;
        const unsigned char *const *rows = columns->rows + i / columns->study->n_stages;
        uint16_t *const codes = columns->codes[i];
        for (size_t k = 0; k < columns->n_families; k++, rows += n) {
            codes[k] = (uint16_t)code_at(*rows + first + stage * step, code_bytes);
        }
    }
}

static void find_scores(const struct family_columns *columns, size_t n_columns,
                        const uint16_t scores[])
{
    for (size_t i = 0; i < n_columns; i++) {
        for (size_t k = 0; k < columns->n_families; k++) {
            columns->scores[i][k] = scores[columns->codes[i][k]];
        }
    }
}

/* --- what they add up to --- */

/* Numbers of as many families: a compiler makes of them what the processor has. */
typedef uint16_t lanes __attribute__((vector_size(2 * LANES), aligned(2), may_alias));
typedef int16_t signed_lanes __attribute__((vector_size(2 * LANES), aligned(2), may_alias));

/* The families of some lanes: n of them, from `first` on; the numbers behind those mean nothing. */
struct lane_part {
    size_t first, n;
};

/* A column's numbers; lanes go by their address, as processors differ in how they would be handed on. */
static INTO_CALLER const lanes *lanes_at(uint16_t (*columns)[FAMILIES_AT_ONCE], size_t column,
                                         size_t first)
{
    return (const lanes *)(columns[column] + first);
}

/* All bits where a member has scores at both stages. */
static INTO_CALLER void find_both(const struct family_columns *columns, size_t member,
                                  struct stage_pair pair, size_t first, lanes *both)
{
    const size_t column = member * columns->study->n_stages;
    const lanes before = *lanes_at(columns->codes, column + pair.stage, first);
    const lanes after = *lanes_at(columns->codes, column + pair.later, first);
    *both = (lanes)(((signed_lanes)before >= N_REASONS) & ((signed_lanes)after >= N_REASONS));
}

/* In each family how many of n members have both scores, and the place of what their changes add up to. */
static INTO_CALLER void find_places(const struct family_columns *columns,
                                    uint16_t (*values)[FAMILIES_AT_ONCE], struct stage_pair pair,
                                    uint16_t most_change, size_t first, size_t n, uint16_t places[])
{
    const size_t n_stages = columns->study->n_stages;
    lanes members = {0}, sum = {0}, both, place;
    for (size_t i = 0; i < n; i++) {
        const lanes before = *lanes_at(values, i * n_stages + pair.stage, first);
        const lanes after = *lanes_at(values, i * n_stages + pair.later, first);
        find_both(columns, i, pair, first, &both);
        members -= both;
        sum += (after - before) & both;
    }
    place = most_change * members * members + members + sum; /* table_place() */
    memcpy(places, &place, sizeof place);
}

static INTO_CALLER void add_places(const struct family_columns *columns, struct lane_part part,
                                   size_t offset, const uint16_t places[])
{
    for (size_t k = 0; k < part.n; k++) {
        columns->cells[part.first + k][offset + places[k]]++;
    }
}

/* The shares of one member with these scores. */
static uint32_t find_shares(const struct family_columns *columns, size_t scale, outcome before,
                            outcome after)
{
    const struct study *const study = columns->study;
    const int64_t *const values = study->scales[scale].scale->values;
    struct family_given given[MOST_FAMILY_GIVEN];
    const size_t n =
        family_given_by(study, scale, &columns->rules[scale], study->before, study->after,
                        outcome_score(values, before), outcome_score(values, after), given);
    uint32_t shares = 0;
    for (size_t i = 0; i < n; i++) {
        if (given[i].of.later >= FAMILY_SHARE) {
            shares |= (uint32_t)(given[i].sum + 1)
                      << SHARE_BITS * (given[i].of.later - (unsigned)FAMILY_SHARE);
        }
    }
    return shares;
}

static bool rules_have_share(const struct share_rules *rules)
{
    bool has = false;
    for (size_t i = 0; i < N_FAMILY_SHARES; i++) {
        has = has || rules->has[i];
    }
    return has;
}

/* The shares of all members of a family. */
static INTO_CALLER uint32_t add_up_shares(const struct family_columns *columns, size_t family,
                                          size_t scale, const struct scale_tables *tables, size_t n)
{
    const struct study *const study = columns->study;
    uint32_t sum = 0;
    for (size_t i = 0; i < n; i++) {
        const outcome before = columns->codes[i * study->n_stages + study->before][family];
        const outcome after = columns->codes[i * study->n_stages + study->after][family];
        uint32_t *const shares = &tables->shares[before * tables->n_outcomes + after];
        if (*shares == SHARES_NOT_KNOWN) {
            *shares = find_shares(columns, scale, before, after);
        }
        sum += *shares;
    }
    return sum;
}

/* Each of k members is written down as one more than its share, so that a family of them whose share is 0
   has k: it stands at the place of k members, and as far behind that of the least. */
static INTO_CALLER void add_shares(const struct family_columns *columns, struct lane_part part,
                                   size_t scale, const struct scale_tables *tables, size_t offset,
                                   size_t n)
{
    const bool *const has = columns->rules[scale].has;
    const struct stage_pair pair = {(uint8_t)columns->study->before,
                                    (uint8_t)columns->study->after};
    uint16_t place[LANES];
    uint32_t shares[LANES];
    lanes members = {0}, both;
    for (size_t i = 0; i < n; i++) {
        find_both(columns, i, pair, part.first, &both);
        members -= both;
    }
    members *= members; /* table_place(1, k) - k */
    memcpy(place, &members, sizeof place);
    for (size_t k = 0; k < part.n; k++) {
        shares[k] = add_up_shares(columns, part.first + k, scale, tables, n);
    }
    for (unsigned share = 0; share < N_FAMILY_SHARES; share++) {
        if (!has[share]) {
            continue;
        }
        for (size_t k = 0; k < part.n; k++) {
            columns
                ->cells[part.first + k][offset + place[k] +
                                        (shares[k] >> SHARE_BITS * share) % (1u << SHARE_BITS)]++;
        }
        offset += table_cells(1);
    }
}

/* All that is read, of families of n members: a constant, so that each number has loops of its own. */
static INTO_CALLER void count_members(struct family_columns *columns, size_t scale,
                                      const struct scale_tables *tables, size_t n)
{
    const size_t n_cells = table_cells(tables->most_change);
    const bool has_shares = rules_have_share(&columns->rules[scale]);
    uint16_t(*const values)[FAMILIES_AT_ONCE] = tables->by_code ? columns->codes : columns->scores;
    for (size_t first = 0; first < columns->n_families; first += LANES) {
        const size_t left = columns->n_families - first;
        const struct lane_part part = {first, left < LANES ? left : LANES};
        size_t offset = tables->offset;
        uint16_t places[LANES];
        for (size_t i = 0; i < columns->n_pairs; i++, offset += n_cells) {
            find_places(columns, values, columns->pairs[i], (uint16_t)tables->most_change, first, n,
                        places);
            add_places(columns, part, offset, places);
        }
        if (has_shares) {
            add_shares(columns, part, scale, tables, offset, n);
        }
    }
}

static INTO_CALLER void count_by_size(struct family_columns *columns, size_t scale,
                                      const struct scale_tables *tables)
{
    switch (columns->n) {
    case 1:
        count_members(columns, scale, tables, 1);
        break;
    case 2:
        count_members(columns, scale, tables, 2);
        break;
    case 3:
        count_members(columns, scale, tables, 3);
        break;
    default:
        count_members(columns, scale, tables, FAMILY_FEW);
        break;
    }
}

#if defined(HAS_WIDE)
FOR_WIDE static void count_wide(struct family_columns *columns, size_t scale,
                                const struct scale_tables *tables)
{
    count_by_size(columns, scale, tables);
}
#endif

static void count_plainly(struct family_columns *columns, size_t scale,
                          const struct scale_tables *tables)
{
    count_by_size(columns, scale, tables);
}

void family_columns_count(struct family_columns *columns, const struct member_row *row,
                          size_t scale, const struct scale_tables *tables)
{
    const struct study *const study = columns->study;
    const size_t in_measure = scale - study->measures[study->scales[scale].measure].first_scale;
    const size_t first = ROW_CODES + in_measure * row->code_bytes;
    const size_t step = row->n_scales * row->code_bytes;
    const size_t n_columns = columns->n * study->n_stages;
    if (row->code_bytes == 1) {
        read_codes(columns, n_columns, first, step, 1);
    } else {
        read_codes(columns, n_columns, first, step, row->code_bytes);
    }
    if (!tables->by_code) {
        find_scores(columns, n_columns, tables->scores);
    }
#if defined(HAS_WIDE)
    if (has_wide()) {
        count_wide(columns, scale, tables);
        return;
    }
#endif
    count_plainly(columns, scale, tables);
}
