/* io/read/recognise.c - reads the files once through for the header row and the stages; the answers
   are read later, by the study file that comes out of this. Whatever is not plain becomes a fault
   that asks for a study file: a wrong order of stages would turn every change round. */
#include "io/read/recognise.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/names.h"
#include "engine/study.h"
#include "io/read/cells.h"
#include "io/read/columns.h"
#include "io/read/delimited.h"

/* --- the order of stages --- */

/* Well-known stage names in their order. "N weeks", "N months" and "N years" come behind those of
   the start and the phases, by their length; but whether "after" or "closure" comes before "3
   months" only the study knows. */
#define END_RANK 3
#define SPAN_RANK 10
static const struct {
    const char *name;
    int64_t rank;
} known_stages[] = {
    {"start", 0},
    {"before", 0},
    {"baseline", 0},
    {"pre", 0},
    {"intake", 0},
    {"end of phase 1", 1},
    {"end phase 1", 1},
    {"end of intensive phase", 1},
    {"end of phase 2", 2},
    {"end phase 2", 2},
    {"after", END_RANK},
    {"post", END_RANK},
    {"end", END_RANK},
    {"closure", END_RANK},
    {"close", END_RANK},
    {"follow-up", END_RANK},
    {"follow up", END_RANK},
};

/* Only their order counts, so that a month of 30 days will do. */
static const struct {
    const char *unit;
    int64_t days;
} known_units[] = {
    {"day", 1},    {"days", 1},    {"week", 7},   {"weeks", 7},
    {"month", 30}, {"months", 30}, {"year", 365}, {"years", 365},
};

enum stage_kind { STAGE_NUMBER, STAGE_DATE, STAGE_KNOWN, STAGE_OTHER };

struct found_stage {
    const char *text;
    enum stage_kind kind;
    int64_t rank;
};

/* "3 months" and "3-month follow-up" by their length; false where it is not such a name. */
static bool span_rank(const char *text, int64_t *rank)
{
    char number[8] = "", unit[8] = "";
    size_t n = 0;
    int64_t count;
    while (text[n] >= '0' && text[n] <= '9' && n + 1 < sizeof number) {
        number[n] = text[n];
        n++;
    }
    if (n == 0 || !text_decimal(number, 0, &count)) {
        return false;
    }
    text += n;
    text += strspn(text, " -_");
    for (n = 0; ((text[n] | 0x20) >= 'a' && (text[n] | 0x20) <= 'z') && n + 1 < sizeof unit; n++) {
        unit[n] = text[n];
    }
    for (size_t i = 0; i < sizeof known_units / sizeof known_units[0]; i++) {
        if (text_alike(unit, known_units[i].unit)) {
            *rank = SPAN_RANK + count * known_units[i].days;
            return true;
        }
    }
    return false;
}

/* What may stand before a number. */
static const char *const number_prefixes[] = {"t", "time ", "wave ", "stage ", ""};

/* "T1", "time 2", "wave 3" and plain numbers. */
static bool number_rank(const char *text, int64_t *rank)
{
    for (size_t i = 0; i < sizeof number_prefixes / sizeof number_prefixes[0]; i++) {
        const size_t n = strlen(number_prefixes[i]);
        char start[8] = "";
        if (strlen(text) > n && n < sizeof start) {
            memcpy(start, text, n);
            if (text_alike(start, number_prefixes[i]) && text_decimal(text + n, 0, rank)) {
                return true;
            }
        }
    }
    return false;
}

static void rank_stage(struct found_stage *stage)
{
    stage->kind = STAGE_OTHER;
    if (number_rank(stage->text, &stage->rank)) {
        stage->kind = STAGE_NUMBER;
        return;
    }
    /* Day-first dates are not tried: 3/4/2020 has two readings, and there is no study file to
       ask. */
    if (text_date(stage->text, false, &stage->rank)) {
        stage->kind = STAGE_DATE;
        return;
    }
    if (span_rank(stage->text, &stage->rank)) {
        stage->kind = STAGE_KNOWN;
        return;
    }
    for (size_t i = 0; i < sizeof known_stages / sizeof known_stages[0]; i++) {
        if (text_alike(known_stages[i].name, stage->text)) {
            stage->kind = STAGE_KNOWN;
            stage->rank = known_stages[i].rank;
        }
    }
}

/* qsort keeps no order among equals: the text makes the study file the same on every system. */
static int found_stage_compare(const void *a, const void *b)
{
    const struct found_stage *const x = a, *const y = b;
    return x->rank < y->rank ? -1 : x->rank > y->rank ? 1 : strcmp(x->text, y->text);
}

/* --- what a file holds --- */

#define MAX_FOUND 16
#define MOST_SEEN 4096

/* Columns named PREFIX_NUMBER with one prefix. */
struct numbered {
    const struct instrument *instrument;
    size_t group;
    const char *names[MAX_ITEMS]; /* by ascending number */
    int64_t numbers[MAX_ITEMS];
    size_t n;
};

struct file {
    struct recogniser *recogniser;
    const char *path;
    const char *named; /* as the study file names it */
    bool has_rows;
    struct numbered found[MAX_FOUND];
    size_t n_found;
    size_t stage_column; /* SIZE_MAX: none */
    bool has_site, has_year, has_goals, has_weight, has_category, has_date;
};

struct recogniser {
    struct arena *arena;
    const struct instrument **instruments; /* n_instruments: all on the shelf */
    size_t n_instruments;
    struct found_stage stages[MAX_STAGES];
    size_t n_stages;
    struct names seen; /* texts of stage columns, as they stand in the files */
    struct text_room room;
    struct file *files; /* n_files */
    size_t n_files;
    bool any_site, any_year; /* some file has the column */
};

/* Do a column's prefix and a name agree, with '-' and '_' the same and optional? */
static bool same_name(const char *prefix, size_t length, const char *name)
{
    size_t i = 0;
    while (i < length || *name != '\0') {
        if (i < length && strchr("-_ ", prefix[i]) != NULL) {
            i++;
        } else if (*name == '-' || *name == '_') {
            name++;
        } else if (i == length || *name == '\0' || (prefix[i] | 0x20) != (*name | 0x20)) {
            return false;
        } else {
            i++;
            name++;
        }
    }
    return true;
}

static bool is_instrument(const struct instrument *instrument, const char *prefix, size_t length)
{
    bool same = same_name(prefix, length, instrument->name);
    for (size_t i = 0; i < instrument->n_aliases && !same; i++) {
        same = same_name(prefix, length, instrument->aliases[i]);
    }
    return same;
}

/* The instrument and item group that a prefix names: "sdq_parent" or "sdq_parent_impact". */
static bool find_prefix(const struct recogniser *r, const char *prefix, size_t length,
                        const struct instrument **instrument, size_t *group)
{
    for (size_t i = 0; i < r->n_instruments; i++) {
        *instrument = r->instruments[i];
        *group = 0;
        if (is_instrument(*instrument, prefix, length)) {
            return true;
        }
        /* Group 0 goes by the instrument's name alone; only the further ones add theirs. */
        for (*group = 1; *group < (*instrument)->n_groups; (*group)++) {
            const char *const name = (*instrument)->groups[*group].name;
            const size_t n = strlen(name);
            if (length > n + 1 && same_name(prefix + length - n, n, name) &&
                is_instrument(*instrument, prefix, length - n)) {
                return true;
            }
        }
    }
    return false;
}

/* A prefix that several instruments begin with: "sdq". */
static struct fault many_versions(const struct file *file, size_t row, size_t column,
                                  const char *prefix, size_t length)
{
    const struct recogniser *const r = file->recogniser;
    const char *list = NULL;
    size_t n = 0;
    for (size_t i = 0; i < r->n_instruments; i++) {
        const char *const name = r->instruments[i]->name;
        /* A shorter prefix is rather a column of the user's own than the beginning of a name. */
        if (length >= 3 && strlen(name) > length) {
            char *const start = arena_copy(r->arena, name, length);
            if (start != NULL && same_name(prefix, length, start)) {
                list = list == NULL ? name : arena_printf(r->arena, "%s, %s", list, name);
                n++;
            }
        }
    }
    return n < 2 || list == NULL
               ? FAULT_FREE
               : fault_at(FAULT_CONTENT, file->path, row, column,
                          "found items of an instrument that has several versions, expected one "
                          "of these in front of the item's number: %s",
                          list);
}

static struct fault add_numbered(struct file *file, const struct instrument *instrument,
                                 size_t group, int64_t number, const char *name)
{
    struct numbered *numbered = NULL;
    size_t i;
    for (i = 0; i < file->n_found && numbered == NULL; i++) {
        if (file->found[i].instrument == instrument && file->found[i].group == group) {
            numbered = &file->found[i];
        }
    }
    if (numbered == NULL && file->n_found < MAX_FOUND) {
        numbered = &file->found[file->n_found++];
        *numbered = (struct numbered){.instrument = instrument, .group = group};
    }
    if (numbered == NULL || numbered->n == MAX_ITEMS) {
        return fault_at(FAULT_CONTENT, file->path, 1, 0,
                        "found more items than can be told apart; write a study file");
    }
    /* The columns of a file may stand in any order; the study file lists them in that of the
       form. */
    for (i = numbered->n; i > 0 && numbered->numbers[i - 1] > number; i--) {
        numbered->numbers[i] = numbered->numbers[i - 1];
        numbered->names[i] = numbered->names[i - 1];
    }
    numbered->numbers[i] = number;
    numbered->names[i] = arena_copy(file->recogniser->arena, name, strlen(name));
    numbered->n++;
    return numbered->names[i] == NULL ? fault_memory() : FAULT_FREE;
}

/* A column named PREFIX_NUMBER of a known instrument. */
static struct fault take_item_column(struct file *file, const struct row *row, size_t column)
{
    const struct cell *const cell = &row->cells[column];
    size_t length = cell->length;
    const struct instrument *instrument;
    size_t group;
    int64_t number;
    /* A total ("wemwbs_total") does not end in a number, and so is not taken for an item. */
    while (length > 0 && cell->text[length - 1] >= '0' && cell->text[length - 1] <= '9') {
        length--;
    }
    if (length == cell->length || length == 0 || !text_decimal(cell->text + length, 0, &number)) {
        return FAULT_FREE;
    }
    while (length > 0 && strchr("-_ ", cell->text[length - 1]) != NULL) {
        length--;
    }
    if (find_prefix(file->recogniser, cell->text, length, &instrument, &group)) {
        return add_numbered(file, instrument, group, number, cell->text);
    }
    return many_versions(file, row->number, column + 1, cell->text, length);
}

static struct fault take_header(void *context, const struct row *row)
{
    struct file *const file = context;
    bool has_goal = false, has_level = false;
    struct fault fault = check_header(file->path, row);
    file->stage_column = SIZE_MAX;
    for (size_t i = 0; i < row->n_cells && fault.code == FAULT_NONE; i++) {
        const char *const text = row->cells[i].text;
        if (text_alike(text, "stage")) {
            file->stage_column = i;
        }
        file->has_site = file->has_site || text_alike(text, "site");
        file->has_year = file->has_year || text_alike(text, "year");
        file->has_date = file->has_date || text_alike(text, "date");
        has_goal = has_goal || text_alike(text, "goal");
        has_level = has_level || text_alike(text, "level");
        file->has_weight = file->has_weight || text_alike(text, "weight");
        file->has_category = file->has_category || text_alike(text, "category");
        fault = take_item_column(file, row, i);
    }
    file->has_goals = has_goal && has_level;
    file->recogniser->any_site = file->recogniser->any_site || file->has_site;
    file->recogniser->any_year = file->recogniser->any_year || file->has_year;
    return fault;
}

static struct fault take_stage(struct file *file, const struct cell *cell, uint64_t row)
{
    struct recogniser *const r = file->recogniser;
    struct found_stage *stage;
    /* Such a row is set aside, and listed, when the answers are read. */
    if (text_is_missing(cell->text)) {
        return FAULT_FREE;
    }
    for (size_t i = 0; i < r->n_stages; i++) {
        stage = &r->stages[i];
        if (text_alike(stage->text, cell->text)) {
            if (strcmp(cell->text, stage->text) < 0) { /* one spelling, whatever the row order */
                stage->text = arena_copy(r->arena, cell->text, cell->length);
            }
            return stage->text == NULL ? fault_memory() : FAULT_FREE;
        }
    }
    if (r->n_stages == MAX_STAGES) {
        return fault_at(FAULT_CONTENT, file->path, row, file->stage_column + 1,
                        "found more than %d stages; write a study file that names them",
                        MAX_STAGES);
    }
    stage = &r->stages[r->n_stages];
    stage->text = arena_copy(r->arena, cell->text, cell->length);
    if (stage->text == NULL) {
        return fault_memory();
    }
    rank_stage(stage);
    r->n_stages++;
    return stage->kind != STAGE_OTHER
               ? FAULT_FREE
               : fault_at(FAULT_CONTENT, file->path, row, file->stage_column + 1,
                          "found a stage whose place in the order is not known, expected a "
                          "number, a date or a name such as start, 3 months; write a study file");
}

/* The stages of some rows. A text that was looked at before has nothing new to say. */
static struct fault take_rows(void *context, const struct raw_row rows[], size_t n,
                              uint64_t lines_before)
{
    struct file *const file = context;
    struct recogniser *const r = file->recogniser;
    const size_t column = file->stage_column;
    struct fault fault = FAULT_FREE;
    file->has_rows = file->has_rows || n > 0;
    /* SIZE_MAX is beyond every row; check_file() tells the user that there is no such column. */
    for (size_t i = 0; i < n && fault.code == FAULT_NONE; i++) {
        struct cell cell;
        if (column >= rows[i].n_cells) {
            continue;
        }
        const struct span raw = raw_cell(&rows[i], column);
        uint32_t number;
        if (names_find(&r->seen, raw.text, raw.length) != NO_NAME) {
            continue;
        }
        fault = raw_cell_text(&rows[i], column, &r->room, &cell)
                    ? take_stage(file, &cell, lines_before + rows[i].number)
                    : fault_memory();
        if (r->seen.n_names < MOST_SEEN && !names_add(&r->seen, raw.text, raw.length, &number)) {
            fault = fault_memory();
        }
    }
    return fault;
}

/* --- the study file --- */

/* A text as a YAML scalar that means just this text. */
static void write_quoted(FILE *out, const char *text)
{
    putc('"', out);
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') {
            putc('\\', out);
        }
        if ((unsigned char)*text < 0x20) {
            fprintf(out, "\\x%02x", (unsigned)(unsigned char)*text);
        } else {
            putc(*text, out);
        }
    }
    putc('"', out);
}

static void write_item_list(FILE *out, const struct numbered *numbered)
{
    fprintf(out, "    %s: [", numbered->instrument->groups[numbered->group].name);
    for (size_t i = 0; i < numbered->n; i++) {
        fputs(i > 0 ? ", " : "", out);
        write_quoted(out, numbered->names[i]);
    }
    fputs("]\n", out);
}

/* A file without the column that others are broken down by: its respondents show as not recorded,
   for everyone to see, and the breakdown does not vanish. */
static void write_constants(FILE *out, const struct file *file)
{
    const bool site = file->recogniser->any_site && !file->has_site;
    const bool year = file->recogniser->any_year && !file->has_year;
    if (site || year) {
        fprintf(out, "    constants: {%s%s%s}\n", site ? "site: Not recorded" : "",
                site && year ? ", " : "", year ? "year: Not recorded" : "");
    }
}

static void write_sources(FILE *out, const struct file *file)
{
    for (size_t i = 0; i < file->n_found; i++) {
        /* One entry for each instrument, at its first group; the further groups are written into
           it. */
        if (file->found[i].group != 0) {
            continue;
        }
        fputs("  - file: ", out);
        write_quoted(out, file->named);
        fprintf(out, "\n    instrument: %s\n", file->found[i].instrument->name);
        write_constants(out, file);
        for (size_t j = 0; j < file->n_found; j++) {
            if (file->found[j].instrument == file->found[i].instrument) {
                write_item_list(out, &file->found[j]);
            }
        }
    }
    if (file->has_goals) {
        fputs("  - file: ", out);
        write_quoted(out, file->named);
        fputs("\n    instrument: gas\n    goal: goal\n    level: level\n", out);
        write_constants(out, file);
        fputs(file->has_weight ? "    weight: weight\n" : "", out);
        fputs(file->has_category ? "    category: category\n" : "", out);
    }
}

static void write_study(FILE *out, const struct recogniser *r)
{
    const bool site = r->any_site, year = r->any_year;
    fputs(
        "# Made by pellter from the columns of the files. Read it through before you rely on it.\n"
        "stages:\n",
        out);
    for (size_t i = 0; i < r->n_stages; i++) {
        fputs("  - ", out);
        write_quoted(out, r->stages[i].text);
        putc('\n', out);
    }
    fputs("before: ", out);
    write_quoted(out, r->stages[0].text);
    fputs("\nafter: ", out);
    write_quoted(out, r->stages[r->n_stages - 1].text);
    fputs(site && year ? "\ncohorts: [[site], [year]]\n"
          : site       ? "\ncohorts: [site]\n"
          : year       ? "\ncohorts: [year]\n"
                       : "\n",
          out);
    fputs("sources:\n", out);
    for (size_t i = 0; i < r->n_files; i++) {
        write_sources(out, &r->files[i]);
    }
}

/* --- all --- */

/* 1, 2, 3 ... or 0, 1, 2 ..., each once. */
static bool numbered_through(const struct numbered *numbered)
{
    for (size_t i = 0; i < numbered->n; i++) {
        if (numbered->numbers[i] != numbered->numbers[0] + (int64_t)i) {
            return false;
        }
    }
    return numbered->n > 0 && (numbered->numbers[0] == 0 || numbered->numbers[0] == 1);
}

/* A further group by itself ("sdq_parent_impact_1" ...) is no form: its questionnaire has to be
   there. */
static bool has_questionnaire(const struct file *file, const struct instrument *instrument)
{
    for (size_t i = 0; i < file->n_found; i++) {
        if (file->found[i].instrument == instrument && file->found[i].group == 0) {
            return true;
        }
    }
    return false;
}

/* " (without wemwbs_03)" where one number is left out, as the others are written; else "". */
static void name_missing(const struct numbered *numbered, size_t n_items, char *out, size_t room)
{
    const char *const name = numbered->names[0];
    const int64_t first = numbered->numbers[0] == 0 ? 0 : 1;
    size_t stem = strlen(name);
    int64_t missing = first;
    size_t width;
    while (stem > 0 && name[stem - 1] >= '0' && name[stem - 1] <= '9') {
        stem--;
    }
    width = name[stem] == '0' ? strlen(name) - stem : 0; /* with leading zeros, or the number 0 */
    for (size_t i = 0; i < numbered->n && numbered->numbers[i] == missing; i++) {
        missing++;
    }
    out[0] = '\0';
    if (numbered->n + 1 == n_items && missing < first + (int64_t)n_items && name[stem] != '\0') {
        snprintf(out, room, "; without \"%.*s%0*lld\"", (int)(stem < 60 ? stem : 60), name,
                 (int)(width < 4 ? width : 4), (long long)missing);
    }
}

static struct fault check_file(const struct file *file)
{
    if (file->n_found == 0 && !file->has_goals) {
        return fault_at(
            FAULT_CONTENT, file->path, 1, 0,
            "found no items of an instrument, expected a column for each item (not totals) "
            "such as wemwbs_1 ... wemwbs_14, or goal and level; else write a study file");
    }
    if (file->stage_column == SIZE_MAX) {
        return fault_at(FAULT_CONTENT, file->path, 1, 0,
                        "found no column \"stage\", expected one; else write a study file");
    }
    for (size_t i = 0; i < file->n_found; i++) {
        const struct numbered *const numbered = &file->found[i];
        const struct item_group *const group = &numbered->instrument->groups[numbered->group];
        if (numbered->n != group->n_items && (group->n_long == 0 || numbered->n != group->n_long)) {
            char missing[100];
            name_missing(numbered, group->n_items, missing, sizeof missing);
            return fault_at(FAULT_CONTENT, file->path, 1, 0,
                            "found %zu columns of \"%s\" (%s), expected %zu%s", numbered->n,
                            numbered->instrument->name, group->name, group->n_items, missing);
        }
        if (!has_questionnaire(file, numbered->instrument)) {
            return fault_at(FAULT_CONTENT, file->path, 1, 0,
                            "found the columns of \"%s\" (%s), expected those of its items as well",
                            numbered->instrument->name, group->name);
        }
        /* With the right count, but 3 missing and 15 there, every later answer would be scored as
           that of another item. */
        if (!numbered_through(numbered)) {
            return fault_at(FAULT_CONTENT, file->path, 1, 0,
                            "found the columns of \"%s\" (%s) with a number left out or twice, "
                            "expected them numbered through from 1 (or 0)",
                            numbered->instrument->name, group->name);
        }
    }
    if (!file->has_rows) {
        return fault_at(FAULT_CONTENT, file->path, 0, 0,
                        "found column names only, expected rows of answers below them");
    }
    return FAULT_FREE;
}

/* The stages are sorted by now. Two names of one rank ("post", "end") are not put in an order by
   guess. */
static struct fault check_stages(const struct recogniser *r)
{
    for (size_t i = 1; i < r->n_stages; i++) {
        const bool end_and_span = r->stages[i].kind == STAGE_KNOWN &&
                                  r->stages[i - 1].rank == END_RANK &&
                                  r->stages[i].rank >= SPAN_RANK;
        if (r->stages[i].kind != r->stages[0].kind || end_and_span ||
            r->stages[i].rank == r->stages[i - 1].rank) {
            return fault_at(FAULT_CONTENT, r->files[0].path, 0, 0,
                            "found stages whose order cannot be told, expected all numbers, all "
                            "dates or well-known names, none twice; write a study file");
        }
    }
    return r->n_stages > 0 ? FAULT_FREE
                           : fault_at(FAULT_CONTENT, r->files[0].path, 0, 0,
                                      "found no stage in the column \"stage\", expected some");
}

static struct fault load_shelf(struct recogniser *r, const struct instrument_shelf *shelf)
{
    const char *const *names;
    size_t n;
    struct fault fault = instrument_names(shelf, r->arena, &names, &n);
    if (fault.code != FAULT_NONE) {
        return fault;
    }
    r->instruments = arena_alloc(r->arena, n + 1, sizeof *r->instruments);
    if (r->instruments == NULL) {
        return fault_memory();
    }
    for (size_t i = 0; i < n && fault.code == FAULT_NONE; i++) {
        fault = instrument_load(shelf, names[i], NULL, r->arena, &r->instruments[i]);
        r->n_instruments++;
    }
    return fault;
}

static struct fault print_study(const struct recogniser *r, const char **study_file)
{
    char *bytes = NULL;
    size_t size = 0;
    FILE *const out = open_memstream(&bytes, &size);
    if (out == NULL) {
        return fault_memory();
    }
    write_study(out, r);
    /* `bytes` is complete, and safe to free, only from here on. */
    if (fclose(out) != 0) {
        free(bytes);
        return fault_memory();
    }
    *study_file = arena_copy(r->arena, bytes, size);
    free(bytes);
    return *study_file == NULL ? fault_memory() : FAULT_FREE;
}

/* How the study file in `folder` names a file. */
static const char *path_from(struct arena *arena, const char *folder, const char *path)
{
    const size_t length = strlen(folder);
    char here[4096];
    if (length == 0 || path[0] == '/') {
        return path;
    }
    if (strncmp(path, folder, length) == 0) {
        return path + length;
    }
    return getcwd(here, sizeof here) == NULL ? path : arena_printf(arena, "%s/%s", here, path);
}

struct fault recognise(const char *const files[], size_t n, const char *folder,
                       const struct instrument_shelf *shelf, struct arena *arena,
                       const char **study_file)
{
    /* On the heap, since one file's findings take over 32 KB. */
    struct recogniser r = {.arena = arena, .files = calloc(n + 1, sizeof *r.files), .n_files = n};
    struct fault fault;
    if (r.files == NULL) {
        return fault_memory();
    }
    fault = load_shelf(&r, shelf);
    for (size_t i = 0; i < n && fault.code == FAULT_NONE; i++) {
        r.files[i].recogniser = &r;
        r.files[i].path = files[i];
        r.files[i].named = path_from(arena, folder, files[i]);
        if (r.files[i].named == NULL) {
            fault = fault_memory();
            break;
        }
        fault = delimited_read(files[i], 0, take_header, take_rows, &r.files[i]);
        if (fault.code == FAULT_NONE) {
            fault = check_file(&r.files[i]);
        }
    }
    if (fault.code == FAULT_NONE) {
        qsort(r.stages, r.n_stages, sizeof r.stages[0], found_stage_compare);
        fault = check_stages(&r);
    }
    if (fault.code == FAULT_NONE) {
        fault = print_study(&r, study_file);
    }
    free(r.files);
    names_free(&r.seen);
    free(r.room.bytes);
    return fault;
}
