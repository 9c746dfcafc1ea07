// SPDX-License-Identifier: Apache-2.0
/* Who is at which ticket now. */
#include "desk/desk_internal.h"

#include <string.h>

const char *const desk_presences[] = {"viewing", "editing", "left", NULL};

static bool there(const DeskAtTicket *at, int64_t now_ms)
{
    return at->number != 0 && now_ms - at->said_ms < INT64_C(1000) * DESK_PRESENT_S;
}

static bool is_of(const DeskAtTicket *at, int64_t number, const DeskPresent *who)
{
    return at->number == number && strcmp(at->who.account, who->account) == 0;
}

/* The place of who is there already; else a free one, or that of who has said nothing longest. */
static DeskAtTicket *place_of(Desk *d, int64_t number, const DeskPresent *who, int64_t now_ms)
{
    DeskAtTicket *best = &d->present[0];
    for (size_t i = 0; i < DESK_PRESENT_MAX; i++) {
        DeskAtTicket *at = &d->present[i];
        if (at->number != 0 && !there(at, now_ms)) {
            *at = (DeskAtTicket){0};
        } else if (is_of(at, number, who)) {
            return at;
        }
        best = at->said_ms < best->said_ms ? at : best;
    }
    return best;
}

/* Kept in the order in which they came. */
static void list_one(DeskPresent *list, size_t *count, const DeskPresent *who)
{
    size_t at = *count;
    while (at > 0 && list[at - 1].since_ms > who->since_ms) {
        at--;
    }
    if (at == DESK_PRESENT_SHOWN) {
        return;
    }
    *count += *count < DESK_PRESENT_SHOWN;
    memmove(&list[at + 1], &list[at], (*count - at - 1) * sizeof *list);
    list[at] = *who;
}

/* A token or the socket has no account: it is known by its kind and name. */
static DeskPresent present_of(const AuditActor *by, DeskPresence state, int64_t now_ms)
{
    DeskPresent who = {.state = state, .since_ms = now_ms};
    const PtStr name = audit_actor_name(by);
    (void)pt_str_copy(who.account, sizeof who.account, by->id[0] != '\0' ? pt_str(by->id) : name);
    (void)pt_str_copy(who.name, sizeof who.name, name);
    return who;
}

void desk_present(Desk *d, const AuditActor *by, int64_t number, DeskPresence state,
                  DeskPresent list[static DESK_PRESENT_SHOWN], size_t *ret_count)
{
    const int64_t now_ms = pt_mono_ms();
    DeskPresent who = present_of(by, state, pt_clock_now_ms(d->c.clock));
    *ret_count = 0;
    (void)pthread_mutex_lock(&d->lock);
    DeskAtTicket *mine = place_of(d, number, &who, now_ms);
    if (is_of(mine, number, &who)) {
        who.since_ms = mine->who.state == state ? mine->who.since_ms : who.since_ms;
        *mine = (DeskAtTicket){0};
    }
    if (state != DESK_LEFT) {
        *mine = (DeskAtTicket){number, now_ms, who};
    }
    for (size_t i = 0; i < DESK_PRESENT_MAX; i++) {
        const DeskAtTicket *at = &d->present[i];
        if (at->number == number && !is_of(at, number, &who)) {
            list_one(list, ret_count, &at->who);
        }
    }
    (void)pthread_mutex_unlock(&d->lock);
}
