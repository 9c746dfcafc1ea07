// SPDX-License-Identifier: Apache-2.0
/* Addresses that nothing is to be sent to: a keyed hash says which, a mask lets people recognise
 * them. */
#include "base/json.h"
#include "consent.sql.h"
#include "profiles/consent_internal.h"
#include "profiles/identity_internal.h"

#include <stdio.h>
#include <string.h>

enum {
    MAIL_MAX = 254,
    DIGITS_MIN = 5,
    DIGITS_MAX = 15, /* E.164 */
    MASKED_MAX = 80,
    DETAIL_MAX = 16 << 10,
    DETAIL_ROWS = 50, /* named in an audit entry; of more only how many */
};

/* ---- Names ------------------------------------------------------------------------------------
 */

PtStr consent_channel_name(ConsentChannel channel)
{
    return channel == CONSENT_EMAIL ? PT_STR("email") : PT_STR("phone");
}

bool consent_channel_of(PtStr name, ConsentChannel *ret_channel)
{
    const bool mail = pt_str_eq(name, PT_STR("email"));
    if (mail || pt_str_eq(name, PT_STR("phone"))) {
        *ret_channel = mail ? CONSENT_EMAIL : CONSENT_PHONE;
        return true;
    }
    return false;
}

static const char *const reasons[] = {[CONSENT_UNSUBSCRIBED] = "unsubscribed",
                                      [CONSENT_BOUNCED] = "bounced",
                                      [CONSENT_COMPLAINT] = "complaint",
                                      [CONSENT_MANUAL] = "manual",
                                      [CONSENT_ERASED] = "erased"};

PtStr consent_reason_name(ConsentReason reason)
{
    return pt_str(reasons[reason]);
}

bool consent_reason_of(PtStr name, ConsentReason *ret_reason)
{
    for (int i = CONSENT_UNSUBSCRIBED; i <= CONSENT_ERASED; i++) {
        if (pt_str_eq(name, pt_str(reasons[i]))) {
            *ret_reason = (ConsentReason)i;
            return true;
        }
    }
    return false;
}

/* ---- Addresses --------------------------------------------------------------------------------
 */

typedef struct Address {
    char text[MAIL_MAX + 1]; /* normalised */
    size_t len;
    char id[CONSENT_HASH_TEXT], masked[MASKED_MAX];
} Address;

/* One @ with text on both sides, no spaces and controls. */
static bool normalise_mail(PtStr text, Address *a)
{
    size_t ats = 0;
    text = identity_trim(text);
    if (text.len < 3 || text.len > MAIL_MAX || !pt_utf8_valid(text)) {
        return false;
    }
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.data[i] <= ' ' || text.data[i] == 0x7F) {
            return false;
        }
        ats += text.data[i] == '@';
        a->text[a->len++] = pt_ascii_lower(text.data[i]);
    }
    return ats == 1 && a->text[0] != '@' && a->text[a->len - 1] != '@';
}

/* "+43 (1) 58858-0" and "0043158858 0" are one; a number without its country stays as it is. */
static bool normalise_phone(PtStr text, Address *a)
{
    static const char between[] = " .-/()";
    text = identity_trim(text);
    const bool plus = text.len > 0 && text.data[0] == '+';
    const bool zeros = pt_str_starts(text, PT_STR("00"));
    text = pt_str_from(text, plus ? 1 : zeros ? 2 : 0);
    if (plus || zeros) {
        a->text[a->len++] = '+';
    }
    const size_t from = a->len;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.data[i];
        if (c >= '0' && c <= '9' && a->len - from < DIGITS_MAX) {
            a->text[a->len++] = c;
        } else if (c == '\0' || memchr(between, c, sizeof between - 1) == NULL) {
            return false;
        }
    }
    return a->len - from >= DIGITS_MIN;
}

static void mask(ConsentChannel channel, Address *a)
{
    const char *at = channel == CONSENT_EMAIL ? memchr(a->text, '@', a->len) : NULL;
    if (at == NULL) {
        const bool is_long = a->len > DIGITS_MIN + 3; // else little would be left to guess
        (void)snprintf(a->masked, sizeof a->masked, "%.*s***%.*s", is_long ? 3 : 1, a->text,
                       is_long ? 2 : 1, a->text + a->len - (is_long ? 2 : 1));
        return;
    }
    enum { CHARACTER = 4 };
    const PtStr domain = {at + 1, a->len - (size_t)(at + 1 - a->text)};
    const char *dot = memrchr(domain.data, '.', domain.len);
    PtStr local = {a->text, (size_t)(at - a->text)};
    local.len = pt_utf8_step(local.data, local.data + local.len);
    const PtStr first = {domain.data, pt_utf8_step(domain.data, domain.data + domain.len)};
    const PtStr last = dot != NULL ? consent_cut(pt_str_from(domain, (size_t)(dot - domain.data)),
                                                 MASKED_MAX - 4 * CHARACTER)
                                   : PT_STR("");
    (void)snprintf(a->masked, sizeof a->masked, "%.*s***@%.*s***%.*s", PT_STR_ARG(local),
                   PT_STR_ARG(first), PT_STR_ARG(last));
}

/* False: it cannot be an address of that channel. */
static bool read_address(const Profiles *p, ConsentChannel channel, PtStr text, Address *a)
{
    char hashed[MAIL_MAX + 2];
    uint8_t hash[PT_SECRET_HASH];
    *a = (Address){.len = 0};
    if (!(channel == CONSENT_EMAIL ? normalise_mail(text, a) : normalise_phone(text, a))) {
        return false;
    }
    hashed[0] = channel == CONSENT_EMAIL ? 'e' : 'p';
    memcpy(hashed + 1, a->text, a->len);
    pt_secret_hash((PtStr){hashed, a->len + 1}, p->consent->key, hash);
    pt_hex(hash, (CONSENT_HASH_TEXT - 1) / 2, a->id);
    mask(channel, a);
    return true;
}

/* ---- Rows -------------------------------------------------------------------------------------
 */

static PtStatus copy_row(PtSqlTx *tx, PtArena *arena, ConsentSuppressed *to, PtError *err)
{
    const PtStr id = pt_sql_text(tx, 0);
    const int64_t channel = pt_sql_i64(tx, 1), reason = pt_sql_i64(tx, 2);
    if (id.len >= CONSENT_HASH_TEXT || reason < CONSENT_UNSUBSCRIBED || reason > CONSENT_ERASED) {
        return pt_fail(err, PT_CORRUPT, "a row of the suppression list does not read");
    }
    *to = (ConsentSuppressed){.channel = channel == CONSENT_EMAIL ? CONSENT_EMAIL : CONSENT_PHONE,
                              .reason = (ConsentReason)reason,
                              .since_ms = pt_sql_i64(tx, 3),
                              .masked = pt_arena_str(arena, pt_sql_text(tx, 4)),
                              .by = pt_arena_str(arena, pt_sql_text(tx, 5))};
    memcpy(to->id, id.data, id.len);
    return to->masked.data != NULL && to->by.data != NULL
               ? PT_OK
               : pt_fail(err, PT_NO_MEMORY, "no memory for the suppression list");
}

/* *ret_there: false where it is not on the list; arena NULL: the row is not wanted. */
static PtStatus get_row(PtSqlTx *tx, PtStr id, PtArena *arena, ConsentSuppressed *ret_row,
                        bool *ret_there, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_CONSENT_SUPPRESSION_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, id);
    st = pt_sql_step(tx, ret_there, err);
    st = st == PT_OK && *ret_there && arena != NULL ? copy_row(tx, arena, ret_row, err) : st;
    pt_sql_done(tx);
    return st;
}

PtStatus consent_suppressed(Profiles *p, ConsentChannel channel, PtStr address,
                            bool *ret_suppressed, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    Address a;
    bool there = true; // nothing is sent to what is no address
    PtStatus st = PT_OK;
    if (read_address(p, channel, address, &a)) {
        st = pt_sql_begin(p->core, false, &tx, err);
        st = st == PT_OK ? get_row(tx, pt_str(a.id), NULL, NULL, &there, err) : st;
    }
    if (st == PT_OK) {
        *ret_suppressed = there;
    }
    return st;
}

PtStatus consent_suppression(Profiles *p, ConsentChannel channel, PtStr address, PtArena *arena,
                             ConsentSuppressed *ret_row, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    Address a;
    ConsentSuppressed row;
    bool there = false;
    if (!read_address(p, channel, address, &a)) {
        return pt_fail(err, PT_INVALID, "address: is not %s",
                       channel == CONSENT_EMAIL ? "a mail address" : "a phone number");
    }
    PtStatus st = pt_sql_begin(p->core, false, &tx, err);
    st = st == PT_OK ? get_row(tx, pt_str(a.id), arena, &row, &there, err) : st;
    if (st == PT_OK && !there) {
        st = pt_fail(err, PT_NOT_FOUND, "the address is not on the suppression list");
    }
    if (st == PT_OK) {
        *ret_row = row;
    }
    return st;
}

PtStatus consent_suppressions(Profiles *p, const ConsentSuppressedQuery *query, PtArena *arena,
                              ConsentSuppressed **ret_rows, size_t *ret_count, PtError *err)
{
    enum { PAGE = 100 };
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    bool row = true;
    size_t count = 0;
    const bool any = query->reason == CONSENT_ANY_REASON;
    const int first = any ? 1 : 2; // parameter: the id to go on behind
    const size_t max = query->max < PAGE ? query->max : PAGE;
    ConsentSuppressed *rows = pt_arena_alloc(arena, PAGE, sizeof *rows);
    PtStatus st = rows != NULL ? pt_sql_begin(p->core, false, &tx, err)
                               : pt_fail(err, PT_NO_MEMORY, "no memory for the suppression list");
    st = st == PT_OK
             ? pt_sql_use(tx, any ? SQL_CONSENT_SUPPRESSIONS : SQL_CONSENT_SUPPRESSIONS_FOR, err)
             : st;
    if (st != PT_OK) {
        return st;
    }
    if (!any) {
        pt_sql_bind_i64(tx, 1, query->reason);
    }
    pt_sql_bind_text(tx, first, query->after.len > 0 ? query->after : PT_STR(""));
    pt_sql_bind_i64(tx, first + 1, (int64_t)max);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row && count < max) {
        st = copy_row(tx, arena, &rows[count], err);
        if (st != PT_OK) {
            break;
        }
        count++;
    }
    pt_sql_done(tx);
    if (st == PT_OK) {
        *ret_rows = rows;
        *ret_count = count;
    }
    return st;
}

/* ---- Changes ----------------------------------------------------------------------------------
 */

static PtStatus add_row(PtSqlTx *tx, const Address *a, const ConsentAddress *row, PtStr by,
                        int64_t now_ms, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_CONSENT_SUPPRESSION_ADD, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(a->id));
    pt_sql_bind_i64(tx, 2, row->channel);
    pt_sql_bind_i64(tx, 3, row->reason);
    pt_sql_bind_i64(tx, 4, row->since_ms != 0 ? row->since_ms : now_ms);
    pt_sql_bind_text(tx, 5, row->reason == CONSENT_ERASED ? PT_STR("") : pt_str(a->masked));
    pt_sql_bind_text(tx, 6, by);
    return pt_sql_finish(tx, err);
}

static void put_row(PtJsonOut *out, const Address *a, const ConsentAddress *row)
{
    pt_json_out_object(out);
    pt_json_put_str(out, "id", pt_str(a->id));
    pt_json_put_str(out, "reason", consent_reason_name(row->reason));
    pt_json_out_object_end(out);
}

static PtStatus audit(PtSqlTx *tx, const AuditActor *by, int64_t now_ms, const char *action,
                      PtStr subject, PtStr detail, PtError *err)
{
    const AuditEntry entry = {.by = by,
                              .action = action,
                              .subject_type = "suppression",
                              .subject = subject,
                              .detail = detail};
    return audit_write(tx, now_ms, &entry, err);
}

static PtStatus read_one(const Profiles *p, const ConsentAddress *row, size_t place, Address *a,
                         PtError *err)
{
    if (!read_address(p, row->channel, row->address, a)) {
        return pt_fail(err, PT_INVALID, "addresses[%zu]: is not %s", place,
                       row->channel == CONSENT_EMAIL ? "a mail address" : "a phone number");
    }
    return PT_OK;
}

typedef struct Adding {
    PtSqlTx *tx;
    PtStr by;
    int64_t now_ms;
    PtJsonOut detail; /* of the audit entry */
    size_t added;
} Adding;

static PtStatus add_all(const Profiles *p, Adding *adding, const ConsentAddress *rows, size_t count,
                        PtError *err)
{
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        Address a;
        bool there = false;
        st = read_one(p, &rows[i], i, &a, err);
        st = st == PT_OK ? get_row(adding->tx, pt_str(a.id), NULL, NULL, &there, err) : st;
        st = st == PT_OK ? add_row(adding->tx, &a, &rows[i], adding->by, adding->now_ms, err) : st;
        adding->added += !there;
        if (st == PT_OK && i < DETAIL_ROWS) {
            put_row(&adding->detail, &a, &rows[i]);
        }
    }
    return st;
}

PtStatus consent_suppress(Profiles *p, const AuditActor *by, const ConsentAddress *addresses,
                          size_t count, size_t *ret_added, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtBuf detail;
    if (count < 1 || count > CONSENT_IMPORT_MAX) {
        return pt_fail(err, PT_INVALID, "addresses: has %zu items, not 1..%d", count,
                       CONSENT_IMPORT_MAX);
    }
    pt_buf_init(&detail, DETAIL_MAX);
    Adding adding = {.by = audit_actor_name(by),
                     .now_ms = pt_clock_now_ms(pt_clock_real()),
                     .detail = pt_json_out(&detail)};
    pt_json_out_object(&adding.detail);
    pt_json_put_u64(&adding.detail, "count", count);
    pt_json_out_key(&adding.detail, PT_STR("addresses"));
    pt_json_out_array(&adding.detail);
    PtStatus st = pt_sql_begin(p->core, true, &tx, err);
    adding.tx = tx;
    st = st == PT_OK ? add_all(p, &adding, addresses, count, err) : st;
    pt_json_out_array_end(&adding.detail);
    pt_json_out_object_end(&adding.detail);
    if (st == PT_OK && pt_buf_status(&detail) != PT_OK) {
        st = pt_fail(err, pt_buf_status(&detail), "no memory for the suppression list");
    }
    st = st == PT_OK ? audit(tx, by, adding.now_ms, "suppression.added", PT_STR("list"),
                             pt_buf_str(&detail), err)
                     : st;
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    pt_buf_done(&detail);
    if (st == PT_OK) {
        *ret_added = adding.added;
    }
    return st;
}

PtStatus consent_unsuppress(Profiles *p, const AuditActor *by, PtStr id, PtError *err)
{
    enum { ARENA = 64 << 10 };
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA);
    ConsentSuppressed row;
    bool there = false;
    if (arena == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for the suppression list");
    }
    PtStatus st = pt_sql_begin(p->core, true, &tx, err);
    st = st == PT_OK ? get_row(tx, id, arena, &row, &there, err) : st;
    if (st == PT_OK && !there) {
        st = pt_fail(err, PT_NOT_FOUND, "there is no such row on the suppression list");
    }
    if (st == PT_OK && row.reason == CONSENT_ERASED) {
        st = pt_fail(err, PT_CONFLICT, "the address of somebody who was erased stays on the list");
    }
    st = st == PT_OK ? pt_sql_use(tx, SQL_CONSENT_SUPPRESSION_REMOVE, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, id);
    st = pt_sql_finish(tx, err);
    st = st == PT_OK ? audit(tx, by, pt_clock_now_ms(pt_clock_real()), "suppression.removed",
                             pt_str(row.id), PT_STR(""), err)
                     : st;
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

/* ---- Erasing -----------------------------------------------------------------------------------
 */

static PtStatus erase_row(PtSqlTx *tx, const Address *a, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_CONSENT_SUPPRESSION_ERASE, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(a->id));
    pt_sql_bind_i64(tx, 2, CONSENT_ERASED);
    return pt_sql_finish(tx, err);
}

PtStatus consent_erase_addresses(Profiles *p, const PtStr *types, const PtStr *values, size_t count,
                                 PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(p->core, true, &tx, err);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        ConsentChannel channel;
        Address a;
        if (consent_channel_of(types[i], &channel) && read_address(p, channel, values[i], &a)) {
            st = erase_row(tx, &a, err);
        }
    }
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}
