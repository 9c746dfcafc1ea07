# SPDX-License-Identifier: Apache-2.0
"""Retention in the console: fewer days are counted and confirmed before they drop anything, and what was dropped is shown."""
import time

from harness.customers import Customers
from people import set_up, sign_in

START = "2026-01-10T12:00:00.000Z"


def test_fewer_days_are_confirmed(open_browser, make_patron, shots):
    patron = make_patron(settings={"clock": "sim", "clock-start": START, "clock-speed": "0"}).start()
    set_up(patron)
    desk, shop = Customers(patron), patron.add_source("shop")
    patron.send_ok([{"type": "page", "name": "Herbs", "messageId": f"p{i}", "anonymousId": "a", "properties": {"search": "moonwort"}} for i in range(2)], shop["write_key"])
    desk.ready().ask("PUT", "/api/v1/clock", {"speed": 0, "now": "2026-02-10T12:00:00.000Z"})
    page = open_browser(patron)
    page.sign_in(sign_in(patron, "owner@example.com"))
    page("open", path="/consent/purposes/analytics")
    page("waitText", selector="main", text="Received before")
    page("fill", selector="[aria-label='Class 1'] .mantine-NumberInput-input", text="10")
    page("click", selector="button:has-text('Save')")
    page("waitText", selector="[role=dialog]", text="About 2 records", timeout=15000)
    assert page("axe") == []
    page("shot", file=str(shots / "retention-confirm.png"))
    page("click", selector="[role=dialog] button:has-text('Cancel')")
    assert [row["days"] for row in desk.ask("GET", "/api/v1/consent/purposes/analytics")["retention"]] == [790, 790]
    page("click", selector="button:has-text('Save')")
    page("waitText", selector="[role=dialog]", text="About 2 records", timeout=15000)
    page("click", selector="[role=dialog] button:has-text('Save and drop')")
    page("waitText", selector="main", text="So far 2 events", timeout=15000)
    end = time.monotonic() + 10
    while "moonwort" in str(patron.export()):
        assert time.monotonic() < end
        time.sleep(0.05)
    for width in (1440, 390):
        page("resize", width=width, height=900)
        page("click", selector="button:has-text('Add a class of events')")
        page("shot", file=str(shots / f"retention-{width}.png"))
        assert page("overflow") <= 0 and page("axe") == []
    assert page("complaints") == []
