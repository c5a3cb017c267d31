/* io/read/tally_text.c - see tally_text.h. */
#include "io/read/tally_text.h"

#include <stdlib.h>
#include <string.h>

#include "engine/memory.h"
#include "io/read/bytes.h"
#include "io/tally_format.h"

#define DIGEST_LENGTH ((size_t)SHA256_DIGEST_STRING_LENGTH - 1)

static bool starts_with(const struct tally_text *text, const char *start)
{
    const size_t n = strlen(start);
    return text->n >= n && memcmp(text->bytes, start, n) == 0;
}

static struct fault check_first_line(const char *name, const struct tally_text *text)
{
    if (!starts_with(text, TALLY_MARK)) {
        return fault_at(FAULT_CONTENT, name, 1, 1,
                        "found a file that is no tally, expected one that pellter tally wrote");
    }
    if (!starts_with(text, TALLY_MARK TALLY_VERSION "\n")) {
        return fault_at(FAULT_CONTENT, name, 1, 1,
                        "found a tally of another version of the format, expected version %s: "
                        "write all tallies with one version of pellter",
                        TALLY_VERSION);
    }
    return FAULT_FREE;
}

/* Takes the last line off where it is the checksum of all before it. */
static struct fault check_last_line(const char *name, struct tally_text *text)
{
    const size_t length = strlen(TALLY_CHECKSUM) + DIGEST_LENGTH + 1;
    const size_t n = text->n < length ? 0 : text->n - length;
    const char *const last = text->bytes + n;
    char digest[SHA256_DIGEST_STRING_LENGTH];
    SHA2_CTX body, whole;
    if (n > 0 && last[-1] == '\n' && last[length - 1] == '\n' &&
        memcmp(last, TALLY_CHECKSUM, strlen(TALLY_CHECKSUM)) == 0) {
        /* Both checksums in one go: they take half of the time of reading a file. */
        SHA256Init(&whole);
        SHA256Update(&whole, (const uint8_t *)text->bytes, n);
        body = whole;
        SHA256End(&body, digest);
        SHA256Update(&whole, (const uint8_t *)last, length);
        SHA256End(&whole, text->file_checksum);
        memcpy(text->checksum, last + strlen(TALLY_CHECKSUM), DIGEST_LENGTH);
        if (strcmp(digest, text->checksum) == 0) {
            text->n_file = text->n;
            text->n = n;
            return FAULT_FREE;
        }
    }
    return fault_at(FAULT_CONTENT, name, 0, 0,
                    "found a tally that was changed or cut off, expected it as pellter tally wrote "
                    "it: copy it again, and save it from no other program");
}

static struct fault check(const char *name, struct tally_text *text)
{
    struct fault fault = check_first_line(name, text);
    if (fault.code == FAULT_NONE) {
        fault = check_last_line(name, text);
    }
    if (fault.code != FAULT_NONE) {
        tally_text_free(text);
    }
    return fault;
}

struct fault tally_text_read(const char *path, struct tally_text *out)
{
    const char *const name = strcmp(path, STANDARD_INPUT) == 0 ? STANDARD_INPUT_NAME : path;
    struct bytes bytes;
    size_t capacity = 0, n = 1;
    struct fault fault = bytes_open(path, &bytes);
    *out = (struct tally_text){0};
    while (fault.code == FAULT_NONE && n > 0) {
        if (!array_grow(&out->bytes, &capacity, out->n + BYTES_CHUNK, 1)) {
            fault = fault_memory();
        } else {
            fault = bytes_read(&bytes, out->bytes + out->n, capacity - out->n, &n);
            out->n += fault.code == FAULT_NONE ? n : 0;
        }
    }
    bytes_close(&bytes);
    if (fault.code != FAULT_NONE) {
        tally_text_free(out);
        return fault;
    }
    return check(name, out);
}

struct fault tally_text_copy(const char *name, const char *bytes, size_t n, struct tally_text *out)
{
    *out = (struct tally_text){.bytes = malloc(n + 1), .n = n};
    if (out->bytes == NULL) {
        return fault_memory();
    }
    if (n > 0) {
        memcpy(out->bytes, bytes, n);
    }
    return check(name, out);
}

void tally_text_free(struct tally_text *text)
{
    free(text->bytes);
    *text = (struct tally_text){0};
}
