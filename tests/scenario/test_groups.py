# SPDX-License-Identifier: Apache-2.0
"""Accounts and households: who belongs together, through merges, splits, changes and rebuilds."""
import itertools
import urllib.parse

import pytest
from harness.customers import Customers, numbers

made = itertools.count(1)
NOWHERE = "00000000-0000-8000-8000-000000000000"


@pytest.fixture
def shop(shared):
    return Shop(shared)


class Shop(Customers):
    def __init__(self, shared):
        super().__init__(shared.patron)
        self.source = shared.source()
        self.mark = f"q{next(made)}z"
        self.sent = itertools.count(1)

    def send(self, *events):
        for event in events:
            event["messageId"] = f"{self.mark}-{next(self.sent)}"
        self.patron.send_ok(list(events), self.source["write_key"])
        return self.ready()

    def user(self, name):
        return f"{name}-{self.mark}"

    def person(self, name):
        return self.find("user_id", self.user(name))

    def groups(self, name):
        return {group["kind"]: (group["name"], group["members"]) for group in self.person(name)["groups"]}

    def lives(self, *names, street="Hauptstr. 12", last=None, **rest):
        self.send(*[{"type": "identify", "userId": self.user(name), "traits": {
            "firstName": name, "lastName": last or f"Berg{self.mark}",
            "address": {"street": street, "postalCode": "1010", "city": "Wien", "country": "AT"}, **rest}} for name in names])

    def joins(self, name, group, **rest):
        self.send({"type": "group", "userId": self.user(name), "groupId": f"{group}-{self.mark}", **rest})

    def group(self, id, status=200, **query):
        asked = f"?{urllib.parse.urlencode(query)}" if query else ""
        return self.ask("GET", f"/api/v1/groups/{id}{asked}", status=status)

    def listed(self, kind, search="", limit=50):
        rows, cursor = [], None
        while True:
            page = self.ask("GET", "/api/v1/groups?" + urllib.parse.urlencode(
                {"kind": kind, "search": search, "limit": limit, **({"cursor": cursor} if cursor else {})}))
            rows += page["data"]
            cursor = page["next_cursor"]
            if cursor is None:
                return rows


def test_an_account(shop):
    shop.joins("ann", "acme", timestamp="2026-03-02T00:00:00Z", traits={"name": f"Ácme {shop.mark}", "plan": "gold"})
    shop.joins("ben", "acme", timestamp="2026-03-01T00:00:00Z", traits={"plan": "old", "seats": 5})
    account, = shop.person("ann")["groups"]
    assert account == {"id": account["id"], "kind": "account", "name": f"Ácme {shop.mark}", "how": f"group id acme-{shop.mark}",
                       "members": 2}
    whole = shop.group(account["id"])
    assert [(trait["name"], trait["value"]) for trait in whole["traits"]] == [
        ("name", f"Ácme {shop.mark}"), ("plan", "gold"), ("seats", 5)]
    assert whole["traits"][1]["source"]["id"] == shop.source["id"] and whole["traits"][1]["at"] == "2026-03-02T00:00:00.000Z"
    assert [member["id"] for member in whole["members"]] == [shop.person("ann")["id"], shop.person("ben")["id"]]
    assert whole["members"][0]["since"] == "2026-03-02T00:00:00.000Z" and whole["members"][0]["detail"] == shop.user("ann")
    first = shop.group(account["id"], limit=1)
    rest = shop.group(account["id"], limit=1, cursor=first["next_cursor"])
    assert first["members"] + rest["members"] == whole["members"] and rest["next_cursor"] is None
    assert [row["id"] for row in shop.listed("account", f"ACME {shop.mark}")] == [account["id"]]


def test_a_household_follows_its_traits(shop):
    shop.lives("ann")
    assert shop.groups("ann") == {}
    shop.lives("ben", street="Hauptstraße 12", last=f"BERG{shop.mark}".upper())
    assert shop.groups("ann") == {"household": (f"Berg{shop.mark}, Wien", 2)}
    household, = shop.person("ben")["groups"]
    assert household["how"] == f"same last name and postal address: berg{shop.mark}, hauptstrasse 12, 1010"
    assert {member["name"] for member in shop.group(household["id"])["members"]} == {
        f"ann Berg{shop.mark}", f"ben BERG{shop.mark}".replace(shop.mark, shop.mark.upper())}
    shop.lives("ben", street="Gasse 1")  # moves out
    assert shop.groups("ann") == shop.groups("ben") == {}
    shop.group(household["id"], status=404)
    shop.lives("ann", "ben", household_id=f"H-{shop.mark}")
    assert shop.groups("ben") == {"household": (f"Berg{shop.mark}, Wien", 2)}
    assert shop.person("ben")["groups"][0]["how"] == f"household id H-{shop.mark}"
    assert shop.person("ann")["id"] != shop.person("ben")["id"]  # a household is never a merge


def test_merge_split_restart_and_rebuild(shop, shared):
    shop.lives("ann", "ben", "cat")
    shop.joins("ann", "acme")
    shop.joins("ben", "acme")
    before = [shop.person(name)["groups"] for name in ("ann", "ben", "cat")]
    assert shop.groups("cat") == {"household": (f"Berg{shop.mark}, Wien", 3)}
    ann, ben = shop.person("ann"), shop.person("ben")
    # one user id a person: a merge by hand is of somebody who is known by another identifier
    shop.send({"type": "identify", "anonymousId": shop.user("tablet"), "traits": {
        "lastName": f"Berg{shop.mark}", "address": {"street": "Hauptstr. 12", "postal_code": "1010", "country": "AT"}}})
    tablet = shop.find("anonymous_id", shop.user("tablet"))
    assert shop.groups("cat")["household"][1] == 4
    merged = shop.merge(ann["id"], tablet["id"])
    assert shop.groups("cat")["household"][1] == 3 and shop.groups("ann")["account"][1] == 2
    shop.split(merged["id"], numbers(merged, "anonymous_id"))
    assert shop.groups("cat")["household"][1] == 4
    after = [shop.person(name)["groups"] for name in ("ann", "ben", "cat")]
    assert [[group["id"] for group in groups] for groups in after] == [[group["id"] for group in groups] for groups in before]
    shared.patron.restart()
    shop.ready()
    assert [shop.person(name)["groups"] for name in ("ann", "ben", "cat")] == after
    shop.ask("POST", "/api/v1/views/profiles/rebuild", {}, 202)
    shop.ready()
    assert [shop.person(name)["groups"] for name in ("ann", "ben", "cat")] == after
    assert ben["id"] == shop.person("ben")["id"]


def test_list_by_name(shop):
    for number in range(5):
        shop.joins("ann", f"g{number}", traits={"name": f"{shop.mark} {'ÄbCdE'[number]}"})
    names = [row["name"] for row in shop.listed("account", shop.mark)]
    assert names == [f"{shop.mark} {letter}" for letter in "ÄbCdE"]
    assert [row["name"] for row in shop.listed("account", shop.mark, limit=2)] == names
    assert [row["name"] for row in shop.listed("account", f"{shop.mark} a")] == names[:1]
    assert shop.listed("household", shop.mark) == []
    for query in ("", "kind=", "kind=person", "kind=account&limit=0", "kind=account&limit=101", "kind=account&cursor=x",
                  f"kind=account&search={'x' * 101}"):
        assert shop.patron.api("GET", f"/api/v1/groups?{query}").status == 400, query
    for id in (NOWHERE, "x", "%00", shop.person("ann")["id"]):
        shop.group(id, status=404)
