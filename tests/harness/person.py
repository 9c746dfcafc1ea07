# SPDX-License-Identifier: Apache-2.0
"""A person at a browser: keeps the session's cookie and sends its CSRF token, as the console does."""
import base64
import hashlib
import hmac
import http.cookies
import json
import struct
import time

from . import web

PASSWORD = "correct horse battery"


def totp(secret, at=None):
    """The code of RFC 6238 that an authenticator shows."""
    step = int((time.time() if at is None else at) // 30)
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset:offset + 4])[0] & 0x7FFFFFFF) % 10**6:06d}"


class Person:
    def __init__(self, patron, cookie=None, csrf=None):
        self.patron, self.cookie, self.csrf = patron, cookie, csrf
        self.set_cookie = ""  # the last Set-Cookie as it came

    def call(self, method, path, body=None, headers=None, csrf=True):
        extra = {"Origin": self.patron.base, "Sec-Fetch-Site": "same-origin", **(headers or {})}
        if self.cookie:
            extra.setdefault("Cookie", f"patron_session={self.cookie}")
        if csrf and self.csrf and method != "GET":
            extra.setdefault("X-CSRF-Token", self.csrf)
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            extra.setdefault("Content-Type", "application/json")
        extra = {name: value for name, value in extra.items() if value is not None}
        answer = web.request(method, self.patron.base + path, body=data, headers=extra)
        self.take(answer)
        return answer

    def take(self, answer):
        """What a browser and the console do with an answer."""
        if answer.header("Set-Cookie"):
            self.set_cookie = answer.header("Set-Cookie")
            self.cookie = http.cookies.SimpleCookie(self.set_cookie)["patron_session"].value
        if answer.status < 300 and answer.header("Content-Type", "").startswith("application/json"):
            body = answer.json()
            body = body.get("session", body)
            if isinstance(body, dict) and "csrf" in body:
                self.csrf = body["csrf"]

    def ok(self, method, path, body=None, status=200, **kw):
        answer = self.call(method, path, body, **kw)
        assert answer.status == status, f"{method} {path}: {answer}"
        return answer.json()

    def sign_in(self, email, password=PASSWORD):
        return self.ok("POST", "/api/v1/session", {"email": email, "password": password})

    def session(self):
        return self.ok("GET", "/api/v1/session")


def owner(patron, email="owner@example.com"):
    """The first owner, by set-up."""
    person = Person(patron)
    code = patron.cli_json("setup-code")["code"]
    person.ok("POST", "/api/v1/setup", {"code": code, "email": email, "name": "Olga Owner", "password": PASSWORD}, 201)
    return person


def colleague(patron, email, role):
    """A person with that role, signed in."""
    answer = patron.api("POST", "/api/v1/accounts", {"email": email, "name": email.split("@")[0], "role": role, "password": PASSWORD})
    assert answer.status == 201, answer
    person = Person(patron)
    person.sign_in(email)
    return person
