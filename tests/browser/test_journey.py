# SPDX-License-Identifier: Apache-2.0
"""From sign-in to a redriven event with the keyboard alone."""
from people import PASSWORD


def test_from_sign_in_to_redrive_by_keyboard_alone(open_browser, shop):
    source = shop.add_source("journey")
    shop.send_ok([{"type": "track", "userId": "ann", "messageId": "journey-1", "properties": {"total": 64.5}}], source["write_key"])
    shop.wait_views()
    page = open_browser(shop)
    page("open", path="/")
    page("waitText", selector="h1", text="Sign in")
    page("type", text="engineer@example.com")
    page("press", keys=["Tab"])
    page("type", text=PASSWORD)
    page("press", keys=["Enter"])
    page("waitText", selector="main h1", text="Sources", timeout=15000)

    page("press", keys=["g", "q"])
    page("waitText", selector="main h1", text="Quarantine")
    page("waitText", selector="[role=grid] [data-index]", text="journey")  # newest first
    page("press", keys=["j"])
    page("wait", selector="[role=grid] [data-index]:focus")
    page("press", keys=["e"])
    page("wait", selector=".pt-side textarea")
    page("waitText", selector=".pt-side", text="journey-1" if page("count", selector=".pt-side pre") else "Corrected text")
    assert page("focus")["tag"] == "TEXTAREA"
    page("press", keys=["Control+a"])
    page("type", text='{"type":"track","event":"Order Completed","userId":"ann","messageId":"journey-1","properties":{"total":64.5}}')
    page("press", keys=["Control+Enter"])
    page("waitText", selector=".pt-toast", text="1 event was redriven", timeout=15000)
    events = [e for e in shop.export() if e["_patron"].get("source_id") == source["id"]]
    assert [(e["event"], e["properties"]["total"]) for e in events] == [("Order Completed", 64.5)]
    assert page("complaints") == []
