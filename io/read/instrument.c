#include "io/read/instrument.h"

#include <stdio.h>
#include <string.h>
#include "io/read/fields.h"
#include "scales/score.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define MOST_RULES 16
#define MOST_ALIASES 16
#define MOST_VALUES 1000000            /* that one scale can take */
#define MOST_SCORE INT64_C(1000000000) /* units, of either sign: sums of sums stay in range */
#define OLDEST 120

static const char *const instrument_keys[] = {
    "name",   "title",      "kind",   "aliases", "unit",          "versions",  "ages",  "licence",
    "source", "confidence", "groups", "scales",  "default_bands", "band_sets", "norms", "rules",
};
static const char *const group_keys[] = {"count", "answers", "long_form"};
static const char *const long_form_keys[] = {"count", "at"};
static const char *const band_set_keys[] = {"source", "usual"};
static const char *const survey_keys[] = {"population", "year", "n", "source"};
static const char *const rule_keys[] = {"text", "source", "confidence",
                                        "like", "scales", "complete_groups"};
static const char *const effect_keys[] = {"at_least", "round", "blank"};
static const char *const kinds[] = {"items", "goals"};
static const char *const roundings[] = {"none", "half_up", "half_even"};
static const char *const blanks[] = {"prorate", "zero"};

/* --- the head ------------------------------------------------------------------------------- */

static void take_aliases(struct loader *loader, const struct node *node)
{
    struct instrument *const instrument = loader->instrument;
    if (node == NULL || !is_list(loader, node, 0, MOST_ALIASES)) {
        return;
    }
    const char **const aliases = room_for(loader, node->n_children, sizeof *aliases);
    for (size_t i = 0; i < node->n_children && going(loader); i++) {
        aliases[i] = name_text(loader, &node->children[i]);
    }
    instrument->aliases = aliases;
    instrument->n_aliases = node->n_children;
}

/* [18] is 18 and over, which has OLDEST as its upper end. */
static void take_ages(struct loader *loader, const struct node *node)
{
    int64_t low = 0, high = 0;
    if (node == NULL) {
        return;
    }
    if (node->kind == NODE_LIST && node->n_children == 1) {
        low = integer(loader, &node->children[0], 0, OLDEST);
        high = OLDEST;
    } else {
        integer_range(loader, node, 0, OLDEST, &low, &high);
    }
    loader->instrument->age_lowest = (unsigned)low;
    loader->instrument->age_highest = (unsigned)high;
}

static void take_head(struct loader *loader, const struct node *root)
{
    struct instrument *const instrument = loader->instrument;
    only_keys(loader, root, instrument_keys, COUNT(instrument_keys));
    if (!going(loader)) {
        return;
    }
    instrument->name = name_text(loader, field(loader, root, "name"));
    instrument->title = text_field(loader, root, "title");
    instrument->is_goals = word_or(loader, root, "kind", kinds, COUNT(kinds), 0) == 1;
    instrument->unit = text_field(loader, root, "unit");
    instrument->versions = text_or(loader, root, "versions", NULL);
    instrument->licence = text_field(loader, root, "licence");
    take_aliases(loader, node_get(root, "aliases"));
    take_ages(loader, node_get(root, "ages"));
}

/* --- item groups ---------------------------------------------------------------------------- */

static void take_long_form(struct loader *loader, const struct node *node, struct item_group *group)
{
    if (node == NULL) {
        return;
    }
    only_keys(loader, node, long_form_keys, COUNT(long_form_keys));
    const struct node *const at = field(loader, node, "at");
    const int64_t n_long = integer(loader, field(loader, node, "count"), 1, MAX_ITEMS);
    const size_t n = item_positions(loader, at, (size_t)n_long, &group->in_long);
    /* Not as many: a data file shows which form it holds by its number of columns alone. */
    if (going(loader) && (n != group->n_items || (size_t)n_long <= n)) {
        keep(loader, node_fault(loader->document, at,
                                "expected the places of %zu items in a form that has more",
                                group->n_items));
    }
    group->n_long = (size_t)n_long;
}

static void take_group(struct loader *loader, const struct node *key, const struct node *node,
                       struct item_group *group)
{
    int64_t low, high;
    only_keys(loader, node, group_keys, COUNT(group_keys));
    if (!going(loader)) {
        return;
    }
    group->name = name_text(loader, key);
    group->n_items = (size_t)integer(loader, field(loader, node, "count"), 1, MAX_ITEMS);
    const struct node *const answers = field(loader, node, "answers");
    /* INT8_MIN is left out: it is ANSWER_MISSING. */
    integer_range(loader, answers, -INT8_MAX, INT8_MAX, &low, &high);
    if (going(loader) && low == high) {
        keep(loader, node_fault(loader->document, answers, "an item has at least two answers"));
    }
    group->lowest = (answer)low;
    group->highest = (answer)high;
    take_long_form(loader, node_get(node, "long_form"), group);
}

static void take_groups(struct loader *loader, const struct node *root)
{
    const struct node *const map = node_get(root, "groups");
    if (!going(loader) || (map == NULL && loader->instrument->is_goals)) {
        return;
    }
    if (map == NULL) {
        field(loader, root, "groups");
        return;
    }
    /* Group 0 is what a source's key "items" and a scale without "group" mean. */
    if (loader->instrument->is_goals || map->kind != NODE_MAP || map->n_children == 0 ||
        map->n_children > MAX_GROUPS || strcmp(map->keys[0].text, "items") != 0) {
        keep(loader, node_fault(loader->document, map,
                                "expected 1 to %d item groups, the first named items (goals have "
                                "none)",
                                MAX_GROUPS));
        return;
    }
    struct item_group *const groups = room_for(loader, map->n_children, sizeof *groups);
    for (size_t g = 0; g < map->n_children && going(loader); g++) {
        take_group(loader, &map->keys[g], &map->children[g], &groups[g]);
    }
    loader->instrument->groups = groups;
    loader->instrument->n_groups = map->n_children;
}

/* --- missing-items rules -------------------------------------------------------------------- */

/* Without a rule every item and part is needed. */
static void need_all(struct loader *loader)
{
    for (size_t i = 0; i < loader->instrument->n_scales; i++) {
        struct scale *const scale = &loader->scales[i];
        scale->min_answered = scale->n_items;
        scale->min_parts = scale->n_parts;
        scale->rounding = ROUNDING_NONE;
        scale->blank_is_zero = false;
    }
}

/* What a rule says of one scale; it takes the place of all that a rule it is like had said. */
static void take_effect(struct loader *loader, const struct node *node, struct scale *scale)
{
    const bool of_items = scale->kind == SCALE_ITEMS;
    const size_t n = of_items ? scale->n_items : scale->n_parts;
    only_keys(loader, node, effect_keys, COUNT(effect_keys));
    if (going(loader) && !of_items && scale->kind != SCALE_SCALES) {
        keep(loader, node_fault(loader->document, node,
                                "only scales made of items or of a sum have a missing-items rule"));
    }
    /* Needing none would score an empty form, so 1 is the least. */
    const struct node *const at_least = field(loader, node, "at_least");
    const size_t fewest = (size_t)integer(loader, at_least, 1, (int64_t)n);
    scale->min_answered = of_items ? fewest : scale->min_answered;
    scale->min_parts = of_items ? scale->min_parts : fewest;
    scale->rounding = (enum rounding)word_or(loader, node, "round", roundings, COUNT(roundings), 0);
    scale->blank_is_zero = word_or(loader, node, "blank", blanks, COUNT(blanks), 0) == 1;
    if (going(loader) && scale->blank_is_zero && (!of_items || scale->rounding != ROUNDING_NONE)) {
        keep(loader, node_fault(loader->document, node,
                                "\"blank: zero\" is for items, and leaves nothing to round"));
    }
}

static void take_effects(struct loader *loader, const struct node *map)
{
    if (!going(loader) || map == NULL) {
        return;
    }
    if (map->kind != NODE_MAP) {
        keep(loader, node_fault(loader->document, map, "expected scale names with their rules"));
        return;
    }
    for (size_t i = 0; i < map->n_children && going(loader); i++) {
        const size_t index = scale_index(loader, &map->keys[i], loader->instrument->n_scales);
        if (going(loader)) {
            take_effect(loader, &map->children[i], &loader->scales[index]);
        }
    }
}

/* Sets rule `index` of the map in the scales and the instrument. */
static void apply_rule(struct loader *loader, const struct node *rules, size_t index)
{
    struct instrument *const instrument = loader->instrument;
    const struct node *const node = &rules->children[index], *like, *effects;
    only_keys(loader, node, rule_keys, COUNT(rule_keys));
    if (!going(loader)) {
        return;
    }
    like = node_get(node, "like");
    effects = node_get(node, "scales");
    if (like == NULL) {
        need_all(loader);
    } else {
        const size_t earlier =
            word_or(loader, node, "like", instrument->rules, index, 0); /* so that it ends */
        if (going(loader)) {
            apply_rule(loader, rules, earlier);
        }
    }
    /* After the rule that this one is like, which has set the same fields. */
    instrument->rule = instrument->rules[index];
    instrument->rule_text = text_field(loader, node, "text");
    instrument->rule_source = text_field(loader, node, "source");
    instrument->rule_confidence = confidence_field(loader, node, "confidence");
    instrument->complete_groups_only = yes_no_or(loader, node, "complete_groups", false);
    if (instrument->complete_groups_only && (like != NULL || effects != NULL)) {
        keep(loader, node_fault(loader->document, node,
                                "\"complete_groups: yes\" needs every item; it leaves nothing for "
                                "like and scales to say"));
    }
    take_effects(loader, effects);
}

static size_t take_rules(struct loader *loader, const struct node *map)
{
    if (!going(loader) || map == NULL) {
        return 0;
    }
    if (map->kind != NODE_MAP || map->n_children == 0 || map->n_children > MOST_RULES) {
        keep(loader,
             node_fault(loader->document, map,
                        "expected 1 to %d missing-items rules, the default first", MOST_RULES));
        return 0;
    }
    const char **const names = room_for(loader, map->n_children, sizeof *names);
    for (size_t i = 0; i < map->n_children && going(loader); i++) {
        names[i] = name_text(loader, &map->keys[i]);
    }
    loader->instrument->rules = names;
    loader->instrument->n_rules = map->n_children;
    return map->n_children;
}

/* Which rule is meant; the fault is the asker's, not the file's. */
static size_t find_rule(struct loader *loader, const char *rule)
{
    const struct instrument *const instrument = loader->instrument;
    char list[200] = "";
    size_t used = 0;
    /* The default stands first in the file. */
    if (rule == NULL) {
        return 0;
    }
    for (size_t i = 0; i < instrument->n_rules; i++) {
        if (names_alike(instrument->rules[i], rule)) {
            return i;
        }
        if (used < sizeof list) {
            const int length = snprintf(list + used, sizeof list - used, "%s%s", i == 0 ? "" : ", ",
                                        instrument->rules[i]);
            used += length > 0 ? (size_t)length : 0;
        }
    }
    keep(loader, fault_at(FAULT_CONTENT, NULL, 0, 0,
                          "%s has no missing-items rule \"%s\"; expected one of: %s",
                          instrument->name, rule, list));
    return 0;
}

/* --- what the chosen rule can give ---------------------------------------------------------- */

/* A table is entered with whole points; values ascend, so the first and the last speak for all. */
static bool conversion_fits(const struct loader *loader, const struct scale *scale)
{
    const struct scale *const raw = &loader->scales[scale->parts[0]];
    const int64_t last = scale->conversion_lowest + (int64_t)scale->n_conversion - 1;
    return raw->units_per_point == 1 && raw->n_values > 0 &&
           raw->values[0] >= scale->conversion_lowest && raw->values[raw->n_values - 1] <= last;
}

/* Called in the order of the file, where the parts of a scale stand before it: their units and
   values are known. */
static void set_values(struct loader *loader, const struct node *node, size_t index)
{
    struct scale *const scale = &loader->scales[index];
    if (scale->kind == SCALE_GOALS) {
        return;
    }
    if (scale->kind == SCALE_CONVERSION && !conversion_fits(loader, scale)) {
        keep(loader, node_fault(loader->document, node,
                                "under the rule \"%s\" the scale \"%s\" can take values that are "
                                "not in the conversion table",
                                loader->instrument->rule, loader->scales[scale->parts[0]].name));
        return;
    }
    scale->units_per_point = scale_units(loader->instrument, index);
    if (scale->units_per_point == 0) {
        keep(loader, node_fault(loader->document, node,
                                "the rule \"%s\" gives too fine parts of a point; let it need more "
                                "answers, or round",
                                loader->instrument->rule));
        return;
    }
    /* Counted before it is stored: a file can make a scale of any number of values. */
    const size_t n = scale_values(loader->instrument, index, NULL, 0);
    if (n > MOST_VALUES) {
        keep(loader, node_fault(loader->document, node, "the scale can take too many values"));
        return;
    }
    int64_t *const values = room_for(loader, n, sizeof *values);
    if (values == NULL) {
        return;
    }
    scale->n_values = scale_values(loader->instrument, index, values, n);
    scale->values = values;
    if (values[0] < -MOST_SCORE || values[n - 1] > MOST_SCORE) {
        keep(loader, node_fault(loader->document, node, "the scale's scores are too large"));
    }
}

static void check_band_sets(struct loader *loader, const struct node *root)
{
    const struct node *const map = loader->band_sets;
    if (going(loader) && map == NULL && node_get(root, "default_bands") != NULL) {
        field(loader, root, "band_sets");
    }
    if (!going(loader) || map == NULL) {
        return;
    }
    if (map->kind != NODE_MAP) {
        keep(loader, node_fault(loader->document, map, "expected names of band sets"));
    }
    for (size_t i = 0; i < map->n_children && going(loader); i++) {
        only_keys(loader, &map->children[i], band_set_keys, COUNT(band_set_keys));
        if (going(loader)) {
            text_field(loader, &map->children[i], "source");
        }
    }
    loader->default_bands = text_or(loader, root, "default_bands", NULL);
    if (going(loader) && loader->default_bands != NULL &&
        node_get(map, loader->default_bands) == NULL) {
        keep(loader, node_fault(loader->document, node_get(root, "default_bands"),
                                "this band set is not under the key \"band_sets\""));
    }
}

/* Is there a scale with figures of this norm? */
static bool has_figures(const struct loader *loader, const struct node *name)
{
    for (size_t i = 0; i < loader->instrument->n_scales; i++) {
        const struct scale *const scale = &loader->scales[i];
        for (size_t j = 0; j < scale->n_norms; j++) {
            if (strcmp(scale->norms[j].name, name->text) == 0) {
                return true;
            }
        }
    }
    return false;
}

/* What the surveys were is read with each scale that has figures of them; here, that the list holds
   nothing else. */
static void check_norms(struct loader *loader)
{
    const struct node *const map = loader->norms;
    if (!going(loader) || map == NULL) {
        return;
    }
    if (map->kind != NODE_MAP) {
        keep(loader, node_fault(loader->document, map, "expected names of norms"));
    }
    for (size_t i = 0; i < map->n_children && going(loader); i++) {
        only_keys(loader, &map->children[i], survey_keys, COUNT(survey_keys));
        if (going(loader) && !has_figures(loader, &map->keys[i])) {
            keep(loader, node_fault(loader->document, &map->keys[i],
                                    "no scale has figures of this norm, under its own \"norms\""));
        }
    }
}

/* --- the whole ------------------------------------------------------------------------------ */

static void load(struct loader *loader, const struct node *root, const char *rule)
{
    take_head(loader, root);
    take_groups(loader, root);
    if (!going(loader)) {
        return;
    }
    const char *const source = text_field(loader, root, "source");
    const enum confidence confidence = confidence_field(loader, root, "confidence");
    const struct node *const scales = field(loader, root, "scales"), *const rules = field(
                                                                         loader, root, "rules");
    loader->scales = room_for(loader, MAX_SCALES, sizeof *loader->scales);
    if (!going(loader)) {
        return;
    }
    for (size_t i = 0; i < MAX_SCALES; i++) {
        /* What a scale does not say for itself is what the file says as a whole. */
        loader->scales[i].source = source;
        loader->scales[i].confidence = confidence;
    }
    loader->instrument->scales = loader->scales;
    loader->norms = node_get(root, "norms");
    take_scales(loader, scales);
    check_norms(loader);
    loader->band_sets = node_get(root, "band_sets");
    check_band_sets(loader, root);
    const size_t n_rules = take_rules(loader, rules);
    const size_t chosen = going(loader) ? find_rule(loader, rule) : 0;
    for (size_t i = 0; i < n_rules && going(loader); i++) {
        apply_rule(loader, rules, i); /* all of them, so that a file is right or wrong as a whole */
    }
    /* Last, since every rule overwrites what the one before it has set. */
    if (going(loader)) {
        apply_rule(loader, rules, chosen);
    }
    for (size_t i = 0; i < loader->instrument->n_scales && going(loader); i++) {
        /* In this order: the edges of bands are read in the units that are set here. */
        set_values(loader, &scales->children[i], i);
        take_bands(loader, &scales->children[i], i);
    }
}

/* After a fault the unfinished instrument stays in the arena and goes with it. */
struct fault instrument_build(const struct document *document, const char *rule,
                              struct arena *arena, const struct instrument **out)
{
    struct loader loader = {.document = document, .arena = arena};
    loader.instrument = room_for(&loader, 1, sizeof *loader.instrument);
    if (loader.instrument != NULL) {
        load(&loader, &document->root, rule);
    }
    *out = going(&loader) ? loader.instrument : NULL;
    return loader.fault;
}

struct fault instrument_parse(const char *file, const char *bytes, size_t n, const char *rule,
                              struct arena *arena, const struct instrument **out)
{
    struct document document;
    *out = NULL;
    struct fault fault = document_parse(file, bytes, n, &document);
    if (fault.code == FAULT_NONE) {
        fault = instrument_build(&document, rule, arena, out);
        document_free(&document);
    }
    return fault;
}
