/* io/run/partitions.h - the join, divided by a hash of the id among parts that threads fill in turn.
   Forms travel to their part as packed bytes, many at a time; a part that would take more memory than
   is allowed is continued in a temporary file. */
#ifndef PELLTER_IO_RUN_PARTITIONS_H
#define PELLTER_IO_RUN_PARTITIONS_H

#include "engine/count.h"
#include "engine/fault.h"

struct partitions;

/* `n` parts (a power of two) that may hold `memory` bytes together (0: any number). NULL: no memory.
   `rules` must outlive it. */
struct partitions *partitions_new(const struct join_rules *rules, size_t n, size_t memory);
void partitions_free(struct partitions *partitions);
size_t partitions_count(const struct partitions *partitions);

/* Where several processes join together: each has the respondents whose ids' hash gives its number,
   and hands what is for another to `send`, some packed forms at a time, by any thread. */
struct forwarding {
    size_t number, n;
    bool (*send)(void *context, size_t to, const unsigned char *bytes,
                 size_t n); /* false: no memory */
    void *context;
};
/* Before mail_new(); `forwarding` is borrowed. */
void partitions_forward(struct partitions *partitions, const struct forwarding *forwarding);

/* Forms on their way to their parts; one for each thread. */
struct mail;
struct mail *mail_new(struct partitions *partitions);
void mail_free(struct mail *mail);

/* Sends a form; it is copied. False: mail_fault() says why. */
bool mail_form(struct mail *mail, const struct form *form);
/* The same with those of many that are plain; the others, *n_others of them, are left to the caller. */
bool mail_plain_forms(struct mail *mail, const struct form_columns *forms, uint16_t others[],
                      size_t *n_others);
/* Delivers all that is still on its way. */
bool mail_deliver(struct mail *mail);
struct fault mail_fault(const struct mail *mail);

/* Once all mail is delivered: resolves part `index`, counts it (see count_respondents()) and frees
   it. Threads may do different parts at the same time. */
MUST_CHECK struct fault partitions_count_one(struct partitions *partitions, size_t index,
                                             const struct counting *counting);

#endif
