# SPDX-License-Identifier: Apache-2.0
"""Customers: found by keyboard, followed live, merged, parted, linked again; on a phone; every look of every page."""
import itertools
import time

import pytest
from harness.customers import Customers, identifiers, numbers
from harness.load import track
from people import PASSWORD, sign_in
from routes import CUSTOMERS, LOOKS, filled
from test_survey import looks, survey

HIT = ".cu-hit"
EVENT = ".cu-event"
made = itertools.count(1)


class People(Customers):
    """Persons of one test in the module's shop; their mails end in a mark of its own."""

    def __init__(self, shop):
        super().__init__(shop)
        self.source = shop.add_source(f"People {next(made)}")
        self.mark = f"mark{next(made)}x"

    def mail(self, name):
        return f"{name}@{self.mark}.example"

    def send(self, *events):
        self.patron.send_ok(list(events), self.source["write_key"])
        return self.ready()

    def person(self, name, surname, **context):
        """Known by a browser, a mail address and a card; returns the profile."""
        low = name.lower()
        self.send({"type": "identify", "messageId": f"i-{low}-{self.mark}", "anonymousId": f"{low}-browser-{self.mark}", "context": context,
                   "traits": {"email": self.mail(low), "phone": f"+4477009{next(made):05}", "name": f"{name} {surname}", "address": {"city": "Graz"}}},
                  {"type": "page", "name": "Coats", "messageId": f"p-{low}-{self.mark}", "anonymousId": f"{low}-browser-{self.mark}", "properties": {"path": "/coats"}})
        return self.find("email", self.mail(low))

    def order(self, name, total, **rest):
        return {**track(f"o-{next(made)}-{self.mark}", "Order Completed", total=total, currency="GBP", order_id=f"R{next(made)}-{self.mark}"),
                "userId": None, "anonymousId": f"{name}-browser-{self.mark}", **rest}


@pytest.fixture
def people(shop):
    return People(shop)


def opened(page, person, more=""):
    page("open", path=f"/customers/{person['id']}{more}")
    page("wait", selector="#cu-version")
    return page


def wait_for(check, seconds=10):
    end = time.monotonic() + seconds
    while not (found := check()) and time.monotonic() < end:
        time.sleep(0.05)
    assert found
    return found


def test_from_search_to_profile_by_keyboard_alone(open_browser, shop, people):
    person = people.person("Kasimira", "Wolff")
    email = f"associate{next(made)}@example.com"
    assert shop.api("POST", "/api/v1/accounts", {"email": email, "name": "Store Associate", "role": "agent", "password": PASSWORD}).status == 201
    page = open_browser(shop)
    page("open", path="/")
    page("waitText", selector="h1", text="Sign in")
    page("type", text=email)
    page("press", keys=["Tab"])
    page("type", text=PASSWORD)
    page("press", keys=["Enter"])
    page("waitText", selector="main h1", text="Desk", timeout=15000)  # where agents begin
    page("press", keys=["g", "c"])
    page("waitText", selector="main h1", text="Customers", timeout=15000)
    page("wait", selector=HIT)
    page("wait", selector=".cu-finder input:focus")
    page("type", text="kasimra wol")  # a letter is missing
    page("waitText", selector=HIT, text="Kasimira Wolff")
    page("waitUrl", path="/customers?q=kasimra+wol")
    assert page("count", selector=HIT) == 1
    page("press", keys=["ArrowDown"])
    page("wait", selector=f"{HIT}:focus")
    page("press", keys=["ArrowUp"])
    page("wait", selector=".cu-finder input:focus")
    page("press", keys=["ArrowDown", "Enter"])
    page("waitText", selector="main h1", text="Kasimira Wolff")
    page("waitUrl", path=f"/customers/{person['id']}")
    assert people.mail("kasimira") in page("text", selector=".cu-reaches")
    page("waitText", selector=EVENT, text="Coats")
    page("press", keys=["j", "Enter"])
    page("waitText", selector=".pt-side", text="Channel")
    page("waitText", selector=".pt-side .pt-code", text="messageId")
    page("press", keys=["Escape"])
    page("gone", selector=".pt-side")
    page("press", keys=["3"])
    page("waitText", selector="[role=grid]", text="Graz")
    assert "tab=traits" in page("url")
    page("reload")
    page("waitText", selector="[role=grid]", text="Graz")
    assert page("complaints") == []


def test_a_code_and_enter_faster_than_the_answer(page, people):
    """As a scanner types."""
    person = people.person("Scanned", "Card", channel="store")
    people.send({"type": "identify", "messageId": f"card-{people.mark}", "anonymousId": f"scanned-browser-{people.mark}", "context": {"externalIds": [{"type": "loyalty_card", "id": f"L{people.mark}"}]}})
    page("open", path="/customers")
    page("wait", selector=HIT)
    page("type", text=f"L{people.mark}")
    page("press", keys=["Enter"])
    page("waitUrl", path=f"/customers/{person['id']}")


def test_traits_have_their_standard_form_below(page, people):
    people.send({"type": "identify", "messageId": f"s-{people.mark}", "anonymousId": f"standard-{people.mark}", "traits": {
        "email": f"Office@{people.mark}.example", "phone": f"0664 12{next(made):05}", "name": "Berg, Dr. Bob", "tier": "gold",
        "address": {"street": "Hauptstr. 5", "postal_code": "99", "city": "Wien", "country": "Austria"}}})
    person = people.find("anonymous_id", f"standard-{people.mark}")
    opened(page, person, "?tab=traits&trait=phone")
    lines = ".cu-standard"
    page("waitText", selector=".pt-side", text="The address says it")
    assert page("count", selector=lines) == 4, "none under the tier"
    for text in ("of several people", "+43664", "Austria", "bob · berg", "short for robert", "Malformed: no postal code of its country"):
        page("waitText", selector="[role=grid]", text=text)
    assert page("axe") == []
    page("resize", width=390, height=844)
    page("waitText", selector="[role=grid]", text="bob · berg")
    assert page("axe") == [] and page("complaints") == []


def test_nobody_fits_and_nobody_has_the_id(page):
    page("open", path="/customers?q=nobodyhasthisname")
    page("waitText", selector=".pt-state", text="Nobody fits")
    assert page("axe") == []
    page("open", path="/customers/00000000-0000-8000-8000-000000000000")
    page("waitText", selector=".pt-state", text="Nobody has this id")


def test_the_palette_finds_people(page, people):
    person = people.person("Palettina", "Quick")
    page("open", path="/sources")
    page("wait", selector="[role=grid] [data-index]")
    page("press", keys=["Control+k"])
    page("wait", selector=".sh-palette input")
    page("type", text="palettina")
    page("waitText", selector=".sh-palette li", text="Find a customer: palettina")
    page("waitText", selector=".sh-palette li", text="Palettina Quick")
    page("press", keys=["Enter"])
    page("waitUrl", path=f"/customers/{person['id']}")


def test_what_a_person_does_appears_by_itself(page, people):
    person = people.person("Livia", "Now")
    opened(page, person)
    page("wait", selector=EVENT)
    took = []
    for i in range(3):
        people.patron.send_ok([{**track(f"live-{i}-{people.mark}", f"Looked {i}"), "userId": None, "anonymousId": f"livia-browser-{people.mark}", "context": {"channel": "app"}}], people.source["write_key"])
        took.append(page("waitText", selector=EVENT, text=f"Looked {i}"))
    print(took)
    assert min(took) < 2500, took
    page("waitText", selector=".cu-run-channel", text="App")
    assert page("complaints") == []


def test_older_events_come_by_scrolling_and_filters_stand_in_the_address(page, people):
    person = people.person("Scrolla", "Back")
    for start in range(0, 180, 60):
        people.send(*[{**track(f"many-{start + i}-{people.mark}", f"Step {start + i}"), "userId": None, "anonymousId": f"scrolla-browser-{people.mark}"} for i in range(60)])
    opened(page, person)
    page("waitText", selector=EVENT, text="Step 179")
    for _ in range(12):
        page("evaluate", script="document.querySelector('.cu-end')?.scrollIntoView()")
        page("sleep", ms=250)
    page("waitText", selector=".cu-end", text="These are all 182 events.")
    assert page("count", selector=EVENT) == 182
    opened(page, person, "?type=page")
    page("waitText", selector=EVENT, text="Coats")  # the first of all: pages are read until it fits
    page("waitText", selector=".cu-end", text="1 of 182 events that were looked at fit.")
    assert page("count", selector=EVENT) == 1


@pytest.mark.limit(120)
def test_two_are_merged_and_it_is_undone(page, people):
    ann, ben = people.person("Annegret", "Twice"), people.person("Bennet", "Twice")
    people.send(people.order("annegret", "100.10"), people.order("bennet", "0.20"))
    opened(page, ann)
    page("press", keys=["m"])
    page("wait", selector="[role=dialog] .cu-finder input:focus")
    page("type", text=people.mail("bennet"))
    page("waitText", selector=f"[role=dialog] {HIT}", text="Bennet")
    page("press", keys=["Enter"])
    page("waitText", selector="[role=dialog] .cu-preview", text="£100.30")
    assert page("axe") == []
    page("wait", selector="[role=dialog] input:focus")
    page("type", text="The same household, one login")
    page("press", keys=["Enter"])
    page("waitText", selector=".cu-note", text="Merged: Bennet Twice is this person now", timeout=15000)
    one = people.find("email", people.mail("bennet"))
    assert one["id"] == people.find("email", people.mail("annegret"))["id"] == ann["id"]
    assert identifiers(one) == identifiers(ann) | identifiers(ben)
    page("waitText", selector=".cu-figures", text="£100.30")
    page("press", keys=["4"])
    page("waitText", selector=".cu-link", text="The same household, one login")
    page("wait", selector=".cu-mark")
    assert page("axe") == []
    page("click", selector=".cu-note button:has-text('Undo')")
    page("waitText", selector=".cu-note", text="Parted: 3 identifiers and 3 events are Bennet Twice now", timeout=15000)
    assert people.find("email", people.mail("bennet"))["id"] != ann["id"]
    assert identifiers(people.find("email", people.mail("bennet"))) == identifiers(ben)
    page("waitText", selector=".cu-side", text="not with")
    assert page("complaints") == []
    opened(page, people.find("email", people.mail("bennet")))
    page("waitText", selector=".cu-figures", text="£0.20")


@pytest.mark.limit(120)
def test_a_shared_tablet_is_parted_undone_parted_and_lifted(page, people):
    one = people.person("Shared", "Tablet")
    people.send({"type": "identify", "messageId": f"other-{people.mark}", "anonymousId": f"shared-browser-{people.mark}", "traits": {"email": people.mail("guest")}})
    one = people.find("email", people.mail("guest"))
    assert one["id"] == people.find("email", people.mail("shared"))["id"]
    row = [node["value"] for node in one["nodes"]].index(people.mail("guest"))
    opened(page, one, "?tab=identity")
    page("wait", selector="[role=grid] [data-index]")

    def part():
        page("click", selector=f"[role=grid] [data-index='{row}'] input[type=checkbox]")
        page("press", keys=["p"])
        page("waitText", selector="[role=dialog]", text="Become a person of their own")
        assert people.mail("guest") in page("texts", selector="[role=dialog] .cu-part")[1]
        assert page("axe") == []
        page("type", text="A guest used the tablet")
        page("press", keys=["Enter"])
        page("waitText", selector=".cu-note", text="Parted: 1 identifier", timeout=15000)
        wait_for(lambda: people.find("email", people.mail("guest"))["id"] != one["id"])

    part()
    page("waitText", selector=".cu-side", text=people.mail("guest"))
    page("click", selector=".cu-note button:has-text('Undo')")
    page("waitText", selector=".cu-note", text="Merged", timeout=20000)
    assert people.find("email", people.mail("guest"))["id"] == one["id"]
    page("waitText", selector="[role=grid]", text=people.mail("guest"))
    row = [node["value"] for node in people.get(one["id"])["nodes"]].index(people.mail("guest"))
    part()
    page("click", selector=".cu-side button:has-text('Lift all')")
    page("waitText", selector="[role=dialog]", text="may be one person's again")
    page("press", keys=["Enter"])
    page("waitText", selector=".cu-note", text="Lifted", timeout=15000)
    assert people.get(one["id"], "barriers")["data"] == []
    assert page("complaints") == []


def test_a_link_by_an_event_shows_its_evidence_and_is_undone(page, people):
    people.person("Evi", "Dence")
    people.send({"type": "identify", "messageId": f"card-{people.mark}", "anonymousId": f"till-{people.mark}", "context": {"channel": "store", "externalIds": [{"type": "loyalty_card", "id": f"C{people.mark}"}]}})
    people.send({"type": "identify", "messageId": f"both-{people.mark}", "anonymousId": f"till-{people.mark}", "traits": {"email": people.mail("evi")}, "context": {"externalIds": [{"type": "loyalty_card", "id": f"C{people.mark}"}]}})
    one = people.find("email", people.mail("evi"))
    card = numbers(one, "loyalty_card")[0]
    opened(page, one, "?tab=identity")
    page("waitText", selector=".cu-link", text="One event named both")
    page("click", selector=".cu-link button:has-text('The event')")
    page("waitText", selector=".pt-side .pt-code", text=f"both-{people.mark}")
    page("press", keys=["Escape"])
    page("click", selector=".cu-mark")
    assert page("evaluate", script="document.activeElement.className") == "cu-link"
    page("click", selector=".cu-link button:has-text('Undo')")
    page("waitText", selector="[role=dialog]", text="Undo this merge")
    page("type", text="A borrowed card")
    page("press", keys=["Enter"])
    page("waitText", selector=".cu-note", text="Parted", timeout=15000)
    apart = wait_for(lambda: (found := people.find("loyalty_card", f"C{people.mark}"))["id"] != people.find("email", people.mail("evi"))["id"] and found)
    assert card in [node["number"] for node in apart["nodes"]]
    assert page("complaints") == []


def test_who_was_merged_away_leads_to_who_they_became(page, people):
    ann, ben = people.person("Former", "One"), people.person("Former", "Two2")
    other = people.person("Later", "Two")
    merged = people.merge(ann["id"], other["id"])
    gone = other if merged["id"] == ann["id"] else ann
    assert ben["id"] == ann["id"]
    page("open", path=f"/customers/{gone['id']}")
    page("waitUrl", path=f"/customers/{merged['id']}")
    page("waitText", selector=".cu-note", text="has been merged into this one")


def test_the_hand_over_says_its_version(page, people):
    person = people.person("Handa", "Over")
    opened(page, person)
    page("waitText", selector=".cu-aside", text="Copy the hand-over")
    page("click", selector=".cu-aside button:has-text('Copy the hand-over')")
    page("waitText", selector=".cu-aside", text="Copied")
    copied = page("evaluate", script="navigator.clipboard.readText()")
    context = people.get(person["id"], "context")
    assert f"version {context['version']}" in copied and people.mail("handa") in copied and person["id"] in copied


def test_who_may_only_read_decides_nothing(open_browser, shop, people):
    person = people.person("Readonly", "Person")
    page = open_browser(shop)
    page.sign_in(sign_in(shop, "analyst@example.com"))
    opened(page, person, "?tab=identity")
    page("wait", selector="[role=grid] [data-index]")
    assert page("count", selector="main button:has-text('Merge with')") == 0
    assert page("count", selector="[role=grid] input[type=checkbox]") == 0
    auditor = open_browser(shop)
    auditor.sign_in(sign_in(shop, "auditor@example.com"))
    auditor("open", path="/customers")
    auditor("waitText", selector="main", text="profiles.read")


def test_an_associate_on_a_phone(open_browser, shop, people):
    person = people.person("Mobila", "Person")
    page = open_browser(shop, width=390, height=844)
    page.sign_in(sign_in(shop, "owner@example.com"))
    page("open", path="/customers")
    page("wait", selector=HIT)
    page("fill", selector=".cu-finder input", text="mobila")
    page("waitText", selector=HIT, text="Mobila Person")
    tall = page("evaluate", script="Math.min(...[...document.querySelectorAll('.cu-hit, .cu-finder input')].map((e) => e.getBoundingClientRect().height))")
    assert tall >= 44 and page("overflow") <= 0
    page("click", selector=HIT)
    page("waitText", selector="main h1", text="Mobila Person")
    page("wait", selector=EVENT)
    for scheme in ("mailto:", "tel:+4477009"):
        box = page("evaluate", script=f"(() => {{ const b = document.querySelector('a[href^=\"{scheme}\"]').getBoundingClientRect(); return [b.bottom, b.height] }})()")
        assert box[0] < 844 and box[1] >= 44, (scheme, box)
    rows = page("evaluate", script="Math.min(...[...document.querySelectorAll('.cu-event')].map((e) => e.getBoundingClientRect().height))")
    assert rows >= 44 and page("overflow") <= 0
    page("click", selector=EVENT)
    page("waitText", selector=".pt-side", text="Channel")
    assert page("complaints") == [] and person["id"] in page("url")


def a_life(people, low):
    """A person with a past in three channels, merged and parted, with a twin, a household and a computed trait: words for the paths of CUSTOMERS."""
    mark = f"{low}-{people.mark}"
    card = {"externalIds": [{"type": "loyalty_card", "id": f"L-{mark}"}]}
    people.person(low, "Kovač", channel="app")
    people.send({"type": "identify", "messageId": f"c-{mark}", "anonymousId": f"till-{mark}", "context": {"channel": "store", **card}},
                {"type": "identify", "messageId": f"b-{mark}", "anonymousId": f"till-{mark}", "traits": {"email": people.mail(low)}, "context": card},
                people.order(low, "64.50", context={"channel": "web"}), people.order(low, "12.00", context={"channel": "store"}))
    other = people.person(f"other{low}", "Kovač")
    merged = people.merge(people.find("email", people.mail(low))["id"], other["id"])
    people.split(merged["id"], [max(numbers(merged, "anonymous_id"))])
    event = people.get(merged["id"], "timeline")["data"][0]["_patron"]["position"]
    twin, _ = people.twins(low.title(), f"twin{low}", next(made), people.source["write_key"])
    people.computes("orders", fold="count", events=["Order Completed"])
    return {"customer": merged["id"], "other": people.person(f"third{low}", "Kovač")["id"], "event": str(event), "name": low,
            "pair": wait_for(lambda: people.duplicates(twin["id"]))[0]["id"], "group": wait_for(lambda: people.get(twin["id"])["groups"])[0]["id"]}


@pytest.mark.limit(300)
@pytest.mark.parametrize(("theme", "locale"), LOOKS)
def test_every_customers_page(page, people, shots, theme, locale):
    survey(page, filled(CUSTOMERS, a_life(people, f"{theme}{locale}")), looks(theme, locale), shots)
