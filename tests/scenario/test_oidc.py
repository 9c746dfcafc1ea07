# SPDX-License-Identifier: Apache-2.0
"""Sign-in by OpenID Connect: the whole flow with Debian's Glewlwyd, and every lie with a fake provider."""
import concurrent.futures
import os
import pathlib
import subprocess
import tempfile
import time
import urllib.parse

import jwt
import pytest
import requests
from harness import glewlwyd as provider
from harness.fake_oidc import CLIENT, SECRET, FakeProvider, certificate, hs256, public_pem, unsigned
from harness.glewlwyd import Glewlwyd, private_jwk
from harness.patron import Patron, free_port

START = "/api/v1/session/oidc/start"
OWNER = {"email": "owner@shop.example", "name": "Olga Owner", "password": "correct horse battery"}


class Browser:
    """A person's browser at Patron: cookies, no redirects followed."""

    def __init__(self, patron):
        self.base = patron.base
        self.http = requests.Session()

    def get(self, url, **kw):
        url = url if url.startswith("http") else self.base + url
        return self.http.get(url, allow_redirects=False, timeout=30, **kw)

    def start(self, return_to="/"):
        return self.get(START, params={"return_to": return_to})

    def whole(self, idp, return_to="/"):
        """Where the browser ends up."""
        begun = self.start(return_to)
        assert begun.status_code == 302, begun.text
        approve = idp.sign_in if isinstance(idp, Glewlwyd) else idp.approve
        return self.get(approve(begun.headers["Location"])).headers["Location"]

    def session(self):
        return self.get("/api/v1/session").json()


def sign_in_error(answer):
    assert answer.status_code == 302, answer.text
    location = urllib.parse.urlsplit(answer.headers["Location"])
    assert (location.scheme, location.netloc, location.path) == ("", "", "/sign-in"), answer.headers["Location"]
    return urllib.parse.parse_qs(location.query)["error"][0]


def secret_file(folder, secret, mode=0o600):
    path = folder / "client-secret"
    path.write_text(secret + "\n")
    path.chmod(mode)
    return path


def make_owner(patron):
    code = patron.api("GET", "/api/v1/setup").json()["code"]
    answer = patron.api("POST", "/api/v1/setup", {"code": code, **OWNER}, tcp=True)
    assert answer.status == 201, answer


def accounts(patron):
    """Everybody but the owner."""
    return [a for a in patron.api("GET", "/api/v1/accounts").json()["data"] if a["email"] != OWNER["email"]]


@pytest.fixture
def make_oidc(make_patron, scratch):
    """make_oidc(issuer, client, secret, **settings): a running daemon that knows the provider."""

    def make(issuer, client=CLIENT, secret=SECRET, port=None, start=True, **more):
        port = port or free_port()
        settings = {"oidc-issuer": issuer, "oidc-client-id": client, "oidc-public-url": f"http://127.0.0.1:{port}",
                    "oidc-client-secret-file": secret_file(scratch, secret), "oidc-create": "true",
                    "oidc-domains": "shop.example", "oidc-name": "Our people"}
        settings |= {"oidc-" + name.replace("_", "-"): value for name, value in more.items()}
        patron = make_patron(settings=settings, port=port)
        if start:
            make_owner(patron.start())
        return patron

    return make


@pytest.fixture
def fake():
    """A fake provider, stopped at the end."""
    idp = FakeProvider().start()
    yield idp
    idp.stop()


@pytest.fixture
def oidc(fake, make_oidc):
    """A daemon and the fake provider it knows."""
    return make_oidc(fake.issuer), fake


def audited(patron):
    return [(row["action"], row) for row in patron.api("GET", "/api/v1/audit?limit=100").json()["data"]]


# --- Glewlwyd ---------------------------------------------------------------------------------------------------


@pytest.fixture
def glewlwyd(make_oidc, scratch):
    """glewlwyd(alg, **settings): a daemon and a Glewlwyd that know each other."""
    assert provider.PROGRAM, "glewlwyd is not installed: ./dev installs it"
    made = []

    def make(alg="RS256", **settings):
        port = free_port()
        idp = Glewlwyd(scratch / "glewlwyd", f"http://127.0.0.1:{port}/api/v1/session/oidc/callback", alg)
        made.append(idp)
        idp.start()
        settings.setdefault("trust_email", "true")
        return make_oidc(idp.issuer, provider.CLIENT, provider.SECRET, port, **settings), idp

    yield make
    for idp in made:
        idp.stop()


@pytest.mark.parametrize("alg", ["RS256", "PS256", "ES256"])
def test_glewlwyd_signs_a_person_in(glewlwyd, alg):
    patron, idp = glewlwyd(alg)
    browser = Browser(patron)
    assert browser.session()["providers"] == [{"id": "oidc", "name": "Our people"}]
    assert browser.whole(idp, "/quarantine?source=web") == "/quarantine?source=web"
    session = browser.session()
    assert session["signed_in"] and session["kind"] == "session" and session["role"] == "analyst"
    assert session["account"]["email"] == "anna@shop.example" and session["account"]["name"] == "Anna Muster"
    again = Browser(patron)
    assert again.whole(idp) == "/"
    assert again.session()["account"]["id"] == session["account"]["id"]
    assert [a["email"] for a in accounts(patron)] == ["anna@shop.example"]


def test_glewlwyd_renews_its_key(glewlwyd):
    patron, idp = glewlwyd()
    assert Browser(patron).whole(idp) == "/"
    idp.change(keys=[private_jwk("second", "RS256")])
    assert Browser(patron).whole(idp) == "/"
    idp.change(keys=[private_jwk("third", "ES256")])
    assert Browser(patron).whole(idp) == "/"


def test_glewlwyd_vouches_for_no_address(glewlwyd):
    """Its tokens carry no email_verified: without oidc.trust_email nobody gets in by address."""
    patron, idp = glewlwyd(trust_email="false")
    assert Browser(patron).whole(idp) == "/sign-in?error=oidc_no_account"
    assert accounts(patron) == []


def test_glewlwyd_code_is_good_once(glewlwyd):
    patron, idp = glewlwyd()
    browser = Browser(patron)
    used = idp.sign_in(browser.start().headers["Location"])
    assert browser.get(used).headers["Location"] == "/"
    code = urllib.parse.parse_qs(urllib.parse.urlsplit(used).query)["code"][0]
    other = Browser(patron)
    fresh = urllib.parse.parse_qs(urllib.parse.urlsplit(other.start().headers["Location"]).query)["state"][0]
    replay = f"/api/v1/session/oidc/callback?{urllib.parse.urlencode({'state': fresh, 'code': code})}"
    assert sign_in_error(other.get(replay)) == "oidc_refused"
    assert not other.session()["signed_in"]


def test_glewlwyd_goes_away_and_comes_back(glewlwyd):
    patron, idp = glewlwyd()
    idp.stop()
    assert sign_in_error(Browser(patron).start()) == "oidc_unavailable"
    local = patron.api("POST", "/api/v1/session", {"email": OWNER["email"], "password": OWNER["password"]}, tcp=True)
    assert local.status == 200 and local.json()["signed_in"], local
    idp.start()
    time.sleep(2.1)  # a provider that failed is left alone for 2 s
    assert Browser(patron).whole(idp) == "/"


def test_an_owner_comes_first(fake, make_oidc):
    """Until somebody has set the server up nobody becomes the first account by signing in."""
    patron = make_oidc(fake.issuer, start=False).start()
    assert Browser(patron).whole(fake) == "/sign-in?error=oidc_no_account"
    make_owner(patron)
    assert Browser(patron).whole(fake) == "/"


# --- accounts -----------------------------------------------------------------------------------------------------


def test_invited_person_is_linked(oidc):
    patron, fake = oidc
    made = patron.api("POST", "/api/v1/accounts", {"email": "Anna@Shop.example", "name": "Anna", "role": "engineer",
                                                   "password": "a long enough password"})
    assert made.status == 201, made
    browser = Browser(patron)
    assert browser.whole(fake) == "/"
    assert browser.session()["role"] == "engineer"
    fake.claims = {"sub": "s1", "email": "anna.new@shop.example", "email_verified": True}  # the same person
    again = Browser(patron)
    assert again.whole(fake) == "/"
    assert again.session()["account"]["id"] == browser.session()["account"]["id"]
    assert len(accounts(patron)) == 1


@pytest.mark.parametrize("claims", [
    {"sub": "s2", "email": "anna@shop.example", "email_verified": False},
    {"sub": "s2", "email": "anna@shop.example"},
    {"sub": "s2", "email": "eve@evil.example", "email_verified": True},
    {"sub": "s2", "email": "eve@evil.shop.example", "email_verified": True},
    {"sub": "s2"},
], ids=["unverified", "silent", "another domain", "below our domain", "no address"])
def test_no_account_for_them(oidc, claims):
    patron, fake = oidc
    fake.claims = claims
    fake.userinfo = {"sub": "s2"}
    browser = Browser(patron)
    assert browser.whole(fake) == "/sign-in?error=oidc_no_account"
    assert not browser.session()["signed_in"]
    assert accounts(patron) == []


def test_disabled_person_stays_out(oidc):
    patron, fake = oidc
    browser = Browser(patron)
    assert browser.whole(fake) == "/"
    account = browser.session()["account"]["id"]
    assert patron.api("PATCH", f"/api/v1/accounts/{account}", {"disabled": True}).status == 200
    assert not browser.session()["signed_in"]
    assert Browser(patron).whole(fake) == "/sign-in?error=oidc_no_account"


def test_address_from_userinfo(oidc):
    patron, fake = oidc
    fake.claims = {"sub": "s1"}
    fake.userinfo = {"sub": "s1", "email": "anna@shop.example", "email_verified": True, "name": "Anna"}
    browser = Browser(patron)
    assert browser.whole(fake) == "/"
    assert browser.session()["account"]["email"] == "anna@shop.example"
    fake.userinfo["sub"] = "s2"
    assert Browser(patron).whole(fake) == "/sign-in?error=oidc_refused"


def test_every_sign_in_is_a_new_session(oidc):
    """Fixation: a cookie that was there before is worth nothing afterwards."""
    patron, fake = oidc
    browser = Browser(patron)
    browser.http.cookies.set("patron_session", "planted-by-somebody", domain="127.0.0.1", path="/")
    assert browser.whole(fake) == "/"
    values = [c.value for c in browser.http.cookies if c.name == "patron_session"]
    assert "planted-by-somebody" not in values and browser.session()["signed_in"]
    first = values[0]
    assert browser.whole(fake) == "/"
    assert first not in [c.value for c in browser.http.cookies if c.name == "patron_session"]


def test_what_was_done_is_audited(oidc):
    patron, fake = oidc
    assert Browser(patron).whole(fake) == "/"
    actions = [action for action, _ in audited(patron)]
    assert {"account.added", "account.linked", "session.began"} <= set(actions)
    fake.token = unsigned
    assert Browser(patron).whole(fake) == "/sign-in?error=oidc_refused"
    failed = [row for action, row in audited(patron) if action == "session.failed"]
    assert len(failed) == 1 and "not signed" in str(failed[0])


# --- forged tokens --------------------------------------------------------------------------------------------------


def changed(**claims):
    def make(idp, true):
        return idp.signed({**true, **{k: (v(true) if callable(v) else v) for k, v in claims.items()}})
    return make


def without(name):
    return lambda idp, true: idp.signed({k: v for k, v in true.items() if k != name})


LIES = {
    "alg none": lambda idp, true: unsigned(true),
    "alg none, spelled otherwise": lambda idp, true: unsigned(true, "nOnE"),
    "HS256 by the public key": lambda idp, true: hs256(true, public_pem(idp.rsa)),
    "HS256 by the client secret": lambda idp, true: hs256(true, SECRET.encode()),
    "another's key": lambda idp, true: idp.signed(true, key=idp.other_rsa),
    "another's key, unknown kid": lambda idp, true: idp.signed(true, key=idp.other_rsa, kid="nobody"),
    "own key in the header": lambda idp, true: jwt.encode(true, idp.other_rsa, "RS256", headers={
        "kid": "one", "jwk": jwt.algorithms.RSAAlgorithm.to_jwk(idp.other_rsa.public_key(), as_dict=True)}),
    "RS384": lambda idp, true: idp.signed(true, alg="RS384", key=idp.rsa),
    "no signature": lambda idp, true: idp.signed(true).rsplit(".", 1)[0] + ".",
    "claims of another token": lambda idp, true: ".".join(
        [idp.signed(true).split(".")[0], idp.signed({**true, "sub": "eve"}).split(".")[1], idp.signed(true).split(".")[2]]),
    "another nonce": changed(nonce="another"),
    "no nonce": without("nonce"),
    "another issuer": changed(iss="https://evil.example"),
    "another audience": changed(aud="another-client"),
    "several audiences, no azp": changed(aud=["another-client", CLIENT]),
    "another azp": changed(azp="another-client"),
    "expired": changed(exp=lambda true: true["iat"] - 61),
    "no expiry": without("exp"),
    "from the future": changed(iat=lambda true: true["iat"] + 120),
    "not yet valid": changed(nbf=lambda true: true["iat"] + 120),
    "no subject": without("sub"),
    "not a token": lambda idp, true: "hello",
    "encrypted shape": lambda idp, true: "a.b.c.d.e",
}


@pytest.fixture(scope="module")
def module_oidc():
    """One daemon and one fake for tests that leave both as they were."""
    idp = FakeProvider().start()
    with tempfile.TemporaryDirectory(prefix="pt-", ignore_cleanup_errors=True) as folder:
        folder = pathlib.Path(folder)
        port = free_port()
        patron = Patron(folder / "p", port=port, settings={
            "oidc-issuer": idp.issuer, "oidc-client-id": CLIENT, "oidc-public-url": f"http://127.0.0.1:{port}",
            "oidc-client-secret-file": secret_file(folder, SECRET), "oidc-create": "true", "oidc-domains": "*"}).start()
        try:
            make_owner(patron)
            yield patron, idp
            patron.stop()
        finally:
            patron.discard()
            idp.stop()


@pytest.mark.parametrize("lie", LIES)
def test_forged_token_is_refused(request, module_oidc, lie):
    patron, idp = module_oidc
    request.node.patrons = [patron]
    idp.token = lambda true: LIES[lie](idp, true)
    browser = Browser(patron)
    assert browser.whole(idp) == "/sign-in?error=oidc_refused"
    assert not browser.session()["signed_in"]
    assert "patron_session" not in browser.http.cookies
    idp.token = idp.signed  # the same browser with the truth
    assert browser.whole(idp) == "/"
    assert browser.session()["signed_in"]


def test_sixty_seconds_of_leeway(module_oidc):
    patron, idp = module_oidc
    idp.token = lambda true: idp.signed({**true, "exp": true["iat"] - 50, "iat": true["iat"] + 50})
    assert Browser(patron).whole(idp) == "/"
    idp.token = idp.signed


@pytest.mark.parametrize("return_to", [
    "//evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example", "http:evil.example", "evil.example",
    "/a//evil.example", "/\t/evil.example", "/\r\nSet-Cookie: x=y", "javascript:alert(1)", "", " /", "/ /evil.example",
    "/\u2215/evil.example", "/" + "x" * 1024, "/%0a%0dx".replace("%0a", "\n").replace("%0d", "\r"),
], ids=repr)
def test_open_redirect_is_refused(module_oidc, return_to):
    patron, _ = module_oidc
    answer = Browser(patron).start(return_to)
    assert answer.status_code == 400, (answer.status_code, answer.headers)
    assert "Location" not in answer.headers and answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("return_to", ["/", "/sources", "/quarantine?a=b&c=%2F%2Fevil", "/x#y", "/" + "x" * 1023])
def test_return_to_a_page_here(module_oidc, return_to):
    patron, idp = module_oidc
    assert Browser(patron).whole(idp, return_to) == return_to


# --- state ----------------------------------------------------------------------------------------------------------


def test_state_is_good_once(module_oidc):
    patron, idp = module_oidc
    browser = Browser(patron)
    back = idp.approve(browser.start().headers["Location"])
    cookie = browser.http.cookies.get_dict()
    assert browser.get(back).headers["Location"] == "/"
    browser.http.cookies.update(cookie)
    assert sign_in_error(browser.get(back)) == "oidc_state"


def test_another_browser_cannot_end_it(module_oidc):
    """Forged sign-in: somebody else's answer does not sign this browser in as them."""
    patron, idp = module_oidc
    mine, theirs = Browser(patron), Browser(patron)
    back = idp.approve(theirs.start().headers["Location"])
    mine.start()
    assert sign_in_error(mine.get(back)) == "oidc_state"
    assert not mine.session()["signed_in"]


@pytest.mark.parametrize("query", ["", "?code=x", "?state=x&code=y", "?state=&code=", "?error=access_denied"])
def test_answer_to_no_sign_in(module_oidc, query):
    patron, _ = module_oidc
    assert sign_in_error(Browser(patron).get(f"/api/v1/session/oidc/callback{query}")) == "oidc_state"


def test_declined_at_the_provider(module_oidc):
    patron, idp = module_oidc
    browser = Browser(patron)
    back = idp.approve(browser.start().headers["Location"])
    state = urllib.parse.parse_qs(urllib.parse.urlsplit(back).query)["state"][0]
    declined = f"/api/v1/session/oidc/callback?error=access_denied&error_description=no%20thanks&state={state}"
    assert sign_in_error(browser.get(declined)) == "oidc_denied"
    assert sign_in_error(browser.get(back)) == "oidc_state"  # it is over


def test_what_providers_add_is_passed_over(module_oidc):
    patron, idp = module_oidc
    browser = Browser(patron)
    back = idp.approve(browser.start().headers["Location"])
    iss = urllib.parse.quote(idp.issuer, safe="")
    assert browser.get(f"{back}&iss={iss}&session_state=x&scope=openid&authuser=0&prompt=none").headers["Location"] == "/"


def test_another_issuer_in_the_answer(module_oidc):
    patron, idp = module_oidc
    browser = Browser(patron)
    back = idp.approve(browser.start().headers["Location"])
    assert sign_in_error(browser.get(f"{back}&iss=https%3A%2F%2Fevil.example")) == "oidc_refused"


def test_cookie_of_a_sign_in(module_oidc):
    patron, idp = module_oidc
    browser = Browser(patron)
    begun = browser.start()
    cookie = begun.headers["Set-Cookie"]
    assert cookie.startswith("patron_oidc=")
    for part in ("Path=/", "Max-Age=600", "HttpOnly", "SameSite=Lax"):
        assert f"; {part}" in cookie, cookie
    assert begun.headers["Cache-Control"] == "no-store"
    state = urllib.parse.parse_qs(urllib.parse.urlsplit(begun.headers["Location"]).query)["state"][0]
    assert browser.http.cookies["patron_oidc"] not in begun.headers["Location"] and state not in cookie
    assert browser.get(idp.approve(begun.headers["Location"])).status_code == 302
    assert "patron_oidc" not in browser.http.cookies  # taken back


def test_cookie_over_https(fake, make_oidc):
    patron = make_oidc(fake.issuer, public_url="https://patron.shop.example")
    begun = Browser(patron).start()
    cookie = begun.headers["Set-Cookie"]
    assert cookie.startswith("__Host-patron_oidc=") and "; Secure" in cookie and "; Path=/;" in cookie
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(begun.headers["Location"]).query)
    assert query["redirect_uri"] == ["https://patron.shop.example/api/v1/session/oidc/callback"]


def test_a_flood_of_beginnings_is_bounded(oidc):
    patron, fake = oidc
    first, second, last = Browser(patron), Browser(patron), Browser(patron)
    answers = [first.start(), second.start()]

    def begin(_):
        return requests.get(patron.base + START, allow_redirects=False, timeout=30).status_code

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert set(pool.map(begin, range(998))) == {302}
    answers.append(last.start())
    assert sign_in_error(first.get(fake.approve(answers[0].headers["Location"]))) == "oidc_state"
    assert second.get(fake.approve(answers[1].headers["Location"])).headers["Location"] == "/"
    assert last.get(fake.approve(answers[2].headers["Location"])).headers["Location"] == "/"


# --- a provider that fails ------------------------------------------------------------------------------------------


FAILURES = {
    "error page": ("/.well-known/openid-configuration", (500, b"oops")),
    "another issuer": ("/.well-known/openid-configuration", (200, {"issuer": "https://evil.example"})),
    "not JSON": ("/.well-known/openid-configuration", (200, b"<html>")),
    "moved": ("/.well-known/openid-configuration", (302, b"", {"Location": "/elsewhere"})),
    "too large": ("/.well-known/openid-configuration", (200, b" " * (256 << 10) + b"{}")),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_discovery_fails(oidc, failure):
    patron, fake = oidc
    path, answer = FAILURES[failure]
    fake.answers[path] = answer
    assert sign_in_error(Browser(patron).start()) == "oidc_unavailable"
    assert fake.asked == [path]
    assert sign_in_error(Browser(patron).start()) == "oidc_unavailable"
    assert fake.asked == [path], "asked again at once"
    assert patron.api("GET", "/readyz").status == 200


LATER_FAILURES = {
    "token: down": ("/token", (503, b""), "oidc_unavailable"),
    "token: code refused": ("/token", (400, {"error": "invalid_grant"}), "oidc_refused"),
    "token: not an object": ("/token", (200, b"[]"), "oidc_refused"),
    "token: no ID token": ("/token", (200, {"access_token": "x"}), "oidc_refused"),
    "token: moved": ("/token", (307, b"", {"Location": "/token2"}), "oidc_refused"),
    "token: too large": ("/token", (200, b" " * (300 << 10)), "oidc_unavailable"),
    "keys: down": ("/keys", (500, b""), "oidc_unavailable"),
    "keys: not an object": ("/keys", (200, b"[]"), "oidc_refused"),
    "keys: none": ("/keys", (200, {"keys": []}), "oidc_refused"),
}


@pytest.mark.parametrize("failure", LATER_FAILURES)
def test_later_answer_fails(oidc, failure):
    patron, fake = oidc
    path, answer, code = LATER_FAILURES[failure]
    fake.answers[path] = answer
    assert Browser(patron).whole(fake) == f"/sign-in?error={code}"
    fake.answers.clear()
    assert Browser(patron).whole(fake) == "/"


def test_slow_provider_holds_nobody_up(oidc):
    patron, fake = oidc
    assert Browser(patron).whole(fake) == "/"
    fake.delay_s = 1.5
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        begun = time.monotonic()
        slow = [pool.submit(Browser(patron).whole, fake) for _ in range(4)]
        time.sleep(0.3)
        for _ in range(20):
            assert patron.api("GET", "/api/v1/accounts").status == 200
        assert time.monotonic() - begun < 1.4, "management waited for the provider"
        assert [s.result() for s in slow] == ["/"] * 4


def test_stop_does_not_wait_for_the_provider(oidc):
    patron, fake = oidc
    browser = Browser(patron)
    back = fake.approve(browser.start().headers["Location"])
    fake.delay_s = 30
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: browser.get(back))
        time.sleep(0.5)
        begun = time.monotonic()
        patron.stop()
        assert time.monotonic() - begun < 6
        fake.delay_s = 0


# --- TLS to the provider --------------------------------------------------------------------------------------------


def test_certificate_of_the_provider_is_checked(make_oidc, scratch):
    paths = certificate(scratch)
    fake = FakeProvider(tls=paths).start()
    try:
        stranger = make_oidc(fake.issuer)
        assert sign_in_error(Browser(stranger).start()) == "oidc_unavailable"
        friend = make_oidc(fake.issuer, ca_file=paths[0])
        assert Browser(friend).whole(fake) == "/"
    finally:
        fake.stop()


# --- settings -------------------------------------------------------------------------------------------------------


def test_without_a_provider(patron):
    browser = Browser(patron)
    assert browser.session()["providers"] == []
    assert sign_in_error(browser.start()) == "oidc_off"
    assert sign_in_error(browser.get("/api/v1/session/oidc/callback?state=x&code=y")) == "oidc_off"


@pytest.mark.parametrize("change, problem", [
    ({"issuer": "http://idp.shop.example"}, "oidc.issuer"),
    ({"client_id": ""}, "oidc.client_id"),
    ({"public_url": "http://patron.shop.example"}, "oidc.public_url"),
    ({"domains": ""}, "oidc.create needs oidc.domains"),
    ({"role": "owner"}, "oidc.role"),
    ({"role": "king"}, "oidc.role"),
    ({"client_secret_file": "/nowhere/secret"}, "oidc.client_secret_file"),
], ids=str)
def test_wrong_setting_stops_the_start(make_oidc, change, problem):
    patron = make_oidc(**{"issuer": "https://idp.shop.example", "start": False})
    patron.settings |= {"oidc-" + name.replace("_", "-"): value for name, value in change.items()}
    done = subprocess.run(patron.command(), capture_output=True, text=True, timeout=30, cwd=patron.folder, env=patron.env)
    assert done.returncode == 1 and problem in done.stderr, done.stderr


def test_secret_open_to_others_stops_the_start(make_oidc):
    patron = make_oidc("https://idp.shop.example", start=False)
    os.chmod(patron.settings["oidc-client-secret-file"], 0o644)
    done = subprocess.run(patron.command(), capture_output=True, text=True, timeout=30, cwd=patron.folder, env=patron.env)
    assert done.returncode == 1 and "open to others" in done.stderr, done.stderr
    assert SECRET not in done.stderr


def test_secrets_are_told_nobody(oidc):
    """Neither log nor data folder holds the client's secret, a code or a token."""
    patron, fake = oidc
    browser = Browser(patron)
    back = fake.approve(browser.start().headers["Location"])
    code = urllib.parse.parse_qs(urllib.parse.urlsplit(back).query)["code"][0]
    browser.get(back)
    fake.token = unsigned
    Browser(patron).whole(fake)
    session = browser.http.cookies["patron_session"]
    patron.stop()
    texts = [patron.stderr_path.read_bytes()] + [f.read_bytes() for f in patron.data.rglob("*") if f.is_file() and f.stat().st_size < 64 << 20]
    for secret in (SECRET, code, session, "an-access-token"):
        assert all(secret.encode() not in text for text in texts), secret
