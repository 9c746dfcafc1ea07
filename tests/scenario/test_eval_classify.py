# SPDX-License-Identifier: Apache-2.0
"""`patron eval classify`: categories of texts, trained and tested on labelled texts, without a daemon (decision 21)."""
import csv
import gzip
import json

import pytest
from harness.evals import Eval

EVAL = Eval("classify")
run, summary, values = EVAL.run, EVAL.summary, EVAL.values


def write(path, rows):
    text = "".join(json.dumps({"text": text, "label": label}) + "\n" for text, label in rows)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


@pytest.fixture
def clinc(data_file, scratch):
    with gzip.open(data_file("clinc150/data_full.json.gz"), "rt") as f:
        data = json.load(f)
    return {ours: write(scratch / f"{ours}.jsonl.gz", data[theirs] + data[f"oos_{theirs}"])
            for ours, theirs in (("train", "train"), ("valid", "val"), ("test", "test"))}


def test_clinc150(clinc):
    """150 intents of people who ask an assistant, and questions that are none of them."""
    result = summary(clinc["train"], clinc["test"], "--valid", clinc["valid"])
    assert (result["train"], result["valid"], result["test"], result["test_in_scope"], result["labels"]) == (15100, 3100, 5500, 4500, 151)
    assert (result["train_out_of_scope"], result["valid_out_of_scope"]) == (100, 100)
    assert result["metrics"]["accuracy"] >= 0.92
    assert result["metrics"]["out_of_scope_auroc"] >= 0.94
    assert result["classify_cpu_us"] <= 100


def test_it_tickets(data_file):
    """Tickets of an IT desk in eight groups; confidence and threshold from validation rows alone."""
    result = summary(data_file("it-tickets/it_tickets_train.csv.gz"), "--test-mod", "5:3")
    metrics = result["metrics"]
    assert (result["train"], result["valid"], result["test"], result["labels"]) == (26789, 3827, 7654, 8)
    assert metrics["accuracy"] >= 0.86
    assert metrics["calibration_error"] <= 0.05
    assert metrics["valid_precision"] >= 0.95 and metrics["precision"] >= 0.94
    assert metrics["coverage_low"] <= metrics["coverage"] <= metrics["coverage_high"]
    assert result["classify_cpu_us"] <= 100


# ---- small files of our own ---------------------------------------------------------------------

PRINT, SELL, OTHER = ("printer", "toner", "paper", "ink"), ("till", "cash", "drawer", "receipt"), ("lunch", "party", "football", "rain")


def some(count=120, label=lambda number: ("print", "sell", "oos")[number % 3]):
    rows = []
    for number in range(count):
        words = (PRINT, SELL, OTHER)[number % 3]
        rows.append((f"the {words[number // 3 % 4]} and {words[number // 12 % 4]} case {number}", label(number)))
    return rows


def auroc(inside, outside):
    """By ranks, ties half."""
    ranked = sorted([(score, 1) for score in inside] + [(score, 0) for score in outside])
    total, below, at = 0.0, 0, 0
    while at < len(ranked):
        end = at
        while end < len(ranked) and ranked[end][0] == ranked[at][0]:
            end += 1
        ins = sum(kind for _, kind in ranked[at:end])
        total += ins * (below + (end - at - ins) / 2)
        below += end - at - ins
        at = end
    return total / (len(inside) * len(outside))


def calibration_error(rows, truth, bins=15):
    """Expected calibration error in bins of equal width."""
    sums = [[0.0, 0] for _ in range(bins)]
    for row, label in zip(rows, truth, strict=True):
        cell = sums[min(int(row["confidence"] * bins), bins - 1)]
        cell[0] += row["confidence"]
        cell[1] += row["value"] == label
    return sum(abs(sure - right) for sure, right in sums) / len(rows)


def noisy(count):
    """A seventh has the label of another group."""
    return some(count, lambda number: ("print", "sell", "oos")[number % 3 if number % 7 else (number + 1) % 3])


def test_metrics_from_the_values(scratch):
    """Each metric worked out again from what --values prints."""
    train, rows = write(scratch / "train.jsonl", noisy(600)), noisy(90)
    test = write(scratch / "test.jsonl", rows)
    got, truth = values(train, test, "--precision", "0.8"), [label for _, label in rows]
    result = summary(train, test, "--precision", "0.8")
    metrics = result["metrics"]
    assert (result["train"], result["valid"], result["test"]) == (540, 60, 90)
    assert [row["id"] for row in got] == list(range(90))
    assert {row["value"] for row in got} == {"print", "sell"}, "no text is given the label oos: it is told by its confidence"
    assert all(row["accepted"] == (row["confidence"] >= metrics["threshold"]) for row in got)
    right = [row["value"] == label for row, label in zip(got, truth, strict=True)]
    accepted = [ok for ok, row in zip(right, got, strict=True) if row["accepted"]]
    inside = sum(label != "oos" for label in truth)
    assert 0 < len(accepted) < 90 and (result["test_in_scope"], metrics["accuracy"]) == (inside, pytest.approx(sum(right) / inside))
    assert (sum(accepted) / len(accepted), len(accepted) / 90) == pytest.approx((metrics["precision"], metrics["coverage"]))
    assert calibration_error(got, truth) == pytest.approx(metrics["calibration_error"])
    assert metrics["out_of_scope_auroc"] == pytest.approx(auroc([row["in_scope"] for row, label in zip(got, truth, strict=True) if label != "oos"],
                                                                [row["in_scope"] for row, label in zip(got, truth, strict=True) if label == "oos"]))


def test_the_same_every_time_and_in_every_form(scratch):
    lines, test = write(scratch / "train.jsonl", some()), write(scratch / "test.jsonl", some(9))
    want = values(lines, test)
    assert want == values(write(scratch / "train.jsonl.gz", some()), test)
    for name, head in (("named.csv", "n,label,text"), ("two.csv", "Document,Topic")):
        with (scratch / name).open("w", newline="") as f:
            f.write(head + "\n")
            csv.writer(f).writerows([text, label] if name == "two.csv" else [7, label, text] for text, label in some())
        assert values(scratch / name, test) == want, name


def test_threshold_that_nothing_reaches(scratch):
    wrong = write(scratch / "valid.jsonl", [("printer toner", "sell")] * 9)
    result = summary(write(scratch / "train.jsonl", some()), write(scratch / "test.jsonl", some(9)), "--valid", wrong)
    assert result["metrics"]["threshold"] > 1 and result["metrics"]["coverage"] == 0
    assert result["metrics"]["precision"] is None, "of nothing there is no share"


def test_precision_is_a_choice(scratch):
    train, test = write(scratch / "train.jsonl", noisy(600)), write(scratch / "test.jsonl", some(60))
    low, high = (summary(train, test, "--precision", share)["metrics"] for share in ("0.5", "0.9"))
    assert (low["precision_wanted"], high["precision_wanted"]) == (0.5, 0.9)
    assert low["threshold"] < high["threshold"] and low["coverage"] >= high["coverage"]


WRONG = {
    "no JSON": ("{", "train.jsonl:2: "),
    "no text": ('{"label": "a"}', 'train.jsonl:2: the line is not an object with "text" and "label"'),
    "no label": ('{"text": "a", "label": ""}', "train.jsonl:2: label has 0 bytes, not 1..120"),
    "a long label": (json.dumps({"text": "a", "label": "x" * 121}), "train.jsonl:2: label has 121 bytes, not 1..120"),
}


@pytest.mark.parametrize("line, problem", WRONG.values(), ids=WRONG)
def test_a_wrong_line_is_named(scratch, line, problem):
    path = scratch / "train.jsonl"
    path.write_text(json.dumps({"text": "a", "label": "b"}) + "\n" + line + "\n")
    assert problem in run(path, path, code=1).stderr


def test_wrong_files(scratch):
    columns = scratch / "columns.csv"
    columns.write_text("text,group,number\na,b,1\n")
    assert 'no columns "text" and "label"' in run(columns, columns, code=1).stderr
    one = write(scratch / "one.jsonl", [("a", "b")] * 20)
    assert "the texts have 1 labels in scope, not 2..1000" in run(one, one, code=1).stderr
    assert "no texts to validate with" in run(write(scratch / "few.jsonl", some(9)), one, code=1).stderr


def test_usage(scratch):
    path = write(scratch / "train.jsonl", some())
    assert "TRAIN" in run(code=2).stderr
    assert "either a file TEST or --test-mod" in run(path, code=2).stderr
    assert "either a file TEST or --test-mod" in run(path, path, "--test-mod", "5:3", code=2).stderr
    for mod in ("5", "5:5", "1:0", "a:b", "1001:1", ":"):
        assert "--test-mod is" in run(path, "--test-mod", mod, code=2).stderr
    for share in ("0", "1", "x", "-0.5"):
        assert "--precision is" in run(path, path, f"--precision={share}", code=2).stderr
