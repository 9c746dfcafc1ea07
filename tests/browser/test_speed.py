# SPDX-License-Identifier: Apache-2.0
"""The bars of the issue as measured in Chromium: largest paint at a CPU four times slower, and the size of what is loaded."""
import json
import os
import re
import subprocess

import pytest
from harness import node
from harness.patron import ROOT

LCP_MS = 1200
SLOW = 4


def test_sizes_hold_their_bars():
    done = subprocess.run([node.node(), str(ROOT / "console/tools/budget.mjs")], capture_output=True, text=True, timeout=30, check=False)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_the_head_asks_is_what_the_page_asks(page, shop):
    """tools/early.ts: a page's data is asked for before its script has come. An address that the page does not ask would be read for nothing; one that it
    asks again was not handed on."""
    for feature in sorted((ROOT / "console/src/features").glob("*/index.ts")):
        for path, urls in re.findall(r"path: '([^']+)', page:[^\n]*early: \[([^\]]*)\]", feature.read_text()):
            opened = path.replace("$id", shop.web["id"])
            wanted = [url.replace("$id", shop.web["id"]) for url in re.findall(r"'([^']+)'", urls)]
            asked = page("requests", path=opened, selector="main h1")
            for url in wanted:
                assert asked.count(url) == 1, f"{opened}: {url} asked {asked.count(url)} times: {asked}"
            assert asked.index(wanted[0]) == 1, f"{opened}: not asked first, behind the session: {asked}"


@pytest.mark.skipif(os.environ.get("PATRON_SOAK") != "1", reason="set PATRON_SOAK=1")
@pytest.mark.limit(150)
@pytest.mark.parametrize("name", ("sources", "source", "live"))
def test_largest_paint(page, shop, name):
    """With an empty cache, by the clock: on a machine where nothing else runs. thread_ms_x4, four times what the page's thread took until its data
    stood there, tells how much of it is work and how much is waiting."""
    path, selector, wanted = {
        "sources": ("/sources", "[role=grid] [data-index]", "3 sources"),
        "source": (f"/sources/{shop.web['id']}", ".pt-code pre", "analytics.methods"),
        "live": ("/live", "[role=grid] [data-index]", "events/s shown"),
    }[name]
    thread = min(page("paint", path=path, selector=selector, slow=1)["cpu_ms"] for _ in range(3)) * SLOW
    runs = [page("paint", path=path, selector=selector, slow=SLOW) for _ in range(3)]
    best = min(runs, key=lambda run: run["lcp_ms"])
    print(json.dumps({"page": name, "lcp_ms": sorted(run["lcp_ms"] for run in runs), "thread_ms_x4": thread, "element": best["tag"], "text": best["text"]}))
    assert best["lcp_ms"] <= LCP_MS, runs
    assert wanted in (best["text"] or ""), f"the largest paint is not the route's data: {best}"
