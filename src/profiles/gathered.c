// SPDX-License-Identifier: Apache-2.0
/* What happened to the graph and is not yet in the tables: written with a step's transaction, and
 * kept until its commit is known. */
#include "base/buf.h"
#include "profiles.sql.h"
#include "profiles/view_internal.h"

#include <stdlib.h>
#include <string.h>

enum { TEXTS_MAX = 256 << 20, TEXTS_KEEP = 1 << 20, ROWS_FIRST = 256 };

typedef enum RowKind {
    ROW_PERSON,
    ROW_MERGED,    /* a became b */
    ROW_CHANGED,   /* a */
    ROW_NODE,      /* a, of b */
    ROW_MOVED,     /* a, to b */
    ROW_BARRIER,   /* a, between b and c */
    ROW_LIFTED,    /* a */
    ROW_LINK,      /* link */
    ROW_LINK_NODE, /* a of link; b: it came along */
    ROW_ERASED,    /* node a */
    ROW_GONE,      /* person a: erased */
    ROW_ACCOUNT,   /* trait of an account: id in hex, name */
} RowKind;

typedef struct Row {
    RowKind kind;
    uint32_t a, b, c, d;
    uint64_t offset, link;
    int64_t at_ms;
    ProfileLinkKind link_kind;
    size_t text; /* of a link: by, reason, refused, one behind the other */
    uint32_t by_len, reason_len, refused_len;
} Row;

struct Gathered {
    Cause cause;
    Row *rows;
    size_t count, room;
    PtBuf texts;
    uint64_t last_link; /* number */
    bool failed;        /* a row found no memory */
};

PtStatus gathered_new(Profiles *p, PtError *err)
{
    p->gathered = calloc(1, sizeof *p->gathered);
    if (p->gathered == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for changes of the graph");
    }
    pt_buf_init(&p->gathered->texts, TEXTS_MAX);
    return PT_OK;
}

void gathered_free(Profiles *p)
{
    if (p->gathered != NULL) {
        free(p->gathered->rows);
        pt_buf_done(&p->gathered->texts);
        free(p->gathered);
        p->gathered = NULL;
    }
}

void gathered_cause(Profiles *p, const Cause *cause)
{
    p->gathered->cause = *cause;
}

PtStatus gathered_status(const Profiles *p, PtError *err)
{
    const Gathered *g = p->gathered;
    return !g->failed && pt_buf_status(&g->texts) == PT_OK
               ? PT_OK
               : pt_fail(err, PT_NO_MEMORY, "no memory for changes of the graph");
}

void gathered_forget(Profiles *p)
{
    p->gathered->count = 0;
    p->gathered->failed = false;
    pt_buf_clear(&p->gathered->texts, TEXTS_KEEP);
}

void gathered_set_last_link(Profiles *p, uint64_t number)
{
    p->gathered->last_link = number;
}

/* ---- Hearing ----------------------------------------------------------------------------------
 */

static void add(Gathered *g, Row row)
{
    if (g->count == g->room) {
        const size_t room = g->room == 0 ? ROWS_FIRST : 2 * g->room;
        Row *rows = realloc(g->rows, room * sizeof *rows);
        if (rows == NULL) {
            g->failed = true;
            return;
        }
        g->rows = rows;
        g->room = room;
    }
    row.offset = g->cause.offset;
    row.at_ms = g->cause.at_ms;
    g->rows[g->count++] = row;
}

void gathered_change(Profiles *p, uint32_t person)
{
    persons_change(p, person, p->gathered->cause.offset);
    add(p->gathered, (Row){.kind = ROW_CHANGED, .a = person});
}

static uint64_t add_link(Gathered *g, const SaidLink *l)
{
    Row row = {.kind = ROW_LINK,
               .a = l->person,
               .b = l->other_person,
               .c = l->node,
               .d = l->other_node,
               .link = ++g->last_link,
               .link_kind = g->cause.kind,
               .text = g->texts.len,
               .by_len = (uint32_t)g->cause.by.len,
               .reason_len = (uint32_t)g->cause.reason.len,
               .refused_len = (uint32_t)l->refused.len};
    pt_buf_add_str(&g->texts, g->cause.by);
    pt_buf_add_str(&g->texts, g->cause.reason);
    pt_buf_add_str(&g->texts, l->refused);
    add(g, row);
    return row.link;
}

static void add_link_node(Gathered *g, uint64_t link, uint32_t node, bool came)
{
    if (node != 0) {
        add(g, (Row){.kind = ROW_LINK_NODE, .a = node, .b = came, .link = link});
    }
}

void gathered_link(Profiles *p, const SaidLink *l)
{
    Gathered *g = p->gathered;
    const uint64_t link = add_link(g, l);
    for (size_t i = 0; i < l->moved_count; i++) {
        add_link_node(g, link, l->moved[i], true);
    }
    add_link_node(g, link, l->node, false);
    add_link_node(g, link, l->other_node, false);
}

void gathered_account(Profiles *p, PtStr hex, PtStr name)
{
    Gathered *g = p->gathered;
    const Row row = {.kind = ROW_ACCOUNT,
                     .text = g->texts.len,
                     .by_len = (uint32_t)hex.len,
                     .reason_len = (uint32_t)name.len};
    pt_buf_add_str(&g->texts, hex);
    pt_buf_add_str(&g->texts, name);
    add(g, row);
}

uint32_t profile_first_node(const Profiles *p, uint32_t person)
{
    IdentityNode n;
    uint32_t cursor = 0;
    return identity_next_node(p->graph, person, &cursor, &n) ? n.node : 0;
}

/* Every node that goes over is written down: what an undo has to part again. */
static void hear_merge(Profiles *p, const IdentityChange *c)
{
    Gathered *g = p->gathered;
    SaidLink said = {.person = c->person,
                     .other_person = c->other_person,
                     .node = c->node,
                     .other_node = c->other_node};
    if (c->node == 0) { // by hand: no event brought two identifiers together
        said.node = profile_first_node(p, c->person);
        said.other_node = profile_first_node(p, c->other_person);
    }
    const uint64_t link = add_link(g, &said);
    IdentityNode n;
    for (uint32_t cursor = 0; identity_next_node(p->graph, c->other_person, &cursor, &n);) {
        add_link_node(g, link, n.node, true);
    }
    add_link_node(g, link, said.node, false);
    add(g, (Row){.kind = ROW_MERGED, .a = c->other_person, .b = c->person});
    gathered_change(p, c->person);
}

static void hear_person(Profiles *p)
{
    const Cause *cause = &p->gathered->cause;
    persons_add(p, &(ProfilePerson){cause->offset, cause->offset, cause->at_ms});
}

void gathered_hear(void *ctx, const IdentityChange *c)
{
    Profiles *p = ctx;
    Gathered *g = p->gathered;
    duplicates_hear(p, c);
    atomic_fetch_add(&p->people_change, 1);
    switch (c->kind) {
    case IDENTITY_NODE_ADDED:
        add(g, (Row){.kind = ROW_NODE, .a = c->node, .b = c->person});
        search_touch(p, c->node);
        traits_node_added(p, c->node, g->cause.at_ms);
        break;
    case IDENTITY_PERSON_ADDED:
        add(g, (Row){.kind = ROW_PERSON, .a = c->person});
        hear_person(p);
        break;
    case IDENTITY_PERSON_MERGED:
        hear_merge(p, c);
        break;
    case IDENTITY_NODE_MOVED:
        add(g, (Row){.kind = ROW_MOVED, .a = c->node, .b = c->person});
        break;
    case IDENTITY_BARRIER_ADDED:
        add(g, (Row){.kind = ROW_BARRIER, .a = c->barrier, .b = c->node, .c = c->other_node});
        break;
    case IDENTITY_BARRIER_LIFTED:
        add(g, (Row){.kind = ROW_LIFTED, .a = c->barrier});
        gathered_change(p, identity_person(p->graph, c->node));
        gathered_change(p, identity_person(p->graph, c->other_node));
        break;
    case IDENTITY_NODE_ERASED:
        add(g, (Row){.kind = ROW_ERASED, .a = c->node});
        erase_hear(p, c->node);
        break;
    case IDENTITY_PERSON_ERASED:
        add(g, (Row){.kind = ROW_GONE, .a = c->person});
        break;
    }
}

/* ---- Writing ----------------------------------------------------------------------------------
 */

static PtStatus write_numbers(PtSqlTx *tx, const char *statement, const int64_t *values,
                              size_t count, PtError *err)
{
    PtStatus st = pt_sql_use(tx, statement, err);
    if (st != PT_OK) {
        return st;
    }
    for (size_t i = 0; i < count; i++) {
        pt_sql_bind_i64(tx, (int)i + 1, values[i]);
    }
    return pt_sql_finish(tx, err);
}

static PtStatus write_node(const Profiles *p, const Row *r, PtSqlTx *tx, PtError *err)
{
    IdentityNode n;
    if (!identity_node(p->graph, r->a, &n)) {
        return pt_fail(err, PT_CORRUPT, "the graph has lost its node %u", (unsigned)r->a);
    }
    PtStatus st = pt_sql_use(tx, SQL_IDENTITY_NODE_ADD, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, r->a);
    pt_sql_bind_text(tx, 2, n.type);
    pt_sql_bind_text(tx, 3, n.value);
    pt_sql_bind_i64(tx, 4, r->b);
    pt_sql_bind_i64(tx, 5, (int64_t)r->offset);
    pt_sql_bind_i64(tx, 6, r->at_ms);
    return pt_sql_finish(tx, err);
}

static PtStatus write_link(const Gathered *g, const Row *r, PtSqlTx *tx, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_IDENTITY_LINK_ADD, err);
    if (st != PT_OK) {
        return st;
    }
    const int64_t numbers[] = {
        (int64_t)r->link, r->link_kind, r->at_ms, (int64_t)r->offset, r->a, r->b, r->c, r->d};
    for (int i = 0; i < 8; i++) {
        pt_sql_bind_i64(tx, i + 1, numbers[i]);
    }
    const char *texts = g->texts.data != NULL ? g->texts.data + r->text : "";
    pt_sql_bind_text(tx, 9, (PtStr){texts, r->by_len});
    pt_sql_bind_text(tx, 10, (PtStr){texts + r->by_len, r->reason_len});
    pt_sql_bind_text(tx, 11, (PtStr){texts + r->by_len + r->reason_len, r->refused_len});
    return pt_sql_finish(tx, err);
}

#define WRITE(tx, statement, err, ...)                                                             \
    write_numbers(tx, statement, (const int64_t[]){__VA_ARGS__},                                   \
                  sizeof((const int64_t[]){__VA_ARGS__}) / sizeof(int64_t), err)

static PtStatus write_row(const Profiles *p, const Row *r, PtSqlTx *tx, PtError *err)
{
    const int64_t offset = (int64_t)r->offset;
    switch (r->kind) {
    case ROW_PERSON:
        return WRITE(tx, SQL_IDENTITY_PERSON_ADD, err, r->a, offset, r->at_ms);
    case ROW_MERGED:
        return WRITE(tx, SQL_IDENTITY_PERSON_MERGE, err, r->a, r->b);
    case ROW_CHANGED:
        return WRITE(tx, SQL_IDENTITY_PERSON_CHANGE, err, r->a, offset);
    case ROW_NODE:
        return write_node(p, r, tx, err);
    case ROW_MOVED:
        return WRITE(tx, SQL_IDENTITY_NODE_MOVE, err, r->a, r->b);
    case ROW_BARRIER:
        return WRITE(tx, SQL_IDENTITY_BARRIER_ADD, err, r->a, r->b, r->c, r->at_ms, offset);
    case ROW_LIFTED:
        return WRITE(tx, SQL_IDENTITY_BARRIER_LIFT, err, r->a, offset);
    case ROW_LINK:
        return write_link(p->gathered, r, tx, err);
    case ROW_LINK_NODE:
        return WRITE(tx, SQL_IDENTITY_LINK_NODE_ADD, err, r->a, (int64_t)r->link, r->b);
    case ROW_ERASED:
        return erase_node_rows(tx, r->a, r->offset, err);
    case ROW_GONE:
        return erase_person_row(tx, r->a, err);
    case ROW_ACCOUNT: {
        const char *texts = p->gathered->texts.data + r->text;
        return erase_account_row(tx, (PtStr){texts, r->by_len},
                                 (PtStr){texts + r->by_len, r->reason_len}, err);
    }
    }
    return PT_OK;
}

PtStatus gathered_flush(const Profiles *p, PtSqlTx *tx, PtError *err)
{
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < p->gathered->count; i++) {
        st = write_row(p, &p->gathered->rows[i], tx, err);
    }
    return st;
}
