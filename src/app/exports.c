// SPDX-License-Identifier: Apache-2.0
#include "app/exports.h"

#include <stdio.h>

static ConnectDestinations *of(void *ctx)
{
    return *(ConnectDestinations **)ctx;
}

static PtStatus list(void *ctx, PtArena *arena, BehaviourTarget **ret_list, size_t *ret_count,
                     PtError *err)
{
    ConnectDestination *all;
    size_t count = 0, kept = 0;
    PtStatus st = connect_destinations_list(of(ctx), arena, &all, &count, err);
    BehaviourTarget *targets =
        st == PT_OK ? pt_arena_alloc(arena, count + 1, sizeof *targets) : NULL;
    if (targets == NULL) {
        return st != PT_OK ? st : pt_fail(err, PT_NO_MEMORY, "no memory for destinations");
    }
    for (size_t i = 0; i < count; i++) {
        const ConnectKind *kind = connect_kind_of(all[i].kind);
        if (kind != NULL && kind->put != NULL) {
            targets[kept++] = (BehaviourTarget){all[i].id, all[i].name, all[i].kind};
        }
    }
    *ret_list = targets;
    *ret_count = kept;
    return PT_OK;
}

static PtStatus takes(void *ctx, PtStr id, bool people, PtError *err)
{
    return connect_destination_takes(of(ctx), id, people, err);
}

static PtStatus put(void *ctx, PtStr id, const BehaviourFile *file, const _Atomic bool *stop,
                    BehaviourSent *ret_sent, PtError *err)
{
    ConnectFileEnd end;
    const ConnectFile one = {.fd = file->fd,
                             .bytes = file->bytes,
                             .name = file->name,
                             .id = file->id,
                             .content_type = behaviour_format_types[file->format],
                             .now_ms = pt_clock_now_ms(pt_clock_real())};
    PtStatus st = connect_destination_put(of(ctx), id, file->people, &one, stop, &end, err);
    if (st != PT_OK) {
        return st;
    }
    *ret_sent = (BehaviourSent){.sent = end.verdict == CONNECT_DELIVERED,
                                .again = end.verdict != CONNECT_REFUSED,
                                .wait_ms = end.wait_ms};
    (void)snprintf(ret_sent->place, sizeof ret_sent->place, "%s", end.place);
    (void)snprintf(ret_sent->why, sizeof ret_sent->why, "%s", end.why);
    return PT_OK;
}

BehaviourTargets export_targets(ConnectDestinations **destinations)
{
    return (BehaviourTargets){.ctx = destinations, .list = list, .takes = takes, .put = put};
}
