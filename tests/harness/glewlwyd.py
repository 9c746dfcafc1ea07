# SPDX-License-Identifier: Apache-2.0
"""Glewlwyd, Debian's OpenID Connect provider: one process on a temporary folder, set up through its own admin API.

Made for tests: plain HTTP on loopback, its own start password, one person, one client.
"""
import gzip
import json
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import time
import urllib.parse

import requests
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from .patron import free_port

PROGRAM = shutil.which("glewlwyd")
SCHEMA = pathlib.Path("/usr/share/doc/glewlwyd/database/init.sqlite3.sql.gz")
MODULES = pathlib.Path("/usr/lib/glewlwyd")
START_S = 15
ADMIN = {"username": "admin", "password": "password"}  # of its own schema
CLIENT, SECRET = "patron", "client secret: + & %"
PERSON = {"username": "anna", "password": "anna's password", "name": "Anna Muster", "email": "anna@shop.example"}

CONFIG = """
port={port}
bind_address="127.0.0.1"
external_url="{url}"
login_url="login.html"
api_prefix="api"
static_files_path="/usr/share/glewlwyd/webapp/"
log_mode="console"
log_level="WARNING"
cookie_domain="127.0.0.1"
cookie_secure=0
session_key="GLEWLWYD2_SESSION_ID"
admin_scope="g_admin"
profile_scope="g_profile"
user_module_path="{modules}/user"
user_middleware_module_path="{empty}"
client_module_path="{modules}/client"
user_auth_scheme_module_path="{modules}/scheme"
plugin_module_path="{modules}/plugin"
hash_algorithm="SHA512"
database = {{ type = "sqlite3"; path = "{database}"; }};
"""


def private_jwk(kid, alg):
    """A fresh signing key as Glewlwyd takes it."""
    if alg.startswith("ES"):
        jwk = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()), as_dict=True)
    else:
        jwk = RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, 2048), as_dict=True)
    jwk.pop("key_ops", None)
    return {**jwk, "kid": kid, "alg": alg}


class Glewlwyd:
    def __init__(self, folder, redirect_uri, alg="RS256"):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.issuer = f"{self.url}/api/oidc"
        self.redirect_uri = redirect_uri
        self.keys = [private_jwk("first", alg)]
        self.claims = "mandatory"  # mail address and name in the ID token
        self.process = None
        self.admin = requests.Session()

    # --- life -------------------------------------------------------------------------------------------------

    def start(self):
        database = self.folder / "glewlwyd.db"
        fresh = not database.exists()
        if fresh:
            with sqlite3.connect(database) as db:
                db.executescript(gzip.decompress(SCHEMA.read_bytes()).decode())
        empty = self.folder / "none"
        empty.mkdir(exist_ok=True)
        config = self.folder / "glewlwyd.conf"
        config.write_text(CONFIG.format(port=self.port, url=self.url, modules=MODULES, empty=empty, database=database))
        with open(self.folder / "glewlwyd.log", "ab") as log:
            self.process = subprocess.Popen([PROGRAM, "-c", str(config)], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._wait()
        if fresh:
            self._set_up()
        return self

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
        self.process = None

    def log(self):
        return (self.folder / "glewlwyd.log").read_text(errors="replace")[-3000:]

    def _wait(self):
        end = time.monotonic() + START_S
        while True:
            try:
                requests.get(f"{self.url}/config/", timeout=5)
                return
            except requests.ConnectionError:
                assert self.process.poll() is None and time.monotonic() < end, f"glewlwyd does not start\n{self.log()}"
                time.sleep(0.05)

    # --- admin ------------------------------------------------------------------------------------------------

    def _call(self, method, path, body=None, session=None):
        answer = (session or self.admin).request(method, f"{self.url}/api/{path}", json=body, timeout=20)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}\n{self.log()}"
        return answer

    def _plugin(self):
        return {
            "module": "oidc", "name": "oidc", "display_name": "OpenID Connect", "enabled": True,
            "parameters": {
                "iss": self.issuer, "jwks-private": json.dumps({"keys": self.keys}), "default-kid": self.keys[0]["kid"],
                "jwt-type": "rsa", "jwt-key-size": "256", "access-token-duration": 3600, "refresh-token-duration": 3600,
                "code-duration": 600, "refresh-token-rolling": True, "allow-non-oidc": False,
                "auth-type-code-enabled": True, "auth-type-code-revoke-replayed": True, "auth-type-token-enabled": False,
                "auth-type-id-token-enabled": True, "auth-type-none-enabled": False, "auth-type-password-enabled": False,
                "auth-type-client-enabled": False, "auth-type-device-enabled": False, "auth-type-refresh-enabled": True,
                "jwks-show": True, "pkce-allowed": True, "pkce-method-plain-allowed": False, "pkce-required": True,
                "name-claim": self.claims, "email-claim": self.claims, "scope-claim": "no", "subject-type": "public",
                "allowed-scope": ["openid", "email", "profile"], "request-parameter-allow": False,
            },
        }

    def _set_up(self):
        self._call("POST", "auth/", ADMIN)
        for scope in ("email", "profile"):
            self._call("POST", "scope/", {"name": scope, "display_name": scope, "description": scope,
                                          "password_required": False, "scheme": {}})
        self._call("POST", "user/", {**PERSON, "enabled": True, "scope": ["openid", "email", "profile", "g_profile"]})
        self._call("POST", "client/", {
            "client_id": CLIENT, "client_secret": SECRET, "password": SECRET, "name": "Patron", "confidential": True,
            "enabled": True, "scope": [], "redirect_uri": [self.redirect_uri], "authorization_type": ["code"],
            "token_endpoint_auth_method": ["client_secret_basic", "client_secret_post"]})
        self._call("POST", "mod/plugin/", self._plugin())

    def change(self, keys=None, claims=None):
        """Other keys or claims, in force at once."""
        self.keys = keys or self.keys
        self.claims = claims or self.claims
        self._call("POST", "auth/", ADMIN)
        self._call("PUT", "mod/plugin/oidc", self._plugin())
        self._call("PUT", "mod/plugin/oidc/reset")

    # --- a person at the provider's pages ---------------------------------------------------------------------

    def sign_in(self, location, person=None, browser=None):
        """What a person does at the provider: password, consent. Returns the address the browser is sent back to."""
        browser = browser or requests.Session()
        person = person or PERSON
        self._call("POST", "auth/", {"username": person["username"], "password": person["password"]}, browser)
        self._call("PUT", f"auth/grant/{CLIENT}", {"scope": "openid email profile"}, browser)
        for _ in range(3):
            answer = browser.get(location, allow_redirects=False, timeout=20)
            assert answer.status_code == 302, f"{answer.status_code} {answer.text}\n{self.log()}"
            location = answer.headers["Location"]
            if location.startswith(self.redirect_uri):
                return location
            # its own sign-in page, which ends by going on to the address it was given, marked so
            query = urllib.parse.parse_qs(urllib.parse.urlsplit(location).query)
            assert "callback_url" in query, f"stuck at {location}\n{self.log()}"
            location = query["callback_url"][0] + "&g_continue"
        raise AssertionError(f"stuck at {location}\n{self.log()}")
