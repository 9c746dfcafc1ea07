// SPDX-License-Identifier: Apache-2.0
/* Accounts and households: what the view gathers of them until a step's transaction. */
#include "profiles/groups_internal.h"
#include "profiles/traits_internal.h"

#include <stdlib.h>
#include <string.h>

enum { GATHERED_MAX = 256 << 20 }; /* bytes; a step ends long before */

/* ---- Ids and names --------------------------------------------------------------------------- */

GroupId group_id(const Profiles *p, GroupBasis basis, PtStr named)
{
    char text[2 + GROUP_NAMED_MAX];
    GroupId id;
    const size_t len = named.len < GROUP_NAMED_MAX ? named.len : GROUP_NAMED_MAX;
    text[0] = 'g'; // no person's: those are of eight bytes
    text[1] = (char)('0' + basis);
    memcpy(text + 2, named.data, len);
    const PtHash128 h = pt_hash128((PtStr){text, 2 + len}, p->id_key);
    for (int i = 0; i < 8; i++) {
        id.bytes[i] = (uint8_t)(h.hi >> (56 - 8 * i));
        id.bytes[8 + i] = (uint8_t)(h.lo >> (56 - 8 * i));
    }
    id.bytes[6] = (uint8_t)((id.bytes[6] & 0x0F) | 0x80);
    id.bytes[8] = (uint8_t)((id.bytes[8] & 0x3F) | 0x80);
    return id;
}

PtStr group_search_form(PtStr name, char out[static GROUP_SEARCH_MAX])
{
    return (PtStr){out, pt_text_fold(name, out, GROUP_SEARCH_MAX)};
}

/* ---- Lifetime -------------------------------------------------------------------------------- */

PtStatus groups_new(Profiles *p, PtError *err)
{
    Groups *g = p->groups = calloc(1, sizeof *g);
    if (g != NULL) {
        g->arena = pt_arena_new(GATHERED_MAX);
        g->calls_end = &g->calls;
        pt_buf_init(&g->text, EVENT_MAX_BYTES);
    }
    if (g == NULL || g->arena == NULL) {
        groups_free(p);
        return pt_fail(err, PT_NO_MEMORY, "no memory for accounts and households");
    }
    return PT_OK;
}

void groups_free(Profiles *p)
{
    if (p->groups != NULL) {
        pt_arena_free(p->groups->arena);
        pt_buf_done(&p->groups->text);
        free(p->groups->touched);
        free(p->groups);
        p->groups = NULL;
    }
}

void groups_clear(Profiles *p)
{
    Groups *g = p->groups;
    if (g->calls != NULL) {
        pt_arena_clear(g->arena);
        g->calls = NULL;
        g->calls_end = &g->calls;
    }
    g->touched_count = 0;
}

void groups_forget(Profiles *p)
{
    groups_clear(p);
}

/* ---- Group calls ----------------------------------------------------------------------------- */

static bool add_trait(Groups *g, GroupCall *call, PtStr name, PtStr json)
{
    GroupSaidTrait *t = pt_arena_alloc(g->arena, 1, sizeof *t);
    if (t == NULL) {
        return false;
    }
    t->name = pt_arena_str(g->arena, name);
    t->json = pt_arena_str(g->arena, json);
    *call->traits_end = t;
    call->traits_end = &t->next;
    return t->name.data != NULL && t->json.data != NULL;
}

/* Names and values over the bounds of traits are left out. */
static bool add_traits(Groups *g, GroupCall *call, PtStr object)
{
    PtJson j;
    bool ok = true;
    pt_json_init(&j, object, EVENT_MAX_DEPTH);
    if (object.len == 0 || pt_json_next(&j) != PT_JSON_OBJECT) {
        return true;
    }
    while (ok && pt_json_next(&j) == PT_JSON_KEY) {
        PtStr name = j.raw, json;
        if ((j.flags & PT_JSON_ESCAPED) != 0) {
            pt_buf_clear(&g->text, EVENT_MAX_BYTES);
            pt_json_decode(j.raw, &g->text);
            name = pt_buf_str(&g->text);
            ok = pt_buf_status(&g->text) == PT_OK;
        }
        if (!pt_json_skip(&j, &json, NULL, NULL)) {
            break;
        }
        if (ok && name.len > 0 && name.len <= TRAIT_NAME_MAX && json.len <= TRAIT_JSON_MAX) {
            ok = add_trait(g, call, name, json);
        }
    }
    return ok;
}

PtStatus groups_apply(Profiles *p, const EventView *v, const PtRecord *r, uint32_t node,
                      PtError *err)
{
    Groups *g = p->groups;
    if (v->type != EVENT_GROUP) {
        return PT_OK;
    }
    pt_buf_clear(&g->text, EVENT_MAX_BYTES);
    const PtStr named = profile_json_text(profile_event_member(v, PT_STR("groupId")), &g->text);
    if (pt_buf_status(&g->text) == PT_OK && (named.len == 0 || named.len > GROUP_NAMED_MAX)) {
        return PT_OK;
    }
    GroupCall *call = pt_arena_alloc(g->arena, 1, sizeof *call);
    bool ok = call != NULL && pt_buf_status(&g->text) == PT_OK;
    if (ok) {
        *call = (GroupCall){.node = node, .source = r->source, .at_ms = v->timestamp_ms};
        call->traits_end = &call->traits;
        call->named = pt_arena_str(g->arena, named);
        ok = call->named.data != NULL &&
             add_traits(g, call, profile_event_member(v, PT_STR("traits")));
    }
    if (!ok) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for accounts and households");
    }
    *g->calls_end = call;
    g->calls_end = &call->next;
    return PT_OK;
}

/* ---- Nodes whose household may have changed -------------------------------------------------- */

void groups_touch_begin(Profiles *p)
{
    p->groups->touched_count = 0;
}

PtStatus groups_touch(Profiles *p, uint32_t node, PtError *err)
{
    Groups *g = p->groups;
    if (g->touched_count == g->touched_room) {
        const size_t room = g->touched_room == 0 ? 256 : 2 * g->touched_room;
        uint32_t *grown = realloc(g->touched, room * sizeof *grown);
        if (grown == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for accounts and households");
        }
        g->touched = grown;
        g->touched_room = room;
    }
    g->touched[g->touched_count++] = node;
    return PT_OK;
}
