/* engine/discount.c - see discount.h. */
#include "engine/discount.h"

/* The first that holds is the one that counts. */
static const struct {
    enum reason reason;
    bool of_before, of_after;
    enum discount discount;
} discount_order[] = {
    {REASON_CONFLICTING, true, true, DISCOUNT_CONFLICTING_FORMS},
    {REASON_NO_FORM, true, false, DISCOUNT_NO_BEFORE_FORM},
    {REASON_NOT_DUE, true, false, DISCOUNT_NO_BEFORE_FORM},
    {REASON_NOT_DUE, false, true, DISCOUNT_AFTER_NOT_YET_DUE},
    {REASON_NO_FORM, false, true, DISCOUNT_NO_AFTER_FORM},
    {REASON_INCOMPLETE, true, false, DISCOUNT_BEFORE_INCOMPLETE},
    {REASON_INCOMPLETE, false, true, DISCOUNT_AFTER_INCOMPLETE},
    {REASON_OTHER_VERSION, true, true, DISCOUNT_NOT_COMPARABLE},
    {REASON_NO_COMMON_GOAL, true, true, DISCOUNT_NO_COMMON_GOAL},
};

enum discount discount_of(tally_code before, tally_code after)
{
    for (size_t i = 0; i < sizeof discount_order / sizeof discount_order[0]; i++) {
        /* Every reason stands in the list for both stages, so that what is left at the end are two
           scores; people_ledger() in compute_scales.c asserts it. */
        const tally_code code = TALLY_REASON(discount_order[i].reason);
        if ((discount_order[i].of_before && before == code) ||
            (discount_order[i].of_after && after == code)) {
            return discount_order[i].discount;
        }
    }
    return DISCOUNT_NONE;
}
