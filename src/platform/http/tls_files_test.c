// SPDX-License-Identifier: Apache-2.0
/* Certificates and keys, their reload, and session tickets. */
#include "platform/http/tls_client_test.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <stdatomic.h>

/* --- certificates
 * --------------------------------------------------------------------------------- */

static void name_of(Client *c, char name[64])
{
    X509 *x = SSL_get1_peer_certificate(c->ssl);
    assert_non_null(x);
    (void)X509_NAME_get_text_by_NID(X509_get_subject_name(x), NID_commonName, name, 64);
    X509_free(x);
}

static void a_reload_holds_for_new_connections_only(void **state)
{
    (void)state;
    start(NULL, T_NOW);
    char name[64];
    Client before = greet();
    int64_t expires_ms = http_tls_expires_ms(tls);
    assert_true(tls_write_pair(&files, "P-384", "second", 60));
    assert_int_equal(http_tls_reload(tls, NULL), PT_OK);
    assert_in_range(http_tls_expires_ms(tls) - expires_ms, 30 * 86400000LL - 60000,
                    30 * 86400000LL + 60000);
    Client after = greet();
    name_of(&after, name);
    assert_string_equal(name, "second");
    tell(&before, get);
    assert_string_equal(t_bodies(hear(&before, 1)), "GET /a |");
    hang_up(&before);
    hang_up(&after);
}

static void put_file(const char *path, const char *text, mode_t mode)
{
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static void break_key_of_another(void)
{
    TlsFiles other;
    assert_true(tls_files(&other));
    assert_int_equal(rename(other.key, files.key), 0);
    tls_files_remove(&other);
}
static void break_key_missing(void)
{
    assert_int_equal(unlink(files.key), 0);
}
static void break_key_readable(void)
{
    assert_int_equal(chmod(files.key, 0644), 0);
}
static void break_key_group_writable(void)
{
    assert_int_equal(chmod(files.key, 0660), 0);
}
static void break_key_text(void)
{
    put_file(files.key, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", 0600);
}
static void break_key_folder(void)
{
    assert_int_equal(unlink(files.key), 0);
    assert_int_equal(mkdir(files.key, 0700), 0);
}
static void break_certificate_empty(void)
{
    put_file(files.certificate, "", 0644);
}
static void break_certificate_chain(void)
{
    FILE *f = fopen(files.certificate, "ae");
    assert_non_null(f);
    assert_true(fputs("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", f) >= 0);
    assert_int_equal(fclose(f), 0);
}
static void break_certificate_huge(void)
{
    put_file(files.certificate, "", 0644);
    assert_int_equal(truncate(files.certificate, 1 << 20), 0);
}

static struct BreakCase {
    const char *name;
    void (*fn)(void);
    const char *want; /* in the message */
} break_cases[] = {
    {"a key of another certificate", break_key_of_another, "does not fit the certificate"},
    {"no key", break_key_missing, "No such file"},
    {"a key that all may read", break_key_readable, "has mode 0644"},
    {"a key that the group may write", break_key_group_writable, "has mode 0660"},
    {"a damaged key", break_key_text, "no private key without a passphrase"},
    {"a folder for a key", break_key_folder, "is not a file"},
    {"an empty certificate", break_certificate_empty, "no usable certificate"},
    {"a damaged chain", break_certificate_chain, "the chain in"},
    {"a certificate over 256 KiB", break_certificate_huge, "is over 262144 bytes"},
};

static void break_case(void **state)
{
    const struct BreakCase *v = *state;
    PtError err = {0};
    HttpTls *none = NULL;
    char name[64];
    start(NULL, T_NOW);
    v->fn();
    assert_int_not_equal(http_tls_new(files.certificate, files.key, &none, NULL), PT_OK);
    assert_null(none);
    assert_int_not_equal(http_tls_reload(tls, &err), PT_OK);
    if (strstr(err.message, v->want) == NULL) {
        fail_msg("\"%s\" is not in \"%s\"", v->want, err.message);
    }
    Client c = greet();
    name_of(&c, name);
    assert_string_equal(name, "localhost");
    hang_up(&c);
    (void)rmdir(files.key);
}

static void a_key_that_a_group_may_read_is_fine(void **state)
{
    (void)state;
    start(NULL, T_NOW);
    assert_int_equal(chmod(files.key, 0440), 0);
    assert_int_equal(http_tls_reload(tls, NULL), PT_OK);
}

static void *reload_often(void *stop)
{
    unsigned done = 0;
    while (!atomic_load((atomic_bool *)stop) || done < 20) {
        assert_int_equal(http_tls_reload(tls, NULL), PT_OK);
        done++;
    }
    return NULL;
}

static void another_thread_may_reload(void **state)
{
    (void)state;
    start(NULL, T_NOW);
    atomic_bool stop = false;
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, reload_often, &stop), 0);
    for (int i = 0; i < 30; i++) {
        Client c = greet();
        tell(&c, get);
        assert_string_equal(t_bodies(hear(&c, 1)), "GET /a |");
        hang_up(&c);
    }
    atomic_store(&stop, true);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

/* --- out of memory
 * -------------------------------------------------------------------------------- */

static unsigned fail_after; /* so many allocations of OpenSSL's from now one fails; 0: none does */

static bool fails(void)
{
    if (fail_after == 0) {
        return false;
    }
    fail_after--;
    return fail_after == 0;
}

static void *limited_malloc(size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return fails() ? NULL : malloc(size);
}

static void *limited_realloc(void *old, size_t size, const char *file, int line)
{
    (void)file;
    (void)line;
    return fails() ? NULL : realloc(old, size);
}

static void limited_free(void *memory, const char *file, int line)
{
    (void)file;
    (void)line;
    free(memory);
}

static void a_reload_without_memory_leaves_the_old_one(void **state)
{
    (void)state;
    start(NULL, T_NOW);
    unsigned failed = 0;
    bool all = false;
    for (unsigned n = 1; !all; n++) {
        const SSL_CTX *before = tls->ctx;
        fail_after = n;
        PtStatus st = http_tls_reload(tls, NULL);
        all = fail_after > 0; // there were fewer allocations than that
        fail_after = 0;
        assert_true(st == PT_OK || tls->ctx == before);
        failed += st != PT_OK;
    }
    assert_true(failed > 100);
    Client c = greet();
    tell(&c, get);
    assert_string_equal(t_bodies(hear(&c, 1)), "GET /a |");
    hang_up(&c);
}

static void a_client_without_memory_is_turned_away(void **state)
{
    (void)state;
    start(NULL, T_NOW);
    unsigned turned_away = 0;
    bool all = false;
    for (unsigned n = 1; !all; n++) {
        int fd = connect_raw();
        fail_after = n;
        t_turn(); // accepts
        all = fail_after > 0;
        fail_after = 0;
        turned_away += http_counters(t.server).connections == 0;
        (void)close(fd);
        t_turn();
        assert_int_equal(http_counters(t.server).connections, 0);
    }
    assert_true(turned_away > 3);
}

/* --- tickets
 * -------------------------------------------------------------------------------------- */

static SSL_SESSION *kept;

static int keep_session(SSL *ssl, SSL_SESSION *session)
{
    (void)ssl;
    SSL_SESSION_free(kept);
    kept = session;
    return 1;
}

/* Whether a second connection resumes the session of the first, after `between`. */
static bool resumes(int version, void (*between)(void))
{
    Client c = dial(version, version);
    SSL_CTX_set_session_cache_mode(c.ctx, SSL_SESS_CACHE_CLIENT);
    SSL_CTX_sess_set_new_cb(c.ctx, keep_session);
    assert_true(shake(&c));
    tell(&c, get);
    (void)hear(&c, 1);
    assert_non_null(kept);
    if (between != NULL) {
        between();
    }
    Client second = dial(version, version);
    assert_int_equal(SSL_set_session(second.ssl, kept), 1);
    assert_true(shake(&second));
    bool resumed = SSL_session_reused(second.ssl) == 1;
    hang_up(&c);
    hang_up(&second);
    SSL_SESSION_free(kept);
    kept = NULL;
    return resumed;
}

static void one_period(void)
{
    assert_int_equal(http_tls_rotate(tls, tls->tickets_since_ms + HTTP_TICKET_PERIOD_MS), PT_OK);
    tls->tickets_since_ms = pt_mono_ms();
}
static void less_than_a_period(void)
{
    HttpTicketKey before = tls->tickets[0];
    assert_int_equal(http_tls_rotate(tls, tls->tickets_since_ms + HTTP_TICKET_PERIOD_MS - 1),
                     PT_OK);
    assert_memory_equal(&before, &tls->tickets[0], sizeof before);
}
static void two_periods(void)
{
    one_period();
    one_period();
}
static void a_long_pause(void)
{
    assert_int_equal(http_tls_rotate(tls, tls->tickets_since_ms + 2 * HTTP_TICKET_PERIOD_MS),
                     PT_OK);
    tls->tickets_since_ms = pt_mono_ms();
}
static void a_reload(void)
{
    assert_true(tls_write_pair(&files, "P-256", "second", 60));
    assert_int_equal(http_tls_reload(tls, NULL), PT_OK);
}

static struct TicketCase {
    const char *name;
    void (*between)(void);
    bool want;
} ticket_cases[] = {
    {"a ticket resumes at once", NULL, true},
    {"within its period", less_than_a_period, true},
    {"with the key before", one_period, true},
    {"not after two periods", two_periods, false},
    {"not after a pause of two periods", a_long_pause, false},
    {"over a reload", a_reload, true},
};

static void ticket_case(void **state)
{
    const struct TicketCase *v = *state;
    start(NULL, T_NOW);
    assert_int_equal(resumes(TLS1_3_VERSION, v->between), v->want);
    assert_int_equal(resumes(TLS1_2_VERSION, v->between), v->want);
}

int main(void)
{
    const struct CMUnitTest own[] = {
        OWN(a_reload_holds_for_new_connections_only),
        OWN(a_key_that_a_group_may_read_is_fine),
        OWN(another_thread_may_reload),
        OWN(a_reload_without_memory_leaves_the_old_one),
        OWN(a_client_without_memory_is_turned_away),
    };
    struct CMUnitTest tests[COUNT(own) + COUNT(break_cases) + COUNT(ticket_cases)];
    size_t n = COUNT(own);
    if (CRYPTO_set_mem_functions(limited_malloc, limited_realloc, limited_free) != 1) {
        return 1; // OpenSSL has allocated already
    }
    memcpy(tests, own, sizeof own);
    ADD(break_cases, break_case)
    ADD(ticket_cases, ticket_case)(void)
        signal(SIGPIPE, SIG_IGN); // OpenSSL's client writes to closed sockets
    return cmocka_run_group_tests_name("platform/http_tls_files", tests, NULL, NULL);
}
