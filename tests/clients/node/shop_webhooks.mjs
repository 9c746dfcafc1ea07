// SPDX-License-Identifier: Apache-2.0
// Signs webhooks as shops do, and asks the vendors' own helpers whether they would take one: a line of JSON in, a line out.
// {"do": "sign", "kind", "secret", "url", "body", "id", "at"} gives {"headers"}; {"do": "verify", ..., "headers"} gives {"valid"}.
// WooCommerce, Lightspeed and Adobe Commerce have no helper for webhooks: those are signed as their documentation says.
import '@shopify/shopify-api/adapters/node'
import { ApiVersion, shopifyApi } from '@shopify/shopify-api'
import { createSHA256HMAC } from '@shopify/shopify-api/runtime'
import { createHmac, createSign, createVerify, generateKeyPairSync } from 'node:crypto'
import { createInterface } from 'node:readline'
import { WebhooksHelper } from 'square'
import { Webhook } from 'standardwebhooks'

const adobe = generateKeyPairSync('rsa', { modulusLength: 2048 })
const plain = (secret, text, form) => createHmac('sha256', secret).update(text).digest(form)
const bytes = (body) => Buffer.from(body, 'utf8')

const sign = {
  shopify: async ({ secret, body }) => ({ 'X-Shopify-Hmac-SHA256': await createSHA256HMAC(secret, body) }),
  woocommerce: async ({ secret, body }) => ({ 'X-WC-Webhook-Signature': plain(secret, body, 'base64') }),
  square: async ({ secret, url, body }) => ({ 'x-square-hmacsha256-signature': plain(secret, url + body, 'base64') }),
  lightspeed: async ({ secret, body }) => ({ 'X-Signature': `signature=${plain(secret, body, 'hex')},algorithm=HMAC-SHA256` }),
  adobe: async ({ body }) => ({
    'x-adobe-commerce-webhook-signature': createSign('SHA256').update(bytes(body).toString('base64')).sign(adobe.privateKey, 'base64'),
  }),
  webhook: async ({ secret, body, id, at }) => ({
    'webhook-id': id,
    'webhook-timestamp': String(at),
    'webhook-signature': new Webhook(secret).sign(id, new Date(at * 1000), body),
  }),
}

function shopify(secret) {
  return shopifyApi({
    apiKey: 'key', apiSecretKey: secret, apiVersion: Object.values(ApiVersion).at(-1), isEmbeddedApp: true, hostName: 'shop.example',
    logger: { log: () => {} },
  })
}

const verify = {
  shopify: async ({ secret, body, headers }) => {
    const answer = await shopify(secret).webhooks.validate({ rawBody: body, rawRequest: { method: 'POST', url: '/', headers: lower(headers) }, rawResponse: {} })
    return answer.valid
  },
  square: async ({ secret, url, body, headers }) =>
    WebhooksHelper.verifySignature({
      requestBody: body, signatureHeader: headers['x-square-hmacsha256-signature'], signatureKey: secret, notificationUrl: url,
    }),
  adobe: async ({ body, headers }) =>
    createVerify('SHA256').update(bytes(body).toString('base64')).verify(adobe.publicKey, headers['x-adobe-commerce-webhook-signature'], 'base64'),
  webhook: async ({ secret, body, headers }) => {
    try {
      new Webhook(secret).verify(body, headers)
      return true
    } catch {
      return false
    }
  },
}

const lower = (headers) => Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

const act = {
  sign: async (ask) => ({ headers: await sign[ask.kind](ask) }),
  verify: async (ask) => ({ valid: ask.kind in verify ? await verify[ask.kind](ask) : null }),
  key: async () => ({ public: adobe.publicKey.export({ type: 'spki', format: 'pem' }) }),
}

for await (const line of createInterface({ input: process.stdin })) {
  const ask = JSON.parse(line)
  let answer
  try {
    answer = await act[ask.do](ask)
  } catch (error) {
    answer = { error: String(error.stack ?? error) }
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
