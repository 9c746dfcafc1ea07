// SPDX-License-Identifier: Apache-2.0
// What is to be done in the vendor's own admin, before and after the connector is there; as in docs/connectors.md.
import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'

export type Guide = {
  /** What one needs from there before the form can be filled in. */
  before: MessageDescriptor | null
  after: MessageDescriptor[]
  /** What to know of this vendor. */
  note: MessageDescriptor | null
}

const guides: Record<string, Guide> = {
  shopify: {
    before: msg`You need the client secret of your app; for webhooks made in the admin, the secret under Settings → Notifications → Webhooks.`,
    after: [
      msg`Subscribe to the topics below in your app, or in the admin under Settings → Notifications → Webhooks: format JSON, with the address above.`,
      msg`In the app’s settings give the same address for customers/redact, customers/data_request and shop/redact: they go to the privacy desk.`,
    ],
    note: msg`Shopify wants an answer within 5 s and deletes a subscription after 8 failures in 4 hours.`,
  },
  woocommerce: {
    before: null,
    after: [
      msg`In WooCommerce open Settings → Advanced → Webhooks and add one webhook for each topic below.`,
      msg`Of each: status active, API version 3, delivery URL the address above, secret that of this connector.`,
      msg`The unsigned ping that WooCommerce sends when you save is answered; it is no delivery yet.`,
    ],
    note: msg`WooCommerce switches a webhook off after 5 failures in a row.`,
  },
  square: {
    before: msg`In Square’s developer dashboard open your application → Webhooks → Subscriptions and add one; any address will do for now. Square shows its signature key then.`,
    after: [
      msg`Change the subscription’s notification URL to the address above, letter by letter: it is part of the signature.`,
      msg`Where the address there is another than the one above, put it into this connector’s settings as well.`,
      msg`Choose the events below, save, and have Square send a test event.`,
    ],
    note: msg`Webhooks of orders name the order and nothing of it, so what was sold is told by its payments. A sale paid in two payments is two.`,
  },
  lightspeed: {
    before: msg`Webhooks are signed only when an application made them by the API: its client secret is the secret.`,
    after: [
      msg`With your application’s API make one webhook for each type below, with the address above.`,
      msg`Where the form has no field “type”, add it to the address: …?topic=sale.update`,
    ],
    note: msg`Sales to the customer WALKIN are nobody’s. Lightspeed does not guarantee delivery.`,
  },
  adobe: {
    before: msg`In Adobe Commerce open Stores → Configuration → Adobe Services → Webhooks, enable signatures and generate a key pair: its public key goes here.`,
    after: [
      msg`Put what follows into webhooks.xml: it says what a webhook of an order holds.`,
      msg`Do likewise for creditmemo (entity_id, order_id, grand_total, order_currency_code, created_at), customer (id, email, firstname, lastname, updated_at) and stock_item (product_id, qty).`,
    ],
    note: msg`The shop waits for the answer, so keep required="false".`,
  },
  webhook: {
    before: null,
    after: [
      msg`Have the system post JSON to the address above, signed as Standard Webhooks says: webhook-id, webhook-timestamp, webhook-signature.`,
      msg`Send one delivery, as below or from the system itself. It is kept, and the mapping can be written by what it holds.`,
      msg`Write under Mapping what becomes of it, and send again what was kept.`,
    ],
    note: null,
  },
}

export function guideOf(kind: string): Guide {
  return guides[kind] ?? { before: null, after: [], note: null }
}

const ORDER_FIELDS = ['entity_id', 'increment_id', 'state', 'grand_total', 'order_currency_code', 'customer_id', 'customer_email', 'created_at', 'updated_at']

/** The part of webhooks.xml that tells of orders. */
export function adobeXml(address: string): string {
  const fields = ORDER_FIELDS.map((name) => `      <field name="order.${name}" source="data.order.${name}"/>`).join('\n')
  return `<method name="observer.sales_order_save_commit_after" type="after">
  <hooks><batch name="patron"><hook name="order" url="${address}" method="POST" timeout="5000" softTimeout="1000" required="false">
    <fields>
${fields}
    </fields></hook></batch></hooks>
</method>`
}

/** A signed delivery from a shell: bash, openssl, curl. */
export function shellOf(address: string): string {
  return `read -rs SECRET   # paste the secret: whsec_…
ID=test-$RANDOM AT=$(date +%s)
BODY='{"type":"order.paid","data":{"id":"1001","total":"19.90","currency":"EUR","customer":{"id":"7"}}}'
KEY=$(printf %s "\${SECRET#whsec_}" | base64 -d | od -An -v -tx1 | tr -d ' \\n')
SIGNATURE=$(printf %s "$ID.$AT.$BODY" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$KEY" -binary | base64)
curl -i "${address}" -H 'Content-Type: application/json' \\
  -H "webhook-id: $ID" -H "webhook-timestamp: $AT" -H "webhook-signature: v1,$SIGNATURE" -d "$BODY"`
}
