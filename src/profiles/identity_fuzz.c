// SPDX-License-Identifier: Apache-2.0
/* Rules and an event, any bytes: the first line is read as rules, the rest as an event of which
 * identifiers are taken, applied to a graph, and taken apart again. Before the rest stands a byte:
 * the type of event.
 */
#include "base/json.h"
#include "profiles/identity_internal.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

static IdentityRules *read_rules(PtStr json)
{
    IdentityRules *rules = NULL, *again = NULL;
    PtBuf first, second;
    if (identity_rules_read(json, &rules, NULL) != PT_OK) {
        REQUIRE(identity_rules_default(&rules, NULL) == PT_OK);
        return rules;
    }
    pt_buf_init(&first, 1 << 20);
    pt_buf_init(&second, 1 << 20);
    identity_rules_write(rules, &first);
    REQUIRE(identity_rules_read(pt_buf_str(&first), &again, NULL) == PT_OK);
    identity_rules_write(again, &second);
    REQUIRE(pt_str_eq(pt_buf_str(&first), pt_buf_str(&second)));
    pt_buf_done(&first);
    pt_buf_done(&second);
    identity_rules_free(again);
    return rules;
}

static void check_claims(const IdentityRules *rules, const IdentityClaims *claims, PtArena *arena)
{
    REQUIRE(claims->count <= IDENTITY_CLAIMS_MAX);
    for (size_t i = 0; i < claims->count; i++) {
        const IdentityClaim *c = &claims->items[i];
        IdentityClaim again;
        REQUIRE(identity_type_name_valid(c->type));
        REQUIRE(c->value.len >= 1 && c->value.len <= IDENTITY_VALUE_MAX);
        REQUIRE(identity_claim(rules, c->type, c->value, arena, &again));
        REQUIRE(pt_str_eq(again.value, c->value) && pt_str_eq(again.type, c->type));
        for (size_t n = 0; n < i; n++) {
            REQUIRE(!pt_str_eq(claims->items[n].value, c->value) ||
                    !pt_str_eq(claims->items[n].type, c->type));
        }
        if (i > 0) {
            const IdentityType *before = identity_rules_type(rules, claims->items[i - 1].type);
            const IdentityType *type = identity_rules_type(rules, c->type);
            bool login = before->mode == IDENTITY_MODE_LOGIN;
            bool same = login == (type->mode == IDENTITY_MODE_LOGIN);
            REQUIRE(same ? before->priority <= type->priority : login);
        }
    }
}

/* Its person alone, then parted: the highest identifier from the rest. */
static void apply(Identity *g, const IdentityClaims *claims)
{
    IdentityOutcome o, again;
    uint32_t parted = 0;
    REQUIRE(identity_apply(g, claims, PT_STR("key"), &o, NULL) == PT_OK);
    REQUIRE(o.kind == IDENTITY_CREATED && o.person == 1 && o.node == 1);
    REQUIRE(identity_apply(g, claims, PT_STR("key"), &again, NULL) == PT_OK);
    REQUIRE(again.person == o.person && again.node == o.node);
    uint32_t nodes = graph_person(g, 1)->count;
    PtStatus st = identity_split(g, &o.node, 1, &parted, NULL);
    REQUIRE(st == (nodes > 1 ? PT_OK : PT_INVALID));
    REQUIRE(identity_apply(g, claims, PT_STR("key"), &again, NULL) == PT_OK);
    REQUIRE(identity_person(g, o.node) == again.person);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PtStr rest = {(const char *)data, size}, line;
    if (size == 0 || size > 1 << 20 || !pt_str_cut(&rest, '\n', &line)) {
        return 0;
    }
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(64 << 20);
    IdentityRules *rules = read_rules(line);
    Identity *g = NULL;
    IdentityClaims claims;
    REQUIRE(arena != NULL && identity_new(rules, &g, NULL) == PT_OK);
    EventView v = {.type = EVENT_TRACK};
    if (rest.len > 0) {
        v.type = (EventType)((uint8_t)rest.data[0] % EVENT_TYPE_COUNT);
        v.raw = pt_str_from(rest, 1);
    }
    v.user_id = PT_STR("u");
    v.common = v.raw; /* a batch's own members are read in the same way */
    bool json = pt_json_check(v.raw, PT_JSON_MAX_DEPTH, NULL) == PT_OK;
    PtStatus st = identity_claims(rules, g, &v, arena, &claims, NULL);
    REQUIRE(st == PT_OK || !json);
    if (st == PT_OK) {
        check_claims(rules, &claims, arena);
        apply(g, &claims);
    }
    identity_free(g);
    identity_rules_free(rules);
    return 0;
}
