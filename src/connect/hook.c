// SPDX-License-Identifier: Apache-2.0
/* Connectors: what people do with them, and what memory holds of them. */
#include "connect/hook_internal.h"

#include "base/rng.h"
#include "base/uuid.h"

#include <sodium.h>
#include <stdlib.h>

enum { LIVE_ARENA = 512 << 10, MADE_BYTES = 24, MARK = 8 };

/* ---- In memory ------------------------------------------------------------------------------- */

void hook_release(HookLive *live)
{
    if (live == NULL || atomic_fetch_sub(&live->refs, 1) > 1) {
        return;
    }
    hook_track_unref(live->track);
    pt_arena_free(live->arena);
    free(live);
}

static void release_value(void *live)
{
    hook_release(live);
}

HookLive *hook_take(Hooks *h, PtStr id)
{
    (void)pthread_rwlock_rdlock(&h->lock);
    HookLive *live = pt_map_get(h->live, id);
    if (live != NULL) {
        (void)atomic_fetch_add(&live->refs, 1);
    }
    (void)pthread_rwlock_unlock(&h->lock);
    return live;
}

/* Everybody sees it from now on; NULL: it is gone. A new one may find no room. */
static bool publish(Hooks *h, PtStr id, HookLive *live)
{
    void *old = NULL;
    (void)pthread_rwlock_wrlock(&h->lock);
    bool done = true;
    if (live != NULL) {
        done = pt_map_set(h->live, id, live, &old);
    } else {
        old = pt_map_remove(h->live, id);
    }
    (void)pthread_rwlock_unlock(&h->lock);
    hook_release(old);
    return done;
}

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for a connector");
}

static PtStatus copy_texts(HookLive *live, PtError *err)
{
    HookConnector *c = &live->c;
    PtStr *const texts[] = {&c->name, &c->mapping, &c->created_by};
    bool good = true;
    for (size_t i = 0; good && i < sizeof texts / sizeof *texts; i++) {
        *texts[i] = pt_arena_str(live->arena, *texts[i]);
        good = texts[i]->data != NULL;
    }
    for (size_t i = 0; good && i < c->setting_count; i++) {
        c->settings[i].name = pt_arena_str(live->arena, c->settings[i].name);
        c->settings[i].value = pt_arena_str(live->arena, c->settings[i].value);
        good = c->settings[i].name.data != NULL && c->settings[i].value.data != NULL;
    }
    return good ? PT_OK : no_memory(err);
}

static PtStatus open_secrets(const Hooks *h, const HookRow *row, HookLive *live, PtError *err)
{
    PtStatus st = PT_OK;
    live->secret = live->previous = PT_STR("");
    if (row->secret.len > 0) {
        st = access_unseal(h->c.access, row->secret, live->arena, &live->secret, err);
    }
    if (st == PT_OK && row->previous.len > 0) {
        st = access_unseal(h->c.access, row->previous, live->arena, &live->previous, err);
    }
    return st;
}

/* The kind's rules, or those that people wrote. */
static PtStatus set_sender(HookLive *live, PtError *err)
{
    const HookConnector *c = &live->c;
    const ShopKind *kind = shop_kind_of(pt_str(c->kind->name));
    ShopSender *s = &live->sender;
    *s = (ShopSender){.kind = kind,
                      .settings = live->c.settings,
                      .setting_count = c->setting_count,
                      .rules = kind->rules,
                      .rule_count = kind->rule_count};
    memcpy(s->mark, c->id + (HOOK_ID - 1 - MARK), MARK);
    s->user_ids = pt_str_eq(shop_setting(s, "user_ids"), PT_STR("yes"));
    return c->mapping.len > 0
               ? shop_mapping_compile(c->mapping, live->arena, &s->rules, &s->rule_count, err)
               : PT_OK;
}

/* track: of the one before; NULL: a new one. */
static PtStatus live_new(const Hooks *h, const HookRow *row, HookTrack *track, HookLive **ret_live,
                         PtError *err)
{
    PT_CLEANUP(hook_releasep) HookLive *live = calloc(1, sizeof *live);
    if (live == NULL) {
        return no_memory(err);
    }
    atomic_init(&live->refs, 1);
    live->c = row->c;
    live->arena = pt_arena_new(LIVE_ARENA);
    if (track != NULL) {
        (void)atomic_fetch_add(&track->refs, 1);
    }
    live->track = track != NULL ? track : hook_track_new();
    if (live->arena == NULL || live->track == NULL) {
        return no_memory(err);
    }
    PtStatus st = copy_texts(live, err);
    st = st == PT_OK ? open_secrets(h, row, live, err) : st;
    st = st == PT_OK ? set_sender(live, err) : st;
    if (st == PT_OK) {
        *ret_live = PT_TAKE(live);
    }
    return st;
}

/* ---- Open and close -------------------------------------------------------------------------- */

static PtStatus load_one(Hooks *h, PtSqlTx *tx, const HookRow *row, PtError *err)
{
    PT_CLEANUP(hook_releasep) HookLive *live = NULL;
    PtStatus st = live_new(h, row, NULL, &live, err);
    st = st == PT_OK ? hook_read_ring(tx, pt_str(row->c.id), live->track, err) : st;
    if (st != PT_OK) {
        return st;
    }
    HookHealth *health = &live->track->health;
    health->deliveries = row->deliveries;
    health->events = row->events;
    health->duplicates = row->duplicates;
    health->quarantined = row->quarantined;
    health->stale = row->stale;
    health->ignored = row->ignored;
    health->privacy = row->privacy;
    health->last_success_ms = row->last_success_ms;
    if (!pt_map_set(h->live, pt_str(row->c.id), live, NULL)) {
        return no_memory(err);
    }
    live = NULL;
    return PT_OK;
}

static PtStatus load_all(Hooks *h, PtError *err)
{
    enum { ARENA = 32 << 20 };
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA);
    HookRow *rows = NULL;
    size_t count = 0;
    if (arena == NULL) {
        return no_memory(err);
    }
    PtStatus st = pt_sql_begin(h->c.sql, false, &tx, err);
    st = st == PT_OK ? hook_read_all(tx, arena, &rows, &count, err) : st;
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        st = load_one(h, tx, &rows[i], err);
    }
    return st;
}

PtStatus hooks_open(const HooksConfig *config, Hooks **ret_hooks, PtError *err)
{
    Hooks *h = calloc(1, sizeof *h);
    if (h == NULL) {
        return no_memory(err);
    }
    h->c = *config;
    (void)pthread_rwlock_init(&h->lock, NULL);
    (void)pthread_mutex_init(&h->writing, NULL);
    h->live = pt_map_new();
    PtStatus st = h->live != NULL ? load_all(h, err) : no_memory(err);
    if (st != PT_OK) {
        hooks_close(h);
        return st;
    }
    *ret_hooks = h;
    return PT_OK;
}

void hooks_close(Hooks *h)
{
    if (h == NULL) {
        return;
    }
    pt_map_free(h->live, release_value);
    (void)pthread_rwlock_destroy(&h->lock);
    (void)pthread_mutex_destroy(&h->writing);
    free(h);
}

void hooks_on_privacy(Hooks *h, HookPrivacyFn *fn, void *ctx)
{
    h->on_privacy = fn;
    h->privacy_ctx = ctx;
}

/* ---- Checking what people say ---------------------------------------------------------------- */

static PtStatus check_name(PtStr name, PtError *err)
{
    size_t characters = 0;
    const char *p = name.data, *end = name.len > 0 ? p + name.len : p;
    while (p < end) {
        const size_t len = pt_utf8_step(p, end);
        if (len == 0 || (unsigned char)*p < ' ' || *p == 0x7F) {
            return pt_fail(err, PT_INVALID, "name: text without control characters");
        }
        p += len;
        characters++;
    }
    return characters >= 1 && characters <= HOOK_NAME_MAX
               ? PT_OK
               : pt_fail(err, PT_INVALID, "name: 1 to %d characters", HOOK_NAME_MAX);
}

static const HookField *field_of(const HookKind *kind, PtStr name)
{
    for (size_t i = 0; i < kind->field_count; i++) {
        if (pt_str_eq(name, pt_str(kind->fields[i].name))) {
            return &kind->fields[i];
        }
    }
    return NULL;
}

static bool is_choice(const HookField *f, PtStr value)
{
    for (size_t i = 0; f->choices != NULL && f->choices[i] != NULL; i++) {
        if (pt_str_eq(value, pt_str(f->choices[i]))) {
            return true;
        }
    }
    return f->choices == NULL || value.len == 0;
}

static PtStatus set_setting(HookConnector *c, const HookSetting *s, PtError *err)
{
    const HookField *f = field_of(c->kind, s->name);
    if (f == NULL) {
        return pt_fail(err, PT_INVALID, "settings: %s has no %.*s", c->kind->title,
                       (int)(s->name.len < 60 ? s->name.len : 60), s->name.data);
    }
    if (s->value.len > f->max || !is_choice(f, s->value) ||
        (s->value.len > 0 &&
         (!pt_utf8_valid(s->value) || memchr(s->value.data, '\0', s->value.len) != NULL))) {
        return pt_fail(err, PT_INVALID,
                       "settings.%s: not a text that it takes, of at most %u bytes", f->name,
                       f->max);
    }
    for (size_t i = 0; i < c->setting_count; i++) {
        if (pt_str_eq(c->settings[i].name, s->name)) {
            c->settings[i].value = s->value;
            return PT_OK;
        }
    }
    if (c->setting_count == HOOK_SETTINGS_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "settings: over %d", HOOK_SETTINGS_MAX);
    }
    c->settings[c->setting_count++] = *s;
    return PT_OK;
}

static PtStatus check_required(const HookConnector *c, PtError *err)
{
    for (size_t i = 0; i < c->kind->field_count; i++) {
        const HookField *f = &c->kind->fields[i];
        bool there = !f->required;
        for (size_t k = 0; !there && k < c->setting_count; k++) {
            there = pt_str_eq(c->settings[k].name, pt_str(f->name)) && c->settings[k].value.len > 0;
        }
        if (!there) {
            return pt_fail(err, PT_INVALID, "settings.%s: %s is missing", f->name, f->title);
        }
    }
    return PT_OK;
}

/* Whether it can work, with the kind's own words. */
static PtStatus check_connector(HookConnector *c, PtArena *arena, PtError *err)
{
    const ShopKind *kind = shop_kind_of(pt_str(c->kind->name));
    const ShopSender sender = {
        .kind = kind, .settings = c->settings, .setting_count = c->setting_count};
    const ShopRule *rules = NULL;
    size_t count = 0;
    PtStatus st = check_name(c->name, err);
    st = st == PT_OK ? check_required(c, err) : st;
    if (st == PT_OK && kind->check != NULL) {
        st = kind->check(&sender, err);
    }
    if (st == PT_OK && c->mapping.len > 0 && !c->kind->mapped_by_people) {
        return pt_fail(err, PT_INVALID, "mapping: %s has one of its own", c->kind->title);
    }
    return st == PT_OK && c->mapping.len > 0
               ? shop_mapping_compile(c->mapping, arena, &rules, &count, err)
               : st;
}

static PtStatus apply_edit(Hooks *h, const HookEdit *edit, HookConnector *c, PtError *err)
{
    EventSource source;
    PtStatus st = PT_OK;
    c->name = edit->name.data != NULL ? edit->name : c->name;
    c->mapping = edit->mapping.data != NULL ? edit->mapping : c->mapping;
    c->enabled = edit->set_enabled ? edit->enabled : c->enabled;
    for (size_t i = 0; st == PT_OK && i < edit->setting_count; i++) {
        st = set_setting(c, &edit->settings[i], err);
    }
    if (st == PT_OK && edit->source.data != NULL) {
        if (!event_source_by_ref(h->c.sources, edit->source, &source)) {
            return pt_fail(err, PT_NOT_FOUND, "source: no source with this id or name");
        }
        c->source = source.number;
    }
    return st;
}

/* ---- Secrets --------------------------------------------------------------------------------- */

static void make_secret(HookMadeSecret *made)
{
    uint8_t bytes[MADE_BYTES];
    char text[sodium_base64_ENCODED_LEN(MADE_BYTES, sodium_base64_VARIANT_ORIGINAL)];
    pt_random_bytes(bytes, sizeof bytes);
    (void)sodium_bin2base64(text, sizeof text, bytes, sizeof bytes, sodium_base64_VARIANT_ORIGINAL);
    (void)snprintf(made->text, sizeof made->text, "whsec_%s", text);
    sodium_memzero(bytes, sizeof bytes);
    sodium_memzero(text, sizeof text);
}

/* The sealed form of what was given, or of one made here. */
static PtStatus seal_secret(const Hooks *h, const HookKind *kind, PtStr given, PtArena *arena,
                            PtStr *ret_sealed, HookMadeSecret *made, PtError *err)
{
    char sealed[HOOK_SEALED];
    made->text[0] = '\0';
    if (kind->secret == HOOK_SECRET_NONE) {
        *ret_sealed = PT_STR("");
        return given.len == 0 ? PT_OK
                              : pt_fail(err, PT_INVALID, "secret: %s has none", kind->title);
    }
    if (given.len == 0 && kind->secret == HOOK_SECRET_GIVEN) {
        return pt_fail(err, PT_INVALID, "secret: %s is missing", kind->secret_title);
    }
    if (given.len > HOOK_SECRET_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "secret: over %d bytes", HOOK_SECRET_MAX);
    }
    if (given.len == 0) {
        make_secret(made);
        given = pt_str(made->text);
    }
    PtStatus st = access_seal(h->c.access, given, sealed, sizeof sealed, err);
    if (st != PT_OK) {
        return st;
    }
    *ret_sealed = pt_arena_str(arena, pt_str(sealed));
    return ret_sealed->data != NULL ? PT_OK : no_memory(err);
}

/* ---- Changes --------------------------------------------------------------------------------- */

static PtStr source_name(Hooks *h, uint32_t number, EventSource *space)
{
    return event_source_by_number(h->c.sources, number, space) ? pt_str(space->name) : PT_STR("");
}

/* Written, told of, and in memory. Under h->writing. */
static PtStatus commit(Hooks *h, PtSqlTx **tx, const HookRow *row, HookTrack *track,
                       const AuditActor *by, const char *action, PtError *err)
{
    PT_CLEANUP(hook_releasep) HookLive *live = NULL;
    EventSource space;
    PtStatus st = live_new(h, row, track, &live, err);
    st = st == PT_OK ? hook_audit(*tx, row, by, action, source_name(h, row->c.source, &space), err)
                     : st;
    st = st == PT_OK ? pt_sql_commit(tx, err) : st;
    if (st != PT_OK) {
        return st;
    }
    if (!publish(h, pt_str(row->c.id), live)) {
        return pt_fail(err, PT_NO_MEMORY, "no memory: the connector answers after the next start");
    }
    live = NULL;
    return PT_OK;
}

static PtStatus check_room(PtSqlTx *tx, PtError *err)
{
    uint64_t count = 0;
    PtStatus st = hook_count(tx, &count, err);
    return st == PT_OK && count >= HOOK_CONNECTORS_MAX
               ? pt_fail(err, PT_TOO_LARGE, "there are %d connectors, the most that there may be",
                         HOOK_CONNECTORS_MAX)
               : st;
}

/* A source of its own, named as it is; one of that name that is there is taken. */
static PtStatus take_source(Hooks *h, const HookEdit *edit, const AuditActor *by, HookConnector *c,
                            PtError *err)
{
    EventSource source;
    const EventSourceEdit fresh = {.name = edit->name, .enabled = true, .skew = EVENT_SKEW_KEEP};
    if (edit->source.data != NULL) {
        return PT_OK; // apply_edit took it
    }
    PtStatus st = event_source_find_or_add(h->c.sources, &fresh, by, &source, err);
    c->source = st == PT_OK ? source.number : c->source;
    return st;
}

static PtStatus add_locked(Hooks *h, HookRow *row, const AuditActor *by, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(h->c.sql, true, &tx, err);
    st = st == PT_OK ? check_room(tx, err) : st;
    st = st == PT_OK ? hook_insert(tx, row, err) : st;
    return st == PT_OK ? commit(h, &tx, row, NULL, by, "connector.added", err) : st;
}

// NOLINTNEXTLINE(readability-function-size): what a new one takes and gives
PtStatus hooks_add(Hooks *h, PtStr kind, const HookEdit *edit, const AuditActor *by, PtArena *arena,
                   HookConnector *ret_connector, HookMadeSecret *ret_secret, PtError *err)
{
    uint8_t random[10];
    const int64_t now_ms = pt_clock_now_ms(pt_clock_real());
    HookRow row = {.c = {.kind = hook_kind_of(kind),
                         .name = PT_STR(""),
                         .mapping = PT_STR(""),
                         .enabled = true,
                         .created_by = pt_str(by->name),
                         .created_ms = now_ms,
                         .changed_ms = now_ms},
                   .previous = PT_STR("")};
    if (row.c.kind == NULL) {
        return pt_fail(err, PT_INVALID, "kind: there is none of this name");
    }
    pt_random_bytes(random, sizeof random);
    (void)pt_uuid_format(pt_uuid7(now_ms, random), row.c.id);
    PtStatus st = apply_edit(h, edit, &row.c, err);
    st = st == PT_OK ? check_connector(&row.c, arena, err) : st;
    st = st == PT_OK ? seal_secret(h, row.c.kind, edit->secret, arena, &row.secret, ret_secret, err)
                     : st;
    st = st == PT_OK ? take_source(h, edit, by, &row.c, err) : st;
    if (st != PT_OK) {
        return st;
    }
    row.c.has_secret = row.secret.len > 0;
    (void)pthread_mutex_lock(&h->writing);
    st = add_locked(h, &row, by, err);
    (void)pthread_mutex_unlock(&h->writing);
    if (st == PT_OK) {
        *ret_connector = row.c;
    }
    return st;
}

/* A change of one that is there: its row is read, changed by fn, written. */
typedef struct HookChange {
    PtStr id;
    const HookEdit *edit;
    PtStr sealed; /* of a rotation */
    int64_t previous_until_ms;
    const AuditActor *by;
} HookChange;

static PtStatus edit_row(Hooks *h, PtSqlTx *tx, const HookChange *c, PtArena *arena, HookRow *row,
                         PtError *err)
{
    PtStatus st = apply_edit(h, c->edit, &row->c, err);
    st = st == PT_OK ? check_connector(&row->c, arena, err) : st;
    return st == PT_OK ? hook_update(tx, row, err) : st;
}

static PtStatus rotate_row(Hooks *h, PtSqlTx *tx, const HookChange *c, PtArena *arena, HookRow *row,
                           PtError *err)
{
    (void)h;
    (void)arena;
    row->previous = c->previous_until_ms > 0 ? row->secret : PT_STR("");
    row->c.previous_until_ms = c->previous_until_ms;
    row->secret = c->sealed;
    return hook_put_secret(tx, row, err);
}

static PtStatus change_locked(Hooks *h, const HookChange *c, PtArena *arena, HookRow *row,
                              PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PT_CLEANUP(hook_releasep) HookLive *now = hook_take(h, c->id);
    PtStatus st = pt_sql_begin(h->c.sql, true, &tx, err);
    st = st == PT_OK ? hook_read(tx, c->id, arena, row, err) : st;
    if (st != PT_OK) {
        return st;
    }
    if (c->edit != NULL && c->edit->if_changed_ms > 0 &&
        c->edit->if_changed_ms != row->c.changed_ms) {
        return pt_fail(err, PT_CONFLICT, "the connector was changed by somebody else meanwhile");
    }
    row->c.changed_ms = pt_clock_now_ms(pt_clock_real());
    st = c->edit != NULL ? edit_row(h, tx, c, arena, row, err)
                         : rotate_row(h, tx, c, arena, row, err);
    return st == PT_OK
               ? commit(h, &tx, row, now != NULL ? now->track : NULL, c->by,
                        c->edit != NULL ? "connector.changed" : "connector.secret_rotated", err)
               : st;
}

static PtStatus change(Hooks *h, const HookChange *c, PtArena *arena, HookConnector *ret_connector,
                       PtError *err)
{
    HookRow row;
    (void)pthread_mutex_lock(&h->writing);
    PtStatus st = change_locked(h, c, arena, &row, err);
    (void)pthread_mutex_unlock(&h->writing);
    if (st == PT_OK) {
        *ret_connector = row.c;
    }
    return st;
}

PtStatus hooks_change(Hooks *h, PtStr id, const HookEdit *edit, const AuditActor *by,
                      PtArena *arena, HookConnector *ret_connector, PtError *err)
{
    const HookChange c = {.id = id, .edit = edit, .by = by};
    return change(h, &c, arena, ret_connector, err);
}

// NOLINTNEXTLINE(readability-function-size): what a rotation takes and gives
PtStatus hooks_rotate(Hooks *h, PtStr id, PtStr secret, int64_t keep_hours, const AuditActor *by,
                      PtArena *arena, HookConnector *ret_connector, HookMadeSecret *ret_secret,
                      PtError *err)
{
    PT_CLEANUP(hook_releasep) HookLive *live = hook_take(h, id);
    HookChange c = {.id = id, .by = by};
    if (live == NULL) {
        return pt_fail(err, PT_NOT_FOUND, "no such connector");
    }
    if (live->c.kind->secret == HOOK_SECRET_NONE) {
        return pt_fail(err, PT_CONFLICT, "%s has no secret: change its public key",
                       live->c.kind->title);
    }
    if (keep_hours > 0) {
        c.previous_until_ms = pt_clock_now_ms(h->c.machine) + keep_hours * 3600000;
    }
    PtStatus st = seal_secret(h, live->c.kind, secret, arena, &c.sealed, ret_secret, err);
    return st == PT_OK ? change(h, &c, arena, ret_connector, err) : st;
}

static PtStatus remove_locked(Hooks *h, PtStr id, const AuditActor *by, PtError *err)
{
    enum { ARENA = 1 << 20 };
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(ARENA);
    HookRow row;
    EventSource space;
    if (arena == NULL) {
        return no_memory(err);
    }
    PtStatus st = pt_sql_begin(h->c.sql, true, &tx, err);
    st = st == PT_OK ? hook_read(tx, id, arena, &row, err) : st;
    st = st == PT_OK ? hook_delete(tx, id, err) : st;
    if (st != PT_OK) {
        return st;
    }
    row.c.changed_ms = pt_clock_now_ms(pt_clock_real());
    st = hook_audit(tx, &row, by, "connector.removed", source_name(h, row.c.source, &space), err);
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    if (st == PT_OK) {
        (void)publish(h, id, NULL);
    }
    return st;
}

PtStatus hooks_remove(Hooks *h, PtStr id, const AuditActor *by, PtError *err)
{
    (void)pthread_mutex_lock(&h->writing);
    PtStatus st = remove_locked(h, id, by, err);
    (void)pthread_mutex_unlock(&h->writing);
    return st;
}

/* ---- Reading --------------------------------------------------------------------------------- */

PtStatus hooks_list(Hooks *h, PtArena *arena, HookConnector **ret_list, size_t *ret_count,
                    PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    HookConnector *list = pt_arena_alloc(arena, HOOK_CONNECTORS_MAX, sizeof *list);
    HookRow *rows = NULL;
    size_t count = 0;
    if (list == NULL) {
        return no_memory(err);
    }
    PtStatus st = pt_sql_begin(h->c.sql, false, &tx, err);
    st = st == PT_OK ? hook_read_all(tx, arena, &rows, &count, err) : st;
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        list[i] = rows[i].c;
    }
    if (st == PT_OK) {
        *ret_list = list;
        *ret_count = count;
    }
    return st;
}

PtStatus hooks_get(Hooks *h, PtStr id, PtArena *arena, HookConnector *ret_connector, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    HookRow row;
    PtStatus st = pt_sql_begin(h->c.sql, false, &tx, err);
    st = st == PT_OK ? hook_read(tx, id, arena, &row, err) : st;
    if (st == PT_OK) {
        *ret_connector = row.c;
    }
    return st;
}
