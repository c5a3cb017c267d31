/* engine/counted.h - everything that figures and warnings are computed from. No person is in it:
   only counts and sums, which add. Threads, machines and sites each count their own forms and meet
   in counted_merge(), and nowhere else. */
#ifndef PELLTER_ENGINE_COUNTED_H
#define PELLTER_ENGINE_COUNTED_H

#include "engine/cohorts.h"
#include "engine/family_tally.h"
#include "engine/findings.h"
#include "engine/item_checks.h"
#include "engine/item_tally.h"
#include "engine/tally.h"

/* Of one instrument. */
struct measure_counts {
    uint64_t forms_read;
    uint64_t forms[N_FORM_REASONS]; /* FORM_USED: kept with a score; else set aside */
    uint64_t respondents;
    uint64_t moved;  /* respondents whose forms differ on a cohort column */
    bool has_family; /* some source names families that are not the respondents */
};

/* Of one source. */
struct source_counts {
    uint64_t rows; /* data rows */
    uint64_t cells[N_FINDING_KINDS];
};

/* Ids of one join that look like mistakes (join_checks.h). */
struct id_counts {
    uint64_t similar; /* ids that differ from another in capitals, leading zeros or a final ".0" */
    uint32_t summary_words; /* bit i: an id is the i-th word of summary_word() */
};

struct counted {
    const struct study *study;     /* borrowed */
    const struct cohorts *cohorts; /* borrowed: what cohort numbers mean */
    const struct names *names;     /* borrowed: what the numbers of goals' categories mean */
    size_t n_sources;
    struct tally tally;              /* owned, as are the rest */
    struct family_tally families;    /* of each measure that has some, and of goals always */
    struct measure_counts *measures; /* study->n_measures */
    struct source_counts *sources;   /* n_sources */
    struct id_counts *ids;           /* study->n_joins */
    struct item_checks checks;
    struct item_tally items;
    struct goal_counter *goals;  /* or NULL: what is counted of goals and not in the tally yet */
    uint64_t unknown_informants; /* rows whose informant the study does not name */
};

/* False: no memory; *counted is empty. */
bool counted_init(struct counted *counted, const struct study *study, const struct cohorts *cohorts,
                  const struct names *names, size_t n_sources);

/* Adds what `from` counted, of the same study, cohorts and names, and settled. False: no memory. */
bool counted_merge(struct counted *into, const struct counted *from);

/* Brings what has waited to be counted into the tally, the families and the checks: once, when all is
   counted. False: no memory. */
bool counted_settle(struct counted *counted);

void counted_free(struct counted *counted);

#endif
