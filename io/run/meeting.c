/* io/run/meeting.c - see meeting.h. */
#include "io/run/meeting.h"

#include <stdlib.h>
#include <string.h>

#include "io/read/divide.h"
#include "io/read/stored.h"
#include "io/run/listed.h"

/* --- before reading --- */

/* By what ranks recognise that they are about the same. */
struct hello {
    char version[32];
    uint64_t sizes[8];
};

static struct hello hello_of(const struct plan *plan, bool list)
{
    const uint64_t one = 1;
    struct hello hello = {.version = PELLTER_VERSION,
                          .sizes = {plan->n_sources, plan->study.n_measures, plan->study.n_scales,
                                    plan->study.n_stages, plan->study.n_cohort_columns,
                                    plan->study.n_breakdowns, sizeof(struct item_sums)}};
    hello.sizes[7] = (uint64_t)list << 8 | *(const unsigned char *)&one; /* the order of bytes */
    return hello;
}

static struct fault greet(struct ranks *ranks, const struct plan *plan, bool list)
{
    const struct hello mine = hello_of(plan, list);
    struct hello *const all = calloc(ranks->n, sizeof *all);
    struct fault fault = FAULT_FREE;
    if (all == NULL) {
        ranks->out_of_step = true;
        return fault_memory();
    }
    if (!ranks->share(ranks, &mine, sizeof mine, all)) {
        fault = ranks_interrupted();
    }
    for (size_t i = 1; i < ranks->n && fault.code == FAULT_NONE; i++) {
        if (memcmp(&all[i], &all[0], sizeof all[0]) != 0) {
            fault = fault_at(FAULT_USAGE, NULL, 0, 0,
                             "rank %zu runs another version of pellter or has another study file "
                             "than rank 0; expected the same on every machine",
                             i);
        }
    }
    free(all);
    return fault;
}

/* What rank 0 knows of the sources, which must be what every rank knows. */
static struct fault compare_files(struct ranks *ranks, const struct plan *plan,
                                  struct divisible files[])
{
    const size_t n = plan->n_sources;
    struct divisible *const all = calloc(ranks->n * n + 1, sizeof *all);
    struct fault fault = FAULT_FREE;
    if (all == NULL) {
        ranks->out_of_step = true;
        return fault_memory();
    }
    for (size_t i = 0; i < n; i++) {
        /* What cannot be opened is a whole file to whoever is to read it, who says so. */
        if (divisible(plan->sources[i].path, &files[i]).code != FAULT_NONE) {
            files[i].is = false;
        }
    }
    if (!ranks->share(ranks, files, n * sizeof *files, all)) {
        fault = ranks_interrupted();
    }
    for (size_t k = 0; k < ranks->n * n && fault.code == FAULT_NONE; k++) {
        if (all[k].size != all[k % n].size) {
            fault = fault_at(FAULT_OPEN, plan->sources[k % n].name, 0, 0,
                             "found %llu bytes on the machine of rank 0 and %llu on that of rank "
                             "%zu; expected the same file on every machine",
                             (unsigned long long)all[k % n].size, (unsigned long long)all[k].size,
                             k / n);
        }
    }
    memcpy(files, all, n * sizeof *files);
    free(all);
    return fault;
}

static uint64_t boundary(uint64_t size, size_t rank, size_t n)
{
    return size / n * rank + size % n * rank / n;
}

/* This rank's part of a file, once it is known which ranks' shares hold an odd number of quotes. */
static struct fault find_part(const struct ranks *ranks, const char *path,
                              const struct divisible *file, const bool odd[], size_t stride,
                              struct file_part *part)
{
    const uint64_t begin = boundary(file->size, ranks->rank, ranks->n),
                   end = boundary(file->size, ranks->rank + 1, ranks->n);
    bool quoted = false;
    struct fault fault = FAULT_FREE;
    *part = (struct file_part){
        .kind = PART_RANGE, .first = ranks->rank == 0, .end = file->size, .mark = file->mark};
    for (size_t i = 0; i < ranks->rank; i++) {
        quoted = quoted != odd[i * stride];
    }
    if (ranks->rank > 0) {
        fault = cut_behind(path, begin, quoted, file->size, &part->begin);
    }
    quoted = quoted != odd[ranks->rank * stride];
    if (fault.code == FAULT_NONE && ranks->rank + 1 < ranks->n) {
        fault = cut_behind(path, end, quoted, file->size, &part->end);
    }
    return fault;
}

/* Each rank counts the quotes of its share of every file. */
static struct fault count_quotes(struct ranks *ranks, const struct plan *plan,
                                 const struct divisible files[], bool odd[])
{
    const size_t n = plan->n_sources;
    bool *const mine = calloc(n + 1, sizeof *mine);
    struct fault fault = mine == NULL ? fault_memory() : FAULT_FREE;
    for (size_t i = 0; i < n && fault.code == FAULT_NONE && !ranks_stopped(ranks); i++) {
        if (files[i].is) {
            fault = quotes_between(plan->sources[i].path,
                                   boundary(files[i].size, ranks->rank, ranks->n),
                                   boundary(files[i].size, ranks->rank + 1, ranks->n), &mine[i]);
        }
    }
    fault = ranks_agree(ranks, &fault);
    if (fault.code == FAULT_NONE && !ranks->share(ranks, mine, n * sizeof *mine, odd)) {
        fault = ranks_interrupted();
    }
    free(mine);
    return fault;
}

static struct fault find_parts(struct ranks *ranks, const struct plan *plan,
                               const struct divisible files[], const bool odd[],
                               struct division *division)
{
    struct fault fault = FAULT_FREE;
    for (size_t i = 0; i < plan->n_sources && fault.code == FAULT_NONE; i++) {
        struct file_part *const part = &division->parts[i];
        const char *const path = plan->sources[i].path;
        division->bytes += files[i].size > 0 ? files[i].size : UNKNOWN_BYTES;
        if (files[i].is) {
            fault = find_part(ranks, path, &files[i], odd + i, plan->n_sources, part);
        } else if (strcmp(path, STANDARD_INPUT) == 0 && ranks->n > 1) {
            fault = fault_at(FAULT_USAGE, NULL, 0, 0,
                             "--mpi: standard input cannot be divided among ranks; expected files");
        } else {
            part->kind = i % ranks->n == ranks->rank ? PART_WHOLE : PART_NONE;
        }
    }
    return ranks_agree(ranks, &fault);
}

struct fault meeting_divide(struct ranks *ranks, const struct plan *plan, bool list,
                            struct division *division)
{
    struct divisible *const files = calloc(plan->n_sources + 1, sizeof *files);
    bool *const odd = calloc(ranks->n * plan->n_sources + 1, sizeof *odd);
    struct fault fault = FAULT_FREE;
    *division = (struct division){.parts = calloc(plan->n_sources + 1, sizeof *division->parts)};
    if (files == NULL || odd == NULL || division->parts == NULL) {
        fault = fault_memory();
    }
    fault = ranks_agree(ranks, &fault);
    if (fault.code == FAULT_NONE) {
        fault = greet(ranks, plan, list);
    }
    if (fault.code == FAULT_NONE) {
        fault = compare_files(ranks, plan, files);
    }
    for (size_t i = 0; i < plan->n_sources && fault.code == FAULT_NONE; i++) {
        files[i].is = files[i].is && files[i].size >= ranks->n;
    }
    if (fault.code == FAULT_NONE) {
        fault = count_quotes(ranks, plan, files, odd);
    }
    if (fault.code == FAULT_NONE) {
        fault = find_parts(ranks, plan, files, odd, division);
    }
    if (fault.code == FAULT_NONE &&
        !piece_numbers_of(plan->n_sources, ranks->n, ranks->rank, &division->numbers)) {
        fault = fault_at(FAULT_USAGE, NULL, 0, 0, "--mpi: too many files for so many ranks");
    }
    free(files);
    free(odd);
    return fault;
}

void division_free(struct division *division)
{
    free(division->parts);
    *division = (struct division){0};
}

/* --- when all have read --- */

static void put_end(struct parcel *parcel, const struct reading_end *end, size_t n_sources,
                    const struct pieces *pieces)
{
    parcel_put(parcel, &end->fault, sizeof end->fault);
    parcel_put_number(parcel, end->at);
    parcel_put(parcel, end->rows, n_sources * sizeof *end->rows);
    parcel_put_number(parcel, pieces->n);
    parcel_put(parcel, pieces->list, pieces->n * sizeof *pieces->list);
}

/* Adds what another rank reported; the fault that stands first in the files stays. */
static bool add_end(struct parcel *parcel, struct reading_end *end, size_t n_sources,
                    struct pieces *pieces)
{
    struct fault fault;
    struct pieces others = {0};
    uint64_t at;
    bool done;
    parcel_get(parcel, &fault, sizeof fault);
    at = parcel_get_number(parcel);
    if (fault.code != FAULT_NONE && (end->fault.code == FAULT_NONE || at < end->at)) {
        end->fault = fault;
        end->at = at;
    }
    for (size_t i = 0; i < n_sources; i++) {
        end->rows[i] += parcel_get_number(parcel);
    }
    others.n = (size_t)parcel_get_number(parcel);
    done = !parcel->failed && others.n <= parcel->n &&
           array_grow(&others.list, &others.capacity, others.n, sizeof *others.list);
    if (done) {
        parcel_get(parcel, others.list, others.n * sizeof *others.list);
        done = !parcel->failed && pieces_merge(pieces, others.list, others.n);
    }
    pieces_free(&others);
    return done;
}

struct fault meeting_read(struct exchange *exchange, struct ranks *ranks, struct mail *mail,
                          size_t n_sources, struct reading_end *end, struct pieces *pieces)
{
    struct parcel report = {0};
    struct fault fault;
    if (ranks->rank > 0) {
        put_end(&report, end, n_sources, pieces);
    }
    fault = exchange_finish(exchange, mail, &report);
    for (size_t i = 1; ranks->rank == 0 && i < ranks->n && fault.code == FAULT_NONE; i++) {
        fault = add_end(exchange_report(exchange, i), end, n_sources, pieces) ? FAULT_FREE
                                                                              : fault_memory();
    }
    return fault;
}

/* --- when all have counted --- */

/* What stands before a line, and after the last one. */
enum { LISTED_END, LISTED_LINE, LISTED_FAULT };

static void put_line(struct parcel *parcel, const struct listed *line)
{
    parcel_put_number(parcel, LISTED_LINE);
    parcel_put(parcel, line, sizeof *line);
    if (id_is_long(line->id)) {
        size_t length;
        const char *const text = id_text(&line->id, &length);
        parcel_put(parcel, text, length);
    }
}

static void put_listed(struct parcel *parcel, const struct results *results)
{
    struct fault fault = fault_memory();
    struct listed_reader *reader;
    const struct listed *line;
    listing_sort(results->listing);
    reader = listed_reader_new(results->more_listed, results->listing);
    while (reader != NULL && (line = listed_next(reader, &fault)) != NULL) {
        put_line(parcel, line);
    }
    parcel_put_number(parcel, fault.code == FAULT_NONE ? LISTED_END : LISTED_FAULT);
    if (fault.code != FAULT_NONE) {
        parcel_put(parcel, &fault, sizeof fault);
    }
    listed_reader_free(reader);
}

static struct fault add_listed(struct parcel *parcel, const struct results *results)
{
    struct fault fault = FAULT_FREE;
    uint64_t kind;
    while ((kind = parcel_get_number(parcel)) == LISTED_LINE) {
        struct listed line;
        parcel_get(parcel, &line, sizeof line);
        if (id_is_long(line.id)) {
            const size_t length = (size_t)(line.id.words[1] & 0xffffffff);
            const char *const text = (const char *)parcel_look(parcel, length);
            line.id = text == NULL ? (struct id){{0, 0}} : id_of(text, length);
        }
        if (parcel->failed || !listing_add(results->listing, &line)) {
            return listed_fault(results->more_listed);
        }
    }
    if (kind == LISTED_FAULT) {
        parcel_get(parcel, &fault, sizeof fault);
    }
    return fault.code == FAULT_NONE && parcel->failed ? fault_memory() : fault;
}

/* Texts of cells, which only --show-values keeps, are not sent: no command has both. */
static void put_findings(struct parcel *parcel, const struct findings *findings)
{
    parcel_put_number(parcel, findings->n_cells);
    parcel_put(parcel, findings->cells, findings->n_cells * sizeof *findings->cells);
}

static bool add_findings(struct parcel *parcel, struct findings *findings)
{
    for (uint64_t n = parcel_get_number(parcel); n > 0; n--) {
        struct finding finding;
        parcel_get(parcel, &finding, sizeof finding);
        finding.value = NULL;
        if (parcel->failed || !findings_add(findings, &finding)) {
            return false;
        }
    }
    return !parcel->failed;
}

/* Members of families are the most of it by far: what is in the temporary file has to fit in memory
   here, and with rank 0. */
static void put_kin(struct parcel *parcel, const struct results *results)
{
    struct parcel kin = {0};
    struct fault fault = kin_stores_put(results->kin, results->n_kin, &kin);
    parcel_put(parcel, &fault, sizeof fault);
    if (fault.code == FAULT_NONE) {
        parcel_put(parcel, kin.bytes, kin.n);
        parcel->failed = parcel->failed || kin.failed;
    }
    parcel_free(&kin);
}

static struct fault add_kin(struct parcel *parcel, const struct renumbering *numbers,
                            const struct results *results)
{
    const struct kin_numbers kin_numbers = {numbers->cohorts, numbers->names, numbers->n_cohorts,
                                            numbers->n_names};
    struct fault fault;
    parcel_get(parcel, &fault, sizeof fault);
    if (fault.code == FAULT_NONE &&
        !kin_store_add(parcel, &kin_numbers, results->kin[0])) {
        fault = fault_memory();
    }
    return fault;
}

static struct fault send_result(struct exchange *exchange, const struct fault *mine,
                                const struct results *results)
{
    struct parcel result;
    exchange_begin_result(exchange, &result);
    parcel_put(&result, mine, sizeof *mine);
    if (mine->code == FAULT_NONE) {
        counted_put(&result, results->counted);
        put_listed(&result, results);
        put_findings(&result, results->findings);
        put_kin(&result, results);
    }
    return exchange_send_result(exchange, &result);
}

/* After a fault the results of the others are taken and thrown away. */
static struct fault add_results(struct exchange *exchange, const struct ranks *ranks,
                                struct fault fault, const struct results *results)
{
    for (size_t i = 1; i < ranks->n; i++) {
        struct parcel result;
        struct renumbering numbers;
        struct fault its = exchange_next_result(exchange, &result, &numbers);
        if (its.code == FAULT_NONE) {
            parcel_get(&result, &its, sizeof its);
        } else {
            return its;
        }
        if (fault.code == FAULT_NONE) {
            fault = its;
        }
        if (fault.code == FAULT_NONE && !counted_add(&result, &numbers, results->counted)) {
            fault = fault_memory();
        }
        if (fault.code == FAULT_NONE) {
            fault = add_listed(&result, results);
        }
        if (fault.code == FAULT_NONE && !add_findings(&result, results->findings)) {
            fault = fault_memory();
        }
        if (fault.code == FAULT_NONE) {
            fault = add_kin(&result, &numbers, results);
        }
        parcel_free(&result);
    }
    return fault;
}

struct fault meeting_families(struct ranks *ranks, bool has_family[], size_t n)
{
    bool *const all = calloc(ranks->n * n + 1, sizeof *all);
    struct fault fault = FAULT_FREE;
    if (all == NULL) {
        ranks->out_of_step = true;
        return fault_memory();
    }
    if (!ranks->share(ranks, has_family, n * sizeof *has_family, all)) {
        fault = ranks_interrupted();
    }
    for (size_t i = 0; i < ranks->n * n && fault.code == FAULT_NONE; i++) {
        has_family[i % n] = has_family[i % n] || all[i];
    }
    free(all);
    return fault;
}

struct fault meeting_counted(struct exchange *exchange, struct ranks *ranks,
                             const struct fault *mine, const struct results *results)
{
    struct fault fault = ranks->rank == 0 ? add_results(exchange, ranks, *mine, results)
                                          : send_result(exchange, mine, results);
    return ranks_agree(ranks, &fault);
}
