// SPDX-License-Identifier: Apache-2.0
/* Encrypted connections: versions, what is carried, ends, slow and many, streams. */
#include "platform/http/tls_client_test.h"

/* --- versions, ciphers, protocols
 * ----------------------------------------------------------------- */

static struct VersionCase {
    const char *name;
    int version;
    bool taken;
} version_cases[] = {
    {"TLS 1.0 is refused", TLS1_VERSION, false},
    {"TLS 1.1 is refused", TLS1_1_VERSION, false},
    {"TLS 1.2 is served", TLS1_2_VERSION, true},
    {"TLS 1.3 is served", TLS1_3_VERSION, true},
};

static void version_case(void **state)
{
    const struct VersionCase *v = *state;
    start(NULL, T_NOW);
    Client c = dial(v->version, v->version);
    assert_int_equal(shake(&c), v->taken);
    if (v->taken) {
        assert_int_equal(SSL_version(c.ssl), v->version);
        tell(&c, get);
        assert_string_equal(t_bodies(hear(&c, 1)), "GET /a |");
    }
    t_turn();
    HttpCounters n = http_counters(t.server);
    assert_int_equal(n.tls_handshakes, v->taken);
    assert_int_equal(n.tls_failed, !v->taken);
    hang_up(&c);
}

static struct CipherCase {
    const char *name, *list;
    bool taken;
} cipher_cases[] = {
    {"forward secrecy with AES-GCM", "ECDHE-ECDSA-AES128-GCM-SHA256", true},
    {"forward secrecy with ChaCha20", "ECDHE-ECDSA-CHACHA20-POLY1305", true},
    {"no CBC", "ECDHE-ECDSA-AES128-SHA256", false},
    {"no static RSA", "AES128-GCM-SHA256", false},
    {"nobody unsigned", "AECDH-AES128-SHA", false},
};

static void cipher_case(void **state)
{
    const struct CipherCase *v = *state;
    start(NULL, T_NOW);
    Client c = dial(TLS1_2_VERSION, TLS1_2_VERSION);
    assert_int_equal(SSL_set_cipher_list(c.ssl, v->list), 1);
    assert_int_equal(shake(&c), v->taken);
    hang_up(&c);
}

static struct ProtocolCase {
    const char *name, *offered;
    bool taken;
} protocol_cases[] = {
    {"no ALPN", "", true},
    {"http/1.1", "\x08http/1.1", true},
    {"http/1.1 behind h2", "\x02h2\x08http/1.1", true},
    {"h2 alone is refused", "\x02h2", false},
    {"a name that only begins so", "\x09http/1.1x", false},
};

static void protocol_case(void **state)
{
    const struct ProtocolCase *v = *state;
    start(NULL, T_NOW);
    Client c = dial(TLS1_2_VERSION, TLS1_3_VERSION);
    if (v->offered[0] != '\0') {
        assert_int_equal(SSL_set_alpn_protos(c.ssl, (const unsigned char *)v->offered,
                                             (unsigned)strlen(v->offered)),
                         0);
    }
    assert_int_equal(shake(&c), v->taken);
    const unsigned char *chosen = NULL;
    unsigned len = 0;
    SSL_get0_alpn_selected(c.ssl, &chosen, &len);
    assert_int_equal(len, v->taken && v->offered[0] != '\0' ? 8 : 0);
    hang_up(&c);
}

/* --- what is carried
 * ------------------------------------------------------------------------------ */

static bool saw_tls;

static void look(void *ctx, HttpExchange *x)
{
    (void)ctx;
    saw_tls = http_request(x)->tls;
    http_reply(x, 200, NULL, 0, (PtStr){"", 0});
}

static void a_request_says_whether_it_was_encrypted(void **state)
{
    (void)state;
    start(NULL, T_NOW);
    t.server->handler = look;
    int fd = t_connect();
    t_send(fd, get);
    (void)t_read(fd, 1);
    assert_false(saw_tls);
    (void)close(fd);
    Client c = greet();
    tell(&c, get);
    (void)hear(&c, 1);
    assert_true(saw_tls);
    hang_up(&c);
}

static void pipelined_answers_of_a_round_share_a_record(void **state)
{
    (void)state;
    start(NULL, T_LATER);
    Client c = greet();
    char text[2048] = "";
    for (int i = 0; i < 20; i++) {
        (void)strcat(text, get);
    }
    tell(&c, text);
    t_turn();
    assert_int_equal(t.waiting_count, 20);
    for (size_t i = t.waiting_count; i-- > 0;) {
        t_answer(i);
    }
    t_turn();
    char got[8192];
    size_t n = 0; // one record at most is read at once
    int64_t give_up = pt_mono_ms() + PATIENCE_MS;
    while (SSL_read_ex(c.ssl, got, sizeof got - 1, &n) != 1) {
        assert_true(again(&c, 0, give_up));
    }
    got[n] = '\0';
    assert_int_equal(t_count(got, "HTTP/1.1 200"), 20);
    hang_up(&c);
}

static void large_bodies_both_ways(void **state)
{
    (void)state;
    start(NULL, T_NOW);
    enum { LEN = 4 << 20 };
    Client c = greet();
    char *body = malloc(LEN);
    assert_non_null(body);
    for (size_t i = 0; i < LEN; i++) {
        body[i] = (char)(i % 251);
    }
    tell(&c, "POST /sum HTTP/1.1\r\nHost: a\r\nContent-Length: 4194304\r\n\r\n");
    tell_n(&c, body, LEN);
    assert_string_equal(t_bodies(hear(&c, 1)), "4194304 ok|");
    tell(&c, "GET /big HTTP/1.1\r\nHost: a\r\n\r\nGET /big HTTP/1.1\r\nHost: a\r\n\r\n");
    const char *text = hear(&c, 2);
    assert_int_equal(t_count(text, "HTTP/1.1 200"), 2);
    assert_true(strlen(text) > 2 << 20);
    free(body);
    hang_up(&c);
}

static void a_request_in_records_of_a_byte(void **state)
{
    (void)state;
    start(NULL, T_NOW);
    Client c = greet();
    const char text[] = "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                        "3\r\nabc\r\n0\r\n\r\n";
    for (size_t i = 0; i < sizeof text - 1; i++) {
        tell_n(&c, text + i, 1);
    }
    assert_string_equal(t_bodies(hear(&c, 1)), "POST /a abc|");
    hang_up(&c);
}

/* Both sides wait for each other's socket unless the server keeps apart reading and writing. */
static void new_keys_are_taken_and_given(void **state)
{
    (void)state;
    start(NULL, T_NOW);
    Client c = dial(TLS1_3_VERSION, TLS1_3_VERSION);
    assert_true(shake(&c));
    for (int i = 0; i < 10; i++) {
        assert_int_equal(SSL_key_update(c.ssl, SSL_KEY_UPDATE_REQUESTED), 1);
        tell(&c, "GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
        assert_int_equal(t_count(hear(&c, 1), "HTTP/1.1 200"), 1);
    }
    hang_up(&c);
}

static void new_keys_without_end_are_cut(void **state)
{
    (void)state;
    start(NULL, T_NOW);
    Client c = dial(TLS1_3_VERSION, TLS1_3_VERSION);
    assert_true(shake(&c));
    bool cut = false;
    for (int i = 0; i < 100 && !cut; i++) {
        assert_int_equal(SSL_key_update(c.ssl, SSL_KEY_UPDATE_NOT_REQUESTED), 1);
        cut = SSL_do_handshake(c.ssl) != 1;
        ERR_clear_error();
        t_turn();
    }
    assert_true(cut || http_counters(t.server).connections == 0);
    hang_up(&c);
}

static void a_renegotiation_is_refused(void **state)
{
    (void)state;
    start(NULL, T_NOW);
    Client c = dial(TLS1_2_VERSION, TLS1_2_VERSION);
    assert_true(shake(&c));
    assert_int_equal(SSL_renegotiate(c.ssl), 1);
    assert_false(shake(&c));
    hang_up(&c);
}

/* --- ends
 * ----------------------------------------------------------------------------------------- */

static void the_end_is_said_before_the_connection_closes(void **state)
{
    (void)state;
    start(NULL, T_NOW);
    Client c = greet();
    tell(&c, "GET /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    assert_non_null(strstr(hear(&c, 1), "<END>"));
    hang_up(&c);
}

static void an_idle_client_is_told_the_end(void **state)
{
    (void)state;
    HttpLimits limits = http_limits_default();
    limits.keepalive_ms = 50;
    start(&limits, T_NOW);
    Client c = greet();
    tell(&c, get);
    (void)hear(&c, 1);
    usleep(80000);
    assert_string_equal(hear(&c, 0), "<END>");
    hang_up(&c);
}

static void a_client_that_said_its_end_is_still_answered(void **state)
{
    (void)state;
    start(NULL, T_LATER);
    Client c = greet();
    tell(&c, get);
    (void)SSL_shutdown(c.ssl);
    t_turn();
    assert_int_equal(t.waiting_count, 1);
    t_answer(0);
    const char *text = hear(&c, 1);
    assert_int_equal(t_count(text, "HTTP/1.1 200"), 1);
    assert_non_null(strstr(text, "<END>"));
    assert_int_equal(http_counters(t.server).connections, 0);
    hang_up(&c);
}

static void a_client_that_vanishes_leaves_nothing(void **state)
{
    (void)state;
    start(NULL, T_LATER);
    for (int i = 0; i < 3; i++) {
        Client c = greet();
        tell(&c, i == 0 ? get : i == 1 ? "GET /a HTTP/1.1\r\nHos" : "");
        t_turn();
        t_reset(c.fd);
        c.fd = -1;
        hang_up(&c);
        t_turn();
    }
    assert_int_equal(http_counters(t.server).connections, 0);
    assert_int_equal(t.waiting_count, 1);
    t_answer(0);
}

static void damaged_records_end_the_connection(void **state)
{
    (void)state;
    start(NULL, T_NOW);
    Client c = greet();
    const char rubbish[] = "\x17\x03\x03\x00\x20"
                           "0123456789abcdef0123456789abcdef";
    t_send_n(c.fd, rubbish, sizeof rubbish - 1);
    assert_string_equal(hear(&c, 0), "<CUT>");
    assert_int_equal(http_counters(t.server).connections, 0);
    assert_int_equal(http_counters(t.server).tls_failed, 0);
    hang_up(&c);
}

static struct PlainCase {
    const char *name, *sent, *want; /* want: the start of what comes back */
} plain_cases[] = {
    {"a request in the clear is told so", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 400 "},
    {"one that comes slowly too", "P", "HTTP/1.1 400 "},
    {"HTTP/2 in the clear", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/1.1 400 "},
    {"rubbish gets nothing", "\r\n\r\n\r\n\r\n", "<EOF>"},
};

static void plain_case(void **state)
{
    const struct PlainCase *v = *state;
    start(NULL, T_NOW);
    int fd = connect_raw();
    t_send(fd, v->sent);
    const char *text = t_read(fd, 0);
    assert_memory_equal(text, v->want, strlen(v->want));
    assert_true(v->want[0] != 'H' || strstr(text, "use https") != NULL);
    assert_non_null(strstr(text, "<EOF>"));
    assert_int_equal(http_counters(t.server).tls_failed, 1);
    assert_int_equal(t.server->handshake_count, 0);
    (void)close(fd);
}

/* --- slow and many
 * -------------------------------------------------------------------------------- */

static void a_slow_handshake_is_cut(void **state)
{
    (void)state;
    HttpLimits limits = http_limits_default();
    limits.header_ms = 100;
    start(&limits, T_NOW);
    int fd = connect_raw();
    const char start_of_hello[] = "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
    int64_t begin = pt_mono_ms();
    char got;
    ssize_t n = -1;
    for (size_t i = 0; n != 0 && i < sizeof start_of_hello - 1; i++) {
        (void)send(fd, start_of_hello + i, 1, MSG_NOSIGNAL);
        for (int64_t until = pt_mono_ms() + 30; n != 0 && pt_mono_ms() < until;) {
            (void)pt_loop_turn(t.loop, 5);
            n = recv(fd, &got, 1, MSG_DONTWAIT);
        }
    }
    assert_int_equal(n, 0); // bytes now and then do not buy time
    assert_in_range(pt_mono_ms() - begin, 90, 250);
    HttpCounters c = http_counters(t.server);
    assert_int_equal(c.timeouts, 1);
    assert_int_equal(c.tls_failed, 1);
    assert_int_equal(c.connections, 0);
    (void)close(fd);
}

static void a_header_has_its_own_time_after_the_handshake(void **state)
{
    (void)state;
    HttpLimits limits = http_limits_default();
    limits.header_ms = 150;
    start(&limits, T_NOW);
    Client c = greet();
    tell(&c, "GET / HTTP/1.1\r\nHo");
    usleep(200000);
    const char *text = hear(&c, 1);
    assert_non_null(strstr(text, "HTTP/1.1 408 "));
    assert_non_null(strstr(text, "<END>"));
    hang_up(&c);
}

static void the_oldest_of_too_many_handshakes_goes(void **state)
{
    (void)state;
    HttpLimits limits = http_limits_default();
    limits.handshakes = 3;
    start(&limits, T_NOW);
    int fds[4];
    for (int i = 0; i < 4; i++) {
        fds[i] = connect_raw();
        t_turn();
        assert_int_equal(t.server->handshake_count, i < 3 ? i + 1 : 3);
    }
    char got;
    assert_int_equal(recv(fds[0], &got, 1, MSG_DONTWAIT), 0);
    assert_int_equal(recv(fds[1], &got, 1, MSG_DONTWAIT), -1);
    Client c = greet();
    tell(&c, get);
    assert_string_equal(t_bodies(hear(&c, 1)), "GET /a |");
    hang_up(&c);
    for (int i = 0; i < 4; i++) {
        (void)close(fds[i]);
    }
    t_turn();
    assert_int_equal(t.server->handshake_count, 0);
}

static void many_handshakes_at_once_are_all_made(void **state)
{
    (void)state;
    start(NULL, T_NOW);
    enum { MANY = 40 };
    Client c[MANY];
    for (int i = 0; i < MANY; i++) {
        c[i] = dial(TLS1_3_VERSION, TLS1_3_VERSION);
        (void)SSL_do_handshake(c[i].ssl); // sends the hello
    }
    for (int i = 0; i < MANY; i++) {
        assert_true(shake(&c[i]));
        tell(&c[i], get);
    }
    for (int i = 0; i < MANY; i++) {
        assert_string_equal(t_bodies(hear(&c[i], 1)), "GET /a |");
        hang_up(&c[i]);
    }
}

/* What waits to be sent is bounded also where it is encrypted. */
static void a_client_that_does_not_read_is_not_buffered_for(void **state)
{
    (void)state;
    start(NULL, T_NOW);
    Client c = greet();
    for (int i = 0; i < 14; i++) {
        tell(&c, "GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    t_turn();
    HttpConn *conn = HTTP_OF_LINK(t.server->conns.next, HttpConn, all);
    assert_true(http_conn_blocked(conn));
    assert_true(http_conn_unsent(conn) < 3 << 20);
    assert_int_equal(t_count(hear(&c, 14), "HTTP/1.1 200"), 14);
    hang_up(&c);
}

/* --- streams
 * -------------------------------------------------------------------------------------- */

static HttpStream *opened;

static void open_stream(void *ctx, HttpExchange *x)
{
    (void)ctx;
    opened = http_stream_begin(x, 200, NULL, 0);
    assert_non_null(opened);
}

static void events_arrive_one_by_one(void **state)
{
    (void)state;
    start(NULL, T_NOW);
    t.server->handler = open_stream;
    Client c = greet();
    tell(&c, get);
    (void)hear(&c, 1);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(http_sse_event(opened, PT_STR("7"), "e", PT_STR("data")), PT_OK);
        assert_string_equal(hear(&c, 0), "1b\r\nid: 7\nevent: e\ndata: data\n\n\r\n");
    }
    http_stream_end(opened, true);
    assert_string_equal(hear(&c, 0), "0\r\n\r\n");
    hang_up(&c);
}

static void a_cut_stream_does_not_look_whole(void **state)
{
    (void)state;
    start(NULL, T_NOW);
    t.server->handler = open_stream;
    Client c = greet();
    tell(&c, get);
    (void)hear(&c, 1);
    http_stream_end(opened, false);
    assert_string_equal(hear(&c, 0), "<CUT>");
    hang_up(&c);
}

static void a_listener_that_says_its_end_is_gone(void **state)
{
    (void)state;
    start(NULL, T_NOW);
    t.server->handler = open_stream;
    Client c = greet();
    tell(&c, get);
    (void)hear(&c, 1);
    (void)SSL_shutdown(c.ssl);
    t_turn();
    assert_true(http_stream_gone(opened));
    http_stream_end(opened, true);
    hang_up(&c);
}

static void done(void *ctx)
{
    *(bool *)ctx = true;
}

static void a_drain_ends_encrypted_connections(void **state)
{
    (void)state;
    start(NULL, T_LATER);
    Client idle = greet(), busy = greet();
    int half = connect_raw();
    t_send(half, "\x16\x03");
    tell(&busy, get);
    t_turn();
    bool drained = false;
    http_drain(t.server, 5000, done, &drained);
    t_turn();
    assert_string_equal(hear(&idle, 0), "<END>");
    assert_false(drained);
    t_answer(0);
    assert_non_null(strstr(hear(&busy, 1), "Connection: close"));
    t_turn();
    assert_true(drained);
    hang_up(&idle);
    hang_up(&busy);
    (void)close(half);
}

int main(void)
{
    const struct CMUnitTest own[] = {
        OWN(a_request_says_whether_it_was_encrypted),
        OWN(pipelined_answers_of_a_round_share_a_record),
        OWN(large_bodies_both_ways),
        OWN(a_request_in_records_of_a_byte),
        OWN(new_keys_are_taken_and_given),
        OWN(new_keys_without_end_are_cut),
        OWN(a_renegotiation_is_refused),
        OWN(the_end_is_said_before_the_connection_closes),
        OWN(an_idle_client_is_told_the_end),
        OWN(a_client_that_said_its_end_is_still_answered),
        OWN(a_client_that_vanishes_leaves_nothing),
        OWN(damaged_records_end_the_connection),
        OWN(a_slow_handshake_is_cut),
        OWN(a_header_has_its_own_time_after_the_handshake),
        OWN(the_oldest_of_too_many_handshakes_goes),
        OWN(many_handshakes_at_once_are_all_made),
        OWN(a_client_that_does_not_read_is_not_buffered_for),
        OWN(events_arrive_one_by_one),
        OWN(a_cut_stream_does_not_look_whole),
        OWN(a_listener_that_says_its_end_is_gone),
        OWN(a_drain_ends_encrypted_connections),
    };
    struct CMUnitTest tests[COUNT(own) + COUNT(version_cases) + COUNT(cipher_cases) +
                            COUNT(protocol_cases) + COUNT(plain_cases)];
    size_t n = COUNT(own);
    memcpy(tests, own, sizeof own);
    ADD(version_cases, version_case)
    ADD(cipher_cases, cipher_case)
    ADD(protocol_cases, protocol_case)
    ADD(plain_cases, plain_case)(void)
        signal(SIGPIPE, SIG_IGN); // OpenSSL's client writes to closed sockets
    return cmocka_run_group_tests_name("platform/http_tls", tests, NULL, NULL);
}
