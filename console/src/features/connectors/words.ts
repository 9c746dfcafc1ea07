// SPDX-License-Identifier: Apache-2.0
// Kinds and their settings in the language of the console. What is not here (a kind of a newer server) is shown as the server says it.
import type { I18n, MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { Field, Kind } from './model'

type Words = { title: MessageDescriptor; help: MessageDescriptor }

const kinds: Record<string, Words> = {
  shopify: { title: msg`Shopify`, help: msg`Orders, refunds, checkouts, carts, customers and stock of a Shopify shop.` },
  woocommerce: { title: msg`WooCommerce`, help: msg`Orders, refunds, customers and stock of a WooCommerce shop.` },
  square: { title: msg`Square`, help: msg`Payments, refunds, customers and stock of Square’s tills.` },
  lightspeed: { title: msg`Lightspeed Retail (X-Series)`, help: msg`Sales, returns, customers, stock and products of Lightspeed’s tills.` },
  adobe: { title: msg`Adobe Commerce`, help: msg`Orders, credit memos, customers and stock of Adobe Commerce.` },
  webhook: { title: msg`Signed webhook`, help: msg`Any system that signs as Standard Webhooks says; you write what its JSON means.` },
}

const secrets: Record<string, Words> = {
  shopify: { title: msg`Client secret`, help: msg`Of the app that subscribes; for webhooks made in the admin, what stands under Settings, Notifications, Webhooks.` },
  woocommerce: { title: msg`Secret`, help: msg`The same for all of the shop’s webhooks that come here.` },
  square: { title: msg`Signature key`, help: msg`Of the webhook subscription in Square’s developer dashboard.` },
  lightspeed: { title: msg`Client secret`, help: msg`Of the application by which the webhooks were made: only its webhooks are signed.` },
  webhook: { title: msg`Signing secret`, help: msg`“whsec_” and base64.` },
}

const userIds: Words = { title: msg`Customer ids as user ids`, help: msg`yes: the shop’s customer id becomes the userId of its events, where your site sends the same.` }
const fields: Record<string, Words> = {
  user_ids: userIds,
  notification_url: { title: msg`Notification URL`, help: msg`The connector’s address exactly as it stands in Square’s developer dashboard: it is part of the signature.` },
  currency: { title: msg`Currency`, help: msg`Of the shop: sales do not name it. Three letters, such as NZD.` },
  public_key: { title: msg`Public key`, help: msg`Made under Stores, Configuration, Adobe Services, Webhooks; from -----BEGIN PUBLIC KEY on.` },
}

export function kindTitle(i18n: I18n, name: string, kind?: Kind): string {
  const words = kinds[name]
  return words ? i18n._(words.title) : (kind?.title ?? name)
}

export function kindHelp(i18n: I18n, kind: Kind): string {
  const words = kinds[kind.name]
  return words ? i18n._(words.help) : kind.help
}

export function secretWords(i18n: I18n, kind: Kind): { title: string; help: string } {
  const words = secrets[kind.name]
  return words ? { title: i18n._(words.title), help: i18n._(words.help) } : { title: kind.secret_title, help: kind.secret_help }
}

export function fieldWords(i18n: I18n, field: Field): { title: string; help: string } {
  const words = fields[field.name]
  return words ? { title: i18n._(words.title), help: i18n._(words.help) } : { title: field.title, help: field.help }
}
