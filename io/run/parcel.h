/* io/run/parcel.h - bytes on their way from one rank to another, put in and taken out in the same
   order. All ranks run the same program on the same kind of machine (meeting.c makes sure): numbers
   travel as they stand in memory. */
#ifndef PELLTER_IO_RUN_PARCEL_H
#define PELLTER_IO_RUN_PARCEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Start with {0}. To read one, set bytes and n. */
struct parcel {
    unsigned char *bytes; /* owned, n */
    size_t n, capacity;
    size_t at;   /* how far it was read */
    bool failed; /* there was no memory to put something in, or not so much to take out */
};

void parcel_put(struct parcel *parcel, const void *bytes, size_t n);
void parcel_put_number(struct parcel *parcel, uint64_t number);

/* Copies n bytes out; zeros once it failed. */
void parcel_get(struct parcel *parcel, void *bytes, size_t n);
uint64_t parcel_get_number(struct parcel *parcel);
/* The next n bytes where they stand; NULL once it failed. */
const unsigned char *parcel_look(struct parcel *parcel, size_t n);

void parcel_free(struct parcel *parcel);

#endif
