# SPDX-License-Identifier: Apache-2.0
"""Rules of identity: shown, tried, changed, and applied to all of history."""
import time

import pytest
from harness.customers import API, Customers, identifiers

RULES = "/api/v1/identity/rules"
PREVIEW = "/api/v1/identity/rules/preview"
REBUILD = "/api/v1/identity/rebuild"
ONE_MAIL = {"types": [{"name": "email", "limit": 1}]}


class Shop(Customers):
    def __init__(self, patron):
        super().__init__(patron)
        self.key = patron.add_source("web")["write_key"]
        self.count = 0

    def send(self, *events):
        for event in events:
            self.count += 1
            event.setdefault("messageId", f"m{self.count}")
        self.patron.send_ok(list(events), self.key)
        return self.ready()

    def identify(self, user=None, mail=None, **rest):
        event = {"type": "identify", "traits": {"email": mail, "name": f"Name {user or mail}"}, **rest}
        return {**event, "userId": user} if user else event

    def until(self, good, what, timeout_s=30):
        end = time.monotonic() + timeout_s
        while not (found := good()):
            assert time.monotonic() < end, what
            time.sleep(0.02)
        return found

    def rules(self):
        return self.ask("GET", RULES)

    def change(self, rules, version=None, status=200, **rest):
        return self.ask("PUT", RULES, {"version": version or self.rules()["version"], "rules": rules, **rest}, status)

    def preview(self, rules):
        begun = self.ask("POST", PREVIEW, {"rules": rules}, 202)
        assert begun["state"] in ("running", "done") and begun["by"]
        found = self.until(lambda: (p := self.ask("GET", PREVIEW))["done"] and p, "the preview does not end")
        assert found["state"] == "done" and found["progress"] == 1, found
        return found

    def rebuild(self, reason="one mail a person"):
        made = self.ask("POST", REBUILD, {"version": self.rules()["version"], "reason": reason}, 202)
        self.until(lambda: self.rules()["rebuilt"]["begun"], "the rebuild does not begin")
        self.ready()
        return made

    def everybody(self):
        return {row["id"]: identifiers(self.get(row["id"])) for row in self.ask("GET", f"{API}?limit=50")["data"]}


@pytest.fixture
def shop(patron):
    return Shop(patron)


def test_change_preview_rebuild(shop):
    """A limit of five mails becomes one: said before, holding from then on, applied to what was, and kept through kills."""
    shop.send(shop.identify("u1", "a@x.example"), shop.identify("u1", "b@x.example"), shop.identify("guest", "b@x.example"),
              shop.identify("u2", "c@x.example"))
    first = shop.rules()
    assert first["version"] == 1 and first["changed_by"] is None and first["rebuilt"] is None and first["position"] is None
    assert {row["name"]: row["mode"] for row in first["types"]} == dict.fromkeys(
        ("anonymous_id", "device_id", "email", "phone", "user_id"), "unique")
    before = shop.everybody()

    found = shop.preview(ONE_MAIL)
    assert found["before"] == {"persons": 2, "identifiers": 5} and found["after"] == {"persons": 3, "identifiers": 5}
    assert (found["parted"], found["joined"], found["dropped"]) == (1, 0, {"events": 1, "identifiers": 1})
    assert {row["name"]: row["limit"] for row in found["rules"]["types"]}["email"] == 1
    example, = found["examples"]
    one, = example["before"]
    assert example["kind"] == "parted" and one["name"] == "Name u1" and one["id"] == shop.find("user_id", "u1")["id"]
    assert {(i["type"], i["value"]) for i in one["identifiers"]} == {("user_id", "u1"), ("email", "a@x.example"), ("email", "b@x.example")}
    assert [[i["value"] for i in person["identifiers"]] for person in example["after"]] == [["u1", "a@x.example"], ["b@x.example"]]
    assert shop.everybody() == before

    changed = shop.change(ONE_MAIL, reason="families share no mail")
    assert changed["version"] == 2 and changed["position"] is not None and changed["changed_by"]
    shop.change({}, version=1, status=409)
    assert shop.everybody() == before
    shop.send(shop.identify("u2", "d@x.example"), shop.identify("u3", "e@x.example"))
    assert identifiers(shop.find("user_id", "u2")) == {("user_id", "u2"), ("email", "c@x.example")}
    assert identifiers(shop.find("user_id", "u1")) >= {("email", "a@x.example"), ("email", "b@x.example")}

    made = shop.rebuild()
    assert (made["number"], made["version"], made["reason"]) == (1, 2, "one mail a person")
    after = shop.everybody()
    assert identifiers(shop.find("user_id", "u1")) == {("user_id", "u1"), ("email", "a@x.example")}
    assert identifiers(shop.find("email", "b@x.example")) == {("email", "b@x.example")} and len(after) == 4

    shop.change({})
    shop.send(shop.identify("u3", "f@x.example"))
    assert len(identifiers(shop.find("user_id", "u3"))) == 3
    kept, rules = shop.everybody(), shop.rules()
    assert rules["version"] == 3 and rules["rebuilt"]["version"] == 2
    shop.patron.restart()
    assert shop.ready().everybody() == kept and shop.rules() == rules
    shop.patron.kill9()
    shop.patron.start()
    assert shop.ready().everybody() == kept
    shop.ask("POST", "/api/v1/views/profiles/rebuild", {}, 202)
    assert shop.ready().everybody() == kept and shop.rules() == rules
    actions = [row["action"] for row in shop.ask("GET", "/api/v1/audit?limit=50")["data"]]
    assert actions.count("identity.rules_changed") == 2 and actions.count("identity.rebuilt") == 1


def test_kill_9_around_a_rebuild(shop):
    shop.send(*(shop.identify(f"u{i % 7}", f"m{i}@x.example") for i in range(200)))
    shop.change({"types": [{"name": "email", "limit": 2}]})
    shop.ask("POST", REBUILD, {"version": 2, "reason": "why"}, 202)
    shop.patron.kill9()
    shop.patron.start()
    shop.until(lambda: (r := shop.ready().rules())["rebuilt"]["begun"], "the rebuild does not begin")
    people = shop.ready().everybody()
    assert all(sum(kind == "email" for kind, _ in ids) <= 2 for ids in people.values())
    shop.patron.kill9()
    shop.patron.start()
    assert shop.ready().everybody() == people


def test_a_store_tablet(shop):
    """Several customers sign in on one tablet of a store: none is merged, each keeps what is theirs, the tablet stays with the first."""
    shop.change({"types": [{"name": "user_id", "mode": "login", "limit": 5}]})
    visits = [shop.identify(f"guest-{i}", None, anonymousId="tablet", traits={"phone": f"+43 1 55500{i}"}) for i in range(4)]
    shop.send(*visits, *({"type": "track", "event": "Looked", "userId": f"guest-{i}", "anonymousId": "tablet"} for i in range(4)),
              {"type": "page", "name": "Home", "anonymousId": "tablet"})
    people = [shop.find("user_id", f"guest-{i}") for i in range(4)]
    assert len({person["id"] for person in people}) == 4
    assert [identifiers(person) - {("anonymous_id", "tablet")} for person in people] == [
        {("user_id", f"guest-{i}"), ("phone", f"+43155500{i}")} for i in range(4)]
    assert shop.find("anonymous_id", "tablet")["id"] == people[0]["id"]
    assert [person["events"] for person in people] == [3, 2, 2, 2]


def test_what_is_refused(shop):
    shop.ready()
    for rules, member in (({"types": [{"name": "email", "limit": 0}]}, "types[0].limit"), ({"merge_cap": 1}, "merge_cap"),
                          ({"other": {"mode": "shared"}}, "other.mode"), ({"colour": 1}, "colour")):
        assert member in shop.change(rules, status=400)["detail"]
        assert member in shop.ask("POST", PREVIEW, {"rules": rules}, 400)["detail"]
    shop.ask("GET", PREVIEW, status=404)
    shop.ask("DELETE", PREVIEW, status=404)
    shop.ask("POST", REBUILD, {"version": 2, "reason": "why"}, 409)
    shop.ask("POST", REBUILD, {"version": 1, "reason": ""}, 400)
    assert shop.preview({})["before"] == {"persons": 0, "identifiers": 0}
    shop.ask("DELETE", PREVIEW, status=409)
    assert shop.rules()["version"] == 1


def test_preferred_sources(shop):
    """What the CRM says of a trait holds whatever others say later; from the change on, and for all of history after a rebuild."""
    crm, till = (shop.patron.add_source(name) for name in ("crm", "till"))

    def say(source, plan, hour, **rest):
        shop.count += 1
        shop.patron.send_ok([{"type": "identify", "userId": "u1", "messageId": f"p{shop.count}", "timestamp": f"2026-01-01T{hour:02}:00:00Z",
                              "traits": {"plan": plan, **rest}}], source["write_key"])
        shop.ready()

    def held():
        return {row["name"]: (row["value"], row["source"]["name"], row["preferred"]) for row in shop.find("user_id", "u1")["traits"]}

    say(crm, "gold", 1, town="Graz")
    say(till, "silver", 2, town="Linz")
    assert held() == {"plan": ("silver", "till", False), "town": ("Linz", "till", False)}
    lists = {"traits": [{"name": "plan", "sources": [crm["id"], till["id"]]}]}
    for bad, place in (({"traits": [{"name": "plan", "sources": ["crm"]}]}, "traits[0].sources[0]"), ({"traits": [{"name": "plan"}]}, "traits[0].sources")):
        for method, path, body in (("PUT", RULES, {"version": 1, "rules": bad}), ("POST", PREVIEW, {"rules": bad})):
            assert place in shop.ask(method, path, body, 400)["detail"]
    assert shop.change(lists)["traits"] == lists["traits"]

    say(shop_source := shop.patron.add_source("app"), "bronze", 3, town="Wels")
    assert held() == {"plan": ("bronze", "app", False), "town": ("Wels", "app", False)}  # nothing of the CRM since the change
    say(crm, "gold", 4, town="Graz")
    say(till, "silver", 5, town="Linz")
    say(shop_source, "bronze", 6)
    assert held() == {"plan": ("gold", "crm", True), "town": ("Linz", "till", False)}

    shop.change({"traits": [{"name": "plan", "sources": [till["id"]]}]})
    assert held()["plan"] == ("gold", "crm", True)
    shop.rebuild("the till asks people")
    assert held()["plan"] == ("silver", "till", True)
    shop.patron.kill9()
    shop.patron.start()
    shop.ready()
    assert held()["plan"] == ("silver", "till", True)
