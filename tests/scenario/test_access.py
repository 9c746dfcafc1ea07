# SPDX-License-Identifier: Apache-2.0
"""People: set-up, signing in and out, what a page of another site may not do, guessing, second factor, invitations, tokens."""
import concurrent.futures
import subprocess
import time

import pytest
from harness.patron import CLEAN_ENV, PATRON
from harness.person import PASSWORD, Person, colleague, owner, totp


def status_of(person):
    return person.call("GET", "/api/v1/me").status


# --- set-up ------------------------------------------------------------------------------------------------------


def test_first_run(patron):
    visitor = Person(patron)
    before = visitor.session()
    assert before["setup_required"] and not before["signed_in"] and before["account"] is None and before["permissions"] == []
    code = patron.cli_json("setup-code")["code"]
    assert code in patron.stderr_path.read_text(), "patrond prints the code at its start"
    wanted = {"code": code, "email": "Ann@Example.com", "name": "Ann", "password": PASSWORD}
    assert visitor.call("POST", "/api/v1/setup", {**wanted, "code": "AAAAA-AAAAA-AAAAA-AAAAA"}).status == 401
    assert visitor.call("POST", "/api/v1/setup", {**wanted, "password": "password123"}).status == 400
    session = visitor.ok("POST", "/api/v1/setup", {**wanted, "code": code.lower().replace("-", " ")}, 201)
    assert session["signed_in"] and session["role"] == "owner" and session["account"]["email"] == "ann@example.com"
    assert not session["setup_required"] and "people.write" in session["permissions"]
    assert visitor.call("POST", "/api/v1/setup", wanted).status == 409
    assert patron.cli("setup-code", check=False).returncode == 1
    flags = {part.strip().split("=")[0] for part in visitor.set_cookie.split(";")}
    assert {"patron_session", "HttpOnly", "SameSite", "Path", "Max-Age"} <= flags and "Secure" not in flags


def test_setup_code_is_for_the_socket(patron):
    token = patron.add_token()
    assert patron.api("GET", "/api/v1/setup", token=token).status == 403
    assert patron.api("GET", "/api/v1/setup", tcp=True).status == 401


# --- sessions ----------------------------------------------------------------------------------------------------


def test_a_session_survives_kill_9_and_ends_when_signed_out(patron):
    person = owner(patron)
    patron.kill9()
    patron.start()
    assert status_of(person) == 200
    old = Person(patron, person.cookie, person.csrf)
    person.ok("DELETE", "/api/v1/session")
    assert "Max-Age=0" in person.set_cookie
    assert status_of(old) == 401
    assert not old.session()["signed_in"]


def test_fixation(patron):
    """A session id that was there before signing in is not the one after it."""
    first = owner(patron)
    planted = first.cookie
    again = Person(patron, planted, first.csrf)
    again.sign_in("owner@example.com")
    assert again.cookie != planted
    assert Person(patron, planted).call("GET", "/api/v1/me").status == 401
    made_up = Person(patron, "A" * 43)
    made_up.sign_in("owner@example.com")
    assert made_up.cookie != "A" * 43 and status_of(made_up) == 200


def test_sessions_are_listed_and_ended(patron):
    one = owner(patron)
    two, three = Person(patron), Person(patron)
    two.sign_in("owner@example.com")
    three.sign_in("owner@example.com")
    rows = one.ok("GET", "/api/v1/me/sessions")["data"]
    assert len(rows) == 3 and [row["current"] for row in rows].count(True) == 1
    stranger = colleague(patron, "other@example.com", "admin")
    newest = rows[0]["id"]
    assert stranger.call("DELETE", f"/api/v1/me/sessions/{newest}").status == 404
    one.ok("DELETE", f"/api/v1/me/sessions/{newest}")
    assert (status_of(one), status_of(two), status_of(three)) == (200, 200, 401)
    one.ok("DELETE", "/api/v1/me/sessions")
    assert (status_of(one), status_of(two)) == (200, 401)


def test_new_password_ends_all_sessions(patron):
    one, two = owner(patron), Person(patron)
    two.sign_in("owner@example.com")
    old = Person(patron, one.cookie)
    assert one.call("POST", "/api/v1/me/password", {"current": "wrong password", "password": "another password"}).status == 401
    one.ok("POST", "/api/v1/me/password", {"current": PASSWORD, "password": "another password"})
    assert (status_of(one), status_of(two), status_of(old)) == (200, 401, 401)
    assert Person(patron).call("POST", "/api/v1/session", {"email": "owner@example.com", "password": PASSWORD}).status == 401


def test_nothing_secret_is_on_disk_or_in_the_log(patron):
    person = owner(patron)
    token = patron.add_token()
    link = patron.cli_json("user", "add", "--email", "n@example.com", "--name", "N", "--role", "analyst")["link"]["token"]
    patron.stop()
    secrets = [person.cookie, token, link, PASSWORD]
    for file in [*patron.data.rglob("*"), patron.stderr_path]:
        if file.is_file() and file.stat().st_size < 64 << 20:
            content = file.read_bytes()
            assert not [secret for secret in secrets if secret.encode() in content], file


# --- pages of other sites -----------------------------------------------------------------------------------------

FORGED = [
    ("no token", {"X-CSRF-Token": None}, 403),
    ("wrong token", {"X-CSRF-Token": "A" * 43}, 403),
    ("empty token", {"X-CSRF-Token": ""}, 403),
    ("another origin", {"Origin": "https://evil.example"}, 403),
    ("no origin of its own", {"Origin": "null"}, 403),
    ("another port", {"Origin": "http://127.0.0.1:1"}, 403),
    ("browser says cross-site", {"Sec-Fetch-Site": "cross-site"}, 403),
    ("browser says same-site", {"Sec-Fetch-Site": "same-site"}, 403),
    ("as the console does it", {}, 200),
    ("no browser", {"Origin": None, "Sec-Fetch-Site": None}, 200),
]


@pytest.fixture(scope="module")
def anna(module_patron):
    return owner(module_patron.patron, "anna@example.com")


@pytest.mark.parametrize("headers,status", [row[1:] for row in FORGED], ids=[row[0] for row in FORGED])
def test_csrf(anna, headers, status):
    answer = anna.call("PATCH", "/api/v1/me", {"name": "Anna"}, headers=headers, csrf="X-CSRF-Token" not in headers)
    assert answer.status == status, answer


def test_csrf_token_of_another_session(anna):
    other = Person(anna.patron)
    other.sign_in("anna@example.com")
    assert anna.call("PATCH", "/api/v1/me", {"name": "Anna"}, headers={"X-CSRF-Token": other.csrf}).status == 403


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}], ids=["origin", "fetch"])
def test_nobody_elses_page_signs_a_person_in_or_out(anna, headers):
    body = {"email": "anna@example.com", "password": PASSWORD}
    assert Person(anna.patron).call("POST", "/api/v1/session", body, headers=headers).status == 403
    assert anna.call("DELETE", "/api/v1/session", headers=headers).status == 403
    assert status_of(anna) == 200


# --- guessing ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("email", ["owner@example.com", "nobody@example.com"], ids=["known", "unknown"])
def test_guessing_passwords(patron, email):
    """A known address and one of nobody answer alike, and both wait ever longer."""
    person = owner(patron)
    answers = []
    while len(answers) < 9 and (not answers or answers[-1].status == 401):
        answers.append(Person(patron).call("POST", "/api/v1/session", {"email": email, "password": f"guess number {len(answers)}"}))
    # the sixth; a busy machine may take longer to judge a guess than the first waits last
    assert len(answers) >= 6 and [a.status for a in answers] == [401] * (len(answers) - 1) + [429]
    assert len({a.text for a in answers[:-1]}) == 1 and "mail address or password" in answers[0].text
    assert int(answers[-1].header("Retry-After")) >= 1
    time.sleep(1.1)
    waits = []
    for _ in range(2):
        answer = Person(patron).call("POST", "/api/v1/session", {"email": email, "password": "guess again"})
        while answer.status == 429:
            waits.append(int(answer.header("Retry-After")))
            time.sleep(waits[-1])
            answer = Person(patron).call("POST", "/api/v1/session", {"email": email, "password": "guess again"})
        assert answer.status == 401
    assert max(waits) >= 2, "the wait grows"
    assert status_of(person) == 200, "who is signed in is not bothered"


def test_many_guesses_at_once(patron):
    """Those that are still being judged count too, and memory stays bounded."""
    owner(patron)
    before = patron_rss(patron)
    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        statuses = list(pool.map(lambda i: Person(patron).call("POST", "/api/v1/session", {"email": "owner@example.com",
                                                                                           "password": f"guess {i:06d}"}).status, range(24)))
    assert statuses.count(401) <= 6 and set(statuses) <= {401, 429}, statuses
    assert patron_rss(patron) - before < 200 << 20


def patron_rss(patron):
    for line in open(f"/proc/{patron.pid}/status", encoding="ascii"):
        if line.startswith("VmHWM"):
            return int(line.split()[1]) << 10
    raise AssertionError("no VmHWM")


def test_the_right_password_is_heard_after_the_wait(patron):
    owner(patron)
    for i in range(5):
        assert Person(patron).call("POST", "/api/v1/session", {"email": "owner@example.com", "password": f"guess number {i}"}).status == 401
    body = {"email": "owner@example.com", "password": PASSWORD}
    answer = Person(patron).call("POST", "/api/v1/session", body)
    assert answer.status == 429
    time.sleep(int(answer.header("Retry-After")))
    assert Person(patron).call("POST", "/api/v1/session", body).status == 200


# --- second factor --------------------------------------------------------------------------------------------------


def test_second_factor(patron):
    person = owner(patron)
    assert person.call("POST", "/api/v1/me/totp", {"password": "wrong password"}).status == 401
    enrolled = person.ok("POST", "/api/v1/me/totp", {"password": PASSWORD})
    assert enrolled["uri"].startswith("otpauth://totp/Patron:owner@example.com?secret=" + enrolled["secret"])
    assert person.call("POST", "/api/v1/me/totp/confirm", {"code": "000000"}).status == 401
    codes = person.ok("POST", "/api/v1/me/totp/confirm", {"code": totp(enrolled["secret"])})["recovery_codes"]
    assert len(set(codes)) == 10
    me = person.ok("GET", "/api/v1/me")
    assert me["totp"] and me["recovery_codes_left"] == 10

    again = Person(patron)
    session = again.sign_in("owner@example.com")
    assert session["second_factor_due"] and not session["signed_in"] and session["permissions"] == [] and session["account"] is None
    assert again.call("GET", "/api/v1/me").status == 401
    assert again.call("GET", "/api/v1/sources").status == 401
    assert again.call("POST", "/api/v1/session/totp", {"code": totp(enrolled["secret"])}, csrf=False).status == 403
    half = again.cookie
    assert again.ok("POST", "/api/v1/session/totp", {"code": codes[0].lower()})["signed_in"]
    assert again.cookie != half and status_of(Person(patron, half)) == 401
    assert again.ok("GET", "/api/v1/me")["recovery_codes_left"] == 9

    third = Person(patron)
    third.sign_in("owner@example.com")
    assert third.call("POST", "/api/v1/session/totp", {"code": codes[0]}).status == 401, "each is good once"
    patron.cli("user", "totp-off", "owner@example.com")
    assert status_of(again) == 401
    assert third.sign_in("owner@example.com")["signed_in"]


# --- people ----------------------------------------------------------------------------------------------------------


def test_invitation(patron):
    boss = owner(patron)
    made = boss.ok("POST", "/api/v1/accounts", {"email": "New@example.com", "name": "New", "role": "engineer"}, 201)
    assert made["account"]["state"] == "invited" and made["link"]["path"] == "/invitation#" + made["link"]["token"]
    assert boss.call("POST", "/api/v1/accounts", {"email": "new@EXAMPLE.com", "name": "N", "role": "analyst"}).status == 409
    guest = Person(patron)
    body = {"token": made["link"]["token"], "password": "a password of mine"}
    assert guest.call("POST", "/api/v1/invitations/accept", {**body, "password": "new@example.com"}).status == 400
    session = guest.ok("POST", "/api/v1/invitations/accept", body)
    assert session["role"] == "engineer" and session["account"]["name"] == "New"
    assert Person(patron).call("POST", "/api/v1/invitations/accept", body).status == 401
    assert guest.call("GET", "/api/v1/accounts").status == 403
    rows = boss.ok("GET", "/api/v1/accounts?search=NEW&state=active")["data"]
    assert [(row["email"], row["role"]) for row in rows] == [("new@example.com", "engineer")]


def test_owners(patron):
    boss, admin = owner(patron), colleague(patron, "admin@example.com", "admin")
    path = "/api/v1/accounts/owner@example.com"
    assert boss.call("PATCH", path, {"role": "admin"}).status == 409
    assert boss.call("PATCH", path, {"disabled": True}).status == 409
    for body in ({"role": "analyst"}, {"disabled": True}, {"name": "x"}, {"totp": False}):
        assert admin.call("PATCH", path, body).status == 403, body
    assert admin.call("POST", path + "/reset").status == 403
    assert admin.call("PATCH", "/api/v1/accounts/admin@example.com", {"role": "owner"}).status == 403
    assert admin.call("POST", "/api/v1/accounts", {"email": "x@example.com", "name": "x", "role": "owner"}).status == 403
    assert admin.call("POST", "/api/v1/tokens", {"role": "owner"}).status == 403
    boss.ok("PATCH", "/api/v1/accounts/admin@example.com", {"role": "owner"})
    assert status_of(admin) == 401, "another role, another session"
    boss.ok("PATCH", path, {"role": "analyst"})
    assert status_of(boss) == 401


def test_disabling_is_at_once(patron):
    boss, person = owner(patron), colleague(patron, "p@example.com", "engineer")
    token = person.ok("POST", "/api/v1/tokens", {"role": "engineer", "name": "ci"}, 201)["token"]
    assert patron.api("GET", "/api/v1/sources", token=token).status == 200
    boss.ok("PATCH", "/api/v1/accounts/p@example.com", {"disabled": True})
    assert status_of(person) == 401
    assert patron.api("GET", "/api/v1/sources", token=token).status == 401
    assert Person(patron).call("POST", "/api/v1/session", {"email": "p@example.com", "password": PASSWORD}).status == 401


def test_people_by_command(patron):
    done = subprocess.run([str(PATRON), "--data", str(patron.data), "--json", "user", "add", "--email", "a@example.com", "--name", "A",
                           "--role", "owner", "--password-stdin"], input=PASSWORD + "\n", capture_output=True, text=True, env=CLEAN_ENV,
                          timeout=60, check=False)
    assert done.returncode == 0 and '"link":null' in done.stdout, done
    assert not Person(patron).session()["setup_required"]
    Person(patron).sign_in("a@example.com")
    link = patron.cli_json("user", "add", "--email", "b@example.com", "--name", "B", "--role", "analyst")["link"]["token"]
    guest = Person(patron)
    guest.ok("POST", "/api/v1/invitations/accept", {"token": link, "password": PASSWORD})
    patron.cli("user", "role", "b@example.com", "engineer")
    assert status_of(guest) == 401
    patron.cli("user", "disable", "b@example.com")
    assert {row["email"]: row["state"] for row in patron.cli_json("user", "list")["data"]} == {"a@example.com": "active",
                                                                                              "b@example.com": "disabled"}
    assert patron.cli("user", "disable", "a@example.com", check=False).returncode == 1
    assert "b@example.com" in patron.cli("user", "list", "--search", "B@").stdout


# --- roles and tokens -------------------------------------------------------------------------------------------------


def test_roles(anna):
    roles = anna.ok("GET", "/api/v1/roles")
    names = [row["name"] for row in roles["permissions"]]
    assert [row["name"] for row in roles["data"]] == ["owner", "admin", "engineer", "analyst", "agent", "store", "privacy", "auditor"]
    assert roles["data"][0]["permissions"] == names and roles["data"][0]["accounts"] >= 1


def test_token_scopes_and_expiry(patron):
    added = patron.cli_json("token", "add", "--role", "engineer", "--scope", "sources.read", "--expires", "90d", "--name", "ci")
    assert added["scopes"] == ["sources.read"] and added["state"] == "valid" and added["created_by"] is None
    assert patron.api("GET", "/api/v1/sources", token=added["token"]).status == 200
    assert patron.api("POST", "/api/v1/sources", {"name": "x"}, token=added["token"]).status == 403
    assert patron.api("GET", "/api/v1/tokens", token=added["token"]).status == 403
    assert patron.cli("token", "add", "--role", "analyst", "--scope", "sources.write", check=False).returncode == 1
    assert patron.cli("token", "add", "--role", "analyst", "--expires", "soon", check=False).returncode == 2
    short = patron.api("POST", "/api/v1/tokens", {"role": "analyst", "expires_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 2))})
    assert short.status == 201, short
    token = short.json()["token"]
    assert patron.api("GET", "/api/v1/sources", token=token).status == 200
    time.sleep(2.1)
    assert patron.api("GET", "/api/v1/sources", token=token).status == 401


def test_nobody_gives_away_more_than_they_hold(patron):
    person = colleague(patron, "e@example.com", "engineer")
    assert person.call("POST", "/api/v1/tokens", {"role": "admin"}).status == 403
    assert person.call("POST", "/api/v1/tokens", {"role": "admin", "scopes": ["people.write"]}).status == 403
    assert person.call("POST", "/api/v1/tokens", {"role": "admin", "scopes": ["sources.read"]}).status == 201
    theirs = patron.cli_json("token", "add", "--role", "admin")
    assert person.call("DELETE", f"/api/v1/tokens/{theirs['id']}").status == 403
    assert patron.api("GET", "/api/v1/status", token=theirs["token"]).status == 200


def test_tokens_and_the_socket_have_no_account(patron):
    token = patron.add_token()
    for method, path in (("GET", "/api/v1/me"), ("GET", "/api/v1/me/sessions"), ("DELETE", "/api/v1/me/sessions")):
        assert patron.api(method, path, token=token).status == 409
        assert patron.api(method, path).status == 409
    session = patron.api("GET", "/api/v1/session", token=token).json()
    assert session["signed_in"] and session["kind"] == "token" and session["role"] == "admin" and session["csrf"] is None
