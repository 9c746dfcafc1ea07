// SPDX-License-Identifier: Apache-2.0
/* Purposes: staff's, in the core database, audited, told to the log. */
#include "base/json.h"
#include "base/uuid.h"
#include "consent.sql.h"
#include "platform/feed.h"
#include "profiles/consent_internal.h"
#include "profiles/traits_internal.h"
#include "profiles/view_internal.h"

#include <string.h>

enum { DETAIL_MAX = 16 << 10, LIST_JSON_MAX = 16 << 10 };

const char consent_purpose_changed[] = "Consent Purpose Changed";

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for purposes");
}

/* ---- Rows -------------------------------------------------------------------------------------
 */

static PtStatus read_list(PtStr json, PtArena *arena, PtStr **ret_items, size_t *ret_count,
                          PtError *err)
{
    PtJson j;
    PtStr item;
    PtBuf text;
    size_t count = 0;
    PtStr *items = pt_arena_alloc(arena, CONSENT_LIST_MAX, sizeof *items);
    bool ok = items != NULL;
    pt_buf_init(&text, LIST_JSON_MAX);
    pt_json_init(&j, json, EVENT_MAX_DEPTH);
    const bool array = json.len > 0 && pt_json_next(&j) == PT_JSON_ARRAY;
    while (ok && array && count < CONSENT_LIST_MAX && pt_json_skip(&j, &item, NULL, NULL)) {
        items[count] = pt_arena_str(arena, profile_json_text(item, &text));
        ok = items[count++].data != NULL;
    }
    pt_buf_done(&text);
    if (ok) {
        *ret_items = items;
        *ret_count = count;
    }
    return ok ? PT_OK : no_memory(err);
}

/* As the statements consent_purposes and consent_purpose_get have them. */
static PtStatus copy_row(PtSqlTx *tx, PtArena *arena, ConsentPurpose *to, unsigned *ret_slot,
                         PtError *err)
{
    *to = (ConsentPurpose){.version = (uint32_t)pt_sql_i64(tx, 9),
                           .created_ms = pt_sql_i64(tx, 10),
                           .changed_ms = pt_sql_i64(tx, 11),
                           .archived_ms = pt_sql_i64(tx, 13)};
    const struct {
        int column;
        PtStr *to;
    } texts[] = {{0, &to->id},
                 {2, &to->name},
                 {3, &to->description},
                 {8, &to->text_version},
                 {12, &to->changed_by}};
    const struct {
        int column;
        PtStr **items;
        size_t *count;
    } lists[] = {{5, &to->messages, &to->message_count},
                 {6, &to->channels, &to->channel_count},
                 {7, &to->categories, &to->category_count}};
    PtStatus st = consent_basis_of(pt_sql_text(tx, 4), &to->basis)
                      ? PT_OK
                      : pt_fail(err, PT_CORRUPT, "a purpose has a legal basis that is not known");
    *ret_slot = (unsigned)pt_sql_i64(tx, 1);
    for (size_t i = 0; st == PT_OK && i < sizeof texts / sizeof *texts; i++) {
        *texts[i].to = pt_arena_str(arena, pt_sql_text(tx, texts[i].column));
        st = texts[i].to->data != NULL ? PT_OK : no_memory(err);
    }
    for (size_t i = 0; st == PT_OK && i < sizeof lists / sizeof *lists; i++) {
        st =
            read_list(pt_sql_text(tx, lists[i].column), arena, lists[i].items, lists[i].count, err);
    }
    return st;
}

static PtStatus read_retention(PtSqlTx *tx, PtArena *arena, ConsentPurpose *purpose, PtError *err)
{
    bool row = true;
    PtStatus st = pt_sql_use(tx, SQL_CONSENT_RETENTION_OF, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, purpose->id);
    purpose->retention = pt_arena_alloc(arena, CONSENT_LIST_MAX, sizeof *purpose->retention);
    st = purpose->retention != NULL ? PT_OK : no_memory(err);
    while (st == PT_OK && purpose->retention_count < CONSENT_LIST_MAX &&
           (st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        ConsentRetention *r = &purpose->retention[purpose->retention_count++];
        *r = (ConsentRetention){.type = pt_arena_str(arena, pt_sql_text(tx, 0)),
                                .name = pt_arena_str(arena, pt_sql_text(tx, 1)),
                                .days = (uint32_t)pt_sql_i64(tx, 2)};
        st = r->type.data != NULL && r->name.data != NULL ? PT_OK : no_memory(err);
    }
    pt_sql_done(tx);
    return st;
}

typedef struct Rows {
    ConsentPurpose *items; /* CONSENT_PURPOSES_MAX */
    unsigned slots[CONSENT_PURPOSES_MAX];
    size_t count;
} Rows;

static PtStatus read_rows(PtSqlTx *tx, PtArena *arena, Rows *rows, PtError *err)
{
    bool row = true;
    *rows = (Rows){.items = pt_arena_alloc(arena, CONSENT_PURPOSES_MAX, sizeof *rows->items)};
    PtStatus st = rows->items != NULL ? pt_sql_use(tx, SQL_CONSENT_PURPOSES, err) : no_memory(err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_i64(tx, 1, CONSENT_PURPOSES_MAX);
    while ((st = pt_sql_step(tx, &row, err)) == PT_OK && row) {
        st = copy_row(tx, arena, &rows->items[rows->count], &rows->slots[rows->count], err);
        if (st != PT_OK) {
            break;
        }
        rows->count++;
    }
    pt_sql_done(tx);
    for (size_t i = 0; st == PT_OK && i < rows->count; i++) {
        st = read_retention(tx, arena, &rows->items[i], err);
    }
    return st;
}

PtStatus consent_purposes(Profiles *p, bool archived, PtArena *arena, ConsentPurpose **ret_purposes,
                          size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    Rows rows;
    size_t count = 0;
    PtStatus st = pt_sql_begin(p->core, false, &tx, err);
    st = st == PT_OK ? read_rows(tx, arena, &rows, err) : st;
    if (st != PT_OK) {
        return st;
    }
    for (size_t i = 0; i < rows.count; i++) {
        if (archived || rows.items[i].archived_ms == 0) {
            rows.items[count++] = rows.items[i];
        }
    }
    *ret_purposes = rows.items;
    *ret_count = count;
    return PT_OK;
}

static PtStatus get_row(PtSqlTx *tx, PtStr id, PtArena *arena, ConsentPurpose *purpose,
                        unsigned *ret_slot, PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_CONSENT_PURPOSE_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, id);
    st = pt_sql_step(tx, &row, err);
    if (st == PT_OK) {
        st = row ? copy_row(tx, arena, purpose, ret_slot, err)
                 : pt_fail(err, PT_NOT_FOUND, "there is no purpose with that id");
    }
    pt_sql_done(tx);
    return st == PT_OK ? read_retention(tx, arena, purpose, err) : st;
}

PtStatus consent_purpose(Profiles *p, PtStr id, PtArena *arena, ConsentPurpose *ret_purpose,
                         PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    ConsentPurpose found;
    unsigned slot;
    PtStatus st = pt_sql_begin(p->core, false, &tx, err);
    st = st == PT_OK ? get_row(tx, id, arena, &found, &slot, err) : st;
    if (st == PT_OK) {
        *ret_purpose = found;
    }
    return st;
}

/* ---- In memory --------------------------------------------------------------------------------
 */

PtStatus consent_uses_load(Profiles *p, PtError *err)
{
    enum { ARENA = 4 << 20 };
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA);
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    Rows rows;
    atomic_store(&p->consent->uses_stale, true);
    if (arena == NULL) {
        return no_memory(err);
    }
    PtStatus st = pt_sql_begin(p->core, false, &tx, err);
    st = st == PT_OK ? read_rows(tx, arena, &rows, err) : st;
    if (st != PT_OK) {
        return st;
    }
    (void)pthread_rwlock_wrlock(&p->lock);
    for (size_t i = 0; i < rows.count; i++) {
        const ConsentPurpose *row = &rows.items[i];
        ConsentUse *use = &p->consent->uses[i];
        *use = (ConsentUse){.slot = rows.slots[i] % CONSENT_PURPOSES_MAX,
                            .basis = row->basis,
                            .archived = row->archived_ms != 0};
        memcpy(use->slug, row->id.data,
               row->id.len < CONSENT_SLUG_MAX ? row->id.len : CONSENT_SLUG_MAX);
    }
    p->consent->use_count = rows.count;
    (void)pthread_rwlock_unlock(&p->lock);
    atomic_store(&p->consent->uses_stale, false);
    return PT_OK;
}

PtStatus consent_uses_renew(Profiles *p, PtError *err)
{
    Consent *c = p->consent;
    if (!atomic_load(&c->uses_stale)) {
        return PT_OK;
    }
    PtStatus st = PT_UNAVAILABLE;
    if (pthread_mutex_trylock(&c->define_lock) == 0) {
        st = consent_uses_load(p, NULL);
        (void)pthread_mutex_unlock(&c->define_lock);
    }
    return st == PT_OK ? PT_OK : pt_fail(err, PT_UNAVAILABLE, "purposes are being loaded");
}

const ConsentUse *consent_use(const Profiles *p, PtStr slug)
{
    for (size_t i = 0; i < p->consent->use_count; i++) {
        if (pt_str_eq(slug, pt_str(p->consent->uses[i].slug))) {
            return &p->consent->uses[i];
        }
    }
    return NULL;
}

/* ---- What is given ----------------------------------------------------------------------------
 */

static PtStatus check_text(const char *field, PtStr text, size_t min, size_t max, PtError *err)
{
    if (text.len < min || text.len > max) {
        return pt_fail(err, PT_INVALID, "%s: has %zu bytes, not %zu..%zu", field, text.len, min,
                       max);
    }
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.data[i] < ' ') {
            return pt_fail(err, PT_INVALID, "%s: holds control characters", field);
        }
    }
    return text.len == 0 || pt_utf8_valid(text)
               ? PT_OK
               : pt_fail(err, PT_INVALID, "%s: is not UTF-8", field);
}

static PtStatus check_list(const char *field, const PtStr *items, size_t count, PtError *err)
{
    PtStatus st = count <= CONSENT_LIST_MAX
                      ? PT_OK
                      : pt_fail(err, PT_INVALID, "%s: has %zu items, the most is %d", field, count,
                                CONSENT_LIST_MAX);
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = check_text(field, items[i], 1, CONSENT_ITEM_MAX, err);
        for (size_t k = 0; st == PT_OK && k < i; k++) {
            if (pt_str_eq_nocase(items[i], items[k])) {
                st = pt_fail(err, PT_INVALID, "%s: names \"%.*s\" twice", field,
                             PT_STR_ARG(items[i]));
            }
        }
    }
    return st;
}

static PtStatus check_retention(const ConsentPurposeEdit *edit, PtError *err)
{
    PtStatus st = edit->retention_count <= CONSENT_LIST_MAX
                      ? PT_OK
                      : pt_fail(err, PT_INVALID, "retention: has %zu rows, the most is %d",
                                edit->retention_count, CONSENT_LIST_MAX);
    for (size_t i = 0; st == PT_OK && i < edit->retention_count; i++) {
        const ConsentRetention *r = &edit->retention[i];
        if (r->type.len > 0 && event_type_of(r->type) == EVENT_UNKNOWN) {
            return pt_fail(err, PT_INVALID, "retention: type is not one of the types of events");
        }
        if (r->days < 1 || r->days > CONSENT_DAYS_MAX) {
            return pt_fail(err, PT_INVALID, "retention: days is %u, not 1..%d", r->days,
                           CONSENT_DAYS_MAX);
        }
        st = check_text("retention: name", r->name, 0, CONSENT_ITEM_MAX, err);
        for (size_t k = 0; st == PT_OK && k < i; k++) {
            if (pt_str_eq(r->type, edit->retention[k].type) &&
                pt_str_eq(r->name, edit->retention[k].name)) {
                st = pt_fail(err, PT_INVALID, "retention: names a class of events twice");
            }
        }
    }
    return st;
}

static PtStatus check_edit(const ConsentPurposeEdit *edit, PtError *err)
{
    PtStatus st = check_text("name", edit->name, 1, CONSENT_NAME_MAX, err);
    st = st == PT_OK ? check_text("description", edit->description, 0, CONSENT_DESCRIPTION_MAX, err)
                     : st;
    st = st == PT_OK ? check_text("text_version", edit->text_version, 0, CONSENT_VERSION_MAX, err)
                     : st;
    st = st == PT_OK ? check_list("messages", edit->messages, edit->message_count, err) : st;
    st = st == PT_OK ? check_list("channels", edit->channels, edit->channel_count, err) : st;
    st = st == PT_OK ? check_list("categories", edit->categories, edit->category_count, err) : st;
    return st == PT_OK ? check_retention(edit, err) : st;
}

static PtStatus check_slug(PtStr id, PtError *err)
{
    bool ok = id.len > 0 && id.len <= CONSENT_SLUG_MAX && id.data[0] >= 'a' && id.data[0] <= 'z';
    for (size_t i = 0; ok && i < id.len; i++) {
        const char c = id.data[i];
        ok = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    }
    return ok ? PT_OK
              : pt_fail(err, PT_INVALID,
                        "id: is not 1..%d characters of a-z, 0-9 and _, beginning with a letter",
                        CONSENT_SLUG_MAX);
}

static bool means(const ConsentPurpose *purpose, PtStr category)
{
    bool found = pt_str_eq_nocase(purpose->id, category);
    for (size_t i = 0; !found && i < purpose->category_count; i++) {
        found = pt_str_eq_nocase(purpose->categories[i], category);
    }
    return found;
}

/* A category means one purpose of those in use. */
static PtStatus check_categories(const Rows *rows, PtStr id, const PtStr *categories, size_t count,
                                 PtError *err)
{
    for (size_t i = 0; i < rows->count; i++) {
        const ConsentPurpose *other = &rows->items[i];
        if (other->archived_ms != 0 || pt_str_eq(other->id, id)) {
            continue;
        }
        for (size_t k = 0; k <= count; k++) {
            const PtStr category = k < count ? categories[k] : id;
            if (means(other, category)) {
                return pt_fail(err, PT_CONFLICT, "the category \"%.*s\" means the purpose %.*s",
                               PT_STR_ARG(category), PT_STR_ARG(other->id));
            }
        }
    }
    return PT_OK;
}

/* ---- Changes ----------------------------------------------------------------------------------
 */

typedef struct Change {
    PtSqlTx *tx;
    PtArena *arena;
    const AuditActor *by;
    int64_t now_ms;
    PtStr id;
    Rows rows; /* as they were */
    PtBuf messages, channels, categories;
    PtUuid decision;
} Change;

static void put_list(PtBuf *buf, const PtStr *items, size_t count)
{
    PtJsonOut out = pt_json_out(buf);
    pt_json_out_array(&out);
    for (size_t i = 0; i < count; i++) {
        pt_json_out_str(&out, items[i]);
    }
    pt_json_out_array_end(&out);
}

static PtStatus begin_change(Profiles *p, const AuditActor *by, PtStr id, Change *c, PtError *err)
{
    enum { ARENA = 4 << 20 };
    *c = (Change){.by = by, .id = id, .now_ms = pt_clock_now_ms(pt_clock_real())};
    c->arena = pt_arena_new(ARENA);
    c->decision = decide_id();
    pt_buf_init(&c->messages, LIST_JSON_MAX);
    pt_buf_init(&c->channels, LIST_JSON_MAX);
    pt_buf_init(&c->categories, LIST_JSON_MAX);
    PtStatus st = c->arena != NULL ? pt_sql_begin(p->core, true, &c->tx, err) : no_memory(err);
    return st == PT_OK ? read_rows(c->tx, c->arena, &c->rows, err) : st;
}

static void done_change(Change *c)
{
    pt_sql_rollback(PT_TAKE(c->tx));
    pt_buf_done(&c->messages);
    pt_buf_done(&c->channels);
    pt_buf_done(&c->categories);
    pt_arena_free(c->arena);
}

static PtStatus write_lists(Change *c, const ConsentPurposeEdit *edit, PtError *err)
{
    put_list(&c->messages, edit->messages, edit->message_count);
    put_list(&c->channels, edit->channels, edit->channel_count);
    put_list(&c->categories, edit->categories, edit->category_count);
    const bool ok = pt_buf_status(&c->messages) == PT_OK && pt_buf_status(&c->channels) == PT_OK &&
                    pt_buf_status(&c->categories) == PT_OK;
    return ok ? PT_OK : no_memory(err);
}

static PtStatus write_retention(const Change *c, const ConsentPurposeEdit *edit, PtError *err)
{
    PtStatus st = pt_sql_use(c->tx, SQL_CONSENT_RETENTION_REMOVE, err);
    if (st == PT_OK) {
        pt_sql_bind_text(c->tx, 1, c->id);
        st = pt_sql_finish(c->tx, err);
    }
    for (size_t i = 0; st == PT_OK && i < edit->retention_count; i++) {
        const ConsentRetention *r = &edit->retention[i];
        st = pt_sql_use(c->tx, SQL_CONSENT_RETENTION_ADD, err);
        if (st == PT_OK) {
            pt_sql_bind_text(c->tx, 1, c->id);
            pt_sql_bind_text(c->tx, 2, r->type.len > 0 ? r->type : PT_STR(""));
            pt_sql_bind_text(c->tx, 3, r->name.len > 0 ? r->name : PT_STR(""));
            pt_sql_bind_i64(c->tx, 4, r->days);
            st = pt_sql_finish(c->tx, err);
        }
    }
    return st;
}

static const ConsentPurpose *find(const Rows *rows, PtStr id, unsigned *ret_slot)
{
    for (size_t i = 0; i < rows->count; i++) {
        if (pt_str_eq(rows->items[i].id, id)) {
            *ret_slot = rows->slots[i];
            return &rows->items[i];
        }
    }
    return NULL;
}

static PtStatus add_audit(const Change *c, const char *action, const ConsentPurpose *now,
                          PtError *err)
{
    PtBuf detail;
    pt_buf_init(&detail, DETAIL_MAX);
    PtJsonOut out = pt_json_out(&detail);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "basis", consent_basis_name(now->basis));
    pt_json_put_str(&out, "text_version", now->text_version);
    pt_json_put_u64(&out, "version", now->version);
    pt_json_out_key(&out, PT_STR("categories"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < now->category_count; i++) {
        pt_json_out_str(&out, now->categories[i]);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    const AuditEntry entry = {.by = c->by,
                              .action = action,
                              .subject_type = "consent_purpose",
                              .subject = c->id,
                              .subject_name = now->name,
                              .detail = pt_buf_str(&detail)};
    PtStatus st = pt_buf_status(&detail) == PT_OK ? audit_write(c->tx, c->now_ms, &entry, err)
                                                  : no_memory(err);
    pt_buf_done(&detail);
    return st;
}

/* The view learns from it what categories mean from here on. */
static PtStatus tell_log(const Change *c, const ConsentPurpose *now, unsigned slot, PtError *err)
{
    PtBuf properties;
    char decision[PT_UUID_TEXT];
    pt_buf_init(&properties, PT_FEED_PROPERTIES_MAX);
    PtJsonOut out = pt_json_out(&properties);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "decision", pt_uuid_format(c->decision, decision));
    pt_json_put_str(&out, "by", audit_actor_name(c->by));
    pt_json_put_str(&out, "purpose", c->id);
    pt_json_put_u64(&out, "slot", slot);
    pt_json_put_str(&out, "basis", consent_basis_name(now->basis));
    pt_json_put_str(&out, "text_version", now->text_version);
    pt_json_put_bool(&out, "archived", now->archived_ms != 0);
    pt_json_out_key(&out, PT_STR("categories"));
    pt_json_out_array(&out);
    for (size_t i = 0; i < now->category_count; i++) {
        pt_json_out_str(&out, now->categories[i]);
    }
    pt_json_out_array_end(&out);
    pt_json_out_object_end(&out);
    const PtFeedEvent event = {pt_str(consent_purpose_changed), c->id, pt_buf_str(&properties)};
    PtStatus st = pt_buf_status(&properties) == PT_OK ? pt_feed_put(c->tx, c->now_ms, &event, err)
                                                      : no_memory(err);
    pt_buf_done(&properties);
    return st;
}

/* Once the rows are as they are to be. */
static PtStatus end_change(Profiles *p, Change *c, const char *action, PtError *err)
{
    ConsentPurpose now;
    unsigned slot = 0;
    PtStatus st = get_row(c->tx, c->id, c->arena, &now, &slot, err);
    st = st == PT_OK ? add_audit(c, action, &now, err) : st;
    st = st == PT_OK ? tell_log(c, &now, slot, err) : st;
    if (st != PT_OK) {
        return st;
    }
    st = pt_sql_commit(&c->tx, err);
    pt_sql_rollback(PT_TAKE(c->tx));
    if (st == PT_OK) {
        decide_settles(c->decision);
    }
    // one that failed may have been carried out all the same: the tables tell
    const PtStatus loaded = consent_uses_load(p, st == PT_OK ? err : NULL);
    return st == PT_OK ? loaded : st;
}

/* What stands in the tables already may have got there without memory: the commit failed, or
 * loading did. */
static PtStatus close_change(Profiles *p, Change *c, PtStatus st)
{
    done_change(c);
    if (st == PT_CONFLICT) {
        (void)consent_uses_load(p, NULL);
    }
    (void)pthread_mutex_unlock(&p->consent->define_lock);
    return st;
}

static PtStatus insert(Change *c, const ConsentPurposeEdit *edit, PtError *err)
{
    unsigned slot;
    if (find(&c->rows, c->id, &slot) != NULL) {
        return pt_fail(err, PT_CONFLICT, "a purpose has the id \"%.*s\" already",
                       PT_STR_ARG(c->id));
    }
    if (c->rows.count == CONSENT_PURPOSES_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "there are %d purposes, and no room for more",
                       CONSENT_PURPOSES_MAX);
    }
    PtStatus st = check_categories(&c->rows, c->id, edit->categories, edit->category_count, err);
    st = st == PT_OK ? pt_sql_use(c->tx, SQL_CONSENT_PURPOSE_ADD, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(c->tx, 1, c->id);
    pt_sql_bind_i64(c->tx, 2, (int64_t)c->rows.count); // none ever goes, so it is free
    pt_sql_bind_text(c->tx, 3, edit->name);
    pt_sql_bind_text(c->tx, 4, edit->description.len > 0 ? edit->description : PT_STR(""));
    pt_sql_bind_text(c->tx, 5, consent_basis_name(edit->basis));
    pt_sql_bind_text(c->tx, 6, pt_buf_str(&c->messages));
    pt_sql_bind_text(c->tx, 7, pt_buf_str(&c->channels));
    pt_sql_bind_text(c->tx, 8, pt_buf_str(&c->categories));
    pt_sql_bind_text(c->tx, 9, edit->text_version.len > 0 ? edit->text_version : PT_STR(""));
    pt_sql_bind_i64(c->tx, 10, c->now_ms);
    pt_sql_bind_text(c->tx, 11, audit_actor_name(c->by));
    return pt_sql_finish(c->tx, err);
}

static PtStatus update(Change *c, uint32_t version, const ConsentPurposeEdit *edit, PtError *err)
{
    unsigned slot;
    const ConsentPurpose *before = find(&c->rows, c->id, &slot);
    if (before == NULL) {
        return pt_fail(err, PT_NOT_FOUND, "there is no purpose with that id");
    }
    if (before->version != version) {
        return pt_fail(err, PT_CONFLICT, "the purpose was changed meanwhile: it is at version %u",
                       before->version);
    }
    PtStatus st = check_categories(&c->rows, c->id, edit->categories, edit->category_count, err);
    st = st == PT_OK ? pt_sql_use(c->tx, SQL_CONSENT_PURPOSE_SAVE, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(c->tx, 1, c->id);
    pt_sql_bind_text(c->tx, 2, edit->name);
    pt_sql_bind_text(c->tx, 3, edit->description.len > 0 ? edit->description : PT_STR(""));
    pt_sql_bind_text(c->tx, 4, consent_basis_name(edit->basis));
    pt_sql_bind_text(c->tx, 5, pt_buf_str(&c->messages));
    pt_sql_bind_text(c->tx, 6, pt_buf_str(&c->channels));
    pt_sql_bind_text(c->tx, 7, pt_buf_str(&c->categories));
    pt_sql_bind_text(c->tx, 8, edit->text_version.len > 0 ? edit->text_version : PT_STR(""));
    pt_sql_bind_i64(c->tx, 9, c->now_ms);
    pt_sql_bind_text(c->tx, 10, audit_actor_name(c->by));
    return pt_sql_finish(c->tx, err);
}

PtStatus consent_purpose_add(Profiles *p, const AuditActor *by, PtStr id,
                             const ConsentPurposeEdit *edit, PtError *err)
{
    Change c;
    PtStatus st = check_slug(id, err);
    st = st == PT_OK ? check_edit(edit, err) : st;
    if (st != PT_OK) {
        return st;
    }
    (void)pthread_mutex_lock(&p->consent->define_lock);
    st = begin_change(p, by, id, &c, err);
    st = st == PT_OK ? write_lists(&c, edit, err) : st;
    st = st == PT_OK ? insert(&c, edit, err) : st;
    st = st == PT_OK ? write_retention(&c, edit, err) : st;
    st = st == PT_OK ? end_change(p, &c, "consent_purpose.added", err) : st;
    return close_change(p, &c, st);
}

PtStatus consent_purpose_save(Profiles *p, const AuditActor *by, PtStr id, uint32_t version,
                              const ConsentPurposeEdit *edit, PtError *err)
{
    Change c;
    PtStatus st = check_edit(edit, err);
    if (st != PT_OK) {
        return st;
    }
    (void)pthread_mutex_lock(&p->consent->define_lock);
    st = begin_change(p, by, id, &c, err);
    st = st == PT_OK ? write_lists(&c, edit, err) : st;
    st = st == PT_OK ? update(&c, version, edit, err) : st;
    st = st == PT_OK ? write_retention(&c, edit, err) : st;
    st = st == PT_OK ? end_change(p, &c, "consent_purpose.changed", err) : st;
    return close_change(p, &c, st);
}

static PtStatus set_archived(Change *c, bool archived, PtError *err)
{
    unsigned slot;
    const ConsentPurpose *before = find(&c->rows, c->id, &slot);
    if (before == NULL) {
        return pt_fail(err, PT_NOT_FOUND, "there is no purpose with that id");
    }
    if ((before->archived_ms != 0) == archived) {
        return pt_fail(err, PT_CONFLICT, "the purpose is %s already",
                       archived ? "archived" : "in use");
    }
    PtStatus st = archived ? PT_OK
                           : check_categories(&c->rows, c->id, before->categories,
                                              before->category_count, err);
    st = st == PT_OK ? pt_sql_use(c->tx, SQL_CONSENT_PURPOSE_ARCHIVE, err) : st;
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(c->tx, 1, c->id);
    pt_sql_bind_i64(c->tx, 2, archived ? c->now_ms : 0);
    pt_sql_bind_i64(c->tx, 3, c->now_ms);
    pt_sql_bind_text(c->tx, 4, audit_actor_name(c->by));
    return pt_sql_finish(c->tx, err);
}

PtStatus consent_purpose_archive(Profiles *p, const AuditActor *by, PtStr id, bool archived,
                                 PtError *err)
{
    Change c;
    (void)pthread_mutex_lock(&p->consent->define_lock);
    PtStatus st = begin_change(p, by, id, &c, err);
    st = st == PT_OK ? set_archived(&c, archived, err) : st;
    st = st == PT_OK
             ? end_change(p, &c, archived ? "consent_purpose.archived" : "consent_purpose.restored",
                          err)
             : st;
    return close_change(p, &c, st);
}
