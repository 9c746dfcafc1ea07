#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares base/json and base/time with Python's json, float repr and zoneinfo on random inputs.

usage: oracle_test.py ORACLE [SEED]     ORACLE is the program built from oracle.c
"""
import datetime
import json
import math
import pathlib
import random
import struct
import subprocess
import sys
import zoneinfo

ZONES = pathlib.Path("/usr/share/zoneinfo")
EPOCH = datetime.datetime(1970, 1, 1)
UTC = datetime.timezone.utc


def ask(oracle, mode, lines):
    done = subprocess.run([oracle, mode], input="\n".join(lines) + "\n", capture_output=True,
                          encoding="utf-8", check=True)
    answers = done.stdout.split("\n")[:-1]
    assert len(answers) == len(lines), f"{len(answers)} answers to {len(lines)} questions"
    return answers


def random_value(rng, depth):
    kind = rng.randrange(9 if depth > 0 else 6)
    if kind < 2:
        return "".join(rng.choice('ab"\\/\n\t\x7f\x1f\u00fc\u20ac\U0001f600') for _ in range(rng.randrange(24)))
    if kind == 2:
        return rng.choice([0, -1, 7, 2**53, 2**63 - 1, -2**63, rng.randrange(10**12)])
    if kind == 3:
        return rng.choice([0.5, -1.25e-9, 1e300, 79.95, rng.random()])
    if kind < 6:
        return rng.choice([None, True, False])
    if kind == 6:
        return [random_value(rng, depth - 1) for _ in range(rng.randrange(5))]
    return {str(random_value(rng, 0)): random_value(rng, depth - 1) for _ in range(rng.randrange(5))}


def random_document(rng):
    """A document, most with a few bytes changed so that about half are JSON no more."""
    text = bytearray(json.dumps(random_value(rng, 4), ensure_ascii=rng.random() < 0.5,
                                indent=rng.choice([None, None, 1])).encode())
    for _ in range(rng.choice([0, 1, 1, 2, 3])):
        at = rng.randrange(len(text) + 1)
        new = rng.choice([b"", b",", b"]", b"}", b"{", b"[", b'"', b"\\", b":", b"0", b"-", b".", b"e5", b" ", b"\x00",
                          b"\\u0000", b"\\ud800", b"\\udc00", b"\\ud83d\\ude00", b"\xff", b"\xc3\xbc", b"\xed\xa0\x80",
                          b"NaN", b"1e999", b"\n", b"true", b"null"])
        text[at:at + rng.randrange(2)] = new
    return bytes(text)


def refuse(name):
    raise ValueError(f"{name} is not JSON")


def replaced(value):
    """The same with U+FFFD in place of NUL and lone surrogates, infinity as null, 2.0 as 2."""
    if isinstance(value, str):
        return "".join("\ufffd" if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in value)
    if isinstance(value, list):
        return [replaced(v) for v in value]
    if isinstance(value, tuple):
        return (replaced(value[0]), replaced(value[1]))
    if isinstance(value, int) and not isinstance(value, bool) and not -2**63 <= value < 2**63:
        value = float(value)
    if isinstance(value, float):
        return None if math.isinf(value) else int(value) if value.is_integer() else value
    return value


def pairs(items):
    return [("object", None)] + [(k, v) for k, v in items]  # duplicates and order count


def check_json(oracle, rng, count):
    documents = [random_document(rng) for _ in range(count)]
    taken = 0
    for text, answer in zip(documents, ask(oracle, "json", [d.hex() for d in documents])):
        try:
            want = replaced(json.loads(text.decode(), parse_constant=refuse, object_pairs_hook=pairs))
        except ValueError:
            assert answer == "!", f"taken: {text!r}"
            continue
        assert answer != "!", f"refused: {text!r}"
        got = replaced(json.loads(answer, object_pairs_hook=pairs))
        assert repr(got) == repr(want), f"{text!r} reads as {got!r}, not {want!r}"
        taken += 1
    assert 0.2 < taken / count < 0.9, f"{taken} of {count} were JSON: the inputs prove little"
    return f"{count} documents, {taken} of them JSON"


def digits(text):
    """Significant digits of a number's text."""
    return text.lower().split("e")[0].replace(".", "").replace("-", "").strip("0")


def check_dtoa(oracle, rng, count):
    bits = [rng.getrandbits(64) for _ in range(count)]
    bits += [e << 52 for e in range(0, 2047)]  # every power of two
    bits += [rng.getrandbits(rng.randrange(1, 52)) for _ in range(count // 10)]  # subnormal
    values = [struct.unpack("<d", struct.pack("<Q", b))[0] for b in bits]
    for value, answer in zip(values, ask(oracle, "dtoa", [f"{b:x}" for b in bits])):
        if not math.isfinite(value):
            assert answer == "null"
            continue
        assert float(answer) == value, f"{value!r} written as {answer}"
        assert len(digits(answer)) <= len(digits(repr(value))), f"{value!r} is shorter than {answer}"
    return f"{len(bits)} doubles"


def zone_names():
    rows = (ZONES / "tzdata.zi").read_text().splitlines()
    names = {r.split()[1] for r in rows if r.startswith("Z ")} | {r.split()[2] for r in rows if r.startswith("L ")}
    return sorted(n for n in names if (ZONES / n).is_file())


def random_instant(rng, zone):
    """Half of them within two days of a change of offset, where there is something to get wrong."""
    at = rng.randrange(-3 * 10**9, 8 * 10**9)
    if rng.random() < 0.5:
        here = (EPOCH + datetime.timedelta(seconds=at)).replace(tzinfo=UTC)
        for day in range(0, 400, 10):
            there = here + datetime.timedelta(days=day)
            if there.astimezone(zone).utcoffset() != here.astimezone(zone).utcoffset():
                at += (day - 10) * 86400 + rng.randrange(-172800, 10 * 86400 + 172800)
                break
    return at


def zone_answer(zone, at):
    instant = (EPOCH + datetime.timedelta(seconds=at)).replace(tzinfo=UTC)
    wall = EPOCH + datetime.timedelta(seconds=at)
    found = []
    for fold in (0, 1):
        local = wall.replace(tzinfo=zone, fold=fold)
        utc = local.astimezone(UTC)
        found.append(int(utc.timestamp()))
    if datetime.datetime.fromtimestamp(found[0], zone).replace(tzinfo=None, fold=0) != wall:
        found[1] = found[0]  # a gap: fold 1 means the offset behind it there
    offset = int(instant.astimezone(zone).utcoffset().total_seconds())
    return f"{offset} {found[0]} {found[1]}"


def check_zones(oracle, rng, count):
    names = zone_names()
    assert len(names) > 300, "no tzdata.zi to name the zones"
    questions = []
    for name in names:
        zone = zoneinfo.ZoneInfo(name)
        questions += [(name, zone, random_instant(rng, zone)) for _ in range(count // len(names))]
    answers = ask(oracle, "zone", [f"{name} {at}" for name, _, at in questions])
    for (name, zone, at), answer in zip(questions, answers):
        want = zone_answer(zone, at)
        assert answer == want, f"{name} {at}: {answer}, not {want}"
    return f"{len(questions)} instants in {len(names)} zones"


def main():
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    print(check_json(sys.argv[1], rng, 20000))
    print(check_dtoa(sys.argv[1], rng, 20000))
    print(check_zones(sys.argv[1], rng, 20000))


main()
