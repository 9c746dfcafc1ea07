# SPDX-License-Identifier: Apache-2.0
"""Duplicates and groups: the queue by keyboard, merged and taken back, refused for good, the card and the household on a person's page."""
import itertools
import time

import pytest
from driver import Browser
from harness import node
from harness.customers import Customers, identifiers
from people import sign_in

LINE = ".du-line"
made = itertools.count(1)


@pytest.fixture
def customers(shop):
    return Customers(shop)


def pair_of(customers, name):
    """The two, and the pair that is proposed of them."""
    number = next(made)
    home, work = customers.twins(name, f"{name.lower()}{number}", number, customers.patron.web["write_key"])
    return home, work, wait_for(lambda: customers.duplicates(home["id"]))[0]


@pytest.fixture(scope="module")
def page(shop):
    """One browser for all of them, as the owner."""
    node.install()
    one = Browser(shop.base)
    one.sign_in(sign_in(shop, "owner@example.com"))
    yield one
    one.close()


def wait_for(check, seconds=10):
    end = time.monotonic() + seconds
    while not (found := check()) and time.monotonic() < end:
        time.sleep(0.05)
    assert found
    return found


def test_a_pair_is_merged_by_keyboard_and_taken_back(page, customers):
    home, work, pair = pair_of(customers, "Mirabel")
    page("open", path=f"/customers/{work['id']}")
    page("waitText", selector=".du-card", text="Probably the same person")
    page("click", selector=".du-card a:has-text('Compare')")
    page("waitUrl", path=f"/customers/duplicates?pair={pair['id']}")
    page("waitText", selector=".du-table", text="same")
    assert page("count", selector=".du-table tbody tr") == len(pair["evidence"])
    page("waitText", selector=".pt-tabs", text="Duplicates1")
    page("press", keys=["a"])
    page("waitText", selector="[role=dialog]", text="They are one person")
    assert page("axe") == []
    page("press", keys=["Enter"])
    page("waitText", selector=".cu-note", text="Merged", timeout=15000)
    one = customers.get(home["id"])
    assert identifiers(one) == identifiers(home) | identifiers(work)
    assert customers.duplicates(status="accepted")[0]["id"] == pair["id"]
    page("click", selector=".cu-note button:has-text('Undo')")
    page("waitText", selector=".cu-note", text="Parted", timeout=15000)
    assert identifiers(customers.get(home["id"])) == identifiers(home)
    assert page("complaints") == []


def test_the_queue_is_walked_by_keys_and_one_is_refused_for_good(page, customers):
    for name in ("Ottilie", "Percival"):
        pair_of(customers, name)
    page("open", path="/customers/duplicates")
    page("wait", selector=LINE)
    count = page("count", selector=LINE)
    assert count == len(customers.duplicates()) >= 2
    page("press", keys=["j", "k"])
    page("wait", selector=f"{LINE}[data-open=true]")
    first = customers.duplicates()[0]
    page("waitUrl", path=f"/customers/duplicates?pair={first['id']}")
    page("press", keys=["r"])
    page("waitText", selector="[role=dialog]", text="They are two persons")
    page("fill", selector="[role=dialog] input", text="Mother and daughter")
    page("press", keys=["Enter"])
    page("gone", selector="[role=dialog]")
    wait_for(lambda: page("count", selector=LINE) == count - 1)
    refused = customers.duplicates(status="refused")
    assert [(one["id"], one["reason"]) for one in refused] == [(first["id"], "Mother and daughter")]
    page("open", path="/customers/duplicates?status=refused")
    page("waitText", selector=".du-decided", text="Mother and daughter")
    page("click", selector=".du-decided a:has-text('Merge them all the same')")
    page("waitText", selector="[role=dialog]", text="Merge into one person")
    assert page("complaints") == []


def test_who_may_only_read_decides_nothing(open_browser, shop, customers):
    pair_of(customers, "Quentin")
    page = open_browser(shop)
    page.sign_in(sign_in(shop, "analyst@example.com"))
    page("open", path="/customers/duplicates")
    page("wait", selector=".du-table")
    assert page("count", selector=".du-actions") == 0


def test_a_household_on_a_persons_page_and_its_own(page, customers):
    home, _, _ = pair_of(customers, "Rosalind")
    group = wait_for(lambda: customers.get(home["id"])["groups"])[0]
    page("open", path=f"/customers/{home['id']}")
    page("waitText", selector=".cu-reaches", text=group["name"])
    page("waitText", selector=".cu-aside", text="Rosalind")
    page("click", selector=".cu-reaches .cu-group")
    page("waitUrl", path=f"/customers/groups/{group['id']}")
    page("waitText", selector="[role=grid]", text="Rosalind")
    page("open", path=f"/customers/groups?q={group['name'][:15].replace(' ', '+')}")
    page("waitText", selector="[role=grid]", text=group["name"])
    assert page("complaints") == []
