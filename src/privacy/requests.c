// SPDX-License-Identifier: Apache-2.0
/* Requests: made, looked at, decided. */
#include "privacy/privacy_internal.h"

#include "base/rng.h"
#include "base/uuid.h"
#include "privacy.sql.h"

#include <inttypes.h>
#include <stdio.h>

enum { NOTE_BYTES = PRIVACY_TEXT_MAX * 4, LABEL_BYTES = 400, DAY_MS = 86400000, ARENA = 32 << 20 };

static PtStr or_empty(PtStr text)
{
    return text.data != NULL ? text : PT_STR("");
}

static PtStr cut(PtStr text, size_t max)
{
    size_t len = text.len < max ? text.len : max;
    while (len < text.len && len > 0 && (text.data[len] & 0xC0) == 0x80) {
        len--; // no half character
    }
    return or_empty((PtStr){text.data, len});
}

static void make_id(int64_t now_ms, char out[static PRIVACY_ID])
{
    uint8_t random[10];
    pt_random_bytes(random, sizeof random);
    (void)pt_uuid_format(pt_uuid7(now_ms, random), out);
}

static PtStr detail_of(const PrivacyRequest *r, char *out, size_t size)
{
    (void)snprintf(out, size,
                   "{\"kind\":\"%s\",\"channel\":\"%s\",\"persons\":%" PRIu64 ",\"bulk\":%s}",
                   privacy_kind_name(r->kind), privacy_channel_name(r->channel), r->persons,
                   r->bulk ? "true" : "false");
    return pt_str(out);
}

/* Its row and its entry of the audit. */
static PtStatus insert(Privacy *p, const PrivacyRow *row, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    char detail[160];
    PtStatus st = pt_sql_begin(p->c.core, true, &tx, err);
    st = st == PT_OK ? store_add(tx, row, err) : st;
    st = st == PT_OK ? store_audit(tx, row->request->received_ms, row->by, "privacy.requested",
                                   pt_str(row->request->id),
                                   detail_of(row->request, detail, sizeof detail), err)
                     : st;
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

static PrivacyRequest request_of(Privacy *p, const PrivacyNew *made, const Resolved *who)
{
    PrivacyRequest r = {.kind = made->kind,
                        .state = PRIVACY_RECEIVED,
                        .channel = PRIVACY_STAFF,
                        .label = cut(who->label, LABEL_BYTES),
                        .note = or_empty(made->note),
                        .persons = who->id_count > 0 ? who->id_count : 1,
                        .received_ms = privacy_now(p)};
    r.due_ms = r.received_ms + (int64_t)p->c.deadline_days * DAY_MS;
    r.bulk = r.kind == PRIVACY_ERASURE && who->id_count > 1;
    make_id(r.received_ms, r.id);
    return r;
}

static PtStatus check_new(const PrivacyNew *made, PtError *err)
{
    if (made->note.len > NOTE_BYTES) {
        return pt_fail(err, PT_INVALID, "note has over %d characters", PRIVACY_TEXT_MAX);
    }
    if (made->count < 1 || made->count > PRIVACY_SUBJECTS_MAX) {
        return pt_fail(err, PT_INVALID, "subjects has %zu items, not 1..%d", made->count,
                       PRIVACY_SUBJECTS_MAX);
    }
    if (made->kind == PRIVACY_EXPORT && made->count != 1) {
        return pt_fail(err, PT_INVALID, "subjects: an export is of one person");
    }
    return PT_OK;
}

/* An id must be somebody's. An identifier may be nobody's: then it is erased where it stands in
 * quarantine and files, and what comes late is suppressed; but there is nothing to export. */
static PtStatus resolve_new(Privacy *p, const PrivacyNew *made, PtArena *arena, Resolved *ret_who,
                            PtError *err)
{
    const bool by_name = made->subjects[0].id.len == 0;
    PtStatus st = subjects_resolve(p, made->subjects, made->count,
                                   !by_name || made->kind == PRIVACY_EXPORT, arena, ret_who, err);
    if (st == PT_OK && ret_who->id_count > ERASE_PERSONS_MAX) {
        st = pt_fail(err, PT_TOO_LARGE, "subjects: %zu persons are over %d", ret_who->id_count,
                     ERASE_PERSONS_MAX);
    }
    return st;
}

PtStatus privacy_add(Privacy *p, const PrivacyNew *made, const AuditActor *by, PtArena *arena,
                     PrivacyRequest *ret_request, PtError *err)
{
    PT_CLEANUP(pt_buf_done) PtBuf subjects;
    Resolved who;
    pt_buf_init(&subjects, PRIVACY_SUBJECTS_JSON);
    PtStatus st = check_new(made, err);
    st = st == PT_OK ? resolve_new(p, made, arena, &who, err) : st;
    if (st != PT_OK) {
        return st;
    }
    PrivacyRequest r = request_of(p, made, &who);
    subjects_write(made->subjects, made->count, &subjects);
    if (pt_buf_status(&subjects) != PT_OK) {
        return pt_fail(err, PT_TOO_LARGE, "subjects are over %d bytes", PRIVACY_SUBJECTS_JSON);
    }
    r.subjects = pt_buf_str(&subjects);
    const PrivacyRow row = {.request = &r, .by = by};
    st = insert(p, &row, err);
    return st == PT_OK ? privacy_get(p, pt_str(r.id), arena, ret_request, err) : st;
}

PtStatus privacy_get(Privacy *p, PtStr id, PtArena *arena, PrivacyRequest *ret_request,
                     PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(p->c.core, false, &tx, err);
    return st == PT_OK ? store_get(tx, id, arena, ret_request, err) : st;
}

// NOLINTNEXTLINE(readability-function-size): a list takes its filter, page and results
PtStatus privacy_list(Privacy *p, PrivacyState state, PtStr after, size_t limit, PtArena *arena,
                      PrivacyRequest **ret_list, size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(p->c.core, false, &tx, err);
    return st == PT_OK ? store_list(tx, state, after, limit, arena, ret_list, ret_count, err) : st;
}

/* ---- Deciding ------------------------------------------------------------------------------- */

static bool may_be(PrivacyState from, PrivacyStep step)
{
    switch (step) {
    case PRIVACY_APPROVE:
        return from == PRIVACY_RECEIVED || from == PRIVACY_FAILED;
    case PRIVACY_REFUSE:
        return from == PRIVACY_RECEIVED;
    default:
        return from == PRIVACY_RECEIVED || from == PRIVACY_APPROVED;
    }
}

/* The account behind a token counts as its requester: a token is no second person. */
static PtStatus is_requester(PtSqlTx *tx, const PrivacyRequest *r, const AuditActor *by,
                             bool *ret_same, PtError *err)
{
    bool row = false;
    *ret_same = pt_str_eq(r->requested_by, pt_str(by->id));
    if (*ret_same || !pt_str_eq(r->requested_kind, PT_STR("token"))) {
        return PT_OK;
    }
    PtStatus st = pt_sql_use(tx, SQL_PRIVACY_TOKEN_OWNER, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, r->requested_by);
    st = pt_sql_step(tx, &row, err);
    *ret_same = st == PT_OK && row && pt_str_eq(pt_sql_text(tx, 0), pt_str(by->id));
    pt_sql_done(tx);
    return st;
}

static PtStatus second_person(PtSqlTx *tx, const PrivacyRequest *r, const AuditActor *by,
                              bool may_approve, PtError *err)
{
    bool same = false;
    if (by->kind != AUDIT_ACCOUNT || !may_approve) {
        return pt_fail(err, PT_FORBIDDEN,
                       "an erasure of so many persons is approved by somebody of the staff, signed "
                       "in, with the permission privacy.approve");
    }
    PtStatus st = is_requester(tx, r, by, &same, err);
    return st == PT_OK && same ? pt_fail(err, PT_FORBIDDEN,
                                         "an erasure of so many persons is approved by somebody "
                                         "else than who asked for it")
                               : st;
}

/* Several persons, or more than one of the staff may erase a day. */
static PtStatus is_bulk(Privacy *p, PtSqlTx *tx, const PrivacyRequest *r, bool *ret_bulk,
                        PtError *err)
{
    int64_t today = 0;
    PtStatus st =
        store_number(tx, SQL_PRIVACY_DAY_PERSONS, privacy_now(p) - DAY_MS, true, &today, err);
    *ret_bulk = r->kind == PRIVACY_ERASURE &&
                (r->persons > 1 || today + (int64_t)r->persons > (int64_t)p->c.bulk);
    return st;
}

static PtStatus approve(Privacy *p, PtSqlTx *tx, const PrivacyRequest *r,
                        const PrivacyDecision *decision, PtError *err)
{
    const AuditActor *by = decision->by;
    bool bulk = false;
    if (r->subjects.len <= 2) {
        return pt_fail(err, PT_CONFLICT,
                       "the request names nobody: make one for each person, then refuse this one");
    }
    PtStatus st = is_bulk(p, tx, r, &bulk, err);
    if (st == PT_OK && bulk) {
        st = second_person(tx, r, by, decision->may_approve, err);
    }
    return st == PT_OK ? store_run(tx, SQL_PRIVACY_DECIDE, err, "ttittit", pt_str(r->id),
                                   pt_str(privacy_state_name(PRIVACY_APPROVED)), (int64_t)bulk,
                                   pt_str(by->kind == AUDIT_SOCKET ? "socket" : by->id),
                                   pt_str(by->name), privacy_now(p), PT_STR(""))
                       : st;
}

/* Persons may have changed since it was made: a merge makes one of two. */
static PtStatus count_persons(Privacy *p, PrivacyRequest *r, PtArena *arena, PtError *err)
{
    PrivacySubject *subjects;
    size_t count;
    Resolved who;
    if (r->subjects.len <= 2) {
        return PT_OK;
    }
    PtStatus st = privacy_subjects_read(r->subjects, arena, &subjects, &count, err);
    st = st == PT_OK ? subjects_resolve(p, subjects, count, false, arena, &who, err) : st;
    if (st == PT_OK) {
        r->persons = who.id_count > 0 ? who.id_count : 1;
    }
    return st;
}

/* What it may have left: an archive, and identifiers that are suppressed as of a running erasure.
 */
static PtStatus request_ended(Privacy *p, const PrivacyRequest *r, PtError *err)
{
    if (r->kind == PRIVACY_EXPORT) {
        return export_remove(p, pt_str(r->id), err);
    }
    PtStatus st =
        r->started_ms > 0 ? erased_finish(p->c.erased, pt_str(r->id), privacy_now(p), err) : PT_OK;
    return st == PT_OK && r->started_ms > 0 ? register_note_own(p, err) : st;
}

PtStatus privacy_decide(Privacy *p, PtStr id, const PrivacyDecision *decision, PtArena *arena,
                        PrivacyRequest *ret_request, PtError *err)
{
    const PrivacyStep step = decision->step;
    static const char *const actions[] = {"privacy.approved", "privacy.refused",
                                          "privacy.cancelled"};
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PrivacyRequest r = {0};
    char detail[160];
    PtStatus st = privacy_get(p, id, arena, &r, err);
    st = st == PT_OK && step == PRIVACY_APPROVE ? count_persons(p, &r, arena, err) : st;
    const uint64_t persons = r.persons;
    st = st == PT_OK ? pt_sql_begin(p->c.core, true, &tx, err) : st;
    st = st == PT_OK ? store_get(tx, id, arena, &r, err) : st;
    if (st != PT_OK) {
        return st;
    }
    r.persons = persons;
    if (!may_be(r.state, step)) {
        return pt_fail(err, PT_CONFLICT, "the request is %s", privacy_state_name(r.state));
    }
    if (step == PRIVACY_APPROVE) {
        st = approve(p, tx, &r, decision, err);
    } else {
        st = store_run(tx, SQL_PRIVACY_SETTLE, err, "ttit", pt_str(r.id),
                       pt_str(privacy_state_name(step == PRIVACY_REFUSE ? PRIVACY_REFUSED
                                                                        : PRIVACY_CANCELLED)),
                       privacy_now(p), cut(decision->note, NOTE_BYTES));
    }
    st = st == PT_OK ? store_audit(tx, privacy_now(p), decision->by, actions[step], pt_str(r.id),
                                   detail_of(&r, detail, sizeof detail), err)
                     : st;
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    if (st == PT_OK && step == PRIVACY_CANCEL) {
        st = request_ended(p, &r, err);
    }
    if (st == PT_OK) {
        privacy_stir(p);
        st = privacy_get(p, id, arena, ret_request, err);
    }
    return st;
}

/* ---- Preview -------------------------------------------------------------------------------- */

PtStatus privacy_preview(Privacy *p, const PrivacySubject *subjects, size_t count,
                         PrivacyFigures *ret_figures, uint64_t *ret_persons, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA);
    PT_CLEANUP(erase_plan_freep) ErasePlan *plan = NULL;
    const ErasePlanOptions options = {0};
    PrivacyFigures f = {0};
    Resolved who;
    if (arena == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a preview");
    }
    PtStatus st = subjects_resolve(p, subjects, count, false, arena, &who, err);
    if (st == PT_OK && who.id_count > 0) {
        st = profiles_erase_plan(p->c.profiles, who.ids, who.id_count, &options, &plan, err);
    }
    if (st != PT_OK) {
        return st;
    }
    if (plan != NULL) {
        f = figures_of(plan);
    }
    *ret_figures = f;
    *ret_persons = who.id_count;
    return PT_OK;
}

/* ---- Shops ---------------------------------------------------------------------------------- */

static PtStatus known_origin(Privacy *p, PtStr origin, bool *ret_known, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(p->c.core, false, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_PRIVACY_BY_ORIGIN, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, origin);
    st = pt_sql_step(tx, ret_known, err);
    pt_sql_done(tx);
    return st;
}

/* What cannot be an identifier here is passed over: the vendor would send it again for ever. */
static PtStatus shop_subjects(Privacy *p, const HookPrivacy *h, PtArena *arena,
                              PrivacySubject **ret_subjects, size_t *ret_count, PtError *err)
{
    const size_t count = h->count < PRIVACY_SUBJECTS_MAX ? h->count : PRIVACY_SUBJECTS_MAX;
    PrivacySubject *list = pt_arena_alloc(arena, count + 1, sizeof *list);
    size_t kept = 0;
    if (list == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a shop's request");
    }
    for (size_t i = 0; i < count; i++) {
        const HookIdentifier *one = &h->identifiers[i];
        ErasedName name;
        if (profiles_name(p->c.profiles, one->type, one->value, arena, &name)) {
            list[kept++] = (PrivacySubject){.type = name.type, .value = name.value};
        }
    }
    *ret_subjects = list;
    *ret_count = kept;
    return PT_OK;
}

static PtStatus add_of_shop(Privacy *p, const HookPrivacy *h, PtStr origin, PtArena *arena,
                            PtError *err)
{
    PT_CLEANUP(pt_buf_done) PtBuf subjects;
    PT_CLEANUP(pt_buf_done) PtBuf note;
    AuditActor by = {.kind = AUDIT_SYSTEM};
    PrivacySubject *list;
    Resolved who = {.label = PT_STR("")};
    size_t count;
    pt_buf_init(&subjects, PRIVACY_SUBJECTS_JSON);
    pt_buf_init(&note, NOTE_BYTES);
    PtStatus st = shop_subjects(p, h, arena, &list, &count, err);
    if (st == PT_OK && count > 0) {
        st = subjects_resolve(p, list, count, false, arena, &who, err);
    }
    if (st != PT_OK) {
        return st;
    }
    const PrivacyNew made = {.kind =
                                 h->kind == HOOK_PRIVACY_EXPORT ? PRIVACY_EXPORT : PRIVACY_ERASURE,
                             .subjects = list,
                             .count = count};
    PrivacyRequest r = request_of(p, &made, &who);
    subjects_write(list, count, &subjects);
    pt_buf_printf(&note, "%s%.*s",
                  h->kind == HOOK_PRIVACY_ERASE_SHOP ? "all that came from " : "asked for by ",
                  (int)(h->connector_name.len < 400 ? h->connector_name.len : 400),
                  h->connector_name.data);
    (void)snprintf(by.name, sizeof by.name, "%.*s",
                   (int)(cut(h->connector_name, sizeof by.name - 1).len), h->connector_name.data);
    r.channel = PRIVACY_SHOP;
    r.subjects = pt_buf_str(&subjects);
    r.note = or_empty(pt_buf_str(&note));
    const PrivacyRow row = {.request = &r, .origin = origin, .by = &by};
    return pt_buf_status(&subjects) == PT_OK
               ? insert(p, &row, err)
               : pt_fail(err, PT_TOO_LARGE, "a shop's request is too large");
}

PtStatus privacy_take_hook(void *ctx, const HookPrivacy *request, PtError *err)
{
    Privacy *p = ctx;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA);
    PT_CLEANUP(pt_buf_done) PtBuf text;
    uint8_t hash[PT_SHA256];
    char origin[2 * PT_SHA256 + 1];
    bool known = false;
    pt_buf_init(&text, 1000);
    pt_buf_printf(&text, "%.*s/%.*s", PT_STR_ARG(request->connector), PT_STR_ARG(request->request));
    if (arena == NULL || pt_buf_status(&text) != PT_OK) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a shop's request");
    }
    pt_sha256(pt_buf_str(&text), hash); // it may say who it is about
    pt_hex(hash, sizeof hash, origin);
    PtStatus st = known_origin(p, pt_str(origin), &known, err);
    return st != PT_OK || known ? st : add_of_shop(p, request, pt_str(origin), arena, err);
}
