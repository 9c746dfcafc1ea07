// SPDX-License-Identifier: Apache-2.0
#include "platform/mail/dkim.h"

#include "base/memory.h"
#include "platform/mail/write.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

enum {
    FIELDS = 300, /* of a message; those behind are not signed */
    RSA_BITS = 2048,
    SIGNATURE_BYTES = 1024, /* RSA of 8,192 bits */
    SIGNATURE_LINE = 70,
    NAMES_BYTES = 1000,
    HASH_BYTES = 32,
};

static void free_key(EVP_PKEY **key)
{
    EVP_PKEY_free(*key);
}

static void free_bio(BIO **bio)
{
    (void)BIO_free(*bio);
}

static void free_digest(EVP_MD_CTX **ctx)
{
    EVP_MD_CTX_free(*ctx);
}

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory to sign a mail");
}

/* ---- Keys -------------------------------------------------------------------------------------
 */

static int no_passphrase(char *room, int size, int writing, void *ctx)
{
    (void)room, (void)size, (void)writing, (void)ctx;
    return 0; // nobody is there to type one
}

static PtStatus read_key(PtStr pem, EVP_PKEY **ret_key, PtError *err)
{
    PT_CLEANUP(free_bio)
    BIO *bio = pem.len <= INT32_MAX ? BIO_new_mem_buf(pem.data, (int)pem.len) : NULL;
    if (bio == NULL) {
        return no_memory(err);
    }
    PT_CLEANUP(free_key) EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
    if (key == NULL) {
        return pt_fail(err, PT_INVALID, "the DKIM key is no private key in PEM");
    }
    const int kind = EVP_PKEY_get_base_id(key);
    if (kind != EVP_PKEY_RSA && kind != EVP_PKEY_ED25519) {
        return pt_fail(err, PT_INVALID, "the DKIM key is neither RSA nor Ed25519");
    }
    *ret_key = PT_TAKE(key);
    return PT_OK;
}

static bool is_rsa(const EVP_PKEY *key)
{
    return EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
}

/* ---- Relaxed forms (RFC 6376, 3.4) ------------------------------------------------------------
 */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* The line up to the next CRLF, which is cut off. */
static PtStr take_line(PtStr *rest)
{
    const char *end = memmem(rest->data, rest->len, "\r\n", 2);
    const size_t len = end != NULL ? (size_t)(end - rest->data) : rest->len;
    const PtStr line = {rest->data, len};
    *rest = pt_str_from(*rest, end != NULL ? len + 2 : len);
    return line;
}

/* Runs of blanks as one space, none at the end; line ends (of folded headers) are nothing. */
static void add_relaxed(PtBuf *out, PtStr text)
{
    bool blank = false;
    for (size_t i = 0; i < text.len; i++) {
        const char c = text.data[i];
        if (is_blank(c)) {
            blank = true;
        } else if (c != '\r' && c != '\n') {
            if (blank) {
                pt_buf_add_char(out, ' ');
            }
            pt_buf_add_char(out, c);
            blank = false;
        }
    }
}

static void add_relaxed_header(PtBuf *out, PtStr header)
{
    PtStr name = {"", 0}, value = header;
    (void)pt_str_cut(&value, ':', &name);
    name = pt_str_trim(name);
    for (size_t i = 0; i < name.len; i++) {
        pt_buf_add_char(out, pt_ascii_lower(name.data[i]));
    }
    pt_buf_add_char(out, ':');
    while (value.len > 0 &&
           (is_blank(value.data[0]) || value.data[0] == '\r' || value.data[0] == '\n')) {
        value = pt_str_from(value, 1);
    }
    add_relaxed(out, value);
}

typedef struct Parted {
    PtStr fields[FIELDS]; /* with their folds, without the line's end */
    size_t count;
    PtStr body;
} Parted;

static void part_message(PtStr message, Parted *out)
{
    out->count = 0;
    while (message.len > 0) {
        const PtStr line = take_line(&message);
        if (line.len == 0) {
            break;
        }
        if (is_blank(line.data[0]) && out->count > 0) {
            PtStr *last = &out->fields[out->count - 1];
            last->len = (size_t)(line.data + line.len - last->data);
        } else if (out->count < FIELDS) {
            out->fields[out->count++] = line;
        }
    }
    out->body = message;
}

static PtStr name_of(PtStr field)
{
    PtStr name = {"", 0};
    (void)pt_str_cut(&field, ':', &name);
    return pt_str_trim(name);
}

PtStatus mail_dkim_body_hash(PtStr message, PtBuf *out, PtError *err)
{
    PT_CLEANUP(pt_buf_done) PtBuf body = {0};
    pt_buf_init(&body, message.len + 2);
    const char *end = memmem(message.data, message.len, "\r\n\r\n", 4);
    PtStr rest =
        end != NULL ? pt_str_from(message, (size_t)(end - message.data) + 4) : (PtStr){"", 0};
    size_t filled = 0; // without the empty lines at the end
    while (rest.len > 0) {
        const size_t begin = body.len;
        add_relaxed(&body, take_line(&rest));
        const bool empty = body.len == begin;
        pt_buf_add_str(&body, PT_STR("\r\n"));
        filled = empty ? filled : body.len;
    }
    unsigned char hash[HASH_BYTES];
    if (pt_buf_status(&body) != PT_OK ||
        EVP_Digest(filled > 0 ? body.data : "", filled, hash, NULL, EVP_sha256(), NULL) != 1) {
        return no_memory(err);
    }
    mail_add_base64(out, (PtStr){(const char *)hash, sizeof hash});
    return PT_OK;
}

/* ---- Signature --------------------------------------------------------------------------------
 */

/* The headers of the names: of each the last, then the one before it. */
static void add_signed(const Parted *parted, PtStr names, PtBuf *out)
{
    bool taken[FIELDS] = {false};
    PtStr name;
    while (pt_str_cut(&names, ':', &name)) {
        name = pt_str_trim(name);
        for (size_t i = parted->count; i > 0; i--) {
            if (!taken[i - 1] && pt_str_eq_nocase(name_of(parted->fields[i - 1]), name)) {
                taken[i - 1] = true;
                add_relaxed_header(out, parted->fields[i - 1]);
                pt_buf_add_str(out, PT_STR("\r\n"));
                break;
            }
        }
    }
}

/* Ed25519 signs the hash, RSA the text by its hash (RFC 8463, 3). */
static PtStatus sign_text(EVP_PKEY *key, PtStr text, PtBuf *out, PtError *err)
{
    PT_CLEANUP(free_digest) EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    unsigned char hash[HASH_BYTES], signature[SIGNATURE_BYTES];
    size_t len = sizeof signature;
    const bool rsa = is_rsa(key);
    const unsigned char *what = rsa ? (const unsigned char *)text.data : hash;
    if (ctx == NULL || EVP_Digest(text.data, text.len, hash, NULL, EVP_sha256(), NULL) != 1 ||
        EVP_DigestSignInit(ctx, NULL, rsa ? EVP_sha256() : NULL, NULL, key) != 1 ||
        EVP_DigestSign(ctx, signature, &len, what, rsa ? text.len : sizeof hash) != 1) {
        return pt_fail(err, PT_INVALID, "the DKIM key does not sign");
    }
    mail_add_base64(out, (PtStr){(const char *)signature, len});
    return PT_OK;
}

PtStatus mail_dkim_signature(PtStr key, PtStr message, PtStr names, PtStr header, PtBuf *out,
                             PtError *err)
{
    PT_CLEANUP(free_key) EVP_PKEY *pkey = NULL;
    PT_CLEANUP(pt_buf_done) PtBuf text = {0};
    Parted parted;
    PtStatus st = read_key(key, &pkey, err);
    if (st != PT_OK) {
        return st;
    }
    pt_buf_init(&text, message.len + header.len + 2);
    part_message(message, &parted);
    add_signed(&parted, names, &text);
    add_relaxed_header(&text, header);
    return pt_buf_status(&text) == PT_OK ? sign_text(pkey, pt_buf_str(&text), out, err)
                                         : no_memory(err);
}

/* ---- The header -------------------------------------------------------------------------------
 */

static const char *const signed_names[] = {"from",
                                           "reply-to",
                                           "to",
                                           "cc",
                                           "subject",
                                           "date",
                                           "message-id",
                                           "in-reply-to",
                                           "references",
                                           "auto-submitted",
                                           "list-id",
                                           "list-unsubscribe",
                                           "list-unsubscribe-post",
                                           "mime-version",
                                           "content-type",
                                           "content-transfer-encoding"};

/* Those that are there, as often as they are, and From once more. False: no From. */
static bool list_names(const Parted *parted, PtBuf *out)
{
    pt_buf_add_str(out, PT_STR("from"));
    bool from = false;
    for (size_t n = 0; n < sizeof signed_names / sizeof *signed_names; n++) {
        for (size_t i = 0; i < parted->count; i++) {
            if (pt_str_eq_nocase(name_of(parted->fields[i]), pt_str(signed_names[n]))) {
                pt_buf_printf(out, ":%s", signed_names[n]);
                from = from || n == 0;
            }
        }
    }
    return from;
}

static PtStatus check(const MailDkim *dkim, EVP_PKEY **ret_key, PtError *err)
{
    if (!mail_domain_is_valid(dkim->domain) || !mail_domain_is_valid(dkim->selector)) {
        return pt_fail(err, PT_INVALID, "the DKIM %s is no name",
                       mail_domain_is_valid(dkim->domain) ? "selector" : "domain");
    }
    PT_CLEANUP(free_key) EVP_PKEY *key = NULL;
    const PtStatus st = read_key(dkim->key, &key, err);
    if (st != PT_OK) {
        return st;
    }
    if (is_rsa(key) && EVP_PKEY_get_bits(key) < RSA_BITS) {
        return pt_fail(err, PT_INVALID, "the DKIM key has %d bits, under %d",
                       EVP_PKEY_get_bits(key), RSA_BITS);
    }
    *ret_key = PT_TAKE(key);
    return PT_OK;
}

static PtStatus add_head(const MailDkim *dkim, const EVP_PKEY *key, PtStr message, PtStr names,
                         int64_t at_ms, PtBuf *head, PtError *err)
{
    pt_buf_printf(head,
                  "DKIM-Signature: v=1; a=%s-sha256; c=relaxed/relaxed; d=%.*s;\r\n"
                  " s=%.*s; t=%lld;\r\n h=%.*s;\r\n bh=",
                  is_rsa(key) ? "rsa" : "ed25519", PT_STR_ARG(dkim->domain),
                  PT_STR_ARG(dkim->selector), (long long)(at_ms / 1000), PT_STR_ARG(names));
    const PtStatus st = mail_dkim_body_hash(message, head, err);
    pt_buf_add_str(head, PT_STR(";\r\n b="));
    return st == PT_OK && pt_buf_status(head) != PT_OK ? no_memory(err) : st;
}

static void add_folded(PtBuf *out, PtStr base64)
{
    while (base64.len > SIGNATURE_LINE) {
        pt_buf_add(out, base64.data, SIGNATURE_LINE);
        pt_buf_add_str(out, PT_STR("\r\n  "));
        base64 = pt_str_from(base64, SIGNATURE_LINE);
    }
    pt_buf_add_str(out, base64);
    pt_buf_add_str(out, PT_STR("\r\n"));
}

PtStatus mail_dkim_sign(const MailDkim *dkim, PtStr message, int64_t at_ms, PtBuf *out,
                        PtError *err)
{
    PT_CLEANUP(free_key) EVP_PKEY *key = NULL;
    PT_CLEANUP(pt_buf_done) PtBuf names = {0}, head = {0}, base64 = {0};
    Parted parted;
    PtStatus st = check(dkim, &key, err);
    if (st != PT_OK) {
        return st;
    }
    pt_buf_init(&names, NAMES_BYTES);
    pt_buf_init(&head, (size_t)4 * NAMES_BYTES);
    pt_buf_init(&base64, (size_t)2 * SIGNATURE_BYTES);
    part_message(message, &parted);
    if (!list_names(&parted, &names) || pt_buf_status(&names) == PT_TOO_LARGE) {
        return pt_fail(err, PT_INVALID, "the mail to sign has no From, or too many headers");
    }
    st = pt_buf_status(&names) == PT_OK
             ? add_head(dkim, key, message, pt_buf_str(&names), at_ms, &head, err)
             : no_memory(err);
    st = st == PT_OK ? mail_dkim_signature(dkim->key, message, pt_buf_str(&names),
                                           pt_buf_str(&head), &base64, err)
                     : st;
    if (st != PT_OK) {
        return st;
    }
    pt_buf_add_str(out, pt_buf_str(&head));
    add_folded(out, pt_buf_str(&base64));
    return pt_buf_status(out) == PT_OK && pt_buf_status(&base64) == PT_OK
               ? PT_OK
               : pt_fail(err, pt_buf_status(out) == PT_TOO_LARGE ? PT_TOO_LARGE : PT_NO_MEMORY,
                         "no room for a signature");
}

PtStatus mail_dkim_record(const MailDkim *dkim, PtBuf *out, PtError *err)
{
    PT_CLEANUP(free_key) EVP_PKEY *key = NULL;
    PtStatus st = check(dkim, &key, err);
    if (st != PT_OK) {
        return st;
    }
    unsigned char raw[HASH_BYTES], *der = NULL;
    size_t len = sizeof raw;
    if (is_rsa(key)) {
        const int der_len = i2d_PUBKEY(key, &der);
        len = der_len > 0 ? (size_t)der_len : 0;
    } else if (EVP_PKEY_get_raw_public_key(key, raw, &len) != 1) {
        len = 0;
    }
    if (len == 0) {
        return no_memory(err);
    }
    pt_buf_printf(out, "v=DKIM1; k=%s; p=", is_rsa(key) ? "rsa" : "ed25519");
    mail_add_base64(out, (PtStr){(const char *)(der != NULL ? der : raw), len});
    OPENSSL_free(der);
    st = pt_buf_status(out);
    return st == PT_OK ? PT_OK : pt_fail(err, st, "no room for a DKIM record");
}
