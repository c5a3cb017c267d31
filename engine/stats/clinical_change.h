/* engine/stats/clinical_change.h - who moved from the clinical side of a cut-off to the usual one,
   and changed reliably. */
#ifndef PELLTER_ENGINE_STATS_CLINICAL_CHANGE_H
#define PELLTER_ENGINE_STATS_CLINICAL_CHANGE_H

#include "engine/stats/counts.h"
#include "engine/stats/reliable_change.h"
#include "scales/instrument.h"

enum cut_off { CUT_OFF_A, CUT_OFF_B, CUT_OFF_C, N_CUT_OFFS };

/* Jacobson and Truax's three lines, with d = 1 where higher is better, else -1:

       a = clinical mean + 2 d clinical SD       beyond the range of those in need
       b = functional mean - 2 d functional SD   within the range of those who are not
       c = (clinical SD functional mean + functional SD clinical mean) / (clinical SD + functional SD)
                                                 as near, in SDs, to the one as to the other

   of the norms of people who are (clinical) and who are not (functional) in need of help. NAN where
   one that it needs is not known.
   source  Jacobson & Truax (1991), J Consult Clin Psychol 59(1):12-19,
           doi:10.1037/0022-006X.59.1.12, p. 13: criteria a, b and c */
double cut_off_at(enum cut_off which, const struct norm *clinical, const struct norm *functional,
                  bool higher_is_better);

/* Everybody is in one of the first four. A score at the cut-off is on neither side of it. */
struct clinical_change {
    uint64_t
        into_usual_range; /* reliably better, from the clinical side before to the usual after */
    uint64_t improved;    /* otherwise reliably better */
    uint64_t unchanged;
    uint64_t deteriorated;              /* reliably worse */
    uint64_t usual_before, usual_after; /* on the usual side of the cut-off */
};

/* The rule has a limit, the cut-off is a number. */
struct clinical_change clinical_change(const struct joint *joint, const struct reliable_rule *rule,
                                       double cut_off);

/* How many are on the usual side. */
uint64_t usual_count(const struct distribution *scores, double cut_off, bool higher_is_better);

#endif
