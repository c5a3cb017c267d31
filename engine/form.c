/* engine/form.c - how a study's forms are laid out: in the join, and as bytes on their way to it. */
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

/* Offsets of what each stage has: 2 bits of state, a payload, and where they are kept a date and a
   place. */
static void lay_series_out(const struct join_rules *rules, struct join_layout *layout)
{
    const size_t n_stages = rules->study->n_stages;
    layout->codes = layout->states + (n_stages + 3) / 4;
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

/* Nearly always a study has few names of goals, and weights if any; a wide layout is for all others. Both
   have as many series behind a respondent. */
static void lay_goals_out(const struct join_rules *rules, size_t number_bytes, size_t stored_bytes,
                          size_t n_inline, struct join_layout *layout)
{
    layout->number_bytes = number_bytes;
    layout->category = number_bytes;
    layout->category_stage =
        layout->category + (rules->study->goals.has_category ? number_bytes : 0);
    layout->flags = layout->category_stage + (rules->study->goals.has_category ? 1 : 0);
    layout->states = layout->flags + (rules->study->goals.n_flags > 0 ? sizeof(uint16_t) : 0);
    layout->stored_bytes = stored_bytes;
    lay_series_out(rules, layout);
    layout->n_inline = n_inline > 0 ? n_inline
                       : INLINE_GOALS + layout->series_bytes < LINE_BYTES
                           ? (LINE_BYTES - INLINE_GOALS) / layout->series_bytes
                           : 1;
    layout->respondent_bytes = round_up(INLINE_GOALS + layout->n_inline * layout->series_bytes, 8);
    layout->more_bytes = sizeof(uint32_t) + MORE_GOALS * layout->series_bytes;
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

/* What every packed form of a join has (form_pack()). */
static size_t packed_bytes_of(const struct join_rules *rules, const struct join_layout *layout)
{
    return PACKED_PAYLOAD + layout->payload_bytes + (rules->keep_places ? sizeof(uint64_t) : 0) +
           (rules->by_date ? sizeof(int64_t) : 0) + (layout->is_goals ? PACKED_GOAL_BYTES : 0);
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

/* The cohort is read from the form of the first stage in this order that the respondent has. */
static uint8_t cohort_rank(const struct study *study, size_t stage)
{
    const bool first = (study->cohort_from == COHORT_FROM_BEFORE && stage == study->before) ||
                       (study->cohort_from == COHORT_FROM_AFTER && stage == study->after);
    return first ? 0 : (uint8_t)(stage + 1);
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
    rules->packed_most = sizeof(struct packed_head) + sizeof(struct id) + sizeof(int64_t) +
                         sizeof(uint64_t) + 4 * sizeof(uint32_t) + MAX_PAYLOAD * sizeof(uint32_t) +
                         sizeof(struct family_id);
    for (size_t i = 0; i < study->n_joins; i++) {
        rules->joins[i].payload_bytes = rules->joins[i].n_payload * rules->joins[i].code_bytes;
        rules->joins[i].is_plain = !rules->by_date;
        rules->joins[i].packed_bytes = packed_bytes_of(rules, &rules->joins[i]);
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

/* --- forms as bytes --- */

/* Always inlined, so that a copy of a few bytes is an instruction and not a call. */
static inline void put(unsigned char **bytes, const void *from, size_t n)
{
    memcpy(*bytes, from, n);
    *bytes += n;
}

static inline void get(const unsigned char **bytes, void *to, size_t n)
{
    memcpy(to, *bytes, n);
    *bytes += n;
}

static uint8_t kind_of(const struct join_layout *layout, const struct form *form)
{
    const bool is_long = id_is_long(form->id);
    const bool is_plain = layout->is_plain && !is_long && form->stage != NO_STAGE;
    return (uint8_t)((is_plain ? PACKED_PLAIN : 0) | (form->may_start ? PACKED_MAY_START : 0) |
                     (is_long                  ? PACKED_LONG
                      : form->id.words[1] != 0 ? PACKED_TWO_WORDS
                                               : 0) |
                     (family_is_none(form->family) ? 0 : PACKED_FAMILY) |
                     (form->family.words[1] != 0 ? PACKED_TWO_FAMILY_WORDS : 0));
}

size_t form_pack(const struct join_rules *rules, const struct form *form, unsigned char *bytes)
{
    const struct join_layout *const layout = layout_of(rules, form->measure);
    const struct packed_head head = {.hash = (uint32_t)form->hash,
                                     .cohort = form->cohort,
                                     .measure = form->measure,
                                     .stage = form->stage == NO_STAGE ? LISTED_NO_STAGE
                                                                      : (uint8_t)form->stage,
                                     .kind = kind_of(layout, form)};
    const uint64_t long_id = form->id.words[1] & 0xffffffff;
    unsigned char *const start = bytes;
    put(&bytes, &head, sizeof head);
    put(&bytes, (head.kind & PACKED_LONG) != 0 ? &long_id : &form->id.words[0], sizeof long_id);
    bytes_copy(form->payload, bytes, layout->payload_bytes);
    bytes += layout->payload_bytes;
    if (rules->keep_places) {
        put(&bytes, &form->place, sizeof form->place);
    }
    if (rules->by_date || form->stage == NO_STAGE) {
        put(&bytes, &form->date, sizeof form->date);
    }
    if (layout->is_goals) {
        put(&bytes, &form->goal, sizeof form->goal);
        put(&bytes, &form->category, sizeof form->category);
        put(&bytes, &form->flags, sizeof form->flags);
    }
    if ((head.kind & PACKED_TWO_WORDS) != 0) {
        put(&bytes, &form->id.words[1], sizeof form->id.words[1]);
    }
    if ((head.kind & PACKED_FAMILY) != 0) {
        put(&bytes, &form->family.words[0], sizeof form->family.words[0]);
    }
    if ((head.kind & PACKED_TWO_FAMILY_WORDS) != 0) {
        put(&bytes, &form->family.words[1], sizeof form->family.words[1]);
    }
    if ((head.kind & PACKED_LONG) != 0) {
        put(&bytes, id_long_text(form->id), (size_t)long_id);
    }
    return (size_t)(bytes - start);
}

size_t form_unpack(const struct join_rules *rules, const unsigned char *bytes, struct form *form)
{
    const unsigned char *const start = bytes;
    const struct join_layout *layout;
    struct packed_head head;
    get(&bytes, &head, sizeof head);
    layout = layout_of(rules, head.measure);
    *form = (struct form){.hash = head.hash,
                          .date = NO_DATE,
                          .cohort = head.cohort,
                          .goal = NO_NAME,
                          .category = NO_NAME,
                          .stage = head.stage == LISTED_NO_STAGE ? NO_STAGE : head.stage,
                          .measure = head.measure,
                          .may_start = (head.kind & PACKED_MAY_START) != 0};
    get(&bytes, &form->id.words[0], sizeof form->id.words[0]);
    form->payload = bytes;
    bytes += layout->payload_bytes;
    if (rules->keep_places) {
        get(&bytes, &form->place, sizeof form->place);
    }
    if (rules->by_date || form->stage == NO_STAGE) {
        get(&bytes, &form->date, sizeof form->date);
    }
    if (layout->is_goals) {
        get(&bytes, &form->goal, sizeof form->goal);
        get(&bytes, &form->category, sizeof form->category);
        get(&bytes, &form->flags, sizeof form->flags);
    }
    if ((head.kind & PACKED_TWO_WORDS) != 0) {
        get(&bytes, &form->id.words[1], sizeof form->id.words[1]);
    }
    if ((head.kind & PACKED_FAMILY) != 0) {
        get(&bytes, &form->family.words[0], sizeof form->family.words[0]);
    }
    if ((head.kind & PACKED_TWO_FAMILY_WORDS) != 0) {
        get(&bytes, &form->family.words[1], sizeof form->family.words[1]);
    }
    if ((head.kind & PACKED_LONG) != 0) {
        const size_t length = (size_t)form->id.words[0];
        form->id = id_of((const char *)bytes, length);
        bytes += length;
    }
    return (size_t)(bytes - start);
}
