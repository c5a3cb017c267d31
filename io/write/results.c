/* io/write/results.c - names are made from keys here and nowhere before: the engine counts tables,
   stages and statistics by number. */
#include "io/write/records.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "engine/memory.h"
#include "io/write/lines.h"
#include "io/write/number.h"
#include "io/write/write.h"
#include "scales/gas.h"

/* The cohort columns of a breakdown joined with ","; a name that holds one stands in quotes. The
   list is quoted so that it can be split, and then as a CSV field, so that the line can. NULL: no
   memory. */
static const char *by_label(struct arena *arena, const struct figures *figures,
                            const struct figure_key *key)
{
    const struct study *const study = figures->study;
    const struct breakdown *const by = &study->breakdowns[key->breakdown];
    const char *text = "";
    for (size_t i = 0; i <= by->n_columns && text != NULL; i++) {
        const char *name;
        if (i < by->n_columns) {
            name = study->cohort_columns[by->columns[i]];
        } else if (key->dimension == GOALS_ANY) {
            break;
        } else {
            name = key->dimension == GOALS_BY_CATEGORY
                       ? "category"
                       : study->goals.flags[key->dimension - GOALS_BY_FLAG];
        }
        text = arena_printf(arena, strpbrk(name, ",\"") != NULL ? "%s%s\"%s\"" : "%s%s%s", text,
                            i > 0 ? "," : "", name);
    }
    return text;
}

/* What the goals of a figure are about. */
static const char *member_label(const struct figures *figures, const struct figure_key *key)
{
    if (key->dimension == GOALS_BY_CATEGORY) {
        return key->member < figures->n_categories
                   ? names_text(figures->names, figures->categories[key->member])
                   : COHORT_NOT_RECORDED;
    }
    return key->member == 0 ? "yes" : "no";
}

/* NULL: no memory. */
static const char *cohort_label(struct arena *arena, const struct figures *figures,
                                const struct figure_key *key)
{
    const char *const label = figures->comparisons[key->breakdown].grouping.labels[key->group];
    const size_t n_columns = figures->study->breakdowns[key->breakdown].n_columns;
    const char *member, *group;
    if (figure_table_is_whole(key->table)) {
        return "All";
    }
    if (key->dimension == GOALS_ANY) {
        return label;
    }
    member = member_label(figures, key);
    if (n_columns == 0) {
        return member;
    }
    /* Behind a single cohort column the label has not been quoted yet; that of a crossing has. */
    member = crossing_value(arena, member);
    group = n_columns == 1 ? crossing_value(arena, label) : label;
    return member == NULL || group == NULL ? NULL : arena_printf(arena, "%s / %s", group, member);
}

static const char *stage_label(const struct study *study, unsigned stage)
{
    switch (stage) {
    case FIGURE_STAGE_NONE:
        return "";
    case FIGURE_STAGE_LATEST:
        return "latest";
    case FIGURE_STAGE_BEFORE:
        return "before";
    case FIGURE_STAGE_AFTER:
        return "after";
    case FIGURE_STAGE_CHANGE:
        return "change";
    default:
        return study->stages[stage - FIGURE_STAGE_FIRST].name;
    }
}

/* The beginning of the lines of one block, up to the statistic. */
struct beginning {
    char *bytes; /* owned, n */
    size_t n, capacity;
    const char *by;     /* of the section, in the arena */
    struct arena arena; /* of one section */
};

/* False: no memory. */
static bool begin_lines(struct beginning *beginning, const struct figures *figures,
                        const struct figure_key *key)
{
    const struct study *const study = figures->study;
    const char *const fields[] = {
        figure_table_name(key->table),
        beginning->by,
        cohort_label(&beginning->arena, figures, key),
        key->measure < study->n_measures ? study->measures[key->measure].label : "unknown",
        key->scale == NO_SCALE ? "" : study->scales[key->scale].scale->name,
        stage_label(study, key->stage)};
    beginning->n = 0;
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (fields[i] == NULL || !array_grow(&beginning->bytes, &beginning->capacity,
                                             beginning->n + CSV_ROOM(strlen(fields[i])) + 1, 1)) {
            return false;
        }
        beginning->n += csv_quoted(fields[i], beginning->bytes + beginning->n);
        beginning->bytes[beginning->n++] = ',';
    }
    return true;
}

/* The statistic's name, with what `sub` adds to it. The 64s undo BAND_SUB and MOVEMENT_SUB of
   engine/figures.h; movement is counted for the printed set alone. */
static void put_statistic(struct lines *lines, const struct figures *figures,
                          const struct figure_key *key)
{
    const struct scale *const scale =
        key->scale == NO_SCALE ? NULL : figures->study->scales[key->scale].scale;
    const struct band_set *set;
    char number[NUMBER_ROOM];
    lines_text(lines, statistic_name(key->statistic));
    switch (key->statistic) {
    case STATISTIC_FORM:
        lines_text(lines, form_reason_name(key->sub));
        break;
    case STATISTIC_DISCOUNTED_REASON:
        lines_text(lines, discount_name(key->sub));
        break;
    case STATISTIC_P_HOLM_OF:
    case STATISTIC_HOLM_TESTS_OF:
        lines_text(lines, test_kind_name(key->sub));
        break;
    case STATISTIC_BAND:
    case STATISTIC_MOVEMENT:
        assert(scale != NULL);
        set = &scale->band_sets[key->statistic == STATISTIC_BAND
                                    ? (size_t)key->sub / 64
                                    : study_band_set(figures->study, key->scale)];
        lines_text(lines, set->name);
        lines_put(lines, ".", 1);
        if (key->statistic == STATISTIC_MOVEMENT) {
            lines_text(lines, set->bands[key->sub / 64].name);
            lines_text(lines, ".to.");
        }
        lines_text(lines, set->bands[key->sub % 64].name);
        break;
    case STATISTIC_LEVEL:
        /* a level is a half or a whole number: as many decimals as it needs */
        (void)number_print((key->sub - 2 * GAS_HALVES_PER_LEVEL) / (double)GAS_HALVES_PER_LEVEL, 17,
                           number);
        lines_text(lines, number);
        break;
    case STATISTIC_SCORED_PRORATED_FROM:
    case STATISTIC_ITEM_REST:
        (void)number_print(key->sub, 17, number);
        lines_text(lines, number);
        break;
    default:
        break;
    }
}

/* Significant digits: 9 for what a model was fitted for, 12 for what rests on a distribution's tail,
   17 for the rest. 17 digits give back every double exactly. */
static unsigned digits_of(unsigned statistic)
{
    const char *const name = statistic_name(statistic);
    const size_t n = strlen(name);
    const bool is_p = strncmp(name, "p_", 2) == 0 || (n > 2 && strcmp(name + n - 2, "_p") == 0);
    if (strncmp(name, "model_", 6) == 0 || statistic == STATISTIC_TIPPING_POINT) {
        return 9;
    }
    return is_p || strstr(name, "ci_") != NULL ? 12 : 17;
}

/* An undefined value is an empty field, which read.csv() takes for NA: a 0 would go into a mean.
   The sign of a zero is dropped. */
static void put_value(struct lines *lines, const struct figure *figure, unsigned digits)
{
    const double number = figure->value.number == 0.0 ? 0.0 : figure->value.number;
    char text[NUMBER_ROOM];
    if (figure->value.kind != VALUE_UNDEFINED) {
        /* a count is exact whatever it counts */
        lines_put(lines, text,
                  number_print(number, figure->value.kind == VALUE_COUNT ? 17 : digits, text));
    }
}

/* What is made of a model's p has no more digits than that. */
static unsigned digits_at(const unsigned digits[N_STATISTICS], const struct figure_key *key)
{
    return digits[key->statistic == STATISTIC_P_HOLM_OF && key->sub == TEST_MODEL
                      ? STATISTIC_MODEL_CHANGE_P
                      : key->statistic];
}

static void put_block(struct lines *lines, const struct beginning *beginning,
                      const struct figures *figures, const struct figure_part *part,
                      const struct figure_block *block, const unsigned digits[N_STATISTICS])
{
    const struct figure_key key = figures_block_key(part, block);
    const size_t n = figures_block_size(part, block);
    for (size_t i = 0; i < n; i++) {
        const struct figure figure = figures_in_block(part, block, &key, i);
        lines_put(lines, beginning->bytes, beginning->n);
        put_statistic(lines, figures, &figure.key);
        lines_put(lines, ",", 1);
        put_value(lines, &figure, digits_at(digits, &figure.key));
        lines_put(lines, "\n", 1);
    }
}

/* False: no memory. */
static bool put_part(struct lines *lines, struct beginning *beginning,
                     const struct figures *figures, const struct figure_part *part,
                     const unsigned digits[N_STATISTICS])
{
    beginning->by = by_label(&beginning->arena, figures, &part->key);
    for (size_t i = 0; i < part->n_blocks && !ferror(lines->out); i++) {
        const struct figure_key key = figures_block_key(part, &part->blocks[i]);
        if (!begin_lines(beginning, figures, &key)) {
            return false;
        }
        put_block(lines, beginning, figures, part, &part->blocks[i], digits);
    }
    arena_free(&beginning->arena);
    return true;
}

/* Parts that are put down at a time, each by one worker; and of fewer figures nobody else is called to help. */
#define PARTS_AT_ONCE ((size_t)16)
#define WORTH_HELP ((size_t)1 << 13)

/* What has lines, and parts of one section. */
struct putting {
    const struct figures *figures;
    const unsigned *digits; /* of each statistic */
    const struct crew *crew;
    const struct figure_part *parts; /* of the pieces */
    struct {
        char *text; /* owned, n bytes; NULL: no memory */
        size_t n;
    } pieces[PARTS_AT_ONCE];
};

static bool put_parts(FILE *out, const struct putting *putting, const struct figure_part parts[],
                      size_t n)
{
    struct beginning beginning = {0};
    struct lines lines;
    bool done = true;
    lines_begin(&lines, out);
    for (size_t i = 0; i < n && done; i++) {
        done = put_part(&lines, &beginning, putting->figures, &parts[i], putting->digits);
    }
    lines_end(&lines);
    free(beginning.bytes);
    arena_free(&beginning.arena);
    return done;
}

static void put_piece(void *putting_, size_t task, size_t worker)
{
    struct putting *const putting = putting_;
    char *text = NULL;
    size_t n = 0;
    FILE *const out = open_memstream(&text, &n);
    bool done = out != NULL && put_parts(out, putting, &putting->parts[task], 1);
    (void)worker;
    done = out != NULL && fclose(out) == 0 && done;
    if (!done) {
        free(text);
        text = NULL;
    }
    putting->pieces[task].text = text;
    putting->pieces[task].n = n;
}

/* The same as put_parts(), by all workers. */
static bool put_together(FILE *out, struct putting *putting, const struct figure_part parts[],
                         size_t n)
{
    bool done = true;
    for (size_t first = 0; first < n && done && !ferror(out); first += PARTS_AT_ONCE) {
        const size_t some = n - first < PARTS_AT_ONCE ? n - first : PARTS_AT_ONCE;
        putting->parts = parts + first;
        putting->crew->run(putting->crew, some, put_piece, putting);
        for (size_t i = 0; i < some; i++) {
            done = done && putting->pieces[i].text != NULL;
            if (done) {
                fwrite(putting->pieces[i].text, 1, putting->pieces[i].n, out);
            }
            free(putting->pieces[i].text);
        }
    }
    return done;
}

static bool is_worth_help(const struct figure_part parts[], size_t n)
{
    size_t n_figures = 0;
    for (size_t i = 0; i < n; i++) {
        n_figures += parts[i].n_figures;
    }
    return n > 1 && n_figures >= WORTH_HELP;
}

/* One table under one breakdown. Of what nobody else has asked for, only this is there at a time.
   False: no memory. */
static bool put_section(FILE *out, struct putting *putting, unsigned table, size_t breakdown)
{
    const struct figures *const figures = putting->figures;
    const bool was_there = figures_is_computed(figures, table, breakdown);
    const struct figure_section *const section = figures_section(figures, table, breakdown);
    const size_t n = section->n_dimensions * section->n_parts;
    bool done = !section->no_memory;
    if (done) {
        done = putting->crew->n_workers > 1 && is_worth_help(section->parts, n)
                   ? put_together(out, putting, section->parts, n)
                   : put_parts(out, putting, section->parts, n);
    }
    if (!was_there) {
        figures_forget(figures, table, breakdown);
    }
    return done;
}

struct fault write_results(FILE *out, const struct figures *figures, const struct crew *crew)
{
    const size_t n_breakdowns = figures->study->n_breakdowns;
    unsigned digits[N_STATISTICS];
    struct putting putting = {.figures = figures, .digits = digits, .crew = crew};
    bool has_memory = true;
    for (unsigned i = 0; i < N_STATISTICS; i++) {
        digits[i] = digits_of(i);
    }
    fputs("table,by,cohort,instrument,scale,stage,statistic,value\n", out);
    for (size_t i = 0; i < N_FIGURE_TABLES * n_breakdowns && has_memory; i++) {
        has_memory = put_section(out, &putting, (unsigned)(i / n_breakdowns), i % n_breakdowns);
    }
    if (!has_memory || !figures_had_memory(figures)) {
        return fault_memory();
    }
    return ferror(out) ? fault_at(FAULT_WRITE, "results.csv", 0, 0, "could not be written whole")
                       : FAULT_FREE;
}
