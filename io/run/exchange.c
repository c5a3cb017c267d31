/* io/run/exchange.c - see exchange.h. Any thread may send; only the one that opened MPI posts and
   takes. So what is full waits in a queue for that thread, which comes by after every piece that it
   reads; and so that the queue cannot grow without end, other threads wait while it is long. */
#include "io/run/exchange.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#define MIB ((size_t)1024 * 1024)
#define QUEUE_BYTES (8 * MIB) /* in the queue, and again on the way, at most about so many */
#define PARCEL_BYTES ((size_t)256 * 1024)
#define LEAST_PARCEL ((size_t)16 * 1024)

enum parcel_kind { PARCEL_FORMS, PARCEL_END, PARCEL_RESULT };

/* What another rank has had of our texts, and the forms that wait for a parcel to be full. */
struct outgoing {
    struct parcel forms;
    size_t n_values, n_cohorts, n_names;
};

/* What another rank's numbers are here. */
struct incoming {
    uint32_t *values, *cohorts, *names; /* owned */
    size_t n_values, n_cohorts, n_names;
    size_t values_capacity, cohorts_capacity, names_capacity;
    struct parcel report;
};

struct queued {
    size_t to;
    struct parcel parcel;
};

struct exchange {
    struct ranks *ranks;   /* borrowed */
    struct shared *shared; /* borrowed */
    struct forwarding forwarding;
    size_t parcel_bytes;
    pthread_t thread;    /* the one that posts and takes */
    struct incoming *in; /* owned, of each rank; that thread's */
    size_t n_ended;
    struct parcel *results; /* owned, n_results: results that came before they were asked for */
    size_t *results_from;   /* owned */
    size_t n_results, n_results_taken;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t shorter;
    struct outgoing *out; /* owned, of each rank */
    struct queued *queue; /* owned, n_queued */
    size_t n_queued, queue_capacity, queued_bytes;
    atomic_bool stopped;
};

/* --- texts --- */

static void put_texts(struct parcel *parcel, const struct names *names, size_t *n_known)
{
    parcel_put_number(parcel, names->n_names - *n_known);
    for (; *n_known < names->n_names; ++*n_known) {
        const uint32_t number = (uint32_t)*n_known;
        parcel_put_number(parcel, names_length(names, number));
        parcel_put(parcel, names_text(names, number), names_length(names, number));
    }
}

/* All texts that `to` has not had yet. */
static void put_news(struct exchange *exchange, struct outgoing *to, struct parcel *parcel)
{
    struct shared *const shared = exchange->shared;
    pthread_mutex_lock(&shared->names_lock);
    put_texts(parcel, &shared->cohorts->values, &to->n_values);
    put_texts(parcel, &shared->cohorts->tuples, &to->n_cohorts);
    put_texts(parcel, shared->names, &to->n_names);
    pthread_mutex_unlock(&shared->names_lock);
}

/* One list of texts: what its numbers are here. */
static bool get_texts(struct parcel *parcel, struct names *names, uint32_t **numbers, size_t *n,
                      size_t *capacity)
{
    uint64_t n_new = parcel_get_number(parcel);
    for (; n_new > 0 && !parcel->failed; n_new--) {
        const size_t length = (size_t)parcel_get_number(parcel);
        const char *const text = (const char *)parcel_look(parcel, length);
        if (text == NULL || !array_grow(numbers, capacity, *n + 1, sizeof **numbers) ||
            !names_add(names, text, length, &(*numbers)[*n])) {
            return false;
        }
        ++*n;
    }
    return !parcel->failed;
}

/* A cohort is sent as the sender's numbers of its values: these are ours. */
static bool get_cohorts(struct parcel *parcel, struct cohorts *cohorts, struct incoming *from)
{
    uint64_t n_new = parcel_get_number(parcel);
    for (; n_new > 0 && !parcel->failed; n_new--) {
        const size_t length = (size_t)parcel_get_number(parcel);
        uint32_t values[MAX_COHORT_COLUMNS];
        bool done = length <= sizeof values && length == cohorts->n_columns * sizeof *values;
        if (done) {
            parcel_get(parcel, values, length);
        }
        for (size_t i = 0; i < cohorts->n_columns && done; i++) {
            done = values[i] < from->n_values;
            values[i] = done ? from->values[values[i]] : 0;
        }
        if (!done ||
            !array_grow(&from->cohorts, &from->cohorts_capacity, from->n_cohorts + 1,
                        sizeof *from->cohorts) ||
            !cohorts_add(cohorts, values, &from->cohorts[from->n_cohorts])) {
            return false;
        }
        from->n_cohorts++;
    }
    return !parcel->failed;
}

static bool get_news(struct exchange *exchange, struct incoming *from, struct parcel *parcel)
{
    struct shared *const shared = exchange->shared;
    bool done;
    pthread_mutex_lock(&shared->names_lock);
    done = get_texts(parcel, &shared->cohorts->values, &from->values, &from->n_values,
                     &from->values_capacity) &&
           get_cohorts(parcel, shared->cohorts, from) &&
           get_texts(parcel, shared->names, &from->names, &from->n_names, &from->names_capacity);
    pthread_mutex_unlock(&shared->names_lock);
    return done;
}

/* --- sending --- */

/* Closes the parcel that is being filled for a rank, and queues it. The lock is held. */
static bool close_parcel(struct exchange *exchange, size_t to)
{
    struct outgoing *const out = &exchange->out[to];
    struct parcel parcel = {0};
    if (out->forms.n == 0) {
        return true;
    }
    /* Room for all of it at once, where there are no news, as nearly always. */
    parcel.failed = !array_grow(&parcel.bytes, &parcel.capacity, out->forms.n + 64, 1);
    parcel_put_number(&parcel, PARCEL_FORMS);
    put_news(exchange, out, &parcel);
    parcel_put(&parcel, out->forms.bytes, out->forms.n);
    if (parcel.failed || !array_grow(&exchange->queue, &exchange->queue_capacity,
                                     exchange->n_queued + 1, sizeof *exchange->queue)) {
        parcel_free(&parcel);
        return false;
    }
    exchange->queue[exchange->n_queued++] = (struct queued){.to = to, .parcel = parcel};
    exchange->queued_bytes += parcel.n;
    out->forms.n = 0;
    return true;
}

static bool send_forms(void *context, size_t to, const unsigned char *bytes, size_t n)
{
    struct exchange *const exchange = context;
    struct outgoing *const out = &exchange->out[to];
    bool done = true;
    pthread_mutex_lock(&exchange->lock);
    while (exchange->queued_bytes > QUEUE_BYTES && !exchange->stopped &&
           !pthread_equal(pthread_self(), exchange->thread)) {
        pthread_cond_wait(&exchange->shorter, &exchange->lock);
    }
    if (!exchange->stopped) {
        parcel_put(&out->forms, bytes, n);
        done = !out->forms.failed &&
               (out->forms.n < exchange->parcel_bytes || close_parcel(exchange, to));
    }
    pthread_mutex_unlock(&exchange->lock);
    return done;
}

void exchange_stop(struct exchange *exchange)
{
    pthread_mutex_lock(&exchange->lock);
    exchange->stopped = true;
    pthread_cond_broadcast(&exchange->shorter);
    pthread_mutex_unlock(&exchange->lock);
}

/* Posts a parcel, which is empty then. */
static bool post(struct exchange *exchange, size_t to, struct parcel *parcel)
{
    struct ranks *const ranks = exchange->ranks;
    unsigned char *const bytes = parcel->bytes;
    const size_t n = parcel->n;
    const bool fits = !parcel->failed && n <= PARCEL_MOST;
    if (!fits) {
        parcel_free(parcel);
        return false;
    }
    *parcel = (struct parcel){0};
    return ranks->post(ranks, to, bytes, n);
}

/* As much of the queue as may be on the way at a time. */
static bool post_queue(struct exchange *exchange, size_t most)
{
    struct ranks *const ranks = exchange->ranks;
    size_t n = 0;
    bool done = true;
    pthread_mutex_lock(&exchange->lock);
    while (n < exchange->n_queued && done && ranks->on_the_way(ranks) <= most) {
        struct queued *const queued = &exchange->queue[n++];
        exchange->queued_bytes -= queued->parcel.n;
        done = post(exchange, queued->to, &queued->parcel);
    }
    if (n > 0) {
        memmove(exchange->queue, exchange->queue + n,
                (exchange->n_queued - n) * sizeof *exchange->queue);
        exchange->n_queued -= n;
        pthread_cond_broadcast(&exchange->shorter);
    }
    pthread_mutex_unlock(&exchange->lock);
    return done;
}

/* --- taking in --- */

/* Forms of another rank, as if they had been read here. */
static bool take_forms(struct exchange *exchange, struct incoming *from, struct parcel *parcel,
                       struct mail *mail)
{
    const struct join_rules *const rules = &exchange->shared->rules;
    while (parcel->at < parcel->n) {
        struct form form;
        if (!form_is_whole(rules, parcel->bytes + parcel->at, parcel->n - parcel->at)) {
            return false;
        }
        parcel->at += form_unpack(rules, parcel->bytes + parcel->at, &form);
        if (form.cohort >= from->n_cohorts ||
            (form.goal != NO_NAME && form.goal >= from->n_names) ||
            (form.category != NO_NAME && form.category >= from->n_names)) {
            return false;
        }
        form.cohort = from->cohorts[form.cohort];
        form.goal = form.goal == NO_NAME ? NO_NAME : from->names[form.goal];
        form.category = form.category == NO_NAME ? NO_NAME : from->names[form.category];
        form.hash = id_hash(form.id);
        if (!mail_form(mail, &form)) {
            return false;
        }
    }
    return true;
}

static bool keep_result(struct exchange *exchange, size_t rank, struct parcel *parcel)
{
    assert(exchange->n_results < exchange->ranks->n);
    exchange->results_from[exchange->n_results] = rank;
    exchange->results[exchange->n_results++] = *parcel;
    *parcel = (struct parcel){0};
    return true;
}

static bool take_parcel(struct exchange *exchange, size_t rank, struct parcel *parcel,
                        struct mail *mail)
{
    struct incoming *const from = &exchange->in[rank];
    switch ((enum parcel_kind)parcel_get_number(parcel)) {
    case PARCEL_FORMS:
        return exchange->stopped || mail == NULL ||
               (get_news(exchange, from, parcel) && take_forms(exchange, from, parcel, mail));
    case PARCEL_END:
        exchange->n_ended++;
        from->report = *parcel;
        *parcel = (struct parcel){0};
        return true;
    default:
        return get_news(exchange, from, parcel) && keep_result(exchange, rank, parcel);
    }
}

/* Takes in all that has arrived. */
static bool take_arrived(struct exchange *exchange, struct mail *mail, bool *any)
{
    struct ranks *const ranks = exchange->ranks;
    bool done = true;
    *any = false;
    while (done) {
        struct parcel parcel = {0};
        size_t from;
        done = ranks->take(ranks, &from, &parcel.bytes, &parcel.n);
        if (parcel.bytes == NULL) {
            break;
        }
        *any = true;
        done = done && take_parcel(exchange, from, &parcel, mail);
        parcel_free(&parcel);
    }
    return done;
}

bool exchange_turn(struct exchange *exchange, struct mail *mail)
{
    struct ranks *const ranks = exchange->ranks;
    bool done, any, long_queue;
    do {
        done = post_queue(exchange, QUEUE_BYTES) && take_arrived(exchange, mail, &any);
        pthread_mutex_lock(&exchange->lock);
        long_queue = exchange->queued_bytes > QUEUE_BYTES && !exchange->stopped;
        pthread_mutex_unlock(&exchange->lock);
        if (done && long_queue && !any) {
            ranks->pause();
        }
    } while (done && long_queue && !ranks_stopped(ranks));
    return done;
}

/* --- the end of reading --- */

static struct fault turn_fault(const struct mail *mail)
{
    const struct fault fault = mail == NULL ? FAULT_FREE : mail_fault(mail);
    return fault.code != FAULT_NONE ? fault : fault_memory();
}

static bool post_ends(struct exchange *exchange, struct parcel *report)
{
    struct ranks *const ranks = exchange->ranks;
    bool done = true;
    for (size_t to = 0; to < ranks->n && done; to++) {
        struct parcel end = {0};
        if (to != ranks->rank) {
            parcel_put_number(&end, PARCEL_END);
            if (to == 0) {
                parcel_put(&end, report->bytes, report->n);
                end.failed = end.failed || report->failed;
            }
            done = post(exchange, to, &end);
        }
    }
    return done;
}

/* A failed rank goes on taking in, or the others could not come to their end. */
struct fault exchange_finish(struct exchange *exchange, struct mail *mail, struct parcel *report)
{
    struct ranks *const ranks = exchange->ranks;
    struct fault fault = FAULT_FREE;
    bool done = true, any;
    pthread_mutex_lock(&exchange->lock);
    for (size_t to = 0; to < ranks->n && done && !exchange->stopped; to++) {
        done = close_parcel(exchange, to);
    }
    pthread_mutex_unlock(&exchange->lock);
    done = done && post_queue(exchange, SIZE_MAX) && post_ends(exchange, report);
    parcel_free(report);
    if (!done) {
        ranks->out_of_step = true; /* the others wait; leaving ends them */
        return fault_memory();
    }
    while (exchange->n_ended < ranks->n - 1 || ranks->on_the_way(ranks) > 0) {
        if (ranks_stopped(ranks)) {
            return ranks_interrupted();
        }
        if (!take_arrived(exchange, mail, &any) && fault.code == FAULT_NONE) {
            fault = turn_fault(mail);
            exchange_stop(exchange);
        }
        if (!any) {
            ranks->pause();
        }
    }
    /* What came for our own parts may still be in its bags. */
    if (fault.code == FAULT_NONE && !mail_deliver(mail)) {
        fault = turn_fault(mail);
    }
    return fault;
}

struct parcel *exchange_report(struct exchange *exchange, size_t rank)
{
    return &exchange->in[rank].report;
}

/* --- results --- */

void exchange_begin_result(struct exchange *exchange, struct parcel *result)
{
    *result = (struct parcel){0};
    parcel_put_number(result, PARCEL_RESULT);
    put_news(exchange, &exchange->out[0], result);
}

struct fault exchange_send_result(struct exchange *exchange, struct parcel *result)
{
    struct ranks *const ranks = exchange->ranks;
    const bool too_long = result->n > PARCEL_MOST;
    if (too_long) {
        parcel_free(result);
        ranks->out_of_step = true;
        return fault_at(FAULT_MEMORY, NULL, 0, 0,
                        "what rank %zu counted takes more than 1 GiB; expected less: start more "
                        "ranks, or leave out -o, which lists what was set aside",
                        ranks->rank);
    }
    if (!post(exchange, 0, result)) {
        ranks->out_of_step = true;
        return fault_memory();
    }
    while (ranks->on_the_way(ranks) > 0) {
        if (ranks_stopped(ranks)) {
            return ranks_interrupted();
        }
        ranks->pause();
    }
    return FAULT_FREE;
}

struct fault exchange_next_result(struct exchange *exchange, struct parcel *result,
                                  struct renumbering *numbers)
{
    struct ranks *const ranks = exchange->ranks;
    const struct incoming *from;
    bool any;
    *result = (struct parcel){0};
    while (exchange->n_results == exchange->n_results_taken) {
        if (ranks_stopped(ranks)) {
            return ranks_interrupted();
        }
        if (!take_arrived(exchange, NULL, &any)) {
            ranks->out_of_step = true;
            return fault_memory();
        }
        if (!any) {
            ranks->pause();
        }
    }
    from = &exchange->in[exchange->results_from[exchange->n_results_taken]];
    *result = exchange->results[exchange->n_results_taken];
    exchange->results[exchange->n_results_taken++] = (struct parcel){0};
    *numbers = (struct renumbering){.cohorts = from->cohorts,
                                    .names = from->names,
                                    .n_cohorts = from->n_cohorts,
                                    .n_names = from->n_names};
    return FAULT_FREE;
}

/* --- the whole --- */

struct exchange *exchange_new(struct ranks *ranks, struct shared *shared)
{
    struct exchange *const exchange = calloc(1, sizeof *exchange);
    size_t bytes = 8 * QUEUE_BYTES / ranks->n;
    if (exchange == NULL) {
        return NULL;
    }
    bytes = bytes < PARCEL_BYTES ? bytes : PARCEL_BYTES;
    exchange->parcel_bytes = bytes > LEAST_PARCEL ? bytes : LEAST_PARCEL;
    exchange->ranks = ranks;
    exchange->shared = shared;
    exchange->thread = pthread_self();
    exchange->forwarding =
        (struct forwarding){.number = ranks->rank, .n = ranks->n, .send = send_forms, exchange};
    (void)pthread_mutex_init(&exchange->lock, NULL); /* cannot fail without attributes */
    (void)pthread_cond_init(&exchange->shorter, NULL);
    exchange->in = calloc(ranks->n, sizeof *exchange->in);
    exchange->out = calloc(ranks->n, sizeof *exchange->out);
    exchange->results = calloc(ranks->n, sizeof *exchange->results);
    exchange->results_from = calloc(ranks->n, sizeof *exchange->results_from);
    if (exchange->in == NULL || exchange->out == NULL || exchange->results == NULL ||
        exchange->results_from == NULL) {
        exchange_free(exchange);
        return NULL;
    }
    partitions_forward(shared->partitions, &exchange->forwarding);
    return exchange;
}

void exchange_free(struct exchange *exchange)
{
    if (exchange == NULL) {
        return;
    }
    for (size_t i = 0; i < exchange->ranks->n; i++) {
        if (exchange->in != NULL) {
            free(exchange->in[i].values);
            free(exchange->in[i].cohorts);
            free(exchange->in[i].names);
            parcel_free(&exchange->in[i].report);
        }
        if (exchange->out != NULL) {
            parcel_free(&exchange->out[i].forms);
        }
        if (exchange->results != NULL) {
            parcel_free(&exchange->results[i]);
        }
    }
    for (size_t i = 0; i < exchange->n_queued; i++) {
        parcel_free(&exchange->queue[i].parcel);
    }
    free(exchange->in);
    free(exchange->out);
    free(exchange->results);
    free(exchange->results_from);
    free(exchange->queue);
    (void)pthread_mutex_destroy(&exchange->lock);
    (void)pthread_cond_destroy(&exchange->shorter);
    free(exchange);
}
