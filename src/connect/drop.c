// SPDX-License-Identifier: Apache-2.0
/* Drop folders: the object, and what people define. */
#include "connect/drop_internal.h"

#include "base/rng.h"
#include "base/uuid.h"
#include "connect/import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

enum { NAME_MAX_BYTES = 400, DROP_ARENA = 1 << 20 };

/* ---- The object -------------------------------------------------------------------------------
 */

PtStatus connect_drops_new(const ConnectDropsConfig *config, ConnectDrops **ret_drops, PtError *err)
{
    ConnectDrops *drops = calloc(1, sizeof *drops);
    if (drops == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for drop folders");
    }
    drops->c = *config;
    drops->inotify = -1;
    drops->wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (drops->wake < 0) {
        connect_drops_free(drops);
        return pt_fail(err, PT_UNAVAILABLE, "cannot make an event for drop folders");
    }
    *ret_drops = drops;
    return PT_OK;
}

PtStatus connect_drops_start(ConnectDrops *drops, ConnectJobs *jobs, PtError *err)
{
    drops->jobs = jobs;
    if (drops->c.root[0] == '\0') {
        return PT_OK;
    }
    drops->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (drops->inotify < 0) {
        return pt_fail(err, PT_UNAVAILABLE, "cannot watch drop folders");
    }
    drops->thread_on = pthread_create(&drops->thread, NULL, drop_main, drops) == 0;
    return drops->thread_on
               ? PT_OK
               : pt_fail(err, PT_UNAVAILABLE, "cannot start the thread of drop folders");
}

void connect_drops_nudge(ConnectDrops *drops)
{
    const uint64_t one = 1;
    (void)!write(drops->wake, &one, sizeof one); // full: it is awake already
}

void connect_drops_stop(ConnectDrops *drops)
{
    if (drops == NULL || !drops->thread_on) {
        return;
    }
    atomic_store(&drops->stop, true);
    connect_drops_nudge(drops);
    (void)pthread_join(drops->thread, NULL);
    drops->thread_on = false;
}

void connect_drops_free(ConnectDrops *drops)
{
    if (drops == NULL) {
        return;
    }
    connect_drops_stop(drops);
    if (drops->inotify >= 0) {
        (void)close(drops->inotify);
    }
    if (drops->wake >= 0) {
        (void)close(drops->wake);
    }
    free(drops->pending);
    free(drops);
}

/* ---- Reading ----------------------------------------------------------------------------------
 */

static void overlay(ConnectDrops *drops, PtArena *arena, ConnectDrop *d)
{
    EventSource source;
    d->source_name = (PtStr){NULL, 0};
    if (event_source_by_ref(drops->c.sources, d->edit.source, &source)) {
        d->source_name = pt_arena_str(arena, pt_str(source.name));
    }
}

PtStatus connect_drops_list(ConnectDrops *drops, PtArena *arena, ConnectDrop **ret_list,
                            size_t *ret_count, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(drops->c.sql, false, &tx, err);
    if (st == PT_OK) {
        st = drop_read_list(tx, arena, ret_list, ret_count, err);
    }
    for (size_t i = 0; st == PT_OK && i < *ret_count; i++) {
        overlay(drops, arena, &(*ret_list)[i]);
    }
    return st;
}

PtStatus connect_drop_get(ConnectDrops *drops, PtStr id, PtArena *arena, ConnectDrop *ret_drop,
                          PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    PtStatus st = pt_sql_begin(drops->c.sql, false, &tx, err);
    if (st == PT_OK) {
        st = drop_read(tx, id, arena, ret_drop, err);
    }
    if (st == PT_OK) {
        overlay(drops, arena, ret_drop);
    }
    return st;
}

PtStatus connect_drop_files(ConnectDrops *drops, PtStr id, PtStr before, size_t limit,
                            PtArena *arena, ConnectDropFiles *ret_page, PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    ConnectDrop drop;
    PtStatus st = pt_sql_begin(drops->c.sql, false, &tx, err);
    if (st == PT_OK) {
        st = drop_read(tx, id, arena, &drop, err); // a page of nothing is not a folder
    }
    return st == PT_OK ? drop_read_files(tx, id, before, limit, arena, ret_page, err) : st;
}

/* ---- Changing ---------------------------------------------------------------------------------
 */

static PtStatus check_mapping(ConnectDropEdit *edit, PtError *err)
{
    ConnectMapping *parsed = NULL;
    if ((edit->recipe.len > 0) == (edit->mapping.len > 0)) {
        return pt_fail(err, PT_INVALID, "one of recipe and mapping is wanted");
    }
    if (edit->recipe.len > 0) {
        edit->mapping = connect_recipe_text(edit->recipe);
    }
    if (edit->mapping.data == NULL) {
        return pt_fail(err, PT_INVALID, "no recipe \"%.*s\"",
                       (int)(edit->recipe.len < 64 ? edit->recipe.len : 64), edit->recipe.data);
    }
    PtStatus st = connect_mapping_parse(edit->mapping, &parsed, err);
    connect_mapping_free(parsed);
    return st;
}

/* Also fills in the recipe's mapping and the source's id, in `source`. */
static PtStatus check(ConnectDrops *drops, ConnectDropEdit *edit, const AuditActor *by,
                      EventSource *source, PtError *err)
{
    DropWatch watch;
    if (drops->c.root[0] == '\0') {
        return pt_fail(err, PT_CONFLICT, "connect.drop_root is not set: drop folders are off");
    }
    if (edit->name.len == 0 || edit->name.len > NAME_MAX_BYTES || !pt_utf8_valid(edit->name)) {
        return pt_fail(err, PT_INVALID, "name: not a text of 1..100 characters");
    }
    if (edit->quiet_s < 0 || edit->quiet_s > CONNECT_DROP_QUIET_MAX_S) {
        return pt_fail(err, PT_INVALID, "quiet_s: not 0..%d", CONNECT_DROP_QUIET_MAX_S);
    }
    PtStatus st = check_mapping(edit, err);
    if (st == PT_OK) {
        st = drop_open_folder(drops->c.root, edit->folder, &watch, err);
    }
    if (st != PT_OK) {
        return st;
    }
    drop_close_folder(&watch);
    const EventSourceEdit made = {edit->source, true, true, EVENT_SKEW_CORRECT};
    st = event_source_find_or_add(drops->c.sources, &made, by, source, err);
    if (st == PT_OK && !source->historical) {
        st = pt_fail(err, PT_CONFLICT, "source \"%.100s\" may not write the past; choose another",
                     source->name);
    }
    edit->source = pt_str(source->id);
    return st;
}

static PtStatus write_audit(PtSqlTx *tx, const ConnectDrop *drop, const AuditActor *by,
                            const char *action, int64_t now_ms, PtError *err)
{
    const AuditEntry entry = {.by = by,
                              .action = action,
                              .subject_type = "drop_folder",
                              .subject = drop->id,
                              .subject_name = drop->edit.name};
    return audit_write(tx, now_ms, &entry, err);
}

static void reload(ConnectDrops *drops)
{
    atomic_store(&drops->reload, true);
    connect_drops_nudge(drops);
}

static PtStatus insert(ConnectDrops *drops, const ConnectDrop *drop, const AuditActor *by,
                       PtError *err)
{
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    int64_t count = 0;
    PtStatus st = pt_sql_begin(drops->c.sql, true, &tx, err);
    if (st == PT_OK) {
        st = drop_count(tx, &count, err);
    }
    if (st == PT_OK && count >= CONNECT_DROPS_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "there are %d drop folders already", CONNECT_DROPS_MAX);
    }
    if (st == PT_OK) {
        st = drop_write(tx, drop, true, err);
    }
    if (st == PT_OK) {
        st = write_audit(tx, drop, by, "drop_folder.added", drop->created_ms, err);
    }
    return st == PT_OK ? pt_sql_commit(&tx, err) : st;
}

PtStatus connect_drop_add(ConnectDrops *drops, const ConnectDropEdit *edit, const AuditActor *by,
                          char ret_id[static CONNECT_DROP_ID], PtError *err)
{
    char id[CONNECT_DROP_ID];
    uint8_t random[10];
    EventSource source;
    ConnectDrop drop = {.edit = *edit, .changed_by = audit_actor_name(by)};
    PtStatus st = check(drops, &drop.edit, by, &source, err);
    if (st != PT_OK) {
        return st;
    }
    drop.created_ms = drop.changed_ms = pt_clock_now_ms(drops->c.clock);
    pt_random_bytes(random, sizeof random);
    drop.id = pt_uuid_format(pt_uuid7(drop.created_ms, random), id);
    st = insert(drops, &drop, by, err);
    if (st == PT_OK) {
        memcpy(ret_id, id, CONNECT_DROP_ID);
        reload(drops);
    }
    return st;
}

PtStatus connect_drop_save(ConnectDrops *drops, PtStr id, const ConnectDropEdit *edit,
                           const AuditActor *by, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(DROP_ARENA);
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    EventSource source;
    ConnectDropEdit checked = *edit;
    ConnectDrop drop = {.created_ms = 0};
    PtStatus st = arena != NULL ? check(drops, &checked, by, &source, err)
                                : pt_fail(err, PT_NO_MEMORY, "no memory for a drop folder");
    if (st == PT_OK) {
        st = pt_sql_begin(drops->c.sql, true, &tx, err);
    }
    if (st == PT_OK) {
        st = drop_read(tx, id, arena, &drop, err);
    }
    drop.edit = checked;
    drop.changed_ms = pt_clock_now_ms(drops->c.clock);
    drop.changed_by = audit_actor_name(by);
    if (st == PT_OK) {
        st = drop_write(tx, &drop, false, err);
    }
    if (st == PT_OK) {
        st = write_audit(tx, &drop, by, "drop_folder.changed", drop.changed_ms, err);
    }
    if (st == PT_OK) {
        st = pt_sql_commit(&tx, err);
    }
    if (st == PT_OK) {
        reload(drops);
    }
    return st;
}

PtStatus connect_drop_delete(ConnectDrops *drops, PtStr id, const AuditActor *by, PtError *err)
{
    PT_CLEANUP(pt_arena_freep) PtArena *arena = pt_arena_new(DROP_ARENA);
    PT_CLEANUP(pt_sql_rollbackp) PtSqlTx *tx = NULL;
    ConnectDrop drop;
    PtStatus st = arena != NULL ? pt_sql_begin(drops->c.sql, true, &tx, err)
                                : pt_fail(err, PT_NO_MEMORY, "no memory for a drop folder");
    if (st == PT_OK) {
        st = drop_read(tx, id, arena, &drop, err);
    }
    if (st == PT_OK) {
        st = drop_remove(tx, id, err);
    }
    if (st == PT_OK) {
        st =
            write_audit(tx, &drop, by, "drop_folder.deleted", pt_clock_now_ms(drops->c.clock), err);
    }
    if (st == PT_OK) {
        st = pt_sql_commit(&tx, err);
    }
    if (st == PT_OK) {
        reload(drops);
    }
    return st;
}
