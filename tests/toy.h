/* tests/toy.h - instruments small enough to work out by hand.

   toy and toy_young are two versions of one questionnaire: 3 items 0..2, one scale "total" 0..6 in
   whole points, higher is better, complete forms only, ages 4..17. toy_goals is a goals instrument:
   level, family_level, t_score.

   toy_measures are the three of them in this order, the two versions in one join, goals in another;
   toy_scales are their scales, all collected. */
#ifndef PELLTER_TESTS_TOY_H
#define PELLTER_TESTS_TOY_H

#include "engine/study.h"
#include "scales/instrument.h"

extern const struct instrument toy, toy_young, toy_goals;

enum { TOY, TOY_YOUNG, TOY_GOALS, N_TOY_MEASURES };
enum { TOY_TOTAL, TOY_YOUNG_TOTAL, TOY_LEVEL, TOY_FAMILY_LEVEL, TOY_T, N_TOY_SCALES };
extern const struct measure toy_measures[N_TOY_MEASURES];
extern const struct study_scale toy_scales[N_TOY_SCALES];

/* The outcome of a total on toy. */
#define TOY_SCORE(points) ((uint32_t)N_REASONS + (uint32_t)(points))

#endif
