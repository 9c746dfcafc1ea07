# SPDX-License-Identifier: Apache-2.0
"""A desk with two agents, its records, and tickets of every kind, for the tests of its pages."""
import contextlib
import pathlib
import tempfile

from driver import Browser
from harness import node
from harness.customers import Customers
from people import PASSWORD, Shop, sign_in

AGENTS = (("agent@example.com", "Agnes Agent"), ("second@example.com", "Bruno Bell"))
STORES = ("0001", "0007", "0012", "0014", "0031")

RECORDS = {
    "touchpoints": {"in_store_checkout": ("Checkout in the store", {"channel": "store"}), "checkout": ("Checkout, all channels", {}), "loyalty": ("Loyalty", {})},
    "vendors": {"acquirer": ("Acquirer A", {"contract": "PSP-2231", "contact": "Duty manager", "email": "duty@acquirer.example", "phone": "+44 20 7946 0000", "hours": "24x7",
                                            "response_min": 30, "resolve_min": 240, "services": ["payments"], "message": "Authorisations time out at several stores."})},
    "services": {"pos": ("Tills", {"touchpoints": ["in_store_checkout"], "queue": "stores", "state": "live"}),
                 "payments": ("Payment gateway", {"touchpoints": ["checkout"], "vendor": "acquirer", "queue": "payments", "label": "P1", "state": "live"}),
                 "app": ("Loyalty app", {"touchpoints": ["loyalty"], "queue": "digital", "state": "live"})},
    "fields": {"till": ("Till", {"type": "incident", "fields": [
        {"id": "asset", "label": "Asset tag", "kind": "text"}, {"id": "printer", "label": "Receipt printer", "kind": "choice", "choices": ["TM-T88", "SRP-350"]},
        {"id": "trading", "label": "The store can trade", "kind": "truth"}, {"id": "queue_length", "label": "Customers in the queue", "kind": "number"},
        {"id": "visit", "label": "Visit agreed for", "kind": "date"}]})},
    "macros": {"restart": ("Ask for a restart", {"description": "Tells the store how to restart a till, and waits for them.", "change": {"state": "waiting", "waiting_for": "requester"},
                                                 "note": "Please switch the till off, wait 30 seconds and switch it on again. Does it sell now?", "public": True}),
               "duplicate": ("Known fault", {"change": {"category": "till_fault"}, "note": "The same fault as last week.", "public": False})},
    "templates": {"till_down": ("A till does not start", {"type": "incident", "report": {"category": "till_fault", "title": "A till does not start", "urgency": "medium", "services": ["pos"]}})},
    "views": {"tills": ("Faults of tills", {"state": "open", "category": "till_fault"})},
}


class Floor(Shop):
    """The shop with a desk."""

    def ask(self, method, path, body=None, status=200, **kw):
        return Customers(self).ask(method, path, body, status, **kw)

    def report(self, status=201, **what):
        return self.ask("POST", "/api/v1/tickets", what, status)["ticket"]

    def change(self, ticket, **what):
        return self.ask("PATCH", f"/api/v1/tickets/{ticket['key']}", what)["ticket"]

    def ticket(self, key):
        return self.ask("GET", f"/api/v1/tickets/{key}")["ticket"]

    def hire(self):
        """Two agents; their account ids."""
        for email, name in AGENTS:
            answer = self.api("POST", "/api/v1/accounts", {"email": email, "name": name, "role": "agent", "password": PASSWORD})
            assert answer.status == 201, answer
        found = {one["email"]: one["id"] for one in self.ask("GET", "/api/v1/accounts?limit=100")["data"]}
        return [found[email] for email, _ in AGENTS]

    def furnish_records(self, agents):
        for kind, records in RECORDS.items():
            for name, (title, record) in records.items():
                self.ask("PUT", f"/api/v1/desk/records/{kind}/{name}", {"name": title, "record": record})
        for name, title in (("stores", "Store systems"), ("payments", "Payments"), ("digital", "Digital")):
            self.ask("PUT", f"/api/v1/desk/records/queues/{name}", {"name": title, "record": {"members": agents}})

    def furnish_desk(self):
        """Words for the paths of DESK."""
        first, second = self.hire()
        self.furnish_records([first, second])
        major = self.report(category="payment_timeout", services=["payments"], store="0001", till="3", channel="store", queue="payments", requester="store 0001",
                            title="Card payments time out", description="The terminal says “no answer” after 30 seconds. Cash works.", customers=40)
        for number in range(11):
            self.report(200, category="payment_timeout", services=["payments"], store=STORES[number % 5], till=str(number), requester=f"store {STORES[number % 5]}", customers=4,
                        description="Cards are declined after a long wait")
        self.change(major, assignee=first, commander=second, acknowledge=True, state="in_progress", note="The acquirer sees time-outs in one data centre.")
        self.change(major, note="We know of it and work on it with the payment company. Cash and gift cards work.", public=True)
        till = self.report(category="till_fault", services=["pos"], store="0007", till="2", requester="store 0007", queue="stores", title="The receipt printer jams", alone=True,
                           description="Paper comes out crumpled.\nWe changed the roll.", custom={"printer": "TM-T88", "trading": True})
        self.report(category="loyalty_auth", services=["app"], queue="digital", title="Sign-in to the app fails after the update")
        self.report(category="ecommerce_slow", title="The web shop is slow at payment")
        self.report(category="signage_offline", store="0014", title="The screen in the window is dark")
        for number in range(24):
            self.report(category="till_fault", services=["pos"], store=STORES[number % 5], till=str(number), queue=("stores", "")[number % 2], alone=True,
                        requester=f"store {STORES[number % 5]}", title=("The scanner does not read", "The drawer stays shut", "The till is slow", "The screen freezes")[number % 4] + f" ({number})")
        waiting = self.report(type="service_request", title="A new till for the garden department", store="0031", requester="store 0031", assignee=second)
        self.change(waiting, state="waiting", waiting_for="vendor", note="Ordered.")
        solved = self.report(type="service_request", title="A login for a new colleague", store="0012", assignee=first)
        self.change(solved, state="resolved", resolution="Account made, password handed over in person.")
        return {"major": major["key"], "ticket": till["key"], "solved": solved["key"]}


@contextlib.contextmanager
def standing(kind, furnish):
    """A daemon of that kind of Floor, furnished by furnish(daemon), which gives the words of its paths."""
    with tempfile.TemporaryDirectory(prefix="pt-", ignore_cleanup_errors=True) as folder:
        patron = kind(pathlib.Path(folder) / "shop").start()
        try:
            patron.furnish().furnish_desk()
            patron.words = furnish(patron)
            yield patron
            patron.stop()
        finally:
            patron.discard()


@contextlib.contextmanager
def seen_by(patron, who="owner"):
    """The console as that person sees it; it must complain of nothing until the end."""
    node.install()
    one = Browser(patron.base)
    one.sign_in(sign_in(patron, f"{who}@example.com"))
    yield one
    assert one("complaints") == []
    one.close()
