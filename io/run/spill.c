/* io/run/spill.c - see spill.h. Made in TMPDIR, or in /var/tmp, which unlike /tmp is on a disk
   everywhere: what is spilled is what does not fit in memory. */
#include "io/run/spill.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/memory.h"

struct spill {
    pthread_mutex_t lock; /* of the two below */
    int file;             /* -1: none yet */
    uint64_t end;
};

struct spill *spill_new(void)
{
    struct spill *const spill = malloc(sizeof *spill);
    if (spill == NULL) {
        return NULL;
    }
    *spill = (struct spill){.file = -1};
    if (pthread_mutex_init(&spill->lock, NULL) != 0) {
        free(spill);
        return NULL;
    }
    return spill;
}

void spill_free(struct spill *spill)
{
    if (spill != NULL) {
        if (spill->file >= 0) {
            (void)close(spill->file); /* the space goes with it */
        }
        (void)pthread_mutex_destroy(&spill->lock);
        free(spill);
    }
}

static struct fault no_file(const char *folder)
{
    return fault_at(FAULT_WRITE, folder, 0, 0,
                    "no temporary file can be made here: %s; expected a folder with room (set "
                    "TMPDIR)",
                    strerror(errno));
}

/* A file that never has a name; where the file system cannot do that, one that loses it before
   anything is written. */
static struct fault open_nameless(int *file)
{
    const char *const wanted = getenv("TMPDIR");
    const char *const folder = wanted != NULL && *wanted != '\0' ? wanted : "/var/tmp";
    char path[4096];
#ifdef O_TMPFILE
    *file = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (*file >= 0) {
        return FAULT_FREE;
    }
#endif
    if (snprintf(path, sizeof path, "%s/.pellter-XXXXXX", folder) >= (int)sizeof path) {
        errno = ENAMETOOLONG;
        return no_file(folder);
    }
    *file = mkstemp(path);
    if (*file < 0) {
        return no_file(folder);
    }
    (void)unlink(path);
    return FAULT_FREE;
}

static struct fault take_room(struct spill *spill, size_t n, uint64_t *offset, int *file)
{
    struct fault fault = FAULT_FREE;
    pthread_mutex_lock(&spill->lock);
    if (spill->file < 0) {
        fault = open_nameless(&spill->file);
    }
    *file = spill->file;
    *offset = spill->end;
    spill->end += n;
    pthread_mutex_unlock(&spill->lock);
    return fault;
}

static struct fault write_at(int file, const void *bytes, size_t n, uint64_t offset)
{
    const char *text = bytes;
    while (n > 0) {
        const ssize_t written = pwrite(file, text, n, (off_t)offset);
        if (written < 0 && errno != EINTR) {
            return fault_at(FAULT_WRITE, NULL, 0, 0,
                            "the temporary file cannot be written: %s; set TMPDIR to a folder with "
                            "more room, or allow more with --memory",
                            strerror(errno));
        }
        if (written > 0) {
            text += written;
            offset += (uint64_t)written;
            n -= (size_t)written;
        }
    }
    return FAULT_FREE;
}

struct fault spill_write(struct spill *spill, const void *bytes, size_t n, uint64_t *offset)
{
    int file;
    const struct fault fault = take_room(spill, n, offset, &file);
    return fault.code == FAULT_NONE ? write_at(file, bytes, n, *offset) : fault;
}

struct fault spill_read(struct spill *spill, uint64_t offset, void *bytes, size_t n)
{
    char *to = bytes;
    while (n > 0) {
        const ssize_t got = pread(spill->file, to, n, (off_t)offset);
        if (got == 0 || (got < 0 && errno != EINTR)) {
            return fault_at(FAULT_OPEN, NULL, 0, 0, "the temporary file cannot be read: %s",
                            got == 0 ? "it is too short" : strerror(errno));
        }
        if (got > 0) {
            to += got;
            offset += (uint64_t)got;
            n -= (size_t)got;
        }
    }
    return FAULT_FREE;
}

struct fault spill_push(struct spill *spill, struct spill_chain *chain, const void *bytes, size_t n)
{
    uint64_t offset;
    int file;
    struct fault fault = take_room(spill, sizeof *chain + n, &offset, &file);
    if (fault.code == FAULT_NONE) {
        fault = write_at(file, chain, sizeof *chain, offset);
    }
    if (fault.code == FAULT_NONE) {
        fault = write_at(file, bytes, n, offset + sizeof *chain);
    }
    if (fault.code == FAULT_NONE) {
        *chain = (struct spill_chain){offset, n};
    }
    return fault;
}

struct fault spill_pop(struct spill *spill, struct spill_chain *chain, unsigned char **bytes,
                       size_t *capacity, size_t *n)
{
    const uint64_t offset = chain->offset;
    struct fault fault;
    *n = chain->n;
    if (*n == 0) {
        return FAULT_FREE;
    }
    if (!array_grow(bytes, capacity, *n, 1)) {
        return fault_memory();
    }
    fault = spill_read(spill, offset, chain, sizeof *chain);
    return fault.code == FAULT_NONE ? spill_read(spill, offset + sizeof *chain, *bytes, *n) : fault;
}
