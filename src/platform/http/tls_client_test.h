// SPDX-License-Identifier: Apache-2.0
#pragma once

/* What the tests of TLS share: a server with both ports in one thread, and OpenSSL's own client. */
#include "platform/http/http_test.h"
#include "platform/http/tls_internal.h"
#include "platform/http/tls_pair_test.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>

enum { PATIENCE_MS = 5000 };

static TlsFiles files;
static HttpTls *tls;
static uint16_t tls_port;

typedef struct Client {
    SSL_CTX *ctx;
    SSL *ssl;
    int fd;
} Client;

static inline void start(const HttpLimits *limits, TMode mode)
{
    PtError err = {0};
    assert_true(tls_files(&files));
    t_start(limits, mode);
    if (http_tls_new(files.certificate, files.key, &tls, &err) != PT_OK) {
        fail_msg("%s", err.message);
    }
    assert_int_equal(http_listen_tls(t.server, "127.0.0.1:0", tls, &tls_port, &err), PT_OK);
}

static inline int teardown(void **state)
{
    (void)state;
    t_stop();
    http_tls_free(tls);
    tls = NULL;
    tls_files_remove(&files);
    return 0;
}

static inline int connect_raw(void)
{
    uint16_t plain = t.port;
    t.port = tls_port;
    int fd = t_connect();
    t.port = plain;
    return fd;
}

static inline Client dial(int least, int most)
{
    Client c = {SSL_CTX_new(TLS_client_method()), NULL, connect_raw()};
    assert_non_null(c.ctx);
    SSL_CTX_set_security_level(c.ctx, 0); // so that the refusal is the server's
    assert_int_equal(SSL_CTX_set_min_proto_version(c.ctx, least), 1);
    assert_int_equal(SSL_CTX_set_max_proto_version(c.ctx, most), 1);
    c.ssl = SSL_new(c.ctx);
    assert_non_null(c.ssl);
    SSL_set_connect_state(c.ssl);
    int flags = fcntl(c.fd, F_GETFL);
    assert_int_equal(fcntl(c.fd, F_SETFL, flags | O_NONBLOCK), 0);
    assert_int_equal(SSL_set_fd(c.ssl, c.fd), 1);
    return c;
}

static inline void hang_up(Client *c)
{
    SSL_free(c->ssl);
    SSL_CTX_free(c->ctx);
    (void)close(c->fd);
    *c = (Client){.fd = -1};
}

/* True: try again. */
static inline bool again(const Client *c, int rc, int64_t give_up)
{
    int cause = SSL_get_error(c->ssl, rc);
    ERR_clear_error();
    assert_true(pt_mono_ms() < give_up);
    (void)pt_loop_turn(t.loop, 1);
    return cause == SSL_ERROR_WANT_READ || cause == SSL_ERROR_WANT_WRITE;
}

static inline bool shake(Client *c)
{
    int64_t give_up = pt_mono_ms() + PATIENCE_MS;
    int rc;
    while ((rc = SSL_do_handshake(c->ssl)) != 1) {
        if (!again(c, rc, give_up)) {
            return false;
        }
    }
    return true;
}

static inline Client greet(void)
{
    Client c = dial(TLS1_2_VERSION, TLS1_3_VERSION);
    assert_true(shake(&c));
    return c;
}

static inline void tell_n(Client *c, const char *bytes, size_t len)
{
    int64_t give_up = pt_mono_ms() + PATIENCE_MS;
    for (size_t at = 0; at < len;) {
        size_t n = 0;
        if (SSL_write_ex(c->ssl, bytes + at, len - at, &n) != 1) {
            assert_true(again(c, 0, give_up));
        }
        at += n;
    }
}

static inline void tell(Client *c, const char *text)
{
    tell_n(c, text, strlen(text));
}

/* As t_read: what arrives until `answers` answers came and then nothing; "<END>" for close_notify,
 * "<CUT>" when the connection ended without. */
static inline const char *hear(Client *c, size_t answers)
{
    t_turn();
    free(t.text);
    t.text = malloc(T_TEXT_MAX);
    assert_non_null(t.text);
    size_t len = 0;
    t.text[0] = '\0';
    int64_t give_up = pt_mono_ms() + PATIENCE_MS;
    for (int quiet = 0; pt_mono_ms() < give_up;) {
        size_t n = 0;
        if (SSL_read_ex(c->ssl, t.text + len, T_TEXT_MAX - len - 16, &n) == 1) {
            for (size_t i = len; i < len + n; i++) {
                t.text[i] = t.text[i] == '\0' ? '0' : t.text[i];
            }
            len += n;
            t.text[len] = '\0';
            quiet = 0;
            continue;
        }
        int cause = SSL_get_error(c->ssl, 0);
        ERR_clear_error();
        if (cause != SSL_ERROR_WANT_READ && cause != SSL_ERROR_WANT_WRITE) {
            (void)strcpy(t.text + len, cause == SSL_ERROR_ZERO_RETURN ? "<END>" : "<CUT>");
            break;
        }
        if (!pt_loop_turn(t.loop, 2) && ++quiet > 3 && t_count(t.text, "HTTP/1.1 ") >= answers) {
            break;
        }
    }
    return t.text;
}

static const char get[] = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define OWN(fn)  cmocka_unit_test_teardown(fn, teardown)
#define ADD(cases, fn)                                                                             \
    for (size_t i = 0; i < COUNT(cases); i++) {                                                    \
        tests[n++] = (struct CMUnitTest){(cases)[i].name, fn, NULL, teardown, &(cases)[i]};        \
    }
