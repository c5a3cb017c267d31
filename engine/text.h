/* engine/text.h - a sentence without a language: the name of a message and what goes into it. The
   words are io/words.c's, so that a report can be had in another language with the same numbers. */
#ifndef PELLTER_ENGINE_TEXT_H
#define PELLTER_ENGINE_TEXT_H

#include "engine/figure.h"
#include "engine/messages.h"

enum argument_kind {
    ARGUMENT_NONE,
    ARGUMENT_NAME,   /* a name from the study or an instrument, printed as it stands */
    ARGUMENT_VALUE,  /* a figure's value at `decimals` */
    ARGUMENT_P,      /* a probability with its sign: "= .012", "< .001" */
    ARGUMENT_TEXT,   /* a sentence or word with arguments of its own */
    ARGUMENT_MESSAGE /* another message without arguments: a word that has to be translated */
};

struct text;
struct argument {
    enum argument_kind kind;
    unsigned decimals; /* of ARGUMENT_VALUE */
    union {
        const char *name; /* borrowed from the study or an instrument */
        struct value value;
        enum message message;
        const struct text *text; /* borrowed; must outlive this one */
    };
};

#define TEXT_ARGUMENTS 8

struct text {
    enum message message;
    struct argument arguments[TEXT_ARGUMENTS]; /* {0} .. {7} of the sentence */
};

struct text text_of(enum message message);
struct text text_name(const char *name); /* MESSAGE_NAME: just this name */
struct argument argument_name(const char *name);
struct argument argument_count(uint64_t count);
struct argument argument_value(struct value value, unsigned decimals);
struct argument argument_p(struct value p);
struct argument argument_text(const struct text *text);
struct argument argument_message(enum message message);

#endif
