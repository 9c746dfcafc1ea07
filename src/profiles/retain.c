// SPDX-License-Identifier: Apache-2.0
/* What of an event outlives its retention: consent that it decided, identifiers that began with it
 * or met in it. */
#include "profiles/retain.h"

#include "base/json.h"
#include "profiles.sql.h"
#include "profiles/consent_internal.h"
#include "profiles/identity_book.h"
#include "profiles/view_internal.h"

typedef struct Brought { /* by an event */
    IdentityClaims claims;
    uint32_t nodes[IDENTITY_CLAIMS_MAX]; /* 0: none is known */
    bool declared;                       /* it says what somebody allows */
} Brought;

/* What an event merely carries along is evidence only where it decided something. */
static PtStatus read_declared(const Profiles *p, const EventView *v, bool *ret_declared,
                              PtError *err)
{
    ConsentWord word = {0};
    PtBuf text;
    if (!consent_may_say(v)) {
        return PT_OK;
    }
    pt_buf_init(&text, EVENT_MAX_BYTES);
    consent_read_event(p->consent->slots, v, &text, &word);
    const PtStatus st = pt_buf_status(&text);
    pt_buf_done(&text);
    *ret_declared = (word.granted | word.refused) != 0;
    return st == PT_NO_MEMORY ? pt_fail(err, st, "no memory to read an event's consent") : PT_OK;
}

static PtStatus read_brought(Profiles *p, const PtRecord *r, const EventView *v, PtArena *arena,
                             Brought *b, PtError *err)
{
    PtStatus st = profiles_lock_read(p, err);
    if (st != PT_OK) {
        return st;
    }
    st = identity_claims(book_at(p, r->position.offset), p->graph, v, arena, &b->claims, err);
    if (st == PT_OK && r->node > 0 && r->node - 1 < b->claims.count) {
        b->claims.count = (size_t)r->node - 1; // those behind were dropped
    }
    for (size_t i = 0; st == PT_OK && i < b->claims.count; i++) {
        const IdentityClaim *c = &b->claims.items[i];
        b->nodes[i] = identity_find(p->graph, c->type, c->value);
    }
    st = st == PT_OK ? read_declared(p, v, &b->declared, err) : st;
    profiles_unlock(p);
    return st;
}

static PtStatus look_at_node(PtSqlTx *tx, uint32_t node, uint64_t offset, bool *identity,
                             bool *consent, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_PROFILE_OWES, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, node);
    pt_sql_bind_i64(tx, 2, (int64_t)offset);
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK && !row) {
        st = pt_fail(err, PT_BUSY, "an identifier is not in the tables of the profiles yet");
    } else if (st == PT_OK) {
        *identity = *identity || pt_sql_i64(tx, 0) != 0 || pt_sql_i64(tx, 1) != 0;
        *consent = *consent || pt_sql_i64(tx, 2) != 0;
    }
    pt_sql_done(tx);
    return st;
}

/* All of them, in their order: what each means depends on those before it. */
static void put_claims(const IdentityClaims *claims, PtBuf *out)
{
    PtJsonOut json = pt_json_out(out);
    pt_json_out_array(&json);
    for (size_t i = 0; i < claims->count; i++) {
        pt_json_out_object(&json);
        pt_json_put_str(&json, "type", claims->items[i].type);
        pt_json_put_str(&json, "id", claims->items[i].value);
        pt_json_out_object_end(&json);
    }
    pt_json_out_array_end(&json);
}

PtStatus profiles_retain(Profiles *p, PtSqlTx *views, const PtRecord *record, PtArena *arena,
                         PtBuf *out, bool *ret_evidence, PtError *err)
{
    EventView v;
    Brought b = {.declared = false};
    bool identity = false, consent = false;
    PtStatus st = event_payload_read(record, &v, err);
    st = st == PT_OK ? read_brought(p, record, &v, arena, &b, err) : st;
    for (size_t i = 0; st == PT_OK && !b.declared && i < b.claims.count; i++) {
        if (b.nodes[i] != 0) {
            st = look_at_node(views, b.nodes[i], record->position.offset, &identity, &consent, err);
        }
    }
    if (st != PT_OK) {
        return st;
    }
    *ret_evidence = b.declared || consent;
    if (!*ret_evidence && identity) {
        put_claims(&b.claims, out);
    }
    return pt_buf_status(out) == PT_OK ? PT_OK
                                       : pt_fail(err, PT_NO_MEMORY, "no memory for identifiers");
}
