/* engine/count_goals.c - the goals of one respondent, each by itself and all together. A pair of stages is
   not always made of its two stages: a change rests on the goals that both stages have, so a family may
   have a score at each stage and yet no change.

   What the stages say of the goals is found once, as rows of small numbers; what is counted of it goes
   through a goal_counter. */
#include "engine/count_walk.h"

#include <assert.h>
#include <stdlib.h>

#include "engine/goal_counter.h"
#include "scales/divisor.h"
#include "scales/gas.h"

/* Where a goal has no level at a stage; levels are -4 .. 4 halves. */
#define NOT_RATED INT8_MIN
#define CONFLICTING (INT8_MIN + 1)
static inline bool is_rated(int8_t halves)
{
    return halves > CONFLICTING;
}

/* No stage gives a weight. */
#define NO_WEIGHT UINT32_MAX

/* --- what is known of the goals --- */

/* What a family's score at a stage rests on: the goals that are rated there and at another. */
struct goal_sums {
    size_t stage, other, weight_stage;
    size_t n;
    int64_t halves;
    /* Of whole weights, in these; the divisor is the greatest that all have. */
    int64_t w, wh, ww, divisor;
};

static inline void add_goal(struct goal_sums *sums, int64_t halves, bool weighted, uint32_t weight)
{
    const int64_t w = weight / GAS_WEIGHT_UNITS;
    sums->n++;
    sums->halves += halves;
    if (!weighted) {
        return;
    }
    sums->w += w;
    sums->wh += w * halves;
    sums->ww += w * w;
    if (w != sums->divisor && sums->divisor != 1) {
        sums->divisor = greatest_common_divisor(sums->divisor, w);
    }
}

static void finish_sums(struct goal_sums *sums)
{
    if (sums->divisor == 0) { /* no weights, or all of them 0, which are equal */
        sums->w = sums->ww = (int64_t)sums->n;
        sums->wh = sums->halves;
        sums->divisor = 1;
    }
}

/* Room for n goals and one more. */
static bool make_room(struct goals_at_hand *goals, size_t n, size_t n_stages)
{
    const size_t room = 2 * (n + 1);
    if (n < goals->room) {
        return true;
    }
    if (!array_grow(&goals->own, &goals->own_capacity, n_stages, sizeof *goals->own) ||
        !array_grow(&goals->series, &goals->series_capacity, room, sizeof *goals->series) ||
        !array_grow(&goals->known, &goals->known_capacity, room, sizeof *goals->known) ||
        !array_grow(&goals->halves, &goals->halves_capacity, room * n_stages,
                    sizeof *goals->halves) ||
        !array_grow(&goals->weights, &goals->weights_capacity, room * n_stages,
                    sizeof *goals->weights)) {
        return false;
    }
    goals->room = room;
    return true;
}

/* The level of a goal at each stage, and the weight. Returns whether there is any form. */
static bool find_levels(const struct walk *walk, const unsigned char *series,
                        struct goals_at_hand *goals, int8_t halves[], uint32_t weights[])
{
    const struct join_layout *const layout = walk->layout;
    bool any = false;
    for (size_t i = 0; i < walk->study->n_stages; i++) {
        const enum slot_state state = series_state(layout, series, i);
        halves[i] = NOT_RATED;
        weights[i] = NO_WEIGHT;
        any = any || state != SLOT_EMPTY;
        if (state == SLOT_FORM) {
            const uint32_t code = code_at(series_payload(layout, series, i), layout->stored_bytes);
            halves[i] = (int8_t)((int32_t)rating_level(code) - 2 * GAS_HALVES_PER_LEVEL);
            weights[i] = rating_weight(walk->join, code) - 1; /* none: NO_WEIGHT */
        } else if (state == SLOT_CONFLICT) {
            halves[i] = CONFLICTING;
            goals->has_conflict[i] = true;
        }
    }
    return any;
}

/* Where a stage gives no weight, that of the first stage that does. */
static void fill_weights(struct goals_at_hand *goals, uint32_t weights[], size_t n)
{
    uint32_t first = NO_WEIGHT;
    for (size_t i = 0; i < n; i++) {
        first = first == NO_WEIGHT ? weights[i] : first;
    }
    for (size_t i = 0; i < n; i++) {
        weights[i] = weights[i] == NO_WEIGHT ? first : weights[i];
        goals->one_weight = goals->one_weight && weights[i] == first;
        goals->whole_weights = goals->whole_weights && weights[i] % GAS_WEIGHT_UNITS == 0;
    }
}

/* Takes a goal among those at hand, if there is any form of it. */
static void take_goal(const struct walk *walk, struct goals_at_hand *goals,
                      const struct goal_cursor *goal)
{
    const size_t n_stages = walk->study->n_stages;
    const bool weighted = walk->study->goals.weighted;
    int8_t *const halves = goals->halves + goals->n * n_stages;
    uint32_t *const weights = goals->weights + goals->n * n_stages;
    if (!find_levels(walk, goal->at, goals, halves, weights)) {
        return;
    }
    if (weighted) {
        fill_weights(goals, weights, n_stages);
    }
    for (size_t i = 0; i < n_stages; i++) {
        if (is_rated(halves[i])) {
            add_goal(&goals->own[i], halves[i], weighted, weights[i]);
        }
    }
    goals->series[goals->n] = goal->series;
    goals->known[goals->n++] = goal_at(walk->layout, goal->at);
}

static bool find_goals(struct walk *walk)
{
    struct goals_at_hand *const goals = &walk->goals;
    const size_t n_stages = walk->study->n_stages;
    if (!make_room(goals, 0, n_stages)) {
        return false;
    }
    goals->n = 0;
    goals->one_weight = goals->whole_weights = true;
    for (size_t i = 0; i < n_stages; i++) {
        goals->has_conflict[i] = false;
        goals->own[i] = (struct goal_sums){.stage = i, .other = i, .weight_stage = i};
    }
    for (struct goal_cursor goal = goals_of(walk->join, walk->respondent); goal.at != NULL;
         goals_next(walk->join, &goal)) {
        if (!make_room(goals, goals->n, n_stages)) {
            return false;
        }
        take_goal(walk, goals, &goal);
    }
    for (size_t i = 0; i < n_stages; i++) {
        finish_sums(&goals->own[i]);
    }
    return true;
}

/* --- a family's scores --- */

/* Of the goals that are rated at two stages, at the first of them, with the weights of the earlier. */
static struct goal_sums sums_of_common(const struct walk *walk, size_t stage, size_t other)
{
    const struct goals_at_hand *const goals = &walk->goals;
    const size_t n_stages = walk->study->n_stages, earlier = stage < other ? stage : other;
    struct goal_sums sums = {.stage = stage, .other = other, .weight_stage = earlier};
    const int8_t *halves = goals->halves;
    for (size_t i = 0; i < goals->n; i++, halves += n_stages) {
        if (is_rated(halves[stage]) && is_rated(halves[other])) {
            add_goal(&sums, halves[stage], walk->study->goals.weighted,
                     goals->weights[i * n_stages + earlier]);
        }
    }
    finish_sums(&sums);
    return sums;
}

/* A number for sums, so that what comes of them is found once; 0: they are too large for that. */
enum { SUMS_LEVEL = 1, SUMS_T, SUMS_CODE };
#define SUMS_KIND_SHIFT 62

static uint64_t level_sums_key(const struct goal_sums *sums)
{
    const uint64_t n = sums->n, sum = (uint64_t)(sums->halves + (INT64_C(1) << 30));
    return n >> 30 != 0 ? 0 : (uint64_t)SUMS_LEVEL << SUMS_KIND_SHIFT | n << 31 | sum;
}

static uint64_t t_sums_key(const struct goal_sums *sums)
{
    const uint64_t wh = (uint64_t)(sums->wh + (1 << 17));
    if (sums->w >> 16 != 0 || sums->ww >> 20 != 0 || wh >> 18 != 0 || sums->divisor >> 8 != 0) {
        return 0;
    }
    return (uint64_t)SUMS_T << SUMS_KIND_SHIFT | (uint64_t)sums->divisor << 54 |
           (uint64_t)sums->w << 38 | (uint64_t)sums->ww << 18 | wh;
}

/* The T-score of goals with any weights; a reason where some goal has none. */
static tally_code t_of_ratings(struct walk *walk, const struct goal_sums *sums)
{
    struct goals_at_hand *const goals = &walk->goals;
    const size_t n_stages = walk->study->n_stages;
    size_t n = 0;
    for (size_t i = 0; i < goals->n; i++) {
        const int8_t *const halves = goals->halves + i * n_stages;
        const uint32_t weight = walk->study->goals.weighted
                                    ? goals->weights[i * n_stages + sums->weight_stage]
                                    : GAS_WEIGHT_UNITS;
        if (is_rated(halves[sums->stage]) && is_rated(halves[sums->other])) {
            if (weight == NO_WEIGHT) {
                return TALLY_REASON(REASON_INCOMPLETE);
            }
            /* find_goals() cannot know how many these are; count_goals() has made the room. */
            goals->ratings[n++] = (struct goal_rating){halves[sums->stage], weight};
        }
    }
    return gas_t_score(goals->ratings, n, walk->study->goals.rho);
}

/* The number of the family's score on a scale, in the goal_counter; *number is REASON_NO_COMMON_GOAL
   where there is no such goal. */
static bool find_number(struct walk *walk, enum goals_scale scale, const struct goal_sums *sums,
                        uint32_t *number)
{
    struct goal_counter *const counter = walk->counted->goals;
    /* The mean level needs no weights, so a missing one costs the T score only. */
    uint64_t key = scale == GOALS_FAMILY_LEVEL ? level_sums_key(sums)
                   : walk->goals.whole_weights ? t_sums_key(sums)
                                               : 0;
    tally_code code;
    *number = REASON_NO_COMMON_GOAL;
    if (sums->n == 0 || (key != 0 && goal_counter_known(counter, key, number))) {
        return true;
    }
    code = scale == GOALS_FAMILY_LEVEL ? gas_mean_level(sums->halves, sums->n)
                                       : t_of_ratings(walk, sums);
    if (!tally_is_score(code)) {
        *number = tally_reason(code);
        return true;
    }
    if (key == 0) {
        key = (uint64_t)SUMS_CODE << SUMS_KIND_SHIFT |
              ((uint64_t)code & ((UINT64_C(1) << SUMS_KIND_SHIFT) - 1));
        if (goal_counter_known(counter, key, number)) {
            return true;
        }
    }
    return goal_counter_learn(counter, key, code, number);
}

/* --- families --- */

/* A family's scores, as numbers: at each stage, of all goals rated there. */
struct family_scores {
    uint32_t at[N_GOALS_SCALES][MAX_STAGES];
};

static bool is_score(uint32_t number)
{
    return number >= N_REASONS;
}

static bool find_scores(struct walk *walk, struct family_scores *scores)
{
    const struct goals_at_hand *const goals = &walk->goals;
    for (size_t stage = 0; stage < walk->study->n_stages; stage++) {
        const struct goal_sums *const sums = &goals->own[stage];
        if (sums->n > 0) {
            if (!find_number(walk, GOALS_FAMILY_LEVEL, sums,
                             &scores->at[GOALS_FAMILY_LEVEL][stage]) ||
                !find_number(walk, GOALS_T_SCORE, sums, &scores->at[GOALS_T_SCORE][stage])) {
                return false;
            }
            continue;
        }
        scores->at[GOALS_FAMILY_LEVEL][stage] = scores->at[GOALS_T_SCORE][stage] =
            goals->has_conflict[stage] ? REASON_CONFLICTING : absence(walk, stage);
    }
    return true;
}

static size_t count_common(const struct walk *walk, size_t stage, size_t later)
{
    const struct goals_at_hand *const goals = &walk->goals;
    const size_t n_stages = walk->study->n_stages;
    const int8_t *halves = goals->halves;
    size_t n = 0;
    if (stage == walk->study->before && later == walk->study->after) {
        return goals->n_changed;
    }
    for (size_t i = 0; i < goals->n; i++, halves += n_stages) {
        n += is_rated(halves[stage]) && is_rated(halves[later]);
    }
    return n;
}

/* One side of a pair of stages: what a family scores at `stage` on the goals that `other` has, too. They
   are the stage's own where no goal is left out. Both sides have the weights of the earlier stage: a
   change of weights alone is no change in goals. */
static bool find_side(struct walk *walk, enum goals_scale scale, size_t stage, size_t other,
                      size_t n_common, uint32_t *number)
{
    const struct goals_at_hand *const goals = &walk->goals;
    struct goal_sums sums;
    if ((stage < other || goals->one_weight) && n_common == goals->own[stage].n) {
        return true;
    }
    sums = sums_of_common(walk, stage, other);
    return find_number(walk, scale, &sums, number);
}

/* The numbers of a pair of stages: scores from the goals that both stages have. */
static bool find_pair(struct walk *walk, enum goals_scale scale, const uint32_t at[], size_t stage,
                      size_t later, size_t n_common, uint32_t pair[2])
{
    pair[0] = at[stage];
    pair[1] = at[later];
    if (is_score(pair[0]) && is_score(pair[1]) &&
        (!find_side(walk, scale, stage, later, n_common, &pair[0]) ||
         !find_side(walk, scale, later, stage, n_common, &pair[1]))) {
        return false;
    }
    if (!is_score(pair[0]) || !is_score(pair[1])) {
        /* a rating in conflict is the first reason that holds, even beside good ones */
        pair[0] = walk->goals.has_conflict[stage] ? REASON_CONFLICTING : pair[0];
        pair[1] = walk->goals.has_conflict[later] ? REASON_CONFLICTING : pair[1];
    }
    return true;
}

static bool count_pair(struct walk *walk, enum goals_scale scale, size_t scale_index,
                       const uint32_t at[], size_t stage, size_t later, size_t n_common)
{
    const struct study *const study = walk->study;
    const struct goal_counter *const counter = walk->counted->goals;
    uint32_t pair[2];
    tally_code code, later_code;
    if (!find_pair(walk, scale, at, stage, later, n_common, pair) ||
        !goal_counter_pair(walk->counted->goals, scale, stage, later, pair[0], pair[1])) {
        return false;
    }
    code = goal_counter_code(counter, pair[0]);
    later_code = goal_counter_code(counter, pair[1]);
    return (stage != study->before || later != study->after ||
            list_discount(walk, scale_index, code, later_code)) &&
           count_kin_pair(walk, scale_index, stage, later, code, later_code);
}

/* The set of stages at which a family has a score, of all goals rated there: a stage has one score in
   the mixed model, whatever it is compared with. */
static bool count_stages(const struct walk *walk, size_t scale_index, const uint32_t at[])
{
    int64_t scores[MAX_STAGES];
    uint64_t stages = 0;
    size_t m = 0;
    for (size_t i = 0; i < walk->study->n_stages; i++) {
        if (is_score(at[i])) {
            scores[m++] = goal_counter_code(walk->counted->goals, at[i]);
            stages |= UINT64_C(1) << i;
        }
    }
    return count_pattern(walk, scale_index, stages, scores);
}

static bool count_family(struct walk *walk, size_t first_scale)
{
    const struct study *const study = walk->study;
    struct family_scores scores;
    bool done = find_scores(walk, &scores);
    for (unsigned i = GOALS_FAMILY_LEVEL; i < N_GOALS_SCALES && done; i++) {
        done = goal_counter_stages(walk->counted->goals, (enum goals_scale)i, scores.at[i]) &&
               count_stages(walk, first_scale + i, scores.at[i]);
    }
    for (size_t stage = 0; stage < study->n_stages && done; stage++) {
        for (size_t later = stage + 1; later < study->n_stages && done; later++) {
            if (is_counted_pair(study, stage, later)) {
                const size_t n = count_common(walk, stage, later);
                for (unsigned i = GOALS_FAMILY_LEVEL; i < N_GOALS_SCALES && done; i++) {
                    done = count_pair(walk, (enum goals_scale)i, first_scale + i, scores.at[i],
                                      stage, later, n);
                }
            }
        }
    }
    return done;
}

/* --- goals of a family together --- */

/* So many shares are looked through for one that is there already; what stands behind them may be there
   twice. Nearly all respondents have fewer. */
#define SEARCHED_SHARES ((size_t)64)

/* An order of some kind. */
static int share_compare(const void *a, const void *b)
{
    return family_sum_compare(&((const struct goal_share *)a)->of,
                              &((const struct goal_share *)b)->of);
}

static struct goal_share *find_share(struct goals_at_hand *goals, const struct family_sum *of)
{
    for (size_t i = 0; i < goals->n_shares && i < SEARCHED_SHARES; i++) {
        struct goal_share *const share = &goals->shares[i];
        if (share->of.about == of->about && share->of.later == of->later) {
            return share;
        }
    }
    if (!array_grow(&goals->shares, &goals->shares_capacity, goals->n_shares + 1,
                    sizeof *goals->shares)) {
        return NULL;
    }
    goals->shares[goals->n_shares] = (struct goal_share){.of = *of};
    return &goals->shares[goals->n_shares++];
}

/* A goal that was rated at an occasion: whether it was attained, among all goals and among those that
   are about the same. */
static bool share_attained(struct walk *walk, const struct known_goal *known, size_t scale,
                           const int16_t ending[N_GOAL_OCCASIONS])
{
    const struct study *const study = walk->study;
    struct family_sum of;
    for (size_t d = GOALS_ANY; d < GOALS_BY_FLAG + study->goals.n_flags; d++) {
        if (family_of_goal(study, scale, (enum goal_occasion)0, d, known->category, known->flags,
                           &of)) {
            struct goal_share *const share = find_share(&walk->goals, &of);
            if (share == NULL) {
                return false;
            }
            for (size_t i = 0; i < N_GOAL_OCCASIONS; i++) {
                share->n[i] += ending[i] != GOAL_NOT_REVIEWED;
                share->attained[i] += ending[i] != GOAL_NOT_REVIEWED && ending[i] >= 0;
            }
        }
    }
    return true;
}

/* A share, for the respondent's family or, where it is one by itself, for the counter. */
static bool count_share(const struct walk *walk, const struct goal_share *share)
{
    bool done = true;
    if (family_is_none(walk->family)) {
        return goal_counter_share(walk->counted->goals, share, &walk->counted->families);
    }
    for (size_t i = 0; i < N_GOAL_OCCASIONS && done; i++) {
        struct family_sum of = share->of;
        of.stage = (uint8_t)i;
        done =
            share->n[i] == 0 || kin_put(walk->kin, &of, share->n[i], (int64_t)share->attained[i]);
    }
    return done;
}

static bool count_shares(struct walk *walk)
{
    struct goals_at_hand *const goals = &walk->goals;
    bool done = true;
    if (goals->n_shares > SEARCHED_SHARES) {
        qsort(goals->shares, goals->n_shares, sizeof *goals->shares, share_compare);
    }
    for (size_t i = 0, same; i < goals->n_shares && done; i += same) {
        struct goal_share all = goals->shares[i];
        for (same = 1; goals->n_shares > SEARCHED_SHARES && i + same < goals->n_shares &&
                       share_compare(&goals->shares[i], &goals->shares[i + same]) == 0;
             same++) {
            for (size_t k = 0; k < N_GOAL_OCCASIONS; k++) {
                all.n[k] += goals->shares[i + same].n[k];
                all.attained[k] += goals->shares[i + same].attained[k];
            }
        }
        done = count_share(walk, &all);
    }
    return done;
}

/* What the goals' changes add up to, of those that are rated before and after. */
static bool count_change(struct walk *walk, size_t scale)
{
    const struct study *const study = walk->study;
    const struct family_sum of = {
        .scale = (uint16_t)scale, .stage = (uint8_t)study->before, .later = (uint8_t)study->after};
    const uint64_t n = walk->goals.n_changed;
    const int64_t sum = walk->goals.change;
    if (n == 0) {
        return true;
    }
    return family_is_none(walk->family)
               ? goal_counter_change(walk->counted->goals, n, sum, &walk->counted->families)
               : kin_put(walk->kin, &of, n, sum);
}

/* --- one goal --- */

/* A goal's levels: at each stage, and at each review with the next. The first stage is no review: there goals
   are set, and a rating is where they start; before with after is counted by itself. Returns how many. */
static uint64_t count_levels(const struct walk *walk, const int8_t halves[])
{
    struct goal_counter *const counter = walk->counted->goals;
    const struct study *const study = walk->study;
    uint64_t n = 0;
    for (size_t stage = 0; stage < study->n_stages; stage++) {
        if (!is_rated(halves[stage])) {
            continue;
        }
        n++;
        goal_counter_level(counter, stage, halves[stage]);
        if (stage >= 2 && is_rated(halves[stage - 1]) &&
            (stage - 1 != study->before || stage != study->after)) {
            goal_counter_levels(counter, stage - 1, stage, halves[stage - 1], halves[stage]);
        }
    }
    return n;
}

/* Counts one goal by itself: its levels, how it ended, and its change with the days between. */
static bool count_goal(struct walk *walk, size_t i, uint32_t measure)
{
    const struct study *const study = walk->study;
    const size_t scale = study->measures[measure].first_scale + GOALS_LEVEL;
    const struct known_goal *const known = &walk->goals.known[i];
    const int8_t *const halves = walk->goals.halves + i * study->n_stages;
    int16_t ending[N_GOAL_OCCASIONS] = {GOAL_NOT_REVIEWED, GOAL_NOT_REVIEWED};
    walk->counted->measures[measure].forms[FORM_USED] += count_levels(walk, halves);
    for (size_t stage = 1; stage < study->n_stages; stage++) {
        ending[GOAL_LATEST] = is_rated(halves[stage]) ? halves[stage] : ending[GOAL_LATEST];
    }
    if (is_rated(halves[study->after])) {
        ending[GOAL_AFTER] = halves[study->after];
    }
    if (!goal_counter_ending(walk->counted->goals, known->category, known->flags, ending) ||
        ((ending[GOAL_LATEST] != GOAL_NOT_REVIEWED || ending[GOAL_AFTER] != GOAL_NOT_REVIEWED) &&
         !share_attained(walk, known, scale, ending))) {
        return false;
    }
    if (study->before == study->after || !is_rated(halves[study->before]) ||
        !is_rated(halves[study->after])) {
        return true;
    }
    walk->goals.n_changed++;
    walk->goals.change += halves[study->after] - halves[study->before];
    goal_counter_levels(walk->counted->goals, study->before, study->after, halves[study->before],
                        halves[study->after]);
    return !walk->rules->by_date || count_days(walk, series_of(walk, walk->goals.series[i]), scale);
}

static bool begin(struct walk *walk, size_t first_scale)
{
    struct counted *const counted = walk->counted;
    struct goals_at_hand *const goals = &walk->goals;
    goals->n_shares = 0;
    goals->n_changed = 0;
    goals->change = 0;
    if (counted->goals == NULL) {
        counted->goals = goal_counter_new(walk->study);
    }
    return counted->goals != NULL &&
           goal_counter_begin(counted->goals, walk->cohort, first_scale, &counted->tally,
                              &counted->families) &&
           array_grow(&goals->ratings, &goals->ratings_capacity, goals->n, sizeof *goals->ratings);
}

bool count_goals(struct walk *walk, uint32_t measure_index)
{
    const size_t first_scale = walk->study->measures[measure_index].first_scale;
    if (!find_goals(walk)) {
        return false;
    }
    if (walk->goals.n == 0) {
        return true;
    }
    if (!begin(walk, first_scale)) {
        return false;
    }
    for (size_t i = 0; i < walk->goals.n; i++) {
        if (!count_goal(walk, i, measure_index)) {
            return false;
        }
    }
    count_person(walk, measure_index);
    /* A family whose ratings all conflict is counted too: a respondent, but discounted. */
    return count_shares(walk) && count_change(walk, first_scale + GOALS_LEVEL) &&
           count_family(walk, first_scale);
}

void goals_at_hand_free(struct goals_at_hand *goals)
{
    free(goals->own);
    free(goals->series);
    free(goals->known);
    free(goals->halves);
    free(goals->weights);
    free(goals->shares);
    free(goals->ratings);
    *goals = (struct goals_at_hand){0};
}
