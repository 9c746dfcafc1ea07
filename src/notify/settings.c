// SPDX-License-Identifier: Apache-2.0
/* What a person wants: one row, checked when it is written. */
#include "notify.sql.h"
#include "notify/notify_internal.h"

#include <string.h>

enum {
    SEALED_MAX = 3 * NOTIFY_URL_MAX,
    DIGEST_LEAST_MIN = 5,
    CHECK_BYTES = 256 << 10,
};

const char *const notify_languages[] = {"en", "ar", NULL};
const char *const notify_shapes[] = {"generic", "slack", "teams", NULL};

/* Of who never said anything: no quiet hours, mail every half hour. */
static const NotifySettings nothing_said = {.zone = PT_STR_INIT("UTC"), .digest_every_min = 30};

/* ---- Reading ----------------------------------------------------------------------------------
 */

static PtStatus copy_row(PtSqlTx *tx, PtArena *arena, NotifyWants *w, PtStr *ret_sealed,
                         PtError *err)
{
    const int language = notify_choice(notify_languages, pt_sql_text(tx, 2)),
              shape = notify_choice(notify_shapes, pt_sql_text(tx, 9));
    const PtStr rules = pt_sql_text(tx, 1);
    w->s = (NotifySettings){.version = pt_sql_i64(tx, 0),
                            .rules = pt_arena_str(arena, rules),
                            .own = rules.len > 0,
                            .language = language >= 0 ? language : 0,
                            .zone = pt_arena_str(arena, pt_sql_text(tx, 3)),
                            .quiet_from_min = pt_sql_i64(tx, 4),
                            .quiet_until_min = pt_sql_i64(tx, 5),
                            .quiet_not_p1 = pt_sql_i64(tx, 6) != 0,
                            .digest_every_min = pt_sql_i64(tx, 7),
                            .digest_at_min = pt_sql_i64(tx, 8),
                            .shape = shape >= 0 ? shape : 0};
    *ret_sealed = pt_arena_str(arena, pt_sql_text(tx, 10));
    return w->s.rules.data != NULL && w->s.zone.data != NULL && ret_sealed->data != NULL
               ? PT_OK
               : notify_no_memory(err);
}

static PtStatus unseal_hook(const Notify *n, PtStr sealed, PtArena *arena, NotifyWants *w,
                            PtError *err)
{
    w->hook_url = w->s.hook = PT_STR("");
    PtStatus st =
        sealed.len > 0 ? access_unseal(n->c.access, sealed, arena, &w->hook_url, err) : PT_OK;
    if (st == PT_OK && sealed.len > 0) {
        w->s.hook = connect_net_origin(w->hook_url);
    }
    return st;
}

PtStatus notify_wants_load(const Notify *n, PtSqlTx *tx, PtStr account, PtStr role, PtArena *arena,
                           NotifyWants *ret_wants, PtError *err)
{
    NotifyWants w = {.s = nothing_said, .hook_url = PT_STR("")};
    PtStr sealed = {NULL, 0};
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_NOTIFY_SETTING_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, account);
    st = pt_sql_step(tx, &row, err);
    st = st == PT_OK && row ? copy_row(tx, arena, &w, &sealed, err) : st;
    pt_sql_done(tx);
    if (st == PT_OK && !w.s.own) {
        w.s.rules = notify_default_rules(n->c.may(n->c.ctx, role, false, true),
                                         n->c.may(n->c.ctx, role, true, true));
    }
    st = st == PT_OK ? unseal_hook(n, sealed, arena, &w, err) : st;
    if (st == PT_OK) {
        *ret_wants = w;
    }
    return st;
}

PtStatus notify_settings(Notify *n, PtStr account, PtArena *arena, NotifySettings *ret_settings,
                         PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    AccessAccount who;
    NotifyWants wants;
    PtStatus st = access_account(n->c.access, account, arena, &who, err);
    st = st == PT_OK ? pt_sql_begin(n->c.core, false, &tx, err) : st;
    st = st == PT_OK ? notify_wants_load(n, tx, account, who.role, arena, &wants, err) : st;
    if (st == PT_OK) {
        *ret_settings = wants.s;
    }
    return st;
}

/* ---- Writing ----------------------------------------------------------------------------------
 */

static PtStatus check_zone(PtStr zone, PtError *err)
{
    PT_CLEANUP(pt_zone_freep) PtZone *loaded = NULL;
    char name[NOTIFY_ZONE_MAX];
    PtError why;
    const bool fits = zone.len > 0 && pt_str_copy(name, sizeof name, zone);
    const PtStatus st = fits ? pt_zone_load(name, NULL, &loaded, &why) : PT_INVALID;
    return st == PT_NO_MEMORY ? notify_no_memory(err)
           : st == PT_OK      ? PT_OK
                              : pt_fail(err, PT_INVALID, "zone: no time zone that is known here");
}

static PtStatus check_minutes(const NotifySettings *s, PtError *err)
{
    const struct {
        const char *name;
        int64_t value;
    } minutes[] = {{"quiet_from_min", s->quiet_from_min},
                   {"quiet_until_min", s->quiet_until_min},
                   {"digest_at_min", s->digest_at_min}};
    for (size_t i = 0; i < sizeof minutes / sizeof *minutes; i++) {
        if (minutes[i].value < 0 || minutes[i].value >= NOTIFY_DAY_MIN) {
            return pt_fail(err, PT_INVALID, "%s: not 0..%d", minutes[i].name, NOTIFY_DAY_MIN - 1);
        }
    }
    return s->digest_every_min == 0 || (s->digest_every_min >= DIGEST_LEAST_MIN &&
                                        s->digest_every_min <= NOTIFY_DAY_MIN)
               ? PT_OK
               : pt_fail(err, PT_INVALID, "digest_every_min: not 0 or %d..%d", DIGEST_LEAST_MIN,
                         NOTIFY_DAY_MIN);
}

static PtStatus check_rules(PtStr json, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(CHECK_BYTES);
    NotifyRule rules[NOTIFY_RULES_MAX];
    size_t count;
    return json.data == NULL ? PT_OK
           : arena == NULL   ? notify_no_memory(err)
                             : notify_rules_read(json, rules, &count, arena, err);
}

static PtStatus check(const NotifySettings *s, PtStr hook_url, PtError *err)
{
    PtStatus st = check_rules(s->rules, err);
    st = st == PT_OK ? check_zone(s->zone, err) : st;
    st = st == PT_OK ? check_minutes(s, err) : st;
    if (st == PT_OK && hook_url.len > NOTIFY_URL_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "webhook_url: over %d bytes", NOTIFY_URL_MAX);
    }
    return st == PT_OK && hook_url.len > 0 ? connect_net_url("webhook_url", hook_url, err) : st;
}

/* The version that stands, and the webhook as it is sealed. */
static PtStatus read_standing(PtSqlTx *tx, PtStr account, int64_t *ret_version,
                              char sealed[static SEALED_MAX], PtError *err)
{
    bool row = false;
    PtStatus st = pt_sql_use(tx, SQL_NOTIFY_SETTING_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, account);
    st = pt_sql_step(tx, &row, err);
    *ret_version = st == PT_OK && row ? pt_sql_i64(tx, 0) : 0;
    (void)pt_str_copy(sealed, SEALED_MAX, row ? pt_sql_text(tx, 10) : PT_STR(""));
    pt_sql_done(tx);
    return st;
}

static PtStatus write_row(PtSqlTx *tx, PtStr account, const NotifySettings *s, PtStr sealed,
                          PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_NOTIFY_SETTING_PUT, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, account);
    pt_sql_bind_i64(tx, 2, s->version + 1);
    pt_sql_bind_text(tx, 3, s->rules.data != NULL ? s->rules : PT_STR(""));
    pt_sql_bind_text(tx, 4, pt_str(notify_languages[s->language]));
    pt_sql_bind_text(tx, 5, s->zone);
    pt_sql_bind_i64(tx, 6, s->quiet_from_min);
    pt_sql_bind_i64(tx, 7, s->quiet_until_min);
    pt_sql_bind_i64(tx, 8, s->quiet_not_p1);
    pt_sql_bind_i64(tx, 9, s->digest_every_min);
    pt_sql_bind_i64(tx, 10, s->digest_at_min);
    pt_sql_bind_text(tx, 11, pt_str(notify_shapes[s->shape]));
    pt_sql_bind_text(tx, 12, sealed);
    return pt_sql_finish(tx, err);
}

static PtStatus seal(const Notify *n, PtStr url, char sealed[static SEALED_MAX], PtError *err)
{
    sealed[0] = '\0';
    return url.len > 0 ? access_seal(n->c.access, url, sealed, SEALED_MAX, err) : PT_OK;
}

PtStatus notify_settings_put(Notify *n, PtStr account, const NotifySettings *s, PtStr hook_url,
                             PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    char sealed[SEALED_MAX];
    int64_t version = 0;
    PtStatus st = check(s, hook_url, err);
    st = st == PT_OK ? pt_sql_begin(n->c.core, true, &tx, err) : st;
    st = st == PT_OK ? read_standing(tx, account, &version, sealed, err) : st;
    if (st == PT_OK && version != s->version) {
        return pt_fail(err, PT_CONFLICT, "version: is %lld by now", (long long)version);
    }
    st = st == PT_OK && hook_url.data != NULL ? seal(n, hook_url, sealed, err) : st;
    st = st == PT_OK ? write_row(tx, account, s, pt_str(sealed), err) : st;
    explicit_bzero(sealed, sizeof sealed);
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}
