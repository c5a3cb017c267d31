/* engine/packed.c - see packed.h. */
#include "engine/packed.h"

#include <string.h>

#include "scales/wide.h"

/* --- a form --- */

static void put(unsigned char **bytes, const void *from, size_t n)
{
    memcpy(*bytes, from, n);
    *bytes += n;
}

static void put_word(unsigned char **bytes, uint64_t word)
{
    put(bytes, &word, sizeof word);
}

static void get(const unsigned char **bytes, void *to, size_t n)
{
    memcpy(to, *bytes, n);
    *bytes += n;
}

static unsigned kind_of(const struct join_rules *rules, const struct form *form)
{
    const bool is_long = id_is_long(form->id);
    const bool is_plain = !rules->by_date && !is_long && form->stage != NO_STAGE;
    return (is_plain ? PACKED_PLAIN : 0u) | (form->may_start ? PACKED_MAY_START : 0u) |
           (is_long                  ? PACKED_LONG
            : form->id.words[1] != 0 ? PACKED_TWO_WORDS
                                     : 0u) |
           (family_is_none(form->family) ? 0u : PACKED_FAMILY) |
           (form->family.words[1] != 0 ? PACKED_TWO_FAMILY_WORDS : 0u);
}

static uint64_t long_length(const struct form *form)
{
    return form->id.words[1] & 0xffffffff;
}

size_t form_packed_most(const struct form *form)
{
    return (PACKED_WORDS + 1) * PACKED_WORD +
           (id_is_long(form->id) ? packed_whole((size_t)long_length(form)) : 0);
}

/* The head, and what all forms of the study have. */
static void put_common(const struct join_rules *rules, const struct join_layout *layout,
                       const struct form *form, unsigned kind, unsigned char **to)
{
    unsigned char *const start = *to;
    const uint32_t stage = form->stage == NO_STAGE ? LISTED_NO_STAGE : form->stage;
    put_word(to, (kind & PACKED_LONG) != 0 ? long_length(form) : form->id.words[0]);
    put_word(to, packed_order((uint32_t)form->hash | (uint64_t)form->cohort << 32));
    memset(*to, 0, layout->packed_place - PACKED_HEAD);
    put_word(to, packed_order(form->measure | (uint64_t)stage << 16 | (uint64_t)kind << 24));
    *to = start + PACKED_PAYLOAD;
    put(to, form->payload, layout->payload_bytes);
    if (layout->is_goals) {
        *(*to)++ = (unsigned char)form->flags;
        *(*to)++ = (unsigned char)(form->flags >> 8);
    }
    *to = start + layout->packed_place;
    if (rules->keep_places) {
        put_word(to, form->place);
    }
    if (layout->is_goals) {
        put_word(to, packed_order(form->goal | (uint64_t)form->category << 32));
    }
    if (rules->by_date) {
        put(to, &form->date, sizeof form->date);
    }
}

size_t form_pack(const struct join_rules *rules, const struct form *form, unsigned char *bytes)
{
    const struct join_layout *const layout = layout_of(rules, form->measure);
    const unsigned kind = kind_of(rules, form);
    unsigned char *const start = bytes;
    put_common(rules, layout, form, kind, &bytes);
    if ((kind & PACKED_TWO_WORDS) != 0) {
        put_word(&bytes, form->id.words[1]);
    }
    if ((kind & PACKED_FAMILY) != 0) {
        put_word(&bytes, form->family.words[0]);
    }
    if ((kind & PACKED_TWO_FAMILY_WORDS) != 0) {
        put_word(&bytes, form->family.words[1]);
    }
    if (form->stage == NO_STAGE && !rules->by_date) {
        put(&bytes, &form->date, sizeof form->date);
    }
    if ((kind & PACKED_LONG) != 0) {
        const size_t length = (size_t)long_length(form), room = packed_whole(length);
        memset(bytes + room - PACKED_WORD, 0, PACKED_WORD);
        memcpy(bytes, id_long_text(form->id), length);
        bytes += room;
    }
    return (size_t)(bytes - start);
}

/* What a form's kind says that there is, and the rest, behind what all have. */
static const unsigned char *get_more(const struct join_rules *rules, const unsigned char *bytes,
                                     unsigned kind, struct form *form)
{
    if ((kind & PACKED_TWO_WORDS) != 0) {
        get(&bytes, &form->id.words[1], sizeof form->id.words[1]);
    }
    if ((kind & PACKED_FAMILY) != 0) {
        get(&bytes, &form->family.words[0], sizeof form->family.words[0]);
    }
    if ((kind & PACKED_TWO_FAMILY_WORDS) != 0) {
        get(&bytes, &form->family.words[1], sizeof form->family.words[1]);
    }
    if (form->stage == NO_STAGE && !rules->by_date) {
        get(&bytes, &form->date, sizeof form->date);
    }
    if ((kind & PACKED_LONG) != 0) {
        const size_t length = (size_t)form->id.words[0];
        form->id = id_of((const char *)bytes, length);
        bytes += packed_whole(length);
    }
    return bytes;
}

size_t form_unpack(const struct join_rules *rules, const unsigned char *bytes, struct form *form)
{
    const uint32_t head = packed_head(bytes);
    const unsigned kind = head_kind(head);
    const struct join_layout *const layout = layout_of(rules, head_measure(head));
    const uint8_t stage = packed_stage(bytes);
    *form = (struct form){.id = {{packed_word(bytes, 0), 0}},
                          .hash = packed_hash(bytes),
                          .date = NO_DATE,
                          .cohort = packed_cohort(bytes),
                          .goal = NO_NAME,
                          .category = NO_NAME,
                          .stage = stage == LISTED_NO_STAGE ? NO_STAGE : stage,
                          .measure = head_measure(head),
                          .may_start = (kind & PACKED_MAY_START) != 0,
                          .payload = bytes + PACKED_PAYLOAD};
    if (rules->keep_places) {
        form->place = packed_word(bytes, layout->packed_place);
    }
    if (layout->is_goals) {
        struct packed_goal goal;
        packed_goal(layout, bytes, &goal);
        form->goal = goal.goal;
        form->category = goal.category;
        form->flags = goal.flags;
    }
    if (rules->by_date) {
        memcpy(&form->date, bytes + layout->packed_bytes - PACKED_WORD, sizeof form->date);
    }
    return (size_t)(get_more(rules, bytes + layout->packed_bytes, kind, form) - bytes);
}

/* --- bytes of others --- */

/* Whether a kind is one that this stage's forms can have. */
static bool kind_is_known(const struct join_rules *rules, unsigned kind, uint8_t stage)
{
    const unsigned all = PACKED_TWO_WORDS | PACKED_FAMILY | PACKED_TWO_FAMILY_WORDS |
                         PACKED_MAY_START | PACKED_LONG | PACKED_PLAIN;
    const bool is_long = (kind & PACKED_LONG) != 0;
    const bool is_plain = !rules->by_date && !is_long && stage != LISTED_NO_STAGE;
    return (kind & ~all) == 0 && ((kind & PACKED_PLAIN) != 0) == is_plain &&
           !(is_long && (kind & PACKED_TWO_WORDS) != 0) &&
           ((kind & PACKED_FAMILY) != 0 || (kind & PACKED_TWO_FAMILY_WORDS) == 0);
}

static bool codes_are_outcomes(const struct join_layout *layout,
                               const struct instrument *instrument, const unsigned char *payload)
{
    bool are = true;
    for (size_t i = 0; i < instrument->n_scales && !layout->is_goals; i++) {
        are = are && payload_code(layout, payload, i) < N_REASONS + instrument->scales[i].n_values;
    }
    return are;
}

bool form_is_whole(const struct join_rules *rules, const unsigned char *bytes, size_t n)
{
    const struct study *const study = rules->study;
    const struct join_layout *layout;
    uint32_t head;
    uint8_t stage;
    if (n < PACKED_HEAD + PACKED_WORD) {
        return false;
    }
    head = packed_head(bytes);
    stage = packed_stage(bytes);
    if (head_measure(head) >= study->n_measures ||
        (stage >= study->n_stages && stage != LISTED_NO_STAGE) ||
        !kind_is_known(rules, head_kind(head), stage)) {
        return false;
    }
    layout = layout_of(rules, head_measure(head));
    if (n < layout->packed_bytes + PACKED_WORD * packed_more(head_kind(head)) ||
        !codes_are_outcomes(layout, study->measures[head_measure(head)].instrument,
                            bytes + PACKED_PAYLOAD)) {
        return false;
    }
    if ((head_kind(head) & PACKED_LONG) != 0) {
        const uint64_t length = packed_word(bytes, 0);
        return length > sizeof(struct id) && length <= n && packed_bytes(rules, layout, bytes) <= n;
    }
    /* Two words that would be a long id borrow what nobody gave. */
    return packed_bytes(rules, layout, bytes) <= n &&
           ((head_kind(head) & PACKED_TWO_WORDS) == 0 ||
            !id_is_long((struct id){{0, packed_word(bytes, layout->packed_bytes)}}));
}

/* --- forms --- */

/* Which forms are plain. `any_long`: there may be long ids. */
static INTO_CALLER void find_plain(const struct form_columns *forms, size_t first, size_t n,
                                   bool any_long, bool *restrict plain)
{
    const bool *const sent = forms->sent + first;
    const uint32_t *const stages = forms->stages + first;
    uint8_t staged[PACKED_AT_ONCE];
    for (size_t i = 0; i < n; i++) {
        staged[i] = stages[i] != NO_STAGE;
    }
    for (size_t i = 0; i < n; i++) {
        plain[i] = sent[i] & staged[i];
    }
    for (size_t i = 0; i < n && any_long; i++) {
        plain[i] = plain[i] && !id_is_long(forms->ids[first + i]);
    }
}

/* Numbers of n forms into words, of which nothing is known before where this is the lowest byte: `at` is a
   byte of the form. */
static INTO_CALLER void pack_numbers(struct packed_columns *packed, size_t at,
                                     const uint32_t *restrict numbers, size_t n)
{
    uint64_t *restrict const words = packed->words[at / PACKED_WORD];
    const size_t shift = at % PACKED_WORD * 8;
    if (shift == 0) {
        for (size_t i = 0; i < n; i++) {
            words[i] = numbers[i];
        }
    } else {
        for (size_t i = 0; i < n; i++) {
            words[i] |= (uint64_t)numbers[i] << shift;
        }
    }
}

/* The codes of a payload from the k-th on that stand in four bytes of it: four of a byte each, or one.
   Returns how many they are. */
static INTO_CALLER size_t take_codes(const struct join_layout *layout,
                                     const struct form_columns *forms, size_t first, size_t k,
                                     size_t n, uint32_t *restrict numbers)
{
    const size_t left = layout->n_payload - k;
    if (forms->codes != NULL) {
        memcpy(numbers, forms->codes + k * forms->stride + first, n * sizeof *numbers);
        return 1;
    }
    const uint8_t *restrict const a = forms->narrow + k * forms->stride + first;
    const uint8_t *restrict const b = a + forms->stride, *restrict const c = b + forms->stride,
                                  *restrict const d = c + forms->stride;
    if (layout->code_bytes == 1 && left >= 4) {
        for (size_t i = 0; i < n; i++) {
            numbers[i] = a[i] | (uint32_t)b[i] << 8 | (uint32_t)c[i] << 16 | (uint32_t)d[i] << 24;
        }
        return 4;
    }
    for (size_t i = 0; i < n; i++) {
        numbers[i] = a[i];
    }
    return 1;
}

/* The head with the payload, and of goals the flags. */
static INTO_CALLER void pack_codes(const struct join_layout *layout,
                                   const struct form_columns *forms, size_t first, unsigned kind,
                                   size_t n, struct packed_columns *packed)
{
    uint64_t *restrict const head = packed->words[PACKED_HEAD / PACKED_WORD];
    const uint32_t *restrict const stages = forms->stages + first;
    const uint64_t alike = forms->measure | (uint64_t)kind << 24;
    uint32_t numbers[PACKED_AT_ONCE];
    size_t k = take_codes(layout, forms, first, 0, n, numbers);
    for (size_t i = 0; i < n; i++) {
        head[i] = alike | (uint64_t)stages[i] << 16 | (uint64_t)numbers[i] << 32;
    }
    while (k < layout->n_payload) {
        const size_t at = PACKED_PAYLOAD + k * layout->code_bytes;
        k += take_codes(layout, forms, first, k, n, numbers);
        pack_numbers(packed, at, numbers, n);
    }
    if (layout->is_goals) {
        for (size_t i = 0; i < n; i++) {
            numbers[i] = forms->flags[first + i];
        }
        pack_numbers(packed, PACKED_PAYLOAD + layout->payload_bytes, numbers, n);
    }
}

/* Families as words from the k-th on. Returns the bits that a kind has of them. */
static INTO_CALLER unsigned pack_families(const struct family_id *restrict families, size_t n,
                                          uint64_t *restrict firsts, uint64_t *restrict seconds)
{
    uint64_t first = 0, second = 0;
    for (size_t i = 0; i < n; i++) {
        firsts[i] = families[i].words[0];
        first |= families[i].words[0];
        second |= families[i].words[1];
    }
    for (size_t i = 0; i < n && second != 0; i++) {
        seconds[i] = families[i].words[1];
    }
    return second != 0 ? PACKED_FAMILY | PACKED_TWO_FAMILY_WORDS : first != 0 ? PACKED_FAMILY : 0;
}

/* Words whose numbers were put together, as they are in memory. */
static INTO_CALLER void put_in_order(struct packed_columns *packed, size_t from, size_t to)
{
    for (size_t k = from; k < to && packed_order(1) != 1; k++) {
        for (size_t i = 0; i < packed->n; i++) {
            packed->words[k][i] = packed_order(packed->words[k][i]);
        }
    }
}

static INTO_CALLER void pack(const struct join_rules *rules, const struct form_columns *forms,
                             size_t first, struct packed_columns *packed)
{
    const struct join_layout *const layout = layout_of(rules, forms->measure);
    const size_t left = forms->n - first, n = left < PACKED_AT_ONCE ? left : PACKED_AT_ONCE;
    const uint32_t *restrict const cohorts = forms->cohorts + first;
    uint64_t *restrict const of_cohorts = packed->words[PACKED_HASH / PACKED_WORD];
    const struct id *const ids = forms->ids + first;
    const uint64_t seconds = ids_hash(ids, n, packed->hashes);
    size_t k = layout->packed_bytes / PACKED_WORD;
    unsigned kind = PACKED_PLAIN | (forms->may_start ? PACKED_MAY_START : 0u);
    packed->n = n;
    find_plain(forms, first, n, seconds >> 56 == 0xff, packed->plain);
    for (size_t i = 0; i < n; i++) {
        packed->words[0][i] = ids[i].words[0];
    }
    for (size_t i = 0; i < n; i++) {
        of_cohorts[i] = (packed->hashes[i] & UINT32_MAX) | (uint64_t)cohorts[i] << 32;
    }
    if (seconds != 0) {
        for (size_t i = 0; i < n; i++) {
            packed->words[k][i] = ids[i].words[1];
        }
        kind |= PACKED_TWO_WORDS;
        k++;
    }
    if (forms->families != NULL) {
        kind |= pack_families(forms->families + first, n, packed->words[k], packed->words[k + 1]);
    }
    packed->n_words = layout->packed_bytes / PACKED_WORD + packed_more(kind);
    if (rules->keep_places) {
        memcpy(packed->words[layout->packed_place / PACKED_WORD], forms->places + first,
               n * sizeof forms->places[0]);
    }
    if (layout->is_goals) {
        pack_numbers(packed, layout->packed_goal, forms->goals + first, n);
        pack_numbers(packed, layout->packed_goal + sizeof(uint32_t), forms->categories + first, n);
        put_in_order(packed, layout->packed_goal / PACKED_WORD,
                     layout->packed_goal / PACKED_WORD + 1);
    }
    pack_codes(layout, forms, first, kind, n, packed);
    put_in_order(packed, 1, layout->packed_place / PACKED_WORD);
}

static FOR_WIDE void pack_wide(const struct join_rules *rules, const struct form_columns *forms,
                               size_t first, struct packed_columns *packed)
{
    pack(rules, forms, first, packed);
}

void forms_pack(const struct join_rules *rules, const struct form_columns *forms, size_t first,
                struct packed_columns *packed)
{
    if (rules->by_date) {
        const size_t left = forms->n - first;
        packed->n = left < PACKED_AT_ONCE ? left : PACKED_AT_ONCE;
        memset(packed->plain, 0, sizeof packed->plain);
    } else if (has_wide()) {
        pack_wide(rules, forms, first, packed);
    } else {
        pack(rules, forms, first, packed);
    }
}
