// SPDX-License-Identifier: Apache-2.0
/* Identifiers of events and of everybody, for whoever holds them against the register of erasures.
 */
#include "profiles/profiles_internal.h"

static void add_name(ErasedName names[static EVENT_NAMES_MAX], size_t *count, PtStr type,
                     PtStr value)
{
    if (*count < EVENT_NAMES_MAX) {
        names[(*count)++] = (ErasedName){type, value};
    }
}

/* Of an event that does not read as an object: what was found on the way. */
static void take_ids(const IdentityRules *rules, const EventView *v, PtArena *arena,
                     IdentityClaims *ret_claims)
{
    const struct {
        PtStr type, value;
    } ids[] = {{PT_STR("user_id"), v->user_id}, {PT_STR("anonymous_id"), v->anonymous_id}};
    ret_claims->count = 0;
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        IdentityClaim *next = &ret_claims->items[ret_claims->count];
        if (ids[i].value.len > 0 && identity_claim(rules, ids[i].type, ids[i].value, arena, next)) {
            ret_claims->count++;
        }
    }
}

PtStatus profiles_event_names(void *ctx, const EventView *event, PtArena *arena,
                              ErasedName names[static EVENT_NAMES_MAX], size_t *ret_count,
                              PtError *err)
{
    const PtStr user = PT_STR("user_id"), anonymous = PT_STR("anonymous_id");
    Profiles *p = ctx;
    const IdentityRules *rules = atomic_load(&p->rules);
    IdentityClaims claims;
    size_t count = 0;
    PtStatus st = identity_claims(rules, NULL, event, arena, &claims, err);
    if (st != PT_OK && st != PT_NO_MEMORY) {
        take_ids(rules, event, arena, &claims);
        st = PT_OK;
    }
    for (size_t i = 0; st == PT_OK && i < claims.count; i++) {
        const IdentityClaim *c = &claims.items[i];
        add_name(names, &count, c->type, c->value);
        if (event->type == EVENT_ALIAS && pt_str_eq(c->type, anonymous)) {
            add_name(names, &count, user, c->value); // which of them the graph knew is gone
        }
    }
    *ret_count = count;
    return st;
}

bool profiles_name(Profiles *p, PtStr type, PtStr value, PtArena *arena, ErasedName *ret_name)
{
    IdentityClaim claim;
    if (!identity_claim(atomic_load(&p->rules), type, value, arena, &claim)) {
        return false;
    }
    *ret_name = (ErasedName){claim.type, claim.value};
    return true;
}

PtStatus profiles_walk(Profiles *p, uint32_t behind, size_t max, PtArena *arena,
                       ProfileNode **ret_nodes, size_t *ret_count, PtError *err)
{
    ProfileNode *nodes = pt_arena_alloc(arena, max, sizeof *nodes);
    size_t count = 0;
    if (nodes == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for identifiers");
    }
    PtStatus st = profiles_lock_read(p, err);
    if (st != PT_OK) {
        return st;
    }
    const uint32_t last = identity_counts(p->graph).nodes;
    for (uint32_t n = behind + 1; st == PT_OK && n <= last && count < max; n++) {
        IdentityNode node;
        if (!identity_node(p->graph, n, &node)) {
            continue;
        }
        nodes[count] = (ProfileNode){.number = n,
                                     .type = pt_arena_str(arena, node.type),
                                     .value = pt_arena_str(arena, node.value)};
        st = nodes[count].type.data != NULL && nodes[count].value.data != NULL
                 ? PT_OK
                 : pt_fail(err, PT_NO_MEMORY, "no memory for identifiers");
        count++;
    }
    profiles_unlock(p);
    if (st == PT_OK) {
        *ret_nodes = nodes;
        *ret_count = count;
    }
    return st;
}
