#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Merges openapi/patron.yaml and openapi/paths/*.yaml into openapi/patron.json, after checking what
the rest of the house relies on.

usage: openapi.py [--check]     --check: writes nothing, fails when patron.json is stale

Each area has a file of its own under openapi/paths/ with `paths` and `components.schemas`. The build
turns patron.json into C tables (openapi_c.py), the console into TypeScript types, and
openapi_page.py into the reference page.
"""
import json
import pathlib
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent / "openapi"
METHODS = ("get", "put", "post", "delete", "patch")
OPEN = ("public", "self")


class Bad(Exception):
    pass


def merged() -> dict:
    doc = yaml.safe_load((ROOT / "patron.yaml").read_text())
    doc.setdefault("paths", {})
    schemas = doc["components"].setdefault("schemas", {})
    for path in sorted((ROOT / "paths").glob("*.yaml")):
        part = yaml.safe_load(path.read_text()) or {}
        extra = set(part) - {"paths", "components"}
        if extra or set(part.get("components", {})) - {"schemas"}:
            raise Bad(f"{path.name}: only paths and components.schemas stand here, not {sorted(extra)}")
        for into, what in ((doc["paths"], part.get("paths", {})),
                           (schemas, part.get("components", {}).get("schemas", {}))):
            for name, value in what.items():
                if name in into:
                    raise Bad(f"{path.name}: {name} is there already")
                into[name] = value
    return doc


def operations(doc: dict):
    """(method, path, operation, parameters) of all that have an operationId."""
    for path, item in doc["paths"].items():
        for method in METHODS:
            op = item.get(method)
            if op is not None:
                yield method, path, op, item.get("parameters", []) + op.get("parameters", [])


def deref(doc: dict, node):
    while isinstance(node, dict) and "$ref" in node:
        target = doc
        for step in node["$ref"].removeprefix("#/").split("/"):
            if step not in target:
                raise Bad(f"{node['$ref']}: no such thing")
            target = target[step]
        node = target
    return node


def flat_object(doc: dict, schema: dict) -> dict:
    """Properties and required of an object schema, references and allOf resolved."""
    schema = deref(doc, schema)
    out = {"properties": {}, "required": set(schema.get("required", []))}
    for part in schema.get("allOf", []):
        inner = flat_object(doc, part)
        out["properties"].update(inner["properties"])
        out["required"] |= inner["required"]
    for name, value in schema.get("properties", {}).items():
        out["properties"][name] = value
    return out


def kind_of(doc: dict, schema: dict, where: str) -> dict:
    """What the C side needs of one field; fails when a bound is missing."""
    s = deref(doc, schema)
    types = s.get("type", [])
    types = [types] if isinstance(types, str) else list(types)
    nullable = "null" in types or None in s.get("enum", [])
    types = [t for t in types if t != "null"]
    out = {"nullable": nullable, "min": 0, "max": 0, "item_min": 0, "item_max": 0}
    if s.get("x-raw"):
        if "x-max-bytes" not in s:
            raise Bad(f"{where}: x-raw without x-max-bytes")
        return out | {"kind": "RAW", "max": s["x-max-bytes"]}
    if "enum" in s or "const" in s:
        choices = [str(c) for c in s.get("enum", [s.get("const")]) if c is not None]
        return out | {"kind": "ENUM", "choices": choices}
    if len(types) != 1:
        raise Bad(f"{where}: want one type, or x-raw")
    kind = types[0]
    if kind == "boolean":
        return out | {"kind": "BOOL"}
    if kind == "string" and s.get("format") == "date-time":
        return out | {"kind": "TIME", "max": 64}
    if kind == "string":
        if "maxLength" not in s:
            raise Bad(f"{where}: no maxLength")
        return out | {"kind": "TEXT", "min": s.get("minLength", 0), "max": s["maxLength"]}
    if kind in ("integer", "number"):
        if "minimum" not in s or "maximum" not in s:
            raise Bad(f"{where}: no minimum or maximum")
        return out | {"kind": "INT" if kind == "integer" else "DOUBLE", "min": s["minimum"], "max": s["maximum"]}
    if kind == "array":
        if "maxItems" not in s:
            raise Bad(f"{where}: no maxItems")
        item = kind_of(doc, s["items"], where + "[]")
        if item["kind"] not in ("TEXT", "INT", "ENUM"):
            raise Bad(f"{where}: a list of {item['kind']} is not decoded: use x-raw")
        out |= {"min": s.get("minItems", 0), "max": s["maxItems"], "item_min": item["min"], "item_max": item["max"]}
        if item["kind"] == "ENUM":
            return out | {"kind": "TEXT_LIST", "item_max": 100, "choices": item["choices"]}
        return out | {"kind": item["kind"] + "_LIST"}
    raise Bad(f"{where}: {kind} is not decoded: use x-raw")


def body_fields(doc: dict, op: dict, where: str):
    """(fields, how): how is 'none', 'json' (decoded) or 'raw' (the handler reads the bytes)."""
    content = deref(doc, op.get("requestBody", {})).get("content", {})
    if not content:
        return [], "none"
    if "application/json" not in content or op.get("x-raw-body"):
        return [], "raw"
    flat = flat_object(doc, content["application/json"]["schema"])
    return [{"name": name, "required": name in flat["required"], **kind_of(doc, s, f"{where} {name}"),
             "default": deref(doc, s).get("default")} for name, s in flat["properties"].items()], "json"


def query_fields(doc: dict, parameters: list, where: str):
    out = []
    for p in (deref(doc, p) for p in parameters):
        if p["in"] == "query":
            out.append({"name": p["name"], "required": p.get("required", False),
                        **kind_of(doc, p["schema"], f"{where} {p['name']}"),
                        "default": deref(doc, p["schema"]).get("default")})
    return out


def check(doc: dict) -> None:
    permissions, roles = doc["x-permissions"], doc["x-roles"]
    for name, role in roles.items():
        unknown = set(role["permissions"]) - set(permissions)
        if unknown:
            raise Bad(f"role {name}: unknown permissions {sorted(unknown)}")
    seen = set()
    for method, path, op, parameters in operations(doc):
        where = f"{method.upper()} {path}"
        if "intake" in op.get("tags", []) and "operationId" not in op:
            continue
        for key in ("operationId", "x-permission", "summary", "responses"):
            if key not in op:
                raise Bad(f"{where}: no {key}")
        if op["operationId"] in seen:
            raise Bad(f"{where}: operationId {op['operationId']} is there twice")
        seen.add(op["operationId"])
        if op["x-permission"] not in permissions and op["x-permission"] not in OPEN:
            raise Bad(f"{where}: x-permission {op['x-permission']} is not known")
        query_fields(doc, parameters, where)
        body_fields(doc, op, where)
    text = json.dumps(doc)
    for ref in set(part.split('"')[0] for part in text.split('"$ref": "')[1:]):
        deref(doc, {"$ref": ref})


def main() -> int:
    try:
        doc = merged()
        check(doc)
    except Bad as e:
        print(f"openapi: {e}", file=sys.stderr)
        return 1
    text = json.dumps(doc, indent=1, ensure_ascii=False) + "\n"
    target = ROOT / "patron.json"
    if "--check" in sys.argv[1:]:
        if not target.exists() or target.read_text() != text:
            print("openapi/patron.json is stale: run ./dev gen", file=sys.stderr)
            return 1
        return 0
    if not target.exists() or target.read_text() != text:
        target.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
