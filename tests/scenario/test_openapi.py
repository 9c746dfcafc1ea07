# SPDX-License-Identifier: Apache-2.0
"""What the daemon answers is what openapi/ says: requests made up from the description, valid and not."""
import json
import os
import pathlib

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (content_type_conformance, response_schema_conformance,
                                               status_code_conformance)

DOCUMENT = json.loads((pathlib.Path(__file__).resolve().parents[2] / "openapi/patron.json").read_text())
EXAMPLES = 100 if os.environ.get("PATRON_SOAK") == "1" else 8
# Streams without an end, what a test cannot ask for a thousand times, and what ends the tester's own rights.
LEFT_OUT = {"events_live", "imports_live", "imports_live_one", "pulse", "backups_stream", "session_oidc_start", "session_oidc_callback"}
CHECKS = (not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance)


def described(document):
    """The document with the answer that any operation can give: a problem."""
    for item in document["paths"].values():
        for op in item.values():
            if isinstance(op, dict) and "operationId" in op:
                op["responses"].setdefault("default", {"$ref": "#/components/responses/Problem"})
    return document


schemathesis.serializer.alias("message/rfc822", "application/octet-stream")
schema = schemathesis.openapi.from_dict(described(DOCUMENT)).include(
    func=lambda ctx: ctx.operation.definition.raw.get("operationId") not in LEFT_OUT | {None})


@pytest.mark.sqlite_only(reason="made-up requests test decoding and encoding, not the engine")
@pytest.mark.limit(120)
@schema.parametrize()
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_conforms(module_patron, case):
    patron = module_patron.patron
    held = module_patron.__dict__
    if "token" not in held:
        held["token"] = patron.add_token("owner")
    answer = case.call(base_url=patron.base, headers={"Authorization": f"Bearer {held['token']}"}, timeout=20)
    if answer.status_code == 503 and "Retry-After" in answer.headers:
        return  # full for the moment, and says so
    case.validate_response(answer, checks=CHECKS)
