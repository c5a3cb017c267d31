/* io/read/tally_lines.c - whatever a line says is checked before it is used: what is computed from
   counts later asserts what must hold of them. */
#include "io/read/tally_lines.h"

#include <stdlib.h>
#include <string.h>

#include "engine/id_checks.h"
#include "io/read/description.h"
#include "io/read/tally_cells.h"
#include "io/read/tally_families.h"
#include "io/read/tally_items.h"
#include "io/tally_format.h"

/* --- the head --- */

static bool take_title(struct tally_reading *r)
{
    if (r->file->title != NULL) {
        return tally_fault(r, 0, "found a second title, expected one");
    }
    r->file->title = tally_field_copy(r, 1);
    return r->file->title != NULL;
}

static bool take_digest(struct tally_reading *r)
{
    if (r->digest[0] != '\0' || r->row->cells[1].length != sizeof r->digest - 1) {
        return tally_fault(r, 1, "found no SHA-256, or a second one, expected one of the study");
    }
    memcpy(r->digest, r->row->cells[1].text, sizeof r->digest);
    return true;
}

static bool take_description(struct tally_reading *r)
{
    struct cell text;
    if (!tally_field_text(r, 1, &text)) {
        return false;
    }
    if (!array_grow(&r->description, &r->description_capacity, r->n_description + text.length + 2,
                    1)) {
        return tally_no_memory(r);
    }
    memcpy(r->description + r->n_description, text.text, text.length);
    r->n_description += text.length;
    r->description[r->n_description++] = '\n';
    r->description[r->n_description] = '\0';
    return true;
}

static bool begin_tallies(struct tally_reading *r)
{
    struct tallies *const into = r->into;
    const struct study *const study = &into->plan.study;
    into->description = arena_copy(&into->arena, r->description, r->n_description);
    r->fault = description_parse(r->file->name, r->description, r->shelf, &into->plan);
    if (r->fault.code != FAULT_NONE) {
        return false;
    }
    /* The title of the first file is that of the report. */
    into->plan.study.title = r->file->title;
    into->totals = calloc(tally_n_totals(study) + 1, sizeof *into->totals);
    into->counts_capacity = 1; /* counted_init() has room for one more than it is asked for */
    if (into->description == NULL || into->totals == NULL ||
        !cohorts_init(&into->cohorts, study->n_cohort_columns) ||
        !counted_init(&into->counted, study, &into->cohorts, &into->names, 0)) {
        return tally_no_memory(r);
    }
    return true;
}

static bool same_study(struct tally_reading *r)
{
    struct arena arena = {0};
    const char *difference;
    if (strcmp(r->description, r->into->description) == 0) {
        return true;
    }
    difference = description_difference(&arena, r->description, r->into->description);
    r->fault = difference == NULL ? fault_memory()
                                  : fault_at(FAULT_CONTENT, r->file->name, 0, 0,
                                             "a tally of another study than %s: %s",
                                             r->into->files[0].name, difference);
    arena_free(&arena);
    return false;
}

bool tally_study(struct tally_reading *r)
{
    char digest[SHA256_DIGEST_STRING_LENGTH];
    const struct study *const study = &r->into->plan.study;
    if (r->n_description == 0 || r->digest[0] == '\0' || r->file->title == NULL) {
        return tally_fault(r, 0, "found this line before the title and the study of the tally");
    }
    SHA256Data((const uint8_t *)r->description, r->n_description, digest);
    if (strcmp(digest, r->digest) != 0) {
        return tally_fault(r, 0, "found another SHA-256 than that of the study described");
    }
    /* files[] holds this file already. */
    if (r->into->n_files == 1 ? !begin_tallies(r) : !same_study(r)) {
        return false;
    }
    r->has_study = true;
    r->has_measure = calloc(study->n_measures + 1, sizeof *r->has_measure);
    r->has_scoring = calloc(study->n_scales + 1, sizeof *r->has_scoring);
    r->has_family = calloc(study->n_measures + 1, sizeof *r->has_family);
    r->file->respondents =
        arena_alloc(&r->into->arena, study->n_measures, sizeof *r->file->respondents);
    r->file->unchecked =
        arena_alloc(&r->into->arena, study->n_measures, sizeof *r->file->unchecked);
    return (r->has_measure != NULL && r->has_scoring != NULL && r->has_family != NULL &&
            r->file->respondents != NULL && r->file->unchecked != NULL) ||
           tally_no_memory(r);
}

static bool take_threshold(struct tally_reading *r)
{
    return tally_field_add_count(r, 1, &r->file->threshold) &&
           tally_field_add_count(r, 2, &r->file->withheld);
}

static bool take_withheld(struct tally_reading *r)
{
    size_t measure = 0;
    return tally_field_measure(r, 1, &measure) &&
           tally_field_add_count(r, 2, &r->file->respondents[measure]);
}

static bool take_unchecked(struct tally_reading *r)
{
    size_t measure = 0;
    if (!tally_field_measure(r, 1, &measure)) {
        return false;
    }
    r->file->unchecked[measure] = true;
    return true;
}

/* --- forms --- */

static bool take_measure_line(struct tally_reading *r)
{
    struct measure_counts *counts;
    uint64_t accounted = 0;
    size_t measure = 0;
    int64_t has_family = 0;
    if (!tally_field_measure(r, 1, &measure)) {
        return false;
    }
    if (r->has_measure[measure]) {
        return tally_fault(r, 1, "found this instrument twice, expected it once");
    }
    r->has_measure[measure] = true;
    counts = &r->into->counted.measures[measure];
    if (!tally_field_add_count(r, 2, &counts->forms_read)) {
        return false;
    }
    for (size_t i = 0; i < N_FORM_REASONS; i++) {
        if (!tally_field_add_count(r, 3 + i, &counts->forms[i])) {
            return false;
        }
        accounted += counts->forms[i];
    }
    /* Of all files together; it held before this one. */
    if (accounted != counts->forms_read) {
        return tally_fault(r, 2,
                           "found rows that are not those used and set aside, expected rows "
                           "read = used + set aside");
    }
    if (!tally_field_add_count(r, 3 + N_FORM_REASONS, &counts->respondents) ||
        !tally_field_add_count(r, 4 + N_FORM_REASONS, &counts->moved) ||
        !tally_field_whole(r, 5 + N_FORM_REASONS, 0, 1, &has_family)) {
        return false;
    }
    counts->has_family = counts->has_family || has_family == 1;
    r->has_family[measure] = has_family == 1;
    return true;
}

static bool take_unknown_informants(struct tally_reading *r)
{
    return tally_field_add_count(r, 1, &r->into->counted.unknown_informants);
}

/* The place of a source in all tallies: that of the same name in an earlier file, the second of two
   of one name beside the second; else a new one. */
static bool place_source(struct tally_reading *r, const char *name, size_t *place)
{
    struct tallies *const into = r->into;
    struct counted *const counted = &into->counted;
    size_t before = 0;
    for (size_t i = 0; i < r->n_sources; i++) {
        before += strcmp(into->sources[r->sources[i]], name) == 0;
    }
    for (*place = 0; *place < r->first_source; (*place)++) {
        if (strcmp(into->sources[*place], name) == 0 && before-- == 0) {
            return true;
        }
    }
    *place = counted->n_sources;
    if (!array_grow(&into->sources, &into->sources_capacity, *place + 1, sizeof *into->sources) ||
        !array_grow(&counted->sources, &into->counts_capacity, *place + 1,
                    sizeof *counted->sources)) {
        return tally_no_memory(r);
    }
    into->sources[*place] = name;
    counted->n_sources++;
    return true;
}

static bool take_source(struct tally_reading *r)
{
    const char *const name = tally_field_copy(r, 1);
    struct source_counts *counts;
    size_t place;
    if (name == NULL || !place_source(r, name, &place)) {
        return false;
    }
    if (!array_grow(&r->sources, &r->sources_capacity, r->n_sources + 1, sizeof *r->sources)) {
        return tally_no_memory(r);
    }
    r->sources[r->n_sources++] = place;
    counts = &r->into->counted.sources[place];
    if (!tally_field_add_count(r, 2, &counts->rows)) {
        return false;
    }
    for (size_t i = 0; i < N_FINDING_KINDS; i++) {
        if (!tally_field_add_count(r, 3 + i, &counts->cells[i])) {
            return false;
        }
    }
    return true;
}

static bool take_ids(struct tally_reading *r)
{
    const struct study *const study = &r->into->plan.study;
    size_t measure = 0;
    return tally_field_measure(r, 1, &measure) &&
           tally_field_add_count(r, 2,
                                 &r->into->counted.ids[study->measures[measure].join].similar);
}

static bool take_summary_id(struct tally_reading *r)
{
    const struct study *const study = &r->into->plan.study;
    const char *word;
    size_t measure = 0;
    if (!tally_field_measure(r, 1, &measure)) {
        return false;
    }
    for (size_t i = 0; (word = summary_word(i)) != NULL; i++) {
        if (tally_field_is(r, 2, word)) {
            r->into->counted.ids[study->measures[measure].join].summary_words |= UINT32_C(1) << i;
            return true;
        }
    }
    return tally_fault(r, 2, "found another word, expected one such as \"%s\"", summary_word(0));
}

/* --- all --- */

/* Cells of a line of each kind, beside those of the cohort. */
static const struct {
    bool (*take)(struct tally_reading *r);
    size_t n_cells;
    bool of_head, of_cohort;
} lines[N_TALLY_KINDS] = {
    [TALLY_KIND_TITLE] = {take_title, 2, true, false},
    [TALLY_KIND_STUDY] = {take_digest, 2, true, false},
    [TALLY_KIND_LINE] = {take_description, 2, true, false},
    [TALLY_KIND_THRESHOLD] = {take_threshold, 3, false, false},
    [TALLY_KIND_MEASURE] = {take_measure_line, 6 + N_FORM_REASONS, false, false},
    [TALLY_KIND_UNCHECKED] = {take_unchecked, 2, false, false},
    [TALLY_KIND_WITHHELD] = {take_withheld, 3, false, false},
    [TALLY_KIND_UNKNOWN_INFORMANTS] = {take_unknown_informants, 2, false, false},
    [TALLY_KIND_SOURCE] = {take_source, 3 + N_FINDING_KINDS, false, false},
    [TALLY_KIND_IDS] = {take_ids, 3, false, false},
    [TALLY_KIND_SUMMARY_ID] = {take_summary_id, 3, false, false},
    [TALLY_KIND_AGE] = {take_age, 4, false, false},
    [TALLY_KIND_SCORING] = {take_scoring, 9, false, false},
    [TALLY_KIND_PRORATED] = {take_prorated, 5, false, false},
    [TALLY_KIND_ITEM] = {take_item, 12, false, false},
    [TALLY_KIND_ITEMS] = {take_items, 6, false, true},
    [TALLY_KIND_ITEMS_REST] = {take_items_rest, 6, false, false},
    [TALLY_KIND_ITEMS_OF_STAGE] = {take_items_of_stage, 6, false, false},
    [TALLY_KIND_VALUE] = {take_value, 2, false, false},
    [TALLY_KIND_SCORE] = {take_score, 6, false, true},
    [TALLY_KIND_EVERY] = {take_every, 6, false, true},
    [TALLY_KIND_PAIR] = {take_pair, 8, false, true},
    [TALLY_KIND_DAYS] = {take_days, 5, false, true},
    [TALLY_KIND_ADDED_VALUE] = {take_added_value, 5, false, true},
    [TALLY_KIND_GOAL] = {take_goal, 6, false, true},
    [TALLY_KIND_PATTERN] = {take_pattern, 7, false, true},
    [TALLY_KIND_FAMILY] = {take_family, 8, false, true},
    [TALLY_KIND_SPLIT_FAMILY] = {take_split_family, 8, false, true},
    [TALLY_KIND_FAMILY_GOALS] = {take_family_goals, 7, false, true},
    [TALLY_KIND_SPLIT_FAMILY_GOALS] = {take_split_family_goals, 7, false, true},
    [TALLY_KIND_FAMILY_SHARE] = {take_family_share, 7, false, true},
    [TALLY_KIND_SPLIT_FAMILY_SHARE] = {take_split_family_share, 7, false, true},
};

bool tally_line(struct tally_reading *r, const struct row *row)
{
    size_t kind = 0, n_cells;
    r->row = row;
    if (row->cells[0].text[0] == '#') {
        return true;
    }
    while (kind < N_TALLY_KINDS && !tally_field_is(r, 0, tally_kind_names[kind])) {
        kind++;
    }
    if (kind == N_TALLY_KINDS) {
        return tally_fault(r, 0,
                           "found a line of a kind that is not known, expected those of "
                           "version %s",
                           TALLY_VERSION);
    }
    if (lines[kind].of_head ? r->has_study : !r->has_study && !tally_study(r)) {
        return lines[kind].of_head
                   ? tally_fault(r, 0, "found a line of the head behind it, expected none")
                   : false;
    }
    n_cells =
        lines[kind].n_cells + (lines[kind].of_cohort ? r->into->plan.study.n_cohort_columns : 0);
    if (row->n_cells != n_cells) {
        return tally_fault(r, 0, "found %zu cells in this line, expected %zu", row->n_cells,
                           n_cells);
    }
    return lines[kind].take(r);
}
