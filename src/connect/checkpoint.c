// SPDX-License-Identifier: Apache-2.0
#include "connect/connect.h"

#include "base/json.h"

#include <stdlib.h>

enum { CHECKPOINT_MAX = 8192, CHECKPOINT_VERSION = 1 };

/* Every member: how it is written and read back. */
typedef struct Field {
    const char *name;
    enum { FIELD_TEXT, FIELD_COUNT, FIELD_BOOL } kind;
    size_t offset, size;
} Field;

#define TEXT_FIELD(member)                                                                         \
    {#member, FIELD_TEXT, offsetof(ConnectCheckpoint, member),                                     \
     sizeof((ConnectCheckpoint *)NULL)->member}
#define COUNT_FIELD(name, member) {name, FIELD_COUNT, offsetof(ConnectCheckpoint, member), 0}

static const Field fields[] = {
    TEXT_FIELD(digest),
    TEXT_FIELD(mapping_digest),
    TEXT_FIELD(source),
    COUNT_FIELD("events_acked", events_acked),
    {"done", FIELD_BOOL, offsetof(ConnectCheckpoint, done), 0},
    COUNT_FIELD("rows", counts.rows),
    COUNT_FIELD("rejected", counts.rejected),
    COUNT_FIELD("skipped", counts.skipped),
    COUNT_FIELD("events", counts.events),
};

static void write_field(PtJsonOut *o, const Field *f, const ConnectCheckpoint *c)
{
    const char *at = (const char *)c + f->offset;
    uint64_t count;
    pt_json_out_key(o, pt_str(f->name));
    switch (f->kind) {
    case FIELD_TEXT:
        pt_json_out_str(o, pt_str(at));
        break;
    case FIELD_COUNT:
        memcpy(&count, at, sizeof count);
        pt_json_out_u64(o, count);
        break;
    case FIELD_BOOL:
        pt_json_out_bool(o, *(const bool *)at);
        break;
    }
}

PtStatus connect_checkpoint_save(PtFs *fs, const char *path, const ConnectCheckpoint *checkpoint,
                                 PtError *err)
{
    PtBuf text;
    pt_buf_init(&text, CHECKPOINT_MAX);
    PtJsonOut o = pt_json_out(&text);
    pt_json_out_object(&o);
    pt_json_put_i64(&o, "version", CHECKPOINT_VERSION);
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        write_field(&o, &fields[i], checkpoint);
    }
    pt_json_out_object_end(&o);
    pt_buf_add_char(&text, '\n');
    PtStatus st = pt_buf_status(&text);
    st = st == PT_OK ? pt_fs_replace(fs, path, pt_buf_str(&text), err)
                     : pt_fail(err, st, "no memory for a checkpoint");
    pt_buf_done(&text);
    return st;
}

static bool read_field(const Field *f, PtJson *j, PtJsonToken token, ConnectCheckpoint *c)
{
    char *at = (char *)c + f->offset;
    int64_t count;
    switch (f->kind) {
    case FIELD_TEXT: {
        PtBuf text;
        pt_buf_init(&text, f->size - 1);
        pt_json_decode(j->raw, &text);
        bool ok = token == PT_JSON_STRING && pt_buf_status(&text) == PT_OK;
        if (ok && text.len > 0) {
            memcpy(at, text.data, text.len);
        }
        at[ok ? text.len : 0] = '\0';
        pt_buf_done(&text);
        return ok;
    }
    case FIELD_COUNT:
        if (token != PT_JSON_NUMBER || !pt_json_to_i64(j->raw, &count) || count < 0) {
            return false;
        }
        memcpy(at, &count, sizeof count);
        return true;
    case FIELD_BOOL:
        *(bool *)at = token == PT_JSON_TRUE;
        return token == PT_JSON_TRUE || token == PT_JSON_FALSE;
    }
    return false;
}

static bool read_member(PtJson *j, ConnectCheckpoint *c, size_t *seen)
{
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        if (pt_json_raw_eq(j->raw, j->flags, pt_str(fields[i].name))) {
            *seen |= (size_t)1 << i;
            return read_field(&fields[i], j, pt_json_next(j), c);
        }
    }
    bool version = pt_json_raw_eq(j->raw, j->flags, PT_STR("version"));
    PtStr raw;
    return pt_json_skip(j, &raw, NULL, NULL) && (!version || pt_str_eq(raw, PT_STR("1")));
}

static bool read_checkpoint(PtStr text, ConnectCheckpoint *c)
{
    PtJson j;
    size_t seen = 0;
    pt_json_init(&j, text, 4);
    if (pt_json_next(&j) != PT_JSON_OBJECT) {
        return false;
    }
    PtJsonToken token;
    while ((token = pt_json_next(&j)) == PT_JSON_KEY) {
        if (!read_member(&j, c, &seen)) {
            return false;
        }
    }
    bool whole = token == PT_JSON_OBJECT_END && pt_json_next(&j) == PT_JSON_END;
    return whole && seen == ((size_t)1 << sizeof fields / sizeof *fields) - 1;
}

PtStatus connect_checkpoint_load(PtFs *fs, const char *path, ConnectCheckpoint *ret_checkpoint,
                                 PtError *err)
{
    PT_CLEANUP(pt_free_charp) char *bytes = NULL;
    size_t len = 0;
    PtStatus st = pt_fs_read(fs, path, CHECKPOINT_MAX, &bytes, &len, err);
    if (st != PT_OK) {
        return st;
    }
    ConnectCheckpoint c = {0};
    if (!read_checkpoint((PtStr){bytes, len}, &c)) {
        return pt_fail(err, PT_CORRUPT, "\"%s\" is not a checkpoint of an import", path);
    }
    *ret_checkpoint = c;
    return PT_OK;
}
