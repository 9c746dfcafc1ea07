// SPDX-License-Identifier: Apache-2.0
/* Encodings of files that people export. */
#include "connect/reader_internal.h"

/* Bytes of a sequence by its first byte, 0 where none may start. */
static size_t sequence_len(unsigned char c)
{
    if (c < 0x80) {
        return 1;
    }
    if (c >= 0xc2 && c <= 0xdf) {
        return 2;
    }
    if (c >= 0xe0 && c <= 0xef) {
        return 3;
    }
    return c >= 0xf0 && c <= 0xf4 ? 4 : 0;
}

/* The second byte's range excludes overlong forms, surrogates and what lies past U+10FFFF. */
static bool sequence_ok(const unsigned char *p, size_t n)
{
    unsigned char low = p[0] == 0xe0 ? 0xa0 : p[0] == 0xf0 ? 0x90 : 0x80;
    unsigned char high = p[0] == 0xed ? 0x9f : p[0] == 0xf4 ? 0x8f : 0xbf;
    if (p[1] < low || p[1] > high) {
        return false;
    }
    for (size_t i = 2; i < n; i++) {
        if (p[i] < 0x80 || p[i] > 0xbf) {
            return false;
        }
    }
    return true;
}

bool reader_utf8(PtStr s, bool *ret_ascii)
{
    const unsigned char *p = (const unsigned char *)s.data;
    *ret_ascii = true;
    for (size_t i = 0; i < s.len;) {
        uint64_t eight;
        if (s.len - i >= sizeof eight) {
            memcpy(&eight, p + i, sizeof eight);
            if ((eight & 0x8080808080808080U) == 0) {
                i += sizeof eight;
                continue;
            }
        }
        size_t n = sequence_len(p[i]);
        if (n == 1) {
            i++;
            continue;
        }
        *ret_ascii = false;
        if (n == 0 || s.len - i < n || !sequence_ok(p + i, n)) {
            return false;
        }
        i += n;
    }
    return true;
}

/* Windows-1252 where it parts from Latin-1: 0x80..0x9f. Five bytes are undefined and keep their
 * control character, as browsers do. */
static const uint16_t windows_1252[32] = {
    0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008d, 0x017d, 0x008f, 0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178,
};

size_t reader_one_byte(PtStr s, bool latin_1, char *out)
{
    char *at = out;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.data[i];
        unsigned code = !latin_1 && c >= 0x80 && c < 0xa0 ? windows_1252[c - 0x80] : c;
        if (code < 0x80) {
            *at++ = (char)code;
        } else if (code < 0x800) {
            *at++ = (char)(0xc0 | (code >> 6));
            *at++ = (char)(0x80 | (code & 0x3f));
        } else {
            *at++ = (char)(0xe0 | (code >> 12));
            *at++ = (char)(0x80 | ((code >> 6) & 0x3f));
            *at++ = (char)(0x80 | (code & 0x3f));
        }
    }
    return (size_t)(at - out);
}
