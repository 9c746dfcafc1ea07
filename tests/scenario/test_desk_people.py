# SPDX-License-Identifier: Apache-2.0
"""Whom tickets can be given to: colleagues by their names, for those who may see tickets but no accounts."""
import itertools

PASSWORD = "a long enough sentence"
made = itertools.count(1)


def hire(patron, role):
    name = f"People {role} {next(made)}"
    answer = patron.api("POST", "/api/v1/accounts", {"email": f"{name.replace(' ', '.').lower()}@example.com", "name": name, "role": role, "password": PASSWORD})
    assert answer.status == 201, answer
    return answer.json()["account"]["id"], name


def people(patron, **kw):
    answer = patron.api("GET", "/api/v1/desk/people", **kw)
    assert answer.status == 200, answer
    return [(one["id"], one["name"]) for one in answer.json()["data"]]


def test_who_works_on_tickets(make_patron):
    patron = make_patron().start()
    code = patron.api("GET", "/api/v1/setup").json()["code"]
    assert patron.api("POST", "/api/v1/setup", {"code": code, "email": "owner@example.com", "name": "Olive Owner", "password": PASSWORD}, tcp=True).status == 201
    agent, gone, analyst = hire(patron, "agent"), hire(patron, "agent"), hire(patron, "analyst")
    assert patron.api("PATCH", f"/api/v1/accounts/{gone[0]}", {"disabled": True}).status == 200
    found = people(patron)
    assert agent in found and "Olive Owner" in [name for _, name in found]
    assert gone not in found and analyst not in found


def test_who_may_see_tickets_sees_them(make_patron):
    patron = make_patron().start()
    for scopes, status in ((["desk.read"], 200), (["desk.report"], 403)):
        token = patron.api("POST", "/api/v1/tokens", {"name": scopes[0], "role": "agent", "scopes": scopes}).json()["token"]
        assert patron.api("GET", "/api/v1/desk/people", token=token).status == status
        assert patron.api("GET", "/api/v1/accounts", token=token).status == 403
