# SPDX-License-Identifier: Apache-2.0
"""A working day at the desk: by keyboard alone, two agents at once, undo, what one is typing, a phone."""
import contextlib
import itertools
import pathlib
import tempfile
import time

import pytest
from desk_floor import Floor
from driver import Browser
from harness import node
from people import sign_in

made = itertools.count(1)


@pytest.fixture(scope="module")
def floor():
    with tempfile.TemporaryDirectory(prefix="pt-", ignore_cleanup_errors=True) as folder:
        patron = Floor(pathlib.Path(folder) / "shop").start()
        try:
            patron.words = patron.furnish().furnish_desk()
            yield patron
            patron.stop()
        finally:
            patron.discard()


@contextlib.contextmanager
def at(floor, who, **size):
    node.install()
    one = Browser(floor.base, **size)
    try:
        one.sign_in(sign_in(floor, f"{who}@example.com"))
        yield one
        assert [line for line in one("complaints") if "409" not in line and "ERR_INTERNET_DISCONNECTED" not in line] == []
    finally:
        one.close()


@pytest.fixture(scope="module")
def agent(floor):
    with at(floor, "agent") as one:
        yield one


@pytest.fixture
def ticket(floor):
    number = next(made)
    return floor.report(title=f"The lamp over till {number} flickers", store="0012", till=str(number), queue="stores", alone=True, requester="store 0012", description="Since this morning.")


def until(floor, ticket, fits, what):
    end = time.monotonic() + 10
    while not fits(now := floor.ticket(ticket["key"])):
        assert time.monotonic() < end, f"{what}: {now}"
        time.sleep(0.05)
    return now


def notes(floor, ticket):
    return [row for row in floor.ask("GET", f"/api/v1/tickets/{ticket['key']}/history?limit=500")["data"] if row["text"]]


def test_a_morning_by_keyboard_alone(agent, floor, ticket):
    """From signing in to a solved ticket without the mouse: agents begin at the desk."""
    agent("open", path="/")
    agent("waitUrl", path="/desk")
    agent("wait", selector=".dk-row")
    agent("press", keys=["j"])
    first = agent("text", selector=".dk-row[data-open=true] .dk-title")
    agent("press", keys=["j"])
    assert agent("text", selector=".dk-row[data-open=true] .dk-title") != first
    agent("press", keys=["k"])
    assert agent("text", selector=".dk-row[data-open=true] .dk-title") == first
    agent("press", keys=["/"])
    agent("type", text=ticket["title"])
    agent("press", keys=["Enter"])
    agent("waitText", selector=".dk-row:first-child .dk-title", text=ticket["title"])
    agent("press", keys=["j"])
    agent("waitText", selector=".dk-title-text", text=ticket["title"])
    agent("press", keys=["i"])
    agent("waitText", selector=".pt-toast", text=f"{ticket['key']}: assigned to you")
    agent("press", keys=["q"])
    agent("wait", selector=".dk-pick li")
    agent("type", text="digi")
    agent("press", keys=["Enter"])
    agent("waitText", selector=".pt-toast", text="moved to Digital")
    agent("press", keys=["p"])
    agent("wait", selector=".dk-pick li")
    agent("type", text="P2")
    agent("press", keys=["Enter"])
    agent("waitText", selector=".pt-toast", text="called P2")
    agent("press", keys=["n"])
    agent("type", text="Needs a new tube.")
    agent("press", keys=["Control+Enter"])
    agent("waitText", selector=".dk-words[data-kind=internal]", text="Needs a new tube.")
    agent("press", keys=["Escape", "r"])
    agent("type", text="Somebody comes at noon.")
    agent("press", keys=["Control+Enter"])
    agent("waitText", selector=".dk-words[data-kind=public]", text="Somebody comes at noon.")
    agent("press", keys=["Escape", "e"])
    agent("waitText", selector=".pt-toast", text=f"{ticket['key']}: solved")
    now = until(floor, ticket, lambda one: one["state"] == "resolved", "solved")
    assert (now["queue"], now["label"], now["priority"]) == ("digital", "P2", 2) and now["assignee"]
    assert [(row["text"], row["public"]) for row in notes(floor, ticket)[-2:]] == [("Needs a new tube.", False), ("Somebody comes at noon.", True)]
    agent("press", keys=["?"])
    agent("waitText", selector=".sh-keys", text="Call it P1 to P5")
    agent("press", keys=["Escape"])


def test_many_at_once_and_undo(agent, floor):
    store = "0777"
    mine = [floor.report(title=f"A shelf label is dark ({n})", store=store, alone=True) for n in range(3)]
    floor.change(mine[1], queue="payments")
    agent("open", path=f"/desk?store={store}")
    agent("wait", selector=".dk-row:nth-child(3)")
    agent("press", keys=["x", "j", "x", "j", "x"])
    agent("waitText", selector=".dk-bulk", text="3 ticked")
    agent("press", keys=["q"])
    agent("wait", selector=".dk-pick li")
    agent("type", text="store")
    agent("press", keys=["Enter"])
    agent("waitText", selector=".pt-toast", text="3 tickets: moved to Store systems")
    assert [floor.ticket(one["key"])["queue"] for one in mine] == ["stores"] * 3
    agent("click", selector=".pt-toast:has-text('Store systems') button:has-text('Undo')")
    for one, queue in zip(mine, ("", "payments", "")):
        until(floor, one, lambda now, queue=queue: now["queue"] == queue, "undone")
    agent("gone", selector=".dk-bulk")


def test_a_macro_is_read_before_it_is_sent(agent, floor, ticket):
    agent("open", path=f"/desk/{ticket['key']}")
    agent("waitText", selector=".dk-words", text="Since this morning.")
    agent("press", keys=["m"])
    agent("wait", selector=".dk-pick li")
    agent("type", text="restart")
    agent("press", keys=["Enter"])
    agent("waitText", selector=".dk-also", text="Waiting")
    assert agent("value", selector=".dk-composer textarea").startswith("Please switch the till off")
    assert floor.ticket(ticket["key"])["state"] == "new"
    agent("press", keys=["Control+Enter"])
    now = until(floor, ticket, lambda one: one["state"] == "waiting", "the macro's change")
    assert now["waiting_for"] == "requester" and notes(floor, ticket)[-1]["public"]


def test_what_one_is_typing_survives(agent, floor, ticket):
    """A reload, and a line that is lost in the middle of sending: kept, and sent once."""
    agent("open", path=f"/desk/{ticket['key']}")
    agent("waitText", selector=".dk-words", text="Since this morning.")
    agent("press", keys=["r"])
    agent("type", text="I will call you at ten.")
    agent("reload")
    agent("wait", selector=".dk-composer[data-mode=reply]")
    assert agent("value", selector=".dk-composer textarea") == "I will call you at ten."
    agent("offline", on=True)
    agent("press", keys=["r", "Control+Enter"])
    agent("waitText", selector=".dk-composer [role=alert]", text="What you wrote is kept")
    assert agent("value", selector=".dk-composer textarea") == "I will call you at ten."
    agent("offline", on=False)
    agent("press", keys=["Control+Enter"])
    agent("waitText", selector=".dk-words[data-kind=public]", text="I will call you at ten.")
    assert agent("value", selector=".dk-composer textarea") == ""
    assert [row["text"] for row in notes(floor, ticket)].count("I will call you at ten.") == 1


def test_two_agents_at_once(agent, floor, ticket):
    """Who else is there is seen; what they do comes by itself; the same field set twice shows both values and loses neither."""
    agent("open", path=f"/desk/{ticket['key']}")
    agent("waitText", selector=".dk-title-text", text=ticket["title"])
    with at(floor, "second") as other:
        other("open", path=f"/desk/{ticket['key']}")
        other("waitText", selector=".dk-others", text="Agnes Agent is here")
        other("press", keys=["n"])
        other("type", text="Is it the same lamp as last week?")
        agent("waitText", selector=".dk-others", text="Bruno Bell is writing")
        other("press", keys=["Control+Enter"])
        agent("waitText", selector=".dk-words", text="Is it the same lamp as last week?")
        # from here on the first one's page stands still while the second one changes the title
        agent("click", selector=".dk-title-text button")
        agent("fill", selector=".dk-title-field", text="A lamp flickers, says Agnes")
        agent("offline", on=True)
        other("click", selector=".dk-title-text button")
        other("fill", selector=".dk-title-field", text="A lamp flickers, says Bruno")
        other("press", keys=["Enter"])
        until(floor, ticket, lambda one: one["title"].endswith("Bruno"), "the other's title")
        agent("offline", on=False)
        agent("press", keys=["Enter"])
        agent("waitText", selector=".dk-conflict", text="A lamp flickers, says Bruno")
        said = agent("text", selector=".dk-conflict")
        assert "A lamp flickers, says Agnes" in said and "changed by Bruno Bell" in said and ticket["title"] in said
        assert floor.ticket(ticket["key"])["title"].endswith("Bruno"), "nothing was overwritten"
        agent("click", selector=".dk-conflict button:has-text('Put mine')")
        until(floor, ticket, lambda one: one["title"].endswith("Agnes"), "mine, chosen")
        other("waitText", selector=".dk-title-text", text="says Agnes")


def test_a_report_that_joined_is_parted_and_put_back(agent, floor):
    what = {"category": "till_fault", "services": ["pos"], "store": "0888"}
    first = floor.report(title="Tills hang at once", till="1", **what)
    floor.report(200, till="2", description="and ours prints nothing", **what)
    agent("open", path=f"/desk/{first['key']}?tab=reports")
    agent("waitText", selector=".dk-table", text="and ours prints nothing")
    agent("click", selector=".dk-table tr:has-text('prints nothing') button:has-text('Part')")
    agent("waitText", selector=".pt-toast", text="is a ticket of its own now")
    assert floor.ticket(first["key"])["reports"] == 1
    agent("click", selector=".pt-toast:has-text('of its own') button:has-text('Undo')")
    until(floor, first, lambda one: one["reports"] == 2, "put back")


def test_reporting_joins_what_is_open(agent, floor):
    open_one = floor.report(category="loyalty_auth", services=["pos"], store="0999", title="No points at the till")
    agent("open", path="/desk")
    agent("wait", selector=".dk-row")
    agent("press", keys=["c"])
    agent("wait", selector="[role=dialog] input")
    agent("fill", selector="[role=dialog] label:has-text('What is wrong') + * input, [role=dialog] .mantine-TextInput-root:has-text('What is wrong') input", text="Points are missing")
    agent("click", selector="[role=dialog] .mantine-Select-root:has-text('Category') input")
    agent("type", text="Loyalty")
    agent("press", keys=["ArrowDown", "Enter"])
    agent("click", selector="[role=dialog] .mantine-MultiSelect-root:has-text('Services') input")
    agent("type", text="Tills")
    agent("press", keys=["ArrowDown", "Enter", "Escape"])
    agent("click", selector="[role=dialog] [type=submit]")
    agent("waitUrl", path=f"/desk/{open_one['key']}")
    agent("waitText", selector=".pt-toast", text=f"Known as {open_one['key']}")
    assert floor.ticket(open_one["key"])["reports"] == 2


def test_on_a_phone(floor, ticket):
    with at(floor, "agent", width=390, height=844) as phone:
        phone("open", path=f"/desk?q={ticket['till']}%20lamp")
        phone("waitText", selector=".dk-row", text=ticket["title"])
        assert phone("overflow") <= 0 and not phone("visible", selector=".dk-pane")
        phone("click", selector=f".dk-row:has-text('{ticket['key']}')")
        phone("waitText", selector="h1", text=ticket["title"])
        assert not phone("visible", selector=".dk-list") and phone("overflow") <= 0
        phone("click", selector=".dk-composer label:has-text('Reply')")
        phone("fill", selector=".dk-composer textarea", text="On my way.")
        phone("click", selector=".dk-composer button:has-text('Send'):not(:has-text('and'))")
        phone("waitText", selector=".dk-words[data-kind=public]", text="On my way.")
        assert phone("axe") == []
        phone("click", selector=".dk-head-facts button:has-text('nobody')")
        phone("wait", selector=".dk-pick li")
        assert phone("overflow") <= 0
        phone("click", selector=".dk-pick li:has-text('Bruno')")
        until(floor, ticket, lambda one: one["assignee"], "assigned")
        phone("click", selector=".dk-back")
        phone("wait", selector=".dk-row")
        assert phone("visible", selector=".dk-list")


def test_who_may_only_look_changes_nothing(floor):
    with at(floor, "analyst") as analyst:
        analyst("open", path=f"/desk/{floor.words['ticket']}")
        analyst("waitText", selector=".dk-words", text="Paper comes out crumpled.")
        assert analyst("count", selector=".dk-composer") == 0 and analyst("count", selector=".dk-solve") == 0
        analyst("press", keys=["e", "a"])
        assert analyst("count", selector=".dk-pick") == 0
        assert floor.ticket(floor.words["ticket"])["state"] == "new"
    with at(floor, "auditor") as auditor:
        auditor("open", path="/desk")
        auditor("waitText", selector="main", text="desk.read")
