# SPDX-License-Identifier: Apache-2.0
"""Destinations: added by keyboard, tested, paused, dead letters sent again and discarded; every look of every page."""
import itertools
import pathlib
import tempfile
import time

import pytest
from fakes.server import Answer, Server
from harness.load import track
from people import PASSWORD, Shop, sign_in
from routes import DESTINATIONS, LOOKS, filled
from test_survey import looks, survey

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
made = itertools.count(1)


class Receiver(Server):
    """/ok takes all, /picky refuses until it is mended, /locked knows nobody."""

    picky = True

    def answer(self, request):
        if request.path == "/picky" and self.picky:
            return Answer(422, {"error": "no such product"})
        if request.path == "/locked":
            return Answer(401, {"error": "unknown key"})
        return Answer(200, {"taken": True})


class Out(Shop):
    """A shop with destinations of every fate."""

    def destination(self, name, path, **more):
        body = {"name": name, "kind": "webhook", "settings": {"url": f"{self.receiver.base}{path}", "secret": SECRET}, "purposes": [], **more}
        answer = self.api("POST", "/api/v1/destinations", body)
        assert answer.status == 201, answer
        return answer.json()["id"]

    def get(self, one):
        return self.api("GET", f"/api/v1/destinations/{one}").json()

    def orders(self, count=3):
        self.send_ok([track(f"sold-{next(made)}", "Order Completed", user="u", total=12.5, currency="EUR") for _ in range(count)], self.web["write_key"])

    def until(self, one, fits, seconds=10):
        end = time.monotonic() + seconds
        while not fits(shown := self.get(one)):
            assert time.monotonic() < end, shown
            time.sleep(0.05)
        return shown

    def furnish_out(self, receiver):
        # pylint: disable=attribute-defined-outside-init # a shop is furnished after it has started
        self.receiver = receiver
        mapping = [{"to": "order", "from": "properties.order_id"}, {"to": "tier", "trait": "tier"}, {"to": "shop", "value": "north"}]
        sorts = {"any": [{"trait": "tier", "is": "absent"}, {"trait": "tier", "is": "one_of", "value": ["gold", "silver"]}]}
        self.hook = self.destination("Warehouse", "/ok", purposes=["analytics"])
        self.free = self.destination("Loyalty partner", "/ok")
        self.refused = self.destination("Product search", "/picky", mapping=mapping, events=[{"name": "Order Completed", "as": "Sale"}],
                                        filter={"all": [{"property": "total", "is": "at_least", "value": 10}, sorts]})
        self.stopped = self.destination("Old CRM", "/locked")
        self.orders()
        self.until(self.free, lambda d: d["delivered"] >= 3)
        self.until(self.refused, lambda d: d["dead"] >= 3)
        self.until(self.stopped, lambda d: d["state"] == "stopped")
        return self

    def words(self):
        return {"hook": self.hook, "refused": self.refused, "stopped": self.stopped}


@pytest.fixture(scope="module")
def receiver():
    with Receiver() as server:
        yield server


@pytest.fixture(scope="module")
def shop(receiver):
    with tempfile.TemporaryDirectory(prefix="pt-", ignore_cleanup_errors=True) as folder:
        patron = Out(pathlib.Path(folder) / "shop", settings={"connect-networks": "127.0.0.1"}).start()
        try:
            yield patron.furnish().furnish_out(receiver)
            patron.stop()
        finally:
            patron.discard()


@pytest.mark.limit(240)
@pytest.mark.parametrize(("theme", "locale"), LOOKS)
def test_every_look(page, shop, shots, theme, locale):
    survey(page, filled(DESTINATIONS, shop.words()), looks(theme, locale), shots)


def test_from_sign_in_to_the_first_delivery_by_keyboard(open_browser, shop):
    page = open_browser(shop)
    page("open", path="/destinations")
    page("waitText", selector="h1", text="Sign in")
    page("type", text="engineer@example.com")
    page("press", keys=["Tab"])
    page("type", text=PASSWORD)
    page("press", keys=["Enter"])
    page("waitText", selector="main h1", text="Destinations", timeout=15000)
    page("wait", selector="[role=grid] [data-index]")
    page("press", keys=["n"])
    page("wait", selector=".de-kind")
    page("click", selector=".de-kind:has-text('Webhook')")
    page("wait", selector=".de-form input")
    page("press", keys=["Control+s"])
    page("waitText", selector=".de-form", text="Something is missing above")
    page("fill", selector=".de-form input >> nth=0", text="Keyboard hook")
    page("fill", selector=".de-form input >> nth=1", text=f"{shop.receiver.base}/ok")
    page("click", selector="button:has-text('Make one')")
    page("press", keys=["Control+s"])
    page("waitText", selector=".pt-toast", text="it begins with the next event")
    page("waitText", selector="main h1", text="Keyboard hook")
    one = next(d for d in shop.api("GET", "/api/v1/destinations").json()["data"] if d["name"] == "Keyboard hook")
    shop.orders(2)
    shop.until(one["id"], lambda d: d["delivered"] >= 2)
    page("waitText", selector=".pt-figures", text="nothing waits")
    assert "whsec_" not in page("text", selector="main")
    assert page("complaints") == []


def test_a_test_send_shows_request_and_answer(page, shop):
    page("open", path=f"/destinations/{shop.hook}")
    page("wait", selector=".pt-figures")
    page("press", keys=["t"])
    page("wait", selector="[role=dialog] input")
    page("press", keys=["Enter"])
    page("waitText", selector="[role=dialog]", text="Taken")
    said = page("text", selector="[role=dialog]")
    assert "webhook-signature" in said and "Order Completed" in said and "taken" in said and SECRET not in said
    assert page("complaints") == []


def filter_of(shop):
    return shop.get(shop.hook)["filter"]


def test_a_filter_is_made_of_rows_and_groups(page, shop):
    page("open", path=f"/destinations/{shop.hook}/edit")
    page("waitText", selector=".de-filter", text="all of these events go")
    page("click", selector=".de-filter button:has-text('Add a condition')")
    page("press", keys=["Control+s"])
    page("waitText", selector=".de-filter", text="A name is missing")
    page("fill", selector=".co-row input >> nth=0", text="total")
    page("press", keys=["Tab"])
    page("type", text="is at l")
    page("fill", selector=".co-row input >> nth=1", text="ten")
    page("waitText", selector=".de-filter", text="A number is needed")
    page("fill", selector=".co-row input >> nth=1", text="10")
    page("click", selector="button:has-text('Add a group')")
    page("click", selector=".de-group .co-row input >> nth=0")
    page("press", keys=["Shift+Tab"])
    page("type", text="Trait")
    page("waitText", selector=".de-filter", text="known when an event leaves")
    page("fill", selector=".de-group .co-row input >> nth=0", text="tier")
    page("fill", selector=".de-group .co-row input >> nth=1", text="gold")
    page("press", keys=["Control+s"])
    page("waitText", selector=".pt-toast", text="Saved")
    assert filter_of(shop) == {"all": [{"property": "total", "is": "at_least", "value": 10}, {"any": [{"trait": "tier", "is": "equals", "value": "gold"}]}]}
    page("click", selector=".pt-toast button:has-text('Undo')")
    end = time.monotonic() + 5
    while filter_of(shop) is not None:
        assert time.monotonic() < end
        time.sleep(0.05)
    assert page("complaints") == []


def test_what_rows_cannot_show_is_json(page, shop):
    deep = {"all": [{"any": [{"property": "a", "is": "exists"}, {"not": {"property": "b", "is": "exists"}}]}]}
    shop.api("PATCH", f"/api/v1/destinations/{shop.hook}", {"filter": deep})
    page("open", path=f"/destinations/{shop.hook}/edit")
    page("wait", selector=".de-filter button:disabled:has-text('Show as rows')")
    page("fill", selector=".de-filter textarea", text="{")
    page("press", keys=["Control+s"])
    page("waitText", selector=".de-filter", text="Not a JSON object yet")
    page("fill", selector=".de-filter textarea", text='{"trait": "tier", "is": "exists"}')
    page("click", selector=".de-filter button:has-text('Show as rows')")
    page("wait", selector=".co-row")
    page("click", selector=".co-row button")
    page("press", keys=["Control+s"])
    page("waitText", selector=".pt-toast", text="Saved")
    assert filter_of(shop) is None
    assert page("complaints") == []


def test_pause_is_undone(page, shop):
    page("open", path=f"/destinations/{shop.free}")
    page("wait", selector=".pt-figures")
    page("press", keys=["p"])
    page("waitText", selector=".pt-toast", text="is paused")
    shop.until(shop.free, lambda d: d["state"] == "paused")
    page("click", selector=".pt-toast button:has-text('Undo')")
    shop.until(shop.free, lambda d: d["state"] == "running")
    page("waitText", selector="main", text="Running")
    assert page("complaints") == []


def test_dead_letters_are_sent_again_and_discarded(page, shop):
    page("open", path=f"/destinations/{shop.refused}")
    page("waitText", selector="[role=grid]", text="422")
    shop.receiver.picky = False
    try:
        page("click", selector="[data-index='0'] button[aria-label^='What to do']")
        page("click", selector="[role=menuitem]:has-text('Send it again')")
        page("waitText", selector=".pt-toast", text="It is sent again")
        before = shop.get(shop.refused)["dead"]
        page("click", selector="button:has-text('Send again…')")
        page("waitText", selector="[role=dialog]", text="at most 500 a second")
        page("press", keys=["Enter"])
        shop.until(shop.refused, lambda d: d["dead"] == 0 and d["job"] is None)
        page("waitText", selector="main", text="Nothing failed for good")
        assert before > 0
    finally:
        shop.receiver.picky = True
    shop.orders(2)
    shop.until(shop.refused, lambda d: d["dead"] == 2)
    page("click", selector="button:has-text('Discard…')")
    page("wait", selector="[role=dialog] input:focus")
    page("type", text="Product search")
    page("press", keys=["Enter"])
    page("waitText", selector=".pt-toast", text="2 events are discarded")
    shop.until(shop.refused, lambda d: d["dead"] == 0)
    assert page("complaints") == []


def test_a_stopped_one_is_tried_again(page, shop):
    page("open", path=f"/destinations/{shop.stopped}")
    page("waitText", selector=".pt-banner", text="it answered 401")
    answer = shop.api("PATCH", f"/api/v1/destinations/{shop.stopped}", {"settings": {"url": f"{shop.receiver.base}/ok"}})
    assert answer.status == 200, answer
    shop.until(shop.stopped, lambda d: d["state"] == "running" and d["delivered"] > 0)
    page("gone", selector=".pt-banner.pt-bad")


def test_who_may_only_look_sees_no_switches(open_browser, shop):
    page = open_browser(shop)
    page.sign_in(sign_in(shop, "analyst@example.com"))
    page("open", path=f"/destinations/{shop.hook}")
    page("wait", selector=".pt-figures")
    assert not any(word in text for text in page("texts", selector="main button") for word in ("Pause", "Test send", "Discard"))
    page("open", path="/destinations/new")
    page("waitText", selector="main", text="destinations.write")
    auditor = open_browser(shop)
    auditor.sign_in(sign_in(shop, "auditor@example.com"))
    auditor("open", path="/destinations")
    auditor("waitText", selector="main", text="destinations.read")
