// SPDX-License-Identifier: Apache-2.0
/* What the module reads of strangers: addresses, names, codes, anchors; and what it makes of them.
 */
#include "access/access_internal.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool truth)
{
    if (!truth) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const PtStr text = {(const char *)data, size};
    char email[ACCESS_EMAIL_MAX + 1], again[ACCESS_EMAIL_MAX + 1], code[24], code_again[24],
        uri[700];
    AuditAnchor anchor;
    if (size == 0) {
        return 0;
    }
    if (email_fold(text, email)) {
        check(email_fold(pt_str(email), again) && strcmp(email, again) == 0);
        if (totp_uri("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", pt_str(email), uri, sizeof uri)) {
            check(strlen(uri) < sizeof uri && strpbrk(uri, " \"<>\\^`{|}") == NULL);
        }
    }
    for (unsigned groups = 2; groups <= 4; groups += 2) {
        if (code_read(text, groups, code)) {
            check(strlen(code) == 6U * groups - 1);
            check(code_read(pt_str(code), groups, code_again) && strcmp(code, code_again) == 0);
        }
    }
    if (audit_anchor_parse(text, &anchor)) {
        check(anchor.seq > 0);
    }
    if (password_check_new(text, PT_STR("a@b.c"), NULL) == PT_OK) {
        check(size >= PASSWORD_MIN && size <= 4 * (size_t)PASSWORD_MAX);
    }
    if (name_check(text, NULL) == PT_OK) {
        check(size <= 4 * (size_t)ACCESS_NAME_MAX && pt_utf8_valid(text));
    }
    return 0;
}
