/* data-samples/cardiff_vale_2018.c - made-up goals that give the attainment table of the Cardiff
   and Vale Integrated Family Support Team's report for 2017-18. Who reached what is dealt out at
   random; how many did is fixed. */
#include <assert.h>
#include "data-samples/samples.h"

enum { N_AREAS = 2, N_CATEGORIES = 8, N_ABOUT_SUBSTANCES = 2, MAX_GOALS = 270, MOST_A_FAMILY = 5 };

/* The categories as printed; the first two are about substances. */
static const char *const categories[N_CATEGORIES] = {
    "Control alcohol / drug use",
    "Stop alcohol / drugs",
    "Adult health / education / employment",
    "Domestic abuse",
    "Home routines",
    "Parenting",
    "Relationships",
    "Other",
};

/* The printed shares of the categories are of 580 goals (27.07% = 157 of 580), not of these 454:
   the counts here are those shares of 454, rounded so that they add up.

   The flag `substance` follows the first two categories but for a few goals: unflagged ones among
   them, and flagged ones among the others. */
static const struct {
    const char *name;
    char letter;
    int n_goals, n_in_category[N_CATEGORIES];
    int n_unflagged, n_flagged_elsewhere;
    int n_attained[2]; /* among goals without and with the flag */
} areas[N_AREAS] = {
    {"Cardiff", 'C', 270, {76, 51, 40, 15, 25, 28, 19, 16}, 3, 2, {239 - 109, 109}},
    {"Vale", 'V', 184, {47, 28, 30, 12, 19, 21, 15, 12}, 1, 1, {156 - 63, 63}},
};

struct goal {
    int family, number; /* 1-based; the number is the goal's among its family's */
    int category;
    bool substance, attained;
};

/* The area's goals in random order. */
static void goals_fill(struct random *random, int area, struct goal goals[])
{
    int order[MAX_GOALS];
    const int n = areas[area].n_goals;
    int n_unflagged = areas[area].n_unflagged, n_flagged = areas[area].n_flagged_elsewhere;
    int n_attained[2] = {areas[area].n_attained[0], areas[area].n_attained[1]}, filled = 0;
    for (int i = 0; i < n; i++) {
        order[i] = i;
    }
    random_shuffle(random, order, n);
    for (int category = 0; category < N_CATEGORIES; category++) {
        for (int i = 0; i < areas[area].n_in_category[category]; i++) {
            bool substance = category < N_ABOUT_SUBSTANCES;
            if (substance && n_unflagged > 0) {
                substance = false;
                n_unflagged--;
            } else if (!substance && n_flagged > 0) {
                substance = true;
                n_flagged--;
            }
            goals[order[filled++]] = (struct goal){.category = category, .substance = substance};
        }
    }
    assert(filled == n);
    random_shuffle(random, order, n);
    for (int i = 0; i < n; i++) {
        struct goal *goal = &goals[order[i]];
        goal->attained = n_attained[goal->substance]-- > 0;
    }
}

/* Deals the goals, in their order, to families of 2 to MOST_A_FAMILY; the last has what is left. */
static void goals_deal(struct random *random, struct goal goals[], int n)
{
    int family = 0, n_left = 0, number = 0;
    for (int i = 0; i < n; i++) {
        if (n_left == 0) {
            family++;
            number = 0;
            n_left = 2 + random_below(random, MOST_A_FAMILY - 1);
        }
        n_left--;
        goals[i].family = family;
        goals[i].number = ++number;
    }
}

static void put_rating(struct sink *out, int area, const struct goal *goal, const char *stage,
                       int level)
{
    put(out, "%c-%03d,%s,g%d,%s,%s,%s,%d\n", areas[area].letter, goal->family, areas[area].name,
        goal->number, stage, categories[goal->category], goal->substance ? "yes" : "no", level);
}

/* Every goal is reviewed at least once, and its last review says what it came to. */
static void put_goal(struct random *random, struct sink *out, int area, const struct goal *goal)
{
    const int start = random_chance(random, 40) ? -2 : -1;
    const int kind = random_below(random, 100), path = random_below(random, 100);
    int last;
    if (goal->attained) {
        last = kind < 55 ? 0 : kind < 85 ? 1 : 2;
    } else {
        last = kind < 25 ? -2 : -1;
    }
    put_rating(out, area, goal, "start", start);
    if (path < 45) { /* closure only */
        put_rating(out, area, goal, "closure", last);
    } else if (path < 92) { /* gained or slipped a level after closure, or stood still */
        const int closure = clamp(last + random_below(random, 3) - 1, -2, 2);
        put_rating(out, area, goal, "closure", closure);
        put_rating(out, area, goal, "12 months", last);
    } else { /* closed without a rating, seen at 12 months */
        put_rating(out, area, goal, "12 months", last);
    }
}

void cardiff_vale_goals(struct random *random, struct sink *out)
{
    struct goal goals[MAX_GOALS];
    put_text(out, "family,area,goal,stage,category,substance,level\n");
    for (int area = 0; area < N_AREAS; area++) {
        goals_fill(random, area, goals);
        goals_deal(random, goals, areas[area].n_goals);
        for (int i = 0; i < areas[area].n_goals; i++) {
            put_goal(random, out, area, &goals[i]);
        }
    }
}
