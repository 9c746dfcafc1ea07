# SPDX-License-Identifier: Apache-2.0
"""What follows from events, and by which rules: computed traits, quality of sources, rules of identity."""
import json
import time

import pytest
from driver import Browser
from harness import node
from harness.customers import Customers
from people import sign_in

API = "/api/v1/computed-traits"


@pytest.fixture(scope="module")
def page(shop):
    """One browser for all of them, as the owner."""
    node.install()
    one = Browser(shop.base)
    one.sign_in(sign_in(shop, "owner@example.com"))
    yield one
    one.close()


def wait_for(check, seconds=15):
    end = time.monotonic() + seconds
    while not (found := check()) and time.monotonic() < end:
        time.sleep(0.05)
    assert found
    return found


def test_a_computed_trait_is_written_as_a_form_seen_ahead_saved_deleted_and_brought_back(page, shop):
    customers = Customers(shop).ready()
    page("open", path="/computed")
    page("waitText", selector="main", text="No computed trait yet")
    page("press", keys=["n"])
    page("wait", selector=".co-form")
    page("fill", selector=".co-names input", text="spent_on_the_web")
    page("evaluate", script="document.querySelector('.co-part select').focus()")
    page("press", keys=["s"])  # the first kind that begins with it: Sum
    page("waitText", selector="main", text="A sum for each currency")
    page("fill", selector=".co-part input[placeholder=total]", text="total")
    page("click", selector="button:has-text('Add a condition')")
    page("fill", selector=".co-row input[placeholder=total]", text="total")
    page("evaluate", script="document.querySelectorAll('.co-row select')[1].focus()")
    page("press", keys=["i", "s", "Space", "a", "t", "Space", "l"])  # is at least
    page("fill", selector=".co-values input", text="50")
    page("waitText", selector=".co-sentence", text="Sum: total")
    page("waitText", selector=".co-preview", text="user-")
    assert page("axe") == []
    page("press", keys=["Control+s"])
    page("waitText", selector=".pt-toast", text="Saved", timeout=15000)
    kept = customers.ask("GET", API)["data"][0]
    assert kept["name"] == "spent_on_the_web" and kept["fold"]["property"] == "total", json.dumps(kept)
    assert kept["fold"]["where"] == {"all": [{"property": "total", "is": "at_least", "value": 50}]}
    wait_for(lambda: customers.ask("GET", API)["data"][0]["state"] == "live")
    person = customers.find("user_id", "user-1")
    page("open", path=f"/customers/{person['id']}?tab=traits")
    page("waitText", selector="[role=grid]", text="spent_on_the_web")
    page("open", path=f"/computed/{kept['id']}?view=json")
    page("waitText", selector="main h1", text="spent_on_the_web")
    assert json.loads(page("value", selector="main textarea")) == kept["fold"]
    page("click", selector="main button:has-text('Delete')")
    page("waitText", selector=".pt-toast", text="is deleted")
    assert customers.ask("GET", API)["data"] == []
    page("click", selector=".pt-toast button:has-text('Undo')")
    page("waitText", selector="[role=grid]", text="spent_on_the_web")
    assert page("complaints") == []


def test_what_is_not_whole_is_neither_saved_nor_left_behind_unasked(page):
    page("open", path="/computed/new")
    page("fill", selector=".co-names input", text="half")
    page("click", selector="button:has-text('Add a condition')")
    page("waitText", selector=".co-row", text="A name is missing")
    assert page("evaluate", script="[...document.querySelectorAll('main button')].find((b) => b.innerText === 'Save').disabled")
    page("press", keys=["Control+s"])
    page("click", selector="nav a[href='/sources']")
    page("waitText", selector="[role=dialog]", text="Leave without saving?")
    page("click", selector="[role=dialog] button:has-text('Stay')")
    page("gone", selector="[role=dialog]")
    assert page("value", selector=".co-names input") == "half"
    assert page("complaints") == []


def test_quality_of_a_source_against_the_period_before(page, shop):
    shop.send_ok([{"type": "track", "event": "Order Completed", "messageId": f"poor-{i}", "userId": "user-1", "properties": {"order_id": f"P{i}", "total": "many", "currency": "pounds"}} for i in range(5)], shop.web["write_key"])
    shop.wait_views()
    row = wait_for(lambda: next((one for one in shop.api("GET", "/api/v1/quality").json()["data"] if one["source"]["name"] == "Web shop" and one["now"]["malformed"]["count"] >= 5), None))
    page("open", path="/sources")
    page("wait", selector="[role=grid] [data-index]")
    page("click", selector=".pt-tabs a:has-text('Quality')")
    page("waitText", selector=".qu-table", text="Web shop")
    assert page("count", selector=".qu-table tbody tr") == 3
    page("click", selector=".qu-table a:has-text('Web shop')")
    page("waitUrl", path=f"/sources/quality/{row['source']['id']}")
    page("waitText", selector=".qu-figures", text=f"{row['now']['malformed']['count']} of {row['now']['malformed']['of']}")
    page("waitText", selector="[role=grid]", text="total")
    page("press", keys=["t"])
    page("wait", selector=".pt-chart-table td")
    page("click", selector=".qu-samples a")
    page("waitUrl", path="/live?event=")
    page("waitText", selector=".pt-side .pt-code", text="poor-")
    assert page("complaints") == []


def test_rules_of_identity_are_tried_saved_and_kept_apart_from_anothers(page, shop):
    customers = Customers(shop).ready()
    before = customers.ask("GET", "/api/v1/identity/rules")
    page("open", path="/identity")
    page("wait", selector=".id-types")
    page("fill", selector=".id-limits textarea", text="test@example.com")
    page("click", selector="button:has-text('Preview')")
    page("waitText", selector="main", text="Nothing was changed.", timeout=20000)
    page("waitText", selector=".id-figures", text="Parted")
    assert page("axe") == []
    members = {key: before[key] for key in ("types", "other", "blocked", "merge_cap")}
    customers.ask("PUT", "/api/v1/identity/rules", {"version": before["version"], "rules": {**members, "merge_cap": 150}})
    page("press", keys=["Control+s"])
    page("waitText", selector=".id-save", text="Yours is not saved")
    page("click", selector=".id-save button:has-text('Keep mine')")
    page("click", selector=".id-save button:has-text('Save')")
    page("waitText", selector=".pt-toast", text="Saved")
    after = customers.ask("GET", "/api/v1/identity/rules")
    assert after["blocked"] == ["test@example.com"] and after["merge_cap"] == before["merge_cap"] and after["version"] == before["version"] + 2
    page("click", selector="main button:has-text('Apply to all of history')")
    page("waitText", selector="[role=dialog]", text="rebuild")
    page("fill", selector="[role=dialog] input[data-autofocus]", text="rebuild")
    page("click", selector="[role=dialog] button[type=submit]")
    page("gone", selector="[role=dialog]")
    wait_for(lambda: (customers.ask("GET", "/api/v1/identity/rules")["rebuilt"] or {}).get("version") == after["version"])
    customers.ready()
