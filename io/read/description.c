/* io/read/description.c - a description is a study file, so that there is one way to read a study:
   what it leaves out (files, columns) is filled with stand-ins, and what it says is checked by the
   reader of study files. */
#include "io/read/description.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "io/read/instrument_digest.h"
#include "io/read/roles.h"
#include "io/read/study_words.h"

static const char *const pick_words[] = {[PICK_NONE] = "discount",
                                         [PICK_NEAREST] = "nearest",
                                         [PICK_FIRST] = "first",
                                         [PICK_LAST] = "last"};

/* --- values --- */

/* The length of a character that YAML would take for a line break or would not take at all, unless
   it is written as an escape; 0: any other character. *code is what it is. */
static size_t hidden_at(const char *text, unsigned *code)
{
    const unsigned char *const c = (const unsigned char *)text;
    if (c[0] < 0x20 || c[0] == 0x7f) {
        *code = c[0];
        return 1;
    }
    if (c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0) { /* C1 controls, U+0085 among them */
        *code = c[1];
        return 2;
    }
    /* U+2028, U+2029; a byte order mark; U+FFFE, U+FFFF */
    if ((c[0] == 0xe2 && c[1] == 0x80 && (c[2] == 0xa8 || c[2] == 0xa9)) ||
        (c[0] == 0xef && c[1] == 0xbb && c[2] == 0xbf) ||
        (c[0] == 0xef && c[1] == 0xbf && c[2] >= 0xbe)) {
        *code = (c[0] & 0xfu) << 12 | (c[1] & 0x3fu) << 6 | (c[2] & 0x3fu);
        return 3;
    }
    return 0;
}

static bool has_hidden(const char *text)
{
    unsigned code;
    for (; *text != '\0'; text++) {
        if (hidden_at(text, &code) > 0) {
            return true;
        }
    }
    return false;
}

/* A text as a YAML scalar that means just this text, on one line. */
static void put_text(FILE *out, const char *text)
{
    const char quote = has_hidden(text) ? '"' : '\'';
    putc(quote, out);
    while (*text != '\0') {
        unsigned code;
        const size_t n = hidden_at(text, &code);
        if (n > 0) {
            fprintf(out, "\\u%04x", code);
            text += n;
            continue;
        }
        if (quote == '"' && (*text == '"' || *text == '\\')) {
            putc('\\', out);
        } else if (quote == '\'' && *text == '\'') {
            putc('\'', out);
        }
        putc(*text++, out);
    }
    putc(quote, out);
}

/* The shortest decimal number that is read as this double. */
static void put_number(FILE *out, double number)
{
    char text[400];
    int decimals = 0;
    do {
        snprintf(text, sizeof text, "%.*f", decimals++, number);
    } while (decimals < 60 && strtod(text, NULL) != number);
    fputs(text, out);
}

/* Days since 1970-01-01 as a date. Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms",
   civil_from_days: years begin in March, eras of 400 years have 146097 days. */
static void put_date(FILE *out, int64_t days)
{
    const int64_t shifted = days + 719468;
    const int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    const int64_t day = shifted - era * 146097;
    const int64_t year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    const int64_t of_year = day - (365 * year + year / 4 - year / 100);
    const int64_t month = (5 * of_year + 2) / 153;
    fprintf(out, "%04" PRId64 "-%02" PRId64 "-%02" PRId64, year + era * 400 + (month >= 10),
            month < 10 ? month + 3 : month - 9, of_year - (153 * month + 2) / 5 + 1);
}

/* --- the study --- */

static void put_stages(FILE *out, const struct study *study)
{
    fputs("stages: [", out);
    for (size_t i = 0; i < study->n_stages; i++) {
        const struct stage *const stage = &study->stages[i];
        fputs(i > 0 ? ", " : "", out);
        if (!stage->has_window) {
            put_text(out, stage->name);
            continue;
        }
        fputs("{name: ", out);
        put_text(out, stage->name);
        fprintf(out, ", window: [%" PRId64 ", %" PRId64 "], after: ", stage->window_first,
                stage->window_last);
        put_text(out, study->stages[stage->anchor].name);
        if (stage->pick != PICK_NONE) {
            fprintf(out, ", pick: %s", pick_words[stage->pick]);
        }
        putc('}', out);
    }
    fputs("]\nbefore: ", out);
    put_text(out, study->stages[study->before].name);
    fputs("\nafter: ", out);
    put_text(out, study->stages[study->after].name);
    putc('\n', out);
    if (study->as_of != NO_DATE) {
        fputs("as_of: ", out);
        put_date(out, study->as_of);
        putc('\n', out);
    }
}

static void put_cohorts(FILE *out, const struct study *study)
{
    fputs("cohorts: [", out);
    for (size_t i = 1; i < study->n_breakdowns; i++) { /* the first is All */
        const struct breakdown *const breakdown = &study->breakdowns[i];
        fputs(i > 1 ? ", [" : "[", out);
        for (size_t j = 0; j < breakdown->n_columns; j++) {
            fputs(j > 0 ? ", " : "", out);
            put_text(out, study->cohort_columns[breakdown->columns[j]]);
        }
        putc(']', out);
    }
    fputs("]\n", out);
}

/* What compares cohorts is only computed with; but a report of tallies has no other study to learn
   it from. The columns that go by their names are not said. */
static void put_roles(FILE *out, const struct study *study)
{
    if (study->site_column != default_site_column(study)) {
        fputs("site: ", out);
        put_text(out, study->cohort_columns[study->site_column - 1]);
        putc('\n', out);
    }
    if (study->year_column != default_year_column(study)) {
        fputs("year: ", out);
        put_text(out, study->cohort_columns[study->year_column - 1]);
        putc('\n', out);
    }
    if (study->comparison_column > 0) {
        fputs("comparison_group: {column: ", out);
        put_text(out, study->cohort_columns[study->comparison_column - 1]);
        fputs(", value: ", out);
        put_text(out, study->comparison_value);
        fputs("}\n", out);
    }
}

/* No count depends on it, but a report of tallies has to be that of their forms. Where it is as ever,
   there is no line, as there was none before. */
static void put_paired(FILE *out, const struct study *study)
{
    if (study->zeros == ZEROS_DROPPED && study->bootstrap.replicates == 0) {
        return; /* the seed is of no use then */
    }
    fprintf(out, "paired: {zeros: %s", study->zeros == ZEROS_RANKED ? "pratt" : "drop");
    if (study->bootstrap.replicates > 0) {
        fprintf(out, ", bootstrap: %zu, seed: %" PRIu32, study->bootstrap.replicates,
                study->bootstrap.seed);
    }
    fputs("}\n", out);
}

/* {instrument: ..., scale: ...  of an entry about one scale. */
static void put_scale(FILE *out, const struct study *study, size_t scale)
{
    fputs("{instrument: ", out);
    put_text(out, study->measures[study->scales[scale].measure].label);
    fputs(", scale: ", out);
    put_text(out, study->scales[scale].scale->name);
}

static void put_norm(FILE *out, const char *key, const struct norm *norm,
                     const struct published_norm *from)
{
    if (from != NULL) {
        fprintf(out, ", %s: ", key);
        put_text(out, from->name);
    } else if (norm->sd > 0.0) {
        fprintf(out, ", %s: {mean: ", key);
        put_number(out, norm->mean);
        fputs(", sd: ", out);
        put_number(out, norm->sd);
        putc('}', out);
    }
}

/* A list of the scales of which the study declares points, behind `key`; false: none, and no key. */
static bool put_points(FILE *out, const struct study *study, const char *key, bool is_threshold)
{
    bool any = false;
    for (size_t i = 0; i < study->n_scales; i++) {
        const struct declared_change *const declared = &study->scales[i].declared;
        const double points = is_threshold ? declared->threshold : declared->important;
        if (points > 0.0) {
            fprintf(out, "%s%s", any ? ", " : key, any ? "" : ": [");
            put_scale(out, study, i);
            fputs(", points: ", out);
            put_number(out, points);
            putc('}', out);
            any = true;
        }
    }
    fputs(any ? "]" : "", out);
    return any;
}

/* Computed from what is counted, and not counted by; but a report of tallies has no other study to
   learn it from. What a study leaves out is not said, so that tallies from before there was a word
   for it are still read. Closes the map of reliable_change, which is begun. */
static void put_change(FILE *out, const struct study *study)
{
    static const char cut_offs[] = "abc"; /* by enum cut_off */
    bool any = false;
    if (study->reliable_method != RELIABLE_JACOBSON_TRUAX) {
        fprintf(out, ", method: %s", reliable_method_words[study->reliable_method]);
    }
    fputs(study->low_reliability ? ", low_reliability: yes" : "", out);
    (void)put_points(out, study, ", threshold", true);
    fputs("}\n", out);
    if (put_points(out, study, "important_change", false)) {
        putc('\n', out);
    }
    for (size_t i = 0; i < study->n_scales; i++) {
        const struct declared_change *const declared = &study->scales[i].declared;
        if (declared->clinical.sd > 0.0 || declared->functional.sd > 0.0 || declared->has_cut_off) {
            fputs(any ? ", " : "clinical_change: [", out);
            put_scale(out, study, i);
            put_norm(out, "clinical", &declared->clinical, declared->clinical_from);
            put_norm(out, "functional", &declared->functional, declared->functional_from);
            if (declared->has_cut_off) {
                fprintf(out, ", cut_off: %c", cut_offs[declared->cut_off]);
            }
            putc('}', out);
            any = true;
        }
    }
    fputs(any ? "]\n" : "", out);
}

/* The norm that is named for an instrument, the same for each scale that has figures of it. */
static const struct published_norm *norm_of(const struct study *study,
                                            const struct measure *measure)
{
    const struct published_norm *norm = NULL;
    for (size_t i = 0; i < measure->instrument->n_scales && norm == NULL; i++) {
        norm = study->scales[measure->first_scale + i].norm;
    }
    return norm;
}

static void put_norms(FILE *out, const struct study *study)
{
    bool any = false;
    for (size_t i = 0; i < study->n_measures; i++) {
        const struct published_norm *const norm = norm_of(study, &study->measures[i]);
        if (norm != NULL) {
            fputs(any ? ", " : "norms: {", out);
            put_text(out, study->measures[i].label);
            fputs(": ", out);
            put_text(out, norm->name);
            any = true;
        }
    }
    fputs(any ? "}\n" : "", out);
}

static void put_rules(FILE *out, const struct study *study)
{
    bool pooled = false;
    for (size_t i = 0; i < study->n_measures; i++) {
        pooled = pooled || study->measures[i].pooled;
    }
    fprintf(out, "cohort_from: %s\nduplicates: %s\nacross_versions: %s\n",
            cohort_from_words[study->cohort_from], pick_words[study->duplicates],
            pooled ? "yes" : "no");
    fputs("reliable_change: {sd: ", out);
    if (study->reliable_sd == RELIABLE_SD_GIVEN) {
        put_number(out, study->given_sd);
    } else {
        fputs(study->reliable_sd == RELIABLE_SD_STUDY ? "study" : "instrument", out);
    }
    if (!isnan(study->given_reliability)) {
        fputs(", reliability: ", out);
        put_number(out, study->given_reliability);
    }
    put_change(out, study);
    put_norms(out, study);
    /* Only printed with; but a report of tallies has no other study to learn it from. The usual
       limits are not said, so that the tallies of those who have them go together with all. */
    put_paired(out, study);
    if (study->small_numbers.too_few != SMALL_NUMBERS_TOO_FEW ||
        study->small_numbers.caution != SMALL_NUMBERS_CAUTION) {
        fprintf(out, "small_numbers: {too_few_below: %" PRIu64 ", caution_below: %" PRIu64 "}\n",
                study->small_numbers.too_few, study->small_numbers.caution);
    }
    /* Without them, less is counted. */
    if (study->months) {
        fputs("months: yes\n", out);
    }
    if (study->added_value) {
        fputs("added_value: yes\n", out);
    }
    /* What is counted for it does not depend on it; but here too the report has to know. */
    if (study->model.off) {
        fputs("mixed_model: no\n", out);
    } else if (study->model.df != MODEL_KENWARD_ROGER || study->model.structure != MODEL_NONE) {
        fprintf(out, "mixed_model: {df: %s, structure: %s}\n", model_df_words[study->model.df],
                model_structure_words[study->model.structure]);
    }
    /* Named before the data were seen, and the same for all who put their data together. */
    if (study->primary.is_named) {
        const struct study_scale *const scale = &study->scales[study->primary.scale];
        fputs("primary: {instrument: ", out);
        put_text(out, study->measures[scale->measure].label);
        fputs(", scale: ", out);
        put_text(out, scale->scale->name);
        fputs(", stage: ", out);
        put_text(out, study->stages[study->primary.stage].name);
        fprintf(out, ", test: %s}\n", primary_test_words[study->primary.test]);
    }
}

/* --- instruments --- */

/* The items of each group that some source has, and the bands that tables print. */
static void put_forms(FILE *out, const struct measure *measure, const struct instrument *instrument)
{
    const char *bands = NULL;
    fputs(", incomplete: ", out);
    put_text(out, instrument->rule);
    for (size_t i = 0; i < instrument->n_groups; i++) {
        /* What pooled versions have of the further groups is said once, with the first of them. */
        if (i == 0 || (measure->has_group[i] && instrument == measure->instrument)) {
            fputs(", ", out);
            put_text(out, instrument->groups[i].name);
            fprintf(out, ": '%c{1..%zu}'", (char)('a' + i), instrument->groups[i].n_items);
        }
    }
    for (size_t i = 0; i < instrument->n_scales && instrument == measure->instrument; i++) {
        const struct scale *const scale = &instrument->scales[i];
        bands = scale->n_band_sets > 0 && measure->band_sets[i] != scale->default_band_set
                    ? scale->band_sets[measure->band_sets[i]].name
                    : bands;
    }
    if (bands != NULL) {
        fputs(", bands: ", out);
        put_text(out, bands);
    }
}

static void put_goals(FILE *out, const struct goal_rules *rules)
{
    fputs(", rho: ", out);
    put_number(out, rules->rho);
    fprintf(out, ", partial: %s%s%s", rules->keep_partial ? "keep" : "recode",
            rules->weighted ? ", weight: weight" : "",
            rules->has_category ? ", category: category" : "");
    if (rules->has_target) {
        fputs(", target: ", out);
        put_number(out, rules->target);
        fputs(rules->target_test == LESS      ? ", target_test: less"
              : rules->target_test == GREATER ? ", target_test: greater"
                                              : "",
              out);
    }
    if (rules->chosen_by != NULL) {
        fputs(", chosen_by: ", out);
        put_text(out, rules->chosen_by);
    }
    if (rules->rated_by != NULL) {
        fputs(", rated_by: ", out);
        put_text(out, rules->rated_by);
    }
    for (size_t i = 0; i < rules->n_flags; i++) {
        fputs(i > 0 ? ", " : ", flags: [", out);
        put_text(out, rules->flags[i]);
    }
    fputs(rules->n_flags > 0 ? "]" : "", out);
}

/* Every instrument of a measure, in the order in which sources first name them: versions that are
   pooled are several of one measure. Places of sources and informants; false behind the last. */
struct place {
    size_t source, informant;
};

static const struct informant *informant_at(const struct plan *plan, struct place at)
{
    return &plan->sources[at.source].informants[at.informant];
}

static bool next_informant(const struct plan *plan, struct place *at)
{
    at->informant++;
    while (at->source < plan->n_sources &&
           at->informant >= plan->sources[at->source].n_informants) {
        at->source++;
        at->informant = 0;
    }
    return at->source < plan->n_sources;
}

static bool is_first_of_instrument(const struct plan *plan, struct place at)
{
    const struct informant *const this = informant_at(plan, at);
    struct place earlier = {0, 0};
    while (earlier.source != at.source || earlier.informant != at.informant) {
        const struct informant *const other = informant_at(plan, earlier);
        if (other->measure == this->measure &&
            strcmp(other->instrument->name, this->instrument->name) == 0) {
            return false;
        }
        (void)next_informant(plan, &earlier);
    }
    return true;
}

static void put_source(FILE *out, const struct study *study, const struct informant *informant)
{
    const struct measure *const measure = &study->measures[informant->measure];
    const struct instrument *const own = informant->instrument;
    /* Each source has an instrument of its own in memory: the measure's is meant where it is that.
       */
    const struct instrument *const instrument =
        strcmp(own->name, measure->instrument->name) == 0 ? measure->instrument : own;
    fputs("{instrument: ", out);
    put_text(out, instrument->name);
    if (instrument->is_goals) {
        put_goals(out, &study->goals);
    } else {
        put_forms(out, measure, instrument);
    }
    fputs(", file: none},\n", out);
}

static bool put_digest(FILE *out, const struct instrument *instrument)
{
    char digest[SHA256_DIGEST_STRING_LENGTH];
    if (!instrument_digest(instrument, digest)) {
        return false;
    }
    /* A comment to YAML; description_parse() compares whole texts, and so this as well. */
    fprintf(out, "# rules of %s: sha256 %s\n", instrument->name, digest);
    return true;
}

/* Figures of a norm that is used: an instrument's digest knows nothing of those it only offers. */
static void put_figures(FILE *out, const struct study *study, size_t scale,
                        const struct published_norm *norm)
{
    if (norm != NULL) {
        fprintf(out, "# norm %s of %s %s: mean ", norm->name,
                study->measures[study->scales[scale].measure].instrument->name,
                study->scales[scale].scale->name);
        put_number(out, norm->figures.mean);
        if (norm->figures.sd > 0.0) {
            fputs(", sd ", out);
            put_number(out, norm->figures.sd);
        }
        putc('\n', out);
    }
}

static bool put_description(FILE *out, const struct plan *plan)
{
    struct place at = {0, 0};
    put_stages(out, &plan->study);
    put_cohorts(out, &plan->study);
    put_roles(out, &plan->study);
    put_rules(out, &plan->study);
    fputs("sources: [\n", out);
    do {
        if (is_first_of_instrument(plan, at)) {
            put_source(out, &plan->study, informant_at(plan, at));
        }
    } while (next_informant(plan, &at));
    fputs("]\n", out);
    at = (struct place){0, 0};
    do {
        if (is_first_of_instrument(plan, at) &&
            !put_digest(out, informant_at(plan, at)->instrument)) {
            return false;
        }
    } while (next_informant(plan, &at));
    for (size_t i = 0; i < plan->study.n_scales; i++) {
        put_figures(out, &plan->study, i, plan->study.scales[i].norm);
        put_figures(out, &plan->study, i, plan->study.scales[i].declared.clinical_from);
        put_figures(out, &plan->study, i, plan->study.scales[i].declared.functional_from);
    }
    return true;
}

const char *plan_describe(const struct plan *plan, struct arena *arena)
{
    char *text = NULL;
    const char *copy = NULL;
    size_t n = 0;
    FILE *const out = open_memstream(&text, &n);
    bool done = out != NULL;
    if (done) {
        done = put_description(out, plan) && !ferror(out);
        done = fclose(out) == 0 && done;
    }
    if (done) {
        copy = arena_copy(arena, text, n);
    }
    free(text);
    return copy;
}

/* --- reading one, and comparing two --- */

struct fault description_parse(const char *name, const char *text,
                               const struct instrument_shelf *shelf, struct plan *plan)
{
    const struct plan_options options = {.shelf = *shelf};
    struct arena arena = {0};
    struct fault fault = plan_parse(name, "", text, strlen(text), &options, plan);
    const char *ours, *difference;
    if (fault.code != FAULT_NONE) {
        /* The place is in the description, which is not a file that anyone sees. */
        return fault.code == FAULT_MEMORY
                   ? fault
                   : fault_at(fault.code, name, 0, 0, "a study that cannot be read: %s",
                              fault.detail);
    }
    ours = plan_describe(plan, &arena);
    if (ours == NULL) {
        fault = fault_memory();
    } else if (strcmp(ours, text) != 0) {
        difference = description_difference(&arena, text, ours);
        fault = difference == NULL
                    ? fault_memory()
                    : fault_at(FAULT_CONTENT, name, 0, 0,
                               "a tally by other rules than those of this version of pellter: %s",
                               difference);
    }
    arena_free(&arena);
    if (fault.code != FAULT_NONE) {
        plan_free(plan);
    }
    return fault;
}

struct text_line {
    const char *text;
    size_t n;
};

static bool take_line(const char **rest, struct text_line *line)
{
    if (**rest == '\0') {
        return false;
    }
    *line = (struct text_line){*rest, strcspn(*rest, "\n")};
    *rest += line->n + ((*rest)[line->n] == '\n');
    return true;
}

/* How much of a line says what it is about: "stages", "{instrument: 'gas'", "# rules of gas". */
static size_t key_length(const struct text_line *line)
{
    const char *const end = memchr(line->text, line->text[0] == '{' ? ',' : ':', line->n);
    return end == NULL ? line->n : (size_t)(end - line->text);
}

static bool same_start(const struct text_line *a, const struct text_line *b, size_t n_a, size_t n_b)
{
    return n_a == n_b && memcmp(a->text, b->text, n_a) == 0;
}

/* The line of `text` that is just `line`, or (by_key) is about the same; false: there is none. */
static bool find_line(const char *text, const struct text_line *line, bool by_key,
                      struct text_line *found)
{
    while (take_line(&text, found)) {
        if (by_key ? same_start(line, found, key_length(line), key_length(found))
                   : same_start(line, found, line->n, found->n)) {
            return true;
        }
    }
    return false;
}

/* As much of a line as a fault has room for, from a little before the byte where it differs. */
static const char *excerpt(struct arena *arena, const struct text_line *line, size_t differs)
{
    const size_t most = 100;
    size_t start = line->n > most && differs > 40 ? differs - 30 : 0, end;
    while (start > 0 && ((unsigned char)line->text[start] & 0xc0u) == 0x80u) {
        start--;
    }
    end = line->n - start > most ? start + most : line->n;
    while (end < line->n && ((unsigned char)line->text[end] & 0xc0u) == 0x80u) {
        end++;
    }
    return arena_printf(arena, "%s%.*s%s", start > 0 ? "..." : "", (int)(end - start),
                        line->text + start, end < line->n ? "..." : "");
}

/* Lines that one text has and the other has not; the first of them. */
static size_t count_missing(const char *text, const char *other, struct text_line *first)
{
    struct text_line line, found;
    size_t n = 0;
    while (take_line(&text, &line)) {
        if (!find_line(other, &line, false, &found)) {
            *first = n == 0 ? line : *first;
            n++;
        }
    }
    return n;
}

const char *description_difference(struct arena *arena, const char *found, const char *expected)
{
    struct text_line theirs = {"", 0}, ours = {"", 0};
    const size_t n_theirs = count_missing(found, expected, &theirs);
    const size_t n_ours = count_missing(expected, found, &ours);
    const size_t n = n_theirs > n_ours ? n_theirs : n_ours;
    size_t differs = 0;
    const char *a, *b;
    if (n == 0) {
        return "found the same lines in another order, expected the same order";
    }
    /* The two lines to show are about one thing, if both texts have a line about it. */
    if (n_theirs > 0 && !find_line(expected, &theirs, true, &ours)) {
        ours = (struct text_line){"no such line", strlen("no such line")};
    } else if (n_theirs == 0) {
        theirs = (struct text_line){"no such line", strlen("no such line")};
    }
    while (differs < theirs.n && differs < ours.n && theirs.text[differs] == ours.text[differs]) {
        differs++;
    }
    a = excerpt(arena, &theirs, differs);
    b = excerpt(arena, &ours, differs);
    if (a == NULL || b == NULL) {
        return NULL;
    }
    return n == 1 ? arena_printf(arena, "found %s, expected %s", a, b)
                  : arena_printf(arena, "found %s, expected %s (and %zu more %s)", a, b, n - 1,
                                 n == 2 ? "difference" : "differences");
}
