/* io/read/study_words.h - the words of a study file for what engine/study.h numbers: read by study.c and
   its neighbours, written by description.c. Each by its enumeration. */
#ifndef PELLTER_IO_READ_STUDY_WORDS_H
#define PELLTER_IO_READ_STUDY_WORDS_H

#include "engine/study.h"

extern const char *const cohort_from_words[3];
extern const char *const reliable_method_words[N_RELIABLE_METHODS];
extern const char *const primary_test_words[3];
extern const char *const model_df_words[2];
extern const char *const model_structure_words[4]; /* "rule" where none is asked for */

#endif
