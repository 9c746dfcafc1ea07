# SPDX-License-Identifier: Apache-2.0
"""The four figures: what the page says is what the server counts, down to the tickets; surveys changed and read; every look."""
import datetime
import pathlib
import random
import tempfile
import urllib.parse

import pytest
from harness import web
from harness.load import track
from people import Shop
from routes import FIGURES, LOOKS
from test_survey import looks, survey

DAYS = 40


class Told(Shop):
    """A shop whose desk has resolved tickets for some weeks."""

    timed = None  # instant, on a clock of our own; else all of it is today

    def ask(self, method, path, body=None, status=(200,)):
        answer = self.api(method, path, body)
        assert answer.status in status, f"{method} {path}: {answer}"
        return answer.json()

    def later(self, **span):
        if self.timed is not None:
            self.timed += datetime.timedelta(**span)
            self.ask("PUT", "/api/v1/clock", {"now": self.timed.strftime("%Y-%m-%dT%H:%M:%S.000Z"), "speed": 0})

    def change(self, key, **what):
        self.ask("PATCH", f"/api/v1/tickets/{key}", what)

    def lived(self, number, rng):
        """A ticket from its report to its answer."""
        key = self.ask("POST", "/api/v1/tickets", {
            "alone": True, "title": f"The till is slow ({number})", "requester": f"store {rng.randint(1, 90):04d}", "store": f"{rng.randint(1, 6):04d}",
            "category": rng.choice(["till_fault", "loyalty_auth", "signage_offline", "inventory_sync"]), "queue": rng.choice(["stores", "digital"]),
            "channel": rng.choice(["mail", "phone", "store"])}, (201,))["ticket"]["key"]
        self.later(minutes=rng.choice([2, 10, 40]))
        self.change(key, state="in_progress", **({"queue": "second line"} if rng.random() < 0.2 else {}))
        self.later(minutes=rng.choice([15, 60, 300, 700]))
        self.change(key, state="resolved")
        if rng.random() < 0.15:
            self.change(key, note="It is back.", from_requester=True)
            self.later(hours=3)
            self.change(key, state="resolved")
        self.change(key, state="closed")
        asked = self.api("GET", f"/api/v1/tickets/{key}/survey")
        if asked.status == 200 and rng.random() < 0.6:
            form = {"score": rng.choice([1, 2, 3, 4, 4, 5, 5, 5]), "comment": rng.choice(["", "Quick and friendly", "I had to call twice"])}
            answer = web.request("POST", self.base + asked.json()["link"], headers={"Content-Type": "application/x-www-form-urlencoded"}, body=urllib.parse.urlencode(form).encode())
            assert answer.status == 200, answer

    def shop_online(self, word, started, failed, completed):
        for name, count in (("Checkout Started", started), ("Payment Failed", failed), ("Order Completed", completed)):
            self.send_ok([track(f"{word} {name} {n}", name, user=f"{word} {n}") for n in range(count)], self.web["write_key"])

    def furnish_figures(self):
        rng = random.Random(7)
        self.shop_online("calm", 12, 1, 10)
        for number in range(DAYS):
            self.later(hours=rng.choice([4, 9, 18]))
            self.lived(number, rng)
            if number == DAYS // 2:
                major = self.ask("POST", "/api/v1/tickets", {"category": "pos_outage", "store": "0001", "requester": "store 0001", "alone": True}, (201,))["ticket"]["key"]
                self.shop_online("broken", 8, 5, 2)
                self.later(hours=5)
                self.change(major, state="resolved")
        return {}


@pytest.fixture(scope="module")
def shop():
    with tempfile.TemporaryDirectory(prefix="pt-", ignore_cleanup_errors=True) as folder:
        begin = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0) - datetime.timedelta(days=26)
        patron = Told(pathlib.Path(folder) / "shop", settings={"clock": "sim", "clock-start": begin.strftime("%Y-%m-%dT%H:%M:%SZ"), "clock-speed": "0"}).start()
        try:
            patron.furnish()
            patron.timed = begin
            patron.furnish_figures()
            yield patron
            patron.stop()
        finally:
            patron.discard()


def figures(shop):
    return shop.ask("GET", "/api/v1/insight/desk?by=queue")


def test_the_page_says_what_the_server_counts(page, shop):
    page("open", path="/figures")
    page("waitText", selector=".in-four", text="Satisfaction")
    total = figures(shop)["total"]
    four = page("text", selector=".in-four")
    assert f"{total['fcr']['hits']} of {total['fcr']['n']}" in four and f"{total['csat']['hits']} of {total['csat']['n']}" in four
    assert "pos_outage" in page("text", selector=".in-incidents")
    page("waitText", selector=".in-beside", text="While one was open")
    assert "62.5%" in page("text", selector=".in-beside") and "75%" in page("text", selector=".in-beside")
    page("click", selector=".in-card[aria-label='First contact resolution'] button")
    page("wait", selector=".in-tickets li")
    assert page("count", selector=".in-tickets li") == total["fcr"]["n"] - total["fcr"]["hits"]
    assert page("complaints") == []


def test_a_row_leads_to_its_figures(page, shop):
    page("open", path="/figures?by=queue")
    page("waitText", selector="[role=grid][aria-label=Breakdown]", text="second line")
    group = next(one for one in figures(shop)["groups"] if one["value"] == "second line")
    page("open", path="/figures?queue=second%20line")
    page("waitText", selector=".in-four", text=f"{group['cell']['fcr']['hits']} of {group['cell']['fcr']['n']}")
    page("click", selector="[role=group][aria-label=Only] button")
    page("waitText", selector=".in-four", text=f"of {figures(shop)['total']['fcr']['n']}")
    assert page("complaints") == []


def test_a_survey_is_changed(page, shop):
    page("open", path="/figures/surveys")
    page("waitText", selector="[role=grid][aria-label=Answers]", text="INC-")
    page("click", selector="section[aria-label='After a ticket'] button")
    page("fill", selector="[role=dialog] textarea", text="Did we help you?")
    page("click", selector="[role=dialog] button[type=submit]")
    page("waitText", selector="section[aria-label='After a ticket']", text="Did we help you?")
    assert page("complaints") == []


@pytest.mark.limit(240)
@pytest.mark.parametrize(("theme", "locale"), LOOKS)
def test_every_look(page, shop, shots, theme, locale):
    survey(page, FIGURES, looks(theme, locale), shots)
