// SPDX-License-Identifier: Apache-2.0
// What all of Larkfield's pages share: elements, the back end, money and times, who the customers are.

/** h('a', {href: '/', class: 'x', onclick: f}, 'text', element, [more], null) */
export function h(tag, props, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(props ?? {})) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value)
    else if (name in element && typeof value !== 'string') element[name] = value
    else if (value !== undefined && value !== null) element.setAttribute(name, value)
  }
  element.append(...children.flat(2).filter((child) => child !== null && child !== undefined && child !== false))
  return element
}

export const one = (selector) => document.querySelector(selector)

/** Puts what is new in the place of what was there. */
export const show = (where, ...what) => (typeof where === 'string' ? one(where) : where).replaceChildren(...what.flat(2).filter(Boolean))

/** The back end's answer as JSON; what went wrong is thrown as an Error with a sentence for people. */
export async function ask(path, body, method = body === undefined ? 'GET' : 'POST') {
  const options = { method, headers: { 'Content-Type': 'application/json' }, body: body === undefined ? undefined : JSON.stringify(body) }
  const answer = await fetch(path, body === undefined ? {} : options).catch(() => null)
  if (!answer) throw new Error('The demo’s back end does not answer. Is patron-demo still running?')
  const text = await answer.json().catch(() => ({}))
  if (!answer.ok) throw Object.assign(new Error(text.detail ?? text.title ?? `Answered ${answer.status}`), { status: answer.status })
  return text
}

export const config = await ask('/config.json')

export const country = (code) => config.countries.find((c) => c.code === code) ?? config.countries[1]
export const countryName = (code) => new Intl.DisplayNames('en', { type: 'region' }).of(code)
export const product = (id) => config.products.find((p) => p.product_id === id)

/** In whole cents, so that sums are exact. */
export const cents = (item, code) => Math.round((item.price_cents * country(code).price_pct) / 100)
export const amount = (value, currency) => new Intl.NumberFormat('en-GB', { style: 'currency', currency }).format(value)
export const money = (inCents, code) => amount(inCents / 100, country(code).currency)

/** A product as Segment's e-commerce events name it. */
export function described(item, code, quantity) {
  const { product_id, sku, name, brand, category, variant } = item
  return { product_id, sku, name, brand, category, variant, price: cents(item, code) / 100, ...(quantity ? { quantity } : {}) }
}

/** Sums of an order; tax is contained in prices. */
export function totals(lines, code, online, discountPct = 0) {
  const subtotal = lines.reduce((sum, line) => sum + cents(product(line.id), code) * line.quantity, 0)
  const discount = Math.round((subtotal * discountPct) / 100)
  const shipping = online && subtotal - discount < 5000 ? 495 : 0
  const net = subtotal - discount
  const { tax_permil: tax } = country(code)
  return { subtotal, discount, shipping, total: net + shipping, net, tax: Math.round((net * tax) / (1000 + tax)) }
}

/** The properties of an order event. */
export function orderProperties(order) {
  const { sums, country: code, lines } = order
  return {
    order_id: order.id, subtotal: sums.subtotal / 100, total: sums.total / 100, revenue: sums.net / 100, shipping: sums.shipping / 100, tax: sums.tax / 100,
    discount: sums.discount / 100, currency: country(code).currency, products: lines.map((line, i) => ({ ...described(product(line.id), code, line.quantity), position: i + 1 })),
  }
}

export const orderId = () => `LF-${Date.now()}${Math.floor(Math.random() * 90 + 10)}`

/** What this browser keeps; another tab's change calls `changed`. */
export const kept = {
  get: (name, other) => JSON.parse(localStorage.getItem(`larkfield.${name}`) ?? 'null') ?? other,
  set: (name, value) => localStorage.setItem(`larkfield.${name}`, JSON.stringify(value)),
  changed: (call) => addEventListener('storage', (e) => e.key?.startsWith('larkfield.') && call()),
}

/** The demo's customers, and those who joined in this browser. */
export const customers = () => [...kept.get('joined', []), ...config.customers]
export const fullName = (person) => `${person.firstName} ${person.lastName}`.trim()

/** The check digit of an EAN-13, of its first twelve digits. */
export const checkDigit = (code) => (10 - ([...code].reduce((sum, digit, i) => sum + Number(digit) * (i % 2 ? 3 : 1), 0) % 10)) % 10

export const clockTime = (date, seconds = false) => new Date(date).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', ...(seconds ? { second: '2-digit' } : {}) })
export const dayTime = (date) => new Date(date).toLocaleString('en-GB', { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' })

/** "2 min ago", by the clock that stamped it. */
export function ago(date, now) {
  const minutes = Math.floor((now - Date.parse(date)) / 60000)
  if (minutes < 1) return 'just now'
  if (minutes < 60) return `${minutes} min ago`
  return minutes < 2880 ? `${Math.floor(minutes / 60)} h ago` : `${Math.floor(minutes / 1440)} days ago`
}

/** Names of the scenarios that hold now. */
export async function scenarios() {
  const list = await ask('/scenarios').catch(() => ({ data: [] }))
  return new Set(list.data.filter((s) => s.active).map((s) => s.name))
}

const PAGES = [['/panel', 'Panel'], ['/shop', 'Shop'], ['/till', 'Till'], ['/associate', 'Associate']]

/** The bar on top that leads between the demo's pages. */
export function ribbon() {
  const links = PAGES.map(([path, name]) => h('a', { href: path, 'aria-current': location.pathname === path || (path === '/panel' && location.pathname === '/') ? 'page' : undefined }, name))
  document.body.prepend(h('a', { href: '#main', class: 'skip', onclick: (e) => { e.preventDefault(); one('#main').focus() } }, 'To the content'),
    h('nav', { class: 'ribbon', 'aria-label': 'Demo' }, h('b', null, 'Patron demo'), links, h('a', { href: config.patron }, 'Patron’s console')))
}

/** Draws anew, and puts the focus back on what has the same id. */
export function keepingFocus(draw) {
  const id = document.activeElement?.id
  draw()
  if (id) document.getElementById(id)?.focus()
}

/** Says something to people who listen instead of look. */
export function say(text) {
  let box = one('#said')
  if (!box) document.body.append((box = h('p', { id: 'said', class: 'unseen', role: 'status' })))
  box.textContent = text
}
