#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Mail as it comes: from a mailbox that is filled at a rate to tickets that are triaged, given to somebody, and have their clocks.

usage: bench/mail.py [--rate 50] [--seconds 30] [--agents 20] [--dir DIR] [--json FILE]
Programs from $BUILD (default build/). Debian's Dovecot takes the messages over LMTP, each of another sender; the daemon watches the mailbox with IDLE and
acknowledges each over Debian's Postfix. Times are of one machine's clock: `accepted` is LMTP's 250, `exists` what Dovecot says to another client that idles
on the same mailbox. The end is when the API shows the message with its ticket (asked every 10 ms), or the row that gives the ticket to somebody, whichever is
later. A ticket without triage, without somebody who has it, or without clocks ends the run.
"""
import argparse
import atexit
import calendar
import http.client
import json
import pathlib
import re
import smtplib
import socket
import statistics
import sys
import tempfile
import threading
import time

from management import token
from patron_bench import ROOT, Patrond, machine

sys.path.insert(0, str(ROOT / "tests"))
from harness import mail  # noqa: E402

ASK_S = 0.01
QUIET_S = 60
WHAT = ("till", "receipt printer", "scanner", "price screen", "card terminal")
HOW = ("stays dark since nine", "prints nothing", "restarts again and again", "shows an old price", "cannot be reached")


class Api:
    def __init__(self, daemon, secret):
        self.connection = http.client.HTTPConnection("127.0.0.1", daemon.port, timeout=60)
        self.head = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}

    def __call__(self, method, path, body=None):
        self.connection.request(method, path, None if body is None else json.dumps(body), self.head)
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {text[:300]!r}")
        return json.loads(text) if text else None


def furnish(api, host, agents):
    api("PUT", "/api/v1/routing/queues/post", {"version": 0, "settings": {"on": True}})
    for number in range(agents):
        made = api("POST", "/api/v1/accounts", {"email": f"agent{number}@shop.example", "name": f"Agent {number}", "role": "agent", "password": "a long enough sentence"})
        path = f"/api/v1/routing/agents/{made['account']['id']}"
        api("PUT", path, {"version": api("GET", path)["version"], "settings": {"queues": ["post"], "capacity": 10000}})
        api("PUT", f"{path}/presence", {"presence": "online"})
    server = {"user": f"desk@{mail.DOMAIN}", "ca_file": str(host.ca.root), "host": "127.0.0.1", "tls": "tls"}
    secret = mail.PEOPLE[server["user"]]
    settings = {"address": server["user"], "queue": "post", "imap": {**server, "port": host.ports["imaps"]}, "smtp": {**server, "port": host.ports["smtps"]}}
    api("PUT", "/api/v1/mailboxes/post", {"version": 0, "name": "Post", "settings": settings, "imap_secret": secret, "smtp_secret": secret})


class Watch(threading.Thread):
    """Another client that idles: when the server said how many there are."""

    def __init__(self, host):
        super().__init__(daemon=True)
        self.at = {}
        self.file = socket.create_connection(("127.0.0.1", host.ports["imap_clear"])).makefile("rwb")
        self.say("a LOGIN desk@%s %s" % (mail.DOMAIN, json.dumps(mail.PEOPLE[f"desk@{mail.DOMAIN}"])), b"a ")
        self.say("b SELECT INBOX", b"b ")
        self.say("c IDLE", b"+")
        self.start()

    def say(self, line, until):
        self.file.write(line.encode() + b"\r\n")
        self.file.flush()
        while not self.file.readline().startswith(until):
            pass

    def run(self):
        last = 0
        for line in self.file:
            found = re.match(rb"\* (\d+) EXISTS", line)
            for number in range(last, int(found[1]) if found else last):
                self.at[number] = time.time()
            last = max(last, int(found[1])) if found else last


def deliver(host, rate, count, accepted):
    """At its due time each, as far as the server takes them."""
    begun = time.monotonic()
    with smtplib.LMTP("127.0.0.1", host.ports["lmtp"]) as lmtp:
        for number in range(count):
            time.sleep(max(0, begun + number / rate - time.monotonic()))
            what, how = WHAT[number % len(WHAT)], HOW[number // len(WHAT) % len(HOW)]
            sender = f"anna+{number}@{mail.DOMAIN}"
            lmtp.sendmail(sender, [f"desk@{mail.DOMAIN}"], f"From: Person {number} <{sender}>\r\nTo: desk@{mail.DOMAIN}\r\nSubject: {number} The {what} {how}\r\nMessage-ID: <{number}@bench>\r\n"
                          f"Content-Type: text/plain; charset=utf-8\r\n\r\nThe {what} in aisle {number} {how}.\r\n\r\nOn Mon, 5 Jan 2026 at 10:00, Desk <desk@{mail.DOMAIN}> wrote:\r\n> Anything else?\r\n".encode())
            accepted[number] = time.time()


def follow(api, count, seen):
    """Until all are there: message -> when the API first showed it."""
    found, newest, last = {}, 0, time.monotonic()
    while len(found) < count and time.monotonic() - last < QUIET_S:
        rows = [row for row in api("GET", "/api/v1/mailboxes/messages?limit=200")["data"] if row["message"] > newest]
        now = time.time()
        for row in rows:
            found[int(row["subject"].split()[0])] = row
            seen[int(row["subject"].split()[0])] = now
            newest, last = max(newest, row["message"]), time.monotonic()
        time.sleep(ASK_S)
    return found


def seconds_of(text):
    return calendar.timegm(time.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")) + float(text[19:-1])


def settled(api, row):
    """When the ticket was read and with somebody."""
    ticket = api("GET", f"/api/v1/tickets/{row['ticket']}")["ticket"]
    history = api("GET", f"/api/v1/tickets/{row['ticket']}/history?limit=50")["data"]
    given = [one for one in history if "assignee" in one["changes"]]
    triage = api("GET", f"/api/v1/tickets/{row['ticket']}/triage")
    if not given or not ticket["due_at"] or triage["made_now"]:
        raise SystemExit(f"ticket {ticket['key']} is not triaged, given or timed: {json.dumps(history)[:2000]}")
    return max(seconds_of(given[0]["at"]), seconds_of(triage["at"]))


def spread(values):
    values = sorted(values)
    return {"p50": round(statistics.median(values), 3), "p99": round(values[int(len(values) * 0.99)], 3), "max": round(values[-1], 3)}


def main() -> int:
    p = argparse.ArgumentParser()
    p.add_argument("--rate", type=float, default=50)
    p.add_argument("--seconds", type=float, default=30)
    p.add_argument("--agents", type=int, default=20)
    p.add_argument("--dir")
    p.add_argument("--json", type=pathlib.Path)
    o = p.parse_args()
    count, accepted, seen = int(o.rate * o.seconds), {}, {}
    with tempfile.TemporaryDirectory(prefix="patron-bench-", dir=o.dir) as name, mail.MailHost() as host:
        daemon = Patrond(pathlib.Path(name) / "patrond", "--connect-networks", "127.0.0.0/8")
        atexit.register(daemon.stop)  # also of a run that ends early
        daemon.start()
        api = Api(daemon, token(daemon))
        furnish(api, host, o.agents)
        watch = Watch(host)
        before = daemon.cpu_s()
        sender = threading.Thread(target=deliver, args=(host, o.rate, count, accepted))
        sender.start()
        found = follow(api, count, seen)
        sender.join()
        out = {"machine": machine(), "messages": count, "rate": o.rate, "cpu_ms_each": round((daemon.cpu_s() - before) * 1000 / count, 2)}
        if len(found) < count or any(row["outcome"] != "opened" for row in found.values()):
            raise SystemExit(f"{len(found)} of {count} came: {[r for r in found.values() if r['outcome'] != 'opened'][:3]}")
        end = {number: max(seen[number], settled(api, row)) for number, row in found.items()}
        out["from_accepted_s"] = spread(end[n] - accepted[n] for n in range(count))
        out["from_exists_s"] = spread(end[n] - watch.at[n] for n in range(count))
        out["lmtp_rate"] = round(count / (accepted[count - 1] - accepted[0]), 1)
        begun = time.monotonic()
        while api("GET", "/api/v1/mailboxes/sent?state=queued&limit=1")["data"]:
            time.sleep(0.1)
        out["acknowledged_behind_s"] = round(time.monotonic() - begun, 1)
        out["memory_mib"] = round(daemon.memory_mib(), 1)
        daemon.drop()
    print(json.dumps(out))
    if o.json:
        o.json.write_text(json.dumps(out, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
