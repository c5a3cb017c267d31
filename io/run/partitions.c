/* io/run/partitions.c - a thread collects some dozen forms for a part in a bag before it locks that
   part's inbox, so that locks are few. The part collects what comes in bags, some thousand forms, before
   they join its respondents: these are nowhere near the processor when forms come one by one, but of
   so many several share what the memory brings. */
#include "io/run/partitions.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "engine/memory.h"
#include "engine/packed.h"
#include "io/run/spill.h"
#include "scales/wide.h"

#define BAG_BYTES 1024

/* What the parts collect in all, where memory is not limited. */
#define INBOX_BYTES ((size_t)8 * 1024 * 1024)

struct partition {
    pthread_mutex_t inbox_lock;
    unsigned char *inbox; /* owned, n_inbox <= inbox_bytes; NULL until used */
    size_t n_inbox;
    pthread_mutex_t lock; /* of what is below; never taken together with the other */
    struct respondents respondents;
    struct spill_chain pages; /* forms that were written to the temporary file */
    size_t bytes;             /* as last measured */
};

/* Which of the parts a form goes to, or to which process. */
struct routing {
    size_t n;                            /* parts */
    unsigned shift;                      /* of half a hash, down to the part's number */
    const struct forwarding *forwarding; /* borrowed; NULL: all parts are this process's */
};

struct partitions {
    const struct join_rules *rules; /* borrowed */
    struct partition *parts;        /* owned, n */
    size_t n;
    struct routing routing;
    size_t memory; /* 0: no limit; without the inboxes */
    size_t inbox_bytes;
    atomic_size_t bytes;
    struct spill *spill; /* owned */
};

struct bag {
    unsigned char *bytes; /* owned, BAG_BYTES or as many as one long form needs; NULL until used */
    unsigned char *next, *end; /* where the next form goes, and where the room ends */
    size_t capacity;
};

struct mail {
    struct partitions *partitions; /* borrowed */
    struct bag *bags; /* owned, n_bags: one for each part, and for each process behind them */
    size_t n_bags;
    unsigned char *spare; /* owned: an inbox with nothing in it, or NULL */
    struct packed_columns packed;
    struct fault fault;
};

struct partitions *partitions_new(const struct join_rules *rules, size_t n, size_t memory)
{
    struct partitions *const partitions = calloc(1, sizeof *partitions);
    if (partitions == NULL) {
        return NULL;
    }
    partitions->rules = rules;
    partitions->inbox_bytes = (memory == 0 ? INBOX_BYTES : memory / 4) / n;
    partitions->inbox_bytes =
        partitions->inbox_bytes < BAG_BYTES ? BAG_BYTES : partitions->inbox_bytes;
    partitions->memory = memory - memory / 4;
    partitions->routing = (struct routing){.n = n, .shift = 63};
    for (size_t i = n; i > 1; i /= 2) {
        partitions->routing.shift--;
    }
    partitions->spill = spill_new();
    partitions->parts = calloc(n, sizeof *partitions->parts);
    if (partitions->spill == NULL || partitions->parts == NULL) {
        partitions_free(partitions);
        return NULL;
    }
    for (; partitions->n < n; partitions->n++) {
        struct partition *const part = &partitions->parts[partitions->n];
        if (!respondents_init(&part->respondents, rules)) {
            partitions_free(partitions);
            return NULL;
        }
        (void)pthread_mutex_init(&part->inbox_lock, NULL); /* cannot fail without attributes */
        (void)pthread_mutex_init(&part->lock, NULL);
    }
    return partitions;
}

static void part_empty(struct partition *part)
{
    if (part->respondents.rules != NULL) {
        respondents_free(&part->respondents);
    }
    free(part->inbox);
    part->inbox = NULL;
    part->n_inbox = 0;
    part->pages = (struct spill_chain){0};
}

void partitions_free(struct partitions *partitions)
{
    if (partitions == NULL) {
        return;
    }
    for (size_t i = 0; i < partitions->n; i++) {
        part_empty(&partitions->parts[i]);
        (void)pthread_mutex_destroy(&partitions->parts[i].inbox_lock);
        (void)pthread_mutex_destroy(&partitions->parts[i].lock);
    }
    free(partitions->parts);
    spill_free(partitions->spill);
    free(partitions);
}

size_t partitions_count(const struct partitions *partitions)
{
    return partitions->n;
}

void partitions_forward(struct partitions *partitions, const struct forwarding *forwarding)
{
    partitions->routing.forwarding = forwarding;
}

/* --- mail --- */

struct mail *mail_new(struct partitions *partitions)
{
    struct mail *const mail = calloc(1, sizeof *mail);
    if (mail == NULL) {
        return NULL;
    }
    mail->partitions = partitions;
    mail->n_bags = partitions->n +
                   (partitions->routing.forwarding == NULL ? 0 : partitions->routing.forwarding->n);
    mail->bags = calloc(mail->n_bags, sizeof *mail->bags);
    if (mail->bags == NULL) {
        free(mail);
        return NULL;
    }
    return mail;
}

void mail_free(struct mail *mail)
{
    if (mail == NULL) {
        return;
    }
    for (size_t i = 0; i < mail->n_bags; i++) {
        free(mail->bags[i].bytes);
    }
    free(mail->bags);
    free(mail->spare);
    free(mail);
}

/* What a part holds is measured after each delivery, so that the sum of all is known. */
static void measure_part(struct partitions *partitions, struct partition *part)
{
    const size_t bytes = respondents_bytes(&part->respondents);
    atomic_fetch_add_explicit(&partitions->bytes, bytes - part->bytes, memory_order_relaxed);
    part->bytes = bytes;
}

static inline size_t bag_room(const struct bag *bag)
{
    return (size_t)(bag->end - bag->next);
}

static size_t bag_bytes(const struct bag *bag)
{
    return (size_t)(bag->next - bag->bytes);
}

static bool forward(struct mail *mail, size_t to)
{
    const struct forwarding *const forwarding = mail->partitions->routing.forwarding;
    struct bag *const bag = &mail->bags[mail->partitions->n + to];
    const bool sent = bag->next == bag->bytes ||
                      forwarding->send(forwarding->context, to, bag->bytes, bag_bytes(bag));
    mail->fault = sent ? FAULT_FREE : fault_memory();
    bag->next = bag->bytes;
    return sent;
}

/* Packed forms join the respondents of a part. Once there is no room, every part is continued in the
   file: what is in memory stays as it is until the part is counted. */
static struct fault take_in(struct partitions *partitions, struct partition *part,
                            const unsigned char *bytes, size_t n)
{
    struct fault fault = FAULT_FREE;
    pthread_mutex_lock(&part->lock);
    if (partitions->memory > 0 &&
        atomic_load_explicit(&partitions->bytes, memory_order_relaxed) > partitions->memory) {
        fault = spill_push(partitions->spill, &part->pages, bytes, n);
    } else if (!respondents_add(&part->respondents, bytes, n)) {
        fault = fault_memory();
    } else if (partitions->memory > 0) {
        measure_part(partitions, part);
    }
    pthread_mutex_unlock(&part->lock);
    return fault;
}

/* Puts a bag that fits an inbox into that of a part. One that is full makes room for the spare one, and
   is the spare one then, *n_full bytes of it to be taken in: other threads need not wait for that. */
static bool put_in(struct partitions *partitions, struct partition *part, const struct bag *bag,
                   unsigned char **spare, size_t *n_full)
{
    const size_t n = bag_bytes(bag);
    bool done;
    *n_full = 0;
    pthread_mutex_lock(&part->inbox_lock);
    if (part->inbox == NULL || n > partitions->inbox_bytes - part->n_inbox) {
        unsigned char *const full = part->inbox;
        *n_full = part->n_inbox;
        part->inbox = *spare != NULL ? *spare : malloc(partitions->inbox_bytes);
        part->n_inbox = 0;
        *spare = full;
    }
    done = part->inbox != NULL;
    if (done) {
        memcpy(part->inbox + part->n_inbox, bag->bytes, n);
        part->n_inbox += n;
    }
    pthread_mutex_unlock(&part->inbox_lock);
    return done;
}

static bool deliver(struct mail *mail, size_t index)
{
    struct partitions *const partitions = mail->partitions;
    struct bag *const bag = &mail->bags[index];
    struct partition *part;
    size_t n_full = 0;
    if (index >= partitions->n) {
        return forward(mail, index - partitions->n);
    }
    if (bag->next == bag->bytes) {
        return true;
    }
    part = &partitions->parts[index];
    if (bag_bytes(bag) > partitions->inbox_bytes) { /* a very long id goes by itself */
        mail->fault = take_in(partitions, part, bag->bytes, bag_bytes(bag));
    } else if (!put_in(partitions, part, bag, &mail->spare, &n_full)) {
        mail->fault = fault_memory();
    } else if (n_full > 0) {
        mail->fault = take_in(partitions, part, mail->spare, n_full);
    }
    bag->next = bag->bytes;
    return mail->fault.code == FAULT_NONE;
}

/* By other bits than the part within a process, and well mixed: of ids that count up, hashes are
   regular enough to favour some processes over others. */
static size_t owner_of(const struct forwarding *forwarding, uint64_t hash)
{
    hash = (hash ^ (hash >> 33)) * UINT64_C(0xff51afd7ed558ccd);
    hash = (hash ^ (hash >> 33)) * UINT64_C(0xc4ceb9fe1a85ec53);
    return (size_t)((hash >> 32) * forwarding->n >> 32);
}

static inline size_t bag_of(const struct routing *routing, uint64_t hash)
{
    const struct forwarding *const forwarding = routing->forwarding;
    if (forwarding != NULL) {
        const size_t owner = owner_of(forwarding, hash);
        if (owner != forwarding->number) {
            return routing->n + owner;
        }
    }
    return (size_t)(hash >> 1 >> routing->shift); /* by 64 bits for one part, but not at once */
}

/* Makes room for one more form in a bag. */
static bool make_room(struct mail *mail, size_t index, size_t most)
{
    struct bag *const bag = &mail->bags[index];
    if (!deliver(mail, index)) {
        return false;
    }
    if (!array_grow(&bag->bytes, &bag->capacity, most > BAG_BYTES ? most : BAG_BYTES, 1)) {
        mail->fault = fault_memory();
        return false;
    }
    bag->next = bag->bytes;
    bag->end = bag->bytes + bag->capacity;
    return true;
}

bool mail_form(struct mail *mail, const struct form *form)
{
    const struct partitions *const partitions = mail->partitions;
    const size_t index = bag_of(&partitions->routing, form->hash);
    const size_t most = form_packed_most(form);
    struct bag *const bag = &mail->bags[index];
    if (bag_room(bag) < most && !make_room(mail, index, most)) {
        return false;
    }
    bag->next += form_pack(partitions->rules, form, bag->next);
    return true;
}

/* Plain forms that are packed into their bags, one in `n_words` words: a constant, where they are few. Adds
   the others', which begin with the first-th, to a list. */
static INTO_CALLER bool mail_packed(struct mail *mail, struct routing routing, size_t n_words,
                                    size_t first, uint16_t others[], size_t *n_others)
{
    const struct packed_columns *const packed = &mail->packed;
    const size_t n_bytes = n_words * PACKED_WORD, n_forms = packed->n;
    struct bag *const bags = mail->bags;
    for (size_t i = 0; i < n_forms; i++) {
        struct bag *bag;
        unsigned char *to;
        if (!packed->plain[i]) {
            others[(*n_others)++] = (uint16_t)(first + i);
            continue;
        }
        bag = &bags[bag_of(&routing, packed->hashes[i])];
        if (bag_room(bag) < n_bytes && !make_room(mail, (size_t)(bag - bags), n_bytes)) {
            return false;
        }
        to = bag->next;
        bag->next = to + n_bytes;
        for (size_t k = 0; k < n_words; k++) {
            memcpy(to + k * PACKED_WORD, &packed->words[k][i], PACKED_WORD);
        }
    }
    return true;
}

bool mail_plain_forms(struct mail *mail, const struct form_columns *forms, uint16_t others[],
                      size_t *n_others)
{
    const struct partitions *const partitions = mail->partitions;
    struct routing here = partitions->routing;
    here.forwarding = NULL;
    *n_others = 0;
    for (size_t first = 0; first < forms->n; first += PACKED_AT_ONCE) {
        size_t n_words;
        bool done;
        forms_pack(partitions->rules, forms, first, &mail->packed);
        n_words = partitions->routing.forwarding == NULL ? mail->packed.n_words : 0;
        done = n_words == 3   ? mail_packed(mail, here, 3, first, others, n_others)
               : n_words == 4 ? mail_packed(mail, here, 4, first, others, n_others)
               : n_words == 5 ? mail_packed(mail, here, 5, first, others, n_others)
                              : mail_packed(mail, partitions->routing, mail->packed.n_words, first,
                                            others, n_others);
        if (!done) {
            return false;
        }
    }
    return true;
}

bool mail_deliver(struct mail *mail)
{
    for (size_t i = 0; i < mail->n_bags; i++) {
        if (!deliver(mail, i)) {
            return false;
        }
    }
    return true;
}

struct fault mail_fault(const struct mail *mail)
{
    return mail->fault;
}

/* --- counting --- */

static struct fault join_pages(struct partitions *partitions, struct partition *part)
{
    unsigned char *bytes = NULL;
    size_t capacity = 0, n = 1;
    struct fault fault = FAULT_FREE;
    while (n > 0 && fault.code == FAULT_NONE) {
        fault = spill_pop(partitions->spill, &part->pages, &bytes, &capacity, &n);
        if (fault.code == FAULT_NONE && !respondents_add(&part->respondents, bytes, n)) {
            fault = fault_memory();
        }
    }
    free(bytes);
    return fault;
}

struct fault partitions_count_one(struct partitions *partitions, size_t index,
                                  const struct counting *counting)
{
    struct partition *const part = &partitions->parts[index];
    struct fault fault = join_pages(partitions, part);
    if (fault.code == FAULT_NONE && part->n_inbox > 0 &&
        !respondents_add(&part->respondents, part->inbox, part->n_inbox)) {
        fault = fault_memory();
    }
    if (fault.code == FAULT_NONE && (!respondents_resolve(&part->respondents) ||
                                     !count_respondents(&part->respondents, counting))) {
        fault = fault_memory();
    }
    part_empty(part);
    return fault;
}
