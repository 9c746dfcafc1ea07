// SPDX-License-Identifier: Apache-2.0
/* Certificate, key and what every connection has in common. */
#include "platform/http/tls_internal.h"

#include "platform/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    FILE_BYTES = 256 * 1024, /* of a key or a chain of certificates */
    SESSION_SECONDS = 2 * HTTP_TICKET_PERIOD_MS / 1000,
};

static void free_ctxp(SSL_CTX **ctx)
{
    SSL_CTX_free(*ctx);
}

static void free_biop(BIO **bio)
{
    BIO_free_all(*bio);
}

static void free_pkeyp(EVP_PKEY **key)
{
    EVP_PKEY_free(*key);
}

static void free_x509p(X509 **x)
{
    X509_free(*x);
}

/* The first thing OpenSSL complained about, which is the cause of what follows. */
static const char *why(void)
{
    const char *text = ERR_reason_error_string(ERR_peek_error());
    return text != NULL ? text : "not in the expected form";
}

/* Nobody is there to type a passphrase. */
static int no_passphrase(char *buf, int size, int writing, void *ctx)
{
    (void)buf;
    (void)size;
    (void)writing;
    (void)ctx;
    return 0;
}

static PtStatus check_mode(const struct stat *st, const char *path, PtError *err)
{
    if (!S_ISREG(st->st_mode)) {
        return pt_fail(err, PT_INVALID, "\"%s\" is not a file", path);
    }
    // a group may read it: Debian's ssl-cert and systemd's credentials rely on that
    if ((st->st_mode & (S_IRWXO | S_IWGRP)) != 0) {
        return pt_fail(
            err, PT_FORBIDDEN,
            "key file \"%s\" has mode %04o: others may not reach it, its group not write it", path,
            (unsigned)st->st_mode & 07777);
    }
    return PT_OK;
}

/* The whole file in memory of OpenSSL's, wiped when it is freed. */
static PtStatus load_file(const char *path, bool secret, BIO **ret_bio, PtError *err)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); // a FIFO must not hold the daemon up
    if (fd < 0 || fstat(fd, &st) != 0) {
        int cause = errno;
        if (fd >= 0) {
            (void)close(fd);
        }
        return pt_fail(err, pt_status_of_errno(cause), "cannot read \"%s\": %s", path,
                       strerror(cause));
    }
    PtStatus status = secret ? check_mode(&st, path, err) : PT_OK;
    PT_CLEANUP(free_biop) BIO *bio = BIO_new(secret ? BIO_s_secmem() : BIO_s_mem());
    char chunk[4096];
    ssize_t n = 1;
    for (size_t total = 0; status == PT_OK && n > 0; total += (size_t)n) {
        n = read(fd, chunk, sizeof chunk);
        if (n < 0) {
            status = pt_fail(err, pt_status_of_errno(errno), "cannot read \"%s\": %s", path,
                             strerror(errno));
        } else if (total + (size_t)n > FILE_BYTES) {
            status = pt_fail(err, PT_TOO_LARGE, "\"%s\" is over %d bytes", path, FILE_BYTES);
        } else if (bio == NULL || (n > 0 && BIO_write(bio, chunk, (int)n) != n)) {
            status = pt_fail(err, PT_NO_MEMORY, "no memory to read \"%s\"", path);
        }
    }
    OPENSSL_cleanse(chunk, sizeof chunk);
    (void)close(fd);
    if (status == PT_OK) {
        *ret_bio = PT_TAKE(bio);
    }
    return status;
}

static PtStatus use_key(SSL_CTX *ctx, const char *path, PtError *err)
{
    PT_CLEANUP(free_biop) BIO *bio = NULL;
    PtStatus st = load_file(path, true, &bio, err);
    if (st != PT_OK) {
        return st;
    }
    PT_CLEANUP(free_pkeyp)
    EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
    if (key == NULL) {
        return pt_fail(err, PT_INVALID, "no private key without a passphrase in \"%s\": %s", path,
                       why());
    }
    if (SSL_CTX_use_PrivateKey(ctx, key) != 1 || SSL_CTX_check_private_key(ctx) != 1) {
        return pt_fail(err, PT_INVALID, "key \"%s\" does not fit the certificate: %s", path, why());
    }
    return PT_OK;
}

static bool expiry_of(const X509 *leaf, int64_t *ret_ms)
{
    struct tm tm;
    if (ASN1_TIME_to_tm(X509_get0_notAfter(leaf), &tm) != 1) {
        return false;
    }
    *ret_ms = (int64_t)timegm(&tm) * 1000;
    return true;
}

/* The server's own certificate first, then those that lead to a root. */
static PtStatus use_chain(SSL_CTX *ctx, const char *path, int64_t *ret_expires_ms, PtError *err)
{
    PT_CLEANUP(free_biop) BIO *bio = NULL;
    PtStatus st = load_file(path, false, &bio, err);
    if (st != PT_OK) {
        return st;
    }
    PT_CLEANUP(free_x509p) X509 *leaf = PEM_read_bio_X509_AUX(bio, NULL, no_passphrase, NULL);
    if (leaf == NULL || SSL_CTX_use_certificate(ctx, leaf) != 1 ||
        !expiry_of(leaf, ret_expires_ms)) {
        return pt_fail(err, PT_INVALID, "no usable certificate in \"%s\": %s", path, why());
    }
    for (X509 *next; (next = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL)) != NULL;) {
        if (SSL_CTX_add0_chain_cert(ctx, next) != 1) { // else it owns it
            X509_free(next);
            return pt_fail(err, PT_INVALID, "a certificate of the chain in \"%s\" is of no use: %s",
                           path, why());
        }
    }
    if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) {
        return pt_fail(err, PT_INVALID, "the chain in \"%s\" is damaged: %s", path, why());
    }
    ERR_clear_error();
    return PT_OK;
}

static int choose_protocol(SSL *ssl, const unsigned char **ret_chosen, unsigned char *ret_len,
                           const unsigned char *offered, unsigned int offered_len, void *ctx)
{
    static const unsigned char http11[] = "http/1.1";
    (void)ssl;
    (void)ctx;
    for (unsigned int at = 0; at < offered_len && offered[at] < offered_len - at;
         at += 1U + offered[at]) {
        if (offered[at] == sizeof http11 - 1 &&
            memcmp(offered + at + 1, http11, sizeof http11 - 1) == 0) {
            *ret_chosen = offered + at + 1;
            *ret_len = offered[at];
            return SSL_TLSEXT_ERR_OK;
        }
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL; // who speaks HTTP/2 only must hear so
}

PtStatus http_tls_rotate(HttpTls *tls, int64_t mono_ms)
{
    if (tls->tickets_since_ms != 0 && mono_ms - tls->tickets_since_ms < HTTP_TICKET_PERIOD_MS) {
        return PT_OK;
    }
    HttpTicketKey fresh;
    if (RAND_bytes(fresh.name, sizeof fresh.name) != 1 ||
        RAND_priv_bytes(fresh.cipher, sizeof fresh.cipher) != 1 ||
        RAND_priv_bytes(fresh.mac, sizeof fresh.mac) != 1) {
        return PT_UNAVAILABLE;
    }
    // a key that nobody has asked for in a whole further period is too old to be the one before
    bool lapsed = tls->tickets_since_ms == 0 ||
                  mono_ms - tls->tickets_since_ms >= 2 * (int64_t)HTTP_TICKET_PERIOD_MS;
    tls->tickets[1] = lapsed ? fresh : tls->tickets[0];
    tls->tickets[0] = fresh;
    tls->tickets_since_ms = mono_ms;
    OPENSSL_cleanse(&fresh, sizeof fresh);
    return PT_OK;
}

static bool set_up_ticket(const HttpTicketKey *key, const unsigned char *iv, EVP_CIPHER_CTX *cipher,
                          EVP_MAC_CTX *mac, bool sealing)
{
    char digest[] = "SHA256";
    unsigned char secret[sizeof key->mac];
    memcpy(secret, key->mac, sizeof secret);
    const OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, secret, sizeof secret),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_construct_end(),
    };
    bool ok = EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), NULL, key->cipher, iv, sealing) == 1 &&
              EVP_MAC_CTX_set_params(mac, params) == 1;
    OPENSSL_cleanse(secret, sizeof secret);
    return ok;
}

/* OpenSSL's callback: 1 go on, 2 go on and give the client a new ticket, 0 make a full handshake,
 * -1 fail. */
static int on_ticket(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher,
                     EVP_MAC_CTX *mac, int sealing)
{
    HttpTls *tls = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    int verdict = 0;
    pthread_mutex_lock(&tls->mutex);
    bool ready = http_tls_rotate(tls, pt_mono_ms()) == PT_OK;
    if (sealing != 0) {
        int iv_len = EVP_CIPHER_get_iv_length(EVP_aes_256_cbc());
        memcpy(name, tls->tickets[0].name, HTTP_TICKET_NAME);
        ready = ready && RAND_bytes(iv, iv_len) == 1 &&
                set_up_ticket(&tls->tickets[0], iv, cipher, mac, true);
        verdict = ready ? 1 : -1;
    } else if (ready) {
        for (int i = 1; i >= 0; i--) {
            if (memcmp(name, tls->tickets[i].name, HTTP_TICKET_NAME) == 0) {
                verdict = set_up_ticket(&tls->tickets[i], iv, cipher, mac, false) ? 1 + i : -1;
            }
        }
    }
    pthread_mutex_unlock(&tls->mutex);
    return verdict;
}

static bool set_rules(SSL_CTX *ctx, HttpTls *tls)
{
    static const unsigned char context[] = "patron";
    SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                 SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    // a client could keep the loop busy with records that carry nothing: they are counted instead
    SSL_CTX_clear_mode(ctx, SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF); // the client keeps it, in a ticket
    SSL_CTX_set_timeout(ctx, SESSION_SECONDS);
    SSL_CTX_set_alpn_select_cb(ctx, choose_protocol, NULL);
    SSL_CTX_set_app_data(ctx, tls);
    return SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) == 1 &&
           SSL_CTX_set_cipher_list(ctx, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1 &&
           SSL_CTX_set_num_tickets(ctx, 1) == 1 &&
           SSL_CTX_set_session_id_context(ctx, context, sizeof context - 1) == 1 &&
           SSL_CTX_set_tlsext_ticket_key_evp_cb(ctx, on_ticket) == 1;
}

PtStatus http_tls_reload(HttpTls *tls, PtError *err)
{
    int64_t expires_ms = 0;
    ERR_clear_error();
    PT_CLEANUP(free_ctxp) SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    if (ctx == NULL || !set_rules(ctx, tls)) {
        return pt_fail(err, PT_NO_MEMORY, "cannot set up TLS: %s", why());
    }
    PtStatus st = use_chain(ctx, tls->certificate_path, &expires_ms, err);
    st = st == PT_OK ? use_key(ctx, tls->key_path, err) : st;
    ERR_clear_error();
    if (st == PT_OK) {
        pthread_mutex_lock(&tls->mutex);
        SSL_CTX *old = tls->ctx;
        tls->ctx = PT_TAKE(ctx);
        tls->expires_ms = expires_ms;
        pthread_mutex_unlock(&tls->mutex);
        SSL_CTX_free(old); // lives until its last connection has gone
    }
    return st;
}

PtStatus http_tls_new(const char *certificate_path, const char *key_path, HttpTls **ret_tls,
                      PtError *err)
{
    HttpTls *tls = calloc(1, sizeof *tls);
    if (tls == NULL) {
        return pt_fail(err, PT_NO_MEMORY, "no memory for TLS");
    }
    (void)pthread_mutex_init(&tls->mutex, NULL);
    tls->certificate_path = strdup(certificate_path);
    tls->key_path = strdup(key_path);
    PtStatus st = tls->certificate_path != NULL && tls->key_path != NULL
                      ? http_tls_reload(tls, err)
                      : pt_fail(err, PT_NO_MEMORY, "no memory for TLS");
    if (st != PT_OK) {
        http_tls_free(tls);
        return st;
    }
    *ret_tls = tls;
    return PT_OK;
}

int64_t http_tls_expires_ms(HttpTls *tls)
{
    pthread_mutex_lock(&tls->mutex);
    int64_t ms = tls->expires_ms;
    pthread_mutex_unlock(&tls->mutex);
    return ms;
}

void http_tls_free(HttpTls *tls)
{
    if (tls != NULL) {
        SSL_CTX_free(tls->ctx);
        OPENSSL_cleanse(tls->tickets, sizeof tls->tickets);
        (void)pthread_mutex_destroy(&tls->mutex);
        free(tls->certificate_path);
        free(tls->key_path);
        free(tls);
    }
}

SSL *http_tls_session(HttpTls *tls)
{
    pthread_mutex_lock(&tls->mutex);
    SSL *ssl = SSL_new(tls->ctx); // which holds the context
    pthread_mutex_unlock(&tls->mutex);
    return ssl;
}
