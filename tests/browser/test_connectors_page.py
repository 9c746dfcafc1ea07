# SPDX-License-Identifier: Apache-2.0
"""Shops in, as people see them: the first one connected from nothing, what it sends mapped and sent through again, two people at one mapping, secrets
changed, disabled, deleted; every look of every page."""
import base64
import hashlib
import hmac
import itertools
import json
import pathlib
import tempfile
import time

import pytest
from harness import web
from people import PASSWORD, Shop, set_up, sign_in
from routes import CONNECTORS, LOOKS, filled
from test_survey import looks, survey

SHOPIFY_SECRET = "hush-8f2d1c"
made = itertools.count(1)
MAPPING = {"rules": [{"when": [{"path": "^type", "is": ["order.paid"]}], "type": "track", "event": "Order Completed", "root": "data", "who": {"customer": "customer.id"},
                      "properties": {"order_id": "id", "total": {"path": "total", "as": "money", "required": True}, "currency": {"path": "currency", "as": "currency"},
                                     "products": {"path": "lines", "lines": {"sku": "sku", "quantity": {"path": "n", "as": "number"}}}},
                      "traits": {"email": "customer.mail"}, "object": {"type": "order", "id": "id", "once": "completed"}}]}


def order(number):
    return {"type": "order.paid", "data": {"id": f"o-{number}", "total": "19.90", "currency": "EUR", "customer": {"id": f"c{number}", "mail": f"c{number}@web.example"},
                                           "lines": [{"sku": "A", "n": 2}]}}


def signed(secret, body):
    """Headers of a delivery as Standard Webhooks says."""
    name, at = f"msg-{next(made)}", str(int(time.time()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.new(key, f"{name}.{at}.{body}".encode(), hashlib.sha256).digest()
    return {"Content-Type": "application/json", "webhook-id": name, "webhook-timestamp": at, "webhook-signature": "v1," + base64.b64encode(mac).decode()}


def send(patron, path, secret, payload, status=200):
    body = json.dumps(payload)
    answer = web.request("POST", patron.base + path, body=body.encode(), headers=signed(secret, body))
    assert answer.status == status, answer


class Connected(Shop):
    """A shop with connectors of every fate."""

    def connect(self, name, kind="webhook", **more):
        answer = self.api("POST", "/api/v1/connectors", {"kind": kind, "name": name, **more})
        assert answer.status == 201, answer
        return answer.json()["connector"], answer.json()["secret"]

    def get(self, one, what=""):
        answer = self.api("GET", f"/api/v1/connectors/{one['id']}{what}")
        assert answer.status == 200, answer
        return answer.json()

    def furnish_in(self):
        # pylint: disable=attribute-defined-outside-init # a shop is furnished after it has started
        self.wien, _ = self.connect("Shop Wien", "shopify", secret=SHOPIFY_SECRET)
        body = json.dumps({"id": 7, "email": "anna@shop.example", "updated_at": "2026-05-01T10:00:00Z", "first_name": "Anna"})
        mac = base64.b64encode(hmac.new(SHOPIFY_SECRET.encode(), body.encode(), hashlib.sha256).digest()).decode()
        told = {"Content-Type": "application/json", "X-Shopify-Topic": "customers/update", "X-Shopify-Webhook-Id": "w-1"}
        assert web.request("POST", self.base + self.wien["path"], body=body.encode(), headers={**told, "X-Shopify-Hmac-SHA256": mac}).status == 200
        assert web.request("POST", self.base + self.wien["path"], body=body.encode(), headers={**told, "X-Shopify-Hmac-SHA256": "AAAA"}).status == 401
        self.kiosk, self.kiosk_secret = self.connect("Kiosks", mapping=MAPPING)
        for number in range(4):
            send(self, self.kiosk["path"], self.kiosk_secret, order(number))
        self.crm, self.crm_secret = self.connect("Customer relations, the system of the branch in Klagenfurt am Wörthersee")
        send(self, self.crm["path"], self.crm_secret, order(50))
        self.fresh, _ = self.connect("Market stalls", "square", secret="key", settings={"notification_url": "https://patron.example/hook"})
        self.off, _ = self.connect("Old tills", enabled=False)
        return self

    def words(self):
        return {"shop": self.wien["id"], "mapped": self.kiosk["id"], "kept": self.crm["id"], "fresh": self.fresh["id"]}


@pytest.fixture(scope="module")
def shop():
    with tempfile.TemporaryDirectory(prefix="pt-", ignore_cleanup_errors=True) as folder:
        patron = Connected(pathlib.Path(folder) / "shop").start()
        try:
            yield patron.furnish().furnish_in()
            patron.stop()
        finally:
            patron.discard()


@pytest.mark.limit(240)
@pytest.mark.parametrize(("theme", "locale"), LOOKS)
def test_every_look(page, shop, shots, theme, locale):
    survey(page, filled(CONNECTORS, shop.words()), looks(theme, locale), shots)


def complaints(page):
    """Without what a mapping that is half written is answered."""
    return [one for one in page("complaints") if "status of 400" not in one]


@pytest.mark.limit(60)
def test_from_nothing_to_mapped_events_by_keyboard(open_browser, patron):
    set_up(patron)
    page = open_browser(patron)
    page("open", path="/connectors")
    page("waitText", selector="h1", text="Sign in")
    page("type", text="engineer@example.com")
    page("press", keys=["Tab"])
    page("type", text=PASSWORD)
    page("press", keys=["Enter"])
    page("waitText", selector=".pt-state", text="No shop is connected yet", timeout=15000)
    page("wait", selector=".cn-kind >> nth=5")
    assert page("axe") == [] and page("overflow") == 0
    page("press", keys=["n"])
    page("waitText", selector="main h1", text="Connect a shop")
    page("click", selector=".cn-kind:has-text('Signed webhook')")
    page("wait", selector=".cn-form input")
    page("press", keys=["Control+s"])
    page("waitText", selector=".cn-form", text="Something is missing above")
    page("fill", selector=".cn-form input >> nth=0", text="Kiosk")
    page("press", keys=["Control+s"])
    page("waitText", selector=".cn-form", text="Shown this once")
    secret = page("text", selector=".cn-form [aria-label='Secret']").strip()
    one = patron.api("GET", "/api/v1/connectors").json()["data"][0]
    assert secret.startswith("whsec_") and patron.base + one["path"] in page("text", selector="[aria-label='Address of this connector']")
    page("waitText", selector="[role=status]", text="Waiting for the first delivery")
    send(patron, one["path"], secret, order(1))
    page("waitText", selector="[role=status]", text="Not understood, kept")
    page("click", selector="a:has-text('Write its mapping')")
    page("click", selector="button:has-text('Begin with what came')")
    page("waitText", selector="section", text="1 event")
    assert '"total": 19.9' in page("text", selector="[aria-label=Events]")
    page("fill", selector="[aria-label='Whose: path in row 1']", text="customer id")
    page("waitText", selector="fieldset:has([aria-label='Whose: path in row 1']) [role=alert]", text="must be a path")
    page("fill", selector="[aria-label='Whose: path in row 1']", text="customer.id")
    page("gone", selector="fieldset [role=alert]")
    page("press", keys=["Control+s"])
    page("waitText", selector=".pt-toast", text="Saved: what comes from now on is mapped so")
    page("click", selector=".pt-tabs a:has-text('Deliveries')")
    page("click", selector="button:has-text('Map them again')")
    page("wait", selector="[role=dialog] button[type=submit]")
    page("click", selector="[role=dialog] button[type=submit]")
    page("waitText", selector=".pt-toast", text="1 delivery landed")
    send(patron, one["path"], secret, order(2))
    page("waitText", selector="[role=grid] [data-index='0']", text="Landed")
    names = [row["properties"]["order_id"] for row in map(json.loads, patron.api("GET", "/api/v1/events/export").text.split("\n")[:-1])]
    assert sorted(names) == ["o-1", "o-2"]
    page("open", path=f"/connectors/{one['id']}")
    page("waitText", selector=".pt-figures", text="Deliveries in all")
    assert secret not in page("text", selector="main")
    assert complaints(page) == []


def test_two_people_at_one_mapping(page, shop):
    page("open", path=f"/connectors/{shop.kiosk['id']}?tab=mapping")
    page("fill", selector="[aria-label='Name of the event']", text="Kiosk Sale")
    theirs = json.loads(json.dumps(MAPPING))
    theirs["rules"][0]["event"] = "Their Sale"
    answer = shop.api("PATCH", f"/api/v1/connectors/{shop.kiosk['id']}", {"mapping": theirs})
    assert answer.status == 200, answer
    page("waitText", selector=".pt-banner", text="Somebody saved another mapping")
    assert page("attribute", selector="button:has-text('Save')", name="disabled") is not None
    page("reload")  # what was typed survives
    page("waitText", selector=".pt-banner", text="Somebody saved another mapping")
    assert page("value", selector="[aria-label='Name of the event']") == "Kiosk Sale"
    page("click", selector="button:has-text('Go on with mine')")
    page("click", selector="button:has-text('Save')")
    page("waitText", selector=".pt-toast", text="Saved")
    assert shop.get(shop.kiosk)["mapping"]["rules"][0]["event"] == "Kiosk Sale"
    page("click", selector="[role=radiogroup] label:has-text('Text')")
    text = json.dumps({"rules": [{**MAPPING["rules"][0], "more": 1}]})
    page("fill", selector="textarea[aria-label='The mapping as JSON']", text=text)
    page("waitText", selector=".pt-state", text="Rows cannot show all of this text")
    page("waitText", selector=".cn-beside", text="more is none that a rule has")
    page("click", selector="button:has-text('Discard')")
    page("wait", selector="[aria-label='Name of the event']")
    assert complaints(page) == []
    stale = shop.api("PATCH", f"/api/v1/connectors/{shop.kiosk['id']}", {"name": "x", "changed_at": shop.kiosk["changed_at"]})
    assert stale.status == 409 and shop.get(shop.kiosk)["name"] == "Kiosks"


def test_secret_is_changed_with_an_overlap(page, shop):
    page("open", path=f"/connectors/{shop.kiosk['id']}?tab=settings")
    page("click", selector="button:has-text('New secret…')")
    page("wait", selector="[role=dialog] input")
    page("press", keys=["Enter"])
    page("waitText", selector="[role=dialog]", text="never shown again")
    fresh = page("text", selector="[role=dialog] [aria-label='Secret']").strip()
    page("press", keys=["Enter"])
    page("gone", selector="[role=dialog]")
    page("waitText", selector="main", text="The secret before is right until")
    send(shop, shop.kiosk["path"], shop.kiosk_secret, order(70))
    send(shop, shop.kiosk["path"], fresh, order(71))
    page("open", path="/connectors")
    page("waitText", selector="[role=grid]", text="two, the older until")
    assert fresh not in page("text", selector="main")
    assert page("complaints") == []


def test_disabled_renamed_deleted(page, shop):
    one, secret = shop.connect("Pop-up store", mapping=MAPPING)
    page("open", path=f"/connectors/{one['id']}?tab=settings")
    page("fill", selector=".cn-form input >> nth=0", text="Pop-up store Linz")
    page("press", keys=["Enter"])
    page("waitText", selector="main h1", text="Pop-up store Linz")
    page("click", selector=".pt-page-head button:has-text('Disable')")
    page("waitText", selector=".pt-toast", text="is disabled")
    send(shop, one["path"], secret, order(80))
    assert shop.get(one, "/deliveries")["data"][0]["result"] == "disabled"
    page("click", selector=".pt-toast:has-text('is disabled') button:has-text('Undo')")
    page("wait", selector=".pt-page-head button:has-text('Disable')")
    assert shop.get(one)["enabled"]
    page("click", selector="button:has-text('Delete the connector')")
    page("wait", selector="[role=dialog] input:focus")
    page("type", text="Pop-up store Linz")
    page("press", keys=["Enter"])
    page("waitUrl", path="/connectors")
    page("waitText", selector=".pt-toast", text="is deleted")
    send(shop, one["path"], secret, order(81), status=404)
    assert page("complaints") == []


def test_deliveries_are_filtered_and_told(page, shop):
    page("open", path=f"/connectors/{shop.wien['id']}?tab=deliveries")
    page("wait", selector="[role=grid] [data-index='1']")
    page("evaluate", script="document.querySelector('select[aria-label=Result]').focus()")
    page("type", text="Wrong")
    page("waitText", selector="[role=grid][aria-rowcount='2']", text="Wrong signature")
    page("press", keys=["Tab"])
    page("click", selector="[data-index='0']")
    page("waitText", selector=".pt-side", text="401")
    page("open", path=f"/connectors/{shop.wien['id']}?tab=mapping")  # it has none
    page("waitText", selector=".pt-figures", text="Refused")
    assert page("complaints") == []


def test_a_delivery_is_tried_by_keyboard(page, shop):
    before = shop.get(shop.wien), shop.get(shop.wien, "/deliveries")
    page("open", path=f"/connectors/{shop.wien['id']}")
    page("wait", selector=".pt-figures")
    page("press", keys=["d"])
    page("wait", selector="[role=dialog] select")
    page("press", keys=["Tab", "Tab", "Enter"])
    page("waitText", selector="[role=dialog] [role=status]", text="Would land")
    assert '"Order Completed"' in page("text", selector="[role=dialog] [aria-label=Events]")
    page("evaluate", script="document.querySelector('[role=dialog] select').focus()")
    page("type", text="customers/redact")
    page("press", keys=["Tab", "Tab", "Enter"])
    page("waitText", selector="[role=dialog] [role=status]", text="To the privacy desk")
    page("click", selector="[role=dialog] summary:has-text('a body of your own')")
    page("fill", selector="[role=dialog] textarea", text="{}")
    page("click", selector="[role=dialog] button[type=submit]")
    page("waitText", selector="[role=dialog] [role=status]", text="Not understood, would be kept")
    page("press", keys=["Escape"])
    page("gone", selector="[role=dialog]")
    assert (shop.get(shop.wien), shop.get(shop.wien, "/deliveries")) == before
    page("open", path=f"/connectors/{shop.crm['id']}?test=1")  # what came is tried, and there is no mapping yet
    page("click", selector="[role=dialog] button[type=submit]")
    page("click", selector="[role=dialog] [role=status] a:has-text('Write its mapping')")
    page("waitText", selector="main", text="No rule yet")
    assert page("complaints") == []


def test_who_may_only_look_sees_no_switches(open_browser, shop):
    page = open_browser(shop)
    page.sign_in(sign_in(shop, "analyst@example.com"))
    for tab in ("", "?tab=mapping", "?tab=settings", "?tab=deliveries"):
        page("open", path=f"/connectors/{shop.kiosk['id']}{tab}")
        page("wait", selector=".pt-tabs")
        page("wait", selector={"": ".pt-figures", "?tab=mapping": ".pt-code", "?tab=settings": ".pt-facts", "?tab=deliveries": "[data-index]"}[tab])
        assert not any(word in text for text in page("texts", selector="main button") for word in ("Disable", "Save", "Delete", "New secret", "Map them", "Test")), tab
    page("open", path="/connectors/new")
    page("waitText", selector="main", text="connectors.write")
    auditor = open_browser(shop)
    auditor.sign_in(sign_in(shop, "auditor@example.com"))
    auditor("open", path="/connectors")
    auditor("waitText", selector="main", text="connectors.read")
