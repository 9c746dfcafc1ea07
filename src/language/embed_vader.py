#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes what VADER knows of words as C tables, from the package vaderSentiment of PyPI (MIT, C.J. Hutto).

usage: embed_vader.py OUT.c

Each text of the lexicon, the boosters, the negations and the special cases is one entry; a table of slots finds it by the FNV-1a
hash of its bytes, of which its upper 16 bits stand beside its number. Emoji are code points with what they are called.
"""
import pathlib
import sys

try:
    from vaderSentiment import vaderSentiment as vader
except ImportError:
    sys.exit("no package vaderSentiment: pip install -r tools/requirements-dev.txt (./dev does)")

LEXICON, BOOSTER, NEGATION, SPECIAL, BEGINS = 1, 2, 4, 8, 16
SLOTS = 1 << 15


def fnv1a(data: bytes) -> int:
    value = 0xCBF29CE484222325
    for byte in data:
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return value


def c_bytes(data: bytes) -> str:
    return "".join(chr(b) if 32 <= b < 127 and chr(b) not in '"\\?' else f"\\{b:03o}" for b in data)


def entries(analyzer):
    found = {}

    def of(text):
        return found.setdefault(text, {"flags": 0, "valence": 0.0, "booster": 0.0, "special": 0.0})

    for flag, member, values in ((LEXICON, "valence", analyzer.lexicon), (BOOSTER, "booster", vader.BOOSTER_DICT),
                                 (SPECIAL, "special", vader.SPECIAL_CASES)):
        for text, value in values.items():
            of(text)["flags"] |= flag
            of(text)[member] = float(value)
    for text in vader.NEGATE:
        of(text)["flags"] |= NEGATION
    for text in [*vader.BOOSTER_DICT, *vader.SPECIAL_CASES]:
        if " " in text:
            of(text.split()[0])["flags"] |= BEGINS
    return sorted((text.encode(), entry) for text, entry in found.items())


def slots(table):
    taken = [(0, 0)] * SLOTS
    for number, (text, _) in enumerate(table):
        value = fnv1a(text)
        slot = value % SLOTS
        while taken[slot][0]:
            slot = (slot + 1) % SLOTS
        taken[slot] = (number + 1, value >> 48)
    return taken


def rows(values, width=8):
    return ["    " + ", ".join(f"{{{number}, {tag}}}" for number, tag in values[i:i + width]) + "," for i in range(0, len(values), width)]


def main() -> None:
    analyzer = vader.SentimentIntensityAnalyzer()
    table = entries(analyzer)
    emojis = sorted((ord(emoji), text.encode()) for emoji, text in analyzer.emojis.items() if len(emoji) == 1)
    out = ["/* Generated from the package vaderSentiment (MIT, C.J. Hutto) by embed_vader.py. */", '#include "language/vader.h"', "",
           f"const double vader_capitals = {vader.C_INCR!r}, vader_negated = {vader.N_SCALAR!r};",
           f"const uint32_t vader_emoji_count = {len(emojis)};", "", "const VaderEntry vader_entries[] = {"]
    out += [f'    {{"{c_bytes(text)}", {len(text)}, {e["flags"]}, {e["valence"]!r}, {e["booster"]!r}, {e["special"]!r}}},' for text, e in table]
    out += ["};", "", "const VaderSlot vader_slots[VADER_SLOTS] = {", *rows(slots(table)), "};", "",
            "const VaderEmoji vader_emoji[] = {"]
    out += [f'    {{0x{code:05X}, "{c_bytes(text)}", {len(text)}}},' for code, text in emojis]
    out += ["};", ""]
    pathlib.Path(sys.argv[1]).write_text("\n".join(out), encoding="ascii")


if __name__ == "__main__":
    main()
