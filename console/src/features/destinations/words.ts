// SPDX-License-Identifier: Apache-2.0
// Kinds and their settings in the language of the console. What is not here (a kind of a newer server) is shown as the server says it.
import type { I18n, MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import type { Field, Kind } from './model'

type Words = { title: MessageDescriptor; help?: MessageDescriptor }

const kinds: Record<string, Words> = {
  webhook: { title: msg`Webhook`, help: msg`Posts events to an address of yours, signed after Standard Webhooks.` },
  ga4: { title: msg`Google Analytics 4`, help: msg`Sends events by the Measurement Protocol.` },
  meta: { title: msg`Meta Conversions API`, help: msg`Sends conversions to Meta; what tells who somebody is goes out hashed.` },
  segment: { title: msg`Segment-compatible`, help: msg`Forwards events as they came to Segment, RudderStack, another Patron.` },
  files: { title: msg`Files`, help: msg`Writes CSV or JSON lines files to a folder of the server.` },
  s3: { title: msg`S3-compatible store`, help: msg`Puts CSV or JSON lines objects into a bucket.` },
}

const fields: Record<string, Words> = {
  'webhook.url': { title: msg`Address`, help: msg`Where each event is posted to.` },
  'webhook.secret': { title: msg`Signing secret`, help: msg`“whsec_” and the base64 of 24 to 64 random bytes.` },
  'webhook.previous_secret': { title: msg`Previous signing secret`, help: msg`While receivers change over, requests are signed with both.` },
  'webhook.batch': { title: msg`Events a request`, help: msg`1: the event itself is the body. More: a JSON array of up to so many.` },
  'webhook.headers': { title: msg`More headers`, help: msg`One “Name: value” a line, at most 16.` },
  'ga4.measurement_id': { title: msg`Measurement id`, help: msg`“G-…”, of the web stream.` },
  'ga4.api_secret': { title: msg`API secret`, help: msg`Made under the stream’s Measurement Protocol API secrets.` },
  'ga4.currency': { title: msg`Currency`, help: msg`Of events that name none, like EUR.` },
  'ga4.without_client': { title: msg`Events without a client id`, help: msg`skip: not sent. derive: a client id made from the user id, so that sales of a till arrive.` },
  'ga4.ad_user_data': { title: msg`Consent to ad user data`, help: msg`Sent with each request; empty: not sent.` },
  'ga4.ad_personalization': { title: msg`Consent to ad personalisation`, help: msg`Sent with each request; empty: not sent.` },
  'ga4.endpoint': { title: msg`Address`, help: msg`https://region1.google-analytics.com keeps data within the EU.` },
  'meta.pixel_id': { title: msg`Dataset (pixel) id` },
  'meta.access_token': { title: msg`Access token`, help: msg`Made in the Events Manager under Settings.` },
  'meta.test_event_code': { title: msg`Test event code`, help: msg`“TEST…” of the Events Manager: test sends then show there, and only there.` },
  'meta.currency': { title: msg`Currency`, help: msg`Of events that name none, like EUR.` },
  'meta.calling_code': { title: msg`Calling code`, help: msg`Digits that take the place of a phone number’s leading 0, like 49.` },
  'meta.batch': { title: msg`Events a request`, help: msg`1 to 1000.` },
  'meta.api_version': { title: msg`API version` },
  'meta.endpoint': { title: msg`Address` },
  'segment.url': { title: msg`Address`, help: msg`Of the batch call.` },
  'segment.write_key': { title: msg`Write key`, help: msg`Of the source there.` },
  'segment.batch': { title: msg`Events a request`, help: msg`1 to 2500.` },
  'files.format': { title: msg`Format`, help: msg`JSON lines, or CSV with the columns of the field mapping.` },
  'files.folder': { title: msg`Folder`, help: msg`Below the server’s folder for destinations: letters, digits, - _ . and /.` },
  'files.minutes': { title: msg`Minutes a file`, help: msg`At the latest after so long a file is closed: 0 to 60; 0: at once.` },
  'files.megabytes': { title: msg`Megabytes a file`, help: msg`When it is so large a file is closed: 1 to 32.` },
  's3.endpoint': { title: msg`Address of the store`, help: msg`https://s3.eu-central-1.amazonaws.com, or your own.` },
  's3.bucket': { title: msg`Bucket` },
  's3.region': { title: msg`Region`, help: msg`As the store names it.` },
  's3.access_key': { title: msg`Access key id` },
  's3.secret_key': { title: msg`Secret access key` },
  's3.prefix': { title: msg`Prefix`, help: msg`In front of every key, like a folder.` },
  's3.format': { title: msg`Format`, help: msg`JSON lines, or CSV with the columns of the field mapping.` },
  's3.minutes': { title: msg`Minutes an object`, help: msg`At the latest after so long one is put: 0 to 60; 0: at once.` },
  's3.megabytes': { title: msg`Megabytes an object`, help: msg`When it is so large it is put: 1 to 32.` },
}

export function kindTitle(i18n: I18n, name: string, kind?: Kind): string {
  const words = kinds[name]
  return words ? i18n._(words.title) : (kind?.title ?? name)
}

export function kindHelp(i18n: I18n, kind: Kind): string {
  const words = kinds[kind.name]
  return words?.help ? i18n._(words.help) : kind.help
}

export function fieldWords(i18n: I18n, kind: string, field: Field): { title: string; help: string } {
  const words = fields[`${kind}.${field.name}`]
  return words ? { title: i18n._(words.title), help: words.help ? i18n._(words.help) : '' } : { title: field.title, help: field.help }
}
