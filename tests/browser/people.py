# SPDX-License-Identifier: Apache-2.0
"""A daemon with an owner, a person of each role, sources and events, as the console's tests need it."""
import copy
import re
import time

from harness.customers import Customers
from harness.load import track
from harness.patron import Patron

PASSWORD = "a long enough sentence"
ROLES = ("admin", "engineer", "analyst", "auditor")


def cookie_of(answer):
    name, value = re.match(r"([^=]+)=([^;]*)", answer.header("Set-Cookie")).groups()
    return name, value


def sign_in(patron, email, password=PASSWORD):
    """(name, value) of a new session's cookie."""
    answer = patron.api("POST", "/api/v1/session", {"email": email, "password": password}, tcp=True)
    assert answer.status == 200, answer
    return cookie_of(answer)


def set_up(patron):
    """The first owner, and one person of every other role. Their addresses are ROLE@example.com."""
    code = patron.api("GET", "/api/v1/setup").json()["code"]
    body = {"code": code, "email": "owner@example.com", "name": "Olive Owner", "password": PASSWORD}
    answer = patron.api("POST", "/api/v1/setup", body, tcp=True)
    assert answer.status == 201, answer
    for role in ROLES:
        answer = patron.api("POST", "/api/v1/accounts", {"email": f"{role}@example.com", "name": f"{role.title()} Person", "role": role, "password": PASSWORD})
        assert answer.status == 201, answer


BAD = [{"type": "track", "userId": "u", "messageId": "bad-name"}, {"type": "track", "event": "No Id", "messageId": "bad-id"},
       {"type": "nonsense", "userId": "u", "messageId": "bad-type"}]


def orders(count, start=0):
    return [track(f"order-{start + i}", "Order Completed", user=f"user-{i % 7}", total=64.5, currency="GBP") for i in range(count)]


def furnish(patron):
    """Three sources, one of them quiet for ever, with events good and bad."""
    web, till = patron.add_source("Web shop"), patron.add_source("Tills")
    patron.add_source("Loyalty app")
    patron.send_ok(orders(40), web["write_key"])
    patron.send_ok(orders(10, 100), till["write_key"])
    patron.send_ok(BAD, web["write_key"])
    patron.wait_views()
    return web


class Shop(Patron):
    """The daemon with all that in it."""

    def learn(self):
        """A computed trait, and what the rules of identity in force would change: nothing. Words for the paths of ROUTES."""
        customers = Customers(self).ready()
        trait = customers.computes("orders", fold="count", events=["Order Completed"], window={"last": {"days": 30}})
        rules = customers.ask("GET", "/api/v1/identity/rules")
        customers.ask("POST", "/api/v1/identity/rules/preview", {"rules": {name: rules[name] for name in ("types", "other", "blocked", "merge_cap", "traits")}}, 202)
        end = time.monotonic() + 30
        while customers.ask("GET", "/api/v1/identity/rules/preview")["state"] != "done":
            assert time.monotonic() < end
            time.sleep(0.05)
        return {"web": self.web["id"], "computed": trait["id"]}

    def seen_as(self, kind):
        """The same daemon with what another kind of Shop can do."""
        one = copy.copy(self)
        one.__class__ = kind
        return one

    def furnish(self):
        set_up(self)
        self.web = furnish(self)  # pylint: disable=attribute-defined-outside-init
        return self
