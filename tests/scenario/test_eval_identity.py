# SPDX-License-Identifier: Apache-2.0
"""`patron eval identity`: labelled histories against the identity engine, without a daemon."""
import gzip
import json

import pytest
from harness.evals import Eval

HISTORIES = "identity/histories.jsonl.gz"
EVAL = Eval("identity")
run, summary, values = EVAL.run, EVAL.summary, EVAL.values


def event(message_id, user=None, anonymous=None, **more):
    ids = {"userId": user, "anonymousId": anonymous}
    return {"type": "track", "event": "x", "messageId": message_id, **{name: value for name, value in ids.items() if value}, **more}


# One person by a browser's id, another whom only a blocked value would join.
FIRST = {"id": "one", "events": [event("m1", anonymous="a"), event("m2", "u", "a"), event("m3", "null"), event("m4", "null")],
         "expect": [["m1", "m2"], ["m3"], ["m4"]]}
# The shared tablet: the second user keeps to herself, the tablet's id stays with the first.
SECOND = {"id": 2, "events": [event("m2", "u", "tablet"), event("m1", "v", "tablet"), event("m3", anonymous="tablet")],
          "expect": [["m1"], ["m2", "m3"]]}


@pytest.fixture
def histories(scratch):
    def write(*lines, name="histories.jsonl"):
        path = scratch / name
        text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
        path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
        return path
    return write


def test_all_histories_match(data_file):
    result = summary(data_file(HISTORIES))
    assert (result["cases"], result["matched"], result["mismatched"], result["mismatches"]) == (200, 200, 0, [])
    assert result["events"] == 6363
    assert result["metrics"] == {"exact": 1, "pair_precision": 1, "pair_recall": 1, "pair_f1": 1}


def test_values_of_all_histories_are_what_is_expected(data_file):
    path = data_file(HISTORIES)
    with gzip.open(path, "rt") as f:
        expected = [{"id": row["id"], "value": row["expect"]} for row in map(json.loads, f)]
    assert values(path) == expected


def test_plain_and_gzip_and_several_files(histories):
    plain, packed = histories(FIRST), histories(SECOND, name="more.jsonl.gz")
    result = summary(plain, packed)
    assert (result["files"], result["cases"], result["matched"], result["events"]) == (2, 2, 2, 7)
    assert values(plain, packed) == [{"id": "one", "value": FIRST["expect"]}, {"id": 2, "value": SECOND["expect"]}]


def test_mismatches_are_counted_and_shown(histories):
    apart = {**FIRST, "expect": [["m1"], ["m2"], ["m3", "m4"]]}
    path = histories(SECOND, apart)
    result = summary(path)
    assert (result["cases"], result["matched"], result["mismatched"]) == (2, 1, 1)
    assert result["mismatches"] == [{"id": "one", "file": str(path), "line": 2, "expected": [["m1"], ["m2"], ["m3", "m4"]],
                                     "got": [["m1", "m2"], ["m3"], ["m4"]]}]
    # of each two pairs one is right: the tablet's
    assert result["metrics"] == {"exact": 0.5, "pair_precision": 0.5, "pair_recall": 0.5, "pair_f1": 0.5}


def test_clusters_that_are_right_are_left_out_of_a_mismatch(histories):
    result = summary(histories({**SECOND, "expect": [["m1"], ["m2"], ["m3"]]}))
    assert result["mismatches"][0]["expected"] == [["m2"], ["m3"]]
    assert result["mismatches"][0]["got"] == [["m2", "m3"]]


def test_only_the_first_mismatches_are_shown(histories):
    result = summary(histories(*[{**SECOND, "id": n, "expect": [["m1", "m2", "m3"]]} for n in range(9)]))
    assert result["mismatched"] == 9
    assert [row["id"] for row in result["mismatches"]] == [0, 1, 2, 3, 4]


def test_other_rules(histories, scratch):
    rules = scratch / "rules.json"
    rules.write_text('{"types":[{"name":"user_id","limit":2}]}')
    assert values("--rules", rules, histories(SECOND))[0]["value"] == [["m1", "m2", "m3"]]
    rules.write_text('{"merge_cap":1}')
    assert "merge_cap is 1, not a whole number in 2..1000" in run("--rules", rules, histories(SECOND), code=1).stderr


WRONG = {
    "no JSON": ("{", "at byte"),
    "no history": ("[]", "is not an object"),
    "no events": ({"id": 1, "expect": []}, '"events" is not an array'),
    "no expect": ({"id": 1, "events": []}, '"expect" is not an array of arrays'),
    "an event that is none": ({"id": 1, "events": [1], "expect": []}, "an event is not a JSON object"),
    "no messageId": ({"id": 1, "events": [{"userId": "u"}], "expect": []}, "messageId"),
    "a long messageId": ({"id": 1, "events": [event("m" * 256)], "expect": []}, "messageId"),
    "a messageId twice": ({"id": 1, "events": [event("m"), event("m")], "expect": [["m"]]}, "two events have one messageId"),
    "expect names another": ({"id": 1, "events": [event("m")], "expect": [["m", "n"]]}, '"expect" names'),
    "expect names one twice": ({"id": 1, "events": [event("m")], "expect": [["m"], ["m"]]}, '"expect" names'),
    "expect leaves one out": ({"id": 1, "events": [event("m")], "expect": []}, '"expect" leaves an event out'),
    "expect of texts": ({"id": 1, "events": [event("m")], "expect": ["m"]}, "is not an array of arrays"),
    "over 1 MiB": ({"id": "x" * (1 << 20), "events": [], "expect": []}, "1 MiB"),
}


@pytest.mark.parametrize("line, problem", WRONG.values(), ids=WRONG)
def test_a_wrong_line_is_named(histories, line, problem):
    done = run(histories(FIRST, line), code=1)
    assert problem in done.stderr and "histories.jsonl:2: " in done.stderr
    assert done.stdout == ""


def test_usage(scratch):
    assert "FILES" in run(code=2).stderr
    assert "no-such-file" in run(scratch / "no-such-file", code=1).stderr
    assert "--rules" in run("--help").stdout
