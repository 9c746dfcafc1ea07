// SPDX-License-Identifier: Apache-2.0
/* The audit chain: checking it, alone and against its anchors in the log. */
#include "access/audit_internal.h"

#include "audit.sql.h"
#include "base/hash.h"
#include "base/json.h"

#include <stdio.h>

/* One walk over chain and anchors side by side: both rise. */
typedef struct Walk {
    const AuditAnchors *anchors;
    AuditAnchor anchor; /* the next one, when has_anchor */
    bool has_anchor;
    int64_t last_anchor; /* seq of the one before it; 0: none yet */
    AuditVerdict v;
    PtStatus status; /* of reading */
    PtError *err;
} Walk;

static bool bad(Walk *w, int64_t seq, const char *problem)
{
    if (w->v.ok || seq < w->v.bad_seq) {
        w->v.ok = false;
        w->v.bad_seq = seq;
        (void)snprintf(w->v.problem, sizeof w->v.problem, "%s", problem);
    }
    return false;
}

/* False when there is something wrong. An anchor that does not rise is a second one for an entry
 * that the log knows: the chain was cut and written on. */
static bool next_anchor(Walk *w)
{
    w->has_anchor = false;
    if (w->anchors == NULL) {
        return true;
    }
    w->status = w->anchors->next(w->anchors->ctx, &w->anchor, &w->has_anchor, w->err);
    if (w->status != PT_OK) {
        return false;
    }
    if (w->has_anchor && w->anchor.seq <= w->last_anchor) {
        return bad(w, w->anchor.seq, "the log knows two of it: the chain was cut and written on");
    }
    w->last_anchor = w->has_anchor ? w->anchor.seq : w->last_anchor;
    return true;
}

static bool is_hash(PtStr bytes)
{
    return bytes.len == AUDIT_HASH;
}

static bool check_content(Walk *w, const AuditRecord *r)
{
    uint8_t commitment[AUDIT_HASH];
    if (r->erased) {
        w->v.erased++;
        return true;
    }
    if (audit_commitment(r->salt, r->fields, commitment, NULL) != PT_OK ||
        memcmp(commitment, r->commitment.data, AUDIT_HASH) != 0) {
        return bad(w, r->seq, "its content is not what was committed to");
    }
    return true;
}

static bool check_anchor(Walk *w, const AuditRecord *r)
{
    // the oldest ones may have left the log; from the first on there is one for each entry
    if (!w->has_anchor || w->anchor.seq > r->seq) {
        const bool skipped = w->has_anchor && w->v.anchors > 0;
        return !skipped ||
               bad(w, r->seq, "the log has no anchor of it and has one of a later entry");
    }
    if (memcmp(w->anchor.link, r->link.data, AUDIT_HASH) != 0) {
        return bad(w, r->seq, "its link is not the one in the log: it was written anew");
    }
    w->v.anchors++;
    return next_anchor(w);
}

static bool check_record(void *ctx, const AuditRecord *r)
{
    Walk *w = ctx;
    uint8_t link[AUDIT_HASH];
    if (r->seq != w->v.entries + 1) {
        return bad(w, w->v.entries + 1, "it is missing");
    }
    if (!is_hash(r->commitment) || !is_hash(r->link)) {
        return bad(w, r->seq, "its commitment or link does not read");
    }
    audit_link(w->v.last_link, r->seq, r->time_ms, (const uint8_t *)r->commitment.data, link);
    if (memcmp(link, r->link.data, AUDIT_HASH) != 0) {
        return bad(w, r->seq,
                   "its link does not follow from the entry before, its time and its "
                   "commitment");
    }
    if (!check_content(w, r) || !check_anchor(w, r)) {
        return false;
    }
    memcpy(w->v.last_link, link, AUDIT_HASH);
    w->v.entries++;
    return true;
}

/* Content that was moved away from its entry would else pass as erased. */
static PtStatus find_orphan(Walk *w, PtSql *sql, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    bool row = false;
    PtStatus st = pt_sql_begin(sql, false, &tx, err);
    if (st == PT_OK) {
        st = pt_sql_use(tx, SQL_AUDIT_ORPHAN, err);
    }
    if (st != PT_OK) {
        return st;
    }
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK && row && !pt_sql_is_null(tx, 0)) {
        (void)bad(w, pt_sql_i64(tx, 0), "there is content of it and no entry");
    }
    pt_sql_done(tx);
    return st;
}

PtStatus audit_verify(PtSql *sql, const AuditAnchors *anchors, AuditVerdict *ret_verdict,
                      PtError *err)
{
    Walk w = {.anchors = anchors, .v.ok = true, .err = err};
    const AuditFilter all = {
        .until_ms = INT64_MAX, .since_ms = INT64_MIN, .oldest_first = true, .limit = INT64_MAX};
    PtStatus st = PT_OK;
    if (next_anchor(&w)) {
        st = audit_read(sql, &all, check_record, &w, err);
    }
    if (st == PT_OK && w.status == PT_OK && w.v.ok && w.has_anchor) {
        (void)bad(&w, w.v.entries + 1,
                  "it is missing: the log has an anchor of it or of a later one");
    }
    st = st == PT_OK ? w.status : st;
    if (st == PT_OK) {
        st = find_orphan(&w, sql, err);
    }
    if (st == PT_OK) {
        *ret_verdict = w.v;
    }
    return st;
}

/* 64 hex digits between quotes. */
static bool parse_link(PtStr raw, uint8_t out[static AUDIT_HASH])
{
    bool hex = raw.len == 2 * AUDIT_HASH + 2;
    for (size_t i = 0; hex && i < AUDIT_HASH; i++) {
        const int high = pt_hex_digit(raw.data[1 + 2 * i]), low = pt_hex_digit(raw.data[2 + 2 * i]);
        hex = high >= 0 && low >= 0;
        out[i] = (uint8_t)(((unsigned)high << 4) | ((unsigned)low & 15));
    }
    return hex;
}

bool audit_anchor_parse(PtStr properties, AuditAnchor *ret_anchor)
{
    PtJson j;
    AuditAnchor a = {0};
    bool has_seq = false, has_link = false;
    pt_json_init(&j, properties, 4);
    if (pt_json_next(&j) != PT_JSON_OBJECT) {
        return false;
    }
    while (pt_json_next(&j) == PT_JSON_KEY) {
        const bool is_seq = pt_json_raw_eq(j.raw, j.flags, PT_STR("seq"));
        const bool is_link = pt_json_raw_eq(j.raw, j.flags, PT_STR("link"));
        PtStr raw;
        if (!pt_json_skip(&j, &raw, NULL, NULL)) {
            return false;
        }
        has_seq = is_seq ? pt_json_to_i64(raw, &a.seq) && a.seq > 0 : has_seq;
        has_link = is_link ? parse_link(raw, a.link) : has_link;
    }
    if (!has_seq || !has_link || j.problem != NULL) {
        return false;
    }
    *ret_anchor = a;
    return true;
}
