/* engine/count_walk.h - what the files that count respondents share: where they are on their way through
   a join, and the ways in which one respondent is counted. */
#ifndef PELLTER_ENGINE_COUNT_WALK_H
#define PELLTER_ENGINE_COUNT_WALK_H

#include "engine/counted.h"
#include "engine/family_counter.h"
#include "engine/goals_at_hand.h"
#include "engine/kin.h"
#include "engine/listing.h"
#include "engine/pair_counter.h"
#include "engine/respondents.h"

/* Where the walk is: at one respondent of one join. All borrowed. */
struct walk {
    const struct respondents *respondents;
    const struct join_rules *rules;
    const struct study *study;
    const struct join_layout *layout;
    const struct join *join;
    size_t join_index;
    uint32_t respondent;
    const struct respondent *person; /* the same */
    uint32_t cohort;
    struct pair_counter *pairs;
    struct family_counter *families;
    struct kin *kin;
    struct family_id family; /* of the respondent, or none */
    struct counted *counted;
    struct listing *listing;     /* NULL: nobody reads it */
    bool absence_is_plain;       /* where there is no form, there never is more to say */
    struct goals_at_hand *goals; /* the respondent's */
};

static inline const unsigned char *series_of(const struct walk *walk, uint32_t series)
{
    return join_series(walk->join, series);
}

static inline enum slot_state state_of(const struct walk *walk, uint32_t series, size_t stage)
{
    return series_state(walk->layout, series_of(walk, series), stage);
}

/* Is there a form at any stage? */
static inline bool has_form(const struct walk *walk, const unsigned char *series)
{
    return series_stages(walk->layout, series).forms != 0;
}

/* Each adds one respondent to what is counted; false: no memory.
   A cell of the tally; */
bool count_cell(const struct walk *walk, size_t scale, size_t stage, size_t later, tally_code code,
                tally_code later_code);
/* how many days lie between the dates of a series at before and after, where it has both; */
bool count_days(const struct walk *walk, const unsigned char *series, size_t scale);
/* what it adds to its family: some members' sum, or what two scores of its own on a scale give, if it
   has both; */
bool count_kin(const struct walk *walk, const struct family_sum *of, uint64_t members, int64_t sum);
bool count_kin_pair(const struct walk *walk, size_t scale, size_t stage, size_t later,
                    tally_code before, tally_code after);
/* for the mixed model, the stages (bit i is stage i) at which it has a score on a scale, and those. */
bool count_pattern(const struct walk *walk, size_t scale, uint64_t stages, const int64_t scores[]);
/* And what cannot fail: a respondent of a measure. */
static inline void count_person(const struct walk *walk, uint32_t measure)
{
    walk->counted->measures[measure].respondents++;
    walk->counted->measures[measure].moved += walk->person->moved;
}

/* Lists a respondent who is discounted, where somebody reads the list. False: it could not be added. */
bool list_discount(const struct walk *walk, size_t scale, tally_code before, tally_code after);

/* Why there is no form at this stage. */
enum reason absence(const struct walk *walk, size_t stage_index);

/* All that one respondent's forms of one version are counted as: count_forms.c. */
bool count_questionnaire(const struct walk *walk, const unsigned char *series,
                         uint32_t measure_index);
/* All respondents of a join of one version, of whom nothing matters but scores, which are bytes: neither is
   an absence to be explained nor anybody listed, and dates are not looked at. One whose forms differ is
   left to `count_other`, which counts one respondent. */
typedef bool count_one(struct walk *walk, uint32_t respondent);
bool count_plain_join(struct walk *walk, uint32_t measure_index, count_one *count_other);
/* And all that its goals are: count_goals.c. Nothing where it has none. */
bool count_goals(const struct walk *walk, uint32_t measure);
/* All have been there: counts what has waited, before another join and at the end. */
void count_goals_end(const struct walk *walk);

#endif
