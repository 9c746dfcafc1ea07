# SPDX-License-Identifier: Apache-2.0
"""Adoption: what came in, what was forwarded, what the incumbent says; one event type taken over; its persons uploaded; every look."""
import pathlib
import tempfile
import time

import pytest
from fakes.server import Answer, Server
from harness.load import track
from people import Shop
from routes import ADOPTION, LOOKS
from test_survey import looks, survey


class Incumbent(Server):
    """Takes what speaks Segment's API."""

    def answer(self, request):
        return Answer(200, {"success": True})


class Beside(Shop):
    """A shop that feeds the incumbent, whose figures are here."""

    def report(self):
        return self.api("GET", "/api/v1/adoption").json()

    def row(self, name):
        return next((row for row in self.report()["events"] if row["name"] == name), {"forwarded": 0, "switched_off": 0})

    def until(self, fits, seconds=10):
        end = time.monotonic() + seconds
        while not fits():
            assert time.monotonic() < end, self.report()
            time.sleep(0.05)

    def furnish_beside(self, incumbent):
        body = {"name": "Old platform", "kind": "segment", "settings": {"url": f"{incumbent.base}/v1/batch", "write_key": "k"}, "purposes": []}
        answer = self.api("POST", "/api/v1/destinations", body)
        assert answer.status == 201, answer
        self.feeds = answer.json()["id"]  # pylint: disable=attribute-defined-outside-init # a shop is furnished after it has started
        names = [f"Aisle {number} Visited" for number in range(230)]
        self.send_ok([track(f"seen-{name}", name, user="u") for name in names], self.web["write_key"])
        self.send_ok([track(f"paid-{n}", "Order Paid", user="u") for n in range(6)], self.web["write_key"])
        self.until(lambda: self.row("Order Paid")["forwarded"] == 6)
        answer = self.api("PATCH", f"/api/v1/destinations/{self.feeds}", {"filter": {"not": {"field": "event", "is": "equals", "value": "Order Paid"}}})
        assert answer.status == 200, answer
        self.send_ok([track(f"late-{n}", "Order Paid", user="u") for n in range(2)], self.web["write_key"])
        self.until(lambda: self.row("Order Paid")["switched_off"] == 2)
        day = time.strftime("%Y-%m-%d", time.gmtime(self.now_s()))
        counts = f"day,event,count\n{day},Order Paid,6\n{day},Order Completed,40\n" + "".join(f"{day},{name},1\n" for name in names)
        answer = self.api("PUT", "/api/v1/adoption/counts", counts.encode(), headers={"Content-Type": "text/csv"})
        assert answer.status == 200, answer
        return self

    def now_s(self):
        return time.time()


@pytest.fixture(scope="module")
def shop():
    with tempfile.TemporaryDirectory(prefix="pt-", ignore_cleanup_errors=True) as folder, Incumbent() as incumbent:
        patron = Beside(pathlib.Path(folder) / "shop", settings={"connect-networks": "127.0.0.1"}).start()
        try:
            yield patron.furnish().furnish_beside(incumbent)
            patron.stop()
        finally:
            patron.discard()


def step(page, key):
    return page("text", selector=f"[data-step={key}]")


def test_the_steps_follow_from_the_figures(page, shop):
    page("open", path="/adoption")
    page("waitText", selector="[data-step=forwarding]", text="Old platform has forwarded all")
    assert "1 of" in step(page, "counts") and "Done" in step(page, "counts")
    assert "Look at it" in step(page, "agree") and "To do" in step(page, "persons")
    assert "1 of 232 event types are not forwarded any more" in step(page, "events")
    page("click", selector="[data-step=agree] button")
    page("wait", selector="[role=grid][aria-label='What both took'] [data-index='0']")
    page("waitText", selector="[role=grid][aria-label='What both took']", text="Order Completed")
    assert "Aisle" not in page("text", selector="[role=grid][aria-label='What both took']")
    page("click", selector="[data-step=events] a")
    page("wait", selector=".de-form input")
    assert page("complaints") == []


def test_all_event_types_are_in_the_list_and_found(page, shop):
    page("open", path="/adoption")
    page("wait", selector="[role=grid][aria-label='What both took'][aria-rowcount='233']")
    page("fill", selector="input[aria-label='Find an event']", text="aisle 229")
    page("waitText", selector="[role=grid][aria-label='What both took'][aria-rowcount='2']", text="Aisle 229 Visited")
    page("fill", selector="input[aria-label='Find an event']", text="paid")
    page("waitText", selector="[role=grid][aria-label='What both took'][aria-rowcount='2']", text="Taken over")
    page("fill", selector="input[aria-label='Find an event']", text="nothing of it")
    page("waitText", selector="main", text="No event is like that")
    assert page("complaints") == []


def test_identifiers_are_uploaded_and_compared(page, shop, tmp_path):
    file = tmp_path / "persons.csv"
    file.write_text("person,type,value\n" + "".join(f"p{n},user_id,user-{n}\n" for n in range(7)) + "p1,user_id,user-2\n", "utf-8")
    page("open", path="/adoption")
    page("waitText", selector="main", text="Nothing compared yet")
    page("files", selector="input[type=file][aria-label=\"File with the incumbent's identifiers\"]", files=[str(file)])
    page("waitText", selector=".ad-figures", text="Persons who are one on both sides", timeout=15000)
    assert "Done" in step(page, "persons") and "5 of 7 persons" in step(page, "persons")
    newest = shop.api("GET", "/api/v1/adoption/identity").json()["data"][0]
    assert (newest["state"], newest["alike"], newest["parted"], newest["joined"]) == ("done", 5, 1, 1), newest
    assert shop.api("GET", f"/api/v1/imports/{newest['import']}").json()["state"] == "ready"
    assert page("complaints") == []


@pytest.mark.limit(240)
@pytest.mark.parametrize(("theme", "locale"), LOOKS)
def test_every_look(page, shop, shots, theme, locale):
    survey(page, ADOPTION, looks(theme, locale), shots)
