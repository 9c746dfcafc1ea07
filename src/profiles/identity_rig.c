// SPDX-License-Identifier: Apache-2.0
#include "profiles/identity_rig.h"

#include "base/test_rows.h"
#include "profiles/identity_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void told(void *ctx, const IdentityChange *c)
{
    Mirror *m = ctx;
    IdentityNode n;
    switch (c->kind) {
    case IDENTITY_PERSON_ADDED:
        assert_int_equal(c->person, ++m->person_count);
        assert_true(m->person_count < MIRROR_MAX);
        break;
    case IDENTITY_NODE_ADDED:
        assert_int_equal(c->node, ++m->node_count);
        assert_true(m->node_count < MIRROR_MAX);
        assert_true(identity_node(m->graph, c->node, &n));
        assert_int_equal(n.person, c->person);
        (void)snprintf(m->nodes[c->node].type, sizeof m->nodes->type, "%.*s", PT_STR_ARG(n.type));
        (void)snprintf(m->nodes[c->node].value, sizeof m->nodes->value, "%.*s",
                       PT_STR_ARG(n.value));
        m->nodes[c->node].person = c->person;
        break;
    case IDENTITY_PERSON_MERGED:
        assert_true(c->person < c->other_person);
        assert_int_equal(m->merged_into[c->other_person], 0);
        if (c->node != 0) { /* read as they were */
            assert_int_equal(identity_person(m->graph, c->node), c->person);
            assert_int_equal(identity_person(m->graph, c->other_node), c->other_person);
        }
        m->merged_into[c->other_person] = c->person;
        m->last_merge = *c;
        m->merges++;
        break;
    case IDENTITY_NODE_MOVED:
        m->nodes[c->node].person = c->person;
        break;
    case IDENTITY_BARRIER_ADDED:
        assert_int_equal(c->barrier, ++m->barrier_count);
        assert_true(m->barrier_count < MIRROR_MAX);
        m->barriers[c->barrier][0] = c->node;
        m->barriers[c->barrier][1] = c->other_node;
        break;
    case IDENTITY_BARRIER_LIFTED:
        assert_int_equal(m->barriers[c->barrier][0], c->node);
        m->barriers[c->barrier][0] = 0;
        m->barriers[c->barrier][1] = 0;
        break;
    case IDENTITY_NODE_ERASED:
        assert_int_equal(identity_person(m->graph, c->node), c->person);
        m->nodes[c->node].value[0] = '\0';
        m->nodes[c->node].person = 0;
        for (uint32_t b = 1; b <= m->barrier_count; b++) {
            if (m->barriers[b][0] == c->node || m->barriers[b][1] == c->node) {
                m->barriers[b][0] = m->barriers[b][1] = 0;
            }
        }
        break;
    case IDENTITY_PERSON_ERASED:
        m->merged_into[c->person] = c->person;
        break;
    }
}

void mirror_init(Mirror *m, Identity *g)
{
    *m = (Mirror){.graph = g};
    m->nodes = calloc(MIRROR_MAX, sizeof *m->nodes);
    m->merged_into = calloc(MIRROR_MAX, sizeof *m->merged_into);
    m->barriers = calloc(MIRROR_MAX, sizeof *m->barriers);
    assert_true(m->nodes != NULL && m->merged_into != NULL && m->barriers != NULL);
    identity_listen(g, told, m);
}

void mirror_done(Mirror *m)
{
    free(m->nodes);
    free(m->merged_into);
    free(m->barriers);
}

Identity *mirror_load(const Mirror *m, const IdentityRules *rules)
{
    Identity *g = NULL;
    PtError err;
    assert_int_equal(identity_new(rules, &g, &err), PT_OK);
    for (uint32_t i = 1; i <= m->person_count; i++) {
        assert_int_equal(identity_load_person(g, i, m->merged_into[i], &err), PT_OK);
    }
    for (uint32_t i = 1; i <= m->node_count; i++) {
        const MirrorNode *n = &m->nodes[i];
        assert_int_equal(
            identity_load_node(g, i, pt_str(n->type), pt_str(n->value), n->person, &err), PT_OK);
    }
    for (uint32_t i = 1; i <= m->barrier_count; i++) {
        bool told_of = m->barriers[i][0] != 0 || i == m->barrier_count;
        if (told_of) {
            assert_int_equal(
                identity_load_barrier(g, i, m->barriers[i][0], m->barriers[i][1], &err), PT_OK);
        }
    }
    return g;
}

static void require_equal_node(const Identity *a, const Identity *b, uint32_t number)
{
    IdentityNode x = {0}, y = {0};
    assert_int_equal(identity_node(a, number, &x), identity_node(b, number, &y));
    if (x.node == 0) {
        return; /* erased */
    }
    assert_int_equal(x.person, y.person);
    assert_true(pt_str_eq(x.type, y.type) && pt_str_eq(x.value, y.value));
    assert_int_equal(identity_find(a, x.type, x.value), number);
    assert_int_equal(identity_find(b, x.type, x.value), number);
}

static void require_equal_list(const Identity *a, const Identity *b, uint32_t person)
{
    IdentityNode x = {0}, y = {0};
    uint32_t at = 0, other = 0, before = 0, seen = 0;
    while (identity_next_node(a, person, &at, &x)) {
        assert_true(identity_next_node(b, person, &other, &y));
        assert_int_equal(x.node, y.node);
        assert_int_equal(x.person, person);
        assert_true(x.node > before);
        before = x.node;
        seen++;
    }
    assert_false(identity_next_node(b, person, &other, &y));
    assert_int_equal(seen, graph_person(a, person)->count);
    assert_int_equal(seen, graph_person(b, person)->count);
    assert_int_equal(seen == 0, identity_survivor(a, person) != person);
}

/* Standing barriers: numbers under which none stands may have no page in one of the two. */
static const GraphBarrier *barrier_of(const Identity *g, uint32_t number)
{
    static const GraphBarrier none;
    size_t page = number >> IDENTITY_PAGE_BITS;
    bool there = page < g->barriers.count && g->barriers.pages[page] != NULL;
    return there ? graph_barrier(g, number) : &none;
}

void rig_require_equal(const Identity *a, const Identity *b)
{
    IdentityCounts x = identity_counts(a), y = identity_counts(b);
    assert_int_equal(x.nodes, y.nodes);
    assert_int_equal(x.persons, y.persons);
    assert_int_equal(x.last_person, y.last_person);
    assert_int_equal(x.last_barrier, y.last_barrier);
    for (uint32_t i = 1; i <= x.nodes; i++) {
        require_equal_node(a, b, i);
    }
    for (uint32_t i = 1; i <= x.last_person; i++) {
        assert_int_equal(identity_survivor(a, i), identity_survivor(b, i));
        require_equal_list(a, b, i);
    }
    for (uint32_t i = 1; i <= x.last_barrier; i++) {
        assert_memory_equal(barrier_of(a, i)->node, barrier_of(b, i)->node,
                            sizeof barrier_of(a, i)->node);
    }
    assert_int_equal(identity_person(a, x.nodes + 1), 0);
    assert_int_equal(identity_survivor(a, x.last_person + 1), 0);
}

IdentityRules *rig_rules(const char *json)
{
    IdentityRules *rules = NULL;
    PtError err = {0};
    PtStatus st = json != NULL ? identity_rules_read(pt_str(json), &rules, &err)
                               : identity_rules_default(&rules, &err);
    if (st != PT_OK) {
        fail_msg("%s", err.message);
    }
    return rules;
}
