#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns openapi/patron.json into the reference page: one HTML file, no script, light and dark.

usage: openapi_page.py [--check] patron.json OUT.html
"""
import html
import json
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import openapi

STYLE = """
:root{color-scheme:light dark;--fg:#1a1d21;--dim:#5b6470;--bg:#fff;--line:#dfe3e8;--soft:#f5f6f8;--accent:#1f5fbf}
@media(prefers-color-scheme:dark){:root{--fg:#e6e8eb;--dim:#9aa4b1;--bg:#14171a;--line:#2b3138;--soft:#1c2025;--accent:#7fb0ff}}
body{margin:0;font:15px/1.5 system-ui,sans-serif;color:var(--fg);background:var(--bg);display:grid;grid-template-columns:15rem minmax(0,1fr)}
nav{position:sticky;top:0;height:100vh;overflow:auto;border-right:1px solid var(--line);padding:1rem;box-sizing:border-box}
nav a{display:block;color:inherit;text-decoration:none;padding:.1rem 0;font-size:13px}nav a:hover{color:var(--accent)}nav strong{display:block;margin-top:1rem}
main{padding:1rem 2rem;max-width:62rem}h2{margin-top:2.5rem;border-bottom:1px solid var(--line)}h3{margin:2rem 0 .3rem;font-size:16px}
code{font:13px/1.4 ui-monospace,monospace}.m{display:inline-block;min-width:4rem;font-weight:700;color:var(--accent)}
.p{color:var(--dim);font-size:13px}table{border-collapse:collapse;width:100%;margin:.5rem 0}
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-bottom:1px solid var(--line);font-size:14px}th{color:var(--dim);font-weight:600}
a{color:var(--accent)}
@media(max-width:700px){body{display:block}nav{position:static;height:auto;border:0;border-bottom:1px solid var(--line)}main{padding:1rem}table{display:block;overflow-x:auto}}
"""


def text(value) -> str:
    return html.escape(str(value or ""))


def prose(value) -> str:
    parts = (value or "").strip().split("`")
    return "".join(f"<code>{text(p)}</code>" if i % 2 else text(p) for i, p in enumerate(parts))


def type_of(doc: dict, schema: dict, depth: int = 0) -> str:
    """One line that says what a value is, with its bounds."""
    s = openapi.deref(doc, schema)
    if "enum" in s:
        return " | ".join(json.dumps(v) for v in s["enum"])
    if "const" in s:
        return json.dumps(s["const"])
    for key in ("oneOf", "anyOf"):
        if key in s:
            return " or ".join(type_of(doc, part, depth + 1) for part in s[key])
    kinds = s.get("type", "object" if "properties" in s or "allOf" in s else "any")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    bounds = []
    for low, high, unit in (("minLength", "maxLength", "characters"), ("minimum", "maximum", ""), ("minItems", "maxItems", "items")):
        if low in s or high in s:
            bounds.append(f"{s.get(low, 0)}..{s.get(high, '')} {unit}".strip())
    if "format" in s:
        bounds.append(s["format"])
    if "default" in s:
        bounds.append(f"default {json.dumps(s['default'])}")
    name = " or ".join(kinds)
    if "array" in kinds and "items" in s and depth < 3:
        name += " of " + type_of(doc, s["items"], depth + 1)
    if "object" in kinds and depth > 0 and depth < 3:
        members = openapi.flat_object(doc, s)["properties"]
        if members:
            name += " {" + ", ".join(members) + "}"
    return name + (f" ({', '.join(bounds)})" if bounds else "")


def rows(doc: dict, fields) -> str:
    out = ["<table><tr><th>Name<th>What it is<th>Meaning</tr>"]
    for name, schema, required, meaning in fields:
        meaning = meaning or openapi.deref(doc, schema).get("description", "")
        mark = " <b title=required>*</b>" if required else ""
        out.append(f"<tr><td><code>{text(name)}</code>{mark}<td>{text(type_of(doc, schema))}<td>{prose(meaning)}</tr>")
    return "\n".join(out + ["</table>"])


def operation(doc: dict, method: str, path: str, op: dict, parameters: list) -> str:
    anchor = op.get("operationId", (method + path).replace("/", "-"))
    out = [f'<h3 id="{text(anchor)}"><span class="m">{method.upper()}</span> <code>{text(path)}</code></h3>',
           f"<p>{prose(op.get('summary'))}</p>"]
    if op.get("description"):
        out.append(f"<p>{prose(op['description'])}</p>")
    if "x-permission" in op:
        out.append(f'<p class="p">Permission: <code>{text(op["x-permission"])}</code></p>')
    fields = [(p["name"] + ("" if p["in"] == "query" else f" (in {p['in']})"), p["schema"], p.get("required"), p.get("description"))
              for p in (openapi.deref(doc, p) for p in parameters)]
    if fields:
        out.append(rows(doc, fields))
    for kind, body in openapi.deref(doc, op.get("requestBody", {})).get("content", {}).items():
        schema = body.get("schema", {})
        flat = openapi.flat_object(doc, schema)
        out.append(f'<p class="p">Body: <code>{text(kind)}</code></p>')
        if flat["properties"]:
            out.append(rows(doc, [(n, s, n in flat["required"], None) for n, s in flat["properties"].items()]))
    out.append("<table><tr><th>Answer<th>Content<th>Meaning</tr>")
    for status, answer in op.get("responses", {}).items():
        answer = openapi.deref(doc, answer)
        content = "<br>".join(f"<code>{text(k)}</code> {text(type_of(doc, v['schema'], 1) if 'schema' in v else '')}"
                              for k, v in answer.get("content", {}).items())
        out.append(f"<tr><td>{text(status)}<td>{content}<td>{prose(answer.get('description'))}</tr>")
    return "\n".join(out + ["</table>"])


def page(doc: dict) -> str:
    groups = {t["name"]: (t.get("description", ""), []) for t in doc["tags"]}
    for path, item in doc["paths"].items():
        for method in openapi.METHODS:
            op = item.get(method)
            if op is not None:
                parameters = item.get("parameters", []) + op.get("parameters", [])
                groups[op["tags"][0]][1].append((method, path, op, parameters))
    nav, body = [], []
    for name, (what, ops) in groups.items():
        if not ops:
            continue
        nav.append(f"<strong>{text(name)}</strong>")
        body.append(f'<h2 id="{text(name)}">{text(what)}</h2>')
        for method, path, op, parameters in ops:
            anchor = op.get("operationId", (method + path).replace("/", "-"))
            nav.append(f'<a href="#{text(anchor)}">{method.upper()} {text(path.removeprefix("/api/v1"))}</a>')
            body.append(operation(doc, method, path, op, parameters))
    permissions = "".join(f"<tr><td><code>{text(n)}</code><td>{text(d)}<td>" +
                          text(", ".join(r for r, v in doc["x-roles"].items() if n in v["permissions"])) + "</tr>"
                          for n, d in doc["x-permissions"].items())
    info = doc["info"]
    return (f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f"<title>{text(info['title'])} API</title><style>{STYLE}</style></head><body>"
            f'<nav aria-label="Operations"><a href="#top"><b>{text(info["title"])} API {text(info["version"])}</b></a>'
            f'<a href="#permissions">Permissions and roles</a>{"".join(nav)}</nav><main id="top"><h1>{text(info["title"])} API</h1>'
            f"<p>{prose(info['description'])}</p>"
            f'<h2 id="permissions">Permissions and roles</h2><table><tr><th>Permission<th>Meaning<th>Roles</tr>{permissions}</table>'
            + "\n".join(body) + "</main></body></html>\n")


if __name__ == "__main__":
    names = [a for a in sys.argv[1:] if a != "--check"]
    made = page(json.loads(pathlib.Path(names[0]).read_text()))
    target = pathlib.Path(names[1])
    if "--check" in sys.argv:
        if not target.exists() or target.read_text() != made:
            sys.exit(f"{target} is stale: run ./dev gen")
    else:
        target.write_text("" + made)
