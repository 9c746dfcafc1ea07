// SPDX-License-Identifier: Apache-2.0
#include "platform/text/text_internal.h"

#include <string.h>
#include <utf8proc.h>

/* Latin letters that Unicode does not take apart, as people without them on their keyboard type
 * them. Lower case: they are looked up after case folding. By letter. */
static const struct Plain {
    uint32_t letter;
    char plain[3];
} plain_letters[] = {
    {0x00E6, "ae"}, {0x00F0, "d"}, {0x00F8, "o"}, {0x00FE, "th"}, {0x0111, "d"},  {0x0127, "h"},
    {0x0131, "i"},  {0x0138, "k"}, {0x0142, "l"}, {0x014B, "n"},  {0x0153, "oe"}, {0x0167, "t"},
    {0x0180, "b"},  {0x0188, "c"}, {0x0192, "f"}, {0x01DD, "e"},  {0x0237, "j"},  {0x0253, "b"},
    {0x0256, "d"},  {0x0257, "d"}, {0x0259, "e"}, {0x025B, "e"},  {0x0268, "i"},  {0x0289, "u"},
};

static const struct Plain *plain_of(uint32_t letter)
{
    size_t low = 0, high = sizeof plain_letters / sizeof *plain_letters;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (plain_letters[mid].letter == letter) {
            return &plain_letters[mid];
        }
        if (plain_letters[mid].letter < letter) {
            low = mid + 1;
        } else {
            high = mid;
        }
    }
    return NULL;
}

/* The accents of Latin, Greek and Cyrillic; the vowel signs of other scripts are kept. */
static bool is_accent(uint32_t c)
{
    return (c >= 0x0300 && c <= 0x036F) || (c >= 0x0483 && c <= 0x0489) ||
           (c >= 0x1AB0 && c <= 0x1AFF) || (c >= 0x1DC0 && c <= 0x1DFF) ||
           (c >= 0x20D0 && c <= 0x20FF) || (c >= 0xFE20 && c <= 0xFE2F);
}

/* The many apostrophes and hyphens that keyboards and word processors make. */
static uint32_t tie_of(uint32_t c)
{
    switch (c) {
    case 0x0060: /* ` */
    case 0x00B4: /* acute */
    case 0x02B9:
    case 0x02BB:
    case 0x02BC:
    case 0x02BD:
    case 0x02C8:
    case 0x2018:
    case 0x2019:
    case 0x201B:
    case 0x2032:
    case 0x05F3:
        return '\'';
    case 0x2010:
    case 0x2011:
    case 0x2012:
    case 0x2013:
    case 0x2212:
        return '-';
    default:
        return c;
    }
}

/* Room for what one letter becomes: 18 is the most that Unicode has. */
enum { EACH_MAX = 24 };

static size_t fold_one(uint32_t c, uint32_t out[static EACH_MAX])
{
    if (tie_of(c) != c) {
        out[0] = tie_of(c);
        return 1;
    }
    utf8proc_int32_t parts[EACH_MAX];
    int boundary = 0;
    utf8proc_ssize_t n = utf8proc_decompose_char(
        (utf8proc_int32_t)c, parts, EACH_MAX / 2,
        // flags, which utf8proc declares as an enum
        // NOLINTNEXTLINE(clang-analyzer-optin.core.EnumCastOutOfRange)
        UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE, &boundary);
    if (n < 0 || n > EACH_MAX / 2) { // one ligature of a whole phrase
        out[0] = c;
        return 1;
    }
    size_t count = 0;
    for (utf8proc_ssize_t i = 0; i < n; i++) {
        uint32_t letter = (uint32_t)parts[i];
        const struct Plain *plain = plain_of(letter);
        if (plain != NULL) {
            for (const char *p = plain->plain; *p != '\0'; p++) {
                out[count++] = (uint8_t)*p;
            }
        } else if (!is_accent(letter)) {
            out[count++] = tie_of(letter);
        }
    }
    return count;
}

/* One code point from s, which has at least one byte. */
static size_t read_one(const char *s, const char *end, uint32_t *ret_letter)
{
    utf8proc_int32_t c = 0;
    utf8proc_ssize_t n = utf8proc_iterate((const utf8proc_uint8_t *)s, end - s, &c);
    if (n <= 0) {
        *ret_letter = 0xFFFD;
        return 1;
    }
    *ret_letter = (uint32_t)c;
    return (size_t)n;
}

size_t text_fold(PtStr s, uint32_t out[static TEXT_FOLD_MAX])
{
    const char *p = s.data, *end = s.len > 0 ? s.data + s.len : s.data;
    size_t count = 0;
    while (p < end && count + EACH_MAX <= TEXT_FOLD_MAX) {
        if ((uint8_t)*p < 0x80 && *p != '`') {
            out[count++] = (uint8_t)pt_ascii_lower(*p++);
            continue;
        }
        uint32_t c = 0;
        p += read_one(p, end, &c);
        count += fold_one(c, out + count);
    }
    return count;
}

size_t pt_text_fold(PtStr text, char *out, size_t room)
{
    const char *p = text.data, *end = text.len > 0 ? text.data + text.len : text.data;
    size_t len = 0;
    while (p < end) {
        uint32_t letters[EACH_MAX], c = (uint8_t)*p;
        size_t count = 1;
        if (c < 0x80) {
            letters[0] = (uint8_t)pt_ascii_lower(*p++);
        } else {
            p += read_one(p, end, &c);
            count = fold_one(c, letters);
        }
        for (size_t i = 0; i < count; i++) {
            char bytes[4];
            const size_t step = pt_utf8_put(letters[i], bytes);
            if (len + step > room) {
                return len;
            }
            memcpy(out + len, bytes, step);
            len += step;
        }
    }
    return len;
}

static TextClass class_of_other(uint32_t c)
{
    switch (utf8proc_category((utf8proc_int32_t)c)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
        return TEXT_LETTER;
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        return TEXT_DIGIT;
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CC:
        return TEXT_SPACE;
    default:
        return TEXT_MARK;
    }
}

TextClass text_class(uint32_t letter)
{
    if (letter >= 0x80) {
        return class_of_other(letter);
    }
    if (letter >= 'a' && letter <= 'z') {
        return TEXT_LETTER;
    }
    if (letter >= '0' && letter <= '9') {
        return TEXT_DIGIT;
    }
    if (letter <= ' ' || letter == 0x7F) {
        return TEXT_SPACE;
    }
    return letter == '\'' || letter == '-' ? TEXT_TIE : TEXT_MARK;
}
