# SPDX-License-Identifier: Apache-2.0
"""The page Quarantine: from sign-in to redrive by keyboard alone, correcting a text, many at once."""
import json

from harness.load import track
from people import PASSWORD

PLAN = {"name": "Strict", "mode": "quarantine", "rules": [
    {"type": "track", "name": "Sold", "schema": {"properties": {"properties": {"required": ["total"], "properties": {"total": {"type": "number"}}}}}}]}


def kept_aside(shop, count, start):
    """Events that yesterday's plan has kept aside and today's rules would let in."""
    source = shop.add_source(f"Kiosk {start}")
    assert shop.api("POST", "/api/v1/plans", {**PLAN, "name": f"Strict {start}"}).status == 201
    assert shop.api("PUT", f"/api/v1/sources/{source['id']}/plan", {"plan": f"Strict {start}"}).status == 200
    shop.send_ok([track(f"sold-{start}-{i}", "Sold", user="u", total="much") for i in range(count)], source["write_key"])
    assert shop.api("PUT", f"/api/v1/sources/{source['id']}/plan", {"plan": None}).status == 200
    shop.wait_views()
    return source


def first_row(page):
    """j goes to the first row; the next key is for it."""
    page("wait", selector="[role=grid] [data-index]")
    page("press", keys=["j"])
    page("wait", selector="[role=row]:focus")


def open_ones(shop, source):
    return shop.api("GET", f"/api/v1/quarantine?source={source['id']}").json()["data"]


def test_from_sign_in_to_redrive_by_keyboard_alone(open_browser, shop):
    source = kept_aside(shop, 1, 100)
    page = open_browser(shop)
    page("open", path="/live")
    page("waitText", selector="h1", text="Sign in")
    page("type", text="engineer@example.com")
    page("press", keys=["Tab"])
    page("type", text=PASSWORD)
    page("press", keys=["Enter"])
    page("waitText", selector="main h1", text="Live debugger", timeout=15000)
    page("press", keys=["g", "q"])
    page("waitText", selector="main h1", text="Quarantine")
    first_row(page)
    page("press", keys=["Enter"])
    page("waitText", selector=".pt-side", text="is a text, want number")
    page("press", keys=["r"])
    page("waitText", selector=".pt-toast", text="1 event was redriven")
    page("waitText", selector=".pt-side", text="Open the event it became")
    assert open_ones(shop, source) == []
    assert page("complaints") == []


def test_a_text_is_corrected_and_redriven_by_keyboard(page, shop):
    page("open", path="/quarantine?reason=no_event_name")
    first_row(page)
    page("press", keys=["e"])
    page("wait", selector=".pt-side textarea")
    assert page("focus")["tag"] == "TEXTAREA"
    event = json.loads(page("value", selector=".pt-side textarea"))
    page("press", keys=["Control+a"])
    page("type", text="{")
    page("waitText", selector=".pt-side", text="Not JSON yet")
    page("press", keys=["Control+a"])
    page("type", text=json.dumps({**event, "event": "Named after all"}))
    page("press", keys=["Control+Enter"])
    page("waitText", selector=".pt-toast", text="1 event was redriven")
    page("waitText", selector=".pt-side", text="Open the event it became")
    assert page("complaints") == []


def test_a_correction_that_is_wrong_again_says_why_and_keeps_the_text(page, shop):
    page("open", path="/quarantine?reason=no_type")
    first_row(page)
    page("press", keys=["e"])
    page("wait", selector=".pt-side textarea")
    page("press", keys=["Control+a"])
    page("type", text='{"type": "still nonsense", "userId": "u"}')
    page("press", keys=["Control+Enter"])
    page("waitText", selector=".pt-side [role=alert]", text="It was refused again")
    page("press", keys=["Escape"])
    page("gone", selector=".pt-side textarea")
    page("press", keys=["e"])
    page("wait", selector=".pt-side textarea")
    assert "still nonsense" in page("value", selector=".pt-side textarea")


def test_ticked_ones_and_all_that_fit(page, shop):
    source = kept_aside(shop, 25, 200)
    page("open", path=f"/quarantine?source={source['id']}")
    first_row(page)
    page("press", keys=["x", "j"])
    page("wait", selector="[data-index='1']:focus")
    page("press", keys=["x", "r"])
    page("waitText", selector=".pt-toast", text="2 events were redriven")
    page("press", keys=["a"])
    page("waitText", selector="[role=dialog]", text="Redrive all that fit")
    page("press", keys=["Enter"])
    page("waitText", selector="[role=dialog]", text="23 events landed")
    page("waitText", selector="main", text="None fits these filters", timeout=12000)
    assert open_ones(shop, source) == []
    assert page("complaints") == []
