/* data-samples/make_samples.c - writes the data files of the sample studies, the same bytes on
   every machine, or compares them with those that are there.

       make_samples DIRECTORY              writes them below DIRECTORY, which must exist
       make_samples --compare DIRECTORY    writes nothing; exit status 1 where a file differs

   READMEs, study files and the ledgers of awkward/ are written by hand and are not touched. For
   mkdir() it is compiled with -D_POSIX_C_SOURCE=200809L; all else is ISO C. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include "data-samples/samples.h"

/* A seed for each file: a change to one leaves the others as they are. Those of
   ifss-2014 were chosen among the first thousand for ordinary spreads in groups of four. */
static const struct {
    const char *folder, *name;
    sample_writer *write;
    uint64_t seed;
} files[] = {
    {"ifss-2014", "wemwbs.csv", ifss_wemwbs, 500},
    {"ifss-2014", "sdq.csv", ifss_sdq, 8},
    {"ifss-2014", "goals.csv", ifss_goals, 25},
    {"cardiff-vale-2018", "goals.csv", cardiff_vale_goals, 2018},
    {"awkward", "wemwbs.csv", awkward_wemwbs, 0},
    {"awkward", "sdq.csv", awkward_sdq, 0},
    {"awkward", "sdq_long.csv", awkward_sdq_long, 0},
    {"awkward", "goals.csv", awkward_goals, 0},
    {"awkward", "dated.csv", awkward_dated, 0},
};

void put_bytes(struct sink *out, const char *bytes, size_t n)
{
    if (out->failed) {
        return;
    }
    if (n > out->capacity - out->n) {
        const size_t capacity = 2 * (out->capacity + n); /* files of kilobytes: cannot overflow */
        char *grown = realloc(out->bytes, capacity);
        if (grown == NULL) {
            out->failed = true;
            return;
        }
        out->bytes = grown;
        out->capacity = capacity;
    }
    memcpy(out->bytes + out->n, bytes, n);
    out->n += n;
}

void put_text(struct sink *out, const char *text)
{
    put_bytes(out, text, strlen(text));
}

void put(struct sink *out, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    const int n = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (n < 0 || (size_t)n >= sizeof text) {
        out->failed = true;
        return;
    }
    put_bytes(out, text, (size_t)n);
}

void sink_free(struct sink *out)
{
    free(out->bytes);
    *out = (struct sink){0};
}

void put_date(struct sink *out, int days)
{
    static const int month_days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year = 2010, month = 0;
    for (;;) {
        const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        const int in_month = month_days[month] + (month == 1 && leap ? 1 : 0);
        if (days < in_month) {
            break;
        }
        days -= in_month;
        if (++month == 12) {
            month = 0;
            year++;
        }
    }
    put(out, "%04d-%02d-%02d", year, month + 1, days + 1);
}

static bool file_write(const char *path, const struct sink *text)
{
    FILE *file = fopen(path, "wb");
    if (file == NULL) {
        perror(path);
        return false;
    }
    bool whole = fwrite(text->bytes, 1, text->n, file) == text->n;
    whole = fclose(file) == 0 && whole;
    if (!whole) {
        perror(path);
    }
    return whole;
}

static bool file_same(const char *path, const struct sink *text)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        return false;
    }
    size_t n = 0;
    int c;
    while ((c = getc(file)) != EOF && n < text->n && c == (unsigned char)text->bytes[n]) {
        n++;
    }
    const bool same = c == EOF && !ferror(file) && n == text->n;
    (void)fclose(file); /* only read */
    if (!same) {
        fprintf(stderr, "%s: differs at byte %zu from what make_samples gives\n", path, n + 1);
    }
    return same;
}

/* Makes the folder of file `index` below `root` if need be, then the file. */
static bool sample_make(const char *root, size_t index, bool compare)
{
    struct sink text = {0};
    char path[1000];
    bool good = false;
    struct random random = {.state = files[index].seed};
    int n = snprintf(path, sizeof path, "%s/%s", root, files[index].folder);
    if (n < 0 || (size_t)n >= sizeof path - strlen(files[index].name) - 1) {
        fprintf(stderr, "%s: the name is too long\n", root);
        return false;
    }
    if (!compare && mkdir(path, 0777) != 0 && errno != EEXIST) {
        perror(path);
        return false;
    }
    (void)snprintf(path + n, sizeof path - (size_t)n, "/%s", files[index].name);
    files[index].write(&random, &text);
    if (text.failed) {
        fprintf(stderr, "%s: no memory\n", path);
    } else {
        good = compare ? file_same(path, &text) : file_write(path, &text);
    }
    sink_free(&text);
    return good;
}

int main(int argc, char *argv[])
{
    const bool compare = argc == 3 && strcmp(argv[1], "--compare") == 0;
    if (!compare && (argc != 2 || argv[1][0] == '-')) {
        fprintf(stderr, "usage: make_samples [--compare] DIRECTORY\n");
        return EXIT_FAILURE;
    }
    bool good = true;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        good = sample_make(argv[argc - 1], i, compare) && good;
    }
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
