# SPDX-License-Identifier: Apache-2.0
"""The desk's pages in every look, and its editors: records, the policy of priorities, SLA policies, the room of a major incident."""
import pathlib
import tempfile

import pytest
from desk_floor import Floor
from driver import Browser
from harness import node
from people import sign_in
from routes import DESK, LOOKS, filled
from test_survey import looks, survey


@pytest.fixture(scope="module")
def shop():
    with tempfile.TemporaryDirectory(prefix="pt-", ignore_cleanup_errors=True) as folder:
        patron = Floor(pathlib.Path(folder) / "shop").start()
        try:
            patron.words = patron.furnish().furnish_desk()
            yield patron
            patron.stop()
        finally:
            patron.discard()


@pytest.fixture(scope="module")
def page(shop):
    node.install()
    one = Browser(shop.base)
    one.sign_in(sign_in(shop, "owner@example.com"))
    yield one
    one.close()


@pytest.mark.limit(180)
@pytest.mark.parametrize(("theme", "locale"), LOOKS)
def test_every_page(open_browser, shop, shots, theme, locale):
    one = open_browser(shop)
    one.sign_in(sign_in(shop, "owner@example.com"))
    survey(one, filled(DESK, shop.words), looks(theme, locale), shots)


def record(shop, kind, name, status=200):
    return shop.ask("GET", f"/api/v1/desk/records/{kind}/{name}", status=status)


def test_a_queue_is_added_changed_and_removed_with_undo(page, shop):
    page("open", path="/desk/records?kind=queues")
    page("wait", selector="[role=grid] [data-index]")
    page("press", keys=["n"])
    page("wait", selector=".dk-record input")
    page("fill", selector=".dk-record input", text="Night shift")
    page("press", keys=["Control+s"])
    page("waitUrl", path="/desk/records?kind=queues&id=night_shift")
    assert record(shop, "queues", "night_shift")["name"] == "Night shift"
    page("waitText", selector=".pt-side", text="changed")
    page("fill", selector=".dk-record textarea", text="From ten to six")
    page("press", keys=["Control+s"])
    page("waitText", selector="[role=grid]", text="From ten to six")
    page("click", selector=".dk-record button:has-text('Remove')")
    page("waitText", selector=".pt-toast", text="Night shift was removed")
    record(shop, "queues", "night_shift", 404)
    page("click", selector=".pt-toast:has-text('removed') button:has-text('Undo')")
    page("waitText", selector="[role=grid]", text="Night shift")
    assert record(shop, "queues", "night_shift")["record"] == {"description": "From ten to six"}
    assert [one for one in page("complaints") if "404" not in one] == []


def test_the_policy_is_tried_before_it_is_saved(page, shop):
    page("open", path="/desk/policy")
    page("wait", selector=".dk-grid")
    cell = "select[aria-label='Loyalty, Single, Low']"
    assert page("value", selector=cell) == "5"
    page("evaluate", script=f"""(() => {{ const e = document.querySelector("{cell}"); e.focus() }})()""")
    page("press", keys=["ArrowUp"])
    page("waitText", selector=".dk-savebar", text="Save as a new version")
    before = shop.ask("GET", "/api/v1/desk/policy")["version"]
    page("click", selector="button:has-text('Which priority?')")
    page("waitText", selector=".dk-tried", text="decided")
    page("press", keys=["Control+s"])
    page("waitText", selector=".pt-toast", text=f"Version {before + 1} is in force")
    page("waitText", selector="main", text=f"Version {before + 1} of")
    assert shop.ask("GET", "/api/v1/desk/policy")["policy"]["touchpoints"]["loyalty"]["single"] == [3, 4, 4]
    page("click", selector="button:has-text('Version before')")
    page("waitUrl", path=f"/desk/policy?version={before}")
    page("waitText", selector="main", text="To the one in force")
    assert page("value", selector=cell) == "5" and page("evaluate", script=f"""document.querySelector("{cell}").disabled""")
    assert page("complaints") == []


def test_what_the_policy_refuses_is_said_and_nothing_is_lost(page, shop):
    page("open", path="/desk/policy")
    page("wait", selector=".dk-grid")
    before = shop.ask("GET", "/api/v1/desk/policy")["version"]
    page("click", selector="button:has-text('Add a category')")
    page("press", keys=["Control+s"])
    page("wait", selector=".dk-savebar [role=alert]")
    assert "categories" in page("text", selector=".dk-savebar [role=alert]")
    assert shop.ask("GET", "/api/v1/desk/policy")["version"] == before
    page("click", selector="button:has-text('Discard')")
    page("gone", selector=".dk-savebar")
    assert [one for one in page("complaints") if "400" not in one] == []


def test_an_sla_policy_is_changed_for_all_open_tickets(page, shop):
    page("open", path="/desk/sla")
    page("waitText", selector=".dk-sentences", text="Stops when")
    field = "input[aria-label='P1, Resolution']"
    before = shop.ask("GET", "/api/v1/sla/policies")["data"][0]
    page("fill", selector=field, text="2")
    page("waitText", selector=".dk-savebar", text="Save")
    page("click", selector="button:has-text('Try'):not(:has-text('it'))")
    page("waitText", selector="[role=status]", text="tickets opened in the last 30 days")
    page("press", keys=["Control+s"])
    page("waitText", selector=".pt-toast", text="for all open tickets")
    after = shop.ask("GET", "/api/v1/sla/policies")["data"][0]
    assert after["version"] > before["version"] and after["policy"]["clocks"]["resolution"]["targets"]["P1"]["hours"] == 2
    assert page("complaints") == []


def test_the_room_of_a_major_incident(page, shop):
    ticket = shop.report(category="till_fault", services=["payments"], store="0012", title="Refunds hang", alone=True)
    page("open", path=f"/desk/{ticket['key']}")
    page("click", selector="button[aria-label=More]")
    page("click", selector="[role=menuitem]:has-text('Declare')")
    page("wait", selector="[role=dialog] select")
    page("click", selector="[role=dialog] [type=submit]")
    page("waitUrl", path=f"/desk/{ticket['key']}/room")
    page("waitText", selector=".dk-room", text="Command")
    now = shop.ticket(ticket["key"])
    assert now["major"] and now["commander"]
    page("click", selector="button:has-text('Escalate')")
    page("waitText", selector="[role=dialog]", text="PSP-2231")
    page("click", selector="[role=dialog] [type=submit]")
    page("waitText", selector=".dk-vendors", text="answer due")
    page("click", selector="button:has-text('Note their answer')")
    page("wait", selector="[role=dialog] textarea")
    page("type", text="We switched the data centre.")
    page("click", selector="[role=dialog] [type=submit]")
    page("waitText", selector=".dk-vendors", text="We switched the data centre.")
    page("press", keys=["r"])
    page("type", text="Refunds work again since ten.")
    page("press", keys=["Control+Enter"])
    page("waitText", selector=".dk-story", text="Refunds work again since ten.")
    page("fill", selector="textarea[aria-label=Review]", text="A switch was wired wrongly.")
    page("click", selector="button:has-text('Save')")
    page("waitText", selector=".pt-toast", text="The review was saved")
    page("click", selector="button:has-text('Stand down')")
    page("waitText", selector="main", text="It is no major incident now")
    page("waitText", selector=".pt-toast", text="is no major incident any more")
    now = shop.ticket(ticket["key"])
    assert (now["major"], now["review"]) == (False, "A switch was wired wrongly.") and now["replied_at"]
    assert page("complaints") == []
