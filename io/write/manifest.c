/* io/write/manifest.c - no time and no place of the machine: the same input gives the same
   bytes. */
#include "io/write/records.h"

#include <fcntl.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

/* Takes over both references; false: no memory. A NULL value fails as well, so that what makes the
   values needs no check of its own. */
static int add(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new(object, key, value) == 0;
}

#define READ_BYTES ((size_t)256 * 1024)
#define DIGEST_DIGITS (2 * sizeof(XXH128_canonical_t))

/* The checksum of a file, as `xxh128sum` prints it. It tells whether two runs read the same bytes, and
   costs little beside reading them; it is no proof against someone who changes them on purpose. */
static int file_digest(const char *path, char digits[DIGEST_DIGITS + 1])
{
    XXH3_state_t *const state = XXH3_createState();
    char *const bytes = malloc(READ_BYTES);
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    XXH128_canonical_t canonical;
    ssize_t n = -1;
    if (state != NULL && bytes != NULL && file >= 0) {
        (void)XXH3_128bits_reset(state);
        while ((n = read(file, bytes, READ_BYTES)) > 0) {
            (void)XXH3_128bits_update(state, bytes, (size_t)n);
        }
        XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(state));
        for (size_t i = 0; i < sizeof canonical.digest; i++) {
            (void)snprintf(digits + 2 * i, 3, "%02x", (unsigned)canonical.digest[i]);
        }
    }
    if (file >= 0) {
        (void)close(file);
    }
    free(bytes);
    (void)XXH3_freeState(state);
    return n == 0;
}

/* One input: its name, size and checksum; of one that is no file (standard input, a pipe) the name
   alone. NULL: no memory, or the file is gone. */
static json_t *input_of(const struct manifest_input *input)
{
    /* A file is read again for its checksum, after the figures were computed: what was replaced in
       between is listed as it is now. */
    char digits[DIGEST_DIGITS + 1];
    struct stat status;
    json_t *const object = json_object();
    const bool is_stream =
        input->checksum == NULL && (strcmp(input->path, "-") == 0 ||
                                    (stat(input->path, &status) == 0 && !S_ISREG(status.st_mode)));
    int done = object != NULL && add(object, "file", json_string(input->name));
    if (done && input->checksum != NULL) {
        done = add(object, "bytes", json_integer((json_int_t)input->n_bytes)) &&
               add(object, "sha256", json_string(input->checksum));
    } else if (done && !is_stream) {
        done = stat(input->path, &status) == 0 && file_digest(input->path, digits) &&
               add(object, "bytes", json_integer((json_int_t)status.st_size)) &&
               add(object, "xxh128", json_string(digits));
    }
    if (!done) {
        json_decref(object);
        return NULL;
    }
    return object;
}

/* What nothing in the tallies can show, and what they leave out. NULL: no memory. */
static json_t *merge_of(const struct manifest_merge *merge)
{
    json_t *const object = json_object();
    json_t *const missing = json_array();
    int done = object != NULL && missing != NULL;
    for (size_t i = 0; i < merge->n_missing && done; i++) {
        done = json_array_append_new(missing, json_string(merge->missing[i])) == 0;
    }
    done = done && add(object, "pooled", json_boolean(merge->pooled)) &&
           add(object, "assumed", json_string("nobody has forms in two of the tallies")) &&
           add(object, "missing", json_incref(missing));
    json_decref(missing);
    if (!done) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static json_t *manifest_of(const struct manifest *manifest)
{
    json_t *const object = json_object();
    json_t *const inputs = json_array();
    json_t *const outputs = json_array();
    int done = object != NULL && inputs != NULL && outputs != NULL;
    for (size_t i = 0; i < manifest->n_inputs && done; i++) {
        done = json_array_append_new(inputs, input_of(&manifest->inputs[i])) == 0;
    }
    for (size_t i = 0; i < manifest->n_outputs && done; i++) {
        done = json_array_append_new(outputs, json_string(manifest->outputs[i])) == 0;
    }
    /* The chain may stop before the arrays are handed over; with a reference of our own they are
       released below either way. */
    done = done && add(object, "program", json_string("pellter")) &&
           add(object, "version", json_string(manifest->version)) &&
           add(object, "title", json_string(manifest->title)) &&
           add(object, "inputs", json_incref(inputs)) &&
           (manifest->merge == NULL || add(object, "merge", merge_of(manifest->merge))) &&
           add(object, "outputs", json_incref(outputs));
    json_decref(inputs);
    json_decref(outputs);
    if (!done) {
        json_decref(object);
        return NULL;
    }
    return object;
}

struct fault write_manifest(FILE *out, const struct manifest *manifest)
{
    json_t *const object = manifest_of(manifest);
    struct fault fault = FAULT_FREE;
    if (object == NULL) {
        return fault_at(FAULT_WRITE, "manifest.json", 0, 0,
                        "an input changed or went away while the report was made");
    }
    if (json_dumpf(object, out, JSON_INDENT(2)) != 0 || putc('\n', out) == EOF) {
        fault = fault_at(FAULT_WRITE, "manifest.json", 0, 0, "could not be written whole");
    }
    json_decref(object);
    return fault;
}
