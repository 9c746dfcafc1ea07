# SPDX-License-Identifier: Apache-2.0
"""The desk as its agents have it."""
import time
import urllib.parse


class Desk:
    """What agents do, over the API."""

    def __init__(self, patron):
        self.patron = patron

    def ask(self, method, path, body=None, status=200, **kw):
        answer = self.patron.api(method, path, body, **kw)
        assert answer.status == status, f"{method} {path}: {answer}\n{self.patron.stderr(2000)}"
        return answer.json()

    def report(self, status=201, **what):
        return self.ask("POST", "/api/v1/tickets", what, status)

    def open(self, **what):
        return self.report(**what)["ticket"]

    def get(self, ticket, status=200):
        return self.ask("GET", f"/api/v1/tickets/{ticket}", status=status)

    def ticket(self, ticket):
        return self.get(ticket)["ticket"]

    def change(self, ticket, status=200, **what):
        answer = self.ask("PATCH", f"/api/v1/tickets/{ticket}", what, status)
        return answer["ticket"] if status == 200 else answer

    def history(self, ticket, **query):
        return self.pages(f"/api/v1/tickets/{ticket}/history", **query)

    def reports(self, ticket, **query):
        return self.pages(f"/api/v1/tickets/{ticket}/reports", **query)

    def pages(self, path, **query):
        rows, cursor = [], None
        while True:
            page = self.ask("GET", path + "?" + urllib.parse.urlencode({**query, **({"cursor": cursor} if cursor else {})}))
            rows += page["data"]
            cursor = page["next_cursor"]
            if cursor is None:
                return rows

    def list(self, **query):
        return self.pages("/api/v1/tickets", **query)

    def total(self, **query):
        return self.ask("GET", "/api/v1/tickets?" + urllib.parse.urlencode({**query, "limit": 1}))["total"]

    def clock(self, to):
        """A daemon that is started again begins there."""
        self.ask("PUT", "/api/v1/clock", {"now": to, "speed": 0})
        self.patron.settings["clock-start"] = to

    def clocks(self, ticket):
        return {clock["clock"]: clock for clock in self.ask("GET", f"/api/v1/tickets/{ticket}/clocks")["clocks"]}

    def explain(self, ticket, clock="resolution"):
        return self.ask("GET", f"/api/v1/tickets/{ticket}/clocks/{clock}/explanation")

    def events(self, begin, count):
        """What was fed into the log under such names, once there is so much."""
        end = time.monotonic() + 10
        while True:
            found = [event for event in self.patron.wait_own(1) if event["event"].startswith(begin)]
            if len(found) >= count:
                return found
            assert time.monotonic() < end, f"{len(found)} events {begin}, not {count}"
            time.sleep(0.05)

    def wait_due(self, ticket, due):
        """What lists show follows an edit of hours or policies a moment later."""
        end = time.monotonic() + 10
        while self.ticket(ticket)["due_at"] != due:
            assert time.monotonic() < end, f"{ticket}: due at {self.ticket(ticket)['due_at']}, not {due}"
            time.sleep(0.02)

    def wait_row(self, ticket, what, count=1, seconds=10):
        """Rows of history of a kind, once there are so many."""
        end = time.monotonic() + seconds
        while True:
            rows = [row for row in self.history(ticket) if row["what"] == what]
            if len(rows) >= count:
                return rows
            assert time.monotonic() < end, f"{ticket}: {len(rows)} rows {what}, not {count}\n{self.patron.stderr(2000)}"
            time.sleep(0.02)
