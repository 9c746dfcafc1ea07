# SPDX-License-Identifier: Apache-2.0
"""Shops in: signed deliveries become events once, in order, and exact; what is not understood is kept and can be redriven."""
import base64
import itertools
import json
import random
import re
import threading
import time

import pytest
from harness import shops, web
from harness.customers import Customers, traits, values
from harness.shops import Shop

made = itertools.count(1)
MAPPING = {"rules": [
    {"when": [{"path": "^type", "is": ["order.paid", "order paid"]}], "type": "track", "event": "Order Completed", "root": "data",
     "object": {"type": "order", "id": "id", "version": "changed", "once": "completed"}, "timestamp": "at",
     "who": {"customer": "customer.id", "order": "id"}, "external_ids": {"loyalty_card": "customer.card"}, "belongs_to": {"order": "id"},
     "properties": {"order_id": "id", "total": {"path": "net+tax", "as": "money", "required": True}, "currency": {"path": "currency", "as": "currency"},
                    "channel": {"value": "kiosk"}, "products": {"path": "lines", "lines": {"sku": "sku", "quantity": {"path": "n", "as": "number"}}}},
     "traits": {"email": "customer.mail", "address.city": "customer.city"}},
    {"when": [{"path": "^type", "is": ["customer.changed"]}], "type": "identify", "root": "data", "who": {"customer": "id"}, "timestamp": "changed",
     "object": {"type": "customer", "id": "id", "version": "changed"}, "traits": {"email": "mail", "vip": {"path": "vip", "as": "bool"}}}]}


@pytest.fixture(scope="module")
def vendors():
    helper = shops.Vendors()
    yield helper
    helper.close()


@pytest.fixture
def new_shop(shared, vendors):
    return lambda kind, **more: Shop(shared.patron, vendors, kind, f"{kind} {next(made)}", **more)


@pytest.fixture
def customers(shared):
    return Customers(shared.patron)


def sample(kind, number=1):
    """(payload, topic) of an order that lands."""
    return {
        "shopify": (shops.shopify_order(820982911946154000 + number, shops.shopify_customer(7000 + number, f"a{number}@shopify.example")), "orders/create"),
        "woocommerce": (shops.woo_order(7000 + number, customer=0, mail=f"w{number}@woo.example"), "order.updated"),
        "square": (shops.square("payment.updated", "payment", shops.square_payment(f"P{number}", customer=f"C{number}"), f"ev-{number}"), "payment.updated"),
        "lightspeed": (shops.vend_sale(f"s-{number}", customer=f"s{number}"), "sale.update"),
        "adobe": (shops.adobe_order(90 + number), ""),
        "webhook": ({"type": "order.paid", "data": {"id": f"o-{number}", "at": "2026-05-01T10:00:00Z", "net": "10.10", "tax": "2.02", "currency": "eur",
                                                    "customer": {"id": f"c{number}", "mail": f"w{number}@web.example", "card": f"LC-{number}", "city": "Graz"}, "lines": [{"sku": "A", "n": 2}]}}, ""),
    }[kind]


KINDS = ["shopify", "woocommerce", "square", "lightspeed", "adobe", "webhook"]
MAPPED = {"webhook": MAPPING}


# --- signatures -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_signatures(kind, new_shop, vendors):
    shop = new_shop(kind, mapping=MAPPED.get(kind))
    payload, topic = sample(kind)
    body = shop.body(payload, topic)
    good = shop.headers(body, topic)
    name = next(header for header in good if "hmac" in header.lower() or "signature" in header.lower())

    def verdict(sent, headers, secret=shop.secret):
        """Patron's answer; the vendor's own helper has to say the same."""
        says = vendors.accepts(kind, sent, headers, secret=secret, url=shops.SQUARE_URL)
        answer = shop.post(sent, headers)
        assert says is None or says == (answer.status == 200), (says, answer)
        return answer.status

    assert verdict(body, good) == 200 and shop.last()["result"] == "landed"
    flipped = body[:-3] + ("1" if body[-3] != "1" else "2") + body[-2:]
    respaced = shop.body(json.dumps(payload, indent=1), topic)
    assert [verdict(flipped, good), verdict(respaced, good)] == [401, 401]
    others = {**good, **({name: shop.headers(body, topic, secret="whsec_" + base64.b64encode(b"another secret of the shop").decode())[name]} if kind != "adobe" else {name: base64.b64encode(b"x" * 256).decode()})}
    assert verdict(body, others) == 401
    bad = good[name][:-4] + ("AAAA" if good[name][-4:] != "AAAA" else "BBBB")
    assert verdict(body, {**good, name: bad}) == 401
    assert shop.post(body, {key: value for key, value in good.items() if key != name}).status == 401
    assert shop.post(body, {**good, name: ""}).status == 401
    assert shop.ask()["health"]["unsigned"] == 6
    refusal = shop.last()
    assert (refusal["status"], refusal["result"], refusal["number"]) == (401, "unsigned", None)
    shown = json.dumps([shop.ask(), shop.ask("/deliveries")])
    assert good[name] not in shown and str(shop.secret) not in shown and len(shop.rows()) >= 1
    assert {row["_patron"]["class"] for row in shop.rows()} == {"event"}


def test_time_stamps_are_bounded(new_shop):
    shop = new_shop("webhook", mapping=MAPPING)
    payload, _ = sample("webhook", 50)
    now = int(time.time())
    body = shop.body(payload)
    assert [shop.post(body, shop.headers(body, at=at)).status for at in (now - 330, now + 330, now - 270, now + 270)] == [401, 401, 200, 200]


def test_secret_is_rotated(new_shop, shared):
    shop = new_shop("webhook", mapping=MAPPING)
    old = shop.secret
    assert old.startswith("whsec_") and shop.connector["has_secret"]
    fresh = shop.ask("/rotate", "POST", {"keep_hours": 1})["secret"]
    payload, _ = sample("webhook", 60)
    shop.send(payload, secret=old)
    shop.send(payload, secret=fresh)
    newest = shop.ask("/rotate", "POST", {"keep_hours": 0})["secret"]
    shop.send(payload, secret=fresh, status=401)
    shop.send(payload, secret=newest)
    everything = json.dumps([shop.ask(), shop.ask("/deliveries"), shared.patron.api("GET", "/api/v1/audit?limit=100").json()])
    assert not any(secret in everything for secret in (old, fresh, newest))


# --- what becomes of them -------------------------------------------------------------------------------------


def test_shopify_order_is_exact(new_shop, customers):
    shop = new_shop("shopify")
    buyer = shops.shopify_customer(207119551, "Anna@Exact.example")
    order = shops.shopify_order(820982911946154508, buyer, total="1234567.89")
    shop.send(order, "orders/create")
    row, = shop.rows()
    assert row["event"] == "Order Completed" and row["messageId"].endswith(":order:820982911946154508/completed")
    assert row["timestamp"] == "2026-05-01T14:00:00.000Z"
    properties = row["properties"]
    assert (properties["order_id"], properties["order_number"], properties["currency"], properties["coupon"]) == ("820982911946154508", "#4508", "EUR", "SPRING")
    assert properties["products"] == [{"product_id": "788032119674292922", "sku": "TEA-100", "name": "Grün tea \"Nr. 1\"", "variant": "100 g",
                                       "variant_id": "642667041472713922", "brand": "Demo", "price": 90, "quantity": 2, "discount": 0},
                                      {"product_id": str(order["id"] + 12), "name": "Gift card", "price": 19.9, "quantity": 1}]
    assert row["context"]["externalIds"] == [{"type": "shopify_customer", "id": "207119551"}, {"type": "shopify_cart", "id": "cart-820982911946154508"}]
    person = customers.ready().find("email", "anna@exact.example")
    assert values(person) == {"EUR": ("1234567.89", 1, 0)}
    text = shop.patron.api("GET", f"/api/v1/events/export?source={shop.source['id']}").text
    assert re.search(r'"total": ?1234567\.89\b', text)


def test_shopify_shuffled_gives_the_same(new_shop, customers):
    """Orders, refunds and customers in any order: the same person, traits and revenue."""
    seed = random.randrange(1 << 30)
    print("seed", seed)

    def history(number):
        mail = f"shuffle{number}@shop.example"
        buyer = shops.shopify_customer(8000 + number, mail)
        order = shops.shopify_order(9000 + number * 10, buyer)
        return mail, [
            (buyer, "customers/create"),
            (shops.changed(buyer, updated_at="2026-05-02T10:00:00Z", last_name="Maier"), "customers/update"),
            (shops.changed(buyer, updated_at="2026-05-04T10:00:00Z", last_name="Huber-Maier", tags="gold"), "customers/update"),
            (order, "orders/create"), (shops.changed(order, updated_at="2026-05-02T08:00:00Z", financial_status="authorized"), "orders/updated"),
            (shops.changed(order, updated_at="2026-05-05T08:00:00Z", financial_status="partially_refunded"), "orders/updated"),
            (order, "orders/paid"),
            (shops.shopify_refund(9000 + number * 10 + 1, order["id"]), "refunds/create"),
            (shops.shopify_refund(9000 + number * 10 + 2, order["id"], amount="1.005"), "refunds/create")]

    shop, seen = new_shop("shopify"), []
    for number in range(6):
        mail, deliveries = history(number)
        if number > 0:
            random.Random(seed + number).shuffle(deliveries)
        for payload, topic in deliveries:
            shop.send(payload, topic)
        person = customers.ready().find("email", mail)
        said = {name: value for name, value in traits(person).items() if name not in ("email", "phone")}
        seen.append((values(person), said))
    assert seen[0][0] == {"EUR": ("178.795", 1, 2)} and seen[0][1]["lastName"] == "Huber-Maier" and seen[0][1]["shopify_tags"] == "gold"
    assert all(one == seen[0] for one in seen), (seed, seen)
    names = [row["event"] for row in shop.rows() if row["type"] == "track"]
    assert (names.count("Order Completed"), names.count("Order Refunded")) == (6, 12)


def test_old_updates_change_nothing_and_replays_land_once(new_shop, customers):
    shop = new_shop("shopify")
    buyer = shops.shopify_customer(31, "old@shop.example", updated="2026-05-02T10:00:00Z")
    body = shop.body(buyer)
    headers = shop.headers(body, "customers/update")
    assert [shop.post(body, headers).status for _ in range(3)] == [200, 200, 200]
    assert len(shop.rows()) == 1 and shop.last()["duplicates"] == 1
    shop.send(shops.changed(buyer, updated_at="2026-05-01T10:00:00Z", first_name="Older"), "customers/update")
    assert shop.last()["result"] == "stale" and len(shop.rows()) == 1
    assert traits(customers.ready().find("email", "old@shop.example"))["firstName"] == "Anna"
    order = shops.shopify_order(3100, buyer)
    for _ in range(2):  # another delivery of the same order: told once
        shop.send(order, "orders/create")
    assert [row["event"] for row in shop.rows() if row["type"] == "track"] == ["Order Completed"] and shop.last()["result"] == "stale"


def test_each_vendor_lands_orders_refunds_customers_and_stock(new_shop, customers):
    woo = new_shop("woocommerce")
    assert woo.post("webhook_id=3", {"Content-Type": "application/x-www-form-urlencoded"}).status == 200  # its ping, unsigned
    woo.send(woo_pending := shops.woo_order(501, "pending"), "order.created")
    woo.send(shops.woo_order(501, modified="2026-05-01T12:05:00"), "order.updated")
    for _ in range(2):
        woo.send(shops.woo_order(501, "refunded", modified="2026-05-03T09:00:00", refunds=[(901, "9.35"), (902, "20.00")]), "order.updated")
    woo.send(woo_pending, "order.updated")
    assert woo.last()["result"] == "stale"
    person = customers.ready().find("email", "anna@shop.example")
    assert values(person)["EUR"] == ("0", 1, 2)
    mark = woo.id[-8:]
    assert {row["anonymousId"] for row in woo.rows()} == {f"woocommerce:{mark}:customer:17"}

    till = new_shop("square")
    till.send(shops.square("customer.updated", "customer", {"id": "CUST1", "version": 3, "given_name": "Anna", "email_address": "anna@till.example",
                                                            "created_at": "2026-05-01T00:00:00Z", "updated_at": "2026-05-06T00:00:00Z"}, "e1"))
    for number, status in enumerate(["APPROVED", "COMPLETED", "COMPLETED"]):
        till.send(shops.square("payment.updated", "payment", shops.square_payment("PAY1", status=status), f"e2-{number}"))
    till.send(shops.square("payment.updated", "payment", shops.square_payment("PAY2", 900, currency="JPY"), "e3"))
    refund = {"id": "R1", "payment_id": "PAY1", "order_id": "other", "status": "COMPLETED", "amount_money": {"amount": 250, "currency": "USD"},
              "created_at": "2026-05-06T22:00:00Z", "updated_at": "2026-05-06T22:00:01Z", "location_id": "S8GWD5R9QB376", "reason": "returned"}
    till.send(shops.square("refund.updated", "refund", refund, "e4"))
    till.send({"merchant_id": "m", "type": "inventory.count.updated", "event_id": "e5", "data": {"object": {"inventory_counts": [
        {"catalog_object_id": "W62", "location_id": "L1", "state": "IN_STOCK", "quantity": "53.5", "calculated_at": "2026-05-06T00:00:00Z"},
        {"catalog_object_id": "W63", "location_id": "L1", "state": "SOLD", "quantity": "1", "calculated_at": "2026-05-06T00:00:00Z"}]}}})
    person = customers.ready().find("square_customer", "CUST1")
    assert values(person) == {"USD": ("10", 1, 1), "JPY": ("900", 1, 0)}
    assert [row["properties"]["available"] for row in till.rows() if row.get("event") == "Inventory Level Changed"] == [53.5, 1]

    vend = new_shop("lightspeed")
    vend.send(shops.vend_sale("s1", status="OPEN", version=99), "sale.update")
    vend.send(shops.vend_sale("s1"), "sale.update")
    vend.send(shops.vend_sale("s1", version=101), "sale.update")
    vend.send(shops.vend_sale("s2", total=-4.0, tax=-0.6, return_for="s1"), "sale.update")
    vend.send(shops.vend_sale("s3", customer="walkin", code="WALKIN"), "sale.update")
    vend.send({"id": "i1", "product_id": "p-9", "outlet_id": "out-1", "count": "9.00000", "reorder_point": "2", "version": 7}, "inventory.update")
    person = customers.ready().find("lightspeed_customer", "c-1")
    assert values(person)["NZD"] == ("6.9", 1, 1)
    walkin = [row for row in vend.rows() if row.get("event") == "Order Completed" and row["properties"]["order_id"] == "s3"]
    assert walkin[0]["anonymousId"] == "lightspeed:sale:s3" and "externalIds" not in walkin[0]["context"]

    magento = new_shop("adobe")
    assert magento.send(shops.adobe_order(91, state="new")).json() == {"op": "success"}
    magento.send(shops.adobe_order(91, updated="2026-05-01 10:10:00"))
    magento.send({"creditmemo": {"entity_id": "5", "increment_id": "CM5", "order_id": "91", "grand_total": "4.9500", "order_currency_code": "EUR", "created_at": "2026-05-02 10:00:00"}})
    person = customers.ready().find("email", "anna@magento.example")
    assert values(person) == {"EUR": ("60", 1, 1)}


def test_a_mapping_of_ones_own(new_shop, customers, shared):
    shop = new_shop("webhook")
    payload, _ = sample("webhook", 70)
    shop.send(payload)
    assert shop.last()["result"] == "quarantined" and "no mapping" in shop.last()["reason"]
    ask = {"mapping": MAPPING, "connector": shop.id}
    preview = shared.patron.api("POST", "/api/v1/connectors/preview", ask)
    assert preview.status == 200 and json.loads(preview.json()["body"]) == payload
    event, = preview.json()["events"]
    assert event["properties"] == {"order_id": "o-70", "total": 12.12, "currency": "EUR", "channel": "kiosk", "products": [{"quantity": 2, "sku": "A"}]}
    assert event["context"]["traits"] == {"email": "w70@web.example", "address": {"city": "Graz"}} and event["context"]["externalIds"] == [{"type": "loyalty_card", "id": "LC-70"}]
    shop.ask(method="PATCH", body={"mapping": MAPPING})
    shop.send(payload)
    assert values(customers.ready().find("loyalty_card", "LC-70"))["EUR"] == ("12.12", 1, 0)
    wrong = [({"rules": []}, "none"), ({"rules": [{"type": "track", "who": {"a": "b"}}]}, "event"), ({"rules": [{"type": "identify", "who": {"a": "b c"}}]}, "path"),
             ({"rules": [{"type": "identify", "who": {"a": "b"}, "traits": {"x": "y", "x.z": "y"}}]}, "twice"), ({"more": 1}, "rules"),
             ({"rules": [{"type": "identify", "traits": {}}]}, "who")]
    for mapping, word in wrong:
        answer = shared.patron.api("POST", "/api/v1/connectors/preview", {"mapping": mapping, "body": "{}"})
        assert answer.status == 400 and word in answer.json()["detail"], answer
    assert shared.patron.api("POST", "/api/v1/connectors/preview", {"mapping": MAPPING, "body": "{\"type\":\"x\"}"}).json()["events"] == []


# --- what does not fit ----------------------------------------------------------------------------------------


def test_not_understood_is_kept_and_redriven(new_shop, customers, shared):
    shop = new_shop("shopify")
    order = shops.shopify_order(5500, shops.shopify_customer(55, "redrive@shop.example"))
    shop.send(changed := shops.changed(order, total_price="12,50"), "orders/create")
    shop.send("not json", "orders/create")
    shop.send("[1]", "orders/create")
    assert shop.last()["result"] == "quarantined" and shop.ask()["health"]["quarantined"] == 3 and shop.ask()["health"]["last_error"]
    rows = shop.rows("quarantine")
    assert [row["_patron"]["reason"] for row in rows] == ["unmapped_delivery"] * 3 and "total_price is no amount" in rows[0]["_patron"]["detail"]
    assert json.loads(rows[0]["body"]) == changed and rows[1]["body"] == "not json"
    customers.ready()
    position = rows[0]["_patron"]["position"]
    redrive = shared.patron.api("POST", "/api/v1/quarantine/redrive", {"positions": [position]}).json()
    assert redrive["redriven"] == 0 and "no amount" in redrive["failed"][0]["reason"]

    mapped = new_shop("webhook")
    for number in (80, 81):
        mapped.send(sample("webhook", number)[0])
    mapped.ask(method="PATCH", body={"mapping": MAPPING})
    customers.ready()
    ask = {"all": True, "source": mapped.source["id"], "reason": "unmapped_delivery"}
    assert shared.patron.api("POST", "/api/v1/quarantine/redrive", ask).json()["redriven"] == 2
    assert shared.patron.api("POST", "/api/v1/quarantine/redrive", ask).json()["redriven"] == 0
    assert sorted(row["properties"]["order_id"] for row in mapped.rows()) == ["o-80", "o-81"]
    mapped.send(sample("webhook", 80)[0])  # the same order, told again
    assert mapped.last()["result"] == "stale" and len(mapped.rows()) == 2


def test_privacy_requests_never_become_events(new_shop):
    shop = new_shop("shopify")
    payload = {"shop_id": 954889, "shop_domain": "demo.myshopify.com", "orders_requested": [299938], "customer": {"id": 191167, "email": "gone@privacy.example", "phone": "555-625-1199"},
               "data_request": {"id": 9999}}
    shop.send(payload, "customers/data_request")
    assert shop.last()["result"] == "privacy" and shop.rows() == [] and shop.rows("quarantine") == []
    assert shop.send(payload, "customers/data_request").status == 200 and shop.ask()["health"]["privacy"] == 2


def test_trials_leave_nothing_behind(new_shop, shared):
    """A trial comes to what a delivery comes to; no event, delivery, object, request or figure is there afterwards."""
    def seen(shop):
        return shop.ask(), shop.ask("/deliveries"), shop.rows(), shop.rows("quarantine"), shared.patron.api("GET", "/api/v1/privacy/requests").json()

    shop, adobe = new_shop("shopify"), new_shop("adobe")
    before = seen(shop), seen(adobe)
    trial = shop.ask("/test", "POST", {})
    assert trial["signed"] and (trial["topic"], trial["result"], trial["reason"], trial["left_out"]) == ("orders/create", "landed", None, 0)
    assert [event["event"] for event in trial["events"]] == ["Order Completed"] and trial["events"][0]["properties"]["total"] == 199.9
    redact = shop.ask("/test", "POST", {"topic": "customers/redact"})
    assert redact["result"] == "privacy" and redact["events"] == [] and "erase" in redact["reason"]
    bad = shop.ask("/test", "POST", {"topic": "orders/create", "body": "{}"})
    assert bad["signed"] and bad["result"] == "quarantined" and bad["reason"] and bad["body"] == "{}"
    public = adobe.ask("/test", "POST", {})
    assert not public["signed"] and "private key" in public["unsigned_why"] and public["result"] == "landed" and len(public["events"]) == 2
    assert shared.patron.api("POST", f"/api/v1/connectors/{shop.id}/test", {"topic": "none"}).status == 400
    assert (seen(shop), seen(adobe)) == before and shop.connector == before[0][0]

    shop.send(trial["body"], "orders/create")
    assert (shop.last()["result"], shop.last()["number"], shop.last()["events"], shop.last()["duplicates"]) == ("landed", 1, 1, 0)
    told = shop.ask("/test", "POST", {})
    assert (told["result"], told["left_out"], told["events"]) == ("stale", 1, trial["events"])


def test_refusals(new_shop, shared):
    shop = new_shop("shopify")
    payload, topic = sample("shopify", 90)
    body = shop.body(payload, topic)
    assert web.request("POST", shared.patron.base + "/v1/hooks/00000000-0000-7000-8000-000000000000", body=b"{}").status == 404
    assert shared.patron.get(shop.path).status == 405
    headers = shop.headers(body, topic)
    assert shop.post(body, {**headers, "Content-Encoding": "gzip"}).status == 415
    large = "x" * ((2 << 20) + 1)
    assert shop.post(large, headers).status == 413 and shop.last()["result"] == "too_large"
    edge = json.dumps({**payload, "pad": ""})
    edge = json.dumps({**payload, "pad": "x" * ((2 << 20) - len(edge))})
    assert len(edge) == 2 << 20
    shop.send(edge, topic)
    assert shop.last()["result"] == "landed"
    shop.ask(method="PATCH", body={"enabled": False})
    shop.send(payload, topic)
    assert shop.last()["result"] == "disabled" and shop.ask()["health"]["disabled"] == 1
    shop.post(body, {**headers, "X-Shopify-Hmac-SHA256": "x"})
    assert shop.last()["result"] == "unsigned"
    shop.ask(method="PATCH", body={"enabled": True})
    shop.send({"id": 1}, "products/update")
    assert shop.last()["result"] == "ignored"
    shop.ask(method="DELETE")
    assert shop.post(body, headers).status == 404 and shared.patron.api("GET", f"/api/v1/connectors/{shop.id}").status == 404


@pytest.mark.parametrize("edit, word", [
    ({"kind": "shopify", "name": "a"}, "secret"), ({"kind": "square", "name": "a", "secret": "x"}, "notification_url"),
    ({"kind": "adobe", "name": "a", "settings": {"public_key": "no key"}}, "public key"), ({"kind": "adobe", "name": "a", "secret": "x", "settings": {"public_key": "k"}}, ""),
    ({"kind": "shopify", "name": "a", "secret": "x", "settings": {"more": "x"}}, "more"), ({"kind": "shopify", "name": "a", "secret": "x", "settings": {"user_ids": "maybe"}}, "user_ids"),
    ({"kind": "shopify", "name": "a", "secret": "x", "mapping": MAPPING}, "mapping"), ({"kind": "shopify", "name": "a", "secret": "x", "settings": {"user_ids": 1}}, "settings"),
    ({"kind": "other", "name": "a"}, "kind")])
def test_wrong_connectors(shared, edit, word):
    answer = shared.patron.api("POST", "/api/v1/connectors", edit)
    assert answer.status == 400 and word in answer.json()["detail"], answer


def test_seen_after_a_restart_and_in_the_audit(make_patron, vendors):
    patron = make_patron().start()
    shop = Shop(patron, vendors, "shopify", "Wien")
    again = patron.api("POST", "/api/v1/connectors", {"kind": "shopify", "name": "Wien", "secret": "x"})
    assert again.status == 409
    order = shops.shopify_order(77, shops.shopify_customer(78, "restart@shop.example"))
    shop.send(order, "orders/create")
    shop.send({"bad": 1}, "orders/create")
    for secret in (shops.SHOPIFY_SECRET,):
        assert not any(secret.encode() in path.read_bytes() for path in patron.data.rglob("*") if path.is_file())
    patron.restart()
    kept = shop.ask("/deliveries")["data"]
    assert [(one["result"], one["topic"]) for one in kept] == [("quarantined", "orders/create"), ("landed", "orders/create")]
    assert shop.ask()["health"]["events"] == 1 and shop.ask()["health"]["deliveries"] == 2
    shop.send(order, "orders/create")
    assert shop.last()["number"] == 3 and len(shop.rows()) == 1
    actions = [entry["action"] for entry in patron.api("GET", "/api/v1/audit?limit=20").json()["data"]]
    assert "connector.added" in actions
    assert patron.cli("audit", "verify").returncode == 0


def test_kill_9_between_receipt_and_answer(make_patron, vendors):
    """Whatever was answered 200 is there once; whatever was not may be sent again and is there once."""
    patron = make_patron().start()
    shop = Shop(patron, vendors, "shopify", "crash")
    orders = [shops.shopify_order(1000 + n, shops.shopify_customer(2000 + n, f"k{n}@crash.example")) for n in range(60)]
    signed = [(body := shop.body(order), shop.headers(body, "orders/create")) for order in orders]
    refund = shop.body(shops.shopify_refund(5000, 1000))
    signed.append((refund, shop.headers(refund, "refunds/create")))
    answered = [False] * len(signed)

    def sender(first):
        for index in range(first, len(signed), 3):
            try:
                answered[index] = shop.post(*signed[index]).status == 200
            except OSError:
                return

    threads = [threading.Thread(target=sender, args=(first,)) for first in range(3)]
    for thread in threads:
        thread.start()
    while not any(answered):
        time.sleep(0.001)
    patron.kill9()
    for thread in threads:
        thread.join(20)
    patron.start()
    there = [row["messageId"] for row in shop.rows()]
    assert len(there) == len(set(there)) and len(there) >= sum(answered)
    for body, headers in signed:
        assert shop.post(body, headers).status == 200
    ids = [row["messageId"] for row in shop.rows()]
    assert len(ids) == len(set(ids)) == len(signed)
