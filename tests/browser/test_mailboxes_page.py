# SPDX-License-Identifier: Apache-2.0
"""Mailboxes: set up with a test that says each step, templates with their preview, quarantine, what leaves."""

import pytest
from desk_floor import Floor, seen_by, standing
from people import sign_in
from routes import LOOKS, MAILBOXES, filled
from test_survey import looks, survey

SETTINGS = {"address": "support@shop.example", "from": "Shop support", "hourly": 2, "queue": "stores", "smtp": {"host": "127.0.0.1", "port": 9, "tls": "plain"},
            "templates": [{"kind": "answer", "subject": "[{{key}}] {{title}}", "text": "Dear {{requester}},\n\n{{text}}"}]}


class Post(Floor):
    """The desk with a mailbox."""

    def hand_in(self, number, sender="ann@home.example", subject="The till is dark", extra=""):
        raw = f"From: {sender}\r\nTo: support@shop.example\r\nSubject: {subject}\r\nMessage-ID: <{number}@home.example>\r\n{extra}\r\nIt has no power since nine.\r\n"
        answer = self.api("POST", "/api/v1/mailboxes/support/messages", raw.encode(), headers={"Content-Type": "message/rfc822"})
        assert answer.status == 200, answer
        return answer.json()

    def furnish_mail(self):
        """Words for the paths of MAILBOXES."""
        self.ask("PUT", "/api/v1/mailboxes/support", {"version": 0, "name": "Support", "settings": SETTINGS})
        for number in range(4):
            self.hand_in(number)
        self.hand_in("list", "offers@news.example", "Offers of the week", "List-Id: <offers.news.example>\r\n")
        return {"mailbox": "support"}


@pytest.fixture(scope="module")
def shop():
    with standing(Post, Post.furnish_mail) as patron:
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
    survey(one, filled(MAILBOXES, shop.words), looks(theme, locale), shots)


def test_a_mailbox_is_added_and_its_test_says_the_step_that_failed(page, shop):
    page("open", path="/desk/mailboxes")
    page("wait", selector="[role=grid] [data-index]")
    page("press", keys=["n"])
    page("waitUrl", path="/desk/mailboxes/new")
    page("wait", selector=".mb-fields input")
    page("fill", selector="section[aria-label='Who it is'] input >> nth=0", text="Night desk")
    page("fill", selector="input[type=email]", text="night@shop.example")
    page("fill", selector="section[aria-label='Incoming (IMAP)'] input >> nth=0", text="127.0.0.1")
    page("fill", selector="section[aria-label='Incoming (IMAP)'] input[type=password]", text="not a secret")
    page("press", keys=["Control+s"])
    page("waitUrl", path="/desk/mailboxes/night_desk")
    saved = shop.ask("GET", "/api/v1/mailboxes/night_desk")
    assert (saved["settings"]["imap"]["host"], saved["imap_secret"]) == ("127.0.0.1", True) and "smtp" not in saved["settings"]
    page("click", selector="section[aria-label='Try it out'] button")
    page("wait", selector=".mb-steps .pt-text-bad")
    assert page("count", selector=".mb-steps li") == 2
    assert "not tried" in page("text", selector=".mb-steps li:last-child")
    assert page("value", selector="section[aria-label='Incoming (IMAP)'] input[type=password]") == ""


def test_a_template_is_shown_as_it_will_be_read(page, shop):
    page("open", path="/desk/mailboxes/support?template=answer")
    page("wait", selector=".mb-preview")
    assert "Dear Dana," in page("text", selector=".mb-preview-text")
    page("fill", selector=".mb-templates textarea", text="Hello {{requester}}, {{greeting}}")
    page("waitText", selector=".mb-preview-text", text="Hello Dana, {{greeting}}")
    page("waitText", selector=".mb-templates [role=alert]", text="{{greeting}}")
    page("press", keys=["Control+s"])
    page("waitText", selector=".pt-toast", text="Support was saved")
    assert shop.ask("GET", "/api/v1/mailboxes/support")["settings"]["templates"][0]["text"] == "Hello {{requester}}, {{greeting}}"


def test_a_message_is_taken_out_of_quarantine(page, shop):
    page("open", path="/desk/mailboxes?show=quarantine")
    page("wait", selector="[role=grid] [data-index]")
    held = shop.ask("GET", "/api/v1/mailboxes/messages?outcome=quarantined")["data"]
    page("click", selector="[role=grid] [data-index] button:has-text('Discard')")
    page("waitText", selector=".pt-toast", text="The message was discarded")
    now = shop.ask("GET", "/api/v1/mailboxes/messages?outcome=quarantined")["data"]
    assert len([one for one in now if one["kept"]]) == len(held) - 1


def test_without_the_right_the_page_says_who_can_grant_it(open_browser, shop):
    one = open_browser(shop)
    one.sign_in(sign_in(shop, "agent@example.com"))
    one("open", path="/desk/mailboxes")
    one("waitText", selector="main", text="desk.policy")
    assert one("complaints") == []
