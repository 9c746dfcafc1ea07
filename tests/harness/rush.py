# SPDX-License-Identifier: Apache-2.0
"""Black Friday at the demo retailer, watched from outside: what was sent and what the API tells, the rule of routing, clocks.

Each check appends a sentence to `broken` when it does not hold; nothing of the demo's or the daemon's insides is asked.
"""
import collections
import datetime
import json
import os
import re
import signal
import subprocess
import time

from . import patron as daemon

DEMO = daemon.pathlib.Path(os.environ.get("PATRON_DEMO", daemon.PATROND.parents[2] / "demo/patron-demo"))
START = "2026-11-27T13:00:00.000Z"  # the Friday after Thanksgiving
WORKED = ("incident", "service_request")
INSTANT_S = 15  # of a machine that has much else to do


class Rush:
    """A daemon on a clock of its own with the retailer beside it; `speed` from the scenario's start on."""

    def __init__(self, patron, pages_port, speed):
        self.patron, self.pages, self.speed = patron, f"http://127.0.0.1:{pages_port}", speed
        self.broken, self.figures, self.turns, self.waits, self.sent = [], collections.Counter(), {}, [], {}
        self.token = patron.add_token("admin")
        key = patron.add_source("shop")["write_key"]
        self.process = subprocess.Popen(
            [DEMO, "--url", patron.base, "--key", key, "--follow-clock", "--days-ago", "0", "--rate", "0.05", "--desk-days", "0", "--pages", f"127.0.0.1:{pages_port}"],
            env={**os.environ, "PATRON_DEMO_OPERATOR_TOKEN": self.token}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *what):
        if self.process.poll() is None:
            self.process.kill()
            self.process.communicate()

    # --- life ---------------------------------------------------------------------------------------------

    def get(self, path):
        answer = self.patron.api("GET", path)
        assert answer.status == 200, f"{path}: {answer}\n{self.patron.stderr(2000)}"
        return answer.json()

    def wait(self, what, seconds=120):
        end = time.monotonic() + seconds
        while not (found := what()):
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < end, f"not in {seconds} s"
            time.sleep(0.1)
        return found

    def panel(self, action=None):
        body = None if action is None else {"name": "black_friday", "action": action}
        answer = daemon.web.request("GET" if body is None else "POST", self.pages + "/scenarios", json.dumps(body).encode() if body else None,
                                    {"Content-Type": "application/json"}, timeout=10)
        assert answer.status == 200, answer
        return answer.json()

    def clock(self, speed):
        assert self.patron.api("PUT", "/api/v1/clock", {"speed": speed}).status == 200

    def begin(self):
        def answers():
            try:
                return self.panel()
            except OSError:
                return None

        self.wait(answers)
        self.panel("start")
        self.wait(lambda: sum(agent["capacity"] for agent in self.get("/api/v1/routing/board")["agents"]) > 0)
        self.clock(self.speed)

    def live(self, until, every_s, seconds_at_most=900):
        """Until that is so, with a look at the board every so often."""
        end = time.monotonic() + seconds_at_most
        while not until():
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < end, self.figures
            self.look()
            time.sleep(every_s)

    def tickets(self):
        return [ticket for ticket in self.pages_of("/api/v1/tickets?limit=500") if ticket["type"] in WORKED]

    def drain(self, minutes=600):
        """Until nothing waits but for a line that has gone home, and nothing that is open is in no queue: the desk's people have caught up."""
        self.clock(min(self.speed, 300))
        start = self.now()
        while any(item["reason"] != "nobody_there" for queue in self.get("/api/v1/routing/board")["queues"] for item in queue["first"]) or any(
                ticket["state"] == "new" and not ticket["queue"] for ticket in self.tickets()):
            self.look()
            if self.now() - start > minutes * 60:
                self.broken.append(f"tickets wait {minutes} minutes after the end")
                return
            time.sleep(0.25)

    def now(self):
        return seconds(self.get("/api/v1/clock")["now"])

    # --- the rule of routing --------------------------------------------------------------------------------

    def look(self):
        """No item waits while somebody who fits is free: `turn` would say so, and may stand for an instant only."""
        board, turns = self.get("/api/v1/routing/board"), {}
        self.figures["looks"] += 1
        for queue in board["queues"]:
            self.figures["most waiting"] = max(self.figures["most waiting"], queue["waiting"])
            for item in queue["first"]:
                if item["reason"] == "turn" or (item["room"] > 0 and item["reason"] not in ("held", "declined")):
                    turns[item["ticket"]] = since = self.turns.get(item["ticket"], time.monotonic())
                    if time.monotonic() - since > INSTANT_S:
                        self.broken.append(f"{queue['queue']}: ticket {item['ticket']} waits while somebody fits: {item['why']}")
        self.turns = turns
        for agent in board["agents"]:
            self.figures["most load"] = max(self.figures["most load"], agent["load"])

    # --- the end --------------------------------------------------------------------------------------------

    def end(self):
        """Ends the retailer; what it left in no queue is put into one, and given to somebody. Then the clock stands."""
        self.process.send_signal(signal.SIGTERM)
        out, errors = self.process.communicate(timeout=120)
        self.hold(self.process.returncode == 0 and errors == "", f"the retailer ended with {self.process.returncode}: {errors}")
        for ticket in self.tickets():
            if ticket["state"] == "new" and not ticket["queue"]:
                self.figures["left in no queue"] += 1
                assert self.patron.api("PATCH", f"/api/v1/tickets/{ticket['key']}", {"queue": "service_desk"}).status == 200
        end = time.monotonic() + 60
        while any(ticket["state"] == "new" and not ticket["assignee"] for ticket in self.tickets()):
            assert time.monotonic() < end, self.get("/api/v1/routing/board")
            time.sleep(0.1)
        self.clock(0)
        desk = re.search(r"the service desk: (\d+) reports, (\d+) tickets, (\d+) joined, (\d+) mails", out)
        self.sent = dict(zip(("reports", "tickets", "joined", "mails"), map(int, desk.groups())))
        self.sent["events"] = int(re.findall(r"(\d+) events sent", out)[-1])

    def hold(self, true, what):
        if not true:
            self.broken.append(what)

    def check(self):
        tickets = self.tickets()
        reports = sum(ticket["reports"] for ticket in tickets)
        told = {"reports": reports, "tickets": len(tickets), "joined": reports - len(tickets), "mails": self.mails(),
                "events": int(self.patron.metrics()['patron_events_total{outcome="accepted"}'])}
        for name, count in told.items():
            self.figures[name] = count
            self.hold(count == self.sent[name], f"{name}: {self.sent[name]} were sent, the API tells {count}")
        for ticket in tickets:
            self.check_routing(ticket)
            self.check_clocks(ticket)

    def mails(self):
        count, before = 0, ""
        while True:
            page = self.get(f"/api/v1/mailboxes/messages?limit=500{before}")["data"]
            count += len(page)
            if len(page) < 500:
                return count
            before = f"&before={page[-1]['message']}"

    def pages_of(self, path):
        rows, cursor = [], ""
        while True:
            page = self.get(path + cursor)
            rows += page["data"]
            if page["next_cursor"] is None:
                return rows
            cursor = f"&cursor={page['next_cursor']}"

    def check_routing(self, ticket):
        decisions = self.get(f"/api/v1/tickets/{ticket['key']}/routing")["data"]
        given = [row for row in decisions if row["state"] in ("assigned", "accepted")]
        self.figures["given"] += bool(given)
        if not given:
            self.broken.append(f"{ticket['key']} ({ticket['state']}, {ticket['queue']}) was given to nobody")
            return
        self.waits.append(given[-1]["why"]["waited_s"])

    def check_clocks(self, ticket):
        """The daemon's clocks against a fold of their stretches and against what was written into the history when they ran out."""
        clocks = self.get(f"/api/v1/tickets/{ticket['key']}/clocks")["clocks"]
        rows = self.get(f"/api/v1/tickets/{ticket['key']}/history?limit=500")["data"]
        written = collections.Counter(row["text"] for row in rows if row["what"] == "sla_breached")
        for clock in clocks:
            why = self.get(f"/api/v1/tickets/{ticket['key']}/clocks/{clock['clock']}/explanation")
            counted = sum(part["seconds"] for part in why["stretches"] if part["why"] == "counted" and part["round"] == clock["round"])
            late = clock["state"] == "breached"
            self.figures["clocks"] += 1
            self.figures["breached"] += late
            self.hold(abs(counted - why["elapsed_s"]) < 0.01, f"{ticket['key']} {clock['clock']}: {counted} s by its stretches, {why['elapsed_s']} s by the clock")
            self.hold(late == (why["elapsed_s"] > why["target_s"]), f"{ticket['key']} {clock['clock']}: {clock['state']} at {why['elapsed_s']} of {why['target_s']} s")
            self.hold(not late or written[clock["clock"]] > 0, f"{ticket['key']} {clock['clock']}: breached, and nothing was written")
            parts = why["stretches"]
            gaps = [one for one, two in zip(parts, parts[1:]) if one["to"] != two["from"]]
            self.hold(not gaps, f"{ticket['key']} {clock['clock']}: {len(gaps)} gaps")

    def wait_at(self, share):
        return sorted(self.waits)[int(len(self.waits) * share)] if self.waits else 0


def seconds(text):
    """Of an instant."""
    return datetime.datetime.fromisoformat(text).timestamp()
