// SPDX-License-Identifier: Apache-2.0
/* Settings of routing and who takes work, in SQL. */
#include "desk/route_internal.h"
#include "route.sql.h"

#include "platform/feed.h"

#include <stdio.h>

enum { DETAIL_BYTES = 1024, LIST_ROWS = 1000, REASON_MAX = ROUTE_REASON_BYTES };

static const char *const kinds[] = {
    [DESK_ROUTE_SKILLS_DOC] = "skills", [DESK_ROUTE_QUEUE] = "queue", [DESK_ROUTE_AGENT] = "agent"};
static const int64_t room[] = {[DESK_ROUTE_SKILLS_DOC] = 1,
                               [DESK_ROUTE_QUEUE] = DESK_ROUTE_QUEUES,
                               [DESK_ROUTE_AGENT] = DESK_ROUTE_AGENTS};

/* ---- Reading ----------------------------------------------------------------------------------
 */

/* id, number, json, version, changed_ms, changed_by, memory. */
static PtStatus copy_row(PtSqlTx *tx, PtArena *arena, DeskRouteRow *row, PtError *err)
{
    const struct {
        PtStr *text;
        int column;
    } texts[] = {{&row->setting.id, 0}, {&row->setting.json, 2}, {&row->setting.changed_by, 5}};
    *row =
        (DeskRouteRow){.setting = {.version = pt_sql_i64(tx, 3), .changed_ms = pt_sql_i64(tx, 4)},
                       .number = pt_sql_i64(tx, 1),
                       .memory = pt_sql_i64(tx, 6)};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        *texts[i].text = pt_arena_str(arena, pt_sql_text(tx, texts[i].column));
        if (texts[i].text->data == NULL) {
            return pt_fail(err, PT_NO_MEMORY, "no memory for settings of routing");
        }
    }
    return PT_OK;
}

PtStatus desk_route_row(PtSqlTx *tx, DeskRouteKind kind, PtStr id, PtArena *arena,
                        DeskRouteRow *ret_row, PtError *err)
{
    DeskRouteRow row = {.setting = {.id = id, .json = PT_STR(""), .changed_by = PT_STR("")}};
    bool there = false;
    PtStatus st = pt_sql_use(tx, SQL_DESK_ROUTE_SETTING_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(kinds[kind]));
    pt_sql_bind_text(tx, 2, id);
    st = pt_sql_step(tx, &there, err);
    st = st == PT_OK && there ? copy_row(tx, arena, &row, err) : st;
    pt_sql_done(tx);
    if (st == PT_OK) {
        *ret_row = row;
    }
    return st;
}

PtStatus desk_route_set_memory(PtSqlTx *tx, DeskRouteKind kind, PtStr id, int64_t memory,
                               PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_DESK_ROUTE_SETTING_MEMORY, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(kinds[kind]));
    pt_sql_bind_text(tx, 2, id);
    pt_sql_bind_i64(tx, 3, memory);
    return pt_sql_finish(tx, err);
}

/* One page behind *last, which moves on. */
static PtStatus each_of_page(PtSqlTx *tx, DeskRouteKind kind, PtArena *arena, PtStr *last,
                             DeskRouteRow *rows, size_t *ret_count, PtError *err)
{
    bool there = true;
    size_t count = 0;
    PtStatus st = pt_sql_use(tx, SQL_DESK_ROUTE_SETTING_LIST, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(kinds[kind]));
    pt_sql_bind_text(tx, 2, *last);
    pt_sql_bind_i64(tx, 3, LIST_ROWS);
    while ((st = pt_sql_step(tx, &there, err)) == PT_OK && there &&
           (st = copy_row(tx, arena, &rows[count], err)) == PT_OK) {
        count++;
    }
    pt_sql_done(tx);
    *ret_count = count;
    *last = count > 0 ? rows[count - 1].setting.id : *last;
    return st;
}

PtStatus desk_route_each(PtSqlTx *tx, DeskRouteKind kind, DeskRouteEach *each, void *ctx,
                         PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new((size_t)1 << 30);
    DeskRouteRow *rows = arena != NULL ? pt_arena_alloc(arena, LIST_ROWS, sizeof *rows) : NULL;
    PtStr last = PT_STR("");
    size_t count = LIST_ROWS;
    PtStatus st =
        rows != NULL ? PT_OK : pt_fail(err, PT_NO_MEMORY, "no memory for settings of routing");
    while (st == PT_OK && count == LIST_ROWS) {
        st = each_of_page(tx, kind, arena, &last, rows, &count, err);
        for (size_t i = 0; st == PT_OK && i < count; i++) {
            st = each(ctx, &rows[i], err);
        }
    }
    return st;
}

/* As it was given, in full. */
static PtStatus in_full(DeskRouteKind kind, DeskRouteSetting *setting, PtArena *arena, PtError *err)
{
    DeskRouteSet set;
    PtBuf buf;
    PtStatus st = desk_route_read(kind, setting->json, arena, &set, err);
    if (st != PT_OK) {
        return st;
    }
    pt_buf_init(&buf, 4 * DESK_ROUTE_BYTES);
    desk_route_write(kind, &set, &buf);
    setting->json =
        pt_buf_status(&buf) == PT_OK ? pt_arena_str(arena, pt_buf_str(&buf)) : (PtStr){NULL, 0};
    pt_buf_done(&buf);
    return setting->json.data != NULL
               ? PT_OK
               : pt_fail(err, PT_NO_MEMORY, "no memory for settings of routing");
}

PtStatus desk_route_setting(Desk *d, DeskRouteKind kind, PtStr id, PtArena *arena,
                            DeskRouteSetting *ret_setting, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    DeskRouteRow row;
    PtStatus st = pt_sql_begin(d->c.core, false, &tx, err);
    st = st == PT_OK ? desk_route_row(tx, kind, id, arena, &row, err) : st;
    st = st == PT_OK ? in_full(kind, &row.setting, arena, err) : st;
    if (st == PT_OK) {
        *ret_setting = row.setting;
    }
    return st;
}

typedef struct Listing {
    PtArena *arena;
    DeskRouteKind kind;
    DeskRouteSetting *list;
    size_t count;
} Listing;

static PtStatus list_one(void *ctx, const DeskRouteRow *row, PtError *err)
{
    Listing *l = ctx;
    DeskRouteSetting *to = &l->list[l->count];
    *to = row->setting;
    to->id = pt_arena_str(l->arena, row->setting.id);
    to->changed_by = pt_arena_str(l->arena, row->setting.changed_by);
    if (to->id.data == NULL || to->changed_by.data == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for settings of routing");
    }
    l->count++;
    return in_full(l->kind, to, l->arena, err);
}

PtStatus desk_route_settings(Desk *d, DeskRouteKind kind, PtArena *arena,
                             DeskRouteSetting **ret_list, size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    Listing l = {.arena = arena, .kind = kind};
    l.list = pt_arena_alloc(arena, (size_t)room[kind] + 1, sizeof *l.list);
    if (l.list == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for settings of routing");
    }
    PtStatus st = pt_sql_begin(d->c.core, false, &tx, err);
    st = st == PT_OK ? desk_route_each(tx, kind, list_one, &l, err) : st;
    if (st == PT_OK) {
        *ret_list = l.list;
        *ret_count = l.count;
    }
    return st;
}

/* ---- Changing ---------------------------------------------------------------------------------
 */

static PtStatus one_number(PtSqlTx *tx, const char *statement, const char *kind, int64_t *ret,
                           PtError *err)
{
    bool there = false;
    PtStatus st = pt_sql_use(tx, statement, err);
    if (st != PT_OK) {
        return st;
    }
    if (kind != NULL) {
        pt_sql_bind_text(tx, 1, pt_str(kind));
    }
    st = pt_sql_step(tx, &there, err);
    *ret = st == PT_OK && there ? pt_sql_i64(tx, 0) : 0;
    pt_sql_done(tx);
    return st;
}

static PtStatus add_row(PtSqlTx *tx, DeskRouteKind kind, int64_t *ret_number, PtError *err)
{
    int64_t count = 0;
    PtStatus st = one_number(tx, SQL_DESK_ROUTE_SETTING_COUNT, kinds[kind], &count, err);
    if (st == PT_OK && count >= room[kind]) {
        st = pt_fail(err, PT_TOO_LARGE, "there are settings of %lld of the kind %s, and no room",
                     (long long)count, kinds[kind]);
    }
    st = st == PT_OK ? one_number(tx, SQL_DESK_ROUTE_SETTING_LAST, NULL, ret_number, err) : st;
    (*ret_number)++;
    return st == PT_OK ? pt_sql_use(tx, SQL_DESK_ROUTE_SETTING_ADD, err) : st;
}

static PtStatus write_row(PtSqlTx *tx, const AuditActor *by, DeskRouteKind kind,
                          const DeskRouteSetting *setting, int64_t now_ms, PtError *err)
{
    char detail[DETAIL_BYTES];
    int64_t number = 0;
    PtStatus st = setting->version == 0 ? add_row(tx, kind, &number, err)
                                        : pt_sql_use(tx, SQL_DESK_ROUTE_SETTING_SET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, pt_str(kinds[kind]));
    pt_sql_bind_text(tx, 2, setting->id);
    pt_sql_bind_text(tx, 3, setting->json);
    pt_sql_bind_i64(tx, 4, now_ms);
    pt_sql_bind_text(tx, 5, audit_actor_name(by));
    if (number != 0) {
        pt_sql_bind_i64(tx, 6, number);
    }
    st = pt_sql_finish(tx, err);
    (void)snprintf(detail, sizeof detail, "{\"kind\":\"%s\"}", kinds[kind]);
    const AuditEntry entry = {.by = by,
                              .action = "desk_routing.changed",
                              .subject_type = "desk_routing",
                              .subject = setting->id.len > 0 ? setting->id : PT_STR("skills"),
                              .detail = pt_str(detail)};
    return st == PT_OK ? audit_write(tx, now_ms, &entry, err) : st;
}

/* What can only be said with the zones of the machine at hand. */
static PtStatus check_hours(Desk *d, DeskRouteKind kind, const DeskRouteSetting *setting,
                            PtArena *arena, PtError *err)
{
    PT_CLEANUP(pt_calendar_freep) PtCalendar *calendar = NULL;
    DeskRouteSet set;
    PtError why = {0};
    PtStatus st =
        kind == DESK_ROUTE_AGENT ? desk_route_read(kind, setting->json, arena, &set, err) : PT_OK;
    if (st != PT_OK || kind != DESK_ROUTE_AGENT || set.agent.hours.len == 0) {
        return st;
    }
    const PtCalendarVersion version = {.json = set.agent.hours};
    st = pt_calendar_new(&version, 1, d->router->zones, &calendar, &why);
    return st == PT_OK
               ? st
               : pt_fail(err, st == PT_NOT_FOUND ? PT_INVALID : st, "/shifts: %s", why.message);
}

static PtStatus check(Desk *d, DeskRouteKind kind, DeskRouteSetting *setting, PtArena *arena,
                      PtError *err)
{
    if (setting->json.len == 0 || setting->id.len > DESK_NAME_MAX ||
        (setting->id.len == 0) != (kind == DESK_ROUTE_SKILLS_DOC)) {
        return pt_fail(err, PT_INVALID, "%s: not 1..%d bytes", kinds[kind], DESK_NAME_MAX);
    }
    PtStatus st = kind == DESK_ROUTE_QUEUE
                      ? desk_field_check(DESK_F_QUEUE, setting->id, arena, &setting->id, err)
                      : PT_OK;
    st = st == PT_OK ? in_full(kind, setting, arena, err) : st;
    return st == PT_OK ? check_hours(d, kind, setting, arena, err) : st;
}

static PtStatus is_there(const DeskSkillNames *names, PtStr skill, PtError *err)
{
    bool found = skill.len == 0;
    for (size_t i = 0; !found && i < names->count; i++) {
        found = pt_str_eq(names->list[i].id, skill);
    }
    return found ? PT_OK
                 : pt_fail(err, PT_INVALID, "/skills: no skill has the id \"%.*s\"",
                           PT_STR_ARG(skill));
}

static PtStatus are_there(const DeskSkillNames *names, DeskSkills skills, PtError *err)
{
    PtStatus st = PT_OK;
    for (size_t i = 0; st == PT_OK && i < skills.count; i++) {
        st = is_there(names, skills.list[i].skill, err);
    }
    return st;
}

/* Skills that are named are among those there are. */
static PtStatus check_skills(PtSqlTx *tx, DeskRouteKind kind, const DeskRouteSetting *setting,
                             PtArena *arena, PtError *err)
{
    DeskRouteRow row;
    DeskRouteSet names, set;
    if (kind == DESK_ROUTE_SKILLS_DOC) {
        return PT_OK;
    }
    PtStatus st = desk_route_row(tx, DESK_ROUTE_SKILLS_DOC, PT_STR(""), arena, &row, err);
    st = st == PT_OK ? desk_route_read(DESK_ROUTE_SKILLS_DOC, row.setting.json, arena, &names, err)
                     : st;
    st = st == PT_OK ? desk_route_read(kind, setting->json, arena, &set, err) : st;
    if (st != PT_OK || kind == DESK_ROUTE_AGENT) {
        return st == PT_OK ? are_there(&names.skills, set.agent.skills, err) : st;
    }
    st = are_there(&names.skills, set.queue.skills, err);
    for (size_t i = 0; st == PT_OK && i < set.queue.needs.count; i++) {
        st = are_there(&names.skills, set.queue.needs.list[i].skills, err);
    }
    for (size_t i = 0; st == PT_OK && i < set.queue.relax.count; i++) {
        st = is_there(&names.skills, set.queue.relax.list[i].skill, err);
    }
    return st;
}

static PtStatus is_newest(PtSqlTx *tx, DeskRouteKind kind, const DeskRouteSetting *setting,
                          PtArena *arena, PtError *err)
{
    DeskRouteRow before;
    PtStatus st = desk_route_row(tx, kind, setting->id, arena, &before, err);
    return st == PT_OK && before.setting.version != setting->version
               ? pt_fail(err, PT_CONFLICT, "version: %lld is not the newest, which is %lld",
                         (long long)setting->version, (long long)before.setting.version)
               : st;
}

/* number: of a queue or agent that had settings before; 0: all follows anew. */
static void took_effect(Desk *d, DeskRouteKind kind, int64_t number)
{
    atomic_store(&d->router->any, true);
    desk_route_note(d,
                    number == 0                ? DESK_ROUTED_ALL
                    : kind == DESK_ROUTE_QUEUE ? DESK_ROUTED_QUEUE
                                               : DESK_ROUTED_AGENT,
                    number);
}

PtStatus desk_route_put(Desk *d, const AuditActor *by, DeskRouteKind kind,
                        const DeskRouteSetting *setting, PtArena *arena,
                        DeskRouteSetting *ret_setting, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    DeskRouteSetting wanted = *setting;
    DeskRouteRow row;
    PtStatus st = check(d, kind, &wanted, arena, err);
    st = st == PT_OK ? pt_sql_begin(d->c.core, true, &tx, err) : st;
    st = st == PT_OK ? is_newest(tx, kind, &wanted, arena, err) : st;
    st = st == PT_OK ? check_skills(tx, kind, &wanted, arena, err) : st;
    st = st == PT_OK ? write_row(tx, by, kind, &wanted, pt_clock_now_ms(d->c.clock), err) : st;
    st = st == PT_OK ? desk_route_row(tx, kind, wanted.id, arena, &row, err) : st;
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    if (st == PT_OK) {
        const bool known = wanted.version > 0 && kind != DESK_ROUTE_SKILLS_DOC;
        took_effect(d, kind, known ? row.number : 0);
        *ret_setting = row.setting;
    }
    return st;
}

typedef struct Switching {
    PtSqlTx *tx;
    const AuditActor *by;
    int64_t now_ms;
    bool on;
    PtArena *arena;
} Switching;

/* *ret_number: the queue's, 0 where it had no settings. */
static PtStatus switch_one(const Switching *s, PtStr queue, bool *ret_changed, int64_t *ret_number,
                           PtError *err)
{
    DeskRouteRow row;
    DeskRouteSet set;
    PtBuf buf;
    PtStatus st = desk_field_check(DESK_F_QUEUE, queue, s->arena, &queue, err);
    st = st == PT_OK ? desk_route_row(s->tx, DESK_ROUTE_QUEUE, queue, s->arena, &row, err) : st;
    st =
        st == PT_OK ? desk_route_read(DESK_ROUTE_QUEUE, row.setting.json, s->arena, &set, err) : st;
    *ret_changed = st == PT_OK && (set.queue.on != s->on || row.setting.version == 0);
    *ret_number = st == PT_OK ? row.number : 0;
    if (!*ret_changed) {
        return st;
    }
    set.queue.on = s->on;
    pt_buf_init(&buf, 4 * DESK_ROUTE_BYTES);
    desk_route_write(DESK_ROUTE_QUEUE, &set, &buf);
    row.setting.json = pt_buf_str(&buf);
    st = buf.len > DESK_ROUTE_BYTES
             ? pt_fail(err, PT_TOO_LARGE, "the document has over %d bytes", DESK_ROUTE_BYTES)
         : pt_buf_status(&buf) == PT_OK
             ? write_row(s->tx, s->by, DESK_ROUTE_QUEUE, &row.setting, s->now_ms, err)
             : pt_fail(err, PT_NO_MEMORY, "no memory for settings of routing");
    pt_buf_done(&buf);
    return st;
}

/* All that the desk has records of, where none is named. */
static PtStatus queues_of_desk(Desk *d, PtArena *arena, const PtStr **queues, size_t *count,
                               PtError *err)
{
    DeskRecord *records = NULL;
    size_t found = 0;
    PtStatus st = desk_records(d, DESK_QUEUE, arena, &records, &found, err);
    PtStr *list = pt_arena_alloc(arena, found + 1, sizeof *list);
    if (st == PT_OK && list == NULL) {
        st = pt_fail(err, PT_NO_MEMORY, "no memory for queues");
    }
    for (size_t i = 0; st == PT_OK && i < found; i++) {
        list[i] = records[i].id;
    }
    *queues = list;
    *count = found;
    return st;
}

PtStatus desk_route_switch(Desk *d, const AuditActor *by, const PtStr *queues, size_t count,
                           bool on, size_t *ret_changed, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new((size_t)256 << 20);
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    size_t changed = 0;
    PtStatus st = arena == NULL ? pt_fail(err, PT_NO_MEMORY, "no memory for queues")
                  : count == 0  ? queues_of_desk(d, arena, &queues, &count, err)
                                : PT_OK;
    st = st == PT_OK ? pt_sql_begin(d->c.core, true, &tx, err) : st;
    const Switching how = {tx, by, pt_clock_now_ms(d->c.clock), on, arena};
    int64_t *numbers = arena != NULL ? pt_arena_alloc(arena, count + 1, sizeof *numbers) : NULL;
    if (st == PT_OK && numbers == NULL) {
        st = pt_fail(err, PT_NO_MEMORY, "no memory for queues");
    }
    for (size_t i = 0; st == PT_OK && i < count; i++) {
        bool did = false;
        st = switch_one(&how, queues[i], &did, &numbers[changed], err);
        changed += did;
    }
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    if (st == PT_OK && changed > 0) { // one fill reads what each queue's refill would read again
        took_effect(d, DESK_ROUTE_QUEUE, changed == 1 ? numbers[0] : 0);
    }
    if (st == PT_OK) {
        *ret_changed = changed;
    }
    return st;
}

/* ---- Who takes work ---------------------------------------------------------------------------
 */

PtStatus desk_route_takes(PtSqlTx *tx, PtStr account, PtArena *arena, DeskTakes *ret_takes,
                          PtError *err)
{
    DeskTakes takes = {.account = account, .reason = PT_STR("")};
    bool there = false;
    PtStatus st = pt_sql_use(tx, SQL_DESK_ROUTE_PRESENCE_GET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, account);
    st = pt_sql_step(tx, &there, err);
    if (st == PT_OK && there) {
        const int taking = desk_choice(desk_takings, pt_sql_text(tx, 1));
        takes.taking = taking >= 0 ? (DeskTaking)taking : DESK_TAKING_OFFLINE;
        takes.reason = pt_arena_str(arena, pt_sql_text(tx, 2));
        takes.since_ms = pt_sql_i64(tx, 3);
        takes.missed = pt_sql_i64(tx, 4);
        st = takes.reason.data != NULL ? PT_OK
                                       : pt_fail(err, PT_NO_MEMORY, "no memory for an agent");
    }
    pt_sql_done(tx);
    if (st == PT_OK) {
        *ret_takes = takes;
    }
    return st;
}

static PtStatus tell_taking(PtSqlTx *tx, const DeskTakes *takes, PtError *err)
{
    PtBuf buf;
    pt_buf_init(&buf, DETAIL_BYTES);
    PtJsonOut out = pt_json_out(&buf);
    pt_json_out_object(&out);
    pt_json_put_str(&out, "account", takes->account);
    pt_json_put_str(&out, "presence", pt_str(desk_takings[takes->taking]));
    pt_json_put_str(&out, "reason", takes->reason);
    pt_json_out_object_end(&out);
    const PtFeedEvent event = {.name = PT_STR("Agent Presence Changed"),
                               .subject = takes->account,
                               .properties = pt_buf_str(&buf)};
    PtStatus st = pt_buf_status(&buf) == PT_OK
                      ? pt_feed_put(tx, takes->since_ms, &event, err)
                      : pt_fail(err, PT_NO_MEMORY, "no memory for an agent");
    pt_buf_done(&buf);
    return st;
}

PtStatus desk_route_set_takes(PtSqlTx *tx, const DeskTakes *takes, bool tell, PtError *err)
{
    PtStatus st = pt_sql_use(tx, SQL_DESK_ROUTE_PRESENCE_SET, err);
    if (st != PT_OK) {
        return st;
    }
    pt_sql_bind_text(tx, 1, takes->account);
    pt_sql_bind_text(tx, 2, pt_str(desk_takings[takes->taking]));
    pt_sql_bind_text(tx, 3, takes->reason);
    pt_sql_bind_i64(tx, 4, takes->since_ms);
    pt_sql_bind_i64(tx, 5, takes->missed);
    st = pt_sql_finish(tx, err);
    return st == PT_OK && tell ? tell_taking(tx, takes, err) : st;
}

/* *ret_number: of the agent's settings; 0: they have none. */
static PtStatus take_in(PtSqlTx *tx, const AuditActor *by, const DeskTakes *takes, PtArena *arena,
                        int64_t *ret_number, PtError *err)
{
    DeskRouteRow agent = {.number = 0};
    const AuditEntry entry = {.by = by,
                              .action = "desk_presence.changed",
                              .subject_type = "desk_presence",
                              .subject = takes->account};
    const bool other = !pt_str_eq(pt_str(by->id), takes->account);
    PtStatus st = desk_route_set_takes(tx, takes, true, err);
    st = st == PT_OK && other ? audit_write(tx, takes->since_ms, &entry, err) : st;
    st =
        st == PT_OK ? desk_route_row(tx, DESK_ROUTE_AGENT, takes->account, arena, &agent, err) : st;
    if (st == PT_OK && agent.number != 0 && takes->taking != DESK_TAKING_AWAY) {
        const bool leaves = takes->taking == DESK_TAKING_OFFLINE;
        st = desk_route_set_leaving(tx, takes->account, leaves, takes->since_ms, err);
    }
    *ret_number = agent.number;
    return st;
}

PtStatus desk_route_take(Desk *d, const AuditActor *by, PtStr account, DeskTaking taking,
                         PtStr reason, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    int64_t number = 0;
    const DeskTakes takes = {.account = account,
                             .reason = reason.data != NULL ? reason : PT_STR(""),
                             .taking = taking,
                             .since_ms = pt_clock_now_ms(d->c.clock)};
    PtStatus st = arena != NULL ? desk_text_check("reason", takes.reason, 0, REASON_MAX, false, err)
                                : pt_fail(err, PT_NO_MEMORY, "no memory for an agent");
    if (st == PT_OK && takes.reason.len > ROUTE_REASON_BYTES) {
        st = pt_fail(err, PT_INVALID, "reason: not 0..%d bytes", ROUTE_REASON_BYTES);
    }
    st = st == PT_OK ? pt_sql_begin(d->c.core, true, &tx, err) : st;
    st = st == PT_OK ? take_in(tx, by, &takes, arena, &number, err) : st;
    st = st == PT_OK ? pt_sql_commit(&tx, err) : st;
    if (st == PT_OK) {
        desk_route_dismissed(d, number);
    }
    return st;
}

PtStatus desk_route_dismiss(Desk *d, PtSqlTx *tx, const AuditActor *by, PtStr account, PtStr reason,
                            int64_t *ret_number, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(1 << 20);
    DeskTakes takes = {.missed = 0};
    PtStatus st = arena != NULL ? desk_route_takes(tx, account, arena, &takes, err)
                                : pt_fail(err, PT_NO_MEMORY, "no memory for an agent");
    *ret_number = 0;
    if (st != PT_OK || takes.taking == DESK_TAKING_OFFLINE) {
        return st;
    }
    takes = (DeskTakes){.account = account,
                        .reason = reason,
                        .taking = DESK_TAKING_OFFLINE,
                        .since_ms = pt_clock_now_ms(d->c.clock)};
    return take_in(tx, by, &takes, arena, ret_number, err);
}

void desk_route_dismissed(Desk *d, int64_t number)
{
    if (number != 0) {
        desk_route_note(d, DESK_ROUTED_TAKING, number);
    }
}
