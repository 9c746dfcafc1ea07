// SPDX-License-Identifier: Apache-2.0
/* The register against this database: after a restore of an old backup, who was erased since is
 * there again, and is erased again. */
#include "privacy/privacy_internal.h"

#include "base/rng.h"
#include "base/uuid.h"
#include "operate/operate.h"
#include "platform/diag.h"
#include "privacy.sql.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    PARTITION = 0,
    WALK = 4096,
    PAGE = 200,
    WAIT_MS = 10000,
    ARENA = 64 << 20,
    PAYLOAD_KEEP = 1 << 20,
};

static PtStatus known_register(Privacy *p, char id[static ERASED_HASH + 1], uint64_t *ret_entries,
                               PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    bool row = false;
    PtStatus st = pt_sql_begin(p->c.core, false, &tx, err);
    st = st == PT_OK ? pt_sql_use(tx, SQL_PRIVACY_REGISTER_GET, err) : st;
    st = st == PT_OK ? pt_sql_step(tx, &row, err) : st;
    if (st == PT_OK && row) {
        const PtStr text = pt_sql_text(tx, 0);
        (void)pt_str_copy(id, ERASED_HASH + 1, text);
        *ret_entries = (uint64_t)pt_sql_i64(tx, 1);
    }
    pt_sql_done(tx);
    return st;
}

PtStatus register_note(Privacy *p, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(p->c.core, true, &tx, err);
    if (st != PT_OK) {
        return st;
    }
    const ErasedStats stats = erased_stats(p->c.erased); // none of another thread comes between
    st = store_run(tx, SQL_PRIVACY_REGISTER_SET, err, "ti", pt_str(stats.id),
                   (int64_t)stats.entries);
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

PtStatus register_note_own(Privacy *p, PtError *err)
{
    return atomic_load(&p->ready) ? register_note(p, err) : PT_OK;
}

/* Audited first: without the entry the start goes no further. */
static PtStatus waive(Privacy *p, const char *path, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    const ErasedStats stats = erased_stats(p->c.erased);
    PtStatus st = pt_sql_begin(p->c.core, true, &tx, err);
    st = st == PT_OK ? store_run(tx, SQL_PRIVACY_REGISTER_SET, err, "ti", pt_str(stats.id),
                                 (int64_t)stats.entries)
                     : st;
    st = st == PT_OK ? store_audit(tx, privacy_now(p), NULL, "privacy.register_waived",
                                   pt_str(stats.id), PT_STR("{}"), err)
                     : st;
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    if (st == PT_OK && unlink(path) != 0 && errno != ENOENT) {
        st = pt_fail(err, PT_IO, "cannot remove \"%s\": %s", path, strerror(errno));
    }
    return st;
}

/* An erasure that a kill ended between its entries and their note is running. */
static PtStatus check_restored(Privacy *p, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    int64_t running = 0;
    PtStatus st = pt_sql_begin(p->c.core, false, &tx, err);
    st = st == PT_OK ? store_number(tx, SQL_PRIVACY_RUNNING, 0, false, &running, err) : st;
    p->restored = running == 0;
    return st;
}

PtStatus register_check(Privacy *p, bool *ret_seen, PtError *err)
{
    char id[ERASED_HASH + 1] = "", path[PRIVACY_PATH];
    uint64_t entries = 0;
    const ErasedStats stats = erased_stats(p->c.erased);
    PtStatus st = known_register(p, id, &entries, err);
    if (st != PT_OK) {
        return st;
    }
    const bool other = id[0] != '\0' && (strcmp(id, stats.id) != 0 || entries > stats.entries);
    (void)snprintf(path, sizeof path, "%.4200s/" RESTORE_WITHOUT_REGISTER, p->c.data_dir);
    if (access(path, F_OK) == 0) {
        st = waive(p, path, err);
    } else if (other && entries > 0) {
        return pt_fail(err, PT_CONFLICT,
                       "the register of erasures \"%.100s\" is not the one that this data folder "
                       "knows, or lacks entries: put it back (docs/privacy.md)",
                       erased_path(p->c.erased));
    } else if (stats.entries == 0 && (other || id[0] == '\0')) {
        st = register_note(p, err);
    }
    *ret_seen = stats.entries == 0 || (!other && id[0] != '\0' && entries == stats.entries);
    return st == PT_OK && !*ret_seen ? check_restored(p, err) : st;
}

/* ---- Who is there again ------------------------------------------------------------------------
 */

typedef struct Again {
    Privacy *p;
    PtArena *arena;
    PtArena *scratch; /* of one node */
    PrivacySubject *subjects;
    size_t count;
} Again;

static bool is_taken(const Again *a, PtStr id)
{
    for (size_t i = 0; i < a->count; i++) {
        if (pt_str_eq(a->subjects[i].id, id)) {
            return true;
        }
    }
    return false;
}

/* An identifier of the register: of somebody new, or there from before its erasure? */
static PtStatus look_at(Again *a, const ProfileNode *node, int64_t at_ms, PtError *err)
{
    Profile profile;
    PtError why = {0};
    pt_arena_clear(a->scratch);
    PtStatus st = profiles_of_node(a->p->c.profiles, node->number, a->scratch, &profile, &why);
    if (st != PT_OK) {
        return st == PT_NOT_FOUND ? PT_OK : pt_fail(err, st, "%s", why.message);
    }
    bool before = false;
    for (size_t i = 0; i < profile.node_count; i++) {
        before |= profile.nodes[i].number == node->number && profile.nodes[i].first_ms < at_ms;
    }
    if (!before || is_taken(a, pt_str(profile.id))) {
        return PT_OK;
    }
    const PtStr id = pt_arena_str(a->arena, pt_str(profile.id));
    if (id.data == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for persons of the register");
    }
    a->subjects[a->count++] = (PrivacySubject){.id = id};
    return PT_OK;
}

static PtStatus look_at_page(Again *a, uint32_t *behind, bool *ret_more, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *space = pt_arena_new(ARENA);
    ProfileNode *nodes;
    size_t count = 0;
    PtStatus st = space != NULL
                      ? profiles_walk(a->p->c.profiles, *behind, WALK, space, &nodes, &count, err)
                      : pt_fail(err, PT_NO_MEMORY, "no memory for identifiers");
    for (size_t i = 0; st == PT_OK && i < count && a->count < PRIVACY_SUBJECTS_MAX; i++) {
        int64_t at_ms = 0;
        *behind = nodes[i].number;
        if (erased_find(a->p->c.erased, nodes[i].type, nodes[i].value, &at_ms)) {
            st = look_at(a, &nodes[i], at_ms, err);
        }
    }
    *ret_more = count == WALK;
    return st;
}

static PtStatus make_request(Again *a, PtError *err)
{
    static const AuditActor server = {.kind = AUDIT_SYSTEM};
    PT_CLEANUP(pt_buf_done) PtBuf subjects;
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PrivacyRequest r = {.kind = PRIVACY_ERASURE,
                        .state = PRIVACY_APPROVED,
                        .channel = PRIVACY_REGISTER,
                        .label = PT_STR(""),
                        .note = PT_STR(""),
                        .persons = a->count,
                        .received_ms = privacy_now(a->p)};
    uint8_t random[10];
    pt_random_bytes(random, sizeof random);
    (void)pt_uuid_format(pt_uuid7(r.received_ms, random), r.id);
    r.due_ms = r.received_ms;
    pt_buf_init(&subjects, PRIVACY_SUBJECTS_JSON);
    subjects_write(a->subjects, a->count, &subjects);
    r.subjects = pt_buf_str(&subjects);
    const PrivacyRow row = {.request = &r, .by = &server};
    PtStatus st = pt_buf_status(&subjects) == PT_OK
                      ? pt_sql_begin(a->p->c.core, true, &tx, err)
                      : pt_fail(err, PT_NO_MEMORY, "no memory for persons of the register");
    st = st == PT_OK ? store_add(tx, &row, err) : st;
    st = st == PT_OK ? store_audit(tx, r.received_ms, NULL, "privacy.requested", pt_str(r.id),
                                   PT_STR("{\"channel\":\"register\"}"), err)
                     : st;
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

/* ---- Who is in no profile: quarantine and files ------------------------------------------------
 */

typedef struct Quarantined {
    Privacy *p;
    const Finder *finder; /* NULL: the register says whose they are */
    PtArena *arena;
    PtBuf payload;
    uint64_t erased;
} Quarantined;

static PtStatus is_erased(Quarantined *q, const PtRecord *record, bool *ret_erased, PtError *err)
{
    ErasedName names[EVENT_NAMES_MAX];
    EventView v;
    size_t count = 0;
    *ret_erased = q->finder != NULL && finder_finds(q->finder, record->payload);
    if (q->finder != NULL) {
        return PT_OK;
    }
    PtStatus st = event_payload_read(record, &v, err);
    st =
        st == PT_OK ? profiles_event_names(q->p->c.profiles, &v, q->arena, names, &count, err) : st;
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        *ret_erased |= erased_holds(q->p->c.erased, names[i].type, names[i].value, v.timestamp_ms);
    }
    return st;
}

/* A PtLogRewriteFn. */
static PtStatus rewrite_quarantined(void *ctx, const PtRecord *record, PtRecord *ret_record,
                                    PtError *err)
{
    Quarantined *q = ctx;
    bool erased = false;
    pt_arena_clear(q->arena);
    pt_buf_clear(&q->payload, PAYLOAD_KEEP);
    if (record->klass != PT_RECORD_QUARANTINE || (record->flags & EVENT_ERASED) != 0) {
        return PT_OK;
    }
    PtStatus st = is_erased(q, record, &erased, err);
    return st == PT_OK && erased
               ? residue_write(record, PT_STR(""), NULL, &q->payload, ret_record, err)
               : st;
}

static PtStatus blank(Privacy *p, const uint64_t *offsets, size_t count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(p->c.views_sql, true, &tx, err);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = event_quarantine_blank(tx, offsets[i], err);
    }
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

/* Which of a page are of somebody erased; their offsets rise. */
static PtStatus choose(Quarantined *q, const EventQuarantined *rows, size_t count,
                       uint64_t *offsets, size_t *ret_count, PtError *err)
{
    PtLogReader *reader = NULL;
    size_t chosen = 0;
    PtStatus st = pt_log_reader_open(q->p->c.log, NULL, PARTITION, 0, &reader, err);
    for (size_t i = count; st == PT_OK && i > 0; i--) {
        const PtRecord *record;
        size_t got = 0;
        bool erased = false;
        pt_arena_clear(q->arena);
        pt_log_seek(reader, rows[i - 1].offset);
        st = pt_log_fetch(reader, 1, true, &record, &got, err);
        if (st == PT_OK && got == 1 && record->klass == PT_RECORD_QUARANTINE &&
            (record->flags & EVENT_ERASED) == 0) {
            st = is_erased(q, record, &erased, err);
        }
        if (erased) {
            offsets[chosen++] = rows[i - 1].offset;
        }
    }
    pt_log_reader_close(reader);
    *ret_count = chosen;
    return st;
}

static PtStatus erase_quarantined_page(Quarantined *q, const EventQuarantined *rows, size_t count,
                                       PtError *err)
{
    uint64_t offsets[PAGE];
    size_t chosen = 0;
    PtLogRewritten done;
    PtStatus st = choose(q, rows, count, offsets, &chosen, err);
    if (st == PT_OK && chosen > 0) {
        st = pt_log_rewrite(q->p->c.log, offsets, chosen, rewrite_quarantined, q, &done, err);
        st = st == PT_OK ? blank(q->p, offsets, chosen, err) : st;
        q->erased += st == PT_OK ? chosen : 0;
    }
    return st;
}

PtStatus erase_quarantined(Privacy *p, const Finder *finder, uint64_t *count, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *list = pt_arena_new(ARENA);
    Quarantined q = {.p = p, .finder = finder, .arena = pt_arena_new(ARENA)};
    const EventQuarantineFilter any = {.state = EVENT_QUARANTINE_ANY};
    uint64_t before = INT64_MAX;
    size_t got = PAGE;
    pt_buf_init(&q.payload, PT_LOG_PAYLOAD_MAX);
    PtStatus st = list != NULL && q.arena != NULL
                      ? PT_OK
                      : pt_fail(err, PT_NO_MEMORY, "no memory to look at quarantine");
    while (st == PT_OK && got == PAGE) {
        st = atomic_load(&p->stop) ? pt_fail(err, PT_UNAVAILABLE, "the server stops") : PT_OK;
        EventQuarantined *rows = NULL;
        pt_arena_clear(list);
        st = st == PT_OK
                 ? event_quarantine_page(p->c.views_sql, &any, before, PAGE, list, &rows, &got, err)
                 : st;
        if (st == PT_OK && got > 0) {
            before = rows[got - 1].offset;
            st = erase_quarantined_page(&q, rows, got, err);
        }
    }
    *count += q.erased;
    pt_buf_done(&q.payload);
    pt_arena_free(q.arena);
    return st;
}

static bool any_text(const void *ctx, PtStr text)
{
    (void)ctx;
    return text.len > 0;
}

/* Keyed hashes cannot be looked for in files: those of imports that a backup brought back go. */
static PtStatus erase_imports(Privacy *p, PtError *err)
{
    ConnectErased erased = {0};
    PtStatus st = connect_jobs_erase(p->c.imports, any_text, NULL, &erased, err);
    if (st == PT_OK && erased.waiting > 0) {
        st = pt_fail(err, PT_BUSY,
                     "an import that came with the backup is running: who was erased is erased "
                     "again when it has ended or is paused");
    }
    return st == PT_OK ? pt_sql_scrub(p->c.core, err) : st;
}

static PtStatus wait_views(Privacy *p, PtError *err)
{
    const uint64_t end = pt_log_end(p->c.log, PARTITION);
    const PtStr needed[] = {pt_str(profiles_view), pt_str(event_quarantine_view)};
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < sizeof needed / sizeof *needed; i++) {
        st = event_views_wait(p->c.views, needed[i], end, WAIT_MS, err);
    }
    return st;
}

PtStatus register_reapply(Privacy *p, bool *ret_any, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA);
    PT_CLEANUP(pt_arena_freep) PtArena *scratch = pt_arena_new(ARENA);
    Again a = {.p = p, .arena = arena, .scratch = scratch};
    uint32_t behind = 0;
    uint64_t quarantined = 0;
    bool more = true;
    if (arena == NULL || scratch == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for persons of the register");
    }
    a.subjects = pt_arena_alloc(arena, PRIVACY_SUBJECTS_MAX, sizeof *a.subjects);
    PtStatus st = a.subjects != NULL
                      ? wait_views(p, err)
                      : pt_fail(err, PT_NO_MEMORY, "no memory for persons of the register");
    while (st == PT_OK && more && a.count < PRIVACY_SUBJECTS_MAX && !atomic_load(&p->stop)) {
        st = look_at_page(&a, &behind, &more, err);
    }
    *ret_any = a.count > 0;
    if (st == PT_OK && a.count == 0) {
        st = p->restored ? erase_imports(p, err) : PT_OK;
        st = st == PT_OK ? erase_quarantined(p, NULL, &quarantined, err) : st;
        return st == PT_OK ? pt_sql_scrub(p->c.views_sql, err) : st;
    }
    if (st != PT_OK) {
        return st;
    }
    pt_diag(PT_DIAG_WARN, "privacy", "persons who were erased are there again: erasing them",
            PT_F_INT("persons", a.count));
    // before the request: after a kill behind it nobody is found any more
    st = erase_imports(p, err);
    return st == PT_OK ? make_request(&a, err) : st;
}
