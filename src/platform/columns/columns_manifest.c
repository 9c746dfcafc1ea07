// SPDX-License-Identifier: Apache-2.0
#include "base/hash.h"
#include "platform/columns/columns_internal.h"

#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* magic, next, version, next_seq, sealed_ms, counts of runs, events and properties; of each run
 * RUN_BYTES; of each event its type, length and name; of each property its kind, length and path;
 * CRC32C over all of it. */
static const char MAGIC[8] = {'P', 'T', 'C', 'O', 'L', 'S', 'M', '1'};

enum {
    RUN_BYTES = 48,
    HEAD_BYTES = 8 + 4 * 8 + 3 * 4,
    MANIFEST_MAX = HEAD_BYTES + COLUMNS_RUNS_MAX * RUN_BYTES +
        (COLUMNS_EVENTS_MAX + COLUMNS_PROPERTIES_MAX) * (2 + COLUMNS_NAME_MAX) + 4,
    FLAG_COLD = 1,
    FLAG_SIDE = 2,
};

char *columns_manifest_path(const char *dir, const char *suffix)
{
    char *path = NULL;
    return asprintf(&path, "%s/manifest%s", dir, suffix) < 0 ? NULL : path;
}

/* ---- Writing ----------------------------------------------------------------------------------
 */

static void add64(PtBuf *b, uint64_t v)
{
    v = htole64(v);
    pt_buf_add(b, &v, sizeof v);
}

static void add32(PtBuf *b, uint32_t v)
{
    v = htole32(v);
    pt_buf_add(b, &v, sizeof v);
}

static void add_name(PtBuf *b, uint8_t first, PtStr name)
{
    pt_buf_add_char(b, (char)first);
    pt_buf_add_char(b, (char)name.len);
    pt_buf_add_str(b, name);
}

static void add_run(PtBuf *b, const ColumnsFile *f)
{
    add64(b, f->key.seq);
    add64(b, f->key.bytes);
    add64(b, (uint64_t)f->info.time_min);
    add64(b, (uint64_t)f->info.time_max);
    add32(b, f->info.rows);
    add32(b, f->key.level);
    add32(b, (run_cold(f->run) ? FLAG_COLD : 0) | (f->key.side ? FLAG_SIDE : 0));
    add32(b, 0);
}

static void encode(PtBuf *b, const Columns *c, const ColumnsState *s)
{
    const uint32_t events = atomic_load(&s->names->event_count);
    const uint32_t properties = atomic_load(&s->names->property_count);
    pt_buf_add(b, MAGIC, sizeof MAGIC);
    add64(b, s->next);
    add64(b, s->version);
    add64(b, c->next_seq);
    add64(b, (uint64_t)s->sealed_ms);
    add32(b, (uint32_t)s->count);
    add32(b, events);
    add32(b, properties);
    for (size_t i = 0; i < s->count; i++) {
        add_run(b, s->runs[i]);
    }
    for (uint32_t i = 0; i < events; i++) {
        add_name(b, s->names->events[i].type, s->names->events[i].name);
    }
    for (uint32_t i = 0; i < properties; i++) {
        add_name(b, (uint8_t)s->names->properties[i].kind, s->names->properties[i].path);
    }
    add32(b, pt_crc32c(0, b->data, b->len));
}

static PtStatus write_tmp(Columns *c, const char *tmp, PtStr bytes, PtError *err)
{
    PtFs *fs = c->fs;
    PtFile *file = NULL;
    (void)fs->ops->unlink(fs, tmp, NULL); // left by a failure; mostly there is none
    PtStatus st = fs->ops->open(fs, tmp, PT_OPEN_CREATE, &file, err);
    if (st != PT_OK) {
        return st;
    }
    st = fs->ops->pwrite(fs, file, bytes.data, bytes.len, 0, err);
    if (st == PT_OK) {
        st = fs->ops->datasync(fs, file, err);
    }
    fs->ops->close(fs, file);
    return st;
}

PtStatus columns_manifest_write(Columns *c, const ColumnsState *s, bool *ret_unsure, PtError *err)
{
    PtFs *fs = c->fs;
    PT_CLEANUP(pt_free_charp) char *path = columns_manifest_path(c->dir, "");
    PT_CLEANUP(pt_free_charp) char *tmp = columns_manifest_path(c->dir, ".tmp");
    PT_CLEANUP(pt_buf_done) PtBuf bytes;
    pt_buf_init(&bytes, MANIFEST_MAX);
    *ret_unsure = false;
    if (path != NULL && tmp != NULL && pt_buf_reserve(&bytes, HEAD_BYTES) != NULL) {
        encode(&bytes, c, s);
    }
    if (path == NULL || tmp == NULL || pt_buf_status(&bytes) != PT_OK) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to write the event columns");
    }
    PtStatus st = write_tmp(c, tmp, pt_buf_str(&bytes), err);
    // A run's name must be durable before a manifest that names it.
    if (st == PT_OK) {
        st = fs->ops->sync_dir(fs, c->dir, err);
    }
    if (st == PT_OK) {
        *ret_unsure = true;
        st = fs->ops->rename(fs, tmp, path, err);
    }
    if (st == PT_OK) {
        st = fs->ops->sync_dir(fs, c->dir, err);
    }
    if (st == PT_OK) {
        *ret_unsure = false;
    }
    return st;
}

/* ---- Reading ----------------------------------------------------------------------------------
 */

typedef struct Cursor {
    const uint8_t *at, *end;
    bool bad; /* read over the end */
} Cursor;

static const uint8_t *take(Cursor *c, size_t len)
{
    static const uint8_t zero[RUN_BYTES + 256];
    if ((size_t)(c->end - c->at) < len) {
        c->bad = true;
        c->at = c->end;
        return zero;
    }
    const uint8_t *p = c->at;
    c->at += len;
    return p;
}

static uint64_t take64(Cursor *c)
{
    uint64_t v;
    memcpy(&v, take(c, sizeof v), sizeof v);
    return le64toh(v);
}

static uint32_t take32(Cursor *c)
{
    uint32_t v;
    memcpy(&v, take(c, sizeof v), sizeof v);
    return le32toh(v);
}

static PtStr take_name(Cursor *c, uint8_t *ret_first)
{
    *ret_first = *take(c, 1);
    const size_t len = *take(c, 1);
    c->bad |= len > COLUMNS_NAME_MAX;
    return (PtStr){(const char *)take(c, len), len};
}

static void take_run(Cursor *c, ManifestRun *run, const Manifest *m)
{
    run->key.seq = take64(c);
    run->key.bytes = take64(c);
    run->time_min = (int64_t)take64(c);
    run->time_max = (int64_t)take64(c);
    run->rows = take32(c);
    run->key.level = (uint8_t)take32(c);
    const uint32_t flags = take32(c);
    run->cold = (flags & FLAG_COLD) != 0;
    run->key.side = (flags & FLAG_SIDE) != 0;
    c->bad |= take32(c) != 0 || run->rows == 0 || run->time_min > run->time_max ||
              run->key.seq == 0 || run->key.seq >= m->next_seq;
}

/* False when out of memory. */
static bool take_names(Cursor *c, ColumnsNames *names, uint32_t events, uint32_t properties)
{
    bool ok = true;
    for (uint32_t i = 0; ok && !c->bad && i < events; i++) {
        uint8_t type = 0;
        const PtStr name = take_name(c, &type);
        ok = i == 0 || columns_names_put_event(names, type, name); // code 0 is there
    }
    for (uint32_t i = 0; ok && !c->bad && i < properties; i++) {
        uint8_t kind = 0;
        const PtStr path = take_name(c, &kind);
        c->bad |= kind >= COLUMNS_KINDS;
        ok = c->bad || columns_names_put_property(names, (ColumnsKind)kind, path);
    }
    return ok;
}

static PtStatus bad_manifest(const char *path, PtError *err)
{
    return pt_fail(err, PT_CORRUPT, "\"%s\": the manifest does not pass its check", path);
}

static PtStatus decode(const char *path, PtStr bytes, Manifest *m, PtError *err)
{
    Cursor c = {(const uint8_t *)bytes.data, (const uint8_t *)bytes.data + bytes.len, false};
    if (bytes.len < HEAD_BYTES + 4 || memcmp(take(&c, sizeof MAGIC), MAGIC, sizeof MAGIC) != 0) {
        return bad_manifest(path, err);
    }
    Cursor last = {c.end - 4, c.end, false};
    c.end -= 4;
    if (take32(&last) != pt_crc32c(0, bytes.data, bytes.len - 4)) {
        return bad_manifest(path, err);
    }
    m->next = take64(&c);
    m->version = take64(&c);
    m->next_seq = take64(&c);
    m->sealed_ms = (int64_t)take64(&c);
    m->count = take32(&c);
    const uint32_t events = take32(&c), properties = take32(&c);
    if (m->count > COLUMNS_RUNS_MAX || events == 0 || events > COLUMNS_EVENTS_MAX ||
        properties > COLUMNS_PROPERTIES_MAX) {
        return bad_manifest(path, err);
    }
    for (size_t i = 0; i < m->count; i++) {
        take_run(&c, &m->runs[i], m);
    }
    m->names = columns_names_new();
    if (m->names == NULL || !take_names(&c, m->names, events, properties)) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to read \"%s\"", path);
    }
    return c.bad || c.at != c.end ? bad_manifest(path, err) : PT_OK;
}

PtStatus columns_manifest_read(PtFs *fs, const char *dir, Manifest *ret_manifest, PtError *err)
{
    PT_CLEANUP(pt_free_charp) char *path = columns_manifest_path(dir, "");
    PT_CLEANUP(pt_free_charp) char *bytes = NULL;
    size_t len = 0;
    if (path == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to open \"%s\"", dir);
    }
    PtStatus st = pt_fs_read(fs, path, MANIFEST_MAX, &bytes, &len, err);
    if (st != PT_OK) {
        return st == PT_TOO_LARGE ? bad_manifest(path, err) : st;
    }
    Manifest m = {0};
    st = decode(path, (PtStr){bytes, len}, &m, err);
    if (st != PT_OK) {
        columns_names_unref(m.names);
        return st;
    }
    *ret_manifest = m;
    return PT_OK;
}

/* What is in a column is what its number says. */
static bool kinds_fit(const ColumnsNames *names, const Run *run)
{
    const uint32_t count = columns_count(names);
    for (uint32_t i = COLUMNS_COLUMN_PROPERTIES; i < RUN_COLUMNS_MAX; i++) {
        const ColumnsKind kind = run_column_kind(run, i);
        if (kind != COLUMNS_KINDS && (i >= count || kind != columns_kind(names, i))) {
            return false;
        }
    }
    return true;
}

PtStatus columns_manifest_open_run(PtFs *fs, const char *dir, const Manifest *m, size_t run,
                                   ColumnsFile **ret_file, PtError *err)
{
    const ManifestRun *r = &m->runs[run];
    ColumnsFile *f = NULL;
    const PtStatus st = columns_file_open(fs, dir, r->key, &f, err);
    if (st == PT_NOT_FOUND) {
        return pt_fail(err, PT_CORRUPT, "\"%s\": run %" PRIx64 " is missing", dir, r->key.seq);
    }
    if (st != PT_OK) {
        return st;
    }
    if (f->info.rows != r->rows || f->info.time_min != r->time_min ||
        f->info.time_max != r->time_max || run_cold(f->run) != r->cold ||
        !kinds_fit(m->names, f->run)) {
        const PtStatus bad =
            pt_fail(err, PT_CORRUPT, "\"%s\": the manifest tells of another run", f->path);
        columns_file_unref(f);
        return bad;
    }
    *ret_file = f;
    return PT_OK;
}

/* ---- Opening ----------------------------------------------------------------------------------
 */

static PtStatus load_runs(Columns *c, const Manifest *m, PtError *err)
{
    ColumnsFile *runs[COLUMNS_RUNS_MAX];
    size_t count = 0;
    PtStatus st = PT_OK;
    for (; st == PT_OK && count < m->count; count += st == PT_OK) {
        st = columns_manifest_open_run(c->fs, c->dir, m, count, &runs[count], err);
    }
    if (st != PT_OK) {
        columns_runs_unref(runs, count);
        return st;
    }
    ColumnsState *s = columns_state_new(columns_names_get(m->names),
                                        columns_memory_get(c->state->memory), runs, count);
    if (s == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to open \"%s\"", c->dir);
    }
    s->next = m->next;
    s->version = m->version;
    s->sealed_ms = m->sealed_ms;
    columns_state_unref(c->state);
    c->state = s;
    c->next_seq = m->next_seq;
    atomic_store(&c->next, m->next);
    return PT_OK;
}

static PtStatus load_manifest(Columns *c, PtError *err)
{
    Manifest m = {0};
    PtStatus st = columns_manifest_read(c->fs, c->dir, &m, err);
    if (st == PT_NOT_FOUND) {
        return PT_OK; // nothing was ever written
    }
    if (st == PT_OK) {
        st = load_runs(c, &m, err);
    }
    columns_names_unref(m.names);
    return st;
}

PtStatus columns_load(Columns *c, PtError *err)
{
    PtError why = {0};
    PtStatus st = c->fs->ops->mkdir(c->fs, c->dir, err);
    // the name that is found may be of a process that died before it was durable
    st = st == PT_OK ? c->fs->ops->sync_dir(c->fs, c->dir, err) : st;
    if (st != PT_OK) {
        return st;
    }
    st = load_manifest(c, &why);
    if (st == PT_CORRUPT) {
        (void)columns_set_damage(c, &why, NULL);
        atomic_store(&c->blind, true);
    } else if (st != PT_OK) {
        return pt_fail(err, st, "%s", why.message);
    }
    return columns_remove_strays(c, false, err);
}
