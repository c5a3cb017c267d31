/* engine/cohort_room.c - see cohort_room.h. */
#include "engine/cohort_room.h"

#include <stdlib.h>

#include "engine/memory.h"

void *cohort_room_make(struct cohort_room *room, uint32_t cohort)
{
    /* array_grow() zeroes: a cohort not seen yet has no cells. */
    if (room->room < room->bytes ||
        !array_grow(&room->cells, &room->n_cohorts, (size_t)cohort + 1, sizeof *room->cells)) {
        return NULL;
    }
    room->cells[cohort] = calloc(room->bytes + 1, 1);
    room->room -= room->cells[cohort] == NULL ? 0 : room->bytes;
    return room->cells[cohort];
}

void cohort_room_drop(struct cohort_room *room, uint32_t cohort)
{
    room->room += room->cells[cohort] == NULL ? 0 : room->bytes;
    free(room->cells[cohort]);
    room->cells[cohort] = NULL;
}

void cohort_room_free(struct cohort_room *room)
{
    for (size_t i = 0; i < room->n_cohorts; i++) {
        free(room->cells[i]);
    }
    free(room->cells);
    *room = (struct cohort_room){0};
}
