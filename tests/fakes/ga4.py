# SPDX-License-Identifier: Apache-2.0
"""A fake of GA4's Measurement Protocol.

After developers.google.com/analytics/devguides/collection/protocol/ga4/{reference,sending-events,validating-events}: as the
real one it answers 204 to whatever arrives and drops in silence; `events` is what it would have kept, `dropped` the rest with
the rule. /debug/mp/collect answers validationMessages.
"""
import json
import re
import time

from .server import Answer, Server

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}\Z")
RESERVED = {"ad_activeview", "ad_click", "ad_exposure", "ad_query", "ad_reward", "adunit_exposure", "app_clear_data", "app_exception",
            "app_install", "app_remove", "app_store_refund", "app_update", "app_upgrade", "dynamic_link_app_open",
            "dynamic_link_app_update", "dynamic_link_first_open", "error", "firebase_campaign", "firebase_in_app_message_action",
            "firebase_in_app_message_dismiss", "firebase_in_app_message_impression", "first_open", "first_visit", "in_app_purchase",
            "notification_dismiss", "notification_foreground", "notification_open", "notification_receive", "notification_send",
            "os_update", "session_start", "user_engagement"}
PREFIXES = ("_", "firebase_", "ga_", "google_", "gtag.")
LONGER = {"page_location": 1000, "page_referrer": 420, "page_title": 300}
NEEDS = {"purchase": ("transaction_id", "currency", "value"), "refund": ("transaction_id", "currency", "value")}


class FakeGa4(Server):
    def __init__(self, measurement_id="G-FAKE1", api_secret="fake-secret"):
        super().__init__()
        self.measurement_id, self.api_secret = measurement_id, api_secret
        self.events, self.dropped = [], []

    def answer(self, request):
        problems = [] if len(request.body) < 130000 else ["the body is not under 130 kB"]
        try:
            body = json.loads(request.body)
            events = body["events"]
        except (ValueError, KeyError, TypeError):
            body, events, problems = {}, [], ["no JSON with events"]
        problems += self.of_request(request, body, events)
        if request.path == "/debug/mp/collect":  # keeps nothing and knows no secrets
            problems += [text for event in events for text in self.of_event(event)]
            return Answer(200, {"validationMessages": [{"fieldPath": "", "description": text, "validationCode": "VALUE_INVALID"}
                                                       for text in problems]})
        if request.path != "/mp/collect":
            return Answer(404, b"")
        if (request.query.get("measurement_id"), request.query.get("api_secret")) != (self.measurement_id, self.api_secret):
            problems.append("unknown measurement_id or api_secret")
        for event in events:
            wrong = problems + self.of_event(event)
            if wrong:
                self.dropped.append((event, wrong))
            else:
                self.events.append({**event, "client_id": body["client_id"], "user_id": body.get("user_id")})
        return Answer(204, b"")

    @staticmethod
    def of_request(request, body, events):
        problems = []
        if request.headers.get("content-type") != "application/json":
            problems.append("not application/json")
        if not isinstance(body.get("client_id"), str) or not body["client_id"]:
            problems.append("no client_id")
        if not isinstance(events, list) or not 1 <= len(events) <= 25:
            problems.append("not 1..25 events")
        return problems

    def of_event(self, event):
        name, params = event.get("name"), event.get("params", {})
        problems = []
        if not NAME.match(name or "") or name in RESERVED or name.startswith(PREFIXES):
            problems.append(f"name {name}")
        if len(params) > 25:
            problems.append(f"{len(params)} parameters")
        if abs(time.time() - event.get("timestamp_micros", 0) / 1e6) > 72 * 3600:
            problems.append("older than 72 hours")
        for need in NEEDS.get(name, ()):
            if need not in params:
                problems.append(f"{name} without {need}")
        if "value" in params and "currency" not in params:
            problems.append("a value without currency")
        for key, value in params.items():
            problems += self.of_items(value) if key == "items" else self.of_param(key, value)
        return problems

    @staticmethod
    def of_param(key, value):
        if not NAME.match(key) or key.startswith(PREFIXES):
            return [f"parameter {key}"]
        if not isinstance(value, (str, int, float)) or isinstance(value, bool):
            return [f"{key} is no text and no number"]
        return [f"{key} is too long"] if len(str(value)) > LONGER.get(key, 100) else []

    def of_items(self, items):
        problems = [] if len(items) <= 200 else [f"{len(items)} items"]
        for item in items:
            if "item_id" not in item and "item_name" not in item:
                problems.append("an item without id and name")
            problems += [text for key, value in item.items() for text in self.of_param(key, value)]
        return problems
