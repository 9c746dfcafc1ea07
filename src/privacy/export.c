// SPDX-License-Identifier: Apache-2.0
/* An export: all that is known of a person as one archive, for people (index.html) and for machines
 * (JSON lines), fetched once by a link that expires. */
#include "privacy/privacy_internal.h"

#include "base/rng.h"
#include "base/time.h"
#include "platform/diag.h"
#include "privacy.sql.h"
#include "privacy/archive.h"

#include <stdio.h>
#include <stdlib.h>

#include <sodium.h>

enum { DEPTH = 64, TEXT_MAX = 8 << 20, LINK_BYTES = 32, HOUR_MS = 3600000, EXPIRED_PAGE = 100 };

static PtStatus path_of(const Privacy *p, PtStr id, const char *end, char out[static PRIVACY_PATH],
                        PtError *err)
{
    const int len =
        snprintf(out, PRIVACY_PATH, "%.4100s/%.*s%s", p->dir, (int)id.len, id.data, end);
    return len > 0 && len < PRIVACY_PATH && id.len < PRIVACY_ID &&
                   memchr(id.data, '/', id.len) == NULL
               ? PT_OK
               : pt_fail(err, PT_INVALID, "no such archive");
}

/* ---- For people -------------------------------------------------------------------------------
 */

/* A member's name or value: text as it reads, anything else as it stands. */
static void put_json_text(PtBuf *out, PtStr raw, unsigned flags)
{
    PT_CLEANUP(pt_buf_done) PtBuf text;
    const bool quoted = raw.len >= 2 && raw.data[0] == '"';
    const PtStr inner = quoted ? (PtStr){raw.data + 1, raw.len - 2} : raw;
    pt_buf_init(&text, TEXT_MAX);
    if (quoted && (flags & PT_JSON_ESCAPED) != 0) {
        pt_json_decode(inner, &text);
        pt_buf_add_html(out, pt_buf_str(&text));
    } else {
        pt_buf_add_html(out, inner);
    }
}

static void put_object(PtBuf *out, PtStr json)
{
    PtJson j;
    pt_json_init(&j, json, DEPTH);
    pt_buf_add_str(out, PT_STR("<dl>"));
    if (pt_json_next(&j) == PT_JSON_OBJECT) {
        while (pt_json_next(&j) == PT_JSON_KEY) {
            PtStr raw;
            unsigned flags = 0;
            pt_buf_add_str(out, PT_STR("<dt>"));
            pt_buf_add_html(out, j.raw);
            pt_buf_add_str(out, PT_STR("</dt><dd>"));
            if (!pt_json_skip(&j, &raw, &flags, NULL)) {
                break;
            }
            put_json_text(out, raw, flags);
            pt_buf_add_str(out, PT_STR("</dd>"));
        }
    }
    pt_buf_add_str(out, PT_STR("</dl>\n"));
}

static void put_title(PtBuf *out, PtStr part)
{
    for (size_t i = 0; i < part.len; i++) {
        const char c = part.data[i] == '_' ? ' ' : part.data[i];
        pt_buf_add_char(out, i == 0 && c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c);
    }
}

static const char page_begin[] =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Your data</title>\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<style>body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "dl{display:grid;grid-template-columns:12rem 1fr;gap:.2rem 1rem;border-top:1px solid #999;"
    "padding-top:.6rem}dt{font-weight:bold;overflow-wrap:anywhere}dd{margin:0;"
    "overflow-wrap:anywhere}</style></head><body>\n<h1>Your data</h1>\n";

/* ---- The stream -------------------------------------------------------------------------------
 */

typedef struct Export {
    Archive *archive;
    bool html;
    char part[ARCHIVE_NAME_MAX + 1]; /* "": none yet */
    PtBuf text;
    uint64_t events, tickets;
} Export;

static PtStatus begin_part(Export *e, PtStr title, PtError *err)
{
    char name[ARCHIVE_NAME_MAX + 1];
    (void)pt_str_copy(e->part, sizeof e->part, title);
    if (e->html) {
        pt_buf_add_str(&e->text, PT_STR("<h2>"));
        put_title(&e->text, title);
        pt_buf_add_str(&e->text, PT_STR("</h2>\n"));
        return PT_OK;
    }
    (void)snprintf(name, sizeof name, "data/%.*s.jsonl", (int)title.len, title.data);
    return archive_begin(e->archive, name, err);
}

static PtStatus put_object_of(Export *e, PtStr part, PtStr json, PtError *err)
{
    pt_buf_clear(&e->text, 1 << 20);
    PtStatus st = pt_str_eq(part, pt_str(e->part)) ? PT_OK : begin_part(e, part, err);
    if (st != PT_OK) {
        return st;
    }
    if (e->html) {
        put_object(&e->text, json);
    } else {
        pt_buf_add_str(&e->text, json);
        pt_buf_add_char(&e->text, '\n');
    }
    return pt_buf_status(&e->text) == PT_OK
               ? archive_add(e->archive, pt_buf_str(&e->text), err)
               : pt_fail(err, PT_TOO_LARGE, "a part of the export is too large");
}

/* A SubjectPut. */
static PtStatus put_one(void *ctx, SubjectPart part, PtStr json, PtError *err)
{
    Export *e = ctx;
    e->events += part == SUBJECT_EVENT;
    return put_object_of(e, subject_part_name(part), json, err);
}

static PtStatus put_ticket(void *ctx, const char *part, PtStr json, PtError *err)
{
    Export *e = ctx;
    e->tickets++;
    return put_object_of(e, pt_str(part), json, err);
}

static int by_text(const void *a, const void *b)
{
    return pt_str_order(*(const PtStr *)a, *(const PtStr *)b);
}

/* By the person's id and all their identifiers. */
static PtStatus put_tickets(Privacy *p, PtStr id, PtArena *arena, Export *e, PtError *err)
{
    const PrivacyTexts *tickets = &p->c.tickets;
    Profile profile;
    PtStatus st = profiles_get(p->c.profiles, id, arena, &profile, err);
    if (st != PT_OK || tickets->tell == NULL) {
        return st;
    }
    PtStr *names = pt_arena_alloc(arena, profile.node_count + 1, sizeof *names);
    if (names == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for an export");
    }
    size_t count = 0;
    names[0] = id;
    for (size_t i = 0; i < profile.node_count; i++) {
        names[i + 1] = profile.nodes[i].value;
    }
    qsort(names, profile.node_count + 1, sizeof *names, by_text);
    for (size_t i = 0; i <= profile.node_count; i++) { // one value may be of two kinds
        if (count == 0 || !pt_str_eq(names[i], names[count - 1])) {
            names[count++] = names[i];
        }
    }
    return tickets->tell(tickets->ctx, names, count, put_ticket, e, err);
}

/* All parts, for people or for machines. */
static PtStatus put_all(Privacy *p, PtStr id, bool html, PtArena *arena, Export *e, PtError *err)
{
    e->html = html;
    e->part[0] = '\0';
    e->events = e->tickets = 0;
    PtStatus st = profiles_subject(p->c.profiles, id, &p->stop, put_one, e, err);
    return st == PT_OK ? put_tickets(p, id, arena, e, err) : st;
}

static PtStatus put_head(Export *e, int64_t now_ms, PtError *err)
{
    char at[PT_TIME_TEXT];
    PT_CLEANUP(pt_buf_done) PtBuf text;
    pt_buf_init(&text, 1 << 16);
    pt_buf_add_str(&text, pt_str(page_begin));
    pt_buf_add_str(&text, PT_STR("<p>All that is known of you here, as of "));
    pt_buf_add_str(&text, pt_time_format(now_ms, at));
    pt_buf_add_str(&text, PT_STR(". The same stands in the folder data, a line of JSON each, for "
                                 "programs.</p>\n"));
    return pt_buf_status(&text) == PT_OK ? archive_add(e->archive, pt_buf_str(&text), err)
                                         : pt_fail(err, PT_NO_MEMORY, "no memory for an export");
}

/* Twice over the person: a page for people, then the lines for machines. */
static PtStatus write_archive(Privacy *p, PtStr id, const char *path, PtArena *arena, Export *e,
                              uint64_t *ret_bytes, PtError *err)
{
    const int64_t now = privacy_now(p);
    PtStatus st = archive_open(p->c.fs, path, now, &e->archive, err);
    st = st == PT_OK ? archive_begin(e->archive, "index.html", err) : st;
    st = st == PT_OK ? put_head(e, now, err) : st;
    st = st == PT_OK ? put_all(p, id, true, arena, e, err) : st;
    st = st == PT_OK ? archive_add(e->archive, PT_STR("</body></html>\n"), err) : st;
    st = st == PT_OK ? put_all(p, id, false, arena, e, err) : st;
    return st == PT_OK ? archive_end(e->archive, ret_bytes, err) : st;
}

static PtStatus put_in_place(Privacy *p, const char *part, const char *path, PtError *err)
{
    PtStatus st = p->c.fs->ops->rename(p->c.fs, part, path, err);
    return st == PT_OK ? p->c.fs->ops->sync_dir(p->c.fs, p->dir, err) : st;
}

static PtStatus remove_file(Privacy *p, const char *path, PtError *err)
{
    PtError why = {0};
    PtStatus st = p->c.fs->ops->unlink(p->c.fs, path, &why);
    if (st == PT_NOT_FOUND) {
        return PT_OK;
    }
    return st == PT_OK ? p->c.fs->ops->sync_dir(p->c.fs, p->dir, err)
                       : pt_fail(err, st, "%s", why.message);
}

static PtStatus note_done(Privacy *p, const PrivacyRequest *r, const Export *e, uint64_t bytes,
                          PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PT_CLEANUP(pt_buf_done) PtBuf space;
    PrivacyFigures f = {0};
    const int64_t now = privacy_now(p);
    f.n[PRIVACY_FIGURE_EVENTS] = e->events;
    f.n[PRIVACY_FIGURE_TICKETS] = e->tickets;
    pt_buf_init(&space, 4096);
    PtStatus st = pt_sql_begin(p->c.core, true, &tx, err);
    st = st == PT_OK ? store_run(tx, SQL_PRIVACY_EXPORTED, err, "titii", pt_str(r->id), now,
                                 store_figures_text(&f, &space), (int64_t)bytes,
                                 now + (int64_t)p->c.export_hours * HOUR_MS)
                     : st;
    if (st == PT_OK && pt_sql_changes(tx) != 1) {
        st = pt_fail(err, PT_CONFLICT, "the request is not running any more");
    }
    st = st == PT_OK
             ? store_audit(tx, now, NULL, "privacy.exported", pt_str(r->id), PT_STR("{}"), err)
             : st;
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

PtStatus export_run(Privacy *p, const PrivacyRequest *r, PtArena *arena, PtError *err)
{
    Export e = {0};
    PrivacySubject *subjects;
    Resolved who;
    char part[PRIVACY_PATH], path[PRIVACY_PATH];
    uint64_t bytes = 0;
    size_t count;
    PtStatus st = privacy_subjects_read(r->subjects, arena, &subjects, &count, err);
    st = st == PT_OK ? subjects_resolve(p, subjects, count, false, arena, &who, err) : st;
    if (st == PT_OK && who.id_count == 0) {
        st = pt_fail(err, PT_NOT_FOUND, "nobody is known by what the request says");
    }
    st = st == PT_OK ? path_of(p, pt_str(r->id), ".part", part, err) : st;
    st = st == PT_OK ? path_of(p, pt_str(r->id), ".zip", path, err) : st;
    st = st == PT_OK ? remove_file(p, part, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_buf_init(&e.text, TEXT_MAX);
    st = write_archive(p, who.ids[0], part, arena, &e, &bytes, err);
    archive_close(e.archive);
    pt_buf_done(&e.text);
    st = st == PT_OK ? put_in_place(p, part, path, err) : st;
    if (st != PT_OK) {
        (void)!remove_file(p, part, NULL); // what failed is told
        return st;
    }
    st = note_done(p, r, &e, bytes, err);
    if (st != PT_OK) {
        (void)!remove_file(p, path, NULL); // it is made again, and no row says that it is there
        return st;
    }
    atomic_fetch_add(&p->done, 1);
    return PT_OK;
}

/* ---- Links ------------------------------------------------------------------------------------
 */

static void link_hash(const Privacy *p, PtStr secret, uint8_t out[static PT_SECRET_HASH])
{
    pt_secret_hash(secret, p->link_key, out);
}

static PtStatus check_kept(PtSqlTx *tx, PtStr id, int64_t now_ms, uint8_t hash[PT_SECRET_HASH],
                           bool *ret_linked, uint64_t *ret_bytes, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_PRIVACY_LINK, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, id);
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK && (!row || pt_sql_i64(tx, 1) == 0 || pt_sql_i64(tx, 2) <= now_ms)) {
        st = pt_fail(err, PT_NOT_FOUND, "there is no archive, or not any more");
    }
    if (st == PT_OK) {
        const PtStr link = pt_sql_blob(tx, 0);
        *ret_linked = link.len == PT_SECRET_HASH;
        *ret_bytes = (uint64_t)pt_sql_i64(tx, 1);
        if (*ret_linked) {
            memcpy(hash, link.data, PT_SECRET_HASH);
        }
    }
    pt_sql_done(tx);
    return st;
}

PtStatus privacy_link(Privacy *p, PtStr id, const AuditActor *by,
                      char ret_secret[static PRIVACY_LINK], PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    uint8_t secret[LINK_BYTES], hash[PT_SECRET_HASH];
    char text[PRIVACY_LINK];
    uint64_t bytes;
    bool linked;
    const int64_t now = privacy_now(p);
    pt_random_bytes(secret, sizeof secret);
    (void)sodium_bin2base64(text, sizeof text, secret, sizeof secret,
                            sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    explicit_bzero(secret, sizeof secret);
    PtStatus st = pt_sql_begin(p->c.core, true, &tx, err);
    st = st == PT_OK ? check_kept(tx, id, now, hash, &linked, &bytes, err) : st;
    if (st == PT_OK) {
        link_hash(p, pt_str(text), hash);
        st = store_run(tx, SQL_PRIVACY_SET_LINK, err, "tbi", id,
                       (PtStr){(const char *)hash, sizeof hash}, now);
    }
    st = st == PT_OK ? store_audit(tx, now, by, "privacy.linked", id, PT_STR("{}"), err) : st;
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    if (st == PT_OK) {
        memcpy(ret_secret, text, sizeof text);
    }
    explicit_bzero(text, sizeof text);
    return st;
}

/* ---- Handing over -----------------------------------------------------------------------------
 */

struct PrivacyArchive {
    Privacy *p;
    PtFile *file;
    uint64_t at, bytes;
    char id[PRIVACY_ID];
};

PtStatus privacy_archive_open(Privacy *p, PtStr id, PtStr secret, PrivacyArchive **ret_archive,
                              uint64_t *ret_bytes, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    uint8_t want[PT_SECRET_HASH] = {0}, got[PT_SECRET_HASH];
    char path[PRIVACY_PATH];
    uint64_t bytes = 0;
    bool linked = false;
    PtStatus st = path_of(p, id, ".zip", path, err);
    st = st == PT_OK ? pt_sql_begin(p->c.core, false, &tx, err) : st;
    st = st == PT_OK ? check_kept(tx, id, privacy_now(p), want, &linked, &bytes, err) : st;
    if (st != PT_OK) {
        return st;
    }
    link_hash(p, secret, got);
    if (!linked || !pt_secret_eq((PtStr){(const char *)want, sizeof want},
                                 (PtStr){(const char *)got, sizeof got})) {
        return pt_fail(err, PT_NOT_FOUND, "there is no archive, or not any more");
    }
    PrivacyArchive *a = calloc(1, sizeof *a);
    if (a == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for an archive");
    }
    st = p->c.fs->ops->open(p->c.fs, path, PT_OPEN_READ, &a->file, err);
    if (st != PT_OK) {
        free(a);
        return st;
    }
    a->p = p;
    a->bytes = bytes;
    (void)pt_str_copy(a->id, sizeof a->id, id);
    *ret_archive = a;
    *ret_bytes = bytes;
    return PT_OK;
}

PtStatus privacy_archive_read(PrivacyArchive *a, void *bytes, size_t cap, size_t *ret_len,
                              PtError *err)
{
    PtFs *fs = a->p->c.fs;
    PtStatus st = fs->ops->pread(fs, a->file, bytes, cap, a->at, ret_len, err);
    a->at += st == PT_OK ? *ret_len : 0;
    return st;
}

void privacy_archive_close(PrivacyArchive *a, bool whole)
{
    if (a == NULL) {
        return;
    }
    PtError err = {0};
    a->p->c.fs->ops->close(a->p->c.fs, a->file);
    if (whole) {
        PtStatus st = export_remove(a->p, pt_str(a->id), &err);
        st = st == PT_OK ? store_once(a->p, SQL_PRIVACY_FETCHED, &err, "tii", pt_str(a->id),
                                      privacy_now(a->p), privacy_now(a->p))
                         : st;
        if (st != PT_OK) {
            pt_diag(PT_DIAG_WARN, "privacy", "a fetched archive is removed when it expires",
                    PT_F_STR("problem", pt_str(err.message)));
        }
    }
    free(a);
}

/* ---- Expiry -----------------------------------------------------------------------------------
 */

PtStatus export_remove(Privacy *p, PtStr id, PtError *err)
{
    char path[PRIVACY_PATH];
    PtStatus st = path_of(p, id, ".zip", path, err);
    return st == PT_OK ? remove_file(p, path, err) : st;
}

static PtStatus expired(Privacy *p, char ids[][PRIVACY_ID], size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    bool row = true;
    size_t count = 0;
    PtStatus st = pt_sql_begin(p->c.core, false, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_PRIVACY_EXPIRED, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, privacy_now(p));
    while (count < EXPIRED_PAGE && (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        const PtStr id = pt_sql_text(tx, 0);
        (void)pt_str_copy(ids[count++], PRIVACY_ID, id);
    }
    pt_sql_done(tx);
    *ret_count = count;
    return st;
}

PtStatus export_expire(Privacy *p, PtError *err)
{
    char ids[EXPIRED_PAGE][PRIVACY_ID];
    size_t count = 0;
    PtStatus st = expired(p, ids, &count, err);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = export_remove(p, pt_str(ids[i]), err);
        st = st == PT_OK ? store_once(p, SQL_PRIVACY_FETCHED, err, "tii", pt_str(ids[i]),
                                      (int64_t)0, privacy_now(p))
                         : st;
    }
    return st;
}

int64_t export_next_ms(Privacy *p)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    int64_t next = 0;
    PtStatus st = pt_sql_begin(p->c.core, false, &tx, NULL);
    st = st == PT_OK ? store_number(tx, SQL_PRIVACY_NEXT_EXPIRY, 0, false, &next, NULL) : st;
    return st == PT_OK ? next : 0;
}
