/* io/write/tally_file.c - one line at a time goes through a buffer, so that the checksum sees the
   bytes that the file gets. Every line is of one kind, which its first cell says; a comment before
   the first of a kind names the columns. */
#include "io/write/tally_file.h"

#include <assert.h>
#include <inttypes.h>
#include <sha256.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "engine/id_checks.h"
#include "engine/items_sent.h"
#include "io/tally_format.h"
#include "io/write/printed.h"

/* What a spreadsheet would run, and what a reader would take off, at the start of a text. */
#define AWKWARD_STARTS "=+-@| \t\r\n"

struct writing {
    FILE *out;
    SHA2_CTX checksum;
    const struct counted *counted;
    const struct study *study;
    const struct tally_head *head;
    struct withheld withheld;
    struct items_sent items;
    struct tally tally;           /* owned: cohorts and categories are numbered as they print */
    struct family_tally families; /* owned: likewise, without cohorts that are withheld */
    uint32_t *cohort_of;          /* owned: the cohort of each such number ... */
    struct grouping finest;       /* ... and back */
    const char **categories;      /* owned: the texts of its categories */
    char *line;                   /* owned: the line in the making, n_line bytes of it */
    size_t n_line, line_capacity;
    bool no_memory;
};

/* --- lines --- */

static void put_bytes(struct writing *w, const char *bytes, size_t n)
{
    if (!array_grow(&w->line, &w->line_capacity, w->n_line + n, 1)) {
        w->no_memory = true;
        return;
    }
    memcpy(w->line + w->n_line, bytes, n);
    w->n_line += n;
}

static void put_words(struct writing *w, const char *text)
{
    put_bytes(w, text, strlen(text));
}

/* White space that takes several bytes (U+00A0, U+FEFF) is taken off a cell as well. */
static bool is_awkward(const char *text)
{
    const size_t n = strlen(text);
    const unsigned char last = n > 0 ? (unsigned char)text[n - 1] : 'x';
    const unsigned char before_last = n > 1 ? (unsigned char)text[n - 2] : 'x';
    return n > 0 && (strchr(AWKWARD_STARTS, text[0]) != NULL || last <= ' ' ||
                     strncmp(text, "\xc2\xa0", 2) == 0 || strncmp(text, "\xef\xbb\xbf", 3) == 0 ||
                     (before_last == 0xc2 && last == 0xa0) ||
                     (before_last == 0xbb && last == 0xbf) || (unsigned char)text[0] < ' ');
}

/* A cell with a separator before it. */
static void put_text(struct writing *w, const char *text)
{
    const bool quoted = strpbrk(text, ",\"\r\n") != NULL, barred = is_awkward(text);
    put_words(w, quoted ? ",\"" : ",");
    put_words(w, barred ? "|" : "");
    while (*text != '\0') {
        const size_t plain = strcspn(text, "\"");
        put_bytes(w, text, plain);
        text += plain;
        if (*text == '"') {
            put_words(w, "\"\"");
            text++;
        }
    }
    put_words(w, barred ? "|" : "");
    put_words(w, quoted ? "\"" : "");
}

static void put_whole(struct writing *w, int64_t number)
{
    char text[24];
    snprintf(text, sizeof text, ",%" PRId64, number);
    put_words(w, text);
}

static void put_count(struct writing *w, uint64_t count)
{
    char text[24];
    snprintf(text, sizeof text, ",%" PRIu64, count);
    put_words(w, text);
}

static void begin(struct writing *w, enum tally_kind kind)
{
    put_words(w, tally_kind_names[kind]);
}

static void end(struct writing *w)
{
    put_words(w, "\n");
    if (!w->no_memory) {
        SHA256Update(&w->checksum, (const uint8_t *)w->line, w->n_line);
        fwrite(w->line, 1, w->n_line, w->out);
    }
    w->n_line = 0;
}

static void comment(struct writing *w, const char *text)
{
    put_words(w, "# ");
    put_words(w, text);
    end(w);
}

/* --- the head --- */

static void write_head(struct writing *w)
{
    const char *rest = w->head->description;
    char digest[SHA256_DIGEST_STRING_LENGTH];
    put_words(w, TALLY_MARK TALLY_VERSION);
    end(w);
    comment(w, "Small cells are personal data: a count of 1 is one person's scores. No identifier");
    comment(w, "and no item answer is in this file; keep it and send it as you would the forms.");
    comment(w,
            "Do not edit it: the last line is a checksum. docs/tally-file.md tells of each line.");
    put_words(w, "# Made by pellter ");
    put_words(w, w->head->version);
    end(w);
    begin(w, TALLY_KIND_TITLE);
    put_text(w, w->study->title);
    end(w);
    comment(w, "What was computed, and its SHA-256: tallies of the same study can be merged.");
    SHA256Data((const uint8_t *)rest, strlen(rest), digest);
    begin(w, TALLY_KIND_STUDY);
    put_text(w, digest);
    end(w);
    while (*rest != '\0') {
        const size_t n = strcspn(rest, "\n");
        char *const line = strndup(rest, n);
        w->no_memory = w->no_memory || line == NULL;
        begin(w, TALLY_KIND_LINE);
        put_text(w, line == NULL ? "" : line);
        end(w);
        free(line);
        rest += n + (rest[n] == '\n');
    }
}

static void write_threshold(struct writing *w)
{
    comment(w,
            "threshold: cohorts of fewer respondents, and how many there are, all left out below");
    begin(w, TALLY_KIND_THRESHOLD);
    put_count(w, w->head->threshold);
    put_count(w, w->withheld.n_cohorts);
    end(w);
    for (size_t i = 0; i < w->study->n_measures; i++) {
        if (w->withheld.respondents[i] > 0) {
            begin(w, TALLY_KIND_WITHHELD);
            put_text(w, w->study->measures[i].label);
            put_count(w, w->withheld.respondents[i]);
            end(w);
        }
    }
}

/* --- forms --- */

static void write_measures(struct writing *w)
{
    comment(w, "measure,instrument,rows,used,blank,no_id,unknown_stage,outside_window,"
               "duplicate_same,conflicting,too_few_items,respondents,moved,family");
    for (size_t i = 0; i < w->study->n_measures; i++) {
        const struct measure_counts *const counts = &w->counted->measures[i];
        begin(w, TALLY_KIND_MEASURE);
        put_text(w, w->study->measures[i].label);
        put_count(w, counts->forms_read);
        for (size_t k = 0; k < N_FORM_REASONS; k++) {
            put_count(w, counts->forms[k]);
        }
        put_count(w, counts->respondents - w->withheld.respondents[i]);
        put_count(w, counts->moved);
        put_count(w, counts->has_family);
        end(w);
    }
    begin(w, TALLY_KIND_UNKNOWN_INFORMANTS);
    put_count(w, w->counted->unknown_informants);
    end(w);
}

static void write_sources(struct writing *w)
{
    comment(w, "source,file,rows,out_of_range,bad_date,bad_weight,bad_flag,bad_age,short_row,"
               "long_row,unknown_informant");
    for (size_t i = 0; i < w->counted->n_sources; i++) {
        begin(w, TALLY_KIND_SOURCE);
        put_text(w, w->head->sources[i]);
        put_count(w, w->counted->sources[i].rows);
        for (size_t k = 0; k < N_FINDING_KINDS; k++) {
            put_count(w, w->counted->sources[i].cells[k]);
        }
        end(w);
    }
}

/* Ids of a join stand under its first measure. */
static void write_ids(struct writing *w)
{
    bool *const done = calloc(w->study->n_joins + 1, sizeof *done);
    const char *word;
    w->no_memory = w->no_memory || done == NULL;
    comment(w, "ids,instrument,ids that differ from another in capitals, zeros or a final .0 only");
    for (size_t i = 0; i < w->study->n_measures && done != NULL; i++) {
        const struct measure *const measure = &w->study->measures[i];
        const struct id_counts *const ids = &w->counted->ids[measure->join];
        if (done[measure->join]) {
            continue;
        }
        done[measure->join] = true;
        begin(w, TALLY_KIND_IDS);
        put_text(w, measure->label);
        put_count(w, ids->similar);
        end(w);
        for (size_t k = 0; (word = summary_word(k)) != NULL; k++) {
            if ((ids->summary_words >> k & 1u) != 0) {
                begin(w, TALLY_KIND_SUMMARY_ID);
                put_text(w, measure->label);
                put_text(w, word);
                end(w);
            }
        }
    }
    free(done);
}

/* --- items --- */

static uint64_t least_forms(const struct writing *w)
{
    return w->head->threshold > TALLY_FEWEST_FORMS ? w->head->threshold : TALLY_FEWEST_FORMS;
}

static bool enough_forms(const struct writing *w, uint64_t n)
{
    /* Sums are of all cohorts: less those that are sent, they would be those of the withheld. */
    return n >= least_forms(w) && w->withheld.n_cohorts == 0;
}

/* Also less the sums of cross-products that are sent, they must be of so many forms, or of none. */
static bool sums_are_sent(const struct writing *w, size_t measure, size_t group, uint64_t n)
{
    const uint64_t n_sent = w->items.n_sent[measure * MAX_GROUPS + group];
    return enough_forms(w, n) && (n == n_sent || n - n_sent >= least_forms(w));
}

/* The scale whose sums an item's are compared with; NULL: none. */
static const struct scale_sums *owner_of(const struct writing *w, const struct measure *measure,
                                         size_t group, size_t item)
{
    const struct item_checks *const checks = &w->counted->checks;
    for (size_t i = 0; i < measure->instrument->n_scales; i++) {
        const struct scale *const scale = &measure->instrument->scales[i];
        if (checks->owns_items[measure->first_scale + i] && scale->group == group &&
            memchr(scale->items, (int)item, scale->n_items) != NULL) {
            return &checks->scales[measure->first_scale + i];
        }
    }
    return NULL;
}

static void put_sums_of_item(struct writing *w, const struct item_sums *sums, bool known)
{
    if (known) {
        put_whole(w, sums->sum);
        put_whole(w, sums->sum_square);
        put_whole(w, sums->sum_product);
    } else {
        put_words(w, ",,,");
    }
}

/* True: something was left out. */
static bool write_item(struct writing *w, const struct measure *measure, size_t m, size_t group,
                       size_t item)
{
    const struct item_sums *const sums = item_at(&w->counted->checks, m, group, item);
    const struct scale_sums *const owner = owner_of(w, measure, group, item);
    const uint64_t answered = sums->n + sums->n_one_below + sums->n_one_above;
    const bool has_sums = owner != NULL && owner->n > 0;
    const bool sums_known = !has_sums || sums_are_sent(w, m, group, (uint64_t)owner->n);
    if (answered == 0) {
        return false;
    }
    if (!enough_forms(w, answered)) {
        return true;
    }
    begin(w, TALLY_KIND_ITEM);
    put_text(w, measure->label);
    put_text(w, measure->instrument->groups[group].name);
    put_count(w, item + 1);
    put_count(w, sums->n);
    put_count(w, sums->n_lowest);
    put_count(w, sums->n_highest);
    put_count(w, sums->n_one_below);
    put_count(w, sums->n_one_above);
    put_sums_of_item(w, sums, sums_known);
    end(w);
    return !sums_known;
}

static void write_items(struct writing *w)
{
    comment(w, "item,instrument,group,item,answered,lowest,highest,one_below,one_above,sum,"
               "sum_square,sum_product: over all forms, never of fewer than 10");
    for (size_t m = 0; m < w->study->n_measures; m++) {
        const struct measure *const measure = &w->study->measures[m];
        bool left_out = false;
        for (size_t g = 0; g < measure->instrument->n_groups; g++) {
            for (size_t i = 0; i < measure->instrument->groups[g].n_items; i++) {
                left_out = write_item(w, measure, m, g, i) || left_out;
            }
        }
        if (left_out) {
            begin(w, TALLY_KIND_UNCHECKED);
            put_text(w, measure->label);
            end(w);
        }
    }
}

static void write_one_scoring(struct writing *w, size_t scale)
{
    const struct scale_sums *const sums = &w->counted->checks.scales[scale];
    const char *const label = w->study->measures[w->study->scales[scale].measure].label;
    const char *const name = w->study->scales[scale].scale->name;
    begin(w, TALLY_KIND_SCORING);
    put_text(w, label);
    put_text(w, name);
    put_count(w, sums->audit.complete);
    put_count(w, sums->audit.prorated);
    put_count(w, sums->audit.unscored);
    if (sums->n == 0 || sums_are_sent(w, w->study->scales[scale].measure,
                                      w->study->scales[scale].scale->group, (uint64_t)sums->n)) {
        put_whole(w, sums->n);
        put_whole(w, sums->sum);
        put_whole(w, sums->sum_square);
    } else {
        put_words(w, ",,,");
    }
    end(w);
    for (size_t i = 0; i <= MAX_ITEMS; i++) {
        if (sums->audit.prorated_from[i] > 0) {
            begin(w, TALLY_KIND_PRORATED);
            put_text(w, label);
            put_text(w, name);
            put_count(w, i);
            put_count(w, sums->audit.prorated_from[i]);
            end(w);
        }
    }
}

static void write_scoring(struct writing *w)
{
    comment(w, "age,instrument,forms,outside the range of the form");
    for (size_t m = 0; m < w->study->n_measures; m++) {
        begin(w, TALLY_KIND_AGE);
        put_text(w, w->study->measures[m].label);
        put_count(w, w->counted->checks.ages[m]);
        put_count(w, w->counted->checks.ages_outside[m]);
        end(w);
    }
    comment(w, "scoring,instrument,scale,complete,prorated,not_scored,forms,sum,sum_square");
    for (size_t s = 0; s < w->study->n_scales; s++) {
        write_one_scoring(w, s);
    }
}

/* --- cells --- */

static int text_compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void number_category(const struct writing *w, size_t n_categories, uint32_t *category)
{
    if (*category != NO_NAME) {
        const char *const text = names_text(w->counted->names, *category);
        const char **const found =
            bsearch(&text, w->categories, n_categories, sizeof *w->categories, text_compare);
        *category = (uint32_t)(found - w->categories);
    }
}

/* The same in what families have of goals by category, each of which is a goal's. */
static bool number_families(struct writing *w, size_t n_categories)
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
static bool number_categories(struct writing *w)
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
    tally_sort(tally);
    return number_families(w, n_kept);
}

/* The tally with cohorts in printing order, whatever order they were met in. */
static bool number_cohorts(struct writing *w)
{
    const size_t n = w->counted->cohorts->tuples.n_names;
    struct breakdown all = {.n_columns = w->study->n_cohort_columns};
    for (size_t i = 0; i < all.n_columns; i++) {
        all.columns[i] = i;
    }
    w->cohort_of = calloc(n + 1, sizeof *w->cohort_of);
    if (w->cohort_of == NULL || !grouping_init(&w->finest, w->counted->cohorts, &all) ||
        !tally_coarsen(&w->counted->tally, w->finest.group_of, &w->tally) ||
        !family_tally_renumber(&w->counted->families, w->finest.group_of, w->withheld.cohorts, NULL,
                               &w->families)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        w->cohort_of[w->finest.group_of[i]] = (uint32_t)i;
    }
    return number_categories(w);
}

static void put_cohort(struct writing *w, uint32_t number)
{
    const struct cohorts *const cohorts = w->counted->cohorts;
    for (size_t i = 0; i < w->study->n_cohort_columns; i++) {
        put_text(w,
                 names_text(&cohorts->values, cohorts_value_of(cohorts, w->cohort_of[number], i)));
    }
}

static void put_code(struct writing *w, tally_code code)
{
    if (tally_is_score(code)) {
        put_whole(w, code);
    } else {
        put_words(w, ",");
        put_words(w, tally_reason_names[tally_reason(code)]);
    }
}

/* The scale and the stage go without saying. */
static void write_added_value(struct writing *w, uint32_t cohort, const struct cell_count *cell)
{
    begin(w, TALLY_KIND_ADDED_VALUE);
    put_cohort(w, cohort);
    put_text(w, w->study->measures[w->study->scales[cell->scale].measure].label);
    put_code(w, cell->code);
    put_code(w, cell->later_code);
    put_count(w, cell->count);
    end(w);
}

/* The stage goes without saying. */
static void write_days(struct writing *w, uint32_t cohort, const struct cell_count *cell)
{
    begin(w, TALLY_KIND_DAYS);
    put_cohort(w, cohort);
    put_text(w, w->study->measures[w->study->scales[cell->scale].measure].label);
    put_text(w, w->study->scales[cell->scale].scale->name);
    put_whole(w, cell->code);
    put_count(w, cell->count);
    end(w);
}

static void write_cell(struct writing *w, uint32_t cohort, const struct cell_count *cell)
{
    const struct study *const study = w->study;
    const bool is_pair = cell->later < study->n_stages;
    begin(w, is_pair                           ? TALLY_KIND_PAIR
             : cell->later == TALLY_ALL_STAGES ? TALLY_KIND_EVERY
                                               : TALLY_KIND_SCORE);
    put_cohort(w, cohort);
    put_text(w, study->measures[study->scales[cell->scale].measure].label);
    put_text(w, study->scales[cell->scale].scale->name);
    put_text(w, study->stages[cell->stage].name);
    if (is_pair) {
        put_text(w, study->stages[cell->later].name);
    }
    put_code(w, cell->code);
    if (is_pair) {
        put_code(w, cell->later_code);
    }
    put_count(w, cell->count);
    end(w);
}

static void write_goal(struct writing *w, const struct goal_cell *goal)
{
    begin(w, TALLY_KIND_GOAL);
    put_cohort(w, goal->cohort);
    put_text(w, goal->category == NO_NAME ? "" : w->categories[goal->category]);
    put_count(w, goal->flags);
    put_text(w, tally_occasion_names[goal->occasion]);
    if (goal->halves == GOAL_NOT_REVIEWED) {
        put_text(w, TALLY_NOT_REVIEWED);
    } else {
        put_whole(w, goal->halves);
    }
    put_count(w, goal->count);
    end(w);
}

/* A whole number of up to 128 bits, behind a blank unless it is the first. */
static void put_sum(struct writing *w, int128 sum, bool first)
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
    put_words(w, first ? "," : " ");
    put_words(w, text + at);
}

static void write_pattern(struct writing *w, const struct pattern *pattern)
{
    const struct study *const study = w->study;
    const int128 *const terms = w->tally.patterns.terms + pattern->terms;
    const size_t m = pattern_n_stages(pattern->stages), n = pattern_n_terms(pattern->stages);
    begin(w, TALLY_KIND_PATTERN);
    put_cohort(w, pattern->cohort);
    put_text(w, study->measures[study->scales[pattern->scale].measure].label);
    put_text(w, study->scales[pattern->scale].scale->name);
    put_words(w, ",");
    for (size_t i = 0; i < study->n_stages; i++) {
        put_words(w, (pattern->stages >> i & 1u) != 0 ? "x" : ".");
    }
    put_count(w, pattern->n);
    for (size_t i = 0; i < n; i++) {
        put_sum(w, terms[i], i == 0 || i == m);
    }
    end(w);
}

static void comment_cells(struct writing *w, const char *kind, const char *columns)
{
    put_words(w, "# ");
    put_words(w, kind);
    for (size_t i = 0; i < w->study->n_cohort_columns; i++) {
        put_text(w, w->study->cohort_columns[i]);
    }
    put_words(w, columns);
    end(w);
}

/* The rest of a line of cross-products, behind its cohort: without sums, only how many forms. */
static void end_item_sums(struct writing *w, size_t sheet, size_t stage, uint64_t n,
                          const uint64_t sums[])
{
    const struct measure *const measure = &w->study->measures[sheet / MAX_GROUPS];
    const size_t n_items = w->counted->items.sheets[sheet].n_items;
    put_text(w, measure->label);
    put_text(w, measure->instrument->groups[sheet % MAX_GROUPS].name);
    put_text(w, stage < w->study->n_stages ? w->study->stages[stage].name : "");
    put_count(w, n);
    put_words(w, ",");
    for (size_t i = 0; i < item_sums_size(n_items) && sums != NULL; i++) {
        char text[24];
        snprintf(text, sizeof text, i == 0 ? "%" PRIu64 : " %" PRIu64, sums[i]);
        put_words(w, text);
    }
    end(w);
}

static void write_item_cell(struct writing *w, size_t sheet, uint32_t cohort, size_t stage)
{
    const uint64_t *sums;
    const struct item_cell *const cell =
        item_sheet_find(&w->counted->items.sheets[sheet], w->cohort_of[cohort], stage, &sums);
    const enum item_sending sending =
        cell == NULL ? ITEMS_HIDDEN : items_sent_cell(&w->items, sheet, cell);
    if (sending != ITEMS_HIDDEN) {
        begin(w, TALLY_KIND_ITEMS);
        put_cohort(w, cohort);
        end_item_sums(w, sheet, stage, cell->n, sending == ITEMS_SENT ? sums : NULL);
    }
}

/* The forms that are apart, together. */
static void write_item_rest(struct writing *w, size_t sheet, size_t stage)
{
    const struct item_sheet *const s = &w->counted->items.sheets[sheet];
    const size_t n_sums = item_sums_size(s->n_items);
    const struct items_rest rest = items_sent_rest(&w->items, sheet, stage);
    uint64_t *const total = calloc(n_sums, sizeof *total);
    w->no_memory = w->no_memory || total == NULL;
    for (size_t i = 0; i < s->n_cells && total != NULL; i++) {
        if (s->cells[i].stage == stage &&
            items_sent_cell(&w->items, sheet, &s->cells[i]) == ITEMS_APART) {
            for (size_t k = 0; k < n_sums; k++) {
                total[k] += s->sums[i * n_sums + k];
            }
        }
    }
    if (rest.sent && total != NULL) {
        begin(w, TALLY_KIND_ITEMS_REST);
        end_item_sums(w, sheet, stage, rest.n, total);
    }
    free(total);
}

static void write_item_stage(struct writing *w, size_t sheet, size_t stage)
{
    const uint64_t *sums;
    const struct item_cell *const cell =
        item_sheet_find(&w->counted->items.sheets[sheet], ITEM_NO_COHORT, stage, &sums);
    const enum item_sending sending =
        cell == NULL ? ITEMS_HIDDEN : items_sent_cell(&w->items, sheet, cell);
    if (sending != ITEMS_HIDDEN) {
        begin(w, TALLY_KIND_ITEMS_OF_STAGE);
        end_item_sums(w, sheet, stage, cell->n, sending == ITEMS_SENT ? sums : NULL);
    }
}

static void write_item_sheet(struct writing *w, size_t sheet)
{
    const struct item_sheet *const s = &w->counted->items.sheets[sheet];
    for (size_t stage = 0; stage <= w->study->n_stages && s->n_cells > 0; stage++) {
        if (s->without_cohorts) {
            write_item_stage(w, sheet, stage);
            continue;
        }
        for (uint32_t cohort = 0; cohort < w->finest.n_groups; cohort++) {
            write_item_cell(w, sheet, cohort, stage);
        }
        write_item_rest(w, sheet, stage);
    }
}

static void write_item_tally(struct writing *w)
{
    comment(w, "Forms that answer all items of a group: sums of the items from 0 up, and of the");
    comment(w,
            "products of the first with each, the second with each from itself on, ...; none of");
    comment(w, "fewer than 10 forms, which stand together in items_rest where they are enough.");
    comment_cells(w, "items", ",instrument,group,stage,forms,sums");
    comment(w, "items_rest,instrument,group,stage,forms,sums");
    comment(w, "items_of_stage,instrument,group,stage,forms,sums (of too many cohorts)");
    for (size_t i = 0; i < w->study->n_measures * MAX_GROUPS && !ferror(w->out); i++) {
        write_item_sheet(w, i);
    }
}

static bool is_withheld(const struct writing *w, uint32_t number)
{
    return w->withheld.cohorts[w->cohort_of[number]];
}

static void write_cells(struct writing *w)
{
    comment(w, "Scores are whole units of their scale, or the reason why there is none.");
    comment_cells(w, "score", ",instrument,scale,stage,score,count");
    comment_cells(w, "every", ",instrument,scale,stage,score,count (with a score at every stage)");
    comment_cells(w, "pair", ",instrument,scale,stage,later stage,score,later score,count");
    if (study_keeps_dates(w->study)) {
        comment_cells(w, "days", ",instrument,scale,days between the forms,count");
    }
    if (w->study->added_value) {
        comment_cells(w, "added_value", ",instrument,seen in tenths,predicted in tenths,count");
    }
    for (uint32_t cohort = 0; cohort < w->tally.n_cohorts && !ferror(w->out); cohort++) {
        const struct cohort_cells *const cells = &w->tally.cohorts[cohort];
        for (size_t i = 0; i < cells->n && !is_withheld(w, cohort); i++) {
            if (cells->cells[i].later == TALLY_PREDICTED) {
                write_added_value(w, cohort, &cells->cells[i]);
            } else if (cells->cells[i].later == TALLY_DAYS) {
                write_days(w, cohort, &cells->cells[i]);
            } else {
                write_cell(w, cohort, &cells->cells[i]);
            }
        }
    }
    comment_cells(w, "goal", ",category,flags,occasion,level in halves,count");
    for (size_t i = 0; i < w->tally.n_goals; i++) {
        if (!is_withheld(w, w->tally.goals[i].cohort)) {
            write_goal(w, &w->tally.goals[i]);
        }
    }
    comment(w, "x: a score at this stage; sums of scores, and of products of two stages (1 1, 2 1, "
               "2 2, 3 1, ...)");
    comment_cells(w, "pattern", ",instrument,scale,stages,count,sums,products");
    for (size_t i = 0; i < w->tally.patterns.n && !ferror(w->out); i++) {
        if (!is_withheld(w, w->tally.patterns.list[i].cohort)) {
            write_pattern(w, &w->tally.patterns.list[i]);
        }
    }
}

/* What is added up in a family: a change between stages, a share of people, or goals attained. */
static enum tally_kind family_kind(const struct family_sum *of, bool is_split)
{
    if (of->later < FAMILY_SHARE) {
        return is_split ? TALLY_KIND_SPLIT_FAMILY : TALLY_KIND_FAMILY;
    }
    if (of->later < FAMILY_ATTAINED) {
        return is_split ? TALLY_KIND_SPLIT_FAMILY_SHARE : TALLY_KIND_FAMILY_SHARE;
    }
    return is_split ? TALLY_KIND_SPLIT_FAMILY_GOALS : TALLY_KIND_FAMILY_GOALS;
}

static void put_attained(struct writing *w, const struct family_sum *of)
{
    const size_t dimension = of->later - (size_t)FAMILY_ATTAINED;
    put_text(w, tally_occasion_names[of->stage]);
    if (dimension < GOALS_BY_FLAG) {
        put_text(w, tally_dimension_names[dimension]);
        put_text(w, dimension == GOALS_ANY || of->about == NO_NAME ? "" : w->categories[of->about]);
    } else {
        char flag[sizeof TALLY_FLAG + 24];
        snprintf(flag, sizeof flag, TALLY_FLAG "%zu", dimension - GOALS_BY_FLAG + 1);
        put_text(w, flag);
        put_text(w, tally_flag_values[of->about]);
    }
}

static void put_family_sum(struct writing *w, uint32_t cohort, const struct family_sum *of)
{
    const struct study *const study = w->study;
    put_cohort(w, cohort);
    if (of->later >= FAMILY_ATTAINED) {
        put_attained(w, of);
        return;
    }
    put_text(w, study->measures[study->scales[of->scale].measure].label);
    put_text(w, study->scales[of->scale].scale->name);
    if (of->later < FAMILY_SHARE) {
        put_text(w, study->stages[of->stage].name);
        put_text(w, study->stages[of->later].name);
    } else {
        put_text(w, tally_share_names[of->later == FAMILY_ADDED_VALUE ? N_FAMILY_SHARES
                                                                      : of->later - FAMILY_SHARE]);
    }
}

static void write_families(struct writing *w)
{
    const struct family_tally *const families = &w->families;
    if (families->n_cells + families->n_splits == 0) {
        return;
    }
    comment_cells(w, "family", ",instrument,scale,stage,later stage,members,sum of changes,count");
    comment_cells(w, "family_share", ",instrument,scale,share,members,sum,count");
    comment_cells(w, "family_goals", ",occasion,goals,value,rated,attained,count");
    for (size_t i = 0; i < families->n_cells && !ferror(w->out); i++) {
        const struct family_cell *const cell = &families->cells[i];
        begin(w, family_kind(&cell->of, false));
        put_family_sum(w, cell->cohort, &cell->of);
        put_count(w, cell->members);
        put_whole(w, cell->sum);
        put_count(w, cell->count);
        end(w);
    }
    if (families->n_splits > 0) {
        comment(w, "The same of families in several cohorts, one line for each, numbered.");
    }
    for (size_t i = 0; i < families->n_splits && !ferror(w->out); i++) {
        const struct split_family *const split = &families->splits[i];
        for (size_t k = 0; k < split->n_parts; k++) {
            const struct family_part *const part = &families->parts[split->first_part + k];
            begin(w, family_kind(&split->of, true));
            put_family_sum(w, part->cohort, &split->of);
            put_count(w, part->members);
            put_whole(w, part->sum);
            put_count(w, i + 1);
            end(w);
        }
    }
}

/* Values of cohort columns that nobody counts under: a merge warns of two that look alike, as a
   report does. A site that withholds small cohorts withholds those without anybody. */
static bool write_values(struct writing *w)
{
    const struct cohorts *const cohorts = w->counted->cohorts;
    const size_t n = cohorts->values.n_names;
    bool *const used = calloc(n + 1, sizeof *used);
    const char **const texts = calloc(n + 1, sizeof *texts);
    size_t n_texts = 0;
    for (uint32_t i = 0; used != NULL && i < w->counted->tally.n_cohorts; i++) {
        for (size_t k = 0; k < cohorts->n_columns && w->counted->tally.cohorts[i].n > 0; k++) {
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
        comment(w, "value,of a cohort column, under which nobody counts");
        for (size_t i = 0; i < n_texts; i++) {
            begin(w, TALLY_KIND_VALUE);
            put_text(w, texts[i]);
            end(w);
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

static void write_checksum(struct writing *w)
{
    char digest[SHA256_DIGEST_STRING_LENGTH];
    SHA256End(&w->checksum, digest);
    fprintf(w->out, "%s%s\n", TALLY_CHECKSUM, digest);
}

static void write_all(struct writing *w)
{
    write_head(w);
    write_threshold(w);
    write_measures(w);
    write_sources(w);
    write_ids(w);
    write_scoring(w);
    write_items(w);
    if (write_values(w)) {
        write_cells(w);
        write_item_tally(w);
        write_families(w);
    }
}

struct fault write_tally(FILE *out, const char *name, const struct counted *counted,
                         const struct tally_head *head)
{
    struct writing w = {.out = out, .counted = counted, .study = counted->study, .head = head};
    struct fault fault = check_names(name, counted->study);
    if (fault.code != FAULT_NONE) {
        return fault;
    }
    SHA256Init(&w.checksum);
    w.no_memory =
        !withheld_find(counted, head->threshold, &w.withheld) ||
        !items_sent_find(counted, &w.withheld, least_forms(&w), head->threshold, &w.items) ||
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
