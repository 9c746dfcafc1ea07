# SPDX-License-Identifier: Apache-2.0
"""Notifications in the console: the bell tells by itself, the list leads to the ticket, and what one wants is kept."""
import pytest
from driver import Browser
from harness import node
from harness.desk import Desk
from people import sign_in
from routes import LOOKS, ROUTES
from test_survey import looks, survey

MINE = [route for route in ROUTES if route["path"].startswith("/notifications")]


def told(shop, title):
    """A ticket that is given to the owner."""
    desk = Desk(shop)
    owner = next(one["id"] for one in shop.api("GET", "/api/v1/accounts?search=owner@example.com").json()["data"])
    ticket = desk.open(type="service_request", title=title)["key"]
    desk.change(ticket, assignee=owner)
    return ticket


@pytest.fixture(scope="module")
def page(shop):
    node.install()
    one = Browser(shop.base)
    one.sign_in(sign_in(shop, "owner@example.com"))
    yield one
    one.close()


@pytest.mark.limit(240)
@pytest.mark.parametrize(("theme", "locale"), LOOKS)
def test_every_page(page, shop, shots, theme, locale):
    told(shop, f"Scanner in {locale}")
    survey(page, MINE, looks(theme, locale), shots)
    page("prefs", prefs={"theme": "light", "locale": "en", "zone": "UTC", "density": "comfortable"})
    page("resize", width=1440, height=900)


def test_the_bell_tells_and_the_list_leads_to_the_ticket(page, shop):
    page("open", path="/notifications")
    page("wait", selector="main h1")
    page("waitText", selector=".sh-live", text="Live")  # what happens from here on is told
    key = told(shop, "Drawer does not open")
    page("wait", selector=".sh-bell-count")
    page("waitText", selector="[role=grid]", text=key)
    page("press", keys=["j", "Enter"])
    page("waitUrl", path=f"/desk/{key}")
    page("waitText", selector=".dk-title-text", text="Drawer does not open")
    assert page("axe") == [] and page("complaints") == []


def test_what_one_wants_is_kept(page, shop):
    page("open", path="/notifications/settings")
    page("wait", selector=".no-rule")
    page("fill", selector=".mantine-TextInput-root:has(label:has-text('Quiet from')) input", text="22:00")
    page("click", selector=".pt-actions button:has-text('Save')")
    page("waitText", selector=".pt-toast", text="Saved")
    page("open", path="/notifications/settings")
    page("wait", selector="input[value='22:00']")
    assert page("axe") == [] and page("complaints") == []
