// SPDX-License-Identifier: Apache-2.0
#include "api/api.h"

#include "api/api_internal.h"

#include <stdio.h>
#include <stdlib.h>

PtStatus api_new(const ApiConfig *config, Api **ret_api, PtError *err)
{
    Api *api = calloc(1, sizeof *api);
    if (api == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the API");
    }
    api->c = *config;
    PtStatus st =
        api_proxies_parse(config->proxies != NULL ? config->proxies : "", &api->proxies, err);
    if (st != PT_OK) {
        free(api);
        return st;
    }
    if (config->hsts_days > 0) {
        (void)snprintf(api->hsts, sizeof api->hsts, "max-age=%llu", 86400ULL * config->hsts_days);
    }
    api->watch = (PtLoopTimer){.fn = api_streams_watch, .ctx = api};
    (void)pthread_mutex_init(&api->rounds_lock, NULL);
    (void)pthread_mutex_init(&api->lock, NULL);
    (void)pthread_cond_init(&api->stream_ended, NULL);
    api_metrics_init(api);
    pt_loop_on_round(config->loop, api_intake_round_end, api);
    *ret_api = api;
    return PT_OK;
}

void api_set_server(Api *api, HttpServer *server)
{
    api->server = server;
}

void api_free(Api *api)
{
    if (api == NULL) {
        return;
    }
    api_stop_streams(api);
    (void)pthread_mutex_lock(&api->lock);
    while (api->stream_count > 0) {
        (void)pthread_cond_wait(&api->stream_ended, &api->lock);
    }
    (void)pthread_mutex_unlock(&api->lock);
    pt_loop_timer_cancel(api->c.loop, &api->watch);
    (void)pthread_cond_destroy(&api->stream_ended);
    (void)pthread_mutex_destroy(&api->lock);
    (void)pthread_mutex_destroy(&api->rounds_lock);
    free(api->waiting);
    free(api);
}

bool api_source_wanted(uint32_t filter, uint32_t number)
{
    return filter == API_SOURCE_OWN ? number == 0 : filter == 0 ? number != 0 : number == filter;
}

EventSourceName api_source_name(Api *api, uint32_t number, EventSource *space)
{
    if (number == 0) {
        return (EventSourceName){{NULL, 0}, PT_STR(EVENT_FEED_SOURCE)};
    }
    if (event_source_by_number(api->c.sources, number, space)) {
        return (EventSourceName){pt_str(space->id), pt_str(space->name)};
    }
    return (EventSourceName){{NULL, 0}, {NULL, 0}};
}
