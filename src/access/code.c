// SPDX-License-Identifier: Apache-2.0
/* Codes that people read from one screen and type into another. */
#include "access/access_internal.h"

#include "base/rng.h"

enum { GROUP = 5 };

static const char letters[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static void put(unsigned at, char letter, char *out)
{
    out[at + at / GROUP] = letter;
}

static void frame(unsigned groups, char *out)
{
    for (unsigned i = 1; i < groups; i++) {
        out[i * (GROUP + 1) - 1] = '-';
    }
    out[groups * (GROUP + 1) - 1] = '\0';
}

void code_make(unsigned groups, char *out)
{
    for (unsigned i = 0; i < groups * GROUP; i++) {
        uint8_t byte;
        pt_random_bytes(&byte, 1);
        put(i, letters[byte & 31U], out);
    }
    frame(groups, out);
}

static char read_letter(char typed)
{
    const char lower = pt_ascii_lower(typed);
    const char upper = lower >= 'a' && lower <= 'z' ? (char)(lower - 'a' + 'A') : typed;
    return (char)(upper == 'O' ? '0' : upper == 'I' || upper == 'L' ? '1' : upper);
}

bool code_read(PtStr typed, unsigned groups, char *out)
{
    unsigned count = 0;
    for (size_t i = 0; i < typed.len; i++) {
        const char letter = read_letter(typed.data[i]);
        if (letter == '-' || letter == ' ') {
            continue;
        }
        if (count == groups * GROUP || memchr(letters, letter, sizeof letters - 1) == NULL) {
            return false;
        }
        put(count++, letter, out);
    }
    frame(groups, out);
    return count == groups * GROUP;
}
