/* engine/count_goals.c - the goals of one respondent, each by itself and all together. A pair of stages is
   not always made of its two stages: a change rests on the goals that both stages have, so a family may
   have a score at each stage and yet no change. */
#include "engine/count_walk.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/goal_counter.h"
#include "engine/stage_pairs.h"

/* --- goals of a family together --- */

/* Shares stand in this order: of all goals, of those with each flag and without it, then by what goals are
   about, as they come. So many of those are looked through for one that is there already; what stands behind
   them may be there twice. Nearly all respondents have fewer. */
#define SEARCHED_SHARES ((size_t)64)

static size_t n_flag_shares(const struct study *study)
{
    return 1 + 2 * study->goals.n_flags;
}

/* Shares of which none has a goal: as many as every family has, what they are of stays. False: no memory. */
static bool make_shares(const struct walk *walk, size_t scale)
{
    struct goals_at_hand *const goals = walk->goals;
    const struct study *const study = walk->study;
    const size_t n = n_flag_shares(study);
    if (!array_grow(&goals->shares, &goals->shares_capacity, n, sizeof *goals->shares)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        const size_t dimension = i == 0 ? (size_t)GOALS_ANY : GOALS_BY_FLAG + (i - 1) / 2;
        const uint32_t flags = i % 2 == 1 ? UINT32_MAX : 0; /* yes stands first */
        (void)family_of_goal(study, scale, (enum goal_occasion)0, dimension, NO_NAME, flags,
                             &goals->shares[i].of);
    }
    (void)family_of_goal(study, scale, (enum goal_occasion)0, GOALS_BY_CATEGORY, NO_NAME, 0,
                         &goals->of_category);
    goals->n_shares = n;
    goals->shares_scale = scale;
    return true;
}

static bool begin_shares(const struct walk *walk, size_t scale)
{
    struct goals_at_hand *const goals = walk->goals;
    const size_t n = n_flag_shares(walk->study);
    if ((goals->n_shares == 0 || goals->shares_scale != scale) && !make_shares(walk, scale)) {
        return false;
    }
    goals->n_shares = n;
    for (size_t i = 0; i < n; i++) {
        goals->shares[i] = (struct own_share){.of = goals->shares[i].of};
    }
    return true;
}

static struct own_share *category_share(struct goals_at_hand *goals, size_t first,
                                        uint32_t category)
{
    struct own_share *share;
    for (size_t i = first; i < goals->n_shares && i < first + SEARCHED_SHARES; i++) {
        if (goals->shares[i].of.about == category) {
            return &goals->shares[i];
        }
    }
    if (!array_grow(&goals->shares, &goals->shares_capacity, goals->n_shares + 1,
                    sizeof *goals->shares)) {
        return NULL;
    }
    share = &goals->shares[goals->n_shares++];
    *share = (struct own_share){.of = goals->of_category};
    share->of.about = category;
    return share;
}

static inline void add_share(struct own_share *share, const uint64_t sums[N_GOAL_OCCASIONS])
{
    for (size_t i = 0; i < N_GOAL_OCCASIONS; i++) {
        share->sums[i] += sums[i];
    }
}

/* A goal that was rated at an occasion: whether it was attained, among all goals and among those that
   are about the same. */
static bool add_shares(const struct study *study, struct goals_at_hand *goals,
                       const struct known_goal *known, const struct goal_kind *kind)
{
    struct own_share *category;
    add_share(&goals->shares[0], kind->share);
    for (size_t i = 0; i < study->goals.n_flags; i++) {
        add_share(&goals->shares[2 + 2 * i - (known->flags >> i & 1)], kind->share);
    }
    if (!study->goals.has_category) {
        return true;
    }
    category = category_share(goals, n_flag_shares(study), known->category);
    if (category != NULL) {
        add_share(category, kind->share);
    }
    return category != NULL;
}

/* A share, for the respondent's family or, where it is one by itself, for the counter. */
static bool count_share(const struct walk *walk, const struct own_share *own)
{
    struct goal_share share = {.of = own->of};
    bool done = true;
    for (size_t i = 0; i < N_GOAL_OCCASIONS; i++) {
        share.n[i] = own->sums[i] >> SHARE_N_SHIFT;
        share.attained[i] = own->sums[i] & UINT32_MAX;
    }
    if (family_is_none(walk->family)) {
        return goal_counter_share(walk->counted->goals, &share, &walk->counted->families);
    }
    for (size_t i = 0; i < N_GOAL_OCCASIONS && done; i++) {
        struct family_sum of = share.of;
        of.stage = (uint8_t)i;
        done = share.n[i] == 0 || kin_put(walk->kin, &of, share.n[i], (int64_t)share.attained[i]);
    }
    return done;
}

/* An order of some kind. */
static int share_compare(const void *a, const void *b)
{
    return family_sum_compare(&((const struct own_share *)a)->of,
                              &((const struct own_share *)b)->of);
}

static bool count_shares(const struct walk *walk)
{
    struct own_share *const shares = walk->goals->shares;
    const size_t first = n_flag_shares(walk->study), n = walk->goals->n_shares;
    const bool has_twice = n > first + SEARCHED_SHARES;
    bool done = true;
    if (has_twice) {
        qsort(shares + first, n - first, sizeof *shares, share_compare);
    }
    for (size_t i = 0; i < n && done; i++) {
        if (has_twice && i >= first && i + 1 < n &&
            share_compare(&shares[i], &shares[i + 1]) == 0) {
            add_share(&shares[i + 1], shares[i].sums);
        } else if (shares[i].sums[GOAL_LATEST] + shares[i].sums[GOAL_AFTER] > 0) {
            done = count_share(walk, &shares[i]);
        }
    }
    return done;
}

/* What the goals' changes add up to, of those that are rated before and after. */
static bool count_change(const struct walk *walk, size_t scale)
{
    const struct study *const study = walk->study;
    const struct family_sum of = {
        .scale = (uint16_t)scale, .stage = (uint8_t)study->before, .later = (uint8_t)study->after};
    const uint64_t n = walk->goals->n_changed;
    const int64_t sum = walk->goals->change;
    if (n == 0) {
        return true;
    }
    return family_is_none(walk->family)
               ? goal_counter_change(walk->counted->goals, n, sum, &walk->counted->families)
               : kin_put(walk->kin, &of, n, sum);
}

/* --- one goal --- */

/* The first stage is no review: there goals are set, and a rating is where they start. */
static void read_rating(const struct study *study, uint32_t code, size_t stage,
                        struct goal_kind *kind, uint32_t ending[N_GOAL_OCCASIONS])
{
    const uint32_t level = rating_level(code - 1);
    kind->rated |= UINT64_C(1) << stage;
    kind->n_ratings++;
    ending[GOAL_LATEST] = stage >= 1 ? level : ending[GOAL_LATEST];
    ending[GOAL_AFTER] = stage == study->after ? level : ending[GOAL_AFTER];
}

static void settle_kind(const struct study *study, const uint32_t codes[],
                        const uint32_t ending[N_GOAL_OCCASIONS], struct goal_kind *kind)
{
    kind->ending = goal_counter_ending_key(ending);
    for (size_t i = 0; i < N_GOAL_OCCASIONS; i++) {
        const bool is_rated = ending[i] != NO_GOAL_LEVEL;
        const bool is_attained = is_rated && ending[i] >= 2 * GAS_HALVES_PER_LEVEL;
        kind->share[i] = (uint64_t)is_rated << SHARE_N_SHIFT | is_attained;
    }
    if (study->before != study->after && codes[study->before] != 0 && codes[study->after] != 0) {
        kind->has_change = true;
        kind->change = (int32_t)rating_level(codes[study->after] - 1) -
                       (int32_t)rating_level(codes[study->before] - 1);
    }
}

/* What the ratings of a goal say, as the kind at this place. */
static void read_goal(const struct walk *walk, const unsigned char *at, uint64_t key, size_t place)
{
    struct goals_at_hand *const goals = walk->goals;
    const size_t n = goals->n_stages;
    uint32_t *const codes = goals->kind_codes + place * n, first = 0;
    uint32_t ending[N_GOAL_OCCASIONS] = {NO_GOAL_LEVEL, NO_GOAL_LEVEL};
    struct goal_kind *const kind = &goals->kinds[place];
    *kind = (struct goal_kind){.key = key, .one_weight = true, .is_listed = kind->is_listed};
    for (size_t stage = 0; stage < n; stage++) {
        const enum slot_state state = rating_state(walk->layout, at, stage);
        const uint32_t code = state == SLOT_FORM ? series_rating(walk->layout, at, stage) : 0;
        struct rating room;
        codes[stage] = code;
        kind->conflicts |= (uint64_t)(state == SLOT_CONFLICT) << stage;
        goals->kind_sums[place * n + stage] = goals_rating(goals, code, &room)->sums;
        if (code != 0) {
            read_rating(walk->study, code, stage, kind, ending);
            first = first == 0 ? code : first;
            kind->one_weight =
                kind->one_weight && (code - 1) / GAS_N_HALVES == (first - 1) / GAS_N_HALVES;
        }
    }
    settle_kind(walk->study, codes, ending, kind);
}

/* Counts the goals of a kind that wait: their levels at each stage, and at each review with the one before;
   before with after is counted by itself. */
static void count_kind(const struct walk *walk, const uint32_t codes[], struct goal_kind *kind)
{
    struct goal_counter *const counter = walk->counted->goals;
    const size_t before = walk->study->before, after = walk->study->after;
    for (uint64_t rest = kind->rated; rest != 0; rest &= rest - 1) {
        const size_t stage = (size_t)__builtin_ctzll(rest);
        const uint32_t level = rating_level(codes[stage] - 1);
        goal_counter_level(counter, stage, level, kind->n);
        if (stage >= 2 && codes[stage - 1] != 0 && (stage - 1 != before || stage != after)) {
            goal_counter_levels(counter, stage - 1, stage, rating_level(codes[stage - 1] - 1),
                                level, kind->n);
        }
    }
    if (kind->has_change) {
        goal_counter_levels(counter, before, after, rating_level(codes[before] - 1),
                            rating_level(codes[after] - 1), kind->n);
    }
    walk->counted->measures[walk->goals->measure].forms[FORM_USED] += kind->n * kind->n_ratings;
    kind->n = 0;
}

void count_goals_end(const struct walk *walk)
{
    struct goals_at_hand *const goals = walk->goals;
    for (size_t i = 0; i < goals->n_listed; i++) {
        const size_t at = goals->listed[i];
        count_kind(walk, goals->kind_codes + at * goals->n_stages, &goals->kinds[at]);
        goals->kinds[at].is_listed = false;
    }
    goals->n_listed = 0;
}

/* What a series says of its stages as one number; 0: it is too much for that, or there is no form. */
static uint64_t kind_key(const struct join_layout *layout, const unsigned char *at)
{
    const size_t n = layout->dates - layout->codes;
    uint64_t word;
    _Static_assert(sizeof(struct respondent) >= sizeof word, "so much stands before any series");
    if (n > sizeof word) {
        return 0;
    }
    memcpy(&word, at + layout->dates - sizeof word, sizeof word); /* its last bytes are of this */
    return packed_order(word) >> 8 * (sizeof word - n);
}

/* The kind of a goal, among those that are remembered. */
static size_t find_kind(const struct walk *walk, const unsigned char *at)
{
    struct goals_at_hand *const goals = walk->goals;
    const uint64_t key = kind_key(walk->layout, at);
    const size_t place =
        key == 0 ? N_KINDS : (size_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - KIND_BITS));
    struct goal_kind *const kind = &goals->kinds[place];
    if (key == 0 || kind->key != key) {
        count_kind(walk, goals->kind_codes + place * goals->n_stages, kind);
        read_goal(walk, at, key, place);
    }
    return place;
}

/* Counts one goal by itself: its levels, how it ended, and its change with the days between. */
static bool count_goal(const struct walk *walk, const struct goal_cursor *goal)
{
    const struct known_goal known = goal_at(walk->layout, goal);
    struct goals_at_hand *const goals = walk->goals;
    const size_t place = find_kind(walk, goal->at);
    struct goal_kind *const kind = &goals->kinds[place];
    if ((kind->rated | kind->conflicts) == 0) {
        return true; /* there is no form of it */
    }
    if (!kind->is_listed) {
        kind->is_listed = true;
        goals->listed[goals->n_listed++] = (uint16_t)place;
    }
    kind->n++;
    return goals_take(goals, goal->at, kind, goals->kind_sums + place * goals->n_stages) &&
           goal_counter_ending(walk->counted->goals, known.category, known.flags, kind->ending) &&
           (kind->share[GOAL_LATEST] + kind->share[GOAL_AFTER] == 0 ||
            add_shares(walk->study, goals, &known, kind)) &&
           (!kind->has_change || !walk->rules->by_date ||
            count_days(walk, goal->at,
                       walk->study->measures[goals->measure].first_scale + GOALS_LEVEL));
}

/* --- a family's scores --- */

/* A number for sums, so that what comes of them is found once; 0: they are too large for that. Those of levels
   are below those of weights. */
#define WEIGHT_SUMS (UINT64_C(1) << 62)
_Static_assert(WEIGHT_SUMS + ((uint64_t)LARGEST_WEIGHT << SUMS_BITS) <= GOAL_SUMS_END,
               "all of these");

static uint64_t level_sums_key(const struct goal_sums *sums)
{
    return goal_sums_n(sums) >> 28 != 0 ? 0 : sums->levels;
}

static uint64_t t_sums_key(const struct goal_sums *sums)
{
    const uint64_t n = goal_sums_n(sums);
    const bool are_0 = sums->weights >> SUM_W_SHIFT == 0; /* which are equal: as if all were 1 */
    const uint64_t weights =
        are_0 ? n << SUM_W_SHIFT | n << SUM_WW_SHIFT | (sums->levels & UINT32_MAX) : sums->weights;
    const unsigned divisor = are_0 ? 1 : 64 - (unsigned)__builtin_clzll(sums->divisors | 1);
    return (sums->divisors & 1) == 0 || n >= MOST_WEIGHED
               ? 0
               : WEIGHT_SUMS + ((uint64_t)(divisor - 1) << SUMS_BITS | weights);
}

/* The number of the family's score on a scale, in the goal_counter, from the goals that two stages have, or
   one, if both are the same; there is such a goal. */
static bool find_number(const struct walk *walk, enum goals_scale scale,
                        const struct goal_sums *sums, size_t stage, size_t other, uint32_t *number)
{
    struct goal_counter *const counter = walk->counted->goals;
    /* The mean level needs no weights, so a missing one costs the T score only. */
    const uint64_t key = scale == GOALS_FAMILY_LEVEL ? level_sums_key(sums) : t_sums_key(sums);
    tally_code code;
    if (goal_counter_known(counter, key, number)) {
        return true;
    }
    if (scale == GOALS_FAMILY_LEVEL) {
        code = gas_mean_level(goal_sums_halves(sums), goal_sums_n(sums));
    } else if (!goals_t_score(walk->goals, stage, other, walk->study->goals.rho, &code)) {
        return false;
    }
    if (!tally_is_score(code)) {
        *number = tally_reason(code);
        return true;
    }
    return goal_counter_learn(counter, key, code, number);
}

/* A family's scores, as numbers: at each stage, of all goals rated there. */
struct family_scores {
    uint32_t at[N_GOALS_SCALES][MAX_STAGES];
    uint64_t scored[N_GOALS_SCALES]; /* bit i: there is a score at stage i */
    uint64_t compared
        [N_GOALS_SCALES]; /* bit i: stages i, which is even, and i + 1 are compared by these */
};

static bool is_score(uint32_t number)
{
    return number >= N_REASONS;
}

static bool has_conflict(const struct walk *walk, size_t stage)
{
    return (walk->goals->conflicts >> stage & 1) != 0;
}

static bool find_scores(const struct walk *walk, struct family_scores *scores)
{
    for (unsigned i = GOALS_FAMILY_LEVEL; i < N_GOALS_SCALES; i++) {
        scores->scored[i] = scores->compared[i] = 0;
    }
    for (size_t stage = 0; stage < walk->study->n_stages; stage++) {
        const struct goal_sums *const sums = &walk->goals->own[stage];
        if (goal_sums_n(sums) == 0) {
            scores->at[GOALS_FAMILY_LEVEL][stage] = scores->at[GOALS_T_SCORE][stage] =
                has_conflict(walk, stage) ? REASON_CONFLICTING : absence(walk, stage);
            continue;
        }
        for (unsigned i = GOALS_FAMILY_LEVEL; i < N_GOALS_SCALES; i++) {
            if (!find_number(walk, (enum goals_scale)i, sums, stage, stage,
                             &scores->at[i][stage])) {
                return false;
            }
            scores->scored[i] |= (uint64_t)is_score(scores->at[i][stage]) << stage;
        }
    }
    return true;
}

/* One side of a pair of stages: what a family scores at `stage` on the goals that `other` has, too, where it
   has scores at both. They are the stage's own where no goal is left out, and weights are the same: both
   sides have those of the earlier stage. */
static bool find_side(const struct walk *walk, size_t stage, size_t other, size_t n_common,
                      const struct family_scores *scores, uint32_t numbers[N_GOALS_SCALES])
{
    const struct goals_at_hand *const goals = walk->goals;
    const bool is_own =
        (stage < other || goals->one_weight) && n_common == goal_sums_n(&goals->own[stage]);
    struct goal_sums sums;
    if (!is_own && n_common > 0) { /* codes are known */
        sums = goals_common_sums(goals, stage, other);
    }
    for (unsigned i = GOALS_FAMILY_LEVEL; i < N_GOALS_SCALES; i++) {
        numbers[i] = scores->at[i][stage];
        if (is_own || !is_score(numbers[i]) || !is_score(scores->at[i][other])) {
            continue;
        }
        if (n_common == 0) {
            numbers[i] = REASON_NO_COMMON_GOAL;
        } else if (!find_number(walk, (enum goals_scale)i, &sums, stage, other, &numbers[i])) {
            return false;
        }
    }
    return true;
}

/* The numbers of a pair of stages, on both scales: scores from the goals that both have. */
static bool find_pair(const struct walk *walk, size_t stage, size_t later,
                      const struct family_scores *scores, uint32_t numbers[2][N_GOALS_SCALES])
{
    struct goals_at_hand *const goals = walk->goals;
    const bool known =
        (goals_are_alike(goals, stage, later) && goals->one_weight) || goals_know_codes(goals);
    const size_t n_common = known ? goals_in_common(goals, stage, later) : 0;
    if (!known || !find_side(walk, stage, later, n_common, scores, numbers[0]) ||
        !find_side(walk, later, stage, n_common, scores, numbers[1])) {
        return false;
    }
    for (unsigned i = GOALS_FAMILY_LEVEL; i < N_GOALS_SCALES; i++) {
        if (!is_score(numbers[0][i]) || !is_score(numbers[1][i])) {
            /* a rating in conflict is the first reason that holds, even beside good ones */
            numbers[0][i] = has_conflict(walk, stage) ? REASON_CONFLICTING : numbers[0][i];
            numbers[1][i] = has_conflict(walk, later) ? REASON_CONFLICTING : numbers[1][i];
        }
    }
    return true;
}

/* --- families --- */

/* What else depends on the two scores of a pair: who is listed, and what members give to a family. */
static bool count_change_of_pair(const struct walk *walk, size_t scale, size_t stage, size_t later,
                                 const uint32_t pair[2])
{
    const struct goal_counter *const counter = walk->counted->goals;
    const tally_code code = goal_counter_code(counter, pair[0]);
    const tally_code later_code = goal_counter_code(counter, pair[1]);
    return (walk->listing == NULL || stage != walk->study->before || later != walk->study->after ||
            list_discount(walk, scale, code, later_code)) &&
           count_kin_pair(walk, scale, stage, later, code, later_code);
}

static bool count_pair(const struct walk *walk, size_t stage, size_t later, size_t first_scale,
                       struct family_scores *scores)
{
    const size_t measure = walk->study->scales[first_scale].measure;
    const bool is_plain = walk->listing == NULL && !walk->counted->measures[measure].has_family;
    const bool beside = stage % 2 == 0 && later == stage + 1;
    uint32_t numbers[2][N_GOALS_SCALES];
    bool done = find_pair(walk, stage, later, scores, numbers);
    for (unsigned i = GOALS_FAMILY_LEVEL; i < N_GOALS_SCALES && done; i++) {
        const uint32_t pair[2] = {numbers[0][i], numbers[1][i]};
        if (beside && pair[0] == scores->at[i][stage] && pair[1] == scores->at[i][later]) {
            scores->compared[i] |= UINT64_C(1) << stage;
        } else {
            done = goal_counter_pair(walk->counted->goals, (enum goals_scale)i, stage, later,
                                     pair[0], pair[1]);
        }
        done =
            done && (is_plain || count_change_of_pair(walk, first_scale + i, stage, later, pair));
    }
    return done;
}

/* The set of stages at which a family has a score, of all goals rated there: a stage has one score in
   the mixed model, whatever it is compared with. */
static bool count_scored(const struct walk *walk, size_t scale_index, const uint32_t at[],
                         uint64_t scored)
{
    int64_t scores[MAX_STAGES];
    size_t m = 0;
    for (uint64_t rest = scored; rest != 0; rest &= rest - 1) {
        scores[m++] = goal_counter_code(walk->counted->goals, at[__builtin_ctzll(rest)]);
    }
    return count_pattern(walk, scale_index, scored, scores);
}

static bool count_stages(const struct walk *walk, size_t first_scale,
                         const struct family_scores *scores)
{
    const size_t n = walk->study->n_stages;
    bool done = true;
    for (unsigned i = GOALS_FAMILY_LEVEL; i < N_GOALS_SCALES && done; i++) {
        const bool everywhere = scores->scored[i] == UINT64_MAX >> (MAX_STAGES - n);
        for (size_t stage = 0; stage < n && done; stage += 2) {
            done =
                goal_counter_stages(walk->counted->goals, (enum goals_scale)i, stage, scores->at[i],
                                    everywhere, (scores->compared[i] >> stage & 1) != 0);
        }
        done = done && (study_pairs_say_all(walk->study) ||
                        count_scored(walk, first_scale + i, scores->at[i], scores->scored[i]));
    }
    return done;
}

static bool count_family(const struct walk *walk, size_t first_scale)
{
    const struct study *const study = walk->study;
    struct family_scores scores;
    bool done = find_scores(walk, &scores);
    for (size_t stage = 0; stage < study->n_stages && done; stage++) {
        for (size_t later = stage + 1; later < study->n_stages && done; later++) {
            done = !is_counted_pair(study, stage, later) ||
                   count_pair(walk, stage, later, first_scale, &scores);
        }
    }
    return done && count_stages(walk, first_scale, &scores);
}

static bool begin(const struct walk *walk, size_t first_scale)
{
    struct counted *const counted = walk->counted;
    if (counted->goals == NULL) {
        counted->goals = goal_counter_new(walk->study);
    }
    if (walk->goals->cohort != walk->cohort) {
        count_goals_end(walk); /* of the cohort before */
        walk->goals->cohort = walk->cohort;
    }
    return counted->goals != NULL && goals_at_hand_begin(walk->goals, walk->study, walk->join) &&
           goal_counter_begin(counted->goals, walk->cohort, first_scale, &counted->tally,
                              &counted->families) &&
           begin_shares(walk, first_scale + GOALS_LEVEL);
}

bool count_goals(const struct walk *walk, uint32_t measure)
{
    const size_t first_scale = walk->study->measures[measure].first_scale;
    if (!begin(walk, first_scale)) {
        return false;
    }
    walk->goals->measure = measure;
    for (struct goal_cursor goal = goals_of(walk->join, walk->respondent); goal.at != NULL;
         goals_next(walk->join, &goal)) {
        if (!count_goal(walk, &goal)) {
            return false;
        }
    }
    if (walk->goals->n == 0) {
        return true;
    }
    if (!goals_settle_weights(walk->goals)) {
        return false;
    }
    count_person(walk, measure);
    /* A family whose ratings all conflict is counted too: a respondent, but discounted. */
    return count_shares(walk) && count_change(walk, first_scale + GOALS_LEVEL) &&
           count_family(walk, first_scale);
}
