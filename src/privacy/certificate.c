// SPDX-License-Identifier: Apache-2.0
/* The certificate of an erasure: a JSON object, and an Ed25519 signature of its text. */
#include "privacy/privacy_internal.h"

#include "base/time.h"

#include <sodium.h>
#include <stdlib.h>

enum { HASHES_MAX = 10000, DEPTH = 8 };

static void put_time(PtJsonOut *out, const char *key, int64_t ms)
{
    char text[PT_TIME_TEXT];
    pt_json_out_key(out, pt_str(key));
    if (ms == 0) {
        pt_json_out_null(out);
    } else {
        pt_json_out_str(out, pt_time_format(ms, text));
    }
}

/* What is left, and why it may be. */
static const struct Remains {
    const char *what, *ground;
} remains[] = {
    {"anonymous_events",
     "type, name, hour, source, channel, store, amount and currency of each event: nobody's any "
     "more, so that totals and revenue stay what they were"},
    {"register_of_erasures",
     "a keyed hash of each identifier and the instant: without it a late event or an old backup "
     "would bring the person back"},
    {"audit_chain", "who of the staff did what and when, as salted commitments: accountability"},
    {"message_ids",
     "keyed hashes of message ids, for as long as duplicates are dropped: they name nobody"},
    {"suppression_list",
     "keyed hashes of addresses that nothing is sent to: the objection holds on"},
    {"copies_elsewhere",
     "backups made before, destinations that were sent data, and on PostgreSQL dead rows and WAL "
     "until they are recycled: docs/privacy.md says what the operator does about them"},
};

static void put_remains(PtJsonOut *out)
{
    pt_json_out_key(out, PT_STR("remains"));
    pt_json_out_array(out);
    for (size_t i = 0; i < sizeof remains / sizeof *remains; i++) {
        pt_json_out_object(out);
        pt_json_put_str(out, "what", pt_str(remains[i].what));
        pt_json_put_str(out, "ground", pt_str(remains[i].ground));
        pt_json_out_object_end(out);
    }
    pt_json_out_array_end(out);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(((const ErasedHash *)a)->hex, ((const ErasedHash *)b)->hex);
}

/* Of both, each once. hashes: room for all. */
static size_t gather_hashes(const CertificateFacts *f, ErasedHash *hashes)
{
    size_t count = f->registered_count, kept = 0;
    for (size_t i = 0; i < count; i++) {
        hashes[i] = f->registered[i];
    }
    for (size_t i = 0; i < f->name_count; i++) {
        erased_hash(f->erased, f->names[i].type, f->names[i].value, hashes[count++].hex);
    }
    qsort(hashes, count, sizeof *hashes, by_text);
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || by_text(&hashes[i], &hashes[kept - 1]) != 0) {
            hashes[kept++] = hashes[i];
        }
    }
    return kept;
}

static void put_register(PtJsonOut *out, const CertificateFacts *f, const ErasedHash *hashes,
                         size_t count)
{
    const ErasedStats stats = erased_stats(f->erased);
    pt_json_out_key(out, PT_STR("register"));
    pt_json_out_object(out);
    pt_json_put_str(out, "id", pt_str(stats.id));
    pt_json_put_u64(out, "identifiers", count);
    pt_json_out_key(out, PT_STR("hashes"));
    pt_json_out_array(out);
    for (size_t i = 0; i < count && i < HASHES_MAX; i++) {
        pt_json_out_str(out, pt_str(hashes[i].hex));
    }
    pt_json_out_array_end(out);
    pt_json_out_object_end(out);
}

static void put_certificate(PtJsonOut *out, const CertificateFacts *f, const ErasedHash *hashes,
                            size_t count)
{
    const PrivacyRequest *r = f->request;
    pt_json_out_object(out);
    pt_json_put_str(out, "format", PT_STR("patron-erasure-1"));
    pt_json_put_str(out, "software", PT_STR("Patron " PATRON_VERSION));
    pt_json_put_str(out, "request", pt_str(r->id));
    pt_json_put_str(out, "channel", pt_str(privacy_channel_name(r->channel)));
    pt_json_put_u64(out, "persons", r->persons);
    put_time(out, "received_at", r->received_ms);
    put_time(out, "due_at", r->due_ms);
    put_time(out, "approved_at", r->decided_ms);
    put_time(out, "erased_at", f->erased_ms);
    pt_json_out_key(out, PT_STR("removed"));
    privacy_figures_json(f->own, out);
    pt_json_put_u64(out, "requests_in_the_same_pass", f->together);
    pt_json_put_u64(out, "log_records", f->records);
    put_remains(out);
    put_register(out, f, hashes, count);
    pt_json_out_object_end(out);
}

static void put_hex(PtJsonOut *out, const char *key, const uint8_t *bytes, size_t len)
{
    char hex[2 * crypto_sign_BYTES + 1];
    pt_hex(bytes, len, hex);
    pt_json_put_str(out, key, pt_str(hex));
}

PtStatus certificate_write(const CertificateFacts *facts, const uint8_t secret_key[static 64],
                           PtBuf *out, PtError *err)
{
    PT_CLEANUP(pt_buf_done) PtBuf text;
    uint8_t signature[crypto_sign_BYTES];
    ErasedHash *hashes = calloc(facts->name_count + facts->registered_count + 1, sizeof *hashes);
    pt_buf_init(&text, PRIVACY_CERTIFICATE_MAX / 2);
    if (hashes == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a certificate");
    }
    PtJsonOut inner = pt_json_out(&text), outer = pt_json_out(out);
    put_certificate(&inner, facts, hashes, gather_hashes(facts, hashes));
    free(hashes);
    if (pt_buf_status(&text) != PT_OK) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for a certificate");
    }
    (void)crypto_sign_detached(signature, NULL, (const uint8_t *)text.data, text.len, secret_key);
    pt_json_out_object(&outer);
    pt_json_out_key(&outer, PT_STR("certificate"));
    pt_json_out_raw(&outer, pt_buf_str(&text));
    put_hex(&outer, "public_key", secret_key + 32, PRIVACY_KEY); // the second half of it
    put_hex(&outer, "signature", signature, sizeof signature);
    pt_json_out_object_end(&outer);
    return pt_buf_status(out) == PT_OK ? PT_OK
                                       : pt_fail(err, PT_NO_MEMORY, "no memory for a certificate");
}

/* ---- Verifying ------------------------------------------------------------------------------ */

static bool read_hex(PtStr raw, uint8_t *out, size_t len)
{
    if (raw.len != 2 * len + 2 || raw.data[0] != '"') {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        const int high = pt_hex_digit(raw.data[1 + 2 * i]), low = pt_hex_digit(raw.data[2 + 2 * i]);
        if (high < 0 || low < 0) {
            return false;
        }
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* The raw values of members by name, each there once; false: it is no such object. */
static bool members(PtStr json, const char *const *names, size_t count, PtStr *ret_raw)
{
    PtJson j;
    pt_json_init(&j, json, DEPTH);
    if (json.len == 0 || pt_json_next(&j) != PT_JSON_OBJECT) {
        return false;
    }
    while (pt_json_next(&j) == PT_JSON_KEY) {
        size_t i = 0;
        PtStr raw;
        while (i < count && !pt_json_raw_eq(j.raw, j.flags, pt_str(names[i]))) {
            i++;
        }
        if (!pt_json_skip(&j, &raw, NULL, NULL)) {
            return false;
        }
        if (i < count && ret_raw[i].data != NULL) {
            return false;
        }
        if (i < count) {
            ret_raw[i] = raw;
        }
    }
    bool all = j.depth == 0 && pt_json_next(&j) == PT_JSON_END;
    for (size_t i = 0; i < count; i++) {
        all &= ret_raw[i].data != NULL;
    }
    return all;
}

PtStatus privacy_verify(PtStr json, const uint8_t *key, PrivacyVerdict *ret_verdict, PtError *err)
{
    static const char *const outer[] = {"certificate", "public_key", "signature"};
    static const char *const inner[] = {"format", "request"};
    PtStr raw[3] = {{NULL, 0}, {NULL, 0}, {NULL, 0}}, said[2] = {{NULL, 0}, {NULL, 0}};
    uint8_t signature[crypto_sign_BYTES];
    PrivacyVerdict v = {0};
    if (!members(json, outer, 3, raw) || !members(raw[0], inner, 2, said) ||
        !pt_str_eq(said[0], PT_STR("\"patron-erasure-1\"")) || said[1].len != PRIVACY_ID + 1 ||
        !read_hex(raw[1], v.key, sizeof v.key) || !read_hex(raw[2], signature, sizeof signature)) {
        return pt_fail(err, PT_INVALID, "this is no certificate of an erasure");
    }
    if (key != NULL && memcmp(key, v.key, sizeof v.key) != 0) {
        return pt_fail(err, PT_CORRUPT, "the certificate is signed by another key");
    }
    if (crypto_sign_verify_detached(signature, (const uint8_t *)raw[0].data, raw[0].len, v.key) !=
        0) {
        return pt_fail(err, PT_CORRUPT, "the signature is not one of this text");
    }
    memcpy(v.request, said[1].data + 1, PRIVACY_ID - 1);
    v.certificate = raw[0];
    *ret_verdict = v;
    return PT_OK;
}
