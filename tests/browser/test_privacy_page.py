# SPDX-License-Identifier: Apache-2.0
"""The privacy desk: an export to its archive, an erasure to its certificate, four eyes by two persons, what is refused and taken back."""
import itertools
import pathlib
import tempfile
import time

import pytest
from driver import Browser
from harness import node
from harness.customers import Customers
from harness.load import track
from people import PASSWORD, Shop, sign_in
from routes import LOOKS, PRIVACY, filled
from test_survey import looks, survey

API = "/api/v1/privacy/requests"
made = itertools.count(1)


class Office(Shop):
    """A shop that answers within five days, and its requests."""

    def somebody(self):
        """A customer with a name, a mail address and an order."""
        number = next(made)
        user = f"desk-{number}"
        self.send_ok([{"type": "identify", "userId": user, "messageId": f"{user}-1", "traits": {"name": f"Vera Quist {number:03}", "email": f"vera{number}@example.com"}},
                      track(f"{user}-2", "Order Completed", user=user, total=20, currency="EUR")], self.web["write_key"])
        return Customers(self).ready().find("user_id", user)

    def request(self, kind, *persons):
        body = {"kind": kind, "subjects": [{"id": person["id"]} for person in persons], "note": "a letter of Monday, with a copy of the passport"}
        return Customers(self).ask("POST", API, body, 201)

    def decide(self, request, step="approve", **body):
        return Customers(self).ask("POST", f"{API}/{request['id']}/{step}", body)

    def until(self, request, fits):
        end = time.monotonic() + 30
        while not fits(now := Customers(self).ask("GET", f"{API}/{request}")):
            assert time.monotonic() < end, f"{now}\n{self.stderr(2000)}"
            time.sleep(0.03)
        return now

    def finished(self, kind):
        request = self.request(kind, self.somebody())
        self.decide(request)
        return self.until(request["id"], lambda one: one["state"] == "done")

    def words(self):
        """Requests of every fate, for the paths of PRIVACY."""
        refused = self.request("export", self.somebody())
        self.decide(refused, "refuse", reason="whoever wrote could not say the number of one order")
        customer = self.somebody()
        found = {"one": self.request("erasure", customer), "many": self.request("erasure", self.somebody(), self.somebody()), "erased": self.finished("erasure"),
                 "refused": refused, "archive": self.finished("export"), "customer": customer}
        return {name: one["id"] for name, one in found.items()}


@pytest.fixture(scope="module")
def shop():
    with tempfile.TemporaryDirectory(prefix="pt-", ignore_cleanup_errors=True) as folder:
        patron = Office(pathlib.Path(folder) / "shop", settings={"privacy-deadline-days": "5"}).start()
        try:
            patron.furnish()
            answer = patron.api("POST", "/api/v1/accounts", {"email": "agent@example.com", "name": "Agnes Agent", "role": "agent", "password": PASSWORD})
            assert answer.status == 201, answer
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


def opened(page):
    """The id of the request whose page is open."""
    return page("url").rsplit("/", 1)[1]


@pytest.mark.limit(240)
@pytest.mark.parametrize(("theme", "locale"), LOOKS)
def test_every_look(page, shop, shots, theme, locale):
    survey(page, filled(PRIVACY, shop.words()), looks(theme, locale), shots)
    page("prefs", prefs={"theme": "light", "locale": "en", "zone": "UTC", "density": "comfortable"})
    page("resize", width=1440, height=900)


def test_an_export_from_the_customers_page_to_the_archive(page, shop):
    customer = shop.somebody()
    page("open", path=f"/customers/{customer['id']}")
    page("click", selector="main a:has-text('Export or erase')")
    page("waitUrl", path=f"/privacy/new?customer={customer['id']}")
    page("waitText", selector=".pr-subjects", text=customer["name"])
    page("waitText", selector=".pt-panel-head", text="of 1 person")
    assert "Find a customer" not in page("text", selector="main")  # an export is of one
    page("fill", selector="main textarea", text="asked at the counter, card shown")
    page("press", keys=["Control+s"])
    page("waitText", selector="main h1", text=f"Export: {customer['name']}")
    request = opened(page)
    page("waitText", selector="main", text="5 days left")
    page("waitText", selector=".pr-held", text="Identifiers")
    assert "asked at the counter, card shown" in page("text", selector="main")
    page("press", keys=["a"])
    page("click", selector="button:has-text('Make a download link')")
    page("wait", selector=".pt-code pre")
    assert "/archive.zip?link=" in page("text", selector=".pt-code pre")
    assert shop.until(request, lambda one: True)["fetched_at"] is None
    page("click", selector="a[download$='.zip']")
    page("waitText", selector=".pt-panel", text="It was handed over")
    told = shop.until(request, lambda one: one["fetched_at"] is not None)
    assert (told["label"], told["subjects"], told["archive_bytes"]) == ("", [], None)
    page("waitText", selector="main h1", text="Export request")
    assert page("complaints") == []


def test_an_erasure_by_identifier_to_its_certificate(page, shop, tmp_path):
    customer = shop.somebody()
    mail = next(one["value"] for one in customer["nodes"] if one["type"] == "email")
    page("open", path="/privacy")
    page("wait", selector="main h1")
    page("press", keys=["n"])
    page("wait", selector=".pr-kind")
    page("click", selector=".pr-kind:has-text('Erasure')")
    page("fill", selector=".pr-wide input", text=mail.upper())
    page("press", keys=["Enter"])
    page("waitText", selector=".pr-figures", text="Events of theirs")
    page("click", selector="button:has-text('Note the request')")
    page("waitText", selector="main h1", text=f"Erasure: {customer['name']}")
    page("waitText", selector=".pr-remains", text="A keyed hash of each identifier")
    page("press", keys=["a"])
    page("wait", selector="[role=dialog] input:focus")
    page("type", text=customer["name"][:-1])
    assert page("evaluate", script="document.querySelector('[role=dialog] [type=submit]').disabled")
    page("type", text=customer["name"][-1])
    page("press", keys=["Enter"])
    page("waitText", selector=".pr-verify", text="patron privacy verify", timeout=30000)
    page("waitText", selector="main", text="this server's key")
    page("waitText", selector=".pr-figures", text="Events of theirs")
    assert page("text", selector="main h1") == "Erasure request" and customer["name"] not in page("text", selector="main")
    # the command that the page shows, on the file that it hands out
    href, command = page("attribute", selector="a[download$='.json']", name="href"), page("text", selector=".pr-verify pre").split()
    file = tmp_path / command[3]
    file.write_text(page("evaluate", script=f"fetch('{href}').then((answer) => answer.text())"), encoding="utf-8")
    assert shop.cli_json(*command[1:3], file, *command[4:])["request"] == opened(page)
    Customers(shop).find("email", mail, status=404)
    assert page("axe") == [] and page("complaints") == []


def test_one_is_refused_and_one_taken_back(page, shop):
    request = shop.request("export", shop.somebody())
    page("open", path=f"/privacy/{request['id']}")
    page("wait", selector=".pr-held")
    page("press", keys=["r"])
    page("wait", selector="[role=dialog] textarea")
    assert page("evaluate", script="document.querySelector('[role=dialog] [type=submit]').disabled")
    page("type", text="no proof of who asks")
    page("click", selector="[role=dialog] [type=submit]")
    page("waitText", selector=".pr-course", text="no proof of who asks")
    page("waitText", selector="main", text="does not say any more whom it was about")
    assert shop.until(request["id"], lambda one: one["state"] == "refused")["problem"] == "no proof of who asks"
    other = shop.request("erasure", shop.somebody())
    page("open", path=f"/privacy/{other['id']}")
    page("click", selector="main button[aria-label=More]")
    page("click", selector="[role=menuitem]")
    page("waitText", selector="[role=dialog]", text="still waits for an answer")
    page("click", selector="[role=dialog] [type=submit]")
    page("waitText", selector=".pr-course", text="Taken back")
    assert shop.until(other["id"], lambda one: one["state"] == "cancelled")["finished_at"] is not None
    assert page("complaints") == []


def test_four_eyes(page, open_browser, shop):
    """Who asked cannot approve; who has no right to cannot either; a second person can, and the first sees it done."""
    first, second = shop.somebody(), shop.somebody()
    page("open", path=f"/privacy/new?kind=erasure&customer={first['id']}")
    page("waitText", selector=".pr-subjects", text=first["name"])
    page("click", selector="button:has-text('Find a customer')")
    page("wait", selector="[role=dialog] .cu-hit")
    page("fill", selector="[role=dialog] input", text=second["name"])
    page("click", selector=f"[role=dialog] .cu-hit:has-text('{second['name']}')")
    page("waitText", selector="main", text="Four eyes")
    page("waitText", selector=".pt-panel-head", text="of 2 persons")
    page("press", keys=["Control+s"])
    page("waitText", selector=".pt-banner", text="You asked for it, so somebody else approves it")
    request = opened(page)
    assert page("count", selector="main button:has-text('Approve')") == 0
    agent = open_browser(shop)
    agent.sign_in(sign_in(shop, "agent@example.com"))
    agent("open", path=f"/privacy/{request}")
    agent("waitText", selector=".pt-banner", text="privacy.approve")
    assert agent("count", selector="main button:has-text('Approve')") == 0
    admin = open_browser(shop, width=390, height=844)
    admin.sign_in(sign_in(shop, "admin@example.com"))
    admin("open", path=f"/privacy/{request}")
    admin("waitText", selector=".pt-banner", text="you would be the second person")
    admin("wait", selector=".pr-figures")
    assert admin("overflow") <= 0
    admin("click", selector="main button:has-text('Approve')")
    admin("wait", selector="[role=dialog] input:focus")
    assert admin("overflow") <= 0 and admin("axe") == []
    admin("type", text="erase")
    admin("press", keys=["Enter"])
    page("waitText", selector=".pr-course", text="by Admin Person", timeout=30000)  # the first one's page, by itself
    page("wait", selector=".pr-verify", timeout=30000)
    assert shop.until(request, lambda one: one["state"] == "done")["persons"] == 2
    assert [who("complaints") for who in (page, agent, admin)] == [[], [], []]


def test_the_list_is_filtered_by_its_address_and_saved(page, shop):
    wanted, other = shop.request("export", shop.somebody()), shop.request("erasure", shop.somebody())
    page("open", path="/privacy?state=received&kind=export")
    page("waitText", selector="[role=grid]", text=wanted["label"])
    assert other["label"] not in page("text", selector="[role=grid]")
    page("waitText", selector=".pt-banner", text="due within seven days")
    page("click", selector="label:has-text('Both kinds')")
    page("waitText", selector="[role=grid]", text=other["label"])
    script = """(async () => {
      const made = new Promise((resolve) => { const real = URL.createObjectURL; URL.createObjectURL = (blob) => { resolve(blob.text()); return real(blob) } })
      document.querySelector('[aria-label="Save as CSV"]').click()
      return made
    })()"""
    lines = page("evaluate", script=script).lstrip("\ufeff").splitlines()
    assert lines[0].startswith("Whom,Kind,State,Due,") and any(line.startswith(f"{wanted['label']},Export,To be decided,") for line in lines)
    page("click", selector=f"[role=grid] [data-index]:has-text('{wanted['label']}')")
    page("waitUrl", path=f"/privacy/{wanted['id']}")
    assert page("complaints") == []


def test_who_may_not_sees_who_can_grant_it(open_browser, shop):
    analyst = open_browser(shop)
    analyst.sign_in(sign_in(shop, "analyst@example.com"))
    for path, permission in (("/privacy", "privacy.read"), ("/privacy/new", "privacy.write")):
        analyst("open", path=path)
        analyst("waitText", selector="main", text=permission)
    analyst("open", path=f"/customers/{shop.somebody()['id']}")
    analyst("wait", selector=".cu-figures")
    assert analyst("count", selector="main a:has-text('Export or erase')") == 0
    assert analyst("complaints") == []
