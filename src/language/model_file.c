// SPDX-License-Identifier: Apache-2.0
/* A model as bytes, little-endian: a head of fixed size, the labels, the features ascending by
 * bucket, the weights, and a CRC32C over all before it.
 */
#include "language/language_internal.h"

#include "base/hash.h"
#include "base/memory.h"

#include <string.h>

enum {
    FORMAT = 1, /* another hash, another weighing or another layout is another format */
    ROWS_MAX = LANGUAGE_BUCKETS,
    CRC_BYTES = 4,
};
#define MAGIC     UINT32_C(0x4d4c5450) /* "PTLM" */
#define CELLS_MAX ((size_t)128 << 20)

/* What comes next of the bytes; `bad` once they ended too early. */
typedef struct Cursor {
    PtStr rest;
    bool bad;
} Cursor;

static void put_u32(PtBuf *out, uint32_t v)
{
    const uint8_t bytes[4] = {(uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16),
                              (uint8_t)(v >> 24)};
    pt_buf_add(out, bytes, sizeof bytes);
}

static void put_float(PtBuf *out, float f)
{
    uint32_t v;
    memcpy(&v, &f, sizeof v);
    put_u32(out, v);
}

static void put_double(PtBuf *out, double d)
{
    uint64_t v;
    memcpy(&v, &d, sizeof v);
    put_u32(out, (uint32_t)v);
    put_u32(out, (uint32_t)(v >> 32));
}

static const uint8_t *take(Cursor *c, size_t len)
{
    static const uint8_t nothing[8];
    if (c->rest.len < len) {
        c->bad = true;
        return nothing;
    }
    const uint8_t *at = (const uint8_t *)c->rest.data;
    c->rest = (PtStr){c->rest.data + len, c->rest.len - len};
    return at;
}

static uint32_t get_u32(Cursor *c)
{
    const uint8_t *b = take(c, 4);
    return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

/* Numbers that are not finite make the bytes bad. */
static float get_float(Cursor *c)
{
    const uint32_t v = get_u32(c);
    float f;
    memcpy(&f, &v, sizeof f);
    c->bad = c->bad || !isfinite(f);
    return f;
}

static double get_double(Cursor *c)
{
    const uint64_t low = get_u32(c), v = low | (uint64_t)get_u32(c) << 32;
    double d;
    memcpy(&d, &v, sizeof d);
    c->bad = c->bad || !isfinite(d);
    return d;
}

static void put_curve(PtBuf *out, const LanguageCurve *curve)
{
    put_double(out, curve->bias);
    for (int i = 0; i < LANGUAGE_SIGNS; i++) {
        put_double(out, curve->weight[i]);
    }
}

static LanguageCurve get_curve(Cursor *c)
{
    LanguageCurve curve = {.bias = get_double(c)};
    for (int i = 0; i < LANGUAGE_SIGNS; i++) {
        curve.weight[i] = get_double(c);
    }
    return curve;
}

static void put_head(PtBuf *out, const LanguageModel *m)
{
    const LanguageAbout *a = &m->about;
    const uint32_t head[] = {MAGIC,
                             FORMAT,
                             a->version,
                             a->labels,
                             a->features,
                             m->name_at[a->labels],
                             a->train_count,
                             a->valid_count,
                             a->train_out_of_scope,
                             a->valid_out_of_scope,
                             m->accepted};
    for (size_t i = 0; i < sizeof head / sizeof *head; i++) {
        put_u32(out, head[i]);
    }
    put_double(out, a->precision_wanted);
    put_double(out, a->threshold);
    put_double(out, a->precision);
    put_double(out, a->share);
    put_curve(out, &m->confidence);
    put_curve(out, &m->in_scope);
}

void language_model_write(const LanguageModel *m, PtBuf *out)
{
    const size_t from = out->len;
    put_head(out, m);
    pt_buf_add(out, m->names, m->name_at[m->about.labels]);
    for (uint32_t label = 0; label < m->about.labels; label++) {
        put_float(out, m->bias[label]);
    }
    for (uint32_t row = 0; row < m->about.features; row++) {
        put_u32(out, m->buckets[row]);
        put_float(out, m->rarity[row]);
        put_float(out, m->scale[row]);
        pt_buf_add(out, m->weights + (size_t)row * m->lanes, m->about.labels);
    }
    if (pt_buf_status(out) == PT_OK) {
        put_u32(out, pt_crc32c(0, out->data + from, out->len - from));
    }
}

/* ---- Reading ----------------------------------------------------------------------------------
 */

typedef struct Head {
    LanguageAbout about;
    uint32_t name_bytes, accepted;
    LanguageCurve confidence, in_scope;
} Head;

static bool read_head(Cursor *c, Head *ret)
{
    LanguageAbout *a = &ret->about;
    const uint32_t magic = get_u32(c), format = get_u32(c);
    a->version = get_u32(c);
    a->labels = get_u32(c);
    a->features = get_u32(c);
    ret->name_bytes = get_u32(c);
    a->train_count = get_u32(c);
    a->valid_count = get_u32(c);
    a->train_out_of_scope = get_u32(c);
    a->valid_out_of_scope = get_u32(c);
    ret->accepted = get_u32(c);
    a->precision_wanted = get_double(c);
    a->threshold = get_double(c);
    a->precision = get_double(c);
    a->share = get_double(c);
    ret->confidence = get_curve(c);
    ret->in_scope = get_curve(c);
    return !c->bad && magic == MAGIC && format == FORMAT && a->labels >= 2 &&
           a->labels <= LANGUAGE_LABELS_MAX && a->features <= ROWS_MAX &&
           ret->name_bytes <= a->labels * (LANGUAGE_LABEL_MAX + 1U) &&
           (size_t)a->features * (a->labels + LANGUAGE_LANES) <= CELLS_MAX &&
           ret->accepted <= a->valid_count && c->rest.len >= ret->name_bytes &&
           (c->rest.len - ret->name_bytes) / (12 + a->labels) >= a->features;
}

/* Labels ascending, each 1..LANGUAGE_LABEL_MAX bytes. */
static bool read_names(Cursor *c, LanguageModel *m, uint32_t name_bytes)
{
    const char *names = (const char *)take(c, name_bytes);
    uint32_t at = 0;
    if (c->bad) {
        return false;
    }
    memcpy(m->names, names, name_bytes);
    for (uint32_t label = 0; label < m->about.labels; label++) {
        const char *nul = at < name_bytes ? memchr(m->names + at, 0, name_bytes - at) : NULL;
        const size_t len = nul != NULL ? (size_t)(nul - m->names) - at : 0;
        if (len == 0 || len > LANGUAGE_LABEL_MAX) {
            return false;
        }
        at += (uint32_t)len + 1;
        m->name_at[label + 1] = at;
        if (label > 0 &&
            pt_str_order(language_label(m, label - 1), language_label(m, label)) >= 0) {
            return false;
        }
    }
    return at == name_bytes;
}

/* Features ascending by bucket. */
static bool read_rows(Cursor *c, LanguageModel *m)
{
    for (uint32_t row = 0; row < m->about.features; row++) {
        m->buckets[row] = get_u32(c);
        m->rarity[row] = get_float(c);
        m->scale[row] = get_float(c);
        const uint8_t *weights = take(c, m->about.labels);
        if (c->bad || m->buckets[row] >= LANGUAGE_BUCKETS ||
            (row > 0 && m->buckets[row] <= m->buckets[row - 1])) {
            return false;
        }
        memcpy(m->weights + (size_t)row * m->lanes, weights, m->about.labels);
    }
    return c->rest.len == 0;
}

PtStatus language_model_read(PtStr bytes, LanguageModel **ret_model, PtError *err)
{
    PT_CLEANUP(language_model_freep) LanguageModel *m = NULL;
    Head head = {0};
    if (bytes.len < CRC_BYTES) {
        return pt_fail(err, PT_CORRUPT, "a model of %zu bytes", bytes.len);
    }
    Cursor c = {{bytes.data, bytes.len - CRC_BYTES}, false};
    Cursor sum = {pt_str_from(bytes, bytes.len - CRC_BYTES), false};
    if (pt_crc32c(0, bytes.data, bytes.len - CRC_BYTES) != get_u32(&sum)) {
        return pt_fail(err, PT_CORRUPT, "the model's checksum is wrong");
    }
    if (!read_head(&c, &head)) {
        return pt_fail(err, PT_CORRUPT, "the model's head is not one of format %d", FORMAT);
    }
    const PtStatus st =
        language_model_new(head.about.labels, head.about.features, head.name_bytes, &m, err);
    if (st != PT_OK) {
        return st;
    }
    head.about.bytes = m->about.bytes;
    m->about = head.about;
    m->accepted = head.accepted;
    m->confidence = head.confidence;
    m->in_scope = head.in_scope;
    bool ok = read_names(&c, m, head.name_bytes);
    for (uint32_t label = 0; ok && label < m->about.labels; label++) {
        m->bias[label] = get_float(&c);
    }
    if (!ok || !read_rows(&c, m)) {
        return pt_fail(err, PT_CORRUPT, "the model's labels or features are out of order");
    }
    m->out_of_scope = language_label_find(m, PT_STR(LANGUAGE_OUT_OF_SCOPE));
    language_model_index(m);
    *ret_model = PT_TAKE(m);
    return PT_OK;
}
