# SPDX-License-Identifier: Apache-2.0
"""Routing tried on what was, tickets given by language, settings that hold at once, and tickets given back whatever a kill leaves."""
import pytest
from test_routing import START, WEEK, Routing

ARABIC = "الصندوق في المتجر لا يعمل منذ الصباح والزبائن ينتظرون"
ENGLISH = "The till in our store does not work and the customers are waiting"


@pytest.fixture
def desk(make_patron):
    """On a clock that stands at START."""
    return Routing(make_patron(settings={"clock": "sim", "clock-start": START, "clock-speed": "0"}).start())


def test_by_language(desk):
    queue = desk.queue(language="required")
    ada, bea = desk.agent([queue], languages=["en", "de"]), desk.agent([queue], "offline", languages=["ar", "en"])
    english, arabic = desk.open(title=ENGLISH, queue=queue, alone=True), desk.open(title=ARABIC, queue=queue, alone=True)
    assert desk.given(english) == ada.id
    assert desk.decisions(english)[0]["why"]["needs"] == [{"skill": "lang:en", "level": 1, "still": 1, "has": 1}]
    waits = desk.waiting(queue, "no_language")
    assert (waits["ticket"], waits["skill"], waits["why"]) == (arabic["number"], "lang:ar", "nobody online speaks Arabic")
    desk.presence(bea, "online")
    assert desk.given(arabic) == bea.id
    assert desk.given(desk.open(title="x9", queue=queue, alone=True)) in (ada.id, bea.id), "of no language: nobody is asked for one"


def test_a_language_is_preferred_for_a_while(desk):
    queue = desk.queue(language="preferred", language_s=120, relax=[{"after_s": 60, "skill": "", "level": 0}])
    ada = desk.agent([queue], languages=["en"])
    arabic = desk.open(title=ARABIC, queue=queue, alone=True)
    desk.waiting(queue, "no_language")
    desk.clock("2026-05-04T09:01:59.999Z")
    assert desk.waiting(queue, "no_language")["ticket"] == arabic["number"], "a step of skills says nothing of languages"
    desk.clock("2026-05-04T09:02:00.000Z")
    assert desk.given(arabic) == ada.id
    why = desk.decisions(arabic)[0]["why"]
    assert (why["relaxed"], why["needs"]) == (True, [{"skill": "lang:ar", "level": 1, "still": 0, "has": 0}])


def test_settings_hold_at_once(desk):
    """What was there before is edited, and what waits for it goes."""
    desk.skills("tills")
    queue = desk.queue(skills=[{"skill": "tills", "level": 2}])
    ada = desk.agent([queue])
    first, second = desk.ticket_in(queue), desk.ticket_in(queue)
    desk.waiting(queue, "no_skill")
    desk.put(f"agents/{ada.id}", {"queues": [queue], "skills": [{"skill": "tills", "level": 2}], "capacity": 1})
    assert desk.given(first) == ada.id
    desk.waiting(queue, "all_full")
    bea = desk.agent([queue])
    desk.put(f"queues/{queue}", {"on": True})
    assert desk.given(second) == bea.id, "nothing is needed any more"
    desk.put(f"agents/{bea.id}", {"queues": []})
    third = desk.ticket_in(queue)
    assert desk.waiting(queue, "all_full")["ticket"] == third["number"]
    desk.put(f"queues/{queue}", {"on": True, "language": "required"})
    desk.put(f"agents/{ada.id}", {"queues": [queue], "capacity": 2})
    assert desk.given(third) == ada.id


@pytest.mark.parametrize("how", ["offline", "shift"])
def test_a_kill_loses_nothing_that_is_given_back(desk, how):
    keeps, back = desk.queue(), desk.queue(give_back=True)
    ada = desk.agent([keeps, back], capacity=100, shifts=WEEK)
    kept, given = desk.ticket_in(keeps), [desk.ticket_in(back) for _ in range(12)]
    assert {desk.given(ticket) for ticket in [kept, *given]} == {ada.id}
    if how == "offline":
        desk.presence(ada, "offline")
    else:
        desk.clock("2026-05-04T15:59:59.999Z")
        desk.patron.settings["clock-start"] = "2026-05-04T16:00:01.000Z"  # it ends while the server is down
    desk.patron.kill9()
    desk.patron.start()
    desk.wait(lambda: not any(desk.ticket(ticket["key"])["assignee"] for ticket in given))
    assert desk.ticket(kept["key"])["assignee"] == ada.id
    desk.change(given[0]["key"], assignee=ada.id)
    desk.patron.restart()
    desk.waiting(back, "nobody_there")
    assert desk.ticket(given[0]["key"])["assignee"] == ada.id, "what a person gives them stays"


@pytest.mark.parametrize(("change", "reason"), [({"role": "analyst"}, "role"), ({"disabled": True}, "disabled")])
def test_who_may_no_longer_work_is_offline_in_the_same_step(desk, change, reason):
    """A kill right behind the change: they are given nothing, and what they had is given back."""
    queue = desk.queue(give_back=True)
    ada = desk.agent([queue])
    ticket = desk.ticket_in(queue)
    assert desk.given(ticket) == ada.id
    assert desk.patron.api("PATCH", f"/api/v1/accounts/{ada.id}", change).status == 200
    desk.patron.kill9()
    desk.patron.start()
    row, = desk.wait(lambda: [row for row in desk.ask("GET", "/api/v1/routing/board")["agents"] if row["presence"] == "offline"])
    assert (row["account"], row["reason"]) == (ada.id, reason)
    desk.wait(lambda: desk.ticket(ticket["key"])["assignee"] == "")


def tried(desk, status=200, **what):
    return desk.ask("POST", "/api/v1/routing/try", {"days": 2, **what}, status)


def waits(found, queue, side):
    row = next(row for row in found["queues"] if row["queue"] == queue)[side]
    return row and (row["arrived"], row["given"], row["left"], row["p50_s"], row["p90_s"])


def test_tried_on_what_was(desk):
    """Three tickets at nine, one at a time, half an hour each: the model says what was, and what would have been."""
    queue = desk.queue()
    ada = desk.agent([queue], capacity=1, shifts=WEEK)
    tickets = [desk.ticket_in(queue) for _ in range(3)]
    assert desk.given(tickets[0]) == ada.id
    for at, ticket in zip(("09:30", "10:00", "10:30"), tickets, strict=True):
        assert desk.given(ticket) == ada.id
        desk.clock(f"2026-05-04T{at}:00.000Z")
        desk.change(ticket["key"], state="resolved")
    desk.clock("2026-05-04T12:00:00.000Z")
    as_it_is = tried(desk)
    assert as_it_is["tickets"] == 3 and as_it_is["assumed"] == 0 and as_it_is["always"] == 0
    assert [waits(as_it_is, queue, side) for side in ("was", "now", "would")] == [(3, 3, 0, 1800, 3600)] * 3
    agent, = as_it_is["agents"]
    assert (agent["account"], agent["was"], agent["now"]["given"], agent["now"]["busy_s"]) == (ada.id, 3, 3, 5400)
    assert agent["now"]["used"] == pytest.approx(5400 / agent["now"]["there_s"])
    first = as_it_is["longest"][0]
    assert (first["ticket"], first["wait_s"], first["was_s"], first["given"], first["reason"], first["reason_s"]) == (tickets[2]["number"], 3600, 3600, True, "all_full", 3600)
    settings = {"queues": [queue], "capacity": 1, "shifts": WEEK}
    more = tried(desk, agents=[{"account": ada.id, "settings": {**settings, "capacity": 3}}])
    assert waits(more, queue, "now") == (3, 3, 0, 1800, 3600) and waits(more, queue, "would") == (3, 3, 0, 0, 0)
    another = tried(desk, agents=[{"account": "+1", "settings": settings}])
    assert waits(another, queue, "would") == (3, 3, 0, 0, 1800)
    assert {row["account"]: row["now"] is None for row in another["agents"]} == {ada.id: False, "+1": True}
    fewer = tried(desk, agents=[{"account": ada.id, "settings": None}])
    assert waits(fewer, queue, "would") == (3, 0, 3, 0, 0)
    assert {row["reason"] for row in fewer["longest"]} == {"nobody_serves"} and fewer["longest"][0]["given"] is False
    assert waits(tried(desk, queues=[{"queue": queue, "settings": {"on": False}}]), queue, "would") is None
    asked = tried(desk, queues=[{"queue": queue, "settings": {"on": True, "language": "required"}}, {"queue": "another", "settings": {"on": True}}])
    assert [row["queue"] for row in asked["queues"]] == sorted([queue, "another"]) and waits(asked, "another", "now") is None
    assert desk.ask("GET", f"/api/v1/routing/queues/{queue}")["version"] == 1, "nothing is changed"


def test_a_skill_less(desk):
    desk.skills("tills")
    queue = desk.queue(skills=[{"skill": "tills", "level": 1}])
    desk.agent([queue], shifts=WEEK)
    desk.ticket_in(queue)
    desk.waiting(queue, "no_skill")
    desk.clock("2026-05-04T10:00:00.000Z")
    found = tried(desk, dropped_skills=["tills"])
    assert waits(found, queue, "now") == (1, 0, 1, 0, 0) and waits(found, queue, "would") == (1, 1, 0, 0, 0)


def test_in_time_by_what_was_promised(desk):
    """P1 promises a response in minutes; without one the goal that was asked for counts."""
    queue = desk.queue()
    ticket = desk.ticket_in(queue, label="P1")
    desk.waiting(queue, "nobody_serves")
    desk.clock("2026-05-04T11:00:00.000Z")
    ada = desk.agent([queue])
    assert desk.given(ticket) == ada.id
    found = tried(desk)
    row = next(row for row in found["queues"] if row["queue"] == queue)
    assert (row["was"]["in_time"], row["now"]["in_time"]) == (0, 1), "two hours are late for a P1; with an agent there it is at once"
    assert (found["assumed"], found["always"]) == (1, 1)


def test_what_cannot_be_tried(desk):
    queue = desk.queue()
    for what, place in (({"queues": [{"queue": queue, "settings": {"strategy": "best"}}]}, "/queues/0/settings/strategy"),
                        ({"queues": [{"queue": queue}]}, "/queues/0"), ({"queues": [{"queue": queue, "settings": {"skills": [{"skill": "magic"}]}}]}, "no skill has the id \"magic\""),
                        ({"queues": [{"queue": queue, "settings": {"relax": [{"after_s": 60, "skill": "magic", "level": 0}]}}]}, "no skill has the id \"magic\""),
                        ({"agents": [{"account": "x", "settings": {"shifts": {"zone": "Mars/Base", "hours": {}}}}]}, "/agents/0/settings"),
                        ({"days": 93}, "days"), ({"goal_s": 0}, "goal_s")):
        assert place in tried(desk, 400, **what)["detail"], what
    assert desk.agent([queue]).call("POST", "/api/v1/routing/try", {}).status == 403
