# SPDX-License-Identifier: Apache-2.0
"""Every page in every look: zero axe findings, zero policy violations, zero console errors, nothing wider than the screen, a picture of each."""
import pytest
from people import sign_in
from routes import DOORS, INSIDE, LOOKS, ROUTES, SETUP, filled, page_of, pages

THEMES = ("light", "dark")
SIZES = [{"width": 1440, "height": 900}, {"width": 390, "height": 844}]


def survey(browser, routes, looks, shots):
    browser("open", path="/icon.svg")
    findings = browser("survey", answer_s=280, routes=routes, looks=looks, sizes=SIZES, folder=str(shots))
    assert not findings, f"{len(findings)} findings\n" + "\n".join(findings)


def looks(theme=None, locale=None):
    return [{"theme": t, "locale": l} for t in THEMES for l in ("en", "ar") if theme in (None, t) and locale in (None, l)]


def test_every_page_is_in_a_list():
    assert {path for paths in pages().values() for path in paths} - {page_of(route) for route in INSIDE} == set()


@pytest.mark.limit(300)
@pytest.mark.parametrize(("theme", "locale"), LOOKS)
def test_every_page(page, shop, shots, theme, locale):
    survey(page, filled(ROUTES, shop.learn()), looks(theme, locale), shots)


@pytest.mark.limit(120)
def test_doors(open_browser, shop, shots):
    survey(open_browser(shop), DOORS, looks(), shots)


@pytest.mark.limit(120)
def test_first_run(open_browser, patron, shots):
    survey(open_browser(patron), SETUP, looks(), shots)


def test_without_the_right_a_page_says_who_can_grant_it(open_browser, shop):
    browser = open_browser(shop)
    browser.sign_in(sign_in(shop, "auditor@example.com"))
    browser("open", path="/live")
    browser("waitText", selector="main", text="events.read")
    assert "Analyst" in browser("text", selector="main")
    assert browser("complaints") == []
