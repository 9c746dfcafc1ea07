# SPDX-License-Identifier: Apache-2.0
"""Explore in the console: questions built, answered, drilled into and saved by keyboard; every kind in every look."""
import base64
import datetime
import json
import time

import pytest
from driver import Browser
from harness import node
from harness.customers import Customers
from people import sign_in
from routes import EXPLORE, LOOKS, filled
from test_survey import looks, survey

PEOPLE = 40
STEPS = ("Product Viewed", "Product Added", "Order Completed")
# Of every person the first step, of every second the next, of every fourth the last.
REACHED = (40, 20, 10)
# On so many days ago every payment failed first; those are the days of the friction, as many before them its baseline.
FAILING = range(5)
FAILED = 12
DEVICES = ("mobile", "desktop", "tablet")

QUESTIONS = {
    "trend": {"kind": "segmentation", "series": [{"event": "Product Viewed"}, {"event": "Order Completed", "measure": "uniques"}], "formulae": [{"name": "Buyers of a view", "formula": "B / A"}]},
    "whole": {"kind": "segmentation", "series": [{"event": "Order Completed", "measure": "sum", "of": {"property": "total"}}], "unit": "whole", "breakdown": {"context": "device.type"}},
    "funnel": {"kind": "funnel", "steps": [{"event": name} for name in STEPS], "breakdown": {"context": "device.type"}},
    "retention": {"kind": "retention", "begin": {"event": "Product Viewed"}, "again": {}, "unit": "day", "range": {"last": {"days": 14}}},
    "paths": {"kind": "paths", "from": {"event": "Product Viewed"}},
    "stickiness": {"kind": "stickiness", "of": {"event": "Product Viewed"}},
    "lifecycle": {"kind": "lifecycle", "of": {"event": "Product Viewed"}, "unit": "day", "range": {"last": {"days": 14}}},
    "sessions": {"kind": "sessions"},
    "compare": {"kind": "compare", "cohorts": [{"name": "Everybody"}, {"name": "Added something", "who": {"did": {"event": "Product Added"}}}], "query": {"kind": "funnel", "steps": [{"event": name} for name in STEPS]}},
    "compare_retention": {"kind": "compare", "cohorts": [{"name": "Everybody"}, {"name": "Buyers", "who": {"did": {"event": "Order Completed"}}}], "query": {"kind": "retention", "begin": {"event": "Product Viewed"}, "again": {}, "unit": "day"}, "range": {"last": {"days": 14}}},
    "compare_trend": {"kind": "compare", "cohorts": [{"name": "Everybody"}, {"name": "Buyers", "who": {"did": {"event": "Order Completed"}}}], "query": {"kind": "segmentation", "series": [{"event": "Product Viewed"}]}, "range": {"last": {"days": 14}}},
    "correlation": {"kind": "correlation", "from": {"event": "Product Viewed"}, "to": {"event": "Order Completed"}, "properties": [{"context": "device.type"}], "traits": ["name"], "min_people": 5},
    "journey": {"kind": "journey"},
}


def encoded(question):
    """As the console writes it into an address."""
    return base64.urlsafe_b64encode(json.dumps({"zone": "UTC", **question}).encode()).decode().rstrip("=")


def at(days, minutes=0):
    when = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=days, hours=1) + datetime.timedelta(minutes=minutes)
    return when.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def history(number):
    """What one person did: the funnel as far as they came, on two days."""
    user, day = f"explorer-{number}", number % 10
    far = sum(number % every == 0 for every in (1, 2, 4))
    context = {"device": {"type": DEVICES[number % 3]}}
    events = [{"type": "identify", "userId": user, "messageId": f"ex-{number}", "timestamp": at(12), "traits": {"name": f"Explorer {number}"}}]
    if far > 1 and day in FAILING:
        events.append({"type": "track", "event": "Payment Failed", "userId": user, "messageId": f"ex-{number}-failed", "timestamp": at(day, 7), "context": context, "properties": {}})
    for i, name in enumerate(STEPS[:far]):
        events.append({"type": "track", "event": name, "userId": user, "messageId": f"ex-{number}-{i}", "timestamp": at(day, 5 * i), "context": context, "properties": {"total": 10 + number}})
    events.append({"type": "track", "event": STEPS[0], "userId": user, "messageId": f"ex-{number}-again", "timestamp": at(day / 2, 30), "context": context, "properties": {}})
    return events


def friction():
    first, last = FAILING[0], FAILING[-1]
    days = {"from": at(last)[:10], "to": at(first)[:10]}
    return {"kind": "friction", "steps": [{"event": name} for name in STEPS], "range": days, "baseline": {"from": at(2 * last + 1)[:10], "to": at(last + 1)[:10]}}


def furnish_export(ask, report, name, done, **more):
    """An export by a schedule that has run: its id."""
    known = {job["name"]: job["id"] for job in ask("GET", "/api/v1/analytics/exports")["data"]}
    if name in known:
        return known[name]
    job = ask("POST", "/api/v1/analytics/exports", {"name": name, "report": report, "every": "week", "at_min": 390, "zone": "Europe/Berlin", "folder": "marketing/weekly", **more}, 201)["id"]
    ask("POST", f"/api/v1/analytics/exports/{job}/run", {})
    end = time.monotonic() + 20
    while not done(ask("GET", f"/api/v1/analytics/exports/{job}")["last"]):
        assert time.monotonic() < end
        time.sleep(0.05)
    return job


def furnish_target(ask):
    """A webhook that takes files, and nobody hears: its id."""
    known = {one["name"]: one["id"] for one in ask("GET", "/api/v1/destinations")["data"]}
    settings = {"url": "http://127.0.0.1:9/files", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
    return known.get("Warehouse files") or ask("POST", "/api/v1/destinations", {"name": "Warehouse files", "kind": "webhook", "settings": settings, "enabled": False}, 201)["id"]


def furnish_explore(shop):
    """People with a history, and a report: words for the paths of EXPLORE."""
    for first in range(0, PEOPLE, 10):
        shop.send_ok([event for number in range(first, first + 10) for event in history(number)], shop.web["write_key"])
    shop.wait_views(30)
    ask = Customers(shop).ask
    known = {report["name"]: report["id"] for report in ask("GET", "/api/v1/reports")["data"]}
    report = known.get("View to order") or ask("POST", "/api/v1/reports", {"name": "View to order", "description": "For the weekly meeting", "query": QUESTIONS["funnel"], "shown": {}}, 201)["id"]
    gold = known.get("Who added") or ask("POST", "/api/v1/reports", {"name": "Who added", "description": "", "query": {**QUESTIONS["trend"], "who": {"did": {"event": "Product Added"}}}, "shown": {}}, 201)["id"]
    export = furnish_export(ask, report, "Weekly funnel", lambda last: last["outcome"] == "done")
    sending = furnish_export(ask, report, "Weekly to the warehouse", lambda last: last["tries"] > 0, destination=furnish_target(ask))
    words = {"report": report, "export": export, "sending": sending, "q_of_report": encoded({**QUESTIONS["trend"], "who": {"report": gold}}), "cell": encoded({"cell": {"value": 0, "step": 2}, "of": "Product Added"})}
    for name, question in {**QUESTIONS, "friction": friction()}.items():
        words |= {name: question["kind"], f"q_{name}": encoded(question)}
    return words


@pytest.fixture(scope="module")
def words(shop):
    return furnish_explore(shop)


@pytest.fixture(scope="module")
def page(shop):
    node.install()
    one = Browser(shop.base)
    one.sign_in(sign_in(shop, "owner@example.com"))
    one("open", path="/icon.svg")
    one("prefs", prefs={"theme": "light", "locale": "en", "zone": "UTC", "density": "comfortable"})
    yield one
    one.close()


@pytest.mark.limit(300)
@pytest.mark.parametrize(("theme", "locale"), LOOKS)
def test_every_page(page, words, shots, theme, locale):
    survey(page, filled(EXPLORE, words), looks(theme, locale), shots)
    page("prefs", prefs={"theme": "light", "locale": "en", "zone": "UTC", "density": "comfortable"})
    page("resize", width=1440, height=900)


def go_to(page, name, key="Tab", most=60):
    """Presses the key until what has the focus is called so."""
    for _ in range(most):
        focus = page("focus")
        if name in (focus["name"] or "") or name in focus["label"]:
            return
        page("press", keys=[key])
    raise AssertionError(f"no {name} by {key}, last {focus}")


def test_a_funnel_by_keyboard(page, shop, words):
    assert words["report"]
    page("open", path="/sources")
    page("wait", selector="[role=grid] [data-index]")
    page("press", keys=["g", "f"])
    page("waitText", selector="main h1", text="Explore")
    go_to(page, "Funnel")
    page("press", keys=["Enter"])
    page("waitUrl", path="/explore/funnel")
    page("wait", selector=".ex-builder input:focus")
    page("waitText", selector="main", text="The question is not whole yet")
    for i, name in enumerate(STEPS[:2]):
        go_to(page, f"Step {i + 1}")
        page("type", text=name)
        page("press", keys=["Enter"])
    page("waitText", selector=".ex-sentence", text="People who did Product Viewed, then Product Added within 7 days, in the last 30 days")
    page("waitText", selector=".ex-step:nth-child(2)", text=f"{REACHED[1]} people")
    page("waitText", selector=".ex-about", text="days of UTC")
    address = page("url")
    assert "q=" in address
    # to the people behind the second step, and back to the number
    go_to(page, f"{REACHED[1]} people: Product Added", key="Shift+Tab")
    page("press", keys=["Enter"])
    page("waitText", selector=".pt-side", text=f"20 of {REACHED[1]} people")
    assert sorted(page("texts", selector=".ex-people a")) == sorted(f"Explorer {n}" for n in range(0, PEOPLE, 2))
    page("wait", selector=".ex-people a:focus")
    assert page("axe") == []
    page("press", keys=["Escape"])
    page("gone", selector=".ex-people")
    assert page("focus")["name"] == f"{REACHED[1]} people: Product Added"
    page("press", keys=["t"])
    page("waitText", selector=".ex-table", text="50%")
    page("press", keys=["Control+s"])
    page("wait", selector="[role=dialog] input:focus")
    page("type", text="Viewed to added")
    page("press", keys=["Enter"])
    page("waitUrl", path="/explore/report/")
    page("waitText", selector="main h1", text="Viewed to added")
    saved = {report["name"]: report for report in Customers(shop).ask("GET", "/api/v1/reports")["data"]}["Viewed to added"]
    assert saved["kind"] == "funnel" and [step["event"] for step in saved["query"]["steps"]] in ([*STEPS[:2]], [[STEPS[0]], [STEPS[1]]])
    # the address alone restores the question
    page("open", path=address.removeprefix(shop.base))
    page("waitText", selector=".ex-step:nth-child(2)", text=f"{REACHED[1]} people")
    assert page("complaints") == []


def test_those_who_did_not_go_on_are_named(page, words):
    page("open", path=f"/explore/funnel?q={encoded({**QUESTIONS['funnel'], 'breakdown': None})}")
    page("waitText", selector=".ex-step:nth-child(3)", text="10 did not go on")
    page("click", selector=".ex-step:nth-child(3) .ex-lost")
    page("waitText", selector=".pt-side", text="10 of 10 people")
    assert sorted(page("texts", selector=".ex-people a")) == sorted(f"Explorer {n}" for n in range(2, PEOPLE, 4))
    assert words and page("complaints") == []


@pytest.mark.parametrize(("name", "counts_people"), [("trend", False), ("whole", False), ("retention", True), ("paths", False), ("stickiness", True), ("lifecycle", True), ("sessions", True), ("compare", True), ("correlation", True), ("friction", True), ("journey", True)])
def test_people_stand_behind_numbers_of_every_kind(page, words, name, counts_people):
    page("open", path=f"/explore/{words[name]}?q={words[f'q_{name}']}")
    page("waitText", selector=".ex-about", text="events read")
    page("press", keys=["t"])
    page("wait", selector=".ex-table .ex-number")
    number = page("text", selector=".ex-table .ex-number[tabindex='0']")
    page("click", selector=".ex-table .ex-number[tabindex='0']")
    page("wait", selector=".ex-people a")
    _, _, count, _ = page("text", selector=".pt-side [role=status]").split()
    assert page("count", selector=".ex-people a") == int(count)
    if counts_people:
        assert count == number
    page("press", keys=["Escape"])
    page("gone", selector=".ex-people")
    page("press", keys=["ArrowDown"])
    assert "people behind" in page("focus")["name"]
    assert page("complaints") == []


def test_a_trend_is_compared_noted_saved_and_deleted_with_undo(page, words):
    assert words
    page("open", path=f"/explore/segmentation?q={encoded(QUESTIONS['trend'])}")
    page("wait", selector=".ex-plot .uplot")
    page("click", selector=".ex-twin button:has-text('Compare')")
    page("wait", selector="button[aria-pressed=true]:has-text('Compare')")
    page("click", selector=".ex-notes summary")
    day = at(3)[:10]
    page("fill", selector=".ex-note-form input[type=date]", text=day)
    page("fill", selector=".ex-note-form input:not([type=date])", text="Campaign")
    page("press", keys=["Enter"])
    page("waitText", selector=".ex-notes li", text="Campaign")
    page("press", keys=["Control+s"])
    page("wait", selector="[role=dialog] input:focus")
    page("type", text="Views and buyers")
    page("press", keys=["Enter"])
    page("waitUrl", path="/explore/report/")
    page("waitText", selector="main h1", text="Views and buyers")
    page("reload")
    page("wait", selector="button[aria-pressed=true]:has-text('Compare')")
    page("click", selector=".ex-notes summary")
    page("waitText", selector=".ex-notes li", text=day)
    assert page("attribute", selector=".pt-actions button:has-text('Save')", name="disabled") is not None, "nothing was changed"
    page("click", selector="button[aria-label=More]")
    page("click", selector="[role=menuitem]:has-text('Delete')")
    page("waitUrl", path="/explore")
    page("waitText", selector=".pt-toast", text="Views and buyers is deleted")
    page("click", selector=".pt-toast button:has-text('Undo')")
    page("waitText", selector="[role=grid]", text="Views and buyers")
    assert page("complaints") == []


def test_a_refusal_stands_at_its_member(page, words):
    assert words
    page("open", path=f"/explore/segmentation?q={encoded({**QUESTIONS['whole'], 'zone': 'Nowhere/Town'})}")
    page("waitText", selector="main [role=alert]", text="zone")
    page("click", selector=".ex-more summary:has-text('Zone')")
    page("waitText", selector=".ex-part [role=alert]", text="zone")
    assert [line for line in page("complaints") if "400" not in line] == []


def test_numbers_without_names_for_an_auditor(open_browser, shop, words):
    browser = open_browser(shop)
    browser.sign_in(sign_in(shop, "auditor@example.com"))
    browser("open", path=f"/explore/{words['funnel']}?q={words['q_funnel']}")
    browser("waitText", selector="main", text='"/breakdown": values that customers or sources gave need the permission profiles.read')
    assert [line for line in browser("complaints") if "403" not in line] == []
    browser("open", path=f"/explore/{words['funnel']}?q={encoded({**QUESTIONS['funnel'], 'breakdown': None})}&p={words['cell']}")
    browser("waitText", selector=".pt-side", text="profiles.read")
    browser("waitText", selector=".ex-steps", text="Product Added")
    assert browser("count", selector="button:has-text('Save'):not(:has-text('saved question'))") == 0
    assert browser("complaints") == []


def test_cohorts_by_keyboard(page, words):
    assert words
    page("open", path="/explore/compare")
    page("waitText", selector="main", text="The question is not whole yet")
    go_to(page, "Show an example", key="Shift+Tab")
    page("press", keys=["Enter"])
    page("waitText", selector=".ex-sentence", text="Product Viewed, then Product Added, then Order Completed within 7 days: Web and App beside each other")
    go_to(page, "Name of cohort A")
    page("press", keys=["Control+a"])
    page("type", text="Explorers")
    page("waitText", selector=".ex-sentence", text="Explorers and App beside each other")
    page("waitUrl", path="/explore/compare?q=")
    assert page("axe") == []
    assert page("complaints") == []


def test_cohorts_differ_and_lead_to_their_people(page, words):
    page("open", path=f"/explore/compare?q={words['q_compare']}")
    page("waitText", selector=".ex-differences", text=f"{REACHED[1]} people are in both")
    assert "Added something less Everybody" in page("text", selector=".ex-differences h2")
    # a half of all, all of those who are chosen by it: 50 points more
    page("waitText", selector=".ex-sure li", text="+50 pp")
    page("click", selector=".ex-steps > li:first-child .ex-bars li:nth-child(2) .ex-number")
    page("waitText", selector=".pt-side", text=f"{REACHED[1]} of {REACHED[1]} people")
    page("press", keys=["Escape"])
    page("press", keys=["t"])
    page("waitText", selector=".ex-table", text="+50 pp")
    assert page("complaints") == []


def test_what_goes_with_a_conversion_is_ranked_and_what_may_be_chance_says_so(page, words):
    page("open", path=f"/explore/correlation?q={words['q_correlation']}")
    page("waitText", selector=".ex-caveat", text="need not be the reason")
    page("waitText", selector=".ex-summary", text=f"{PEOPLE} people")
    assert page("count", selector=".ex-sure > li") == len(DEVICES)
    assert all("may be chance" in row for row in page("texts", selector=".ex-sure > li"))
    page("click", selector=".ex-sure > li:first-child .ex-number")
    page("wait", selector=".ex-people a")
    assert page("complaints") == []


def test_friction_names_what_is_worse_and_who_met_it(page, words):
    page("open", path=f"/explore/friction?q={words['q_friction']}")
    row = ".ex-step:nth-child(2) tr[data-verdict=worse]:has-text('Meet an error')"
    page("wait", selector=row)
    (worse,) = [text for text in page("texts", selector=".ex-step:nth-child(2) tr[data-verdict=worse]") if "Meet an error" in text]
    assert "worse" in worse and "100%" in worse and "+100 pp" in worse
    page("click", selector=f"{row} .ex-number")
    page("waitText", selector=".pt-side", text=f"{FAILED} of {FAILED} people")
    page("press", keys=["Escape"])
    # what happened stands on the line of both times, and is kept with the question
    page("click", selector=".ex-notes summary")
    page("fill", selector=".ex-note-form input[type=date]", text=at(2)[:10])
    page("fill", selector=".ex-note-form input:not([type=date])", text="New checkout")
    page("press", keys=["Enter"])
    page("waitText", selector=".ex-times", text="New checkout")
    page("reload")
    page("waitText", selector=".ex-times", text="New checkout")
    assert page("complaints") == []


def test_a_journey_leads_to_the_friction_of_a_stage_and_to_its_people(page, words):
    assert words
    page("open", path="/explore/journey")
    page("waitText", selector=".ex-card:nth-child(4) .ex-card-people", text=str(REACHED[1]))
    assert page("count", selector=".ex-card") == 11
    go_to(page, "Cart")
    page("press", keys=["Enter"])
    page("waitText", selector=".ex-details", text="on to Checkout")
    assert "stage=3" in page("url")
    go_to(page, f"{REACHED[1]}: people behind Cart", key="Tab")
    page("press", keys=["Enter"])
    page("waitText", selector=".pt-side", text=f"{REACHED[1]} of {REACHED[1]} people")
    page("press", keys=["Escape"])
    page("press", keys=["t"])
    page("waitText", selector=".ex-table", text="Cart → Checkout")
    page("press", keys=["t"])
    page("click", selector=".ex-details a:has-text('Friction from Cart to Checkout')")
    page("waitUrl", path="/explore/friction?q=")
    page("waitText", selector=".ex-sentence", text="What is in the way of Cart, then Checkout within 7 days")
    page("waitText", selector=".ex-step:first-child", text=f"{REACHED[1]} people")
    assert page("complaints") == []


def test_notes_stand_at_the_cohorts_they_fall_into(page, words):
    shown = encoded({"notes": [{"at": at(3)[:10], "text": "Campaign"}]})
    page("open", path=f"/explore/retention?q={words['q_retention']}&s={shown}")
    page("waitText", selector=".ex-row-note", text="Campaign")
    assert page("count", selector=".ex-row-note") == 1
    assert page("complaints") == []


@pytest.mark.parametrize("kind", ["compare", "correlation", "friction", "journey"])
def test_what_is_saved_opens_as_fields_and_unchanged(page, shop, words, kind):
    assert words
    query = {"zone": "UTC", **(friction() if kind == "friction" else QUESTIONS[kind])}
    made = Customers(shop).ask("POST", "/api/v1/reports", {"name": f"Saved {kind}", "description": "", "query": query, "shown": {}}, 201)
    page("open", path=f"/explore/report/{made['id']}")
    page("wait", selector=".ex-about")
    page("wait", selector=".ex-form")
    assert page("attribute", selector=".pt-actions button:has-text('Save')", name="disabled") is not None, "nothing was changed"
    assert "q=" not in page("url")
    assert page("complaints") == []


def test_an_answer_follows_what_happens_while_it_is_live(page, shop, words):
    assert words
    page("open", path=f"/explore/segmentation?q={encoded({'kind': 'segmentation', 'series': [{'event': 'Bell Rung'}], 'unit': 'whole'})}")
    page("waitText", selector="main", text="Nobody did this")
    page("click", selector=".pt-actions button:has-text('Live')")
    page("waitText", selector="[data-live]", text="newest answer at")
    for count in (1, 2):
        shop.send_ok([{"type": "track", "event": "Bell Rung", "userId": "explorer-1", "messageId": f"bell-{count}", "timestamp": at(0, 1)}], shop.web["write_key"])
        page("waitText", selector=".ex-twin", text=str(count))
    assert "live=1" in page("url")
    page("click", selector=".pt-actions button:has-text('Live')")
    page("gone", selector="[data-live]")
    assert page("complaints") == []


def test_files_now_and_by_a_schedule(page, shop, words):
    page("open", path=f"/explore/report/{words['report']}")
    page("wait", selector=".ex-steps")
    page("click", selector=".ex-step:nth-child(2) .ex-number")
    page("wait", selector=".ex-people a")
    page("click", selector=".pt-actions button:has-text('Export')")
    page("click", selector="[role=menuitem]:has-text('Save as a file')")
    page("wait", selector="[role=dialog] input[value=people]:checked")
    assert page("axe") == []
    page("click", selector="[role=dialog] button[type=submit]")
    page("waitText", selector=".pt-toast", text=".csv is saved")
    page("gone", selector="[role=dialog]")
    page("click", selector=".pt-actions button:has-text('Export')")
    page("click", selector="[role=menuitem]:has-text('Schedule this')")
    page("wait", selector="[role=dialog] input:focus")
    page("press", keys=["Control+a"])
    page("type", text="Every night")
    page("fill", selector="[role=dialog] input[type=time]", text="02:15")
    go_to(page, "Where to")
    page("press", keys=["ArrowDown"])
    page("click", selector="[role=dialog] button:has-text('Send a test file')")
    page("waitText", selector="[role=dialog] [role=alert]", text="not a public one")
    assert page("axe") == []
    go_to(page, "Where to", key="Shift+Tab")
    page("press", keys=["ArrowUp"])
    page("click", selector="[role=dialog] button[type=submit]")
    page("waitUrl", path="/explore/exports?open=")
    page("waitText", selector=".pt-side", text="Every day at 02:15, UTC")
    page("click", selector=".pt-side button:has-text('Run now')")
    page("waitText", selector=".ex-run", text="every-night-")
    saved = page("evaluate", script="fetch(document.querySelector('.ex-run a[download]').href).then((answer) => answer.text())")
    assert saved.startswith("id,") or "step" in saved.splitlines()[0], saved
    page("click", selector=".pt-side button:has-text('Pause')")
    page("waitText", selector=".pt-side .pt-facts", text="paused")
    page("click", selector=".pt-side button[aria-label=More]")
    page("click", selector="[role=menuitem]:has-text('Delete')")
    page("waitText", selector=".pt-toast", text="Every night is deleted")
    names = [job["name"] for job in Customers(shop).ask("GET", "/api/v1/analytics/exports")["data"]]
    assert names == ["Weekly funnel", "Weekly to the warehouse"]
    assert page("complaints") == []
