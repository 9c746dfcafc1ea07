# SPDX-License-Identifier: Apache-2.0
"""Compares a stored row with a table row, field by field. What a client makes up is given by a pattern."""
import datetime
import re


class Pattern:
    """A text that is made up anew each time."""

    def __init__(self, expression):
        self.expression = re.compile(expression)

    def fits(self, value):
        return isinstance(value, str) and self.expression.fullmatch(value) is not None

    def __repr__(self):
        return f"/{self.expression.pattern}/"


INSTANT = Pattern(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


def differences(expected, actual, path=""):
    """Every difference as text; an empty list when equal. true is not 1, and no field may be missing or too many."""
    if isinstance(expected, Pattern):
        return [] if expected.fits(actual) else [f"{path}: {actual!r} does not fit {expected}"]
    if isinstance(expected, dict) and isinstance(actual, dict):
        found = [f"{path}.{key}: missing, expected {expected[key]!r}" for key in expected if key not in actual]
        found += [f"{path}.{key}: unexpected {actual[key]!r}" for key in actual if key not in expected]
        for key in expected:
            if key in actual:
                found += differences(expected[key], actual[key], f"{path}.{key}")
        return found
    if isinstance(expected, list) and isinstance(actual, list):
        if len(expected) != len(actual):
            return [f"{path}: {len(actual)} items, expected {len(expected)}"]
        return [line for i, pair in enumerate(zip(expected, actual)) for line in differences(*pair, f"{path}[{i}]")]
    if isinstance(expected, bool) != isinstance(actual, bool) or expected != actual:
        return [f"{path}: {actual!r}, expected {expected!r}"]
    return []


def assert_equal(expected, actual, what=""):
    found = differences(expected, actual)
    assert not found, f"{what}\n" + "\n".join(found) + f"\nrow: {actual}"


def millis(instant):
    """UTC ms of an RFC 3339 text."""
    at = datetime.datetime.fromisoformat(instant.replace("Z", "+00:00"))
    return round((at - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)) / datetime.timedelta(milliseconds=1))


def text(ms):
    """RFC 3339 text of UTC ms."""
    at = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc) + datetime.timedelta(milliseconds=ms)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def assert_stamps(row):
    """timestamp = receivedAt - (sentAt - originalTimestamp), of a row that carries all four."""
    want = millis(row["receivedAt"]) - (millis(row["sentAt"]) - millis(row["originalTimestamp"]))
    assert millis(row["timestamp"]) == want, f"timestamp {row['timestamp']}, expected {text(want)}: {row}"
