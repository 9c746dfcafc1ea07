// SPDX-License-Identifier: Apache-2.0
/* What the settings may say, and where a browser may be sent. */
#include "access/oidc_internal.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

bool oidc_return_to_valid(PtStr path)
{
    bool good = path.len >= 1 && path.len <= OIDC_RETURN_TO_MAX && path.data[0] == '/';
    for (size_t i = 0; good && i < path.len; i++) {
        const char c = path.data[i];
        good = c > ' ' && c <= '~' && c != '\\' && !(c == '/' && i > 0 && path.data[i - 1] == '/');
    }
    return good;
}

PtStatus oidc_read_secret(const char *path, PtArena *arena, PtStr *ret_secret, PtError *err)
{
    PT_CLEANUP(pt_close_filep) FILE *f = fopen(path, "re");
    struct stat info;
    char text[OIDC_CLIENT_SECRET_MAX + 3];
    if (f == NULL) {
        const int why = errno;
        return pt_fail(err, pt_status_of_errno(why), "oidc.client_secret_file: \"%s\": %s", path,
                       strerror(why));
    }
    if (fstat(fileno(f), &info) != 0) {
        return pt_fail(err, PT_IO, "oidc.client_secret_file: \"%s\" cannot be examined", path);
    }
    if ((info.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return pt_fail(err, PT_FORBIDDEN,
                       "oidc.client_secret_file: \"%s\" is open to others: chmod 600", path);
    }
    const size_t got = fread(text, 1, sizeof text, f);
    size_t from = 0, end = got;
    while (from < end && (unsigned char)text[from] <= ' ') {
        from++;
    }
    while (end > from && (unsigned char)text[end - 1] <= ' ') {
        end--;
    }
    PtStatus st = PT_OK;
    if (got == sizeof text || end == from || end - from > OIDC_CLIENT_SECRET_MAX ||
        memchr(text + from, '\0', end - from) != NULL) {
        st = pt_fail(err, PT_INVALID, "oidc.client_secret_file: \"%s\" has not 1..%d bytes of text",
                     path, OIDC_CLIENT_SECRET_MAX);
    } else {
        *ret_secret = pt_arena_str(arena, (PtStr){text + from, end - from});
        if (ret_secret->data == NULL) {
            st = pt_fail(err, PT_NO_MEMORY, "no memory for the client secret");
        }
    }
    explicit_bzero(text, sizeof text);
    return st;
}

/* A base URL: scheme and host alone, so that the path of the callback can follow. */
static bool is_origin(const char *url)
{
    const char *host = strstr(url, "://");
    return oidc_url_valid(pt_str(url)) && host != NULL && strpbrk(host + 3, "/?") == NULL;
}

PtStatus oidc_config_check(const OidcConfig *c, PtError *err)
{
    const struct {
        const char *key, *text;
        size_t min, max;
    } texts[] = {{"oidc.issuer", c->issuer, 1, OIDC_TEXT_MAX},
                 {"oidc.client_id", c->client_id, 1, OIDC_TEXT_MAX},
                 {"oidc.client_secret_file", c->client_secret, 0, OIDC_CLIENT_SECRET_MAX},
                 {"oidc.name", c->name, 1, OIDC_TEXT_MAX},
                 {"oidc.public_url", c->public_url, 1, OIDC_TEXT_MAX},
                 {"oidc.domains", c->domains, 0, OIDC_TEXT_MAX}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const size_t len = strlen(texts[i].text);
        if (len < texts[i].min || len > texts[i].max) {
            return pt_fail(err, PT_INVALID, "%s has %zu bytes, not %zu..%zu", texts[i].key, len,
                           texts[i].min, texts[i].max);
        }
    }
    if (!oidc_url_valid(pt_str(c->issuer)) || strchr(c->issuer, '?') != NULL) {
        return pt_fail(err, PT_INVALID, "oidc.issuer: \"%s\" is not an https address", c->issuer);
    }
    if (!is_origin(c->public_url)) {
        return pt_fail(err, PT_INVALID,
                       "oidc.public_url: \"%s\" is not https://HOST without a path", c->public_url);
    }
    if (c->create && c->domains[0] == '\0') {
        return pt_fail(err, PT_INVALID,
                       "oidc.create needs oidc.domains: the mail domains of your people, or *");
    }
    return PT_OK;
}
