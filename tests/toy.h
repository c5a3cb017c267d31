/* tests/toy.h - instruments small enough to work out by hand.

   toy and toy_young are two versions of one questionnaire: 3 items 0..2, one scale "total" 0..6 in
   whole points, higher is better, complete forms only, ages 4..17. toy_goals is a goals instrument:
   level, family_level, t_score. */
#ifndef PELLTER_TESTS_TOY_H
#define PELLTER_TESTS_TOY_H

#include "engine/study.h"
#include "scales/instrument.h"

extern const struct instrument toy, toy_young, toy_goals;

/* The outcome of a total on toy. */
#define TOY_SCORE(points) ((uint32_t)N_REASONS + (uint32_t)(points))

#endif
