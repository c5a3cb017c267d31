/* io/run/meanings.c - see meanings.h. */
#include "io/run/meanings.h"

#include <string.h>

#include "io/read/cells.h"
#include "scales/gas.h"

bool is_missing(const struct source *source, const struct cell *cell)
{
    if (cell->length == 0 || text_is_missing(cell->text)) {
        return true;
    }
    for (size_t i = 0; i < source->n_missing; i++) {
        if (text_alike(source->missing[i], cell->text)) {
            return true;
        }
    }
    return false;
}

bool stage_meaning(const struct meaning_context *of, const struct cell *cell, int64_t *value)
{
    const uint32_t stage = is_missing(of->source, cell) ? 0 : plan_stage(of->plan, cell->text);
    *value = is_missing(of->source, cell) ? CELL_MISSING : stage == NO_STAGE ? CELL_BAD : stage;
    return true;
}

bool date_meaning(const struct meaning_context *of, const struct cell *cell, int64_t *value)
{
    if (is_missing(of->source, cell)) {
        *value = CELL_MISSING;
    } else if (!text_date(cell->text, of->source->day_first, value)) {
        *value = CELL_BAD;
    }
    return true;
}

bool age_meaning(const struct meaning_context *of, const struct cell *cell, int64_t *value)
{
    if (is_missing(of->source, cell)) {
        *value = CELL_MISSING;
    } else if (!text_decimal(cell->text, 0, value) || *value < 0 || *value > 150) {
        *value = CELL_BAD;
    }
    return true;
}

bool informant_meaning(const struct meaning_context *of, const struct cell *cell, int64_t *value)
{
    *value = CELL_BAD;
    for (size_t i = of->source->n_informants; i > 0; i--) {
        if (text_alike(of->source->informants[i - 1].value, cell->text)) {
            *value = (int64_t)(i - 1);
        }
    }
    return true;
}

/* The number of a value; or, where one column makes the cohort, of the cohort. */
bool cohort_meaning(const struct meaning_context *of, const struct cell *cell, int64_t *value)
{
    struct shared *const shared = of->shared;
    uint32_t number;
    bool done;
    pthread_mutex_lock(&shared->names_lock);
    /* NA and an empty cell are one value: not recorded. */
    done = cohorts_value(shared->cohorts, cell->text,
                         is_missing(of->source, cell) ? 0 : cell->length, &number);
    if (done && of->plan->study.n_cohort_columns == 1) {
        done = cohorts_add(shared->cohorts, &number, &number);
    }
    pthread_mutex_unlock(&shared->names_lock);
    *value = number;
    return done;
}

/* Texts that a rating refers to by number. */
static bool name_text(const struct meaning_context *of, const struct cell *cell, int64_t *value)
{
    struct shared *const shared = of->shared;
    uint32_t number;
    bool done;
    pthread_mutex_lock(&shared->names_lock);
    done = names_add(shared->names, cell->text, cell->length, &number);
    pthread_mutex_unlock(&shared->names_lock);
    *value = number;
    return done;
}

bool name_meaning(const struct meaning_context *of, const struct cell *cell, int64_t *value)
{
    if (is_missing(of->source, cell)) {
        *value = CELL_MISSING;
        return true;
    }
    return name_text(of, cell, value);
}

bool weight_meaning(const struct meaning_context *of, const struct cell *cell, int64_t *value)
{
    if (is_missing(of->source, cell)) {
        *value = CELL_MISSING;
    } else if (!text_decimal(cell->text, 4, value) || *value < 0 || *value > GAS_MAX_WEIGHT) {
        *value = CELL_BAD;
    }
    return true;
}

/* A level in halves. -0.5 is what GAS-light calls partly achieved. */
bool level_meaning(const struct meaning_context *of, const struct cell *cell, int64_t *value)
{
    int64_t tenths;
    *value = CELL_BAD;
    if (is_missing(of->source, cell)) {
        *value = CELL_MISSING;
    } else if (text_decimal(cell->text, 1, &tenths) && tenths >= -20 && tenths <= 20 &&
               (tenths % 10 == 0 || tenths == -5)) {
        /* Of the halves only -0.5 has a meaning; tenths show it exactly, without a double. */
        const bool recode = tenths == -5 && !of->plan->study.goals.keep_partial;
        *value = recode ? -GAS_HALVES_PER_LEVEL : tenths * GAS_HALVES_PER_LEVEL / 10;
    }
    return true;
}

static const char *const yes_words[] = {"yes", "y", "true", "1"};
static const char *const no_words[] = {"no", "n", "false", "0"};

static bool is_one_of(const char *text, const char *const words[], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (text_alike(text, words[i])) {
            return true;
        }
    }
    return false;
}

bool flag_meaning(const struct meaning_context *of, const struct cell *cell, int64_t *value)
{
    *value = is_one_of(cell->text, yes_words, sizeof yes_words / sizeof yes_words[0]) ? 1
             : is_missing(of->source, cell) ||
                     is_one_of(cell->text, no_words, sizeof no_words / sizeof no_words[0])
                 ? 0
                 : CELL_BAD;
    return true;
}

/* The code that an answer stands for, whether an item can take it or not. */
bool answer_meaning(const struct meaning_context *of, const struct cell *cell, int64_t *value)
{
    const struct source *const source = of->source;
    if (is_missing(source, cell)) {
        *value = CELL_MISSING;
        return true;
    }
    for (size_t i = 0; i < source->n_answers; i++) {
        if (text_alike(source->answers[i].text, cell->text)) {
            *value = source->answers[i].code;
            return true;
        }
    }
    if (!source->numbers_too || !text_decimal(cell->text, 0, value)) {
        *value = CELL_BAD;
    }
    return true;
}
