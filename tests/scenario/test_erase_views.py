# SPDX-License-Identifier: Apache-2.0
"""What everybody else's profile says when somebody is erased: the same as before, and the same after a rebuild."""
import pytest
from harness.privacy import PrivacyDesk

HOME = {"lastName": "Ostrander", "address": {"street": "Quince Row 9", "city": "Graz", "postalCode": "8010", "country": "AT"}}


class Town(PrivacyDesk):
    def __init__(self, patron):
        super().__init__(patron)
        self.key = patron.add_source("shop")["write_key"]

    def send(self, *events):
        self.patron.send_ok(list(events), self.key)
        return self.ready()

    def identify(self, user, **traits):
        return {"type": "identify", "messageId": f"i-{user}", "userId": user, "anonymousId": f"browser-{user}", "traits": traits}

    def order(self, user, number, total):
        return {"type": "track", "event": "Order Completed", "messageId": f"o-{number}", "userId": user,
                "properties": {"order_id": number, "total": total, "currency": "EUR"}}

    def rebuild(self):
        self.ask("POST", "/api/v1/views/profiles/rebuild", {}, 202)
        return self.ready()

    def said_of(self, user):
        """Of a person, without what tells the place of identifiers among all."""
        person = self.find("user_id", user)
        kept = {k: person[k] for k in ("id", "name", "created_at", "traits", "values", "events") if k in person}
        for trait in kept["traits"] if isinstance(kept["traits"], list) else []:
            trait.pop("node", None)
        events = [(e["messageId"], e["type"]) for e in self.get(person["id"], "timeline")["data"]]
        groups = sorted((g["kind"], g["name"], g["members"]) for g in person["groups"])
        return {**kept, "timeline": events, "groups": groups}


@pytest.fixture
def town(patron):
    return Town(patron)


def test_others_are_as_before_and_after_a_rebuild(town):
    town.send(
        town.identify("erin", firstName="Erin", email="erin@example.test", **HOME), town.order("erin", "E-1", 20),
        town.identify("finn", firstName="Finn", email="finn@example.test", **HOME), town.order("finn", "F-1", 5),
        town.identify("gus", firstName="Gus", email="gus@example.test", **HOME),
        {"type": "group", "messageId": "g1", "userId": "erin", "groupId": "club", "traits": {"name": "Club"}},
        {"type": "group", "messageId": "g2", "userId": "finn", "groupId": "club", "traits": {"name": "Club"}},
        # one user id a person: the mail of another is dropped
        {"type": "identify", "messageId": "d1", "userId": "finn", "traits": {"email": "erin@example.test", "size": "L"}})
    erin, before = town.find("user_id", "erin"), {user: town.said_of(user) for user in ("finn", "gus")}
    assert [g[2] for g in before["finn"]["groups"]] == [2, 3]
    town.erase({"id": erin["id"]})
    town.get(erin["id"], status=404)
    town.find("email", "erin@example.test", status=404)
    assert town.search("Erin") == []
    want = {user: {**said, "groups": [(kind, name, members - 1) for kind, name, members in said["groups"]]} for user, said in before.items()}
    assert "erin@example.test" not in str(after := town.said_of("finn"))
    for user, said in want.items():
        said["traits"] = town.said_of(user)["traits"]  # of Finn, without the mail that was Erin's
        assert town.said_of(user) == said
    assert len(after["traits"]) == len(before["finn"]["traits"])
    town.rebuild()
    for user, said in want.items():
        assert town.said_of(user) == said
    assert town.search("Erin") == []


def test_the_history_of_others_does_not_break(town):
    town.send(town.identify("hal", email="hal@example.test"), town.identify("ivo", email="ivo@example.test"))
    hal = town.find("user_id", "hal")
    node = next(n["number"] for n in hal["nodes"] if n["type"] == "email")
    town.split(hal["id"], [node], reason="Halvard shares it")
    town.ready()
    other = town.find("email", "hal@example.test")
    assert other["id"] != hal["id"]
    town.erase({"id": hal["id"]})
    assert town.find("email", "hal@example.test")["id"] == other["id"]
    links = town.get(other["id"], "links")["data"]
    assert links and "Halvard" not in str(links) and hal["id"] not in str(links)
    town.rebuild()
    assert town.find("email", "hal@example.test")["id"] == other["id"]
