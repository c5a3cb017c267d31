/* io/run.c - the course of a run, and its threads. First all workers read and score pieces of the files,
   and send forms to the parts of the join; then, when every form has arrived, they count the parts.
   Only whole numbers are added on the way, so that it does not matter who did what when. */
#include "io/run.h"

#include <assert.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "io/run/decoder.h"
#include "io/run/exchange.h"
#include "io/run/files.h"
#include "io/run/meeting.h"
#include "io/run/threads.h"
#include "io/run/worker.h"

#define MIB ((size_t)1024 * 1024)
#define KIN_LEAST ((size_t)64 * 1024) /* members of families, of each worker in memory */
#define MPI_MEMORY (32 * MIB)         /* of MPI itself, and of forms that wait to be sent */

/* Everything that a run has only while it reads. */
struct work {
    struct shared shared;
    struct files *files;
    struct worker **workers; /* owned, n_workers */
    size_t n_workers;
    atomic_size_t next_part;   /* of the join, to be counted */
    atomic_size_t next_bundle; /* of members of families, to be put together */
    size_t kin_memory;         /* of each worker for members of families; 0: no limit */
    atomic_size_t n_reading;   /* workers that are not done */
    struct ranks *ranks;       /* borrowed; NULL: this process alone */
    struct division division;
    struct exchange *exchange; /* owned; of several ranks */
};

/* --- how large --- */

/* Parts of the join: so many that one is a few MiB of input, and fits a core's cache when it is
   counted. */
static size_t n_parts(uint64_t bytes)
{
    size_t n = 1;
    while (n < 1024 && bytes / n > 8 * MIB) {
        n *= 2;
    }
    return n;
}

static size_t n_processors(const struct run_options *options)
{
    /* each core may have a rank */
    return options->ranks != NULL && options->threads == 0 ? 1 : threads_wanted(options->threads);
}

/* What the program needs besides the join: by itself, and for what each worker holds. */
static size_t base_memory(const struct run_options *options)
{
    return 24 * MIB + (options->ranks == NULL ? 0 : MPI_MEMORY);
}
#define WORKER_MEMORY (12 * MIB)

/* A thread for each MiB: below, starting it takes as long as it saves. And no more than leave a quarter
   of the memory to the join. */
static size_t n_threads(const struct run_options *options, uint64_t bytes)
{
    const size_t most = options->memory / 4 * 3, base = base_memory(options);
    size_t n = n_processors(options);
    if (options->watch != NULL) {
        return 1; /* forms are wanted in the order of the rows */
    }
    if (options->memory > 0 && n * WORKER_MEMORY + base > most) {
        n = most > base + WORKER_MEMORY ? (most - base) / WORKER_MEMORY : 1;
    }
    return n < bytes / MIB + 1 ? n : (size_t)(bytes / MIB + 1);
}

/* What the join may take of all memory. */
static size_t join_memory(const struct run_options *options, size_t threads)
{
    const size_t other = base_memory(options) + threads * WORKER_MEMORY;
    return options->memory == 0 ? 0 : options->memory > other ? options->memory - other : 1;
}

/* --- reading --- */

static bool read_rows(struct worker *worker, struct decoder *decoder, struct rows *rows,
                      const struct file_piece *piece)
{
    struct raw_row raw[DECODER_ROWS];
    bool is_header = piece->has_header;
    struct fault fault;
    size_t n;
    rows_begin(rows, worker->shared->plan->sources[piece->source].name, piece->chunk.text,
               piece->chunk.n);
    do {
        fault = rows_next(rows, raw, DECODER_ROWS, &n);
        assert(n == 0 || piece->columns != NULL); /* files_next() looks for the header */
        /* Rows that stand before a fault are taken: theirs would stand before it, too. */
        if (!decoder_rows(decoder, piece->piece, raw + (is_header && n > 0),
                          n - (is_header && n > 0))) {
            return false;
        }
        is_header = is_header && n == 0;
    } while (fault.code == FAULT_NONE && n > 0);
    return fault.code == FAULT_NONE || worker_stop(worker, fault);
}

/* What a worker has while it reads. */
struct reading {
    struct file_piece piece;
    struct decoder *decoder; /* owned */
    struct rows *rows;       /* owned: of the source below */
    size_t source;
};

/* Makes ready for pieces of another source. */
static bool begin_source(struct worker *worker, struct reading *reading)
{
    const struct file_piece *const piece = &reading->piece;
    if (!decoder_finish(reading->decoder) ||
        (piece->columns != NULL &&
         !decoder_begin(reading->decoder, piece->source, piece->columns))) {
        return false;
    }
    rows_free(reading->rows);
    reading->rows = rows_new(piece->separator, QUICK_AND_RECORD_LANE);
    reading->source = piece->columns != NULL ? piece->source : SIZE_MAX;
    return reading->rows != NULL || worker_stop(worker, fault_memory());
}

static struct fault exchange_fault(const struct mail *mail)
{
    const struct fault fault = mail_fault(mail);
    return fault.code != FAULT_NONE ? fault : fault_memory();
}

/* Sends and takes in forms, where there are other ranks; the first worker does so for all. */
static bool exchange_mail(struct work *work, struct worker *worker)
{
    return work->exchange == NULL || worker != work->workers[0] ||
           exchange_turn(work->exchange, worker->mail) ||
           worker_stop(worker, exchange_fault(worker->mail));
}

/* The same as long as another worker reads. */
static void exchange_until_read(struct work *work, struct worker *worker)
{
    while (work->exchange != NULL && worker == work->workers[0] &&
           atomic_load(&work->n_reading) > 0) {
        if (worker->fault.code == FAULT_NONE && !exchange_mail(work, worker)) {
            files_stop(work->files);
            exchange_stop(work->exchange);
        }
        work->ranks->pause();
    }
}

static void read_pieces(struct work *work, struct worker *worker)
{
    struct reading reading = {.source = SIZE_MAX, .decoder = decoder_new(worker)};
    bool going = reading.decoder != NULL || worker_stop(worker, fault_memory());
    while (going && files_next(work->files, &reading.piece, &worker->fault, &worker->fault_piece)) {
        worker->fault_piece = reading.piece.piece;
        going = reading.source == reading.piece.source || begin_source(worker, &reading);
        if (going) {
            going = read_rows(worker, reading.decoder, reading.rows, &reading.piece);
            files_read(work->files, reading.piece.index, rows_lines(reading.rows));
            going = going && exchange_mail(work, worker);
        }
    }
    if (worker->fault.code == FAULT_NONE && decoder_finish(reading.decoder) &&
        !mail_deliver(worker->mail)) {
        worker->fault = mail_fault(worker->mail);
    }
    if (worker->fault.code != FAULT_NONE) {
        files_stop(work->files);
        if (work->exchange != NULL) {
            exchange_stop(work->exchange);
        }
    }
    decoder_free(reading.decoder);
    rows_free(reading.rows);
    chunk_free(&reading.piece.chunk);
    atomic_fetch_sub(&work->n_reading, 1);
    exchange_until_read(work, worker);
}

/* --- counting --- */

static void count_parts(struct work *work, struct worker *worker)
{
    const size_t n = partitions_count(work->shared.partitions);
    const volatile sig_atomic_t *const interrupted = work->shared.options->interrupted;
    const struct counting counting = {.counted = &worker->counted,
                                      .pairs = worker->pairs,
                                      .families = worker->families,
                                      .kin = &worker->kin.kin,
                                      .listing =
                                          work->shared.options->list ? &worker->listing : NULL};
    struct fault fault = FAULT_FREE;
    size_t part;
    while (fault.code == FAULT_NONE && (part = atomic_fetch_add(&work->next_part, 1)) < n) {
        fault = partitions_count_one(work->shared.partitions, part, &counting);
        if (fault.code == FAULT_MEMORY) {
            fault = listed_fault(work->shared.listed);
        }
        if (fault.code == FAULT_NONE) {
            fault = kin_store_ease(&worker->kin, work->kin_memory);
        }
        if (fault.code == FAULT_NONE && interrupted != NULL && *interrupted != 0) {
            fault = fault_at(FAULT_INTERRUPTED, NULL, 0, 0, "stopped; nothing was written");
        }
    }
    if (!counted_settle(&worker->counted) && fault.code == FAULT_NONE) {
        fault = fault_memory();
    }
    worker->fault = fault;
}

/* Puts families together, of whom any worker may have met members. */
static void meet_families(struct work *work, struct worker *worker)
{
    const struct study *const study = &work->shared.plan->study;
    const size_t n_bundles = kin_n_bundles(study);
    struct kin_meeting meeting = {
        .study = study, .counter = worker->families, .tally = &worker->counted.families};
    struct kin_store *stores[MOST_THREADS];
    struct fault fault = FAULT_FREE;
    size_t bundle;
    for (size_t i = 0; i < work->n_workers; i++) {
        stores[i] = &work->workers[i]->kin;
    }
    while (fault.code == FAULT_NONE &&
           (bundle = atomic_fetch_add(&work->next_bundle, 1)) < n_bundles) {
        fault = kin_stores_meet(stores, work->n_workers, bundle, &meeting);
    }
    kin_meeting_free(&meeting);
    worker->fault = fault;
}

/* --- all workers --- */

typedef void job(struct work *work, struct worker *worker);

struct shared_work {
    struct work *work;
    job *job;
};

static void work_as(void *shared_, size_t worker)
{
    const struct shared_work *const shared = shared_;
    shared->job(shared->work, shared->work->workers[worker]);
}

/* One that has no thread does not read. */
static void without_thread(void *shared_, size_t worker)
{
    const struct shared_work *const shared = shared_;
    (void)worker;
    atomic_fetch_sub(&shared->work->n_reading, 1);
}

/* Does a job with every worker, the first in the thread that calls. A worker takes what is left, so that
   one without a thread has nothing to do. */
static void run_job(struct work *work, job *do_job)
{
    struct shared_work shared = {work, do_job};
    threads_run(work->n_workers, work_as, &shared, without_thread);
}

/* --- faults --- */

/* The fault that stands first in the files, whichever worker met it first, and what was read. */
static bool reading_end(const struct work *work, size_t n_sources, struct reading_end *end)
{
    *end =
        (struct reading_end){.fault = FAULT_FREE, .rows = calloc(n_sources + 1, sizeof *end->rows)};
    for (size_t i = 0; i < work->n_workers && end->rows != NULL; i++) {
        const struct worker *const worker = work->workers[i];
        if (worker->fault.code != FAULT_NONE &&
            (end->fault.code == FAULT_NONE || worker->fault_piece < end->at)) {
            end->fault = worker->fault;
            end->at = worker->fault_piece;
        }
        for (size_t k = 0; k < n_sources; k++) {
            end->rows[k] += worker->counted.sources[k].rows;
        }
    }
    return end->rows != NULL;
}

/* How many sources were read to their end, before the fault. */
static size_t n_sources_read(const struct reading_end *end, const struct run *run)
{
    size_t n = 0;
    if (end->fault.code == FAULT_NONE) {
        return run->plan->n_sources;
    }
    for (size_t i = 0; i < run->pieces->n && run->pieces->list[i].number <= end->at; i++) {
        n = run->pieces->list[i].source;
    }
    return n;
}

/* The row behind the text of a file that could be read; 0: none could. */
static size_t row_behind(const struct run *run, const char *path)
{
    for (size_t i = run->pieces->n; i-- > 0;) {
        const struct piece *const piece = &run->pieces->list[i];
        if (strcmp(run->plan->sources[piece->source].path, path) == 0) {
            return (size_t)(piece->lines_before + piece->n_lines) + (piece->ends_line ? 1 : 0);
        }
    }
    return 0;
}

/* Sources without a single row, as far as they were read; else what was found. */
static struct fault reading_fault(const struct reading_end *end, const struct run *run)
{
    const struct plan *const plan = run->plan;
    const size_t n_read = n_sources_read(end, run);
    struct fault fault = end->fault;
    const struct piece *piece;
    for (size_t i = 0; i < n_read; i++) {
        if (end->rows[i] == 0) {
            return fault_at(FAULT_CONTENT, plan->sources[i].name, 0, 0,
                            "found the names of columns and no row below them");
        }
    }
    if (fault.code == FAULT_NONE) {
        return fault;
    }
    if (fault.code == FAULT_SYNTAX && fault.row == 0) { /* of a file itself */
        fault.row = row_behind(run, fault.file);
    }
    /* What reads a piece knows rows by their number in it. */
    piece = pieces_find(run->pieces, end->at);
    if (fault.row > 0 && piece != NULL &&
        (fault.code == FAULT_SYNTAX || fault.code == FAULT_CONTENT)) {
        fault.row += (size_t)piece->lines_before;
    }
    for (size_t i = 0; i < plan->n_sources; i++) {
        /* Speak of the file by the name that the user gave it. */
        if (strcmp(fault.file, plan->sources[i].path) == 0) {
            return fault_at(fault.code, plan->sources[i].name, fault.row, fault.column, "%s",
                            fault.detail);
        }
    }
    return fault;
}

/* --- the course of a run --- */

static struct fault begin_workers(struct work *work, size_t threads)
{
    work->workers = calloc(threads, sizeof(struct worker *));
    if (work->workers == NULL) {
        return fault_memory();
    }
    for (; work->n_workers < threads; work->n_workers++) {
        work->workers[work->n_workers] = worker_new(&work->shared);
        if (work->workers[work->n_workers] == NULL) {
            return fault_memory();
        }
    }
    atomic_init(&work->n_reading, threads);
    return FAULT_FREE;
}

static struct fault begin(struct work *work, const struct plan *plan,
                          const struct run_options *options, struct run *run)
{
    const uint64_t bytes =
        options->ranks == NULL ? files_bytes(plan, NULL) : work->division.bytes / options->ranks->n;
    const size_t threads = n_threads(options, bytes);
    struct shared *const shared = &work->shared;
    *run = (struct run){.plan = plan,
                        .pieces = calloc(1, sizeof *run->pieces),
                        .crew = crew_of_threads(n_processors(options))};
    shared->plan = plan;
    shared->options = options;
    shared->cohorts = &run->cohorts;
    shared->names = &run->names;
    shared->pieces = run->pieces;
    if (run->pieces == NULL || !cohorts_init(&run->cohorts, plan->study.n_cohort_columns) ||
        !counted_init(&run->counted, &plan->study, &run->cohorts, &run->names, plan->n_sources) ||
        !join_rules_init(&shared->rules, &plan->study, &run->cohorts, &run->names, options->list)) {
        return fault_memory();
    }
    if (options->list && options->memory > 0 && !options->list_cells) {
        shared->listed = run->more_listed = listed_runs_new();
        if (shared->listed == NULL) {
            return fault_memory();
        }
    }
    run->pieces->numbers = work->division.numbers;
    /* A quarter of what the join may have: as parts are counted, they give more than that back. */
    work->kin_memory =
        options->memory == 0 ? 0 : join_memory(options, threads) / 4 / threads + KIN_LEAST;
    shared->kin_spill = spill_new();
    shared->partitions =
        partitions_new(&shared->rules, n_parts(bytes), join_memory(options, threads));
    work->files = files_new(plan, options, run->pieces, work->division.parts);
    if (shared->partitions == NULL || work->files == NULL || shared->kin_spill == NULL) {
        return fault_memory();
    }
    if (work->ranks != NULL && work->ranks->n > 1) {
        work->exchange = exchange_new(work->ranks, shared);
        if (work->exchange == NULL) {
            return fault_memory();
        }
    }
    return begin_workers(work, threads);
}

static void end(struct work *work)
{
    for (size_t i = 0; i < work->n_workers; i++) {
        worker_free(work->workers[i]);
    }
    free(work->workers);
    files_free(work->files);
    exchange_free(work->exchange);
    division_free(&work->division);
    partitions_free(work->shared.partitions);
    spill_free(work->shared.kin_spill);
    join_rules_free(&work->shared.rules);
    (void)pthread_mutex_destroy(&work->shared.names_lock);
}

/* One source with families is enough: a measure may be pooled from several files. Whoever counts has
   to know. */
static struct fault note_families(struct work *work, struct run *run)
{
    const size_t n = run->plan->study.n_measures;
    bool *const has_family = calloc(n + 1, sizeof *has_family);
    struct fault fault = has_family == NULL ? fault_memory() : FAULT_FREE;
    for (size_t i = 0; i < run->plan->n_sources && has_family != NULL; i++) {
        const struct source *const source = &run->plan->sources[i];
        for (size_t k = 0; k < source->n_informants; k++) {
            has_family[source->informants[k].measure] |= files_has_family(work->files, i);
        }
    }
    if (work->exchange != NULL && has_family != NULL) {
        fault = meeting_families(work->ranks, has_family, n);
    } else if (work->exchange != NULL) {
        work->ranks->out_of_step = true;
    }
    for (size_t i = 0; i < n && fault.code == FAULT_NONE; i++) {
        run->counted.measures[i].has_family = has_family[i];
        for (size_t k = 0; k < work->n_workers; k++) {
            work->workers[k]->counted.measures[i].has_family = has_family[i];
        }
    }
    free(has_family);
    return fault;
}

/* What a worker has counted. Who is a family alone goes to other ranks as cells, and else waits with the
   others. */
static bool gather(const struct work *work, struct run *run, struct worker *worker)
{
    bool done = (work->exchange == NULL ||
                 family_counter_finish(worker->families, &worker->counted.families)) &&
                counted_merge(&run->counted, &worker->counted);
    done = done && listing_take(&run->listing, &worker->listing);
    tally_free(&worker->counted.tally); /* the largest part of it, and of no further use */
    family_tally_free(&worker->counted.families);
    for (size_t i = 0; i < worker->findings.n_cells && done; i++) {
        done = findings_add(&run->findings, &worker->findings.cells[i]);
    }
    return done;
}

/* What all workers have counted of questionnaires. People of small cohorts stay written down, unless cells are
   wanted: by the caller, or by another rank. */
static bool gather_pairs(struct work *work, struct run *run)
{
    struct tally *const tally = &run->counted.tally;
    const bool keep = work->exchange == NULL && !work->shared.options->cells;
    struct pair_counter *counters[MOST_THREADS];
    for (size_t i = 0; i < work->n_workers; i++) {
        counters[i] = work->workers[i]->pairs;
    }
    return pair_counters_finish(counters, work->n_workers, &run->crew, keep, tally) &&
           tally_sort(tally) && !tally->overflow;
}

/* What all workers have found of families, in order, besides what is known: most of it stands in tables, which
   come in order, so that all else is added to those. */
static bool gather_families(struct work *work, struct family_tally *families)
{
    struct family_counter *const counter = work->workers[0]->families;
    struct family_tally all = {0};
    bool done = true;
    for (size_t i = 1; i < work->n_workers && done; i++) {
        done = family_counter_merge(counter, work->workers[i]->families, families);
    }
    done = done && family_counter_finish(counter, &all) && family_tally_merge(&all, families);
    for (size_t i = 0; i < work->n_workers && done; i++) {
        struct family_tally *const own = &work->workers[i]->counted.families;
        done = family_tally_merge(&all, own);
        family_tally_free(own);
    }
    family_tally_free(families);
    *families = all;
    return done && family_tally_sort(families);
}

/* Where all members have been counted: of several ranks, with the first. */
static struct fault count_families(struct work *work, struct run *run)
{
    struct fault fault = FAULT_FREE;
    run_job(work, meet_families);
    for (size_t i = 0; i < work->n_workers && fault.code == FAULT_NONE; i++) {
        fault = work->workers[i]->fault;
    }
    return fault.code == FAULT_NONE && !gather_families(work, &run->counted.families)
               ? fault_memory()
               : fault;
}

static struct fault count_all(struct work *work, struct run *run)
{
    struct kin_store *stores[MOST_THREADS];
    struct fault fault = note_families(work, run);
    if (fault.code != FAULT_NONE) {
        return fault;
    }
    run_job(work, count_parts);
    for (size_t i = 0; i < work->n_workers && fault.code == FAULT_NONE; i++) {
        fault = work->workers[i]->fault;
    }
    for (size_t i = 0; i < work->n_workers && fault.code == FAULT_NONE; i++) {
        fault = gather(work, run, work->workers[i]) ? FAULT_FREE : fault_memory();
    }
    if (fault.code == FAULT_NONE && !gather_pairs(work, run)) {
        fault = fault_memory();
    }
    for (size_t i = 0; i < work->n_workers; i++) {
        stores[i] = &work->workers[i]->kin;
    }
    if (work->exchange != NULL) {
        const struct results results = {&run->counted,  &run->listing, run->more_listed,
                                        &run->findings, stores,        work->n_workers};
        fault = meeting_counted(work->exchange, work->ranks, &fault, &results);
    }
    if (fault.code == FAULT_NONE && (work->ranks == NULL || work->ranks->rank == 0)) {
        fault = count_families(work, run);
    }
    listing_sort(&run->listing);
    findings_sort(&run->findings);
    return fault;
}

/* Reads all there is to read, and says what was wrong with it: of several ranks, the first does. */
static struct fault read_all(struct work *work, struct run *run)
{
    const size_t n_sources = run->plan->n_sources;
    struct reading_end end;
    struct fault fault = FAULT_FREE;
    run_job(work, read_pieces);
    if (!reading_end(work, n_sources, &end)) {
        fault = fault_memory();
        if (work->ranks != NULL) {
            work->ranks->out_of_step = true;
        }
    } else if (work->exchange != NULL) {
        fault = meeting_read(work->exchange, work->ranks, work->workers[0]->mail, n_sources, &end,
                             run->pieces);
    }
    pieces_count(run->pieces);
    if (fault.code == FAULT_NONE && (work->ranks == NULL || work->ranks->rank == 0)) {
        fault = reading_fault(&end, run);
    }
    free(end.rows);
    return work->exchange == NULL ? fault : ranks_agree(work->ranks, &fault);
}

struct fault run_count(const struct plan *plan, const struct run_options *options, struct run *run)
{
    struct work *const work = calloc(1, sizeof *work);
    struct fault fault;
    if (work == NULL) {
        *run = (struct run){0};
        return fault_memory();
    }
    (void)pthread_mutex_init(&work->shared.names_lock, NULL); /* cannot fail without attributes */
    atomic_init(&work->next_part, 0);
    atomic_init(&work->next_bundle, 0);
    work->ranks = options->ranks;
    *run = (struct run){0};
    fault = work->ranks == NULL ? FAULT_FREE
                                : meeting_divide(work->ranks, plan, options->list, &work->division);
    if (fault.code == FAULT_NONE) {
        fault = begin(work, plan, options, run);
        fault = work->ranks == NULL ? fault : ranks_agree(work->ranks, &fault);
    }
    if (fault.code == FAULT_NONE) {
        fault = read_all(work, run);
    }
    if (fault.code == FAULT_NONE) {
        fault = count_all(work, run);
    }
    end(work);
    free(work);
    if (fault.code != FAULT_NONE) {
        run_free(run);
    }
    return fault;
}

struct fault run_compute(struct run *run)
{
    return compute_figures(&run->counted, &run->crew, &run->figures) ? FAULT_FREE : fault_memory();
}

struct fault run_study(const struct plan *plan, const struct run_options *options, struct run *run)
{
    struct fault fault = run_count(plan, options, run);
    if (fault.code == FAULT_NONE && (options->ranks == NULL || options->ranks->rank == 0)) {
        fault = run_compute(run);
        if (fault.code != FAULT_NONE) {
            run_free(run);
        }
    }
    return fault;
}

struct location run_location(const struct run *run, uint64_t place)
{
    return (struct location){.source = pieces_find(run->pieces, PLACE_PIECE(place))->source,
                             .row = pieces_row(run->pieces, place)};
}

void run_warn(const struct run *run, struct warnings *warnings)
{
    const size_t n = run->plan->n_sources;
    const char **const files = calloc(n + 1, sizeof *files);
    if (files == NULL) {
        warnings->no_memory = true;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        files[i] = run->plan->sources[i].name;
    }
    item_checks_warn(warnings, &run->counted.checks);
    join_checks_warn(warnings, &run->counted, files);
    free(files);
}

void run_free(struct run *run)
{
    if (run->figures.study != NULL) {
        figures_free(&run->figures);
    }
    if (run->counted.study != NULL) {
        counted_free(&run->counted);
    }
    listing_free(&run->listing);
    listed_runs_free(run->more_listed);
    findings_free(&run->findings);
    if (run->pieces != NULL) {
        pieces_free(run->pieces);
        free(run->pieces);
    }
    cohorts_free(&run->cohorts);
    names_free(&run->names);
    *run = (struct run){0};
}
