# SPDX-License-Identifier: Apache-2.0
"""People from the invitation to the last refusal, a second factor of one's own, one's sessions, and API tokens."""
import time

import pytest
from harness import web
from harness.person import totp
from people import PASSWORD, sign_in

OTHER_PASSWORD = "quite another sentence"


def person(shop, email):
    return shop.api("GET", f"/api/v1/accounts/{email}").json()


def sign_in_by_form(page, email, password=PASSWORD):
    page("waitText", selector="h1", text="Sign in")
    page("fill", selector="input[type=email]", text=email)
    page("fill", selector="input[type=password]", text=password)
    page("press", keys=["Enter"])


@pytest.mark.limit(120)
def test_a_person_is_invited_works_and_leaves(page, open_browser, shop):
    page("open", path="/people")
    page("wait", selector="[role=grid] [data-index]")
    page("press", keys=["n"])
    page("wait", selector="[role=dialog] input:focus")
    page("type", text="nadia@example.com")
    page("press", keys=["Tab"])
    page("type", text="Nadia New")
    page("press", keys=["Enter"])
    page("waitText", selector="[role=dialog]", text="Hand this link to Nadia New")
    link = page("text", selector="[role=dialog] pre").strip()
    assert link.startswith(f"{shop.base}/invitation#") and person(shop, "nadia@example.com")["state"] == "invited"
    assert page("axe") == []
    page("click", selector="[role=dialog] button:has-text('Done')")

    theirs = open_browser(shop)
    theirs("open", path=link)
    theirs("waitText", selector="h1", text="Welcome to Patron")
    theirs("fill", selector="input[type=password]", text=PASSWORD)
    theirs("press", keys=["Enter"])
    theirs("waitText", selector="main h1", text="Live debugger", timeout=15000)
    assert "People and roles" not in theirs("texts", selector="nav.sh-rail a")

    page("fill", selector="main input[placeholder^=Find]", text="nadia@")
    page("waitText", selector="[role=grid]", text="Nadia New")
    page("click", selector="[role=grid] [data-index='0']")
    page("waitText", selector=".pt-side", text="Active")
    page("click", selector=".pt-side input[aria-label=Role]")
    page("click", selector="[role=option]:has-text('Auditor') >> visible=true")
    page("waitText", selector=".pt-toast", text="Nadia New is Auditor now")
    theirs("press", keys=["g", "h"])  # another role, another session
    theirs("waitText", selector="[role=dialog]", text="Your session has ended")
    theirs("fill", selector="[role=dialog] input[type=password]", text=PASSWORD)
    theirs("press", keys=["Enter"])
    theirs("waitText", selector="nav.sh-rail", text="People and roles", timeout=15000)

    page("click", selector=".pt-side button:has-text('Disable')")
    page("waitText", selector=".pt-side", text="Disabled")
    assert person(shop, "nadia@example.com")["state"] == "disabled"
    theirs("open", path="/audit")
    sign_in_by_form(theirs, "nadia@example.com")
    theirs("wait", selector="[role=alert]")
    theirs("waitText", selector="h1", text="Sign in")
    assert page("complaints") == []


@pytest.mark.limit(120)
def test_a_second_factor_from_setting_up_to_turning_off(open_browser, shop):
    email = "factor@example.com"
    shop.api("POST", "/api/v1/accounts", {"email": email, "name": "Fay Factor", "role": "analyst", "password": PASSWORD})
    page = open_browser(shop)
    page.sign_in(sign_in(shop, email))
    page("open", path="/live")
    page("wait", selector="main h1")
    page("click", selector=".sh-person")
    page("wait", selector=".sh-own[role=dialog]")
    assert page("axe") == []
    page("click", selector=".sh-own a:has-text('Your account')")
    page("wait", selector=".yo-session")
    page("click", selector="button:has-text('Set up')")
    page("wait", selector="[role=dialog] input[type=password]")
    page("type", text="not my password")
    page("press", keys=["Enter"])
    page("wait", selector="[role=dialog] [role=alert]")
    page("fill", selector="[role=dialog] input[type=password]", text=PASSWORD)
    page("press", keys=["Enter"])
    page("wait", selector=".yo-qr path", timeout=15000)
    assert page("focus")["label"].startswith("The code it shows")
    assert page("axe") == []
    secret = page("text", selector=".yo-secret code")
    page("type", text=totp(secret, time.time() - 30))  # the step before counts too, and leaves this one for the sign-in
    page("press", keys=["Enter"])
    page("wait", selector=".yo-codes li")
    codes = page("texts", selector=".yo-codes li")
    assert len(codes) == 10 and page("axe") == []
    page("press", keys=["Escape"])
    assert page("visible", selector=".yo-codes"), "what is shown once goes by its button only"
    page("click", selector="[role=dialog] button:has-text('I have kept them')")
    page("waitText", selector="main", text="10 recovery codes are left")
    assert person(shop, email)["totp"]

    page("forget")
    page("open", path="/you")
    sign_in_by_form(page, email)
    page("waitText", selector="h1", text="Second factor", timeout=15000)
    page("type", text=codes[0])
    page("press", keys=["Enter"])
    page("waitText", selector="main", text="9 recovery codes are left", timeout=15000)

    page("click", selector="button:has-text('Turn off')")
    page("wait", selector="[role=dialog] input[type=password]")
    page("type", text=PASSWORD)
    page("press", keys=["Enter"])
    page("waitText", selector=".pt-toast", text="The second factor is off", timeout=15000)
    assert not person(shop, email)["totp"]


@pytest.mark.limit(120)
def test_ones_name_password_and_sessions(open_browser, shop):
    email = "self@example.com"
    shop.api("POST", "/api/v1/accounts", {"email": email, "name": "Sam Self", "role": "analyst", "password": PASSWORD})
    sign_in(shop, email)
    page = open_browser(shop)
    page.sign_in(sign_in(shop, email))
    page("open", path="/you")
    page("wait", selector=".yo-session")
    assert page("count", selector=".yo-session") == 2 and page("count", selector=".yo-session:has-text('This browser')") == 1
    page("click", selector=".yo-session button")
    page("waitText", selector=".pt-toast", text="That browser is signed out")
    page("gone", selector=".yo-session button")

    page("click", selector="button:has-text('Change the name')")
    page("wait", selector="[role=dialog] input")
    page("fill", selector="[role=dialog] input", text="Sam Selfmade")
    page("press", keys=["Enter"])
    page("waitText", selector=".sh-person-name", text="Sam Selfmade")

    page("click", selector=".pt-panel:has(h2:text-is('Password')) button")
    page("wait", selector="[role=dialog] input[type=password]")
    page("type", text=PASSWORD)
    page("fill", selector="[role=dialog] input[autocomplete=new-password]", text=OTHER_PASSWORD)
    page("press", keys=["Enter"])
    page("waitText", selector=".pt-toast", text="The password is changed", timeout=15000)
    page("sleep", ms=3000)
    assert page("count", selector="[role=dialog]") == 0, "the new session goes on in this browser"
    page("click", selector="button:has-text('Change the name')")  # with the new session's token
    page("wait", selector="[role=dialog] input")
    page("fill", selector="[role=dialog] input", text="Sam Again")
    page("press", keys=["Enter"])
    page("waitText", selector=".sh-person-name", text="Sam Again")
    sign_in(shop, email, OTHER_PASSWORD)
    assert page("complaints") == []


@pytest.mark.limit(90)
def test_a_token_is_made_used_and_revoked(page, shop):
    page("open", path="/people/tokens?add=1")
    page("wait", selector="[role=dialog] input:focus")
    page("type", text="Nightly report")
    page("press", keys=["Enter"])
    page("waitText", selector="[role=dialog]", text="it cannot be shown again")
    token = page("text", selector="[role=dialog] pre").strip()
    assert page("axe") == []
    page("click", selector="[role=dialog] button:has-text('Done')")

    def ask(method, path, body=None):
        return web.request(method, shop.base + path, body=body, headers={**web.bearer(token), "Content-Type": "application/json"})
    assert ask("GET", "/api/v1/sources").status == 200
    assert ask("POST", "/api/v1/sources", b'{"name": "Not with this role"}').status == 403

    page("reload")
    page("waitText", selector="[role=grid]", text="Nightly report")
    page("click", selector="[role=grid] [data-index='0']")
    page("waitText", selector=".pt-side", text="Olive Owner")
    page("click", selector=".pt-side button:has-text('Revoke')")
    page("wait", selector="[role=dialog] input:focus")
    page("type", text="Nightly report")
    page("press", keys=["Enter"])
    page("waitText", selector=".pt-toast", text="The token is revoked")
    assert ask("GET", "/api/v1/sources").status == 401
    assert page("complaints") == []
