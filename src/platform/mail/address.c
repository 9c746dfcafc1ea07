// SPDX-License-Identifier: Apache-2.0
#include "platform/mail/write.h"

enum { ADDRESS_BYTES = 254, LOCAL_BYTES = 64, LABEL_BYTES = 63 };

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* A dot-atom (RFC 5322, 3.2.3); dots at its ends and in a row are let be, as some have them. */
static bool local_is_valid(PtStr local)
{
    static const char more[] = "!#$%&'*+-/=?^_`{|}~.";
    for (size_t i = 0; i < local.len; i++) {
        if (!is_alnum(local.data[i]) && memchr(more, local.data[i], sizeof more - 1) == NULL) {
            return false;
        }
    }
    return local.len > 0 && local.len <= LOCAL_BYTES;
}

bool mail_domain_is_valid(PtStr domain)
{
    PtStr label;
    if (domain.len == 0 || domain.len > ADDRESS_BYTES) {
        return false;
    }
    while (pt_str_cut(&domain, '.', &label)) {
        bool ok = label.len > 0 && label.len <= LABEL_BYTES && label.data[0] != '-' &&
                  label.data[label.len - 1] != '-';
        for (size_t i = 0; ok && i < label.len; i++) {
            ok = is_alnum(label.data[i]) || label.data[i] == '-' || label.data[i] == '_';
        }
        if (!ok) {
            return false;
        }
    }
    return true;
}

bool mail_address_is_valid(PtStr address)
{
    const char *at = address.len > 0 && address.len <= ADDRESS_BYTES
                         ? memchr(address.data, '@', address.len)
                         : NULL;
    if (at == NULL) {
        return false;
    }
    const size_t local = (size_t)(at - address.data);
    return local_is_valid((PtStr){address.data, local}) &&
           mail_domain_is_valid((PtStr){at + 1, address.len - local - 1});
}
