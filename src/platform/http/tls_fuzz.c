// SPDX-License-Identifier: Apache-2.0
/* The server's side of TLS over a socket pair. Either the input is what arrives, from the first
 * byte of the handshake on; or a real client speaks, whose sealed bytes the input cuts, repeats and
 * damages. Whatever comes, nothing may be left when the client has gone.
 *
 * Input: a control byte (see Control), a piece size, then the raw bytes, or steps of two bytes
 * (what to do, how much), TELL and SKEW with more behind them.
 */
#include "platform/http/http_internal.h"
#include "platform/http/tls_pair_test.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef enum Control { CLIENT = 1, OLDER = 2, AFRESH = 4 } Control;
enum { TELL, SKEW, REPEAT, CUT, NEW_KEYS, SAY_END, STEPS };

static const char get[] = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";
static PtLoop *loop;
static HttpServer *server;
static HttpTls *tls;
static SSL_CTX *client_ctx;

static void must(bool ok)
{
    if (!ok) {
        abort();
    }
}

static void handle(void *ctx, HttpExchange *x)
{
    (void)ctx;
    must(http_request(x)->tls);
    http_reply(x, 200, NULL, 0, http_request(x)->body);
}

static void start(void)
{
    TlsFiles files;
    HttpLimits limits = http_limits_default();
    limits.body_bytes = 4096;
    if (tls == NULL) {
        must(tls_files(&files));
        must(http_tls_new(files.certificate, files.key, &tls, NULL) == PT_OK);
        tls_files_remove(&files);
        client_ctx = SSL_CTX_new(TLS_client_method());
        must(client_ctx != NULL);
    }
    must(pt_loop_new(&loop, NULL) == PT_OK);
    must(http_server_new(loop, &limits, handle, NULL, &server, NULL) == PT_OK);
}

static void turn(void)
{
    while (pt_loop_turn(loop, 0)) {
    }
}

/* False: the server has hung up. */
static bool deliver(int fd, const uint8_t *bytes, size_t len, size_t piece)
{
    for (size_t at = 0; at < len;) {
        size_t n = len - at < piece ? len - at : piece;
        ssize_t sent = send(fd, bytes + at, n, MSG_NOSIGNAL | MSG_DONTWAIT);
        turn();
        if (sent <= 0) {
            return false;
        }
        at += (size_t)sent;
    }
    return true;
}

/* What the client wants to say, with the byte at `skew` changed; and what the server answers. */
static bool exchange(SSL *ssl, int fd, size_t piece, const uint8_t *skew, int copies)
{
    uint8_t bytes[32768];
    int n = BIO_read(SSL_get_wbio(ssl), bytes, sizeof bytes);
    bool open = true;
    if (n > 0) {
        if (skew != NULL) {
            bytes[(size_t)(skew[0] << 8 | skew[1]) % (size_t)n] ^= skew[2];
        }
        for (int i = 0; i < copies && open; i++) {
            open = deliver(fd, bytes, (size_t)n, piece);
        }
    }
    turn();
    for (ssize_t got; (got = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT)) > 0;) {
        (void)BIO_write(SSL_get_rbio(ssl), bytes, (int)got);
    }
    char clear[4096];
    while (SSL_is_init_finished(ssl) && SSL_read(ssl, clear, sizeof clear) > 0) {
    }
    return open;
}

static bool step(SSL *ssl, int fd, size_t piece, const uint8_t **data, size_t *size)
{
    const uint8_t what = (*data)[0], much = (*data)[1];
    const uint8_t *rest = *data + 2;
    size_t left = *size - 2, used = 0;
    const uint8_t *skew = NULL;
    int copies = 1;
    bool on = true;
    switch (what % STEPS) {
    case TELL:
        used = much < left ? much : left;
        on = used == 0 || !SSL_is_init_finished(ssl) || SSL_write(ssl, rest, (int)used) > 0;
        break;
    case SKEW:
        used = left < 3 ? left : 3;
        skew = used == 3 ? rest : NULL;
        on = !SSL_is_init_finished(ssl) || SSL_write(ssl, get, sizeof get - 1) > 0;
        break;
    case REPEAT:
        copies = 1 + much % 4;
        break;
    case CUT:
        piece = 1 + much;
        on = exchange(ssl, fd, piece, NULL, 1) && false;
        break;
    case NEW_KEYS:
        for (int i = 0; i < 1 + much % 64 && SSL_is_init_finished(ssl); i++) {
            (void)SSL_key_update(ssl, much % 2); // refused in TLS 1.2
            (void)SSL_do_handshake(ssl);
        }
        break;
    default:
        (void)SSL_shutdown(ssl);
    }
    *data = rest + used;
    *size = left - used;
    if (!SSL_is_init_finished(ssl)) {
        (void)SSL_do_handshake(ssl);
    }
    return on && exchange(ssl, fd, piece, skew, copies);
}

static void speak(int fd, uint8_t control, size_t piece, const uint8_t *data, size_t size)
{
    SSL *ssl = SSL_new(client_ctx);
    must(ssl != NULL);
    SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(ssl);
    if ((control & OLDER) != 0) {
        (void)SSL_set_max_proto_version(ssl, TLS1_2_VERSION);
    }
    (void)SSL_do_handshake(ssl);
    bool open = true;
    while (open && size >= 2) {
        open = step(ssl, fd, piece, &data, &size);
    }
    SSL_free(ssl);
    ERR_clear_error(); // the client's
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int pair[2];
    if (size < 2) {
        return 0;
    }
    if (server == NULL) {
        start();
    }
    must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0 &&
         http_conn_open(server, pair[0], "", false, false, tls) != NULL);
    if ((data[0] & CLIENT) != 0) {
        speak(pair[1], data[0], 1 + data[1] * 8U, data + 2, size - 2);
    } else {
        (void)deliver(pair[1], data + 2, size - 2, 1 + data[1] * 8U);
    }
    (void)close(pair[1]);
    turn();
    HttpCounters c = http_counters(server);
    must(c.connections == 0 && c.buffered_bytes == 0 && server->active == 0 &&
         server->handshake_count == 0 && ERR_peek_error() == 0);
    if ((data[0] & AFRESH) != 0) { // so that freeing is tried too
        http_server_free(server);
        pt_loop_free(loop);
        server = NULL;
    }
    return 0;
}
