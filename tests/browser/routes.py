# SPDX-License-Identifier: Apache-2.0
"""Every page of the console: what test_survey.py opens in both themes, both languages and both widths.

`name` names the pictures; `wait` is there once the page shows its data; `keys` are pressed then and `then` awaited. {web} is a source's id.
CUSTOMERS need a person with a history, whom test_customers_page.py makes: {customer}, an {event} of theirs, {other}: somebody else, {name}: a part of the name.
"""
from harness.mode import soak

# Each theme and each language once; what a theme breaks it breaks in both languages. ./dev soak: all four.
LOOKS = [("light", "en"), ("dark", "ar"), *([("dark", "en"), ("light", "ar")] if soak() else [])]

ROUTES = [
    {"name": "sources", "path": "/sources", "wait": "[role=grid] [data-index]"},
    {"name": "sources-add", "path": "/sources?add=1", "wait": "[role=dialog] input"},
    {"name": "source", "path": "/sources/{web}", "wait": ".pt-code"},
    {"name": "live", "path": "/live", "wait": "[role=grid] [data-index]"},
    {"name": "live-event", "path": "/live?event=0", "wait": ".pt-side .pt-code"},
    {"name": "quarantine", "path": "/quarantine", "wait": "[role=grid] [data-index]"},
    {"name": "quarantine-open", "path": "/quarantine", "wait": "[role=grid] [data-index]", "keys": ["o"], "then": ".pt-side .pt-code"},
    {"name": "quarantine-all", "path": "/quarantine", "wait": "[role=grid] [data-index]", "keys": ["a"], "then": "[role=dialog] .pt-facts"},
    {"name": "imports", "path": "/imports", "wait": "main h1"},
    {"name": "imports-add", "path": "/imports?add=1", "wait": "[role=dialog] .im-drop"},
    {"name": "plans", "path": "/plans", "wait": "main h1"},
    {"name": "plans-add", "path": "/plans?add=1", "wait": "[role=dialog] input"},
    {"name": "plan-rule", "path": "/plans/new", "wait": ".pl-tabs", "keys": ["n"], "then": ".pl-rule"},
    {"name": "plan-check", "path": "/plans/new?tab=check", "wait": "main textarea"},
    {"name": "plan-settings", "path": "/plans/new?tab=settings", "wait": ".pl-settings"},
    {"name": "computed", "path": "/computed", "wait": "[role=grid] [data-index]"},
    {"name": "computed-new", "path": "/computed/new", "wait": ".co-preview"},
    {"name": "quality", "path": "/sources/quality", "wait": ".qu-table"},
    {"name": "quality-source", "path": "/sources/quality/{web}", "wait": ".qu-charts .uplot"},
    {"name": "identity", "path": "/identity", "wait": ".id-figures"},
    {"name": "health", "path": "/health", "wait": ".he-part"},
    {"name": "backups", "path": "/health/backups", "wait": ".pt-state, [data-index]"},
    {"name": "people", "path": "/people", "wait": "[role=grid] [data-index]"},
    {"name": "person", "path": "/people", "wait": "[role=grid] [data-index]", "keys": ["j", "Enter"], "then": ".pt-side"},
    {"name": "people-invite", "path": "/people?invite=1", "wait": "[role=dialog] input"},
    {"name": "roles", "path": "/people/roles", "wait": ".pt-matrix"},
    {"name": "tokens", "path": "/people/tokens", "wait": ".pt-state, [data-index]"},
    {"name": "tokens-add", "path": "/people/tokens?add=1", "wait": "[role=dialog] input"},
    {"name": "audit", "path": "/audit", "wait": "[role=grid] [data-index]"},
    {"name": "audit-entry", "path": "/audit?action=account.", "wait": "[role=grid] [data-index]", "keys": ["j", "Enter", "v"], "then": ".pt-banner.pt-good"},
    {"name": "settings", "path": "/settings", "wait": "[role=grid] [data-index]"},
    {"name": "setting", "path": "/settings?key=listen", "wait": ".pt-side"},
    {"name": "you", "path": "/you", "wait": ".yo-session"},
    {"name": "palette", "path": "/sources", "wait": "[role=grid] [data-index]", "keys": ["Control+k"], "then": ".sh-palette [role=listbox]"},
    {"name": "keys", "path": "/sources", "wait": "[role=grid] [data-index]", "keys": ["?"], "then": ".sh-keys"},
    {"name": "not-found", "path": "/no/such/page", "wait": ".pt-state"},
]

CUSTOMERS = [
    {"name": "customers", "path": "/customers", "wait": ".cu-hit"},
    {"name": "customers-found", "path": "/customers?q={name}", "wait": ".cu-hit mark"},
    {"name": "customers-none", "path": "/customers?q=nobodyhasthisname", "wait": ".pt-state"},
    {"name": "customer", "path": "/customers/{customer}", "wait": ".cu-event"},
    {"name": "customer-event", "path": "/customers/{customer}?event={event}", "wait": ".pt-side .pt-code"},
    {"name": "customer-orders", "path": "/customers/{customer}?tab=orders", "wait": "[role=grid] [data-index]"},
    {"name": "customer-traits", "path": "/customers/{customer}?tab=traits&trait=address", "wait": ".pt-side .pt-code"},
    {"name": "customer-identity", "path": "/customers/{customer}?tab=identity", "wait": ".cu-mark", "then": ".cu-side"},
    {"name": "customer-computed", "path": "/customers/{customer}?tab=traits", "wait": "[role=grid][aria-rowcount='2'] [data-index]"},
    {"name": "customer-handover", "path": "/customers/{customer}?tab=handover", "wait": ".cu-recent"},
    {"name": "customer-split", "path": "/customers/{customer}?tab=identity", "wait": ".cu-mark", "keys": ["j", "x", "p"], "then": "[role=dialog] .cu-parts"},
    {"name": "customer-merge", "path": "/customers/{customer}?merge=1", "wait": "[role=dialog] .cu-hit"},
    {"name": "customer-merge-preview", "path": "/customers/{customer}?merge={other}", "wait": "[role=dialog] .cu-preview"},
    {"name": "duplicates", "path": "/customers/duplicates?pair={pair}", "wait": ".du-table"},
    {"name": "duplicates-accept", "path": "/customers/duplicates?pair={pair}", "wait": ".du-actions", "keys": ["a"], "then": "[role=dialog] input"},
    {"name": "duplicates-refused", "path": "/customers/duplicates?status=refused", "wait": ".pt-state"},
    {"name": "groups", "path": "/customers/groups", "wait": "[role=grid] [data-index]"},
    {"name": "group", "path": "/customers/groups/{group}", "wait": "[role=grid] [data-index]"},
]

# Pages of one who is not signed in.
DOORS = [
    {"name": "sign-in", "path": "/", "wait": "input[type=password]"},
    {"name": "invitation", "path": "/invitation#nosuchtoken", "wait": "input[type=password]"},
]
SETUP = [{"name": "set-up", "path": "/", "wait": "input[type=password]"}]
