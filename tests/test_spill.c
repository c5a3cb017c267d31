/* What was written comes back; where it cannot be written, the fault says so; no name is left. */
#include "tests/check.h"

#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "io/run/spill.h"

static char folder[] = "/tmp/pellter-spill-XXXXXX"; /* of this run, made by setup */

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL || setenv("TMPDIR", folder, 1) != 0 ? -1 : 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder); /* fails where something is left in it */
}

static size_t n_names(void)
{
    DIR *const open = opendir(folder);
    size_t n = 0;
    assert_non_null(open);
    while (readdir(open) != NULL) {
        n++;
    }
    assert_int_equal(closedir(open), 0);
    return n - 2; /* itself and the folder above */
}

/* --- one thread ------------------------------------------------------------------------------- */

static const size_t lengths[] = {1, 4096, 3, 65536, 4095, 1048576, 17};

/* Byte i of text number k. */
static void fill(unsigned char *bytes, size_t n, size_t k)
{
    for (size_t i = 0; i < n; i++) {
        bytes[i] = (unsigned char)(i * 31 + i / 256 + k * 7);
    }
}

static bool is_text(const unsigned char *bytes, size_t n, size_t k)
{
    for (size_t i = 0; i < n; i++) {
        if (bytes[i] != (unsigned char)(i * 31 + i / 256 + k * 7)) {
            return false;
        }
    }
    return true;
}

static void test_reads_back(void **state)
{
    (void)state;
    struct spill *const spill = spill_new();
    unsigned char *const bytes = malloc(1048576);
    uint64_t offsets[COUNT(lengths)];
    assert_non_null(spill);
    assert_non_null(bytes);
    assert_int_equal(n_names(), 0);
    for (size_t i = 0; i < COUNT(lengths); i++) {
        fill(bytes, lengths[i], i);
        assert_int_equal(spill_write(spill, bytes, lengths[i], &offsets[i]).code, FAULT_NONE);
        assert_int_equal(n_names(), 0); /* not even while it is open */
    }
    for (size_t i = COUNT(lengths); i-- > 0;) {
        memset(bytes, 0, lengths[i]);
        assert_int_equal(spill_read(spill, offsets[i], bytes, lengths[i]).code, FAULT_NONE);
        assert_true(is_text(bytes, lengths[i], i));
    }
    /* a part of one */
    assert_int_equal(spill_read(spill, offsets[3] + 100, bytes, 1).code, FAULT_NONE);
    assert_int_equal(bytes[0], (unsigned char)(100 * 31 + 3 * 7));
    spill_free(spill);
    assert_int_equal(n_names(), 0);
    free(bytes);
}

/* Two chains in one file, whose pages come back from the last to the first. */
static void test_chains(void **state)
{
    (void)state;
    enum { N_PAGES = 200, N_CHAINS = 2, MOST = 3000 };
    struct spill *const spill = spill_new();
    struct spill_chain chains[N_CHAINS] = {{0}};
    unsigned char page[MOST], *bytes = NULL;
    size_t capacity = 0, n;
    assert_non_null(spill);
    for (size_t i = 0; i < N_CHAINS * N_PAGES; i++) {
        n = 1 + i * 37 % MOST;
        fill(page, n, i);
        assert_int_equal(spill_push(spill, &chains[i % N_CHAINS], page, n).code, FAULT_NONE);
    }
    for (size_t i = N_CHAINS * N_PAGES; i-- > 0;) {
        assert_int_equal(spill_pop(spill, &chains[i % N_CHAINS], &bytes, &capacity, &n).code,
                         FAULT_NONE);
        assert_int_equal(n, 1 + i * 37 % MOST);
        assert_true(is_text(bytes, n, i));
    }
    for (size_t i = 0; i < N_CHAINS; i++) {
        assert_int_equal(spill_pop(spill, &chains[i], &bytes, &capacity, &n).code, FAULT_NONE);
        assert_int_equal(n, 0);
    }
    free(bytes);
    spill_free(spill);
}

/* Behind what was written there is nothing. */
static void test_too_short(void **state)
{
    (void)state;
    struct spill *const spill = spill_new();
    char bytes[20] = "nineteen characters";
    uint64_t offset;
    assert_non_null(spill);
    assert_int_equal(spill_write(spill, bytes, 19, &offset).code, FAULT_NONE);
    const struct fault fault = spill_read(spill, offset, bytes, 20);
    assert_int_equal(fault.code, FAULT_OPEN);
    assert_non_null(strstr(fault.detail, "too short"));
    spill_free(spill);
}

static void test_unused(void **state)
{
    (void)state;
    struct spill *const spill = spill_new();
    assert_non_null(spill);
    spill_free(spill); /* made no file */
    spill_free(NULL);
}

/* --- no folder -------------------------------------------------------------------------------- */

static void test_no_folder(void **state)
{
    (void)state;
    char missing[sizeof folder + 10], file[sizeof folder + 10], *long_path = calloc(1, 6000);
    assert_non_null(long_path);
    memset(long_path, 'x', 5999);
    snprintf(missing, sizeof missing, "%s/none", folder);
    snprintf(file, sizeof file, "%s/file", folder);
    FILE *const made = fopen(file, "w");
    assert_non_null(made);
    assert_int_equal(fclose(made), 0);
    const char *const places[] = {missing, file, long_path};
    for (size_t i = 0; i < COUNT(places); i++) {
        struct spill *const spill = spill_new();
        uint64_t offset;
        assert_non_null(spill);
        assert_int_equal(setenv("TMPDIR", places[i], 1), 0);
        for (int again = 0; again < 2; again++) {
            const struct fault fault = spill_write(spill, "x", 1, &offset);
            assert_int_equal(fault.code, FAULT_WRITE);
            assert_non_null(strstr(fault.detail, "no temporary file can be made here"));
            assert_non_null(strstr(fault.detail, "TMPDIR"));
            /* the folder that was tried: the end of its name, where that is long */
            assert_string_equal(fault.file + strlen(fault.file) - 4,
                                places[i] + strlen(places[i]) - 4);
        }
        spill_free(spill);
    }
    assert_int_equal(remove(file), 0);
    assert_int_equal(setenv("TMPDIR", folder, 1), 0);
    free(long_path);
}

/* Without a TMPDIR, or with an empty one, there is another folder. */
static void test_no_variable(void **state)
{
    (void)state;
    for (int empty = 0; empty < 2; empty++) {
        struct spill *const spill = spill_new();
        char byte = 'x';
        uint64_t offset;
        assert_non_null(spill);
        assert_int_equal(empty ? setenv("TMPDIR", "", 1) : unsetenv("TMPDIR"), 0);
        assert_int_equal(spill_write(spill, &byte, 1, &offset).code, FAULT_NONE);
        byte = '\0';
        assert_int_equal(spill_read(spill, offset, &byte, 1).code, FAULT_NONE);
        assert_int_equal(byte, 'x');
        spill_free(spill);
    }
    assert_int_equal(setenv("TMPDIR", folder, 1), 0);
}

/* --- several threads -------------------------------------------------------------------------- */

#define N_TEXTS 200
#define TEXT_BYTES 5000

struct writer {
    struct spill *spill;
    size_t number;
    uint64_t offsets[N_TEXTS];
    bool failed;
};

static void *write_texts(void *argument)
{
    struct writer *const writer = argument;
    unsigned char bytes[TEXT_BYTES];
    for (size_t i = 0; i < N_TEXTS; i++) {
        fill(bytes, sizeof bytes, writer->number * N_TEXTS + i);
        writer->failed =
            writer->failed ||
            spill_write(writer->spill, bytes, sizeof bytes - i, &writer->offsets[i]).code !=
                FAULT_NONE;
    }
    return NULL;
}

static void test_two_writers(void **state)
{
    (void)state;
    struct spill *const spill = spill_new();
    struct writer writers[2] = {{.spill = spill}, {.spill = spill, .number = 1}};
    pthread_t threads[2];
    unsigned char bytes[TEXT_BYTES];
    assert_non_null(spill);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(pthread_create(&threads[i], NULL, write_texts, &writers[i]), 0);
    }
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_false(writers[i].failed);
    }
    for (size_t i = 0; i < 2 * N_TEXTS; i++) {
        const size_t length = TEXT_BYTES - i % N_TEXTS;
        assert_int_equal(
            spill_read(spill, writers[i / N_TEXTS].offsets[i % N_TEXTS], bytes, length).code,
            FAULT_NONE);
        assert_true(is_text(bytes, length, i));
    }
    spill_free(spill);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_back),  cmocka_unit_test(test_chains),
        cmocka_unit_test(test_too_short),   cmocka_unit_test(test_unused),
        cmocka_unit_test(test_no_folder),   cmocka_unit_test(test_no_variable),
        cmocka_unit_test(test_two_writers),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
