// SPDX-License-Identifier: Apache-2.0
/* Tokens: what shows that a message belongs to a ticket, and that an id is of a message of ours. */
#include "desk/mail_internal.h"

#include "base/hash.h"
#include "base/json.h"

#include <stdio.h>
#include <string.h>

enum { TOKEN_BYTES = (DESK_MAIL_TOKEN - 1) / 2, TAGGED_MAX = 64 };

static const char id_begin[] = "desk.";

void desk_mail_token(const Desk *d, const char *what, int64_t number,
                     char out[static DESK_MAIL_TOKEN])
{
    uint8_t hash[PT_SECRET_HASH];
    char text[64];
    (void)snprintf(text, sizeof text, "desk mail %s %lld", what, (long long)number);
    pt_secret_hash(pt_str(text), d->c.mail.key, hash);
    pt_hex(hash, TOKEN_BYTES, out);
}

static bool token_holds(const Desk *d, const char *what, int64_t number, PtStr given)
{
    char token[DESK_MAIL_TOKEN], lower[DESK_MAIL_TOKEN];
    if (given.len != DESK_MAIL_TOKEN - 1) {
        return false;
    }
    for (size_t i = 0; i < given.len; i++) {
        lower[i] = pt_ascii_lower(given.data[i]);
    }
    desk_mail_token(d, what, number, token);
    return pt_secret_eq(pt_str(token), (PtStr){lower, given.len});
}

PtStr desk_mail_host(PtStr address)
{
    const char *at = address.len > 0 ? memrchr(address.data, '@', address.len) : NULL;
    return at != NULL ? pt_str_from(address, (size_t)(at - address.data) + 1) : PT_STR("");
}

static PtStr local_of(PtStr address)
{
    const PtStr host = desk_mail_host(address);
    return host.len > 0 ? (PtStr){address.data, address.len - host.len - 1} : address;
}

/* ---- Ids --------------------------------------------------------------------------------------
 */

PtStr desk_mail_id(const Desk *d, int64_t number, PtStr address, char out[static DESK_MAIL_ID])
{
    char token[DESK_MAIL_TOKEN];
    const PtStr host = desk_mail_host(address);
    desk_mail_token(d, "message", number, token);
    (void)snprintf(out, DESK_MAIL_ID, "%s%lld.%s@%.*s", id_begin, (long long)number, token,
                   PT_STR_ARG(host));
    return pt_str(out);
}

bool desk_mail_is_ours(const Desk *d, PtStr id, int64_t *ret_number)
{
    PtStr rest = local_of(id), number = {NULL, 0}, token = {NULL, 0};
    int64_t n = 0;
    if (!pt_str_starts(rest, pt_str(id_begin))) {
        return false;
    }
    rest = pt_str_from(rest, sizeof id_begin - 1);
    if (!pt_str_cut(&rest, '.', &number) || !pt_str_cut(&rest, '.', &token) ||
        !pt_json_to_i64(number, &n) || !token_holds(d, "message", n, token)) {
        return false;
    }
    *ret_number = n;
    return true;
}

/* ---- Tickets ----------------------------------------------------------------------------------
 */

/* "INC-1001 TOKEN" or "INC-1001.TOKEN" */
static int64_t of_tag(const Desk *d, PtStr tag, char sep)
{
    PtStr rest = tag, key = {NULL, 0};
    int64_t number = 0;
    return tag.len <= TAGGED_MAX && pt_str_cut(&rest, sep, &key) && desk_key_parse(key, &number) &&
                   token_holds(d, "ticket", number, rest)
               ? number
               : 0;
}

int64_t desk_mail_of_subject(const Desk *d, PtStr subject)
{
    PtStr rest = subject, before = {NULL, 0};
    int64_t found = 0;
    while (found == 0 && pt_str_cut(&rest, '[', &before) && rest.data != NULL) {
        const char *end = rest.len > 0 ? memchr(rest.data, ']', rest.len) : NULL;
        found = end != NULL ? of_tag(d, (PtStr){rest.data, (size_t)(end - rest.data)}, ' ') : 0;
    }
    return found;
}

int64_t desk_mail_of_address(const Desk *d, PtStr mailbox, PtStr address)
{
    const PtStr own = local_of(mailbox), local = local_of(address);
    const bool ours = local.len > own.len && local.data[own.len] == '+' &&
                      pt_str_eq_nocase((PtStr){local.data, own.len}, own) &&
                      pt_str_eq_nocase(desk_mail_host(mailbox), desk_mail_host(address));
    return ours ? of_tag(d, pt_str_from(local, own.len + 1), '.') : 0;
}

PtStr desk_mail_reply_to(const Desk *d, PtStr mailbox, PtStr key, int64_t ticket,
                         char out[static DESK_MAIL_ADDRESS + 1])
{
    char token[DESK_MAIL_TOKEN];
    const PtStr local = local_of(mailbox), host = desk_mail_host(mailbox);
    desk_mail_token(d, "ticket", ticket, token);
    const int len = snprintf(out, DESK_MAIL_ADDRESS + 1, "%.*s+%.*s.%s@%.*s", PT_STR_ARG(local),
                             PT_STR_ARG(key), token, PT_STR_ARG(host));
    return len <= DESK_MAIL_ADDRESS ? pt_str(out) : PT_STR("");
}
