# SPDX-License-Identifier: Apache-2.0
"""Real clients, unchanged from their registries: what each of them stores for its six calls, field by field."""
import json
import subprocess

import expected
import pytest
import runners
from harness import node
from harness.match import UUID, Pattern, assert_equal, assert_stamps
from harness.pages import Shop


def assert_rows(stored, wanted):
    """One row of each type, equal to the table but for position and what patterns stand for."""
    assert sorted(row["type"] for row in stored) == sorted(expected.TYPES), stored
    positions = [row["_patron"].pop("position") for row in stored]
    assert len(set(positions)) == len(positions)
    for row in stored:
        person = row.pop("profile_id")
        assert person is None or Pattern(UUID).fits(person), person  # null until the view has seen it
        assert_equal(wanted[row["type"]], row, row["type"])
        assert_stamps(row)


@pytest.mark.limit(120)
@pytest.mark.parametrize("client", runners.CLIENTS, ids=lambda client: client.name)
def test_six_calls_are_stored_field_by_field(shared, client):
    client.prepare()
    source = shared.source()
    done = client.run(shared.patron.base, source["write_key"], "six")
    client.assert_all_delivered(done, 6)
    assert_rows(shared.rows(source), client.expected(source))
    assert shared.rows(source, "quarantine") == []


@pytest.mark.limit(120)
def test_browser_six_calls_across_origins(shared):
    """The page tells the client its host; only the settings come from Patron."""
    node.install()
    source = shared.source()
    api = f"127.0.0.1:{shared.patron.port}/v1"
    options = {"integrations": {"Segment.io": {"apiHost": api, "protocol": "http"}}}
    with Shop() as shop:
        done = node.run("segment_browser.mjs", shop.url(source["write_key"], shared.patron.base, options),
                        shared.patron.base, "six", 20)
    check_browser(shared, source, done, {"Segment.io": True})


@pytest.mark.limit(120)
def test_browser_six_calls_by_the_settings_route_alone(shared):
    """`cdnURL` is all that a page has to change: host and protocol come with the settings."""
    node.install()
    source = shared.source()
    with Shop() as shop:
        done = node.run("segment_browser.mjs", shop.url(source["write_key"], shared.patron.base),
                        shared.patron.base, "six", 20)
    check_browser(shared, source, done, {})


def check_browser(shared, source, done, integrations):
    result = json.loads(done.stdout)
    assert result["complaints"] == []
    assert result["answers"] == [200] * 6
    stored = shared.rows(source)
    assert len({row["anonymousId"] for row in stored}) == 1
    assert_rows(stored, expected.segment_browser(source, result["url"], result["userAgent"], integrations))


def test_rudder_sends_gzip_as_a_form(shared, proxy_to):
    """The oddest of the wire facts, so that the table above is known to cover it."""
    client = runners.RUDDER_NODE
    client.prepare()
    source = shared.source()
    proxy = proxy_to(shared.patron)
    client.run(proxy.base, source["write_key"], "six")
    first = proxy.requests()[0]
    assert first.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert first.body[:2] == b"\x1f\x8b"
    assert len(shared.rows(source)) == 6


def test_java_sends_its_key_in_the_body_only(shared, proxy_to):
    client = runners.SEGMENT_JAVA
    client.prepare()
    source = shared.source()
    proxy = proxy_to(shared.patron)
    client.run(proxy.base, source["write_key"], "six")
    first = proxy.requests()[0]
    assert first.path == "/v1/import/"
    assert first.headers["Authorization"] is None
    assert len(shared.rows(source)) == 6


def test_node_is_the_pinned_one():
    """The machine's own Node must not matter."""
    version = subprocess.run([node.node(), "--version"], capture_output=True, text=True, check=True).stdout
    assert version.startswith("v24.")
