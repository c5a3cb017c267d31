#include "tests/toy.h"

#include <math.h>
#include "scales/gas.h"

static const uint8_t items[] = {0, 1, 2}, reversed[] = {0, 0, 0};
static const int64_t values[] = {0, 1, 2, 3, 4, 5, 6};

static const struct band bands[] = {{"high", 4, 6}, {"middle", 2, 3}, {"low", 0, 1}};
static const struct band_set sets[] = {{.name = "three",
                                        .source = "made up",
                                        .confidence = CONFIDENCE_SEEN,
                                        .bands = bands,
                                        .n_bands = 3,
                                        .n_usual = 1,
                                        .step = 1}};

static const struct scale total[] = {{.name = "total",
                                      .title = "Total",
                                      .source = "made up",
                                      .kind = SCALE_ITEMS,
                                      .higher_is_better = true,
                                      .decimals = 2,
                                      .items = items,
                                      .reversed = reversed,
                                      .n_items = 3,
                                      .min_answered = 3,
                                      .units_per_point = 1,
                                      .values = values,
                                      .n_values = 7,
                                      .band_sets = sets,
                                      .n_band_sets = 1,
                                      .reliability = 0.75,
                                      .sd = 2.0,
                                      .reliability_source = "made up",
                                      .sd_source = "made up"}};

static const struct item_group groups[] = {
    {.name = "items", .n_items = 3, .lowest = 0, .highest = 2}};

const struct instrument toy = {.name = "toy",
                               .title = "Toy",
                               .unit = "people",
                               .versions = "toy",
                               .age_lowest = 4,
                               .age_highest = 17,
                               .groups = groups,
                               .n_groups = 1,
                               .scales = total,
                               .n_scales = 1,
                               .rule = "discount",
                               .rule_text = "Complete forms only.",
                               .complete_groups_only = true};

const struct instrument toy_young = {.name = "toy-young",
                                     .title = "Toy, young",
                                     .unit = "people",
                                     .versions = "toy",
                                     .groups = groups,
                                     .n_groups = 1,
                                     .scales = total,
                                     .n_scales = 1,
                                     .rule = "discount",
                                     .rule_text = "Complete forms only.",
                                     .complete_groups_only = true};

static const struct scale goals_scales[] = {{.name = "level",
                                             .title = "Level",
                                             .kind = SCALE_GOALS,
                                             .higher_is_better = true,
                                             .decimals = 2,
                                             .units_per_point = GAS_HALVES_PER_LEVEL,
                                             .reliability = NAN,
                                             .sd = NAN},
                                            {.name = "family_level",
                                             .title = "Family level",
                                             .kind = SCALE_GOALS,
                                             .higher_is_better = true,
                                             .decimals = 2,
                                             .units_per_point = GAS_MEAN_UNITS,
                                             .reliability = NAN,
                                             .sd = NAN},
                                            {.name = "t_score",
                                             .title = "T",
                                             .kind = SCALE_GOALS,
                                             .higher_is_better = true,
                                             .decimals = 1,
                                             .units_per_point = GAS_T_UNITS,
                                             .reliability = NAN,
                                             .sd = NAN}};

const struct instrument toy_goals = {.name = "goals",
                                     .title = "Goals",
                                     .unit = "families",
                                     .scales = goals_scales,
                                     .n_scales = 3,
                                     .is_goals = true,
                                     .rule = "discount",
                                     .rule_text = "Goals rated at both."};

const struct measure toy_measures[N_TOY_MEASURES] = {
    {.label = "toy", .instrument = &toy, .join = 0, .first_scale = TOY_TOTAL},
    {.label = "toy-young", .instrument = &toy_young, .join = 0, .first_scale = TOY_YOUNG_TOTAL},
    {.label = "goals", .instrument = &toy_goals, .join = 1, .first_scale = TOY_LEVEL},
};

const struct study_scale toy_scales[N_TOY_SCALES] = {
    {.scale = total, .measure = TOY, .collected = true},
    {.scale = total, .measure = TOY_YOUNG, .collected = true},
    {.scale = &goals_scales[0], .measure = TOY_GOALS, .collected = true},
    {.scale = &goals_scales[1], .measure = TOY_GOALS, .collected = true},
    {.scale = &goals_scales[2], .measure = TOY_GOALS, .collected = true},
};
