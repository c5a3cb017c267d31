/* io/run/files.c - the one place where threads wait for one another while they read: a file is read and
   cut by one thread at a time, which takes a small part of the time that its pieces then take. */
#include "io/run/files.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "io/read/divide.h"
#include "io/read/rows.h"

struct files {
    const struct plan *plan;
    const struct run_options *options;
    pthread_mutex_t lock; /* of all below */
    struct pieces *pieces;
    const struct file_part *parts; /* borrowed; NULL: all of every file */
    struct columns *columns;       /* owned: of each source */
    bool *has_columns;             /* owned: of each source: they were found */
    char *separators;              /* owned: of each source */
    size_t source;                 /* that is being read; n_sources: all were */
    struct chunks *chunks;         /* owned: NULL between two sources */
    uint64_t bytes_before;         /* of the sources that were read */
    uint64_t total;                /* of all sources, as stored; 0: not known */
    uint64_t at;                   /* the piece that is being cut, or would have been */
    bool stopped;
};

uint64_t files_bytes(const struct plan *plan, bool *known)
{
    uint64_t bytes = 0;
    bool all_known = true;
    for (size_t i = 0; i < plan->n_sources; i++) {
        struct stat status;
        const bool is_known = stat(plan->sources[i].path, &status) == 0 && S_ISREG(status.st_mode);
        bytes += is_known ? (uint64_t)status.st_size : UNKNOWN_BYTES;
        all_known = all_known && is_known;
    }
    if (known != NULL) {
        *known = all_known;
    }
    return bytes;
}

struct files *files_new(const struct plan *plan, const struct run_options *options,
                        struct pieces *pieces, const struct file_part *parts)
{
    struct files *const files = calloc(1, sizeof *files);
    bool known;
    if (files == NULL) {
        return NULL;
    }
    files->plan = plan;
    files->options = options;
    files->pieces = pieces;
    files->total = files_bytes(plan, &known);
    files->total = known ? files->total : 0;
    files->parts = parts;
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
   many blank lines. `lines`: with which line of the piece it begins; 0: it is not there. */
static struct fault read_header(struct files *files, const struct chunk *chunk, size_t *lines)
{
    const struct source *const source = &files->plan->sources[files->source];
    struct rows *rows;
    struct raw_row row;
    struct fault fault;
    size_t n;
    *lines = 0;
    files->separators[files->source] =
        source->separator != '\0' ? source->separator : separator_of(chunk->text, chunk->n);
    rows = rows_new(files->separators[files->source], QUICK_AND_RECORD_LANE);
    if (rows == NULL) {
        return fault_memory();
    }
    rows_begin(rows, source->name, chunk->text, chunk->n);
    fault = rows_next(rows, &row, 1, &n);
    if (n > 0) {
        *lines = row.number;
        fault = find_columns(files, &row);
    }
    rows_free(rows);
    return fault;
}

/* A piece of the current file; n = 0 at its end. */
static struct fault next_of_file(struct files *files, struct file_piece *piece)
{
    struct fault fault = chunks_next(files->chunks, &piece->chunk);
    if (fault.code != FAULT_NONE || piece->chunk.n == 0) {
        return fault;
    }
    piece->source = files->source;
    piece->index = files->pieces->n;
    piece->piece = files->at;
    piece->has_header = false;
    piece->columns = &files->columns[files->source];
    if (!pieces_add(files->pieces, files->source)) {
        return fault_memory();
    }
    files->pieces->list[piece->index].ends_line =
        strchr("\r\n", piece->chunk.text[piece->chunk.n - 1]) != NULL;
    if (!files->has_columns[files->source]) {
        size_t lines;
        fault = read_header(files, &piece->chunk, &lines);
        piece->has_header = lines > 0;
        if (lines == 0) { /* blank lines only, so far: they are read as any piece is */
            piece->columns = NULL;
        }
    }
    piece->separator = files->separators[files->source];
    return fault;
}

/* Finds the columns at the beginning of a file of which only a part is to be read, and where the
   header row ends, in bytes as stored; 0: it has none. */
static struct fault look_ahead(struct files *files, uint64_t *header_end)
{
    const struct file_part *const part = &files->parts[files->source];
    struct chunks *chunks = NULL;
    struct chunk chunk = {0};
    uint64_t before = part->mark;
    size_t lines = 0;
    struct fault fault =
        chunks_open(files->plan->sources[files->source].path, files->options->chunk_bytes, &chunks);
    *header_end = 0;
    while (fault.code == FAULT_NONE && lines == 0) {
        fault = chunks_next(chunks, &chunk);
        if (fault.code != FAULT_NONE || chunk.n == 0) {
            break;
        }
        fault = read_header(files, &chunk, &lines);
        *header_end = lines > 0 ? before + lines_length(chunk.text, chunk.n, lines) : 0;
        before += chunk.n;
    }
    chunk_free(&chunk);
    chunks_close(chunks);
    return fault;
}

/* Opens a range. Whoever reads the file's beginning meets the header row there, and what is wrong
   with it; the others know it from looking ahead. */
static struct fault open_range(struct files *files, const struct file_part *part)
{
    const char *const path = files->plan->sources[files->source].path;
    uint64_t begin = part->begin, end = part->end, header_end;
    struct fault fault = look_ahead(files, &header_end);
    if (part->first) {
        columns_free(&files->columns[files->source]);
        files->has_columns[files->source] = false;
        files->separators[files->source] = '\0';
        fault = FAULT_FREE;
    } else {
        begin = begin > header_end ? begin : header_end;
    }
    end = end > header_end ? end : header_end;
    return fault.code != FAULT_NONE
               ? fault
               : chunks_open_range(path, begin, end, files->options->chunk_bytes, &files->chunks);
}

static struct fault open_file(struct files *files)
{
    const struct file_part *const part = files->parts == NULL ? NULL : &files->parts[files->source];
    return part != NULL && part->kind == PART_RANGE
               ? open_range(files, part)
               : chunks_open(files->plan->sources[files->source].path, files->options->chunk_bytes,
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
        files->at = pieces_next(files->pieces, files->source);
        if (files->parts != NULL && files->parts[files->source].kind == PART_NONE) {
            files->source++;
            continue;
        }
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

void files_read(struct files *files, size_t index, uint32_t n_lines)
{
    pthread_mutex_lock(&files->lock);
    files->pieces->list[index].n_lines = n_lines;
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
    return columns_have_family(&files->columns[source]);
}
