/* tests/join_world.h - a join of the toy instruments and what it needs around it: who is fed with
   forms, and what is counted of them. */
#ifndef PELLTER_TESTS_JOIN_WORLD_H
#define PELLTER_TESTS_JOIN_WORLD_H

#include "engine/count.h"
#include "engine/discount.h"
#include "tests/toy.h"

struct join_world {
    const struct study *study;
    struct cohorts cohorts;
    struct names names; /* goals and their categories */
    struct join_rules rules;
    struct respondents respondents;
    /* of world_count() */
    struct counted counted; /* the tally sorted */
    struct listing listing; /* sorted */
};

/* Places are kept where `keep_places` says so. `study` must outlive it. */
void world_init(struct join_world *world, const struct study *study, bool keep_places);
void world_free(struct join_world *world);

/* Adds many at once; each with its id, hash and payload. */
void add_forms(struct join_world *world, const struct form forms[], size_t n);

/* A form of `who`, with the rest as `form` has it but for its id, hash and payload: that is
   `codes`, as many as the join has. */
void world_add(struct join_world *world, const char *who, const struct form *form,
               const uint32_t codes[]);

/* The cohort of a site ("": not recorded) in a study with one cohort column, or the only one in a
   study without; the number of a name. */
uint32_t world_site(struct join_world *world, const char *site, size_t length);
uint32_t world_name(struct join_world *world, const char *text);

/* Resolves and counts, with this much room for a pair_counter. */
void world_count(struct join_world *world, size_t room);

/* The respondent's number, who must be there. */
uint32_t world_find(const struct join_world *world, size_t join, const char *who);

/* --- what was counted, of one respondent only --- */

/* The only cell there is of a scale and stages, counted once; a count of 0: none. */
struct cell_count world_cell(const struct join_world *world, size_t scale, size_t stage,
                             size_t later);

/* A digit, or a letter for a reason (in the order of the enum: n d i c v g). */
char code_letter(tally_code code);

/* C conflicting, B no_before, D after_not_yet_due, A no_after, b before_incomplete,
   a after_incomplete, v not_comparable, g no_common_goal, . viable. */
char discount_letter(enum discount discount);

/* The letter of the respondent's discount on a scale, as listed; '\0': none is. */
char world_discount(const struct join_world *world, size_t scale);

#endif
