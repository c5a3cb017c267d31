/* engine/tables/withheld.c - what a report lacks that was made of tallies from which small cohorts
   are withheld. */
#include "engine/tables/shared.h"

void withheld_table(struct maker *maker)
{
    struct table *table;
    if (maker->n_missing == 0) {
        return;
    }
    table = new_table(maker, 0, "withheld", text_of(MESSAGE_TITLE_WITHHELD));
    add_label_column(maker, table, text_of(MESSAGE_HEAD_WITHHELD));
    for (size_t i = 0; i < maker->n_missing; i++) {
        struct cell_content *const row = add_row(maker, table);
        if (row != NULL) {
            row[0] = cell_sentence(&maker->missing[i]);
        }
    }
    add_note(maker, table, text_of(MESSAGE_NOTE_WITHHELD));
}
