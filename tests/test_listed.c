/* Lines that went to a file and lines that stayed come back in one order, with their ids. */
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "io/run/listed.h"

/* An id that says which line it is of; every third is a long one, and some are longer than what is read at
   a time. */
static size_t put_id(uint64_t i, char id[], size_t size)
{
    const int width = i % 9973 == 0 ? 40000 : i % 3 == 0 ? 37 : 8;
    return (size_t)snprintf(id, size, "%0*llu", width, (unsigned long long)i);
}

static struct listed line_of(uint64_t i, char id[], size_t size)
{
    struct listed line = {.place = i / 3,
                          .kind = i % 3 == 0 ? LISTED_FORM : LISTED_RESPONDENT,
                          .subject = (uint16_t)(i % 3)};
    line.id = id_of(id, put_id(i, id, size));
    return line;
}

static void check_line(const struct listed *line, uint64_t i)
{
    static char id[40001];
    const struct listed expected = line_of(i, id, sizeof id);
    assert_non_null(line);
    assert_int_equal(listed_compare(line, &expected), 0);
    assert_true(id_equal(line->id, expected.id));
}

/* 7919 is prime to the number of lines, so that each is added once, in no order. */
static void add_lines(struct listed_runs *runs, struct listing *listing, uint64_t n)
{
    static char id[40001];
    if (runs != NULL) {
        listed_runs_relieve(runs, listing);
    }
    for (uint64_t i = 0; i < n; i++) {
        const struct listed line = line_of(i * 7919 % n, id, sizeof id);
        assert_true(listing_add(listing, &line));
    }
    listing_sort(listing);
}

static void check_all(const struct listed_runs *runs, const struct listing *listing, uint64_t n)
{
    struct listed_reader *const reader = listed_reader_new(runs, listing);
    struct fault fault;
    assert_non_null(reader);
    for (uint64_t i = 0; i < n; i++) {
        check_line(listed_next(reader, &fault), i);
    }
    assert_null(listed_next(reader, &fault));
    assert_int_equal(fault.code, FAULT_NONE);
    assert_null(listed_next(reader, &fault));
    listed_reader_free(reader);
}

static void test_numbers_of_lines(void **state)
{
    (void)state;
    static const uint64_t numbers[] = {0, 1, LISTED_IN_MEMORY, LISTED_IN_MEMORY + 1, 200000};
    for (size_t i = 0; i < COUNT(numbers); i++) {
        struct listed_runs *const runs = listed_runs_new();
        struct listing listing = {0};
        add_lines(runs, &listing, numbers[i]);
        assert_true(listing.n <= LISTED_IN_MEMORY);
        check_all(runs, &listing, numbers[i]);
        check_all(runs, &listing, numbers[i]); /* a second time, as after a failed write */
        listing_free(&listing);
        listed_runs_free(runs);
    }
}

static void test_all_in_memory(void **state)
{
    (void)state;
    struct listing listing = {0};
    add_lines(NULL, &listing, 50000);
    assert_int_equal(listing.n, 50000);
    check_all(NULL, &listing, 50000);
    listing_free(&listing);
}

static void test_no_room_for_a_file(void **state)
{
    (void)state;
    static char id[40001];
    struct listed_runs *const runs = listed_runs_new();
    struct listing listing = {0};
    listed_runs_relieve(runs, &listing);
    assert_int_equal(setenv("TMPDIR", "/nowhere/at/all", 1), 0);
    for (uint64_t i = 0; i <= LISTED_IN_MEMORY; i++) {
        const struct listed line = line_of(i, id, sizeof id);
        assert_int_equal(listing_add(&listing, &line), i < LISTED_IN_MEMORY);
    }
    assert_int_equal(listed_fault(runs).code, FAULT_WRITE);
    assert_int_equal(listed_fault(NULL).code, FAULT_MEMORY);
    assert_int_equal(unsetenv("TMPDIR"), 0);
    listing_free(&listing);
    listed_runs_free(runs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_of_lines),
        cmocka_unit_test(test_all_in_memory),
        cmocka_unit_test(test_no_room_for_a_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
