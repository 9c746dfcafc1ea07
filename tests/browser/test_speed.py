# SPDX-License-Identifier: Apache-2.0
"""The bars of the issue as measured in Chromium: largest paint at a CPU four times slower, and the size of what is loaded."""
import json
import os
import subprocess

import pytest
from harness import node
from harness.patron import ROOT

LCP_MS = 1200
# what a machine under other load may take longer: the figure itself is printed and kept
SLACK = 2.0 if os.environ.get("CI") else 1.0


def test_sizes_hold_their_bars():
    done = subprocess.run([node.node(), str(ROOT / "console/tools/budget.mjs")], capture_output=True, text=True, timeout=30, check=False)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.limit(120)
@pytest.mark.parametrize("name", ("sources", "source", "live"))
def test_largest_paint(page, shop, name):
    """With an empty cache, the best of three: what other programs on the machine take is not the console's."""
    path, selector, wanted = {
        "sources": ("/sources", "[role=grid] [data-index]", None),
        "source": (f"/sources/{shop.web['id']}", ".pt-code pre", shop.web["write_key"]),
        "live": ("/live", "[role=grid] [data-index]", None),
    }[name]
    runs = [page("paint", path=path, selector=selector, slow=4) for _ in range(3)]
    best = min(runs, key=lambda run: run["lcp_ms"])
    print(json.dumps({"page": name, "lcp_ms": [run["lcp_ms"] for run in runs], "data_there_ms": [run["data_there_ms"] for run in runs], "element": best["element"]}))
    assert best["lcp_ms"] <= LCP_MS * SLACK, runs
    if wanted is not None:
        assert wanted in best["text"], f"the largest paint is not the route's data: {best}"
