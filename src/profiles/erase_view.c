// SPDX-License-Identifier: Apache-2.0
/* An erasure at its place in the log: the nodes leave memory under the lock, and the tables in the
 * same step's transaction. Nothing else is in that step, so nothing that is gathered is of them. */
#include "base/json.h"
#include "erase.sql.h"
#include "profiles/consent_internal.h"
#include "profiles/erase_internal.h"
#include "profiles/groups_internal.h"
#include "profiles/traits_internal.h"
#include "profiles/view_internal.h"

#include <stdlib.h>
#include <string.h>

const char erase_event[] = "Person Erased";

void erase_hash_text(const Profiles *p, PtStr type, PtStr value,
                     char ret_hex[static ERASE_HASH_TEXT + 1])
{
    char text[1 + IDENTITY_TYPE_NAME_MAX + 1 + IDENTITY_VALUE_MAX];
    size_t len = 0;
    text[len++] = 'e'; // no person's, group's or pair's: those begin otherwise
    memcpy(text + len, type.data, type.len);
    len += type.len;
    text[len++] = '\0';
    memcpy(text + len, value.data, value.len);
    const PtHash128 hash = pt_hash128((PtStr){text, len + value.len}, p->id_key);
    (void)snprintf(ret_hex, ERASE_HASH_TEXT + 1, "%016llx%016llx", (unsigned long long)hash.hi,
                   (unsigned long long)hash.lo);
}

static bool is_named(const Profiles *p, const IdentityNode *n, PtStr hex)
{
    char text[ERASE_HASH_TEXT + 1];
    erase_hash_text(p, n->type, n->value, text);
    return pt_str_eq(hex, pt_str(text));
}

/* By its number; where that is another's by now (a rebuild counts anew), among the person's. 0: it
 * is gone. */
static uint32_t find_node(const Profiles *p, uint32_t number, PtStr hex, uint32_t person)
{
    IdentityNode n;
    if (identity_node(p->graph, number, &n) && is_named(p, &n, hex)) {
        return number;
    }
    for (uint32_t cursor = 0; identity_next_node(p->graph, person, &cursor, &n);) {
        if (is_named(p, &n, hex)) {
            return n.node;
        }
    }
    return 0;
}

static PtStatus erase_node(Profiles *p, uint32_t node, PtError *err)
{
    return identity_erase(p->graph, node) && p->consent != NULL // a preview has none
               ? consent_erase(p, &node, 1, err)
               : PT_OK;
}

/* [number, "hash"] */
static PtStatus erase_one(Profiles *p, PtJson *j, uint32_t person, PtError *err)
{
    uint32_t number = 0;
    PtStatus st = PT_OK;
    const bool numbered =
        pt_json_next(j) == PT_JSON_NUMBER && pt_str_to_u32(j->raw, UINT32_MAX, &number);
    if (numbered && pt_json_next(j) == PT_JSON_STRING) {
        st = erase_node(p, find_node(p, number, j->raw, person), err);
    }
    (void)pt_json_next(j); // the bracket
    return st;
}

static PtStatus erase_nodes(Profiles *p, PtStr nodes, uint32_t person, PtError *err)
{
    PtStatus st = PT_OK;
    PtJson j;
    pt_json_init(&j, nodes, EVENT_MAX_DEPTH);
    if (nodes.len == 0 || pt_json_next(&j) != PT_JSON_ARRAY) {
        return PT_OK;
    }
    while (st == PT_OK && pt_json_next(&j) == PT_JSON_ARRAY) {
        st = erase_one(p, &j, person, err);
    }
    return st;
}

/* ---- Traits of others --------------------------------------------------------------------------
 */

/* [number, "hash", "name", at_ms, source, precedence]; of an account [0, "id", "name", 0, 0, 0] */
static PtStatus redact_one(Profiles *p, PtJson *j, uint64_t offset, PtError *err)
{
    char name[TRAIT_NAME_MAX + 1];
    int64_t at[3] = {0, 0, 0};
    uint32_t number = 0;
    bool ok = pt_json_next(j) == PT_JSON_NUMBER && pt_str_to_u32(j->raw, UINT32_MAX, &number) &&
              pt_json_next(j) == PT_JSON_STRING;
    const PtStr hex = j->raw;
    const uint32_t node = ok && number != 0 ? find_node(p, number, hex, 0) : 0;
    PtBuf text;
    pt_buf_init(&text, TRAIT_NAME_MAX);
    ok = ok && pt_json_next(j) == PT_JSON_STRING;
    if (ok) {
        pt_json_decode(j->raw, &text);
    }
    ok = ok && pt_buf_status(&text) == PT_OK && text.len < sizeof name;
    if (ok) {
        memcpy(name, text.data, text.len);
    }
    const TraitRedacted r = {.name = {name, text.len}, .offset = offset};
    pt_buf_done(&text);
    for (int i = 0; ok && i < 3; i++) {
        ok = pt_json_next(j) == PT_JSON_NUMBER && pt_json_to_i64(j->raw, &at[i]);
    }
    (void)pt_json_next(j); // the bracket
    TraitRedacted said = r;
    said.at_ms = at[0];
    said.source = (uint32_t)at[1];
    said.precedence = (uint32_t)at[2];
    if (ok && number == 0) {
        gathered_account(p, hex, said.name);
    }
    return ok && node != 0 ? traits_redact(p, node, &said, err) : PT_OK;
}

static PtStatus redact_all(Profiles *p, PtStr said, uint64_t offset, PtError *err)
{
    PtStatus st = PT_OK;
    PtJson j;
    pt_json_init(&j, said, EVENT_MAX_DEPTH);
    if (said.len == 0 || p->traits == NULL || pt_json_next(&j) != PT_JSON_ARRAY) {
        return PT_OK; // a preview keeps none
    }
    while (st == PT_OK && pt_json_next(&j) == PT_JSON_ARRAY) {
        st = redact_one(p, &j, offset, err);
    }
    return st;
}

PtStatus erase_apply(Profiles *p, PtStr properties, uint64_t offset, PtError *err)
{
    const PtStr persons = profile_member(properties, PT_STR("persons"));
    PtStatus st = PT_OK;
    PtJson j;
    PtStr person;
    pt_json_init(&j, persons, EVENT_MAX_DEPTH);
    if (persons.len == 0 || pt_json_next(&j) != PT_JSON_ARRAY) {
        return redact_all(p, profile_member(properties, PT_STR("said")), offset, err);
    }
    while (st == PT_OK && pt_json_skip(&j, &person, NULL, NULL)) {
        PtStr id = profile_member(person, PT_STR("id"));
        id = id.len > 2 ? (PtStr){id.data + 1, id.len - 2} : (PtStr){NULL, 0};
        st = erase_nodes(p, profile_member(person, PT_STR("nodes")), profile_person_find(p, id),
                         err);
    }
    return st;
}

bool erase_stands_alone(const EventView *v)
{
    return pt_str_eq(v->name, pt_str(erase_event));
}

/* ---- What else memory knows of a node ---------------------------------------------------------
 */

void erase_hear(Profiles *p, uint32_t node)
{
    for (size_t i = 0; i < PROFILES_RECENT; i++) {
        p->recent[i] = p->recent[i] == node ? 0 : p->recent[i];
    }
    traits_node_erased(p, node);
    search_erase(p, node);
}

/* ---- Tables ------------------------------------------------------------------------------------
 */

static PtStatus run_of(PtSqlTx *tx, const char *statement, uint32_t node, uint64_t offset,
                       PtError *err)
{
    PtStatus st = pt_sql_use(tx, statement, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, node);
    if (offset != PROFILES_NOWHERE) {
        pt_sql_bind_i64(tx, 2, (int64_t)offset);
    }
    return pt_sql_finish(tx, err);
}

/* hex: its id. */
PtStatus erase_account_row(PtSqlTx *tx, PtStr hex, PtStr name, PtError *err)
{
    GroupId id;
    for (size_t i = 0; hex.len == 2 * sizeof id.bytes && i < sizeof id.bytes; i++) {
        char digits[3] = {hex.data[2 * i], hex.data[2 * i + 1], '\0'};
        id.bytes[i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    PtStatus st =
        hex.len == 2 * sizeof id.bytes ? pt_sql_use(tx, SQL_ERASE_GROUP_TRAIT, err) : PT_INVALID;
    if (st != PT_OK) {
        return st == PT_INVALID ? PT_OK : st;
    }
    pt_sql_bind_blob(tx, 1, group_id_blob(&id));
    pt_sql_bind_text(tx, 2, name);
    return pt_sql_finish(tx, err);
}

PtStatus erase_person_row(PtSqlTx *tx, uint32_t person, PtError *err)
{
    return run_of(tx, SQL_ERASE_PERSON, person, PROFILES_NOWHERE, err);
}

PtStatus erase_node_rows(PtSqlTx *tx, uint32_t node, uint64_t offset, PtError *err)
{
    static const char *const statements[] = {
        SQL_ERASE_NODE,   SQL_ERASE_LINK_TEXTS, SQL_ERASE_LINK_NODES, SQL_ERASE_TRAITS,
        SQL_ERASE_VALUES, SQL_ERASE_ORDERS,     SQL_ERASE_COMPUTED,   SQL_ERASE_CARD,
        SQL_ERASE_PAIRS,  SQL_ERASE_DECISIONS,
    };
    PtStatus st = groups_erase(tx, node, err);
    st = st == PT_OK ? run_of(tx, SQL_ERASE_BARRIERS, node, offset, err) : st;
    for (size_t i = 0; st == PT_OK && i < sizeof statements / sizeof *statements; i++) {
        st = run_of(tx, statements[i], node, PROFILES_NOWHERE, err);
    }
    return st;
}
