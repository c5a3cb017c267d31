/* io/read/study_words.c - see study_words.h. */
#include "io/read/study_words.h"

const char *const cohort_from_words[3] = {
    [COHORT_FROM_BEFORE] = "before", [COHORT_FROM_FIRST] = "first", [COHORT_FROM_AFTER] = "after"};

const char *const reliable_method_words[N_RELIABLE_METHODS] = {
    [RELIABLE_JACOBSON_TRUAX] = "jacobson_truax",
    [RELIABLE_EDWARDS_NUNNALLY] = "edwards_nunnally",
    [RELIABLE_GULLIKSEN_LORD_NOVICK] = "gulliksen_lord_novick",
    [RELIABLE_HAGEMAN_ARRINDELL] = "hageman_arrindell"};

const char *const primary_test_words[3] = {
    [PRIMARY_T] = "t", [PRIMARY_WILCOXON] = "wilcoxon", [PRIMARY_SIGN] = "sign"};

const char *const model_df_words[2] = {
    [MODEL_KENWARD_ROGER] = "kenward-roger", [MODEL_SATTERTHWAITE] = "satterthwaite"};

const char *const model_structure_words[4] = {[MODEL_NONE] = "rule",
                                              [MODEL_UNSTRUCTURED] = "unstructured",
                                              [MODEL_HETEROGENEOUS] =
                                                  "heterogeneous-compound-symmetry",
                                              [MODEL_COMPOUND] = "compound-symmetry"};
