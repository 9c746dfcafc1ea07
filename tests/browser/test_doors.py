# SPDX-License-Identifier: Apache-2.0
"""Coming in: set-up, sign-in, second factor, invitation; a session that ends while one types; what a role sees; the keyboard alone."""
import base64
import hashlib
import hmac
import struct
import time

import pytest
from people import PASSWORD, ROLES, set_up, sign_in


def totp(secret, at=None):
    """RFC 6238 with six digits and 30 s."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(at or time.time()) // 30), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7fffffff) % 1000000:06}"


def fill_by_keyboard(page, *texts):
    for text in texts:
        page("type", text=text)
        page("press", keys=["Tab"])


def test_first_run_by_keyboard(open_browser, patron):
    page = open_browser(patron)
    page("open", path="/")
    page("waitText", selector="h1", text="Set up Patron")
    assert page("focus")["label"].startswith("Set-up code")
    code = patron.api("GET", "/api/v1/setup").json()["code"]
    fill_by_keyboard(page, code, "Olive Owner", "olive@example.com")
    page("type", text="olive@example.com")  # one's own address is no password
    page("press", keys=["Enter"])
    page("wait", selector="[role=alert]")
    page("press", keys=["Control+a"])
    page("type", text=PASSWORD)
    page("press", keys=["Enter"])
    page("waitText", selector="main", text="No source yet", timeout=15000)


def test_sign_in_leads_to_where_one_wanted_to_go(open_browser, shop):
    page = open_browser(shop)
    page("open", path="/live?type=identify")
    page("waitText", selector="h1", text="Sign in")
    page("type", text="analyst@example.com")
    page("press", keys=["Tab"])
    page("type", text="wrong wrong wrong")
    page("press", keys=["Enter"])
    page("wait", selector="[role=alert]")
    page("press", keys=["Control+a"])
    page("type", text=PASSWORD)
    page("press", keys=["Enter"])
    page("waitText", selector="main h1", text="Live debugger", timeout=15000)
    assert page("url").endswith("/live?type=identify")


@pytest.mark.parametrize("role", ("owner", *ROLES))
def test_a_role_sees_its_areas_and_starts_at_its_own(open_browser, shop, role):
    page = open_browser(shop)
    page.sign_in(sign_in(shop, f"{role}@example.com"))
    page("open", path="/")
    page("wait", selector="main h1")
    areas = page("texts", selector="nav.sh-rail a")
    assert ("Sources" in areas) == (role != "auditor") and ("Audit" in areas) == (role in ("owner", "admin", "auditor"))
    start = {"owner": "Sources", "admin": "Sources", "engineer": "Sources", "analyst": "Live debugger", "auditor": "Audit"}[role]
    page("waitText", selector="main h1", text=start)
    assert (page("count", selector="main button:has-text('Add a source')") == 1) == (role in ("owner", "admin", "engineer"))
    assert page("complaints") == []


@pytest.mark.limit(90)
def test_a_session_that_ends_keeps_what_was_typed(page, shop):
    page("open", path="/sources?add=1")
    page("wait", selector="[role=dialog] input:focus")
    page("type", text="Kept through it all")
    page("forget")
    page("press", keys=["Enter"])
    page("waitText", selector="[role=dialog]", text="Your session has ended")
    page("fill", selector="[role=dialog] input[type=password]", text=PASSWORD)
    page("press", keys=["Enter"])
    page("waitText", selector="main h1", text="Kept through it all", timeout=15000)  # the request went through after all
    assert any(s["name"] == "Kept through it all" for s in shop.api("GET", "/api/v1/sources").json()["data"])


def test_somebody_else_gets_a_console_of_their_own(open_browser, shop):
    """Signing in as another person over an ended session does not send the first one's request."""
    page = open_browser(shop)
    page.sign_in(sign_in(shop, "engineer@example.com"))
    page("open", path="/sources?add=1")
    page("wait", selector="[role=dialog] input:focus")
    page("type", text="Never made")
    page("forget")
    page("press", keys=["Enter"])
    page("waitText", selector="[role=dialog]", text="Your session has ended")
    page("fill", selector="[role=dialog] input[type=email]", text="auditor@example.com")
    page("fill", selector="[role=dialog] input[type=password]", text=PASSWORD)
    page("press", keys=["Enter"])
    page("waitText", selector="main h1", text="Audit", timeout=15000)
    assert not any(s["name"] == "Never made" for s in shop.api("GET", "/api/v1/sources").json()["data"])


def test_second_factor(open_browser, patron):
    set_up(patron)
    cookie = "=".join(sign_in(patron, "engineer@example.com"))
    csrf = patron.api("GET", "/api/v1/session", tcp=True, headers={"Cookie": cookie}).json()["csrf"]
    headers = {"Cookie": cookie, "X-CSRF-Token": csrf}
    secret = patron.api("POST", "/api/v1/me/totp", {"password": PASSWORD}, tcp=True, headers=headers).json()["secret"]
    answer = patron.api("POST", "/api/v1/me/totp/confirm", {"code": totp(secret, time.time() - 30)}, tcp=True, headers=headers)
    assert answer.status == 200, answer
    page = open_browser(patron)
    page("open", path="/sources")
    page("waitText", selector="h1", text="Sign in")
    fill_by_keyboard(page, "engineer@example.com")
    page("type", text=PASSWORD)
    page("press", keys=["Enter"])
    page("waitText", selector="h1", text="Second factor", timeout=15000)
    page("type", text="000000")
    page("press", keys=["Enter"])
    page("wait", selector="[role=alert]")
    page("fill", selector="input", text=totp(secret))
    page("press", keys=["Enter"])
    page("waitText", selector="main h1", text="Sources", timeout=15000)


def test_invitation(open_browser, patron):
    set_up(patron)
    made = patron.api("POST", "/api/v1/accounts", {"email": "new@example.com", "name": "New Person", "role": "analyst"}).json()
    page = open_browser(patron)
    page("open", path=made["link"]["path"])
    page("waitText", selector="h1", text="Welcome to Patron")
    assert made["link"]["token"] not in page("url"), "the token leaves the address at once"
    page("fill", selector="input[type=password]", text=PASSWORD)
    page("press", keys=["Enter"])
    page("waitText", selector="main h1", text="Live debugger", timeout=15000)


def test_signing_out(page):
    page("open", path="/sources")
    page("wait", selector=".sh-person")
    page("click", selector=".sh-person")
    page("click", selector=".sh-own button:has-text('Sign out')")
    page("waitText", selector="h1", text="Sign in")
    page("open", path="/sources")
    page("waitText", selector="h1", text="Sign in")
