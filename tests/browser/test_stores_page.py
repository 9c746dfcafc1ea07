# SPDX-License-Identifier: Apache-2.0
"""Stores and opening hours in the console: found, added, their hours changed from an instant on, holidays and files taken in."""
import pytest
from driver import Browser
from harness import node
from people import sign_in
from routes import LOOKS, STORES, filled
from test_survey import looks, survey

WEEK = {day: [["09:00", "12:30"], ["14:00", "19:00"]] for day in ("mon", "tue", "wed", "thu", "fri")} | {"sat": [["10:00", "24:00"]]}
CALENDARS = {
    "high_street": ("High street", {"hours": WEEK, "holidays": [{"date": "2026-12-25", "name": "Christmas Day"}], "shifts": {"2026-12-24": [["09:00", "14:00"]]}}),
    "station": ("Railway station", {"hours": {day: [["06:00", "22:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}}),
}
HOLIDAYS = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20200501\nRRULE:FREQ=YEARLY\nSUMMARY:Labour Day\nEND:VEVENT\nEND:VCALENDAR\n"


def ask(patron, method, path, body=None, **kw):
    answer = patron.api(method, f"/api/v1/commerce/{path}", body, **kw)
    assert answer.status == 200, f"{method} {path}: {answer}"
    return answer.json()


def furnish_stores(patron):
    """Two calendars, one with a change that is to come; three stores with tills: words for the paths of STORES."""
    for name, (title, document) in CALENDARS.items():
        ask(patron, "PUT", f"calendars/{name}", {"version": 0, "name": title, "calendar": document})
    later = CALENDARS["high_street"][1] | {"hours": WEEK | {"sun": [["12:00", "18:00"]]}}
    ask(patron, "PUT", "calendars/high_street", {"version": 1, "calendar": later, "from": "2040-01-01T00:00:00Z"})
    rows = ["code,name,zone,country,region,format,address,opened_on,calendar",
            '0001,Berlin Mitte,Europe/Berlin,DE,North,Flagship,"Unter den Linden 1\n10117 Berlin",2019-03-01,high_street',
            "0002,München Hauptbahnhof,Europe/Berlin,DE,South,Express,Bahnhofplatz 2,2021-06-15,station",
            "0003,Wien Mariahilf,Europe/Vienna,AT,East,City,Mariahilfer Straße 3,,"]
    ask(patron, "POST", "files/stores", "\n".join(rows).encode(), headers={"Content-Type": "text/csv"})
    tills = ["store,code,name,kind,state", *(f"0001,{n},,{'self_checkout' if n > 3 else 'staffed'},{'out_of_service' if n == 2 else 'in_service'}" for n in range(1, 6))]
    ask(patron, "POST", "files/tills", "\n".join(tills).encode(), headers={"Content-Type": "text/csv"})
    return {"store": "0001", "hours": "high_street"}


@pytest.fixture(scope="module")
def words(shop):
    return furnish_stores(shop)


@pytest.fixture(scope="module")
def page(shop, words):
    node.install()
    one = Browser(shop.base)
    one.sign_in(sign_in(shop, "owner@example.com"))
    yield one
    one.close()


@pytest.mark.limit(240)
@pytest.mark.parametrize(("theme", "locale"), LOOKS)
def test_every_page(page, shots, words, theme, locale):
    survey(page, filled(STORES, words), looks(theme, locale), shots)
    page("prefs", prefs={"theme": "light", "locale": "en", "zone": "UTC", "density": "comfortable"})
    page("resize", width=1440, height=900)


def test_a_store_is_added_and_found(page, shop):
    page("open", path="/stores")
    page("wait", selector="[role=grid] [data-index]")
    page("press", keys=["n"])
    page("wait", selector="[role=dialog] input")
    page("fill", selector="[role=dialog] .mantine-TextInput-root:has(label:has-text('Code')) input", text="0100")
    page("fill", selector="[role=dialog] .mantine-TextInput-root:has(label:has-text('Name')) input", text="Graz")
    page("fill", selector="[role=dialog] .mantine-TextInput-root:has(label:has-text('Time zone')) input", text="Europe/Atlantis")
    page("click", selector="[role=dialog] button[type=submit]")
    page("waitText", selector="[role=dialog] [role=alert]", text="zone: not a time zone")
    page("fill", selector="[role=dialog] .mantine-TextInput-root:has(label:has-text('Time zone')) input", text="Europe/Vienna")
    page("click", selector="[role=dialog] button[type=submit]")
    page("waitUrl", path="/stores/0100")
    assert ask(shop, "GET", "stores/0100")["zone"] == "Europe/Vienna"
    page("open", path="/stores?q=munchen")
    page("waitText", selector="[role=grid]", text="München")
    page("waitText", selector="main", text="Stores: 1, open now")
    assert page("axe") == [] and [one for one in page("complaints") if "status of 400" not in one] == []


def test_hours_are_changed_and_holidays_taken_over(page, shop):
    page("open", path="/stores/calendars/station")
    page("wait", selector=".cm-days li")
    page("fill", selector="[aria-label='Sunday']", text="10-13, 12-18")
    page("waitText", selector="main", text="Not hours such as")
    page("fill", selector="[aria-label='Sunday']", text="10-13, 14-24")
    page("click", selector="button:has-text('From iCalendar')")
    page("fill", selector="[role=dialog] textarea", text=HOLIDAYS)
    page("click", selector="[role=dialog] button[type=submit]")
    page("waitText", selector=".pt-toast", text="Holidays found: 2")
    page("click", selector=".pt-actions button:has-text('Save')")
    page("waitText", selector="main", text="What held when", timeout=15000)
    saved = ask(shop, "GET", "calendars/station")["versions"]
    assert saved[-1]["calendar"]["hours"]["sun"] == [["10:00", "13:00"], ["14:00", "24:00"]]
    assert [h["name"] for h in saved[-1]["calendar"]["holidays"]] == ["Labour Day", "Labour Day"]
    assert saved[0]["calendar"]["hours"]["sun"] == [["06:00", "22:00"]] and saved[1]["from"] is not None
    assert page("axe") == [] and page("complaints") == []
