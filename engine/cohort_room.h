/* engine/cohort_room.h - cells of each cohort, made when the cohort is first met, as long as there is room
   for them: what is counted faster than it can be looked up. */
#ifndef PELLTER_ENGINE_COHORT_ROOM_H
#define PELLTER_ENGINE_COHORT_ROOM_H

#include <stddef.h>
#include <stdint.h>

/* Start with {.bytes = of one cohort's cells, .room = of all cohorts'}. */
struct cohort_room {
    void **cells;     /* owned, n_cohorts: NULL, or the cells of a cohort */
    size_t n_cohorts; /* an array_grow() capacity */
    size_t bytes, room;
};

/* Makes the cells of a cohort that has none. NULL: there is no room for them. */
void *cohort_room_make(struct cohort_room *room, uint32_t cohort);

/* The cells of a cohort, zeros at first, or NULL. */
static inline void *cohort_room_cells(struct cohort_room *room, uint32_t cohort)
{
    return cohort < room->n_cohorts && room->cells[cohort] != NULL ? room->cells[cohort]
                                                                   : cohort_room_make(room, cohort);
}

/* Frees a cohort's cells, which are zeros when it is met again. */
void cohort_room_drop(struct cohort_room *room, uint32_t cohort);

void cohort_room_free(struct cohort_room *room);

#endif
