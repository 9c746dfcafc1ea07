// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"
#include "base/hash.h"
#include "platform/log/log_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The file "groups": a line "patron-groups 1 CRC" with the crc32c of what follows in hex, then a
 * line "NAME PARTITION OFFSET" for each group. */
enum { GROUP_NAME_MAX = 64, GROUPS_FILE_MAX = 1 << 20, GROUPS_MAX = 4096 };

static const char groups_title[] = "patron-groups 1 ";

void log_path_groups(const PtLog *log, char out[static LOG_PATH_MAX])
{
    (void)snprintf(out, LOG_PATH_MAX, "%s/groups", log->dir);
}

static bool name_ok(PtStr name)
{
    if (name.len == 0 || name.len > GROUP_NAME_MAX) {
        return false;
    }
    for (size_t i = 0; i < name.len; i++) {
        char c = name.data[i];
        bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '-' || c == '_' || c == '.' || c == ':';
        if (!fine) {
            return false;
        }
    }
    return true;
}

static LogGroup *group_find(PtLog *log, PtStr name, size_t *ret_count)
{
    *ret_count = 0;
    for (LogGroup *g = log->groups; g != NULL; g = g->next) {
        if (pt_str_eq(pt_str(g->name), name)) {
            return g;
        }
        ++*ret_count;
    }
    return NULL;
}

static LogGroup *group_new(PtStr name, uint64_t offset)
{
    LogGroup *g = malloc(sizeof *g + name.len + 1);
    if (g != NULL) {
        *g = (LogGroup){.offset = offset};
        memcpy(g->name, name.data, name.len);
        g->name[name.len] = '\0';
    }
    return g;
}

PtStatus log_group_get(PtLog *log, const char *name, uint64_t from, LogGroup **ret_group,
                       uint64_t *ret_offset, PtError *err)
{
    PtStr text = pt_str(name);
    if (!name_ok(text)) {
        return pt_fail(err, PT_INVALID, "reader group \"%s\" is not 1..%d of A-Z a-z 0-9 . _ : -",
                       name, GROUP_NAME_MAX);
    }
    PtStatus st = PT_OK;
    size_t count = 0;
    pthread_mutex_lock(&log->mu);
    LogGroup *g = group_find(log, text, &count);
    if (g == NULL && count < GROUPS_MAX && (g = group_new(text, from)) != NULL) {
        g->next = log->groups;
        log->groups = g;
        log->groups_dirty = true; // stored with the first ack
    }
    if (g == NULL) {
        st = pt_fail(err, PT_NO_MEMORY, "no room for reader group \"%s\"", name);
    } else {
        *ret_group = g;
        *ret_offset = g->offset;
    }
    pthread_mutex_unlock(&log->mu);
    return st;
}

PtStatus log_group_ack(PtLog *log, LogGroup *group, uint64_t offset, PtError *err)
{
    pthread_mutex_lock(&log->mu);
    if (offset > log->end) {
        pthread_mutex_unlock(&log->mu);
        return pt_fail(err, PT_INVALID, "offset %" PRIu64 " is past the end", offset);
    }
    log->groups_dirty |= group->offset != offset;
    group->offset = offset;
    bool now = !log->has_keeper && log->groups_dirty; // also what could not be stored before
    if (log->has_keeper && log->groups_dirty) {
        pthread_cond_signal(&log->acks);
    }
    pthread_mutex_unlock(&log->mu);
    return now ? log_groups_save(log, err) : PT_OK;
}

static bool parse_u64(PtStr s, uint64_t *ret_value)
{
    uint64_t v = 0;
    for (size_t i = 0; i < s.len; i++) {
        unsigned digit = (unsigned char)s.data[i] - (unsigned)'0';
        if (digit > 9 || v > (UINT64_MAX - digit) / 10) {
            return false;
        }
        v = v * 10 + digit;
    }
    *ret_value = v;
    return s.len > 0;
}

static PtStatus load_line(PtLog *log, PtStr line, PtError *err)
{
    PtStr name = {0}, partition = {0}, rest = line;
    uint64_t offset = 0;
    bool ok = pt_str_cut(&rest, ' ', &name) && name_ok(name) &&
              pt_str_cut(&rest, ' ', &partition) && pt_str_eq(partition, PT_STR("0")) &&
              rest.data != NULL && parse_u64(rest, &offset);
    if (!ok) {
        return pt_fail(err, PT_CORRUPT, "\"%s/groups\" is damaged", log->dir);
    }
    // Never past the end: positions follow acknowledged records, which stay.
    LogGroup *g = group_new(name, offset < log->end ? offset : log->end);
    if (g == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for reader groups");
    }
    g->next = log->groups;
    log->groups = g;
    return PT_OK;
}

static PtStatus load_text(PtLog *log, PtStr text, PtError *err)
{
    PtStr title = {0}, rest = text, line = {0};
    char want[sizeof groups_title + 8];
    bool ok = pt_str_cut(&rest, '\n', &title) && rest.data != NULL;
    if (ok) {
        (void)snprintf(want, sizeof want, "%s%08x", groups_title,
                       pt_crc32c(0, rest.data, rest.len));
        ok = pt_str_eq(title, pt_str(want));
    }
    if (!ok) {
        return pt_fail(err, PT_CORRUPT, "\"%s/groups\" is damaged", log->dir);
    }
    while (pt_str_cut(&rest, '\n', &line)) {
        PtStatus st = line.len > 0 ? load_line(log, line, err) : PT_OK;
        if (st != PT_OK) {
            return st;
        }
    }
    return PT_OK;
}

PtStatus log_groups_load(PtLog *log, PtError *err)
{
    char path[LOG_PATH_MAX];
    char *text = NULL;
    size_t len = 0;
    log_path_groups(log, path);
    PtStatus st = pt_fs_read(log->fs, path, GROUPS_FILE_MAX, &text, &len, err);
    if (st == PT_NOT_FOUND) {
        return PT_OK;
    }
    if (st == PT_OK) {
        st = load_text(log, (PtStr){text, len}, err);
    }
    free(text);
    return st;
}

PtStatus log_groups_save(PtLog *log, PtError *err)
{
    char path[LOG_PATH_MAX];
    PtBuf body, file;
    pt_buf_init(&body, GROUPS_FILE_MAX - 64);
    pt_buf_init(&file, GROUPS_FILE_MAX);
    pthread_mutex_lock(&log->groups_mu);
    pthread_mutex_lock(&log->mu);
    bool dirty = log->groups_dirty;
    log->groups_dirty = false;
    for (const LogGroup *g = log->groups; g != NULL && dirty; g = g->next) {
        pt_buf_printf(&body, "%s 0 %" PRIu64 "\n", g->name, g->offset);
    }
    pthread_mutex_unlock(&log->mu);
    PtStatus st = PT_OK;
    if (dirty) {
        pt_buf_printf(&file, "%s%08x\n", groups_title, pt_crc32c(0, body.data, body.len));
        pt_buf_add_str(&file, pt_buf_str(&body));
        st = pt_buf_status(&body) != PT_OK ? pt_buf_status(&body) : pt_buf_status(&file);
        if (st != PT_OK) {
            st = pt_fail(err, st, "no memory for reader groups");
        } else {
            log_path_groups(log, path);
            st = pt_fs_replace(log->fs, path, pt_buf_str(&file), err);
        }
    }
    if (st != PT_OK) {
        pthread_mutex_lock(&log->mu);
        log->groups_dirty = true;
        pthread_mutex_unlock(&log->mu);
    }
    pthread_mutex_unlock(&log->groups_mu);
    pt_buf_done(&body);
    pt_buf_done(&file);
    return st;
}

void log_groups_free(PtLog *log)
{
    for (LogGroup *g = log->groups, *next; g != NULL; g = next) {
        next = g->next;
        free(g);
    }
    log->groups = NULL;
}

/* Stores positions half a second after the first change, so that many acks are one write. */
void *log_keeper_main(void *arg)
{
    PtLog *log = arg;
    pthread_mutex_lock(&log->mu);
    while (!log->stop) {
        if (!log->groups_dirty) {
            pthread_cond_wait(&log->acks, &log->mu);
            continue;
        }
        struct timespec until = log_deadline(pt_mono_ns() + 500000000);
        int rc = 0;
        while (!log->stop && rc == 0) {
            rc = pthread_cond_timedwait(&log->acks, &log->mu, &until);
        }
        pthread_mutex_unlock(&log->mu);
        PtStatus st = log_groups_save(log, NULL);
        (void)st; // what failed stays dirty and is tried again
        pthread_mutex_lock(&log->mu);
    }
    pthread_mutex_unlock(&log->mu);
    return NULL;
}
