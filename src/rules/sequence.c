// SPDX-License-Identifier: Apache-2.0
#include "rules/sequence_internal.h"

#include <stdlib.h>

enum { ARENA_MAX = 16 << 20 };

/* ---- Parts ----------------------------------------------------------------------------------- */

/* NULL when out of memory. */
static WhoPart *add_part(Reading *r, RuleWho *w, WhoPartKind kind)
{
    WhoPart *part = pt_arena_alloc(r->arena, 1, sizeof *part);
    if (part != NULL) {
        part->kind = kind;
        part->next = w->owned;
        w->owned = part;
    }
    return part;
}

static PtStatus read_count(Reading *r, const RuleMember *m, int64_t low, int64_t high,
                           uint32_t *ret_count)
{
    const size_t before = rule_enter(r, m->name);
    int64_t count;
    PtStatus st = rule_whole(r, m->json, low, high, &count);
    if (st == PT_OK) {
        *ret_count = (uint32_t)count;
        rule_leave(r, before);
    }
    return st;
}

enum { TIMES_AT_LEAST, TIMES_AT_MOST, TIMES_EXACTLY, TIMES_MEMBERS };

static PtStatus read_times(Reading *r, PtStr json, WhoPart *part)
{
    RuleMember m[TIMES_MEMBERS] = {{"at_least", {0}}, {"at_most", {0}}, {"exactly", {0}}};
    const size_t before = rule_enter(r, "times");
    PtStatus st = rule_members(r, json, m, TIMES_MEMBERS);
    if (st != PT_OK) {
        return st;
    }
    const bool least = m[TIMES_AT_LEAST].json.data != NULL,
               most = m[TIMES_AT_MOST].json.data != NULL;
    const bool exactly = m[TIMES_EXACTLY].json.data != NULL;
    if (exactly == (least || most)) {
        return rule_bad(r, "at_least, at_most, both, or exactly alone");
    }
    if (least) {
        st = read_count(r, &m[TIMES_AT_LEAST], 1, RULE_TIMES, &part->low);
    }
    if (st == PT_OK && !least) {
        st = read_count(r, &m[most ? TIMES_AT_MOST : TIMES_EXACTLY], 0, RULE_TIMES, &part->high);
        part->low = exactly ? part->high : 0;
    } else if (st == PT_OK && most) {
        st = read_count(r, &m[TIMES_AT_MOST], 0, RULE_TIMES, &part->high);
    }
    if (st == PT_OK && part->low > part->high) {
        return rule_bad(r, "at_least is over at_most");
    }
    if (st == PT_OK) {
        rule_leave(r, before);
    }
    return st;
}

static PtStatus read_did(Reading *r, RuleWho *w, const RuleMember *did, PtStr times, WhoPart *part)
{
    const size_t before = rule_enter(r, did->name);
    PtStatus st = rule_set_read_object(r, w, did->json, &part->set);
    if (st == PT_OK) {
        rule_leave(r, before);
        st = times.data != NULL ? read_times(r, times, part) : PT_OK;
    }
    part->looks_at = part->counts = UINT64_C(1) << part->set;
    return st;
}

/* ---- Steps ----------------------------------------------------------------------------------- */

enum { STEP_EVENT, STEP_WHERE, STEP_WITHIN, STEP_WITHOUT, STEP_NOT, STEP_MEMBERS };

static PtStatus read_within(Reading *r, PtStr json, WhoStep *step)
{
    const size_t before = rule_enter(r, "within");
    PtStatus st = step->begins ? rule_bad(r, "the first step has none before it")
                               : rule_duration_read(r, json, &step->within_ms);
    if (st == PT_OK) {
        rule_leave(r, before);
    }
    return st;
}

static PtStatus read_without(Reading *r, RuleWho *w, PtStr json, WhoStep *step)
{
    const size_t before = rule_enter(r, "without");
    PtJson list;
    PtStr item;
    size_t count = 0;
    PtStatus st = step->begins ? rule_bad(r, "the first step has none before it")
                               : rule_list(r, json, RULE_WITHOUTS, &list, &count);
    for (size_t i = 0; st == PT_OK && i < count && rule_list_next(&list, &item); i++) {
        const size_t at = rule_enter_item(r, i);
        unsigned set = 0;
        st = rule_set_read_object(r, w, item, &set);
        if (st == PT_OK) {
            step->without |= UINT64_C(1) << set;
            rule_leave(r, at);
        }
    }
    if (st == PT_OK) {
        rule_leave(r, before);
    }
    return st;
}

static PtStatus read_not(Reading *r, PtStr json, bool last, WhoStep *step)
{
    const size_t before = rule_enter(r, "not");
    PtStatus st = rule_truth(r, json, &step->absent);
    if (st != PT_OK || !step->absent) {
        rule_leave(r, before);
        return st;
    }
    if (!last) {
        return rule_bad(r, "only the last step may be one that did not come");
    }
    if (step->within_ms == 0 || step->without != 0) {
        return rule_bad(r, "a step that did not come takes within, and no without");
    }
    rule_leave(r, before);
    return PT_OK;
}

static PtStatus read_step(Reading *r, RuleWho *w, PtStr json, bool last, WhoStep *step)
{
    RuleMember m[STEP_MEMBERS] = {
        {"event", {0}}, {"where", {0}}, {"within", {0}}, {"without", {0}}, {"not", {0}}};
    PtStatus st = rule_members(r, json, m, STEP_MEMBERS);
    st = st == PT_OK ? rule_set_read(r, w, m[STEP_EVENT].json, m[STEP_WHERE].json, &step->set) : st;
    step->bit = UINT64_C(1) << step->set;
    if (st == PT_OK && m[STEP_WITHIN].json.data != NULL) {
        st = read_within(r, m[STEP_WITHIN].json, step);
    }
    if (st == PT_OK && m[STEP_WITHOUT].json.data != NULL) {
        st = read_without(r, w, m[STEP_WITHOUT].json, step);
    }
    return st == PT_OK && m[STEP_NOT].json.data != NULL ? read_not(r, m[STEP_NOT].json, last, step)
                                                        : st;
}

static PtStatus read_steps(Reading *r, RuleWho *w, PtStr json, WhoPart *part)
{
    const size_t before = rule_enter(r, "sequence");
    PtJson list;
    PtStr item;
    size_t count = 0;
    PtStatus st = rule_list(r, json, RULE_STEPS, &list, &count);
    if (st == PT_OK && count < 2) {
        return rule_bad(r, "not 2 to %d steps", RULE_STEPS);
    }
    part->step_count = (uint32_t)count;
    part->total = part->step_count * part->at_least;
    part->steps = st == PT_OK ? pt_arena_alloc(r->arena, part->total, sizeof *part->steps) : NULL;
    if (st == PT_OK && part->steps == NULL) {
        return rule_no_memory(r);
    }
    for (size_t i = 0; st == PT_OK && i < count && rule_list_next(&list, &item); i++) {
        const size_t at = rule_enter_item(r, i);
        part->steps[i].begins = i == 0;
        st = read_step(r, w, item, i + 1 == count, &part->steps[i]);
        if (st == PT_OK) {
            rule_leave(r, at);
        }
    }
    if (st == PT_OK) {
        rule_leave(r, before);
    }
    return st;
}

static PtStatus read_sequence(Reading *r, RuleWho *w, PtStr json, const RuleMember *at_least,
                              WhoPart *part)
{
    PtStatus st = PT_OK;
    part->at_least = 1;
    if (at_least->json.data != NULL) {
        st = read_count(r, at_least, 1, RULE_AGAIN, &part->at_least);
    }
    st = st == PT_OK ? read_steps(r, w, json, part) : st;
    for (uint32_t i = 0; st == PT_OK && i < part->total; i++) {
        const WhoStep *step = &part->steps[i % part->step_count];
        part->steps[i] = *step;
        part->looks_at |= step->bit | step->without;
        part->counts |= step->absent ? 0 : step->bit;
    }
    return st;
}

static PtStatus read_trait(Reading *r, RuleWho *w, PtStr json, unsigned depth, WhoNode *node)
{
    PtError why = {0};
    WhoPart *part = node->part = add_part(r, w, WHO_TRAIT);
    PtStatus st = part != NULL ? rule_node_read(r, json, depth, &part->trait) : rule_no_memory(r);
    if (st != PT_OK || part == NULL) {
        return st;
    }
    st = pt_program_new(&part->program, &why);
    st = st == PT_OK ? rule_node_compile(part->trait, r->o, part->program, &why) : st;
    st = st == PT_OK ? pt_program_end(part->program, &why) : st;
    return st == PT_OK ? st : rule_bad_from(r, &why);
}

/* ---- The tree -------------------------------------------------------------------------------- */

enum {
    HEAD_ALL,
    HEAD_ANY,
    HEAD_NOT,
    HEAD_DID,
    HEAD_ABSENT,
    HEAD_SEQUENCE,
    HEAD_TRAIT,
    HEADS,
    WITH_TIMES = HEADS,
    WITH_AT_LEAST,
    WITH_WINDOW,
    WITH_IS,
    WITH_VALUE,
    WITH_EXACT,
    OF_EVENTS, /* here and behind: what is no condition on a person */
    MEMBERS = OF_EVENTS + 3,
};

/* Which heads a member may stand with. */
static const uint8_t stands_with[OF_EVENTS] = {
    [WITH_TIMES] = 1 << HEAD_DID,
    [WITH_AT_LEAST] = 1 << HEAD_SEQUENCE,
    [WITH_WINDOW] = 1 << HEAD_DID | 1 << HEAD_ABSENT | 1 << HEAD_SEQUENCE,
    [WITH_IS] = 1 << HEAD_TRAIT,
    [WITH_VALUE] = 1 << HEAD_TRAIT,
    [WITH_EXACT] = 1 << HEAD_TRAIT,
};

static PtStatus find_head(Reading *r, const RuleMember *members, unsigned *ret_head)
{
    unsigned head = HEADS;
    for (unsigned i = OF_EVENTS; i < MEMBERS; i++) {
        if (members[i].json.data != NULL) {
            return rule_bad(r, "\"%s\" is of events: it goes into a where", members[i].name);
        }
    }
    for (unsigned i = 0; i < HEADS; i++) {
        if (members[i].json.data != NULL && head < HEADS) {
            return rule_bad(r, "\"%s\" does not go with \"%s\"", members[i].name,
                            members[head].name);
        }
        head = members[i].json.data != NULL ? i : head;
    }
    if (head == HEADS) {
        return rule_bad(r, "all, any, not, trait, did, absent or sequence is missing");
    }
    for (unsigned i = HEADS; i < OF_EVENTS; i++) {
        if (members[i].json.data != NULL && (stands_with[i] >> head & 1) == 0) {
            return rule_bad(r, "\"%s\" does not go with \"%s\"", members[i].name,
                            members[head].name);
        }
    }
    *ret_head = head;
    return PT_OK;
}

static PtStatus read_node(Reading *r, RuleWho *w, PtStr json, unsigned depth, WhoNode **ret_node);

static PtStatus read_items(Reading *r, RuleWho *w, PtStr json, unsigned depth, WhoNode *node)
{
    PtJson list;
    PtStr item;
    size_t count = 0;
    PtStatus st = rule_list(r, json, RULE_CONDITIONS, &list, &count);
    WhoNode **end = &node->first;
    for (size_t i = 0; st == PT_OK && i < count && rule_list_next(&list, &item); i++) {
        const size_t at = rule_enter_item(r, i);
        st = read_node(r, w, item, depth + 1, end);
        if (st == PT_OK) {
            end = &(*end)->next;
            rule_leave(r, at);
        }
    }
    return st;
}

static PtStatus read_group(Reading *r, RuleWho *w, const RuleMember *m, unsigned depth,
                           WhoNode *node)
{
    const size_t before = rule_enter(r, m->name);
    PtStatus st = node->op == WHO_NOT ? read_node(r, w, m->json, depth + 1, &node->first)
                                      : read_items(r, w, m->json, depth, node);
    if (st == PT_OK) {
        rule_leave(r, before);
    }
    return st;
}

static PtStatus read_part(Reading *r, RuleWho *w, const RuleMember *members, unsigned head,
                          WhoNode *node)
{
    const PtStr window = members[WITH_WINDOW].json;
    if (w->part_count == RULE_PARTS) {
        return rule_bad(r, "over %d of did, absent and sequence", RULE_PARTS);
    }
    WhoPart *part = node->part = add_part(r, w, head == HEAD_SEQUENCE ? WHO_SEQUENCE : WHO_DID);
    if (part == NULL) {
        return rule_no_memory(r);
    }
    part->index = w->part_count;
    w->parts[w->part_count++] = part;
    part->low = head == HEAD_ABSENT ? 0 : 1;
    part->high = head == HEAD_ABSENT ? 0 : WHO_NO_LIMIT;
    PtStatus st = head == HEAD_SEQUENCE
                      ? read_sequence(r, w, members[head].json, &members[WITH_AT_LEAST], part)
                      : read_did(r, w, &members[head], members[WITH_TIMES].json, part);
    return st == PT_OK && window.data != NULL ? rule_window_read(r, window, &part->window) : st;
}

static PtStatus read_node(Reading *r, RuleWho *w, PtStr json, unsigned depth, WhoNode **ret_node)
{
    RuleMember members[MEMBERS] = {
        [HEAD_ALL] = {"all", {0}},
        [HEAD_ANY] = {"any", {0}},
        [HEAD_NOT] = {"not", {0}},
        [HEAD_DID] = {"did", {0}},
        [HEAD_ABSENT] = {"absent", {0}},
        [HEAD_SEQUENCE] = {"sequence", {0}},
        [HEAD_TRAIT] = {"trait", {0}},
        [WITH_TIMES] = {"times", {0}},
        [WITH_AT_LEAST] = {"at_least", {0}},
        [WITH_WINDOW] = {"window", {0}},
        [WITH_IS] = {"is", {0}},
        [WITH_VALUE] = {"value", {0}},
        [WITH_EXACT] = {"exact", {0}},
        [OF_EVENTS] = {"property", {0}},
        [OF_EVENTS + 1] = {"context", {0}},
        [OF_EVENTS + 2] = {"field", {0}},
    };
    unsigned head = 0;
    if (depth > RULE_DEPTH) {
        return rule_bad(r, "rules nest over %d levels", RULE_DEPTH);
    }
    PtStatus st = rule_members(r, json, members, MEMBERS);
    st = st == PT_OK ? find_head(r, members, &head) : st;
    if (st != PT_OK) {
        return st;
    }
    WhoNode *node = pt_arena_alloc(r->arena, 1, sizeof *node);
    if (node == NULL) {
        return rule_no_memory(r);
    }
    node->op = head <= HEAD_NOT ? (WhoOp)head : WHO_PART;
    st = head <= HEAD_NOT     ? read_group(r, w, &members[head], depth, node)
         : head == HEAD_TRAIT ? read_trait(r, w, json, depth, node)
                              : read_part(r, w, members, head, node);
    if (st == PT_OK) {
        *ret_node = node;
    }
    return st;
}

/* ---- Writing --------------------------------------------------------------------------------- */

static void write_times(const WhoPart *part, PtJsonOut *out)
{
    if (part->high == 0 || (part->low == 1 && part->high == WHO_NO_LIMIT)) {
        return;
    }
    pt_json_out_key(out, PT_STR("times"));
    pt_json_out_object(out);
    if (part->low == part->high) {
        pt_json_put_u64(out, "exactly", part->low);
    } else {
        if (part->low > 0) {
            pt_json_put_u64(out, "at_least", part->low);
        }
        if (part->high != WHO_NO_LIMIT) {
            pt_json_put_u64(out, "at_most", part->high);
        }
    }
    pt_json_out_object_end(out);
}

static void write_step(const RuleWho *w, const WhoStep *step, PtJsonOut *out)
{
    pt_json_out_object(out);
    rule_set_write_members(&w->sets[step->set], out);
    if (step->within_ms > 0) {
        rule_duration_write("within", step->within_ms, out);
    }
    if (step->without != 0) {
        pt_json_out_key(out, PT_STR("without"));
        pt_json_out_array(out);
        for (uint64_t left = step->without; left != 0; left &= left - 1) {
            rule_set_write(&w->sets[__builtin_ctzll(left)], out);
        }
        pt_json_out_array_end(out);
    }
    if (step->absent) {
        pt_json_put_bool(out, "not", true);
    }
    pt_json_out_object_end(out);
}

static void write_part(const RuleWho *w, const WhoPart *part, PtJsonOut *out)
{
    pt_json_out_object(out);
    if (part->kind == WHO_DID) {
        pt_json_out_key(out, part->high == 0 ? PT_STR("absent") : PT_STR("did"));
        rule_set_write(&w->sets[part->set], out);
        write_times(part, out);
    } else {
        pt_json_out_key(out, PT_STR("sequence"));
        pt_json_out_array(out);
        for (uint32_t i = 0; i < part->step_count; i++) {
            write_step(w, &part->steps[i], out);
        }
        pt_json_out_array_end(out);
        if (part->at_least > 1) {
            pt_json_put_u64(out, "at_least", part->at_least);
        }
    }
    rule_window_write(&part->window, out);
    pt_json_out_object_end(out);
}

static void write_node(const RuleWho *w, const WhoNode *node, PtJsonOut *out)
{
    static const char *const names[] = {[WHO_ALL] = "all", [WHO_ANY] = "any", [WHO_NOT] = "not"};
    if (node->op == WHO_PART) {
        if (node->part->kind == WHO_TRAIT) {
            rule_node_write(node->part->trait, out);
        } else {
            write_part(w, node->part, out);
        }
        return;
    }
    pt_json_out_object(out);
    pt_json_out_key(out, pt_str(names[node->op]));
    if (node->op != WHO_NOT) {
        pt_json_out_array(out);
    }
    for (const WhoNode *item = node->first; item != NULL; item = item->next) {
        write_node(w, item, out);
    }
    if (node->op != WHO_NOT) {
        pt_json_out_array_end(out);
    }
    pt_json_out_object_end(out);
}

/* ---- The door -------------------------------------------------------------------------------- */

/* What a run keeps for each part. A did with a sliding window needs the newest times: the one whose
 * leaving makes it fall below low, or no longer lie over high. */
static void lay_out(RuleWho *w)
{
    for (size_t i = 0; i < w->part_count; i++) {
        WhoPart *part = w->parts[i];
        if (part->kind == WHO_SEQUENCE) {
            part->state_at = w->states;
            w->states += part->total;
        } else if (part->window.kind == RULE_LAST_MS) {
            part->ring_size = part->high != WHO_NO_LIMIT ? part->high + 1 : part->low;
            part->state_at = w->times;
            w->times += part->ring_size;
        }
    }
}

PtStatus rule_who_read(PtStr json, RuleOperands *o, RuleWho **ret_who, PtError *err)
{
    PT_CLEANUP(rule_who_freep) RuleWho *w = calloc(1, sizeof *w);
    if (w == NULL || (w->arena = pt_arena_new(ARENA_MAX)) == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a rule");
    }
    Reading r;
    PtStatus st = rule_reading_begin(&r, json, o, w->arena, err);
    st = st == PT_OK ? read_node(&r, w, json, 1, &w->root) : st;
    rule_reading_done(&r);
    if (st == PT_OK) {
        w->traits = r.traits;
        lay_out(w);
        *ret_who = PT_TAKE(w);
    }
    return st;
}

void rule_who_free(RuleWho *w)
{
    if (w == NULL) {
        return;
    }
    for (WhoPart *part = w->owned; part != NULL; part = part->next) {
        pt_program_free(part->program);
        pt_zone_free(part->window.zone);
    }
    for (size_t i = 0; i < w->set_count; i++) {
        pt_program_free(w->sets[i].named);
        pt_program_free(w->sets[i].program);
    }
    pt_arena_free(w->arena);
    free(w);
}

void rule_who_write(const RuleWho *w, PtBuf *out)
{
    PtJsonOut o = pt_json_out(out);
    write_node(w, w->root, &o);
}

bool rule_who_reads_traits(const RuleWho *w)
{
    return w->traits;
}
