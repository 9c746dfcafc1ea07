# SPDX-License-Identifier: Apache-2.0
"""Destinations: what reaches others, in which order, how often, and what does not."""
import base64
import collections
import itertools
import json
import tempfile
import time

import pytest
from fakes.server import Answer, Server
from harness.customers import Customers
from harness.mode import soak
from harness.patron import Patron
from harness.shared import Databases, Shared

API = "/api/v1/destinations"
SECRET = "whsec_" + base64.b64encode(b"a secret of twenty-four b").decode()
LOCAL = {"connect-networks": "127.0.0.0/8"}
made = itertools.count(1)


class Receiver(Server):
    """Answers by `plan(request, events)`: an Answer or None for 204; keeps what it took (2xx) by messageId."""

    def __init__(self, plan=None):
        super().__init__()
        self.plan = plan
        self.taken = []

    def answer(self, request):
        events = json.loads(request.body)
        events = events if isinstance(events, list) else [events]
        answer = (self.plan and self.plan(request, events)) or Answer(204, b"")
        if answer.status < 300:
            self.taken += events
        return answer

    @property
    def ids(self):
        return [event["messageId"] for event in self.taken]

    def wait_ids(self, wanted, seconds=15):
        wanted = set(wanted)
        return self.wait(lambda server: wanted <= set(server.ids), seconds)


@pytest.fixture(scope="module")
def running(sql_cluster):
    """The module's daemon; it may connect to this machine."""
    with tempfile.TemporaryDirectory(prefix="pt-", ignore_cleanup_errors=True) as folder:
        patron = Patron(folder, settings=LOCAL, databases=Databases(sql_cluster)).start()
        try:
            yield Shared(patron)
            patron.stop()
        finally:
            patron.discard()


@pytest.fixture
def out(request, running):
    request.node.patrons = [running.patron]
    with Receiver() as receiver:
        desk = Out(running.patron, receiver)
        yield desk
        desk.clear()


class Out(Customers):
    """Destinations of one test; each sees the events of that test's own source only."""

    def __init__(self, patron, receiver):
        super().__init__(patron)
        self.receiver = receiver
        self.mark = f"d{next(made)}x"
        self.source = patron.add_source(f"source {self.mark}")
        self.made = []

    def clear(self):
        for one in self.made:
            self.patron.api("DELETE", f"{API}/{one['id']}")

    def mine(self):
        return {"field": "source", "is": "equals", "value": self.source["id"]}

    def add(self, receiver=None, name="", status=201, **rest):
        settings = {"url": (receiver or self.receiver).base + "/in", "secret": SECRET, **rest.pop("settings", {})}
        body = {"name": f"{name} {self.mark}", "kind": "webhook", "settings": settings, "filter": self.mine(), "purposes": [], **rest}
        one = self.ask("POST", API, {key: value for key, value in body.items() if value is not ...}, status)
        if status == 201:
            self.made.append(one)
        return one

    def of(self, one):
        return self.ask("GET", f"{API}/{one['id']}")

    def act(self, one, what, body=None, status=200):
        return self.ask("POST", f"{API}/{one['id']}/{what}", body, status)

    def dead(self, one, **query):
        tail = "&".join(f"{key}={value}" for key, value in query.items())
        return self.ask("GET", f"{API}/{one['id']}/dead-letters?{tail}")["data"]

    def wait(self, one, ready, seconds=15):
        end = time.monotonic() + seconds
        while not ready(state := self.of(one)):
            assert time.monotonic() < end, f"{json.dumps(state, indent=1)}\n{self.patron.stderr(3000)}"
            time.sleep(0.02)
        return state

    def skips(self, one, reason, count):
        self.wait(one, lambda state: {row["reason"]: row["events"] for row in state["skipped"]}.get(reason, 0) >= count)

    def knows(self, person, **traits):
        """What is known of a person's user id from now on."""
        self.send([{"type": "identify", "messageId": f"{self.mark}-i{next(made)}", "userId": f"{person}-{self.mark}", "traits": traits}])

    def events(self, count, person="p", begin=0, **rest):
        return [{"type": "track", "event": "Viewed", "messageId": f"{self.mark}-{n}", "anonymousId": f"{person}-{self.mark}", **rest}
                for n in range(begin, begin + count)]

    def send(self, events):
        self.patron.send_ok(events, self.source["write_key"])
        return [event["messageId"] for event in events]


def numbers_of(ids):
    return [int(one.rpartition("-")[2]) for one in ids]


# --- what arrives ---------------------------------------------------------------------------------------------------


def test_events_arrive_once_signed_and_in_order_of_each_person(out):
    one = out.add()
    crowd = [event for n in range(40) for event in out.events(1, f"p{n % 5}", n)]
    ids = out.send(crowd)
    out.receiver.wait_ids(ids)
    assert sorted(out.receiver.ids) == sorted(ids)
    for person in {event["anonymousId"] for event in crowd}:
        theirs = [event["messageId"] for event in out.receiver.taken if event["anonymousId"] == person]
        assert theirs == sorted(theirs, key=lambda text: int(text.rpartition("-")[2]))
    first = out.receiver.requests[0]
    assert first.headers["webhook-signature"].startswith("v1,") and first.headers["content-type"] == "application/json"
    assert len({request.headers["webhook-id"] for request in out.receiver.requests}) == 40
    event = out.receiver.taken[0]
    assert "_patron" not in event and event["profile_id"] == out.find("anonymous_id", event["anonymousId"])["id"]
    state = out.wait(one, lambda state: state["delivered"] == 40 and state["lag_s"] == 0)
    assert state["state"] == "running" and state["dead"] == 0 and state["latency_p99_ms"] < 5000
    assert out.patron.metrics()[f'patron_destination_delivered_total{{destination="{one["id"]}"}}'] == 40


def test_filter_event_names_and_mapping(out):
    one = out.add(filter={"all": [out.mine(), {"property": "total", "is": "at_least", "value": 10}]},
                  events=[{"name": "Order Completed", "as": "purchase"}, {"name": "Viewed"}],
                  mapping=[{"to": "what", "from": "event"}, {"to": "sum", "from": "properties.total"}, {"to": "first", "from": "properties.products.0.sku"},
                           {"to": "nothing", "from": "context.none"}, {"to": "shop", "value": {"id": 7}}, {"to": "messageId", "from": "messageId"}])
    order = {"event": "Order Completed", "properties": {"total": 12.50, "products": [{"sku": "a\"b"}, {"sku": "c"}]}}
    sent = [*out.events(1, **order), *out.events(1, begin=1, **{**order, "properties": {"total": 9.99}}),
            *out.events(1, begin=2, event="Order Refunded", properties={"total": 50}), *out.events(1, begin=3, properties={"total": 10})]
    ids = out.send(sent)
    out.receiver.wait_ids([ids[0], ids[3]])
    got = {event["messageId"]: event for event in out.receiver.taken}
    assert got == {ids[0]: {"what": "purchase", "sum": 12.50, "first": "a\"b", "nothing": None, "shop": {"id": 7}, "messageId": ids[0]},
                   ids[3]: {"what": "Viewed", "sum": 10, "first": None, "nothing": None, "shop": {"id": 7}, "messageId": ids[3]}}
    state = out.wait(one, lambda state: state["delivered"] == 2)
    skipped = {row["reason"]: row["events"] for row in state["skipped"]}
    assert skipped["event"] >= 1 and skipped["filter"] >= 1
    samples = out.ask("GET", f"{API}/{one['id']}/skipped")["data"]
    assert {"event", "filter"} <= {row["reason"] for row in samples} and "Order Refunded" in {row["event"] for row in samples}
    out.ask("PATCH", f"{API}/{one['id']}", {"mapping": None, "events": None, "filter": out.mine()})
    late = out.send(out.events(1, begin=4, event="Anything"))
    out.receiver.wait_ids(late)
    assert out.receiver.taken[-1]["event"] == "Anything"


# --- what is known of the person ------------------------------------------------------------------------------------


def gold(out, **rest):
    """Views of those whose tier is gold, with the tier and how many views there are."""
    views = f"views {out.mark}"
    out.computes(views, fold="count", events=["Viewed"])
    mapping = [{"to": "messageId", "from": "messageId"}, {"to": "tier", "trait": "tier"}, {"to": "views", "trait": views}]
    rest = {"events": [{"name": "Viewed"}], "mapping": mapping, **rest}
    return out.add(filter={"all": [out.mine(), {"trait": "tier", "is": "equals", "value": "gold"}]}, **rest), views


def test_a_filter_asks_for_traits_as_they_are_then(out):
    one, views = gold(out)
    ann = {"userId": f"ann-{out.mark}"}
    out.knows("ann", tier="silver")
    first = out.send(out.events(1, **ann))
    out.send(out.events(1, "nobody", 1))
    out.skips(one, "filter", 2)
    out.knows("ann", tier="gold")
    second = out.send(out.events(1, begin=2, **ann))
    out.receiver.wait_ids(second)
    assert out.receiver.taken == [{"messageId": second[0], "tier": "gold", "views": 2}]
    out.act(one, "pause")
    out.send(out.events(1, begin=3, **ann))
    out.knows("ann", tier="silver")
    out.ready()
    out.act(one, "resume")
    out.skips(one, "filter", 3)
    # a replay asks again, of all
    out.knows("ann", tier="gold")
    out.ready()
    out.ask("PATCH", f"{API}/{one['id']}", {"filter": {"all": [out.mine(), {"trait": views, "is": "at_least", "value": 3}]}})
    out.act(one, "replay", {"from_position": 0})
    state = out.wait(one, lambda state: state["replay"]["state"] == "done" and state["delivered"] == 4)
    assert sorted(numbers_of(out.receiver.ids)) == [0, 2, 2, 3] and state["dead"] == 0
    assert {event["views"] for event in out.receiver.taken[1:]} == {3}


def test_traits_follow_a_merge_and_dead_letters_ask_again(out):
    one, views = gold(out)
    out.knows("ann", tier="gold")
    before = out.send(out.events(1, "phone"))
    out.skips(one, "filter", 1)
    out.ready()
    out.merge(out.find("user_id", f"ann-{out.mark}")["id"], out.find("anonymous_id", f"phone-{out.mark}")["id"])
    out.receiver.plan = lambda request, events: Answer(422, b"")
    out.send(out.events(1, "phone", 1))
    position = out.wait(one, lambda state: state["dead"] == 1) and out.dead(one)[0]["position"]
    out.receiver.plan = None
    tried = out.act(one, "test", {"position": position})
    assert '"tier":"gold"' in tried["request"] and '"views":2' in tried["request"], tried
    assert '"tier":null' in out.act(one, "test", {})["request"]  # a made-up order is nobody's
    out.knows("ann", tier="silver")
    out.ready()
    out.receiver.taken.clear()
    assert out.act(one, "redrive", {})["events"] == 1
    out.skips(one, "filter", 2)
    assert out.wait(one, lambda state: state["dead"] == 0 and state["job"] is None)["delivered"] == 0 and out.receiver.taken == []
    out.ask("PATCH", f"{API}/{one['id']}", {"filter": {"any": [{"trait": "tier", "is": "absent"}, {"trait": views, "is": "more", "value": 1}]}, "events": [{"name": "Viewed"}]})
    out.act(one, "replay", {"from_position": position})
    out.receiver.wait_ids([f"{out.mark}-1"])
    assert before[0] not in out.receiver.ids


# --- what fails -----------------------------------------------------------------------------------------------------


def test_retry_after_is_kept_and_the_id_stays(out):
    times = []

    def plan(request, _events):
        times.append(request.at)
        return Answer(503, b"", {"Retry-After": "1"}) if len(times) == 1 else None

    out.receiver.plan = plan
    one = out.add()
    ids = out.send(out.events(1))
    out.receiver.wait_ids(ids)
    assert times[1] - times[0] >= 1
    assert len({request.headers["webhook-id"] for request in out.receiver.requests}) == 1
    state = out.wait(one, lambda state: state["delivered"] == 1 and state["waiting"] == 0)
    assert state["retried"] == 1 and "503" in state["last_error"]


def test_dead_letters_are_listed_redriven_and_discarded(out):
    out.receiver.plan = lambda request, events: Answer(422, b"no such thing") if int(events[0]["messageId"].rpartition("-")[2]) % 2 else None
    one = out.add(redrive_per_s=10000)
    ids = out.send([event for n in range(12) for event in out.events(1, f"p{n}", n)])
    state = out.wait(one, lambda state: state["delivered"] + state["dead"] == 12)
    assert state["dead"] == 6 and state["failed"] == [{"reason": "http_422", "state": "dead", "events": 6}]
    rows = out.dead(one, limit=4)
    assert [row["message_id"] for row in rows] == ids[1:9:2] and rows[0]["event"] == "Viewed" and "422" in rows[0]["error"]
    page = out.ask("GET", f"{API}/{one['id']}/dead-letters?limit=4")
    assert len(out.dead(one, limit=4, cursor=page["next_cursor"])) == 2
    assert out.dead(one, reason="nothing") == []
    out.receiver.plan = None
    out.act(one, "redrive", {"position": rows[0]["position"]})
    out.receiver.wait_ids([ids[1]])
    out.act(one, "discard", {"position": rows[1]["position"]})
    out.act(one, "discard", {"position": rows[1]["position"]}, 404)
    assert out.act(one, "redrive", {"reason": "http_422"})["events"] == 4
    out.receiver.wait_ids(ids[5::2])
    state = out.wait(one, lambda state: state["dead"] == 0 and state["job"] is None)
    assert state["delivered"] == 11 and ids[3] not in out.receiver.ids
    audit = out.ask("GET", "/api/v1/audit?action=destination.&limit=5")["data"]
    assert {"destination.redriven", "destination.discarded"} <= {row["action"] for row in audit}


def test_all_dead_letters_discarded_while_paused(out):
    out.receiver.plan = lambda request, events: Answer(400, b"")
    one = out.add()
    out.send([event for n in range(9) for event in out.events(1, f"p{n}", n)])
    out.wait(one, lambda state: state["dead"] == 9)
    out.act(one, "pause")
    assert out.act(one, "discard", {})["events"] == 9
    out.wait(one, lambda state: state["dead"] == 0 and state["job"] is None)


def test_one_that_is_dead_holds_up_no_other(out):
    with Receiver(lambda request, events: Answer(500, b"broken")) as dead:
        bad = out.add(dead, "bad")
        gone = out.add(name="gone", settings={"url": "http://127.0.0.1:9/none"})
        good = out.add(name="good")
        ids = out.send([event for n in range(100) for event in out.events(1, f"p{n}", n)])
        out.receiver.wait_ids(ids)
        assert out.wait(good, lambda state: state["delivered"] == 100)["retried"] == 0
        for one in (bad, gone):
            state = out.wait(one, lambda state: state["state"] == "broken")
            assert state["state_reason"] and state["delivered"] == 0
        assert len(dead.requests) < 40  # the breaker: not a hundred
        dead.plan = None
        out.act(bad, "resume")
        dead.wait_ids(ids, 30)
        assert sorted(dead.ids) == sorted(ids)


def test_what_google_may_have_got_is_a_dead_letter_and_a_redrive_tries_it(out):
    asked = []

    def hang_up(_request, events):
        asked.extend(events)
        raise ConnectionError("no answer")

    out.receiver.plan = hang_up
    settings = {"measurement_id": "G-ABC1234567", "api_secret": "s3cret", "endpoint": out.receiver.base}
    body = {"name": f"google {out.mark}", "kind": "ga4", "settings": settings, "filter": out.mine(), "purposes": []}
    one = out.ask("POST", API, body, 201)
    out.made.append(one)
    out.send([event for n in range(5) for event in out.events(1, f"p{n}", n)])
    state = out.wait(one, lambda state: state["dead"] == 5 and state["state"] == "broken", 30)
    assert state["failed"] == [{"reason": "in_doubt", "state": "dead", "events": 5}]
    assert state["retried"] == 0 and len(asked) == 5
    out.receiver.plan = None  # nothing new comes: the redrive is what the open breaker lets through
    assert out.act(one, "redrive", {})["events"] == 5
    state = out.wait(one, lambda state: state["dead"] == 0 and state["job"] is None, 30)
    assert state["delivered"] == 5 and state["state"] == "running" and len(out.receiver.taken) == 5


def test_wrong_credentials_stop_it_until_the_settings_change(out):
    out.receiver.plan = lambda request, events: Answer(401, b"") if request.path == "/in" else None
    one = out.add()
    ids = out.send(out.events(3))
    state = out.wait(one, lambda state: state["state"] == "stopped")
    assert "401" in state["state_reason"] and state["dead"] == 0
    out.ask("PATCH", f"{API}/{one['id']}", {"settings": {"url": out.receiver.base + "/other"}})
    out.receiver.wait_ids(ids)
    assert numbers_of(out.receiver.ids) == [0, 1, 2]


def test_an_array_is_split_where_one_of_it_is_bad(out):
    def plan(_request, events):
        return Answer(400, b"bad one") if any(event["messageId"].endswith("-3") for event in events) else None

    out.receiver.plan = plan
    one = out.add(settings={"batch": "50"})
    out.act(one, "pause")
    ids = out.send([event for n in range(20) for event in out.events(1, f"p{n}", n)])
    out.act(one, "resume")
    state = out.wait(one, lambda state: state["delivered"] + state["dead"] == 20)
    assert state["dead"] == 1 and set(out.receiver.ids) == set(ids) - {ids[3]}


# --- what people do ---------------------------------------------------------------------------------------------------


def test_paused_keeps_its_place_disabled_does_not(out):
    one = out.add()
    out.act(one, "pause")
    ids = out.send(out.events(5))
    assert out.of(one)["state"] == "paused" and out.receiver.taken == []
    out.act(one, "resume")
    out.receiver.wait_ids(ids)
    out.ask("PATCH", f"{API}/{one['id']}", {"enabled": False})
    missed = out.send(out.events(5, begin=5))
    assert out.of(one)["state"] == "disabled"
    out.ask("PATCH", f"{API}/{one['id']}", {"enabled": True})
    late = out.send(out.events(1, begin=10))
    out.receiver.wait_ids(late)
    assert numbers_of(out.receiver.ids) == [0, 1, 2, 3, 4, 10]
    position = out.wait(one, lambda state: state["lag"] == 0)["position"]
    out.act(one, "replay", {"from_position": 0, "until_position": position})
    out.receiver.wait_ids(missed)
    state = out.wait(one, lambda state: state["replay"]["state"] == "done")
    assert state["replay"]["sent"] == 11 and collections.Counter(out.receiver.ids) == {**{one: 2 for one in [*ids, *late]}, **{one: 1 for one in missed}}
    assert len({request.headers["webhook-id"] for request in out.receiver.requests}) == 11
    out.ask("DELETE", f"{API}/{one['id']}/replay", status=409)


def test_a_replay_is_cancelled(out):
    one = out.add(redrive_per_s=1)
    ids = out.send(out.events(5))
    out.receiver.wait_ids(ids)
    state = out.wait(one, lambda state: state["lag"] == 0)
    out.act(one, "replay", {"from_position": 0})
    out.act(one, "replay", {"from_position": 0}, 409)
    state = out.ask("DELETE", f"{API}/{one['id']}/replay")
    assert state["replay"]["state"] == "cancelled"
    out.act(one, "replay", {"from_position": 10**9}, 400)
    out.act(one, "replay", {}, 400)


def test_a_test_send_shows_what_went_and_what_came(out):
    one = out.add()
    tried = out.act(one, "test", {})
    assert tried["sent"] and tried["status"] == 204 and tried["verdict"] == "delivered"
    assert "webhook-signature" in tried["request"] and SECRET not in json.dumps(tried)
    assert out.receiver.taken[0]["event"] == "Order Completed"
    out.receiver.plan = lambda request, events: Answer(400, b"what is that")
    tried = out.act(one, "test", {})
    assert tried["verdict"] == "refused" and tried["answer"] == "what is that" and out.of(one)["dead"] == 0
    out.act(one, "test", {"position": 10**9}, 404)


def test_secrets_are_never_given_back(out):
    one = out.add()
    assert one["settings"] == {"url": out.receiver.base + "/in"} and one["secrets_set"] == ["secret"]
    changed = out.ask("PATCH", f"{API}/{one['id']}", {"settings": {"batch": "2"}})
    assert changed["settings"]["batch"] == "2" and changed["secrets_set"] == ["secret"] and changed["version"] == 2
    listed = out.patron.api("GET", API).text + out.patron.api("GET", "/api/v1/audit?action=destination").text
    assert SECRET not in listed and SECRET[6:] not in listed
    for file in out.patron.data.rglob("*"):
        assert not file.is_file() or SECRET[6:].encode() not in file.read_bytes(), file


@pytest.mark.parametrize("change,said", [
    ({"kind": "pigeon"}, "kind"),
    ({"settings": {"url": "ftp://x"}}, "url"),
    ({"settings": {"nothing": "x"}}, "nothing"),
    ({"settings": {"url": 7}}, "url"),
    ({"settings": {"secret": None}}, "secret"),
    ({"filter": {"all": 1}}, "filter"),
    ({"filter": {"all": [{"trait": "plan", "is": "bigger"}]}}, "/all/0/is"),
    ({"mapping": [{"to": "a"}]}, "mapping"),
    ({"mapping": [{"to": "a", "from": "x"}, {"to": "a", "value": 1}]}, "mapping"),
    ({"mapping": [{"to": "a", "value": 1, "more": 2}]}, "mapping"),
    ({"mapping": [{"to": "a", "trait": "plan", "from": "event"}]}, "mapping"),
    ({"events": [{"as": "x"}]}, "events"),
    ({"events": [{"name": "x"}, {"name": "x"}]}, "events"),
    ({"purposes": ["a"] * 17}, "purposes"),
    ({"redrive_per_s": 0}, "redrive_per_s"),
])
def test_what_cannot_work_is_refused(out, change, said):
    answer = out.add(status=400, **change)
    assert said in answer["detail"], answer


def test_names_are_unique_and_ids_must_exist(out):
    one = out.add()
    out.add(status=409)
    for method, path, body in [("GET", "", None), ("PATCH", "", {}), ("DELETE", "", None), ("POST", "/pause", None), ("POST", "/test", {}), ("POST", "/redrive", {}),
                               ("GET", "/dead-letters", None), ("GET", "/skipped", None), ("POST", "/replay", {"from_position": 0})]:
        out.ask(method, f"{API}/00000000-0000-7000-8000-000000000000{path}", body, 404)
    out.ask("DELETE", f"{API}/{one['id']}")
    out.made.clear()
    out.ask("GET", f"{API}/{one['id']}", status=404)
    kinds = out.ask("GET", f"{API}/kinds")["data"]
    assert {"webhook", "ga4", "meta"} <= {kind["name"] for kind in kinds}


def test_by_command_line(out):
    def patron(*words, code=0):
        done = out.patron.cli("destination", *words, check=False)
        assert done.returncode == code, done
        return done.stdout if code == 0 else done.stdout + done.stderr

    name = f"line {out.mark}"
    out.receiver.plan = lambda request, events: Answer(422, b"no such\nthing")
    one = out.add(name="line", settings={"batch": "1"})
    out.send([event for n in range(3) for event in out.events(1, f"p{n}", n)])
    out.wait(one, lambda state: state["dead"] == 3)
    row = next(line for line in patron("list").splitlines() if one["id"] in line)
    assert row.split()[:4] == ["line", out.mark, "webhook", "running"] and row.split()[-2] == "3"
    assert one["id"] in [row["id"] for row in json.loads(patron("list", "--json"))["data"]]
    shown = patron("show", name)
    assert one["id"] in shown and "http_422" in shown and "nothing was kept back" in shown and SECRET not in shown
    assert json.loads(patron("show", one["id"], "--json"))["dead"] == 3
    assert "paused" in patron("pause", name) and json.loads(patron("resume", name, "--json"))["state"] == "running"
    refused = patron("test", name, code=1)
    assert "verdict   refused" in refused and "no such\nthing" in refused and "the event was not taken" in refused and SECRET not in refused
    out.receiver.plan = None
    tried = json.loads(patron("test", name, "--position", str(out.dead(one)[0]["position"]), "--json"))
    assert tried["verdict"] == "delivered" and out.receiver.ids == [f"{out.mark}-0"]
    assert json.loads(patron("redrive", name, "--reason", "http_422", "--json")) == {"events": 3}
    out.wait(one, lambda state: state["dead"] == 0 and state["job"] is None)
    assert patron("redrive", name, "--all").startswith("0 ")
    patron("redrive", name, code=2)
    patron("redrive", name, "--all", "--reason", "x", code=2)
    patron("test", name, "--position", "first", code=2)
    assert "nobody" in patron("show", "nobody", code=1)


# --- consent ------------------------------------------------------------------------------------------------------------


def test_withdrawn_consent_stops_what_is_queued(out):
    purpose = f"ads_{out.mark}"
    out.ask("POST", "/api/v1/consent/purposes", {"id": purpose, "name": purpose, "basis": "consent"}, 201)
    with Receiver() as free:
        one, other = out.add(purposes=[purpose]), out.add(free, "free")
        ids = out.send(out.events(1))
        free.wait_ids(ids)
        out.wait(one, lambda state: {row["reason"] for row in state["skipped"]} >= {f"consent: {purpose}"})
        out.ready()
        person = out.find("anonymous_id", f"p-{out.mark}")["id"]

        def decide(granted):
            out.ask("POST", f"/api/v1/profiles/{person}/consent", {"purpose": purpose, "granted": granted, "evidence": "said so"})

        decide(True)
        ids = out.send(out.events(1, begin=1))
        out.receiver.wait_ids(ids)
        out.act(one, "pause")
        count = 50000 if soak() else 4000
        for begin in range(1000, 1000 + count, 1000):
            out.send(out.events(1000, begin=begin))
        decide(False)
        out.act(one, "resume")
        state = out.wait(one, lambda state: state["lag"] == 0, 60)
        assert out.receiver.ids == ids and state["delivered"] == 1
        assert {row["reason"]: row["events"] for row in state["skipped"]}[f"consent: {purpose}"] == count + 1
        assert out.wait(other, lambda state: state["delivered"] == count + 2, 60)["dead"] == 0


# --- the machine --------------------------------------------------------------------------------------------------------


def test_killed_in_the_middle_nothing_is_lost_and_repeats_have_the_same_id(make_patron):
    patron = make_patron(settings=LOCAL).start()
    with Receiver() as receiver:
        out = Out(patron, receiver)
        one = out.add()
        bad = out.add(name="bad", settings={"url": receiver.base + "/bad"})
        receiver.plan = lambda request, events: Answer(400, b"") if request.path == "/bad" else None
        ids = out.send([event for n in range(600) for event in out.events(1, f"p{n % 50}", n)])
        receiver.wait(lambda server: len(server.taken) > 100)
        patron.kill9()
        patron.start()
        receiver.wait_ids(ids, 30)
        out.wait(bad, lambda state: state["dead"] == 600, 30)
        webhook_ids = collections.defaultdict(set)
        for request in receiver.requests:
            if request.path == "/in":
                webhook_ids[json.loads(request.body)["messageId"]].add(request.headers["webhook-id"])
        assert set(webhook_ids) == set(ids) and all(len(one) == 1 for one in webhook_ids.values())
        patron.restart()
        before = len(receiver.requests)
        state = out.wait(one, lambda state: state["lag"] == 0)
        assert state["delivered"] >= 600 and len(receiver.requests) == before  # a clean stop repeats nothing


def test_private_addresses_are_not_connected_to(make_patron):
    patron = make_patron().start()
    with Receiver() as receiver:
        out = Out(patron, receiver)
        one = out.add(settings={"url": f"http://localhost:{receiver.server.server_address[1]}/in"})
        tried = out.act(one, "test", {})
        assert tried["verdict"] == "stop" and tried["status"] is None
        out.send(out.events(1))
        state = out.wait(one, lambda state: state["state"] == "stopped")
        assert "connect.networks" in state["state_reason"] and receiver.requests == []
