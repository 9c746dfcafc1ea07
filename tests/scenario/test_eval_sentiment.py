# SPDX-License-Identifier: Apache-2.0
"""`patron eval sentiment` beside the package vaderSentiment of PyPI: every text gets the same score."""
import gzip
import json
import random

import pytest
from harness.evals import Eval
from vaderSentiment import vaderSentiment as vader

EVAL = Eval("sentiment")
run, summary, values = EVAL.run, EVAL.summary, EVAL.values
SETS = ("amazonReviewSnippets", "tweets")


@pytest.fixture(scope="module")
def peer():
    return vader.SentimentIntensityAnalyzer()


def lines_of(path):
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as f:
        return [line.rstrip("\r\n").split("\t", 2) for line in f]


def test_equal_on_all_lines(data_file, peer):
    paths = [data_file(f"vader/{name}_GroundTruth.txt.gz") for name in SETS]
    rows = [row for path in paths for row in lines_of(path)]
    got = values(*paths)
    assert len(rows) == len(got) == 7908
    for (number, _, text), row in zip(rows, got, strict=True):
        assert row == {"id": number, "value": peer.polarity_scores(text)["compound"]}, text
    result = summary(*paths)
    assert (result["files"], result["texts"], result["rated"]) == (2, 7908, 7908)
    assert result["positive"] == sum(row["value"] >= 0.05 for row in got)
    assert result["metrics"]["correlation"] > 0.7


def random_texts(peer, seed, count):
    """Texts in which all that the rules look at is frequent, and next to each other."""
    rng = random.Random(seed)
    phrases = [word for text in [*vader.BOOSTER_DICT, *vader.SPECIAL_CASES] for word in text.split()]
    words = [*peer.lexicon, *vader.NEGATE * 20, *phrases * 20, *list(peer.emojis)[:300],
             *["but", "BUT", "no", "nor", "or", "least", "at", "very", "never", "so", "this", "without", "doubt", "kind", "of", "the", "table", "!",
               "?", "!!!", "???", "isn't", "N'T", "a", "ÄRGER", "über", "Ω", "x\u00a0y", "ﬁne", "\u2028"] * 30]
    forms = [str.upper, str.title, lambda word: word + rng.choice("!?.,)"), lambda word: "(" + word, *[str] * 16]
    for _ in range(count):
        picked = [rng.choice(forms)(rng.choice(words)) for _ in range(rng.randint(0, 14))]
        yield rng.choice([" "] * 19 + [""]).join(picked)


def test_equal_on_random_texts(scratch, peer):
    seed = random.randrange(1 << 32)
    texts = list(random_texts(peer, seed, 4000))
    path = scratch / "texts.jsonl"
    path.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    for number, (text, row) in enumerate(zip(texts, values(path), strict=True)):
        assert row == {"id": number, "value": peer.polarity_scores(text)["compound"]}, (seed, text)


def test_forms_of_lines(scratch):
    path = scratch / "texts"
    path.write_text('{"text": "good", "id": {"n": 1}, "label": 2}\nk\t-1.5\tbad\n{"text": "", "label": null}\n')
    assert values(path) == [{"id": {"n": 1}, "value": 0.4404}, {"id": "k", "value": -0.5423}, {"id": 2, "value": 0}]
    result = summary(path)
    assert (result["texts"], result["rated"], result["positive"], result["negative"], result["neutral"]) == (3, 2, 1, 1, 1)
    assert result["metrics"] == {"correlation": pytest.approx(1), "same_sign": 1}


@pytest.mark.parametrize("line, problem", [("{", "at byte"), ("[]", "id, number and text between tabs"), ("a\tb\tc", "id, number and text"),
                                           ("a\t1", "id, number and text"), ('{"text": 1}', 'not an object with "text"')])
def test_a_wrong_line_is_named(scratch, line, problem):
    path = scratch / "texts"
    path.write_text(f"1\t0.5\tfine\n{line}\n")
    done = run(path, code=1)
    assert problem in done.stderr and "texts:2: " in done.stderr


def test_usage(scratch):
    assert "FILES" in run(code=2).stderr
    assert "no-such-file" in run(scratch / "no-such-file", code=1).stderr
