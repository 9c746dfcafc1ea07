# SPDX-License-Identifier: Apache-2.0
"""The page Imports: a file from the browser to the log, an upload that goes on after a reload, rows that were refused."""
import pytest
from routes import IMPORTS, LOOKS, filled
from test_survey import looks, survey

HEAD = "order_id,ordered_at,customer_id,total\n"


def orders(count):
    return HEAD + "".join(f"o{i},2025-03-0{1 + i % 9} 10:00:00,c{i % 5},{i}.50\n" for i in range(count))


def landed(shop, name):
    return next(one for one in shop.api("GET", "/api/v1/imports").json()["data"] if one["name"] == name)


def test_a_file_becomes_events(page, shop, tmp_path):
    file = tmp_path / "orders.csv"
    file.write_text(orders(300))
    page("open", path="/imports")
    page("waitText", selector="main h1", text="Imports")
    page("press", keys=["n"])
    page("wait", selector="[role=dialog] .im-drop")
    page("files", selector="[role=dialog] input[type=file]", files=[str(file)])
    page("waitText", selector="[role=dialog] .im-drop", text="orders.csv")
    page("fill", selector="[role=dialog] .mantine-Autocomplete-input", text="History")
    page("press", keys=["Escape"])  # closes the list of sources only
    page("click", selector="[role=dialog] button[type=submit]")
    page("waitText", selector="main h1", text="orders.csv", timeout=15000)
    page("waitText", selector="main", text="Goes to", timeout=15000)
    page("waitText", selector=".im-event pre", text='"messageId"')
    page("click", selector="button:has-text('Start the import')")
    page("waitText", selector="main .pt-status", text="Done", timeout=20000)
    one = landed(shop, "orders.csv")
    assert one["landed"] == 300 and one["rows_refused"] == 0, one
    assert page("complaints") == []


@pytest.mark.limit(60)
def test_an_upload_goes_on_after_a_reload_with_the_same_file_only(page, shop, tmp_path):
    text = orders(150000).encode()
    right, wrong = tmp_path / "big.csv", tmp_path / "wrong.csv"
    right.write_bytes(text)
    wrong.write_bytes(text + b"x")
    one = shop.api("POST", "/api/v1/imports", {"name": "big.csv", "source": "Big history", "bytes": len(text)}).json()
    part = text[:1 << 20]
    answer = shop.api("PUT", f"/api/v1/imports/{one['id']}/parts?offset=0", part, headers={"Content-Type": "application/octet-stream"})
    assert answer.status == 200, answer
    page("open", path=f"/imports/{one['id']}")
    page("waitText", selector="main", text="the upload goes on from there")
    page("files", selector="input[type=file]", files=[str(wrong)])
    page("waitText", selector="[role=alert]", text="This is another file")
    page("files", selector="input[type=file]", files=[str(right)])
    page("waitText", selector="main", text="Goes to", timeout=30000)
    now = shop.api("GET", f"/api/v1/imports/{one['id']}").json()
    assert now["state"] == "ready" and now["uploaded"] == len(text), now
    assert page("complaints") == []


@pytest.mark.limit(60)
def test_refused_rows_are_told(page, shop, shots, tmp_path):
    file = tmp_path / "bad.csv"
    file.write_text(orders(50) + "o50,2025-03-01 10:00:00,c1,not a number\n")
    mapping = {"source": "Bad history", "event": {"type": "track", "name": "Order Completed"},
               "columns": {"userId": "customer_id", "properties.total": {"column": "total", "type": "decimal"}}}
    one = shop.api("POST", "/api/v1/imports", {"name": "bad.csv", "source": "Bad history", "bytes": file.stat().st_size}).json()
    page("open", path=f"/imports/{one['id']}")
    page("waitText", selector="main", text="has not begun")
    page("files", selector="input[type=file]", files=[str(file)])
    page("waitText", selector="main", text="Goes to", timeout=15000)
    assert shop.api("PUT", f"/api/v1/imports/{one['id']}/mapping", {"mapping": mapping}).status == 200
    assert shop.api("POST", f"/api/v1/imports/{one['id']}/start").status == 200
    page("waitText", selector="main .pt-status", text="Done", timeout=20000)
    page("waitText", selector="main", text="Refused rows")
    page("waitText", selector="[role=grid]", text="not a number")
    assert page("complaints") == []
    survey(page, filled(IMPORTS, {"import": one["id"]}), [look for chosen in LOOKS for look in looks(*chosen)], shots)
