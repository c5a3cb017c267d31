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

#endif
