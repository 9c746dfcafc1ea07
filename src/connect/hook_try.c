// SPDX-License-Identifier: Apache-2.0
/* A delivery made up and tried: signed, checked and mapped as one that came, and dropped. */
#include "connect/hook_internal.h"

#include <stdio.h>

/* The kind's sample of the topic; of no topic the first. NULL: there is none. */
static const HookSample *sample_of(const HookKind *kind, PtStr topic)
{
    for (size_t i = 0; i < kind->sample_count; i++) {
        if (topic.data == NULL || pt_str_eq(topic, pt_str(kind->samples[i].topic))) {
            return &kind->samples[i];
        }
    }
    return NULL;
}

/* What is tried, where no body is given. */
static PtStatus choose(Hooks *h, const HookLive *live, ShopParcel *p, PtError *err)
{
    PtStatus st = PT_OK;
    if (p->topic.data == NULL) {
        st = hooks_sample(h, pt_str(live->c.id), p->arena, &p->body, err);
    }
    if (st != PT_OK || p->body.data != NULL) {
        return st;
    }
    const HookSample *sample = sample_of(live->c.kind, p->topic);
    if (sample == NULL) {
        return pt_fail(err, PT_INVALID, "topic: there is no sample of it, so give a body");
    }
    p->topic = pt_str(sample->topic);
    p->body = pt_str(sample->body);
    return PT_OK;
}

/* As a delivery is landed, up to the intake. */
static PtStatus would_land(HookJob *j, PtError *err)
{
    EventSource source;
    PtBuf body;
    const PtStatus st = hook_batch(j, 0, &body, err);
    pt_buf_done(&body);
    if (st != PT_OK) {
        return st;
    }
    if (!event_source_by_number(j->h->c.sources, j->live->c.source, &source)) {
        j->d.result = HOOK_FAILED;
        hook_say(j->d.reason, sizeof j->d.reason, PT_STR("the source of the connector is gone"));
    } else if (!source.enabled) {
        j->d.result = HOOK_IGNORED;
        hook_say(j->d.reason, sizeof j->d.reason, PT_STR("its source is disabled"));
    } else {
        j->d.result = HOOK_LANDED;
    }
    return PT_OK;
}

/* Whatever is wrong with it is a result of its own. */
static PtStatus map_it(HookJob *j, const HttpRequest *r, size_t *ret_left_out, PtError *err)
{
    PtStatus st = hook_understand(j, r, ret_left_out, err);
    if (st == PT_OK && j->mapped->privacy.rule != NULL) {
        static const char *const asks[] = {[HOOK_PRIVACY_ERASE] = "erase a customer",
                                           [HOOK_PRIVACY_EXPORT] = "export a customer's data",
                                           [HOOK_PRIVACY_ERASE_SHOP] = "erase all of this shop"};
        j->d.result = HOOK_PRIVACY;
        (void)snprintf(j->d.reason, sizeof j->d.reason,
                       "it asks the privacy desk to %s; a trial does not hand it on",
                       asks[j->mapped->privacy.rule->kind]);
    } else if (st == PT_OK && !hook_is_over(j, *ret_left_out)) {
        st = would_land(j, err);
    }
    if (st == PT_INVALID || st == PT_TOO_LARGE) {
        j->d.result = HOOK_QUARANTINED;
        hook_say(j->d.reason, sizeof j->d.reason, pt_str(err->message));
        j->mapped->count = 0;
        *ret_left_out = 0;
        return PT_OK;
    }
    return st;
}

/* Packed, and held against the checks of the door; *ret_in false: it would be refused there. */
static PtStatus knock(HookJob *j, ShopParcel *p, HookTrial *t, bool *ret_in, PtError *err)
{
    PtError why = {0};
    *ret_in = true;
    if (j->sender.kind->pack == NULL) {
        t->unsigned_why = PT_STR("only the shop has the private key that signs");
        return PT_OK;
    }
    j->sender.kind->pack(&j->sender, j->live->secret, p);
    if (p->failed) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a trial");
    }
    const HttpRequest r = shop_parcel_request(p);
    PtStatus st = hook_check_shape(&r, &why);
    st = st == PT_OK ? hook_check_signature(j->h, j->live, &r, &why) : st;
    t->is_signed = *ret_in = st == PT_OK;
    if (st != PT_OK) {
        j->d.result = st == PT_TOO_LARGE ? HOOK_TOO_LARGE : HOOK_UNSIGNED;
        hook_say(j->d.reason, sizeof j->d.reason, pt_str(why.message));
        t->unsigned_why = pt_arena_str(p->arena, pt_str(j->d.reason));
    }
    return PT_OK;
}

/* What came of it, out of the job's arena into the caller's. */
static PtStatus tell(const HookJob *j, size_t left_out, PtArena *arena, HookTrial *t, PtError *err)
{
    const size_t count = j->mapped->count + left_out;
    t->result = j->d.result;
    t->left_out = left_out;
    t->topic = pt_arena_str(arena, pt_str(j->d.topic));
    t->reason = pt_arena_str(arena, pt_str(j->d.reason));
    t->events = pt_arena_alloc(arena, count + 1, sizeof *t->events);
    bool good = t->topic.data != NULL && t->reason.data != NULL && t->body.data != NULL &&
                t->unsigned_why.data != NULL && t->events != NULL;
    for (; good && t->count < count; t->count++) {
        t->events[t->count] = pt_arena_str(arena, j->mapped->events[t->count].json);
        good = t->events[t->count].data != NULL;
    }
    return good ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for what came of a trial");
}

static PtStatus try_it(HookJob *j, ShopParcel *p, HookTrial *t, PtError *err)
{
    size_t left_out = 0;
    bool in = false;
    t->unsigned_why = PT_STR("");
    t->body = pt_arena_str(p->arena, p->body);
    PtStatus st = knock(j, p, t, &in, err);
    if (st == PT_OK && in) {
        const HttpRequest r = shop_parcel_request(p);
        st = map_it(j, &r, &left_out, err);
    }
    return st == PT_OK ? tell(j, left_out, p->arena, t, err) : st;
}

PtStatus hooks_test(Hooks *h, PtStr id, PtStr topic, PtStr body, PtArena *arena,
                    HookTrial *ret_trial, PtError *err)
{
    PT_CLEANUP(hook_releasep) HookLive *live = hook_take(h, id);
    ShopParcel p = {.arena = arena, .topic = topic, .delivery = PT_STR("trial"), .body = body};
    HookTrial t = {.is_signed = false};
    PtError why = {0};
    HookJob j;
    err = err != NULL ? err : &why;
    if (live == NULL) {
        return pt_fail(err, PT_NOT_FOUND, "no such connector");
    }
    PtStatus st = body.data == NULL ? choose(h, live, &p, err) : PT_OK;
    if (st != PT_OK) {
        return st;
    }
    p.topic = p.topic.data != NULL ? p.topic : PT_STR("");
    st = hook_job_open(&j, h, live) ? try_it(&j, &p, &t, err)
                                    : pt_fail(err, PT_NO_MEMORY, "no memory for a trial");
    hook_job_close(&j);
    if (st == PT_OK) {
        *ret_trial = t;
    }
    return st;
}
