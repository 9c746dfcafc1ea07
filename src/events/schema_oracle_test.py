#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds our JSON Schema against two judges: the official JSON-Schema-Test-Suite, which the source
package of PyPI's jsonschema ships (downloaded into .cache when it is not there), and that library
itself on random schemas and instances.

usage: schema_oracle_test.py ORACLE [SEED]     ORACLE is the program built from schema_oracle.c
"""
import importlib.metadata
import json
import os
import pathlib
import random
import subprocess
import sys
import tarfile

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "jsonschema"
DRAFTS = {
    "draft2020-12": "https://json-schema.org/draft/2020-12/schema",
    "draft2019-09": "https://json-schema.org/draft/2019-09/schema",
    "draft7": "http://json-schema.org/draft-07/schema#",
}
FORMATS = ("date-time", "date", "time", "email", "uri", "uuid", "ipv4", "ipv6")

# Schemas that are refused when they are saved, by what the refusal says, and the files of the suite that
# have such: a file that is not named here, or one that has none any more, is noticed.
REFUSED = ("refers to another document", "names a document inside the document",
           "is a keyword that is not taken", "is no draft that is taken")
REFUSED_FILES = {"anchor", "definitions", "defs", "dynamicRef", "not", "recursiveRef", "ref", "refRemote",
                 "unevaluatedItems", "unevaluatedProperties", "vocabulary"}


def suite() -> pathlib.Path:
    done = CACHE / "json" / "tests"
    if not done.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        version = importlib.metadata.version("jsonschema")
        subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--disable-pip-version-check", "--no-deps",
                        "--no-binary", "jsonschema", "-d", str(CACHE), f"jsonschema=={version}"],
                       check=False, capture_output=True)
        for package in CACHE.glob("jsonschema-*.tar.gz"):
            with tarfile.open(package) as tar:
                for m in tar.getmembers():
                    m.name = m.name.partition("/")[2]
                    if m.name.startswith("json/tests/draft") and m.isfile() and ".." not in m.name:
                        target = CACHE / m.name
                        target.parent.mkdir(parents=True, exist_ok=True)
                        target.write_bytes(tar.extractfile(m).read())
    return done


def text(value) -> str:
    return json.dumps(value, ensure_ascii=True)


class Asker:
    """Gathers questions, asks them all at once."""

    def __init__(self, oracle):
        self.oracle, self.lines = oracle, []

    def add(self, letter, value) -> int:
        self.lines.append(letter + text(value))
        return len(self.lines) - 1

    def answers(self):
        done = subprocess.run([self.oracle], input="\n".join(self.lines) + "\n", capture_output=True,
                              encoding="utf-8", check=True)
        answers = done.stdout.split("\n")[:-1]
        assert len(answers) == len(self.lines), f"{len(answers)} answers to {len(self.lines)}: {done.stderr[-2000:]}"
        return answers


def with_draft(schema, uri):
    return {"$schema": uri, **schema} if isinstance(schema, dict) else schema


def official(oracle) -> int:
    tests = suite()
    if not tests.exists():
        print("schema_oracle: the official suite cannot be had (no package index): not run")
        return 0
    failed = ran = refused = 0
    files_refused = set()
    for draft, uri in DRAFTS.items():
        files = sorted(tests.joinpath(draft).glob("*.json"))
        files += [f for f in sorted(tests.joinpath(draft, "optional", "format").glob("*.json")) if f.stem in FORMATS]
        files += [tests / draft / "optional" / n for n in ("bignum.json", "float-overflow.json",
                                                            "non-bmp-regex.json", "unicode.json")]
        ask, cases = Asker(oracle), []
        for path in (f for f in files if f.exists()):
            formats = path.parent.name == "format"
            for group in json.loads(path.read_text()):
                at = ask.add("s" if formats else "S", with_draft(group["schema"], uri))
                cases += [(path, group, t, at, ask.add("I", t["data"])) for t in group["tests"]]
        answers = ask.answers()
        for path, group, t, at, i in cases:
            if answers[at] != "ok":
                if any(r in answers[at] for r in REFUSED):
                    refused += 1
                    files_refused.add(path.stem)
                    continue
                print(f"{draft}/{path.name}: {group['description']}: schema refused: {answers[at]}")
                failed += 1
                continue
            ran += 1
            if (answers[i] == "ok") != t["valid"]:
                failed += 1
                print(f"{draft}/{path.name}: {group['description']}: {t['description']}: want "
                      f"{'valid' if t['valid'] else 'invalid'}: {answers[i]}: {text(t['data'])[:80]}")
    if files_refused != REFUSED_FILES:
        failed += 1
        print(f"schema_oracle: refused in {sorted(files_refused)}, expected in {sorted(REFUSED_FILES)}")
    print(f"schema_oracle: official suite: {ran} cases, {failed} wrong, {refused} of refused schemas")
    return failed


# -- random ------------------------------------------------------------------------------------------------------------

WORDS = ["a", "b", "price", "é", "a/b", "~", "", "x1"]
PATTERNS = ["^a", "b$", "^[a-z]+$", "x", "^.{2,3}$", "é", "\\d"]


def value(rng, depth=2):
    kind = rng.randrange(9 if depth > 0 else 6)
    if kind == 0:
        return rng.choice([0, 1, -1, 2, 3, 10, 1.0, 0.5, 2.25, -3.75, 2**53 + 1])
    if kind == 1:
        return rng.choice([None, True, False])
    if kind < 5:
        return rng.choice(WORDS + ["ab", "abc", "1", "2025-11-22", "\u20ac\U0001f600"])
    if kind == 5:
        return rng.randrange(-5, 12)
    if kind == 6:
        return [value(rng, depth - 1) for _ in range(rng.randrange(5))]
    return {rng.choice(WORDS): value(rng, depth - 1) for _ in range(rng.randrange(5))}


def schema(rng, depth, old):
    if rng.random() < 0.05:
        return rng.random() < 0.5
    out, sub = {}, lambda: schema(rng, depth - 1, old)
    types = ["null", "boolean", "number", "integer", "string", "array", "object"]
    for _ in range(rng.randrange(1, 4)):
        pick = rng.randrange(24 if depth > 0 else 12)
        if pick == 0:
            out["type"] = rng.choice(types)
        elif pick == 1:
            out["type"] = rng.sample(types, rng.randrange(1, 4))
        elif pick == 2:
            out["enum"] = [value(rng) for _ in range(rng.randrange(1, 4))]
        elif pick == 3:
            out["const"] = value(rng)
        elif pick == 4:
            out[rng.choice(["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"])] = rng.choice([0, 1, 2.5, -1])
        elif pick == 5:
            out["multipleOf"] = rng.choice([1, 2, 0.5, 0.25, 3])
        elif pick == 6:
            out[rng.choice(["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"])] = rng.randrange(4)
        elif pick == 7:
            out["pattern"] = rng.choice(PATTERNS)
        elif pick == 8:
            out["required"] = rng.sample(WORDS, rng.randrange(1, 3))
        elif pick == 9:
            out["uniqueItems"] = rng.random() < 0.8
        elif pick == 10:
            out["dependencies" if old else "dependentRequired"] = {rng.choice(WORDS): rng.sample(WORDS, 2)}
        elif pick == 11:
            out["$ref"] = "#/definitions/d"
        elif pick in (12, 13):
            out["properties"] = {w: sub() for w in rng.sample(WORDS, rng.randrange(1, 4))}
        elif pick == 14:
            out["patternProperties"] = {p: sub() for p in rng.sample(PATTERNS, rng.randrange(1, 3))}
        elif pick == 15:
            out["additionalProperties"] = sub()
        elif pick == 16:
            out["propertyNames"] = sub()
        elif pick == 17:
            out["items"] = sub()
        elif pick == 18:
            out["items" if old else "prefixItems"] = [sub() for _ in range(rng.randrange(1, 3))]
            out["additionalItems" if old else "items"] = sub()
        elif pick == 19:
            out["contains"] = sub()
            if not old:
                out["minContains"], out["maxContains"] = rng.randrange(3), rng.randrange(1, 4)
        elif pick == 20:
            out[rng.choice(["allOf", "anyOf", "oneOf"])] = [sub() for _ in range(rng.randrange(1, 4))]
        elif pick == 21:
            out["not"] = sub()
        elif pick == 22:
            out["if"], out["then"], out["else"] = sub(), sub(), sub()
        else:
            out["dependencies" if old else "dependentSchemas"] = {rng.choice(WORDS): sub()}
    return out


def random_cases(oracle, rng, schemas) -> int:
    ask, cases = Asker(oracle), []
    for _ in range(schemas):
        old = rng.random() < 0.3
        s = schema(rng, 3, old)
        if isinstance(s, dict):
            uri = DRAFTS["draft7" if old else "draft2020-12"]
            s = {"$schema": uri, **s, "definitions": {"d": schema(rng, 0, old)}}
            s["definitions"]["d"] = {"type": "string"} if "$ref" in str(s["definitions"]["d"]) else s["definitions"]["d"]
        judge = (jsonschema.Draft7Validator if old else jsonschema.Draft202012Validator)(s)
        at = ask.add("S", s)
        for _ in range(6):
            v = value(rng, 3)
            cases.append((s, v, judge.is_valid(v), at, ask.add("I", v)))
    answers, failed, valid = ask.answers(), 0, 0
    for s, v, want, at, i in cases:
        valid += want
        if answers[at] != "ok" or (answers[i] == "ok") != want:
            failed += 1
            if failed <= 10:
                print(f"random: {text(s)}\n  {text(v)}\n  want {'valid' if want else 'invalid'}: {answers[at]}: {answers[i]}")
    print(f"schema_oracle: random: {len(cases)} cases ({valid} valid), {failed} different")
    return failed


def main() -> int:
    oracle = sys.argv[1]
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    soak = bool(os.environ.get("PATRON_SOAK"))
    failed = official(oracle)
    failed += random_cases(oracle, random.Random(seed), 50000 if soak else 3000)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
