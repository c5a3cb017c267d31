#include "tests/plan_texts.h"

#include <stdlib.h>
#include <string.h>

struct fault parse(const char *text, const struct plan_options *options, struct plan *plan)
{
    const size_t n = strlen(text);
    char *const copy = malloc(n + 1); /* so that reading past the end is seen, and keeping it */
    memcpy(copy, text, n);
    const struct fault fault = plan_parse("study.yaml", "data/", copy, n, options, plan);
    free(copy);
    return fault;
}
