# SPDX-License-Identifier: Apache-2.0
"""`patron eval sla`: labelled cases of business time against base/calendar, without a daemon."""
import gzip
import json

import pytest
from harness.evals import Eval

CASES = {"due": 10000, "elapsed": 2000, "days": 500}
EVAL = Eval("sla")
run, summary, values = EVAL.run, EVAL.summary, EVAL.values


# Mondays 09:00-17:00 in Berlin; 1795420800 is Monday 2026-11-23 08:00 UTC.
NINE = 1795420800
WEEK = 7 * 86400
OFFICE = {"zone": "Europe/Berlin", "hours": {"mon": [["09:00", "17:00"]]}}
WITHIN = {"id": "within", "op": "due", **OFFICE, "start": NINE, "span": 60, "due": NINE + 60}
EDGE = {"id": 2, "op": "due", **OFFICE, "start": NINE, "span": 8 * 3600, "due": NINE + WEEK, "first": NINE + 8 * 3600}
PAUSED = {"id": "paused", "op": "elapsed", **OFFICE, "start": NINE - 9, "end": NINE + 100, "pauses": [[NINE + 20, NINE + 40], [NINE, NINE + 30]],
          "elapsed": 60}
DAYS = {"id": "days", "op": "days", **OFFICE, "start": NINE + 10, "days": 2, "due": NINE + 2 * WEEK + 10}


@pytest.fixture
def cases(scratch):
    def write(*lines, name="cases.jsonl"):
        path = scratch / name
        text = "".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines)
        path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
        return path
    return write


def test_all_cases_match(data_file):
    result = summary(*(data_file(f"sla-due/{op}.jsonl.gz") for op in CASES))
    assert (result["cases"], result["matched"], result["mismatched"], result["mismatches"]) == (12500, 12500, 0, [])
    assert {op: result[op]["matched"] for op in CASES} == CASES
    assert (result["clock_changes"], result["closing_edge"], result["metrics"]) == ("wall", "first", {"exact": 1})
    assert result["wall_by_opening"] == 9


def test_values_of_all_cases(data_file):
    """Beside the comparison that the command makes itself: `wall`, else `first`, else the plain label."""
    got = {row["id"]: row for row in values(*(data_file(f"sla-due/{op}.jsonl.gz") for op in CASES))}
    by_opening = 0
    for op in CASES:
        with gzip.open(data_file(f"sla-due/{op}.jsonl.gz"), "rt") as f:
            for case in map(json.loads, f):
                row = got.pop(case["id"])
                plain = case.get("due", case.get("elapsed"))
                want = case.get("wall", case.get("first", plain))
                assert want == row["value"] or ("wall" in case and want == row["opening"]), case["id"]
                by_opening += want != row["value"]
                if "wall" not in case:
                    assert row.get("opening", row["value"]) == plain, case["id"]
    assert (got, by_opening) == ({}, 9)


def test_plain_and_gzip_and_several_files(cases):
    plain, packed = cases(WITHIN, EDGE), cases(PAUSED, DAYS, name="more.jsonl.gz")
    result = summary(plain, packed)
    assert (result["files"], result["cases"], result["matched"]) == (2, 4, 4)
    assert values(plain, packed) == [{"id": "within", "value": NINE + 60}, {"id": 2, "value": NINE + 8 * 3600, "opening": NINE + WEEK},
                                     {"id": "paused", "value": 60}, {"id": "days", "value": NINE + 2 * WEEK + 10}]


def test_mismatches_are_counted_and_shown(cases):
    path = cases(WITHIN, {**EDGE, "first": NINE + WEEK}, {**EDGE, "id": "opening", "due": NINE})
    result = summary(path)
    assert (result["matched"], result["due"]) == (1, {"cases": 3, "matched": 1, "mismatched": 2})
    assert result["mismatches"][0] == {"id": 2, "file": str(path), "line": 2, "expected": NINE + WEEK, "got": NINE + 8 * 3600}
    assert result["metrics"]["exact"] == pytest.approx(1 / 3)


def test_only_the_first_mismatches_are_shown(cases):
    result = summary(cases(*[{**WITHIN, "id": n, "due": 0} for n in range(9)]))
    assert (result["mismatched"], [row["id"] for row in result["mismatches"]]) == (9, [0, 1, 2, 3, 4])


def test_a_calendar_that_never_opens_has_no_value(cases):
    never = {**WITHIN, "hours": {}}
    assert values(cases(never)) == [{"id": "within", "value": None}]
    assert summary(cases(never))["mismatched"] == 1


WRONG = {
    "no JSON": ("{", "at byte"),
    "no case": ("[]", "is not an object"),
    "another op": ({**WITHIN, "op": "dues"}, "is not an object"),
    "no span": ({**WITHIN, "span": "60"}, '"span" is not a whole number of seconds'),
    "no label": ({**WITHIN, "due": None}, "no whole number of seconds to compare with"),
    "no end": ({**PAUSED, "end": 1.5}, '"end" is not a whole number of seconds'),
    "too many days": ({**DAYS, "days": 3661}, '"days" is not a whole number in 0..3660'),
    "an unknown zone": ({**WITHIN, "zone": "Europe/Nowhere"}, "Europe/Nowhere"),
    "hours that are none": ({**WITHIN, "hours": {"mon": [["9", "17"]]}}, "hours.mon"),
    "pauses that are none": ({**WITHIN, "pauses": [[1]]}, '"pauses" is not'),
    "too many pauses": ({**WITHIN, "pauses": [[1, 2]] * 1001}, '"pauses" is not'),
}


@pytest.mark.parametrize("line, problem", WRONG.values(), ids=WRONG)
def test_a_wrong_line_is_named(cases, line, problem):
    done = run(cases(WITHIN, line), code=1)
    assert problem in done.stderr and "cases.jsonl:2: " in done.stderr
    assert done.stdout == ""


def test_usage(scratch):
    assert "FILES" in run(code=2).stderr
    assert "no-such-file" in run(scratch / "no-such-file", code=1).stderr
    assert "--values" in run("--help").stdout
