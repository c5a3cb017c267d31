/* engine/compute_drop_out.c - who left, how they began, and what the means would be had they
   stayed. */
#include "engine/compute_work.h"

#include <assert.h>
#include <math.h>

#include "engine/compute.h"
#include "engine/stats/describe.h"

/* --- the mixed model --- */

static struct mixed_model fit(struct work *work)
{
    const struct study *const study = work->study;
    struct mixed_model model = {.outcome = MODEL_NOT_ASKED};
    enum model_structure structure;
    size_t n;
    if (work->model_room == NULL || study_is_goal_level(study, work->key.scale)) {
        return model;
    }
    n = work_patterns(work);
    structure = model_rule(work->patterns, n, &model.outcome, &model.base);
    if (structure == MODEL_NONE) {
        return model;
    }
    structure = study->model.structure == MODEL_NONE ? structure : study->model.structure;
    return mixed_model(work->patterns, n, work_scale(work)->units_per_point, structure,
                       structure == MODEL_UNSTRUCTURED ? study->model.df : MODEL_ROBUST,
                       work->model_room);
}

struct mixed_model compute_model(struct work *work)
{
    const struct mixed_model model = fit(work);
    if (study_is_goal_level(work->study, work->key.scale)) {
        return model;
    }
    work->key.stage = FIGURE_STAGE_NONE;
    work_add_count(work, STATISTIC_MODEL_PEOPLE, model.base.n_people);
    work_add_count(work, STATISTIC_MODEL_REPEATED, model.base.n_repeated);
    work_add_count(work, STATISTIC_MODEL_OUTCOME, model.outcome);
    work_add_count(work, STATISTIC_MODEL_STRUCTURE,
                   model.outcome == MODEL_FITTED ? model.structure : MODEL_NONE);
    work_add(work, STATISTIC_MODEL_REML_LOGLIK,
             model.outcome == MODEL_FITTED ? value_double(model.loglik) : VALUE_NONE);
    return model;
}

void compute_model_stage(struct work *work, const struct mixed_model *model, size_t stage)
{
    const struct model_estimate mean = model_mean(model, work->model_room, stage);
    const struct model_estimate change = model_change(model, work->model_room, 0, stage);
    work_add(work, STATISTIC_MODEL_MEAN, value_double(mean.estimate));
    work_add(work, STATISTIC_MODEL_SE, value_double(mean.se));
    work_add(work, STATISTIC_MODEL_CHANGE, value_double(change.estimate));
    work_add(work, STATISTIC_MODEL_CHANGE_SE, value_double(change.se));
    work_add(work, STATISTIC_MODEL_CHANGE_DF, value_double(change.df));
    work_add(work, STATISTIC_MODEL_CHANGE_CI_LOW, value_double(change.ci_low));
    work_add(work, STATISTIC_MODEL_CHANGE_CI_HIGH, value_double(change.ci_high));
    work_add(work, STATISTIC_MODEL_CHANGE_P, value_double(change.p));
}

/* --- stayers and leavers --- */

/* Scores before of those who have a score after too, and of those who gave no form though it was
   due. Someone whose form cannot be scored did not leave, and who is not due yet cannot have. */
static void stayers_and_leavers(const struct work *work, struct distribution *stayers,
                                struct distribution *leavers)
{
    struct cell_cursor at = work_cells(work, work->study->before, work->study->after);
    const int64_t units = work_scale(work)->units_per_point;
    const struct joint joint = {work->pairs, tally_pairs(at, work->pairs), units};
    work_forget(work);
    *stayers = (struct distribution){work->before, joint_before(&joint, work->before), units};
    *leavers = (struct distribution){work->after, 0, units};
    while (cell_next(&at)) {
        if (tally_is_score(at.cell.code) && at.cell.later_code == TALLY_REASON(REASON_NO_FORM)) {
            work->after[leavers->n_scores++] = (struct score_count){at.cell.code, at.cell.count};
        }
    }
}

/* (stayers - leavers) / root of the mean of the two variances: Austin (2009), Statistics in Medicine
   28(25):3083-3107, doi:10.1002/sim.3697. Undefined where either has fewer than two scores, or none
   differ. */
static struct value standardised_difference(const struct description *stayers,
                                            const struct description *leavers)
{
    const double a = stayers->sd.number, b = leavers->sd.number;
    const double sd = sqrt((a * a + b * b) / 2.0);
    return sd > 0.0 ? value_double((stayers->mean.number - leavers->mean.number) / sd) : VALUE_NONE;
}

/* The change from before to after that the model estimates. It was fitted for the trajectory; from
   the first stage on, its interval is a figure already. */
static struct model_estimate model_before_after(struct work *work)
{
    const struct study *const study = work->study;
    struct model_estimate estimate = {NAN, NAN, NAN, NAN, NAN, NAN};
    struct figure_key key = work->key;
    key.table = FIGURES_TRAJECTORY;
    if (study->before == 0) {
        const unsigned stage = FIGURE_STAGE_FIRST + (unsigned)study->after;
        estimate.ci_low =
            figures_at(work->figures, &key, stage, STATISTIC_MODEL_CHANGE_CI_LOW, 0).number;
        estimate.ci_high =
            figures_at(work->figures, &key, stage, STATISTIC_MODEL_CHANGE_CI_HIGH, 0).number;
        return estimate;
    }
    if (work->model_room != NULL) {
        const struct mixed_model model = fit(work);
        estimate = model_change(&model, work->model_room, study->before, study->after);
    }
    return estimate;
}

/* How many points below prediction the leavers would have to be, on average, for the interval of
   the model's change to reach 0: shifting them by d shifts the mean after, which is of everyone in the
   model, by d leavers / people, and the interval with it. Below 0: above prediction (the change is a
   fall). Undefined where nobody left, or the interval has 0 in it without that. A delta adjustment:
   Carpenter & Kenward (2013), Multiple Imputation and its Application, ch. 10. */
static struct value tipping_point(struct work *work, uint64_t leavers)
{
    const struct model_estimate change = model_before_after(work);
    struct figure_key key = work->key;
    double people, end;
    key.table = FIGURES_TRAJECTORY;
    people = figures_at(work->figures, &key, FIGURE_STAGE_NONE, STATISTIC_MODEL_PEOPLE, 0).number;
    end = change.ci_low > 0.0 ? change.ci_low : change.ci_high < 0.0 ? change.ci_high : NAN;
    return leavers == 0 ? VALUE_NONE : value_double(end * people / (double)leavers);
}

/* --- flow --- */

/* Of one stage: everyone, by what became of the form that is due there. */
struct flow {
    uint64_t started, not_yet_due, not_received, not_scoreable, scoreable;
};

static struct flow flow_at(const struct work *work, size_t stage)
{
    struct flow flow = {0};
    struct cell_cursor at = work_cells(work, stage, TALLY_ONE_STAGE);
    while (cell_next(&at)) {
        const tally_code code = at.cell.code;
        uint64_t *const count = tally_is_score(code)                   ? &flow.scoreable
                                : code == TALLY_REASON(REASON_NOT_DUE) ? &flow.not_yet_due
                                : code == TALLY_REASON(REASON_NO_FORM) ? &flow.not_received
                                                                       : &flow.not_scoreable;
        *count += at.cell.count;
        flow.started += at.cell.count;
    }
    return flow;
}

/* With a score at the first stage too, of those with a score here; comparable, in case of goals. */
static uint64_t paired_with_first(const struct work *work, size_t stage)
{
    uint64_t paired = 0;
    struct cell_cursor at = work_cells(work, 0, stage);
    while (cell_next(&at)) {
        paired +=
            tally_is_score(at.cell.code) && tally_is_score(at.cell.later_code) ? at.cell.count : 0;
    }
    return paired;
}

/* Is the instrument used at this stage? Where nobody at all has a form, and none is awaited, forms
   are not due, and nobody is missing. */
static bool is_used(const struct work *work, size_t stage)
{
    /* Breakdown 0 is All and has the one group 0. */
    struct cell_cursor at = tally_find(&work->figures->comparisons[0].tally, 0, work->key.scale,
                                       stage, TALLY_ONE_STAGE);
    bool used = false;
    while (!used && cell_next(&at)) {
        used = at.cell.code != TALLY_REASON(REASON_NO_FORM);
    }
    return used;
}

static void add_flow(struct work *work, size_t stage, uint64_t respondents)
{
    const struct flow flow = flow_at(work, stage);
    const uint64_t due = flow.started - flow.not_yet_due;
    const uint64_t received = flow.scoreable + flow.not_scoreable;
    const uint64_t paired = stage == 0 ? 0 : paired_with_first(work, stage);
    /* started = due + not yet due; due = received + not received; scoreable = paired + not paired */
    assert(flow.started == respondents);
    assert(due == received + flow.not_received);
    assert(paired <= flow.scoreable);
    (void)respondents;
    work->key.stage = (uint16_t)(FIGURE_STAGE_FIRST + stage);
    work_add_count(work, STATISTIC_STARTED, flow.started);
    work_add_count(work, STATISTIC_NOT_YET_DUE, flow.not_yet_due);
    work_add_count(work, STATISTIC_DUE, due);
    work_add_count(work, STATISTIC_NOT_RECEIVED, flow.not_received);
    work_add_count(work, STATISTIC_RECEIVED, received);
    work_add_count(work, STATISTIC_NOT_SCOREABLE, flow.not_scoreable);
    work_add_count(work, STATISTIC_SCOREABLE, flow.scoreable);
    if (stage > 0) {
        work_add_count(work, STATISTIC_NOT_PAIRED, flow.scoreable - paired);
        work_add_count(work, STATISTIC_PAIRED, paired);
    }
}

void compute_drop_out(struct work *work)
{
    struct distribution of_stayers, of_leavers;
    struct description stayers, leavers;
    if (!work_has_pair(work) || study_is_goal_level(work->study, work->key.scale)) {
        return;
    }
    stayers_and_leavers(work, &of_stayers, &of_leavers);
    stayers = describe_interval(&of_stayers);
    leavers = describe_interval(&of_leavers);
    work->key.stage = FIGURE_STAGE_NONE;
    work_add_count(work, STATISTIC_STAYERS, stayers.n);
    work_add(work, STATISTIC_STAYERS_MEAN, stayers.mean);
    work_add(work, STATISTIC_STAYERS_SD, stayers.sd);
    work_add_count(work, STATISTIC_LEAVERS, leavers.n);
    work_add(work, STATISTIC_LEAVERS_MEAN, leavers.mean);
    work_add(work, STATISTIC_LEAVERS_SD, leavers.sd);
    work_add(work, STATISTIC_STANDARDISED_DIFFERENCE, standardised_difference(&stayers, &leavers));
    work_add(work, STATISTIC_TIPPING_POINT, tipping_point(work, leavers.n));
    for (size_t stage = 0; stage < work->study->n_stages; stage++) {
        if (is_used(work, stage)) {
            add_flow(work, stage, flow_at(work, 0).started);
        }
    }
}
