# SPDX-License-Identifier: Apache-2.0
"""What must be stored for the six calls of node/calls.json, by client: the call itself plus what the client adds."""
import copy
import json
import pathlib

from harness.match import INSTANT, UUID, Pattern

FOLDER = pathlib.Path(__file__).parent
CALLS = json.loads((FOLDER / "node/calls.json").read_text())
TYPES = list(CALLS)
ANY = Pattern(r"(?s).*")


def row(source, call_type, message_id, **extra):
    """A stored row: the call, the four stamps, where it stands."""
    return {
        **copy.deepcopy(CALLS[call_type]), "type": call_type, "messageId": Pattern(message_id), "integrations": {},
        "timestamp": INSTANT, "originalTimestamp": INSTANT, "sentAt": INSTANT, "receivedAt": INSTANT,
        "anonymousId": None, **extra,
        "_patron": {"class": "event", "partition": 0, "source": source["name"], "source_id": source["id"], "flags": []},
    }


def library(name, version):
    return {"library": {"name": name, "version": version}}


def segment_node(source):
    """Puts the category of a page among its properties, too."""
    rows = {t: row(source, t, rf"node-next-\d+-{UUID}", context=library("@segment/analytics-node", "3.1.0"),
                   _metadata={"nodeVersion": Pattern(r"v24\..*"), "jsRuntime": "node"}) for t in TYPES}
    rows["page"]["properties"]["category"] = "Shop"
    return rows


def rudder_node(source):
    """Repeats the traits of identify in its context."""
    rows = {t: row(source, t, UUID, context=library("analytics-node", "3.0.13"), channel="server",
                   _metadata={"nodeVersion": Pattern(r"24\..*")}) for t in TYPES}
    for stored in rows.values():
        del stored["integrations"]
    rows["identify"]["context"]["traits"] = copy.deepcopy(CALLS["identify"]["traits"])
    return rows


def segment_python(source):
    """Sends explicit nulls."""
    rows = {t: row(source, t, UUID, context=library("analytics-python", "2.4.0")) for t in TYPES}
    rows["screen"]["category"] = None
    return rows


def segment_java(source):
    """Sends context once for the batch, whole numbers as floats, and leaves out nulls."""
    rows = {t: row(source, t, UUID, context={**library("analytics-java", "3.5.4"), "instanceId": Pattern(UUID)})
            for t in TYPES}
    del rows["identify"]["traits"]["nothing"]
    return rows


def segment_browser(source, url, user_agent, integrations):
    """Adds the page it runs on, the browser, an anonymous id of its own, and the integrations that the page configured."""
    parts = url.partition("?")
    place = {"path": "/", "referrer": "", "search": f"?{parts[2]}", "title": "Shop", "url": url}
    context = {
        "page": place, "userAgent": user_agent, "locale": ANY, "timezone": ANY, "campaign": {},
        "userAgentData": {"brands": [{"brand": ANY, "version": ANY}] * 2, "mobile": False, "platform": "Linux"},
        **library("analytics.js", "next-1.84.3"),
    }
    rows = {t: row(source, t, rf"ajs-next-\d+-{UUID}", context=copy.deepcopy(context), anonymousId=Pattern(UUID), integrations=integrations,
                   _metadata={"bundled": ["Segment.io"], "unbundled": [], "bundledIds": []}) for t in TYPES}
    own = CALLS["page"]["properties"]
    rows["page"]["properties"] = {**place, **own, "category": "Shop", "name": "Home"}
    rows["page"]["context"]["page"] = {**place, **own}
    rows["screen"]["category"] = ""
    return rows
