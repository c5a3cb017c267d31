/* engine/stats/band_change.h - movement between the bands of one set. */
#ifndef PELLTER_ENGINE_STATS_BAND_CHANGE_H
#define PELLTER_ENGINE_STATS_BAND_CHANGE_H

#include <stddef.h>
#include <stdint.h>

/* Most bands of a set. */
#define BAND_CHANGE_BANDS 16

/* Counts of people by band before (row) and after (column), best band first: n_bands x n_bands, row
   by row. Below 2^34 in total. */
struct band_table {
    const uint64_t *counts; /* borrowed */
    size_t n_bands;         /* at most BAND_CHANGE_BANDS */
};

struct band_change {
    uint64_t better, same, worse;         /* in a better band after than before, ... */
    uint64_t raised_before, raised_after; /* in a band behind the first n_usual ones */
    double p_mcnemar; /* exact, two-sided: of those who are raised at one stage only, as many each
                         way; NAN where there are none */
    /* Is the whole distribution the same after as before? With d = row sum - column sum of each
       band, and S its covariance under that, S_ii = row + column - 2 both, S_ij = -(n_ij + n_ji):

           chi2 = d' S^- d,  df = rank of S

       A band that nobody is in falls out, as does one that nobody left or came to: neither says
       anything. df is then the number of bands left, less 1 for each group of them between which
       people moved (one group, as a rule: else S without its last row is singular still). */
    double stuart_maxwell_chi2; /* NAN where nobody moved */
    uint64_t stuart_maxwell_df;
    double p_stuart_maxwell; /* chi-square, upper tail; NAN where nobody moved */
};

/* rounding  the weights S is made of stay positive while it is eliminated, each diagonal a sum of
             them: no digits are lost however unequal the counts
   source    McNemar (1947), Psychometrika 12(2):153-157, doi:10.1007/BF02295996; Stuart (1955),
             Biometrika 42(3/4):412-416, doi:10.1093/biomet/42.3-4.412; Maxwell (1970), Br J
             Psychiatry 116(535):651-655, doi:10.1192/bjp.116.535.651; the elimination: Grassmann,
             Taksar & Heyman (1985), Oper Res 33(5):1107-1116, doi:10.1287/opre.33.5.1107 */
struct band_change band_change(const struct band_table *table, size_t n_usual);

#endif
