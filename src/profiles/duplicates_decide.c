// SPDX-License-Identifier: Apache-2.0
/* What staff decide about a proposed pair: with the proposal as it stood, so that the view keeps
 * score and evidence with the decision. */
#include "base/json.h"
#include "profiles/duplicates_internal.h"
#include "profiles/view_internal.h"

enum { PROPOSAL_MAX = 12 << 10, TEXT_MAX = 8 << 10 };

/* ---- Deciding -------------------------------------------------------------------------------- */

static void put_node(PtJsonOut *out, const DuplicateNode *node)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "type", node->type);
    pt_json_put_str(out, "value", node->value);
    pt_json_out_object_end(out);
}

/* By identifiers, not by their numbers: those are others under other rules of identity. */
static PtStatus write_proposal(const ProfileDuplicate *d, const DuplicateNode nodes[static 2],
                               PtBuf *text, PtError *err)
{
    PtJsonOut out = pt_json_out(text);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "id", pt_str(d->id));
    pt_json_put_u64(&out, "score_ppm", d->score_ppm);
    pt_json_put_i64(&out, "found_ms", d->found_ms);
    pt_json_out_key(&out, PT_STR("nodes"));
    pt_json_out_array(&out);
    put_node(&out, &nodes[0]);
    put_node(&out, &nodes[1]);
    pt_json_out_array_end(&out);
    pt_json_out_key(&out, PT_STR("evidence"));
    pt_json_out_raw(&out, d->evidence);
    pt_json_out_object_end(&out);
    return pt_buf_status(text) == PT_OK
               ? PT_OK
               : pt_fail(err, pt_buf_status(text), "the proposal does not fit into an event");
}

typedef PtStatus DecidePair(Profiles *p, const AuditActor *by, PtStr id, PtStr other,
                            const DecidedDuplicate *why, PtError *err);

static PtStatus decide(Profiles *p, const AuditActor *by, PtStr id, PtStr reason, DecidePair *fn,
                       PtError *err)
{
    enum { ARENA = 16 << 20 };
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA);
    ProfileDuplicate d;
    DuplicateNode nodes[2];
    PtBuf text;
    if (arena == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a decision");
    }
    PtStatus st = duplicate_read(p, id, arena, &d, nodes, err);
    if (st == PT_OK && d.status != PROFILE_DUPLICATE_OPEN) {
        st = pt_fail(err, PT_CONFLICT, "the pair is not open any more: it was %s",
                     d.status == PROFILE_DUPLICATE_ACCEPTED ? "accepted" : "refused");
    }
    if (st != PT_OK) {
        return st;
    }
    pt_buf_init(&text, PROPOSAL_MAX);
    st = write_proposal(&d, nodes, &text, err);
    if (st == PT_OK) {
        const DecidedDuplicate why = {reason, pt_str(d.id), pt_buf_str(&text)};
        st = fn(p, by, pt_str(d.persons[0].id), pt_str(d.persons[1].id), &why, err);
    }
    pt_buf_done(&text);
    return st;
}

PtStatus profiles_duplicate_accept(Profiles *p, const AuditActor *by, PtStr id, PtStr reason,
                                   PtError *err)
{
    return decide(p, by, id, reason, decide_merge, err);
}

PtStatus profiles_duplicate_refuse(Profiles *p, const AuditActor *by, PtStr id, PtStr reason,
                                   PtError *err)
{
    return decide(p, by, id, reason, decide_refusal, err);
}

/* ---- Carried out ----------------------------------------------------------------------------- */

/* Two identifiers; 0 for one that the graph does not know. */
static void read_nodes(const Profiles *p, PtStr json, uint32_t ret_nodes[static 2])
{
    PtJson j;
    PtStr item;
    PtBuf type, value;
    pt_buf_init(&type, TEXT_MAX);
    pt_buf_init(&value, TEXT_MAX);
    pt_json_init(&j, json, EVENT_MAX_DEPTH);
    const bool array = json.len > 0 && pt_json_next(&j) == PT_JSON_ARRAY;
    for (size_t i = 0; array && i < 2 && pt_json_skip(&j, &item, NULL, NULL); i++) {
        ret_nodes[i] =
            identity_find(p->graph, profile_json_text(profile_member(item, PT_STR("type")), &type),
                          profile_json_text(profile_member(item, PT_STR("value")), &value));
    }
    pt_buf_done(&type);
    pt_buf_done(&value);
}

static int64_t read_ms(PtStr json)
{
    int64_t ms = 0;
    for (size_t i = 0; i < json.len && ms < INT64_MAX / 100; i++) {
        if (json.data[i] >= '0' && json.data[i] <= '9') {
            ms = 10 * ms + (json.data[i] - '0');
        }
    }
    return json.len > 0 && json.data[0] == '-' ? -ms : ms;
}

PtStatus duplicates_apply(Profiles *p, PtStr proposal, const DuplicateSaid *said, PtError *err)
{
    DuplicateSaid whole = *said;
    uint32_t nodes[2] = {0, 0};
    PtBuf id;
    read_nodes(p, profile_member(proposal, PT_STR("nodes")), nodes);
    if (nodes[0] == 0 || nodes[1] == 0) {
        return PT_OK; // they are not here any more
    }
    const bool one = identity_person(p->graph, nodes[0]) == identity_person(p->graph, nodes[1]);
    if (one != (said->status == PROFILE_DUPLICATE_ACCEPTED)) {
        return PT_OK; // the graph refused to merge them; or they had become one
    }
    pt_buf_init(&id, TEXT_MAX);
    whole.id = profile_json_text(profile_member(proposal, PT_STR("id")), &id);
    whole.evidence = profile_member(proposal, PT_STR("evidence"));
    whole.node = nodes[0];
    whole.other_node = nodes[1];
    whole.found_ms = read_ms(profile_member(proposal, PT_STR("found_ms")));
    if (!pt_str_to_u32(profile_member(proposal, PT_STR("score_ppm")), 1000000, &whole.score_ppm)) {
        whole.score_ppm = 0;
    }
    const PtStatus st = duplicates_decided(p, &whole, err);
    pt_buf_done(&id);
    return st;
}
