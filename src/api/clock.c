// SPDX-License-Identifier: Apache-2.0
/* /api/v1/clock: what the daemon's clock shows; a simulated one can be set. */
#include "api/api_internal.h"

#include "base/time.h"

static const int64_t FIRST_MS = INT64_C(946684800000); /* 2000-01-01 */
static const int64_t END_MS = INT64_C(4102444800000);  /* 2100-01-01, not included */

enum { PPM = 1000000 };

void api_clock_get(ApiCall *call)
{
    const PtClock *clock = call->api->c.clock;
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "kind", pt_clock_is_sim(clock) ? PT_STR("sim") : PT_STR("real"));
    api_put_time(&out, "now", pt_clock_now_ms(clock));
    pt_json_put_i64(&out, "speed", pt_clock_speed_ppm(clock) / PPM);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

static PtStatus audit(ApiCall *call, const ApiValue *speed, const ApiValue *now)
{
    PtBuf detail;
    char text[PT_TIME_TEXT];
    pt_buf_init(&detail, 512);
    PtJsonOut out = pt_json_out(&detail);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "from", pt_time_format(pt_clock_now_ms(call->api->c.clock), text));
    if (now->given) {
        pt_json_put_str(&out, "now", pt_time_format(now->number, text));
    }
    pt_json_put_i64(&out, "speed", speed->number);
    pt_json_out_object_end(&out);
    PtStatus st = pt_buf_status(&detail);
    st = st == PT_OK ? api_audit(call, "clock.set", "clock", PT_STR("clock"), pt_buf_str(&detail),
                                 &call->error)
                     : pt_fail(&call->error, st, "the change does not fit into the audit chain");
    pt_buf_done(&detail);
    return st;
}

void api_clock_set(ApiCall *call)
{
    PtClock *clock = call->api->c.clock;
    const ApiValue *speed = &call->in[IN_CLOCK_SET_SPEED], *now = &call->in[IN_CLOCK_SET_NOW];
    PtStatus st = PT_OK;
    if (!pt_clock_is_sim(clock)) {
        st = pt_fail(&call->error, PT_CONFLICT, "the clock is the machine's: start with clock=sim");
    } else if (now->given && (now->number < FIRST_MS || now->number >= END_MS)) {
        st = pt_fail(&call->error, PT_INVALID, "now is not within the years 2000 to 2099");
    } else {
        st = audit(call, speed, now);
    }
    if (api_failed(call, st)) {
        return;
    }
    pt_clock_sim_speed(clock, speed->number * PPM);
    if (now->given) {
        pt_clock_sim_set(clock, now->number);
    }
    api_clock_get(call);
}
