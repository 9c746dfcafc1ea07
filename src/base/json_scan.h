// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/json.h"

/* Inside of base/json: scanners shared by parser, decoder and writer, inlined into their loops. */

#if defined(__SSE2__) && !defined(PT_JSON_SCALAR)
#include <emmintrin.h>

/* Bit i is set when byte i of the 16 at p ends a run of plain ASCII text. The compare is signed, so
 * that "under 0x20" holds for bytes over 0x7f too.
 */
static inline unsigned json_special16(const char *p)
{
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
    __m128i quote = _mm_cmpeq_epi8(v, _mm_set1_epi8('"'));
    __m128i backslash = _mm_cmpeq_epi8(v, _mm_set1_epi8('\\'));
    __m128i control = _mm_cmplt_epi8(v, _mm_set1_epi8(0x20));
    return (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, backslash), control));
}
#define JSON_SIMD 1
#else
#define JSON_SIMD 0
#endif

static inline bool json_is_special(char c)
{
    return (signed char)c < 0x20 || c == '"' || c == '\\';
}

static inline const char *json_scan_plain(const char *p, const char *end)
{
#if JSON_SIMD
    while (end - p >= 16) {
        unsigned mask = json_special16(p);
        if (mask != 0) {
            return p + __builtin_ctz(mask);
        }
        p += 16;
    }
#endif
    while (p < end && !json_is_special(*p)) {
        p++;
    }
    return p;
}

/* One escape at p, which is behind its backslash, or for a surrogate pair the two. */
typedef struct JsonEscape {
    const char *next;   /* behind it; NULL when it is not an escape */
    uint32_t codepoint; /* with U+FFFD already in place of a lone surrogate or NUL */
    unsigned flags;
} JsonEscape;

JsonEscape json_escape(const char *p, const char *end);
