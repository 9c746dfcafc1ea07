// SPDX-License-Identifier: Apache-2.0
// The shop's tracking: the browser library that Patron serves, loaded as any retailer does, with calls kept until it is there.
import { config } from './common.js'

const CALLS = ['identify', 'track', 'page', 'reset', 'ready']
const told = []
let loadMs = 0
const listeners = new Set()

function load(key) {
  const queue = (window.analytics = [])
  for (const name of CALLS) {
    queue[name] = (...given) => (window.analytics === queue ? queue.push([name, ...given]) : window.analytics[name](...given))
  }
  queue._writeKey = key
  const script = document.createElement('script')
  script.async = true
  script.src = `${config.patron}/analytics.js/v1/${key}/analytics.min.js`
  script.addEventListener('error', () => note('Patron does not answer', 'The browser library did not load: nothing is sent.'))
  document.head.append(script)
}

function note(name, detail) {
  told.unshift({ at: Date.now(), name, detail })
  told.splice(30)
  for (const listener of listeners) listener(told)
}

/** Every event says that it is a demo's; the card goes along where the shop knows it. */
const context = (card) => ({ context: { demo: true, ...(card ? { externalIds: [{ id: card, type: 'loyalty_card', collection: 'users', encoding: 'none' }] } : {}) } })

export function track(name, properties) {
  window.analytics.track(name, properties, context())
  note(name, properties.name ?? properties.order_id ?? properties.query ?? '')
}

/** How long the page that comes took. */
export function took(ms) {
  loadMs = Math.round(ms)
}

export function page(name, properties = {}) {
  window.analytics.page(name, { load_ms: loadMs, ...properties }, context())
  note(`Page: ${name}`, properties.name ?? '')
}

export function identify(person) {
  const { user_id, email, phone, firstName, lastName, city, country, tier, card } = person
  window.analytics.identify(user_id, { email, phone, firstName, lastName, address: { city, country }, loyalty_tier: tier, loyalty_card: card }, context(card))
  note('Identify', `${firstName} ${lastName}`)
}

/** A new anonymous visitor begins. */
export const forget = () => window.analytics.reset()

/** Calls back with what was sent, newest first, now and after each event. */
export function onTold(listener) {
  listeners.add(listener)
  listener(told)
}

load(config.web_key)
