# SPDX-License-Identifier: Apache-2.0
"""Consent: what customers allow, how it came to be, their own page, purposes and the suppression list."""
import html.parser
import itertools
import json
import urllib.parse

import pytest
from harness import web
from harness.customers import Customers, numbers

made = itertools.count(1)
NOWHERE = "00000000-0000-8000-8000-000000000000"


class Shop(Customers):
    def __init__(self, shared):
        super().__init__(shared.patron)
        self.source = shared.source()
        self.mark = f"c{next(made)}z"
        self.sent = itertools.count(1)

    def track(self, name, event="Seen", **rest):
        self.patron.send_ok([{"type": "track", "event": event, "anonymousId": f"{name}-{self.mark}",
                              "messageId": f"{self.mark}-{next(self.sent)}", **rest}], self.source["write_key"])
        self.ready()

    def declares(self, name, purpose, granted, **rest):
        self.track(name, "Consent Changed", properties={"purpose": purpose, "granted": granted, **rest})

    def carries(self, name, preferences, event="Seen", **context):
        self.track(name, event, context={**context, "consent": {"categoryPreferences": preferences}})

    def person(self, name):
        return self.find("anonymous_id", f"{name}-{self.mark}")

    def states(self, name):
        return {row["purpose"]: row["state"] for row in self.person(name)["consent"]}

    def consent(self, name, **query):
        return self.ask("GET", f"/api/v1/profiles/{self.person(name)['id']}/consent?" + urllib.parse.urlencode(query))

    def decides(self, name, purpose, granted, status=200, **rest):
        return self.ask("POST", f"/api/v1/profiles/{self.person(name)['id']}/consent",
                        {"purpose": purpose, "granted": granted, "evidence": "on the phone", **rest}, status)

    def link(self, name, **asked):
        return self.ask("POST", f"/api/v1/profiles/{self.person(name)['id']}/preference-link", asked, 201)["path"]

    def page(self, path, fields=None, language="en", **headers):
        body = urllib.parse.urlencode(fields).encode() if fields is not None else None
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        return web.request("POST" if body is not None else "GET", self.patron.base + path, body=body,
                           headers={"Accept-Language": language, **headers})


@pytest.fixture
def shop(shared):
    return Shop(shared)


class Page(html.parser.HTMLParser):
    """What the page shows: boxes with their ticks, and all text."""

    def __init__(self, text):
        super().__init__()
        self.boxes, self.shown, self.words, self.tags = {}, [], [], set()  # shown: slug:version
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.tags.add(tag)
        if attrs.get("name") == "allow":
            self.boxes[attrs["value"]] = "checked" in attrs
        if attrs.get("name") == "shown":
            self.shown.append(attrs["value"])

    def handle_data(self, data):
        self.words.append(data)

    def says(self, text):
        return text in " ".join(self.words)


DEFAULTS = {"essential": "default_granted", "analytics": "default_refused", "personalisation": "default_refused",
            "marketing_email": "default_refused", "marketing_sms": "default_refused", "advertising": "default_refused"}


def test_decisions_of_events_and_staff(shop):
    shop.carries("ann", {"Advertising": True, "C0002": False}, page={"url": "https://shop.example/x"}, ip="198.51.100.7")
    assert shop.states("ann") == {**DEFAULTS, "advertising": "granted", "analytics": "refused"}
    shop.carries("ann", {"C0002": True})  # is carried along: it lifts no refusal
    assert shop.states("ann")["analytics"] == "refused"
    shop.carries("ann", {"C0002": True}, event="Segment Consent Preference Updated")
    assert shop.states("ann")["analytics"] == "granted"
    shop.declares("ann", "marketing_email", True, evidence="sign-up form", text_version="2026-01")
    answer = shop.decides("ann", "marketing_email", False, text_version="2026-02")
    state = next(row for row in answer["states"] if row["purpose"] == "marketing_email")
    assert (state["state"], state["via"], state["evidence"], state["text_version"], state["by"], state["source"]) == (
        "refused", "staff", "on the phone", "2026-02", "command line", None)
    rows = answer["history"]
    assert [(row["purpose"], row["granted"], row["declared"], row["via"]) for row in rows] == [
        ("marketing_email", False, True, "staff"), ("marketing_email", True, True, "event"), ("analytics", True, True, "event"),
        ("analytics", False, False, "event"), ("advertising", True, False, "event")]
    assert rows[-1]["page"] == "https://shop.example/x" and rows[-1]["ip"] == "198.51.100.7"
    assert rows[1]["evidence"] == "sign-up form" and rows[1]["source"]["id"] == shop.source["id"]
    first = shop.consent("ann", limit=2)
    rest = shop.consent("ann", limit=100, cursor=first["next_cursor"])
    assert first["history"] + rest["history"] == rows and rest["next_cursor"] is None
    assert any(row["action"] == "profile.consent_changed" and row["subject"] == shop.person("ann")["id"]
               for row in shop.ask("GET", "/api/v1/audit?limit=50")["data"])
    context = shop.get(shop.person("ann")["id"], "context")
    assert context["consent"] == shop.person("ann")["consent"]


def test_merge_and_split(shop):
    shop.declares("ann", "analytics", True)
    shop.declares("ben", "analytics", False)
    shop.declares("ben", "advertising", True)
    before = shop.person("ann")["version"]
    shop.merge(shop.person("ann")["id"], shop.person("ben")["id"])
    assert (shop.states("ann")["analytics"], shop.states("ann")["advertising"]) == ("refused", "granted")
    person = shop.person("ann")
    assert person["version"] > before
    shop.decides("ann", "advertising", False)
    assert shop.person("ann")["version"] > person["version"]
    ben = [node for node in numbers(shop.person("ann"), "anonymous_id")][1:]
    shop.split(shop.person("ann")["id"], ben)
    assert (shop.states("ann")["analytics"], shop.states("ann")["advertising"]) == ("granted", "refused")
    assert (shop.states("ben")["analytics"], shop.states("ben")["advertising"]) == ("refused", "refused")
    seen = shop.consent("ann")["history"], shop.consent("ben")["history"]
    shop.patron.api("POST", "/api/v1/views/profiles/rebuild", {})
    shop.ready()
    assert (shop.consent("ann")["history"], shop.consent("ben")["history"]) == seen


def test_what_is_refused(shop):
    shop.track("ann")
    for purpose in ("nonsense", "essential\u0000", "x" * 40):
        shop.decides("ann", purpose, True, status=400)
    assert shop.ask("GET", f"/api/v1/profiles/{NOWHERE}/consent", status=404)["code"] == "not_found"
    assert shop.ask("POST", f"/api/v1/profiles/{NOWHERE}/preference-link", {}, 404)["code"] == "not_found"
    shop.ask("POST", f"/api/v1/profiles/{shop.person('ann')['id']}/preference-link", {"purpose": "nonsense"}, 400)
    assert shop.states("ann") == DEFAULTS


def test_purposes(shop):
    edit = {"name": "Surveys", "basis": "legitimate_interests", "categories": [f"survey-{shop.mark}"], "text_version": "1",
            "retention": [{"type": "track", "name": "Survey *", "days": 30}]}
    id = f"surveys_{shop.mark}"
    one = shop.ask("POST", "/api/v1/consent/purposes", {"id": id, **edit}, 201)
    assert one["version"] == 1 and one["retention"] == edit["retention"] and one["archived_at"] is None
    shop.carries("ann", {f"SURVEY-{shop.mark}": False})
    assert shop.states("ann")[id] == "refused"
    assert shop.ask("POST", "/api/v1/consent/purposes", {"id": id, **edit}, 409)["code"] == "conflict"
    assert "c0002" in shop.ask("PUT", f"/api/v1/consent/purposes/{id}", {**edit, "version": 1, "categories": ["c0002"]}, 409)["detail"]
    two = shop.ask("PUT", f"/api/v1/consent/purposes/{id}", {**edit, "version": 1, "name": "Questions", "retention": []})
    assert (two["version"], two["name"], two["retention"]) == (2, "Questions", [])
    shop.ask("PUT", f"/api/v1/consent/purposes/{id}", {**edit, "version": 1}, 409)
    for wrong in ({"retention": [{"days": 0}]}, {"retention": [{"days": 1, "more": 1}]}, {"retention": {}}, {"basis": "whim"}, {"name": ""}):
        shop.ask("PUT", f"/api/v1/consent/purposes/{id}", {**edit, "version": 2, **wrong}, 400)
    assert shop.ask("POST", f"/api/v1/consent/purposes/{id}/archive", {"archived": True})["archived_at"] is not None
    assert id not in shop.states("ann")
    shop.decides("ann", id, True, status=400)
    listed = [row["id"] for row in shop.ask("GET", "/api/v1/consent/purposes")["data"]]
    assert id not in listed and set(DEFAULTS) <= set(listed)
    assert id in [row["id"] for row in shop.ask("GET", "/api/v1/consent/purposes?archived=true")["data"]]
    shop.ask("POST", f"/api/v1/consent/purposes/{id}/archive", {"archived": False})
    assert shop.states("ann")[id] == "refused"
    shop.ask("POST", f"/api/v1/consent/purposes/{id}/archive", {"archived": True})  # the others see no more than there was


def test_the_preference_page(shop):
    shop.declares("ann", "analytics", True)
    path = shop.link("ann")
    answer = shop.page(path)
    page = Page(answer.text)
    assert answer.status == 200 and answer.header("Content-Type") == "text/html; charset=utf-8"
    assert page.boxes == {"analytics": True, "personalisation": False, "marketing_email": False, "marketing_sms": False,
                          "advertising": False} and [shown.split(":")[0] for shown in page.shown] == list(sorted(page.boxes))
    assert page.says("Your preferences") and page.says("Essential") and "script" not in page.tags
    policy = answer.header("Content-Security-Policy")
    assert policy.startswith("default-src 'none'; style-src 'nonce-") and "script-src" not in policy
    assert answer.header("Referrer-Policy") == "same-origin" and answer.header("Cache-Control") == "no-store"
    saved = shop.page(path, [("shown", shown) for shown in page.shown] + [("allow", "marketing_email")],
                      Origin=shop.patron.base, **{"Sec-Fetch-Site": "same-origin"})
    assert saved.status == 200 and Page(saved.text).says("This is what holds now")
    assert [name for name, ticked in Page(saved.text).boxes.items() if ticked] == ["marketing_email"]
    assert shop.states("ann") == {**{name: "refused" for name in DEFAULTS}, "marketing_email": "granted",
                                  "essential": "default_granted"}
    newest = shop.consent("ann")["history"][0]
    assert (newest["via"], newest["by"], newest["ip"], newest["page"]) == ("page", None, None, "/preferences")
    german = shop.page(path, [("shown", "marketing_email:0"), ("allow", "marketing_email"), ("none", "1")], language="de-AT,en;q=0.5")
    assert german.header("Content-Language") == "de" and Page(german.text).says("Ihre Einstellungen")
    arabic = shop.page(path, language="ar, en;q=0.1")
    assert 'lang="ar" dir="rtl"' in arabic.text and shop.page(path, language="xx").header("Content-Language") == "en"
    assert shop.states("ann")["marketing_email"] == "refused"
    # a session's cookie, or none, makes no difference; nor does what the form does not have
    essential = shop.ask("GET", "/api/v1/consent/purposes/essential")["version"]
    assert shop.page(path, [("shown", f"essential:{essential}"), ("shown", "nonsense:1")], Cookie="patron_session=x").status == 200
    assert shop.states("ann")["essential"] == "default_granted"
    for bad in ([], [("allow", "analytics")], [("List-Unsubscribe", "Two-Clicks")], [("shown", "analytics")] * 81):
        assert shop.page(path, bad).status == 400
    assert shop.page(path + "?utm_source=mail").status == 200
    assert shop.states("ann")["analytics"] == "refused"


def test_who_saw_another_text_looks_again(shop):
    edit = {"name": "Samples", "basis": "consent", "text_version": "1"}
    id = f"samples_{shop.mark}"
    shop.ask("POST", "/api/v1/consent/purposes", {"id": id, **edit}, 201)
    shop.track("ann")
    path = shop.link("ann")
    fields = [("shown", shown) for shown in Page(shop.page(path).text).shown] + [("allow", id), ("allow", "analytics")]
    shop.ask("PUT", f"/api/v1/consent/purposes/{id}", {**edit, "version": 1, "text_version": "2", "description": "With more in it"})
    answer = shop.page(path, fields)
    assert answer.status == 409 and Page(answer.text).says("please look again") and Page(answer.text).says("With more in it")
    assert shop.page(path, [("shown", id), ("allow", id)]).status == 409
    assert shop.states("ann") == {**DEFAULTS, id: "default_refused"}
    fields = [("shown", shown) for shown in Page(answer.text).shown] + [("allow", id)]
    assert shop.page(path, fields).status == 200 and shop.states("ann")[id] == "granted"
    row = next(row for row in shop.consent("ann")["history"] if row["purpose"] == id)
    assert (row["text_version"], row["via"]) == ("2", "page")
    assert shop.page(path, [("shown", f"{id}:1"), ("none", "1")]).status == 200 and shop.states("ann")[id] == "refused"
    shop.ask("POST", f"/api/v1/consent/purposes/{id}/archive", {"archived": True})  # the others see no more than there was


def in_parts(name, value):
    return (f'--b1\r\nContent-Disposition: form-data; name="{name}"\r\nContent-Type: text/plain\r\n\r\n{value}\r\n--b1--\r\n').encode()


def test_one_click_in_parts(shop):
    shop.declares("ann", "marketing_email", True)
    url = shop.patron.base + shop.link("ann", purpose="marketing_email")
    headers = {"Content-Type": "multipart/form-data; boundary=b1"}
    for body in (in_parts("List-Unsubscribe", "Two-Clicks"), in_parts("shown", "One-Click"), b"", b"--b1--\r\n",
                 in_parts("List-Unsubscribe", "One-Click") + b"x" * 8192):
        assert web.request("POST", url, body=body, headers=headers).status == 400
    assert shop.states("ann")["marketing_email"] == "granted"
    assert web.request("POST", url, body=in_parts("List-Unsubscribe", "One-Click"), headers=headers).status == 200
    assert shop.states("ann")["marketing_email"] == "refused"
    assert shop.consent("ann")["history"][0]["via"] == "unsubscribe"


def test_one_click_unsubscribes(shop):
    for purpose in ("analytics", "marketing_email", "marketing_sms"):
        shop.declares("ann", purpose, True)
    one_click = [("List-Unsubscribe", "One-Click")]
    assert shop.page(shop.link("ann", purpose="marketing_email"), one_click).status == 200
    assert shop.states("ann")["marketing_email"] == "refused" and shop.states("ann")["marketing_sms"] == "granted"
    assert shop.consent("ann")["history"][0]["via"] == "unsubscribe"
    assert shop.page(shop.link("ann"), one_click).status == 200
    assert shop.states("ann")["marketing_sms"] == "refused" and shop.states("ann")["analytics"] == "granted"


def test_a_wrong_link_tells_nothing(shop):
    shop.track("ann")
    path = shop.link("ann")
    flipped = path[:-10] + ("A" if path[-10] != "A" else "B") + path[-9:]
    answers = [shop.page(wrong) for wrong in (flipped, path[:-1], path + "A", "/preferences/x", f"/preferences/{NOWHERE}")]
    answers += [shop.page(flipped, [("List-Unsubscribe", "One-Click")])]
    texts = {answer.text.split("<style")[0] + answer.text.split("</style>")[1] for answer in answers}
    assert len(texts) == 1 and all(answer.status == 404 for answer in answers)
    assert Page(answers[0].text).says("not valid")


def test_suppression_list(shop):
    first, second = f"Ann.{shop.mark}@Example.com", f"ben.{shop.mark}@example.com"
    added = shop.ask("POST", "/api/v1/suppressions", {"channel": "email", "reason": "bounced", "since": "2025-01-01T00:00:00Z",
                                                       "addresses": [first, second, first.lower()]})
    assert added == {"added": 2, "known": 1}
    found = shop.ask("POST", "/api/v1/suppressions/check", {"channel": "email", "address": f" {first.upper()} "})
    row = found["row"]
    assert found["suppressed"] and (row["masked"], row["reason"], row["since"]) == ("a***@e***.com", "bounced", "2025-01-01T00:00:00.000Z")
    assert shop.ask("POST", "/api/v1/suppressions/check", {"channel": "phone", "address": "+43 1 58858"}) == {"suppressed": False, "row": None}
    assert "addresses[1]" in shop.ask("POST", "/api/v1/suppressions", {"channel": "email", "addresses": ["x@y.z", "nonsense"]}, 400)["detail"]
    listed, cursor = [], None
    while True:
        page = shop.ask("GET", "/api/v1/suppressions?" + urllib.parse.urlencode(
            {"reason": "bounced", "limit": 1, **({"cursor": cursor} if cursor else {})}))
        listed += page["data"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    exported = [json.loads(line) for line in shop.patron.api("GET", "/api/v1/suppressions/export").text.splitlines()]
    assert row in listed and row in exported and len(listed) == 2
    assert first.lower() not in json.dumps(exported) and shop.mark not in json.dumps(exported)
    assert shop.ask("DELETE", f"/api/v1/suppressions/{row['id']}") == {}
    shop.ask("DELETE", f"/api/v1/suppressions/{row['id']}", status=404)
    assert not shop.ask("POST", "/api/v1/suppressions/check", {"channel": "email", "address": first})["suppressed"]
    actions = [entry["action"] for entry in shop.ask("GET", "/api/v1/audit?limit=50&action=suppression.")["data"]]
    assert "suppression.added" in actions and "suppression.removed" in actions
