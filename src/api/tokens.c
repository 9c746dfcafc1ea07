// SPDX-License-Identifier: Apache-2.0
/* API tokens: 190 bits of randomness, shown once; kept as a keyed hash. /api/v1/tokens is for the
 * socket only. */
#include "api/api_internal.h"

#include "base/hash.h"
#include "base/rng.h"
#include "base/time.h"
#include "base/uuid.h"
#include "platform/diag.h"
#include "tokens.sql.h"

#include <stdlib.h>
#include <string.h>

enum { TOKEN_CHARS = 32, TOKENS_LISTED = 1000, USED_STEP_MS = 60000, TOKEN_NAME_MAX = 100 };

/* "pt_" and 32 letters and digits. */
static void make_token(char out[static TOKEN_CHARS + 4])
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    memcpy(out, "pt_", 3);
    for (int i = 3; i < TOKEN_CHARS + 3;) {
        uint8_t byte;
        pt_random_bytes(&byte, 1);
        if (byte < 248) { // 4 * 62: no letter likelier than another
            out[i++] = alphabet[byte % 62];
        }
    }
    out[TOKEN_CHARS + 3] = '\0';
}

/* Runs a statement whose values are bound. */
static PtStatus finish_write(PtSqlTx **tx, int64_t *ret_changes, PtError *err)
{
    bool row;
    PtStatus st = pt_sql_step(*tx, &row, err);
    if (ret_changes != NULL) {
        *ret_changes = pt_sql_changes(*tx);
    }
    pt_sql_done(*tx);
    return st == PT_OK ? pt_sql_commit(tx, err) : st;
}

static PtStatus mark_time(Api *api, const char *statement, PtStr id, int64_t *ret_changes,
                          PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(api->c.core, true, &tx, err);
    if (st != PT_OK || (st = pt_sql_use(tx, statement, err)) != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, id);
    pt_sql_bind_i64(tx, 2, pt_clock_now_ms(pt_clock_real()));
    return finish_write(&tx, ret_changes, err);
}

typedef struct UsedNote {
    Api *api;
    char id[64];
} UsedNote;

static void write_used(void *ctx)
{
    UsedNote *note = ctx;
    (void)mark_time(note->api, SQL_TOKEN_USED, pt_str(note->id), NULL,
                    NULL); // a note for people: its loss harms nobody
    free(note);
}

/* Off the loop: a write waits for the disk. */
static void note_used(Api *api, const char *id)
{
    UsedNote *note = calloc(1, sizeof *note);
    if (note == NULL) {
        return;
    }
    note->api = api;
    memcpy(note->id, id, sizeof note->id);
    if (pt_pool_submit(api->c.pool, write_used, note) != PT_OK) {
        free(note);
    }
}

PtStatus api_token_check(Api *api, PtStr token, char actor[static 64], PtError *err)
{
    uint8_t hash[PT_SECRET_HASH];
    int64_t used_ms = 0;
    bool row = false;
    PtSqlTx *tx = NULL;
    pt_secret_hash(token, api->c.token_key, hash);
    PtStatus st = pt_sql_begin(api->c.core, false, &tx, err);
    if (st == PT_OK && (st = pt_sql_use(tx, SQL_TOKEN_FIND, err)) == PT_OK) {
        pt_sql_bind_blob(tx, 1, (PtStr){(const char *)hash, sizeof hash});
        st = pt_sql_step(tx, &row, err);
        if (st == PT_OK && row) {
            (void)snprintf(actor, 64, "%.*s", PT_STR_ARG(pt_sql_text(tx, 0)));
            used_ms = pt_sql_i64(tx, 2);
        }
        pt_sql_done(tx);
    }
    pt_sql_rollback(tx);
    if (st == PT_OK && !row) {
        return pt_fail(err, PT_UNAUTHENTICATED, "the token is unknown or revoked");
    }
    if (st == PT_OK && pt_clock_now_ms(pt_clock_real()) - used_ms > USED_STEP_MS) {
        note_used(api, actor);
    }
    return st;
}

enum { ROLE, NAME, FIELDS };

static PtStatus insert_token(Api *api, const char *id, PtStr name, PtStr role, const char *token,
                             PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    uint8_t hash[PT_SECRET_HASH];
    pt_secret_hash(pt_str(token), api->c.token_key, hash);
    PtStatus st = pt_sql_begin(api->c.core, true, &tx, err);
    if (st != PT_OK || (st = pt_sql_use(tx, SQL_TOKEN_ADD, err)) != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(id));
    pt_sql_bind_text(tx, 2, name);
    pt_sql_bind_text(tx, 3, role);
    pt_sql_bind_blob(tx, 4, (PtStr){(const char *)hash, sizeof hash});
    pt_sql_bind_i64(tx, 5, pt_clock_now_ms(pt_clock_real()));
    return finish_write(&tx, NULL, err);
}

static void text_member(PtJsonOut *out, const char *key, PtStr value)
{
    pt_json_out_key(out, pt_str(key));
    pt_json_out_str(out, value);
}

void api_tokens_add(ApiCall *call)
{
    ApiField f[FIELDS] = {
        [ROLE] = {.name = "role", .kind = API_TEXT, .required = true, .min = 1, .max = 32},
        [NAME] = {.name = "name", .kind = API_TEXT, .min = 0, .max = TOKEN_NAME_MAX},
    };
    char token[TOKEN_CHARS + 4], id[PT_UUID_TEXT];
    uint8_t random[10];
    PtStatus st = api_fields(call, f, FIELDS, &call->error);
    if (st == PT_OK && !pt_str_eq(f[ROLE].text, PT_STR("admin"))) {
        st = pt_fail(&call->error, PT_INVALID, "role: \"admin\" is the only one so far");
    }
    if (st == PT_OK) {
        pt_random_bytes(random, sizeof random);
        (void)pt_uuid_format(pt_uuid7(pt_clock_now_ms(pt_clock_real()), random), id);
        make_token(token);
        st = insert_token(call->api, id, f[NAME].text.data != NULL ? f[NAME].text : PT_STR(""),
                          f[ROLE].text, token, &call->error);
    }
    if (st != PT_OK) {
        api_problem(call, st, &call->error);
        return;
    }
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    text_member(&out, "id", pt_str(id));
    text_member(&out, "role", f[ROLE].text);
    text_member(&out, "token", pt_str(token));
    pt_json_out_object_end(&out);
    pt_diag(PT_DIAG_INFO, "tokens", "token added", PT_F_STR("token", pt_str(id)));
    api_answer(call, 201);
}

static void time_member(PtSqlTx *tx, PtJsonOut *out, const char *key, int column)
{
    char text[PT_TIME_TEXT];
    pt_json_out_key(out, pt_str(key));
    if (pt_sql_is_null(tx, column)) {
        pt_json_out_null(out);
    } else {
        pt_json_out_str(out, pt_time_format(pt_sql_i64(tx, column), text));
    }
}

static PtStatus list_tokens(ApiCall *call, PtJsonOut *out, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(call->api->c.core, false, &tx, err);
    if (st != PT_OK || (st = pt_sql_use(tx, SQL_TOKEN_LIST, err)) != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, TOKENS_LISTED);
    bool row = true;
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        pt_json_out_object(out);
        text_member(out, "id", pt_sql_text(tx, 0));
        text_member(out, "name", pt_sql_text(tx, 1));
        text_member(out, "role", pt_sql_text(tx, 2));
        time_member(tx, out, "created_at", 3);
        time_member(tx, out, "last_used_at", 4);
        time_member(tx, out, "revoked_at", 5);
        pt_json_out_object_end(out);
    }
    pt_sql_done(tx);
    return st;
}

void api_tokens_list(ApiCall *call)
{
    PtJsonOut out = pt_json_out(&call->body);
    pt_json_out_object(&out);
    pt_json_out_key(&out, PT_STR("data"));
    pt_json_out_array(&out);
    PtStatus st = list_tokens(call, &out, &call->error);
    pt_json_out_array_end(&out);
    pt_json_out_key(&out, PT_STR("next_cursor"));
    pt_json_out_null(&out);
    pt_json_out_object_end(&out);
    if (st == PT_OK) {
        api_answer(call, 200);
    } else {
        api_problem(call, st, &call->error);
    }
}

void api_tokens_revoke(ApiCall *call)
{
    int64_t changes = 0;
    PtStatus st = mark_time(call->api, SQL_TOKEN_REVOKE, call->args[0], &changes, &call->error);
    if (st == PT_OK && changes == 0) {
        st = pt_fail(&call->error, PT_NOT_FOUND, "no valid token with this id");
    }
    if (st != PT_OK) {
        api_problem(call, st, &call->error);
        return;
    }
    pt_diag(PT_DIAG_INFO, "tokens", "token revoked", PT_F_STR("token", call->args[0]));
    pt_buf_add_str(&call->body, PT_STR("{}"));
    api_answer(call, 200);
}
