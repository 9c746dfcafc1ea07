// SPDX-License-Identifier: Apache-2.0
#include "platform/log/rewrite_internal.h"

#include "platform/loop.h"

#include <inttypes.h>
#include <stdio.h>

static bool same(const PtRecord *a, const PtRecord *b)
{
    return a->time_ms == b->time_ms && a->type == b->type && a->flags == b->flags &&
           a->source == b->source && a->node == b->node && a->key_id == b->key_id &&
           pt_hash128_eq(a->id_hash, b->id_hash) && pt_str_eq(a->payload, b->payload);
}

/* What the caller makes of record i of the block read last. */
static PtStatus ask(LogRewrite *w, LogArchiveReader *from, uint32_t i, PtRecord *ret_record,
                    bool *ret_changed, PtError *err)
{
    PtRecord old;
    PtStatus st = log_archive_record(from, i, &old, err);
    if (st != PT_OK) {
        return st;
    }
    PtRecord now = old;
    st = w->fn(w->ctx, &old, &now, err);
    if (st != PT_OK) {
        return st;
    }
    if (now.klass != old.klass || now.position.partition != old.position.partition ||
        now.position.offset != old.position.offset) {
        return pt_fail(err, PT_INVALID, "record %" PRIu64 " cannot change its class or position",
                       old.position.offset);
    }
    if (now.payload.len > PT_LOG_PAYLOAD_MAX) {
        return pt_fail(err, PT_TOO_LARGE, "record over %d bytes", PT_LOG_PAYLOAD_MAX);
    }
    *ret_changed = !same(&old, &now);
    *ret_record = now;
    return PT_OK;
}

/* Whether there is anything to do: after a crash or a retry often there is not. */
static PtStatus find_change(LogRewrite *w, LogArchiveReader *from, const uint64_t *offsets,
                            size_t count, bool *ret_found, PtError *err)
{
    LogBlock b = {0};
    PtStatus st = PT_OK;
    *ret_found = false;
    for (size_t i = 0; i < count && st == PT_OK && !*ret_found; i++) {
        PtRecord r;
        if (i == 0 || offsets[i] >= b.entry.first + b.entry.count) {
            pt_background_offer();
            st = log_archive_block(from, log_archive_block_of(from, offsets[i]), &b, err);
        }
        if (st == PT_OK) {
            st = ask(w, from, (uint32_t)(offsets[i] - b.entry.first), &r, ret_found, err);
        }
    }
    return st;
}

/* The offsets that are still to come. */
typedef struct Wanted {
    const uint64_t *at, *end;
} Wanted;

static PtStatus recode(LogRewrite *w, LogArchiveReader *from, const LogBlock *b, Wanted *wanted,
                       LogPackFile *f, uint64_t *ret_changed, PtError *err)
{
    PtStatus st = PT_OK;
    for (uint32_t i = 0; i < b->entry.count && st == PT_OK; i++) {
        PtRecord now;
        bool changed = false;
        if (wanted->at < wanted->end && *wanted->at == b->entry.first + i) {
            wanted->at++;
            st = ask(w, from, i, &now, &changed, err);
        }
        if (st == PT_OK && changed) {
            ++*ret_changed;
            st = log_pack_record(w->log, w->packer, f, &now, err);
        } else if (st == PT_OK) {
            st = log_pack_frame(w->log, w->packer, f, &b->records[i], &b->stored[i],
                                b->body.data + b->stored[i].at, err);
        }
    }
    return st == PT_OK ? log_pack_block_end(w->log, w->packer, f, err) : st;
}

static PtStatus copy(LogRewrite *w, LogArchiveReader *from, Wanted wanted, LogPackFile *f,
                     PtLogRewritten *part, PtError *err)
{
    PtStatus st = PT_OK;
    for (uint32_t i = 0; i < log_archive_blocks(from) && st == PT_OK; i++) {
        LogBlock b;
        pt_background_offer();
        st = log_archive_block(from, i, &b, err);
        if (st != PT_OK) {
            break;
        }
        part->bytes_read += b.head.len + b.body.len;
        if (wanted.at < wanted.end && *wanted.at < b.entry.first + b.entry.count) {
            part->blocks++;
            st = recode(w, from, &b, &wanted, f, &part->records, err);
        } else {
            st = log_pack_block(w->log, w->packer, f, &b, err);
        }
    }
    return st == PT_OK ? log_pack_end(w->log, w->packer, f, err) : st;
}

static PtStatus write_new(LogRewrite *w, LogArchiveReader *from, const char *tmp, Wanted wanted,
                          LogPackFile *f, PtLogRewritten *part, PtError *err)
{
    PtStatus st = PT_OK;
    if (w->packer->dict_id != log_archive_dict(from)) {
        st = log_packer_use_dict(w->log, w->packer, log_archive_dict(from), err);
    }
    if (st == PT_OK) {
        st = log_pack_open(w->log, w->packer, tmp, log_archive_base(from), log_archive_end(from), f,
                           err);
    }
    if (st == PT_OK) {
        st = copy(w, from, wanted, f, part, err);
        log_pack_close(w->log, f);
    }
    return st;
}

/* ---- In the old one's place ---- */

/* The new file has its name: readers open it from now on. Takes the old one away from those who
 * have it open; who is in a fetch finishes it first. */
static void release_old(PtLog *log, const LogArchive *arc)
{
    pthread_mutex_lock(&log->mu);
    *log_archive_find(log, arc->base) = *arc;
    for (LogHolder *h = log->holders; h != NULL; h = h->next) {
        h->stale |= h->base == arc->base && (h->busy || h->archive != NULL);
    }
    for (LogHolder *h = log->holders; h != NULL;) {
        const bool old = h->stale && h->base == arc->base;
        if (old && h->busy) {
            pthread_cond_wait(&log->let_go, &log->mu);
            h = log->holders;
            continue;
        }
        PtFile *file = old && h->archive != NULL ? log_archive_take_file(h->archive) : NULL;
        if (file == NULL) {
            h = h->next;
            continue;
        }
        pthread_mutex_unlock(&log->mu);
        log->fs->ops->close(log->fs, file); // the last one frees the blocks: that takes a while
        pthread_mutex_lock(&log->mu);
        h = log->holders;
    }
    pthread_mutex_unlock(&log->mu);
}

static PtStatus put_in_place(PtLog *log, const char *tmp, const LogArchive *arc, PtError *err)
{
    char path[LOG_PATH_MAX];
    log_path_archive(log, arc->base, path);
    PtStatus st = log->fs->ops->rename(log->fs, tmp, path, err);
    if (st != PT_OK) {
        return st;
    }
    release_old(log, arc);
    return log->fs->ops->sync_dir(log->fs, log->dir, err);
}

static void count(PtLogRewritten *sum, const PtLogRewritten *part, uint64_t written)
{
    sum->records += part->records;
    sum->files++;
    sum->blocks += part->blocks;
    sum->bytes_read += part->bytes_read;
    sum->bytes_written += written;
}

static PtStatus rewrite_open(LogRewrite *w, LogArchiveReader *from, Wanted wanted, PtError *err)
{
    char path[LOG_PATH_MAX], tmp[LOG_PATH_MAX + 8];
    LogPackFile f = {0};
    PtLogRewritten part = {0};
    log_path_archive(w->log, log_archive_base(from), path);
    (void)snprintf(tmp, sizeof tmp, "%s.tmp", path);
    PtStatus st = write_new(w, from, tmp, wanted, &f, &part, err);
    if (st == PT_OK) {
        const LogArchive arc = log_pack_archive(&f);
        st = put_in_place(w->log, tmp, &arc, err);
    }
    if (st == PT_OK) {
        count(&w->done, &part, f.at);
    } else {
        (void)w->log->fs->ops->unlink(w->log->fs, tmp, NULL); // what stays is swept by the next
    }
    return st;
}

PtStatus log_rewrite_file(LogRewrite *w, uint64_t base, const uint64_t *offsets, size_t count,
                          PtError *err)
{
    LogArchiveReader *from = NULL;
    bool found = false;
    PtStatus st = log_archive_open(w->log, base, &from, err);
    if (st == PT_OK) {
        st = find_change(w, from, offsets, count, &found, err);
    }
    if (st == PT_OK && found) {
        st = rewrite_open(w, from, (Wanted){offsets, offsets + count}, err);
    }
    log_archive_close(from);
    return st;
}
