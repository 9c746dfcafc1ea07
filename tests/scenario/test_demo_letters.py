# SPDX-License-Identifier: Apache-2.0
"""What the demo's people write is not what the starter model was trained on, and the daemon reads it: language, category, mails."""
import collections
import itertools
import pathlib
import re
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUN = 6  # words in a row that two texts may not share: over that one was copied
pytestmark = pytest.mark.sqlite_only(reason="reads texts")


def letters():
    found, lines = [], None
    for line in (ROOT / "demo/letters.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("= "):
            _, language, kind = line.split()
            lines = []
            found.append((language, kind, lines))
        elif line and not line.startswith("#"):
            lines.append(line)
    return [(language, kind, " ".join(lines)) for language, kind, lines in found]


def starter():
    sys.path.insert(0, str(ROOT / "src/language"))
    try:
        from embed_starter import forms  # pylint: disable=import-outside-toplevel,import-error
    finally:
        sys.path.pop(0)
    lines = (ROOT / "src/language/starter.txt").read_text(encoding="utf-8").splitlines()
    return [text for line in lines if line and line[0] not in "#=" for text in forms(line)]


def runs(text):
    words = re.findall(r"\w+", re.sub(r"\{\w+\}", " ", text.lower()))
    return {tuple(words[i:i + RUN]) for i in range(len(words) - RUN + 1)}


def test_none_is_copied_from_the_starter():
    trained = set(itertools.chain.from_iterable(runs(text) for text in starter()))
    written = letters()
    assert len(trained) > 1000 and len(written) > 100
    assert [text for _, _, text in written if runs(text) & trained] == []
    whole = {" ".join(re.findall(r"\w+", text.lower())) for text in starter()}
    assert [text for _, _, text in written if " ".join(re.findall(r"\w+", text.lower())) in whole] == []


def test_they_are_read(shared):
    """The machine tells the language of nearly all, and of faults the category of more than chance would."""
    seen = collections.Counter()
    for language, kind, text in letters():
        if kind not in ("till_fault", "loyalty_auth", "signage_offline", "inventory_sync"):
            continue
        answer = shared.patron.api("POST", "/api/v1/desk/triage", {"text": text.replace("{till}", "3")})
        assert answer.status == 200, answer
        found = answer.json()
        seen["all"] += 1
        seen["language"] += found["language"] == language
        seen["category"] += found["category"] == kind
        seen["wrong and sure"] += found["accepted"] and found["category"] != kind
    print(dict(seen))
    assert seen["language"] >= 0.9 * seen["all"], seen
    assert seen["category"] >= 0.5 * seen["all"], seen
    assert seen["wrong and sure"] <= 0.15 * seen["all"], seen
