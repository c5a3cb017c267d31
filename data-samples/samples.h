/* data-samples/samples.h - the files that make_samples writes, each built in memory first, so that
   it can be written or compared with what is there.

   Everything is synthetic: numbers from a generator, bent until the published figures come out. No
   person's answers are in it, and none went into it. */
#ifndef PELLTER_DATA_SAMPLES_SAMPLES_H
#define PELLTER_DATA_SAMPLES_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include "data-samples/random.h"

/* The text of one file as it grows. Starts as all zeros; free with sink_free(). */
struct sink {
    char *bytes; /* owned */
    size_t n, capacity;
    bool failed; /* out of memory: the text is not whole */
};

void put_bytes(struct sink *out, const char *bytes, size_t n);
void put_text(struct sink *out, const char *text);
void put(struct sink *out, const char *format, ...) __attribute__((format(printf, 2, 3)));
void sink_free(struct sink *out);

/* "YYYY-MM-DD", `days` days after 2010-01-01; days >= 0. */
void put_date(struct sink *out, int days);

/* One file's text. What is random in it comes from `random` and nothing else. */
typedef void sample_writer(struct random *random, struct sink *out);

sample_writer ifss_wemwbs, ifss_sdq, ifss_goals;
sample_writer cardiff_vale_goals;
sample_writer awkward_wemwbs, awkward_sdq, awkward_sdq_long, awkward_goals, awkward_dated;

#endif
