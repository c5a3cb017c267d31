/* bench/make_data.c - synthetic forms of any number of respondents, the same bytes every time, and
   the study file that goes with them. Every cell follows from the respondent's number and the place
   of the row by a hash, so rows can be written in any order, and none is kept in memory.

   usage: make_data [OPTION ...] wemwbs|sdq|goals RESPONDENTS OUT     writes OUT.csv and OUT.yaml,
   and prints the number of rows and of bytes in OUT.csv. */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "data-samples/random.h"

#define N_STAGES 6
#define MAX_CELLS 40
#define ITEM_WEMWBS 14
#define ITEM_SDQ 25
#define NO_ITEM (-1)

struct options {
    bool shuffled, reversed, crlf, long_ids, comments, bad_cells;
    int n_sites, n_years;
    const char *out; /* borrowed from argv */
};

/* A row on its way out: cell k is text[ends[k - 1], ends[k]). */
struct row {
    char text[1024];
    size_t ends[MAX_CELLS];
    size_t n_cells, length;
};

/* What the items of a form have in common. */
struct items {
    int n, lowest, highest;
    uint32_t turned;  /* bit i: item i is answered the other way round */
    const int *typos; /* n_typos numbers that none of the items can take */
    int n_typos;
};

struct kind {
    const char *name, *columns;
    unsigned n_slots; /* rows that one respondent can have */
    /* Fills the row of a respondent's slot; false: this respondent has no such row. */
    bool (*fill)(struct row *row, const struct options *options, uint64_t who, unsigned slot);
    const char *study; /* the study file from its second line on; %s is the name of the CSV */
};

/* --- cells --- */

static void put_text(struct row *row, const char *text)
{
    const size_t n = strlen(text);
    memcpy(row->text + row->length, text, n);
    row->length += n;
    row->ends[row->n_cells++] = row->length;
}

/* The digits of a number, at least `width` of them, without ending the cell. */
static void add_digits(struct row *row, uint64_t number, size_t width)
{
    char digits[20];
    size_t n = 0;
    while (number > 0 || n < width) {
        digits[n++] = (char)('0' + number % 10);
        number /= 10;
    }
    while (n > 0) {
        row->text[row->length++] = digits[--n];
    }
}

static void put_number(struct row *row, int number)
{
    if (number < 0) {
        row->text[row->length++] = '-';
    }
    add_digits(row, (uint64_t)abs(number), 1);
    row->ends[row->n_cells++] = row->length;
}

/* P0000001, or 36 characters in the form of a UUID that end in the number. */
static void put_id(struct row *row, const struct options *options, char letter, uint64_t number)
{
    if (options->long_ids) {
        char text[48];
        struct random random = {number * 256 + (uint64_t)letter};
        const uint64_t a = random_bits(&random), b = random_bits(&random);
        snprintf(text, sizeof text,
                 "%08" PRIx64 "-%04" PRIx64 "-4%03" PRIx64 "-%04" PRIx64 "-%012" PRIu64, a >> 32,
                 a & 0xffff, b >> 52, 0x8000 | (b & 0x3fff), number + 1);
        put_text(row, text);
    } else {
        row->text[row->length++] = letter;
        add_digits(row, number + 1, 7);
        row->ends[row->n_cells++] = row->length;
    }
}

/* Days counted in months of 30 days from 1 January of `year`; the 29th and 30th of February are its
   28th. */
static void put_date(struct row *row, int first_year, int days)
{
    const unsigned since = (unsigned)days, year = (unsigned)first_year + since / 360;
    const unsigned month = since / 30 % 12 + 1, day = since % 30 + 1;
    add_digits(row, year, 4);
    row->text[row->length++] = '-';
    add_digits(row, month, 2);
    row->text[row->length++] = '-';
    add_digits(row, month == 2 && day > 28 ? 28 : day, 2);
    row->ends[row->n_cells++] = row->length;
}

/* --- chance --- */

/* 0 .. n - 1; random_below() without its last bit of evenness, and without its divisions. */
static int draw_below(struct random *random, int n)
{
    return (int)((random_bits(random) >> 32) * (uint64_t)n >> 32);
}

/* Thousandths to the nearest whole number, halves up. */
static int whole(int thousandths)
{
    return (thousandths + 500 + 1000000) / 1000 - 1000;
}

static void put_bad(struct row *row, struct random *random)
{
    static const char *const bad[] = {"99", "x", "99", "3 or 4", "illegible", "99"};
    put_text(row, bad[draw_below(random, 6)]);
}

/* Nearly normal with mean 0 and sd 1000, from one draw. */
static int draw_normal(struct random *random)
{
    const uint64_t bits = random_bits(random);
    const int sum =
        (int)((bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48));
    return (sum - 131070) * 100 / 3784; /* 37,837 is the sd of the sum of four */
}

/* One in five forms is filled in carelessly, with 30 % of its items blank; one in a thousand has a
   number that cannot be. One item always has an answer, so no form is blank: what a blank form
   counts as is a question that the peers' scripts need not go into. `level` is in thousandths. */
static void put_items(struct row *row, const struct options *options, const struct items *items,
                      struct random *random, int level)
{
    const bool careless = draw_below(random, 100) < 20, slip = draw_below(random, 1000) == 0;
    const int sure = draw_below(random, items->n);
    const int slipped = slip ? (sure + 1 + draw_below(random, items->n - 1)) % items->n : NO_ITEM;
    for (int i = 0; i < items->n; i++) {
        const int noise = draw_normal(random) * 4 / 5;
        const int answer = clamp(whole(level + noise), items->lowest, items->highest);
        const int percent = draw_below(random, 100);
        if (i != sure && options->bad_cells && percent < 5) {
            put_bad(row, random);
        } else if (i != sure && careless && percent >= 70) {
            put_text(row, "");
        } else if (i == slipped) {
            put_number(row, items->typos[draw_below(random, items->n_typos)]);
        } else {
            const bool turned = (items->turned >> i & 1) != 0;
            put_number(row, turned ? items->lowest + items->highest - answer : answer);
        }
    }
}

/* --- respondents --- */

/* Families of one, two and three in turn. */
static uint64_t family_of(uint64_t who)
{
    static const unsigned char place[] = {0, 1, 1, 2, 2, 2};
    return who / 6 * 3 + place[who % 6];
}

/* A stream of its own for each (what, number): families, respondents, forms. */
static struct random stream(uint64_t what, uint64_t number)
{
    struct random seed = {number * 16 + what};
    return (struct random){random_bits(&seed)};
}

/* Sites are of unequal size: the share of the first k of n is the root of k/n. */
static int draw_site(struct random *random, int n)
{
    const uint64_t u = random_bits(random) >> 32;
    return (int)((u * u >> 32) * (uint64_t)n >> 32) + 1;
}

/* How much better a site's people get on the way, in thousandths. */
static int site_effect(int site)
{
    return 100 + site * 37 % 301;
}

static bool fill_wemwbs(struct row *row, const struct options *options, uint64_t who, unsigned slot)
{
    static const char *const stages[N_STAGES] = {"start", "end_phase1", "m1", "m3", "m6", "m12"};
    static const int stay[N_STAGES] = {1000, 860, 760, 670, 580, 500}; /* of a thousand */
    static const int days[N_STAGES] = {0, 75, 105, 165, 255, 435};
    static const int typos[] = {0, 6, 7, 9, 11, 22, 33, 55};
    static const struct items items = {ITEM_WEMWBS, 1, 5, 0, typos, 8};
    struct random person = stream(1, who), family = stream(2, family_of(who));
    const int gone = draw_below(&person, 1000);
    const bool late = draw_below(&person, 1000) < 15; /* came after the start and stayed */
    if (late ? slot == 0 : gone >= stay[slot]) {
        return false;
    }
    const int site = draw_site(&family, options->n_sites);
    const int year = 2016 + draw_below(&family, options->n_years);
    const int level = 3000 + draw_normal(&person) * 7 / 10;
    const int day = draw_below(&person, 360);
    struct random form = stream(3 + slot, who);
    put_id(row, options, 'P', who);
    put_id(row, options, 'F', family_of(who));
    put_number(row, site);
    put_number(row, year);
    put_text(row, stages[slot]);
    put_date(row, year, day + days[slot]);
    put_items(row, options, &items, &form,
              level + site_effect(site) * (int)slot / 5 + draw_normal(&form) / 4);
    return true;
}

static bool fill_sdq(struct row *row, const struct options *options, uint64_t who, unsigned slot)
{
    static const char *const informants[] = {"parent", "teacher", "self"};
    static const int typos[] = {3, 4, 5, 9, 11, 22};
    /* reversed items 7, 11, 14, 21, 25, and the five of the prosocial scale */
    static const struct items items = {ITEM_SDQ,
                                       0,
                                       2,
                                       1U << 6 | 1U << 10 | 1U << 13 | 1U << 20 | 1U << 24 | 1U |
                                           1U << 3 | 1U << 8 | 1U << 16 | 1U << 19,
                                       typos,
                                       6};
    struct random person = stream(1, who), family = stream(2, family_of(who));
    const int gone = draw_below(&person, 1000);
    const bool late = draw_below(&person, 1000) < 15;
    if (late ? slot == 0 : slot == 1 && gone >= 660) {
        return false;
    }
    const int site = draw_site(&family, options->n_sites);
    const int informant = draw_below(&person, 3);
    const int age = informant == 2 ? 11 + draw_below(&person, 7) : 4 + draw_below(&person, 14);
    const int level = 900 + draw_normal(&person) * 7 / 20;
    struct random form = stream(3 + slot, who);
    put_id(row, options, 'P', who);
    put_number(row, site);
    put_number(row, 2016 + draw_below(&family, options->n_years));
    put_text(row, informants[informant]);
    put_number(row, age);
    put_text(row, slot == 0 ? "before" : "after");
    put_items(row, options, &items, &form,
              level - (int)slot * site_effect(site) / 2 + draw_normal(&form) * 3 / 20);
    return true;
}

/* A level, rarely one that cannot be or none. The first goal has one at the start, so that every
   family of the file is a respondent. */
static void put_level(struct row *row, const struct options *options, struct random *random,
                      int mean, bool sure)
{
    const int level = whole(mean + draw_normal(random) * 9 / 10);
    const int percent = draw_below(random, 100);
    if (!sure && options->bad_cells && percent < 5) {
        put_bad(row, random);
    } else if (!sure && percent >= 97) {
        put_text(row, "");
    } else if (!sure && draw_below(random, 1000) == 0) {
        put_number(row, 3 + draw_below(random, 6));
    } else {
        put_number(row, clamp(level, -2, 2));
    }
}

static bool fill_goals(struct row *row, const struct options *options, uint64_t who, unsigned slot)
{
    static const char *const categories[] = {"behaviour",     "routine", "school", "communication",
                                             "relationships", "safety",  "health"};
    const unsigned number = slot / 2;
    const bool after = slot % 2 == 1;
    struct random family = stream(2, who);
    const unsigned n_goals = 2 + (unsigned)draw_below(&family, 4);
    const bool left = draw_below(&family, 100) < 30;
    if (number >= n_goals || (after && left)) {
        return false;
    }
    const int site = draw_site(&family, options->n_sites);
    struct random goal = stream(4 + number, who),
                  rating = stream(10 + (after ? 1 : 0), who * 8 + number);
    put_id(row, options, 'F', who);
    put_number(row, site);
    put_number(row, (int)number + 1);
    put_number(row, 1 + draw_below(&goal, 3));
    put_text(row, categories[draw_below(&goal, 7)]);
    put_text(row, after ? "after" : "before");
    put_level(row, options, &rating, after ? 200 + site_effect(site) : -1200, slot == 0);
    return true;
}

static const struct kind kinds[] = {
    {"wemwbs",
     "participant_id,family_id,site,year,stage,date,"
     "w01,w02,w03,w04,w05,w06,w07,w08,w09,w10,w11,w12,w13,w14",
     N_STAGES, fill_wemwbs,
     "stages: [start, end_phase1, m1, m3, m6, m12]\n"
     "before: start\n"
     "after: m12\n"
     "cohorts: [site]\n"
     "sources:\n"
     "  - file: %s\n"
     "    instrument: wemwbs\n"
     "    participant: participant_id\n"
     "    family: family_id\n"
     "    items: \"w{01..14}\"\n"},
    {"sdq",
     "participant_id,site,year,informant,age,stage,"
     "s01,s02,s03,s04,s05,s06,s07,s08,s09,s10,s11,s12,s13,"
     "s14,s15,s16,s17,s18,s19,s20,s21,s22,s23,s24,s25",
     2, fill_sdq,
     "stages: [before, after]\n"
     "cohorts: [site]\n"
     "sources:\n"
     "  - file: %s\n"
     "    instrument: {column: informant, values: {parent: sdq-parent, teacher: sdq-teacher, "
     "self: sdq-self}}\n"
     "    participant: participant_id\n"
     "    items: \"s{01..25}\"\n"},
    {"goals", "family_id,site,goal_no,weight,category,stage,level", 10, fill_goals,
     "stages: [before, after]\n"
     "cohorts: [site]\n"
     "sources:\n"
     "  - file: %s\n"
     "    instrument: gas\n"
     "    participant: family_id\n"
     "    goal: goal_no\n"
     "    weight: weight\n"
     "    category: category\n"},
};
#define N_KINDS (sizeof kinds / sizeof kinds[0])

/* --- files --- */

/* Writes the row with its separators and line end; returns the number of bytes. */
static size_t write_row(FILE *out, const struct options *options, const struct row *row)
{
    char line[sizeof row->text + MAX_CELLS + 2];
    size_t n = 0;
    for (size_t k = 0; k < row->n_cells; k++) {
        const size_t cell = options->reversed ? row->n_cells - 1 - k : k;
        const size_t start = cell == 0 ? 0 : row->ends[cell - 1];
        memcpy(line + n, row->text + start, row->ends[cell] - start);
        n += row->ends[cell] - start;
        line[n++] = ',';
    }
    n--;
    if (options->crlf) {
        line[n++] = '\r';
    }
    line[n++] = '\n';
    return fwrite(line, 1, n, out);
}

static size_t write_header(FILE *out, const struct options *options, const struct kind *kind)
{
    struct row row = {.n_cells = 0};
    for (const char *at = kind->columns; *at != '\0'; at++) {
        if (*at == ',') {
            row.ends[row.n_cells++] = row.length;
        } else {
            row.text[row.length++] = *at;
        }
    }
    row.ends[row.n_cells++] = row.length;
    if (options->comments) {
        put_text(&row, "comment");
    }
    return write_row(out, options, &row);
}

/* A permutation of 0 .. 2^bits - 1 that looks random: each step can be undone. */
static uint64_t scramble(uint64_t x, unsigned bits)
{
    const uint64_t mask = (UINT64_C(1) << bits) - 1;
    for (unsigned round = 0; round < 3; round++) {
        x = x * UINT64_C(0x9E3779B97F4A7C15) + UINT64_C(0x94D049BB133111EB);
        x &= mask;
        x ^= x >> (bits / 2 + 1);
    }
    return x;
}

static int write_rows(FILE *out, const struct options *options, const struct kind *kind, uint64_t n)
{
    uint64_t n_rows = 0, n_bytes = write_header(out, options, kind);
    unsigned bits = 4;
    while (UINT64_C(1) << bits < n * kind->n_slots) {
        bits++;
    }
    const uint64_t size = options->shuffled ? UINT64_C(1) << bits : n * kind->n_slots;
    for (uint64_t i = 0; i < size; i++) {
        const uint64_t at = options->shuffled ? scramble(i, bits) : i;
        struct row row;
        row.n_cells = row.length = 0;
        if (at >= n * kind->n_slots ||
            !kind->fill(&row, options, at / kind->n_slots, (unsigned)(at % kind->n_slots))) {
            continue;
        }
        if (options->comments) {
            put_text(&row,
                     at % 10 == 0 ? "\"Seen at home, said \"\"better\"\", wants to go on\"" : "");
        }
        n_bytes += write_row(out, options, &row);
        n_rows++;
    }
    printf("%" PRIu64 " %" PRIu64 "\n", n_rows, n_bytes);
    return ferror(out) != 0;
}

static FILE *open_out(const struct options *options, const char *ending)
{
    char path[4096];
    FILE *out = NULL;
    const int length = snprintf(path, sizeof path, "%s%s", options->out, ending);
    if (length > 0 && (size_t)length < sizeof path) {
        out = fopen(path, "w");
    }
    if (out == NULL) {
        fprintf(stderr, "make_data: cannot write %s%s: %s\n", options->out, ending,
                strerror(errno));
    }
    return out;
}

static int write_study(FILE *out, const struct options *options, const struct kind *kind,
                       uint64_t n)
{
    const char *const slash = strrchr(options->out, '/');
    const char *const base = slash == NULL ? options->out : slash + 1;
    const char *const name = strstr(kind->study, "%s");
    fprintf(out,
            "title: Synthetic data for measurements, %s of %" PRIu64
            " made-up respondents\n%.*s%s.csv%s",
            kind->name, n, (int)(name - kind->study), kind->study, base, name + 2);
    return ferror(out) != 0;
}

static int write_all(const struct options *options, const struct kind *kind, uint64_t n)
{
    FILE *const data = open_out(options, ".csv");
    FILE *const study = open_out(options, ".yaml");
    int failed = data == NULL || study == NULL;
    if (!failed) {
        setvbuf(data, NULL, _IOFBF, 1 << 20);
        failed = write_study(study, options, kind, n) | write_rows(data, options, kind, n);
    }
    failed = (data != NULL && fclose(data) != 0) || failed;
    failed = (study != NULL && fclose(study) != 0) || failed;
    if (failed) {
        fprintf(stderr, "make_data: %s is not whole\n", options->out);
    }
    return failed;
}

/* --- command line --- */

static const char usage[] =
    "usage: make_data [OPTION ...] wemwbs|sdq|goals RESPONDENTS OUT\n"
    "writes OUT.csv and the study file OUT.yaml; prints the rows and bytes of OUT.csv\n"
    "  --order shuffled|clustered   rows of a respondent anywhere (default) or together\n"
    "  --columns reversed           the last column first\n"
    "  --crlf                       lines end as on Windows\n"
    "  --long-ids                   ids of 36 characters\n"
    "  --comments                   a comment, quoted and with commas, on a tenth of the rows\n"
    "  --bad-cells                  5 % of the item cells hold text or 99\n"
    "  --sites N, --years N         22 and 9\n";

/* A whole number of 1 to `most`, or 0. */
static uint64_t read_count(const char *text, uint64_t most)
{
    char *end = NULL;
    const unsigned long long n = strtoull(text, &end, 10);
    return *text >= '0' && *text <= '9' && *end == '\0' && n <= most ? n : 0;
}

/* Sets what one option says; false: it cannot be. */
static bool take_option(struct options *options, int letter, const char *value)
{
    switch (letter) {
    case 'o':
        options->shuffled = strcmp(value, "shuffled") == 0;
        return options->shuffled || strcmp(value, "clustered") == 0;
    case 'r':
        options->reversed = strcmp(value, "reversed") == 0;
        return options->reversed || strcmp(value, "plain") == 0;
    case 'w':
        options->crlf = true;
        return true;
    case 'l':
        options->long_ids = true;
        return true;
    case 'c':
        options->comments = true;
        return true;
    case 'b':
        options->bad_cells = true;
        return true;
    case 's':
        options->n_sites = (int)read_count(value, 1000000);
        return options->n_sites > 0;
    case 'y':
        options->n_years = (int)read_count(value, 5000);
        return options->n_years > 0;
    default:
        return false;
    }
}

int main(int argc, char *argv[])
{
    static const struct option names[] = {{"order", required_argument, NULL, 'o'},
                                          {"columns", required_argument, NULL, 'r'},
                                          {"crlf", no_argument, NULL, 'w'},
                                          {"long-ids", no_argument, NULL, 'l'},
                                          {"comments", no_argument, NULL, 'c'},
                                          {"bad-cells", no_argument, NULL, 'b'},
                                          {"sites", required_argument, NULL, 's'},
                                          {"years", required_argument, NULL, 'y'},
                                          {NULL, 0, NULL, 0}};
    struct options options = {.shuffled = true, .n_sites = 22, .n_years = 9};
    bool good = true;
    for (int letter; good && (letter = getopt_long(argc, argv, "", names, NULL)) != -1;) {
        good = take_option(&options, letter, optarg);
    }
    const uint64_t n = good && argc - optind == 3 ? read_count(argv[optind + 1], 100000000) : 0;
    for (size_t k = 0; n > 0 && k < N_KINDS; k++) {
        if (strcmp(argv[optind], kinds[k].name) == 0) {
            options.out = argv[optind + 2];
            return write_all(&options, &kinds[k], n) == 0 ? 0 : 1;
        }
    }
    fputs(usage, stderr);
    return 2;
}
