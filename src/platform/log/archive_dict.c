// SPDX-License-Identifier: Apache-2.0
#include "platform/log/archive_internal.h"

#include "base/hash.h"
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zdict.h>
#include <zstd.h>

/* dict-<id>.ptd: "PTLOGDIC", u32 version, u32 id, u32 length, u32 crc32c of the rest and what is
 * before it, then the dictionary. Synced before the first archive that uses it gets its name. */
typedef struct DictForm {
    char magic[8];
    uint32_t version, id, len, crc;
} DictForm;

struct LogDict {
    LogDict *next;
    uint32_t id;
    ZSTD_DDict *ddict;
};

enum {
    DICT_VERSION = 1,
    DICT_BYTES = 110 << 10,
    DICT_FILE_MAX = 1 << 20,
    SAMPLE_BYTES = 6 << 20, /* of payloads to learn from */
    SAMPLE_LEAST = 1 << 20, /* with less nothing is learnt */
    SAMPLE_COUNT_LEAST = 100,
    SAMPLE_ONE_MAX = 64 << 10,
};

static const char dict_magic[8] = {'P', 'T', 'L', 'O', 'G', 'D', 'I', 'C'};

void log_path_dict(const PtLog *log, uint32_t id, char out[static LOG_PATH_MAX])
{
    (void)snprintf(out, LOG_PATH_MAX, "%s/dict-%08x.ptd", log->dir, id);
}

static uint32_t dict_crc(const DictForm *form, const char *bytes)
{
    uint32_t crc = pt_crc32c(0, form, offsetof(DictForm, crc));
    return pt_crc32c(crc, bytes, form->len);
}

/* *ret_file is malloc'ed; *ret_dict lies in it. */
static PtStatus read_dict(PtLog *log, uint32_t id, char **ret_file, PtStr *ret_dict, PtError *err)
{
    char path[LOG_PATH_MAX];
    char *bytes = NULL;
    size_t len = 0;
    DictForm form;
    log_path_dict(log, id, path);
    PtStatus st = pt_fs_read(log->fs, path, DICT_FILE_MAX, &bytes, &len, err);
    if (st == PT_NOT_FOUND) {
        return pt_fail(err, PT_CORRUPT, "dictionary \"%s\" is missing", path);
    }
    if (st != PT_OK) {
        return st;
    }
    bool ok = len >= sizeof form;
    if (ok) {
        memcpy(&form, bytes, sizeof form);
        ok = memcmp(form.magic, dict_magic, sizeof form.magic) == 0 &&
             form.version == DICT_VERSION && form.id == id && form.len == len - sizeof form &&
             form.crc == dict_crc(&form, bytes + sizeof form);
    }
    if (!ok) {
        free(bytes);
        return pt_fail(err, PT_CORRUPT, "dictionary \"%s\" is damaged", path);
    }
    *ret_file = bytes;
    *ret_dict = (PtStr){bytes + sizeof form, form.len};
    return PT_OK;
}

static PtStatus load(PtLog *log, uint32_t id, PtError *err)
{
    char *file = NULL;
    PtStr bytes = {0};
    PtStatus st = read_dict(log, id, &file, &bytes, err);
    if (st != PT_OK) {
        return st;
    }
    LogDict *dict = calloc(1, sizeof *dict);
    ZSTD_DDict *ddict = dict != NULL ? ZSTD_createDDict(bytes.data, bytes.len) : NULL;
    free(file);
    if (ddict == NULL) {
        free(dict);
        return pt_fail(err, PT_NO_MEMORY, "no memory for dictionary %u", id);
    }
    *dict = (LogDict){log->dicts, id, ddict};
    log->dicts = dict;
    return PT_OK;
}

PtStatus log_dict_get(PtLog *log, uint32_t id, const ZSTD_DDict **ret_dict, PtError *err)
{
    PtStatus st = PT_OK;
    const LogDict *dict = NULL;
    pthread_mutex_lock(&log->dicts_mu);
    for (int tries = 0; tries < 2 && st == PT_OK && dict == NULL; tries++) {
        dict = log->dicts;
        while (dict != NULL && dict->id != id) {
            dict = dict->next;
        }
        if (dict == NULL) {
            st = load(log, id, err);
        }
    }
    if (dict != NULL) {
        *ret_dict = dict->ddict;
    }
    pthread_mutex_unlock(&log->dicts_mu);
    return st;
}

PtStatus log_dict_for_packing(PtLog *log, uint32_t id, ZSTD_CDict **ret_dict, PtError *err)
{
    char *file = NULL;
    PtStr bytes = {0};
    PtStatus st = read_dict(log, id, &file, &bytes, err);
    if (st != PT_OK) {
        return st;
    }
    ZSTD_CDict *dict = ZSTD_createCDict(bytes.data, bytes.len, log->config.zstd_level);
    free(file);
    if (dict == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for dictionary %u", id);
    }
    *ret_dict = dict;
    return PT_OK;
}

void log_dicts_free(PtLog *log)
{
    for (LogDict *d = log->dicts, *next; d != NULL; d = next) {
        next = d->next;
        (void)ZSTD_freeDDict(d->ddict);
        free(d);
    }
    log->dicts = NULL;
}

/* ---- Training ---- */

typedef struct Samples {
    char *bytes;       /* owned, SAMPLE_BYTES */
    PtRecord *records; /* owned; payloads lie in bytes, one behind the other */
    size_t len, count, cap;
} Samples;

static void samples_done(Samples *s)
{
    free(s->bytes);
    free(s->records);
}

static bool samples_add(Samples *s, const PtRecord *r)
{
    if (!log_grow((void **)&s->records, s->count, &s->cap, sizeof *s->records)) {
        return false;
    }
    PtRecord *copy = &s->records[s->count++];
    *copy = *r;
    memcpy(s->bytes + s->len, r->payload.data, r->payload.len);
    copy->payload.data = s->bytes + s->len;
    s->len += r->payload.len;
    return true;
}

/* Takes payloads from all over the segment, so that a burst at its start does not decide. */
static PtStatus samples_read(PtLog *log, LogSegment *seg, Samples *s, PtError *err)
{
    LogCursor c = {.fs = log->fs};
    uint64_t seen = 0, wanted = SAMPLE_BYTES, total = seg->used;
    PtStatus st = PT_OK;
    log_cursor_set(&c, seg->file, seg->size, seg->generation, LOG_SEGMENT_HEADER);
    for (uint64_t offset = seg->base; offset < seg->end && st == PT_OK; offset++) {
        PtRecord r;
        uint32_t delta = 0;
        LogParse parse = LOG_PARSE_BAD;
        st = log_cursor_next(&c, &r, &delta, &parse, err);
        if (st != PT_OK || parse != LOG_PARSE_OK) {
            break; // damage is told where the records are packed
        }
        seen = c.at;
        bool due = (double)s->len <= (double)seen / (double)total * (double)wanted;
        bool fits = r.payload.len > 0 && r.payload.len <= SAMPLE_ONE_MAX &&
                    s->len + r.payload.len <= SAMPLE_BYTES;
        if (r.klass == PT_RECORD_EVENT && r.key_id == 0 && due && fits && !samples_add(s, &r)) {
            st = pt_fail(err, PT_NO_MEMORY, "no memory to train a dictionary");
        }
    }
    log_cursor_done(&c);
    return st;
}

static PtStatus store_dict(PtLog *log, uint32_t id, char *file, size_t len, PtError *err)
{
    char path[LOG_PATH_MAX];
    DictForm form = {.version = DICT_VERSION, .id = id, .len = (uint32_t)len};
    memcpy(form.magic, dict_magic, sizeof form.magic);
    form.crc = dict_crc(&form, file + sizeof form);
    memcpy(file, &form, sizeof form);
    log_path_dict(log, id, path);
    return pt_fs_replace(log->fs, path, (PtStr){file, sizeof form + len}, err);
}

/* What there is to learn from: texts one behind the other, and how long each is. */
typedef struct Lesson {
    PtBuf texts;
    size_t *sizes; /* owned */
    size_t count;
} Lesson;

static void lesson_done(Lesson *l)
{
    pt_buf_done(&l->texts);
    free(l->sizes);
}

static PtStatus ask(PtLog *log, const Samples *s, Lesson *l, PtError *err)
{
    PtStatus st = log->config.samples(log->config.samples_ctx, s->records, s->count, &l->texts,
                                      l->sizes, err);
    size_t sum = 0;
    for (size_t i = 0; i < s->count && st == PT_OK; i++) {
        sum += l->sizes[i];
        if (l->sizes[i] > 0) {
            l->sizes[l->count++] = l->sizes[i];
        }
    }
    if (st == PT_OK && sum != l->texts.len) {
        st = pt_fail(err, PT_INVALID, "samples of %zu bytes are said to have %zu", l->texts.len,
                     sum);
    }
    return st;
}

static PtStatus prepare(PtLog *log, const Samples *s, Lesson *l, PtError *err)
{
    *l = (Lesson){.sizes = calloc(s->count, sizeof *l->sizes)};
    pt_buf_init(&l->texts, 2 * (size_t)SAMPLE_BYTES);
    PtStatus st = l->sizes == NULL ? PT_NO_MEMORY : PT_OK;
    if (st == PT_OK && log->config.samples != NULL) {
        st = ask(log, s, l, err);
    } else if (st == PT_OK) {
        for (size_t i = 0; i < s->count; i++) {
            l->sizes[l->count++] = s->records[i].payload.len;
        }
        pt_buf_add(&l->texts, s->bytes, s->len);
    }
    if (st == PT_NO_MEMORY || pt_buf_status(&l->texts) != PT_OK) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to train a dictionary");
    }
    return st;
}

static PtStatus train(PtLog *log, const Lesson *l, uint32_t id, uint32_t *ret_id, PtError *err)
{
    char *file = malloc(sizeof(DictForm) + DICT_BYTES);
    if (file == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to train a dictionary");
    }
    size_t len = ZDICT_trainFromBuffer(file + sizeof(DictForm), DICT_BYTES, l->texts.data, l->sizes,
                                       (unsigned)l->count);
    PtStatus st = PT_OK;
    if (!ZDICT_isError(len)) { // samples may have nothing in common: then there is no dictionary
        st = store_dict(log, id, file, len, err);
        if (st == PT_OK) {
            *ret_id = id;
        }
    }
    free(file);
    return st;
}

static PtStatus learn(PtLog *log, const Samples *s, uint32_t *ret_id, PtError *err)
{
    PT_CLEANUP(lesson_done) Lesson l = {0};
    PtStatus st = prepare(log, s, &l, err);
    if (st != PT_OK || l.count < SAMPLE_COUNT_LEAST) {
        return st;
    }
    pthread_mutex_lock(&log->mu);
    uint32_t id = ++log->last_dict;
    pthread_mutex_unlock(&log->mu);
    return train(log, &l, id, ret_id, err);
}

PtStatus log_dict_train(PtLog *log, LogSegment *seg, uint32_t *ret_id, PtError *err)
{
    *ret_id = 0;
    Samples s = {.bytes = malloc(SAMPLE_BYTES)};
    if (s.bytes == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory to train a dictionary");
    }
    PtStatus st = samples_read(log, seg, &s, err);
    if (st == PT_OK && s.len >= SAMPLE_LEAST && s.count >= SAMPLE_COUNT_LEAST) {
        st = learn(log, &s, ret_id, err);
    }
    samples_done(&s);
    return st;
}
