# SPDX-License-Identifier: Apache-2.0
"""Customers: who somebody is by their events, what is known of them, and what staff decide about it."""
import itertools
import json
import pathlib

import pytest
import schemathesis
from harness import web
from harness.customers import Customers, identifiers, ids, numbers, traits, values
from harness.match import INSTANT, UUID, Pattern
from harness.patron import DaemonFailed
from schemathesis.core import NOT_SET
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

NOWHERE = "00000000-0000-8000-8000-000000000000"
DESCRIBED = schemathesis.openapi.from_dict(json.loads((pathlib.Path(__file__).resolve().parents[2] / "openapi/patron.json").read_text()))
made = itertools.count(1)


@pytest.fixture
def shop(shared):
    """Customers of the module's daemon, a source, and a mark that no other test's people have."""
    return Shop(shared)


class Shop(Customers):
    def __init__(self, shared):
        super().__init__(shared.patron)
        self.source = shared.source()
        self.mark = f"t{next(made)}x"

    def name(self, text):
        """The text as this test's own: "ann" -> "ann-t3x"."""
        return f"{text}-{self.mark}"

    def mail(self, text):
        return f"{text}@{self.mark}.example"

    def send(self, *events, source=None):
        self.patron.send_ok(list(events), (source or self.source)["write_key"])
        return self.ready()

    def track(self, event, message, **rest):
        return {"type": "track", "event": event, "messageId": self.name(message), **rest}

    def two(self):
        """Two people: Ann by mail, Ben by card."""
        self.send({"type": "identify", "messageId": self.name("1"), "anonymousId": self.name("a"),
                   "traits": {"email": self.mail("ann"), "name": "Ann"}},
                  {"type": "identify", "messageId": self.name("2"), "anonymousId": self.name("b"), "traits": {"name": "Ben", "tier": "gold"},
                   "context": {"externalIds": [{"type": "loyalty_card", "id": self.name("card")}]}})
        return self.find("email", self.mail("ann")), self.find("loyalty_card", self.name("card"))


# --- reading --------------------------------------------------------------------------------------------------


def test_one_person_over_several_channels(shop):
    till = shop.patron.add_source(shop.name("till"))
    who = {"anonymousId": shop.name("browser"), "context": {"page": {"url": "https://shop.example/"}}}
    shop.send({"type": "page", "name": "Home", "messageId": shop.name("1"), "timestamp": "2026-03-01T10:00:00Z", **who},
              {"type": "identify", "messageId": shop.name("2"), "timestamp": "2026-03-01T10:01:00Z", "userId": shop.name("u"),
               "traits": {"email": f" ANN@{shop.mark}.example ", "firstName": "Ann", "lastName": "Miller", "vip": True,
                          "address": {"city": "Graz"}}, **who},
              shop.track("Order Completed", "3", userId=shop.name("u"), timestamp="2026-03-01T10:05:00Z",
                         properties={"order_id": shop.name("o"), "total": "100.10", "currency": "EUR"}))
    shop.send(shop.track("Order Completed", "4", anonymousId=shop.name("receipt"), timestamp="2026-03-02T12:00:00Z",
                         properties={"order_id": shop.name("p"), "revenue": 9.9, "currency": "eur"},
                         context={"traits": {"email": shop.mail("ann"), "firstName": "A.", "tier": "gold"},
                                  "externalIds": [{"type": "loyalty_card", "id": shop.name("card")}]}),
              shop.track("Order Refunded", "5", userId=shop.name("u"), timestamp="2026-03-03T12:00:00Z",
                         properties={"order_id": shop.name("o"), "total": 0.1, "currency": "EUR"}), source=till)
    person = shop.find("loyalty_card", shop.name("card"))
    assert Pattern(UUID).fits(person["id"]) and person["id"][14] == "8"
    assert identifiers(person) == {("user_id", shop.name("u")), ("email", shop.mail("ann")), ("anonymous_id", shop.name("browser")),
                                   ("anonymous_id", shop.name("receipt")), ("loyalty_card", shop.name("card"))}
    assert person["name"] == "Ann Miller" and person["events"] == 5 and person["created_at"] == "2026-03-01T10:00:00.000Z"
    assert sum(node["events"] for node in person["nodes"]) == 5 and len(set(numbers(person, "anonymous_id"))) == 2
    assert traits(person)["vip"] is True and traits(person)["address"] == {"city": "Graz"}
    said, = [trait for trait in person["traits"] if trait["name"] == "firstName"]
    assert said["at"] == "2026-03-01T10:01:00.000Z" and said["source"] == {"id": shop.source["id"], "name": shop.source["name"]}
    assert said["node"] in numbers(person, "user_id")
    assert {trait["name"]: trait["said_by"] for trait in person["traits"]} == {
        **dict.fromkeys(("email", "firstName", "lastName", "vip", "address"), "identify"), "tier": "context"}
    assert values(person) == {"EUR": ("109.9", 2, 1)}
    first, last = person["first"], person["last"]
    assert (first["at"], first["source"]["name"], first["channel"]) == ("2026-03-01T10:00:00.000Z", shop.source["name"], "web")
    assert (last["at"], last["source"]["name"]) == ("2026-03-03T12:00:00.000Z", till["name"])
    assert shop.patron.api("GET", f"/api/v1/events/{last['position']}").json()["messageId"] == shop.name("5")
    assert person["version"] == last["position"] + 1
    assert shop.get(person["id"]) == person


def test_lookup_takes_what_people_type(shop):
    shop.send({"type": "identify", "messageId": shop.name("1"), "userId": shop.name("u"),
               "traits": {"email": shop.mail("zoe"), "phone": "+43 (664) 123-45-67"}})
    person = shop.find("email", f"  Zoe@{shop.mark}.EXAMPLE")
    assert shop.find("phone", "+436641234567") == person == shop.find("user_id", shop.name("u"))
    shop.find("email", shop.mail("nobody"), status=404)
    shop.find("email", "no address", status=404)
    shop.find("user_id", "guest", status=404)
    shop.find("no_such_type", shop.name("u"), status=404)
    for query in ("", "?type=email", "?value=x", "?type=&value=x", "?type=email&value=", f"?type={'x' * 41}&value=x",
                  f"?type=email&value={'x' * 401}"):
        assert shop.patron.api("GET", f"/api/v1/profiles/lookup{query}").status == 400, query


def test_nobody_has_that_id(shop):
    for what in ("", "timeline", "links", "barriers", "context"):
        for person in (NOWHERE, "x", "1", "%00", "..%2f.."):
            shop.get(person, what, status=404)


def test_timeline_page_by_page(shop):
    """In log order, whatever the clocks of the clients say."""
    shop.send(*[shop.track("Product Viewed", str(n), userId=shop.name("u"), timestamp=f"2026-03-{28 - n:02}T00:00:00Z",
                           properties={"n": n}) for n in range(11)])
    person = shop.find("user_id", shop.name("u"))["id"]
    want = [shop.name(str(n)) for n in reversed(range(11))]
    for limit in (1, 3, 10, 11, 12, 100):
        rows = shop.timeline(person, limit=limit)
        assert ids(rows) == want, limit
        assert [row["properties"]["n"] for row in rows] == list(reversed(range(11)))
        assert {row["profile_id"] for row in rows} == {person}
    exported = [row for row in shop.patron.export() if row["profile_id"] == person]
    assert exported == list(reversed(shop.timeline(person)))
    for query in ("limit=0", "limit=101", "limit=x", "cursor=x", "cursor=-1", "nonsense=1"):
        assert shop.patron.api("GET", f"/api/v1/profiles/{person}/timeline?{query}").status == 400, query
    assert shop.get(person, "timeline", cursor="0") == {"data": [], "next_cursor": None}


def test_every_door_names_the_person_of_an_event(shop):
    shop.send(shop.track("A", "1", userId=shop.name("u")), {"type": "page", "messageId": shop.name("2"), "anonymousId": "guest"})
    known, alone = [row for row in shop.patron.export() if row["_patron"]["source_id"] == shop.source["id"]]
    assert known["profile_id"] == shop.find("user_id", shop.name("u"))["id"]
    assert shop.patron.api("GET", f"/api/v1/events/{known['_patron']['position']}").json() == known
    # an event without an identifier is a person of its own
    assert shop.get(alone["profile_id"])["events"] == 1 and ids(shop.timeline(alone["profile_id"])) == [shop.name("2")]
    assert identifiers(shop.get(alone["profile_id"])) == {("event", shop.name("2"))}
    shop.patron.send_ok([{"type": "track", "event": "no id"}], shop.source["write_key"])
    shop.ready()
    assert {row["profile_id"] for row in shop.patron.quarantine()} == {None}
    assert {row["profile_id"] for row in shop.patron.export(own=True) if row["_patron"]["source"] == "patron"} == {None}


def test_search(shop):
    shop.send({"type": "identify", "messageId": shop.name("1"), "userId": f"U{shop.mark}", "timestamp": "2026-03-01T10:00:00Z",
               "traits": {"name": "Wilhelmina Brückenkötter", "email": f"w.b@{shop.mark}.example", "phone": "+4366499887766"}},
              shop.track("Order Completed", "2", userId=f"U{shop.mark}", timestamp="2026-03-02T10:00:00Z",
                         properties={"order_id": f"ORD-{shop.mark}-77", "total": 1, "currency": "EUR"}),
              {"type": "identify", "messageId": shop.name("3"), "userId": f"V{shop.mark}",
               "traits": {"firstName": "Wilhelm", "lastName": "Brückner", "email": f"other@{shop.mark}.example"}})
    person = shop.find("user_id", f"U{shop.mark}")
    for text, matched in (("Wilhelmina Brückenkötter", "name"), ("wilhelmina bruckenkotter", "name"), ("Brückenköt", "name"),
                          ("kenkött", "name"), ("Brückenkotter Wilhelmima", "name"), (f"w.b@{shop.mark}.example", "email"),
                          ("+4366499887766", "phone"), ("499887766", "phone"), (f"u{shop.mark}", "user_id"),
                          (f"ORD-{shop.mark}-77", "order"), (f"ord-{shop.mark}", "order")):
        hit = shop.search(text)[0]
        assert hit["id"] == person["id"] and hit["matched"] == matched, (text, hit)
    assert hit["name"] == "Wilhelmina Brückenkötter" and hit["detail"] == f"w.b@{shop.mark}.example"
    assert hit["last_seen_at"] == "2026-03-02T10:00:00.000Z"
    assert {row["name"] for row in shop.search("wilhelm br")} == {"Wilhelmina Brückenkötter", "Wilhelm Brückner"}
    assert len(shop.search("wilhelm br", limit=1)) == 1
    assert shop.search(f"nobody-{shop.mark}-at-all") == []
    newest = shop.search("", limit=2)
    assert {row["id"] for row in newest} == {person["id"], shop.find("user_id", f"V{shop.mark}")["id"]}
    for query in ("limit=0", "limit=51", f"search={'x' * 201}", "cursor=1"):
        assert shop.patron.api("GET", f"/api/v1/profiles?{query}").status == 400, query
    assert shop.patron.api("GET", f"/api/v1/profiles?search={'%20' * 100}").status == 200


def test_context_for_whoever_takes_over(shop):
    web_page = {"page": {"url": "https://shop.example/"}}
    item = {"product_id": "tea", "name": "Green tea", "quantity": 2}
    shop.send({"type": "identify", "messageId": shop.name("1"), "userId": shop.name("u"), "timestamp": "2026-03-01T10:00:00Z",
               "traits": {"name": "Ann", "email": shop.mail("old"), "phone": "+43664111", "language": "de", "shoe_size": 38}},
              {"type": "identify", "messageId": shop.name("2"), "userId": shop.name("u"), "timestamp": "2026-03-01T10:01:00Z",
               "traits": {"email": shop.mail("new")}},
              shop.track("Product Added", "3", userId=shop.name("u"), properties={"product_id": "gone"}),
              shop.track("Order Completed", "4", userId=shop.name("u"), properties={"order_id": shop.name("o")}),
              shop.track("Product Added", "5", userId=shop.name("u"), properties=item, context=web_page),
              shop.track("Product Added", "6", userId=shop.name("u"), properties={"sku": 7}),
              shop.track("Product Added", "7", userId=shop.name("u"), properties={"product_id": "mug"}),
              shop.track("Product Removed", "8", userId=shop.name("u"), properties={"product_id": "mug"}),
              shop.track("Product Removed", "9", userId=shop.name("u"), properties={"product_id": "tea"}, context=web_page))
    person = shop.find("user_id", shop.name("u"))
    context = shop.get(person["id"], "context")
    assert (context["id"], context["version"], context["name"]) == (person["id"], person["version"], "Ann")
    assert context["reach"] == {"email": shop.mail("new"), "phone": "+43664111"}
    assert context["traits"] == [{"name": "language", "value": "de"}]
    assert [row["name"] for row in context["recent"]] == ["Product Removed"] * 2 + ["Product Added"] * 3
    assert context["recent"][0]["channel"] == "web" and context["recent"][1]["type"] == "track"
    assert context["open"]["cart"]["items"] == [{"product": "tea", "name": "Green tea", "quantity": 1},
                                                {"product": "7", "name": None, "quantity": 1}]
    assert context["last"]["name"] == "Product Removed" and INSTANT.fits(context["last"]["at"])
    shop.send(shop.track("Order Completed", "10", userId=shop.name("u"), properties={"order_id": shop.name("p")}))
    later = shop.get(person["id"], "context")
    assert later["open"]["cart"] is None and later["version"] > context["version"]
    assert shop.get(person["id"])["version"] == later["version"]


def test_standard_forms_stand_beside_the_traits(shop):
    said = {"email": "Anna.Muster+shop@Gmail.com", "phone": "0664 1234567", "firstName": "Bob", "lastName": "Van der Berg",
            "address": {"street": "Hauptstr. 12a", "postal_code": "A-1010", "city": "Wien", "country": "Austria"}}
    shop.send({"type": "identify", "messageId": shop.name("1"), "userId": shop.name("u"), "traits": said})
    person = shop.find("user_id", shop.name("u"))
    assert traits(person) == said
    assert person["standard"] == {
        "email": {"trait": "email", "value": "annamuster@gmail.com", "role": False, "meant": None, "problem": None},
        "phone": {"trait": "phone", "value": "+436641234567", "country": "AT", "country_from": "traits", "problem": None},
        "name": {"traits": ["firstName", "lastName"], "given": "bob", "given_full": "robert", "family": "van der berg"},
        "address": {"traits": ["address"], "street": "hauptstrasse", "number": "12a", "postal_code": "1010", "city": "wien", "country": "AT", "problem": None}}
    shop.send({"type": "identify", "messageId": shop.name("2"), "userId": shop.name("u"), "traits": {
        "email": "anna at home", "phone": "0664", "address": {"city": "Wien", "zip": "99", "country": "AT"}}})
    found = shop.find("user_id", shop.name("u"))["standard"]
    assert {name: (form["problem"], form.get("value")) for name, form in found.items() if "problem" in form} == {
        "email": ("form", None), "phone": ("number", None), "address": ("postal_code", None)}


@pytest.mark.sqlite_only(reason="a setting, whatever the engine")
def test_the_default_country_of_phones(make_patron):
    """For standard forms, quality and duplicates; who is one person follows from the rules alone."""
    with pytest.raises(DaemonFailed, match='not a country whose phone numbers are known, such as AT'):
        make_patron(settings={"profiles-country": "XX"}).start()
    desk = Customers(make_patron(settings={"profiles-country": "at"}).start())
    source = desk.patron.add_source("till")
    said = {"home": {"name": "Anna Berg", "phone": "0664 123 45 67"}, "code": {"name": "Anna Berg", "phone": "+43 664 1234567"},
            "other": {"name": "Anna Berg", "phone": "+49 664 1234567"},
            "short": {"name": "Ada Koch", "phone": "079 123 45 6", "address": {"country": "CH"}}}
    desk.patron.send_ok([{"type": "identify", "messageId": who, "anonymousId": who, "traits": of} for who, of in said.items()], source["write_key"])
    desk.ready()
    found = {who: desk.find("anonymous_id", who) for who in said}
    assert len({person["id"] for person in found.values()}) == 4, "the rules say no country"
    phones = {who: person["standard"]["phone"] for who, person in found.items()}
    assert {who: (form["value"], form["country_from"], form["problem"]) for who, form in phones.items()} == {
        "home": ("+436641234567", "setting", None), "code": ("+436641234567", "number", None),
        "other": ("+496641234567", "number", None), "short": (None, None, "number")}
    assert desk.ask("GET", "/api/v1/quality/till")["now"]["malformed"]["count"] == 1
    [pair] = desk.duplicates()
    assert {person["id"] for person in pair["persons"]} == {found["home"]["id"], found["code"]["id"]}


def test_rules(shop):
    rules = shop.ask("GET", "/api/v1/identity/rules")
    by_name = {row["name"]: row for row in rules["types"]}
    assert by_name["user_id"] == {"name": "user_id", "priority": 1, "limit": 1, "form": "trim", "mode": "unique", "country": None}
    assert by_name["email"] == {"name": "email", "priority": 2, "limit": 5, "form": "email", "mode": "unique", "country": None}
    assert rules["other"]["limit"] == 5 and "guest" in rules["blocked"] and rules["merge_cap"] >= 2


# --- shared devices --------------------------------------------------------------------------------------------


def test_a_shared_tablet_joins_nobody(shop):
    """Two colleagues sign in on one tablet: user ids are one a person, so the tablet stays with who had it first."""
    tablet = shop.name("tablet")
    shop.send({"type": "identify", "messageId": shop.name("1"), "anonymousId": tablet, "userId": shop.name("anna")},
              {"type": "identify", "messageId": shop.name("2"), "anonymousId": tablet, "userId": shop.name("boris")},
              shop.track("Cart Viewed", "3", anonymousId=tablet),
              shop.track("Cart Viewed", "4", anonymousId=tablet, userId=shop.name("boris")))
    anna, boris = shop.find("user_id", shop.name("anna")), shop.find("user_id", shop.name("boris"))
    assert anna["id"] != boris["id"] and shop.find("anonymous_id", tablet)["id"] == anna["id"]
    assert ids(shop.timeline(anna["id"])) == [shop.name("3"), shop.name("1")]
    assert ids(shop.timeline(boris["id"])) == [shop.name("4"), shop.name("2")]
    assert "have 2 of user_id, the most is 1" in shop.merge(anna["id"], boris["id"], status=409)["detail"]
    assert shop.get(anna["id"], "links")["data"] == []


def test_an_event_that_joins_two_is_the_evidence_and_can_be_undone(shop):
    ann, ben = shop.two()
    shop.send(shop.track("Order Completed", "3", anonymousId=shop.name("b"), properties={"total": "5", "currency": "EUR"},
                         context={"traits": {"email": shop.mail("ann")}}))
    one = shop.find("email", shop.mail("ann"))
    assert one["id"] == ann["id"] and shop.get(ben["id"]) == one  # the older stays, the other leads to it
    link, = shop.get(one["id"], "links")["data"]
    assert link["kind"] == "event" and link["other_person"] == ben["id"] and link["by"] is link["reason"] is link["refused"] is None
    assert {link["evidence"]["type"], link["other"]["type"]} == {"email", "anonymous_id"}
    assert set(link["nodes"]) == {node["number"] for node in ben["nodes"]} and link["position"] == one["last"]["position"]
    parted = shop.split(one["id"], link["nodes"])
    assert identifiers(parted) == identifiers(ben) and traits(parted) == traits(ben) and ids(shop.timeline(parted["id"])) == ids(
        [row for row in shop.timeline(parted["id"]) if row["anonymousId"] == shop.name("b")])
    assert identifiers(shop.get(ann["id"])) == identifiers(ann)


# --- deciding ----------------------------------------------------------------------------------------------------


def shown(shop, person):
    """All that is shown of a person but what names the moment of a decision."""
    profile = {key: value for key, value in shop.get(person).items() if key not in ("id", "version", "created_at")}
    timeline = [{**row, "profile_id": None} for row in shop.timeline(person)]
    context = {key: value for key, value in shop.get(person, "context").items() if key not in ("id", "version")}
    return profile, timeline, context


def test_merge_then_split_equals_never_merged(shop):
    ann, ben = shop.two()
    before = shown(shop, ann["id"]), shown(shop, ben["id"])
    one = shop.merge(ben["id"], ann["id"], "called from the same number")
    assert one["id"] == ann["id"] and one["version"] > max(ann["version"], ben["version"])
    assert identifiers(one) == identifiers(ann) | identifiers(ben) and one["events"] == 2
    assert shop.get(ben["id"]) == one == shop.find("loyalty_card", shop.name("card"))
    assert traits(one)["tier"] == "gold" and ids(shop.timeline(one["id"])) == [shop.name("2"), shop.name("1")]
    assert {row["profile_id"] for row in shop.timeline(ben["id"])} == {ann["id"]}
    link, = shop.get(one["id"], "links")["data"]
    assert link["kind"] == "person" and link["reason"] == "called from the same number" and link["by"] == "command line"
    assert link["other_person"] == ben["id"] and set(link["nodes"]) == {node["number"] for node in ben["nodes"]}

    new = shop.split(one["id"], link["nodes"], "not the same after all")
    assert new["id"] not in (ann["id"], ben["id"])
    assert shop.get(ben["id"])["id"] == ann["id"]  # that person became Ann, and what left since is new
    assert (shown(shop, ann["id"]), shown(shop, new["id"])) == before
    split = shop.get(ann["id"], "links")["data"][0]
    assert split["kind"] == "split" and split["other_person"] == new["id"] and split["reason"] == "not the same after all"
    assert shop.get(new["id"], "links")["data"][0]["kind"] == "split"


def test_a_barrier_holds_until_it_is_lifted(shop):
    ann, ben = shop.two()
    one = shop.merge(ann["id"], ben["id"])
    card = numbers(ben, "anonymous_id", "loyalty_card")
    new = shop.split(one["id"], card)
    barriers = shop.pages(ann["id"], "barriers", limit=1)
    assert len(barriers) == 4 == len(shop.pages(new["id"], "barriers")) and {row["other_person"] for row in barriers} == {new["id"]}
    assert {(row["own"]["type"], row["other"]["type"]) for row in barriers} == {
        (own, other) for own in ("anonymous_id", "email") for other in ("anonymous_id", "loyalty_card")}
    assert "do-not-link" in shop.merge(ann["id"], new["id"], status=409)["detail"]
    both = {"anonymousId": shop.name("b"), "context": {"traits": {"email": shop.mail("ann")}}}
    shop.send(shop.track("Both", "3", **both))
    assert shop.find("email", shop.mail("ann"))["id"] == ann["id"]
    assert shop.find("anonymous_id", shop.name("b"))["id"] == new["id"]
    assert ids(shop.timeline(ann["id"]))[0] == shop.name("3")  # filed under the higher of the two
    for row in barriers:
        shop.lift(row["number"])
        shop.lift(row["number"], status=404)
    assert shop.get(ann["id"], "barriers")["data"] == []
    shop.send(shop.track("Both", "4", **both))
    assert shop.find("anonymous_id", shop.name("b"))["id"] == ann["id"]


def test_what_cannot_be_merged(shop):
    ann, ben = shop.two()
    assert shop.merge(ann["id"], ann["id"], status=400)["detail"] == "they are one person already"
    shop.merge(ann["id"], NOWHERE, status=404)
    shop.merge(NOWHERE, ann["id"], status=404)
    path = f"/api/v1/profiles/{ann['id']}/merge"
    for body in ({}, {"other": ben["id"]}, {"reason": "x"}, {"other": ben["id"], "reason": ""}, {"other": "", "reason": "x"},
                 {"other": ben["id"], "reason": "x" * 501}, {"other": ben["id"], "reason": 1}, {"other": ben["id"], "reason": "x", "more": 1}):
        shop.ask("POST", path, body, 400)
    assert shop.get(ann["id"]) == ann
    assert shop.merge(ann["id"], ben["id"], "x" * 500)["id"] == ann["id"]


def test_what_cannot_be_split(shop):
    ann, ben = shop.two()
    own = [node["number"] for node in ann["nodes"]]
    for nodes in (own, [ben["nodes"][0]["number"]], [own[0], ben["nodes"][0]["number"]], [own[0], own[0]], [4294967295],
                  [], [0], [4294967296], ["1"], [own[0]] * 101, None):
        shop.split(ann["id"], nodes, status=400)
    shop.split(ann["id"], [own[0]], reason="", status=400)
    shop.split(NOWHERE, [own[0]], status=404)
    assert shop.get(ann["id"]) == ann
    for barrier in ("0", "4294967295", "4294967296", "x", "-1"):
        shop.lift(barrier, status=404)


def test_decisions_are_audited_and_fed(shop):
    ann, ben = shop.two()
    answer = shop.patron.api("POST", f"/api/v1/profiles/{ann['id']}/merge", {"other": ben["id"], "reason": "same card"},
                             headers={"Idempotency-Key": shop.name("key")})
    again = shop.patron.api("POST", f"/api/v1/profiles/{ann['id']}/merge", {"other": ben["id"], "reason": "same card"},
                            headers={"Idempotency-Key": shop.name("key")})
    assert answer.status == again.status == 200 and answer.json() == again.json()
    new = shop.split(ann["id"], numbers(ben, "loyalty_card"), "wrong card")
    barrier = shop.get(new["id"], "barriers")["data"][0]["number"]
    shop.lift(barrier)
    entries = shop.patron.api("GET", "/api/v1/audit?action=profile.&limit=3").json()["data"]
    assert [entry["detail"].get("reason") for entry in entries[1:]] == ["wrong card", "same card"]
    assert {entry["subject"] for entry in entries[1:]} == {ann["id"]}
    fed = [row for row in shop.patron.export(own=True) if row["_patron"]["source"] == "patron" and row["anonymousId"] == ann["id"]]
    assert [row["event"] for row in fed[:2]] == ["Identity Merged", "Identity Split"]
    assert fed[0]["properties"]["other"] == ben["id"] and fed[0]["properties"]["reason"] == "same card"
    assert fed[1]["properties"]["nodes"] == [{"type": "loyalty_card", "value": shop.name("card")}]


def test_an_agent_sees_customers_and_nothing_else(shop):
    token = shop.patron.add_token("agent")
    ann, ben = shop.two()
    person = shop.patron.api("GET", f"/api/v1/profiles/{ann['id']}", token=token)
    assert person.status == 200 and person.json() == ann
    merged = shop.patron.api("POST", f"/api/v1/profiles/{ann['id']}/merge", {"other": ben["id"], "reason": "x"}, token=token)
    assert merged.status == 200
    for path in ("/api/v1/sources", "/api/v1/events/export", "/api/v1/status", "/api/v1/accounts", "/api/v1/audit"):
        assert shop.patron.api("GET", path, token=token).status == 403, path
    reader = shop.patron.add_token("analyst")
    assert shop.patron.api("GET", f"/api/v1/profiles/{ann['id']}", token=reader).status == 200
    assert web.status("POST", shop.patron.base + f"/api/v1/profiles/{ann['id']}/split", headers=web.bearer(reader)) == 403


def test_answers_are_as_described(shop):
    """What people see in full is checked against openapi/; made-up requests (test_openapi.py) find nobody."""
    token = shop.patron.add_token("agent")

    def check(method, path, body=None, query=None, **names):
        case = DESCRIBED[path][method].Case(path_parameters=names, query=query or {}, body=body or NOT_SET, media_type=body and "application/json")
        answer = case.call(base_url=shop.patron.base, headers={"Authorization": f"Bearer {token}"}, timeout=20)
        assert answer.status_code == 200, answer.text
        case.validate_response(answer, checks=(status_code_conformance, content_type_conformance, response_schema_conformance))
        return answer.json()

    ann, ben = shop.two()
    shop.send(shop.track("Order Completed", "3", anonymousId=shop.name("b"), properties={"total": "5", "currency": "EUR"}),
              shop.track("Product Added", "4", anonymousId=shop.name("a"), properties={"sku": "s", "name": "Tea"}))
    api = "/api/v1/profiles"
    check("POST", f"{api}/{{id}}/merge", {"other": ben["id"], "reason": "x"}, id=ann["id"])
    check("POST", f"{api}/{{id}}/split", {"nodes": numbers(ben, "loyalty_card"), "reason": "x"}, id=ann["id"])
    one = check("GET", f"{api}/{{id}}", id=ann["id"])
    assert one["values"] and one["traits"] and one["first"]
    for what in ("timeline", "links", "barriers"):
        assert check("GET", f"{api}/{{id}}/{what}", id=ann["id"], query={"limit": 1})["data"]
    assert check("GET", f"{api}/{{id}}/context", id=ann["id"])["open"]["cart"]
    assert check("GET", api, query={"search": shop.mail("ann")})["data"]
    check("GET", f"{api}/lookup", query={"type": "loyalty_card", "value": shop.name("card")})
    check("DELETE", f"{api}/barriers/{{number}}", number=str(shop.get(ann["id"], "barriers")["data"][0]["number"]))
    check("GET", "/api/v1/identity/rules")


# --- command line -------------------------------------------------------------------------------------------------


def test_command_line(shop):
    ann, ben = shop.two()
    cli, mail = shop.patron.cli, f"email:{shop.mail('ann')}"
    assert shop.patron.cli_json("profile", "get", ann["id"]) == ann == shop.patron.cli_json("profile", "get", mail)
    plain = cli("profile", "get", mail).stdout
    assert ann["id"] in plain and shop.mail("ann") in plain and "no orders" in plain
    assert cli("profile", "get", "email:nobody@example.org", check=False).returncode == 1
    assert ann["id"] in cli("profile", "search", shop.mail("ann")).stdout
    assert "nobody was found" in cli("profile", "search", f"zzz{shop.mark}zzz").stdout
    assert shop.patron.cli_json("profile", "search", "--limit", "1")["data"]
    timeline = shop.patron.cli_json("profile", "timeline", mail)
    assert ids(timeline["data"]) == [shop.name("1")] and "identify" in cli("profile", "timeline", ann["id"]).stdout
    assert cli("profile", "merge", ann["id"], ben["id"], check=False).returncode == 2  # no reason
    merged = cli("profile", "merge", mail, f"loyalty_card:{shop.name('card')}", "--reason", "same card").stdout
    assert merged == f"One person now: {ann['id']}, 2 events\n"
    nodes = ",".join(map(str, numbers(ben, "anonymous_id", "loyalty_card")))
    new = shop.patron.cli_json("profile", "split", ann["id"], "--nodes", nodes, "--reason", "another card")
    assert identifiers(new) == identifiers(ben)
    for wrong in ("", "x", "1,,2", "0", "-1"):
        assert cli("profile", "split", ann["id"], "--nodes", wrong, "--reason", "x", check=False).returncode == 2, wrong
    assert "user_id" in cli("identity", "rules").stdout and shop.patron.cli_json("identity", "rules")["merge_cap"]
