// SPDX-License-Identifier: Apache-2.0
#include "platform/mail/wire.h"

#include "base/memory.h"

#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { HOST_BYTES = 253, TIMEOUT_DEFAULT_MS = 30000 };

static void global_init(void)
{
    (void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

static PtStatus no_memory(PtError *err)
{
    return pt_fail(err, PT_NO_MEMORY, "no memory for a mail connection");
}

/* What may stand in a URL as a host: nothing there can begin another part of it. */
static bool host_is_valid(const char *host)
{
    static const char chars[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:_";
    const size_t len = strlen(host);
    return len > 0 && len <= HOST_BYTES && strspn(host, chars) == len;
}

static bool has_control(const char *text)
{
    for (; text != NULL && *text != '\0'; text++) {
        if ((unsigned char)*text < ' ' || *text == 0x7F) {
            return true;
        }
    }
    return false;
}

static PtStatus check(const MailServer *s, PtError *err)
{
    if (s->host == NULL || !host_is_valid(s->host)) {
        return pt_fail(err, PT_INVALID, "the mail server's host is not a name or an address");
    }
    if (s->port == 0) {
        return pt_fail(err, PT_INVALID, "the mail server's port is not 1..65535");
    }
    if (has_control(s->user) || has_control(s->secret)) {
        return pt_fail(err, PT_INVALID, "the login has a control character");
    }
    if (s->user != NULL && s->secret == NULL) {
        return pt_fail(err, PT_INVALID, "the login has a user and no secret");
    }
    return PT_OK;
}

static bool copy(char **ret, const char *text)
{
    *ret = text != NULL ? strdup(text) : NULL;
    return text == NULL || *ret != NULL;
}

void mail_keep_said(char said[static MAIL_SAID_BYTES], PtStr line)
{
    size_t len = 0;
    line = pt_str_trim_low(line);
    for (size_t i = 0; i < line.len && len + 1 < MAIL_SAID_BYTES; i++) {
        const char c = line.data[i];
        said[len++] = c >= ' ' && c <= '~' ? c : '?';
    }
    said[len] = '\0';
}

/* Nothing is printed: what goes over the wire is looked at for the server's words. */
static int on_debug(CURL *curl, curl_infotype type, char *data, size_t size, void *ctx)
{
    (void)curl;
    MailWire *w = ctx;
    const PtStr text = {data, size};
    if (type == CURLINFO_HEADER_IN && !w->quitting) {
        mail_keep_said(w->said, text);
    } else if (type == CURLINFO_HEADER_OUT) {
        w->asked |= pt_str_starts(text, PT_STR("MAIL FROM"));
        w->quitting |= pt_str_starts(text, PT_STR("QUIT"));
    }
    return 0;
}

bool mail_wire_stops(MailWire *w)
{
    w->stopped =
        w->stopped || (w->server.is_stopped != NULL && w->server.is_stopped(w->server.ctx));
    return w->stopped;
}

static int on_progress(void *ctx, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    (void)a, (void)b, (void)c, (void)d;
    return mail_wire_stops(ctx) ? 1 : 0;
}

/* The body of an answer that is of no interest, rather than stdout. */
static size_t on_body(char *bytes, size_t size, size_t count, void *ctx)
{
    (void)bytes, (void)ctx;
    return size * count;
}

static CURLcode set_login(const MailWire *w)
{
    CURLcode rc = curl_easy_setopt(w->curl, CURLOPT_USERNAME, w->user);
    const char *password = w->server.is_token ? NULL : w->secret;
    rc |= curl_easy_setopt(w->curl, CURLOPT_PASSWORD, password);
    rc |= curl_easy_setopt(w->curl, CURLOPT_XOAUTH2_BEARER, w->server.is_token ? w->secret : NULL);
    return rc;
}

static void note_refused(MailWire *w, const struct sockaddr *address)
{
    if (getnameinfo(address,
                    address->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                   : sizeof(struct sockaddr_in),
                    w->refused, sizeof w->refused, NULL, 0, NI_NUMERICHOST) != 0) {
        (void)strcpy(w->refused, "?");
    }
}

static curl_socket_t open_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *at)
{
    (void)purpose;
    MailWire *w = ctx;
    if (w->server.allows != NULL && !w->server.allows(w->server.net, &at->addr)) {
        note_refused(w, &at->addr);
        return CURL_SOCKET_BAD;
    }
    return socket(at->family, at->socktype | SOCK_CLOEXEC, at->protocol);
}

static bool set_options(MailWire *w, const char *scheme)
{
    CURL *e = w->curl;
    char protocols[16];
    (void)snprintf(protocols, sizeof protocols, "%s,%ss", scheme, scheme);
    CURLcode rc = curl_easy_setopt(e, CURLOPT_PROTOCOLS_STR, protocols);
    rc |= curl_easy_setopt(e, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    rc |= curl_easy_setopt(e, CURLOPT_OPENSOCKETDATA, w);
    rc |= curl_easy_setopt(e, CURLOPT_URL, w->url);
    rc |= curl_easy_setopt(e, CURLOPT_NOSIGNAL, 1L);
    rc |= curl_easy_setopt(e, CURLOPT_PROXY, ""); // an environment's proxy is not asked for
    rc |= curl_easy_setopt(e, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    rc |= curl_easy_setopt(e, CURLOPT_TCP_NODELAY, 1L);
    rc |= curl_easy_setopt(e, CURLOPT_ERRORBUFFER, w->why);
    rc |= curl_easy_setopt(e, CURLOPT_CONNECTTIMEOUT_MS, (long)w->server.timeout_ms);
    rc |= curl_easy_setopt(e, CURLOPT_SERVER_RESPONSE_TIMEOUT,
                           (long)((w->server.timeout_ms + 999) / 1000));
    rc |= curl_easy_setopt(
        e, CURLOPT_USE_SSL,
        (long)(w->server.security == MAIL_CLEAR ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    if (w->ca_file != NULL) {
        rc |= curl_easy_setopt(e, CURLOPT_CAINFO, w->ca_file);
        rc |= curl_easy_setopt(e, CURLOPT_CAPATH, NULL);
    }
    rc |= curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, on_body);
    rc |= curl_easy_setopt(e, CURLOPT_VERBOSE, 1L);
    rc |= curl_easy_setopt(e, CURLOPT_DEBUGFUNCTION, on_debug);
    rc |= curl_easy_setopt(e, CURLOPT_DEBUGDATA, w);
    rc |= curl_easy_setopt(e, CURLOPT_XFERINFOFUNCTION, on_progress);
    rc |= curl_easy_setopt(e, CURLOPT_XFERINFODATA, w);
    rc |= curl_easy_setopt(e, CURLOPT_NOPROGRESS, 0L);
    return rc == CURLE_OK && (w->user == NULL || set_login(w) == CURLE_OK);
}

PtStatus mail_wire_init(MailWire *w, const MailServer *server, const char *scheme, const char *path,
                        PtError *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, global_init);
    *w = (MailWire){.server = *server};
    const PtStatus st = check(server, err);
    if (st != PT_OK) {
        return st;
    }
    const bool is_v6 = strchr(server->host, ':') != NULL;
    bool ok =
        asprintf(&w->url, "%s%s://%s%s%s:%u%s", scheme, server->security == MAIL_TLS ? "s" : "",
                 is_v6 ? "[" : "", server->host, is_v6 ? "]" : "", server->port, path) >= 0;
    if (!ok) {
        w->url = NULL;
    }
    ok = ok && copy(&w->user, server->user) && copy(&w->secret, server->secret) &&
         copy(&w->ca_file, server->ca_file);
    w->server.timeout_ms = server->timeout_ms > 0 ? server->timeout_ms : TIMEOUT_DEFAULT_MS;
    w->server.host = NULL; // within the URL
    w->server.user = w->user;
    w->server.secret = w->secret;
    w->server.ca_file = w->ca_file;
    w->curl = ok ? curl_easy_init() : NULL;
    if (w->curl == NULL || !set_options(w, scheme)) {
        mail_wire_done(w);
        return no_memory(err);
    }
    return PT_OK;
}

void mail_wire_done(MailWire *w)
{
    curl_easy_cleanup(w->curl);
    free(w->url);
    free(w->user);
    if (w->secret != NULL) {
        explicit_bzero(w->secret, strlen(w->secret));
    }
    free(w->secret);
    free(w->ca_file);
    *w = (MailWire){0};
}

PtStatus mail_wire_fail(MailWire *w, CURLcode rc, PtError *err)
{
    static const struct {
        CURLcode code;
        PtStatus status;
    } known[] = {
        {CURLE_LOGIN_DENIED, PT_UNAUTHENTICATED}, {CURLE_AUTH_ERROR, PT_UNAUTHENTICATED},
        {CURLE_USE_SSL_FAILED, PT_FORBIDDEN},     {CURLE_PEER_FAILED_VERIFICATION, PT_FORBIDDEN},
        {CURLE_SSL_CACERT_BADFILE, PT_INVALID},   {CURLE_URL_MALFORMAT, PT_INVALID},
        {CURLE_OUT_OF_MEMORY, PT_NO_MEMORY},
    };
    PtStatus status = PT_UNAVAILABLE;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        status = known[i].code == rc ? known[i].status : status;
    }
    if (w->stopped) {
        return pt_fail(err, PT_UNAVAILABLE, "the mail connection was stopped");
    }
    if (rc == CURLE_COULDNT_CONNECT && w->refused[0] != '\0') {
        return pt_fail(err, PT_FORBIDDEN,
                       "the mail server's address %s is not public and not in connect.networks",
                       w->refused);
    }
    if (status == PT_UNAUTHENTICATED) {
        return pt_fail(err, status, "the mail server refused the login: %s", w->said);
    }
    return pt_fail(err, status, "no mail connection: %s%s%s",
                   w->why[0] != '\0' ? w->why : curl_easy_strerror(rc),
                   w->said[0] != '\0' ? "; the server said: " : "", w->said);
}
