/* io/tally_format.c - see tally_format.h. */
#include "io/tally_format.h"

#include "engine/family_tally.h"
#include "engine/study.h"
#include "engine/tally.h"

#define TALLY_KIND_TEXT(name, text) [TALLY_KIND_##name] = text,
const char *const tally_kind_names[N_TALLY_KINDS] = {TALLY_KINDS(TALLY_KIND_TEXT)};
#undef TALLY_KIND_TEXT

const char *const tally_reason_names[N_REASONS] = {
    [REASON_NO_FORM] = "no_form",
    [REASON_NOT_DUE] = "not_due",
    [REASON_INCOMPLETE] = "incomplete",
    [REASON_CONFLICTING] = "conflicting",
    [REASON_OTHER_VERSION] = "other_version",
    [REASON_NO_COMMON_GOAL] = "no_common_goal",
};

const char *const tally_finding_names[N_FINDING_KINDS] = {
    [FINDING_OUT_OF_RANGE] = "out_of_range", [FINDING_BAD_DATE] = "bad_date",
    [FINDING_BAD_WEIGHT] = "bad_weight",     [FINDING_BAD_FLAG] = "bad_flag",
    [FINDING_BAD_AGE] = "bad_age",           [FINDING_SHORT_ROW] = "short_row",
    [FINDING_LONG_ROW] = "long_row",         [FINDING_UNKNOWN_INFORMANT] = "unknown_informant",
};

_Static_assert(N_GOAL_OCCASIONS == 2, "each occasion has its name");
const char *const tally_occasion_names[] = {[GOAL_LATEST] = "latest", [GOAL_AFTER] = "after"};

const char *const tally_dimension_names[] = {[GOALS_ANY] = "all", [GOALS_BY_CATEGORY] = "category"};
const char *const tally_flag_values[] = {"yes", "no"};

_Static_assert(N_FAMILY_SHARES + 1 == TALLY_FAMILY_SHARES, "each share has its name");
const char *const tally_share_names[] = {
    [FAMILY_IMPROVED] = "improved",         [FAMILY_DETERIORATED] = "deteriorated",
    [FAMILY_NET_IMPROVED] = "net_improved", [FAMILY_INTO_USUAL_RANGE] = "into_usual_range",
    [FAMILY_BETTER_BAND] = "better_band",   [FAMILY_RAISED] = "raised",
    [N_FAMILY_SHARES] = "added_value"};
