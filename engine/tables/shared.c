/* engine/tables/shared.c - running out of memory is noted in the maker and asked for once, at the
   end, so that arranging a table reads like the table. */
#include "engine/tables/shared.h"

#include <assert.h>
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include "engine/arms.h"
#include "engine/primary.h"

size_t first_breakdown(const struct study *study)
{
    return study->n_breakdowns > 1 ? 1 : 0;
}

bool is_comparison(const struct study *study, size_t breakdown)
{
    return study->breakdowns[breakdown].n_columns == 1 &&
           study->breakdowns[breakdown].columns[0] + 1 == study->comparison_column;
}

/* A copy of `stem` that is a plain file name and unlike that of every table so far. Small letters
   only: on many disks A.csv and a.csv are one file. */
static const char *file_name(struct maker *maker, const char *stem)
{
    struct arena *const arena = &maker->report->arena;
    char *const plain = arena_copy(arena, stem, strlen(stem));
    const char *name = plain;
    if (plain == NULL) {
        return NULL;
    }
    for (char *c = plain; *c != '\0'; c++) {
        const bool keep =
            (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9') || *c == '_' || *c == '-';
        *c = keep ? *c : (*c >= 'A' && *c <= 'Z') ? (char)(*c - 'A' + 'a') : '_';
    }
    if (strlen(plain) > 100) {
        plain[100] = '\0'; /* file systems take 255 bytes at the most */
    }
    for (size_t i = 0, n = 2; name != NULL && i < maker->report->n_tables; i++) {
        if (strcmp(maker->report->tables[i].name, name) == 0) {
            name = arena_printf(arena, "%s_%zu", plain, n++);
            i = (size_t)-1; /* look again from the first */
        }
    }
    return name;
}

const char *breakdown_name(struct maker *maker, size_t breakdown)
{
    const struct breakdown *const by = &maker->study->breakdowns[breakdown];
    const char *name = "";
    for (size_t i = 0; i < by->n_columns && name != NULL; i++) {
        name = arena_printf(&maker->report->arena, i == 0 ? "%s%s" : "%s / %s", name,
                            maker->study->cohort_columns[by->columns[i]]);
    }
    maker->no_memory = maker->no_memory || name == NULL;
    return name;
}

/* Where there are several breakdowns, a title says in brackets which one its table is of: behind
   the first name in it that is not a stage's. */
static struct text breakdown_title(struct maker *maker, size_t breakdown, struct text title)
{
    const size_t last = title.arguments[1].kind == ARGUMENT_NAME ? 1 : 0;
    const char *name;
    /* All is a breakdown too: with two there is only one that a title could be of. */
    if (breakdown == 0 || maker->study->n_breakdowns <= 2 ||
        title.arguments[last].kind != ARGUMENT_NAME) {
        return title;
    }
    name = breakdown_name(maker, breakdown);
    name = name == NULL
               ? NULL
               : arena_printf(&maker->report->arena, "%s (%s)", title.arguments[last].name, name);
    if (name == NULL) {
        maker->no_memory = true;
        return title;
    }
    title.arguments[last].name = name;
    return title;
}

struct table *new_table(struct maker *maker, size_t breakdown, const char *stem, struct text title)
{
    const struct breakdown *const by = &maker->study->breakdowns[breakdown];
    struct table *table = NULL;
    for (size_t i = 0; stem != NULL && maker->study->n_breakdowns > 2 && i < by->n_columns; i++) {
        stem = arena_printf(&maker->report->arena, i == 0 ? "%s_by_%s" : "%s_%s", stem,
                            maker->study->cohort_columns[by->columns[i]]);
    }
    stem = stem == NULL ? NULL : file_name(maker, stem);
    if (stem != NULL) {
        table = report_add_table(maker->report, stem, breakdown_title(maker, breakdown, title));
    }
    maker->no_memory = maker->no_memory || table == NULL;
    return table;
}

void add_column(struct maker *maker, struct table *table, enum message heading)
{
    /* A table that could not be made is in no_memory already. */
    if (table != NULL && !table_add_column(table, text_of(heading), false)) {
        maker->no_memory = true;
    }
}

void add_label_column(struct maker *maker, struct table *table, struct text heading)
{
    if (table != NULL && !table_add_column(table, heading, true)) {
        maker->no_memory = true;
    }
}

void add_cohort_column(struct maker *maker, struct table *table, size_t breakdown)
{
    const char *const heading = breakdown_name(maker, breakdown);
    add_label_column(maker, table, text_name(heading == NULL ? "" : heading));
}

struct cell_content *add_row(struct maker *maker, struct table *table)
{
    /* without memory some column may be missing, and then the row would be too short */
    struct cell_content *const row =
        table == NULL || maker->no_memory ? NULL : table_add_row(table);
    maker->no_memory = maker->no_memory || row == NULL;
    return row;
}

void add_note(struct maker *maker, struct table *table, struct text note)
{
    if (table != NULL && !table_add_note(table, note)) {
        maker->no_memory = true;
    }
}

struct cell_content cohort_cell(const struct maker *maker, const struct figure_key *key)
{
    struct cell_content cell = {.kind = CELL_TEXT, .message = MESSAGE_ALL};
    if (key->breakdown == 0) {
        return cell;
    }
    cell = cell_name(maker->figures->comparisons[key->breakdown].grouping.labels[key->group]);
    /* a crossing has done its own quoting */
    if (maker->study->breakdowns[key->breakdown].n_columns == 1 &&
        (cell.name[0] == '"' || strcmp(cell.name, "All") == 0)) {
        cell.message = MESSAGE_QUOTED;
    }
    return cell;
}

struct text cohort_text(const struct maker *maker, const struct figure_key *key)
{
    const struct cell_content cell = cohort_cell(maker, key);
    struct text text = text_of((enum message)cell.message);
    if (cell.name != NULL) {
        text.arguments[0] = argument_name(cell.name);
    }
    return text;
}

struct figure_key scale_key(const struct maker *maker, enum figure_table table, size_t scale)
{
    return (struct figure_key){.table = (uint16_t)table,
                               .measure = (uint16_t)maker->study->scales[scale].measure,
                               .scale = (uint16_t)scale};
}

struct figure_key row_key(const struct cohort_rows *rows, enum figure_table table, size_t scale)
{
    struct figure_key key = scale_key(rows->maker, table, scale);
    key.breakdown = rows->key.breakdown;
    key.group = rows->key.group;
    return key;
}

static bool is_few(const struct maker *maker, struct value base)
{
    return base.kind == VALUE_COUNT && base.number > 0.0 &&
           base.number < (double)maker->study->small_numbers.too_few;
}

void hide_few(const struct maker *maker, struct table *table, struct cell_content cells[], size_t n,
              struct value base)
{
    if (is_few(maker, base)) {
        for (size_t i = 0; i < n; i++) {
            cells[i].number = CELL_TOO_FEW;
        }
        table->has_too_few = table->has_too_few || n > 0;
    }
}

/* A table of nobody has dashes, which say enough; one of a few must not look as sure as the others.
   An interval of a percentage would give away what the percentage was. */
void cells_are_of(const struct maker *maker, struct table *table, struct cell_content cells[],
                  size_t n, struct value base)
{
    for (size_t i = 0; i < n; i++) {
        if (cells[i].kind == CELL_PERCENT || cells[i].kind == CELL_P ||
            cells[i].kind == CELL_PERCENT_INTERVAL) {
            cells[i].has_base = true;
            hide_few(maker, table, &cells[i], 1, base);
        }
    }
    if (base.kind == VALUE_COUNT) {
        table->has_nobody = table->has_nobody || !(base.number > 0.0);
        table->has_caution =
            table->has_caution ||
            (base.number > 0.0 && base.number < (double)maker->study->small_numbers.caution);
    }
}

struct argument unit_of(const struct maker *maker, const struct measure *measure)
{
    const size_t index = (size_t)(measure - maker->study->measures);
    return measure->instrument->is_goals && maker->counted->measures[index].has_family
               ? argument_message(MESSAGE_UNIT_RESPONDENTS)
               : argument_name(measure->instrument->unit);
}

void few_may_be(struct table *table, bool families, bool groups)
{
    if (table != NULL) {
        table->few_families = families;
        table->few_groups = groups;
    }
}

/* A table that prints a share or a p without saying of how many would print it of one person. */
static void assert_bases(const struct table *table)
{
    for (size_t i = 0; i < table->n_rows * table->n_columns; i++) {
        const struct cell_content *const cell = &table->cells[i];
        assert(cell->has_base || (cell->kind != CELL_PERCENT && cell->kind != CELL_P &&
                                  cell->kind != CELL_PERCENT_INTERVAL));
        (void)cell;
    }
}

struct value fewer(struct value a, struct value b)
{
    return a.number < b.number ? a : b;
}

bool print_apart(struct value a, struct value b, unsigned decimals)
{
    int64_t x, y;
    return value_rounded(&a, decimals, &x) && value_rounded(&b, decimals, &y) && x != y;
}

bool rounds_apart(struct value before, struct value after, struct value change, unsigned decimals)
{
    int64_t b, a, c;
    return value_rounded(&before, decimals, &b) && value_rounded(&after, decimals, &a) &&
           value_rounded(&change, decimals, &c) && a - b != c;
}

void add_small_number_notes(struct maker *maker)
{
    static const enum message few_notes[2][2] = {
        {MESSAGE_NOTE_TOO_FEW, MESSAGE_NOTE_TOO_FEW_FAMILIES},
        {MESSAGE_NOTE_TOO_FEW_GROUPS, MESSAGE_NOTE_TOO_FEW_GROUPS_FAMILIES}};
    const struct small_numbers *const small = &maker->study->small_numbers;
    for (size_t i = 0; i < maker->report->n_tables; i++) {
        struct table *const table = &maker->report->tables[i];
        struct text note = text_of(few_notes[table->few_groups][table->few_families]);
        assert_bases(table);
        if (table->has_too_few) {
            note.arguments[0] = argument_count(small->too_few);
            add_note(maker, table, note);
        }
        if (table->has_caution) {
            note = text_of(MESSAGE_NOTE_CAUTION);
            note.arguments[0] = argument_count(small->caution);
            add_note(maker, table, note);
        }
        if (table->has_nobody) {
            add_note(maker, table, text_of(MESSAGE_NOTE_NOBODY));
        }
    }
}

/* The one number that tables compute; both counts are in results.csv. */
struct value share(struct value part, struct value whole)
{
    return part.kind == VALUE_COUNT && whole.kind == VALUE_COUNT
               ? value_ratio(100 * part.numerator, whole.numerator)
               : VALUE_NONE;
}

/* "wemwbs: Total" */
static struct text scale_text(const struct maker *maker, size_t scale)
{
    struct text text = text_of(MESSAGE_SCALE);
    text.arguments[0] =
        argument_name(maker->study->measures[maker->study->scales[scale].measure].label);
    text.arguments[1] = argument_name(maker->study->scales[scale].scale->title);
    return text;
}

struct cell_content sentence_cell(struct maker *maker, struct text text)
{
    struct text *const kept = arena_alloc(&maker->report->arena, 1, sizeof *kept);
    if (kept == NULL) {
        maker->no_memory = true;
        return cell_text(text_of(MESSAGE_NONE));
    }
    *kept = text;
    return cell_sentence(kept);
}

struct cell_content scale_cell(struct maker *maker, size_t scale)
{
    return sentence_cell(maker, scale_text(maker, scale));
}

/* Not in the places where breakdown_title() would name the breakdown once more. */
struct text stages_title(const struct maker *maker, enum message message, const char *by)
{
    struct text title = text_of(message);
    title.arguments[2] = argument_name(before_name(maker));
    title.arguments[3] = argument_name(after_name(maker));
    title.arguments[4] = argument_name(by);
    return title;
}

const char *before_name(const struct maker *maker)
{
    return maker->study->stages[maker->study->before].name;
}

const char *after_name(const struct maker *maker)
{
    return maker->study->stages[maker->study->after].name;
}

const char *plain_name(struct maker *maker, const char *name)
{
    char *const plain = arena_copy(&maker->report->arena, name, strlen(name));
    maker->no_memory = maker->no_memory || plain == NULL;
    for (char *c = plain; c != NULL && *c != '\0'; c++) {
        *c = *c == '_' ? ' ' : *c;
    }
    return plain == NULL ? name : plain;
}

struct text title_of(const struct maker *maker, enum message message, size_t scale)
{
    const struct study_scale *const s = &maker->study->scales[scale];
    struct text title = text_of(message);
    title.arguments[0] = argument_name(maker->study->measures[s->measure].label);
    title.arguments[1] = argument_name(s->scale->title);
    title.arguments[2] = argument_name(before_name(maker));
    title.arguments[3] = argument_name(after_name(maker));
    return title;
}

const char *stem_of(struct maker *maker, const char *prefix, size_t scale)
{
    const struct study_scale *const s = &maker->study->scales[scale];
    const char *const stem = arena_printf(&maker->report->arena, "%s_%s_%s", prefix,
                                          maker->study->measures[s->measure].label, s->scale->name);
    maker->no_memory = maker->no_memory || stem == NULL;
    return stem;
}

struct text title_of_measure(const struct maker *maker, enum message message, size_t measure)
{
    struct text title = text_of(message);
    title.arguments[0] = argument_name(maker->study->measures[measure].label);
    title.arguments[1] = argument_name(before_name(maker));
    title.arguments[2] = argument_name(after_name(maker));
    return title;
}

const char *stem_of_measure(struct maker *maker, const char *prefix, size_t measure)
{
    const char *const stem =
        arena_printf(&maker->report->arena, "%s_%s", prefix, maker->study->measures[measure].label);
    maker->no_memory = maker->no_memory || stem == NULL;
    return stem;
}

void add_primary_note(struct maker *maker, struct table *table, size_t scale)
{
    static const enum message tests[] = {[PRIMARY_T] = MESSAGE_TEST_T,
                                         [PRIMARY_WILCOXON] = MESSAGE_TEST_WILCOXON,
                                         [PRIMARY_SIGN] = MESSAGE_TEST_SIGN};
    const struct study *const study = maker->study;
    const size_t primary = study->primary.is_named
                               ? study->primary.scale
                               : primary_total(study, study->scales[scale].measure);
    struct text note = text_of(MESSAGE_NOTE_PRIMARY);
    if (is_primary(study, scale, study->after)) {
        note.arguments[0] =
            argument_message(primary_test(study) != PRIMARY_T && change_test(maker, scale).by_family
                                 ? MESSAGE_TEST_SIGN_FLIP
                                 : tests[primary_test(study)]);
        add_note(maker, table, note);
        if (has_comparison(maker->counted)) {
            add_note(maker, table, text_of(MESSAGE_NOTE_PRIMARY_BOTH));
        }
    } else if (primary < study->n_scales) {
        const struct study_scale *const s = &study->scales[primary];
        note = text_of(MESSAGE_NOTE_EXPLORATORY);
        note.arguments[0] = argument_name(study->measures[s->measure].label);
        note.arguments[1] = argument_name(s->scale->title);
        if (study->primary.is_named && study->primary.stage != study->after) {
            note.message = MESSAGE_NOTE_EXPLORATORY_STAGE;
            note.arguments[2] = argument_name(study->stages[study->primary.stage].name);
        }
        add_note(maker, table, note);
    }
}

struct argument zeros_argument(const struct maker *maker)
{
    return argument_message(maker->study->zeros == ZEROS_RANKED ? MESSAGE_ZEROS_RANKED
                                                                : MESSAGE_ZEROS_DROPPED);
}

struct change_test change_test(const struct maker *maker, size_t scale)
{
    return figures_are_by_family(maker->figures, scale)
               ? (struct change_test){true, STATISTIC_CI_FAMILY_LOW, STATISTIC_CI_FAMILY_HIGH,
                                      STATISTIC_P_FAMILY}
               : (struct change_test){false, STATISTIC_CI_LOW, STATISTIC_CI_HIGH, STATISTIC_P_T};
}

/* "wemwbs: Total, gas: Summary T-score" of the scales shown that have this direction. */
static const char *scales_of_direction(struct maker *maker, size_t breakdown, shows_scale *shows,
                                       bool higher, size_t *n)
{
    const struct study *const study = maker->study;
    const char *names = "";
    *n = 0;
    for (size_t s = 0; s < study->n_scales && names != NULL; s++) {
        if (study->scales[s].scale->higher_is_better == higher && shows(maker, breakdown, s)) {
            names = arena_printf(&maker->report->arena, "%s%s%s: %s", names, *n == 0 ? "" : ", ",
                                 study->measures[study->scales[s].measure].label,
                                 study->scales[s].scale->title);
            ++*n;
        }
    }
    maker->no_memory = maker->no_memory || names == NULL;
    return names;
}

void add_directions_note(struct maker *maker, struct table *table, size_t breakdown,
                         shows_scale *shows)
{
    size_t n_higher, n_lower;
    const char *const higher = scales_of_direction(maker, breakdown, shows, true, &n_higher);
    const char *const lower = scales_of_direction(maker, breakdown, shows, false, &n_lower);
    struct text note = text_of(n_lower == 0          ? MESSAGE_NOTE_HIGHER_BETTER
                               : n_higher == 0       ? MESSAGE_NOTE_LOWER_BETTER
                               : n_higher <= n_lower ? MESSAGE_NOTE_HIGHER_BETTER_ON
                                                     : MESSAGE_NOTE_LOWER_BETTER_ON);
    const char *const named = n_higher <= n_lower ? higher : lower;
    if (n_lower > 0 && n_higher > 0 && named != NULL) {
        note.arguments[0] = argument_name(named);
    }
    if (named != NULL) {
        add_note(maker, table, note);
    }
}

/* In every table of a scale, since a fall is good news on some and bad on others. */
void add_scale_notes(struct maker *maker, struct table *table, size_t scale)
{
    const struct study_scale *const s = &maker->study->scales[scale];
    const struct measure *const measure = &maker->study->measures[s->measure];
    add_note(maker, table,
             text_of(s->scale->higher_is_better ? MESSAGE_NOTE_HIGHER_BETTER
                                                : MESSAGE_NOTE_LOWER_BETTER));
    if (!measure->instrument->is_goals) {
        struct text rule = text_of(MESSAGE_NOTE_RULE);
        rule.arguments[0] = argument_name(measure->instrument->rule_text);
        add_note(maker, table, rule);
    }
    if (measure->pooled) {
        add_note(maker, table, text_of(MESSAGE_NOTE_POOLED));
    }
}

bool share_is_by_family(const struct maker *maker, size_t scale, enum family_share share)
{
    return change_test(maker, scale).by_family && share_rules_of(maker->study, scale).has[share];
}

struct value within_percent(struct value percent)
{
    return percent.number < 0.0     ? value_count(0)
           : percent.number > 100.0 ? value_count(100)
                                    : percent;
}

/* The statistics behind `percent` in the list: Wilson's ends, then the family-robust ones. */
struct cell_content share_interval(const struct maker *maker, const struct figure_key *key,
                                   enum statistic percent, enum family_share share)
{
    const bool robust = share_is_by_family(maker, key->scale, share);
    const unsigned ends = percent + (robust ? 3 : 1);
    const struct value low =
        figures_at(maker->figures, key, FIGURE_STAGE_CHANGE, (enum statistic)ends, 0);
    const struct value high =
        figures_at(maker->figures, key, FIGURE_STAGE_CHANGE, (enum statistic)(ends + 1), 0);
    return cell_percent_interval(within_percent(low), within_percent(high), 0);
}

void add_share_note(struct maker *maker, struct table *table, size_t scale, enum family_share share)
{
    add_note(maker, table,
             text_of(!change_test(maker, scale).by_family      ? MESSAGE_NOTE_WILSON
                     : share_is_by_family(maker, scale, share) ? MESSAGE_NOTE_WILSON_FAMILY
                                                               : MESSAGE_NOTE_WILSON_INDEPENDENT));
}

struct argument norm_source(struct maker *maker, const struct norm *norm,
                            const struct published_norm *from)
{
    struct text *text;
    if (from == NULL) {
        return norm->source == NULL ? argument_message(MESSAGE_STUDY_FILE)
                                    : argument_name(norm->source);
    }
    text = arena_alloc(&maker->report->arena, 1, sizeof *text);
    if (text == NULL) {
        maker->no_memory = true;
        return argument_name("");
    }
    *text = text_of(norm->confidence == CONFIDENCE_SEEN ? MESSAGE_NORM_OF
                                                        : MESSAGE_NORM_OF_SECOND_HAND);
    text->arguments[0] = argument_name(from->population);
    text->arguments[1] = argument_name(from->year);
    text->arguments[2] = argument_name(norm->source);
    return argument_text(text);
}
