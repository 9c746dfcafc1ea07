# SPDX-License-Identifier: Apache-2.0
"""People are told: rules, quiet hours, digests, one's own acts; mail, web push and webhooks against receivers that speak the real protocols; kills."""
import base64
import email
import email.policy
import hashlib
import hmac
import http.server
import itertools
import json
import socketserver
import threading
import time

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from harness.desk import Desk
from harness.person import colleague

START = "2026-06-01T10:00:00.000Z"
WAIT_S = 20
made = itertools.count(1)


def until(what, ask, wait_s=WAIT_S):
    end = time.monotonic() + wait_s
    while time.monotonic() < end:
        found = ask()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what}: did not come in {wait_s} s")


def unbase64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def expand(salt, secret, info, size):
    return hmac.new(hmac.new(salt, secret, hashlib.sha256).digest(), info + b"\x01", hashlib.sha256).digest()[:size]


class Receiver:
    """A push service and a chat tool: keeps what it gets, answers what it is told to."""

    def __init__(self):
        receiver, self.got, self.answers, self.held = self, [], {}, threading.Event()
        self.held.set()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):  # noqa: N802 # the library's name
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((self.path, dict(self.headers), body))
                receiver.held.wait(WAIT_S)
                todo = receiver.answers.get(self.path, [])
                self.send_response(todo.pop(0) if todo else 201)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}"

    def of(self, path):
        return [one for one in list(self.got) if one[0] == path]

    def close(self):
        self.held.set()
        self.server.shutdown()
        self.server.server_close()


class Browser:
    """What a browser holds for its push service."""

    def __init__(self, receiver):
        self.key, self.auth, self.path, self.receiver = ec.generate_private_key(ec.SECP256R1()), b"0123456789abcdef", f"/push/{next(made)}", receiver

    def public(self):
        return self.key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)

    def subscription(self, name="Browser"):
        return {"name": name, "endpoint": self.receiver.base + self.path, "p256dh": base64.urlsafe_b64encode(self.public()).decode().rstrip("="),
                "auth": base64.urlsafe_b64encode(self.auth).decode().rstrip("=")}

    def read(self, body):
        """RFC 8291."""
        salt, own, text = body[:16], body[21:86], body[86:]
        assert body[16:21] == b"\x00\x00\x10\x00A"
        shared = self.key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), own))
        secret = expand(self.auth, shared, b"WebPush: info\0" + self.public() + own, 32)
        plain = AESGCM(expand(salt, secret, b"Content-Encoding: aes128gcm\0", 16)).decrypt(expand(salt, secret, b"Content-Encoding: nonce\0", 12), text, None)
        assert plain[-1:] == b"\x02"
        return json.loads(plain[:-1])

    def messages(self):
        return [self.read(body) for _, _, body in self.receiver.of(self.path)]


class MailServer:
    """SMTP as far as a submission needs it."""

    def __init__(self):
        mails = self.mails = []

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                def say(text):
                    self.wfile.write(text.encode() + b"\r\n")

                to = []
                say("220 here")
                for raw in self.rfile:
                    line = raw.decode().strip()
                    if line.upper().startswith("RCPT"):
                        to.append(line[line.index("<") + 1:line.index(">")])
                    if line.upper() == "DATA":
                        say("354 go on")
                        lines = []
                        for text in self.rfile:
                            if text == b".\r\n":
                                break
                            lines.append(text)
                        mails.append((to, email.message_from_bytes(b"".join(lines), policy=email.policy.default)))
                        to = []
                    if line.upper() == "QUIT":
                        say("221 bye")
                        return
                    say("250 here" if line.upper().startswith("EHLO") else "250 ok")

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.port = self.server.server_address[1]

    def of(self, address):
        return [mail for to, mail in list(self.mails) if to == [address]]

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def opened(desk, **what):
    """Of a kind that joins no other."""
    return desk.open(type="service_request", **what)


class Member:
    """Somebody of the staff, and what they are told."""

    def __init__(self, patron, role="agent"):
        self.patron, self.email = patron, f"member{next(made)}@example.com"
        self.person = colleague(patron, self.email, role)
        self.id = self.ask("GET", "/api/v1/me")["id"]

    def ask(self, method, path, body=None, status=200):
        return self.person.ok(method, path, body, status)

    def list(self, query=""):
        return self.ask("GET", f"/api/v1/notifications{query}")["data"]

    def told(self, ticket):
        """Kinds, oldest first."""
        return [one["kind"] for one in reversed(self.list("?limit=500")) if one["ticket"] == ticket]

    def wait(self, ticket, *kinds):
        return until(f"{self.email} told {kinds} of {ticket}", lambda: self.told(ticket) == list(kinds))

    def wants(self, rules=None, status=200, **change):
        """Quiet hours are off, and all is told at once, but for what is said."""
        now = self.ask("GET", "/api/v1/notifications/settings")
        kept = {name: now[name] for name in ("version", "language", "zone", "quiet_from_min", "quiet_until_min", "quiet_not_p1", "digest_every_min",
                                             "digest_at_min", "shape")}
        return self.ask("PUT", "/api/v1/notifications/settings", {**kept, **({"rules": rules} if rules is not None else {}), **change}, status)

    def delivery(self, number):
        return self.ask("GET", f"/api/v1/notifications/test/{number}")

    def test(self, channel, status=202, **more):
        return self.ask("POST", "/api/v1/notifications/test", {"channel": channel, **more}, status)


@pytest.fixture(scope="module")
def receiver():
    one = Receiver()
    yield one
    one.close()


@pytest.fixture(scope="module")
def mail_server():
    one = MailServer()
    yield one
    one.close()


@pytest.fixture
def settings(mail_server):
    return {"clock": "sim", "clock-start": START, "clock-speed": "0", "connect-networks": "127.0.0.1", "smtp-host": "127.0.0.1",
            "smtp-port": str(mail_server.port), "smtp-security": "clear", "smtp-from": "patron@store.example"}


@pytest.fixture
def patron(make_patron, settings):
    one = make_patron(settings=settings).start()
    colleague(one, f"owner{next(made)}@example.com", "owner")
    return one


def test_who_is_told_of_what(patron, receiver, mail_server):
    """Assigned, watched, mentioned, at risk, answered; not of one's own acts; read; whoever may not see it is not told."""
    desk, anna, ben = Desk(patron), Member(patron), Member(patron)
    analyst, store = Member(patron, "analyst"), Member(patron, "store")
    [one.wants([{}, {"whose": "any", "kinds": ["opened", "alert"]}]) for one in (anna, ben, analyst, store)]
    key = opened(desk, title="Scanner is dead", queue="till", store="B7")["key"]
    for one in (anna, ben, analyst):
        one.wait(key, "opened")
    assert store.list() == []

    anna.ask("PATCH", f"/api/v1/tickets/{key}", {"assignee": ben.id, "watchers": [anna.id], "note": f"@{anna.email.split('@')[0]} look"})
    ben.wait(key, "opened", "assigned")
    desk.change(key, state="in_progress", note=f"@{anna.email} here, and @{store.email}")
    anna.wait(key, "opened", "mentioned")
    ben.wait(key, "opened", "assigned", "changed")
    ben.ask("PATCH", f"/api/v1/tickets/{key}", {"note": "I am at it", "public": True})
    anna.wait(key, "opened", "mentioned", "changed")
    assert ben.told(key) == ["opened", "assigned", "changed"] and store.list() == []

    newest = anna.list()[0]
    assert (newest["ticket"], newest["title"], newest["queue"], newest["read_at"]) == (key, "Scanner is dead", "till", None)
    assert newest["by"] == ben.email.split("@")[0]
    assert anna.ask("GET", "/api/v1/notifications")["unread"] == 3
    anna.ask("POST", "/api/v1/notifications/read", {"ids": [newest["id"], 999999]})
    assert [one["id"] for one in anna.list("?unread=true")] == [one["id"] for one in anna.list()[1:]]
    page = anna.ask("GET", "/api/v1/notifications?limit=1")
    assert anna.list(f"?limit=2&cursor={page['next_cursor']}") == anna.list()[1:]
    anna.ask("POST", "/api/v1/notifications/read-all", {"until": newest["id"]})
    assert anna.ask("GET", "/api/v1/notifications?unread=true") == {"data": [], "next_cursor": None, "unread": 0}
    assert ben.ask("GET", "/api/v1/notifications")["unread"] == 3

    desk.clock("2026-06-12T10:00:00.000Z")
    until("late", lambda: "breached" in ben.told(key))
    assert [one["detail"] for one in ben.list() if one["kind"] == "breached"][-1] in ("response", "resolution")
    for what in ("GET", "/api/v1/notifications"), ("GET", "/api/v1/notifications/settings"), ("GET", "/api/v1/notifications/devices"):
        assert patron.api(*what).status == 409  # the socket is nobody
    assert anna.person.call("GET", "/api/v1/notifications/deliveries").status == 403


def test_channels(patron, receiver, mail_server):
    """A mail, a push message that only the browser reads, and the bodies of three chat tools; failures are tried again; a browser that is gone goes."""
    desk, anna, browser, hook = Desk(patron), Member(patron), Browser(receiver), f"/hook/{next(made)}"
    device = anna.ask("POST", "/api/v1/notifications/devices", browser.subscription(), 201)["id"]
    told = anna.wants([{"kinds": ["assigned"], "channels": ["mail", "push", "webhook"]}], webhook_url=receiver.base + hook, language="en")
    assert (told["own"], told["webhook"], told["mail"]) == (True, receiver.base, anna.email)
    receiver.answers[hook] = [503, 500]
    key = opened(desk, title="Till 4 <is> & dead")["key"]
    desk.change(key, assignee=anna.id)
    [mail] = until("mail", lambda: mail_server.of(anna.email))
    assert mail["Subject"] == f"{key} was assigned to you: Till 4 <is> & dead" and mail["Auto-Submitted"] == "auto-generated"
    assert "Till 4 <is> & dead" in mail.get_content()
    [message] = until("push", browser.messages)
    assert (message["title"], message["body"]) == (f"{key} was assigned to you", "Till 4 <is> & dead")
    [(_, headers, _)] = receiver.of(browser.path)
    assert (headers["Content-Encoding"], headers["TTL"]) == ("aes128gcm", "86400")
    check_vapid(headers["Authorization"], receiver.base, told["push_key"])
    until("third try", lambda: len(receiver.of(hook)) == 3)
    assert len({headers["Idempotency-Key"] for _, headers, _ in receiver.of(hook)}) == 1
    body = json.loads(receiver.of(hook)[-1][2])
    assert body["text"] == f"{key} was assigned to you" and body["notifications"][0]["title"] == "Till 4 <is> & dead"
    anna.wants([{"kinds": ["assigned"]}], shape="slack")
    number = anna.test("webhook")["delivery"]
    until("sent", lambda: anna.delivery(number)["state"] == "sent")
    assert json.loads(receiver.of(hook)[-1][2]) == {"text": "*Test from Patron*"}
    anna.wants(shape="teams")
    number = anna.test("webhook")["delivery"]
    until("sent", lambda: anna.delivery(number)["state"] == "sent")
    assert json.loads(receiver.of(hook)[-1][2])["attachments"][0]["content"]["type"] == "AdaptiveCard"

    receiver.answers[hook] = [400]
    number = anna.test("webhook")["delivery"]
    dead = until("dead", lambda: anna.delivery(number)["state"] == "dead" and anna.delivery(number))
    assert (dead["reason"], dead["attempts"]) == ("http_400", 1)
    assert [one["number"] for one in patron.api("GET", "/api/v1/notifications/deliveries?state=dead").json()["data"]] == [number]
    assert patron.api("POST", f"/api/v1/notifications/deliveries/{number}/redrive").status == 200
    until("sent", lambda: anna.delivery(number)["state"] == "sent")
    assert patron.api("POST", f"/api/v1/notifications/deliveries/{number}/redrive").status == 409
    assert patron.api("POST", "/api/v1/notifications/deliveries/99999/redrive").status == 404

    receiver.answers[browser.path] = [410]
    anna.test("push", device=device)
    until("device removed", lambda: anna.ask("GET", "/api/v1/notifications/devices")["data"] == [])
    anna.test("push", 404, device=device)


def check_vapid(header, origin, push_key):
    """RFC 8292: the token is of the server's key."""
    scheme, rest = header.split(" ", 1)
    parts = dict(one.strip().split("=", 1) for one in rest.split(","))
    assert scheme == "vapid" and parts["k"] == push_key
    text, signature = parts["t"].rsplit(".", 1)
    raw = unbase64(signature)
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unbase64(push_key))
    der = utils.encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key.verify(der, text.encode(), ec.ECDSA(hashes.SHA256()))
    claims = json.loads(unbase64(text.split(".")[1]))
    assert claims["aud"] == origin and 0 < claims["exp"] - time.time() <= 86400 and claims["sub"] == "mailto:patron@store.example"


def test_quiet_hours_and_digests(patron, mail_server, receiver):
    """Collected until they are due by the daemon's clock; what was read meanwhile is left out; P1 comes through."""
    desk, anna, ben = Desk(patron), Member(patron), Member(patron)
    anna.wants([{"kinds": ["assigned"], "channels": ["mail"], "digest": True}], digest_every_min=30)
    ben.wants([{"kinds": ["assigned"], "channels": ["mail"]}], zone="Europe/Berlin", quiet_from_min=22 * 60, quiet_until_min=7 * 60, quiet_not_p1=True)
    desk.clock("2026-06-01T21:00:00.000Z")
    keys = [opened(desk, title=f"Ticket {n}")["key"] for n in range(3)]
    for key in keys:
        desk.change(key, assignee=anna.id)
        anna.wait(key, "assigned")
    anna.ask("POST", "/api/v1/notifications/read", {"ids": [one["id"] for one in anna.list() if one["ticket"] == keys[1]]})
    late = opened(desk, title="At night")["key"]
    desk.change(late, assignee=ben.id)
    ben.wait(late, "assigned")
    urgent = opened(desk, title="No till works", label="P1")["key"]
    desk.change(urgent, assignee=ben.id)
    [mail] = until("P1 at night", lambda: mail_server.of(ben.email))
    assert urgent in mail["Subject"] and mail_server.of(anna.email) == []
    desk.clock("2026-06-01T21:30:00.000Z")
    [mail] = until("digest", lambda: mail_server.of(anna.email))
    text = mail.get_content()
    assert mail["Subject"] == "2 notifications" and keys[0] in text and keys[2] in text and keys[1] not in text
    desk.clock("2026-06-02T04:59:59.000Z")
    assert len(mail_server.of(ben.email)) == 1
    desk.clock("2026-06-02T05:00:00.000Z")
    until("morning", lambda: len(mail_server.of(ben.email)) == 2)
    assert late in mail_server.of(ben.email)[1]["Subject"]


def test_a_kill_doubles_nothing(patron, receiver):
    """Killed again and again while tickets are given: one notification for each, and no message twice; what was under way is in doubt."""
    desk, anna, hook = Desk(patron), Member(patron), f"/kill/{next(made)}"
    anna.wants([{"kinds": ["assigned"], "channels": ["webhook"]}], webhook_url=receiver.base + hook)
    keys = []
    for n in range(12):
        key = opened(desk, title=f"Ticket {n}")["key"]
        desk.change(key, assignee=anna.id)
        keys.append(key)
        if n % 4 == 3:
            patron.kill9()
            patron.start()
    for key in keys:
        anna.wait(key, "assigned")
    settled = lambda: not any(rows(patron, state) for state in ("collecting", "queued", "sending"))  # noqa: E731 # asked twice
    until("all settled", settled)
    receiver.held.clear()
    number = anna.test("webhook")["delivery"]
    until("under way", lambda: anna.delivery(number)["state"] == "sending")
    patron.kill9()
    receiver.held.set()
    patron.start()
    assert anna.delivery(number)["state"] == "doubt"
    until("all settled", settled)
    sent = [tuple(one["ticket"] for one in json.loads(body)["notifications"]) for _, _, body in receiver.of(hook)]
    for key in keys:
        assert sum(key in one for one in sent) <= 1, sent
    doubt = sum(one["notifications"] for one in rows(patron, "doubt") if one["number"] != number)
    assert len({key for one in sent for key in one}) + doubt >= len(keys)


def rows(patron, state):
    answer = patron.api("GET", f"/api/v1/notifications/deliveries?state={state}")
    assert answer.status == 200, answer
    return answer.json()["data"]


WRONG = [
    ({"rules": [{"kinds": ["never"]}]}, 400, "rules[0].kinds"),
    ({"rules": {}}, 400, "rules"),
    ({"zone": "Mars/Base"}, 400, "zone"),
    ({"quiet_from_min": 1440}, 400, "quiet_from_min"),
    ({"digest_every_min": 3}, 400, "digest_every_min"),
    ({"webhook_url": "ftp://example.com/"}, 400, "webhook_url"),
    ({"language": "xx"}, 400, "language"),
    ({"version": 17}, 409, "version"),
]


def test_what_is_wrong_is_named_and_who_has_gone_gets_nothing(patron, receiver):
    desk, anna, ben = Desk(patron), Member(patron), Member(patron)
    for change, status, says in WRONG:
        assert says in anna.wants(status=status, **change)["detail"], change
    for change, says in (({"auth": "AAAA"}, "auth"), ({"p256dh": "AAAA"}, "p256dh"), ({"endpoint": "file:///etc/passwd"}, "endpoint")):
        assert says in anna.ask("POST", "/api/v1/notifications/devices", {**Browser(receiver).subscription(), **change}, 400)["detail"]
    anna.test("webhook", 409)
    device = ben.ask("POST", "/api/v1/notifications/devices", Browser(receiver).subscription(), 201)["id"]
    anna.ask("DELETE", f"/api/v1/notifications/devices/{device}", status=404)
    anna.test("push", 404, device=device)
    anna.wants([{"kinds": ["assigned"], "channels": ["webhook"]}], webhook_url="http://169.254.1.1/inside")
    number = anna.test("webhook")["delivery"]
    assert until("refused", lambda: anna.delivery(number)["state"] == "dead" and anna.delivery(number))["reason"] == "address_refused"
    assert ben.person.call("GET", f"/api/v1/notifications/test/{number}").status == 404

    ben.wants([{"kinds": ["assigned"], "channels": ["webhook"], "digest": True}], webhook_url=receiver.base + "/gone", digest_every_min=30)
    key = opened(desk, title="Ticket")["key"]
    desk.change(key, assignee=ben.id)
    ben.wait(key, "assigned")
    assert patron.api("PATCH", f"/api/v1/accounts/{ben.id}", {"disabled": True}).status == 200
    desk.clock("2026-06-01T10:30:00.000Z")
    until("dropped", lambda: [one["reason"] for one in rows(patron, "dropped")] == ["account_ended"])
    assert receiver.of("/gone") == []
