# SPDX-License-Identifier: Apache-2.0
"""Tickets given to agents: strategies, skills, capacity, offers, shifts, who spoke last, and what a kill leaves."""
import itertools
import time

import pytest
from harness.desk import Desk
from harness.person import Person

PASSWORD = "a long enough sentence"
START = "2026-05-04T09:00:00.000Z"  # a Monday
WEEK = {"zone": "UTC", "hours": {day: [["08:00", "16:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}}
made = itertools.count(1)


class Routing(Desk):
    """The desk with agents who can be given tickets."""

    def put(self, path, settings, status=200, version=None):
        path = "/api/v1/routing/" + path
        version = self.ask("GET", path)["version"] if version is None else version
        return self.ask("PUT", path, {"version": version, "settings": settings}, status)

    def skills(self, *ids):
        version = self.ask("GET", "/api/v1/routing/skills")["version"]
        return self.ask("PUT", "/api/v1/routing/skills", {"version": version, "skills": [{"id": id, "name": id.title()} for id in ids]})

    def hire(self, role="agent"):
        """An account that works on tickets, signed in."""
        email = f"{role}-{next(made)}@example.com"
        answer = self.patron.api("POST", "/api/v1/accounts", {"email": email, "name": email.split("@")[0], "role": role, "password": PASSWORD})
        assert answer.status == 201, answer
        person = Person(self.patron)
        person.sign_in(email, PASSWORD)
        person.id = answer.json()["account"]["id"]
        return person

    def agent(self, queues, presence="online", **settings):
        person = self.hire()
        self.put(f"agents/{person.id}", {"queues": queues, **settings})
        self.presence(person, presence)
        return person

    def presence(self, person, presence, **more):
        return self.ask("PUT", f"/api/v1/routing/agents/{person.id}/presence", {"presence": presence, **more})

    def queue(self, **settings):
        name = f"queue_{next(made)}"
        self.put(f"queues/{name}", {"on": True, **settings}, version=0)
        return name

    def wait(self, what, seconds=60):
        """What `what` gives, once it gives something."""
        end = time.monotonic() + seconds
        while not (found := what()):
            assert time.monotonic() < end, f"not in {seconds} s\n{self.ask('GET', '/api/v1/routing/board')}\n{self.patron.stderr(2000)}"
            time.sleep(0.01)
        return found

    def given(self, ticket):
        """Whom a ticket was given to, once it was."""
        return self.wait(lambda: self.ticket(ticket["key"])["assignee"])

    def offer(self, person):
        """The first one to them."""
        return self.wait(lambda: self.me(person)["offers"])[0]

    def me(self, person):
        answer = person.call("GET", "/api/v1/routing/me")
        assert answer.status == 200, answer
        return answer.json()

    def board(self, queue):
        return next(row for row in self.ask("GET", "/api/v1/routing/board")["queues"] if row["queue"] == queue)

    def waiting(self, queue, reason):
        """The first ticket that waits, once it does so for the reason."""
        return self.wait(lambda: next((row for row in self.board(queue)["first"] if row["reason"] == reason), None))

    def decisions(self, ticket):
        return self.ask("GET", f"/api/v1/tickets/{ticket['key']}/routing")["data"]

    def ticket_in(self, queue, **what):
        return self.open(title="Something", queue=queue, alone=True, **what)


@pytest.fixture
def desk(make_patron):
    """On a clock that stands at START."""
    return Routing(make_patron(settings={"clock": "sim", "clock-start": START, "clock-speed": "0"}).start())


def test_given_with_why(desk):
    queue = desk.queue()
    ada = desk.agent([queue])
    ticket = desk.ticket_in(queue)
    assert desk.given(ticket) == ada.id
    decision, = desk.decisions(ticket)
    assert (decision["account"], decision["state"], decision["queue"], decision["expires_at"]) == (ada.id, "assigned", queue, None)
    assert decision["why"] == {"strategy": "longest_idle", "priority": ticket["priority"], "waited_s": 0, "candidates": 1, "steps": 0, "relaxed": False,
                               "sticky": False, "again": False, "needs": []}
    row, = desk.wait_row(ticket["key"], "routed")
    assert row["by"]["kind"] == "system" and row["changes"] == {"assignee": ["", ada.id]} and "1 could take it" in row["text"]
    event, = desk.events("Work Assigned", 1)
    assert event["properties"]["account"] == ada.id and event["properties"]["ticket"] == ticket["number"]
    assert desk.wait(lambda: desk.me(ada)["load"] == 1 and desk.me(ada))["capacity"] == 10


def test_off_until_it_is_switched_on(desk):
    queue = f"queue_{next(made)}"
    assert desk.ask("GET", f"/api/v1/routing/queues/{queue}")["settings"]["on"] is False, "by default"
    desk.put(f"queues/{queue}", {})
    ada = desk.agent([queue])
    ticket = desk.ticket_in(queue)
    assert desk.waiting(queue, "queue_off")["ticket"] == ticket["number"]
    assert desk.ask("POST", "/api/v1/routing/switch", {"on": True, "queues": [queue]}) == {"changed": 1}
    assert desk.given(ticket) == ada.id
    assert desk.ask("POST", "/api/v1/routing/switch", {"on": True, "queues": [queue]}) == {"changed": 0}
    assert [row["action"] for row in desk.patron.cli_json("audit", "list", "--action", "desk_routing")["data"]] == ["desk_routing.changed"] * 3


def test_strategies(desk):
    desk.skills("tills")
    minutes = itertools.count(10)
    for strategy, want in (("round_robin", [0, 1, 2, 0]), ("least_loaded", [0, 1, 2, 2]), ("longest_idle", [0, 1, 2, 0]), ("proficiency", [1, 1, 1, 1])):
        queue = desk.queue(strategy=strategy, skills=[{"skill": "tills", "level": 1}])
        agents = [desk.agent([queue], capacity=capacity, skills=[{"skill": "tills", "level": level}]) for capacity, level in ((4, 1), (5, 5), (10, 3))]
        got = []
        for _ in want:
            desk.clock(f"2026-05-04T09:{next(minutes)}:00.000Z")
            got.append([agent.id for agent in agents].index(desk.given(desk.ticket_in(queue))))
        assert got == want, strategy


def test_skills_are_relaxed_with_time(desk):
    desk.skills("arabic", "tills")
    queue = desk.queue(skills=[{"skill": "tills", "level": 2}], needs=[{"field": "store", "value": "0412", "skills": [{"skill": "arabic", "level": 3}]}],
                       relax=[{"after_s": 600, "skill": "arabic", "level": 1}, {"after_s": 1200, "skill": "", "level": 0}])
    ada = desk.agent([queue], skills=[{"skill": "tills", "level": 2}])
    plain, special = desk.ticket_in(queue), desk.ticket_in(queue, store="0412")
    assert desk.given(plain) == ada.id
    waits = desk.waiting(queue, "no_skill")
    assert (waits["ticket"], waits["skill"], waits["level"], waits["there"], waits["skilled"]) == (special["number"], "arabic", 3, 1, 0)
    assert waits["why"] == "nobody online has skill arabic at level 3"
    desk.clock("2026-05-04T09:10:00.000Z")
    bea = desk.agent([queue], skills=[{"skill": "tills", "level": 5}, {"skill": "arabic", "level": 1}])
    assert desk.given(special) == bea.id
    why = desk.decisions(special)[0]["why"]
    assert (why["relaxed"], why["steps"], why["waited_s"]) == (True, 1, 600)
    desk.presence(bea, "offline")
    third = desk.ticket_in(queue, store="0412")
    desk.waiting(queue, "no_skill")
    desk.clock("2026-05-04T09:30:00.000Z")
    assert desk.given(third) == ada.id, "in the end nothing is asked"


def test_capacity(desk):
    queue = desk.queue()
    ada = desk.agent([queue], capacity=2, channels=[{"channel": "chat", "units": 1}])
    first, second = desk.ticket_in(queue, channel="chat"), desk.ticket_in(queue, channel="chat")
    assert desk.given(first) == ada.id
    assert desk.waiting(queue, "all_full")["ticket"] == second["number"], "one chat at a time"
    third, fourth = desk.ticket_in(queue, channel="mail"), desk.ticket_in(queue, channel="mail")
    assert desk.given(third) == ada.id
    desk.wait(lambda: desk.board(queue)["waiting"] == 2)
    desk.change(first["key"], state="resolved")
    assert desk.given(second) == ada.id, "the one that waited longest and fits"
    desk.change(third["key"], state="in_progress")
    desk.change(third["key"], state="waiting", waiting_for="vendor")
    assert desk.given(fourth) == ada.id, "what waits for others takes no room"


def test_by_priority(desk):
    queue = desk.queue()
    low, high = desk.ticket_in(queue), desk.ticket_in(queue, label="P1")
    desk.waiting(queue, "nobody_serves")
    ada = desk.agent([queue], capacity=1)
    assert desk.given(high) == ada.id
    assert desk.ticket(low["key"])["assignee"] == ""
    row = desk.wait(lambda: desk.board(queue) if desk.board(queue)["waiting"] == 1 else None)
    assert row["oldest_at"] == low["opened_at"] and sum(row["by_priority"]) == 1 and row["by_priority"][low["priority"] - 1] == 1


def test_offers(desk):
    queue = desk.queue(ask=True, answer_s=60, again_min=10)
    ada, bea = desk.agent([queue]), desk.agent([queue])
    ticket = desk.ticket_in(queue)
    first, other = (ada, bea) if desk.wait(lambda: desk.me(ada)["offers"] or desk.me(bea)["offers"]) and desk.me(ada)["offers"] else (bea, ada)
    offer = desk.offer(first)
    assert (offer["ticket"], offer["expires_at"]) == (ticket["key"], "2026-05-04T09:01:00.000Z")
    assert desk.ticket(ticket["key"])["assignee"] == "", "not before they take it"
    assert other.call("POST", f"/api/v1/routing/offers/{offer['offer']}/accept").status == 404, "it is not theirs"
    assert first.call("POST", f"/api/v1/routing/offers/{offer['offer']}/reject").status == 200
    again = desk.offer(other)
    assert again["ticket"] == ticket["key"] and again["offer"] != offer["offer"]
    assert first.call("POST", f"/api/v1/routing/offers/{offer['offer']}/accept").status == 409, "they declined it"
    assert other.call("POST", f"/api/v1/routing/offers/{again['offer']}/accept").status == 200
    assert desk.ticket(ticket["key"])["assignee"] == other.id
    assert [(row["state"], row["account"]) for row in desk.decisions(ticket)] == [("accepted", other.id), ("rejected", first.id)]
    assert {event["event"] for event in desk.events("Work ", 4)} == {"Work Offered", "Work Rejected", "Work Assigned"}


def test_no_answer(desk):
    queue = desk.queue(ask=True, answer_s=60, away_after=1)
    ada = desk.agent([queue])
    ticket = desk.ticket_in(queue)
    desk.offer(ada)
    desk.clock("2026-05-04T09:00:59.999Z")
    bea = desk.agent([queue])
    assert desk.me(bea)["offers"] == []
    desk.clock("2026-05-04T09:01:00.000Z")
    offer = desk.offer(bea)
    assert offer["ticket"] == ticket["key"]
    state = desk.wait(lambda: desk.me(ada) if desk.me(ada)["presence"] == "away" else None)
    assert (state["reason"], state["offers"]) == ("no answer", [])
    assert [row["state"] for row in desk.decisions(ticket)] == ["offered", "expired"]


def test_an_offer_ends_with_its_ticket(desk):
    queue = desk.queue(ask=True)
    ada = desk.agent([queue])
    ticket = desk.ticket_in(queue)
    offer = desk.offer(ada)
    desk.change(ticket["key"], state="cancelled")
    desk.wait(lambda: not desk.me(ada)["offers"])
    assert ada.call("POST", f"/api/v1/routing/offers/{offer['offer']}/accept").status == 409
    assert [row["state"] for row in desk.decisions(ticket)] == ["withdrawn"]


def test_shifts_end(desk):
    keeps, back = desk.queue(), desk.queue(give_back=True)
    ada = desk.agent([keeps, back], shifts=WEEK)
    kept, given = desk.ticket_in(keeps), desk.ticket_in(back)
    assert (desk.given(kept), desk.given(given)) == (ada.id, ada.id)
    assert desk.me(ada)["shift_changes_at"] == "2026-05-04T16:00:00.000Z"
    desk.clock("2026-05-04T16:00:00.000Z")
    desk.wait(lambda: desk.ticket(given["key"])["assignee"] == "")
    assert desk.ticket(kept["key"])["assignee"] == ada.id, "unless its queue says otherwise"
    assert desk.waiting(back, "nobody_there")["ticket"] == given["number"]
    desk.clock("2026-05-05T07:59:59.999Z")
    assert desk.ticket(given["key"])["assignee"] == ""
    desk.clock("2026-05-05T08:00:00.000Z")
    assert desk.given(given) == ada.id


def test_who_spoke_last_comes_first(desk):
    queue = desk.queue(sticky_min=1440, head_start_s=300)
    ada, bea = desk.agent([queue]), desk.agent([queue])
    first = desk.ticket_in(queue, requester="mara@example.com")
    spoke, other = (ada, bea) if desk.given(first) == ada.id else (bea, ada)
    assert spoke.call("PATCH", f"/api/v1/tickets/{first['key']}", {"note": "We look into it.", "public": True}).status == 200
    desk.clock("2026-05-04T09:05:00.000Z")
    second = desk.ticket_in(queue, requester="mara@example.com")
    assert desk.given(second) == spoke.id, "though the other one has been idle for longer"
    assert desk.decisions(second)[0]["why"]["sticky"] is True
    desk.presence(spoke, "online")
    desk.put(f"agents/{spoke.id}", {"queues": [queue], "capacity": 2})
    third = desk.ticket_in(queue, requester="mara@example.com")
    held = desk.waiting(queue, "held")
    assert (held["ticket"], held["held_for"], held["held_until"]) == (third["number"], spoke.id, "2026-05-04T09:10:00.000Z")
    desk.clock("2026-05-04T09:10:00.000Z")
    assert desk.given(third) == other.id, "the head start is over"


def test_a_start_goes_on(desk):
    queue = desk.queue(strategy="round_robin")
    asks = desk.queue(ask=True)
    agents = [desk.agent([queue, asks], capacity=3) for _ in range(3)]
    first = [desk.given(desk.ticket_in(queue)) for _ in range(2)]
    offered = desk.ticket_in(asks)
    mine = desk.wait(lambda: [agent for agent in agents if desk.me(agent)["offers"]])[0]
    offer = desk.offer(mine)
    desk.patron.restart()
    assert desk.wait(lambda: desk.me(mine)["offers"]) == [offer]
    third = desk.given(desk.ticket_in(queue))
    assert {*first, third} == {agent.id for agent in agents}, "round robin remembers whose turn it is"
    assert mine.call("POST", f"/api/v1/routing/offers/{offer['offer']}/accept").status == 200
    assert desk.ticket(offered["key"])["assignee"] == mine.id


def test_killed_while_it_gives(desk):
    queue, asks = desk.queue(strategy="round_robin"), desk.queue(ask=True)
    agents = [desk.agent([queue, asks], capacity=100) for _ in range(3)]
    tickets = []
    for _ in range(4):
        tickets += [desk.ticket_in(queue) for _ in range(6)] + [desk.ticket_in(asks)]
        desk.patron.kill9()
        desk.patron.start()
    for ticket in tickets:
        decisions = desk.wait(lambda: desk.decisions(ticket))
        live = [row for row in decisions if row["state"] in ("assigned", "offered")]
        assert len(live) == 1, f"{ticket['key']}: {decisions}"
        asked = desk.ticket(ticket["key"])["queue"] == asks
        assert desk.ticket(ticket["key"])["assignee"] == ("" if asked else live[0]["account"])
        assert live[0]["account"] in [agent.id for agent in agents]
    assert desk.board(queue)["waiting"] == 0
    loads = desk.ask("GET", "/api/v1/routing/board")["agents"]
    assert sum(row["load"] for row in loads) == len(tickets)


def test_settings(desk):
    desk.skills("tills")
    queue = desk.queue()
    path = f"queues/{queue}"
    for settings, what in (({"answer_s": 4}, "/answer_s: not a whole number 5..86400"), ({"strategy": "best"}, "/strategy: not one of longest_idle"),
                           ({"colour": 1}, "/colour: is no member here"), ({"skills": [{"skill": "tills", "level": 6}]}, "/skills/0/level: not a whole number 1..5"),
                           ({"skills": [{"skill": "magic"}]}, "/skills: no skill has the id \"magic\""),
                           ({"skills": [{"skill": "tills"}, {"skill": "tills"}]}, "/skills/1: the skill stands twice")):
        assert what in desk.put(path, settings, 400)["detail"], settings
    assert desk.put(path, {}, 409, version=7)["code"] == "conflict"
    ada = desk.hire()
    for settings, what in (({"shifts": {"hours": {}}}, "zone"), ({"shifts": {**WEEK, "zone": "Mars/Base"}}, "/shifts: "), ({"capacity": 10001}, "/capacity"),
                           ({"queues": [queue, queue]}, "/queues/1: the queue stands twice"), ({"channels": [{"channel": "fax", "units": 1}]}, "/channels/0/channel")):
        assert what in desk.put(f"agents/{ada.id}", settings, 400)["detail"], settings
    desk.ask("PUT", "/api/v1/routing/agents/nobody", {"version": 0, "settings": {}}, 404)
    analyst = desk.hire("analyst")
    desk.ask("PUT", f"/api/v1/routing/agents/{analyst.id}", {"version": 0, "settings": {}}, 404)
    whole = desk.put(f"agents/{ada.id}", {"queues": [queue], "shifts": WEEK})
    assert whole["settings"]["capacity"] == 10 and whole["version"] == 1
    assert desk.put(f"agents/{ada.id}", whole["settings"])["settings"] == whole["settings"]
    assert [row["queue"] for row in desk.ask("GET", "/api/v1/routing/queues")["data"]] == [queue]


def test_who_may(desk):
    queue = desk.queue()
    ada = desk.agent([queue], presence="offline")
    assert ada.call("PUT", f"/api/v1/routing/queues/{queue}", {"version": 1, "settings": {}}).status == 403
    assert ada.call("PUT", f"/api/v1/routing/agents/{ada.id}/presence", {"presence": "online"}).status == 403
    assert ada.call("PUT", "/api/v1/routing/me", {"presence": "online", "reason": "back"}).json()["presence"] == "online"
    assert ada.call("GET", "/api/v1/routing/board").status == 200
    assert desk.hire("store").call("GET", "/api/v1/routing/board").status == 403
    assert desk.patron.api("GET", "/api/v1/routing/me").status == 403, "the socket is nobody"
    assert "presence" in ada.call("PUT", "/api/v1/routing/me", {"presence": "busy"}).json()["detail"]
    assert desk.patron.api("PATCH", f"/api/v1/accounts/{ada.id}", {"disabled": True}).status == 200
    row, = desk.wait(lambda: [row for row in desk.ask("GET", "/api/v1/routing/board")["agents"] if row["presence"] == "offline"])
    assert (row["account"], row["reason"]) == (ada.id, "disabled")
