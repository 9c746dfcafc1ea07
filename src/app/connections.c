// SPDX-License-Identifier: Apache-2.0
#include "app/connections.h"

#include "base/rng.h"
#include "platform/metrics.h"

#include <string.h>

enum { HOOK_WORKERS = 2, HOOK_QUEUE = 500, MIB = 1 << 20 };

/* ---- In ---------------------------------------------------------------------------------------
 */

static void imports_changed(void *ctx)
{
    Connections *x = ctx;
    api_imports_changed(x->api);
    connect_drops_nudge(x->drops);
}

static PtStatus open_imports(Connections *x, PtError *err)
{
    char dir[FOLDER_PATH];
    folder_path(x->c.folder, "imports", dir);
    const ConnectJobsConfig c = {
        .fs = pt_fs_real(),
        .dir = dir,
        .sql = x->c.core,
        .clock = x->c.clock,
        .log = x->c.log,
        .intake = x->c.intake,
        .sources = x->c.sources,
        .disk_bytes = (uint64_t)pt_config_int(x->c.config, "import.disk_gib") * 1024 * MIB,
        .on_change = imports_changed,
        .ctx = x};
    PtStatus st = connect_jobs_open(&c, &x->imports, err);
    if (st == PT_OK) {
        api_set_imports(x->api, x->imports);
    }
    return st;
}

static PtStatus open_pulls(Connections *x, PtError *err)
{
    PtStatus st = connect_net_parse(pt_config_text(x->c.config, "connect.networks"), &x->net, err);
    const ConnectPullsConfig pulls = {.sql = x->c.core,
                                      .clock = x->c.clock,
                                      .log = x->c.log,
                                      .intake = x->c.intake,
                                      .sources = x->c.sources,
                                      .access = x->c.access,
                                      .timers = x->c.timers,
                                      .net = &x->net};
    const ConnectDropsConfig drops = {.root = pt_config_text(x->c.config, "connect.drop_root"),
                                      .sql = x->c.core,
                                      .clock = x->c.clock,
                                      .sources = x->c.sources};
    if (st == PT_OK) {
        st = connect_pulls_open(&pulls, &x->pulls, err);
    }
    return st == PT_OK ? connect_drops_new(&drops, &x->drops, err) : st;
}

static PtStatus start_pulls(Connections *x, PtError *err)
{
    PtStatus st = connect_pulls_start(x->pulls, err);
    if (st == PT_OK) {
        st = connect_drops_start(x->drops, x->imports, err);
    }
    if (st == PT_OK) {
        api_set_pulls(x->api, x->pulls, x->drops);
        pt_metric_collector(connect_pulls_metrics, x->pulls);
    }
    return st;
}

/* ---- Out --------------------------------------------------------------------------------------
 */

static PtStatus destination_consent(void *ctx, const EventView *view, uint64_t offset,
                                    const PtStr *purposes, size_t count, bool *ret_allowed,
                                    PtStr *ret_purpose)
{
    const Connections *x = ctx;
    return consent_allows(x->c.profiles, view, offset, purposes, count, ret_allowed, ret_purpose);
}

static void destination_profile(void *ctx, const EventView *view, uint64_t offset, char ret_id[37])
{
    const Connections *x = ctx;
    profiles_id_of_event(x->c.profiles, view, offset, ret_id);
}

static PtStatus destination_traits(void *ctx, const EventView *view, uint64_t offset,
                                   const PtStr *names, size_t count, PtArena *arena,
                                   PtStr *ret_values)
{
    const Connections *x = ctx;
    return profiles_traits_of_event(x->c.profiles, view, offset, names, count, arena, ret_values);
}

static PtStatus open_destinations(Connections *x, PtError *err)
{
    char dir[FOLDER_PATH];
    folder_path(x->c.folder, "destinations", dir);
    ConnectDestinationsConfig c = {.fs = pt_fs_real(),
                                   .dir = dir,
                                   .sql = x->c.core,
                                   .clock = x->c.clock,
                                   .log = x->c.log,
                                   .sources = x->c.sources,
                                   .access = x->c.access,
                                   .net = &x->net,
                                   .hooks = {.ctx = x,
                                             .consent = destination_consent,
                                             .profile_id = destination_profile,
                                             .channel = profiles_channel,
                                             .traits = destination_traits}};
    pt_random_bytes(&c.seed, sizeof c.seed);
    PtStatus st = connect_destinations_open(&c, &x->destinations, err);
    if (st == PT_OK) {
        api_set_destinations(x->api, x->destinations);
        pt_metric_collector(connect_destinations_metrics, x->destinations);
    }
    return st;
}

/* For comparisons with another system. */
static PtStatus person_of(void *ctx, PtStr type, PtStr value, char ret_id[static 37], PtError *err)
{
    const Connections *x = ctx;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(64 * (size_t)MIB);
    Profile profile;
    if (arena == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to find a person");
    }
    PtStatus st = profiles_find(x->c.profiles, type, value, arena, &profile, err);
    if (st == PT_OK) {
        memcpy(ret_id, profile.id, sizeof profile.id);
    }
    return st;
}

static PtStatus open_adopt(Connections *x, PtError *err)
{
    const ConnectAdoptConfig c = {.core = x->c.core,
                                  .views = x->c.views,
                                  .clock = x->c.clock,
                                  .jobs = x->imports,
                                  .person_of = person_of,
                                  .ctx = x};
    PtStatus st = connect_adopt_open(&c, &x->adopt, err);
    if (st == PT_OK) {
        api_set_adopt(x->api, x->adopt);
    }
    return st;
}

/* ---- All --------------------------------------------------------------------------------------
 */

PtStatus connections_open(Connections *x, const ConnectionsConfig *config, PtError *err)
{
    x->c = *config;
    return open_pulls(x, err);
}

PtStatus connections_start(Connections *x, Api *api, PtError *err)
{
    x->api = api;
    PtStatus st = open_imports(x, err);
    st = st == PT_OK ? start_pulls(x, err) : st;
    st = st == PT_OK ? open_adopt(x, err) : st;
    return st == PT_OK ? open_destinations(x, err) : st;
}

PtStatus connections_listen(Connections *x, HookPrivacyFn *take, void *ctx, PtError *err)
{
    HooksConfig c = {.sql = x->c.core,
                     .clock = x->c.clock,
                     .machine = pt_clock_real(),
                     .log = x->c.log,
                     .intake = x->c.intake,
                     .sources = x->c.sources,
                     .access = x->c.access};
    memcpy(c.hash_key, x->c.folder->hash_key, sizeof c.hash_key);
    PtStatus st = hooks_open(&c, &x->hooks, err);
    st = st == PT_OK ? pt_pool_new(HOOK_WORKERS, HOOK_QUEUE, &x->hook_pool, err) : st;
    if (st == PT_OK) {
        hooks_on_privacy(x->hooks, take, ctx);
        api_set_hooks(x->api, x->hooks, x->hook_pool);
    }
    return st;
}

void connections_drain(Connections *x)
{
    pt_pool_free(x->hook_pool);
}

void connections_stop(Connections *x)
{
    connect_destinations_stop(x->destinations);
    connect_pulls_stop(x->pulls);
    connect_adopt_stop(x->adopt);
    connect_drops_stop(x->drops);
    connect_jobs_stop(x->imports);
}

void connections_close(Connections *x)
{
    connect_destinations_free(x->destinations);
    connect_jobs_free(x->imports);
    connect_adopt_free(x->adopt);
    connect_drops_free(x->drops);
    connect_pulls_free(x->pulls);
    hooks_close(x->hooks);
}
