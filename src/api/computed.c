// SPDX-License-Identifier: Apache-2.0
/* /api/v1/computed-traits: what is computed of each customer. */
#include "api/api_internal.h"

static void put_trait(PtJsonOut *out, const ComputedTrait *trait)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "id", trait->id);
    pt_json_put_str(out, "name", trait->name);
    pt_json_put_str(out, "description", trait->description);
    api_put_raw(out, "fold", trait->fold);
    api_put_time(out, "created_at", trait->created_ms);
    api_put_time(out, "changed_at", trait->changed_ms);
    pt_json_put_str(out, "changed_by", trait->changed_by);
    pt_json_put_str(out, "state", trait->live ? PT_STR("live") : PT_STR("backfill"));
    api_put_double(out, "progress", trait->progress);
    pt_json_out_object_end(out);
}

static void answer_trait(ApiCall *call, int status, PtStr id)
{
    ComputedTrait trait;
    PtJsonOut out = pt_json_out(&call->body);
    if (!api_failed(call,
                    computed_get(call->api->c.profiles, id, call->arena, &trait, &call->error))) {
        put_trait(&out, &trait);
        api_answer(call, status);
    }
}

void api_computed_list(ApiCall *call)
{
    ComputedTrait *traits;
    size_t count;
    if (api_failed(call, computed_list(call->api->c.profiles, call->arena, &traits, &count,
                                       &call->error))) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < count; i++) {
        put_trait(&out, &traits[i]);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}

void api_computed_get(ApiCall *call)
{
    answer_trait(call, 200, call->args[0]);
}

void api_computed_add(ApiCall *call)
{
    char id[37];
    const ComputedTraitEdit edit = {.name = call->in[IN_COMPUTED_ADD_NAME].text,
                                    .description = call->in[IN_COMPUTED_ADD_DESCRIPTION].text,
                                    .fold = call->in[IN_COMPUTED_ADD_FOLD].text};
    if (!api_failed(
            call, computed_add(call->api->c.profiles, &call->who.actor, &edit, id, &call->error))) {
        answer_trait(call, 201, pt_str(id));
    }
}

void api_computed_save(ApiCall *call)
{
    const ComputedTraitEdit edit = {.name = call->in[IN_COMPUTED_SAVE_NAME].text,
                                    .description = call->in[IN_COMPUTED_SAVE_DESCRIPTION].text,
                                    .fold = call->in[IN_COMPUTED_SAVE_FOLD].text};
    if (!api_failed(call, computed_save(call->api->c.profiles, &call->who.actor, call->args[0],
                                        &edit, call->arena, &call->error))) {
        answer_trait(call, 200, call->args[0]);
    }
}

void api_computed_delete(ApiCall *call)
{
    if (!api_failed(call, computed_delete(call->api->c.profiles, &call->who.actor, call->args[0],
                                          call->arena, &call->error))) {
        api_answer_done(call);
    }
}

void api_computed_preview(ApiCall *call)
{
    ComputedPreview *values;
    size_t count;
    if (api_failed(call,
                   computed_preview(call->api->c.profiles, call->in[IN_COMPUTED_PREVIEW_FOLD].text,
                                    call->in[IN_COMPUTED_PREVIEW_PROFILE].text, call->arena,
                                    &values, &count, &call->error))) {
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < count; i++) {
        pt_json_out_object(&out);
        pt_json_put_str(&out, "id", pt_str(values[i].id));
        pt_json_put_str(&out, "name", values[i].name);
        api_put_raw(&out, "value", values[i].json);
        pt_json_put_u64(&out, "events", values[i].events);
        pt_json_put_bool(&out, "cut", values[i].cut);
        pt_json_out_object_end(&out);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    api_answer(call, 200);
}
