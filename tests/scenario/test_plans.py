# SPDX-License-Identifier: Apache-2.0
"""Tracking plans: what is not as the plan says lands flagged or is kept aside, is counted, and is redriven once."""
import json

import pytest

PRICE = {"type": "object", "required": ["properties"], "properties": {"properties": {
    "type": "object", "required": ["price"],
    "properties": {"price": {"type": "number", "minimum": 0}, "currency": {"enum": ["EUR", "GBP"]},
                   "products": {"type": "array", "items": {"properties": {"sku": {"type": "string"}}}}}}}}


def draft(mode="quarantine", name="Shop", schema=None, **more):
    return {"name": name, "mode": mode,
            "rules": [{"type": "track", "name": "Order Completed", "schema": schema or PRICE}], **more}


def ok(answer, status=200):
    assert answer.status == status, answer
    return answer.json()


def add_plan(patron, plan, source=None):
    made = ok(patron.api("POST", "/api/v1/plans", plan), 201)
    if source:
        assigned = ok(patron.api("PUT", f"/api/v1/sources/{source['id']}/plan", {"plan": made["id"]}))
        assert assigned["plan"] == made["id"] and assigned["version"] == made["version"]
    return made


def order(number, **properties):
    return {"type": "track", "event": "Order Completed", "userId": "u1", "messageId": f"o{number}", "properties": properties}


def test_a_violating_event_is_quarantined_with_the_place(patron):
    source = patron.add_source()
    plan = add_plan(patron, draft(), source)
    patron.send_ok([order(1, price=10), order(2, price="10"), order(3)], source["write_key"])
    assert [e["messageId"] for e in patron.export()] == ["o1"]
    two, three = patron.wait_views().quarantine()
    assert two["_patron"]["reason"] == three["_patron"]["reason"] == "plan_violation"
    assert two["_patron"]["detail"] == "/properties/price: is a text, want number"
    said = two["_patron"]["plan"]
    assert said["id"] == plan["id"] and said["version"] == 1 and said["rule"] == 0
    assert said["violations"] == [{"pointer": "/properties/price", "keyword": "type", "message": "is a text, want number"}]
    assert three["_patron"]["plan"]["violations"][0]["keyword"] == "required"
    listed = ok(patron.api("GET", "/api/v1/quarantine?reason=plan_violation"))["data"]
    assert len(listed) == 2


def test_warn_lands_with_a_flag(patron):
    source = patron.add_source()
    add_plan(patron, draft("warn"), source)
    patron.send_ok([order(1, price=-1), order(2, price=1)], source["write_key"])
    one, two = patron.export()
    assert "plan_violation" in one["_patron"]["flags"] and one["_patron"]["plan"]["violations"][0]["keyword"] == "minimum"
    assert "plan_violation" not in two["_patron"]["flags"] and "plan" not in two["_patron"]
    assert patron.wait_views().quarantine() == []


@pytest.mark.parametrize("mode, landed, kept", [("allow", 2, 0), ("warn", 2, 0), ("quarantine", 1, 1)])
def test_an_unplanned_event(patron, mode, landed, kept):
    source = patron.add_source()
    add_plan(patron, draft(unplanned_events=mode), source)
    patron.send_ok([order(1, price=1), {"type": "track", "event": "Other", "userId": "u"}, ], source["write_key"])
    assert len(patron.export()) == landed
    rows = patron.wait_views().quarantine()
    assert [r["_patron"]["reason"] for r in rows] == ["unplanned_event"] * kept
    assert sum("unplanned" in e["_patron"]["flags"] for e in patron.export()) == (mode == "warn")


def test_types_without_a_rule_are_not_unplanned(patron):
    source = patron.add_source()
    plan = draft(unplanned_events="quarantine")
    plan["rules"].append({"type": "page", "name": "Home", "schema": {}})
    add_plan(patron, plan, source)
    patron.send_ok([{"type": "identify", "userId": "u"}, {"type": "alias", "userId": "a", "previousId": "b"},
                    {"type": "page", "name": "Home", "userId": "u"}, {"type": "page", "name": "Away", "userId": "u"}],
                   source["write_key"])
    assert [e["type"] for e in patron.export()] == ["identify", "alias", "page"]
    [row] = patron.wait_views().quarantine()
    assert row["name"] == "Away" and row["_patron"]["reason"] == "unplanned_event"


def test_a_v1_name_is_judged_by_the_rule_of_its_v2_name(patron):
    source = patron.add_source()
    add_plan(patron, draft(), source)
    patron.send_ok([{**order(1, price="x"), "event": "Completed Order"}], source["write_key"])
    [row] = patron.wait_views().quarantine()
    assert row["_patron"]["reason"] == "plan_violation"


def test_unplanned_properties(patron):
    source = patron.add_source()
    add_plan(patron, draft(unplanned_properties="warn"), source)
    patron.send_ok([order(1, price=1, colour="red"), order(2, price=1)], source["write_key"])
    one, two = patron.export()
    assert one["_patron"]["plan"]["violations"] == [
        {"pointer": "/properties/colour", "keyword": "unplanned_property", "message": "is not in the plan"}]
    assert "plan" not in two["_patron"]


def test_the_batch_context_counts_as_the_events_own(patron):
    schema = {"properties": {"context": {"required": ["app"], "properties": {"app": {"required": ["version"]}}}},
              "required": ["context"]}
    source = patron.add_source()
    add_plan(patron, draft(schema=schema), source)
    patron.send_ok([order(1)], source["write_key"], context={"app": {"version": "1"}})
    patron.send_ok([order(2)], source["write_key"], context={"os": {}})
    assert [e["messageId"] for e in patron.export()] == ["o1"]


def test_other_sources_are_not_judged(patron):
    source, other = patron.add_source(), patron.add_source("other")
    add_plan(patron, draft(), source)
    patron.send_ok([order(1, price="x")], other["write_key"])
    assert len(patron.export()) == 1
    ok(patron.api("PUT", f"/api/v1/sources/{source['id']}/plan", {"plan": None}))
    patron.send_ok([order(2, price="x")], source["write_key"])
    assert len(patron.export()) == 2


def test_a_new_version_holds_from_now_on_and_the_old_are_kept(patron):
    source = patron.add_source()
    plan = add_plan(patron, draft(), source)
    patron.send_ok([order(1, price="x")], source["write_key"])
    path = f"/api/v1/plans/{plan['id']}"
    changed = draft(schema={"type": "object"}, note="prices as texts")
    saved = ok(patron.api("PUT", path, {**changed, "base_version": 1}))
    assert saved["version"] == 2 and saved["note"] == "prices as texts" and saved["sources"][0]["id"] == source["id"]
    patron.send_ok([order(2, price="x")], source["write_key"])
    assert [e["messageId"] for e in patron.export()] == ["o2"]
    assert ok(patron.api("PUT", path, changed))["version"] == 2  # nothing new in it
    assert patron.api("PUT", path, {**draft(), "base_version": 1}).status == 409
    listed = ok(patron.api("GET", path + "/versions"))["data"]
    assert [(v["version"], v["rules"]) for v in listed] == [(2, 1), (1, 1)]
    old = ok(patron.api("GET", path + "/versions/1"))
    assert old["rules"][0]["schema"] == PRICE and old["version"] == 1
    restored = {k: old[k] for k in ("name", "description", "mode", "unplanned_events", "unplanned_properties", "formats", "rules")}
    assert ok(patron.api("PUT", path, restored))["version"] == 3
    assert patron.api("GET", path + "/versions/9").status == 404
    patron.restart()
    assert ok(patron.api("GET", f"/api/v1/sources/{source['id']}/plan"))["version"] == 3


def test_delete(patron):
    source = patron.add_source()
    plan = add_plan(patron, draft(), source)
    assert patron.api("POST", "/api/v1/plans", draft()).status == 409  # the name is taken
    assert patron.api("DELETE", f"/api/v1/plans/{plan['id']}").status == 409
    ok(patron.api("PUT", f"/api/v1/sources/{source['id']}/plan", {"plan": None}))
    ok(patron.api("DELETE", "/api/v1/plans/Shop"))
    assert ok(patron.api("GET", "/api/v1/plans"))["data"] == []
    assert patron.api("GET", f"/api/v1/plans/{plan['id']}").status == 404


@pytest.mark.parametrize("schema, words", [
    ({"properties": {"price": {"type": "money"}}}, "rules[0].schema: /properties/price/type: is none of the seven types"),
    ({"$ref": "https://example.com/x.json"}, "refers to another document"),
    ({"unevaluatedProperties": False}, "is a keyword that is not taken"),
    ({"properties": {"a": {"pattern": "("}}}, "is no expression"),
    ({"allOf": [{"$ref": "#"}]}, "refers to itself"),
    ({"items": [{}]}, "prefixItems"),
])
def test_what_cannot_be_taken_is_refused_when_it_is_saved(patron, schema, words):
    answer = patron.api("POST", "/api/v1/plans", draft(schema=schema))
    assert answer.status == 400 and words in answer.json()["detail"], answer


def test_violations_over_time(patron):
    source = patron.add_source()
    plan = add_plan(patron, draft("warn", unplanned_events="quarantine"), source)
    patron.send_ok([order(i, price="x", products=[{"sku": 1}, {"sku": 2}]) for i in range(5)] +
                   [order(9, price=1), {"type": "track", "event": "Other", "userId": "u"}], source["write_key"])
    patron.wait_views()
    [point] = ok(patron.api("GET", "/api/v1/plans/violations"))["data"]
    assert (point["warned"], point["quarantined"], point["unplanned"]) == (5, 1, 1)
    top = ok(patron.api("GET", f"/api/v1/plans/violations/top?plan=Shop&source={source['id']}"))["data"]
    assert {(t["name"], t["path"], t["keyword"], t["warned"], t["quarantined"]) for t in top} == {
        ("Order Completed", "/properties/price", "type", 5, 0),
        ("Order Completed", "/properties/products/*/sku", "type", 5, 0),
        ("Other", "", "unplanned_event", 0, 1)}
    assert all(t["plan"] == plan["id"] and t["source_id"] == source["id"] for t in top)
    assert ok(patron.api("GET", "/api/v1/plans/violations/top?type=track"))["data"] == top
    assert ok(patron.api("GET", "/api/v1/plans/violations/top?type=page"))["data"] == []
    assert [t["name"] for t in ok(patron.api("GET", "/api/v1/plans/violations/top?name=Other"))["data"]] == ["Other"]
    assert ok(patron.api("GET", "/api/v1/plans/violations?until=2001-01-01T00:00:00Z"))["data"] == []
    path = "/api/v1/plans/violations/events?keyword=type&path=/properties/price&limit=2"
    seen, page = [], ok(patron.api("GET", path))
    while True:
        seen += page["data"]
        if not page["next_cursor"]:
            break
        page = ok(patron.api("GET", f"{path}&cursor={page['next_cursor']}"))
    positions = [e["position"] for e in seen]
    assert len(positions) == 5 and positions == sorted(positions, reverse=True)
    assert seen[0]["plan"] == plan["id"] and seen[0]["class"] == "event"
    ok(patron.api("POST", "/api/v1/views/plan_violations/rebuild", {}), 202)
    patron.wait_views()
    assert ok(patron.api("GET", "/api/v1/plans/violations/top?plan=Shop"))["data"] == top


def test_check_of_a_draft(patron):
    answer = ok(patron.api("POST", "/api/v1/plans/check", {"plan": draft(), "event": order(1, price="x")}))
    assert answer["history"] is None and answer["verdict"]["outcome"] == "quarantine" and answer["verdict"]["rule"] == 0
    assert answer["verdict"]["violations"][0]["pointer"] == "/properties/price"
    source = patron.add_source()
    patron.send_ok([order(i, price=i if i % 3 else "x") for i in range(30)] + [{"type": "track", "userId": "u"}],
                   source["write_key"])
    history = ok(patron.api("POST", "/api/v1/plans/check", {"plan": draft(), "source": source["id"]}))["history"]
    assert (history["events"], history["quarantined"], history["warned"], history["complete"]) == (30, 10, 0, True)
    assert history["top"][0]["path"] == "/properties/price" and history["top"][0]["events"] == 10
    last = ok(patron.api("POST", "/api/v1/plans/check", {"plan": draft(), "source": source["id"], "last": 7}))["history"]
    assert 6 <= last["events"] <= 7
    assert patron.api("POST", "/api/v1/plans/check", {"plan": draft()}).status == 400
    assert ok(patron.api("GET", "/api/v1/plans"))["data"] == []


def test_infer_and_save_what_was_inferred(patron):
    source = patron.add_source()
    sent = [order(i, price=i + 0.5, count=i, currency="EUR" if i % 2 else "GBP", note=f"n{i}", at="2025-11-22T00:00:00Z",
                  **({"coupon": None} if i % 2 else {})) for i in range(40)]
    patron.send_ok(sent + [{"type": "identify", "userId": "u", "traits": {"email": "a@example.com"}}], source["write_key"])
    answer = ok(patron.api("POST", "/api/v1/plans/infer", {"source": source["id"]}))
    assert answer["events"] == 41 and answer["complete"]
    track, identify = answer["plan"]["rules"]
    assert track["name"] == "Order Completed" and identify["type"] == "identify"
    properties = track["schema"]["properties"]["properties"]
    assert properties["properties"]["price"] == {"type": "number"}
    assert properties["properties"]["count"] == {"type": "integer"}
    assert sorted(properties["properties"]["currency"]["enum"]) == ["EUR", "GBP"]
    assert properties["properties"]["note"] == {"type": "string"}
    assert properties["properties"]["at"]["enum"] == ["2025-11-22T00:00:00Z"]
    assert "coupon" not in properties["required"] and "price" in properties["required"]
    plan = {**answer["plan"], "mode": "quarantine", "unplanned_events": "quarantine", "unplanned_properties": "quarantine"}
    history = ok(patron.api("POST", "/api/v1/plans/check", {"plan": plan, "source": source["id"]}))["history"]
    assert history["events"] == 41 and history["quarantined"] == 0  # a plan takes what it was made from
    add_plan(patron, plan, source)


SEGMENT = {"name": "rs_1", "display_name": "Store", "rules": {
    "events": [{"name": "Order Completed", "version": 1, "rules": {"type": "object", "labels": {}, "properties": {
                   "properties": {"type": "object", "properties": {"total": {"type": "number"}}, "required": ["total"]}}}},
               {"name": "Order Completed", "version": 2, "rules": {"type": "object", "properties": {
                   "properties": {"type": "object", "properties": {"total": {"type": ["number"]}}}}}}],
    "identify": {"properties": {"traits": {"type": "object", "properties": {"email": {"type": "string"}}}}},
    "global": {"properties": {"context": {"type": "object"}}}}}
SEGMENT_API = {"data": {"rules": [{"type": "TRACK", "key": "Signed Up", "version": 1, "jsonSchema": {
    "$schema": "http://json-schema.org/draft-07/schema#", "type": "object"}}, {"type": "COMMON", "key": "x", "jsonSchema": {}}]}}
RUDDER = {"name": "R", "config": {"global": {"allowUnplannedEvents": "false"}}, "events": [
    {"name": "Product Clicked", "eventType": "track", "rules": {"type": "object", "properties": {}}},
    {"name": "", "eventType": "identify", "rules": {"type": "object"}}]}


@pytest.mark.parametrize("document, form, rules, notes", [
    (SEGMENT, "segment", [("track", "Order Completed"), ("identify", None)], 2),
    (SEGMENT_API, "segment", [("track", "Signed Up")], 1),
    (RUDDER, "rudderstack", [("track", "Product Clicked"), ("identify", None)], 0),
    (draft(), "patron", [("track", "Order Completed")], 0),
])
def test_convert(patron, document, form, rules, notes):
    answer = ok(patron.api("POST", "/api/v1/plans/convert", {"document": document}))
    assert answer["format"] == form and len(answer["notes"]) == notes
    assert [(r["type"], r["name"]) for r in answer["plan"]["rules"]] == rules
    if form == "rudderstack":
        assert answer["plan"]["unplanned_events"] == "quarantine"
    add_plan(patron, answer["plan"])


def redrive_all(patron):
    answer = ok(patron.api("POST", "/api/v1/quarantine/redrive", {"all": True, "reason": "plan_violation"}))
    return answer["redriven"], answer["refused"]


def test_redrive_after_a_fix_over_kill_9_adds_no_duplicate(patron):
    source = patron.add_source()
    plan = add_plan(patron, draft(), source)
    patron.send_ok([order(i, price="x") for i in range(50)], source["write_key"])
    patron.wait_views()
    assert redrive_all(patron) == (0, 50)  # today's plan is still against them
    position = patron.quarantine()[0]["_patron"]["position"]
    patched = {"positions": [position], "patch": json.dumps(order(0, price=5))}
    assert ok(patron.api("POST", "/api/v1/quarantine/redrive", patched))["redriven"] == 1
    patron.kill9()
    patron.start()
    ok(patron.api("PUT", f"/api/v1/plans/{plan['id']}", draft(schema={"type": "object"})))
    patron.kill9()
    patron.start()
    assert redrive_all(patron) == (49, 0)
    patron.kill9()
    patron.start()
    assert redrive_all(patron) == (0, 0)
    again = ok(patron.api("POST", "/api/v1/quarantine/redrive", patched))
    assert again["redriven"] == 0 and again["failed"][0]["code"] == "conflict"
    ids = [e["messageId"] for e in patron.export()]
    assert sorted(ids) == sorted(f"o{i}" for i in range(50)) and len(set(ids)) == 50
    patron.send_ok([order(i, price="x") for i in range(50)], source["write_key"])  # the client's own retry
    assert len(patron.export()) == 50


def test_at_the_command_line(patron, tmp_path):
    source = patron.add_source()
    patron.send_ok([order(i, price=i) for i in range(20)], source["write_key"])
    plan = patron.cli_json("plan", "infer", source["name"], "--name", "Inferred")
    assert plan["name"] == "Inferred" and plan["rules"][0]["name"] == "Order Completed"
    file, event, segment = tmp_path / "plan.json", tmp_path / "event.json", tmp_path / "segment.json"
    file.write_text(json.dumps(plan))
    event.write_text(json.dumps(order(1, price="x")))
    segment.write_text(json.dumps(SEGMENT))
    checked = patron.cli_json("plan", "check", str(file), str(event))
    assert checked["verdict"]["outcome"] == "warn"
    assert "would be flagged" in patron.cli("plan", "check", str(file), "--source", source["name"]).stdout
    assert patron.cli_json("plan", "save", str(file))["version"] == 1
    plan["mode"] = "quarantine"
    file.write_text(json.dumps(plan))
    assert patron.cli_json("plan", "save", str(file), "--note", "strict")["version"] == 2
    assert patron.cli_json("plan", "show", "Inferred")["note"] == "strict"
    assert patron.cli_json("plan", "show", "Inferred", "--version", "1")["mode"] == "warn"
    done = patron.cli("plan", "save", str(segment))
    assert "Store: version 1, 2 rules" in done.stdout
    assert patron.cli_json("plan", "assign", source["name"], "Inferred")["plan_name"] == "Inferred"
    patron.send_ok([order(99, price="x")], source["write_key"])
    patron.wait_views()
    [row] = patron.cli_json("plan", "violations")["data"]
    assert row["path"] == "/properties/price" and row["quarantined"] == 1
    patron.cli("plan", "assign", source["name"], "--none")
    assert "Inferred" in patron.cli("plan", "list").stdout
    assert patron.cli("plan", "save", str(tmp_path / "none.json"), check=False).returncode == 1
    assert patron.cli("plan", "check", str(file), check=False).returncode == 2
