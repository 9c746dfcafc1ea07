# SPDX-License-Identifier: Apache-2.0
"""How the console's files are served: policy with a nonce of its own, coding, tags, caching, and which paths are pages."""
import gzip
import re

import pytest


def page_of(shop, path="/"):
    answer = shop.get(path)
    assert answer.status == 200, answer
    return answer


def policy_of(answer):
    return {part.split()[0]: part.split()[1:] for part in answer.header("Content-Security-Policy").split(";")}


@pytest.mark.parametrize("path", ["/", "/sources", "/sources/some-id", "/live", "/no/such/page", "/invitation"])
def test_every_page_is_the_console(shop, path):
    answer = page_of(shop, path)
    assert answer.header("Content-Type") == "text/html; charset=utf-8" and '<div id="root">' in answer.text


@pytest.mark.parametrize("path", ["/assets/none.js", "/none.js", "/api/v1/none", "/v1/none", "/analytics-next/bundles/x.js", "/.env", "/a/b.php", "/assets", "/api"])
def test_what_is_no_page_is_not_found(shop, path):
    assert shop.get(path).status == 404


def test_pages_take_no_other_method(shop):
    assert shop.post("/sources", b"").status in (404, 405)


def test_the_policy_is_strict_and_its_nonce_fresh(shop):
    answers = [page_of(shop) for _ in range(3)]
    nonces = set()
    for answer in answers:
        policy = policy_of(answer)
        assert policy["default-src"] == ["'none'"] and policy["frame-ancestors"] == ["'none'"] and policy["base-uri"] == ["'none'"]
        for directive, values in policy.items():
            assert not {"'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:"} & set(values), directive
        nonce = re.fullmatch(r"'nonce-([0-9a-f]{32})'", policy["script-src"][1]).group(1)
        assert f"'nonce-{nonce}'" in policy["style-src"]
        assert set(re.findall(r'nonce="([^"]*)"', answer.text)) == {nonce} and "PATRON_CSP_NONCE" not in answer.text
        nonces.add(nonce)
    assert len(nonces) == 3


def test_headers_of_a_page(shop):
    answer = page_of(shop)
    for name, value in {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
                        "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-cache"}.items():
        assert answer.header(name) == value
    assert "camera=()" in answer.header("Permissions-Policy")


@pytest.fixture(name="script")
def main_script(shop):
    return re.search(r'<script type="module"[^>]*src="(/assets/[^"]+)"', page_of(shop).text).group(1)


@pytest.mark.parametrize("accept,coding", [
    (None, None), ("identity", None), ("gzip", "gzip"), ("br", "br"), ("gzip, deflate, br, zstd", "br"), ("gzip;q=1.0, br;q=0", "gzip"),
    ("br;q=0.000", None), ("GZIP", "gzip"), ("brotli", None), ("deflate", None), (" br ; q=0.5", "br"), ("x-gzip, xbr", None)])
def test_codings(shop, script, accept, coding):
    answer = shop.get(script, headers={} if accept is None else {"Accept-Encoding": accept})
    assert answer.status == 200 and answer.header("Content-Encoding") == coding and answer.header("Vary") == "Accept-Encoding"
    plain = shop.get(script, headers={"Accept-Encoding": "identity"}).body
    if coding == "gzip":
        assert gzip.decompress(answer.body) == plain
    elif coding is None:
        assert answer.body == plain


def test_tags_and_caching(shop, script):
    tags = set()
    for accept in ("identity", "gzip", "br"):
        answer = shop.get(script, headers={"Accept-Encoding": accept})
        assert answer.header("Cache-Control") == "public, max-age=31536000, immutable"
        tags.add(answer.header("ETag"))
        same = shop.get(script, headers={"Accept-Encoding": accept, "If-None-Match": answer.header("ETag")})
        assert same.status == 304 and same.body == b"" and same.header("ETag") == answer.header("ETag")
    assert len(tags) == 3, "each coding has other bytes, so a strong tag of its own"
    assert shop.get("/icon.svg").header("Cache-Control") == "no-cache"
