#include "io/write/output.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Everything is made inside a private folder beside the wanted one, on the same disk:
   ".pellter-XXXXXX/new". The outer folder keeps what is not finished from other users, and has room
   for the old report during the exchange; the inner one gets the rights that it will have. */
#define OUTER "/.pellter-XXXXXX"
#define INNER "/new"
#define OLD "/old"

#define MANIFEST_MOST 65536 /* bytes of a manifest.json in which our name is looked for */
static const char manifest_mark[] = "\"pellter"; /* and a version or the second quote behind it */

/* What a report of ours holds at its top: a folder with anything else there is not replaced. A new
   name gets its place here, or the assert in output_open() stops the first test that writes it. */
static const char *const our_names[] = {"manifest.json", "tables",     "internal",    "charts",
                                        "report.txt",    "report.md",  "report.html", "report.xlsx",
                                        "report.tex",    "report.json"};

/* What file managers leave behind, in every folder they show. */
static const char *const nobodys_names[] = {".DS_Store", "Thumbs.db", "desktop.ini"};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

enum occupant { OCCUPANT_NOBODY, OCCUPANT_EMPTY, OCCUPANT_REPORT };

/* ---- faults ---- */

static const char *reason(int error)
{
    switch (error) {
    case ENOENT:
        return "the folder in which it should be made does not exist";
    case ENOTDIR:
        return "a part of this path is a file, not a folder";
    case EACCES:
    case EPERM:
        return "you may not write in the folder in which it should be made";
    case EROFS:
        return "this disk can only be read";
    case ENOSPC:
        return "the disk is full";
    case EEXIST:
    case ENOTEMPTY:
        return "something else of this name has appeared in the meantime";
    default:
        return strerror(error);
    }
}

static struct fault fault_errno(enum fault_code code, const char *path)
{
    return fault_at(code, path, 0, 0, "cannot be written: %s", reason(errno));
}

static struct fault fault_place(const char *path, const char *why)
{
    return fault_at(FAULT_OPEN, path, 0, 0, "%s", why);
}

/* ---- paths ---- */

/* Three strings one after the other; NULL: no memory. The caller frees. */
static char *joined(const char *a, const char *b, const char *c)
{
    const size_t size = strlen(a) + strlen(b) + strlen(c) + 1;
    char *const path = malloc(size);
    if (path != NULL) {
        snprintf(path, size, "%s%s%s", a, b, c);
    }
    return path;
}

/* `path` without slashes at its end. */
static char *trimmed(const char *path)
{
    char *const copy = joined(path, "", "");
    for (size_t n = strlen(path); copy != NULL && n > 0 && copy[n - 1] == '/'; n--) {
        copy[n - 1] = '\0';
    }
    return copy;
}

static const char *last_part(const char *path)
{
    const char *const slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* Such a folder cannot be renamed. */
static bool is_nameless(const char *path)
{
    const char *const last = last_part(path);
    return *last == '\0' || strcmp(last, ".") == 0 || strcmp(last, "..") == 0;
}

/* The pattern of the outer folder beside `path`. */
static char *outer_beside(const char *path)
{
    const char *const slash = strrchr(path, '/');
    if (slash == NULL) {
        return joined(".", OUTER, "");
    }
    char *const parent = joined(path, "", "");
    char *outer = NULL;
    if (parent != NULL) {
        parent[slash - path] = '\0'; /* "" for a folder in the root: OUTER brings the slash */
        outer = joined(parent, OUTER, "");
    }
    free(parent);
    return outer;
}

/* The outer folder of `temporary`. */
static char *outer_of(const char *temporary)
{
    char *const outer = joined(temporary, "", "");
    if (outer != NULL) {
        outer[strlen(temporary) - strlen(INNER)] = '\0';
    }
    return outer;
}

/* ---- what is there already ---- */

static bool is_one_of(const char *name, const char *const names[], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(name, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_ours(const char *name)
{
    return is_one_of(name, our_names, COUNT(our_names));
}

/* Whether manifest.json in the open folder names pellter. */
static bool has_our_manifest(int folder)
{
    bool found = false;
    char *bytes = NULL;
    struct stat status;
    /* Not a link, and not waiting for the other end of a pipe of this name. */
    const int file =
        openat(folder, "manifest.json", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0) {
        return false;
    }
    bytes = calloc(1, MANIFEST_MOST + 1);
    if (bytes != NULL && fstat(file, &status) == 0 && S_ISREG(status.st_mode) &&
        read(file, bytes, MANIFEST_MOST) > 0) {
        const char *at = bytes;
        while (!found && (at = strstr(at, manifest_mark)) != NULL) {
            at += sizeof manifest_mark - 1;
            found = *at == '"' || *at == ' ' || *at == '/';
        }
    }
    free(bytes);
    close(file);
    return found;
}

/* Whether a folder inside a report holds only what pellter may have put there: tables. A workbook
   that somebody made beside them is not ours to remove. */
static bool holds_tables_only(int parent, const char *name)
{
    const int opened = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *const folder = opened < 0 ? NULL : fdopendir(opened);
    const struct dirent *entry;
    struct stat status;
    bool only = true;
    if (folder == NULL) {
        if (opened >= 0) {
            close(opened);
        }
        return true; /* nothing there, or a link, which is removed and not followed */
    }
    while ((entry = readdir(folder)) != NULL) {
        const char *const dot = strrchr(entry->d_name, '.');
        only = only && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
                        is_one_of(entry->d_name, nobodys_names, COUNT(nobodys_names)) ||
                        (dot != NULL && strcmp(dot, ".csv") == 0) ||
                        (fstatat(dirfd(folder), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
                         S_ISLNK(status.st_mode)));
    }
    closedir(folder);
    return only;
}

/* Looks at the names in an open folder. */
static struct fault look_inside(DIR *folder, const char *path, enum occupant *occupant)
{
    bool has_foreign = false, has_any = false;
    const struct dirent *entry;
    /* readdir() tells its end from an error by errno alone. */
    errno = 0;
    while ((entry = readdir(folder)) != NULL) {
        const char *const name = entry->d_name;
        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0 &&
            !is_one_of(name, nobodys_names, COUNT(nobodys_names))) {
            has_any = true;
            has_foreign = has_foreign || !is_ours(name);
        }
    }
    if (errno != 0) {
        return fault_at(FAULT_OPEN, path, 0, 0, "cannot be read: %s", strerror(errno));
    }
    *occupant = has_any ? OCCUPANT_REPORT : OCCUPANT_EMPTY;
    if (has_any && !has_our_manifest(dirfd(folder))) {
        return fault_place(path, "this folder holds files that are not a report by pellter; name a "
                                 "new or an empty folder");
    }
    if (has_foreign || (has_any && (!holds_tables_only(dirfd(folder), "tables") ||
                                    !holds_tables_only(dirfd(folder), "internal")))) {
        return fault_place(path, "beside an earlier report, this folder holds files that pellter "
                                 "did not write; move them, or name another folder");
    }
    return FAULT_FREE;
}

/* What is at `path`, and its access rights if it is a folder. A fault says why it is not to be
   touched. */
static struct fault look(const char *path, enum occupant *occupant, mode_t *mode)
{
    struct stat status;
    *occupant = OCCUPANT_NOBODY;
    if (lstat(path, &status) != 0) {
        return errno == ENOENT ? FAULT_FREE : fault_errno(FAULT_OPEN, path);
    }
    if (S_ISLNK(status.st_mode)) {
        return fault_place(path, "this is a link; name the folder itself");
    }
    if (!S_ISDIR(status.st_mode)) {
        return fault_place(path, "this is a file; a folder is needed");
    }
    *mode = status.st_mode & 07777;
    DIR *const folder = opendir(path);
    if (folder == NULL) {
        return fault_at(FAULT_OPEN, path, 0, 0, "this folder exists and cannot be read: %s",
                        strerror(errno));
    }
    const struct fault fault = look_inside(folder, path, occupant);
    closedir(folder);
    return fault;
}

/* ---- removing ---- */

static bool remove_tree(int parent, const char *name);

static bool remove_contents(DIR *folder)
{
    const struct dirent *entry;
    while ((entry = readdir(folder)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            !remove_tree(dirfd(folder), entry->d_name)) {
            return false;
        }
    }
    return true;
}

/* Removes a file, or a folder with everything in it; links are removed, never followed. */
static bool remove_tree(int parent, const char *name)
{
    struct stat status;
    if (fstatat(parent, name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
        return errno == ENOENT;
    }
    if (!S_ISDIR(status.st_mode)) {
        return unlinkat(parent, name, 0) == 0;
    }
    /* Somebody may have put a link here since the look: O_NOFOLLOW keeps us inside. */
    const int opened = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *const folder = opened < 0 ? NULL : fdopendir(opened);
    if (folder == NULL) {
        if (opened >= 0) {
            close(opened);
        }
        return unlinkat(parent, name, AT_REMOVEDIR) == 0; /* it may be empty */
    }
    const bool emptied = remove_contents(folder);
    closedir(folder);
    return emptied && unlinkat(parent, name, AT_REMOVEDIR) == 0;
}

/* ---- a directory of results ---- */

/* Makes the outer folder beside output->path and names the place inside it. After a fault there is
   no outer folder; else output->temporary names it for output_abandon(). */
static struct fault begin_beside(struct output *output)
{
    struct fault fault = FAULT_FREE;
    char *const outer = outer_beside(output->path);
    char *temporary = NULL;
    if (outer == NULL) {
        return fault_memory();
    }
    if (mkdtemp(outer) == NULL) {
        fault = fault_errno(FAULT_OPEN, output->path);
        goto done;
    }
    temporary = joined(outer, INNER, "");
    if (temporary == NULL) {
        (void)rmdir(outer);
        fault = fault_memory();
        goto done;
    }
    output->temporary = temporary;
done:
    free(outer);
    return fault;
}

struct fault output_begin(struct output *output, const char *path)
{
    enum occupant occupant;
    mode_t mode = 0;
    *output = (struct output){.path = trimmed(path)};
    if (output->path == NULL) {
        return fault_memory();
    }
    struct fault fault = FAULT_FREE;
    if (is_nameless(output->path)) {
        fault = fault_place(path, "a report needs a folder of its own; give its name");
    } else {
        fault = look(output->path, &occupant, &mode);
    }
    if (fault.code == FAULT_NONE) {
        fault = begin_beside(output);
    }
    if (fault.code == FAULT_NONE && mkdir(output->temporary, 0777) != 0) {
        fault = fault_errno(FAULT_OPEN, output->path);
    }
    if (fault.code != FAULT_NONE) {
        output_abandon(output);
    }
    return fault;
}

static struct fault fault_inside(const struct output *output, const char *name)
{
    return fault_at(FAULT_OPEN, output->path, 0, 0, "%s in it cannot be written: %s", name,
                    reason(errno));
}

/* A name inside, by its first part one of ours. */
static void assert_name(const char *name)
{
    char first[64] = "";
    const size_t n = strcspn(name, "/");
    assert(n > 0 && n < sizeof first && strstr(name, "..") == NULL);
    memcpy(first, name, n);
    assert(is_ours(first));
    (void)first;
}

static bool is_internal(const char *name)
{
    const size_t n = strcspn(name, "/");
    return n == strlen("internal") && strncmp(name, "internal", n) == 0;
}

struct fault output_folder(struct output *output, const char *name)
{
    struct fault fault = FAULT_FREE;
    assert_name(name);
    char *const path = joined(output->temporary, "/", name);
    if (path == NULL) {
        return fault_memory();
    }
    /* internal/discounted.csv names participants: it is not for other users of the machine. */
    if (mkdir(path, is_internal(name) ? 0700 : 0777) != 0) {
        fault = fault_inside(output, name);
    }
    free(path);
    return fault;
}

struct fault output_open(struct output *output, const char *name, FILE **out)
{
    struct fault fault = FAULT_FREE;
    assert_name(name);
    *out = NULL;
    char *const path = joined(output->temporary, "/", name);
    if (path == NULL) {
        return fault_memory();
    }
    /* x: two files of one name would be a fault, where the later would overwrite the earlier. */
    *out = fopen(path, "wbx");
    if (*out == NULL) {
        fault = fault_inside(output, name);
    }
    free(path);
    return fault;
}

struct fault output_close(FILE *stream, const char *name)
{
    errno = 0;
    const bool failed = ferror(stream) != 0;
    /* Closed also after a failed write, whose stream would leak otherwise. */
    if (fclose(stream) == 0 && !failed) {
        return FAULT_FREE;
    }
    return fault_at(FAULT_WRITE, name, 0, 0, "could not be written whole: %s",
                    errno == 0 ? "an earlier write failed" : reason(errno));
}

/* Puts the new report in the place of the old one, which is kept at `old` until then. Two renames,
   since rename() puts a folder only over an empty one; between them, for a moment, there is no
   report. */
static struct fault exchange(struct output *output, const char *old)
{
    if (rename(output->path, old) != 0) {
        return fault_errno(FAULT_WRITE, output->path);
    }
    if (rename(output->temporary, output->path) == 0) {
        return FAULT_FREE;
    }
    const struct fault fault = fault_errno(FAULT_WRITE, output->path);
    if (rename(old, output->path) == 0) {
        return fault;
    }
    /* neither way: forget the outer folder, so that nothing removes the user's only copy */
    free(output->temporary);
    output->temporary = NULL;
    return fault_at(FAULT_WRITE, output->path, 0, 0,
                    "could not be replaced; the earlier report is now %s", old);
}

/* Puts the new report where nobody, nothing or an earlier report is. */
static struct fault place(struct output *output, const char *old)
{
    enum occupant occupant;
    mode_t mode = 0;
    /* Looked at again: what has appeared since output_begin() is somebody's, too. */
    const struct fault fault = look(output->path, &occupant, &mode);
    if (fault.code != FAULT_NONE) {
        return fault;
    }
    if (occupant == OCCUPANT_NOBODY) {
        return rename(output->temporary, output->path) == 0
                   ? FAULT_FREE
                   : fault_errno(FAULT_WRITE, output->path);
    }
    /* whoever may not read the folder as it was may not read the new one */
    if (chmod(output->temporary, mode | S_IRWXU) != 0) {
        return fault_errno(FAULT_WRITE, output->path);
    }
    return exchange(output, old);
}

struct fault output_commit(struct output *output)
{
    struct fault fault = FAULT_FREE;
    assert(output->temporary != NULL);
    char *const outer = outer_of(output->temporary);
    char *const old = outer == NULL ? NULL : joined(outer, OLD, "");
    if (old == NULL) {
        fault = fault_memory();
        goto done;
    }
    fault = place(output, old);
    if (fault.code != FAULT_NONE) {
        goto done;
    }
    free(output->temporary);
    output->temporary = NULL;
    /* The report is in its place; what can still fail is tidying up, which undoes nothing. */
    if (!remove_tree(AT_FDCWD, outer)) {
        fault = fault_at(FAULT_WRITE, output->path, 0, 0,
                         "the report is in its place, but the one before could not be removed and "
                         "is now %s",
                         old);
    }
done:
    free(old);
    free(outer);
    return fault;
}

void output_abandon(struct output *output)
{
    if (output->temporary != NULL) {
        char *const outer = outer_of(output->temporary);
        if (outer != NULL) {
            (void)remove_tree(AT_FDCWD, outer); /* there is nobody left to tell */
        }
        free(outer);
    }
    free(output->temporary);
    free(output->path);
    *output = (struct output){.path = NULL};
}

/* ---- one file ---- */

struct fault output_begin_file(struct output *output, const char *path, FILE **out)
{
    struct stat status;
    *out = NULL;
    *output = (struct output){.path = joined(path, "", "")};
    if (output->path == NULL) {
        return fault_memory();
    }
    struct fault fault = FAULT_FREE;
    if (is_nameless(path)) {
        fault = fault_place(path, "this names a folder; give the name of a file");
    } else if (lstat(path, &status) == 0) {
        fault = fault_place(path, "this exists already and is not overwritten; give a new name");
    } else if (errno != ENOENT) {
        fault = fault_errno(FAULT_OPEN, path);
    } else {
        fault = begin_beside(output);
    }
    if (fault.code == FAULT_NONE) {
        *out = fopen(output->temporary, "wbx");
        if (*out == NULL) {
            fault = fault_errno(FAULT_OPEN, path);
        }
    }
    if (fault.code != FAULT_NONE) {
        output_abandon(output);
    }
    return fault;
}

/* Gives the file its name if nothing has it. Not rename(), which would overwrite what has appeared
   since; but some disks (memory sticks) know no second name for a file. */
static bool place_file(const struct output *output)
{
    struct stat status;
    if (link(output->temporary, output->path) == 0) {
        return true;
    }
    if (lstat(output->path, &status) == 0) {
        errno = EEXIST;
        return false;
    }
    return rename(output->temporary, output->path) == 0;
}

struct fault output_commit_file(struct output *output, FILE *stream)
{
    assert(output->temporary != NULL);
    const struct fault fault = output_close(stream, output->path);
    if (fault.code != FAULT_NONE) {
        return fault;
    }
    if (!place_file(output)) {
        return fault_errno(FAULT_WRITE, output->path);
    }
    char *const outer = outer_of(output->temporary);
    if (outer != NULL) {
        (void)remove_tree(AT_FDCWD, outer); /* an empty folder, or a second name for the file */
    }
    free(outer);
    free(output->temporary);
    output->temporary = NULL;
    return FAULT_FREE;
}
