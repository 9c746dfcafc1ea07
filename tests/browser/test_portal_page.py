# SPDX-License-Identifier: Apache-2.0
"""The portal on a phone: three taps for a broken till, what is typed without a connection, the life of a report; every page in every look."""
import itertools

import pytest
from driver import Browser
from harness import node
from people import PASSWORD, sign_in
from routes import LOOKS, PORTAL, filled
from test_survey import looks, survey

made = itertools.count(1)
PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8ffff3f0005fe02fea1d1c0870000000049454e44ae426082")
PHONE = {"width": 390, "height": 844}


def staff(shop, *stores):
    """Mail address of a new person of these stores."""
    email = f"store{next(made)}@example.com"
    for method, path, body in (("POST", "/api/v1/accounts", {"email": email, "name": "Sami Store", "role": "store", "password": PASSWORD}),
                               ("PATCH", f"/api/v1/accounts/{email}", {"stores": list(stores)})):
        answer = shop.api(method, path, body)
        assert answer.status < 300, answer
    return email


@pytest.fixture(scope="module")
def browser(shop):
    node.install()
    one = Browser(shop.base, **PHONE)
    yield one
    one.close()


@pytest.fixture
def phone(browser, shop):
    """A phone of somebody of a store of their own; `store` is its code."""
    browser("offline", on=False)
    browser("forget")
    browser.store = f"S{next(made):03}"
    browser.sign_in(sign_in(shop, staff(shop, browser.store)))
    browser("resize", **PHONE)
    browser("open", path="/")
    browser("wait", selector=".po-tile")
    return browser


def reported(shop, store):
    return shop.api("GET", f"/api/v1/tickets?store={store}&sort=number").json()["data"]


def change(shop, ticket, **what):
    answer = shop.api("PATCH", f"/api/v1/tickets/{ticket}", what)
    assert answer.status == 200, answer


def furnish_portal(shop):
    """Somebody with reports in several states: words for the paths of PORTAL."""
    email, store = staff(shop, "LOOK-1", "LOOK-2"), {"store": "LOOK-1", "channel": "portal"}
    shop.api("PATCH", f"/api/v1/accounts/{email}", {"stores": ["LOOK-1", "LOOK-2"]})
    keys = [shop.api("POST", "/api/v1/tickets", {**store, **what}).json()["ticket"]["key"] for what in (
        {"category": "till_fault", "till": "4", "description": "The scanner is dead.", "services": ["scanner"], "customers": 3},
        {"category": "signage_offline", "services": ["signage"]}, {"type": "service_request", "title": "Paper for the till"})]
    shop.api("POST", "/api/v1/tickets", {"category": "till_fault", "store": "ELSEWHERE", "services": ["scanner"]})
    change(shop, keys[0], state="waiting", waiting_for="requester", note="Does the lamp blink?", public=True)
    change(shop, keys[1], state="resolved", note="We have restarted the screen.", public=True)
    return email, {"asked": keys[0], "solved": keys[1]}


@pytest.mark.limit(120)
@pytest.mark.parametrize(("theme", "locale"), LOOKS)
def test_every_page(browser, shop, shots, theme, locale):
    email, words = furnish_portal(shop)
    browser("forget")
    browser.sign_in(sign_in(shop, email))
    survey(browser, filled(PORTAL, words), looks(theme, locale), shots)
    browser("prefs", prefs={"theme": "light", "locale": "en", "zone": "UTC", "density": "comfortable"})


def test_three_taps_report_a_broken_till(phone, shop, tmp_path):
    phone("click", selector=".po-tile >> nth=0")
    phone("wait", selector=".po-send")
    phone("fill", selector=".mantine-TextInput-input", text="4")
    phone("click", selector=".po-send button[type=submit]")
    phone("waitUrl", path="/portal/tickets/INC-")
    phone("waitText", selector="main", text="Received")
    (tmp_path / "till.png").write_bytes(PNG)
    phone("files", selector="input[type=file]", files=[str(tmp_path / "till.png")])
    phone("waitText", selector="main", text="1 photo was added.")
    ticket = reported(shop, phone.store)[0]
    assert (ticket["category"], ticket["till"], ticket["channel"]) == ("till_fault", "4", "portal")
    assert phone("complaints") == []


def test_the_life_of_a_report(phone, shop):
    fault = shop.api("POST", "/api/v1/tickets", {"category": "loyalty_auth", "store": "ELSEWHERE"}).json()["ticket"]["key"]
    phone("open", path="/portal?report=loyalty_auth")
    phone("wait", selector=".po-send")
    phone("click", selector=".po-send button[type=submit]")
    phone("waitText", selector="main", text="we are on it. Your report was added.")
    change(shop, fault, state="waiting", waiting_for="requester", note="Which phones?", public=True)
    phone("reload")
    phone("waitText", selector="main", text="Which phones?")
    phone("fill", selector="textarea", text="All of them")
    phone("click", selector="form button[type=submit]")
    phone("waitText", selector=".po-own", text="All of them")
    change(shop, fault, state="resolved", note="Signing in works again", public=True)
    phone("waitText", selector="main", text="Yes, it works", timeout=20000)  # by itself
    phone("click", selector="button:has-text('No, still broken')")
    phone("waitText", selector="main", text="Being worked on")
    change(shop, fault, state="resolved")
    phone("reload")
    phone("waitText", selector="main", text="Yes, it works")
    phone("click", selector="button:has-text('Yes, it works')")
    phone("waitText", selector="main", text="You have said that it works again. Thank you.")
    phone("open", path="/portal")
    phone("waitText", selector="main", text="Nothing: all that was reported is done.")
    assert phone("complaints") == []


def test_rated_after_it_is_over(phone, shop):
    phone("open", path="/portal?report=signage_offline")
    phone("wait", selector=".po-send")
    phone("click", selector=".po-send button[type=submit]")
    phone("waitUrl", path="/portal/tickets/INC-")
    change(shop, reported(shop, phone.store)[0]["key"], state="resolved")
    phone("reload")
    phone("click", selector="button:has-text('Yes, it works')")
    phone("click", selector=".po-chip:has-text('4')")
    phone("waitText", selector="main", text="Thank you.")
    phone("waitText", selector="main", text="Done")
    assert [row["score"] for row in shop.api("GET", "/api/v1/surveys/answers").json()["data"]] == [4]


def test_of_others_nothing(phone, shop):
    key = shop.api("POST", "/api/v1/tickets", {"category": "till_fault", "store": "ELSEWHERE", "services": ["alone"]}).json()["ticket"]["key"]
    phone("open", path=f"/portal/tickets/{key}")
    phone("waitText", selector="main", text="There is no such report of yours")
    assert phone("texts", selector="nav.sh-rail a") == ["Store portal"]


def test_what_is_typed_survives(phone, shop):
    phone("click", selector=".po-tile:has-text('Something else')")
    phone("wait", selector="textarea")
    phone("fill", selector="textarea", text="The door does not close")
    phone("reload")
    phone("wait", selector="textarea")
    assert phone("value", selector="textarea") == "The door does not close"
    phone("offline", on=True)
    phone("click", selector=".po-send button[type=submit]")
    phone("waitText", selector="main", text="Not sent yet")
    phone("waitText", selector="main", text="The door does not close")
    assert reported(shop, phone.store) == []
    phone("offline", on=False)
    phone("waitText", selector="main", text="What is open")
    phone("gone", selector="h2:has-text('Not sent yet')", timeout=20000)
    assert [ticket["title"] for ticket in reported(shop, phone.store)] == ["The door does not close"]
