# SPDX-License-Identifier: Apache-2.0
"""Probable duplicates: proposed with evidence, accepted or refused by staff, never merged by themselves."""
import itertools

import pytest
from harness.customers import Customers, identifiers
from harness.match import UUID, Pattern

API = "/api/v1/duplicates"
NOWHERE = "00000000-0000-8000-8000-000000000000"
WHY = {"reason": "the customer said so at the till"}
FAMILIES = itertools.cycle(["Brunnleitner", "Castelnau", "Drzymala", "Eskildsen", "Fairweather", "Gutknecht", "Okonkwo", "Pfistermair", "Zimmerling"])
made = itertools.count(1)


class Shop(Customers):
    """People of one test: their surname is no other test's."""

    def __init__(self, shared):
        super().__init__(shared.patron)
        self.source = shared.source()
        self.mark = f"t{next(made)}x"
        self.family = next(FAMILIES)

    def name(self, text):
        return f"{text}-{self.mark}"

    def says(self, card, **traits):
        """An event of somebody who is known by a receipt and a loyalty card."""
        return {"type": "identify", "messageId": self.name(f"{card}-{next(made)}"), "anonymousId": self.name(f"receipt-{card}"), "traits": traits,
                "context": {"externalIds": [{"type": "loyalty_card", "id": self.name(card)}]}}

    def send(self, *events):
        self.patron.send_ok(list(events), self.source["write_key"])
        return self.ready()

    def card(self, card):
        return self.find("loyalty_card", self.name(card))

    def pairs(self, *cards):
        """Open pairs of these two, or of all that one is in."""
        rows = self.get(self.card(cards[0])["id"], "duplicates")["data"]
        other = self.card(cards[1])["id"] if len(cards) > 1 else None
        return [row for row in rows if other is None or other in [person["id"] for person in row["persons"]]]

    def decide(self, pair, what, status=200, **kw):
        return self.ask("POST", f"{API}/{pair}/{what}", WHY, status, **kw)

    def rows(self, status):
        rows, cursor = [], ""
        while cursor is not None:
            page = self.ask("GET", f"{API}?status={status}&limit=2{cursor and '&cursor=' + cursor}")
            rows, cursor = rows + page["data"], page["next_cursor"]
        return rows


@pytest.fixture
def shop(shared):
    return Shop(shared)


def ring(house="5", **rest):
    return {"address": {"street": f"Ringstr. {house}", "postalCode": "1010", "city": "Wien", "country": "Austria"}, **rest}


def kinds(pair):
    return {row["field"]: row["kind"] for row in pair["evidence"]}


def test_the_same_person_with_other_words(shop):
    """Typing errors, names in each other's place, a nickname, dots in a mail address, a phone as it is dialled at home."""
    f = shop.family
    shop.send(
        shop.says("typo1", firstName="Johanna", lastName=f, **ring()),
        shop.says("typo2", firstName="Johana", lastName=f[:-2] + f[-1] + f[-2], address={"street": "Ringstraße 5", "postalCode": "A-1010",
                                                                                      "city": "wien", "country": "AT"}),
        shop.says("swap1", firstName="Norbert", lastName=f, birthday="1984-05-03"),
        shop.says("swap2", firstName=f.upper(), lastName="NORBERT", birthday="3.5.1984"),
        shop.says("dots1", firstName="Ulrike", lastName=f, email=f"ulrike.{shop.mark}@gmail.com"),
        shop.says("dots2", email=f"U.L.rike{shop.mark}+shoes@googlemail.com"),
        shop.says("nick1", name=f"Dr. Robert {f}", phone="+43 664 1234567", country="Austria"),
        shop.says("nick2", name=f"{f}, Bob", phone="0664 / 123 45 67", country="Österreich"))
    for one, other, want in (("typo1", "typo2", {"first_name": "similar", "last_name": "similar", "address": "same"}),
                             ("swap1", "swap2", {"first_name": "same", "last_name": "same", "birthday": "same"}),
                             ("dots1", "dots2", {"email": "same"}),
                             ("nick1", "nick2", {"first_name": "similar", "last_name": "same", "phone": "same"})):
        pair, = shop.pairs(one, other)
        assert kinds(pair) == want, one
        assert shop.pairs(other, one) == [pair] == [row for row in shop.rows("open") if row["id"] == pair["id"]]
    assert Pattern(UUID).fits(pair["id"]) and 0.9 < pair["score"] < 1 and pair["status"] == "open" and pair["forbidden"] is None
    assert [person["id"] for person in pair["persons"]] == [shop.card("nick1")["id"], shop.card("nick2")["id"]]
    assert pair["persons"][0]["name"] == f"Dr. Robert {f}" and pair["persons"][0]["events"] == 1
    said = {row["field"]: (row["a"], row["b"], row["weight"]) for row in pair["evidence"]}
    assert said["phone"][:2] == ("+436641234567", "+436641234567") and said["first_name"][:2] == ("robert", "bob")
    assert all((weight > 0) == (kinds(pair)[field] != "different") for field, (_, _, weight) in said.items())
    scores = [row["score"] for row in shop.rows("open")]
    assert scores == sorted(scores, reverse=True)


def test_a_household_is_not_proposed(shop):
    f, phone = shop.family, "+43 1 2345678"
    shop.send(shop.says("he", firstName="Martin", lastName=f, **ring("7")), shop.says("she", firstName="Martina", lastName=f, **ring("7")),
              shop.says("son", firstName="Paul", lastName=f, birthday="2010-03-04", **ring("7")),
              shop.says("twin", firstName="Emma", lastName=f, birthday="2010-03-04", **ring("7")))
    for card in ("he", "she", "son", "twin"):
        assert shop.pairs(card) == [], card
    # what is learned later counts, and what is taken back does not
    shop.send(shop.says("again", firstName="Paul", lastName=f, birthday="2010-03-04"))
    assert len(shop.pairs("son", "again")) == 1 and shop.pairs("twin", "again") == []
    shop.send(shop.says("again", birthday="1971-03-04", phone=phone))
    assert shop.pairs("again") == []


def test_accepted_and_taken_back(shop):
    f = shop.family
    shop.send(shop.says("a", firstName="Ida", lastName=f, birthday="1991-02-03"),
              shop.says("b", firstName="Ida", lastName=f, birthday="1991-02-03"))
    pair, = shop.pairs("a", "b")
    entry = shop.decide(pair["id"], "accept")
    person = shop.card("a")
    assert person == shop.card("b") and identifiers(person) == {(kind, shop.name(of + card)) for card in "ab" for kind, of in
                                                                (("loyalty_card", ""), ("anonymous_id", "receipt-"))}
    assert (entry["status"], entry["reason"], entry["evidence"], entry["score"]) == ("accepted", WHY["reason"], pair["evidence"], pair["score"])
    assert entry["decided_by"] and entry["decided_at"] and {one["id"] for one in entry["persons"]} == {person["id"]}
    assert shop.pairs("a") == [] and shop.ask("GET", f"{API}/{pair['id']}") == entry == shop.rows("accepted")[0]
    shop.decide(pair["id"], "accept", 409)
    shop.decide(pair["id"], "refuse", 409)
    link = shop.get(person["id"], "links")["data"][0]
    assert (link["kind"], link["reason"]) == ("person", WHY["reason"])
    shop.split(person["id"], link["nodes"])
    shop.send(shop.says("b", city="Linz"))
    assert shop.card("a")["id"] != shop.card("b")["id"] and shop.pairs("a") == shop.pairs("b") == []
    assert len({one["id"] for one in shop.ask("GET", f"{API}/{pair['id']}")["persons"]}) == 2


def test_what_the_rules_forbid_is_told_and_not_done(shop):
    f = shop.family
    shop.send(*[{"type": "identify", "messageId": shop.name(user), "userId": shop.name(user),
                 "traits": {"firstName": "Ida", "lastName": f, "birthday": "1991-02-03"}} for user in ("u1", "u2")])
    one = shop.find("user_id", shop.name("u1"))
    pair, = shop.get(one["id"], "duplicates")["data"]
    assert "user_id" in pair["forbidden"]
    shop.decide(pair["id"], "accept", 409)
    assert shop.get(one["id"], "duplicates")["data"] == [pair]
    shop.decide(pair["id"], "refuse")
    assert shop.get(one["id"], "duplicates")["data"] == []


def test_refused_over_a_restart_and_a_rebuild(make_patron):
    patron = make_patron().start()
    shop = Customers(patron)
    source = patron.add_source("shop")
    who = {"firstName": "Ida", "lastName": "Quast", "birthday": "1991-02-03"}
    cards = [{"type": "identify", "messageId": card, "anonymousId": f"receipt-{card}", "traits": who,
              "context": {"externalIds": [{"type": "loyalty_card", "id": card}]}} for card in "abc"]
    patron.send_ok(cards, source["write_key"])
    shop.ready()

    def ab():
        rows = shop.ask("GET", API)["data"]
        return rows, [row for row in rows if {one["id"] for one in row["persons"]} == {shop.find("loyalty_card", card)["id"] for card in "ab"}]

    rows, (pair,) = ab()
    assert len(rows) == 3
    refused = shop.ask("POST", f"{API}/{pair['id']}/refuse", WHY)
    assert refused["status"] == "refused" and refused["evidence"] == pair["evidence"]
    others = shop.ask("GET", API)
    assert len(others["data"]) == 2 and ab()[1] == []
    for change in (patron.restart, lambda: shop.ask("POST", "/api/v1/views/profiles/rebuild", {}, 202)):
        change()
        shop.ready()
        assert shop.ask("GET", API) == others and shop.ask("GET", f"{API}?status=refused")["data"] == [refused]
    audit = [row for row in patron.api("GET", "/api/v1/audit").json()["data"] if row["action"] == "profile.duplicate_refused"]
    assert len(audit) == 1 and audit[0]["detail"]["reason"] == WHY["reason"]
    fed, = [row for row in patron.export(own=True) if row.get("event") == "Duplicate Refused"]
    assert fed["properties"]["reason"] == WHY["reason"] and fed["properties"]["by"] and len(fed["properties"]["duplicate"]["nodes"]) == 2


def test_a_do_not_link_holds_proposals_back(shop):
    f = shop.family
    shop.send(shop.says("a", firstName="Ida", lastName=f, birthday="1991-02-03"), shop.says("b", firstName="Ida", lastName=f))
    one = shop.merge(shop.card("a")["id"], shop.card("b")["id"])
    shop.split(one["id"], shop.get(one["id"], "links")["data"][0]["nodes"])
    shop.send(shop.says("b", birthday="1991-02-03"))
    assert shop.pairs("a") == []
    barriers = shop.get(shop.card("a")["id"], "barriers")["data"]
    for barrier in barriers:
        assert shop.pairs("a") == []
        shop.lift(barrier["number"])
    assert len(shop.pairs("a", "b")) == 1


def test_wrong_calls(shop):
    for what in (f"{API}/{NOWHERE}", f"{API}/x", f"{API}/%00", f"/api/v1/profiles/{NOWHERE}/duplicates"):
        shop.ask("GET", what, status=404)
    for query in ("status=x", "limit=0", "limit=51", "cursor=x", "cursor=1-2", "status=refused&cursor=1-2-3", "nonsense=1"):
        shop.ask("GET", f"{API}?{query}", status=400)
    for what in ("accept", "refuse"):
        shop.decide(NOWHERE, what, 404)
        for body in ({}, {"reason": ""}, {"reason": "x" * 501}, {"reason": "x", "more": 1}):
            shop.ask("POST", f"{API}/{NOWHERE}/{what}", body, 400)


def test_who_may(shop, shared):
    f = shop.family
    shop.send(shop.says("a", firstName="Ida", lastName=f, birthday="1991-02-03"),
              shop.says("b", firstName="Ida", lastName=f, birthday="1991-02-03"))
    pair, = shop.pairs("a", "b")
    token = shop.ask("POST", "/api/v1/tokens", {"name": shop.name("analyst"), "role": "analyst"}, 201)["token"]
    assert shop.patron.api("GET", f"{API}/{pair['id']}", token=token).status == 200
    for what in ("accept", "refuse"):
        assert shop.patron.api("POST", f"{API}/{pair['id']}/{what}", WHY, token=token).status == 403
    assert shop.pairs("a", "b") == [pair]
