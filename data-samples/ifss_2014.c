/* data-samples/ifss_2014.c - a made-up evaluation with the figures that the Integrated Family
   Support Service's final report (2014) printed. Forms are drawn at random, then moved a point here
   and there until the sums are those that the printed means come from (ifss-2014/README.md). */
#include "data-samples/samples.h"

enum { N_SITES = 3, MAX_PEOPLE = 24 };

/* Families are numbered through all sites; a site's forms are those of its first families. */
static const struct {
    const char *name;
    int first_family; /* F-001 is 1 */
    int n_families;   /* with goals */
    int n_parents;    /* with WEMWBS forms: one a family, two in every fifth, from the first on */
    int n_children;   /* with SDQ forms: three to two families, from the second on */
} sites[N_SITES] = {
    {"Site 1", 1, 8, 5, 6},
    {"Site 2", 9, 26, 24, 20},
    {"Site 3", 35, 18, 17, 21},
};

/* ---- WEMWBS ---------------------------------------------------------------------------------- */

enum { N_WEMWBS = 14 };

/* Sums of the viable parents' totals: 1760 and 2006 over 39, that is 45.13 and 51.44. */
static const int wemwbs_sums[N_SITES][2] = {{198, 206}, {930, 1070}, {632, 730}};
static const int wemwbs_viable[N_SITES] = {4, 21, 14};

/* Parents with blank items: which of the site's, how many blank before and after. */
static const struct {
    int site, parent, n_blank[2];
} wemwbs_incomplete[] = {
    {0, 3, {0, 1}}, {1, 2, {1, 0}}, {1, 11, {2, 1}}, {1, 19, {0, 3}},
    {2, 1, {1, 0}}, {2, 9, {4, 0}}, {2, 14, {0, 1}},
};

/* How much easier (thousandths of a point) an item is to agree with than the average item. */
static const int wemwbs_ease[N_WEMWBS] = {-150, 250, -300, 100, -350, 50,   0,
                                          -50,  300, -200, 350, 150,  -100, -50};

struct parent {
    int family;
    int days[2]; /* since 2010-01-01 */
    int answers[2][N_WEMWBS];
    int n_blank[2];
};

static bool parent_viable(const struct parent *parent)
{
    return parent->n_blank[0] == 0 && parent->n_blank[1] == 0;
}

/* Two people of one family are more alike than two of different families, before and in how they
   change; a person's two forms correlate at about a half. */
static void parents_draw(struct random *random, int site, struct parent parents[])
{
    int in_family = 0, family = -1, shared[2] = {0, 0}, days[2] = {0, 0};
    for (int p = 0; p < sites[site].n_parents; p++) {
        if (in_family == 0) {
            family++;
            in_family = family % 5 == 0 ? 2 : 1;
            shared[0] = random_normal(random);
            shared[1] = random_normal(random);
            days[0] = 450 + random_below(random, 500);
            days[1] = days[0] + 396 + divide_rounded(random_normal(random), 60);
        }
        in_family--;
        const int start = divide_rounded(500 * shared[0] + 866 * random_normal(random), 1000);
        const int drift = divide_rounded(500 * shared[1] + 866 * random_normal(random), 1000);
        const int wellbeing[2] = {start, divide_rounded(500 * start + 866 * drift, 1000)};
        parents[p] = (struct parent){.family = sites[site].first_family + family,
                                     .days = {days[0], days[1]}};
        for (int stage = 0; stage < 2; stage++) {
            const int mean = 1000 * wemwbs_sums[site][stage] / (N_WEMWBS * wemwbs_viable[site]);
            for (int i = 0; i < N_WEMWBS; i++) {
                const int thousandths = mean + wemwbs_ease[i] + 60 * wellbeing[stage] / 100 +
                                        75 * random_normal(random) / 100;
                parents[p].answers[stage][i] = clamp(divide_rounded(thousandths, 1000), 1, 5);
            }
        }
    }
    for (size_t i = 0; i < sizeof wemwbs_incomplete / sizeof wemwbs_incomplete[0]; i++) {
        if (wemwbs_incomplete[i].site == site) {
            struct parent *parent = &parents[wemwbs_incomplete[i].parent];
            parent->n_blank[0] = wemwbs_incomplete[i].n_blank[0];
            parent->n_blank[1] = wemwbs_incomplete[i].n_blank[1];
        }
    }
}

/* Moves single answers of viable parents by one until their totals at `stage` add up to `sum`. */
static void parents_reach(struct random *random, int site, struct parent parents[], int stage,
                          int sum)
{
    int missing = sum;
    for (int p = 0; p < sites[site].n_parents; p++) {
        for (int i = 0; i < N_WEMWBS && parent_viable(&parents[p]); i++) {
            missing -= parents[p].answers[stage][i];
        }
    }
    while (missing != 0) {
        const int step = missing > 0 ? 1 : -1;
        struct parent *parent = &parents[random_below(random, sites[site].n_parents)];
        int *answer = &parent->answers[stage][random_below(random, N_WEMWBS)];
        if (parent_viable(parent) && *answer + step >= 1 && *answer + step <= 5) {
            *answer += step;
            missing -= step;
        }
    }
}

/* Blanks n different answers: 0 is written as an empty cell. */
static void answers_blank(struct random *random, int answers[], int n_items, int n)
{
    while (n > 0) {
        int *answer = &answers[random_below(random, n_items)];
        if (*answer != 0) {
            *answer = 0;
            n--;
        }
    }
}

static void put_wemwbs_form(struct sink *out, const struct parent *parent, int stage)
{
    put_date(out, parent->days[stage]);
    for (int i = 0; i < N_WEMWBS; i++) {
        const int answer = parent->answers[stage][i];
        put(out, answer == 0 ? "," : ",%d", answer);
    }
    put_text(out, "\n");
}

void ifss_wemwbs(struct random *random, struct sink *out)
{
    static const char *const stages[2] = {"start", "12 months"};
    struct parent parents[MAX_PEOPLE];
    int id = 0;
    put_text(out, "participant,family,site,stage,date");
    for (int i = 1; i <= N_WEMWBS; i++) {
        put(out, ",wemwbs_%02d", i);
    }
    put_text(out, "\n");
    for (int site = 0; site < N_SITES; site++) {
        parents_draw(random, site, parents);
        for (int stage = 0; stage < 2; stage++) {
            parents_reach(random, site, parents, stage, wemwbs_sums[site][stage]);
        }
        for (int p = 0; p < sites[site].n_parents; p++) {
            id++;
            for (int stage = 0; stage < 2; stage++) {
                answers_blank(random, parents[p].answers[stage], N_WEMWBS,
                              parents[p].n_blank[stage]);
                put(out, "A-%03d,F-%03d,%s,%s,", id, parents[p].family, sites[site].name,
                    stages[stage]);
                put_wemwbs_form(out, &parents[p], stage);
            }
        }
    }
}

/* ---- SDQ ------------------------------------------------------------------------------------- */

enum sdq_scale { EMOTIONAL, CONDUCT, HYPERACTIVITY, PEER, PROSOCIAL, N_SDQ_SCALES };
enum { N_SDQ = 25, ITEMS_A_SCALE = 5, SDQ_BLANK = -1, BACK_PAGE = 13 };

/* 1-based items of each scale. */
static const int sdq_key[N_SDQ_SCALES][ITEMS_A_SCALE] = {
    [EMOTIONAL] = {3, 8, 13, 16, 24},      [CONDUCT] = {5, 7, 12, 18, 22},
    [HYPERACTIVITY] = {2, 10, 15, 21, 25}, [PEER] = {6, 11, 14, 19, 23},
    [PROSOCIAL] = {1, 4, 9, 17, 20},
};
static const int sdq_sd[N_SDQ_SCALES] = {1900, 1500, 2100, 1400, 1600}; /* thousandths */

/* Sums over the usable children of each site, before and after. Over all: hyperactivity 162 and 134
   of 33 (4.9, 4.1); the four difficulties 435 and 347 (13.2, 10.5); at Site 2 245 and 149 of 14, a
   fall of 6.9. The README says what this leaves for Sites 1 and 3. */
static const int sdq_sums[N_SITES][2][N_SDQ_SCALES] = {
    {{10, 7, 15, 6, 30}, {11, 8, 15, 7, 31}},
    {{63, 48, 88, 46, 98}, {40, 26, 58, 25, 104}},
    {{38, 31, 59, 24, 113}, {39, 32, 61, 25, 114}},
};
static const int sdq_usable[N_SITES] = {4, 14, 15};

/* Children with blank items: which of the site's, how many before and after. One or two blanks
   leave three answers on every scale; BACK_PAGE blanks are items 13 to 25, the page not turned. */
static const struct {
    int site, child, n_blank[2];
} sdq_incomplete[] = {
    {0, 2, {1, 0}},          {0, 5, {0, BACK_PAGE}}, {1, 1, {2, 0}},  {1, 4, {0, 1}},
    {1, 7, {BACK_PAGE, 0}},  {1, 10, {1, 1}},        {1, 15, {0, 2}}, {1, 18, {0, BACK_PAGE}},
    {2, 0, {1, 0}},          {2, 3, {0, BACK_PAGE}}, {2, 8, {0, 1}},  {2, 12, {1, 2}},
    {2, 16, {BACK_PAGE, 0}}, {2, 19, {2, 0}},
};

struct child {
    int scores[2][N_SDQ_SCALES];
    int n_blank[2];
};

static bool child_usable(const struct child *child)
{
    return child->n_blank[0] == 0 && child->n_blank[1] == 0;
}

/* What moves a child's difficulties together moves prosocial behaviour the other way. */
static void children_draw(struct random *random, int site, struct child children[])
{
    for (int c = 0; c < sites[site].n_children; c++) {
        int shared[2];
        shared[0] = random_normal(random);
        shared[1] = random_normal(random);
        children[c] = (struct child){0};
        for (int scale = 0; scale < N_SDQ_SCALES; scale++) {
            const int sign = scale == PROSOCIAL ? -1 : 1;
            const int start =
                divide_rounded(600 * sign * shared[0] + 800 * random_normal(random), 1000);
            const int drift =
                divide_rounded(600 * sign * shared[1] + 800 * random_normal(random), 1000);
            const int deviations[2] = {start, divide_rounded(600 * start + 800 * drift, 1000)};
            for (int stage = 0; stage < 2; stage++) {
                const int mean = 1000 * sdq_sums[site][stage][scale] / sdq_usable[site];
                const int thousandths = mean + sdq_sd[scale] * deviations[stage] / 1000;
                children[c].scores[stage][scale] =
                    clamp(divide_rounded(thousandths, 1000), 0, 2 * ITEMS_A_SCALE);
            }
        }
    }
    for (size_t i = 0; i < sizeof sdq_incomplete / sizeof sdq_incomplete[0]; i++) {
        if (sdq_incomplete[i].site == site) {
            struct child *child = &children[sdq_incomplete[i].child];
            child->n_blank[0] = sdq_incomplete[i].n_blank[0];
            child->n_blank[1] = sdq_incomplete[i].n_blank[1];
        }
    }
}

/* Moves scores of usable children by one until they add up to `sum`. */
static void children_reach(struct random *random, int site, struct child children[], int stage,
                           int scale, int sum)
{
    int missing = sum;
    for (int c = 0; c < sites[site].n_children; c++) {
        if (child_usable(&children[c])) {
            missing -= children[c].scores[stage][scale];
        }
    }
    while (missing != 0) {
        const int step = missing > 0 ? 1 : -1;
        struct child *child = &children[random_below(random, sites[site].n_children)];
        int *score = &child->scores[stage][scale];
        if (child_usable(child) && *score + step >= 0 && *score + step <= 2 * ITEMS_A_SCALE) {
            *score += step;
            missing -= step;
        }
    }
}

static bool sdq_reversed(int item)
{
    return item == 7 || item == 11 || item == 14 || item == 21 || item == 25;
}

/* Answers that give the scores: points go to the items of a scale at random, one at a time. */
static void answers_from_scores(struct random *random, const int scores[], int answers[])
{
    for (int scale = 0; scale < N_SDQ_SCALES; scale++) {
        int points[ITEMS_A_SCALE] = {0};
        for (int left = scores[scale]; left > 0;) {
            int *item = &points[random_below(random, ITEMS_A_SCALE)];
            if (*item < 2) {
                ++*item;
                left--;
            }
        }
        for (int i = 0; i < ITEMS_A_SCALE; i++) {
            const int item = sdq_key[scale][i];
            answers[item - 1] = sdq_reversed(item) ? 2 - points[i] : points[i];
        }
    }
}

static void put_sdq_form(struct random *random, struct sink *out, const struct child *child,
                         int stage)
{
    int answers[N_SDQ];
    answers_from_scores(random, child->scores[stage], answers);
    if (child->n_blank[stage] == BACK_PAGE) {
        for (int i = N_SDQ - BACK_PAGE; i < N_SDQ; i++) {
            answers[i] = SDQ_BLANK;
        }
    } else {
        for (int n = child->n_blank[stage]; n > 0;) {
            int *answer = &answers[random_below(random, N_SDQ)];
            if (*answer != SDQ_BLANK) {
                *answer = SDQ_BLANK;
                n--;
            }
        }
    }
    for (int i = 0; i < N_SDQ; i++) {
        put(out, answers[i] == SDQ_BLANK ? ";" : ";%d", answers[i]);
    }
}

void ifss_sdq(struct random *random, struct sink *out)
{
    struct child children[MAX_PEOPLE];
    int id = 0;
    put_text(out, "ref;family;site");
    for (int stage = 1; stage <= 2; stage++) {
        for (int i = 1; i <= N_SDQ; i++) {
            put(out, ";T%d_Q%d", stage, i);
        }
    }
    put_text(out, "\n");
    for (int site = 0; site < N_SITES; site++) {
        children_draw(random, site, children);
        for (int stage = 0; stage < 2; stage++) {
            for (int scale = 0; scale < N_SDQ_SCALES; scale++) {
                children_reach(random, site, children, stage, scale, sdq_sums[site][stage][scale]);
            }
        }
        for (int c = 0; c < sites[site].n_children; c++) {
            put(out, "C-%03d;F-%03d;%s", ++id, sites[site].first_family + 1 + 2 * c / 3,
                sites[site].name);
            put_sdq_form(random, out, &children[c], 0);
            put_sdq_form(random, out, &children[c], 1);
            put_text(out, "\n");
        }
    }
}

/* ---- goals ----------------------------------------------------------------------------------- */

enum { N_GOAL_STAGES = 6, MAX_GOALS = 5, N_CATEGORIES = 5 };

static const char *const goal_stages[N_GOAL_STAGES] = {"start",    "end of phase 1", "1 month",
                                                       "3 months", "6 months",       "12 months"};
static const char *const goal_categories[N_CATEGORIES] = {
    "Substance use", "Parenting", "Home routines", "Relationships", "Health"};
/* Site 3 starts from better scores: percent of goals that start at -2, the others at -1. */
static const int start_lowest[N_SITES] = {55, 60, 20};
static const int last_stage[N_SITES] = {5, 4, 5}; /* Site 2 was not followed to 12 months */

/* Percent of goals that move by -1, +1 and +2 levels on the way to each stage: much over the
   intensive phase, little from 1 to 6 months, much again from 6 to 12 months. */
static const int goal_moves[N_GOAL_STAGES][3] = {
    {0, 0, 0}, {0, 45, 32}, {3, 9, 0}, {4, 10, 0}, {3, 10, 0}, {2, 45, 14},
};

static int goal_moved(struct random *random, int level, int stage)
{
    const int *percent = goal_moves[stage];
    const int draw = random_below(random, 100);
    int by = 0;
    if (draw < percent[0]) {
        by = -1;
    } else if (draw < percent[0] + percent[1]) {
        by = 1;
    } else if (draw < percent[0] + percent[1] + percent[2]) {
        by = 2;
    }
    return clamp(level + by, -2, 2);
}

/* Families leave between the stages, more often where their goals stand low; of those who stay, a
   goal is now and then not looked at. */
static void put_family_goals(struct random *random, struct sink *out, int site, int family)
{
    const int n_goals = 2 + random_below(random, MAX_GOALS - 1);
    int categories[N_CATEGORIES] = {0, 1, 2, 3, 4};
    int levels[MAX_GOALS] = {0};
    random_shuffle(random, categories, N_CATEGORIES);
    for (int stage = 0; stage <= last_stage[site]; stage++) {
        int sum = 0;
        for (int g = 0; g < n_goals; g++) {
            levels[g] = stage == 0 ? (random_chance(random, start_lowest[site]) ? -2 : -1)
                                   : goal_moved(random, levels[g], stage);
            sum += levels[g];
            if (stage < 2 || !random_chance(random, 4)) {
                put(out, "F-%03d,%s,%s,g%d,%s,%d\n", family, sites[site].name, goal_stages[stage],
                    g + 1, goal_categories[categories[g]], levels[g]);
            }
        }
        if (stage > 0 && random_chance(random, sum < 0 ? 10 : 4)) {
            break;
        }
    }
}

void ifss_goals(struct random *random, struct sink *out)
{
    put_text(out, "family,site,stage,goal,category,level\n");
    for (int site = 0; site < N_SITES; site++) {
        for (int f = 0; f < sites[site].n_families; f++) {
            put_family_goals(random, out, site, sites[site].first_family + f);
        }
    }
}
