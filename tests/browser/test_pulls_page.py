# SPDX-License-Identifier: Apache-2.0
"""Pulls and drop folders: a pull from nothing to its runs, what it answers wrong at its place, a folder and its files; every look of every page."""
import pathlib
import tempfile
import time

import pytest
from fakes.server import Answer, Server
from people import Shop, sign_in
from routes import LOOKS, PULLS, filled
from test_survey import looks, survey

TOKEN = "sesame-open-4711"
MAPPING = {"format": "jsonl", "event": {"type": "track", "name": "Order Completed"},
           "columns": {"userId": "customer.id", "timestamp": {"column": "updated_at", "type": "time"}, "properties.order_id": "id",
                       "properties.total": {"column": "total", "type": "decimal"}}}
TILL = {"format": "csv", "event": {"type": "track", "name": "Till Sale"},
        "columns": {"userId": "customer", "properties.order_id": "order", "properties.total": {"column": "total", "type": "decimal"}}}
SALES = "order,customer,total\ns1,c1,1.50\ns2,c2,much\ns3,c3,3.50\n"
OWN = ("name", "url", "auth", "items", "item_id", "item_version", "paging", "next", "mapping", "enabled")


def order(number):
    return {"id": number, "updated_at": f"2026-02-01T00:00:{number:02}Z", "total": "much" if number == 2 else f"{number}.10",
            "customer": {"id": f"c{number}", "email": f"c{number}@mail.example"}}


class Erp(Server):
    """Twelve orders in pages of five, for who knows the token; one of them has a total that is none. It can be told to wait."""

    hold = False

    def answer(self, request):
        while self.hold:
            time.sleep(0.01)
        if request.headers.get("authorization") != f"Bearer {TOKEN}":
            return Answer(401, {"error": "who are you"})
        at = int(request.query.get("cursor") or 0)
        return Answer(200, {"data": {"orders": [order(n) for n in range(at + 1, min(at + 6, 13))]}, "next": str(at + 5) if at + 5 < 12 else None})

    def take(self, request):
        answer = self.answer(request)  # past the lock, so that one that waits holds up no other
        with self.changed:
            self.requests.append(request)
            self.changed.notify_all()
        return answer


class Office(Shop):
    """A shop with a pull that is well, one that has stopped, and a folder with files."""

    def call(self, method, path, body=None, want=200):
        answer = self.api(method, "/api/v1/" + path, body)
        assert answer.status == want, f"{method} {path}: {answer}"
        return answer.json()

    def until(self, path, fits, seconds=10):
        end = time.monotonic() + seconds
        while not fits(shown := self.call("GET", path)):
            assert time.monotonic() < end, shown
            time.sleep(0.03)
        return shown

    def pull(self, name, secret=TOKEN, **more):
        body = {"name": name, "source": f"ERP {name}", "url": f"{self.erp.base}/orders?cursor={{cursor}}", "auth": "bearer", "secret": secret, "items": "data.orders",
                "item_id": "id", "item_version": "updated_at", "paging": "cursor", "next": "next", "mapping": MAPPING, **more}
        return self.call("POST", "pulls", body, 201)["id"]

    def put(self, name, text):
        part = self.root / "tills/north" / f"{name}.part"
        part.write_text(text)
        part.rename(part.with_suffix(""))

    def furnish_office(self, erp, root):
        # pylint: disable=attribute-defined-outside-init # a shop is furnished after it has started
        self.erp, self.root = erp, root
        self.orders = self.pull("Orders of the ERP")
        self.stopped = self.pull("Old CRM", secret="wrong")
        self.folder = self.call("POST", "drop-folders", {"name": "Tills north", "folder": "tills/north", "source": "Till north", "mapping": TILL, "quiet_s": 0}, 201)["id"]
        self.put("monday.csv", SALES)
        self.put("copy of monday.csv", SALES)
        self.put("other.csv", "what,is,this\n1,2,3\n")
        files = self.until(f"drop-folders/{self.folder}/files", lambda page: len([f for f in page["data"] if f["state"] != "importing"]) == 3)["data"]
        self.failed = next(f["id"] for f in files if f["state"] == "failed")
        self.until(f"pulls/{self.orders}", lambda p: p["last_outcome"] == "done" and not p["running"])
        self.until(f"pulls/{self.stopped}", lambda p: p["state"] == "stopped" and not p["running"])
        return self

    def words(self):
        return {"pull": self.orders, "stopped": self.stopped, "folder": self.folder, "file": self.failed}


@pytest.fixture(scope="module")
def shop():
    with Erp() as erp, tempfile.TemporaryDirectory(prefix="pt-", ignore_cleanup_errors=True) as folder:
        root = pathlib.Path(folder) / "drops"
        root.mkdir()
        patron = Office(pathlib.Path(folder) / "shop", settings={"connect-networks": "127.0.0.1", "connect-drop-root": str(root)}).start()
        try:
            yield patron.furnish().furnish_office(erp, root)
            patron.stop()
        finally:
            patron.discard()


def field(label, kind="input"):
    return f".mantine-InputWrapper-root:has(label:has-text('{label}')) {kind}"


def only_refused(complaints, status):
    """What the browser says of an answer that the test wanted."""
    return len(complaints) == 1 and str(status) in complaints[0]


@pytest.mark.limit(240)
@pytest.mark.parametrize(("theme", "locale"), LOOKS)
def test_every_look(page, shop, shots, theme, locale):
    survey(page, filled(PULLS, shop.words()), looks(theme, locale), shots)


def test_a_pull_from_nothing_to_its_runs(open_browser, shop, shots):
    page = open_browser(shop)
    page.sign_in(sign_in(shop, "engineer@example.com"))
    page("open", path="/connectors/pulls")
    page("wait", selector="[role=grid] [data-index]")
    page("press", keys=["n"])
    page("wait", selector=".pu-form .im-view")
    page("press", keys=["Control+s"])
    page("waitText", selector=".pu-form", text="Something is missing above")
    page("fill", selector=field("Name"), text="CRM by hand")
    page("fill", selector=field("Source"), text="CRM source")
    page("evaluate", script="document.activeElement.blur()")
    page("fill", selector=field("Address"), text=f"{shop.erp.base}/orders?cursor={{cursor}}")
    page("evaluate", script="[['Credentials','bearer'],['Further pages','cursor']].forEach(([label, value]) => { const e = [...document.querySelectorAll('label')]"
         ".find((l) => l.innerText === label).control; e.value = value; e.dispatchEvent(new Event('change', { bubbles: true })) })")
    page("fill", selector=field("Token"), text=TOKEN)
    page("fill", selector=field("Where the cursor stands"), text="next")
    page("fill", selector=field("Where the list stands"), text="data.order")
    page("click", selector=".pu-end button:has-text('Save and try it')")
    page("waitText", selector=".mantine-InputWrapper-error", text='the answer has no "data.order"')
    assert only_refused(page("complaints"), 409)
    made = next(one for one in shop.call("GET", "pulls")["data"] if one["name"] == "CRM by hand")
    assert not made["enabled"] and made["runs"] == 0 and made["has_secret"]
    page("fill", selector=field("Where the list stands"), text="data.orders")
    page("fill", selector=field("Id of an item"), text="id")
    page("press", keys=["Control+Enter"])
    page("waitText", selector=".pu-asked", text="5 items on the page")
    assert "customer.email" in page("texts", selector=".im-map tbody th")
    page("fill", selector=field("Event name"), text="Order Placed")
    page("fill", selector="input[aria-label='Where customer.id goes']", text="userId")
    page("fill", selector="input[aria-label='Where total goes']", text="properties.total")
    page("press", keys=["Escape"])
    page("click", selector="input[aria-label='Type of total']")
    page("click", selector="[role=option]:has-text('Decimal number'):visible")
    page("click", selector=".pu-end button:has-text('Try it')")
    page("waitText", selector=".pt-panel-head", text="1 of these would be refused")
    page("waitText", selector=".pu-preview [role=grid]", text="is not a number")
    page("shot", file=str(shots / "pull-mapped-light-en-1440.png"))
    assert "Order Placed" in page("text", selector=".pu-event") and shop.call("GET", f"pulls/{made['id']}")["runs"] == 0
    page("press", keys=["Control+s"])
    page("waitText", selector="main h1", text="CRM by hand")
    page("waitText", selector="[role=grid] [data-index='0']", text="Done")
    page("click", selector="[role=grid] [data-index='0']")
    page("waitText", selector="[role=dialog]", text="page 1, item 2")
    run = shop.call("GET", f"pulls/{made['id']}/runs")["data"][0]
    assert (run["landed"], run["refused"], run["pages"]) == (11, 1, 3), run
    page("press", keys=["Escape"])
    page("gone", selector="[role=dialog]")
    assert TOKEN not in page("evaluate", script="document.documentElement.outerHTML")
    assert page("complaints") == []


def test_run_stop_and_begin_again(page, shop):
    one = shop.pull("Slow one", enabled=False)
    page("open", path=f"/connectors/pulls/{one}")
    page("waitText", selector="main", text="It has not run yet")
    shop.erp.hold = True
    try:
        page("press", keys=["r"])
        page("waitText", selector="main", text="Running")
        page("click", selector="button:has-text('Stop')")
        page("waitText", selector=".pt-toast", text="ends at its last saved page")
    finally:
        shop.erp.hold = False
    page("waitText", selector="[role=grid] [data-index='0']", text="Interrupted")
    page("waitText", selector="main", text="Switched off")
    page("click", selector="button[aria-label='More']")
    page("click", selector="[role=menuitem]:has-text('Switch on')")
    shop.until(f"pulls/{one}", lambda p: p["enabled"])
    page("click", selector=".pt-toast:has-text('is switched on') button:has-text('Undo')")
    shop.until(f"pulls/{one}", lambda p: not p["enabled"])
    page("press", keys=["r"])
    page("waitText", selector="[role=grid] [data-index='0']", text="Done")
    page("click", selector="button[aria-label='More']")
    page("click", selector="[role=menuitem]:has-text('Begin from the start')")
    page("click", selector="[role=dialog] button[type=submit]")
    page("waitText", selector=".pt-toast", text="begins with the first page")
    page("gone", selector="[role=dialog]")
    page("click", selector="button[aria-label='More']")
    page("click", selector="[role=menuitem]:has-text('Delete the pull')")
    page("wait", selector="[role=dialog] input:focus")
    page("type", text="Slow one")
    page("press", keys=["Enter"])
    page("waitText", selector="main h1", text="Pulls")
    assert shop.api("GET", f"/api/v1/pulls/{one}").status == 404
    assert page("complaints") == []


def test_who_saved_meanwhile_is_told(page, shop):
    one = shop.pull("Shared one", enabled=False)
    page("open", path=f"/connectors/pulls/{one}/edit")
    page("wait", selector=".im-map input")
    page("fill", selector=field("Name"), text="Mine")
    now = shop.call("GET", f"pulls/{one}")
    shop.call("PUT", f"pulls/{one}", {**{name: now[name] for name in OWN}, "source": now["source_id"], "every_min": 77})
    page("press", keys=["Control+s"])
    page("waitText", selector=".pu-form", text="saved this while you were editing")
    assert shop.call("GET", f"pulls/{one}")["name"] == "Shared one"
    page("press", keys=["Control+s"])
    page("waitText", selector="main h1", text="Mine")
    page("click", selector=".pt-toast button:has-text('Undo')")
    shop.until(f"pulls/{one}", lambda p: p["name"] == "Shared one")
    shop.call("DELETE", f"pulls/{one}")


def test_a_drop_folder_and_its_files(page, shop, tmp_path):
    sample = tmp_path / "sample.csv"
    sample.write_text("order;customer;total\n")
    page("open", path="/connectors/folders")
    page("wait", selector="[role=grid] [data-index]")
    page("press", keys=["n"])
    page("wait", selector=".pu-form .im-view")
    page("fill", selector=field("Name"), text="Tills south")
    page("fill", selector=field("Folder"), text="../out")
    page("fill", selector=field("Source"), text="Till south")
    page("evaluate", script="document.activeElement.blur()")
    page("fill", selector=field("Quiet time"), text="0")
    page("files", selector="input[type=file]", files=[str(sample)])
    page("fill", selector="input[aria-label='Where customer goes']", text="userId")
    page("fill", selector="input[aria-label='Where order goes']", text="properties.order_id")
    page("press", keys=["Escape"])
    page("fill", selector=field("Event name"), text="Till Sale")
    page("press", keys=["Control+s"])
    page("waitText", selector=".mantine-InputWrapper-error", text="not a path below connect.drop_root")
    assert only_refused(page("complaints"), 400)
    page("fill", selector=field("Folder"), text="tills/south")
    page("press", keys=["Control+s"])
    page("waitText", selector="main h1", text="Tills south")
    page("waitText", selector="main", text="No file has come yet")
    south = shop.root / "tills/south"
    (south / "good.csv.part").write_text("order;customer;total\ns1;c1;1\ns2;c2;2\n")
    (south / "good.csv.part").rename(south / "good.csv")
    page("waitText", selector="[role=grid] [data-index='0']", text="Done")
    (south / "bad.csv.part").write_text("what;is;this\n1;2;3\n")
    (south / "bad.csv.part").rename(south / "bad.csv")
    page("waitText", selector="[role=grid] [data-index='0']", text="Failed")
    page("waitText", selector="[role=grid] [data-index='0']", text="failed/bad.csv.errors.csv")
    assert (south / "failed/bad.csv.errors.csv").exists()
    page("click", selector="[data-index='1'] a")
    page("waitText", selector="main h1", text="good.csv")
    assert page("complaints") == []


def test_who_may_only_look_sees_no_switches(open_browser, shop):
    page = open_browser(shop)
    page.sign_in(sign_in(shop, "analyst@example.com"))
    for path in (f"/connectors/pulls/{shop.orders}", f"/connectors/folders/{shop.folder}"):
        page("open", path=path)
        page("wait", selector="[role=grid] [data-index]")
        assert not any(word in text for text in page("texts", selector="main button, main a") for word in ("Run now", "Edit", "Switch off"))
    page("open", path="/connectors/pulls/new")
    page("waitText", selector="main", text="connectors.write")
    auditor = open_browser(shop)
    auditor.sign_in(sign_in(shop, "auditor@example.com"))
    auditor("open", path="/connectors/folders")
    auditor("waitText", selector="main", text="connectors.read")
