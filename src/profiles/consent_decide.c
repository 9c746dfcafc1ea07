// SPDX-License-Identifier: Apache-2.0
/* What staff and the preference page decide for a person: checked, audited and fed into the log;
 * decided.c carries it out. */
#include "base/json.h"
#include "base/uuid.h"
#include "platform/feed.h"
#include "profiles/consent_internal.h"
#include "profiles/view_internal.h"

#include <string.h>

enum { DETAIL_MAX = 16 << 10 };

typedef struct Meant { /* by its id, and by an identifier where other rules know no such id */
    char id[37];
    char type[IDENTITY_TYPE_NAME_MAX + 1], value[IDENTITY_VALUE_MAX + 1]; /* type "": not known */
} Meant;

static PtStr via_name(ConsentVia via)
{
    static const char *const names[] = {[CONSENT_VIA_STAFF] = "staff",
                                        [CONSENT_VIA_PAGE] = "page",
                                        [CONSENT_VIA_UNSUBSCRIBE] = "unsubscribe"};
    return pt_str(names[via]);
}

/* ---- Checks -----------------------------------------------------------------------------------
 */

static PtStatus check_texts(const ConsentSaid *said, PtError *err)
{
    const struct {
        const char *name;
        PtStr text;
        size_t max;
    } rows[] = {{"evidence", said->evidence, CONSENT_EVIDENCE_MAX},
                {"text_version", said->text_version, CONSENT_VERSION_MAX},
                {"page", said->page, CONSENT_PAGE_MAX},
                {"ip", said->ip, CONSENT_IP_MAX}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].text.len > rows[i].max) {
            return pt_fail(err, PT_INVALID, "%s: has %zu bytes, the most is %zu", rows[i].name,
                           rows[i].text.len, rows[i].max);
        }
        if (rows[i].text.len > 0 && !pt_utf8_valid(rows[i].text)) {
            return pt_fail(err, PT_INVALID, "%s: is not UTF-8", rows[i].name);
        }
    }
    return PT_OK;
}

/* Under the lock. */
static PtStatus check_choices(const Profiles *p, const ConsentSaid *said, PtError *err)
{
    uint32_t seen = 0;
    if (said->count < 1 || said->count > CONSENT_PURPOSES_MAX) {
        return pt_fail(err, PT_INVALID, "choices: has %zu purposes, not 1..%d", said->count,
                       CONSENT_PURPOSES_MAX);
    }
    for (size_t i = 0; i < said->count; i++) {
        const PtStr slug = consent_cut(said->choices[i].purpose, CONSENT_SLUG_MAX);
        const ConsentUse *use = consent_use(p, said->choices[i].purpose);
        if (use == NULL || use->archived) {
            return pt_fail(err, PT_INVALID, "choices: there is no purpose \"%.*s\" in use",
                           PT_STR_ARG(slug));
        }
        if ((seen >> use->slot & 1) != 0) {
            return pt_fail(err, PT_INVALID, "choices: names \"%.*s\" twice", PT_STR_ARG(slug));
        }
        seen |= 1U << use->slot;
    }
    return PT_OK;
}

static PtStatus find_meant(const Profiles *p, PtStr id, Meant *ret_meant, PtError *err)
{
    const uint32_t person = profile_person_find(p, id);
    IdentityNode node;
    if (person == 0) {
        return pt_fail(err, PT_NOT_FOUND, "no profile has that id");
    }
    profile_person_id(p, person, ret_meant->id);
    if (identity_node(p->graph, profile_first_node(p, person), &node) &&
        node.value.len <= IDENTITY_VALUE_MAX) {
        (void)pt_str_copy(ret_meant->type, sizeof ret_meant->type, node.type);
        memcpy(ret_meant->value, node.value.data, node.value.len);
        ret_meant->value[node.value.len] = '\0';
    }
    return PT_OK;
}

/* ---- Writing ----------------------------------------------------------------------------------
 */

static void put_text(PtJsonOut *out, const char *key, PtStr value)
{
    if (value.len > 0) {
        pt_json_out_key(out, pt_str(key));
        pt_json_out_str(out, value);
    }
}

static void put_choices(PtJsonOut *out, const ConsentSaid *said)
{
    pt_json_out_key(out, PT_STR("purposes"));
    pt_json_out_object(out);
    for (size_t i = 0; i < said->count; i++) {
        pt_json_out_key(out, said->choices[i].purpose);
        pt_json_out_bool(out, said->choices[i].granted);
    }
    pt_json_out_object_end(out);
}

static void put_event(PtJsonOut *out, const AuditActor *by, const ConsentSaid *said,
                      const Meant *meant, PtUuid decision)
{
    char text[PT_UUID_TEXT];
    pt_json_out_object(out);
    put_text(out, "decision", pt_uuid_format(decision, text));
    put_text(out, "by", audit_actor_name(by));
    put_text(out, "via", via_name(said->via));
    put_text(out, "person", pt_str(meant->id));
    if (meant->type[0] != '\0') {
        pt_json_out_key(out, PT_STR("person_node"));
        pt_json_out_object(out);
        put_text(out, "type", pt_str(meant->type));
        put_text(out, "value", pt_str(meant->value));
        pt_json_out_object_end(out);
    }
    put_choices(out, said);
    put_text(out, "evidence", said->evidence);
    put_text(out, "text_version", said->text_version);
    put_text(out, "page", said->page);
    put_text(out, "ip", said->ip);
    pt_json_out_object_end(out);
}

/* The page's own are in the log alone: nobody of the staff has done them. */
static PtStatus add_audit(PtSqlTx *tx, int64_t now_ms, const AuditActor *by,
                          const ConsentSaid *said, const Meant *meant, PtError *err)
{
    PtBuf detail;
    if (by == NULL) {
        return PT_OK;
    }
    pt_buf_init(&detail, DETAIL_MAX);
    PtJsonOut out = pt_json_out(&detail);
    pt_json_out_object(&out);
    put_choices(&out, said);
    put_text(&out, "evidence", said->evidence);
    put_text(&out, "text_version", said->text_version);
    pt_json_out_object_end(&out);
    const AuditEntry entry = {.by = by,
                              .action = "profile.consent_changed",
                              .subject_type = "profile",
                              .subject = pt_str(meant->id),
                              .detail = pt_buf_str(&detail)};
    PtStatus st = pt_buf_status(&detail) == PT_OK
                      ? audit_write(tx, now_ms, &entry, err)
                      : pt_fail(err, PT_NO_MEMORY, "no memory for a decision");
    pt_buf_done(&detail);
    return st;
}

static PtStatus store(Profiles *p, const AuditActor *by, const ConsentSaid *said,
                      const Meant *meant, PtUuid decision, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    const int64_t now_ms = pt_clock_now_ms(pt_clock_real());
    PtBuf properties;
    pt_buf_init(&properties, PT_FEED_PROPERTIES_MAX);
    PtJsonOut out = pt_json_out(&properties);
    put_event(&out, by, said, meant, decision);
    const PtFeedEvent event = {pt_str(consent_changed), pt_str(meant->id), pt_buf_str(&properties)};
    PtStatus st = pt_buf_status(&properties);
    st = st == PT_OK ? pt_sql_begin(p->core, true, &tx, err)
                     : pt_fail(err, st, "the decision does not fit into an event");
    st = st == PT_OK ? add_audit(tx, now_ms, by, said, meant, err) : st;
    st = st == PT_OK ? pt_feed_put(tx, pt_clock_now_ms(p->clock), &event, err) : st;
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    pt_buf_done(&properties);
    return st;
}

PtStatus consent_decide(Profiles *p, const AuditActor *by, PtStr id, const ConsentSaid *said,
                        PtError *err)
{
    Meant meant = {.id = ""};
    const PtUuid decision = decide_id();
    PtStatus st = check_texts(said, err);
    st = st == PT_OK ? consent_uses_renew(p, err) : st;
    st = st == PT_OK ? profiles_lock_read(p, err) : st;
    if (st != PT_OK) {
        return st;
    }
    st = check_choices(p, said, err);
    st = st == PT_OK ? find_meant(p, id, &meant, err) : st;
    profiles_unlock(p);
    st = st == PT_OK ? store(p, by, said, &meant, decision, err) : st;
    if (st == PT_OK) {
        decide_settles(decision);
    }
    return st;
}
