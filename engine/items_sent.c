/* engine/items_sent.c - see items_sent.h. */
#include "engine/items_sent.h"

#include <stdlib.h>

static bool is_hidden(const struct counted *counted, const struct withheld *withheld,
                      uint64_t threshold, const struct item_cell *cell)
{
    const struct tally *const tally = &counted->tally;
    if (cell->n == 0) {
        return true; /* tallies told only how many forms there are */
    }
    if (cell->cohort == ITEM_NO_COHORT) {
        return withheld->n_cohorts > 0;
    }
    return withheld->cohorts[cell->cohort] || (threshold > 0 && !tally_has(tally, cell->cohort));
}

/* Puts the smallest cell of a stage that is sent to those apart, whose sum would be too near to
   answers without it; of two the one whose cohort prints later. False: there is none. */
static bool put_one_apart(const struct item_sheet *sheet, const struct cohorts *cohorts,
                          size_t stage, uint8_t sending[], struct items_rest *rest)
{
    size_t least = SIZE_MAX;
    for (size_t i = 0; i < sheet->n_cells; i++) {
        const struct item_cell *const cell = &sheet->cells[i];
        if (cell->stage != stage || sending[i] != ITEMS_SENT) {
            continue;
        }
        if (least == SIZE_MAX || cell->n < sheet->cells[least].n ||
            (cell->n == sheet->cells[least].n &&
             cohorts_compare(cohorts, cell->cohort, sheet->cells[least].cohort) > 0)) {
            least = i;
        }
    }
    if (least == SIZE_MAX) {
        return false;
    }
    sending[least] = ITEMS_APART;
    rest->n += sheet->cells[least].n;
    return true;
}

static void find_of_stage(const struct item_sheet *sheet, const struct cohorts *cohorts,
                          size_t stage, uint64_t least, uint8_t sending[], struct items_rest *rest)
{
    for (size_t i = 0; i < sheet->n_cells; i++) {
        if (sheet->cells[i].stage == stage && sending[i] == ITEMS_APART) {
            rest->n += sheet->cells[i].n;
        }
    }
    while (rest->n > 0 && rest->n < least && put_one_apart(sheet, cohorts, stage, sending, rest)) {
    }
    rest->sent = rest->n >= least && !sheet->without_cohorts;
}

static void find_of_sheet(const struct counted *counted, const struct withheld *withheld,
                          uint64_t least, uint64_t threshold, size_t index, struct items_sent *sent)
{
    const struct item_sheet *const sheet = &counted->items.sheets[index];
    const size_t n_stages = counted->study->n_stages + 1;
    uint8_t *const sending = sent->cells + sent->first[index];
    for (size_t i = 0; i < sheet->n_cells; i++) {
        sending[i] = is_hidden(counted, withheld, threshold, &sheet->cells[i]) ? ITEMS_HIDDEN
                     : sheet->cells[i].n < least                               ? ITEMS_APART
                                                                               : ITEMS_SENT;
    }
    for (size_t stage = 0; stage < n_stages; stage++) {
        struct items_rest *const rest = &sent->rests[index * n_stages + stage];
        find_of_stage(sheet, counted->cohorts, stage, least, sending, rest);
        sent->n_sent[index] += rest->sent ? rest->n : 0;
    }
    for (size_t i = 0; i < sheet->n_cells; i++) {
        sent->n_sent[index] += sending[i] == ITEMS_SENT ? sheet->cells[i].n : 0;
    }
}

bool items_sent_find(const struct counted *counted, const struct withheld *withheld, uint64_t least,
                     uint64_t threshold, struct items_sent *sent)
{
    const size_t n_sheets = counted->study->n_measures * MAX_GROUPS;
    size_t n_cells = 0;
    for (size_t i = 0; i < n_sheets; i++) {
        n_cells += counted->items.sheets[i].n_cells;
    }
    *sent = (struct items_sent){
        .items = &counted->items,
        .cells = calloc(n_cells + 1, sizeof *sent->cells),
        .first = calloc(n_sheets + 1, sizeof *sent->first),
        .rests = calloc(n_sheets * (counted->study->n_stages + 1) + 1, sizeof *sent->rests),
        .n_sent = calloc(n_sheets + 1, sizeof *sent->n_sent)};
    if (sent->cells == NULL || sent->first == NULL || sent->rests == NULL || sent->n_sent == NULL) {
        items_sent_free(sent);
        return false;
    }
    for (size_t i = 0; i < n_sheets; i++) {
        sent->first[i + 1] = sent->first[i] + counted->items.sheets[i].n_cells;
        find_of_sheet(counted, withheld, least, threshold, i, sent);
    }
    return true;
}

void items_sent_free(struct items_sent *sent)
{
    free(sent->cells);
    free(sent->first);
    free(sent->rests);
    free(sent->n_sent);
    *sent = (struct items_sent){0};
}

enum item_sending items_sent_cell(const struct items_sent *sent, size_t sheet,
                                  const struct item_cell *cell)
{
    const size_t place = (size_t)(cell - sent->items->sheets[sheet].cells);
    return (enum item_sending)sent->cells[sent->first[sheet] + place];
}

struct items_rest items_sent_rest(const struct items_sent *sent, size_t sheet, size_t stage)
{
    return sent->rests[sheet * (sent->items->study->n_stages + 1) + stage];
}
