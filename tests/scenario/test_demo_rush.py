# SPDX-License-Identifier: Apache-2.0
"""The demo's Black Friday on a fast clock, until it is in full swing: every ticket is routed, clocks hold, nothing is lost. The whole of it is
tests/soak/twentyfold.py."""
import re

import pytest
from harness.patron import free_port
from harness.rush import START, Rush

pytestmark = pytest.mark.sqlite_only(reason="speaks to the API alone")


@pytest.mark.limit(300)
def test_the_rush(make_patron):
    patron = make_patron(settings={"clock": "sim", "clock-start": START, "clock-speed": "1", "connect-networks": "127.0.0.1"}).start()
    with Rush(patron, free_port(), 900) as rush:
        rush.begin()
        rush.live(lambda: len(rush.tickets()) >= 40, 0.2)  # the second hour has come
        rush.panel("stop")
        rush.wait(lambda: rush.panel()["story"])
        rush.drain()
        story = rush.panel()["story"]
        rush.end()
    rush.check()
    assert rush.broken == [], rush.figures
    assert rush.figures["mails"] > 0 and rush.figures["clocks"] >= 40, rush.figures
    assert story.startswith("Black Friday, 2026-11-27T13:0") and int(re.search(r"became (\d+) tickets", story)[1]) >= 30, story
