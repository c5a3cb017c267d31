/* The scales and band sets of an instrument file. */
#include "io/read/fields.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "scales/gas.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MOST_ENTRIES 4096 /* of a conversion table */
#define MOST_BANDS 12
#define MOST_BAND_SETS 8
#define TABLE_UNITS 10000 /* what in_units can read, at most */
#define MOST_NORMS 32
#define MOST_PEOPLE INT64_C(1000000000)
#define MOST_POINTS 1000000
#define LEAST_POINTS 1e-9

static const char *const scale_keys[] = {
    "title",
    "in_words",
    "source",
    "confidence",
    "items",
    "group",
    "reversed",
    "recode",
    "screen",
    "sum",
    "convert",
    "better",
    "decimals",
    "bands",
    "sd",
    "reliability",
    "clinical",
    "functional",
    "important_change",
    "norms",
};
static const char *const screen_keys[] = {"item", "answer"};
static const char *const convert_keys[] = {"from", "lowest", "table"};
static const char *const known_value_keys[] = {"value", "source", "confidence"};
static const char *const norm_keys[] = {"mean", "sd", "source", "confidence"};
static const char *const figures_keys[] = {"mean", "sd", "confidence"};
static const char *const band_set_keys[] = {"confidence", "edges", "step"};
static const char *const for_items[] = {"group", "reversed", "recode", "screen"};
static const char *const directions[] = {"lower", "higher"};
static const char *const goal_scales[] = {"level", "family_level", "t_score"};
static const int64_t goal_units[] = {GAS_HALVES_PER_LEVEL, GAS_MEAN_UNITS, GAS_T_UNITS};

size_t scale_index(struct loader *loader, const struct node *name, size_t n)
{
    const char *names[MAX_SCALES] = {NULL};
    size_t place = 0;
    if (!going(loader)) {
        return n;
    }
    for (size_t i = 0; i < n; i++) {
        names[i] = loader->scales[i].name;
    }
    keep(loader, node_word(loader->document, name, names, n, &place));
    return going(loader) ? place : n;
}

/* --- what a scale is made of ---------------------------------------------------------------- */

static size_t group_of(struct loader *loader, const struct node *node)
{
    const char *names[MAX_GROUPS] = {NULL};
    for (size_t g = 0; g < loader->instrument->n_groups; g++) {
        names[g] = loader->instrument->groups[g].name;
    }
    return word_or(loader, node, "group", names, loader->instrument->n_groups, 0);
}

/* memchr() must not be given NULL, not even for no bytes. */
static bool holds(const uint8_t *places, size_t n, size_t place)
{
    return n > 0 && memchr(places, (int)place, n) != NULL;
}

static void take_reversed(struct loader *loader, const struct node *node, struct scale *scale,
                          size_t n_items)
{
    const uint8_t *places;
    /* Also where nothing is reversed, so that scoring need not ask. */
    uint8_t *const flags = room_for(loader, scale->n_items, sizeof *flags);
    scale->reversed = flags;
    if (node == NULL || !going(loader)) {
        return;
    }
    const size_t n = item_positions(loader, node, n_items, &places);
    for (size_t i = 0; i < n && going(loader); i++) {
        if (!holds(scale->items, scale->n_items, places[i])) {
            keep(loader,
                 node_fault(loader->document, node,
                            "item %d is reversed but is not an item of this scale", places[i] + 1));
        }
    }
    for (size_t i = 0; i < scale->n_items && going(loader); i++) {
        flags[i] = holds(places, n, scale->items[i]) ? 1 : 0;
    }
}

/* One entry for every code from lowest to highest: a list that is too short could leave a code
   without points. */
static void take_recode(struct loader *loader, const struct node *node, struct scale *scale,
                        const struct item_group *group)
{
    const size_t n_codes = (size_t)(group->highest - group->lowest) + 1;
    uint8_t *const points = room_for(loader, n_codes, sizeof *points);
    if (node == NULL || !is_list(loader, node, n_codes, n_codes)) {
        return;
    }
    for (size_t i = 0; i < n_codes; i++) {
        points[i] = (uint8_t)integer(loader, &node->children[i], 0, UINT8_MAX);
    }
    scale->recode = points;
}

static void take_screen(struct loader *loader, const struct node *node, struct scale *scale,
                        const struct item_group *group)
{
    if (node == NULL) {
        return;
    }
    only_keys(loader, node, screen_keys, COUNT(screen_keys));
    scale->has_screen = true;
    /* integer() gives 1, not 0, after a fault: nothing wraps round below 0. */
    scale->screen_item =
        (size_t)integer(loader, field(loader, node, "item"), 1, (int64_t)group->n_items) - 1;
    scale->screen_answer =
        (answer)integer(loader, field(loader, node, "answer"), group->lowest, group->highest);
    if (going(loader) && holds(scale->items, scale->n_items, scale->screen_item)) {
        keep(loader,
             node_fault(loader->document, node, "the screen item is also an item of this scale"));
    }
}

static void take_items(struct loader *loader, const struct node *node, struct scale *scale)
{
    scale->kind = SCALE_ITEMS;
    scale->group = group_of(loader, node);
    const struct item_group *const group = &loader->instrument->groups[scale->group];
    /* Items first: what is reversed and the screen are checked against them. */
    scale->n_items =
        item_positions(loader, field(loader, node, "items"), group->n_items, &scale->items);
    take_reversed(loader, node_get(node, "reversed"), scale, group->n_items);
    take_recode(loader, node_get(node, "recode"), scale, group);
    take_screen(loader, node_get(node, "screen"), scale, group);
}

/* A sum of earlier scales, of which there are `index`. */
static void take_sum(struct loader *loader, const struct node *node, struct scale *scale,
                     size_t index)
{
    uint8_t *const parts = room_for(loader, MAX_SCALES, sizeof *parts);
    scale->kind = SCALE_SCALES;
    if (!is_list(loader, node, 1, MAX_SCALES)) {
        return;
    }
    for (size_t i = 0; i < node->n_children; i++) {
        /* Only scales before this one are known by name, so no scale can contain itself. */
        const size_t part = scale_index(loader, &node->children[i], index);
        if (going(loader) && holds(parts, i, part)) {
            keep(loader, node_fault(loader->document, &node->children[i],
                                    "the scale stands twice in the sum"));
        }
        if (!going(loader)) {
            return;
        }
        parts[i] = (uint8_t)part;
    }
    scale->parts = parts;
    scale->n_parts = node->n_children;
}

/* Entries may be negative or 0; the divisor is above 0 all the same, since it starts from
   TABLE_UNITS. */
static int64_t greatest_common_divisor(int64_t a, int64_t b)
{
    while (b != 0) {
        const int64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a < 0 ? -a : a;
}

/* The entries in the largest part of a point that divides them all. */
static void take_table(struct loader *loader, const struct node *node, struct scale *scale)
{
    if (!is_list(loader, node, 1, MOST_ENTRIES)) {
        return;
    }
    int64_t *const table = room_for(loader, node->n_children, sizeof *table);
    int64_t divisor = TABLE_UNITS;
    for (size_t i = 0; i < node->n_children && going(loader); i++) {
        table[i] = in_units(loader, &node->children[i], TABLE_UNITS);
        divisor = greatest_common_divisor(divisor, table[i]);
    }
    for (size_t i = 0; i < node->n_children && going(loader); i++) {
        table[i] /= divisor;
    }
    scale->conversion = table;
    scale->n_conversion = node->n_children;
    scale->units_per_point = TABLE_UNITS / divisor;
}

static void take_conversion(struct loader *loader, const struct node *node, struct scale *scale,
                            size_t index)
{
    uint8_t *const part = room_for(loader, 1, sizeof *part);
    scale->kind = SCALE_CONVERSION;
    only_keys(loader, node, convert_keys, COUNT(convert_keys));
    const struct node *const from = field(loader, node, "from");
    /* This holds after failing memory, too, so that `part` is safe below. */
    if (from == NULL) {
        return;
    }
    *part = (uint8_t)scale_index(loader, from, index);
    scale->parts = part;
    scale->n_parts = 1;
    scale->min_parts = 1;
    scale->conversion_lowest =
        integer(loader, field(loader, node, "lowest"), -MOST_POINTS, MOST_POINTS);
    take_table(loader, field(loader, node, "table"), scale);
}

/* --- one scale ------------------------------------------------------------------------------ */

static void take_known_value(struct loader *loader, const struct node *node, double lowest,
                             double highest, double *value, const char **source,
                             enum confidence *confidence)
{
    /* Not known; 0 would be a value. */
    *value = NAN;
    if (node == NULL) {
        return;
    }
    only_keys(loader, node, known_value_keys, COUNT(known_value_keys));
    if (field(loader, node, "value") != NULL) {
        *value = number_or_nan(loader, node, "value", lowest, highest);
        *source = text_field(loader, node, "source");
        *confidence = confidence_field(loader, node, "confidence");
    }
}

static void take_norm(struct loader *loader, const struct node *node, struct norm *norm)
{
    if (node == NULL) {
        return;
    }
    only_keys(loader, node, norm_keys, COUNT(norm_keys));
    if (field(loader, node, "mean") != NULL && field(loader, node, "sd") != NULL) {
        norm->mean = number_or_nan(loader, node, "mean", -MOST_POINTS, MOST_POINTS);
        norm->sd = number_or_nan(loader, node, "sd", LEAST_POINTS, MOST_POINTS);
        norm->source = text_field(loader, node, "source");
        norm->confidence = confidence_field(loader, node, "confidence");
    }
}

/* The figures of one scale, beside what is said of the survey once for all scales. */
static void take_published_norm(struct loader *loader, const struct node *key,
                                const struct node *node, struct published_norm *norm)
{
    const struct node *const survey =
        loader->norms == NULL ? NULL : node_get(loader->norms, key->text);
    if (survey == NULL) {
        keep(loader, node_fault(loader->document, key,
                                "the norm \"%s\" is not described under the key \"norms\" of the "
                                "file",
                                key->text));
        return;
    }
    only_keys(loader, node, figures_keys, COUNT(figures_keys));
    if (field(loader, node, "mean") == NULL) {
        return;
    }
    norm->name = name_text(loader, key);
    norm->population = text_field(loader, survey, "population");
    norm->year = text_field(loader, survey, "year");
    norm->n = node_get(survey, "n") == NULL
                  ? 0
                  : (uint64_t)integer(loader, node_get(survey, "n"), 1, MOST_PEOPLE);
    norm->figures.source = text_field(loader, survey, "source");
    norm->figures.mean = number_or_nan(loader, node, "mean", -MOST_POINTS, MOST_POINTS);
    norm->figures.sd = node_get(node, "sd") == NULL
                           ? 0.0
                           : number_or_nan(loader, node, "sd", LEAST_POINTS, MOST_POINTS);
    norm->figures.confidence = confidence_field(loader, node, "confidence");
}

static void take_norms(struct loader *loader, const struct node *scale_node, struct scale *scale)
{
    const struct node *const map = node_get(scale_node, "norms");
    if (!going(loader) || map == NULL) {
        return;
    }
    if (map->kind != NODE_MAP || map->n_children == 0 || map->n_children > MOST_NORMS) {
        keep(loader, node_fault(loader->document, map,
                                "expected 1 to %d norms, each a name with its keys", MOST_NORMS));
        return;
    }
    struct published_norm *const norms = room_for(loader, map->n_children, sizeof *norms);
    for (size_t i = 0; i < map->n_children && going(loader); i++) {
        take_published_norm(loader, &map->keys[i], &map->children[i], &norms[i]);
    }
    scale->norms = norms;
    scale->n_norms = map->n_children;
}

/* Exactly one of items, sum and convert says what the scale is made of; nothing in an instrument
   of goals, whose three scales are known by name. */
static void take_kind(struct loader *loader, const struct node *node, struct scale *scale,
                      size_t index)
{
    const struct node *const items = node_get(node, "items"), *const sum = node_get(node, "sum"),
                             *const convert = node_get(node, "convert");
    const int n_kinds = (items != NULL) + (sum != NULL) + (convert != NULL);
    if (n_kinds != (loader->instrument->is_goals ? 0 : 1)) {
        keep(loader, node_fault(loader->document, node,
                                loader->instrument->is_goals
                                    ? "a scale of goals has no items, sum or convert"
                                    : "a scale has exactly one of the keys items, sum, convert"));
        return;
    }
    for (size_t i = 0; i < COUNT(for_items) && items == NULL; i++) {
        const struct node *const stray = node_get(node, for_items[i]);
        if (stray != NULL) {
            keep(loader, node_fault(loader->document, stray,
                                    "the key \"%s\" goes only with \"items\"", for_items[i]));
        }
    }
    if (items != NULL) {
        take_items(loader, node, scale);
    } else if (sum != NULL) {
        take_sum(loader, sum, scale, index);
    } else if (convert != NULL) {
        take_conversion(loader, convert, scale, index);
    } else {
        scale->kind = SCALE_GOALS;
        scale->units_per_point = goal_units[index];
    }
}

static void take_scale(struct loader *loader, const struct node *key, const struct node *node,
                       size_t index)
{
    struct scale *const scale = &loader->scales[index];
    only_keys(loader, node, scale_keys, COUNT(scale_keys));
    if (!going(loader)) {
        return;
    }
    scale->name = name_text(loader, key);
    scale->title = text_field(loader, node, "title");
    scale->in_words = text_or(loader, node, "in_words", NULL);
    scale->source = text_or(loader, node, "source", scale->source);
    scale->confidence = confidence_or(loader, node, "confidence", scale->confidence);
    /* word_or() lets a key be left out, and a wrong default would turn every change round. */
    field(loader, node, "better");
    scale->higher_is_better = word_or(loader, node, "better", directions, 2, 0) == 1;
    scale->decimals = (unsigned)integer(loader, field(loader, node, "decimals"), 0, 6);
    take_kind(loader, node, scale, index);
    take_known_value(loader, node_get(node, "reliability"), 0.0, 1.0, &scale->reliability,
                     &scale->reliability_source, &scale->reliability_confidence);
    take_known_value(loader, node_get(node, "sd"), 0.0, MOST_POINTS, &scale->sd, &scale->sd_source,
                     &scale->sd_confidence);
    take_norm(loader, node_get(node, "clinical"), &scale->clinical);
    take_norm(loader, node_get(node, "functional"), &scale->functional);
    take_known_value(loader, node_get(node, "important_change"), LEAST_POINTS, MOST_POINTS,
                     &scale->important_change, &scale->important_source,
                     &scale->important_confidence);
    take_norms(loader, node, scale);
}

static void check_goal_scales(struct loader *loader, const struct node *map)
{
    bool as_known = map->n_children == COUNT(goal_scales);
    for (size_t i = 0; i < COUNT(goal_scales) && as_known; i++) {
        as_known = strcmp(map->keys[i].text, goal_scales[i]) == 0;
    }
    if (!as_known) {
        keep(loader, node_fault(loader->document, map,
                                "the scales of goals are level, family_level and t_score, in this "
                                "order"));
    }
}

void take_scales(struct loader *loader, const struct node *map)
{
    if (!going(loader) || map == NULL) {
        return;
    }
    if (map->kind != NODE_MAP || map->n_children == 0 || map->n_children > MAX_SCALES) {
        keep(loader, node_fault(loader->document, map,
                                "expected 1 to %d scales, each a name with "
                                "its keys",
                                MAX_SCALES));
        return;
    }
    /* Before the loop, which takes the units of goals by their place. */
    if (loader->instrument->is_goals) {
        check_goal_scales(loader, map);
    }
    for (size_t i = 0; i < map->n_children && going(loader); i++) {
        take_scale(loader, &map->keys[i], &map->children[i], i);
    }
    loader->instrument->n_scales = map->n_children;
}

/* --- bands ---------------------------------------------------------------------------------- */

/* Bands stand best first and touch: the next begins one step further on. */
static void check_bands(struct loader *loader, const struct node *edges, const struct scale *scale,
                        const struct band_set *set)
{
    for (size_t i = 0; i < set->n_bands && going(loader); i++) {
        const struct band *const band = &set->bands[i], *const before = i == 0 ? NULL : band - 1;
        const struct node *const node = &edges->children[i];
        /* Edges are whole units, so "touch" can be asked exactly. */
        if (band->lowest > band->highest) {
            keep(loader, node_fault(loader->document, node, "the lower edge comes first"));
        } else if (band->lowest % set->step != 0 || band->highest % set->step != 0) {
            keep(loader,
                 node_fault(loader->document, node, "an edge is not a whole number of steps"));
        } else if (before != NULL &&
                   (scale->higher_is_better ? band->highest + set->step != before->lowest
                                            : band->lowest - set->step != before->highest)) {
            keep(loader, node_fault(loader->document, node,
                                    "bands stand best first, without gap or overlap: this one does "
                                    "not follow on \"%s\"",
                                    before->name));
        }
    }
}

static void take_edges(struct loader *loader, const struct node *edges, const struct scale *scale,
                       struct band_set *set)
{
    if (!going(loader) || edges == NULL) {
        return;
    }
    if (edges->kind != NODE_MAP || edges->n_children == 0 || edges->n_children > MOST_BANDS) {
        keep(loader,
             node_fault(loader->document, edges,
                        "expected 1 to %d bands, each NAME: [lowest, highest]", MOST_BANDS));
        return;
    }
    struct band *const bands = room_for(loader, edges->n_children, sizeof *bands);
    for (size_t i = 0; i < edges->n_children && going(loader); i++) {
        const struct node *const pair = &edges->children[i];
        bands[i].name = name_text(loader, &edges->keys[i]);
        if (is_list(loader, pair, 2, 2)) {
            bands[i].lowest = in_units(loader, &pair->children[0], scale->units_per_point);
            bands[i].highest = in_units(loader, &pair->children[1], scale->units_per_point);
        }
    }
    set->bands = bands;
    set->n_bands = edges->n_children;
    if (going(loader)) {
        check_bands(loader, edges, scale, set);
    }
}

/* usual: BAND, the last that is not raised. Without it the best band alone is usual. */
static void take_usual(struct loader *loader, const struct node *common, struct band_set *set)
{
    const char *names[MOST_BANDS] = {NULL};
    if (!going(loader)) {
        return;
    }
    for (size_t i = 0; i < set->n_bands; i++) {
        names[i] = set->bands[i].name;
    }
    set->n_usual = 1 + word_or(loader, common, "usual", names, set->n_bands, 0);
}

static void take_band_set(struct loader *loader, const struct node *key, const struct node *node,
                          const struct scale *scale, struct band_set *set)
{
    const struct node *const common =
        loader->band_sets == NULL ? NULL : node_get(loader->band_sets, key->text);
    if (common == NULL) {
        keep(loader, node_fault(loader->document, key,
                                "the band set \"%s\" is not described under the key \"band_sets\"",
                                key->text));
        return;
    }
    only_keys(loader, node, band_set_keys, COUNT(band_set_keys));
    if (!going(loader)) {
        return;
    }
    const struct node *const step = node_get(node, "step");
    set->name = name_text(loader, key);
    set->source = text_field(loader, common, "source");
    set->confidence = confidence_field(loader, node, "confidence");
    set->step =
        step == NULL ? scale->units_per_point : in_units(loader, step, scale->units_per_point);
    if (going(loader) && set->step <= 0) {
        keep(loader, node_fault(loader->document, step, "a step is more than 0"));
        return;
    }
    take_edges(loader, field(loader, node, "edges"), scale, set);
    take_usual(loader, common, set);
}

void take_bands(struct loader *loader, const struct node *scale_node, size_t index)
{
    struct scale *const scale = &loader->scales[index];
    const struct node *const map = node_get(scale_node, "bands");
    /* True where no default is asked for: then the first set is the one. */
    bool has_default = loader->default_bands == NULL;
    if (!going(loader) || map == NULL) {
        return;
    }
    if (scale->kind == SCALE_GOALS || map->kind != NODE_MAP || map->n_children == 0 ||
        map->n_children > MOST_BAND_SETS) {
        keep(loader, node_fault(loader->document, map,
                                "expected 1 to %d band sets, each a name with its keys, and none "
                                "for goals",
                                MOST_BAND_SETS));
        return;
    }
    struct band_set *const sets = room_for(loader, map->n_children, sizeof *sets);
    for (size_t i = 0; i < map->n_children && going(loader); i++) {
        take_band_set(loader, &map->keys[i], &map->children[i], scale, &sets[i]);
        if (!has_default && strcmp(map->keys[i].text, loader->default_bands) == 0) {
            scale->default_band_set = i;
            has_default = true;
        }
    }
    if (!has_default) {
        keep(loader, node_fault(loader->document, map,
                                "the band set \"%s\" of \"default_bands\" is missing here",
                                loader->default_bands));
    }
    scale->band_sets = sets;
    scale->n_band_sets = map->n_children;
}
