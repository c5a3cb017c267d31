/* io/run/listed.c - see listed.h. A line is written as it stands in memory, its id behind it where that
   is long: the file is read by the process that wrote it. */
#include "io/run/listed.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "io/run/spill.h"

#define READ_BYTES ((size_t)16 * 1024) /* of a run at a time */

struct place_of_run {
    uint64_t offset, n_bytes;
};

struct listed_runs {
    struct spill *spill;       /* owned; has a lock of its own */
    pthread_mutex_t lock;      /* of the rest */
    struct place_of_run *list; /* owned, n */
    size_t n, capacity;
    struct fault fault; /* the first */
};

struct listed_runs *listed_runs_new(void)
{
    struct listed_runs *const runs = calloc(1, sizeof *runs);
    if (runs == NULL) {
        return NULL;
    }
    runs->fault = FAULT_FREE;
    runs->spill = spill_new();
    if (runs->spill == NULL || pthread_mutex_init(&runs->lock, NULL) != 0) {
        spill_free(runs->spill);
        free(runs);
        return NULL;
    }
    return runs;
}

void listed_runs_free(struct listed_runs *runs)
{
    if (runs != NULL) {
        spill_free(runs->spill);
        (void)pthread_mutex_destroy(&runs->lock);
        free(runs->list);
        free(runs);
    }
}

/* --- writing --- */

static size_t n_id_bytes(const struct listed *line)
{
    size_t n;
    (void)id_text(&line->id, &n);
    return id_is_long(line->id) ? n : 0;
}

static void pack(const struct listing *listing, char *to)
{
    for (size_t i = 0; i < listing->n; i++) {
        const struct listed *const line = &listing->lines[i];
        const size_t n = n_id_bytes(line);
        memcpy(to, line, sizeof *line);
        to += sizeof *line;
        if (n > 0) {
            memcpy(to, id_long_text(line->id), n);
            to += n;
        }
    }
}

static bool note_run(struct listed_runs *runs, const struct place_of_run *run)
{
    bool done;
    pthread_mutex_lock(&runs->lock);
    done = array_grow(&runs->list, &runs->capacity, runs->n + 1, sizeof *runs->list);
    if (done) {
        runs->list[runs->n++] = *run;
    }
    pthread_mutex_unlock(&runs->lock);
    return done;
}

static struct fault add_run(struct listed_runs *runs, struct listing *listing)
{
    struct place_of_run run = {.n_bytes = listing->n * sizeof *listing->lines};
    struct fault fault;
    char *bytes;
    listing_sort(listing);
    for (size_t i = 0; i < listing->n; i++) {
        run.n_bytes += n_id_bytes(&listing->lines[i]);
    }
    bytes = malloc(run.n_bytes);
    if (bytes == NULL) {
        return fault_memory();
    }
    pack(listing, bytes);
    fault = spill_write(runs->spill, bytes, run.n_bytes, &run.offset);
    free(bytes);
    listing_empty(listing);
    return fault.code != FAULT_NONE ? fault : note_run(runs, &run) ? FAULT_FREE : fault_memory();
}

static bool relieve(struct listing *listing, void *context)
{
    struct listed_runs *const runs = context;
    const struct fault fault = add_run(runs, listing);
    if (fault.code != FAULT_NONE) {
        pthread_mutex_lock(&runs->lock);
        runs->fault = runs->fault.code == FAULT_NONE ? fault : runs->fault;
        pthread_mutex_unlock(&runs->lock);
    }
    return fault.code == FAULT_NONE;
}

void listed_runs_relieve(struct listed_runs *runs, struct listing *listing)
{
    listing->relieve = relieve;
    listing->context = runs;
    listing->most = LISTED_IN_MEMORY;
}

struct fault listed_fault(struct listed_runs *runs)
{
    struct fault fault = FAULT_FREE;
    if (runs != NULL) {
        pthread_mutex_lock(&runs->lock);
        fault = runs->fault;
        pthread_mutex_unlock(&runs->lock);
    }
    return fault.code != FAULT_NONE ? fault : fault_memory();
}

/* --- reading --- */

/* A run that is being read: the listing in memory is one without a file. */
struct open_run {
    struct listed line;       /* the next one */
    struct place_of_run rest; /* what was not read yet */
    char *bytes; /* owned: n_bytes of room, of which begin..end are read and not used */
    size_t n_bytes, begin, end;
};

struct listed_reader {
    const struct listed_runs *runs;
    const struct listing *listing;
    size_t next_in_listing;
    struct open_run *open;  /* owned, n_runs + 1 */
    struct open_run **heap; /* owned, n_heap: whose next line comes first is on top */
    size_t n_heap;
    bool begun; /* the line on top was handed out */
};

/* Makes n bytes of a run stand at `begin`. */
static struct fault read_ahead(struct listed_reader *reader, struct open_run *run, size_t n)
{
    size_t more;
    struct fault fault;
    if (run->end - run->begin >= n) {
        return FAULT_FREE;
    }
    if (run->end > run->begin) {
        memmove(run->bytes, run->bytes + run->begin, run->end - run->begin);
    }
    run->end -= run->begin;
    run->begin = 0;
    if (!array_grow(&run->bytes, &run->n_bytes, n > READ_BYTES ? n : READ_BYTES, 1)) {
        return fault_memory();
    }
    more = run->n_bytes - run->end;
    more = more < run->rest.n_bytes ? more : (size_t)run->rest.n_bytes;
    fault = spill_read(reader->runs->spill, run->rest.offset, run->bytes + run->end, more);
    run->rest.offset += more;
    run->rest.n_bytes -= more;
    run->end += more;
    return fault;
}

/* Takes the next line of a run; false: there is none. */
static bool take_line(struct listed_reader *reader, struct open_run *run, struct fault *fault)
{
    size_t n_id;
    if (run == &reader->open[0]) {
        if (reader->next_in_listing == reader->listing->n) {
            return false;
        }
        run->line = reader->listing->lines[reader->next_in_listing++];
        return true;
    }
    if (run->begin == run->end && run->rest.n_bytes == 0) {
        return false;
    }
    *fault = read_ahead(reader, run, sizeof run->line);
    if (fault->code != FAULT_NONE) {
        return false;
    }
    memcpy(&run->line, run->bytes + run->begin, sizeof run->line);
    run->begin += sizeof run->line;
    n_id = n_id_bytes(&run->line);
    if (n_id > 0) {
        *fault = read_ahead(reader, run, n_id);
        run->line.id = id_of(run->bytes + run->begin, n_id);
        run->begin += n_id;
    }
    return fault->code == FAULT_NONE;
}

static bool comes_first(const struct open_run *a, const struct open_run *b)
{
    return listed_compare(&a->line, &b->line) < 0;
}

/* Lets the run at `at` sink to where its line belongs. */
static void sink(struct listed_reader *reader, size_t at)
{
    struct open_run **const heap = reader->heap;
    struct open_run *const run = heap[at];
    for (size_t child; (child = 2 * at + 1) < reader->n_heap; at = child) {
        if (child + 1 < reader->n_heap && comes_first(heap[child + 1], heap[child])) {
            child++;
        }
        if (!comes_first(heap[child], run)) {
            break;
        }
        heap[at] = heap[child];
    }
    heap[at] = run;
}

struct listed_reader *listed_reader_new(const struct listed_runs *runs,
                                        const struct listing *listing)
{
    const size_t n_runs = runs == NULL ? 0 : runs->n;
    struct listed_reader *const reader = calloc(1, sizeof *reader);
    if (reader == NULL) {
        return NULL;
    }
    reader->runs = runs;
    reader->listing = listing;
    reader->open = calloc(n_runs + 1, sizeof *reader->open);
    reader->heap = calloc(n_runs + 1, sizeof(struct open_run *));
    if (reader->open == NULL || reader->heap == NULL) {
        listed_reader_free(reader);
        return NULL;
    }
    for (size_t i = 0; i < n_runs; i++) {
        reader->open[i + 1].rest = runs->list[i];
    }
    return reader;
}

/* The first line of every run. */
static struct fault begin(struct listed_reader *reader)
{
    const size_t n_runs = reader->runs == NULL ? 0 : reader->runs->n;
    struct fault fault = FAULT_FREE;
    for (size_t i = 0; i <= n_runs && fault.code == FAULT_NONE; i++) {
        if (take_line(reader, &reader->open[i], &fault)) {
            reader->heap[reader->n_heap++] = &reader->open[i];
        }
    }
    for (size_t i = reader->n_heap / 2; i-- > 0;) {
        sink(reader, i);
    }
    return fault;
}

const struct listed *listed_next(struct listed_reader *reader, struct fault *fault)
{
    *fault = FAULT_FREE;
    if (!reader->begun) {
        *fault = begin(reader);
        reader->begun = true;
    } else if (reader->n_heap > 0) {
        if (!take_line(reader, reader->heap[0], fault)) {
            reader->heap[0] = reader->heap[--reader->n_heap];
        }
        if (reader->n_heap > 0) {
            sink(reader, 0);
        }
    }
    return fault->code == FAULT_NONE && reader->n_heap > 0 ? &reader->heap[0]->line : NULL;
}

void listed_reader_free(struct listed_reader *reader)
{
    if (reader != NULL) {
        for (size_t i = 0;
             reader->open != NULL && i <= (reader->runs == NULL ? 0 : reader->runs->n); i++) {
            free(reader->open[i].bytes);
        }
        free(reader->open);
        free(reader->heap);
        free(reader);
    }
}
