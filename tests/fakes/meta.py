# SPDX-License-Identifier: Apache-2.0
"""A fake of Meta's Conversions API.

After developers.facebook.com/docs/marketing-api/conversions-api/{using-the-api,parameters}: one bad event fails the whole
request; repeats (event_id and event_name within 48 hours) are taken and counted once; errors have the Graph API's shape.
"""
import json
import re
import time

from .server import Answer, Server

HASHED = ("em", "ph", "fn", "ln", "ct", "st", "zp", "country", "external_id", "ge", "db")
HASH = re.compile(r"[0-9a-f]{64}\Z")
PLAIN = {"client_ip_address", "client_user_agent", "fbp", "fbc", "lead_id"}
SOURCES = {"email", "website", "app", "phone_call", "chat", "physical_store", "system_generated", "business_messaging", "other"}
DAY_S = 86400


def error(code, message, subcode=None, status=400, transient=False):
    return Answer(status, {"error": {"message": message, "type": "OAuthException", "code": code, "error_subcode": subcode,
                                     "is_transient": transient, "error_user_msg": message, "fbtrace_id": "fake"}})


class FakeMeta(Server):
    def __init__(self, pixel="4711", token="fake-token"):
        super().__init__()
        self.pixel, self.token = pixel, token
        self.events, self.tests = {}, []
        self.repeats = 0
        self.failing = None  # an Answer instead of what follows

    def answer(self, request):
        if self.failing is not None:
            return self.failing
        if request.query.get("access_token") != self.token:
            return error(190, "Invalid OAuth access token.")
        if not re.fullmatch(rf"/v\d+\.\d+/{self.pixel}/events", request.path):
            return error(100, "Unsupported post request. Object does not exist.", 33)
        try:
            body = json.loads(request.body)
            data = body["data"]
        except (ValueError, KeyError, TypeError):
            return error(100, "no data")
        if not isinstance(data, list) or not 1 <= len(data) <= 1000:
            return error(100, "data has not 1..1000 events", 2804008)
        for event in data:
            problem = self.problem_of(event)
            if problem:
                return error(100, problem, 2804003)
        self.keep(data, body.get("test_event_code"))
        return Answer(200, {"events_received": len(data), "messages": [], "fbtrace_id": "fake"})

    def keep(self, data, test_code):
        if test_code:
            self.tests += data
            return
        for event in data:
            key = event["event_name"], event.get("event_id")
            self.repeats += key in self.events
            self.events.setdefault(key, event)

    @staticmethod
    def problem_of(event):
        user, source = event.get("user_data", {}), event.get("action_source")
        days = 62 if source == "physical_store" else 7
        age = time.time() - event.get("event_time", 0)
        custom = event.get("custom_data", {})
        if not event.get("event_name") or not isinstance(event.get("event_time"), int):
            return "event_name or event_time is missing"
        if age > days * DAY_S:
            return f"event_time is over {days} days ago"
        if age < -60:
            return "event_time is in the future"
        if source not in SOURCES:
            return "action_source is none"
        if source == "website" and not (user.get("client_user_agent") and event.get("event_source_url")):
            return "a website event without client_user_agent or event_source_url"
        if event["event_name"] == "Purchase" and not (isinstance(custom.get("value"), (int, float)) and custom.get("currency")):
            return "a purchase without value or currency"
        for name, value in user.items():
            values = value if isinstance(value, list) else [value]
            if name in HASHED and not all(HASH.match(text) for text in values):
                return f"{name} is not hashed"
            if name not in HASHED and name not in PLAIN:
                return f"{name} is unknown"
        return None if user.keys() - {"client_user_agent"} else "not enough customer information"
