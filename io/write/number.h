/* io/write/number.h - a double with so many significant digits. */
#ifndef PELLTER_IO_WRITE_NUMBER_H
#define PELLTER_IO_WRITE_NUMBER_H

#include <stddef.h>

/* Room for any number of up to 17 digits, and its NUL. */
#define NUMBER_ROOM 32

/* Writes a finite number as printf("%.*g") does, byte for byte, 1 <= digits <= 17; most numbers in
   a tenth of its time. Returns the length. */
size_t number_print(double number, unsigned digits, char out[NUMBER_ROOM]);

#endif
