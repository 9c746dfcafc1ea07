# SPDX-License-Identifier: Apache-2.0
"""Customers over the management API: who somebody is and what they did, as a test asks for it."""
import time
import urllib.parse

API = "/api/v1/profiles"


class Customers:
    def __init__(self, patron):
        self.patron = patron

    def ready(self, timeout_s=30):
        """Until the view has loaded and has seen all that was acknowledged."""
        end = time.monotonic() + timeout_s
        while (answer := self.patron.api("GET", API + "?limit=1")).status == 503:
            assert answer.header("Retry-After").isdigit() and time.monotonic() < end, f"{answer}\n{self.patron.stderr()}"
            time.sleep(0.02)
        assert answer.status == 200, answer
        self.patron.wait_views(timeout_s)
        return self

    def ask(self, method, path, body=None, status=200, **kw):
        answer = self.patron.api(method, path, body, **kw)
        assert answer.status == status, f"{method} {path}: {answer}\n{self.patron.stderr(2000)}"
        return answer.json()

    def get(self, person, what="", status=200, **query):
        asked = f"?{urllib.parse.urlencode(query)}" if query else ""
        return self.ask("GET", f"{API}/{person}{'/' if what else ''}{what}{asked}", status=status)

    def find(self, kind, value, status=200):
        return self.ask("GET", f"{API}/lookup?{urllib.parse.urlencode({'type': kind, 'value': value})}", status=status)

    def search(self, text, **query):
        return self.ask("GET", f"{API}?{urllib.parse.urlencode({'search': text, **query})}")["data"]

    def merge(self, person, other, reason="the same name and address", status=200):
        return self.ask("POST", f"{API}/{person}/merge", {"other": other, "reason": reason}, status)

    def split(self, person, nodes, reason="two people, one tablet", status=200):
        return self.ask("POST", f"{API}/{person}/split", {"nodes": nodes, "reason": reason}, status)

    def lift(self, barrier, status=200):
        return self.ask("DELETE", f"{API}/barriers/{barrier}", status=status)

    def import_file(self, text, source):
        """An import that is done, whose file is kept: columns order, customer and total; its id."""
        at = "/api/v1/imports"
        job = self.ask("POST", at, {"name": "old till", "source": source, "bytes": len(text)}, 201)["id"]
        answer = self.patron.api("PUT", f"{at}/{job}/parts?offset=0", text, headers={"Content-Type": "application/octet-stream"})
        assert answer.status == 200, answer
        for state in ("ready", "done"):
            end = time.monotonic() + 20
            while (now := self.ask("GET", f"{at}/{job}"))["state"] != state:
                assert time.monotonic() < end and now["state"] != "failed", now
                time.sleep(0.02)
            if state == "ready":
                self.ask("PUT", f"{at}/{job}/mapping", {"mapping": {"format": "csv", "delimiter": ",", "header": True, "event": {"type": "track", "name": "Order Completed"}, "columns": {
                    "userId": "customer", "properties.order_id": "order", "properties.total": {"column": "total", "type": "decimal"}}}})
                self.ask("POST", f"{at}/{job}/start")
        return job

    def twins(self, name, mark, number, write_key):
        """One person under two mail addresses and two ways of writing a phone number, in one household: both profiles, older first."""
        home = {"firstName": name, "lastName": f"Sandoval{mark}", "birthday": "1984-03-12", "address": {"street": "12 Mill Lane", "city": "York", "postal_code": "YO1 7EP", "country": "GB"}}
        ways = [(f"{mark}@home.example", f"+4477008{number:05}"), (f"{mark}@work.example", f"004477008{number:05}")]
        self.patron.send_ok([{"type": "identify", "messageId": f"{mark}-{mail}", "anonymousId": f"browser-{mail}", "traits": {**home, "email": mail, "phone": phone}} for mail, phone in ways], write_key)
        self.ready()
        return [self.find("email", mail) for mail, _ in ways]

    def duplicates(self, person=None, status="open"):
        return self.get(person, "duplicates")["data"] if person else self.ask("GET", f"/api/v1/duplicates?status={status}&limit=50")["data"]

    def computes(self, name, **fold):
        """A computed trait by that name, made where there is none, live."""
        def found():
            return next((one for one in self.ask("GET", "/api/v1/computed-traits")["data"] if one["name"] == name), None)
        if found() is None:
            self.ask("POST", "/api/v1/computed-traits", {"name": name, "fold": fold}, 201)
        end = time.monotonic() + 30
        while found()["state"] != "live":
            assert time.monotonic() < end, found()
            time.sleep(0.05)
        return found()

    def pages(self, person, what, **query):
        """All rows of a list, page by page."""
        rows, cursor = [], None
        while True:
            page = self.get(person, what, **query, **({"cursor": cursor} if cursor else {}))
            rows += page["data"]
            cursor = page["next_cursor"]
            if cursor is None:
                return rows

    def timeline(self, person, **query):
        return self.pages(person, "timeline", **query)


def identifiers(profile):
    return {(node["type"], node["value"]) for node in profile["nodes"]}


def traits(profile):
    return {trait["name"]: trait["value"] for trait in profile["traits"]}


def values(profile):
    return {value["currency"]: (value["amount"], value["orders"], value["refunds"]) for value in profile["values"]}


def numbers(profile, *kinds):
    """Numbers of the identifiers of these types."""
    return [node["number"] for node in profile["nodes"] if node["type"] in kinds]


def ids(rows):
    return [row["messageId"] for row in rows]
