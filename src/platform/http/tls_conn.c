// SPDX-License-Identifier: Apache-2.0
/* One encrypted connection: bytes received go in whole, what is to be sent comes out in `sealed`.
 */
#include "platform/http/tls_internal.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum {
    RECORD_BYTES = 16 * 1024,
    RECORD_COST = 64,                /* header, tag and what else a record adds, at most */
    SEALED_BYTES = 3 * RECORD_BYTES, /* at a time: with what is added a block of 64 KiB */
    QUIET_MESSAGES = 32, /* of the protocol itself, without a byte of HTTP between them */
};

struct HttpTlsConn {
    HttpConn *conn;
    SSL *ssl;
    const char *raw; /* received and not yet taken up; only inside http_tls_take .. _read */
    size_t raw_len;
    uint32_t quiet; /* messages of the protocol itself since the last byte of HTTP */
    bool started, ready, failed;
    bool counted; /* in server->handshake_count */
};

static int bio_read(BIO *bio, char *to, int room)
{
    HttpTlsConn *t = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (room <= 0 || t->raw_len == 0) {
        BIO_set_retry_read(bio);
        return -1;
    }
    size_t n = t->raw_len < (size_t)room ? t->raw_len : (size_t)room;
    memcpy(to, t->raw, n);
    t->raw += n;
    t->raw_len -= n;
    return (int)n;
}

static int bio_write(BIO *bio, const char *bytes, int len)
{
    HttpTlsConn *t = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (len <= 0 || !http_out_add(&t->conn->server->blocks, &t->conn->sealed, bytes, (size_t)len)) {
        return -1;
    }
    return len;
}

static long bio_ctrl(BIO *bio, int command, long number, void *pointer)
{
    (void)bio;
    (void)number;
    (void)pointer;
    return command == BIO_CTRL_FLUSH; // there is nothing to flush, and the rest does not apply
}

static BIO_METHOD *method;
static pthread_once_t method_once = PTHREAD_ONCE_INIT;

static void make_method(void)
{
    BIO_METHOD *m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "connection");
    if (m != NULL && BIO_meth_set_read(m, bio_read) == 1 && BIO_meth_set_write(m, bio_write) == 1 &&
        BIO_meth_set_ctrl(m, bio_ctrl) == 1) {
        method = PT_TAKE(m);
    }
    BIO_meth_free(m);
}

static bool attach(HttpTlsConn *t)
{
    (void)pthread_once(&method_once, make_method);
    BIO *bio = method != NULL ? BIO_new(method) : NULL;
    if (bio == NULL) {
        return false;
    }
    BIO_set_data(bio, t);
    BIO_set_init(bio, 1);
    SSL_set_bio(t->ssl, bio, bio); // owns it now
    SSL_set_accept_state(t->ssl);
    return true;
}

bool http_tls_open(HttpConn *c, HttpTls *tls)
{
    HttpServer *s = c->server;
    HttpTlsConn *t = calloc(1, sizeof *t);
    if (t == NULL) {
        return false;
    }
    t->conn = c;
    t->ssl = http_tls_session(tls);
    if (t->ssl == NULL || !attach(t)) {
        SSL_free(t->ssl);
        free(t);
        ERR_clear_error();
        return false;
    }
    t->counted = true;
    s->handshake_count++;
    c->tls = t;
    return true;
}

static void uncount(HttpTlsConn *t)
{
    t->conn->server->handshake_count -= t->counted;
    t->counted = false;
}

/* Over: the client hears why, if it still listens. */
static void fail(HttpTlsConn *t)
{
    HttpServer *s = t->conn->server;
    http_tally(&s->tally.tls_failed, !t->ready && !t->failed);
    t->failed = true;
    uncount(t);
}

void http_tls_close(HttpConn *c)
{
    HttpTlsConn *t = c->tls;
    if (t == NULL) {
        return;
    }
    if (t->started && !t->ready) {
        fail(t);
    }
    uncount(t);
    SSL_free(t->ssl);
    free(t);
    c->tls = NULL;
}

bool http_tls_shaking(const HttpConn *c)
{
    return c->tls != NULL && !c->tls->ready;
}

bool http_tls_begun(const HttpConn *c)
{
    return c->tls != NULL && c->tls->started;
}

/* A client could keep the loop busy with new keys for ever. */
static void on_message(int writing, int version, int type, const void *bytes, size_t len, SSL *ssl,
                       void *ctx)
{
    (void)version;
    (void)bytes;
    (void)len;
    (void)ssl;
    HttpTlsConn *t = ctx;
    t->quiet += writing == 0 && type == SSL3_RT_HANDSHAKE;
}

static void handshake(HttpConn *c, int64_t now_ms)
{
    HttpServer *s = c->server;
    HttpTlsConn *t = c->tls;
    ERR_clear_error();
    int rc = SSL_do_handshake(t->ssl);
    if (rc == 1) {
        t->ready = true;
        SSL_set_msg_callback(t->ssl, on_message);
        SSL_set_msg_callback_arg(t->ssl, t);
        uncount(t);
        http_tally(&s->tally.tls_handshakes, 1);
        c->idle_due = now_ms + s->limits.header_ms;
        http_link_drop(&c->idle);
        http_link_last(&s->idle, &c->idle);
    } else if (SSL_get_error(t->ssl, rc) != SSL_ERROR_WANT_READ) {
        fail(t);
        c->no_more = true;
        ERR_clear_error();
    }
    http_conn_settle_later(c); // there may be something to send, or an end to make
}

/* Someone who speaks HTTP in the clear gets an answer that he can read. */
static void answer_plain(HttpConn *c)
{
    fail(c->tls);
    http_tls_close(c);
    http_conn_fail(c, 400, "this port speaks TLS: use https");
}

bool http_tls_take(HttpConn *c, const char *raw, size_t len, int64_t now_ms)
{
    HttpTlsConn *t = c->tls;
    if (!t->started) {
        t->started = true;
        if (raw[0] >= 'A' && raw[0] <= 'Z') {
            answer_plain(c);
            return false;
        }
    }
    t->raw = raw;
    t->raw_len = len;
    if (!t->ready) {
        handshake(c, now_ms);
    }
    if (!t->ready) {
        t->raw_len = 0;
    }
    return t->ready;
}

HttpTlsRead http_tls_read(HttpConn *c, char *to, size_t room, size_t *ret_len)
{
    HttpTlsConn *t = c->tls;
    ERR_clear_error();
    while (SSL_read_ex(t->ssl, to, room, ret_len) != 1) {
        int cause = SSL_get_error(t->ssl, 0);
        if (cause == SSL_ERROR_ZERO_RETURN) {
            return HTTP_TLS_END;
        }
        if (cause != SSL_ERROR_WANT_READ || t->quiet > QUIET_MESSAGES) {
            t->failed = cause != SSL_ERROR_WANT_READ;
            ERR_clear_error();
            return HTTP_TLS_FAILED;
        }
        if (t->raw_len == 0) {
            return HTTP_TLS_MORE;
        }
    }
    t->quiet = 0;
    return HTTP_TLS_BYTES;
}

void http_tls_taken(HttpConn *c)
{
    if (c->tls != NULL) {
        c->tls->raw = NULL;
        c->tls->raw_len = 0;
        if (c->sealed != NULL) {
            http_conn_settle_later(c); // the other side's keys were changed, and ours with them
        }
    }
}

bool http_tls_seal(HttpConn *c)
{
    HttpTlsConn *t = c->tls;
    HttpBlocks *blocks = &c->server->blocks;
    size_t len = c->out->len - c->out_off, done = 0;
    len = len < SEALED_BYTES ? len : SEALED_BYTES;
    if (t->failed || !t->ready ||
        http_out_reserve(blocks, &c->sealed, len + (len / RECORD_BYTES + 1) * RECORD_COST) ==
            NULL) {
        return false;
    }
    ERR_clear_error();
    if (SSL_write_ex(t->ssl, c->out->data + c->out_off, len, &done) != 1) {
        t->failed = true;
        ERR_clear_error();
        return false;
    }
    c->out_off += done;
    if (c->out_off == c->out->len) {
        http_block_unref(blocks, PT_TAKE(c->out));
        c->out_off = 0;
    }
    return true;
}

bool http_tls_say_end(HttpConn *c)
{
    HttpTlsConn *t = c->tls;
    if (t == NULL || t->failed || !t->ready ||
        (SSL_get_shutdown(t->ssl) & SSL_SENT_SHUTDOWN) != 0) {
        return false;
    }
    ERR_clear_error();
    (void)SSL_shutdown(t->ssl); // 0: the other side has not said so yet, which nobody waits for
    ERR_clear_error();
    return c->sealed != NULL;
}

void http_tls_part(HttpConn *c)
{
    if (c->tls == NULL) {
        return;
    }
    if (!c->broken && !c->reset && c->out == NULL && c->first == NULL) {
        (void)http_tls_say_end(c);
    }
    if (c->sealed != NULL && !c->reset) {
        ssize_t n = send(c->watch.fd, c->sealed->data + c->sealed_off,
                         c->sealed->len - c->sealed_off, MSG_NOSIGNAL | MSG_DONTWAIT);
        (void)n; // a courtesy
    }
    http_tls_close(c);
}
