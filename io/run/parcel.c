/* io/run/parcel.c - see parcel.h. */
#include "io/run/parcel.h"

#include <stdlib.h>
#include <string.h>

#include "engine/memory.h"

void parcel_put(struct parcel *parcel, const void *bytes, size_t n)
{
    if (n == 0 || parcel->failed) {
        return;
    }
    if (!array_grow(&parcel->bytes, &parcel->capacity, parcel->n + n, 1)) {
        parcel->failed = true;
        return;
    }
    memcpy(parcel->bytes + parcel->n, bytes, n);
    parcel->n += n;
}

void parcel_put_number(struct parcel *parcel, uint64_t number)
{
    parcel_put(parcel, &number, sizeof number);
}

const unsigned char *parcel_look(struct parcel *parcel, size_t n)
{
    const unsigned char *const bytes = parcel->bytes + parcel->at;
    if (parcel->failed || n > parcel->n - parcel->at) {
        parcel->failed = true;
        return NULL;
    }
    parcel->at += n;
    return bytes;
}

void parcel_get(struct parcel *parcel, void *bytes, size_t n)
{
    const unsigned char *const from = parcel_look(parcel, n);
    if (n == 0) {
        return;
    }
    if (from == NULL) {
        memset(bytes, 0, n);
    } else {
        memcpy(bytes, from, n);
    }
}

uint64_t parcel_get_number(struct parcel *parcel)
{
    uint64_t number;
    parcel_get(parcel, &number, sizeof number);
    return number;
}

void parcel_free(struct parcel *parcel)
{
    free(parcel->bytes);
    *parcel = (struct parcel){0};
}
