/* io/write/tally_file.c - the head, the forms and the cells; and what comes after what. */
#include "io/write/tally_file.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "engine/id_checks.h"
#include "engine/tally_coarsen.h"
#include "io/write/printed.h"
#include "io/write/tally_writing.h"

/* --- the head --- */

static void write_head(struct tally_writing *w)
{
    const char *rest = w->head->description;
    char digest[SHA256_DIGEST_STRING_LENGTH];
    tally_put_words(w, TALLY_MARK TALLY_VERSION);
    tally_end(w);
    tally_comment(
        w, "Small cells are personal data: a count of 1 is one person's scores. No identifier");
    tally_comment(
        w, "and no item answer is in this file; keep it and send it as you would the forms.");
    tally_comment(
        w, "Do not edit it: the last line is a checksum. docs/tally-file.md tells of each line.");
    tally_put_words(w, "# Made by pellter ");
    tally_put_words(w, w->head->version);
    tally_end(w);
    tally_begin(w, TALLY_KIND_TITLE);
    tally_put_text(w, w->study->title);
    tally_end(w);
    tally_comment(w,
                  "What was computed, and its SHA-256: tallies of the same study can be merged.");
    SHA256Data((const uint8_t *)rest, strlen(rest), digest);
    tally_begin(w, TALLY_KIND_STUDY);
    tally_put_text(w, digest);
    tally_end(w);
    while (*rest != '\0') {
        const size_t n = strcspn(rest, "\n");
        char *const line = strndup(rest, n);
        w->no_memory = w->no_memory || line == NULL;
        tally_begin(w, TALLY_KIND_LINE);
        tally_put_text(w, line == NULL ? "" : line);
        tally_end(w);
        free(line);
        rest += n + (rest[n] == '\n');
    }
}

static void write_threshold(struct tally_writing *w)
{
    tally_comment(
        w, "threshold: cohorts of fewer respondents, and how many there are, all left out below");
    tally_begin(w, TALLY_KIND_THRESHOLD);
    tally_put_count(w, w->head->threshold);
    tally_put_count(w, w->withheld.n_cohorts);
    tally_end(w);
    for (size_t i = 0; i < w->study->n_measures; i++) {
        if (w->withheld.respondents[i] > 0) {
            tally_begin(w, TALLY_KIND_WITHHELD);
            tally_put_text(w, w->study->measures[i].label);
            tally_put_count(w, w->withheld.respondents[i]);
            tally_end(w);
        }
    }
}

/* --- forms --- */

static void write_measures(struct tally_writing *w)
{
    tally_comment(w, "measure,instrument,rows,used,blank,no_id,unknown_stage,outside_window,"
                     "duplicate_same,conflicting,too_few_items,respondents,moved,family");
    for (size_t i = 0; i < w->study->n_measures; i++) {
        const struct measure_counts *const counts = &w->counted->measures[i];
        tally_begin(w, TALLY_KIND_MEASURE);
        tally_put_text(w, w->study->measures[i].label);
        tally_put_count(w, counts->forms_read);
        for (size_t k = 0; k < N_FORM_REASONS; k++) {
            tally_put_count(w, counts->forms[k]);
        }
        tally_put_count(w, counts->respondents - w->withheld.respondents[i]);
        tally_put_count(w, counts->moved);
        tally_put_count(w, counts->has_family);
        tally_end(w);
    }
    tally_begin(w, TALLY_KIND_UNKNOWN_INFORMANTS);
    tally_put_count(w, w->counted->unknown_informants);
    tally_end(w);
}

static void write_sources(struct tally_writing *w)
{
    tally_comment(w, "source,file,rows,out_of_range,bad_date,bad_weight,bad_flag,bad_age,short_row,"
                     "long_row,unknown_informant");
    for (size_t i = 0; i < w->counted->n_sources; i++) {
        tally_begin(w, TALLY_KIND_SOURCE);
        tally_put_text(w, w->head->sources[i]);
        tally_put_count(w, w->counted->sources[i].rows);
        for (size_t k = 0; k < N_FINDING_KINDS; k++) {
            tally_put_count(w, w->counted->sources[i].cells[k]);
        }
        tally_end(w);
    }
}

/* Ids of a join stand under its first measure. */
static void write_ids(struct tally_writing *w)
{
    bool *const done = calloc(w->study->n_joins + 1, sizeof *done);
    const char *word;
    w->no_memory = w->no_memory || done == NULL;
    tally_comment(
        w, "ids,instrument,ids that differ from another in capitals, zeros or a final .0 only");
    for (size_t i = 0; i < w->study->n_measures && done != NULL; i++) {
        const struct measure *const measure = &w->study->measures[i];
        const struct id_counts *const ids = &w->counted->ids[measure->join];
        if (done[measure->join]) {
            continue;
        }
        done[measure->join] = true;
        tally_begin(w, TALLY_KIND_IDS);
        tally_put_text(w, measure->label);
        tally_put_count(w, ids->similar);
        tally_end(w);
        for (size_t k = 0; (word = summary_word(k)) != NULL; k++) {
            if ((ids->summary_words >> k & 1u) != 0) {
                tally_begin(w, TALLY_KIND_SUMMARY_ID);
                tally_put_text(w, measure->label);
                tally_put_text(w, word);
                tally_end(w);
            }
        }
    }
    free(done);
}

/* --- cells --- */

static int text_compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void number_category(const struct tally_writing *w, size_t n_categories, uint32_t *category)
{
    if (*category != NO_NAME) {
        const char *const text = names_text(w->counted->names, *category);
        const char **const found =
            bsearch(&text, w->categories, n_categories, sizeof *w->categories, text_compare);
        *category = (uint32_t)(found - w->categories);
    }
}

/* The same in what families have of goals by category, each of which is a goal's. */
static bool number_families(struct tally_writing *w, size_t n_categories)
{
    struct family_tally *const families = &w->families;
    for (size_t i = 0; i < families->n_cells; i++) {
        if (families->cells[i].of.later == FAMILY_ATTAINED + GOALS_BY_CATEGORY) {
            number_category(w, n_categories, &families->cells[i].of.about);
        }
    }
    for (size_t i = 0; i < families->n_splits; i++) {
        if (families->splits[i].of.later == FAMILY_ATTAINED + GOALS_BY_CATEGORY) {
            number_category(w, n_categories, &families->splits[i].of.about);
        }
    }
    return family_tally_sort(families);
}

/* Numbers categories by their texts, and puts the numbers into the goals. */
static bool number_categories(struct tally_writing *w)
{
    const struct names *const names = w->counted->names;
    struct tally *const tally = &w->tally;
    size_t n = 0, n_kept = 0;
    w->categories = calloc(tally->n_goals + 1, sizeof *w->categories);
    if (w->categories == NULL) {
        return false;
    }
    for (size_t i = 0; i < tally->n_goals; i++) {
        if (tally->goals[i].category != NO_NAME) {
            w->categories[n++] = names_text(names, tally->goals[i].category);
        }
    }
    qsort(w->categories, n, sizeof *w->categories, text_compare);
    for (size_t i = 0; i < n; i++) {
        if (n_kept == 0 || strcmp(w->categories[n_kept - 1], w->categories[i]) != 0) {
            w->categories[n_kept++] = w->categories[i];
        }
    }
    for (size_t i = 0; i < tally->n_goals; i++) {
        number_category(w, n_kept, &tally->goals[i].category);
    }
    return tally_sort(tally) && number_families(w, n_kept);
}

/* The tally with cohorts in printing order, whatever order they were met in. */
static bool number_cohorts(struct tally_writing *w)
{
    const size_t n = w->counted->cohorts->tuples.n_names;
    struct breakdown all = {.n_columns = w->study->n_cohort_columns};
    for (size_t i = 0; i < all.n_columns; i++) {
        all.columns[i] = i;
    }
    w->cohort_of = calloc(n + 1, sizeof *w->cohort_of);
    if (w->cohort_of == NULL || !grouping_init(&w->finest, w->counted->cohorts, &all) ||
        !tally_coarsen(&w->counted->tally, w->finest.group_of, &crew_of_one, &w->tally) ||
        !family_tally_renumber(&w->counted->families, w->finest.group_of, w->withheld.cohorts, NULL,
                               NULL, &w->families)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        w->cohort_of[w->finest.group_of[i]] = (uint32_t)i;
    }
    return number_categories(w);
}

static void put_code(struct tally_writing *w, tally_code code)
{
    if (tally_is_score(code)) {
        tally_put_whole(w, code);
    } else {
        tally_put_words(w, ",");
        tally_put_words(w, tally_reason_names[tally_reason(code)]);
    }
}

/* The scale and the stage go without saying. */
static void write_added_value(struct tally_writing *w, uint32_t cohort,
                              const struct cell_count *cell)
{
    tally_begin(w, TALLY_KIND_ADDED_VALUE);
    tally_put_cohort(w, cohort);
    tally_put_text(w, w->study->measures[w->study->scales[cell->scale].measure].label);
    put_code(w, cell->code);
    put_code(w, cell->later_code);
    tally_put_count(w, cell->count);
    tally_end(w);
}

/* The stage goes without saying. */
static void write_days(struct tally_writing *w, uint32_t cohort, const struct cell_count *cell)
{
    tally_begin(w, TALLY_KIND_DAYS);
    tally_put_cohort(w, cohort);
    tally_put_text(w, w->study->measures[w->study->scales[cell->scale].measure].label);
    tally_put_text(w, w->study->scales[cell->scale].scale->name);
    tally_put_whole(w, cell->code);
    tally_put_count(w, cell->count);
    tally_end(w);
}

static void write_cell(struct tally_writing *w, uint32_t cohort, const struct cell_count *cell)
{
    const struct study *const study = w->study;
    const bool is_pair = cell->later < study->n_stages;
    tally_begin(w, is_pair                           ? TALLY_KIND_PAIR
                   : cell->later == TALLY_ALL_STAGES ? TALLY_KIND_EVERY
                                                     : TALLY_KIND_SCORE);
    tally_put_cohort(w, cohort);
    tally_put_text(w, study->measures[study->scales[cell->scale].measure].label);
    tally_put_text(w, study->scales[cell->scale].scale->name);
    tally_put_text(w, study->stages[cell->stage].name);
    if (is_pair) {
        tally_put_text(w, study->stages[cell->later].name);
    }
    put_code(w, cell->code);
    if (is_pair) {
        put_code(w, cell->later_code);
    }
    tally_put_count(w, cell->count);
    tally_end(w);
}

static void write_run(struct tally_writing *w, uint32_t cohort, const struct cell_run *run)
{
    struct cell_cursor at = run_cells(run);
    while (cell_next(&at)) {
        if (at.cell.later == TALLY_PREDICTED) {
            write_added_value(w, cohort, &at.cell);
        } else if (at.cell.later == TALLY_DAYS) {
            write_days(w, cohort, &at.cell);
        } else {
            write_cell(w, cohort, &at.cell);
        }
    }
}

static void write_goal(struct tally_writing *w, const struct goal_cell *goal)
{
    tally_begin(w, TALLY_KIND_GOAL);
    tally_put_cohort(w, goal->cohort);
    tally_put_text(w, goal->category == NO_NAME ? "" : w->categories[goal->category]);
    tally_put_count(w, goal->flags);
    tally_put_text(w, tally_occasion_names[goal->occasion]);
    if (goal->halves == GOAL_NOT_REVIEWED) {
        tally_put_text(w, TALLY_NOT_REVIEWED);
    } else {
        tally_put_whole(w, goal->halves);
    }
    tally_put_count(w, goal->count);
    tally_end(w);
}

/* A whole number of up to 128 bits, behind a blank unless it is the first. */
static void put_sum(struct tally_writing *w, int128 sum, bool first)
{
    char text[48];
    size_t at = sizeof text;
    const bool negative = sum < 0;
    text[--at] = '\0';
    do {
        const int digit = (int)(sum % 10);
        text[--at] = (char)('0' + (digit < 0 ? -digit : digit));
        sum /= 10;
    } while (sum != 0);
    if (negative) {
        text[--at] = '-';
    }
    tally_put_words(w, first ? "," : " ");
    tally_put_words(w, text + at);
}

static void write_pattern(struct tally_writing *w, const struct pattern *pattern)
{
    const struct study *const study = w->study;
    const int128 *const terms = w->tally.patterns.terms + pattern->terms;
    const size_t m = pattern_n_stages(pattern->stages), n = pattern_n_terms(pattern->stages);
    tally_begin(w, TALLY_KIND_PATTERN);
    tally_put_cohort(w, pattern->cohort);
    tally_put_text(w, study->measures[study->scales[pattern->scale].measure].label);
    tally_put_text(w, study->scales[pattern->scale].scale->name);
    tally_put_words(w, ",");
    for (size_t i = 0; i < study->n_stages; i++) {
        tally_put_words(w, (pattern->stages >> i & 1u) != 0 ? "x" : ".");
    }
    tally_put_count(w, pattern->n);
    for (size_t i = 0; i < n; i++) {
        put_sum(w, terms[i], i == 0 || i == m);
    }
    tally_end(w);
}

static bool is_withheld(const struct tally_writing *w, uint32_t number)
{
    return w->withheld.cohorts[w->cohort_of[number]];
}

static void write_cells(struct tally_writing *w)
{
    tally_comment(w, "Scores are whole units of their scale, or the reason why there is none.");
    tally_comment_cells(w, "score", ",instrument,scale,stage,score,count");
    tally_comment_cells(w, "every",
                        ",instrument,scale,stage,score,count (with a score at every stage)");
    tally_comment_cells(w, "pair", ",instrument,scale,stage,later stage,score,later score,count");
    if (study_keeps_dates(w->study)) {
        tally_comment_cells(w, "days", ",instrument,scale,days between the forms,count");
    }
    if (w->study->added_value) {
        tally_comment_cells(w, "added_value",
                            ",instrument,seen in tenths,predicted in tenths,count");
    }
    for (uint32_t cohort = 0; cohort < w->tally.n_cohorts && !ferror(w->out); cohort++) {
        const struct cells *const cells = &w->tally.cohorts[cohort].cells;
        const unsigned char *next = cells->bytes;
        struct cell_run run;
        while (!is_withheld(w, cohort) && cells_next_run(cells, &next, &run)) {
            write_run(w, cohort, &run);
        }
    }
    tally_comment_cells(w, "goal", ",category,flags,occasion,level in halves,count");
    for (size_t i = 0; i < w->tally.n_goals; i++) {
        if (!is_withheld(w, w->tally.goals[i].cohort)) {
            write_goal(w, &w->tally.goals[i]);
        }
    }
    tally_comment(
        w, "x: a score at this stage; sums of scores, and of products of two stages (1 1, 2 1, "
           "2 2, 3 1, ...)");
    tally_comment_cells(w, "pattern", ",instrument,scale,stages,count,sums,products");
    for (size_t i = 0; i < w->tally.patterns.n && !ferror(w->out); i++) {
        if (!is_withheld(w, w->tally.patterns.list[i].cohort)) {
            write_pattern(w, &w->tally.patterns.list[i]);
        }
    }
}

/* Values of cohort columns that nobody counts under: a merge warns of two that look alike, as a
   report does. A site that withholds small cohorts withholds those without anybody. */
static bool write_values(struct tally_writing *w)
{
    const struct cohorts *const cohorts = w->counted->cohorts;
    const size_t n = cohorts->values.n_names;
    bool *const used = calloc(n + 1, sizeof *used);
    const char **const texts = calloc(n + 1, sizeof *texts);
    size_t n_texts = 0;
    for (uint32_t i = 0; used != NULL && i < w->counted->tally.n_cohorts; i++) {
        for (size_t k = 0; k < cohorts->n_columns && tally_has(&w->counted->tally, i);
             k++) {
            used[cohorts_value_of(cohorts, i, k)] = true;
        }
    }
    for (size_t i = 1; used != NULL && texts != NULL && i < n; i++) { /* 0 is always there */
        if (!used[i]) {
            texts[n_texts++] = names_text(&cohorts->values, (uint32_t)i);
        }
    }
    if (n_texts > 0 && w->head->threshold == 0) {
        qsort(texts, n_texts, sizeof *texts, text_compare);
        tally_comment(w, "value,of a cohort column, under which nobody counts");
        for (size_t i = 0; i < n_texts; i++) {
            tally_begin(w, TALLY_KIND_VALUE);
            tally_put_text(w, texts[i]);
            tally_end(w);
        }
    }
    w->no_memory = w->no_memory || used == NULL || texts == NULL;
    free(used);
    free(texts);
    return !w->no_memory;
}

/* --- all --- */

/* A reader finds an instrument and its scale by name. */
static struct fault check_names(const char *name, const struct study *study)
{
    for (size_t i = 0; i < study->n_measures; i++) {
        for (size_t k = 0; k < i; k++) {
            if (strcmp(study->measures[i].label, study->measures[k].label) == 0) {
                return fault_at(FAULT_CONTENT, name, 0, 0,
                                "two instruments are called \"%s\", which a tally cannot tell "
                                "apart; expected a name for each",
                                study->measures[i].label);
            }
        }
    }
    return FAULT_FREE;
}

static void write_checksum(struct tally_writing *w)
{
    char digest[SHA256_DIGEST_STRING_LENGTH];
    SHA256End(&w->checksum, digest);
    fprintf(w->out, "%s%s\n", TALLY_CHECKSUM, digest);
}

static void write_all(struct tally_writing *w)
{
    write_head(w);
    write_threshold(w);
    write_measures(w);
    write_sources(w);
    write_ids(w);
    tally_write_scoring(w);
    tally_write_items(w);
    if (write_values(w)) {
        write_cells(w);
        tally_write_item_sums(w);
        tally_write_families(w);
    }
}

struct fault write_tally(FILE *out, const char *name, const struct counted *counted,
                         const struct tally_head *head)
{
    struct tally_writing w = {
        .out = out,
        .counted = counted,
        .study = counted->study,
        .head = head,
        .least_forms = head->threshold > TALLY_FEWEST_FORMS ? head->threshold : TALLY_FEWEST_FORMS};
    struct fault fault = check_names(name, counted->study);
    if (fault.code != FAULT_NONE) {
        return fault;
    }
    SHA256Init(&w.checksum);
    w.no_memory =
        !withheld_find(counted, head->threshold, &w.withheld) ||
        !items_sent_find(counted, &w.withheld, w.least_forms, head->threshold, &w.items) ||
        !number_cohorts(&w);
    if (!w.no_memory) {
        write_all(&w);
    }
    /* Without its last line the file is one that was cut off, and is refused as such. */
    if (!w.no_memory) {
        write_checksum(&w);
    }
    fault = w.no_memory ? fault_memory() : printed_flush(out, name);
    withheld_free(&w.withheld);
    items_sent_free(&w.items);
    grouping_free(&w.finest);
    tally_free(&w.tally);
    family_tally_free(&w.families);
    free(w.cohort_of);
    free(w.categories);
    free(w.line);
    return fault;
}
