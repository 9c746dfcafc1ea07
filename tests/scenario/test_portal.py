# SPDX-License-Identifier: Apache-2.0
"""The portal: the life of a report, joined by another store, answered, confirmed; and who sees nothing of it."""
import itertools

import pytest
from harness import web
from harness.person import colleague

made = itertools.count(1)


class Staff:
    """Somebody of stores, signed in."""

    def __init__(self, patron, *stores, role="store"):
        self.email = f"staff{next(made)}@example.com"
        self.patron, self.person = patron, colleague(patron, self.email, role)
        if stores:
            answer = patron.api("PATCH", f"/api/v1/accounts/{self.email}", {"stores": list(stores)})
            assert answer.status == 200, answer

    def report(self, status=201, **what):
        return self.person.ok("POST", "/api/v1/portal/reports", what, status)

    def ticket(self, ticket, status=200):
        return self.person.ok("GET", f"/api/v1/portal/tickets/{ticket}", status=status)

    def say(self, ticket, text, status=200):
        return self.person.ok("POST", f"/api/v1/portal/tickets/{ticket}/answer", {"text": text}, status)

    def verdict(self, ticket, solved, status=200, **more):
        return self.person.ok("POST", f"/api/v1/portal/tickets/{ticket}/verdict", {"solved": solved, **more}, status)

    def reports(self, **query):
        rows, cursor = [], None
        while True:
            ask = {**query, **({"cursor": cursor} if cursor else {})}
            page = self.person.ok("GET", "/api/v1/portal/reports?" + "&".join(f"{k}={v}" for k, v in ask.items()))
            rows += page["data"]
            cursor = page["next_cursor"]
            if cursor is None:
                return rows


@pytest.fixture
def patron(shared):
    return shared.patron


def own(word):
    return f"{word}-{next(made)}"


def service():
    return [f"service_{next(made)}"]


def change(patron, ticket, **what):
    answer = patron.api("PATCH", f"/api/v1/tickets/{ticket}", what)
    assert answer.status == 200, answer
    return answer.json()["ticket"]


def test_the_life_of_a_report(patron):
    here, there, fault = own("HH"), own("B"), service()
    anna, ben = Staff(patron, here), Staff(patron, there)
    first = anna.report(category="till_fault", till="4", services=fault, customers=3, since="2026-01-05T09:00:00Z", text="Scanner is dead")
    assert first["known"] is None
    report = first["report"]
    assert (report["state"], report["store"], report["till"], report["mine"]) == ("received", here, "4", True)
    assert report["text"] == "Scanner is dead\n\nSince 2026-01-05T09:00:00.000Z" and report["title"] == "Till fault"
    key = report["ticket"]
    joined = ben.report(200, category="till_fault", till="1", services=fault)
    assert joined["report"]["ticket"] == key
    assert joined["known"] == {"since": anna.ticket(key)["opened_at"], "reports": 2, "stores": 2}

    change(patron, key, acknowledge=True)
    assert anna.ticket(key)["state"] == "seen"
    change(patron, key, state="in_progress", note="Only for us: the vendor's fault, as always")
    change(patron, key, state="waiting", waiting_for="requester", note="Does the lamp blink?", public=True)
    seen = ben.ticket(key)
    assert seen["state"] == "needs_you"
    assert [(note["by"], note["what"]) for note in seen["notes"]] == [("you", "joined"), ("desk", "note")]
    assert seen["notes"][1]["text"] == "Does the lamp blink?" and seen["notes"][1]["name"] == ""
    assert anna.say(key, "It is dark")["state"] == "working"
    change(patron, key, state="resolved", note="We have changed the power supply", public=True)

    assert ben.ticket(key)["state"] == "solved"
    after = ben.verdict(key, True)
    assert after["state"] == "solved" and after["mine"][0]["confirmed_at"]  # another store has not said so yet
    assert ben.reports(open="true") == [] and [row["state"] for row in anna.reports(open="true")] == ["solved"]
    again = anna.verdict(key, False, text="Still dark")
    assert again["state"] == "working" and again["notes"][-1]["text"] == "Still dark"
    change(patron, key, state="resolved")
    assert ben.ticket(key)["mine"][0]["confirmed_at"] is None  # what was confirmed was another solution
    assert anna.verdict(key, True)["state"] == "solved"
    assert ben.verdict(key, True)["state"] == "closed"
    assert [row["what"] for row in patron.api("GET", f"/api/v1/tickets/{key}/history").json()["data"]][-2:] == ["confirmed", "confirmed"]
    assert anna.verdict(key, True, 409)["code"] == "conflict"
    assert anna.verdict(key, False)["state"] == "working"  # and so it was not


def test_what_is_others_is_not_there(patron):
    here, there, fault = own("HH"), own("B"), service()
    anna, ben, lea, nobody = Staff(patron, here), Staff(patron, there), Staff(patron, here, own("K")), Staff(patron)
    key = anna.report(type="service_request", text="A key for the cellar\nfor Mondays")["report"]["ticket"]
    assert anna.ticket(key)["title"] == "A key for the cellar"
    for other in (ben, nobody):
        for method, path, body in (("GET", "", None), ("POST", "/answer", {"text": "let me in"}), ("POST", "/verdict", {"solved": False})):
            assert other.person.call(method, f"/api/v1/portal/tickets/{key}{path}", body).status == 404
        assert other.person.call("GET", "/api/v1/portal/tickets/999999").status == 404  # as what is nowhere
        assert other.person.call("GET", f"/api/v1/tickets/{key}").status == 403
        assert other.reports() == []
    # a colleague of the store sees it, and is told from its reporter
    assert [(row["ticket"], row["mine"]) for row in lea.reports()] == [(key, False)]
    lea.say(key, "For Tuesdays, too")
    notes = anna.ticket(key)["notes"]
    assert [(note["by"], note["name"], note["text"]) for note in notes] == [("store", lea.email.split("@")[0], "For Tuesdays, too")]

    # one incident of two stores: none reads what the other wrote
    anna.report(category="till_fault", services=fault, text="secret of here")
    shared = ben.report(200, category="till_fault", services=fault, text="secret of there")["report"]["ticket"]
    ben.say(shared, "answer of there")
    text = str(anna.ticket(shared)) + str(anna.reports())
    assert "of there" not in text and there not in text and ben.email not in text and "secret of here" in text
    text = str(ben.ticket(shared)) + str(ben.reports())
    assert "of here" not in text and here not in text and anna.email not in text and "secret of there" in text


def test_customers_of_a_store_are_not_its_own(patron):
    here = own("HH")
    anna = Staff(patron, here)
    ask = {"type": "service_request", "title": "Refund for Mrs Miller", "store": here, "requester": "mrs.miller@example.com"}
    key = patron.api("POST", "/api/v1/tickets", ask).json()["ticket"]["key"]
    assert anna.reports() == [] and anna.person.call("GET", f"/api/v1/portal/tickets/{key}").status == 404
    phone = patron.api("POST", "/api/v1/tickets", {"category": "till_fault", "store": here, "channel": "phone", "services": service()}).json()["ticket"]["key"]
    assert [row["ticket"] for row in anna.reports()] == [phone]


def test_moves_are_followed(patron):
    here, there = own("HH"), own("B")
    anna, ben = Staff(patron, here), Staff(patron, there)
    fault = service()
    one = anna.report(category="till_fault", services=fault)["report"]
    two = ben.report(category="till_fault", services=service())["report"]
    assert patron.api("POST", f"/api/v1/tickets/{two['ticket']}/merge", {"into": one["ticket"]}).status == 200
    assert ben.ticket(two["ticket"])["ticket"] == one["ticket"] and ben.reports()[0]["ticket"] == one["ticket"]
    ben.say(one["ticket"], "answer of there")
    assert anna.ticket(one["ticket"])["notes"] == []
    parted = patron.api("POST", f"/api/v1/tickets/{one['ticket']}/reports/{two['report']}/part").json()["ticket"]["key"]
    assert ben.reports()[0]["ticket"] == parted and ben.ticket(one["ticket"], 404)["code"] == "not_found"
    left = anna.ticket(one["ticket"])
    assert left["reports"] == 1 and left["notes"] == []  # alone with it now, and still not told what ben said


def test_pages_and_bounds(patron):
    here, two = own("HH"), own("B")
    anna, lea = Staff(patron, here), Staff(patron, here, two)
    keys = [anna.report(type="service_request", text=f"Paper {i}")["report"]["ticket"] for i in range(5)]
    assert [row["ticket"] for row in anna.reports(limit=2)] == keys[::-1]
    assert [row["ticket"] for row in lea.reports(limit=2)] == keys[::-1]
    assert "which of yours" in lea.report(400, text="x")["detail"]
    assert "none of yours" in anna.report(400, text="x", store=two)["detail"]
    assert "category" in anna.report(400, text="  \n"[2:])["detail"]
    assert anna.report(400, text="x", since="2999-01-01T00:00:00Z")["detail"] == "since: is in the future"
    assert anna.report(400, text="x" * 9001)["detail"].startswith("text: ")
    assert "solved" in anna.verdict(keys[0], True, 400, text="but")["detail"]
    assert anna.verdict(keys[0], True, 409)["detail"].startswith("state: ")
    assert anna.verdict(keys[0], False, 409)["detail"].startswith("state: ")


def test_stores_of_an_account(patron):
    anna = Staff(patron, "B-2", "A-1", "B-2")
    assert patron.api("GET", f"/api/v1/accounts/{anna.email}").json()["stores"] == ["A-1", "B-2"]
    entry = patron.api("GET", "/api/v1/audit?limit=1").json()["data"][0]
    assert entry["action"] == "account.changed" and entry["detail"] == {"stores": [[], ["A-1", "B-2"]]}
    form = anna.person.ok("GET", "/api/v1/portal")
    assert [store["code"] for store in form["stores"]] == ["A-1", "B-2"]
    assert {"id": "till_fault", "name": "Till fault", "touchpoint": "in_store_checkout"} in form["categories"]
    for path, body in (("A-1", {"name": "Hamburg", "zone": "Europe/Berlin"}), ("A-1/tills/4", {"name": "Till 4"}), ("A-1/tills/9", {"state": "retired"})):
        answer = patron.api("PUT", f"/api/v1/commerce/stores/{path}", {"version": 0, **body})
        assert answer.status < 300, answer
    assert anna.person.ok("GET", "/api/v1/portal")["stores"] == [{"code": "A-1", "name": "Hamburg", "tills": [{"code": "4", "name": "Till 4"}]}, {"code": "B-2", "name": "", "tills": []}]
    for wrong in ([""], ["x" * 101], [str(i) for i in range(51)]):
        assert patron.api("PATCH", f"/api/v1/accounts/{anna.email}", {"stores": wrong}).status == 400
    assert anna.person.call("PATCH", f"/api/v1/accounts/{anna.email}", {"stores": []}).status == 403
    assert patron.api("PATCH", f"/api/v1/accounts/{anna.email}", {"stores": []}).status == 200
    assert anna.person.ok("GET", "/api/v1/portal")["stores"] == []


def test_a_web_form_reports_by_token_and_sees_nothing(patron):
    made_token = patron.api("POST", "/api/v1/tokens", {"role": "store", "name": "form", "scopes": ["portal.report"]}).json()["token"]
    ask = lambda method, path, body=None: patron.api(method, path, body, token=made_token)  # noqa: E731
    done = ask("POST", "/api/v1/portal/reports", {"category": "till_fault", "store": own("HH"), "services": service()})
    assert done.status == 201 and ask("GET", "/api/v1/portal").status == 200
    key = done.json()["report"]["ticket"]
    assert ask("GET", f"/api/v1/portal/tickets/{key}").status == 403 and ask("GET", "/api/v1/portal/reports").status == 403
    full = patron.add_token("store")
    assert patron.api("GET", f"/api/v1/portal/tickets/{key}", token=full).status == 404  # a token is of no store


PNG = bytes.fromhex("89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8ffff3f0005fe02fea1d1c0870000000049454e44ae426082")


def photo(staff, ticket, body=PNG, kind="image/png", name="till.png"):
    headers = {"Cookie": f"patron_session={staff.person.cookie}", "X-CSRF-Token": staff.person.csrf, "Origin": staff.patron.base, "Content-Type": kind}
    return web.request("POST", f"{staff.patron.base}/api/v1/portal/tickets/{ticket}/photos?name={name}", body=body, headers=headers)


def test_photos_are_of_those_who_took_them(patron):
    fault = service()
    anna, ben = Staff(patron, own("HH")), Staff(patron, own("B"))
    key = anna.report(category="till_fault", services=fault)["report"]["ticket"]
    ben.report(200, category="till_fault", services=fault)
    assert photo(anna, key).json()["photos"][0]["name"] == "till.png"
    assert ben.ticket(key)["photos"] == [] and not {"till.png"} & {note["text"] for staff in (anna, ben) for note in staff.ticket(key)["notes"]}
    assert [file["name"] for file in patron.api("GET", f"/api/v1/tickets/{key}/attachments").json()["data"]] == ["till.png"]
    assert photo(anna, key, body=b"%PDF-1.7", kind="application/pdf").status == 415 and photo(anna, key, body=b"no picture").status == 415
    assert photo(Staff(patron, own("K")), key).status == 404


def test_rated_by_whoever_reported_it(patron):
    fault = service()
    anna, ben = Staff(patron, own("HH")), Staff(patron, own("B"))
    key = anna.report(category="till_fault", services=fault)["report"]["ticket"]
    ben.report(200, category="till_fault", services=fault)
    assert anna.ticket(key)["rating"] is None
    rate = f"/api/v1/portal/tickets/{key}/rating"
    assert anna.person.call("POST", rate, {"score": 4}).status == 404
    change(patron, key, state="resolved")
    anna.verdict(key, True)
    assert ben.verdict(key, True)["rating"] is None
    rating = anna.ticket(key)["rating"]
    assert (rating["least"], rating["most"], rating["score"]) == (1, 5, None) and rating["question"]
    assert anna.person.ok("POST", rate, {"score": 4, "comment": "Quick"})["rating"]["score"] == 4
    assert anna.person.call("POST", rate, {"score": 6}).status == 400 and ben.person.call("POST", rate, {"score": 1}).status == 404
    answer = next(row for row in patron.api("GET", "/api/v1/surveys/answers").json()["data"] if row["ticket"] == key)
    assert (answer["score"], answer["comment"]) == (4, "Quick")


def test_sent_twice_after_a_lost_answer(patron):
    anna = Staff(patron, own("HH"))
    body, key = {"type": "service_request", "text": "Once"}, {"Idempotency-Key": own("offline-report-key")}
    first = anna.person.ok("POST", "/api/v1/portal/reports", body, 201, headers=key)
    assert anna.person.ok("POST", "/api/v1/portal/reports", body, 201, headers=key) == first
    assert len(anna.reports()) == 1


def test_nothing_of_the_rest(patron):
    token = web.bearer(patron.add_token("store"))
    for path in ("/api/v1/tickets", "/api/v1/desk/policy", "/api/v1/profiles?search=&limit=20", "/api/v1/accounts", "/api/v1/audit"):
        assert web.request("GET", patron.base + path, headers=token).status == 403
