# SPDX-License-Identifier: Apache-2.0
"""The page Tracking plans: a draft from what came in, rules as a table, versions, and nothing typed that is lost."""
import json

import pytest
from routes import LOOKS, PLANS, filled
from test_survey import looks, survey

RULE = {"type": "track", "name": "Order Completed", "schema": {"properties": {"properties": {"required": ["total"], "properties": {"total": {"type": "number"}}}}}}


def add(shop, name, **more):
    answer = shop.api("POST", "/api/v1/plans", {"name": name, "rules": [RULE], **more})
    assert answer.status == 201, answer
    return answer.json()


def violated(shop):
    """A plan that events have violated: words for the paths of PLANS."""
    plan, source = add(shop, "Watched", mode="warn"), shop.add_source("Watched")
    assert shop.api("PUT", f"/api/v1/sources/{source['id']}/plan", {"plan": plan["id"]}).status == 200
    shop.send_ok([{"type": "track", "event": "Order Completed", "userId": "u", "messageId": f"w{i}", "properties": {"total": "much"}} for i in range(3)], source["write_key"])
    shop.wait_views()
    return {"plan": plan["id"]}


def now(shop, plan):
    return shop.api("GET", f"/api/v1/plans/{plan['id']}").json()


def test_a_draft_from_a_source_is_saved(page, shop):
    page("open", path="/plans?add=1")
    page("wait", selector="[role=dialog] input[type=radio]")
    page("click", selector="[role=dialog] label:has-text('What a source has sent')")
    page("click", selector="[role=dialog] .mantine-Select-input")
    page("click", selector="[role=option]:has-text('Web shop')")
    page("click", selector="[role=dialog] button[type=submit]")
    page("waitUrl", path="/plans/new", timeout=15000)
    page("waitText", selector="[role=grid]", text="Order Completed")
    page("click", selector="[role=grid] [data-index='0']")
    page("waitText", selector="main", text="Property")
    assert "currency" in [page("value", selector=f".pl-props tbody tr:nth-child({i}) input") for i in range(1, 1 + page("count", selector=".pl-props tbody tr"))]
    page("press", keys=["Control+s"])
    page("waitText", selector=".pt-toast", text="Saved", timeout=15000)
    page("waitText", selector="main", text="Version 1")
    plan = next(p for p in shop.api("GET", "/api/v1/plans").json()["data"] if p["name"] == "Web shop")
    assert plan["version"] == 1 and plan["rule_count"] >= 1
    assert page("complaints") == []


def test_a_property_becomes_json_schema_and_a_version_that_can_be_taken_back(page, shop):
    plan = add(shop, "Versions")
    page("open", path=f"/plans/{plan['id']}?rule=0")
    page("wait", selector=".pl-props")
    page("click", selector="button:has-text('Add a property')")
    page("wait", selector=".pl-props tbody tr:nth-child(2)")
    page("fill", selector=".pl-props tbody tr:nth-child(2) td:nth-child(1) input", text="currency")
    page("click", selector=".pl-props tbody tr:nth-child(2) input[type=checkbox]")
    page("press", keys=["Control+s"])
    page("waitText", selector=".pt-toast", text="Saved")
    held = now(shop, plan)["rules"][0]["schema"]["properties"]["properties"]
    assert held["required"] == ["total", "currency"] and held["properties"]["currency"] == {}, json.dumps(held)
    page("open", path=f"/plans/{plan['id']}?tab=versions&version=1")
    page("waitText", selector=".pl-diff .pl-added", text="currency")
    page("click", selector="button:has-text('Bring version 1 back')")
    page("click", selector=".pl-bar button:has-text('Save')")
    page("waitText", selector="main", text="Version 3")
    assert now(shop, plan)["rules"][0]["schema"]["properties"]["properties"]["required"] == ["total"]
    assert page("complaints") == []


def test_what_is_not_saved_is_not_left_behind_unasked(page, shop):
    plan = add(shop, "Unsaved")
    page("open", path=f"/plans/{plan['id']}?tab=settings")
    page("wait", selector=".pl-settings input")
    page("fill", selector=".pl-settings > div:nth-child(2) input", text="Typed with care")
    page("click", selector="nav.sh-rail a:has-text('Sources')")
    page("waitText", selector="[role=dialog]", text="Leave without saving?")
    page("press", keys=["Enter"])  # stay is the choice that has the focus
    page("gone", selector="[role=dialog]")
    page("offline", on=True)
    page("click", selector=".pl-bar button:has-text('Save')")
    page("waitText", selector=".pl-bar [role=alert]", text="cannot be reached")
    page("offline", on=False)
    assert page("value", selector=".pl-settings > div:nth-child(2) input") == "Typed with care"
    page("click", selector=".pl-bar button:has-text('Save')")
    page("gone", selector=".pl-bar")
    assert now(shop, plan)["description"] == "Typed with care"


def test_a_draft_is_checked_before_it_is_saved(page, shop):
    plan = add(shop, "Checked")
    page("open", path=f"/plans/{plan['id']}?tab=check")
    page("wait", selector="main textarea")
    page("fill", selector="main textarea", text='{"type": "track", "event": "Order Completed", "userId": "u", "properties": {"total": "much"}}')
    page("click", selector="button:has-text('Check the event')")
    page("waitText", selector="main", text="/properties/total")
    page("click", selector="main .mantine-Select-input")
    page("click", selector="[role=option]:has-text('Web shop')")
    page("click", selector="button:has-text('Check them')")
    page("waitText", selector="main", text="None of them would break the plan", timeout=15000)
    assert page("complaints") == []


@pytest.mark.limit(60)
def test_violations_lead_to_their_events(page, shop, shots):
    words = violated(shop)
    page("open", path=f"/plans/{words['plan']}?tab=violations")
    page("waitText", selector="[role=grid]", text="/properties/total")
    page("press", keys=["j"])
    page("wait", selector="[role=row]:focus")
    page("press", keys=["Enter"])
    page("wait", selector=".pt-side a")
    page("click", selector=".pt-side a")
    page("waitUrl", path="/live?event=")
    assert page("complaints") == []
    survey(page, filled(PLANS, words), [look for chosen in LOOKS for look in looks(*chosen)], shots)
