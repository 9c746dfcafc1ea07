# SPDX-License-Identifier: Apache-2.0
"""Every page of the console: what test_survey.py opens in both themes, both languages and both widths.

`name` names the pictures; `wait` is there once the page shows its data; `keys` are pressed then, `click` is clicked, and `then` awaited. {web} is a source's id, {computed} a
computed trait's.
CUSTOMERS need a person with a history, whom test_customers_page.py makes: {customer}, an {event} of theirs, {other}: somebody else, {name}: a part of the name.
"""
import re

from harness.mode import soak
from harness.patron import ROOT

# Each theme and each language once; what a theme breaks it breaks in both languages. ./dev soak: all four.
LOOKS = [("light", "en"), ("dark", "ar"), *([("dark", "en"), ("light", "ar")] if soak() else [])]


def pages():
    """Paths of the console's pages by feature, as its index.ts has them: with $id for what is an id."""
    return {index.parent.name: re.findall(r"path: '([^']+)', page:", index.read_text("utf-8")) for index in sorted((ROOT / "console/src/features").glob("*/index.ts"))}


def page_of(route):
    """The path in pages() that the route opens."""
    return re.sub(r"\{\w+\}", "$id", route["path"].partition("?")[0])


def filled(routes, words):
    """The routes with the ids that a test has for the names in their paths."""
    return [{**route, "path": route["path"].format(**words)} for route in routes]


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
    {"name": "computed-one", "path": "/computed/{computed}", "wait": ".co-preview"},
    {"name": "quality", "path": "/sources/quality", "wait": ".qu-table"},
    {"name": "quality-source", "path": "/sources/quality/{web}", "wait": ".qu-charts .uplot"},
    {"name": "adoption", "path": "/adoption", "wait": ".ad-table"},
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
    {"name": "notifications", "path": "/notifications", "wait": ".pt-state, [data-index]"},
    {"name": "notifications-settings", "path": "/notifications/settings", "wait": ".no-rule"},
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

# {plan}: one that events have violated; test_plans_page.py makes it.
PLANS = [
    {"name": "plan", "path": "/plans/{plan}", "wait": "[role=grid] [data-index]"},
    {"name": "plan-versions", "path": "/plans/{plan}?tab=versions&version=1", "wait": "main h1"},
    {"name": "plan-violations", "path": "/plans/{plan}?tab=violations", "wait": "[role=grid] [data-index]"},
]

# {import}: one with a row that was refused; test_imports.py makes it.
IMPORTS = [{"name": "import-refused", "path": "/imports/{import}", "wait": "[role=grid] [data-index]"}]

# A desk that has resolved tickets for some weeks: test_figures_page.py makes it.
FIGURES = [
    {"name": "figures", "path": "/figures", "wait": ".in-charts .uplot", "then": "[role=grid] [data-index]"},
    {"name": "figures-behind", "path": "/figures?behind=not_first", "wait": ".in-tickets li"},
    {"name": "surveys", "path": "/figures/surveys", "wait": "[role=grid] [data-index]"},
]

# Beside an incumbent that is fed and whose figures are here: test_adoption_page.py makes it.
ADOPTION = [
    {"name": "adoption-beside", "path": "/adoption", "wait": ".uplot", "then": "[role=grid] [data-index]"},
    {"name": "adoption-taken", "path": "/adoption?show=taken&event=Order%20Paid", "wait": "[role=grid] [data-index]"},
]

# {hook}: a destination that delivers, {refused}: one with dead letters, {stopped}: one that has stopped; test_destinations_page.py makes them.
DESTINATIONS = [
    {"name": "destinations", "path": "/destinations", "wait": "[role=grid] [data-index]"},
    {"name": "destinations-new", "path": "/destinations/new", "wait": ".de-kind"},
    {"name": "destinations-new-webhook", "path": "/destinations/new?kind=webhook", "wait": ".de-form input"},
    {"name": "destinations-new-meta", "path": "/destinations/new?kind=meta", "wait": ".de-form input"},
    {"name": "destination", "path": "/destinations/{hook}", "wait": ".pt-figures"},
    {"name": "destination-refused", "path": "/destinations/{refused}", "wait": "[role=grid] [data-index]"},
    {"name": "destination-stopped", "path": "/destinations/{stopped}", "wait": ".pt-banner.pt-bad"},
    {"name": "destination-test", "path": "/destinations/{hook}?test=1", "wait": "[role=dialog] input"},
    {"name": "destination-edit", "path": "/destinations/{refused}/edit", "wait": ".de-group .co-row input"},
]

# {report}: a saved funnel; of every question its kind and, as q_, itself as the address holds it; {cell}: a number with people behind it. test_explore_page.py makes them.
EXPLORE = [
    {"name": "explore", "path": "/explore", "wait": "[role=grid] [data-index]"},
    {"name": "explore-new", "path": "/explore/{funnel}", "wait": ".pt-state"},
    {"name": "explore-trend", "path": "/explore/{trend}?q={q_trend}", "wait": ".ex-plot .uplot"},
    {"name": "explore-trend-table", "path": "/explore/{trend}?q={q_trend}", "wait": ".ex-plot .uplot", "keys": ["t"], "then": ".ex-table"},
    {"name": "explore-whole", "path": "/explore/{whole}?q={q_whole}", "wait": ".ex-bars"},
    {"name": "explore-funnel", "path": "/explore/{funnel}?q={q_funnel}", "wait": ".ex-steps"},
    {"name": "explore-people", "path": "/explore/{funnel}?q={q_funnel}&p={cell}", "wait": ".ex-people a"},
    {"name": "explore-retention", "path": "/explore/{retention}?q={q_retention}", "wait": ".ex-curve"},
    {"name": "explore-paths", "path": "/explore/{paths}?q={q_paths}", "wait": ".ex-sankey svg"},
    {"name": "explore-stickiness", "path": "/explore/{stickiness}?q={q_stickiness}", "wait": ".ex-bars"},
    {"name": "explore-lifecycle", "path": "/explore/{lifecycle}?q={q_lifecycle}", "wait": ".ex-stacks"},
    {"name": "explore-sessions", "path": "/explore/{sessions}?q={q_sessions}", "wait": ".ex-plot .uplot"},
    {"name": "explore-compare", "path": "/explore/{compare}?q={q_compare}", "wait": ".ex-differences"},
    {"name": "explore-compare-retention", "path": "/explore/{compare}?q={q_compare_retention}", "wait": ".ex-curve"},
    {"name": "explore-compare-trend", "path": "/explore/{compare}?q={q_compare_trend}", "wait": ".ex-plot .uplot"},
    {"name": "explore-correlation", "path": "/explore/{correlation}?q={q_correlation}", "wait": ".ex-sure"},
    {"name": "explore-friction", "path": "/explore/{friction}?q={q_friction}", "wait": ".ex-rough"},
    {"name": "explore-friction-table", "path": "/explore/{friction}?q={q_friction}", "wait": ".ex-rough", "keys": ["t"], "then": ".ex-table"},
    {"name": "explore-journey", "path": "/explore/{journey}?q={q_journey}", "wait": ".ex-cards"},
    {"name": "explore-journey-stage", "path": "/explore/{journey}?q={q_journey}&stage=3", "wait": ".ex-details .ex-rough"},
    {"name": "explore-compare-new", "path": "/explore/{compare}", "wait": ".pt-state"},
    {"name": "explore-report", "path": "/explore/report/{report}", "wait": ".ex-steps"},
    {"name": "explore-live", "path": "/explore/{trend}?q={q_trend}&live=1", "wait": "[data-live] time, [data-live] .pt-good"},
    {"name": "explore-exports", "path": "/explore/exports", "wait": "[role=grid] [data-index]"},
    {"name": "explore-export", "path": "/explore/exports?open={export}", "wait": ".ex-run"},
    {"name": "explore-export-sending", "path": "/explore/exports?open={sending}", "wait": ".ex-run .pt-text-bad"},
    {"name": "explore-of-report", "path": "/explore/{trend}?q={q_of_report}", "wait": ".ex-plot .uplot"},
    {"name": "explore-save", "path": "/explore/{funnel}?q={q_funnel}", "wait": ".ex-steps", "keys": ["Control+s"], "then": "[role=dialog] input"},
]

# {customer}: somebody with decisions, {purpose}: one that is in use; test_consent_page.py makes them.
CONSENT = [
    {"name": "consent", "path": "/consent", "wait": "[role=grid] [data-index]"},
    {"name": "consent-purpose", "path": "/consent/purposes/{purpose}", "wait": ".cs-row input"},
    {"name": "consent-new", "path": "/consent/purposes/new", "wait": ".cs-fields input"},
    {"name": "suppressed", "path": "/consent/suppressed", "wait": "[role=grid] [data-index]"},
    {"name": "suppressed-add", "path": "/consent/suppressed", "wait": "[role=grid] [data-index]", "keys": ["n"], "then": "[role=dialog] textarea"},
    {"name": "customer-consent", "path": "/customers/{customer}?tab=consent", "wait": "[role=grid] [data-index]"},
    {"name": "customer-decide", "path": "/customers/{customer}?tab=consent", "wait": "[role=grid] [data-index]", "keys": ["d"], "then": "[role=dialog] textarea"},
]

# {one}: an erasure to be decided, {many}: one of two persons, {erased}, {refused}, {archive}: an export that is not fetched; {customer}; test_privacy_page.py makes them.
PRIVACY = [
    {"name": "privacy", "path": "/privacy", "wait": "[role=grid] [data-index]"},
    {"name": "privacy-received", "path": "/privacy?state=received&kind=erasure", "wait": "[role=grid] [data-index]"},
    {"name": "privacy-none", "path": "/privacy?state=failed", "wait": ".pt-state"},
    {"name": "privacy-new", "path": "/privacy/new", "wait": ".pr-kind"},
    {"name": "privacy-new-erasure", "path": "/privacy/new?kind=erasure&customer={customer}", "wait": ".pr-figures"},
    {"name": "privacy-received-one", "path": "/privacy/{one}", "wait": ".pr-figures", "keys": ["a"], "then": "[role=dialog] input"},
    {"name": "privacy-received-many", "path": "/privacy/{many}", "wait": ".pr-figures"},
    {"name": "privacy-erased", "path": "/privacy/{erased}", "wait": ".pr-verify"},
    {"name": "privacy-refused", "path": "/privacy/{refused}", "wait": ".pr-course"},
    {"name": "privacy-archive", "path": "/privacy/{archive}", "wait": ".pr-course"},
]

# {shop}: a connector of a shop, {mapped}: one with a mapping, {kept}: one whose deliveries are not understood, {fresh}: one that waits;
# test_connectors_page.py makes them.
CONNECTORS = [
    {"name": "connectors", "path": "/connectors", "wait": "[role=grid] [data-index]"},
    {"name": "connectors-new", "path": "/connectors/new", "wait": ".cn-kind"},
    {"name": "connectors-new-adobe", "path": "/connectors/new?kind=adobe", "wait": ".cn-form textarea"},
    {"name": "connectors-made", "path": "/connectors/new?kind=square&made={fresh}", "wait": ".cn-topics"},
    {"name": "connector", "path": "/connectors/{shop}", "wait": ".pt-figures"},
    {"name": "connector-test", "path": "/connectors/{shop}?test=1", "wait": "[role=dialog] select", "keys": ["Tab", "Tab", "Enter"], "then": ".cn-answer"},
    {"name": "connector-fresh", "path": "/connectors/{fresh}", "wait": ".cn-waiting"},
    {"name": "connector-deliveries", "path": "/connectors/{shop}?tab=deliveries", "wait": "[role=grid] [data-index]", "keys": ["o"], "then": ".pt-side"},
    {"name": "connector-kept", "path": "/connectors/{kept}?tab=deliveries", "wait": "[role=grid] [data-index]", "then": ".pt-banner"},
    {"name": "connector-mapping", "path": "/connectors/{mapped}?tab=mapping", "wait": ".cn-beside [role=region]"},
    {"name": "connector-mapping-none", "path": "/connectors/{kept}?tab=mapping", "wait": ".cn-beside textarea"},
    {"name": "connector-settings", "path": "/connectors/{mapped}?tab=settings", "wait": ".cn-form input"},
]

# {pull}: a pull that has run, {stopped}: one that has stopped, {folder}: a drop folder with files, {file}: one that failed; test_pulls_page.py makes them.
PULLS = [
    {"name": "pulls", "path": "/connectors/pulls", "wait": "[role=grid] [data-index]"},
    {"name": "pulls-new", "path": "/connectors/pulls/new", "wait": ".pu-form .im-view"},
    {"name": "pull", "path": "/connectors/pulls/{pull}", "wait": "[role=grid] [data-index]"},
    {"name": "pull-run", "path": "/connectors/pulls/{pull}?run=1", "wait": "[role=dialog] .pt-facts"},
    {"name": "pull-stopped", "path": "/connectors/pulls/{stopped}", "wait": ".pt-banner.pt-bad"},
    {"name": "pull-edit", "path": "/connectors/pulls/{pull}/edit", "wait": ".im-map input"},
    {"name": "pull-tried", "path": "/connectors/pulls/{pull}/edit?try=1", "wait": ".pu-preview [data-index]"},
    {"name": "folders", "path": "/connectors/folders", "wait": "[role=grid] [data-index]"},
    {"name": "folders-new", "path": "/connectors/folders/new", "wait": ".pu-form .im-view"},
    {"name": "folder", "path": "/connectors/folders/{folder}", "wait": "[role=grid] [data-index]"},
    {"name": "folder-file", "path": "/connectors/folders/{folder}?file={file}", "wait": "[role=dialog] .pt-facts"},
    {"name": "folder-edit", "path": "/connectors/folders/{folder}/edit", "wait": ".im-map input"},
]

# {asked}: a ticket that waits for its requester, {solved}: one to be confirmed; of somebody of two stores, whom test_portal_page.py makes.
PORTAL = [
    {"name": "portal", "path": "/portal", "wait": ".po-row"},
    {"name": "portal-till", "path": "/portal?report=till_fault", "wait": ".po-send"},
    {"name": "portal-wish", "path": "/portal?report=wish", "wait": ".po-send"},
    {"name": "portal-asked", "path": "/portal/tickets/{asked}", "wait": ".po-talk"},
    {"name": "portal-solved", "path": "/portal/tickets/{solved}", "wait": ".po-verdict"},
]

# {store}: one with hours and tills, {hours}: the calendar that it keeps; test_stores_page.py makes them.
STORES = [
    {"name": "stores", "path": "/stores", "wait": "[role=grid] [data-index]"},
    {"name": "stores-add", "path": "/stores?add=1", "wait": "[role=dialog] input"},
    {"name": "store", "path": "/stores/{store}", "wait": ".cm-days li", "then": "[role=grid] [data-index]"},
    {"name": "calendars", "path": "/stores/calendars", "wait": "[role=grid] [data-index]"},
    {"name": "calendar", "path": "/stores/calendars/{hours}", "wait": ".cm-days li"},
]

# {major}: a major incident with reports of five stores and an escalation, {ticket}: a till fault; desk_floor.py makes them.
DESK = [
    {"name": "desk", "path": "/desk", "wait": ".dk-row"},
    {"name": "desk-new", "path": "/desk?new=1", "wait": "[role=dialog] input"},
    {"name": "desk-page", "path": "/desk/{major}", "wait": ".dk-words"},
    {"name": "desk-details", "path": "/desk?ticket={ticket}&tab=details", "wait": ".dk-prop"},
    {"name": "desk-clocks", "path": "/desk/{ticket}?tab=clocks", "wait": ".dk-strip"},
    {"name": "desk-reports", "path": "/desk/{major}?tab=reports", "wait": ".dk-stores"},
    {"name": "desk-history", "path": "/desk/{major}?tab=history", "wait": ".dk-table"},
    {"name": "desk-room", "path": "/desk/{major}/room", "wait": ".dk-vendors"},
    {"name": "desk-policy", "path": "/desk/policy", "wait": ".dk-grid"},
    {"name": "desk-sla", "path": "/desk/sla", "wait": ".dk-sla-policy"},
    {"name": "desk-records", "path": "/desk/records", "wait": "[role=grid] [data-index]"},
    {"name": "desk-record", "path": "/desk/records?kind=fields&id=till", "wait": ".dk-record fieldset"},
]

# {sorted}: a ticket that the machine has sorted and nobody has judged; test_triage_page.py makes it.
TRIAGE = [
    {"name": "desk-sorted", "path": "/desk/{sorted}", "wait": ".dk-triage", "keys": ["w"], "then": ".dk-weights"},
    {"name": "triage", "path": "/desk/triage", "wait": ".tr-table [data-part]"},
    {"name": "triage-queues", "path": "/desk/triage?kind=queue", "wait": ".pt-state"},
]

# {first}: an agent whose work is given by Patron; test_routing_page.py makes it.
ROUTING = [
    {"name": "routing", "path": "/desk/routing", "wait": ".ro-load"},
    {"name": "routing-queues", "path": "/desk/routing?show=queues&queue=digital", "wait": ".ro-step"},
    {"name": "routing-agents", "path": "/desk/routing?show=agents&agent={first}", "wait": ".ro-days"},
    {"name": "routing-skills", "path": "/desk/routing?show=skills", "wait": ".ro-row"},
    {"name": "routing-trial", "path": "/desk/routing?show=trial", "wait": ".ro-tried section"},
    {"name": "ticket-why-agent", "path": "/desk/{given}", "wait": ".dk-tabs", "keys": ["a"], "then": ".dk-routed"},
]

# {mailbox}: one that takes what is handed in, with mail of each kind; {letter}: a ticket that came by mail; test_mailboxes_page.py makes them.
MAILBOXES = [
    {"name": "mailboxes", "path": "/desk/mailboxes", "wait": "[role=grid] [data-index]"},
    {"name": "mailboxes-new", "path": "/desk/mailboxes/new", "wait": ".mb-fields input"},
    {"name": "mailbox", "path": "/desk/mailboxes/{mailbox}?template=answer", "wait": ".mb-preview"},
    {"name": "mail-in", "path": "/desk/mailboxes?show=in", "wait": "[role=grid] [data-index]"},
    {"name": "mail-quarantine", "path": "/desk/mailboxes?show=quarantine", "wait": "[role=grid] [data-index]"},
    {"name": "mail-out", "path": "/desk/mailboxes?show=out", "wait": "[role=grid] [data-index]"},
    {"name": "mail-ticket", "path": "/desk/{letter}", "wait": ".dk-delivery", "click": ".dk-as-sent", "then": ".dk-letter-frame"},
]

# Pages of one who is signed in.
INSIDE = ROUTES + PLANS + IMPORTS + CUSTOMERS + EXPLORE + ADOPTION + DESTINATIONS + CONSENT + PRIVACY + CONNECTORS + PULLS + DESK + TRIAGE + ROUTING + MAILBOXES + PORTAL + STORES + FIGURES

# Pages of one who is not signed in.
DOORS = [
    {"name": "sign-in", "path": "/", "wait": "input[type=password]"},
    {"name": "invitation", "path": "/invitation#nosuchtoken", "wait": "input[type=password]"},
]
SETUP = [{"name": "set-up", "path": "/", "wait": "input[type=password]"}]
