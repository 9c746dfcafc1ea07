# SPDX-License-Identifier: Apache-2.0
"""Triage on the ticket's page, confirmed and corrected by one key; models, what they learn from, and how they are made and put in force."""
import itertools

import pytest
from desk_floor import Floor, seen_by, standing
from people import sign_in
from routes import LOOKS, TRIAGE, filled
from test_survey import looks, survey

made = itertools.count(1)


class Sorted(Floor):
    """The desk with tickets whose category nobody chose."""

    def unsorted(self, text="The payment terminal says no answer, cards are declined at till 4, error EFT-0042. This is terrible!", **more):
        return self.report(title=f"Cards do not work ({next(made)})", description=text, store="0007", requester="store 0007", alone=True, **more)

    def furnish_triage(self):
        """Words for the paths of TRIAGE."""
        judged = self.unsorted()
        self.ask("POST", f"/api/v1/tickets/{judged['key']}/triage/correct", {"category": "till_fault"})
        return {"sorted": self.unsorted()["key"]}

    def triage(self, ticket):
        return self.ask("GET", f"/api/v1/tickets/{ticket['key']}/triage")


@pytest.fixture(scope="module")
def shop():
    with standing(Sorted, Sorted.furnish_triage) as patron:
        yield patron


@pytest.fixture(scope="module")
def page(shop):
    with seen_by(shop) as one:
        yield one


@pytest.mark.limit(120)
@pytest.mark.parametrize(("theme", "locale"), LOOKS)
def test_every_page(open_browser, shop, shots, theme, locale):
    one = open_browser(shop)
    one.sign_in(sign_in(shop, "owner@example.com"))
    survey(one, filled(TRIAGE, shop.words), looks(theme, locale), shots)


def test_the_words_that_decided_and_where_they_lead(page, shop):
    ticket = shop.unsorted()
    page("open", path=f"/desk/{ticket['key']}")
    page("wait", selector=".dk-triage")
    page("press", keys=["w"])
    page("wait", selector=".dk-weights li")
    assert page("texts", selector=".dk-weights bdi") == [one["word"] for one in shop.triage(ticket)["reasons"][:8]]
    page("waitText", selector=".dk-entities", text="EFT-0042")
    page("click", selector=".dk-entity:has-text('EFT-0042')")
    page("waitUrl", path="/desk?view=all&q=EFT-0042")


def test_who_is_upset_is_said_in_words_and_comes_first(page, shop):
    shop.report(title="Calm", description="A question about the printer in the office", store="0007", alone=True)
    upset = shop.report(title="Scanner", description="This is unacceptable, the third time that this terrible scanner fails. I am furious!", store="0007", alone=True)
    page("open", path=f"/desk?view=upset&open={upset['key']}")
    page("waitText", selector=".dk-mood", text="Very upset")
    assert "Calm" not in page("texts", selector=".dk-title bdi")
    page("open", path="/desk?view=open&mood=very_negative")
    page("waitText", selector=".dk-mood", text="Very upset")


def test_a_key_confirms(page, shop):
    ticket = shop.unsorted()
    page("open", path=f"/desk/{ticket['key']}")
    page("wait", selector=".dk-triage")
    page("press", keys=["y"])
    page("waitText", selector=".dk-triage .pt-status", text="confirmed")
    found = shop.triage(ticket)
    assert found["outcome"] == "confirmed" and shop.ticket(ticket["key"])["category"] == found["category"]


def test_a_key_opens_the_choice_and_a_key_corrects(page, shop):
    ticket = shop.unsorted()
    page("open", path=f"/desk/{ticket['key']}")
    page("wait", selector=".dk-triage")
    page("press", keys=["t"])
    page("wait", selector=".dk-pick li")
    page("type", text="signage")
    page("press", keys=["Enter"])
    page("waitText", selector=".dk-triage .pt-status", text="corrected to")
    found = shop.triage(ticket)
    assert (found["outcome"], found["label"], shop.ticket(ticket["key"])["category"]) == ("corrected", "signage_offline", "signage_offline")


def test_rows_of_a_file_that_are_wrong_are_named(page, shop, tmp_path):
    (tmp_path / "texts.csv").write_text("text,label\nthe terminal is dark,till_fault\nno label here\nthe app forgets me,loyalty_auth\n", encoding="utf-8")
    page("open", path="/desk/triage")
    page("click", selector="button:has-text('Add labelled texts')")
    page("files", selector="[role=dialog] input[type=file]", files=[str(tmp_path / "texts.csv")])
    page("waitText", selector="[role=dialog]", text="3 rows of CSV")
    page("click", selector="[role=dialog] button:has-text('Add them')")
    page("waitText", selector="[role=dialog] .tr-faults", text="Line 3")
    assert next(one["files"] for one in shop.ask("GET", "/api/v1/triage/examples")["data"] if one["kind"] == "category") == 2
    page("click", selector="[role=dialog] button:has-text('Done')")


def test_a_model_is_made_put_in_force_and_rolled_back(page, shop):
    page("open", path="/desk/triage")
    page("waitText", selector="main", text="what comes with Patron")  # the models are there
    page("click", selector="button:has-text('Train now')")
    page("waitText", selector=".pt-toast", text="Version 2 was made")
    models = shop.ask("GET", "/api/v1/triage/models")["data"]
    other = next(one["version"] for one in models if one["state"] != "in_force")
    page("open", path=f"/desk/triage?version={other}")
    page("click", selector="button:has-text('it…'), button:has-text('Put in force…')")
    page("click", selector="[role=dialog] button[type=submit]")
    page("waitText", selector=".pt-note", text=f"Version {other} is in force")
    assert next(one["version"] for one in shop.ask("GET", "/api/v1/triage/models")["data"] if one["state"] == "in_force") == other
