#include "engine/tables/sentences.h"

/* Below two there is no change of a group to speak of, only somebody's. */
static bool is_group(const struct spoken_change *c)
{
    return c->n.kind == VALUE_COUNT && c->n.numerator > 1;
}

static bool is_below(const struct value *n, uint64_t limit)
{
    return (uint64_t)n->numerator < limit;
}

/* -1, 0 or 1: how `after` compares with `before` as they are printed. */
static int printed_direction(const struct spoken_change *c)
{
    int64_t before, after;
    if (!value_rounded(&c->before, c->decimals, &before) ||
        !value_rounded(&c->after, c->decimals, &after)) {
        return 0; /* not of scores, which are far smaller */
    }
    return (after > before) - (after < before);
}

static struct text means_of_nobody(const struct spoken_change *c)
{
    const bool one = c->n.kind == VALUE_COUNT && c->n.numerator == 1;
    struct text text;
    if (c->of_goals) {
        text = text_of(one ? MESSAGE_SAY_ONE_GOALS : MESSAGE_SAY_NOBODY_GOALS);
    } else {
        text = text_of(one ? MESSAGE_SAY_ONE : MESSAGE_SAY_NOBODY);
    }
    text.arguments[0] = c->who;
    text.arguments[1] = c->of;
    text.arguments[2] = c->scale;
    return text;
}

struct text spoken_means(const struct spoken_change *c)
{
    static const enum message forms[2][2] = {{MESSAGE_SAY_FELL_WORSE, MESSAGE_SAY_FELL_BETTER},
                                             {MESSAGE_SAY_ROSE_WORSE, MESSAGE_SAY_ROSE_BETTER}};
    static const enum message goals[2][2] = {
        {MESSAGE_SAY_FELL_WORSE_GOALS, MESSAGE_SAY_FELL_BETTER_GOALS},
        {MESSAGE_SAY_ROSE_WORSE_GOALS, MESSAGE_SAY_ROSE_BETTER_GOALS}};
    const int direction = printed_direction(c);
    const bool rose = direction > 0, better = rose == c->higher_is_better;
    struct text text;
    if (!is_group(c)) {
        return means_of_nobody(c);
    }
    if (direction == 0) {
        text = text_of(c->of_goals ? MESSAGE_SAY_SAME_GOALS : MESSAGE_SAY_SAME);
    } else {
        text = text_of(c->of_goals ? goals[rose][better] : forms[rose][better]);
    }
    text.arguments[0] = argument_value(c->n, 0);
    text.arguments[1] = c->who;
    text.arguments[2] = c->of;
    text.arguments[3] = c->scale;
    text.arguments[4] = argument_value(c->before, c->decimals);
    text.arguments[5] = argument_value(c->after, c->decimals);
    return text;
}

/* Too few to be tested, though their members are not. */
static bool has_few_families(const struct spoken_change *c)
{
    return c->families.kind == VALUE_COUNT && is_below(&c->families, c->small.too_few);
}

static enum message test_message(const struct spoken_change *c)
{
    const bool families = c->families.kind != VALUE_UNDEFINED;
    if (c->p_holm.kind != VALUE_UNDEFINED && c->tests.number > 1.0) {
        return families ? MESSAGE_SAY_CHANGE_FAMILIES_HOLM : MESSAGE_SAY_CHANGE_HOLM;
    }
    return families ? MESSAGE_SAY_CHANGE_FAMILIES : MESSAGE_SAY_CHANGE;
}

struct text spoken_test(const struct spoken_change *c)
{
    struct text text;
    if (!is_group(c)) {
        return text_of(MESSAGE_NONE);
    }
    if (c->ci_low.kind == VALUE_UNDEFINED || c->p.kind == VALUE_UNDEFINED) {
        text = text_of(c->families.kind != VALUE_UNDEFINED ? MESSAGE_SAY_CHANGE_FAMILIES_ALIKE
                       : c->change.number == 0.0           ? MESSAGE_SAY_CHANGE_NONE
                                                           : MESSAGE_SAY_CHANGE_ALIKE);
        text.arguments[4] = argument_value(c->families, 0);
    } else if (is_below(&c->n, c->small.too_few) || has_few_families(c)) {
        text = text_of(MESSAGE_SAY_CHANGE_FEW);
        text.arguments[3] = argument_count(c->small.too_few);
        text.arguments[4] =
            is_below(&c->n, c->small.too_few) ? c->who : argument_message(MESSAGE_UNIT_FAMILIES);
    } else {
        text = text_of(test_message(c));
        text.arguments[3] = argument_p(c->p);
        text.arguments[4] = argument_value(c->families, 0);
        text.arguments[5] = argument_value(c->tests, 0);
        text.arguments[6] = argument_p(c->p_holm);
    }
    text.arguments[0] = argument_value(c->change, c->decimals);
    text.arguments[1] = argument_value(c->ci_low, c->decimals);
    text.arguments[2] = argument_value(c->ci_high, c->decimals);
    return text;
}

struct text spoken_rounding(const struct spoken_change *c)
{
    int64_t before, after, change;
    const bool apart = is_group(c) && value_rounded(&c->before, c->decimals, &before) &&
                       value_rounded(&c->after, c->decimals, &after) &&
                       value_rounded(&c->change, c->decimals, &change) && after - before != change;
    return text_of(apart ? MESSAGE_SAY_ROUNDED : MESSAGE_NONE);
}

struct text spoken_doubt(const struct spoken_change *c)
{
    return text_of(is_group(c) && c->ci_low.number <= 0.0 && c->ci_high.number >= 0.0
                       ? MESSAGE_SAY_DOUBT
                       : MESSAGE_NONE);
}

struct text spoken_caution(const struct spoken_change *c)
{
    struct text text = text_of(MESSAGE_NONE);
    if (is_group(c) && is_below(&c->n, c->small.caution)) {
        text = text_of(MESSAGE_SAY_CAUTION);
        text.arguments[0] = argument_count(c->small.caution);
        text.arguments[1] = c->who;
    }
    return text;
}
