/* data-samples/awkward.c - a small study with everything that is wrong with files as they come in.
   Nothing is random here: each group of rows is one case, and awkward/README.md says what becomes
   of it. Answers are one letter an item; cell_text() says what a letter looks like in the file. */
#include "data-samples/samples.h"
#include <assert.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What a cell holds: a digit stands for itself, other letters for odd ways to fill in a form. */
static const char *cell_text(char letter)
{
    static const char digits[][2] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
    switch (letter) {
    case '_':
        return "";
    case 'd':
        return "4.0";
    case 's':
        return " 4 ";
    case 'h':
        return "2.5";
    case 'x':
        return "x";
    case 'm':
        return "-9";
    case 'n':
        return "NA";
    case 'w':
        return "maybe";
    default:
        break;
    }
    assert(letter >= '0' && letter <= '9');
    return digits[letter - '0'];
}

/* ---- wemwbs.csv: UTF-8 with BOM and CR LF, items in odd places, one cell in Windows-1252 ----- */

enum { N_WEMWBS = 14, FIRST_ITEMS = 7 };

#define EMPTY_14 "______________"

struct wemwbs_row {
    const char *id, *site, *stage, *answers, *comment; /* comment NULL: none */
};

static const struct wemwbs_row wemwbs_rows[] = {
    /* nothing wrong */
    {"W-01", "North", "start", "33333333333333", NULL},
    {"W-01", "North", "12 months", "44443444434444", NULL},
    /* 4.0 and " 4 " are the answer 4 */
    {"W-02", "North", "start", "3d3s3333343333", NULL},
    {"W-02", "North", "12 months", "44543444434444", NULL},
    /* no answer that counts: x, 9, 2.5, the study's -9, NA */
    {"W-03", "North", "start", "33x33333343333", NULL},
    {"W-03", "North", "12 months", "44333444434444", NULL},
    {"W-04", "South", "start", "23323332332333", NULL},
    {"W-04", "South", "12 months", "4444349444344_", NULL},
    {"W-05", "South", "start", "33323332332333", NULL},
    {"W-05", "South", "12 months", "h4443444434434", NULL},
    {"W-06", "South", "start", "2332333233233m", NULL},
    {"W-06", "South", "12 months", "34443444434434", NULL},
    {"W-07", "South", "start", "33323332332353", NULL},
    {"W-07", "South", "12 months", "3444n444434434", NULL},
    /* nobody's form; nobody's form with nothing on it */
    {"", "South", "start", "33323332332353", NULL},
    {"", "South", "12 months", EMPTY_14, NULL},
    /* a stage that the study does not know */
    {"W-08", "North", "start", "33323332332323", NULL},
    {"W-08", "North", "someday", "44423332332323", NULL},
    /* twice the same form; twice the same total from other answers */
    {"W-09", "North", "start", "22323332332323", NULL},
    {"W-09", "North", "start", "22323332332323", "typed twice"},
    {"W-09", "North", "12 months", "32323332333433", NULL},
    {"W-10", "South", "start", "22323332332323", NULL},
    {"W-10", "South", "start", "23223332332323", NULL},
    {"W-10", "South", "12 months", "42323332333433", NULL},
    /* two forms that differ; three, of which two are the same */
    {"W-11", "South", "start", "22323332332322", NULL},
    {"W-11", "South", "start", "22323332332325", NULL},
    {"W-11", "South", "12 months", "42343332333433", NULL},
    {"W-12", "South", "start", "12323332332322", NULL},
    {"W-12", "South", "12 months", "42343332333431", NULL},
    {"W-12", "South", "12 months", "42343332333431", NULL},
    {"W-12", "South", "12 months", "42343332333435", NULL},
    /* forms with nothing on them, after, and alone */
    {"W-13", "North", "start", "12323332332325", NULL},
    {"W-13", "North", "12 months", EMPTY_14, "not returned"},
    {"W-14", "North", "start", EMPTY_14, "not returned"},
    /* only after; only in between */
    {"W-15", "North", "12 months", "44323332332325", NULL},
    {"W-16", "North", "6 months", "34323332332325", NULL},
    /* moved; a site called All; a site that looks like a crossing; a cell in Windows-1252 and the
       same name in UTF-8; no site */
    {"W-17", "North", "start", "32323332332325", NULL},
    {"W-17", "South", "12 months", "32323342352325", NULL},
    {"W-18", "All", "start", "32323132332325", NULL},
    {"W-18", "All", "12 months", "32323342352345", NULL},
    {"W-19", "East / West", "start", "32323132332225", NULL},
    {"W-19", "East / West", "12 months", "32323342352344", NULL},
    {"W-20", "M\xF4n", "start", "32321132332225", NULL},
    {"W-20", "M\xC3\xB4n", "12 months", "32323242352344", NULL},
    {"W-21", "", "start", "32321132332424", NULL},
    {"W-21", "", "12 months", "32323242352444", NULL},
    /* a comment with separators, quotes, line breaks and an empty line */
    {"W-22", "North", "start", "22321132332424",
     "\"a \"\"good\"\" day, a bad week;\r\nsecond line\r\n\r\nlast, line\""},
    {"W-22", "North", "12 months", "22323242352444", "\"one, more\""},
    /* two incomplete forms, alike in having no score; an incomplete one beside a complete one */
    {"W-23", "South", "start", "2232_132332424", NULL},
    {"W-23", "South", "start", "2_32113_332424", NULL},
    {"W-23", "South", "12 months", "32323242352433", NULL},
    {"W-24", "South", "start", "2232113233242_", NULL},
    {"W-24", "South", "start", "22321132332424", NULL},
    {"W-24", "South", "12 months", "42323242352433", NULL},
    /* an id between spaces; an empty form beside a full one; another word for start */
    {"  W-25 ", "South", "start", "32323232352433", NULL},
    {"W-25", "South", "12 months", "42323242352533", NULL},
    {"W-26", "South", "start", "32323232252433", NULL},
    {"W-26", "South", "start", EMPTY_14, NULL},
    {"W-26", "South", "12 months", "42323242353533", NULL},
    {"W-27", "South", "T1", "22323232252433", NULL},
    {"W-27", "South", "12 months", "32323242353533", NULL},
    /* known by a form at no stage; a row of separators; a spreadsheet's last line; an empty form at
       no stage; nobody's form at no stage */
    {"W-28", "South", "review", "22323232252422", NULL},
    {"", "", "", EMPTY_14, NULL},
    {"Total", "", "", EMPTY_14, NULL},
    {"W-29", "North", "someday", EMPTY_14, NULL},
    {"", "North", "someday", "22323232252422", NULL},
    /* a contradiction at a stage that is neither before nor after; incomplete twice */
    {"W-30", "North", "start", "32323232252422", NULL},
    {"W-30", "North", "6 months", "33323232252422", NULL},
    {"W-30", "North", "6 months", "44323232252422", NULL},
    {"W-30", "North", "12 months", "44423242252422", NULL},
    {"W-31", "North", "start", "4442324225242_", NULL},
    {"W-31", "North", "12 months", "444232422__422", NULL},
};

static void put_items(struct sink *out, const char *answers, int from, int to)
{
    for (int i = from; i < to; i++) {
        put(out, ",%s", cell_text(answers[i]));
    }
}

void awkward_wemwbs(struct random *random, struct sink *out)
{
    (void)random;
    put_text(out, "\xEF\xBB\xBF"
                  "comment");
    for (int i = FIRST_ITEMS; i < N_WEMWBS; i++) {
        put(out, ",wemwbs_%02d", i + 1);
    }
    put_text(out, ",stage,participant");
    for (int i = 0; i < FIRST_ITEMS; i++) {
        put(out, ",wemwbs_%02d", i + 1);
    }
    put_text(out, ",site\r\n");
    for (size_t i = 0; i < COUNT(wemwbs_rows); i++) {
        const struct wemwbs_row *row = &wemwbs_rows[i];
        assert(strlen(row->answers) == N_WEMWBS);
        put_text(out, row->comment == NULL ? "" : row->comment);
        put_items(out, row->answers, FIRST_ITEMS, N_WEMWBS);
        put(out, ",%s,%s", row->stage, row->id);
        put_items(out, row->answers, 0, FIRST_ITEMS);
        put(out, ",%s\r\n", row->site);
        if (i % 9 == 3) {
            put_text(out, "\r\n"); /* a blank line: no row at all */
        }
    }
}

/* ---- sdq.csv: semicolons, a row for both stages, worded answers, impact ---------------------- */

enum { N_SDQ = 25, N_IMPACT = 6 };

#define EMPTY_25 "_________________________"
#define EMPTY_6 "______"

struct sdq_row {
    const char *id, *site;
    const char *items[2], *impact[2]; /* before and after */
};

/* clang-format off */
static const struct sdq_row sdq_rows[] = {
    /* nothing wrong */
    {"K-01", "North", {"1110121121111011211111111", "2110021020201012201020201"},
     {"211110", "110100"}},
    /* one item missing: prorated */
    {"K-02", "North", {"11_0121121111011211111111", "2110021020201012201010201"},
     {"211110", "110100"}},
    /* three of five missing on one scale (6, 11, 14): no peer, no total */
    {"K-03", "North", {"1110121121211011211111111", "21100_1020_01_12201010201"},
     {"311110", "110110"}},
    /* no form after; none before; none at all */
    {"K-04", "North", {"1110121121211012211111111", EMPTY_25},
     {"311110", EMPTY_6}},
    {"K-05", "South", {EMPTY_25, "2110121121211012211111111"},
     {EMPTY_6, "111110"}},
    {"K-06", "South", {EMPTY_25, EMPTY_25},
     {EMPTY_6, EMPTY_6}},
    /* two answers: too few for any scale */
    {"K-07", "South", {"11_______________________", "2110121121211012211101111"},
     {EMPTY_6, "111110"}},
    /* the row twice */
    {"K-08", "South", {"1111121121211012211101111", "2110121020211012210101111"},
     {"212110", "111010"}},
    {"K-08", "South", {"1111121121211012211101111", "2110121020211012210101111"},
     {"212110", "111010"}},
    /* before: only the impact page */
    {"K-09", "South", {EMPTY_25, "2110121020211011210101111"},
     {"212210", "111010"}},
    /* the source's -9 and a word that is no answer, on different scales: prorated */
    {"K-10", "South", {"11m0w21121211012211101111", "2110111020211011210101111"},
     {"212213", "111010"}},
    /* two rows that differ before (item 3) and agree after */
    {"K-11", "South", {"1101121121211012211101111", "2110011020211011210101111"},
     {"212212", "111010"}},
    {"K-11", "South", {"1121121121211012211101111", "2110011020211011210101111"},
     {"212212", "111010"}},
    /* nobody's */
    {"", "South", {"1121121121211012211101111", "2110011020211011210101111"},
     {"212212", "111010"}},
    /* impact answered beside "no difficulties": 0 */
    {"K-12", "North", {"1121121121011012211101111", "2110011020111011210101111"},
     {"033333", "111010"}},
    /* impact page left empty after */
    {"K-13", "North", {"1121121121011012011101111", "2110011020111011210101112"},
     {"222222", EMPTY_6}},
    /* a row of separators */
    {"", "", {EMPTY_25, EMPTY_25},
     {EMPTY_6, EMPTY_6}},
};
/* clang-format on */

static const char *answer_words(char letter)
{
    static const char *const words[] = {"Not true", "Somewhat true", "Certainly true"};
    return letter >= '0' && letter <= '2' ? words[letter - '0'] : cell_text(letter);
}

void awkward_sdq(struct random *random, struct sink *out)
{
    (void)random;
    put_text(out, "ref;site");
    for (int stage = 1; stage <= 2; stage++) {
        for (int i = 1; i <= N_SDQ; i++) {
            put(out, ";T%d_Q%d", stage, i);
        }
        for (int i = 0; i < N_IMPACT; i++) {
            put(out, ";T%d_I%d", stage, i);
        }
    }
    put_text(out, "\n");
    for (size_t r = 0; r < COUNT(sdq_rows); r++) {
        const struct sdq_row *row = &sdq_rows[r];
        put(out, "%s;%s", row->id, row->site);
        for (int stage = 0; stage < 2; stage++) {
            assert(strlen(row->items[stage]) == N_SDQ && strlen(row->impact[stage]) == N_IMPACT);
            for (int i = 0; i < N_SDQ; i++) {
                put(out, ";%s", answer_words(row->items[stage][i]));
            }
            for (int i = 0; i < N_IMPACT; i++) {
                put(out, ";%s", cell_text(row->impact[stage][i]));
            }
        }
        put_text(out, "\n");
    }
}

/* ---- sdq_long.csv: UTF-16 with tabs, three instruments in one file --------------------------- */

struct sdq_long_row {
    const char *informant; /* P parent 4-17, P2 parent 2-4, S self */
    const char *id, *site, *stage, *items, *impact;
};

static const struct sdq_long_row sdq_long_rows[] = {
    /* parent and young person: two results, never one */
    {"P", "L-01", "North", "start", "1121121121011012011101111", "222222"},
    {"S", "L-01", "North", "start", "1111121111011012011101111", "111111"},
    {"P", "L-01", "North", "12 months", "2110011020111011210101112", "111111"},
    {"S", "L-01", "North", "12 months", "2110011020111011210101102", "111111"},
    /* parent before, young person after: no pair in either */
    {"P", "L-02", "North", "start", "1121121121011012011101011", "222122"},
    {"S", "L-02", "North", "12 months", "2110011020111011210111102", "111121"},
    /* outgrew the 2-4 form; did not */
    {"P2", "L-03", "M\xF4n", "start", "1121121121011012011101001", "222121"},
    {"P", "L-03", "M\xF4n", "12 months", "2110011020111011110111102", "101121"},
    {"P2", "L-04", "M\xF4n", "start", "1121121121011012021101001", "222121"},
    {"P2", "L-04", "M\xF4n", "12 months", "2110011020111011110111101", "101121"},
    /* a child of the other file, seen in between */
    {"P", "K-02", "North", "6 months", "1110111021101012211010101", "110110"},
    /* twice the same */
    {"S", "L-05", "South", "start", "1111121111011012011101211", "111112"},
    {"S", "L-05", "South", "start", "1111121111011012011101211", "111112"},
    {"S", "L-05", "South", "12 months", "2111021111011012011101211", "111110"},
    /* a stage that the study does not know */
    {"S", "L-06", "South", "start", "1112121111011012011101211", "111112"},
    {"S", "L-06", "South", "someday", "1112121111011012011101211", "111112"},
    /* too few before and contradictory after: the contradiction is the reason */
    {"S", "L-08", "South", "start", "1_2______________________", EMPTY_6},
    {"S", "L-08", "South", "12 months", "1112021111011012011101211", "111112"},
    {"S", "L-08", "South", "12 months", "1112021111011012011101221", "111112"},
    /* two of five out of range on one scale (3, 8): prorated */
    {"S", "L-09", "South", "start", "1112021111011012011101121", "111111"},
    {"S", "L-09", "South", "12 months", "1132021x11011012011101121", "111111"},
    /* nobody's; empty */
    {"S", "", "South", "start", "1112021111011012011101121", "111111"},
    {"S", "L-10", "South", "start", EMPTY_25, EMPTY_6},
};

/* `latin` (Latin-1: each byte is the code point) as UTF-16, low byte first, with its mark. */
static void put_utf16(struct sink *out, const struct sink *latin)
{
    put_bytes(out, "\xFF\xFE", 2);
    for (size_t i = 0; i < latin->n; i++) {
        const char pair[2] = {latin->bytes[i], 0};
        put_bytes(out, pair, 2);
    }
}

void awkward_sdq_long(struct random *random, struct sink *out)
{
    (void)random;
    struct sink latin = {0};
    put_text(&latin, "informant\tparticipant\tsite\tstage");
    for (int i = 0; i < N_IMPACT; i++) {
        put(&latin, "\timpact_%d", i);
    }
    for (int i = 1; i <= N_SDQ; i++) {
        put(&latin, "\tsdq_%02d", i);
    }
    put_text(&latin, "\r\n");
    for (size_t r = 0; r < COUNT(sdq_long_rows); r++) {
        const struct sdq_long_row *row = &sdq_long_rows[r];
        assert(strlen(row->items) == N_SDQ && strlen(row->impact) == N_IMPACT);
        put(&latin, "%s\t%s\t%s\t%s", row->informant, row->id, row->site, row->stage);
        for (int i = 0; i < N_IMPACT; i++) {
            put(&latin, "\t%s", cell_text(row->impact[i]));
        }
        for (int i = 0; i < N_SDQ; i++) {
            put(&latin, "\t%s", cell_text(row->items[i]));
        }
        put_text(&latin, "\r\n");
    }
    out->failed = latin.failed;
    put_utf16(out, &latin);
    sink_free(&latin);
}

/* ---- goals.csv: one row a rating ------------------------------------------------------------- */

/* clang-format off */
static const char *const goal_rows[] = {
    "family,site,stage,goal,category,level,weight",
    /* nothing wrong */
    "G-01,North,start,g1,Parenting,-1,2.385", "G-01,North,start,g2,Health,-1,0.75",
    "G-01,North,6 months,g1,Parenting,0,2.385", "G-01,North,6 months,g2,Health,-1,0.75",
    "G-01,North,12 months,g1,Parenting,1,2.385", "G-01,North,12 months,g2,Health,0,0.75",
    /* a rating twice; two ratings that differ, beside a goal that is fine, and alone */
    "G-02,North,start,g1,Parenting,-2,1", "G-02,North,12 months,g1,Parenting,0,1",
    "G-02,North,12 months,g1,Parenting,0,1",
    "G-03,North,start,g1,Parenting,-1,1", "G-03,North,start,g2,Health,-1,1",
    "G-03,North,12 months,g1,Parenting,0,1", "G-03,North,12 months,g1,Parenting,1,1",
    "G-03,North,12 months,g2,Health,0,1",
    "G-04,South,start,g1,Parenting,-1,1", "G-04,South,12 months,g1,Parenting,0,1",
    "G-04,South,12 months,g1,Parenting,-1,1",
    /* a level that there is not */
    "G-05,South,start,g1,Parenting,-1,1", "G-05,South,start,g2,Health,-2,1.5",
    "G-05,South,12 months,g1,Parenting,3,1", "G-05,South,12 months,g2,Health,-1,1.5",
    /* another goal after; one goal lost, one kept, one added */
    "G-06,South,start,g1,Parenting,-1,1", "G-06,South,12 months,g2,Health,0,1",
    "G-07,South,start,g1,Parenting,-1,1", "G-07,South,start,g2,Health,-1,2",
    "G-07,South,12 months,g1,Parenting,1,1",
    "G-07,South,12 months,g3,\"Home \"\"routines\"\", meals\",0,3",
    /* never seen again; not seen before */
    "G-08,North,start,g1,Parenting,-1,1", "G-08,North,start,g2,Health,-2,1",
    "G-09,North,12 months,g1,Parenting,0,1",
    /* a weight of 0 */
    "G-10,North,start,g1,Parenting,-2,0", "G-10,North,start,g2,Health,-1,1",
    "G-10,North,12 months,g1,Parenting,0,0", "G-10,North,12 months,g2,Health,0,1",
    /* no level; a level between two; nobody's; an unknown stage; x for a level */
    "G-11,South,start,g1,Parenting,-1,1", "G-11,South,12 months,g1,Parenting,,1",
    "G-12,South,start,g1,Parenting,-1,1", "G-12,South,12 months,g1,Parenting,-0.5,1",
    ",South,start,g1,Parenting,-1,1",
    "G-13,South,start,g1,Parenting,-1,1", "G-13,South,someday,g1,Parenting,0,1",
    "G-14,South,start,g1,Parenting,x,1", "G-14,South,12 months,g1,Parenting,1,1",
    /* a printer's minus, a plus */
    ("G-15,South,start,g1,Parenting,\xE2\x88\x92" "1,1"),
    "G-15,South,12 months,g1,Parenting,+1,1",
};
/* clang-format on */

void awkward_goals(struct random *random, struct sink *out)
{
    (void)random;
    for (size_t i = 0; i < COUNT(goal_rows); i++) {
        put_text(out, goal_rows[i]);
        put_text(out, "\n");
    }
}

/* ---- dated.csv: CR alone ends a line; the window after start is 330 to 420 days -------------- */

static const struct {
    const char *id, *stage, *date, *answers;
} dated_rows[] = {
    {"D-01", "start", "2016-04-01", "22323232252422"},
    {"D-01", "12 months", "2017-04-01T10:30", "33323232252433"}, /* 365 days; the time is ignored */
    {"D-02", "start", "2016-05-10", "22323232252423"},
    {"D-02", "12 months", "2017-03-06", "33323232252434"}, /* 300: too early */
    {"D-03", "start", "2017-09-01", "22323232252424"},     /* not yet due on 2018-03-31 */
    {"D-04", "start", "2017-05-05", "22323232252425"},     /* due on that very day */
    {"D-05", "start", "2017-05-06", "22323232252431"},     /* due a day later */
    {"D-06", "start", "2016-06-01", "22323232252432"},
    {"D-06", "12 months", "2017-05-07", "33323232252443"}, /* 340 */
    {"D-06", "12 months", "2017-09-04", "33323232252444"}, /* 460: too late */
    {"D-07", "start", "2016-07-01", "22323232252433"},
    {"D-07", "12 months", "2017-06-01", "33323232252544"}, /* 335 */
    {"D-07", "12 months", "2017-07-10", "33323232252545"}, /* 374: nearest to the middle, 375 */
    {"D-08", "start", "2016-04-04", "22323232252434"},
    {"D-08", "12 months", "2017-02-28", "33323232252524"}, /* 330: the first day */
    {"D-09", "start", "2016-04-04", "22323232252435"},
    {"D-09", "12 months", "2017-05-29", "33323232252525"}, /* 420: the last day */
    {"D-10", "start", "2016-04-04", "22323232252441"},
    {"D-10", "12 months", "2017-05-30", "33323232252531"}, /* 421 */
    {"D-11", "start", "2016-04-04", "22323232252442"},
    {"D-11", "12 months", "2017-02-27", "33323232252532"}, /* 329 */
    {"D-12", "start", "2017-08-01", "22323232252443"},
    {"D-12", "12 months", "2018-02-17", EMPTY_14}, /* blank, and not yet due */
    {"D-13", "start", "2017-07-01", "22323232252444"},
    {"D-13", "12 months", "2018-03-08", "33323232252533"}, /* 250: too early, none due yet */
    {"D-14", "start", "2016-08-01", "22323232252445"},
    {"D-14", "12 months", "2017-08-01", "33323232252534"}, /* 365, twice the same */
    {"D-14", "12 months", "2017-08-01", "33323232252534"},
    {"D-15", "start", "2016-08-02", "22323232252451"},
    {"D-15", "12 months", "2017-08-02", "33323232252535"}, /* 365, two that differ on one day */
    {"D-15", "12 months", "2017-08-02", "33323232252541"},
};

void awkward_dated(struct random *random, struct sink *out)
{
    (void)random;
    put_text(out, "participant,site,stage,date");
    for (int i = 1; i <= N_WEMWBS; i++) {
        put(out, ",wemwbs_%d", i);
    }
    put_text(out, "\r");
    for (size_t i = 0; i < COUNT(dated_rows); i++) {
        assert(strlen(dated_rows[i].answers) == N_WEMWBS);
        put(out, "%s,North,%s,%s", dated_rows[i].id, dated_rows[i].stage, dated_rows[i].date);
        put_items(out, dated_rows[i].answers, 0, N_WEMWBS);
        put_text(out, "\r");
    }
}
