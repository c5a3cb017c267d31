/* engine/arms.c - see arms.h. */
#include "engine/arms.h"

#include <string.h>

#define NOT_RECORDED 0 /* the number of COHORT_NOT_RECORDED */

static uint32_t value_of(const struct counted *counted, uint32_t cohort)
{
    return cohorts_value_of(counted->cohorts, cohort, counted->study->comparison_column - 1);
}

enum arm cohort_arm(const struct counted *counted, uint32_t cohort)
{
    return strcmp(names_text(&counted->cohorts->values, value_of(counted, cohort)),
                  counted->study->comparison_value) == 0
               ? ARM_COMPARISON
               : ARM_PROGRAMME;
}

bool has_arm(const struct counted *counted, enum arm arm)
{
    if (counted->study->comparison_column == 0) {
        return false;
    }
    for (uint32_t c = 0; c < counted->cohorts->tuples.n_names; c++) {
        if (value_of(counted, c) != NOT_RECORDED && cohort_arm(counted, c) == arm) {
            return true;
        }
    }
    return false;
}

bool has_comparison(const struct counted *counted)
{
    return has_arm(counted, ARM_COMPARISON) && has_arm(counted, ARM_PROGRAMME);
}
