#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns openapi/patron.json into the C tables of src/api: routes, permissions, roles, and what each
operation decodes.

usage: openapi_c.py patron.json OUT.h OUT.c OUT.json      OUT.json: the same, small, for GET /api/v1/openapi.json

Operation sources_add gives OP_SOURCES_ADD, the handler api_sources_add, body members as
IN_SOURCES_ADD_NAME and query parameters as Q_SOURCES_ADD_LIMIT.
"""
import json
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
try:
    import openapi
except ModuleNotFoundError:  # PyYAML is needed for merging only, not where a released tree is built
    import types
    sys.modules["yaml"] = types.ModuleType("yaml")
    import openapi

I64 = 2**63 - 1


def upper(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "_", text).upper()


def c_text(text) -> str:
    if text is None:
        return "NULL"
    text = str(text).lower() if isinstance(text, bool) else str(text)
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'


def c_i64(value) -> str:
    value = max(-I64, min(I64, int(value)))
    return f"INT64_C({value})"


class Tables:
    def __init__(self, doc: dict):
        self.doc = doc
        self.permissions = list(doc["x-permissions"])
        self.operations = [(m, p, op, params) for m, p, op, params in openapi.operations(doc) if "operationId" in op]

    def permission(self, name: str) -> str:
        return "0" if name in openapi.OPEN else f"PERMISSION_{upper(name)}"

    def header(self) -> str:
        out = ["/* Generated from openapi/: edit that, then ./dev gen. */", "#pragma once", "",
               "#include <stdint.h>", ""]
        out += ["/* Bits of AccessPrincipal.permissions. */"]
        for i, name in enumerate(self.permissions):
            out.append(f"#define PERMISSION_{upper(name)} (UINT64_C(1) << {i})")
        out.append("")
        out.append("typedef enum ApiOperationId {")
        out += [f"    OP_{upper(op['operationId'])}," for _, _, op, _ in self.operations]
        out += ["    OP_COUNT", "} ApiOperationId;", ""]
        for method, path, op, params in self.operations:
            where, name = f"{method} {path}", upper(op["operationId"])
            body, _ = openapi.body_fields(self.doc, op, where)
            for prefix, fields in (("IN", body), ("Q", openapi.query_fields(self.doc, params, where))):
                if fields:
                    names = ", ".join(f"{prefix}_{name}_{upper(f['name'])}" for f in fields)
                    out.append(f"enum {{ {names} }};")
        out.append("")
        handlers = sorted("api_" + op["operationId"] for _, _, op, _ in self.operations)
        out.append("struct ApiCall;")
        out += [f"void {h}(struct ApiCall *call);" for h in handlers]
        return "\n".join(out) + "\n"

    def fields(self, symbol: str, fields: list, out: list) -> str:
        if not fields:
            return "NULL, 0"
        rows = []
        for f in fields:
            choices = "NULL"
            if f.get("choices"):
                choices = f"{symbol}_{f['name'].replace('-', '_')}_choices"
                out.append(f"static const char *const {choices}[] = {{" +
                           ", ".join(c_text(c) for c in f["choices"]) + ", NULL};")
            real = f["kind"] == "DOUBLE"
            fallback = f["default"]
            rows.append("    {" + ", ".join([
                c_text(f["name"]), f"API_{f['kind']}", str(f["required"]).lower(), str(f["nullable"]).lower(),
                "0" if real else c_i64(f["min"]), "0" if real else c_i64(f["max"]),
                c_i64(f["item_min"]), c_i64(f["item_max"]),
                repr(float(f["min"])) if real else "0", repr(float(f["max"])) if real else "0",
                choices, c_text(fallback)]) + "},")
        out.append(f"static const ApiFieldSpec {symbol}[] = {{\n" + "\n".join(rows) + "\n};")
        return f"{symbol}, {len(fields)}"

    def source(self, small: str) -> str:
        out = ["/* Generated from openapi/: edit that, then ./dev gen. */",
               '#include "api/api_internal.h"', "",
               '__asm__(".section .rodata\\n"',
               '        ".global api_openapi_text\\n.type api_openapi_text, @object\\napi_openapi_text:\\n"',
               f'        ".incbin \\"{small}\\"\\n"',
               '        ".global api_openapi_end\\napi_openapi_end: .byte 0\\n.previous\\n");', ""]
        rows = []
        for method, path, op, params in self.operations:
            where, oid = f"{method} {path}", op["operationId"]
            body, how = openapi.body_fields(self.doc, op, where)
            bodies = self.fields(f"{oid}_body", body, out)
            queries = self.fields(f"{oid}_query", openapi.query_fields(self.doc, params, where), out)
            access = {"public": "API_PUBLIC", "self": "API_SELF"}.get(op["x-permission"], "API_PERMISSION")
            rows.append("    {" + ", ".join([
                c_text(method.upper()), c_text(re.sub(r"\{[^}]*\}", "*", path)), c_text(oid), access,
                self.permission(op["x-permission"]), str(not op.get("x-loop", False)).lower(),
                str(op.get("x-sensitive", False)).lower(), str(op.get("x-open-query", False)).lower(),
                str(op.get("x-capability", False)).lower(), str(op.get("x-question", False)).lower(),
                f"API_BODY_{how.upper()}", bodies, queries,
                f"api_{oid}"]) + "},")
        out += ["const ApiOperation api_operations[OP_COUNT] = {", *rows, "};", ""]
        out.append("const ApiPermission api_permissions[] = {")
        out += [f"    {{{c_text(n)}, {c_text(d)}}}," for n, d in self.doc["x-permissions"].items()]
        out += ["};", f"const unsigned api_permission_count = {len(self.permissions)};", ""]
        out.append("const AccessRole api_roles[] = {")
        for name, role in self.doc["x-roles"].items():
            bits = " | ".join(self.permission(p) for p in role["permissions"])
            out.append(f"    {{{c_text(name)}, {bits}}},")
        out += ["};", "const char *const api_role_descriptions[] = {"]
        out += [f"    {c_text(r['description'])}," for r in self.doc["x-roles"].values()]
        out += ["};", f"const unsigned api_role_count = {len(self.doc['x-roles'])};"]
        return "\n".join(out) + "\n"


if __name__ == "__main__":
    document = json.loads(pathlib.Path(sys.argv[1]).read_text())
    tables = Tables(document)
    small = pathlib.Path(sys.argv[4]).resolve()
    small.write_text(json.dumps(document, separators=(",", ":"), ensure_ascii=False))
    pathlib.Path(sys.argv[2]).write_text(tables.header())
    pathlib.Path(sys.argv[3]).write_text(tables.source(str(small)))
