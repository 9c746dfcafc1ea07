# SPDX-License-Identifier: Apache-2.0
"""Rules of identity in the console: sources preferred for a trait are chosen in order and saved."""
from harness.customers import Customers

RULES = "/api/v1/identity/rules"


def test_preferred_sources(page, shop, shots):
    crm, till = (shop.add_source(name)["id"] for name in ("The CRM", "The till"))
    shop.learn()  # without a preview the page meets a 404, which the browser tells
    page("open", path="/identity")
    page("click", selector="button:has-text('Prefer sources for a trait')", timeout=15000)
    page("waitText", selector=".id-prefer", text="Which trait?")
    page("fill", selector="[aria-label='Name of the trait']", text="plan")
    page("waitText", selector=".id-prefer", text="At least one source")
    for name in ("The till", "The CRM"):
        page("fill", selector=".id-prefer .mantine-MultiSelect-inputField", text=name)
        page("click", selector=f"[role=option]:has-text('{name}')")
    page("fill", selector="[aria-label='Reason']", text="they ask people")
    for width in (390, 1440):
        page("resize", width=width, height=900)
        page("evaluate", script="document.querySelector('.id-prefer').scrollIntoView({block: 'center'})")
        page("shot", file=str(shots / f"identity-preferred-{width}.png"))
        assert page("overflow") <= 0 and page("axe") == []
    page("click", selector=".id-save button:has-text('Save')")
    page("waitText", selector="body", text="Saved.", timeout=15000)
    assert Customers(shop).ask("GET", RULES)["traits"] == [{"name": "plan", "sources": [till, crm]}]
    page("open", path="/identity")
    page("waitText", selector=".id-prefer", text="The CRM", timeout=15000)
    assert page("complaints") == []
