#include "io/words.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

/* Tables are read on their own, cut out and mailed: a note says whose numbers they are, and what
   they are not. The numbers themselves come in as arguments, rounded once, as in the cells. */
static const char *const english[N_MESSAGES] = {
    [MESSAGE_NONE] = "",
    [MESSAGE_NAME] = "{0}",
    [MESSAGE_INTERVAL] = "{0} to {1}",
    [MESSAGE_PERCENT_INTERVAL] = "{0} to {1}%",
    [MESSAGE_TOO_FEW] = "few",
    [MESSAGE_CONTINUED] = "{0} (continued)",
    [MESSAGE_QUOTED] = "\"{0}\"",
    [MESSAGE_ALL] = "All",
    [MESSAGE_REPORT_UNTITLED] = "Outcomes",
    [MESSAGE_HEAD_INSTRUMENT] = "Instrument",
    [MESSAGE_HEAD_SCALE] = "Scale",
    [MESSAGE_HEAD_STAGE] = "Stage",
    [MESSAGE_HEAD_GOALS] = "Goals",
    [MESSAGE_HEAD_BAND] = "Band",
    [MESSAGE_HEAD_N] = "n",
    [MESSAGE_HEAD_MEAN] = "Mean",
    [MESSAGE_HEAD_SD] = "SD",
    [MESSAGE_HEAD_CHANGE] = "Change",
    [MESSAGE_HEAD_INTERVAL] = "95% interval",
    [MESSAGE_HEAD_P] = "p",
    [MESSAGE_HEAD_COMPLETE_FORMS] = "Complete forms",
    [MESSAGE_HEAD_ALPHA] = "Alpha",
    [MESSAGE_HEAD_OMEGA] = "Omega",
    [MESSAGE_HEAD_FLOOR] = "At lowest score",
    [MESSAGE_HEAD_CEILING] = "At highest score",
    [MESSAGE_HEAD_FROM_50] = "Mean T less 50",
    [MESSAGE_HEAD_STARTED] = "Started",
    [MESSAGE_HEAD_OF_STARTED] = "n of started",
    [MESSAGE_HEAD_OF_DUE] = "n of due",
    [MESSAGE_HEAD_USUAL_START] = "Usual range before",
    [MESSAGE_HEAD_NORM] = "Norm",
    [MESSAGE_HEAD_R] = "r",
    [MESSAGE_HEAD_EXPECTED_CHANGE] = "Expected change",
    [MESSAGE_HEAD_NORM_FROM] = "Norm from",
    [MESSAGE_HEAD_P_HOLM] = "Holm p",
    [MESSAGE_HEAD_BEFORE_MEAN] = "Before mean",
    [MESSAGE_HEAD_AFTER_MEAN] = "After mean",
    [MESSAGE_HEAD_BETTER] = "Better",
    [MESSAGE_HEAD_SAME] = "Same",
    [MESSAGE_HEAD_WORSE] = "Worse",
    [MESSAGE_HEAD_RELIABLY_BETTER] = "Reliably better",
    [MESSAGE_HEAD_RELIABLY_WORSE] = "Reliably worse",
    [MESSAGE_HEAD_DIRECTION] = "Mean",
    [MESSAGE_HEAD_DZ] = "dz",
    [MESSAGE_HEAD_GZ] = "gz",
    [MESSAGE_HEAD_DAV] = "dav",
    [MESSAGE_HEAD_GAV] = "gav",
    [MESSAGE_HEAD_DELTA] = "Glass's delta",
    [MESSAGE_HEAD_G_DELTA] = "g delta",
    [MESSAGE_HEAD_TYPICAL] = "Typical change",
    [MESSAGE_HEAD_RANK_BISERIAL] = "Rank biserial",
    [MESSAGE_HEAD_MEAN_CHANGE] = "Mean change",
    [MESSAGE_HEAD_SUPERIORITY] = "Chance of better",
    [MESSAGE_HEAD_MORE_THAN] = "By more than",
    [MESSAGE_HEAD_NEITHER] = "Neither",
    [MESSAGE_HEAD_USUAL_BEFORE] = "Usual range before",
    [MESSAGE_HEAD_INTO_USUAL] = "Moved into the usual range",
    [MESSAGE_HEAD_BETTER_OTHERWISE] = "Reliably better otherwise",
    [MESSAGE_HEAD_P_WILCOXON] = "Wilcoxon p",
    [MESSAGE_HEAD_P_SIGN] = "Sign test p",
    [MESSAGE_HEAD_P_SIGN_FLIP] = "p (sign flips)",
    [MESSAGE_HEAD_FAMILIES] = "Families",
    [MESSAGE_HEAD_RESPONDENTS] = "Respondents",
    [MESSAGE_HEAD_VIABLE] = "Viable",
    [MESSAGE_HEAD_DISCOUNTED] = "Discounted",
    [MESSAGE_HEAD_REASON] = "Reason",
    [MESSAGE_HEAD_EVERY_SCALE] = "Every scale",
    [MESSAGE_HEAD_BEFORE_N] = "Before n",
    [MESSAGE_HEAD_BEFORE_PERCENT] = "Before %",
    [MESSAGE_HEAD_AFTER_N] = "After n",
    [MESSAGE_HEAD_AFTER_PERCENT] = "After %",
    [MESSAGE_HEAD_BAND_BEFORE] = "Before",
    [MESSAGE_HEAD_TOTAL] = "Total",
    [MESSAGE_HEAD_BETTER_BAND] = "To a better band",
    [MESSAGE_HEAD_WORSE_BAND] = "To a worse band",
    [MESSAGE_HEAD_P_SHIFT] = "Shift p",
    [MESSAGE_HEAD_RAISED_BEFORE] = "Raised before",
    [MESSAGE_HEAD_RAISED_AFTER] = "Raised after",
    [MESSAGE_HEAD_P_RAISED] = "Their p",
    [MESSAGE_HEAD_PAIRS] = "Pairs",
    [MESSAGE_HEAD_START_MEAN] = "Start mean",
    [MESSAGE_HEAD_SAME_N] = "Same n",
    [MESSAGE_HEAD_SAME_MEAN] = "Same mean",
    [MESSAGE_HEAD_GOALS_SET] = "Set",
    [MESSAGE_HEAD_REVIEWED] = "Reviewed",
    [MESSAGE_HEAD_ATTAINED] = "Attained",
    [MESSAGE_HEAD_NOT_ATTAINED] = "Not attained",
    [MESSAGE_HEAD_PERCENT] = "%",
    [MESSAGE_HEAD_TARGET] = "Target",
    [MESSAGE_HEAD_FORMS] = "Rows",
    [MESSAGE_HEAD_COMPLETE] = "Complete",
    [MESSAGE_HEAD_PRORATED] = "Prorated",
    [MESSAGE_HEAD_NOT_SCORED] = "Not scored",
    [MESSAGE_HEAD_COHORTS] = "Cohorts",
    [MESSAGE_HEAD_P_WELCH] = "Welch p",
    [MESSAGE_HEAD_P_KRUSKAL] = "Ranks p",
    [MESSAGE_HEAD_P_ANCOVA] = "ANCOVA p",
    [MESSAGE_HEAD_P_SLOPES] = "Slopes p",
    [MESSAGE_HEAD_ADJUSTED] = "Adjusted mean",
    [MESSAGE_HEAD_ADDED_VALUE] = "Added value",
    [MESSAGE_HEAD_EFFECT_SIZE] = "Effect size",
    [MESSAGE_HEAD_NO_IMPACT] = "No impact score",
    [MESSAGE_HEAD_NOT_IN_TIME] = "Not 4-8 months",
    [MESSAGE_HEAD_SITES] = "Sites",
    [MESSAGE_HEAD_SITES_POOLED] = "Sites pooled",
    [MESSAGE_HEAD_MEAN_OVER_PEOPLE] = "Mean over people",
    [MESSAGE_HEAD_MEAN_OVER_SITES] = "Mean over sites",
    [MESSAGE_HEAD_POOLED_MEAN] = "Pooled mean",
    [MESSAGE_HEAD_I2] = "I2 %",
    [MESSAGE_HEAD_PREDICTION] = "A further site",
    [MESSAGE_HEAD_PEOPLE] = "People",
    [MESSAGE_HEAD_ESTIMATED_MEAN] = "Est. mean",
    [MESSAGE_HEAD_SEEN_CHANGE] = "Change seen",
    [MESSAGE_HEAD_ESTIMATED_CHANGE] = "Est. change",
    [MESSAGE_HEAD_MODEL] = "Model",
    [MESSAGE_HEAD_DUE] = "Due",
    [MESSAGE_HEAD_NOT_YET_DUE] = "Not yet due",
    [MESSAGE_HEAD_LEFT] = "Left",
    [MESSAGE_HEAD_LEFT_MEAN] = "Left, mean",
    [MESSAGE_HEAD_LEFT_SD] = "Left, SD",
    [MESSAGE_HEAD_STAYED] = "Stayed",
    [MESSAGE_HEAD_STAYED_MEAN] = "Stayed, mean",
    [MESSAGE_HEAD_STAYED_SD] = "Stayed, SD",
    [MESSAGE_HEAD_DIFFERENCE] = "In SDs",
    [MESSAGE_HEAD_TIPPING_POINT] = "Tipping point",
    [MESSAGE_BEYOND_SCALE] = "beyond",
    [MESSAGE_MODEL_UNSTRUCTURED] = "UN",
    [MESSAGE_MODEL_HETEROGENEOUS] = "CSH",
    [MESSAGE_MODEL_COMPOUND] = "CS",
    [MESSAGE_MODEL_NONE] = "none",
    [MESSAGE_MODEL_DF_KENWARD_ROGER] = "Kenward-Roger",
    [MESSAGE_MODEL_DF_SATTERTHWAITE] = "Satterthwaite",
    [MESSAGE_HEAD_THEN_N] = "n before",
    [MESSAGE_HEAD_IN_BOTH] = "In both",
    [MESSAGE_HEAD_MORE_THAN_BEFORE] = "More than before",
    [MESSAGE_HEAD_DIFFERENCE_OF] = "Difference",
    [MESSAGE_HEAD_THEN_PERCENT] = "% before",
    [MESSAGE_HEAD_GOALS_PER_FAMILY_THEN] = "Goals a family before",
    [MESSAGE_HEAD_GOALS_PER_FAMILY] = "Goals a family",
    [MESSAGE_HEAD_RATIO] = "Ratio",
    [MESSAGE_HEAD_YEARS] = "Years",
    [MESSAGE_HEAD_Z] = "z",
    [MESSAGE_HEAD_STEP] = "Stages",
    [MESSAGE_HEAD_BOTH_RATED] = "Rated at both",
    [MESSAGE_HEAD_FIRST_PERCENT] = "First %",
    [MESSAGE_HEAD_FIRST_N] = "First n",
    [MESSAGE_HEAD_LAST_N] = "Last n",
    [MESSAGE_HEAD_LAST_PERCENT] = "Last %",
    [MESSAGE_HEAD_NEXT_PERCENT] = "Then %",
    [MESSAGE_HEAD_GAINED] = "Gained",
    [MESSAGE_HEAD_LOST] = "Lost",
    [MESSAGE_HEAD_P_MCNEMAR_GOALS] = "McNemar p",
    [MESSAGE_TO] = "{0} to {1}",
    [MESSAGE_NOTE_YEARS] =
        "Base: those with a score at both {0} and {1}. Each year beside the one just before it. "
        "Everybody counts under one year only. The change in each year by itself stands in the tables of "
        "its scale.",
    [MESSAGE_NOTE_YEARS_WELCH] =
        "Difference: the mean change less that of the year before. Interval and p: Welch's t test, which takes people as "
        "independent of each other.",
    [MESSAGE_NOTE_YEARS_FAMILY] =
        "More than before: the mean change less that of the year before; with a minus sign, less. Interval and p allow for members of one family being "
        "alike, in one year and in both: standard error CR2 with Satterthwaite's degrees of "
        "freedom, families taken as independent of each other. In both: families that have somebody "
        "in each of the two years.",
    [MESSAGE_NOTE_YEARS_OTHERS] =
        "Where no number of families stands, nobody shares one: interval and p are those of Welch's t "
        "test.",
    [MESSAGE_NOTE_GOALS_INDEPENDENT] =
        "These tests take goals as independent of each other; those of one family are not, so that p may "
        "be too small.",
    [MESSAGE_NOTE_TREND] =
        "Cochran-Armitage test of a share that rises (z above 0) or falls (below) from year to "
        "year: of goals, those attained at their latest review; of other scales, people reliably "
        "better. First, last: in the first and the last year that has any. A dash: the share is 0% or 100% "
        "over all years, and there is nothing to test.",
    [MESSAGE_TITLE_BETWEEN] = "Do cohorts differ? Change from {2} to {3} by {4}",
    [MESSAGE_TITLE_ADJUSTED] = "Scores at {3} by {4}, adjusted for the score at {2}",
    [MESSAGE_TITLE_SITE_MEANS] = "Change from {2} to {3}, over people and by {4}",
    [MESSAGE_TITLE_POOLED] = "Change from {2} to {3}, pooled by {4}",
    [MESSAGE_TITLE_YEARS] = "Year on year: change from {2} to {3} by {4}",
    [MESSAGE_TITLE_GOALS_BY_YEAR] = "Year on year: goals attained by {4}",
    [MESSAGE_TITLE_GOALS_SET_BY_YEAR] = "Year on year: goals set for each family by {4}",
    [MESSAGE_TITLE_TREND] = "Shares of people and goals over the years by {4}",
    [MESSAGE_TITLE_PAIRED_SHARES] = "Goals attained from one review to the next",
    [MESSAGE_TITLE_COMPARISON] = "Programme and comparison group: change from {0} to {1}",
    [MESSAGE_TITLE_COMPARISON_TESTS] = "Programme less comparison group, from {0} to {1}",
    [MESSAGE_HEAD_N_PROGRAMME] = "Programme n",
    [MESSAGE_HEAD_N_COMPARISON] = "Comparison n",
    [MESSAGE_HEAD_CHANGE_PROGRAMME] = "Programme change",
    [MESSAGE_HEAD_CHANGE_COMPARISON] = "Comparison change",
    [MESSAGE_HEAD_METHOD] = "Method",
    [MESSAGE_DIFFERENCE_IN_DIFFERENCES] = "difference in differences",
    [MESSAGE_DIFFERENCE_ADJUSTED] = "adjusted for before",
    [MESSAGE_DIFFERENCE_HEDGES_G] = "Hedges' g",
    [MESSAGE_DIFFERENCE_IMPROVED] = "reliably better, % points",
    [MESSAGE_NOTE_GOALS_BY_YEAR] =
        "n: goals reviewed; %: those attained at their latest review. The difference is in "
        "percentage points.",
    [MESSAGE_NOTE_GOALS_BY_YEAR_FAMILY] =
        "The interval allows for goals of one family being alike, in one year and in both: standard "
        "error CR2 with Satterthwaite's degrees of freedom. In both: families that have a goal "
        "reviewed in each of the two years.",
    [MESSAGE_NOTE_GOALS_SET] =
        "Goals set, for each family with goals. The ratio of both years, its interval and p are "
        "exact (Poisson, given the sum of goals).",
    [MESSAGE_NOTE_COMPARISON] =
        "Comparison: \"{0}\" in the column \"{1}\"; programme: everybody with another text there. "
        "Unless people were allotted by chance, they may differ in other ways, too. In the other "
        "tables, All is both together.",
    [MESSAGE_NOTE_COMPARISON_FAMILIES] =
        "In both: families that have somebody in the programme and somebody in the comparison group.",
    [MESSAGE_NOTE_COMPARISON_ROBUST] =
        "Where members of one family are there, the difference in differences and that of the reliably "
        "better allow for their being alike, also between the groups (standard error CR2 with "
        "Satterthwaite's degrees of freedom, in place of Welch and Newcombe); but not that of the reliably "
        "better where a threshold rests on the data. All else takes people as independent of each other, "
        "those of one family too, so that its intervals may be too narrow.",
    [MESSAGE_NOTE_COMPARISON_TESTS] =
        "Difference in differences: mean change of the programme less that of the comparison "
        "group (Welch). Adjusted: the same at {1}, among people with the same score at {0} "
        "(analysis of covariance, one slope for both). Hedges' g: "
        "the first in SDs of the change, pooled and corrected, above 0 where the programme did better. "
        "Reliably better: the percentage of the programme less that of the comparison group, in percentage "
        "points (Newcombe's interval). p of g and of this stands empty: neither is tested.",
    [MESSAGE_NOTE_PAIRED_SHARES] =
        "Base: goals rated at both. Gained: not attained at the first, attained at the second; "
        "lost: the other way round. McNemar: exact.",
    [MESSAGE_SCALE] = "{0}: {1}",
    [MESSAGE_HEAD_WARNING] = "Please check",
    [MESSAGE_HEAD_WITHHELD] = "Missing",
    [MESSAGE_GOALS_ALL] = "All goals",
    [MESSAGE_GOALS_NO_CATEGORY] = "No category",
    [MESSAGE_GOALS_YES] = "{0}: yes",
    [MESSAGE_GOALS_NO] = "{0}: no",
    [MESSAGE_LATEST] = "latest review",
    [MESSAGE_ZEROS_DROPPED] = "dropped",
    [MESSAGE_ZEROS_RANKED] = "ranked and left out (Pratt)",
    [MESSAGE_IMPROVED] = "improved",
    [MESSAGE_WORSENED] = "worsened",
    [MESSAGE_UNCHANGED] = "same",
    [MESSAGE_FROM_ITEMS] = "{1}: from {0} {0|answer|answers}",
    [MESSAGE_LEVEL_HEADING] = "{0}",
    [MESSAGE_UNKNOWN_INFORMANT] = "informant not named in the study",
    [MESSAGE_WITHHELD] =
        "{0} withholds {1} {1|cohort|cohorts} of fewer than {2} respondents ({3}).",
    [MESSAGE_FORM_ROWS] = "Read",
    [MESSAGE_FORM_USED] = "Used",
    [MESSAGE_FORM_BLANK] = "Blank: no item answered",
    [MESSAGE_FORM_NO_ID] = "No id",
    [MESSAGE_FORM_UNKNOWN_STAGE] = "Stage not recognised",
    [MESSAGE_FORM_OUTSIDE_WINDOW] = "Outside every window",
    [MESSAGE_FORM_DUPLICATE_SAME] = "Twice, same scores (one kept)",
    [MESSAGE_FORM_CONFLICTING] = "Conflicting scores",
    [MESSAGE_FORM_TOO_FEW_ITEMS] = "Too few items answered",
    [MESSAGE_DISCOUNT_CONFLICTING_FORMS] = "Conflicting forms",
    [MESSAGE_DISCOUNT_NO_BEFORE_FORM] = "No before form",
    [MESSAGE_DISCOUNT_AFTER_NOT_YET_DUE] = "After form not yet due",
    [MESSAGE_DISCOUNT_NO_AFTER_FORM] = "No after form",
    [MESSAGE_DISCOUNT_BEFORE_INCOMPLETE] = "Before form incomplete",
    [MESSAGE_DISCOUNT_AFTER_INCOMPLETE] = "After form incomplete",
    [MESSAGE_DISCOUNT_NOT_COMPARABLE] = "Forms of different versions",
    [MESSAGE_DISCOUNT_NO_COMMON_GOAL] = "No goal rated at both",
    [MESSAGE_TITLE_FORMS] = "Forms read and used",
    [MESSAGE_TITLE_SAMPLE] = "Sample: {0}",
    [MESSAGE_TITLE_DISCOUNTED] = "Why respondents were discounted: {0}",
    [MESSAGE_TITLE_BEFORE_AFTER] = "{0}: {1}, {2} to {3}",
    [MESSAGE_TITLE_DIRECTION] = "{0}: {1}, who changed from {2} to {3}",
    [MESSAGE_TITLE_EFFECTS] = "Effect sizes: {0}",
    [MESSAGE_TITLE_EFFECTS_CORRECTED] =
        "Effect sizes by the SD before, and corrected for small n: {0}",
    [MESSAGE_TITLE_TYPICAL] = "Typical change: {0}",
    [MESSAGE_TITLE_EFFECT_RANKS] = "Effect sizes by ranks: {0}",
    [MESSAGE_TITLE_BANDS] = "{0}: {1}, bands at {2} and {3}",
    [MESSAGE_TITLE_MOVEMENT] = "{0}: {1}, movement between bands from {2} to {3}",
    [MESSAGE_TITLE_ITEMS] = "{0}: the form itself, at {1}",
    [MESSAGE_TITLE_GOAL_DIFFICULTY] = "{0}: were goals as hard as they should be?",
    [MESSAGE_TITLE_CAUTIONS] = "{0}: what to keep in mind of the change from {1} to {2}",
    [MESSAGE_TITLE_REGRESSION] = "{0}: what a second measurement alone would bring, {1} to {2}",
    [MESSAGE_TITLE_BAND_CHANGE] = "{0}: who moved to another band from {1} to {2}",
    [MESSAGE_TITLE_RELIABLE_CHANGE] = "{0}: who changed reliably from {1} to {2}",
    [MESSAGE_TITLE_USUAL_RANGE] = "{0}: {1}, who moved into the usual range from {2} to {3}",
    [MESSAGE_TITLE_TRAJECTORY] = "{0}: {1} over the stages",
    [MESSAGE_TITLE_HAD_NOBODY_LEFT] = "{0}: means as if no one had dropped out",
    [MESSAGE_TITLE_WHO_LEFT] = "{0}: who left between {1} and {2}",
    [MESSAGE_TITLE_ADDED_VALUE] = "{0}: added value score from {1} to {2}",
    [MESSAGE_TITLE_ATTAINMENT] = "Goals attained at their {0}",
    [MESSAGE_TITLE_ATTAINMENT_AFTER] = "Goals attained at {0}",
    [MESSAGE_TITLE_SHARE] = "Goals attained at {0}: how sure the percentage is",
    [MESSAGE_TITLE_GOAL_LEVELS] = "Goals at each of the five levels",
    [MESSAGE_TITLE_SCORING] = "How forms were scored",
    [MESSAGE_TITLE_MANY_TESTS] = "How many tests there are of each kind",
    [MESSAGE_HEAD_TEST] = "Test",
    [MESSAGE_HEAD_OF] = "Of",
    [MESSAGE_HEAD_TESTS] = "Tests",
    [MESSAGE_HEAD_SMALLEST_P] = "Smallest Holm p",
    [MESSAGE_KIND_CHANGE] = "Did the mean change? (t test)",
    [MESSAGE_KIND_STAGES] = "Did the mean change by a stage? (t test)",
    [MESSAGE_KIND_SHIFT] = "Did the bands shift? (Stuart-Maxwell)",
    [MESSAGE_KIND_RAISED] = "Are as many raised? (McNemar)",
    [MESSAGE_KIND_MODEL] = "Did it change, had no one left? (mixed model)",
    [MESSAGE_KIND_TARGET] = "Were goals attained as targeted? (latest)",
    [MESSAGE_KIND_TARGET_AFTER] = "Were goals attained as targeted? (after)",
    [MESSAGE_KIND_ATTAINED] = "Were more goals attained by a review? (McNemar)",
    [MESSAGE_KIND_FROM_50] = "Is the mean T other than 50? (t test)",
    [MESSAGE_KIND_WELCH] = "Do changes differ between cohorts? (Welch)",
    [MESSAGE_KIND_ANCOVA] = "Do adjusted means differ between cohorts? (ANCOVA)",
    [MESSAGE_KIND_YEARS] = "Do changes differ from the year before?",
    [MESSAGE_KIND_RATE_RATIO] = "Do goals set differ from the year before?",
    [MESSAGE_KIND_TREND] = "Do shares rise or fall over the years?",
    [MESSAGE_KIND_COMPARISON] = "Do programme and comparison group differ?",
    [MESSAGE_KIND_COMPARISON_ANCOVA] = "The same, adjusted for before (ANCOVA)",
    [MESSAGE_NOTE_MANY_TESTS] =
        "One test in twenty is below .05 by chance alone where nothing has changed. Holm p: adjusted for all tests of its row of this table, by Holm's method, those of few too, whose p is not printed; where even the smallest is above .05, none of them stands out. Rank and sign tests check the test of the mean and are not counted. Every Holm p is in internal/results.csv, table tests.",
    [MESSAGE_TITLE_WARNINGS] = "Signs of likely mistakes in the data",
    [MESSAGE_TITLE_WITHHELD] = "Not pooled: small cohorts were withheld",
    [MESSAGE_TITLE_IN_WORDS] = "In words",
    [MESSAGE_SENTENCES] = "{0} {1}",
    [MESSAGE_SAY_BOTH_FORMS] =
        "Both forms, and both stages, are those of {0} and {1}, with a score on the scale at both. Improvement and worsening follow the direction of each scale. None of these sentences says what caused a change. Results that are not called primary are exploratory.",
    [MESSAGE_SAY_BOTH_FORMS_BUT] =
        "Both forms, and both stages, are those of {0} and {1}, with a score on the scale at both; but behind the words \"From {2} to {3}:\" they are those of {2} and {3}. Improvement and worsening follow the direction of each scale. None of these sentences says what caused a change. Results that are not called primary are exploratory.",
    [MESSAGE_SAY_PRIMARY] = "Primary result.",
    [MESSAGE_SAY_PRIMARY_BOTH] =
        "Primary result, of the programme and its comparison group together (below, each by itself).",
    [MESSAGE_SAY_COHORT] = "{0}: {1}",
    [MESSAGE_SAY_STAGES] = "From {0} to {1}:",
    [MESSAGE_SAY_SCORE_ON] = "score on \"{0}\"",
    [MESSAGE_SAY_ROSE_BETTER] =
        "Among the {0} {1} with both forms of {2}, mean {3} rose from {4} to {5}, an improvement.",
    [MESSAGE_SAY_ROSE_WORSE] =
        "Among the {0} {1} with both forms of {2}, mean {3} rose from {4} to {5}, a worsening.",
    [MESSAGE_SAY_FELL_BETTER] =
        "Among the {0} {1} with both forms of {2}, mean {3} fell from {4} to {5}, an improvement.",
    [MESSAGE_SAY_FELL_WORSE] =
        "Among the {0} {1} with both forms of {2}, mean {3} fell from {4} to {5}, a worsening.",
    [MESSAGE_SAY_SAME] =
        "Among the {0} {1} with both forms of {2}, mean {3} stayed the same, at {4}.",
    [MESSAGE_SAY_NOBODY] =
        "None of the {0} had both forms of {1}, so nothing can be said of a change in {2}.",
    [MESSAGE_SAY_ONE] =
        "Only one of the {0} had both forms of {1}, too few to say anything of a change in {2}.",
    [MESSAGE_SAY_ROSE_BETTER_GOALS] =
        "Among the {0} {1} with a goal rated at both stages, mean {3} rose from {4} to {5}, an improvement.",
    [MESSAGE_SAY_ROSE_WORSE_GOALS] =
        "Among the {0} {1} with a goal rated at both stages, mean {3} rose from {4} to {5}, a worsening.",
    [MESSAGE_SAY_FELL_BETTER_GOALS] =
        "Among the {0} {1} with a goal rated at both stages, mean {3} fell from {4} to {5}, an improvement.",
    [MESSAGE_SAY_FELL_WORSE_GOALS] =
        "Among the {0} {1} with a goal rated at both stages, mean {3} fell from {4} to {5}, a worsening.",
    [MESSAGE_SAY_SAME_GOALS] =
        "Among the {0} {1} with a goal rated at both stages, mean {3} stayed the same, at {4}.",
    [MESSAGE_SAY_NOBODY_GOALS] =
        "None of the {0} had a goal rated at both stages, so nothing can be said of a change in {2}.",
    [MESSAGE_SAY_ONE_GOALS] =
        "Only one of the {0} had a goal rated at both stages, too few to say anything of a change in {2}.",
    [MESSAGE_SAY_CHANGE] =
        "The mean change was {0} points (95% confidence interval {1} to {2}; paired t test, p {3}).",
    [MESSAGE_SAY_CHANGE_HOLM] =
        "The mean change was {0} points (95% confidence interval {1} to {2}; paired t test, p {3}; adjusted for {5} such tests, p {6}).",
    [MESSAGE_SAY_CHANGE_FAMILIES] =
        "The mean change was {0} points (95% confidence interval {1} to {2}; test that allows for {4} {4|family|families}, p {3}).",
    [MESSAGE_SAY_CHANGE_FAMILIES_HOLM] =
        "The mean change was {0} points (95% confidence interval {1} to {2}; test that allows for {4} {4|family|families}, p {3}; adjusted for {5} such tests, p {6}).",
    [MESSAGE_SAY_CHANGE_FEW] =
        "The mean change was {0} points (95% confidence interval {1} to {2}); fewer than {3} {4} are too few for a test.",
    [MESSAGE_SAY_CHANGE_ALIKE] =
        "Every change was the same, {0} points, so there is no interval and no test.",
    [MESSAGE_SAY_CHANGE_NONE] = "No score changed, so there is no interval and no test.",
    [MESSAGE_SAY_CHANGE_FAMILIES_ALIKE] =
        "The mean change was {0} points; there is no interval and no test, since {4|all are of one family|all families changed alike}.",
    [MESSAGE_SAY_ROUNDED] = "(The change was rounded by itself, not taken from the rounded means.)",
    [MESSAGE_SAY_APART_ROUNDED] =
        "(The difference was rounded by itself, not taken from the rounded changes.)",
    [MESSAGE_SAY_DOUBT] =
        "The interval includes 0: these figures do not show whether there was any change on average.",
    [MESSAGE_SAY_CAUTION] = "With so few {1}, one or two can change this result a good deal.",
    [MESSAGE_SAY_WILCOXON] = "The test that decides is Wilcoxon's signed-rank test: p {0}.",
    [MESSAGE_SAY_SIGN] = "The test that decides is the sign test: p {0}.",
    [MESSAGE_SAY_STARTED] = "They are {0}% of the {1} {2} with a form at {3}.",
    [MESSAGE_SAY_STARTED_GOALS] = "They are {0}% of the {1} {2} with a goal rated at {3}.",
    [MESSAGE_SAY_EFFECT] =
        "Effect size d_av = {0} (95% confidence interval {1} to {2}), positive for improvement.",
    [MESSAGE_SAY_GOALS_START] =
        "A goal's first level is given when it is set, so a rise from it is to be expected.",
    [MESSAGE_SAY_MODEL] =
        "As if no one had dropped out, a mixed model of all {0} {1} with any score estimates a "
        "change of {2} points (95% confidence interval {3} to {4}); this holds if leaving depends "
        "only on scores already seen.",
    [MESSAGE_SAY_BETWEEN] = "Does the mean change differ by {0}? Welch's test: p {1}.",
    [MESSAGE_SAY_BETWEEN_HOLM] =
        "Does the mean change differ by {0}? Welch's test: p {1}; adjusted for {2} such tests, p "
        "{3}.",
    [MESSAGE_SAY_COMPARISON] =
        "Programme and comparison group: the mean change in {0} was {1} points in the programme ({2} "
        "{5}) and {3} points in the comparison group ({4} {5}).",
    [MESSAGE_SAY_YEARS] =
        "Year on year: the mean change in {0} was {1} points in {2} and {3} points in {4}.",
    [MESSAGE_SAY_BETTER_ONE] = "The change in {0} was the better one.",
    [MESSAGE_PROGRAMME] = "the programme",
    [MESSAGE_COMPARISON_GROUP] = "the comparison group",
    [MESSAGE_SAY_APART] =
        "The difference is {0} points (95% confidence interval {1} to {2}; p {3}).",
    [MESSAGE_SAY_APART_HOLM] =
        "The difference is {0} points (95% confidence interval {1} to {2}; p {3}; adjusted for {4} "
        "such tests, p {5}).",
    [MESSAGE_SAY_APART_FEW] =
        "The difference is {0} points (95% confidence interval {1} to {2}); fewer than {6} {7} in "
        "one of the two are too few for a test.",
    [MESSAGE_SAY_APART_ALIKE] = "The difference is {0} points; there is no interval and no test.",
    [MESSAGE_SAY_APART_DOUBT] =
        "The interval includes 0: these figures do not show whether the two differ.",
    [MESSAGE_SAY_USUAL] =
        "{0} ({1}%; 95% confidence interval {2}% to {3}%) moved into the usual range, reliably better.",
    [MESSAGE_SAY_USUAL_FEW] = "{0} moved into the usual range, reliably better.",
    [MESSAGE_SAY_SIGN_FLIP] =
        "The test that decides is the sign-flip test of families' summed changes: p {0}.",
    [MESSAGE_SAY_RELIABLE] =
        "Of these {0} {1}, {2} ({3}%) improved reliably ({4}), {5} ({6}%) got reliably worse, and {7} did neither.",
    [MESSAGE_SAY_RELIABLE_FEW] =
        "Of these {0} {1}, {2} improved reliably ({4}), {5} got reliably worse, and {7} did neither.",
    [MESSAGE_RELIABLY_POINTS] = "by more than {0} points",
    [MESSAGE_RELIABLY_EDWARDS] = "by the method of Edwards and Nunnally",
    [MESSAGE_RELIABLY_GULLIKSEN] = "by the method of Gulliksen, Lord and Novick",
    [MESSAGE_RELIABLY_HAGEMAN] = "by the method of Hageman and Arrindell",
    [MESSAGE_SAY_NET] =
        "The first of these shares less the second is {0} percentage points (95% confidence interval {1} to {2}).",
    [MESSAGE_SAY_RAISED] =
        "Of these {7}, {0} ({1}%) {0|was|were} in a band worse than \"{6}\" at {2} and {3} ({4}%) at {5}.",
    [MESSAGE_SAY_RAISED_FEW] =
        "Of these {7}, {0} {0|was|were} in a band worse than \"{6}\" at {2} and {3} at {5}.",
    [MESSAGE_SAY_MOVED] = "{0} moved to a better band and {1} to a worse one.",
    [MESSAGE_SAY_MOVED_NONE] = "Nobody moved to another band.",
    [MESSAGE_SAY_TRAJECTORY] =
        "Among the {0} {1} with a score at every stage, mean {2} was {3} at {4} and {5} at {6}.",
    [MESSAGE_SAY_TRAJECTORY_GOALS] =
        "Among the {0} {1} with a score at every stage, mean {2}, here of all goals rated at a stage and not only of those rated at both, was {3} at {4} and {5} at {6}.",
    [MESSAGE_SAY_STEP] = "The largest step was that from {0} ({1}) to {2} ({3}).",
    [MESSAGE_SAY_ATTAINED] =
        "Of the {0} goals reviewed, of {3} that were set, {1} ({2}%) {1|was|were} attained: level 0 (as expected) or better at the latest review.",
    [MESSAGE_SAY_ATTAINED_ALL] =
        "Of the {0} goals set, all of them reviewed, {1} ({2}%) {1|was|were} attained: level 0 (as expected) or better at the latest review.",
    [MESSAGE_SAY_ATTAINED_ALL_FEW] =
        "Of the {0} goals set, all of them reviewed, {1} {1|was|were} attained: level 0 (as expected) or better at the latest review.",
    [MESSAGE_SAY_ATTAINED_FEW] =
        "Of the {0} goals reviewed, of {3} that were set, {1} {1|was|were} attained: level 0 (as expected) or better at the latest review.",
    [MESSAGE_SAY_ATTAINED_INTERVAL] =
        "The 95% confidence interval of that share is {0}% to {1}%, allowing for goals of the same family ({2} {2|family|families}).",
    [MESSAGE_SAY_ATTAINED_ONE] = "Only one goal was reviewed, and it was attained.",
    [MESSAGE_SAY_ATTAINED_NOT_ONE] = "Only one goal was reviewed, and it was not attained.",
    [MESSAGE_SAY_ATTAINED_NONE] = "No goal was reviewed after it was set.",
    [MESSAGE_SAY_TARGET] = "The target was {0}%.",
    [MESSAGE_SAY_ADDED_VALUE] =
        "In words: the added value of all {0} {1} was {2} points (95% confidence interval {3} to {4}). "
        "Above 0, children did better than is expected of such children without help; below 0, worse.",
    [MESSAGE_SAY_ADDED_VALUE_UNSURE] =
        "In words: the added value of all {0} {1} was {2} points (95% confidence interval {3} to {4}). "
        "The interval includes 0: these figures do not show whether children did better or worse than is "
        "expected of such children without help.",
    [MESSAGE_SAY_TREND] =
        "In words, {0}: the share went from {1}% of {2} in the first year to {3}% of {4} in the last; test for a trend over "
        "{5} years, p {6}.",
    [MESSAGE_SAY_LEFT] =
        "In words, {0}: at {1} the {2} who stayed had a mean of {3}, and the {4} who left one of {5}.",
    [MESSAGE_SAY_TARGET_TEST_LESS] =
        "The target was {0}%; is the share below it? One-sided test that allows for {2} families: p {1}.",
    [MESSAGE_SAY_TARGET_TEST_GREATER] =
        "The target was {0}%; is the share above it? One-sided test that allows for {2} families: p {1}.",
    [MESSAGE_NOTE_TARGET_LESS] =
        "The test against the target is one-sided, as the study asks: fewer goals attained than the target.",
    [MESSAGE_NOTE_TARGET_GREATER] =
        "The test against the target is one-sided, as the study asks: more goals attained than the target.",
    [MESSAGE_SAY_TARGET_TEST] =
        "The target was {0}%; does the share differ from it? Test that allows for {2} families: p {1}.",
    [MESSAGE_NOTE_FORMS] =
        "Rows read = used + set aside, each for one reason. A row is one form; in a wide "
        "layout a row holds one form for each stage. Every row set aside is listed in "
        "internal/discounted.csv.",
    [MESSAGE_NOTE_FORMS_GOALS] = "Of goals, a row is one rating of one goal.",
    [MESSAGE_NOTE_SAMPLE] =
        "Respondents: {0} with at least one form that is not blank. Viable: a score on \"{1}\" "
        "at both {2} and {3}. Respondents = viable + discounted.",
    [MESSAGE_NOTE_DISCOUNTED] =
        "Base: all respondents. Each is counted under the first reason that holds, from the "
        "top.",
    [MESSAGE_NOTE_MOVED] =
        "{0} {0|respondent has|respondents have} forms from more than one cohort and "
        "{0|counts|count} under the cohort of one of them (cohort_from in the study).",
    [MESSAGE_NOTE_ITEMS] =
        "Alpha (Cronbach) and omega (total, of one factor) say how far the items of a scale measure one thing, at "
        "{0}: from complete forms, as they were read. 95% interval of alpha: Feldt. A dash: too few "
        "items vary, or for omega one factor does not fit them. Items one by one, and other stages, are in "
        "results.csv.",
    [MESSAGE_NOTE_ITEMS_WITHHELD] =
        "Alpha and omega are not known: this report is made of tallies, which hand on no sums of items of so few "
        "forms that answers could be told from them (10, or the threshold of a tally). {1} {1|form|forms} of \"{0}\" "
        "{1|is|are} of this kind.",
    [MESSAGE_NOTE_ENDS] =
        "The last columns say how many of all scores at {0} are the lowest and the highest that the scale has: "
        "who is there cannot be seen to go further.",
    [MESSAGE_NOTE_GOAL_DIFFICULTY] =
        "T is made so that its mean is 50 where goals are as hard as they should be. At the stage where they "
        "are set it is lower by design, and is not shown. A mean far above 50 later "
        "means that they were easy to reach, as much as that they were reached. t test of "
        "one mean.",
    [MESSAGE_NOTE_GOALS_WHO] =
        "Goals were chosen by: {0}. They were rated by: {1}. Ratings by those who did the work, of goals that "
        "they chose, tend to be high.",
    [MESSAGE_GOALS_NOT_STATED] = "not stated",
    [MESSAGE_NOTE_CAUTIONS] =
        "Started: {0} with a form at {1}. Due: of these, those whose form at {2} was due. n: those with a score at "
        "both, whom all changes are of. Nothing is known of how the others did.",
    [MESSAGE_NOTE_MONTHS] =
        "{0}: between the two forms lay {1} months on average, from {2} to {3}; known of {4}.",
    [MESSAGE_NOTE_MONTHS_GOALS] =
        "Between the two ratings of a goal lay {1} months on average, from {2} to {3}; known of {4}.",
    [MESSAGE_NOTE_MONTHS_UNKNOWN] =
        "How long lay between the two forms was not counted; with dates, months: yes in the study file does so.",
    [MESSAGE_NOTE_MONTHS_GOALS_UNKNOWN] =
        "How long lay between the two ratings of goals was not counted; with dates, months: yes in the study file does "
        "so.",
    [MESSAGE_NOTE_NO_NORM] =
        "Part of a change may be regression to the mean. It is estimated where the study file names a norm (norms); "
        "pellter scales {0} lists those there are.",
    [MESSAGE_NOTE_USUAL_START] =
        "In the usual range at {0}: of those with a score at both, who were in no raised band to begin with and had "
        "less to gain. A dash: the scale has no bands and no cut-off.",
    [MESSAGE_NOTE_USUAL_START_CUT_OFF] =
        "{1}: in the usual range at {0} is who was on the usual side of the cut-off, since the scale has no bands.",
    [MESSAGE_NOTE_REGRESSION] =
        "Base: {0} with a score at both {1} and {2} (n). Expected change: what a second measurement alone would bring "
        "(regression to the mean), (1 - r)(norm - before mean), where nothing else happens and the group is one of the "
        "norm's population. r: the reliability of the scale.",
    [MESSAGE_NOTE_NORM] = "{0}: the norm is of {1}.",
    [MESSAGE_NOTE_NORM_NAMED] = "Norm: {0}, {1}. Source: {2}.",
    [MESSAGE_NOTE_NORM_NAMED_N] = "Norm: {0}, {1}, n = {3}. Source: {2}.",
    [MESSAGE_NORM_FIRST_HAND] = "its source",
    [MESSAGE_NORM_SECOND_HAND] = "second hand",
    [MESSAGE_NORM_STUDYS] = "the study file",
    [MESSAGE_NORM_OF] = "{0}, {1}; {2}",
    [MESSAGE_NORM_OF_SECOND_HAND] = "{0}, {1}; {2}, at second hand",
    [MESSAGE_NOTE_SECOND_HAND] =
        "Second hand: the figures were not seen in the source that is named, and are unverified.",
    [MESSAGE_NOTE_BASE_PAIRS] = "Base: {0} with a score at both {1} and {2} (n).",
    [MESSAGE_NOTE_BASE_GOALS] = "Base: goals rated at both {0} and {1} (n). Unit: goals.",
    [MESSAGE_NOTE_UNIT] = "Unit: {0}.",
    [MESSAGE_NOTE_HIGHER_BETTER] = "Higher is better.",
    [MESSAGE_NOTE_LOWER_BETTER] = "Lower is better.",
    [MESSAGE_NOTE_HIGHER_BETTER_ON] = "Higher is better on {0}; lower on the others.",
    [MESSAGE_NOTE_LOWER_BETTER_ON] = "Lower is better on {0}; higher on the others.",
    [MESSAGE_NOTE_RULE] = "Missing items: {0}",
    [MESSAGE_NOTE_CHANGE] =
        "Change = after - before. 95% interval and p: paired t test, which takes {0} as "
        "independent of each other.",
    [MESSAGE_UNIT_RESPONDENTS] = "respondents",
    [MESSAGE_UNIT_FAMILIES] = "families",
    [MESSAGE_NOTE_FAMILY] = "No two of them belong to one family.",
    [MESSAGE_NOTE_CHANGE_FAMILY] =
        "Change = after - before. 95% interval and p allow for members of one family being alike: "
        "standard error CR2 with Satterthwaite's degrees of freedom, families taken as independent "
        "of each other. A family counts once in each row in which it has a member.",
    [MESSAGE_NOTE_CHANGE_GOALS] =
        "Change = after - before. 95% interval and p allow for goals of one family being alike: "
        "standard error CR2 with Satterthwaite's degrees of freedom, which takes {0} as "
        "independent of each other.",
    [MESSAGE_NOTE_ROUNDED] =
        "Where the change differs from the difference of the printed means, it is the change "
        "that was rounded, not the means.",
    [MESSAGE_NOTE_PRIMARY] = "Primary result: that of All, by {0}. Every other row is exploratory.",
    [MESSAGE_NOTE_PRIMARY_BOTH] =
        "All is the programme and its comparison group together; what sets them apart stands in a "
        "table of its own.",
    [MESSAGE_NOTE_PRIMARY_STAGE] =
        "Primary result: the change of All at {0}, by the paired t test; see \"In words\".",
    [MESSAGE_NOTE_EXPLORATORY] = "Exploratory: the primary result is that of {0}, \"{1}\".",
    [MESSAGE_NOTE_EXPLORATORY_STAGE] =
        "Exploratory: the primary result is that of {0}, \"{1}\", at {2}.",
    [MESSAGE_TEST_T] = "its p",
    [MESSAGE_TEST_WILCOXON] = "the Wilcoxon test of the table that follows",
    [MESSAGE_TEST_SIGN] = "the sign test of the table that follows",
    [MESSAGE_TEST_SIGN_FLIP] = "the sign-flip test of the table that follows",
    [MESSAGE_NOTE_TESTS_EXPLORATORY] = "Exploratory: no test in this table is primary.",
    [MESSAGE_NOTE_TESTS_HOLM] =
        "Holm p: adjusted by Holm's method for the {0} such tests of this report, whether or not their p "
        "is printed.",
    [MESSAGE_NOTE_TESTS_HOLM_BY] =
        "Holm p: adjusted by Holm's method for the number of such tests of this report, {0} of All and {1} by {2}, "
        "whether or not their p is printed.",
    [MESSAGE_NOTE_BETWEEN_HOLM] =
        "Holm p: adjusted by Holm's method, Welch's "
        "for {0} such tests and that of ANCOVA for {1}, whether or not their p is printed. The test of ranks checks Welch's and is not a "
        "further one.",
    [MESSAGE_NOTE_COMPARISON_HOLM] =
        "Holm p: adjusted by Holm's method for the {0} differences "
        "in differences, or the {1} adjusted ones, whether or not their p is printed.",
    [MESSAGE_NOTE_BAND_HOLM] =
        "p is not adjusted here. After Holm's method, for {0} and {1} such tests, printed or not, the smallest of this "
        "report are Shift p {2} and p of raised bands {3}.",
    [MESSAGE_NOTE_STAGES_PRIMARY] =
        "Exploratory, but for the change of All at {0}, which is primary in the table from {1} to {0}.",
    [MESSAGE_NOTE_STAGES_TESTS] =
        "p: paired t test of the change, which takes {0} as independent of each other.",
    [MESSAGE_NOTE_STAGES_FAMILY] =
        "p: of the change, allowing for members of one family being alike (standard error CR2 with "
        "Satterthwaite's degrees of freedom).",
    [MESSAGE_NOTE_HOLM_ALL] =
        "p is not adjusted here. After Holm's method, for the {0} such tests of All of this report, that "
        "of All is p {1}; those of the other rows are in results.csv. Tests whose p is not printed count, too.",
    [MESSAGE_NOTE_DIRECTION] =
        "Better and worse are by that direction. Wilcoxon signed-rank: exact, "
        "zeros {0}; beyond 200 changes the normal approximation.",
    [MESSAGE_NOTE_RANKS_CHECK] =
        "Both tests are checks of the test of the means, not further tests.",
    [MESSAGE_NOTE_RANKS_PRIMARY] =
        "Of All, {0} is the one that decides; the other, and the test of the means, check it and are "
        "not further tests. In other rows both check the test of the means.",
    [MESSAGE_NOTE_DIRECTION_FAMILY] =
        "Better and worse are by that direction, one by one. Sign flips: whether the changes of "
        "families, each added up, could as well have had the other signs; exact, or for more than "
        "200 families and for very many sums the normal approximation. It takes families, and not "
        "their members, as independent.",
    [MESSAGE_NOTE_FLIPS_CHECK] = "It is a check of the test of the means, not a further test.",
    [MESSAGE_NOTE_FLIPS_PRIMARY] =
        "Of All, it is the one that decides, and the test of the means checks it. In other rows it "
        "checks the test of the means.",
    [MESSAGE_NOTE_EFFECT_SIGN] = "Positive for improvement, whichever way a scale runs.",
    [MESSAGE_NOTE_EFFECT_SIZES] =
        "dz: mean change / SD of the change. dav: / root of the mean of the variances before and "
        "after.",
    [MESSAGE_NOTE_EFFECT_INTERVALS] =
        "95% intervals: of dz by noncentral t, or normal where dz times the root of n is 37 or more; of dav "
        "that of dz in its units (Algina and Keselman).",
    [MESSAGE_NOTE_EFFECT_CORRECTED] =
        "Glass's delta: mean change / SD before; its 95% interval is that of dz in its units (Algina and "
        "Keselman). gz, gav and g delta: dz, dav and Glass's delta corrected for small n (Hedges); their "
        "intervals are in results.csv.",
    [MESSAGE_NOTE_TYPICAL] =
        "Mean: which way the mean went. Typical change (after - before, in points): Hodges-Lehmann, the median of the averages of "
        "all pairs of changes; interval by exact signed-rank quantiles, from 6 people on.",
    [MESSAGE_NOTE_RANK_BISERIAL] =
        "Rank-biserial: ranks of changes for the better less those for the worse, from -1 to 1, "
        "positive for improvement; zeros {0}; interval by Fisher's z, of which there is none for -1 and 1.",
    [MESSAGE_NOTE_BOOTSTRAP] =
        "Mean change: its interval by the BCa bootstrap, {0} replicates, seed {1}.",
    [MESSAGE_NOTE_SUPERIORITY] =
        "Chance of better: that someone is better after than before, those who are the same counting "
        "half; 50% is no change. Interval: Bonett and Price.",
    [MESSAGE_NOTE_RELIABLE] =
        "Reliably: by more than {0} points (Jacobson and Truax; SD {1}, reliability {2}).",
    [MESSAGE_NOTE_RELIABLE_SOURCE] = "Source of SD and reliability: {0}; {1}.",
    [MESSAGE_NOTE_RELIABLE_STUDY] = "SD: of all before scores of this study. Reliability: {0}.",
    [MESSAGE_NOTE_RELIABLE_GIVEN] = "SD or reliability as given in the study file.",
    [MESSAGE_NOTE_RELIABLE_DECLARED] = "Reliably: by more than {0} points, as the study file says.",
    [MESSAGE_NOTE_RELIABLE_EDWARDS] =
        "Reliably: further from the expected score than error of measurement explains, where a "
        "score is expected to move towards the mean before, {0} (Edwards and Nunnally; SD {1}, "
        "reliability {2}).",
    [MESSAGE_NOTE_RELIABLE_GULLIKSEN] =
        "Reliably: further from the expected score than error of prediction explains, where a "
        "score is expected to move towards the mean before, {0} (Gulliksen, Lord and Novick; SD "
        "{1}, reliability {2}).",
    [MESSAGE_NOTE_RELIABLE_HAGEMAN] =
        "Reliably: by more than error explains, after allowing for the mean change of all "
        "(Hageman and Arrindell; reliability of the change {0}, SD {1}, reliability {2}; one-sided "
        "5%).",
    [MESSAGE_NOTE_RELIABLE_WITHHELD] =
        "Reliable change is not given: the reliability of the scale, {0}, is below {1} "
        "(low_reliability: yes in the study file gives it all the same).",
    [MESSAGE_NOTE_RELIABLE_WITHHELD_SCALES] =
        "Not given, since the reliability of the scale is below {0}: {1}.",
    [MESSAGE_NOTE_RELIABLE_NO_RULE] =
        "Reliable change is not given: the change varies no more than error of measurement does "
        "(Hageman and Arrindell).",
    [MESSAGE_NOTE_RELIABLE_NET] =
        "Reliably better less reliably worse, in percentage points: {0} (95% intervals: Bonett and Price).",
    [MESSAGE_NOTE_RELIABLE_NET_FAMILY] =
        "Reliably better less reliably worse, in percentage points: {0} (95% intervals: as above).",
    [MESSAGE_NOTE_RELIABLE_CHANGE] =
        "Reliably: by more than the scale's error of measurement explains; the rule stands with "
        "the table of who changed. Who changed by less is not thereby known to be unchanged.",
    [MESSAGE_NOTE_WILSON] = "95% interval: Wilson.",
    [MESSAGE_NOTE_WILSON_FAMILY] =
        "95% interval: allows for members of one family being alike (standard error CR2 with "
        "Satterthwaite's degrees of freedom; cut off at 0% and 100%).",
    [MESSAGE_NOTE_WILSON_INDEPENDENT] =
        "95% interval: Wilson, which takes people as independent of each other, those of one family too: "
        "it may be too narrow.",
    [MESSAGE_NOTE_INTERVALS_INDEPENDENT] =
        "The intervals take people as independent of each other, those of one family too: they may be "
        "too narrow.",
    [MESSAGE_NOTE_USUAL_ABOVE] =
        "Usual range: above {0}, cut-off {1} of Jacobson and Truax. A score at the cut-off is on "
        "neither side.",
    [MESSAGE_NOTE_USUAL_BELOW] =
        "Usual range: below {0}, cut-off {1} of Jacobson and Truax. A score at the cut-off is on "
        "neither side.",
    [MESSAGE_NOTE_USUAL_RANGE] =
        "Moved into the usual range: from the other side of the cut-off, and reliably better. It "
        "is a place on a scale and not a diagnosis.",
    [MESSAGE_NOTE_NORM_CLINICAL] = "People in need of help: mean {0}, SD {1} (source: {2}).",
    [MESSAGE_NOTE_NORM_FUNCTIONAL] = "People not in need of it: mean {0}, SD {1} (source: {2}).",
    [MESSAGE_STUDY_FILE] = "the study file",
    [MESSAGE_NOTE_IMPORTANT] =
        "A mean change of {0} points for the better is the smallest that counts as important: {1}. "
        "It is a line for the mean of a group, and not for one person.",
    [MESSAGE_NOTE_IMPORTANT_STUDY] =
        "A mean change of {0} points for the better is the smallest that counts as important, as "
        "the study file says. It is a line for the mean of a group, and not for one person.",
    [MESSAGE_NOTE_IMPORTANT_REACHED] = "The mean change of All, {0}, reaches it.",
    [MESSAGE_NOTE_IMPORTANT_MISSED] = "The mean change of All, {0}, does not reach it.",
    [MESSAGE_NOTE_BAND_SET] = "Band set: {0}. Source: {1}.",
    [MESSAGE_NOTE_UNVERIFIED_BANDS] =
        "No source was seen, at first or second hand, that settles the cut-offs of this scale: they are "
        "unverified.",
    [MESSAGE_NOTE_MOVEMENT] = "Rows: band at {0}; columns: band at {1}.",
    [MESSAGE_NOTE_RAISED] = "Raised: in a band worse than \"{0}\".",
    [MESSAGE_NOTE_BAND_TESTS] =
        "Shift p: is the whole distribution over the bands the same at both (Stuart-Maxwell; bands "
        "that nobody moved to or from are left out)? Their p: are as many raised at both (McNemar, "
        "exact)? Both compare people with themselves.",
    [MESSAGE_NOTE_BAND_TESTS_FAMILY] =
        "Their p: are as many raised at both? Each family's gain or loss could as well have had the other "
        "sign (exact; McNemar's test where each family is one person). Shift p: is the "
        "whole distribution over the bands the same at both (Stuart-Maxwell; bands that nobody moved to "
        "or from are left out)? It takes people as independent of each other, those of one family too. Both "
        "compare people with themselves.",
    [MESSAGE_NOTE_TRAJECTORY] =
        "n and mean: all with a score at the stage. Pairs: those with a score at both {0} and"
        " the stage; start mean and change are theirs, so the start mean differs from row to "
        "row. Same: those with a score at every stage.",
    [MESSAGE_NOTE_TRAJECTORY_GOALS] = "n and mean: all goals rated at the stage. Unit: goals.",
    [MESSAGE_NOTE_ESTIMATED] =
        "Change seen: of the pairs with {0}. Est.: estimated, the mean, and the change with its "
        "interval, had nobody left, by a mixed model for repeated scores (REML) of all people "
        "with a score at any stage.",
    [MESSAGE_NOTE_ASSUMED] =
        "It holds if leaving depends only on scores already seen, which no data can show. People "
        "count as independent, families or not.",
    [MESSAGE_NOTE_ASSUMED_GOALS] =
        "It holds if leaving depends only on scores already seen, which no data can show. The model's "
        "score at a stage is of all goals rated there, the change seen of goals that both stages "
        "have: goals set or dropped on the way may part the two.",
    [MESSAGE_NOTE_MODEL_RULE] =
        "Model, by a rule made before fitting: unstructured (UN) where people with two scores or "
        "more number at least 10 for each stage and every two stages have people in common, with "
        "{0} errors and degrees of freedom; else, with robust errors (CR2), heterogeneous "
        "compound symmetry (CSH) where they number at least 5 for each stage, or compound "
        "symmetry (CS). None below 10 people.",
    [MESSAGE_NOTE_MODEL_NAMED] =
        "Model: as the study names it: unstructured (UN), with {0} errors and degrees of "
        "freedom; or, with robust errors (CR2), heterogeneous compound symmetry (CSH) or "
        "compound symmetry (CS). None below 10 people.",
    [MESSAGE_NOTE_TOO_FEW_PEOPLE] = "{0}: no model, since fewer than 10 people have a score.",
    [MESSAGE_NOTE_ONE_STAGE] = "{0}: no model, since only one stage has two scores or more.",
    [MESSAGE_NOTE_NO_SPREAD] = "{0}: no model, since all scores at some stage are alike.",
    [MESSAGE_NOTE_NOT_ESTIMABLE] =
        "{0}: no model, since too few people have scores at the same stages.",
    [MESSAGE_NOTE_SINGULAR] =
        "{0}: no model, since the scores at some stage follow exactly from the others.",
    [MESSAGE_NOTE_NOT_CONVERGED] = "{0}: no model, since the fit did not converge.",
    [MESSAGE_NOTE_WHO_LEFT] =
        "Due: all with any form, at {0} or not, whose form at {1} was due. Left: a score at {0} and no form at "
        "{1}, though it was due. Stayed: a score at both. Who is due and in neither has no score at {0}, or "
        "a form at {1} that cannot be scored. Means and "
        "SDs are of scores at {0}. In SDs: stayed less left (SD: root of the mean of both "
        "variances); it describes, and is no test.",
    [MESSAGE_NOTE_TIPPING_POINT] =
        "Tipping point: how many points below what the model predicts for them those who left "
        "would have to be (with a minus sign: above) for the interval of its change from {0} to "
        "{1} to reach 0. A dash: it does so anyway, nobody left, or there is no model. "
        "beyond: by more points than the scale is long, so that no scores of theirs could do it.",
    [MESSAGE_NOTE_GAS_T] =
        "T = 50 + 10 sum(w x) / sqrt((1 - rho) sum(w^2) + rho (sum w)^2), rho = {0} (Kiresuk "
        "and Sherman 1968). {1} {2}",
    [MESSAGE_NOTE_GAS_UNWEIGHTED] = "Goals are not weighted.",
    [MESSAGE_NOTE_GAS_WEIGHTED] =
        "Goals are weighted as given; the change uses the weights of the first stage.",
    [MESSAGE_NOTE_GAS_PARTIAL_RECODED] = "A rating of -0.5 (partly achieved) is read as -1.",
    [MESSAGE_NOTE_GAS_PARTIAL_KEPT] = "A rating of -0.5 (partly achieved) is kept.",
    [MESSAGE_NOTE_GAS_COMMON] =
        "A stage's score uses the goals rated there; a change uses, on both sides, only the "
        "goals rated at both stages.",
    [MESSAGE_NOTE_GAS_BASELINE] =
        "The start level is set when the goal is set, so a rise from it is expected; a mean T"
        " far above 50 means easy goals.",
    [MESSAGE_NOTE_ATTAINMENT] =
        "Base: goals reviewed. Attained: level 0 (as expected) or better. Unit: goals. Goals "
        "never rated after {0} are set but not reviewed.",
    [MESSAGE_NOTE_ATTAINMENT_AFTER] =
        "Base: goals rated at {0}. Attained: level 0 (as expected) or better. Unit: goals.",
    [MESSAGE_NOTE_TARGET] = "Target: {0}% of goals expected to reach 0 or better.",
    [MESSAGE_NOTE_SHARE_FAMILY] =
        "95% interval: allows for goals of one family being alike (standard error CR2 with "
        "Satterthwaite's degrees of freedom; cut off at 0% and 100%). A family counts once in each "
        "row in which it has a goal.",
    [MESSAGE_NOTE_SHARE_TARGET] =
        "p: of the percentage against the target, two-sided, by the same standard error.",
    [MESSAGE_NOTE_GOAL_LEVELS] =
        "Base: all goals rated at the stage. Unit: goals. 0 is the expected level.",
    [MESSAGE_NOTE_BETWEEN_BASE] =
        "Base: those with a score at both {0} and {1} (n). Cohorts: those with anybody.",
    [MESSAGE_NOTE_BETWEEN_NOT_RECORDED] =
        "Those whose cohort is not recorded are left out here; they are in All elsewhere.",
    [MESSAGE_NOTE_BETWEEN_TESTS] =
        "A small p: the cohorts differ by more than chance would explain. It does not say which, nor "
        "why: cohorts may differ in who was referred. Welch: one-way test of the mean change, of "
        "cohorts of two or more. Ranks: Kruskal-Wallis test of the ranks of change. ANCOVA: analysis "
        "of covariance, of the score after among people with the same score before.",
    [MESSAGE_NOTE_BETWEEN_SLOPES] =
        "Slopes: whether the score after rests on the score before in the same way in every cohort. "
        "Where that p is small, the ANCOVA p is not to be relied on.",
    [MESSAGE_NOTE_INDEPENDENT] = "These tests take people as independent of each other.",
    [MESSAGE_NOTE_ADDED_VALUE] =
        "Added value of a child: expected less seen total difficulties at {1}, in points; expected is "
        "2.3 + 0.8 total difficulties + 0.2 impact - 0.3 emotional symptoms, all at {0}. The table has "
        "the mean. Effect size: points divided by 5. 95% intervals: t.",
    [MESSAGE_NOTE_ADDED_VALUE_READING] =
        "Above 0: better than was to be expected of such children without help; below 0: worse. It is a "
        "figure for a group and never for one child, for whom it is uncertain by 10 points either way.",
    [MESSAGE_NOTE_ADDED_VALUE_GUARDS] =
        "Base: children with the parent form for ages 4-17, total difficulties at {0} and {1}, impact and "
        "emotional symptoms at {0}, and 4-8 months ({2} to {3} days) between the forms. The last "
        "columns: children with both totals who are left out.",
    [MESSAGE_NOTE_ADDED_VALUE_NO_DATES] =
        "Children counted without knowing how many months lie between their forms: {0}. Leave the "
        "table out unless you know that it was 4-8.",
    [MESSAGE_NOTE_ADDED_VALUE_FAMILIES] =
        "The intervals allow for children of one family being alike (standard error CR2 with "
        "Satterthwaite's degrees of freedom).",
    [MESSAGE_NOTE_ADDED_VALUE_RISK] =
        "Made for groups at high risk: children who probably have a disorder, or whose parents were "
        "concerned already. In other groups it misleads.",
    [MESSAGE_NOTE_ADDED_VALUE_LOW] =
        "Caution: with a mean of {0} at {1} these children are hardly a group at high risk (a mean "
        "below {2}: a convention of this report), so do not rely on the score.",
    [MESSAGE_NOTE_ADDED_VALUE_SOURCE] =
        "Source: Ford, Hutchings, Bywater, Goodman and Goodman (2009), British Journal of Psychiatry "
        "194:552-558; sdqinfo.org. The numbers of the formula were not seen in a first-hand source: they "
        "are unverified.",
    [MESSAGE_NOTE_ADJUSTED] =
        "Adjusted: the mean at {1} that each cohort would have had if all had started from the same "
        "mean at {0} (analysis of covariance, one slope for all). Cohorts stand in the order of their "
        "names.",
    [MESSAGE_NOTE_MEANS_APART] =
        "Mean over people: of all alike, so that large sites count for more. Mean over sites: of the "
        "sites' own means, each counted once.",
    [MESSAGE_NOTE_MEANS_ALIKE] =
        "The mean of the sites' own means is the same at this precision on every scale.",
    [MESSAGE_NOTE_POOLING] =
        "Pooled: random effects of sites with 5 people or more (REML), interval of Hartung and Knapp. "
        "I2: how much of the spread of the sites' means is more than chance. A further site: where "
        "the mean change of another site would lie, 95 times of 100.",
    [MESSAGE_NOTE_NOT_POOLED] =
        "The sites' means are pooled only on scales where at least 5 sites have 5 people or more each, not all "
        "of them with the same change. The sites are {0}; the tables of each scale show them one by one.",
    [MESSAGE_NOTE_SCORING] =
        "Forms as read, blank ones left out. Complete: from all items. Prorated: from fewer, "
        "by the missing-items rule. Not scored: too few answered. A row of so many answers is a part of "
        "those prorated above it, and has no other count.",
    [MESSAGE_NOTE_SCORING_RULE] = "{0}: {1}",
    [MESSAGE_NOTE_WARNINGS] = "Nothing was changed in the data.",
    [MESSAGE_NOTE_WITHHELD] =
        "All and every breakdown lack these respondents. Only the tables of forms read and of how "
        "forms were scored count their forms, too.",
    [MESSAGE_NOTE_POOLED] =
        "Forms of different versions of the instrument are compared with each other, as the "
        "study asks: no bands and no reliable change.",
    [MESSAGE_NOTE_TOO_FEW] = "few: fewer than {0}, too few for a percentage or a test.",
    [MESSAGE_NOTE_TOO_FEW_FAMILIES] =
        "few: fewer than {0} (families, where a test allows for these), too few for a percentage or a "
        "test.",
    [MESSAGE_NOTE_TOO_FEW_GROUPS] =
        "few: fewer than {0} in the smallest of the groups compared, too few for a percentage or a test.",
    [MESSAGE_NOTE_TOO_FEW_GROUPS_FAMILIES] =
        "few: fewer than {0} (families, where a test allows for these) in the smallest of the groups "
        "compared, too few for a percentage or a test.",
    [MESSAGE_NOTE_CAUTION] = "Read rows of fewer than {0} with care.",
    [MESSAGE_NOTE_NOBODY] =
        "Where n is 0, no one had the forms that are needed: a dash is not a result.",
    [MESSAGE_NOTE_AS_OF_UNUSED] =
        "as_of has no effect on \"after\": the stage \"{0}\" has no window of days that says when"
        " a form is due.",
    [MESSAGE_REPORT_CAUTION_PROOF] =
        "Before and after without a comparison group is not proof of effect.",
    [MESSAGE_REPORT_CAUTION_GROUPS] =
        "Unless chance decided who was in the programme, a difference from the comparison group is "
        "not proof of effect.",
    [MESSAGE_REPORT_CAUTION_CRISIS] = "People referred in crisis tend to improve without help.",
    [MESSAGE_REPORT_CAUTION_STAYERS] = "Those who stayed may differ from those who left.",
    [MESSAGE_REPORT_SMALL] =
        "Where a result is of few, one or two of them can change it a good deal.",
    [MESSAGE_REPORT_EXPLORATORY] =
        "Results that are not called primary are exploratory: they show where to look, and prove "
        "nothing.",
    [MESSAGE_REPORT_FIGURES] =
        "All intervals are 95%. Every figure is in internal/results.csv at full precision "
        "when the report is written with -o.",
    [MESSAGE_WARNING_NEVER_LOWEST] =
        "{1}, {0|item|items} {2}: no form has the lowest code, {3}. Check the coding "
        "if that is a surprise.",
    [MESSAGE_WARNING_NEVER_HIGHEST] =
        "{1}, {0|item|items} {2}: no form has the highest code, {3}. Check the coding "
        "if that is a surprise.",
    [MESSAGE_WARNING_SHIFTED_CODES] = "{0}, {1}: the codes look like {2} where {3} is expected.",
    [MESSAGE_WARNING_AGAINST_SCALE] =
        "{0}, item {1}: runs against the rest of the scale \"{2}\" on {3} complete forms. Is it"
        " keyed the wrong way round?",
    [MESSAGE_WARNING_UNREADABLE] =
        "{1}: {0} {0|cell holds|cells hold} an answer that the item cannot take and "
        "{0|counts|count} as missing: pellter check lists where.",
    [MESSAGE_WARNING_DATES] =
        "{1}: {0} {0|cell holds|cells hold} a date that cannot be read, so no window of days "
        "could be applied to {0|it|them}. For dates such as 31/03/2018 the study file needs "
        "\"dates: day first\".",
    [MESSAGE_WARNING_SIMILAR_IDS] =
        "{1}: {0} {0|id differs|ids differ} from another only in capitals, leading zeros or a "
        "final .0, and {0|is|are} taken for another respondent.",
    [MESSAGE_WARNING_SUMMARY_ROW] =
        "{0}: a respondent has the id \"{1}\". Is there a row of totals or means among the "
        "forms?",
    [MESSAGE_WARNING_SIMILAR_COHORTS] =
        "\"{0}\" and \"{1}\" differ only in capitals or blanks and are counted apart.",
    [MESSAGE_WARNING_NO_COMPARISON] =
        "comparison_group: nobody has \"{0}\" in the column \"{1}\", so that there is no comparison "
        "group. Found there: {2}.",
    [MESSAGE_WARNING_NO_PROGRAMME] =
        "comparison_group: nobody has anything but \"{0}\" in the column \"{1}\", so that there is no "
        "programme to compare.",
    [MESSAGE_WARNING_NOBODY_VIABLE] =
        "{0}: nobody has a score at both {1} and {2}. Are the ids the same at both?",
    [MESSAGE_WARNING_UNKNOWN_STAGE] =
        "{0} {0|form names|forms name} no stage of the study ({1}) and {0|is|are} set aside.",
    [MESSAGE_WARNING_AGE] =
        "{0}: {1} of {2} {1|form is|forms are} of an age outside the form's range, {3} years.",
};

/* Any double with nine decimals, and its NUL. */
#define NUMBER_ROOM 330

/* A sentence is walked through twice: to learn its length, and to write it. */
struct sentence {
    char *out; /* NULL: only the length is wanted */
    size_t length;
};

static void put(struct sentence *sentence, const char *bytes, size_t n)
{
    if (sentence->out != NULL) {
        memcpy(sentence->out + sentence->length, bytes, n);
    }
    sentence->length += n;
}

static void fill(struct sentence *sentence, const char *from,
                 const struct argument arguments[TEXT_ARGUMENTS]);

/* As cells of tables print it, but for the sign in front. */
static void put_p(struct sentence *sentence, const struct value *p)
{
    char number[NUMBER_ROOM] = "-";
    int64_t thousandths = 0;
    if (value_rounded(p, 3, &thousandths)) {
        (void)rounded_print(thousandths == 0 ? 1 : thousandths, 3, number, sizeof number);
        put(sentence, thousandths == 0 ? "< " : "= ", 2);
    }
    put(sentence, number + (number[0] == '0'), strlen(number + (number[0] == '0')));
}

static void put_argument(struct sentence *sentence, const struct argument *argument)
{
    const char *words = "";
    char number[NUMBER_ROOM];
    assert(argument->kind != ARGUMENT_NONE); /* the sentence asks for more than the text has */
    switch (argument->kind) {
    case ARGUMENT_NONE:
        break;
    case ARGUMENT_NAME:
        words = argument->name;
        break;
    case ARGUMENT_VALUE:
        /* As in the cells of a table, where a dash is "not defined" and never 0. */
        words = "-";
        if (value_print(&argument->value, argument->decimals, number, sizeof number) > 0) {
            words = number;
        }
        break;
    case ARGUMENT_P:
        put_p(sentence, &argument->value);
        return;
    case ARGUMENT_TEXT:
        words = english[argument->text->message];
        fill(sentence, words == NULL ? "" : words, argument->text->arguments);
        return;
    case ARGUMENT_MESSAGE:
        words = english[argument->message];
        /* A word inside a sentence has no arguments of its own. */
        assert(words != NULL && strchr(words, '{') == NULL);
        break;
    }
    put(sentence, words, strlen(words));
}

/* Exactly 1, not what is printed as 1: English has 1 person but 1.0 (of 1.04) people. */
static bool is_one(const struct value *value)
{
    switch (value->kind) {
    case VALUE_COUNT:
        return value->numerator == 1;
    case VALUE_RATIO:
    case VALUE_ROOT:
        return value->numerator == value->denominator;
    case VALUE_DOUBLE:
        return value->number == 1.0;
    case VALUE_UNDEFINED:
        break;
    }
    return false;
}

/* Puts what stands for the slot at `at` and returns where the sentence goes on. */
static const char *put_slot(struct sentence *sentence, const char *at,
                            const struct argument arguments[TEXT_ARGUMENTS])
{
    const char *const end = strchr(at, '}');
    assert(end != NULL && at[1] >= '0' && at[1] < '0' + TEXT_ARGUMENTS);
    const struct argument *const argument = &arguments[at[1] - '0'];
    if (end == at + 2) {
        put_argument(sentence, argument);
        return end + 1;
    }
    const char *const one = at + 3, *const bar = memchr(one, '|', (size_t)(end - one));
    assert(at[2] == '|' && bar != NULL && argument->kind == ARGUMENT_VALUE);
    if (is_one(&argument->value)) {
        put(sentence, one, (size_t)(bar - one));
    } else {
        put(sentence, bar + 1, (size_t)(end - (bar + 1)));
    }
    return end + 1;
}

/* What an argument brings along is put, not filled: a site called "{1}" stays that. */
static void fill(struct sentence *sentence, const char *from,
                 const struct argument arguments[TEXT_ARGUMENTS])
{
    while (*from != '\0') {
        const size_t plain = strcspn(from, "{");
        put(sentence, from, plain);
        from += plain;
        if (*from == '{') {
            from = put_slot(sentence, from, arguments);
        }
    }
}

const char *words_filled(struct arena *arena, const char *sentence,
                         const struct argument arguments[TEXT_ARGUMENTS])
{
    struct sentence filled = {.out = NULL};
    fill(&filled, sentence, arguments);
    filled.out = arena_alloc(arena, filled.length + 1, 1); /* zeroed: the NUL is there */
    if (filled.out == NULL) {
        return NULL;
    }
    filled.length = 0;
    fill(&filled, sentence, arguments);
    return filled.out;
}

const char *words_unfilled(enum message message)
{
    /* a message without a sentence is found by tests/test_words.c, not by a user's assert */
    return english[message] == NULL ? "" : english[message];
}

const char *words_of(struct arena *arena, const struct text *text)
{
    return words_filled(arena, words_unfilled(text->message), text->arguments);
}
