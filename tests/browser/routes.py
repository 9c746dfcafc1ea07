# SPDX-License-Identifier: Apache-2.0
"""Every page of the console: what test_survey.py opens in both themes, both languages and both widths.

`name` names the pictures; `wait` is there once the page shows its data; `keys` are pressed then and `then` awaited. {web} is a source's id.
"""
ROUTES = [
    {"name": "sources", "path": "/sources", "wait": "[role=grid] [data-index]"},
    {"name": "sources-add", "path": "/sources?add=1", "wait": "[role=dialog] input"},
    {"name": "source", "path": "/sources/{web}", "wait": ".pt-code"},
    {"name": "live", "path": "/live", "wait": "[role=grid] [data-index]"},
    {"name": "live-event", "path": "/live?event=0", "wait": ".pt-side .pt-code"},
    {"name": "palette", "path": "/sources", "wait": "[role=grid] [data-index]", "keys": ["Control+k"], "then": ".sh-palette [role=listbox]"},
    {"name": "keys", "path": "/sources", "wait": "[role=grid] [data-index]", "keys": ["?"], "then": ".sh-keys"},
    {"name": "not-found", "path": "/no/such/page", "wait": ".pt-state"},
]

# Pages of one who is not signed in.
DOORS = [
    {"name": "sign-in", "path": "/", "wait": "input[type=password]"},
    {"name": "invitation", "path": "/invitation#nosuchtoken", "wait": "input[type=password]"},
]
SETUP = [{"name": "set-up", "path": "/", "wait": "input[type=password]"}]
