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
    (void)pthread_mutex_init(&d->files, NULL);
    (void)pthread_mutex_init(&d->routing, NULL);
    (void)pthread_mutex_init(&d->leads, NULL);
    d->present = calloc(DESK_PRESENT_MAX, sizeof *d->present);
    PtStatus st = d->present != NULL ? desk_index_new(DESK_FIRST_NUMBER, &d->index, err)
                                     : pt_fail(err, PT_NO_MEMORY, "no memory for the desk");
    st = st == PT_OK ? desk_policy_load(d, err) : st;
    st = st == PT_OK ? desk_routes_load(d, err) : st;
    st = st == PT_OK ? desk_files_open(d, err) : st;
    st = st == PT_OK ? desk_index_load(d, err) : st;
    st = st == PT_OK ? desk_search_open(d, err) : st;
    st = st == PT_OK ? desk_mail_restart(d, err) : st;
    st = st == PT_OK ? desk_routing_open(d, err) : st;
    st = st == PT_OK ? desk_learning_open(d, err) : st;
    if (st != PT_OK) {
        desk_close(d);
        return st;
    }
    desk_lead_timers(d);
    desk_room_timers(d);
    *ret_desk = d;
    return PT_OK;
}

PtStatus desk_start(Desk *d, Work *work, PtError *err)
{
    d->work = work;
    PtStatus st = desk_lead_start(d, err);
    st = st == PT_OK ? desk_room_start(d, err) : st;
    st = st == PT_OK ? desk_search_start(d, err) : st;
    st = st == PT_OK ? desk_routing_start(d, err) : st;
    return st == PT_OK ? desk_learning_start(d, err) : st;
}

void desk_close(Desk *d)
{
    if (d != NULL) {
        desk_search_close(d);
        desk_learning_close(d);
        desk_routing_close(d);
        desk_policy_release(d->policy);
        desk_routes_release(d->routes);
        desk_index_free(d->index);
        free(d->present);
        (void)pthread_mutex_destroy(&d->leads);
        (void)pthread_mutex_destroy(&d->routing);
        (void)pthread_mutex_destroy(&d->files);
        (void)pthread_mutex_destroy(&d->lock);
        free(d);
    }
}

void desk_metrics(void *ctx, PtBuf *out)
{
    Desk *d = ctx;
    const DeskIndexFigures f = desk_index_figures(d->index);
    pt_metric_line(out, "patron_desk_tickets", "gauge", "Tickets", true, NULL, (double)f.tickets);
    pt_metric_line(out, "patron_desk_tickets_open", "gauge", "Tickets that are open", true, NULL,
                   (double)f.open);
    pt_metric_line(out, "patron_desk_memory_bytes", "gauge",
                   "Memory of what lists and search work on", true, NULL, (double)f.bytes);
    const struct {
        const char *label;
        _Atomic uint64_t *count;
    } fired[] = {{"what=\"at_risk\"", &d->at_risk},
                 {"what=\"breached\"", &d->breached},
                 {"what=\"escalated\"", &d->escalated},
                 {"what=\"lead\"", &d->to_lead}};
    for (size_t i = 0; i < sizeof fired / sizeof *fired; i++) {
        pt_metric_line(out, "patron_desk_promises_total", "counter",
                       "Rows of history that a clock of a ticket wrote", i == 0, fired[i].label,
                       (double)atomic_load(fired[i].count));
    }
    desk_routing_metrics(d, out);
}
