// SPDX-License-Identifier: Apache-2.0
/* What may happen to an import in which state. */
#include "connect/job.h"

static const char *const state_names[CONNECT_STATES] = {
    [CONNECT_UPLOADING] = "uploading", [CONNECT_CHECKING] = "checking",
    [CONNECT_READY] = "ready",         [CONNECT_QUEUED] = "queued",
    [CONNECT_RUNNING] = "running",     [CONNECT_PAUSED] = "paused",
    [CONNECT_DONE] = "done",           [CONNECT_FAILED] = "failed",
    [CONNECT_CANCELLED] = "cancelled",
};

#define IN(state) (1U << (state))

/* A step leads from any of `from` to `to`. */
static const struct {
    const char *verb; /* "it cannot be ..." */
    unsigned from;
    ConnectJobState to;
} steps[CONNECT_STEPS] = {
    [CONNECT_STEP_UPLOADED] = {"completed", IN(CONNECT_UPLOADING), CONNECT_CHECKING},
    [CONNECT_STEP_CHECKED] = {"checked", IN(CONNECT_CHECKING), CONNECT_READY},
    [CONNECT_STEP_START] = {"started", IN(CONNECT_READY) | IN(CONNECT_FAILED), CONNECT_QUEUED},
    [CONNECT_STEP_PICK] = {"begun", IN(CONNECT_QUEUED), CONNECT_RUNNING},
    [CONNECT_STEP_PUT_BACK] = {"put back", IN(CONNECT_RUNNING), CONNECT_QUEUED},
    [CONNECT_STEP_PAUSE] = {"paused", IN(CONNECT_QUEUED) | IN(CONNECT_RUNNING), CONNECT_PAUSED},
    [CONNECT_STEP_RESUME] = {"resumed", IN(CONNECT_PAUSED), CONNECT_QUEUED},
    [CONNECT_STEP_CANCEL] = {"cancelled",
                             IN(CONNECT_UPLOADING) | IN(CONNECT_CHECKING) | IN(CONNECT_READY) |
                                 IN(CONNECT_QUEUED) | IN(CONNECT_RUNNING) | IN(CONNECT_PAUSED) |
                                 IN(CONNECT_FAILED),
                             CONNECT_CANCELLED},
    [CONNECT_STEP_REMOVE] = {"deleted",
                             IN(CONNECT_UPLOADING) | IN(CONNECT_CHECKING) | IN(CONNECT_READY) |
                                 IN(CONNECT_PAUSED) | IN(CONNECT_DONE) | IN(CONNECT_FAILED) |
                                 IN(CONNECT_CANCELLED),
                             CONNECT_CANCELLED},
    [CONNECT_STEP_FINISH] = {"finished", IN(CONNECT_RUNNING), CONNECT_DONE},
    [CONNECT_STEP_FAIL] = {"failed", IN(CONNECT_CHECKING) | IN(CONNECT_RUNNING), CONNECT_FAILED},
};

const char *connect_job_state_name(ConnectJobState state)
{
    return state < CONNECT_STATES ? state_names[state] : "unknown";
}

bool connect_job_state_of(PtStr name, ConnectJobState *ret_state)
{
    for (ConnectJobState s = 0; s < CONNECT_STATES; s++) {
        if (pt_str_eq(name, pt_str(state_names[s]))) {
            *ret_state = s;
            return true;
        }
    }
    return false;
}

PtStatus connect_job_step(ConnectJobState from, ConnectJobStep step, ConnectJobState *ret_to,
                          PtError *err)
{
    if ((steps[step].from & IN(from)) == 0) {
        return pt_fail(err, PT_CONFLICT, "the import is %s: it cannot be %s", state_names[from],
                       steps[step].verb);
    }
    // an ended import stays what it is when its file goes
    bool ended = from == CONNECT_DONE || from == CONNECT_FAILED;
    *ret_to = step == CONNECT_STEP_REMOVE && ended ? from : steps[step].to;
    return PT_OK;
}
