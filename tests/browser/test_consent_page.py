# SPDX-License-Identifier: Apache-2.0
"""Consent in the console: purposes, the suppression list, a person's tab; and the page that people see themselves."""
import itertools

import pytest
from driver import Browser
from harness import node
from harness.customers import Customers
from people import sign_in
from routes import CONSENT, LOOKS, filled
from test_survey import looks, survey

made = itertools.count(1)


@pytest.fixture(scope="module")
def page(shop):
    node.install()
    one = Browser(shop.base)
    one.sign_in(sign_in(shop, "owner@example.com"))
    yield one
    one.close()


def decided(shop):
    """Somebody who has allowed one purpose and refused another."""
    number = next(made)
    said = [("analytics", True), ("advertising", False)]
    shop.send_ok([{"type": "identify", "userId": f"consent-{number}", "messageId": f"cp{number}", "traits": {"name": "Rosa Lind"}},
                  *({"type": "track", "event": "Consent Changed", "userId": f"consent-{number}", "messageId": f"cp{number}-{purpose}",
                     "properties": {"purpose": purpose, "granted": granted, "evidence": "form on paper", "text_version": "2026-01"}}
                    for purpose, granted in said)], shop.web["write_key"])
    return Customers(shop).ready().find("user_id", f"consent-{number}")


def furnish_consent(shop):
    """Addresses on the list, and somebody with decisions: words for the paths of CONSENT."""
    Customers(shop).ask("POST", "/api/v1/suppressions", {"channel": "email", "reason": "bounced", "addresses": ["anna@example.com", "ben@example.org"]})
    return {"customer": decided(shop)["id"], "purpose": "analytics"}


@pytest.fixture
def customer(shop):
    return decided(shop)


def states(shop, customer):
    return {row["purpose"]: row["state"] for row in Customers(shop).get(customer["id"])["consent"]}


@pytest.mark.limit(240)
@pytest.mark.parametrize(("theme", "locale"), LOOKS)
def test_every_page(page, shop, shots, theme, locale):
    survey(page, filled(CONSENT, furnish_consent(shop)), looks(theme, locale), shots)
    page("prefs", prefs={"theme": "light", "locale": "en", "zone": "UTC", "density": "comfortable"})


def test_a_decision_is_noted_by_keyboard(page, shop, customer):
    page("resize", width=1280, height=860)
    page("open", path=f"/customers/{customer['id']}?tab=consent")
    page("waitText", selector="[role=grid]", text="form on paper")
    page("press", keys=["d"])
    page("wait", selector="[role=dialog] textarea")
    page("type", text="call 4711")
    page("click", selector="[role=dialog] label:has-text('Allows')")
    page("click", selector="[role=dialog] button[type=submit]")
    page("waitText", selector=".pt-toast", text="Advertising is allowed from now on", timeout=15000)
    page("waitText", selector="[role=grid]", text="call 4711")
    assert states(shop, customer)["advertising"] == "granted"
    page("click", selector="button:has-text('Preference page')")
    page("click", selector="[role=dialog] button:has-text('Make the link')")
    page("waitText", selector="[role=dialog] pre", text="/preferences/")
    assert page("axe") == [] and page("complaints") == []


def test_a_purpose_is_made_changed_and_archived(page, shop):
    page("open", path="/consent")
    page("wait", selector="[role=grid] [data-index]")
    page("press", keys=["n"])
    page("waitUrl", path="/consent/purposes/new")
    page("wait", selector="main input:focus")
    page("type", text="Product tests")
    page("fill", selector=".cs-fields input[maxlength='40']:not([required])", text="2026-03")
    page("fill", selector="input[required][maxlength='40']", text="product_tests")
    page("click", selector="button:has-text('Add a class of events')")
    page("wait", selector=".cs-row input")
    page("press", keys=["Control+s"])
    page("waitUrl", path="/consent/purposes/product_tests")
    made_now = Customers(shop).ask("GET", "/api/v1/consent/purposes/product_tests")
    assert (made_now["name"], made_now["text_version"], made_now["basis"]) == ("Product tests", "2026-03", "consent")
    assert made_now["retention"] == [{"type": "", "name": "", "days": 365}]
    page("waitText", selector="main", text="In use")
    page("click", selector="button:has-text('Archive')")
    page("waitText", selector="main", text="Archived", timeout=15000)
    page("click", selector=".pt-toast button:has-text('Undo')")
    page("waitText", selector=".pt-page-head", text="In use", timeout=15000)
    assert page("complaints") == []


def test_an_address_is_suppressed_and_found(page):
    page("open", path="/consent/suppressed")
    page("wait", selector="main h1")
    page("press", keys=["n"])
    page("wait", selector="[role=dialog] textarea")
    page("type", text="carla@example.net, dora@example.net")
    page("click", selector="[role=dialog] button[type=submit]")
    page("waitText", selector=".pt-toast", text="2 addresses added")
    page("fill", selector="form input", text="CARLA@example.net")
    page("press", keys=["Enter"])
    page("waitText", selector="form [role=status]", text="On the list: Added by hand")
    page("fill", selector="form input", text="nobody@example.net")
    page("press", keys=["Enter"])
    page("waitText", selector="form [role=status]", text="Not on the list")
    assert page("complaints") == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_preference_page(open_browser, shop, shots, customer, scheme):
    path = Customers(shop).ask("POST", f"/api/v1/profiles/{customer['id']}/preference-link", {}, 201)["path"]
    browser = open_browser(shop, width=390, height=844)
    browser("scheme", scheme=scheme)
    browser("open", path=path)
    browser("wait", selector="input[name=allow]")
    assert browser("axe") == [] and browser("overflow") <= 0
    browser("shot", file=str(shots / f"preferences-{scheme}-390.png"))
    browser("click", selector="label:has-text('Marketing by e-mail')")
    browser("press", keys=["Enter"])  # a form needs no script
    browser("waitText", selector="[role=status]", text="This is what holds now")
    assert browser("axe") == [] and browser("overflow") <= 0
    browser("shot", file=str(shots / f"preferences-saved-{scheme}-390.png"))
    assert states(shop, customer)["marketing_email"] == "granted" and states(shop, customer)["analytics"] == "granted"
    browser("click", selector="button:has-text('Allow nothing')")
    browser("waitText", selector="small", text="You refused this on")
    assert states(shop, customer)["analytics"] == "refused"
    browser("resize", width=1440, height=900)
    browser("shot", file=str(shots / f"preferences-none-{scheme}-1440.png"))
    browser("open", path="/preferences/nonsense")
    browser("waitText", selector="h1", text="This link is not valid")
    assert browser("axe") == []
    assert [line for line in browser("complaints") if "404" not in line] == []
