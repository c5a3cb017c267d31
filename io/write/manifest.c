/* io/write/manifest.c - no time and no place of the machine: the same input gives the same
   bytes. */
#include "io/write/records.h"

#include <jansson.h>
#include <sha256.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>

/* Takes over both references; false: no memory. A NULL value fails as well, so that what makes the
   values needs no check of its own. */
static int add(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new(object, key, value) == 0;
}

/* One input: its name, size and checksum. NULL: no memory, or the file is gone. */
static json_t *input_of(const char *path, const char *name)
{
    /* The file is read again for its checksum, after the figures were computed: what was replaced
       in between is listed as it is now. */
    char digest[SHA256_DIGEST_STRING_LENGTH];
    struct stat status;
    json_t *const object = json_object();
    if (object == NULL || stat(path, &status) != 0 || SHA256File(path, digest) == NULL ||
        !add(object, "file", json_string(name)) ||
        !add(object, "bytes", json_integer((json_int_t)status.st_size)) ||
        !add(object, "sha256", json_string(digest))) {
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
        done =
            json_array_append_new(inputs, input_of(manifest->inputs[i], manifest->names[i])) == 0;
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
