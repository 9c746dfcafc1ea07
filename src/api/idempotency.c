// SPDX-License-Identifier: Apache-2.0
/* Idempotency-Key: a row is written before the handler runs and holds its answer after it. A retry
 * gets that answer; one whose first request died between the two is told that nobody knows, which
 * is the truth. A request that was refused changed nothing and is forgotten. */
#include "api/api_internal.h"

#include "base/hash.h"
#include "idempotency.sql.h"
#include "platform/diag.h"

#include <stdio.h>
#include <string.h>

enum { KEPT_MS = 86400000, KEY_MAX = 255, BODY_KEPT = 65536 };

static void hex_of(PtStr text, char out[static 65])
{
    uint8_t digest[PT_SHA256];
    pt_sha256(text, digest);
    for (size_t i = 0; i < sizeof digest; i++) {
        (void)snprintf(out + 2 * i, 3, "%02x", digest[i]);
    }
}

/* Caller, operation, path and key, so that no caller meets another's answers. */
static PtStatus hash_request(ApiCall *call, PtStr key, PtError *err)
{
    PtBuf text;
    pt_buf_init(&text, 8 << 20);
    pt_buf_printf(&text, "%d %s %s ", (int)call->who.actor.kind, call->who.actor.id, call->op->id);
    pt_buf_add_str(&text, call->request->path);
    pt_buf_add_char(&text, ' ');
    pt_buf_add_str(&text, key);
    hex_of(pt_buf_str(&text), call->idempotency);
    pt_buf_clear(&text, 8 << 20);
    pt_buf_add_str(&text, call->request->query);
    pt_buf_add_char(&text, ' ');
    pt_buf_add_str(&text, call->request->body);
    hex_of(pt_buf_str(&text), call->request_hash);
    PtStatus st = pt_buf_status(&text);
    pt_buf_done(&text);
    return st == PT_OK ? PT_OK : pt_fail(err, st, "no memory for the request");
}

typedef struct Kept {
    bool found, same, secret;
    int64_t status;
    PtStr content_type, body;
} Kept;

static PtStatus find(ApiCall *call, Kept *kept, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(call->api->c.core, false, &tx, err);
    if (st != PT_OK || (st = pt_sql_use(tx, SQL_IDEMPOTENCY_FIND, err)) != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(call->idempotency));
    st = pt_sql_step(tx, &kept->found, err);
    if (st == PT_OK && kept->found) {
        kept->same = pt_str_eq(pt_sql_text(tx, 0), pt_str(call->request_hash));
        kept->status = pt_sql_i64(tx, 1);
        kept->content_type = pt_arena_str(call->arena, pt_sql_text(tx, 2));
        kept->secret = pt_sql_is_null(tx, 3);
        kept->body = pt_arena_str(call->arena, pt_sql_blob(tx, 3));
    }
    pt_sql_done(tx);
    return st;
}

static PtStatus insert(ApiCall *call, bool *ret_mine, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    const int64_t now_ms = pt_clock_now_ms(pt_clock_real());
    bool row;
    PtStatus st = pt_sql_begin_shared(call->api->c.core, &tx, err);
    if (st != PT_OK || (st = pt_sql_use(tx, SQL_IDEMPOTENCY_EXPIRE, err)) != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, now_ms - KEPT_MS);
    st = pt_sql_finish(tx, err);
    if (st != PT_OK || (st = pt_sql_use(tx, SQL_IDEMPOTENCY_BEGIN, err)) != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(call->idempotency));
    pt_sql_bind_text(tx, 2, pt_str(call->request_hash));
    pt_sql_bind_i64(tx, 3, now_ms);
    st = pt_sql_step(tx, &row, err);
    *ret_mine = pt_sql_changes(tx) == 1;
    pt_sql_done(tx);
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

static void answer_kept(ApiCall *call, const Kept *kept)
{
    const char *why = !kept->same ? "this Idempotency-Key was used for another request"
                      : kept->status == 0
                          ? "a request with this Idempotency-Key is running, or was "
                            "cut off: its outcome is not known"
                      : kept->secret ? "done before; an answer with a secret is not kept"
                                     : NULL;
    call->idempotency[0] = '\0'; // nothing to keep of this answer
    if (why != NULL) {
        (void)pt_fail(&call->error, PT_CONFLICT, "%s", why);
        api_problem(call, PT_CONFLICT, &call->error);
        return;
    }
    char *type = pt_arena_alloc(call->arena, kept->content_type.len + 1, 1);
    if (type == NULL || kept->body.data == NULL) {
        (void)pt_fail(&call->error, PT_NO_MEMORY, "no memory for the answer");
        api_problem(call, PT_NO_MEMORY, &call->error);
        return;
    }
    memcpy(type, kept->content_type.data, kept->content_type.len);
    type[kept->content_type.len] = '\0';
    call->content_type = type;
    pt_buf_add_str(&call->body, kept->body);
    api_header(call, "Idempotency-Replayed", PT_STR("true"));
    api_answer(call, (int)kept->status);
}

bool api_idempotency_begin(ApiCall *call)
{
    const PtStr key = http_header(call->request, "idempotency-key");
    Kept kept = {0};
    bool mine = false;
    if (key.data == NULL || pt_str_eq(pt_str(call->op->method), PT_STR("GET"))) {
        return false;
    }
    PtStatus st = key.len >= 1 && key.len <= KEY_MAX
                      ? hash_request(call, key, &call->error)
                      : pt_fail(&call->error, PT_INVALID,
                                "Idempotency-Key: length is not 1..%d characters", KEY_MAX);
    if (st == PT_OK) {
        st = insert(call, &mine, &call->error);
    }
    if (st == PT_OK && !mine) {
        st = find(call, &kept, &call->error);
    }
    if (st != PT_OK) {
        call->idempotency[0] = '\0';
        api_problem(call, st, &call->error);
        return true;
    }
    if (!mine) {
        answer_kept(call, &kept);
    }
    return !mine;
}

static PtStatus keep(ApiCall *call, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    const bool forget = call->problem != PT_OK;
    const PtStr body = pt_buf_str(&call->body);
    const bool store = !call->op->sensitive && body.len <= BODY_KEPT;
    PtStatus st = pt_sql_begin_shared(call->api->c.core, &tx, err);
    if (st == PT_OK) {
        st = pt_sql_use(tx, forget ? SQL_IDEMPOTENCY_DROP : SQL_IDEMPOTENCY_END, err);
    }
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(call->idempotency));
    if (!forget) {
        pt_sql_bind_i64(tx, 2, call->status);
        pt_sql_bind_text(tx, 3, pt_str(call->content_type));
        pt_sql_bind_blob(tx, 4, store ? body : (PtStr){NULL, 0});
    }
    st = pt_sql_finish(tx, err);
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

void api_idempotency_end(ApiCall *call)
{
    PtError err = {0};
    if (call->idempotency[0] != '\0' && keep(call, &err) != PT_OK) {
        pt_diag(PT_DIAG_WARN, "api", "an answer could not be kept for its Idempotency-Key",
                PT_F_STR("problem", pt_str(err.message)));
    }
}
