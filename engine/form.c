/* engine/form.c - how a study's respondents are laid out in the join. */
#include <stdlib.h>
#include <string.h>

#include "engine/form.h"

/* --- layouts --- */

size_t code_bytes_of(const struct instrument *instrument)
{
    size_t most = 0;
    for (size_t i = 0; i < instrument->n_scales; i++) {
        const size_t n = N_REASONS + instrument->scales[i].n_values;
        most = n > most ? n : most;
    }
    return most <= 0x100 ? 1 : most <= 0x10000 ? 2 : 4;
}

static size_t round_up(size_t n, size_t to)
{
    return (n + to - 1) / to * to;
}

/* Offsets of what each stage has: a bit each for a form and a conflict (of goals the code says both), a
   payload, and where they are kept a date and a place. */
static void lay_series_out(const struct join_rules *rules, struct join_layout *layout)
{
    const size_t n_stages = rules->study->n_stages;
    const size_t n_bits = layout->is_goals ? 0 : (n_stages + 7) / 8;
    layout->conflicts = layout->forms + n_bits;
    layout->codes = layout->conflicts + n_bits;
    layout->dates = layout->codes + n_stages * layout->stored_bytes;
    layout->series_bytes = layout->dates;
    if (rules->by_date) {
        layout->series_bytes = layout->dates + n_stages * sizeof(int32_t);
    }
    layout->places = layout->series_bytes;
    if (rules->keep_places) {
        layout->series_bytes = layout->places + n_stages * sizeof(uint64_t);
    }
}

/* What the processor's cache has of a respondent at once. */
#define LINE_BYTES ((size_t)64)

/* How many goals of so many bytes stand behind a respondent: as many as its line has room for, one at least. */
static size_t goals_of_line(size_t goal_bytes)
{
    const size_t n = (LINE_BYTES - INLINE_GOALS) / goal_bytes;
    return n == 0 ? 1 : n < MOST_INLINE ? n : MOST_INLINE;
}

/* Nearly always a study has few names of goals, and weights if any; a wide layout is for all others. Both
   have as many series behind a respondent. */
static void lay_goals_out(const struct join_rules *rules, size_t number_bytes, size_t stored_bytes,
                          size_t n_inline, struct join_layout *layout)
{
    layout->number_bytes = number_bytes;
    layout->category_stage =
        layout->category + (rules->study->goals.has_category ? number_bytes : 0);
    layout->flags = layout->category_stage + (rules->study->goals.has_category ? 1 : 0);
    layout->forms = layout->flags + (rules->study->goals.n_flags > 0 ? sizeof(uint16_t) : 0);
    layout->stored_bytes = stored_bytes;
    lay_series_out(rules, layout);
    layout->n_inline = n_inline > 0 ? n_inline : goals_of_line(number_bytes + layout->series_bytes);
    layout->inline_series = INLINE_GOALS + layout->n_inline * number_bytes;
    layout->respondent_bytes =
        round_up(layout->inline_series + layout->n_inline * layout->series_bytes, 8);
    layout->more_series = sizeof(uint32_t) + MORE_GOALS * number_bytes;
    layout->more_bytes = layout->more_series + MORE_GOALS * layout->series_bytes;
}

static void lay_out(struct join_rules *rules, struct join_layout *layout, struct join_layout *wide)
{
    if (!layout->is_goals) {
        layout->stored_bytes = layout->payload_bytes;
        lay_series_out(rules, layout);
        layout->respondent_bytes =
            round_up(sizeof(struct respondent) + layout->n_versions * layout->series_bytes, 8);
        return;
    }
    lay_goals_out(rules, sizeof(uint16_t), 1, 0, layout);
    *wide = *layout;
    lay_goals_out(rules, sizeof(uint32_t), sizeof(uint32_t), layout->n_inline, wide);
    layout->wide = wide;
}

/* Where words stand in the packed forms of a join, of which the payload is known. */
static void lay_packed_out(const struct join_rules *rules, struct join_layout *layout)
{
    const size_t flags = layout->is_goals ? sizeof(uint16_t) : 0;
    layout->packed_place = packed_whole(PACKED_PAYLOAD + layout->payload_bytes + flags);
    layout->packed_goal = layout->packed_place + (rules->keep_places ? PACKED_WORD : 0);
    layout->packed_bytes = layout->packed_goal + (layout->is_goals ? PACKED_WORD : 0) +
                           (rules->by_date ? PACKED_WORD : 0);
}

static void widen_layout(const struct study *study, size_t measure, struct join_layout *layout)
{
    const struct instrument *const instrument = study->measures[measure].instrument;
    const size_t code_bytes =
        instrument->is_goals ? (study->goals.weighted ? 4 : 1) : code_bytes_of(instrument);
    layout->is_goals = instrument->is_goals;
    layout->n_payload =
        instrument->is_goals ? (study->goals.weighted ? GOAL_PAYLOAD : 1) : instrument->n_scales;
    layout->code_bytes = code_bytes > layout->code_bytes ? code_bytes : layout->code_bytes;
    layout->n_versions += instrument->is_goals ? 0 : 1;
}

/* The cohort is read from the form of the highest rank that the respondent has: the earliest, where no other
   stage says it. */
static uint8_t cohort_rank(const struct study *study, size_t stage)
{
    const bool first = (study->cohort_from == COHORT_FROM_BEFORE && stage == study->before) ||
                       (study->cohort_from == COHORT_FROM_AFTER && stage == study->after);
    return (uint8_t)(first ? UINT8_MAX : MAX_STAGES - stage);
}

bool join_rules_init(struct join_rules *rules, const struct study *study,
                     const struct cohorts *cohorts, const struct names *names, bool keep_places)
{
    *rules = (struct join_rules){.study = study,
                                 .cohorts = cohorts,
                                 .names = names,
                                 .joins = calloc(2 * study->n_joins + 1, sizeof *rules->joins),
                                 .version = calloc(study->n_measures + 1, sizeof *rules->version),
                                 .by_date = study_keeps_dates(study),
                                 .keep_places = keep_places};
    if (rules->joins == NULL || rules->version == NULL) {
        join_rules_free(rules);
        return false;
    }
    for (size_t i = 0; i < study->n_stages; i++) {
        rules->cohort_ranks[i] = cohort_rank(study, i);
    }
    for (size_t i = 0; i < study->n_measures; i++) {
        struct join_layout *const layout = &rules->joins[study->measures[i].join];
        rules->version[i] = (uint16_t)layout->n_versions;
        widen_layout(study, i, layout);
    }
    for (size_t i = 0; i < study->n_joins; i++) {
        rules->joins[i].payload_bytes = rules->joins[i].n_payload * rules->joins[i].code_bytes;
        lay_packed_out(rules, &rules->joins[i]);
        lay_out(rules, &rules->joins[i], &rules->joins[study->n_joins + i]);
    }
    return true;
}

void join_rules_free(struct join_rules *rules)
{
    free(rules->joins);
    free(rules->version);
    *rules = (struct join_rules){0};
}

void payload_pack(const struct join_layout *layout, const uint32_t codes[], unsigned char *payload)
{
    for (size_t i = 0; i < layout->n_payload; i++) {
        code_put(payload + i * layout->code_bytes, codes[i], layout->code_bytes);
    }
}
