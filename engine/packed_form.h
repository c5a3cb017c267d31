/* engine/packed_form.h - the fixed part of a form as bytes (form_pack()); the payload follows it. An id of
   up to 16 bytes stands in it, so that most records are of one length. */
#ifndef PELLTER_ENGINE_PACKED_FORM_H
#define PELLTER_ENGINE_PACKED_FORM_H

#include "engine/respondents.h"

struct packed_form {
    uint64_t id[2]; /* of a long one: unused, and its length */
    uint32_t cohort;
    uint16_t measure;
    uint8_t stage;
    uint8_t may_start;
};

/* A form whose record is a head and a payload, as nearly all are: form_pack() for it. */
static inline bool form_is_plain(const struct join_layout *layout, const struct form *form)
{
    return layout->is_plain && !id_is_long(form->id) && form->stage != NO_STAGE;
}
static inline size_t form_pack_plain(const struct join_layout *layout, const struct form *form,
                                     unsigned char *bytes)
{
    const struct packed_form head = {.id = {form->id.words[0], form->id.words[1]},
                                     .cohort = form->cohort,
                                     .measure = form->measure,
                                     .stage = (uint8_t)form->stage,
                                     .may_start = form->may_start};
    __builtin_memcpy(bytes, &head, sizeof head);
    payload_copy(layout, form->payload, bytes + sizeof head);
    return sizeof head + layout->payload_bytes;
}

#endif
