# SPDX-License-Identifier: Apache-2.0
"""Mailboxes: set up with a test that says each step, templates with their preview, quarantine, what leaves; mail on a ticket."""
import email.message
import email.policy

import pytest
from desk_floor import Floor, seen_by, standing
from people import sign_in
from routes import LOOKS, MAILBOXES, filled
from test_survey import looks, survey

SETTINGS = {"address": "support@shop.example", "from": "Shop support", "hourly": 2, "queue": "stores", "smtp": {"host": "127.0.0.1", "port": 9, "tls": "plain"},
            "templates": [{"kind": "answer", "subject": "[{{key}}] {{title}}", "text": "Dear {{requester}},\n\n{{text}}"}]}


PAGE = """<div style="color: #203040"><p>Hello,</p><p>the screen shows <b>yesterday's</b> prices.</p><table><tr><td style="background: #eee">Shelf</td><td>17</td></tr></table>
<img src="cid:shelf@home.example" alt="The shelf"><img src="https://spy.example/open.png"><script>document.title = 'owned'</script>
<blockquote><p>What does the screen show?</p></blockquote></div>"""
PIXEL = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763386062020003040182ae0f3b7d0000000049454e44ae426082")


def letter():
    """What a customer writes: HTML beside text, an image within it, a file, a quote, others who get it too."""
    message = email.message.EmailMessage(email.policy.SMTP)
    message["From"], message["To"], message["Cc"] = "Dana Reyes <dana@home.example>", "gone@shop.example", "boss@home.example"
    message["Subject"], message["Message-ID"] = "Prices of yesterday", "<letter@home.example>"
    message.set_content("Hello,\n\nthe screen shows yesterday's prices.\n\nOn Mon, 4 May 2026 at 09:00, Support <support@shop.example> wrote:\n> What does the screen show?\n")
    message.add_alternative(PAGE, subtype="html")
    message.get_payload()[1].add_related(PIXEL, "image", "png", cid="<shelf@home.example>", filename="shelf.png")
    message.add_attachment("09:00 restart\n", filename="screen.txt")
    return message.as_bytes()

INSIDE = """(async () => {
  const shown = () => {
    const of = document.querySelector('.dk-letter-frame').contentDocument
    return of !== null && of.querySelector('p') !== null && [...of.images].every((one) => one.complete) ? of : null
  }
  let of = shown()
  for (; of === null; of = shown()) await new Promise((go) => requestAnimationFrame(go))
  return { text: of.body.innerText, images: [...of.images].filter((one) => one.naturalWidth > 0).map((one) => one.alt), folded: of.querySelectorAll('details > blockquote').length,
    scripts: of.scripts.length, colour: getComputedStyle(of.querySelector('p')).color, title: document.title }
})()"""


class Post(Floor):
    """The desk with a mailbox."""

    def take(self, mailbox, raw):
        answer = self.api("POST", f"/api/v1/mailboxes/{mailbox}/messages", raw, headers={"Content-Type": "message/rfc822"})
        assert answer.status == 200, answer
        return answer.json()

    def hand_in(self, number, sender="ann@home.example", subject="The till is dark", extra=""):
        raw = f"From: {sender}\r\nTo: support@shop.example\r\nSubject: {subject}\r\nMessage-ID: <{number}@home.example>\r\n{extra}\r\nIt has no power since nine.\r\n"
        return self.take("support", raw.encode())

    def furnish_letter(self):
        """A ticket that came by mail; the mailbox that should acknowledge it is gone."""
        self.ask("PUT", "/api/v1/mailboxes/gone", {"version": 0, "name": "Gone", "settings": {"address": "gone@shop.example"}})
        ticket = self.take("gone", letter())["ticket"]
        self.ask("DELETE", "/api/v1/mailboxes/gone")
        return ticket

    def furnish_mail(self):
        """Words for the paths of MAILBOXES."""
        self.ask("PUT", "/api/v1/mailboxes/support", {"version": 0, "name": "Support", "settings": SETTINGS})
        for number in range(4):
            self.hand_in(number)
        self.hand_in("list", "offers@news.example", "Offers of the week", "List-Id: <offers.news.example>\r\n")
        return {"mailbox": "support", "letter": self.furnish_letter()}


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


def test_mail_is_shown_on_its_ticket(page, shop):
    page("open", path=f"/desk/{shop.words['letter']}")
    page("wait", selector=".dk-letter-head")
    first = page("text", selector=".dk-first")
    assert "Dana Reyes" in first and "dana@home.example" in first and "boss@home.example" in first and "screen.txt" in first
    assert "What does the screen show?" not in page("text", selector=".dk-first .dk-text")
    page("click", selector=".dk-quote summary")
    page("waitText", selector=".dk-quote > div", text="> What does the screen show?")
    page("click", selector=".dk-as-sent")
    page("wait", selector=".dk-letter-frame")
    assert "1 image was left out" in page("text", selector=".dk-first")
    inside = page("evaluate", script=INSIDE)
    assert "yesterday's" in inside["text"] and (inside["images"], inside["folded"], inside["scripts"]) == (["The shelf"], 1, 0), inside
    assert inside["colour"] == "rgb(32, 48, 64)" and inside["title"] != "owned"
    assert page("complaints") == []


def test_a_message_that_did_not_leave_is_sent_again(page, shop):
    page("open", path=f"/desk/{shop.words['letter']}")
    page("waitText", selector=".dk-delivery", text="the mailbox was removed")
    page("click", selector=".dk-delivery button:has-text('Leave it')")
    page("waitText", selector=".pt-toast", text="It is left as it is")
    page("waitText", selector=".dk-delivery", text="Sent")


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
