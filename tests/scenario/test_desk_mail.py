# SPDX-License-Identifier: Apache-2.0
"""Mail at the desk: mailboxes, messages handed in, and a whole conversation over Dovecot and Postfix."""
import concurrent.futures
import email
import email.policy
import itertools
import pathlib
import re
import socket
import socketserver
import threading
import time

import pytest
from harness import mail
from harness.desk import Desk
from harness.mode import soak

made = itertools.count(1)


@pytest.fixture
def patron(shared):
    return shared.patron


@pytest.fixture
def desk(patron):
    return Desk(patron)


@pytest.fixture(scope="module")
def host():
    if not mail.available():
        pytest.skip("Dovecot and Postfix are not installed")
    with mail.MailHost() as started:
        yield started


def eventually(find, seconds=90):
    """What find gives, once it is something."""
    end = time.monotonic() + seconds
    while True:
        found = find()
        if found:
            return found
        assert time.monotonic() < end, f"still {found!r}"
        time.sleep(0.05)


def letter(sender="ann@home.example", to="help@desk.example", subject="Till is dark", text="It has no power.", **headers):
    message = email.message.EmailMessage(email.policy.SMTP)
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Message-ID"] = f"<m{next(made)}@home.example>"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message


def make(desk, box, status=200, version=0, secrets=None, **settings):
    settings = {"address": f"{box}@desk.example", **settings}
    return desk.ask("PUT", f"/api/v1/mailboxes/{box}", {"version": version, "name": "Help", "settings": settings, **(secrets or {})}, status)


def take(desk, box, message, status=200):
    raw = message if isinstance(message, bytes) else message.as_bytes()
    answer = desk.patron.api("POST", f"/api/v1/mailboxes/{box}/messages", raw, headers={"Content-Type": "message/rfc822"})
    assert answer.status == status, answer
    return answer.json()


def test_mailboxes_are_settings_with_secrets_that_stay(desk, patron):
    made_box = make(desk, "secretive", imap={"host": "imap.example", "port": 993, "user": "u"}, secrets={"imap_secret": "hush"})
    assert (made_box["imap_secret"], made_box["smtp_secret"], made_box["version"]) == (True, False, 1)
    assert "hush" not in str(desk.ask("GET", "/api/v1/mailboxes")) + str(patron.api("GET", "/api/v1/audit?limit=50").json())
    assert make(desk, "secretive", 409)["code"] == "conflict"
    # a password goes to the host that it was given for, and to no other
    assert "imap_secret" in make(desk, "secretive", 400, 1, imap={"host": "evil.example", "port": 993, "user": "u"})["detail"]
    again = make(desk, "secretive", version=1, imap={"host": "imap.example", "port": 993, "user": "v"})
    assert again["imap_secret"] and again["version"] == 2
    assert "/imap/port" in make(desk, "wrong", 400, imap={"host": "h", "port": 0})["detail"]
    paused = desk.ask("POST", "/api/v1/mailboxes/secretive/pause", {"paused": True})
    assert paused["paused"] and paused["imap_secret"]
    desk.ask("DELETE", "/api/v1/mailboxes/secretive")
    desk.ask("GET", "/api/v1/mailboxes/secretive", status=404)


def test_a_newsletter_answered_by_many_stays_many_tickets(desk):
    make(desk, "news")
    replies = [letter(f"reader{i}@home.example", "news@desk.example", "Re: Our news", f"Answer {i}", In_Reply_To="<news-1@desk.example>",
                      References="<news-1@desk.example>") for i in range(20)]
    assert len({take(desk, "news", m)["ticket"] for m in replies}) == 20
    again = [take(desk, "news", m) for m in replies]  # the mailbox is imported again
    assert {a["outcome"] for a in again} == {"duplicate"}
    assert take(desk, "news", letter(List_Id="<n.example>"))["outcome"] == "filed"


def each(count, do):
    """do(i) for each number, by eight at once; what they gave."""
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        return list(pool.map(do, range(count)))


@pytest.mark.limit(900 if soak() else 60)
def test_a_storm_of_bounces_makes_no_ticket(desk, patron):
    """Nor an answer: a bounce that is answered comes back."""
    make(desk, "storm", smtp={"host": "127.0.0.1", "port": 9, "tls": "plain"})
    before = desk.total()
    count, begun = 10000 if soak() else 200, time.monotonic()
    storm = [letter("MAILER-DAEMON@mx.example", "storm@desk.example", "Undelivered Mail Returned to Sender", f"<x{i}@nowhere.example>: 550 5.1.1 no such user").as_bytes() for i in range(count)]
    assert {t["outcome"] for t in each(count, lambda i: take(desk, "storm", storm[i]))} == {"bounced"}
    held = re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{patron.pid}/status").read_text())[1]
    print(f"{count} bounces in {time.monotonic() - begun:.1f} s; {int(held) // 1024} MiB")
    assert desk.total() == before
    assert desk.ask("GET", "/api/v1/mailboxes/sent?mailbox=storm")["data"] == []
    assert {t["outcome"] for t in each(count, lambda i: take(desk, "storm", storm[i]))} == {"duplicate"}  # the mailbox is imported again


@pytest.mark.soak
@pytest.mark.limit(900)
def test_a_mailbox_of_ten_thousand_imported_again_makes_no_duplicate(desk):
    make(desk, "again", hourly=10000)
    letters = [letter(f"p{i}@home.example", "again@desk.example", f"Question {i}", f"Number {i}?").as_bytes() for i in range(10000)]
    before = desk.total()
    tickets = [t["ticket"] for t in each(10000, lambda i: take(desk, "again", letters[i]))]
    assert len(set(tickets)) == 10000
    again = each(10000, lambda i: take(desk, "again", letters[i]))
    assert {t["outcome"] for t in again} == {"duplicate"}
    assert desk.total() == before + 10000


def test_mail_bombs_are_kept_apart(desk):
    make(desk, "bombs")
    parts = b"".join(b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" for _ in range(10000))
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (i, i) for i in range(500))
    head = b"From: eve@evil.example\r\nTo: bombs@desk.example\r\nSubject: boom\r\nMIME-Version: 1.0\r\n"
    for raw in (head + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + parts + b"--b--\r\n", head + nested):
        taken = take(desk, "bombs", raw)
        assert (taken["outcome"], taken["ticket"]) == ("quarantined", None) and "parts" in taken["reason"]
    held = desk.ask("GET", "/api/v1/mailboxes/messages?mailbox=bombs&outcome=quarantined")["data"]
    assert len(held) == 2 and all(row["kept"] for row in held)
    driven = desk.ask("POST", f"/api/v1/mailboxes/messages/{held[0]['message']}/redrive")
    assert driven["outcome"] == "opened" and desk.ticket(driven["ticket"])["requester"] == "eve@evil.example"
    desk.ask("POST", f"/api/v1/mailboxes/messages/{held[0]['message']}/redrive", status=409)
    desk.ask("POST", f"/api/v1/mailboxes/messages/{held[1]['message']}/discard")
    assert desk.ask("GET", "/api/v1/mailboxes/messages?mailbox=bombs&outcome=quarantined")["data"] == []


def test_html_is_shown_safely_beside(desk):
    make(desk, "html")
    message = letter(to="html@desk.example")
    message.add_alternative('<p onclick="x()">It has <b>no</b> power</p><script>alert(1)</script><img src="http://spy.example/a.png">', subtype="html")
    ticket = take(desk, "html", message)["ticket"]
    (row,) = desk.ask("GET", f"/api/v1/tickets/{ticket}/mails")["in"]
    assert "<b>no</b>" in row["html"] and row["left_out"] == 1
    assert not re.search(r"script|onclick|spy\.example", row["html"])
    only = letter(to="html@desk.example", subject="Only HTML")
    only.set_content("<style>p{}</style><p>First &amp; last</p><p>second</p>", subtype="html")
    assert desk.ticket(take(desk, "html", only)["ticket"])["description"] == "First & last\n\nsecond"


def test_a_message_is_shown_with_who_wrote_it_to_whom_and_what_it_quotes(desk):
    make(desk, "shown")
    message = letter('"Ann Smith" <Ann@Home.example>', "shown@desk.example, boss@home.example", "Re: The till", "Now it smokes.\n\nOn Mon, 5 Jan 2026 at 10:00, Bob <bob@shop.example> wrote:\n> It is dark.\n", Cc="Second <second@home.example>")
    message.add_related(b"\x89PNG\r\n\x1a\nx", "image", "png", cid="<logo@home.example>", filename="logo.png")
    message.add_attachment("a log", filename="till.txt")
    ticket = take(desk, "shown", message)["ticket"]
    (row,) = desk.ask("GET", f"/api/v1/tickets/{ticket}/mails")["in"]
    assert (row["sender"], row["sender_name"], row["subject"], row["seq"]) == ("ann@home.example", "Ann Smith", "Re: The till", 1)
    assert row["cc"] == ["boss@home.example", "second@home.example"]
    assert desk.ticket(ticket)["description"] == "Now it smokes." and "> It is dark." in row["quoted"]
    files = {f["name"]: f["attachment"] for f in desk.ask("GET", f"/api/v1/tickets/{ticket}/attachments")["data"]}
    assert {"file": files["logo.png"], "content_id": "logo@home.example"} in row["files"]
    assert {"file": files["till.txt"], "content_id": None} in row["files"] and len(row["files"]) == 2
    listed = desk.ask("GET", "/api/v1/mailboxes/messages?mailbox=shown")["data"]
    assert (listed[0]["html"], listed[0]["quoted"], listed[0]["subject"]) == (None, None, "Re: The till")


class Clamd(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Speaks INSTREAM as clamd(8) has it, and finds one word."""

    daemon_threads = True

    class RequestHandlerClass(socketserver.StreamRequestHandler):
        def handle(self):
            assert self.rfile.read(10) == b"zINSTREAM\0"
            seen = b""
            while size := int.from_bytes(self.rfile.read(4), "big"):
                seen += self.rfile.read(size)
            self.wfile.write(b"stream: Eicar-Test FOUND\0" if b"EICAR" in seen else b"stream: OK\0")

    def __init__(self, path):
        super().__init__(str(path), self.RequestHandlerClass)


def test_infected_files_are_kept_out(make_patron, tmp_path):
    path = tmp_path / "clamd"
    desk = Desk(make_patron(settings={"desk-clamav": str(path)}).start())
    make(desk, "safe")
    message = letter(to="safe@desk.example")
    message.add_attachment("EICAR" + "x" * 200000, filename="bad.txt")
    message.add_attachment("harmless", filename="good.txt")
    assert take(desk, "safe", message, 503)["code"] == "unavailable"  # nobody has looked: nothing is done
    with Clamd(path) as clamd:
        threading.Thread(target=clamd.serve_forever, daemon=True).start()
        ticket = take(desk, "safe", message)["ticket"]
        clamd.shutdown()
    files = desk.ask("GET", f"/api/v1/tickets/{ticket}/attachments")["data"]
    assert [f["name"] for f in files] == ["good.txt"]
    assert "bad.txt: infected by Eicar-Test" in desk.history(ticket)[-1]["text"]


def box_of(host, **more):
    server = {"user": f"desk@{mail.DOMAIN}", "ca_file": str(host.ca.root), "host": "127.0.0.1"}
    return {"address": f"desk@{mail.DOMAIN}", "imap": {**server, "port": host.ports["imaps"], "tls": "tls"},
            "smtp": {**server, "port": host.ports["smtps"], "tls": "tls"}, **more}


def received(host, who, test):
    """The first message to somebody that passes."""
    def find():
        return next((m for m in map(parsed, host.mailbox(f"{who}@{mail.DOMAIN}")) if test(m)), None)
    return eventually(find)


def parsed(raw):
    return email.message_from_bytes(raw, policy=email.policy.default)


def test_servers_are_held_to_the_networks_that_may_be_called(desk):
    make(desk, "inside", imap={"host": "127.0.0.1", "port": 143, "tls": "plain", "user": "u"}, secrets={"imap_secret": "x"})
    tested = desk.ask("POST", "/api/v1/mailboxes/inside/test")
    assert not tested["ok"] and "127.0.0.1 is not public and not in connect.networks" in tested["steps"][0]["said"]
    eventually(lambda: "connect.networks" in (desk.ask("GET", "/api/v1/mailboxes/inside")["error"] or ""))
    desk.ask("DELETE", "/api/v1/mailboxes/inside")


@pytest.fixture
def calling(make_patron):
    """A desk that may call servers on this machine."""
    return Desk(make_patron(settings={"connect-networks": "127.0.0.0/8"}).start())


def sealed():
    secret = mail.PEOPLE[f"desk@{mail.DOMAIN}"]
    return {"imap_secret": secret, "smtp_secret": secret}


def test_a_silent_server_holds_up_its_own_mailbox_only(calling, host):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        calling.ask("PUT", "/api/v1/mailboxes/slow", {"name": "Slow", "settings": {"address": "slow@shop.example", "smtp": {"host": "127.0.0.1", "port": silent.getsockname()[1], "tls": "plain"}}})
        settings = {name: value for name, value in box_of(host).items() if name != "imap"}
        calling.ask("PUT", "/api/v1/mailboxes/quick", {"name": "Quick", "settings": settings, "smtp_secret": sealed()["smtp_secret"]})
        held = take(calling, "slow", letter(f"anna@{mail.DOMAIN}", "slow@shop.example"))["ticket"]
        silent.settimeout(60)
        connection, _ = silent.accept()  # it is being sent to, and hears nothing
        quick = take(calling, "quick", letter(f"anna@{mail.DOMAIN}", f"desk@{mail.DOMAIN}"))["ticket"]
        eventually(lambda: [o["state"] for o in calling.ask("GET", f"/api/v1/tickets/{quick}/mails")["out"]] == ["sent"])
        assert [o["state"] for o in calling.ask("GET", f"/api/v1/tickets/{held}/mails")["out"]] in (["sending"], ["queued"])
        connection.close()


class Imap(socketserver.ThreadingMixIn, socketserver.TCPServer):
    """IMAP4rev1 as far as a mailbox is read, which will not give its second message."""

    daemon_threads = True

    class RequestHandlerClass(socketserver.StreamRequestHandler):
        def say(self, text):
            self.wfile.write(text.encode() + b"\r\n")

        def handle(self):
            letters = self.server.letters
            self.say("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready")
            for raw in self.rfile:
                tag, _, rest = raw.decode().strip().partition(" ")
                command = rest.upper()
                if command.startswith("CAPABILITY"):
                    self.say("* CAPABILITY IMAP4rev1 AUTH=PLAIN")
                elif command.startswith("AUTHENTICATE"):
                    self.say("+ ")
                    self.rfile.readline()
                elif command.startswith("SELECT"):
                    self.say(f"* {len(letters)} EXISTS")
                    self.say("* OK [UIDVALIDITY 7]")
                elif command.startswith("UID FETCH"):
                    uid = int(rest.split()[2])
                    if uid == 2:
                        self.say(f"{tag} NO [SERVERBUG] it is broken")
                        continue
                    self.wfile.write(f"* {uid} FETCH (UID {uid} BODY[] {{{len(letters[uid - 1])}}}\r\n".encode() + letters[uid - 1] + b")\r\n")
                elif command.startswith("FETCH"):
                    first, _, last = rest.split()[1].partition(":")
                    for n in range(int(first), int(last or first) + 1):
                        self.say(f"* {n} FETCH (UID {n} RFC822.SIZE {len(letters[n - 1])} FLAGS ())")
                self.say(f"{tag} OK done")

    def __init__(self, letters):
        super().__init__(("127.0.0.1", 0), self.RequestHandlerClass)
        self.letters = letters


def test_a_message_that_is_not_given_is_no_end_of_those_behind(calling):
    with Imap([letter(to="odd@shop.example", subject=f"Letter {i}").as_bytes() for i in (1, 2, 3)]) as imap:
        threading.Thread(target=imap.serve_forever, daemon=True).start()
        calling.ask("PUT", "/api/v1/mailboxes/odd", {"name": "Odd", "settings": {"address": "odd@shop.example", "imap": {"host": "127.0.0.1", "port": imap.server_address[1], "tls": "plain", "user": "u"}}, "imap_secret": "x"})
        rows = eventually(lambda: (lambda found: found if len(found) == 3 else None)(calling.ask("GET", "/api/v1/mailboxes/messages?mailbox=odd")["data"]))
        assert [r["outcome"] for r in rows] == ["opened", "quarantined", "opened"] and "it is broken" in rows[1]["reason"] and not rows[1]["kept"]
        refused = calling.ask("POST", f"/api/v1/mailboxes/messages/{rows[1]['message']}/redrive", status=409)
        assert "on the mail server" in refused["detail"]
        calling.ask("POST", f"/api/v1/mailboxes/messages/{rows[1]['message']}/discard")
        assert calling.ask("GET", "/api/v1/mailboxes/messages?mailbox=odd&outcome=quarantined")["data"] == []
        imap.shutdown()


def test_a_conversation_over_real_servers(calling, host):
    desk, secrets = calling, sealed()
    desk.ask("PUT", "/api/v1/mailboxes/real", {"name": "Real", "settings": box_of(host), **secrets})
    tested = desk.ask("POST", "/api/v1/mailboxes/real/test")
    assert tested["ok"] and [s["step"] for s in tested["steps"]] == ["imap_login", "imap_folder", "smtp_login", "send"], tested
    looped = eventually(lambda: desk.ask("GET", "/api/v1/mailboxes/messages?mailbox=real")["data"])
    assert looped[0]["outcome"] == "filed" and looped[0]["reason"].startswith("loop")

    anna = f"anna@{mail.DOMAIN}"
    door = f"Tür {next(made)} klemmt"
    host.deliver(letter(anna, f"desk@{mail.DOMAIN}", door, "Sie geht nicht auf.").as_bytes(), sender=anna)
    ack = received(host, "anna", lambda m: m["Auto-Submitted"] == "auto-replied" and door in m["Subject"])
    key = re.fullmatch(r"\[(INC-\d+)\] " + door, ack["Subject"])[1]
    assert desk.ticket(key)["description"] == "Sie geht nicht auf."
    desk.change(key, note="Bitte kräftig drücken.", public=True)
    answer = received(host, "anna", lambda m: "drücken" in m.get_content() and door in m["Subject"])
    assert ack["Message-ID"] in answer["References"] and answer["Auto-Submitted"] is None
    outs = desk.ask("GET", f"/api/v1/tickets/{key}/mails")["out"]
    assert [(o["kind"], o["recipient"]) for o in outs] == [("answer", anna), ("acknowledged", anna)]
    eventually(lambda: all(o["state"] == "sent" for o in desk.ask("GET", f"/api/v1/tickets/{key}/mails")["out"]))
    assert outs[0]["seq"] == next(row["seq"] for row in desk.history(key) if row["what"] == "note")

    quoted = "Geht noch immer nicht.\n\nAm Mo., 5. Jan. 2026 um 10:00 Uhr schrieb desk <desk@shop.example>:\n> Bitte kräftig drücken.\n"
    host.deliver(letter(anna, answer["Reply-To"], "Re: " + answer["Subject"], quoted).as_bytes(), to=answer["Reply-To"], sender=anna)
    row = eventually(lambda: next((r for r in desk.history(key) if r["what"] == "answered"), None))
    assert row["text"] == "Geht noch immer nicht."
    state = desk.ask("GET", "/api/v1/mailboxes/real")
    assert state["error"] is None and state["last_message_at"] and state["looked_at"]

    desk.ask("PUT", "/api/v1/mailboxes/real", {"version": state["version"], "name": "Real", "settings": box_of(host), **secrets, "imap_secret": "wrong"})
    eventually(lambda: desk.ask("GET", "/api/v1/mailboxes/real")["error"])
    failed = desk.ask("POST", "/api/v1/mailboxes/real/test")
    assert not failed["ok"] and [s["step"] for s in failed["steps"]] == ["imap_login"] and "wrong" not in failed["steps"][0]["said"]
    desk.ask("DELETE", "/api/v1/mailboxes/real")
