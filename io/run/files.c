/* io/run/files.c - the one place where threads wait for one another while they read: a file is read and
   cut by one thread at a time, which takes a small part of the time that its pieces then take. */
#include "io/run/files.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "io/read/rows.h"

struct files {
    const struct plan *plan;
    const struct run_options *options;
    pthread_mutex_t lock; /* of all below */
    struct pieces *pieces;
    struct columns *columns; /* owned: of each source */
    bool *has_columns;       /* owned: of each source: they were found */
    char *separators;        /* owned: of each source */
    size_t source;           /* that is being read; n_sources: all were */
    struct chunks *chunks;   /* owned: NULL between two sources */
    uint64_t bytes_before;   /* of the sources that were read */
    uint64_t total;          /* of all sources, as stored; 0: not known */
    uint64_t at;             /* the piece that is being cut, or would have been */
    bool stopped;
};

/* Bytes of all sources; 0 where one is no plain file. */
static uint64_t total_bytes(const struct plan *plan)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < plan->n_sources; i++) {
        struct stat status;
        if (stat(plan->sources[i].path, &status) != 0 || !S_ISREG(status.st_mode)) {
            return 0;
        }
        bytes += (uint64_t)status.st_size;
    }
    return bytes;
}

struct files *files_new(const struct plan *plan, const struct run_options *options,
                        struct pieces *pieces)
{
    struct files *const files = calloc(1, sizeof *files);
    if (files == NULL) {
        return NULL;
    }
    files->plan = plan;
    files->options = options;
    files->pieces = pieces;
    files->total = options->progress == NULL ? 0 : total_bytes(plan);
    files->columns = calloc(plan->n_sources + 1, sizeof *files->columns);
    files->has_columns = calloc(plan->n_sources + 1, sizeof *files->has_columns);
    files->separators = calloc(plan->n_sources + 1, sizeof *files->separators);
    (void)pthread_mutex_init(&files->lock, NULL); /* cannot fail without attributes */
    if (files->columns == NULL || files->has_columns == NULL || files->separators == NULL) {
        files_free(files);
        return NULL;
    }
    return files;
}

void files_free(struct files *files)
{
    if (files == NULL) {
        return;
    }
    for (size_t i = 0; files->columns != NULL && i < files->plan->n_sources; i++) {
        columns_free(&files->columns[i]);
    }
    free(files->columns);
    free(files->has_columns);
    free(files->separators);
    if (files->chunks != NULL) {
        chunks_close(files->chunks);
    }
    (void)pthread_mutex_destroy(&files->lock);
    free(files);
}

static struct fault find_columns(struct files *files, const struct raw_row *raw)
{
    struct decoded_row header = {0};
    struct fault fault = fault_memory();
    if (row_decode(raw, &header)) {
        fault = columns_find(files->plan, &files->plan->sources[files->source], &header.row,
                             &files->columns[files->source]);
    }
    files->has_columns[files->source] = fault.code == FAULT_NONE;
    row_free(&header);
    return fault;
}

/* Looks for the header row in the first pieces of a file: in the first, unless it begins with very
   many blank lines. */
static struct fault read_header(struct files *files, struct file_piece *piece, bool *found)
{
    const struct source *const source = &files->plan->sources[files->source];
    struct rows *rows;
    struct raw_row row;
    struct fault fault;
    size_t n;
    files->separators[files->source] = source->separator != '\0'
                                           ? source->separator
                                           : separator_of(piece->chunk.text, piece->chunk.n);
    rows = rows_new(files->separators[files->source], QUICK_AND_RECORD_LANE);
    if (rows == NULL) {
        return fault_memory();
    }
    rows_begin(rows, source->name, piece->chunk.text, piece->chunk.n);
    fault = rows_next(rows, &row, 1, &n);
    *found = n > 0;
    if (n > 0) {
        fault = find_columns(files, &row);
    }
    piece->has_header = *found;
    rows_free(rows);
    return fault;
}

/* A piece of the current file; n = 0 at its end. */
static struct fault next_of_file(struct files *files, struct file_piece *piece)
{
    struct fault fault = chunks_next(files->chunks, &piece->chunk);
    files->at = files->pieces->n;
    if (fault.code != FAULT_NONE || piece->chunk.n == 0) {
        return fault;
    }
    piece->source = files->source;
    piece->piece = files->pieces->n;
    piece->has_header = false;
    if (!pieces_add(files->pieces, files->source)) {
        return fault_memory();
    }
    files->pieces->list[piece->piece].ends_line =
        strchr("\r\n", piece->chunk.text[piece->chunk.n - 1]) != NULL;
    if (!files->has_columns[files->source]) {
        bool found = false;
        fault = read_header(files, piece, &found);
        if (fault.code == FAULT_NONE && !found) {
            /* Blank lines only, so far: they are read as any piece is, and have no rows. */
            piece->columns = NULL;
            piece->separator = files->separators[files->source];
            return fault;
        }
    }
    piece->columns = &files->columns[files->source];
    piece->separator = files->separators[files->source];
    return fault;
}

static struct fault open_file(struct files *files)
{
    return chunks_open(files->plan->sources[files->source].path, files->options->chunk_bytes,
                       &files->chunks);
}

/* Ends the current file, and says what is wrong with one that had no header row. */
static struct fault end_file(struct files *files)
{
    const struct source *const source = &files->plan->sources[files->source];
    const bool has_columns = files->has_columns[files->source];
    const bool any =
        files->pieces->n > 0 && files->pieces->list[files->pieces->n - 1].source == files->source;
    files->bytes_before += chunks_position(files->chunks);
    chunks_close(files->chunks);
    files->chunks = NULL;
    files->source++;
    return has_columns
               ? FAULT_FREE
               : fault_at(FAULT_CONTENT, source->name, 0, 0, "%s; expected a row of column names",
                          any ? "blank lines only" : "an empty file");
}

static void tell_progress(const struct files *files)
{
    const struct run_options *const options = files->options;
    if (options->progress != NULL && files->chunks != NULL) {
        options->progress(options->progress_context,
                          files->bytes_before + chunks_position(files->chunks), files->total);
    }
}

/* The next piece of any file; false at the end. */
static bool next_piece(struct files *files, struct file_piece *piece, struct fault *fault)
{
    *fault = FAULT_FREE;
    while (files->source < files->plan->n_sources) {
        if (files->options->interrupted != NULL && *files->options->interrupted != 0) {
            *fault = fault_at(FAULT_INTERRUPTED, NULL, 0, 0, "stopped; nothing was written");
            return false;
        }
        if (files->chunks == NULL) {
            *fault = open_file(files);
        }
        if (fault->code == FAULT_NONE) {
            *fault = next_of_file(files, piece);
        }
        if (fault->code != FAULT_NONE) {
            return false;
        }
        tell_progress(files);
        if (piece->chunk.n > 0) {
            return true;
        }
        *fault = end_file(files);
        if (fault->code != FAULT_NONE) {
            return false;
        }
    }
    return false;
}

bool files_next(struct files *files, struct file_piece *piece, struct fault *fault,
                uint64_t *fault_piece)
{
    bool any = false;
    pthread_mutex_lock(&files->lock);
    *fault = FAULT_FREE;
    if (!files->stopped) {
        any = next_piece(files, piece, fault);
        files->stopped = fault->code != FAULT_NONE;
        *fault_piece = files->at;
    }
    pthread_mutex_unlock(&files->lock);
    return any;
}

void files_read(struct files *files, uint64_t piece, uint32_t n_lines)
{
    pthread_mutex_lock(&files->lock);
    files->pieces->list[piece].n_lines = n_lines;
    pthread_mutex_unlock(&files->lock);
}

void files_stop(struct files *files)
{
    pthread_mutex_lock(&files->lock);
    files->stopped = true;
    pthread_mutex_unlock(&files->lock);
}

bool files_has_family(const struct files *files, size_t source)
{
    const struct columns *const columns = &files->columns[source];
    return columns->family.index != NO_COLUMN &&
           columns->family.index != columns->participant.index;
}
