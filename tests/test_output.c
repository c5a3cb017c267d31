/* Results appear whole or not at all, and nothing of the user's is touched. */
#include "tests/check.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "io/write/output.h"

#define MANIFEST "{\"program\": \"pellter\", \"version\": \"0.1.0\"}\n"

/* ---- a rename that fails: linked with --wrap, which asks for these names ---- */

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl*) */
int __real_rename(const char *from, const char *to);
int __wrap_rename(const char *from, const char *to);

static unsigned failing_renames; /* a test's own state: bit n set: the n-th next one fails */

int __wrap_rename(const char *from, const char *to)
{
    const bool fails = (failing_renames & 1u) != 0;
    failing_renames >>= 1;
    if (fails) {
        errno = EACCES;
        return -1;
    }
    return __real_rename(from, to);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl*) */

/* ---- a folder for each test, in which everything is seen ---- */

struct place {
    char folder[64];
    char path[128]; /* of the last place_path() */
};

static const char *place_path(struct place *place, const char *name)
{
    snprintf(place->path, sizeof place->path, "%s/%s", place->folder, name);
    return place->path;
}

static void make_folder(struct place *place, const char *name)
{
    assert_int_equal(mkdir(place_path(place, name), 0755), 0);
}

static void make_file(struct place *place, const char *name, const char *content)
{
    FILE *const file = fopen(place_path(place, name), "wb");
    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static int compare(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* All paths below `folder`, sorted, a file's followed by "=content"; links by "@". */
static void list(const char *folder, const char *prefix, char names[64][256], size_t *n)
{
    DIR *const dir = opendir(folder);
    const struct dirent *entry;
    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL) {
        char path[600], *name = names[*n];
        struct stat status;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        snprintf(name, 256, "%s%.100s", prefix, entry->d_name);
        assert_int_equal(lstat(path, &status), 0);
        assert_true(++*n < 64);
        if (S_ISDIR(status.st_mode)) {
            char inner[256];
            snprintf(inner, sizeof inner, "%.250s/", name);
            list(path, inner, names, n);
        } else if (S_ISLNK(status.st_mode)) {
            memcpy(name + strlen(name), "@", 2);
        } else {
            char content[64] = "";
            FILE *const file = fopen(path, "rb");
            assert_non_null(file);
            (void)!fread(content, 1, sizeof content - 1, file);
            fclose(file);
            content[strcspn(content, "\n")] = '\0';
            snprintf(name + strlen(name), 256 - strlen(name), "=%s", content);
        }
    }
    closedir(dir);
}

/* The same in one line. */
static void listing(const struct place *place, char *out, size_t size)
{
    char names[64][256];
    size_t n = 0, length = 0;
    list(place->folder, "", names, &n);
    qsort(names, n, sizeof names[0], compare);
    *out = '\0';
    for (size_t i = 0; i < n; i++) {
        length +=
            (size_t)snprintf(out + length, size - length, "%s%s", i == 0 ? "" : " ", names[i]);
    }
}

static void check_place(const char *name, const struct place *place, const char *expected)
{
    char got[8000];
    listing(place, got, sizeof got);
    if (strcmp(got, expected) != 0) {
        fail_msg("%s: expected \"%s\", found \"%s\"", name, expected, got);
    }
}

static void place_init(struct place *place)
{
    snprintf(place->folder, sizeof place->folder, "/tmp/pellter-test-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    failing_renames = 0;
}

static void remove_all(const char *folder)
{
    DIR *const dir = opendir(folder);
    const struct dirent *entry;
    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL) {
        char path[600];
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
            if (unlink(path) != 0) {
                remove_all(path);
            }
        }
    }
    closedir(dir);
    assert_int_equal(rmdir(folder), 0);
}

static void write_file(struct output *output, const char *name, const char *content)
{
    FILE *out = NULL;
    assert_int_equal(output_open(output, name, &out).code, FAULT_NONE);
    assert_true(fputs(content, out) >= 0);
    assert_int_equal(output_close(out, name).code, FAULT_NONE);
}

/* Begins at `path` and writes a whole report, but does not commit. */
static void write_report(struct output *output, const char *path)
{
    assert_int_equal(output_begin(output, path).code, FAULT_NONE);
    assert_int_equal(output_folder(output, "tables").code, FAULT_NONE);
    assert_int_equal(output_folder(output, "internal").code, FAULT_NONE);
    write_file(output, "report.txt", "new\n");
    write_file(output, "tables/a.csv", "n\n");
    write_file(output, "internal/results.csv", "r\n");
    write_file(output, "manifest.json", MANIFEST);
}

#define WRITTEN(folder)                                                                           \
    folder " " folder "/internal " folder "/internal/results.csv=r " folder "/manifest.json="     \
           "{\"program\": \"pellter\", \"version\": \"0.1.0\"} " folder "/report.txt=new " folder \
           "/tables " folder "/tables/a.csv=n"

/* ---- a directory ---- */

static mode_t mode_of(const char *path)
{
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    return status.st_mode & 07777;
}

static void test_appears_whole(void **state)
{
    const char *const names[] = {"out", "out/", "out//"};
    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        struct place place = {.path = ""};
        struct output output = {.path = NULL};
        const mode_t mask = umask(022);
        place_init(&place);
        write_report(&output, place_path(&place, names[i]));
        assert_int_not_equal(access(place_path(&place, "out"), F_OK), 0);
        assert_int_equal(output_commit(&output).code, FAULT_NONE);
        output_abandon(&output);
        check_place(names[i], &place, WRITTEN("out"));
        assert_int_equal(mode_of(place_path(&place, "out")), 0755);
        assert_int_equal(mode_of(place_path(&place, "out/tables")), 0755);
        assert_int_equal(mode_of(place_path(&place, "out/internal")), 0700);
        remove_all(place.folder);
        umask(mask);
    }
}

static void test_path_without_slash(void **state)
{
    struct place place = {.path = ""};
    struct output output = {.path = NULL};
    char here[512];
    (void)state;
    place_init(&place);
    assert_non_null(getcwd(here, sizeof here));
    assert_int_equal(chdir(place.folder), 0);
    write_report(&output, "out");
    assert_int_equal(output_commit(&output).code, FAULT_NONE);
    output_abandon(&output);
    assert_int_equal(chdir(here), 0);
    check_place("no slash", &place, WRITTEN("out"));
    remove_all(place.folder);
}

static void test_abandoned_leaves_nothing(void **state)
{
    struct place place = {.path = ""};
    struct output output = {.path = NULL};
    (void)state;
    place_init(&place);
    output_abandon(&output);
    make_folder(&place, "kept");
    make_file(&place, "kept/mine.txt", "mine");
    write_report(&output, place_path(&place, "out"));
    char link[600];
    snprintf(link, sizeof link, "%s/tables/link", output.temporary);
    assert_int_equal(symlink(place_path(&place, "kept"), link), 0);
    output_abandon(&output);
    check_place("abandoned", &place, "kept kept/mine.txt=mine");
    output_abandon(&output);
    remove_all(place.folder);
}

/* What may be there already. */
static const struct {
    const char *name;
    const char *folders[3], *files[4][2];
    const char *refusal; /* a part of the fault; NULL: the report takes the place */
} before[] = {
    {"an empty folder", {"out"}, {{0}}, NULL},
    {"an empty folder that a file manager has seen", {"out"}, {{"out/.DS_Store", ""}}, NULL},
    {"an earlier report",
     {"out", "out/tables", "out/internal"},
     {{"out/manifest.json", MANIFEST}, {"out/report.md", "old"}, {"out/tables/old.csv", "old"}},
     NULL},
    {"an earlier report, seen by a file manager",
     {"out"},
     {{"out/manifest.json", "{\"made by\":\"pellter 0.0.1\"}"}, {"out/Thumbs.db", ""}},
     NULL},
    {"an earlier report and a file of the user's",
     {"out"},
     {{"out/manifest.json", MANIFEST}, {"out/notes.docx", "mine"}},
     "beside an earlier report"},
    {"an earlier report and a folder of the user's",
     {"out", "out/letters"},
     {{"out/manifest.json", MANIFEST}},
     "beside an earlier report"},
    {"files without a manifest", {"out"}, {{"out/report.txt", "mine"}}, "not a report by pellter"},
    {"a folder in it", {"out", "out/tables"}, {{0}}, "not a report by pellter"},
    {"someone else's manifest",
     {"out"},
     {{"out/manifest.json", "{\"program\": \"other\", \"for\": \"pelt, pellter\"}"}},
     "not a report by pellter"},
    {"a manifest of something like us",
     {"out"},
     {{"out/manifest.json", "{\"program\": \"pellter-viewer\"}"}},
     "not a report by pellter"},
    {"a folder of the name manifest.json",
     {"out", "out/manifest.json"},
     {{0}},
     "not a report by pellter"},
    {"a file", {0}, {{"out", "mine"}}, "this is a file"},
};

static void prepare(struct place *place, size_t i)
{
    place_init(place);
    for (size_t k = 0; k < COUNT(before[i].folders) && before[i].folders[k] != NULL; k++) {
        make_folder(place, before[i].folders[k]);
    }
    for (size_t k = 0; k < COUNT(before[i].files) && before[i].files[k][0] != NULL; k++) {
        make_file(place, before[i].files[k][0], before[i].files[k][1]);
    }
}

static void check_refused(const char *name, const struct fault *fault, enum fault_code code,
                          const char *refusal)
{
    if (fault->code != code || strstr(fault->detail, refusal) == NULL ||
        strchr(fault->detail, '\n') != NULL || fault->file[0] == '\0') {
        fail_msg("%s: expected \"%s\", got %d %s: %s", name, refusal, (int)fault->code, fault->file,
                 fault->detail);
    }
}

static void test_takes_only_a_free_place_or_our_own(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(before); i++) {
        struct place place = {.path = ""};
        struct output output = {.path = NULL};
        char untouched[4000];
        prepare(&place, i);
        listing(&place, untouched, sizeof untouched);
        if (before[i].refusal == NULL) {
            write_report(&output, place_path(&place, "out"));
            assert_int_equal(output_commit(&output).code, FAULT_NONE);
            check_place(before[i].name, &place, WRITTEN("out"));
        } else {
            const struct fault fault = output_begin(&output, place_path(&place, "out"));
            check_refused(before[i].name, &fault, FAULT_OPEN, before[i].refusal);
            assert_null(output.temporary);
            check_place(before[i].name, &place, untouched);
        }
        output_abandon(&output);
        remove_all(place.folder);
    }
}

/* The same, when it appears while we are at work. */
static void test_looks_again_before_it_commits(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(before); i++) {
        struct place place = {.path = ""}, other = {.path = ""};
        struct output output = {.path = NULL};
        char untouched[4000], from[128];
        prepare(&other, i);
        listing(&other, untouched, sizeof untouched);
        place_init(&place);
        write_report(&output, place_path(&place, "out"));
        memcpy(from, place_path(&other, "out"), sizeof from);
        assert_int_equal(__real_rename(from, place_path(&place, "out")), 0);
        const struct fault fault = output_commit(&output);
        output_abandon(&output);
        if (before[i].refusal == NULL) {
            assert_int_equal(fault.code, FAULT_NONE);
            check_place(before[i].name, &place, WRITTEN("out"));
        } else {
            check_refused(before[i].name, &fault, FAULT_OPEN, before[i].refusal);
            check_place(before[i].name, &place, untouched);
        }
        remove_all(place.folder);
        remove_all(other.folder);
    }
}

static void test_keeps_the_rights_of_the_folder(void **state)
{
    struct place place = {.path = ""};
    struct output output = {.path = NULL};
    (void)state;
    place_init(&place);
    make_folder(&place, "out");
    assert_int_equal(chmod(place_path(&place, "out"), 0750), 0);
    write_report(&output, place_path(&place, "out"));
    assert_int_equal(output_commit(&output).code, FAULT_NONE);
    output_abandon(&output);
    assert_int_equal(mode_of(place_path(&place, "out")), 0750);
    remove_all(place.folder);
}

/* A link is neither followed nor replaced: what it leads to is not what was named. */
static void test_links(void **state)
{
    struct place place = {.path = ""};
    struct output output = {.path = NULL};
    char target[128];
    (void)state;
    place_init(&place);
    make_folder(&place, "real");
    make_folder(&place, "old");
    make_file(&place, "old/manifest.json", MANIFEST);
    make_folder(&place, "old/tables");
    make_file(&place, "real/mine.txt", "mine");
    memcpy(target, place_path(&place, "real"), sizeof target);
    assert_int_equal(symlink(target, place_path(&place, "out")), 0);
    assert_int_equal(symlink(target, place_path(&place, "old/tables/link")), 0);
    const struct fault fault = output_begin(&output, place_path(&place, "out"));
    check_refused("a link", &fault, FAULT_OPEN, "this is a link");
    write_report(&output, place_path(&place, "old"));
    assert_int_equal(output_commit(&output).code, FAULT_NONE);
    output_abandon(&output);
    check_place("links", &place, WRITTEN("old") " out@ real real/mine.txt=mine");
    remove_all(place.folder);
}

static void test_places_that_cannot_be(void **state)
{
    const struct {
        const char *name, *path, *refusal; /* of a directory */
        const char *file_refusal;          /* of a file there */
    } cases[] = {
        {"the parent is missing", "none/out", "does not exist", "does not exist"},
        {"the parent is a file", "file/out", "is a file, not a folder", "is a file, not a folder"},
        {"a file, with a slash", "file/", "this is a file", "names a folder"},
        {"a folder", "folder/.", "needs a folder of its own", "names a folder"},
        {"the folder above", "folder/..", "needs a folder of its own", "names a folder"},
        {"a slash at the end", "folder/x/y/", "does not exist", "names a folder"},
        {"too long",
         "0123456789012345678901234567890123456789012345678901234567890123456789"
         "0123456789012345678901234567890123456789012345678901234567890123456789"
         "0123456789012345678901234567890123456789012345678901234567890123456789"
         "0123456789012345678901234567890123456789012345678901234567890123456789",
         "too long", "too long"},
    };
    const char *const bare[] = {"", ".", "..", "/", "//", "./", "../"};
    struct place place = {.path = ""};
    struct output output = {.path = NULL};
    FILE *stream = NULL;
    (void)state;
    place_init(&place);
    make_file(&place, "file", "mine");
    make_folder(&place, "folder");
    for (size_t i = 0; i < COUNT(cases); i++) {
        char path[600];
        snprintf(path, sizeof path, "%s/%s", place.folder, cases[i].path);
        struct fault fault = output_begin(&output, path);
        check_refused(cases[i].name, &fault, FAULT_OPEN, cases[i].refusal);
        output_abandon(&output);
        fault = output_begin_file(&output, path, &stream);
        check_refused(cases[i].name, &fault, FAULT_OPEN, cases[i].file_refusal);
        assert_null(stream);
        output_abandon(&output);
    }
    for (size_t i = 0; i < COUNT(bare); i++) {
        assert_int_equal(output_begin(&output, bare[i]).code, FAULT_OPEN);
        assert_int_equal(output_begin_file(&output, bare[i], &stream).code, FAULT_OPEN);
    }
    check_place("impossible places", &place, "file=mine folder");
    remove_all(place.folder);
}

/* Permissions say nothing to root, who becomes nobody for a while. */
static void test_parent_without_permission(void **state)
{
    struct place place = {.path = ""};
    struct output output = {.path = NULL};
    const uid_t user = geteuid();
    (void)state;
    place_init(&place);
    make_folder(&place, "closed");
    assert_int_equal(chmod(place.folder, 0755), 0);
    assert_int_equal(chmod(place_path(&place, "closed"), 0555), 0);
    if (user == 0) {
        assert_int_equal(seteuid(65534), 0);
    }
    const struct fault fault = output_begin(&output, place_path(&place, "closed/out"));
    assert_int_equal(seteuid(user), 0);
    check_refused("no permission", &fault, FAULT_OPEN, "you may not write");
    assert_int_equal(chmod(place_path(&place, "closed"), 0755), 0);
    remove_all(place.folder);
}

/* One bit for each rename of a commit: the old away, the new in, the old back. */
static void test_renames_that_fail(void **state)
{
    const struct {
        const char *name;
        unsigned failing;
        bool has_old;
        const char *refusal, *left;
    } cases[] = {
        {"a new folder", 1, false, "you may not write", ""},
        {"the old does not go", 1, true, "you may not write",
         "out out/manifest.json={\"program\": \"pellter\", \"version\": \"0.1.0\"}"},
        {"the new does not come", 2, true, "you may not write",
         "out out/manifest.json={\"program\": \"pellter\", \"version\": \"0.1.0\"}"},
        {"the old does not come back", 6, true, "the earlier report is now /tmp/pellter-test-",
         NULL},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct place place = {.path = ""};
        struct output output = {.path = NULL};
        place_init(&place);
        if (cases[i].has_old) {
            make_folder(&place, "out");
            make_file(&place, "out/manifest.json", MANIFEST);
        }
        write_report(&output, place_path(&place, "out"));
        failing_renames = cases[i].failing;
        const struct fault fault = output_commit(&output);
        check_refused(cases[i].name, &fault, FAULT_WRITE, cases[i].refusal);
        output_abandon(&output);
        if (cases[i].left != NULL) {
            check_place(cases[i].name, &place, cases[i].left);
        } else { /* and it is where the fault says */
            char manifest[600];
            snprintf(manifest, sizeof manifest, "%s/manifest.json",
                     strstr(fault.detail, "/tmp/pellter-test-"));
            assert_int_equal(access(manifest, F_OK), 0);
        }
        remove_all(place.folder);
    }
}

static void test_close_sees_a_full_disk(void **state)
{
    FILE *stream = fopen("/dev/full", "wb");
    (void)state;
    assert_non_null(stream);
    assert_true(fputs("kept in the buffer until it is closed", stream) >= 0);
    struct fault fault = output_close(stream, "report.txt");
    check_refused("at the end", &fault, FAULT_WRITE, "the disk is full");
    assert_string_equal(fault.file, "report.txt");
    stream = fopen("/dev/full", "wb");
    assert_non_null(stream);
    setvbuf(stream, NULL, _IONBF, 0); /* so that nothing is left to fail when it is closed */
    assert_true(fputc('x', stream) == EOF);
    fault = output_close(stream, "report.txt");
    check_refused("before", &fault, FAULT_WRITE, "an earlier write failed");
}

/* A name that is there twice, or a folder that is not. */
static void test_files_inside_that_fail(void **state)
{
    struct place place = {.path = ""};
    struct output output = {.path = NULL};
    FILE *stream = NULL;
    (void)state;
    place_init(&place);
    write_report(&output, place_path(&place, "out"));
    struct fault fault = output_open(&output, "report.txt", &stream);
    check_refused("twice", &fault, FAULT_OPEN, "report.txt in it cannot be written");
    assert_null(stream);
    fault = output_open(&output, "charts/a.svg", &stream);
    check_refused("no folder", &fault, FAULT_OPEN, "charts/a.svg in it cannot be written");
    fault = output_folder(&output, "tables");
    check_refused("a folder twice", &fault, FAULT_OPEN, "tables in it cannot be written");
    output_abandon(&output);
    check_place("files inside", &place, "");
    remove_all(place.folder);
}

/* ---- one file ---- */

static void test_file_appears_whole(void **state)
{
    struct place place = {.path = ""};
    struct output output = {.path = NULL};
    FILE *stream = NULL;
    struct stat status;
    const mode_t mask = umask(022);
    (void)state;
    place_init(&place);
    assert_int_equal(output_begin_file(&output, place_path(&place, "a.yaml"), &stream).code,
                     FAULT_NONE);
    assert_true(fputs("title: x\n", stream) >= 0);
    assert_int_not_equal(access(place_path(&place, "a.yaml"), F_OK), 0);
    assert_int_equal(output_commit_file(&output, stream).code, FAULT_NONE);
    output_abandon(&output);
    check_place("a file", &place, "a.yaml=title: x");
    assert_int_equal(stat(place_path(&place, "a.yaml"), &status), 0);
    assert_int_equal(status.st_mode & 07777, 0644);
    assert_int_equal(status.st_nlink, 1);
    umask(mask);
    remove_all(place.folder);
}

static void test_file_is_never_overwritten(void **state)
{
    struct place place = {.path = ""};
    struct output output = {.path = NULL};
    FILE *stream = NULL;
    (void)state;
    place_init(&place);
    make_file(&place, "a.yaml", "mine");
    make_folder(&place, "folder");
    assert_int_equal(symlink("nowhere", place_path(&place, "link")), 0);
    const char *const taken[] = {"a.yaml", "folder", "link"};
    for (size_t i = 0; i < COUNT(taken); i++) {
        const struct fault fault =
            output_begin_file(&output, place_path(&place, taken[i]), &stream);
        check_refused(taken[i], &fault, FAULT_OPEN, "exists already");
        assert_null(stream);
    }
    assert_int_equal(output_begin_file(&output, place_path(&place, "b.yaml"), &stream).code,
                     FAULT_NONE);
    make_file(&place, "b.yaml", "appeared");
    const struct fault fault = output_commit_file(&output, stream);
    check_refused("appeared since", &fault, FAULT_WRITE, "appeared in the meantime");
    output_abandon(&output);
    check_place("never overwritten", &place, "a.yaml=mine b.yaml=appeared folder link@");
    remove_all(place.folder);
}

static void test_file_abandoned(void **state)
{
    struct place place = {.path = ""};
    struct output output = {.path = NULL};
    FILE *stream = NULL;
    (void)state;
    place_init(&place);
    assert_int_equal(output_begin_file(&output, place_path(&place, "a.yaml"), &stream).code,
                     FAULT_NONE);
    fclose(stream);
    output_abandon(&output);
    check_place("abandoned", &place, "");
    remove_all(place.folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_appears_whole),
        cmocka_unit_test(test_path_without_slash),
        cmocka_unit_test(test_abandoned_leaves_nothing),
        cmocka_unit_test(test_takes_only_a_free_place_or_our_own),
        cmocka_unit_test(test_looks_again_before_it_commits),
        cmocka_unit_test(test_keeps_the_rights_of_the_folder),
        cmocka_unit_test(test_links),
        cmocka_unit_test(test_places_that_cannot_be),
        cmocka_unit_test(test_parent_without_permission),
        cmocka_unit_test(test_renames_that_fail),
        cmocka_unit_test(test_close_sees_a_full_disk),
        cmocka_unit_test(test_files_inside_that_fail),
        cmocka_unit_test(test_file_appears_whole),
        cmocka_unit_test(test_file_is_never_overwritten),
        cmocka_unit_test(test_file_abandoned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
