# SPDX-License-Identifier: Apache-2.0
"""A fake OpenID Connect provider: the real protocol with real keys, and whatever lie a test tells it to tell."""
import base64
import datetime
import hashlib
import http.server
import ipaddress
import json
import ssl
import threading
import time
import urllib.parse

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

CLIENT, SECRET = "patron", "fake-secret"
RSA_KEYS = [rsa.generate_private_key(65537, 2048) for _ in range(2)]  # slow to make: shared


def b64(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def public_pem(key):
    return key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def unsigned(claims, alg="none"):
    return f"{b64(json.dumps({'alg': alg, 'kid': 'one'}).encode())}.{b64(json.dumps(claims).encode())}."


def hs256(claims, secret):
    """Signed by hand: PyJWT rightly refuses a public key as a shared secret."""
    import hmac
    text = f"{b64(json.dumps({'alg': 'HS256', 'kid': 'one'}).encode())}.{b64(json.dumps(claims).encode())}"
    return f"{text}.{b64(hmac.new(secret, text.encode(), hashlib.sha256).digest())}"


def certificate(folder):
    """A certificate for 127.0.0.1 that signs itself: paths of certificate and key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "fake provider")])
    now = datetime.datetime.now(datetime.timezone.utc)
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
            .sign(key, hashes.SHA256()))
    paths = folder / "provider.pem", folder / "provider.key"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                           serialization.NoEncryption()))
    return paths


class FakeProvider:
    """`token(claims)` makes the ID token; `answers[path]` is (status, body bytes, headers) instead of the true answer."""

    def __init__(self, tls=None):
        self.rsa, self.other_rsa = RSA_KEYS
        self.ec = ec.generate_private_key(ec.SECP256R1())
        self.kid, self.alg = "one", "RS256"
        self.claims = {"sub": "s1", "email": "anna@shop.example", "email_verified": True, "name": "Anna"}
        self.userinfo = {"sub": "s1"}
        self.token = self.signed
        self.answers, self.delay_s = {}, 0
        self.asked = []           # paths, in order
        self.codes = {}           # code -> (nonce, challenge)
        handler = type("Handler", (Handler,), {"provider": self})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.issuer = f"{'https' if tls else 'http'}://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def start(self):
        self.thread.start()
        return self

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)

    # --- what it says -------------------------------------------------------------------------------------------

    def discovery(self):
        return {"issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys",
                "userinfo_endpoint": f"{self.issuer}/userinfo", "response_types_supported": ["code"],
                "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["RS256", "ES256"]}

    def keys(self):
        jwks = [{**RSAAlgorithm.to_jwk(self.rsa.public_key(), as_dict=True), "kid": self.kid, "use": "sig"},
                {**ECAlgorithm.to_jwk(self.ec.public_key(), as_dict=True), "kid": "ec", "use": "sig"}]
        return {"keys": jwks}

    def signed(self, claims, key=None, alg=None, kid=None):
        alg = alg or self.alg
        return jwt.encode(claims, key or (self.ec if alg == "ES256" else self.rsa), alg,
                          headers={"kid": kid or ("ec" if alg == "ES256" else self.kid)})

    def all_claims(self, nonce):
        now = int(time.time())
        return {"iss": self.issuer, "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": nonce, **self.claims}

    # --- what a browser and its person do at its pages ----------------------------------------------------------

    def approve(self, location):
        """The address it sends the browser back to."""
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(location).query, strict_parsing=True))
        assert query["response_type"] == "code" and query["client_id"] == CLIENT
        assert query["code_challenge_method"] == "S256" and "openid" in query["scope"].split()
        code = b64(hashlib.sha256(query["state"].encode()).digest())
        self.codes[code] = query["nonce"], query["code_challenge"]
        return f"{query['redirect_uri']}?{urllib.parse.urlencode({'state': query['state'], 'code': code})}"

    def redeem(self, form):
        nonce, challenge = self.codes.pop(form.get("code"), (None, None))
        if nonce is None or b64(hashlib.sha256(form["code_verifier"].encode()).digest()) != challenge:
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "an-access-token", "token_type": "Bearer", "id_token": self.token(self.all_claims(nonce))}


class Handler(http.server.BaseHTTPRequestHandler):
    provider = None
    protocol_version = "HTTP/1.1"

    def log_message(self, *_args):
        pass

    def _answer(self, status, body, headers=()):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in dict(headers).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _serve(self, true_answer):
        self.provider.asked.append(self.path)
        time.sleep(self.provider.delay_s)
        if self.path in self.provider.answers:
            self._answer(*self.provider.answers[self.path])
        else:
            self._answer(*true_answer())

    def _credentials(self):
        return "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()

    def do_GET(self):
        p = self.provider
        known = {"/.well-known/openid-configuration": p.discovery, "/keys": p.keys}
        if self.path in known:
            self._serve(lambda: (200, known[self.path]()))
        elif self.path == "/userinfo" and self.headers["Authorization"] == "Bearer an-access-token":
            self._serve(lambda: (200, p.userinfo))
        else:
            self._serve(lambda: (404, {"error": "not_found"}))

    def do_POST(self):
        form = dict(urllib.parse.parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        if self.path != "/token" or self.headers["Authorization"] != self._credentials():
            self._serve(lambda: (401, {"error": "invalid_client"}))
        else:
            self._serve(lambda: self.provider.redeem(form))
