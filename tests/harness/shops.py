# SPDX-License-Identifier: Apache-2.0
"""Shops and tills: payloads in the shapes of their public documentation, signed by the vendors' own npm helpers where there are any."""
import copy
import json
import subprocess
import time
import urllib.parse

from . import node, web

SHOPIFY_SECRET = "hush-8f2d1c"
WOO_SECRET = "woo & secret: 42"
SQUARE_SECRET = "asdf1234-square-key"
VEND_SECRET = "vend-client-secret"
SQUARE_URL = "https://patron.example/v1/hooks/square"  # as registered: what is in front of Patron may change the address


class Vendors:
    """The helper process: sign() gives the headers, accepts() asks the vendor's own verifier (None: there is none)."""

    def __init__(self):
        node.install()
        self.process = subprocess.Popen([node.node(), str(node.FOLDER / "shop_webhooks.mjs")], cwd=node.FOLDER, env=node.environment(),
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, **question):
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert "error" not in answer, answer
        return answer

    def sign(self, kind, body, **more):
        return self.ask(do="sign", kind=kind, body=body, **more)["headers"]

    def accepts(self, kind, body, headers, **more):
        return self.ask(do="verify", kind=kind, body=body, headers=headers, **more)["valid"]

    def public_key(self):
        return self.ask(do="key")["public"]

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)


class Shop:
    """A connector and whoever sends to it."""

    secrets = {"shopify": SHOPIFY_SECRET, "woocommerce": WOO_SECRET, "square": SQUARE_SECRET, "lightspeed": VEND_SECRET}

    def __init__(self, patron, vendors, kind, name, settings=None, mapping=None, source=None):
        self.patron, self.vendors, self.kind, self.deliveries = patron, vendors, kind, 0
        self.secret = self.secrets.get(kind)
        known = {"square": {"notification_url": SQUARE_URL}, "lightspeed": {"currency": "NZD"}}.get(kind, {})
        if kind == "adobe":
            known = {"public_key": vendors.public_key()}
        ask = {"kind": kind, "name": name, "settings": {**known, **(settings or {})}}
        ask.update({key: value for key, value in (("secret", self.secret), ("mapping", mapping), ("source", source)) if value})
        answer = patron.api("POST", "/api/v1/connectors", ask)
        assert answer.status == 201, answer
        made = answer.json()
        self.connector, self.secret = made["connector"], self.secret or made["secret"]
        self.id, self.path, self.source = self.connector["id"], self.connector["path"], self.connector["source"]

    def headers(self, body, topic="", delivery=None, secret=None, at=None):
        """As the vendor would send it: signed, with topic and delivery id."""
        self.deliveries += 1
        delivery = delivery or f"{self.kind}-{self.id[-6:]}-{self.deliveries}"
        at = int(time.time()) if at is None else at
        text = body.decode() if isinstance(body, bytes) else body
        signed = self.vendors.sign(self.kind, text, secret=secret or self.secret, url=SQUARE_URL, id=delivery, at=at)
        told = {
            "shopify": {"X-Shopify-Topic": topic, "X-Shopify-Webhook-Id": delivery, "X-Shopify-Shop-Domain": "demo.myshopify.com",
                        "X-Shopify-API-Version": "2026-04", "User-Agent": "Shopify-Captain-Hook"},
            "woocommerce": {"X-WC-Webhook-Topic": topic, "X-WC-Webhook-Delivery-ID": delivery, "X-WC-Webhook-ID": "3",
                            "X-WC-Webhook-Source": "https://demo.example/"},
        }.get(self.kind, {})
        form = self.kind == "lightspeed"
        return {"Content-Type": "application/x-www-form-urlencoded" if form else "application/json", **told, **signed}

    def body(self, payload, topic=""):
        text = payload if isinstance(payload, str) else json.dumps(payload)
        if self.kind == "lightspeed":
            return urllib.parse.urlencode({"payload": text, "type": topic, "domain_prefix": "demo", "environment": "prod"})
        return text

    def post(self, body, headers):
        return web.request("POST", self.patron.base + self.path, body=body if isinstance(body, bytes) else body.encode(), headers=headers)

    def send(self, payload, topic="", status=200, **more):
        body = self.body(payload, topic)
        answer = self.post(body, self.headers(body, topic, **more))
        assert answer.status == status, f"{answer}\n{self.patron.stderr(3000)}"
        return answer

    def ask(self, what="", method="GET", body=None, status=200):
        answer = self.patron.api(method, f"/api/v1/connectors/{self.id}{what}", body)
        assert answer.status == status, answer
        return answer.json()

    def last(self):
        """What came of the newest delivery."""
        return self.ask("/deliveries")["data"][0]

    def rows(self, klass="event"):
        return self.patron.rows(self.source, klass)


# --- payloads -------------------------------------------------------------------------------------------------


def shopify_customer(number, mail, updated="2026-05-01T10:00:00-04:00", **more):
    return {"id": number, "email": mail, "created_at": "2026-01-02T08:00:00-05:00", "updated_at": updated, "first_name": "Anna", "last_name": "Huber",
            "orders_count": 2, "state": "enabled", "total_spent": "0.00", "verified_email": True, "phone": f"+43664{number:07}"[:16], "tags": "vip, wholesale",
            "currency": "EUR", "tax_exempt": False, "email_marketing_consent": {"state": "subscribed", "opt_in_level": "single_opt_in"},
            "default_address": {"id": number + 1, "customer_id": number, "address1": "Lindengasse 4", "city": "Wien", "zip": "1070", "country_code": "AT"},
            "admin_graphql_api_id": f"gid://shopify/Customer/{number}", **more}


def shopify_order(number, customer=None, total="199.90", updated="2026-05-01T10:05:00-04:00", **more):
    return {"id": number, "admin_graphql_api_id": f"gid://shopify/Order/{number}", "name": f"#{number % 10000}", "email": customer["email"] if customer else "",
            "created_at": "2026-05-01T10:00:00-04:00", "processed_at": "2026-05-01T10:00:00-04:00", "updated_at": updated, "cancelled_at": None, "cancel_reason": None,
            "currency": "EUR", "total_price": total, "current_total_price": total, "subtotal_price": "180.00", "total_tax": "33.32", "total_discounts": "5.10",
            "total_shipping_price_set": {"shop_money": {"amount": "4.90", "currency_code": "EUR"}, "presentment_money": {"amount": "4.90", "currency_code": "EUR"}},
            "discount_codes": [{"code": "SPRING", "amount": "5.10", "type": "fixed_amount"}], "financial_status": "paid", "fulfillment_status": None,
            "source_name": "web", "location_id": None, "cart_token": f"cart-{number}", "checkout_token": f"checkout-{number}", "test": False,
            "customer": customer, "billing_address": {"first_name": "Anna", "last_name": "Huber", "phone": None},
            "line_items": [{"id": number + 11, "product_id": 788032119674292922, "variant_id": 642667041472713922, "title": "Grün tea \"Nr. 1\"", "variant_title": "100 g",
                            "sku": "TEA-100", "vendor": "Demo", "quantity": 2, "price": "90.00", "total_discount": "0.00"},
                           {"id": number + 12, "product_id": None, "variant_id": None, "title": "Gift card", "sku": "", "quantity": 1, "price": "19.90"}], **more}


def shopify_refund(number, order, amount="20.10", **more):
    return {"id": number, "order_id": order, "created_at": "2026-05-03T09:00:00-04:00", "processed_at": "2026-05-03T09:00:00-04:00", "note": "damaged", "user_id": 5,
            "restock": True, "refund_line_items": [{"id": number + 1, "quantity": 1, "line_item_id": order + 11, "subtotal": 18.25, "total_tax": 1.85,
                                                    "line_item": {"id": order + 11, "product_id": 788032119674292922, "sku": "TEA-100", "title": "Green tea", "price": "90.00"}}],
            "transactions": [{"id": number + 2, "order_id": order, "kind": "refund", "status": "success", "amount": amount, "currency": "EUR", "gateway": "visa"},
                             {"id": number + 3, "order_id": order, "kind": "refund", "status": "failure", "amount": "999.00", "currency": "EUR", "gateway": "visa"}], **more}


def woo_order(number, status="processing", total="29.35", modified="2026-05-01T12:00:30", refunds=(), customer=17, mail="anna@shop.example"):
    return {"id": number, "parent_id": 0, "number": str(number), "status": status, "currency": "EUR", "version": "9.1.2", "prices_include_tax": False,
            "date_created": "2026-05-01T14:00:00", "date_created_gmt": "2026-05-01T12:00:00", "date_modified": "2026-05-01T14:00:30", "date_modified_gmt": modified,
            "date_paid_gmt": "2026-05-01T12:00:20", "discount_total": "0.00", "shipping_total": "10.00", "total": total, "total_tax": "1.35", "customer_id": customer,
            "billing": {"first_name": "Anna", "last_name": "Huber", "address_1": "Lindengasse 4", "city": "Wien", "postcode": "1070", "country": "AT", "email": mail, "phone": f"+4366499{number:05}"},
            "payment_method": "bacs", "line_items": [{"id": 315, "name": "Woo Single #1", "product_id": 93, "variation_id": 0, "quantity": 2, "subtotal": "6.00", "total": "6.00",
                                                      "total_tax": "0.45", "sku": "W-1", "price": 3}],
            "coupon_lines": [], "refunds": [{"id": one, "reason": "late", "total": f"-{amount}"} for one, amount in refunds]}


def square(topic, name, thing, event_id):
    return {"merchant_id": "6SSW7HV8K2ST5", "type": topic, "event_id": event_id, "created_at": "2026-05-06T21:27:34.308Z",
            "data": {"type": name, "id": thing.get("id", "x"), "object": {name: thing}}}


def square_payment(number, cents=1250, status="COMPLETED", customer="CUST1", currency="USD"):
    return {"id": number, "created_at": "2026-05-06T21:26:45.616Z", "updated_at": "2026-05-06T21:27:30.792Z", "amount_money": {"amount": cents, "currency": currency},
            "total_money": {"amount": cents, "currency": currency}, "status": status, "source_type": "CARD", "customer_id": customer, "location_id": "S8GWD5R9QB376",
            "order_id": f"ORD{number}", "receipt_number": f"r{number}", "version_token": "x"}


def vend_sale(number, total=10.0, tax=1.5, status="CLOSED", version=100, customer="c-1", code="ANNA-1", **more):
    known = {"first_name": "Anna", "last_name": "Huber", "email": f"{customer}@vend.example"} if code != "WALKIN" else {"first_name": None, "last_name": None, "email": None}
    return {"id": number, "invoice_number": f"N{number}", "status": status, "total_price": total, "total_tax": tax, "sale_date": "2026-05-07 03:04:05",
            "created_at": "2026-05-07 03:04:05", "updated_at": "2026-05-07 03:05:06", "version": version, "outlet_id": "out-1", "register_id": "reg-1", "customer_id": customer,
            "customer": {"id": customer, "customer_code": code, "mobile": None, **known},
            "register_sale_products": [{"id": "l1", "product_id": "p-9", "quantity": 2, "price": 5.0, "tax": 0.75, "discount": 0}], "return_for": None, "note": "", **more}


def adobe_order(number, state="processing", total="64.9500", updated="2026-05-01 10:05:00", customer="7"):
    return {"order": {"entity_id": str(number), "increment_id": f"0000{number}", "state": state, "status": state, "store_id": "1", "grand_total": total, "subtotal": "60.0000",
                      "tax_amount": "0.0000", "shipping_amount": "4.9500", "discount_amount": "-0.0000", "order_currency_code": "EUR", "customer_id": customer,
                      "customer_email": "anna@magento.example", "customer_firstname": "Anna", "customer_lastname": "Huber", "created_at": "2026-05-01 10:00:00",
                      "updated_at": updated, "items": [{"product_id": "12", "sku": "M-12", "name": "Kettle", "price": "60.0000", "qty_ordered": "1.0000"}]}}


def changed(payload, **more):
    return {**copy.deepcopy(payload), **more}
