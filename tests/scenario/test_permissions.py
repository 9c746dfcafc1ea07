# SPDX-License-Identifier: Apache-2.0
"""Every operation of openapi/ with every role, and with none: let through or refused as the file says."""
import json
import pathlib
import re

import pytest
from harness import web

DOCUMENT = json.loads((pathlib.Path(__file__).resolve().parents[2] / "openapi/patron.json").read_text())
METHODS = ("get", "put", "post", "delete", "patch")
ROLES = DOCUMENT["x-roles"]
NOWHERE = "00000000-0000-7000-8000-000000000000"


def operations():
    for path, item in DOCUMENT["paths"].items():
        for method in METHODS:
            op = item.get(method)
            if op and "operationId" in op:
                yield op["operationId"], method.upper(), re.sub(r"\{[^}]*\}", NOWHERE, path), op["x-permission"]


OPERATIONS = list(operations())
GUARDED = [row for row in OPERATIONS if row[3] != "public"]


@pytest.fixture(scope="module")
def tokens(module_patron):
    return {role: module_patron.patron.add_token(role) for role in ROLES}


def ask(patron, method, path, headers):
    """The status alone: a stream is not read to its end. The body is never a valid one."""
    return web.status(method, patron.base + path, headers={"Content-Type": "application/json", **headers},
                      body=b'{"no such member": 1}' if method != "GET" else None)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("operation,method,path,permission", GUARDED, ids=[row[0] for row in GUARDED])
def test_role(shared, tokens, operation, method, path, permission, role):
    status = ask(shared.patron, method, path, web.bearer(tokens[role]))
    allowed = permission == "self" or permission in ROLES[role]["permissions"]
    if allowed:
        assert status not in (401, 501), f"{method} {path} with {role}: {status}"
    else:
        assert status == 403, f"{method} {path} with {role}: {status}"


@pytest.mark.parametrize("operation,method,path,permission", GUARDED, ids=[row[0] for row in GUARDED])
def test_nobody(shared, operation, method, path, permission):
    assert ask(shared.patron, method, path, {}) == 401


@pytest.mark.parametrize("operation,method,path,permission", OPERATIONS, ids=[row[0] for row in OPERATIONS])
def test_is_built(shared, operation, method, path, permission):
    """With all rights no operation is missing, and none fails by itself."""
    status = web.status(method, path, unix=shared.patron.socket_path, headers={"Content-Type": "application/json"},
                        body=b'{"no such member": 1}' if method != "GET" else None)
    assert status < 500 or status == 503, f"{method} {path}: {status}"


def test_unknown_paths_and_methods(shared):
    assert shared.patron.api("GET", "/api/v1/nothing").status == 404
    assert shared.patron.api("DELETE", "/api/v1/sources").status == 405
    assert shared.patron.api("GET", "/api/v1/sources?nonsense=1").status == 400
