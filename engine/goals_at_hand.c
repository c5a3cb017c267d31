#include "engine/goals_at_hand.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/memory.h"

void goals_at_hand_free(struct goals_at_hand *goals)
{
    free(goals->series);
    free(goals->codes);
    free(goals->shares);
    free(goals->ratings);
    free(goals->kinds);
    free(goals->kind_codes);
    free(goals->kind_sums);
    free(goals->listed);
    *goals = (struct goals_at_hand){0};
}

/* --- ratings --- */

/* Bits of what divides a weight; all divide 0. */
static uint64_t find_divisors(uint32_t weight)
{
    uint64_t divisors = 0;
    for (uint32_t d = 1; d <= 64; d++) {
        divisors |= (uint64_t)(weight % d == 0) << (d - 1);
    }
    return divisors;
}

/* In ten-thousandths, + 1; 0: none is given. */
static uint32_t weight_of(const struct goals_at_hand *goals, uint32_t code)
{
    return goals->weighted ? rating_weight(goals->join, code - 1) : GAS_WEIGHT_UNITS + 1;
}

const struct rating *goals_make_rating(const struct goals_at_hand *goals, uint32_t code,
                                       struct rating *room)
{
    const uint32_t level = rating_level(code - 1), units = weight_of(goals, code) - 1;
    const uint64_t weight = units / GAS_WEIGHT_UNITS;
    *room = (struct rating){.sums = {.levels = UINT64_C(1) << SUM_N_SHIFT | level},
                            .weight = (code - 1) / GAS_N_HALVES,
                            .level = (uint8_t)level};
    if (units % GAS_WEIGHT_UNITS == 0 &&
        weight <= LARGEST_WEIGHT) { /* none is the largest number */
        room->sums.weights =
            weight << SUM_W_SHIFT | weight * weight << SUM_WW_SHIFT | weight * level;
        room->sums.divisors = find_divisors((uint32_t)weight);
    }
    return room;
}

/* Nothing is known yet of goals of this join. */
static bool begin_join(struct goals_at_hand *goals, const struct study *study,
                       const struct join *join)
{
    const size_t n_weights = study->goals.weighted ? join->n_weights : 1, n_kinds = N_KINDS + 1;
    goals->join = join;
    goals->weighted = study->goals.weighted;
    goals->n_stages = study->n_stages;
    goals->ready[0] = (struct rating){.sums = GOAL_SUMS_NONE, .level = NO_GOAL_LEVEL};
    for (uint32_t code = 1; code < N_READY && code <= n_weights * GAS_N_HALVES; code++) {
        (void)goals_make_rating(goals, code, &goals->ready[code]);
    }
    free(goals->kinds);
    free(goals->kind_codes);
    free(goals->kind_sums);
    free(goals->listed);
    goals->kinds = calloc(n_kinds, sizeof *goals->kinds);
    goals->kind_codes = calloc(n_kinds * study->n_stages, sizeof *goals->kind_codes);
    goals->kind_sums = calloc(n_kinds * study->n_stages, sizeof *goals->kind_sums);
    goals->listed = calloc(n_kinds, sizeof *goals->listed);
    goals->n_listed = 0;
    return goals->kinds != NULL && goals->kind_codes != NULL && goals->kind_sums != NULL &&
           goals->listed != NULL;
}

bool goals_at_hand_begin(struct goals_at_hand *goals, const struct study *study,
                         const struct join *join)
{
    if (goals->join != join && !begin_join(goals, study, join)) {
        return false;
    }
    goals->n = 0;
    for (size_t i = 0; i < goals->n_stages; i++) {
        goals->own[i] = GOAL_SUMS_NONE;
    }
    goals->codes_known = false;
    goals->some = goals->conflicts = 0;
    goals->all = UINT64_MAX;
    goals->one_weight = goals->weights_settled = true;
    goals->n_changed = 0;
    goals->change = 0;
    return true;
}

bool goals_know_codes(struct goals_at_hand *goals)
{
    const struct join_layout *const layout = goals->join->layout;
    if (goals->codes_known) {
        return true;
    }
    if (!array_grow(&goals->codes, &goals->codes_capacity, goals->n * goals->n_stages,
                    sizeof *goals->codes)) {
        return false;
    }
    for (size_t i = 0; i < goals->n * goals->n_stages; i++) {
        const unsigned char *const at = goals->series[i / goals->n_stages];
        const uint32_t code = series_rating(layout, at, i % goals->n_stages);
        goals->codes[i] = code == rating_conflict(layout->stored_bytes) ? 0 : code;
    }
    goals->codes_known = true;
    return true;
}

/* --- weights that differ, and that are missing --- */

/* The rating of this code with the weight of another. */
static uint32_t code_with_weight(uint32_t code, uint32_t weight)
{
    return (weight - 1) / GAS_N_HALVES * GAS_N_HALVES + rating_level(code - 1) + 1;
}

/* Of one goal. */
static void settle_weights(struct goals_at_hand *goals, uint32_t codes[])
{
    uint32_t first = 0, known = 0;
    for (size_t i = 0; i < goals->n_stages; i++) {
        const bool is_given = codes[i] != 0 && weight_of(goals, codes[i]) != 0;
        known = known == 0 && is_given ? codes[i] : known;
    }
    for (size_t i = 0; i < goals->n_stages; i++) {
        if (codes[i] == 0) {
            continue;
        }
        if (known != 0 && weight_of(goals, codes[i]) == 0) {
            codes[i] = code_with_weight(codes[i], known);
        }
        first = first == 0 ? codes[i] : first;
        goals->one_weight =
            goals->one_weight && weight_of(goals, codes[i]) == weight_of(goals, first);
    }
}

bool goals_settle_weights(struct goals_at_hand *goals)
{
    if (goals->weights_settled) {
        return true;
    }
    if (!goals_know_codes(goals)) {
        return false;
    }
    for (size_t i = 0; i < goals->n; i++) {
        settle_weights(goals, goals->codes + i * goals->n_stages);
    }
    for (size_t i = 0; i < goals->n_stages; i++) {
        goals->own[i] = goals_common_sums(goals, i, i);
    }
    goals->weights_settled = true;
    return true;
}

/* --- goals that two stages have --- */

struct goal_sums goals_common_sums(const struct goals_at_hand *goals, size_t stage, size_t other)
{
    const size_t earlier = stage < other ? stage : other;
    const uint32_t *codes = goals->codes;
    struct goal_sums sums = GOAL_SUMS_NONE;
    struct rating room;
    for (size_t i = 0; i < goals->n; i++, codes += goals->n_stages) {
        if (codes[stage] != 0 && codes[other] != 0) {
            const uint32_t code = code_with_weight(codes[stage], codes[earlier]);
            goal_sums_add(&sums, &goals_rating(goals, code, &room)->sums);
        }
    }
    return sums;
}

size_t goals_in_common(const struct goals_at_hand *goals, size_t stage, size_t other)
{
    const uint32_t *codes = goals->codes;
    size_t n = 0;
    if (goals_are_alike(goals, stage, other)) {
        return (goals->all >> stage & goals->all >> other & 1) != 0 ? goals->n : 0;
    }
    for (size_t i = 0; i < goals->n; i++, codes += goals->n_stages) {
        n += codes[stage] != 0 && codes[other] != 0;
    }
    return n;
}

bool goals_t_score(struct goals_at_hand *goals, size_t stage, size_t other, double rho,
                   tally_code *code)
{
    const size_t earlier = stage < other ? stage : other;
    size_t n = 0;
    if (!goals_know_codes(goals) ||
        !array_grow(&goals->ratings, &goals->ratings_capacity, goals->n, sizeof *goals->ratings)) {
        return false;
    }
    for (size_t i = 0; i < goals->n; i++) {
        const uint32_t *const codes = goals->codes + i * goals->n_stages;
        if (codes[stage] != 0 && codes[other] != 0) {
            const uint32_t weight = weight_of(goals, codes[earlier]);
            const int32_t level = (int32_t)rating_level(codes[stage] - 1);
            if (weight == 0) {
                *code = TALLY_REASON(REASON_INCOMPLETE);
                return true;
            }
            goals->ratings[n++] =
                (struct goal_rating){level - 2 * GAS_HALVES_PER_LEVEL, weight - 1};
        }
    }
    *code = gas_t_score(goals->ratings, n, rho);
    return true;
}
