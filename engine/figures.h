/* engine/figures.h - the list of everything that is computed: results.csv is this list, and no
   table prints a number that is not in it. A table of it is computed under a breakdown when somebody
   asks for the first of its figures: of thousands of cohorts, a report prints less than half of them. */
#ifndef PELLTER_ENGINE_FIGURES_H
#define PELLTER_ENGINE_FIGURES_H

#include "engine/counted.h"
#include "engine/discount.h"
#include "engine/figure.h"
#include "engine/item_tally.h"
#include "engine/study.h"

/* The tables of results.csv, in its order. */
enum figure_table {
    FIGURES_FORMS,
    FIGURES_BEFORE_AFTER,
    FIGURES_BANDS,
    FIGURES_BAND_MOVEMENT,
    FIGURES_BAND_CHANGE,
    FIGURES_RELIABLE_CHANGE,
    FIGURES_CLINICAL_CHANGE,
    FIGURES_TRAJECTORY,
    FIGURES_BETWEEN,  /* of a whole breakdown: figure_table_is_whole() */
    FIGURES_ADJUSTED, /* of the cohorts that it compares */
    FIGURES_POOLED,   /* of a whole breakdown */
    FIGURES_ATTAINMENT,
    FIGURES_GOAL_LEVELS,
    FIGURES_YEARS,         /* a year against the one before */
    FIGURES_TREND,         /* of a whole breakdown */
    FIGURES_PAIRED_SHARES, /* goals attained at one stage and at another */
    FIGURES_COMPARISON,    /* of a whole breakdown */
    FIGURES_SCORING,
    FIGURES_ITEM_ANALYSIS,
    FIGURES_CAUTIONS,
    FIGURES_TESTS,
    FIGURES_TESTS_BETWEEN, /* of a whole breakdown */
    FIGURES_DROP_OUT,
    FIGURES_ADDED_VALUE,
    N_FIGURE_TABLES
};

/* The `stage` column: one of these, or FIGURE_STAGE_FIRST + a place in study.stages. */
enum {
    FIGURE_STAGE_NONE,
    FIGURE_STAGE_LATEST,
    FIGURE_STAGE_BEFORE,
    FIGURE_STAGE_AFTER,
    FIGURE_STAGE_CHANGE,
    FIGURE_STAGE_FIRST
};

/* The `statistic` column, in the order of the contract. X(NAME, text): where the text ends in "_"
   or is empty, `sub` of the key says the rest. */
#define PELLTER_STATISTICS(X)                                                             \
    X(ROWS, "rows")                                                                       \
    X(FORM, "")                                                                           \
    X(RESPONDENTS, "respondents")                                                         \
    X(VIABLE, "viable")                                                                   \
    X(DISCOUNTED, "discounted")                                                           \
    X(DISCOUNTED_REASON, "discounted_")                                                   \
    X(N, "n")                                                                             \
    X(MEAN, "mean")                                                                       \
    X(SD, "sd")                                                                           \
    X(SE, "se")                                                                           \
    X(MEDIAN, "median")                                                                   \
    X(Q1, "q1")                                                                           \
    X(Q3, "q3")                                                                           \
    X(MIN, "min")                                                                         \
    X(MAX, "max")                                                                         \
    X(CI_LOW, "ci_low")                                                                   \
    X(CI_HIGH, "ci_high")                                                                 \
    X(EFFECT_SIZE, "effect_size")                                                         \
    X(EFFECT_SIZE_CI_LOW, "effect_size_ci_low")                                           \
    X(EFFECT_SIZE_CI_HIGH, "effect_size_ci_high")                                         \
    X(EFFECT_SIZE_FAMILY_CI_LOW, "effect_size_family_ci_low")                             \
    X(EFFECT_SIZE_FAMILY_CI_HIGH, "effect_size_family_ci_high")                           \
    X(EXCLUDED_NO_IMPACT, "excluded_no_impact")                                           \
    X(EXCLUDED_NOT_IN_TIME, "excluded_not_in_time")                                       \
    X(NO_DATES, "no_dates")                                                               \
    X(T, "t")                                                                             \
    X(DF, "df")                                                                           \
    X(P_T, "p_t")                                                                         \
    X(N_UP, "n_up")                                                                       \
    X(N_SAME, "n_same")                                                                   \
    X(N_DOWN, "n_down")                                                                   \
    X(V, "v")                                                                             \
    X(P_WILCOXON, "p_wilcoxon")                                                           \
    X(WILCOXON_EXACT, "wilcoxon_exact")                                                   \
    X(P_SIGN, "p_sign")                                                                   \
    X(DZ, "dz")                                                                           \
    X(DAV, "dav")                                                                         \
    X(RANK_BISERIAL, "rank_biserial")                                                     \
    X(R, "r")                                                                             \
    X(FAMILIES, "families")                                                               \
    X(SE_FAMILY, "se_family")                                                             \
    X(DF_FAMILY, "df_family")                                                             \
    X(CI_FAMILY_LOW, "ci_family_low")                                                     \
    X(CI_FAMILY_HIGH, "ci_family_high")                                                   \
    X(P_FAMILY, "p_family")                                                               \
    X(ICC, "icc")                                                                         \
    X(P_SIGN_FLIP, "p_sign_flip")                                                         \
    X(SIGN_FLIP_EXACT, "sign_flip_exact")                                                 \
    X(DZ_CI_LOW, "dz_ci_low")                                                             \
    X(DZ_CI_HIGH, "dz_ci_high")                                                           \
    X(DZ_NONCENTRAL, "dz_noncentral")                                                     \
    X(GZ, "gz")                                                                           \
    X(GZ_CI_LOW, "gz_ci_low")                                                             \
    X(GZ_CI_HIGH, "gz_ci_high")                                                           \
    X(DAV_CI_LOW, "dav_ci_low")                                                           \
    X(DAV_CI_HIGH, "dav_ci_high")                                                         \
    X(GAV, "gav")                                                                         \
    X(GAV_CI_LOW, "gav_ci_low")                                                           \
    X(GAV_CI_HIGH, "gav_ci_high")                                                         \
    X(GLASS_DELTA, "glass_delta")                                                         \
    X(GLASS_DELTA_CI_LOW, "glass_delta_ci_low")                                           \
    X(GLASS_DELTA_CI_HIGH, "glass_delta_ci_high")                                         \
    X(G_GLASS, "g_glass")                                                                 \
    X(G_GLASS_CI_LOW, "g_glass_ci_low")                                                   \
    X(G_GLASS_CI_HIGH, "g_glass_ci_high")                                                 \
    X(RANK_BISERIAL_CI_LOW, "rank_biserial_ci_low")                                       \
    X(RANK_BISERIAL_CI_HIGH, "rank_biserial_ci_high")                                     \
    X(SUPERIORITY, "superiority")                                                         \
    X(SUPERIORITY_CI_LOW, "superiority_ci_low")                                           \
    X(SUPERIORITY_CI_HIGH, "superiority_ci_high")                                         \
    X(HODGES_LEHMANN, "hodges_lehmann")                                                   \
    X(HODGES_LEHMANN_CI_LOW, "hodges_lehmann_ci_low")                                     \
    X(HODGES_LEHMANN_CI_HIGH, "hodges_lehmann_ci_high")                                   \
    X(BOOT_REPLICATES, "boot_replicates")                                                 \
    X(BOOT_CI_LOW, "boot_ci_low")                                                         \
    X(BOOT_CI_HIGH, "boot_ci_high")                                                       \
    X(IMPORTANT_CHANGE, "important_change")                                               \
    X(BAND, "")                                                                           \
    X(MOVEMENT, "")                                                                       \
    X(RAISED_BEFORE, "raised_before")                                                     \
    X(RAISED_AFTER, "raised_after")                                                       \
    X(P_MCNEMAR, "p_mcnemar")                                                             \
    X(P_RAISED_FAMILY, "p_raised_family")                                                 \
    X(STUART_MAXWELL_CHI2, "stuart_maxwell_chi2")                                         \
    X(STUART_MAXWELL_DF, "stuart_maxwell_df")                                             \
    X(P_STUART_MAXWELL, "p_stuart_maxwell")                                               \
    X(BETTER, "better")                                                                   \
    X(SAME, "same")                                                                       \
    X(WORSE, "worse")                                                                     \
    X(PERCENT_BETTER, "percent_better")                                                   \
    X(PERCENT_BETTER_CI_LOW, "percent_better_ci_low")                                     \
    X(PERCENT_BETTER_CI_HIGH, "percent_better_ci_high")                                   \
    X(PERCENT_BETTER_FAMILY_CI_LOW, "percent_better_family_ci_low")                       \
    X(PERCENT_BETTER_FAMILY_CI_HIGH, "percent_better_family_ci_high")                     \
    X(THRESHOLD, "threshold")                                                             \
    X(RCI_SD, "rci_sd")                                                                   \
    X(RCI_RELIABILITY, "rci_reliability")                                                 \
    X(RCI_MEAN_BEFORE, "rci_mean_before")                                                 \
    X(RCI_MEAN_AFTER, "rci_mean_after")                                                   \
    X(RCI_SD_CHANGE, "rci_sd_change")                                                     \
    X(RCI_CHANGE_RELIABILITY, "rci_change_reliability")                                   \
    X(CUT_A, "cut_a")                                                                     \
    X(CUT_B, "cut_b")                                                                     \
    X(CUT_C, "cut_c")                                                                     \
    X(CUT_OFF, "cut_off")                                                                 \
    X(USUAL_BEFORE, "usual_before")                                                       \
    X(USUAL_AFTER, "usual_after")                                                         \
    X(INTO_USUAL_RANGE, "into_usual_range")                                               \
    X(IMPROVED, "improved")                                                               \
    X(UNCHANGED, "unchanged")                                                             \
    X(DETERIORATED, "deteriorated")                                                       \
    X(NET_IMPROVED, "net_improved")                                                       \
    X(PERCENT_NET_IMPROVED, "percent_net_improved")                                       \
    X(PERCENT_NET_IMPROVED_CI_LOW, "percent_net_improved_ci_low")                         \
    X(PERCENT_NET_IMPROVED_CI_HIGH, "percent_net_improved_ci_high")                       \
    X(PERCENT_NET_IMPROVED_FAMILY_CI_LOW, "percent_net_improved_family_ci_low")           \
    X(PERCENT_NET_IMPROVED_FAMILY_CI_HIGH, "percent_net_improved_family_ci_high")         \
    X(PERCENT_INTO_USUAL_RANGE, "percent_into_usual_range")                               \
    X(PERCENT_INTO_USUAL_RANGE_CI_LOW, "percent_into_usual_range_ci_low")                 \
    X(PERCENT_INTO_USUAL_RANGE_CI_HIGH, "percent_into_usual_range_ci_high")               \
    X(PERCENT_INTO_USUAL_RANGE_FAMILY_CI_LOW, "percent_into_usual_range_family_ci_low")   \
    X(PERCENT_INTO_USUAL_RANGE_FAMILY_CI_HIGH, "percent_into_usual_range_family_ci_high") \
    X(PERCENT_IMPROVED, "percent_improved")                                               \
    X(PERCENT_IMPROVED_CI_LOW, "percent_improved_ci_low")                                 \
    X(PERCENT_IMPROVED_CI_HIGH, "percent_improved_ci_high")                               \
    X(PERCENT_IMPROVED_FAMILY_CI_LOW, "percent_improved_family_ci_low")                   \
    X(PERCENT_IMPROVED_FAMILY_CI_HIGH, "percent_improved_family_ci_high")                 \
    X(PERCENT_UNCHANGED, "percent_unchanged")                                             \
    X(PERCENT_UNCHANGED_CI_LOW, "percent_unchanged_ci_low")                               \
    X(PERCENT_UNCHANGED_CI_HIGH, "percent_unchanged_ci_high")                             \
    X(PERCENT_DETERIORATED, "percent_deteriorated")                                       \
    X(PERCENT_DETERIORATED_CI_LOW, "percent_deteriorated_ci_low")                         \
    X(PERCENT_DETERIORATED_CI_HIGH, "percent_deteriorated_ci_high")                       \
    X(PERCENT_DETERIORATED_FAMILY_CI_LOW, "percent_deteriorated_family_ci_low")           \
    X(PERCENT_DETERIORATED_FAMILY_CI_HIGH, "percent_deteriorated_family_ci_high")         \
    X(CHANGE_N, "change_n")                                                               \
    X(CHANGE_FIRST_MEAN, "change_first_mean")                                             \
    X(CHANGE_THIS_MEAN, "change_this_mean")                                               \
    X(CHANGE_MEAN, "change_mean")                                                         \
    X(CHANGE_CI_LOW, "change_ci_low")                                                     \
    X(CHANGE_CI_HIGH, "change_ci_high")                                                   \
    X(CHANGE_P, "change_p")                                                               \
    X(STEP_N, "step_n")                                                                   \
    X(STEP_MEAN, "step_mean")                                                             \
    X(STEP_CI_LOW, "step_ci_low")                                                         \
    X(STEP_CI_HIGH, "step_ci_high")                                                       \
    X(STEP_P, "step_p")                                                                   \
    X(CHANGE_FAMILIES, "change_families")                                                 \
    X(CHANGE_FAMILY_SE, "change_family_se")                                               \
    X(CHANGE_FAMILY_DF, "change_family_df")                                               \
    X(CHANGE_FAMILY_CI_LOW, "change_family_ci_low")                                       \
    X(CHANGE_FAMILY_CI_HIGH, "change_family_ci_high")                                     \
    X(CHANGE_FAMILY_P, "change_family_p")                                                 \
    X(STEP_FAMILIES, "step_families")                                                     \
    X(STEP_FAMILY_SE, "step_family_se")                                                   \
    X(STEP_FAMILY_DF, "step_family_df")                                                   \
    X(STEP_FAMILY_CI_LOW, "step_family_ci_low")                                           \
    X(STEP_FAMILY_CI_HIGH, "step_family_ci_high")                                         \
    X(STEP_FAMILY_P, "step_family_p")                                                     \
    X(SAME_N, "same_n")                                                                   \
    X(SAME_MEAN, "same_mean")                                                             \
    X(GROUPS, "groups")                                                                   \
    X(NOT_RECORDED, "not_recorded")                                                       \
    X(WELCH_GROUPS, "welch_groups")                                                       \
    X(WELCH_F, "welch_f")                                                                 \
    X(WELCH_DF1, "welch_df1")                                                             \
    X(WELCH_DF2, "welch_df2")                                                             \
    X(P_WELCH, "p_welch")                                                                 \
    X(KRUSKAL_H, "kruskal_h")                                                             \
    X(KRUSKAL_DF, "kruskal_df")                                                           \
    X(P_KRUSKAL, "p_kruskal")                                                             \
    X(ANCOVA_F, "ancova_f")                                                               \
    X(ANCOVA_DF1, "ancova_df1")                                                           \
    X(ANCOVA_DF2, "ancova_df2")                                                           \
    X(P_ANCOVA, "p_ancova")                                                               \
    X(SLOPE, "slope")                                                                     \
    X(SLOPES_F, "slopes_f")                                                               \
    X(SLOPES_DF1, "slopes_df1")                                                           \
    X(SLOPES_DF2, "slopes_df2")                                                           \
    X(P_SLOPES, "p_slopes")                                                               \
    X(ADJUSTED_MEAN, "adjusted_mean")                                                     \
    X(ADJUSTED_SE, "adjusted_se")                                                         \
    X(ADJUSTED_CI_LOW, "adjusted_ci_low")                                                 \
    X(ADJUSTED_CI_HIGH, "adjusted_ci_high")                                               \
    X(SITES, "sites")                                                                     \
    X(SITES_POOLED, "sites_pooled")                                                       \
    X(MEAN_OVER_PEOPLE, "mean_over_people")                                               \
    X(MEAN_OVER_SITES, "mean_over_sites")                                                 \
    X(POOLED_MEAN, "pooled_mean")                                                         \
    X(POOLED_SE, "pooled_se")                                                             \
    X(POOLED_CI_LOW, "pooled_ci_low")                                                     \
    X(POOLED_CI_HIGH, "pooled_ci_high")                                                   \
    X(P_POOLED, "p_pooled")                                                               \
    X(TAU2, "tau2")                                                                       \
    X(I2, "i2")                                                                           \
    X(PREDICTION_CI_LOW, "prediction_ci_low")                                             \
    X(PREDICTION_CI_HIGH, "prediction_ci_high")                                           \
    X(MODEL_PEOPLE, "model_people")                                                       \
    X(MODEL_REPEATED, "model_repeated")                                                   \
    X(MODEL_OUTCOME, "model_outcome")                                                     \
    X(MODEL_STRUCTURE, "model_structure")                                                 \
    X(MODEL_REML_LOGLIK, "model_reml_loglik")                                             \
    X(MODEL_MEAN, "model_mean")                                                           \
    X(MODEL_SE, "model_se")                                                               \
    X(MODEL_CHANGE, "model_change")                                                       \
    X(MODEL_CHANGE_SE, "model_change_se")                                                 \
    X(MODEL_CHANGE_DF, "model_change_df")                                                 \
    X(MODEL_CHANGE_CI_LOW, "model_change_ci_low")                                         \
    X(MODEL_CHANGE_CI_HIGH, "model_change_ci_high")                                       \
    X(MODEL_CHANGE_P, "model_change_p")                                                   \
    X(STAYERS, "stayers")                                                                 \
    X(STAYERS_MEAN, "stayers_mean")                                                       \
    X(STAYERS_SD, "stayers_sd")                                                           \
    X(LEAVERS, "leavers")                                                                 \
    X(LEAVERS_MEAN, "leavers_mean")                                                       \
    X(LEAVERS_SD, "leavers_sd")                                                           \
    X(STANDARDISED_DIFFERENCE, "standardised_difference")                                 \
    X(TIPPING_POINT, "tipping_point")                                                     \
    X(STARTED, "started")                                                                 \
    X(NOT_YET_DUE, "not_yet_due")                                                         \
    X(DUE, "due")                                                                         \
    X(NOT_RECEIVED, "not_received")                                                       \
    X(RECEIVED, "received")                                                               \
    X(NOT_SCOREABLE, "not_scoreable")                                                     \
    X(SCOREABLE, "scoreable")                                                             \
    X(NOT_PAIRED, "not_paired")                                                           \
    X(PAIRED, "paired")                                                                   \
    X(GOALS_SET, "goals_set")                                                             \
    X(GOALS, "goals")                                                                     \
    X(NOT_REVIEWED, "not_reviewed")                                                       \
    X(ATTAINED, "attained")                                                               \
    X(NOT_ATTAINED, "not_attained")                                                       \
    X(PERCENT, "percent")                                                                 \
    X(PERCENT_OF_SET, "percent_of_set")                                                   \
    X(PERCENT_CI_LOW, "percent_ci_low")                                                   \
    X(PERCENT_CI_HIGH, "percent_ci_high")                                                 \
    X(P_TARGET, "p_target")                                                               \
    X(WILSON_CI_LOW, "wilson_ci_low")                                                     \
    X(WILSON_CI_HIGH, "wilson_ci_high")                                                   \
    X(P_BINOMIAL, "p_binomial")                                                           \
    X(N_PREVIOUS, "n_previous")                                                           \
    X(MEAN_PREVIOUS, "mean_previous")                                                     \
    X(DIFFERENCE, "difference")                                                           \
    X(DIFFERENCE_SE, "difference_se")                                                     \
    X(DIFFERENCE_DF, "difference_df")                                                     \
    X(DIFFERENCE_CI_LOW, "difference_ci_low")                                             \
    X(DIFFERENCE_CI_HIGH, "difference_ci_high")                                           \
    X(P_DIFFERENCE, "p_difference")                                                       \
    X(GOALS_PREVIOUS, "goals_previous")                                                   \
    X(PERCENT_PREVIOUS, "percent_previous")                                               \
    X(PERCENT_DIFFERENCE, "percent_difference")                                           \
    X(PERCENT_DIFFERENCE_CI_LOW, "percent_difference_ci_low")                             \
    X(PERCENT_DIFFERENCE_CI_HIGH, "percent_difference_ci_high")                           \
    X(PEOPLE_IN_BOTH, "people_in_both")                                                   \
    X(FAMILIES_NOW, "families")                                                           \
    X(FAMILIES_THEN, "families_previous")                                                 \
    X(FAMILIES_IN_BOTH, "families_in_both")                                               \
    X(DIFFERENCE_FAMILY_SE, "difference_family_se")                                       \
    X(DIFFERENCE_FAMILY_DF, "difference_family_df")                                       \
    X(DIFFERENCE_FAMILY_CI_LOW, "difference_family_ci_low")                               \
    X(DIFFERENCE_FAMILY_CI_HIGH, "difference_family_ci_high")                             \
    X(P_DIFFERENCE_FAMILY, "p_difference_family")                                         \
    X(PERCENT_DIFFERENCE_FAMILY_SE, "percent_difference_family_se")                       \
    X(PERCENT_DIFFERENCE_FAMILY_DF, "percent_difference_family_df")                       \
    X(PERCENT_DIFFERENCE_FAMILY_CI_LOW, "percent_difference_family_ci_low")               \
    X(PERCENT_DIFFERENCE_FAMILY_CI_HIGH, "percent_difference_family_ci_high")             \
    X(P_PERCENT_DIFFERENCE_FAMILY, "p_percent_difference_family")                         \
    X(FAMILIES_WITH_GOALS, "families_with_goals")                                         \
    X(FAMILIES_PREVIOUS, "families_with_goals_previous")                                  \
    X(GOALS_PER_FAMILY, "goals_per_family")                                               \
    X(GOALS_PER_FAMILY_PREVIOUS, "goals_per_family_previous")                             \
    X(RATE_RATIO, "rate_ratio")                                                           \
    X(RATE_RATIO_CI_LOW, "rate_ratio_ci_low")                                             \
    X(RATE_RATIO_CI_HIGH, "rate_ratio_ci_high")                                           \
    X(P_RATE_RATIO, "p_rate_ratio")                                                       \
    X(TREND_GROUPS, "trend_groups")                                                       \
    X(TREND_Z, "trend_z")                                                                 \
    X(P_TREND, "p_trend")                                                                 \
    X(ATTAINED_FIRST, "attained_first")                                                   \
    X(ATTAINED_THEN, "attained_then")                                                     \
    X(GAINED, "gained")                                                                   \
    X(LOST, "lost")                                                                       \
    X(N_PROGRAMME, "n_programme")                                                         \
    X(N_COMPARISON, "n_comparison")                                                       \
    X(MEAN_PROGRAMME, "mean_programme")                                                   \
    X(MEAN_COMPARISON, "mean_comparison")                                                 \
    X(DID, "did")                                                                         \
    X(DID_SE, "did_se")                                                                   \
    X(DID_DF, "did_df")                                                                   \
    X(DID_CI_LOW, "did_ci_low")                                                           \
    X(DID_CI_HIGH, "did_ci_high")                                                         \
    X(P_DID, "p_did")                                                                     \
    X(FAMILIES_PROGRAMME, "families_programme")                                           \
    X(FAMILIES_COMPARISON, "families_comparison")                                         \
    X(FAMILIES_IN_BOTH_ARMS, "families_in_both")                                          \
    X(DID_FAMILY_SE, "did_family_se")                                                     \
    X(DID_FAMILY_DF, "did_family_df")                                                     \
    X(DID_FAMILY_CI_LOW, "did_family_ci_low")                                             \
    X(DID_FAMILY_CI_HIGH, "did_family_ci_high")                                           \
    X(P_DID_FAMILY, "p_did_family")                                                       \
    X(ANCOVA_DIFFERENCE, "ancova_difference")                                             \
    X(ANCOVA_DIFFERENCE_SE, "ancova_difference_se")                                       \
    X(ANCOVA_DIFFERENCE_DF, "ancova_difference_df")                                       \
    X(ANCOVA_DIFFERENCE_CI_LOW, "ancova_difference_ci_low")                               \
    X(ANCOVA_DIFFERENCE_CI_HIGH, "ancova_difference_ci_high")                             \
    X(P_ANCOVA_DIFFERENCE, "p_ancova_difference")                                         \
    X(HEDGES_G, "hedges_g")                                                               \
    X(HEDGES_G_CI_LOW, "hedges_g_ci_low")                                                 \
    X(HEDGES_G_CI_HIGH, "hedges_g_ci_high")                                               \
    X(IMPROVED_PROGRAMME, "improved_programme")                                           \
    X(IMPROVED_COMPARISON, "improved_comparison")                                         \
    X(IMPROVED_DIFFERENCE, "improved_difference")                                         \
    X(IMPROVED_DIFFERENCE_CI_LOW, "improved_difference_ci_low")                           \
    X(IMPROVED_DIFFERENCE_CI_HIGH, "improved_difference_ci_high")                         \
    X(IMPROVED_DIFFERENCE_FAMILY_CI_LOW, "improved_difference_family_ci_low")             \
    X(IMPROVED_DIFFERENCE_FAMILY_CI_HIGH, "improved_difference_family_ci_high")           \
    X(LEVEL, "level_")                                                                    \
    X(SCORED_COMPLETE, "complete")                                                        \
    X(SCORED_PRORATED, "prorated")                                                        \
    X(SCORED_PRORATED_FROM, "prorated_from_")                                             \
    X(NOT_SCORED, "not_scored")                                                           \
    X(COMPLETE_FORMS, "forms")                                                            \
    X(FORMS_WITHHELD, "forms_withheld")                                                   \
    X(ALPHA, "alpha")                                                                     \
    X(ALPHA_CI_LOW, "alpha_ci_low")                                                       \
    X(ALPHA_CI_HIGH, "alpha_ci_high")                                                     \
    X(OMEGA, "omega")                                                                     \
    X(OMEGA_HEYWOOD, "omega_heywood")                                                     \
    X(ITEM_REST, "item_rest_")                                                            \
    X(FLOOR, "floor")                                                                     \
    X(CEILING, "ceiling")                                                                 \
    X(FLOOR_PERCENT, "floor_percent")                                                     \
    X(CEILING_PERCENT, "ceiling_percent")                                                 \
    X(FROM_50, "from_50")                                                                 \
    X(FROM_50_CI_LOW, "from_50_ci_low")                                                   \
    X(FROM_50_CI_HIGH, "from_50_ci_high")                                                 \
    X(P_FROM_50, "p_from_50")                                                             \
    X(CAUTION_STARTED, "started")                                                         \
    X(CAUTION_DUE, "due")                                                                 \
    X(PERCENT_OF_STARTED, "percent_of_started")                                           \
    X(PERCENT_OF_DUE, "percent_of_due")                                                   \
    X(CAUTION_USUAL, "usual_range_before")                                                \
    X(CAUTION_PERCENT_USUAL, "percent_usual_range_before")                                \
    X(NORM_MEAN, "norm_mean")                                                             \
    X(NORM_R, "norm_r")                                                                   \
    X(REGRESSION_EXPECTED, "regression_expected")                                         \
    X(MONTHS_N, "months_n")                                                               \
    X(MONTHS_MEAN, "months_mean")                                                         \
    X(MONTHS_MIN, "months_min")                                                           \
    X(MONTHS_MAX, "months_max")                                                           \
    X(PRIMARY, "primary")                                                                 \
    X(P_HOLM, "p_holm")                                                                   \
    X(HOLM_TESTS, "holm_tests")                                                           \
    X(P_HOLM_OF, "p_holm_")                                                               \
    X(HOLM_TESTS_OF, "holm_tests_")

#define PELLTER_STATISTIC_NAME(name, text) STATISTIC_##name,
enum statistic { PELLTER_STATISTICS(PELLTER_STATISTIC_NAME) N_STATISTICS };
#undef PELLTER_STATISTIC_NAME

/* Kinds of tests beside that of a mean change: sub of STATISTIC_P_HOLM_OF and HOLM_TESTS_OF. Those of
   a group come first, those of a whole breakdown last, from Welch's on. */
enum test_kind {
    TEST_STUART_MAXWELL,
    TEST_MCNEMAR,
    TEST_MODEL,      /* the mixed model's change from the first stage */
    TEST_YEARS,      /* a year's change against that of the year before */
    TEST_RATE_RATIO, /* goals set a family, against the year before */
    TEST_ATTAINED,   /* goals attained at one stage and at another */
    TEST_TARGET,     /* goals attained, against the target */
    TEST_FROM_50,
    TEST_WELCH,
    TEST_ANCOVA,
    TEST_POOLED,
    TEST_TREND,
    TEST_COMPARISON, /* difference in differences */
    TEST_COMPARISON_ANCOVA,
    N_TEST_KINDS
};

#define NO_SCALE UINT16_MAX

/* What a figure is of. Figures stand in the order of these fields. */
struct figure_key {
    uint16_t table;     /* enum figure_table */
    uint16_t breakdown; /* place in study.breakdowns */
    uint16_t dimension; /* GOALS_ANY, GOALS_BY_CATEGORY, or GOALS_BY_FLAG + a flag's place */
    uint32_t group;     /* of the breakdown's grouping */
    uint32_t member;    /* of the dimension */
    uint16_t measure;   /* place in study.measures; study.n_measures: rows of unknown informants */
    uint16_t scale;     /* place in study.scales, or NO_SCALE */
    uint16_t stage;
    uint16_t statistic;
    uint16_t sub; /* band, reason, level ...; 0 where the statistic has one value */
};

struct figure {
    struct figure_key key;
    struct value value;
};

/* Figures are kept in blocks, since there may be millions: those of one scale, group and stage
   share their key but for statistic and sub. Which these are, block after block of the same table,
   is nearly always the same: that is its shape. */
struct figure_block {
    uint32_t member;
    uint16_t measure, scale, stage;
    uint32_t shape; /* place in part.shapes */
    uint32_t first; /* place in part.kinds and part.terms */
};

struct figure_shape {
    uint32_t first, n;                /* places in part.names */
    uint16_t statistic, n_statistics; /* the first, and how many up to the last */
    uint32_t index; /* place of the first in part.index, once the part is complete */
};

/* The figures of up to PART_GROUPS groups that follow each other, of one table, breakdown and dimension; or
   of one scale of a single group. They are computed together, by one thread. */
#define PART_GROUPS 64
struct figure_part {
    struct figure_key key; /* table, breakdown, dimension and the first group */
    uint32_t *starts;      /* owned, n_starts: for each group the first of its blocks */
    size_t n_starts, starts_capacity;
    struct figure_block *blocks; /* owned, n_blocks, by ascending key */
    size_t n_blocks, blocks_capacity;
    struct figure_shape *shapes; /* owned, n_shapes */
    size_t n_shapes, shapes_capacity;
    uint32_t *names; /* owned, n_names: statistic << 16 | sub, ascending within each shape */
    size_t n_names, names_capacity;
    uint16_t
        *index; /* owned, n_index: for each statistic from a shape's first to its last, its first
                        place among the names of the shape, or that of the next one that is there */
    size_t n_index, index_capacity;
    uint8_t *kinds; /* owned, n_figures: of the values, enum value_kind or KIND_WIDE */
    size_t n_figures, kinds_capacity;
    int64_t *terms; /* owned, n_figures: value_shorten(), or a place in `wide` */
    size_t terms_capacity;
    struct value *wide; /* owned, n_wide: what is too wide for 64 bits */
    size_t n_wide, wide_capacity;
    bool no_memory; /* some figure could not be stored */
};

/* One table under one breakdown: there from when it is first asked for. */
struct figure_section {
    struct figure_part *parts; /* owned, n_dimensions x n_parts */
    size_t n_dimensions, n_parts;
    size_t part_groups; /* how many groups a part has */
    size_t n_pieces;    /* parts that they are in: 1, or one for each scale of a single group */
    bool is_computed;
    bool no_memory; /* some part of it could not be computed or stored */
};

/* What computes them (compute.c). */
struct figure_computer {
    void (*compute)(struct figure_computer *computer, struct figure_section *section,
                    unsigned table, size_t breakdown);
    void (*free)(struct figure_computer *computer);
};

/* One breakdown: its groups, and the tallies of just these groups. */
struct comparison {
    struct grouping grouping;
    struct tally tally;
    struct family_tally families;
    struct item_tally items;
    uint64_t most_people; /* that a group has of one measure; UINT64_MAX: of goals, who knows */
    bool *has_measure;    /* owned, [group][measure]: see figures_has_measure() */
};

struct figures {
    const struct study *study;        /* borrowed */
    struct figure_section *sections;  /* owned, [table][breakdown] */
    struct figure_computer *computer; /* owned */
    struct comparison *comparisons;   /* owned, study->n_breakdowns */
    signed char *by_family; /* owned, [scale]: figures_are_by_family(), or < 0: nobody has asked */
    uint32_t *categories;   /* owned, n_categories: names' numbers in printing order; a goal
                                       without one is NO_NAME and comes last */
    size_t n_categories;
    const struct names *names;   /* borrowed: the texts of categories */
    uint64_t unknown_informants; /* rows that no instrument could be found for */
    bool
        printed_only; /* of single cohorts, what no table prints is left out: set where results.csv is not written, before the first figure
                                    is asked for */
};

/* A breakdown into more cohorts than this is for tables: nobody reads so many sentences. */
#define MOST_SAID_COHORTS 20

/* Does what only results.csv has under a breakdown have to be computed? Tables have the mixed model, moves
   between bands, goals attained at two stages, T against 50, and over the stages what each step and the
   spread at each stage were, of All alone, and quantiles of nobody. */
static inline bool figures_has_unprinted(const struct figures *figures, size_t breakdown)
{
    return breakdown == 0 || !figures->printed_only;
}

/* Is the p of some test in some of its groups printed, or needed for results.csv? Where every group has too few
   people, none is, nor what the p is adjusted by. */
static inline bool figures_has_tests(const struct figures *figures, size_t breakdown)
{
    const struct comparison *const comparison = &figures->comparisons[breakdown];
    return figures_has_unprinted(figures, breakdown) ||
           comparison->grouping.n_groups <= MOST_SAID_COHORTS ||
           comparison->most_people >= figures->study->small_numbers.too_few;
}

int figure_key_compare(const struct figure_key *a, const struct figure_key *b);

/* Begins an empty part of what the key says; adds a figure to it, of one of its groups; says that it is
   complete. Keys must come in ascending order (asserted). Sets no_memory where there is none. */
void figures_begin(struct figure_part *part, const struct figure_key *key);
void figures_add(struct figure_part *part, const struct figure_key *key, const struct value *value);
void figures_complete(struct figure_part *part);

/* A table under a breakdown, computed now unless it was. Its parts are in the order of results.csv, and
   so are the blocks of a part. */
const struct figure_section *figures_section(const struct figures *figures, unsigned table,
                                             size_t breakdown);
bool figures_is_computed(const struct figures *figures, unsigned table, size_t breakdown);
/* Drops it, to be computed again when it is asked for. */
void figures_forget(const struct figures *figures, unsigned table, size_t breakdown);
/* Was there memory for whatever has been asked for? */
bool figures_had_memory(const struct figures *figures);

/* Of a block of a complete part: its key, with statistic and sub 0; how many figures it has; and, by
   that key, one of them, 0 <= i < n. */
struct figure_key figures_block_key(const struct figure_part *part,
                                    const struct figure_block *block);
size_t figures_block_size(const struct figure_part *part, const struct figure_block *block);
struct figure figures_in_block(const struct figure_part *part, const struct figure_block *block,
                               const struct figure_key *key, size_t i);

/* The value under a key: undefined where there is none, or no memory. */
struct value figures_get(const struct figures *figures, const struct figure_key *key);
/* The same with another stage, statistic and sub than the key's. */
struct value figures_at(const struct figures *figures, const struct figure_key *key, unsigned stage,
                        enum statistic statistic, unsigned sub);

/* Where all figures of one stage under a key stand, which are read one after the other; it holds as long as its
   section is there. None has no figures. */
struct figure_place {
    const struct figure_part *part;
    const struct figure_block *block; /* NULL: none */
};
struct figure_place figures_place(const struct figures *figures, const struct figure_key *key,
                                  unsigned stage);
struct value figures_there(struct figure_place place, enum statistic statistic, unsigned sub);

/* Whether anything of this measure was counted in a group. */
bool figures_has_measure(const struct figures *figures, size_t breakdown, uint32_t group,
                         size_t measure);

/* Are figures of a scale that allow for families those that are printed? Where some family of All has more
   than one member with a change, in every cohort; of goals' levels always. */
bool figures_are_by_family(const struct figures *figures, size_t scale);

/* Of a breakdown whose last column is the year: the group before this one that has anything of the measure
   and differs in the year alone. False: there is none, or one of the two lacks a value. (A crossing under
   which nobody counts, since its forms are not those that cohorts are read from, is no year.) */
bool figures_year_before(const struct figures *figures, const struct cohorts *cohorts,
                         size_t breakdown, uint32_t group, size_t measure, uint32_t *before);

/* The texts of the columns of results.csv, where they are not names from the study. */
const char *figure_table_name(unsigned table);
/* Are its figures of all groups of a breakdown together? Their `cohort` is All, and group 0. */
bool figure_table_is_whole(unsigned table);
const char *statistic_name(unsigned statistic);
const char *form_reason_name(unsigned reason);
const char *discount_name(unsigned discount);
const char *test_kind_name(unsigned kind);
/* Do tables have tests of a kind in All alone? */
bool test_is_of_all_alone(unsigned kind);

/* sub of STATISTIC_BAND and STATISTIC_MOVEMENT. */
#define BAND_SUB(set, band) ((set)*64 + (band))
#define MOVEMENT_SUB(from, to) ((from)*64 + (to))

void figures_free(struct figures *figures);

#endif
