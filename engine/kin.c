/* engine/kin.c - pages of members that are no longer than they need be: a study of few people has as many
   bundles as any other. */
#include "engine/kin.h"

#include <stdlib.h>
#include <string.h>

#include "engine/form.h"
#include "engine/memory.h"

/* Of the first page of a bundle and of the others, unless they hold more. With what malloc() adds, 256 bytes
   and 2 KiB. */
#define FIRST_PAGE ((size_t)256 - sizeof(struct kin_page) - 16)
#define MORE_PAGE ((size_t)2048 - sizeof(struct kin_page) - 16)
/* What the processor fetches at once: some bytes on, a page is not there yet. */
#define NEXT_LINE 64

bool kin_init(struct kin *kin, const struct study *study)
{
    *kin = (struct kin){.study = study,
                        .rows = calloc(study->n_measures + 1, sizeof *kin->rows),
                        .streams = calloc(kin_n_streams(study), sizeof(struct kin_bundle *))};
    for (size_t i = 0; i < study->n_measures && kin->rows != NULL; i++) {
        kin->rows[i] = member_row_of(study, i);
    }
    return kin->rows != NULL && kin->streams != NULL;
}

void kin_free(struct kin *kin)
{
    for (size_t i = 0; kin->streams != NULL && i < kin_n_streams(kin->study); i++) {
        for (size_t k = 0; kin->streams[i] != NULL && k < KIN_BUNDLES; k++) {
            kin_empty(kin, i, k);
        }
        free(kin->streams[i]);
    }
    free(kin->streams);
    free(kin->rows);
    free(kin->member.bytes);
    *kin = (struct kin){0};
}

/* --- pages --- */

size_t kin_page_bytes(const struct kin_bundle *bundle, const struct kin_page *page)
{
    return page == bundle->pages ? (size_t)(bundle->at - page->bytes) : page->n;
}

void kin_empty(struct kin *kin, size_t stream, size_t index)
{
    struct kin_bundle *const bundle = &kin->streams[stream][index];
    struct kin_page *page = bundle->pages;
    while (page != NULL) {
        struct kin_page *const next = page->next;
        kin->n_bytes -= page->capacity;
        free(page);
        page = next;
    }
    *bundle = (struct kin_bundle){.pages = NULL};
}

static bool turn_page(struct kin *kin, struct kin_bundle *bundle, size_t n)
{
    const size_t usual = bundle->pages == NULL ? FIRST_PAGE : MORE_PAGE;
    const size_t capacity = n > usual ? n : usual;
    struct kin_page *const page = malloc(sizeof *page + capacity);
    if (page == NULL) {
        return false;
    }
    if (bundle->pages != NULL) {
        bundle->pages->n = kin_page_bytes(bundle, bundle->pages);
    }
    *page = (struct kin_page){.next = bundle->pages, .capacity = capacity};
    *bundle = (struct kin_bundle){.pages = page, .at = page->bytes, .left = capacity};
    kin->n_bytes += capacity;
    return true;
}

/* Room for n more bytes, which are then there; NULL: no memory. */
static inline unsigned char *room_for(struct kin *kin, size_t stream, size_t index, size_t n)
{
    struct kin_bundle *bundle;
    unsigned char *at;
    if (kin->streams[stream] == NULL) {
        kin->streams[stream] = calloc(KIN_BUNDLES, sizeof **kin->streams);
        if (kin->streams[stream] == NULL) {
            return NULL;
        }
    }
    bundle = &kin->streams[stream][index];
    if (bundle->left < n && !turn_page(kin, bundle, n)) {
        return NULL;
    }
    at = bundle->at;
    bundle->at += n;
    bundle->left -= n;
    return at;
}

unsigned char *kin_add(struct kin *kin, size_t stream, size_t bundle, const unsigned char bytes[],
                       size_t n)
{
    unsigned char *const at = room_for(kin, stream, bundle, n);
    if (at != NULL) {
        memcpy(at, bytes, n);
    }
    return at;
}

/* --- members --- */

static size_t n_words_of(struct family_id family)
{
    return family.words[1] == 0 ? 1 : 2;
}

bool kin_put_row(struct kin *kin, size_t measure, struct family_id family, uint32_t cohort,
                 const unsigned char codes[])
{
    const size_t n_words = n_words_of(family), n_bytes = kin->rows[measure].n_bytes;
    const size_t n_family = n_words * sizeof family.words[0];
    unsigned char *at = room_for(kin, 2 * measure + n_words - 1,
                                 (size_t)(family_hash(family) % KIN_BUNDLES), n_family + n_bytes);
    if (at == NULL) {
        return false;
    }
    memcpy(at, &family.words[0], sizeof family.words[0]);
    at += sizeof family.words[0];
    if (n_words > 1) {
        memcpy(at, &family.words[1], sizeof family.words[1]);
        at += sizeof family.words[1];
    }
    memcpy(at, &cohort, sizeof cohort);
    row_copy(codes, at + ROW_CODES, n_bytes - ROW_CODES);
    __builtin_prefetch(at + NEXT_LINE,
                       1); /* until the bundle has its next member, it will be here */
    return true;
}

bool kin_begin(struct kin *kin, struct family_id family, uint32_t cohort)
{
    return kin_sums_begin(&kin->member, family, cohort);
}

bool kin_end(struct kin *kin)
{
    struct family_id family;
    if (!kin_sums_end(&kin->member)) {
        return true; /* nothing is known of this member */
    }
    memcpy(&family, kin->member.bytes, sizeof family);
    return kin_add(kin, kin_n_streams(kin->study) - 1, (size_t)(family_hash(family) % KIN_BUNDLES),
                   kin->member.bytes, kin->member.n) != NULL;
}

bool kin_put(struct kin *kin, const struct family_sum *of, uint64_t members, int64_t sum)
{
    if (kin_sums_full(&kin->member)) {
        if (!kin_end(kin)) {
            return false;
        }
        kin_sums_again(&kin->member);
    }
    kin_sums_put(&kin->member, of, members, sum);
    return true;
}

/* --- from others --- */

/* Are these codes outcomes of the measure's scales? */
static bool are_outcomes(const unsigned char *codes, const struct study *study, size_t measure,
                         const struct member_row *row)
{
    const struct instrument *const instrument = study->measures[measure].instrument;
    for (size_t stage = 0; stage < study->n_stages; stage++) {
        for (size_t i = 0; i < row->n_scales; i++, codes += row->code_bytes) {
            if (code_at(codes, row->code_bytes) >= N_REASONS + instrument->scales[i].n_values) {
                return false;
            }
        }
    }
    return true;
}

bool kin_renumber(unsigned char *bytes, size_t n, size_t stream, const struct study *study,
                  const struct kin_numbers *numbers)
{
    const size_t measure = stream / 2, n_family = (stream % 2 + 1) * sizeof(uint64_t);
    struct member_row row;
    if (measure == study->n_measures) {
        return kin_sums_renumber(bytes, n, study, numbers);
    }
    row = member_row_of(study, measure);
    if (study->measures[measure].instrument->is_goals || n % (n_family + row.n_bytes) != 0) {
        return false;
    }
    for (size_t at = n_family; at < n; at += n_family + row.n_bytes) {
        uint32_t cohort;
        memcpy(&cohort, bytes + at, sizeof cohort);
        if (cohort >= numbers->n_cohorts ||
            !are_outcomes(bytes + at + ROW_CODES, study, measure, &row)) {
            return false;
        }
        memcpy(bytes + at, &numbers->cohorts[cohort], sizeof cohort);
    }
    return true;
}

/* --- meeting --- */

void kin_meeting_free(struct kin_meeting *meeting)
{
    kin_families_free(&meeting->families);
    kin_sums_free(&meeting->sums);
}

/* Who arrives in a piece, each of so many bytes; 0: it says how many itself. */
static bool arrive(struct kin_families *families, const struct kin_piece *piece, size_t each)
{
    size_t n = each == 0 ? 0 : piece->n / each;
    for (size_t at = 0; each == 0 && at < piece->n; n++) {
        at += kin_sums_bytes(piece->bytes + at);
    }
    if (!kin_families_make_room(families, families->n_arrived + n)) {
        return false;
    }
    for (size_t at = 0; at < piece->n; at += each == 0 ? kin_sums_bytes(piece->bytes + at) : each) {
        families->arrived[families->n_arrived++] = piece->bytes + at;
    }
    return true;
}

/* Families of n members each, those of one behind those of another. */
static bool count_families(struct kin_meeting *meeting, size_t measure,
                           const unsigned char *const members[], size_t n_families, size_t n)
{
    bool done = true;
    if (measure < meeting->study->n_measures) {
        return n_families == 0 || family_counter_add(meeting->counter, measure, members, n_families,
                                                     n, meeting->tally);
    }
    for (size_t i = 0; i < n_families && done; i++) {
        done = kin_sums_count(&meeting->sums, members + i * n, n, meeting->tally);
    }
    return done;
}

bool kin_meet(struct kin_meeting *meeting, size_t stream, const struct kin_piece pieces[],
              size_t n_pieces)
{
    struct kin_families *const families = &meeting->families;
    const struct study *const study = meeting->study;
    const size_t measure = stream / 2, n_words = measure == study->n_measures ? 2 : stream % 2 + 1;
    const size_t each = measure == study->n_measures
                            ? 0
                            : n_words * sizeof(uint64_t) + member_row_of(study, measure).n_bytes;
    const unsigned char *const *members;
    bool done = true;
    families->n_arrived = 0;
    for (size_t i = 0; i < n_pieces && done; i++) {
        done = arrive(families, &pieces[i], each);
    }
    if (!done || !kin_families_find(families, n_words)) {
        return false;
    }
    members = families->members;
    for (size_t n = 1; n <= FAMILY_FEW && done; n++) {
        done = count_families(meeting, measure, members, families->n_few[n - 1], n);
        members += n * families->n_few[n - 1];
    }
    for (size_t i = 0; i < families->n_large && done; i++) {
        done = count_families(meeting, measure, members, 1, families->large[i]);
        members += families->large[i];
    }
    return done;
}
