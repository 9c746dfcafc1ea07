# SPDX-License-Identifier: Apache-2.0
"""The demo retailer's own pages: one person through shop, till and the associate's phone; scenarios, clock, looks, who may come in."""
import json
import os
import pathlib
import subprocess
import tempfile
import time

import pytest
from harness import web
from harness.customers import Customers, identifiers, values
from harness.patron import PATROND, SANITIZER, STOP_S, Patron, free_port

DEMO = pathlib.Path(os.environ.get("PATRON_DEMO", PATROND.parents[2] / "demo/patron-demo"))
PAGES = ["/panel", "/shop", "/shop#/c/shoes", "/shop#/you", "/till", "/associate"]
JSON = {"Content-Type": "application/json"}


class Demo:
    """patron-demo beside a daemon, without traffic of its own."""

    def __init__(self, folder):
        self.patron = Patron(folder / "patron", settings={"clock": "sim"}).start()
        self.keys = {name: self.patron.add_source(name)["write_key"] for name in ("web", "app", "till")}
        self.tokens = {role: self.patron.add_token(role) for role in ("agent", "engineer", "admin")}
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self.errors = open(folder / "demo.stderr", "w+", encoding="utf-8")  # pylint: disable=consider-using-with
        self.process = subprocess.Popen(self.command(), env={**os.environ, **self.environment()}, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=self.errors)
        self.wait()

    def command(self):
        keys = [part for name, key in self.keys.items() for part in (f"--{name}-key", key)]
        return [str(DEMO), "--url", self.patron.base, *keys, "--rate", "0.000001", "--pages", f"127.0.0.1:{self.port}"]

    def environment(self):
        return {"PATRON_DEMO_ASSOCIATE_TOKEN": self.tokens["agent"], "PATRON_DEMO_OPERATOR_TOKEN": self.tokens["admin"]}

    def wait(self):
        end = time.monotonic() + 15
        while True:
            assert self.process.poll() is None and time.monotonic() < end, self.stderr()
            try:
                if self.get("/config.json").status == 200:
                    return
            except OSError:
                time.sleep(0.02)

    def stderr(self):
        self.errors.seek(0)
        return f"--- patron-demo stderr\n{self.errors.read()}"

    def get(self, path, **kw):
        return web.request("GET", self.base + path, **kw)

    def send(self, method, path, body, **headers):
        return web.request(method, self.base + path, body=json.dumps(body).encode(), headers={**JSON, **headers})

    def stop(self):
        self.process.terminate()
        code = self.process.wait(STOP_S)
        assert code == 0 and not SANITIZER.search(self.stderr()), self.stderr()
        self.patron.stop()

    def discard(self):
        self.process.kill()
        self.process.wait()
        self.errors.close()
        self.patron.discard()


@pytest.fixture(scope="module")
def demo():
    with tempfile.TemporaryDirectory(prefix="pt-", ignore_cleanup_errors=True) as folder:
        one = Demo(pathlib.Path(folder))
        try:
            yield one
            one.stop()
        finally:
            one.discard()


def version(page):
    return int(page("text", selector="#version"))


@pytest.mark.limit(150)
def test_one_person_through_shop_till_and_associate(open_browser, demo, shots):
    someone = demo.get("/config.json").json()["customers"][0]
    name = f"{someone['firstName']} {someone['lastName']}"
    shop, associate = open_browser(demo), open_browser(demo, width=390, height=844)

    # A visitor without a name puts something into the bag and buys it.
    shop("open", path="/shop")
    shop("waitText", selector="h1", text="Things that last")
    shop("click", selector=".tile")
    shop("click", selector="#add")
    shop("waitText", selector="#bag", text="1")
    bought = shop("text", selector="main h1")
    shop("click", selector="#bag")
    shop("waitText", selector=".lines", text=bought)
    shop("click", selector="#buy")
    shop("waitText", selector="h1", text="Thank you")

    # They sign in: the visit is theirs. Something else stays in the bag.
    shop("click", selector="#you")
    shop("click", selector=f".people button:has-text('{someone['email']}')")
    shop("waitText", selector="#card", text=someone["card"])
    shop("open", path="/shop#/s/floor%20lamp")
    shop("waitText", selector="h1", text="for “floor lamp”")
    shop("open", path="/shop#/c/shoes")
    shop("waitText", selector="h1", text="Shoes")
    shop("click", selector=".tile")
    shop("click", selector="#add")
    kept = shop("text", selector="main h1")

    # An associate finds them by a part of the mail address, by keyboard.
    associate("open", path="/associate")
    associate("fill", selector="#find", text=someone["email"][:-3])
    associate("waitText", selector="#hits", text=name)
    associate("press", keys=["Tab", "Enter"])
    associate("waitText", selector="#name", text=name)
    assert associate("focus")["id"] == "name"
    associate("waitText", selector="#events", text="Bought")
    associate("waitText", selector="main", text=kept)  # in the open bag
    assert "Web shop" in associate("text", selector="#events") and "Store" not in associate("text", selector="#events")
    before = version(associate)
    associate("shot", file=str(shots / "demo-associate-web-390.png"))

    # In the other tab their card is scanned and something sold. The associate sees it without touching the phone.
    shop("open", path="/till")
    shop("fill", selector="#code", text=someone["card"])
    shop("press", keys=["Enter"])
    shop("waitText", selector="#shopper", text=name)
    associate("waitText", selector="#events", text="Showed the card")
    shop("click", selector=".keys button")
    shop("click", selector=".keys li:nth-child(3) button")
    shop("shot", file=str(shots / "demo-till-sale-1440.png"))
    assert shop("axe") == [] and associate("axe") == []
    shop("click", selector="#pay")
    shop("waitText", selector="#note", text="Paid")
    associate("waitText", selector="#events li.fresh", text="Bought")
    assert version(associate) > before
    events = associate("text", selector="#events")
    assert "Web shop" in events and "Store" in events and events.count("Bought") == 2
    assert someone["card"] in associate("text", selector=".barcode")
    associate("shot", file=str(shots / "demo-associate-both-390.png"))

    # One person for Patron, and what two people compare is the same.
    people = Customers(demo.patron).ready()
    person = people.find("loyalty_card", someone["card"])
    assert person["id"] == people.find("user_id", someone["user_id"])["id"] == people.find("email", someone["email"])["id"]
    assert {kind for kind, _ in identifiers(person)} >= {"user_id", "email", "loyalty_card", "anonymous_id"}
    assert sum(orders for _, orders, _ in values(person).values()) == 2
    assert version(associate) == people.get(person["id"], "context")["version"]

    shop("click", selector="button:has-text('Refund')")
    shop("waitText", selector="#note", text="Taken back")
    associate("waitText", selector="#events", text="Took back")
    assert shop("complaints") == [] and associate("complaints") == []


@pytest.mark.limit(90)
def test_somebody_new_joins_and_uses_a_card_with_its_check_digit(open_browser, demo):
    page = open_browser(demo)
    page("open", path="/shop#/you")
    for field, text in (("first", "Wilhelmina"), ("last", "Newcome"), ("email", "wilhelmina@mail.example")):
        page("fill", selector=f"input[name={field}]", text=text)
    page("press", keys=["Enter"])
    page("waitText", selector="h1", text="Hello, Wilhelmina")
    card = page("text", selector="#card")
    digit = (10 - sum(int(c) * (3 if i % 2 else 1) for i, c in enumerate(card)) % 10) % 10
    page("open", path="/till")
    page("fill", selector="#code", text=f"{card}{(digit + 1) % 10}")
    page("press", keys=["Enter"])
    page("waitText", selector="#note", text="not a Larkfield card")
    page("fill", selector="#code", text=f"{card}{digit}")
    page("press", keys=["Enter"])
    page("waitText", selector="#shopper", text="Wilhelmina Newcome")
    people = Customers(demo.patron).ready()
    assert people.find("loyalty_card", card)["id"] == people.find("email", "wilhelmina@mail.example")["id"]
    assert page("complaints") == []


def active(demo):
    return {row["name"] for row in demo.get("/scenarios").json()["data"] if row["active"]}


@pytest.mark.limit(90)
def test_a_scenario_starts_and_stops(open_browser, demo):
    page = open_browser(demo)
    page("open", path="/panel")
    page("click", selector="#sign_in_down")
    page("waitText", selector="#sign_in_down", text="Stop")
    assert page("focus")["id"] == "sign_in_down" and active(demo) == {"sign_in_down"}
    page("open", path="/shop#/you")
    page("click", selector=".people button")
    page("waitText", selector="[role=alert]", text="does not answer")
    page("open", path="/panel")
    page("waitText", selector="#sign_in_down", text="Stop")
    page("click", selector="#sign_in_down")
    page("waitText", selector="#sign_in_down", text="Start")
    page("click", selector="#tills_down")
    page("waitText", selector="#tills_down", text="Stop")
    page("open", path="/shop#/you")
    page("click", selector=".people button")
    page("wait", selector="#card")
    page("open", path="/till")
    assert page("count", selector=".problem") == 0  # another store
    page("evaluate", script="localStorage.setItem('larkfield.store', JSON.stringify('S1'))")
    page("reload")
    page("waitText", selector=".problem", text="are down")
    assert demo.send("POST", "/scenarios", {"name": "tills_down", "action": "stop"}).status == 200
    assert active(demo) == set()
    assert page("complaints") == []


@pytest.mark.limit(90)
def test_the_clock_runs_faster(open_browser, demo):
    page = open_browser(demo)
    page("open", path="/panel")
    page("click", selector="#speed-1000")
    page("wait", selector="#speed-1000[aria-pressed=true]")
    assert demo.patron.api("GET", "/api/v1/clock").json()["speed"] == 1000
    page("click", selector="#speed-1")
    page("wait", selector="#speed-1[aria-pressed=true]")
    assert page("complaints") == []


@pytest.mark.limit(120)
@pytest.mark.parametrize("scheme", ("light", "dark"))
def test_every_page_in_every_look(open_browser, demo, shots, scheme):
    page = open_browser(demo)
    page("scheme", scheme=scheme)
    findings = []
    for width in (1440, 390):
        page("resize", width=width, height=900 if width > 390 else 844)
        for path in PAGES:
            place, _, what = path.partition("#")
            page("open", path=f"{place}?{width}{what}#{what}")  # a change behind # alone loads nothing anew
            page("wait", selector="#hits li" if place == "/associate" else "main h1")
            page("sleep", ms=100)
            name = f"demo{path.replace('/', '-').replace('#', '')}-{scheme}-{width}"
            if width > 390 or scheme == "light":
                findings += [f"{name}: {found}" for found in page("axe")]
            findings += [f"{name}: {over} px wider than the screen" for over in [page("overflow")] if over > 0]
            page("shot", file=str(shots / f"{name}.png"))
    assert not findings, "\n".join(findings)
    assert page("complaints") == []


REFUSED = [
    ("GET", "/scenarios", {"Host": "larkfield.example"}, 403),
    ("GET", "/scenarios", {"Host": "localhost.example"}, 403),
    ("POST", "/associate/recent", {"Origin": "http://larkfield.example"}, 403),
    ("POST", "/associate/recent", {"Origin": "null"}, 403),
    ("POST", "/associate/recent", {"Content-Type": "text/plain"}, 403),
    ("POST", "/associate/recent", {}, 200),
    ("GET", "/associate/recent", {}, 405),
    ("POST", "/shop", {}, 405),
    ("GET", "/pages/shop.js", {}, 404),
    ("GET", "/../server.c", {}, 404),
]


@pytest.mark.parametrize("method,path,headers,status", REFUSED)
def test_who_may_come_in(demo, method, path, headers, status):
    answer = demo.send(method, path, {}, **headers) if method == "POST" else demo.get(path, headers=headers)
    assert answer.status == status, answer


def test_bodies_are_bounded_and_texts_stay_texts(demo):
    assert demo.send("POST", "/associate/search", {"text": "x" * 200}).status == 200
    assert demo.send("POST", "/associate/search", {"text": "x" * 401}).status == 413
    assert demo.send("POST", "/till/events", {"batch": [], "pad": "x" * 70000}).status == 413
    assert demo.send("POST", "/associate/profile", {"id": ".."}).status == 400
    assert demo.send("POST", "/associate/profile", {"id": "../sources"}).status == 404
    assert demo.send("POST", "/scenarios", {"name": "no_such", "action": "start"}).status == 404
    assert demo.send("POST", "/scenarios", {"name": "tills_down", "action": "begin"}).status == 400


def test_nothing_that_is_served_holds_a_secret(demo):
    secrets = [*demo.tokens.values(), demo.keys["till"], demo.keys["app"]]
    files = ["panel", "shop", "till", "associate", "config.json", "base.css", "common.js", "analytics.js", "pictures.js", "shop.js", "till.js", "associate.js", "panel.js", "scenarios"]
    for file in files:
        answer = demo.get(f"/{file}")
        assert answer.status == 200 and not any(secret in answer.text for secret in secrets), file
    policy = demo.get("/shop").header("Content-Security-Policy")
    assert "unsafe" not in policy and f"connect-src 'self' {demo.patron.base};" in policy
