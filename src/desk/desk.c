// SPDX-License-Identifier: Apache-2.0
/* The desk opened and closed. */
#include "desk/desk_internal.h"
#include "platform/metrics.h"

#include <stdlib.h>

PtStatus desk_open(const DeskConfig *config, Desk **ret_desk, PtError *err)
{
    Desk *d = calloc(1, sizeof *d);
    if (d == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the desk");
    }
    d->c = *config;
    (void)pthread_mutex_init(&d->lock, NULL); // does not fail on Linux with default attributes
    PtStatus st = desk_index_new(DESK_FIRST_NUMBER, &d->index, err);
    st = st == PT_OK ? desk_policy_load(d, err) : st;
    st = st == PT_OK ? desk_index_load(d, err) : st;
    if (st != PT_OK) {
        desk_close(d);
        return st;
    }
    *ret_desk = d;
    return PT_OK;
}

void desk_close(Desk *d)
{
    if (d != NULL) {
        desk_policy_release(d->policy);
        desk_index_free(d->index);
        (void)pthread_mutex_destroy(&d->lock);
        free(d);
    }
}

void desk_metrics(void *ctx, PtBuf *out)
{
    const Desk *d = ctx;
    const DeskIndexFigures f = desk_index_figures(d->index);
    pt_metric_line(out, "patron_desk_tickets", "gauge", "Tickets", true, NULL, (double)f.tickets);
    pt_metric_line(out, "patron_desk_tickets_open", "gauge", "Tickets that are open", true, NULL,
                   (double)f.open);
    pt_metric_line(out, "patron_desk_memory_bytes", "gauge",
                   "Memory of what lists and search work on", true, NULL, (double)f.bytes);
}
