/* tests/plan_texts.h - pieces of study files, and a study file that is a text. */
#ifndef PELLTER_TESTS_PLAN_TEXTS_H
#define PELLTER_TESTS_PLAN_TEXTS_H

#include "io/read/plan.h"

/* One WEMWBS source; what comes behind it stands in line 6, column 5. */
#define STAGES "stages: [start, end]\n"
#define FILE_A "sources:\n  - file: a.csv\n    instrument: "
#define ITEMS "\n    items: \"w{1..14}\"\n"
#define SOURCE FILE_A "wemwbs" ITEMS
#define WITH(more) STAGES SOURCE "    " more "\n"
#define STUDY(more) more "\n" STAGES SOURCE
/* goals: what comes behind them stands in line 5, column 5 */
#define GOALS(more) STAGES FILE_A "gas\n    " more "\n"
#define SDQ(more) STAGES FILE_A "sdq-parent\n    items: \"q{1..25}\"\n    " more "\n"
/* two sources in the flow style, from line 3 on */
#define TWO(first, second) STAGES "sources:\n  - {" first "}\n  - {" second "}\n"
#define WIDE "file: a.csv, instrument: wemwbs, layout: wide, "

/* plan_parse() of study.yaml in the folder data. */
struct fault parse(const char *text, const struct plan_options *options, struct plan *plan);

#endif
