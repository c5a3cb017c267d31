/* engine/id_checks.c - see id_checks.h. */
#include "engine/id_checks.h"

#include <string.h>

/* Ids are found by their exact bytes only, which is why the list spells one word in several ways. */
static const char *const summary_words[] = {
    "Total",  "Totals", "Mean",   "Average", "Sum",     "SD",      "Count",
    "Median", "total",  "totals", "mean",    "average", "sum",     "sd",
    "count",  "median", "TOTAL",  "MEAN",    "SUM",     "AVERAGE", "Grand Total"};

const char *summary_word(size_t index)
{
    return index < sizeof summary_words / sizeof summary_words[0] ? summary_words[index] : NULL;
}

void id_checks_count(const struct respondents *respondents, struct counted *counted)
{
    for (size_t i = 0; i < counted->study->n_joins; i++) {
        const struct join *const join = &respondents->joins[i];
        const char *word;
        counted->ids[i].similar += join->similar_ids;
        for (size_t k = 0; (word = summary_word(k)) != NULL; k++) {
            if (join_find(join, id_of(word, strlen(word))) != NO_NAME) {
                counted->ids[i].summary_words |= UINT32_C(1) << k;
            }
        }
    }
}
