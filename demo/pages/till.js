// SPDX-License-Identifier: Apache-2.0
// A till: scan a loyalty card, take items, pay, take back. Its events go through the store's server (the back end) with the tills' own write key.
import { ask, cents, checkDigit, clockTime, config, country, customers, fullName, h, keepingFocus, kept, money, one, orderId, orderProperties, product, ribbon, say, scenarios, show, totals } from './common.js'
import { picture } from './pictures.js'

const state = { store: kept.get('store', 'S9'), till: kept.get('till', 1), lines: [], shopper: null, down: false, note: null, busy: false }
const store = () => config.stores.find((s) => s.id === state.store) ?? config.stores[0]
const land = () => store().country
const sums = () => totals(state.lines, land(), false)

// -- what the till tells ------------------------------------------------------------------------------------------

function context(shopper) {
  const { id, name, city } = store()
  return {
    demo: true, channel: 'store', app: { name: 'Larkfield Till', version: '3.4.2' }, library: { name: 'patron-demo', version: '1' },
    device: { type: 'pos', manufacturer: 'Tillwright' }, location: { store_id: id, store_name: `Larkfield ${name}`, city, country: land() },
    ...(shopper ? { externalIds: [{ id: shopper.card, type: 'loyalty_card', collection: 'users', encoding: 'none' }] } : {}),
  }
}

/** A till knows a customer by the card alone; who shows none stays a receipt. */
async function tell(event, properties, shopper, receipt) {
  const now = new Date().toISOString()
  const anonymousId = shopper ? `card-${shopper.card}` : `receipt-${receipt}`
  const { id, name } = store()
  const place = { store_id: id, store_name: `Larkfield ${name}`, till_id: `T${state.till}` }
  const message = { type: 'track', event, messageId: `till-${crypto.randomUUID()}`, timestamp: now, anonymousId, properties: { ...place, ...properties }, context: context(shopper) }
  await ask('/till/events', { batch: [message], sentAt: now })
}

const receiptNumber = () => `${store().id.slice(1).padStart(2, '0')}${String(state.till).padStart(2, '0')}${String(Date.now()).slice(-8, -1)}`

/** What the till does with the server: one at a time, and what goes wrong is said. */
async function doing(work) {
  if (state.busy) return
  state.busy = true
  state.note = null
  draw()
  try {
    await work()
  } catch (error) {
    state.note = { bad: true, text: error.message }
  }
  state.busy = false
  draw()
  if (state.note) say(state.note.text)
}

// -- what a cashier does ------------------------------------------------------------------------------------------

/** Twelve digits, or thirteen with the check digit, as scanners give them. */
function cardOf(text) {
  const code = text.replaceAll(/\D/g, '')
  if (code.length === 13 && String(checkDigit(code.slice(0, 12))) === code[12]) return code.slice(0, 12)
  return code.length === 12 && code.startsWith('29') ? code : null
}

/** Who holds a card the store's server asks Patron; without an answer the card alone will do. */
async function holder(card) {
  const own = customers().find((person) => person.card === card)
  const found = config.associate ? await ask('/associate/lookup', { type: 'loyalty_card', value: card }).catch(() => null) : null
  return {
    card, name: found?.name || (own && fullName(own)) || 'New card',
    tier: found?.traits.find((trait) => trait.name === 'loyalty_tier')?.value ?? own?.tier,
  }
}

const scan = (text) => doing(async () => {
  const card = cardOf(text)
  if (!card) throw new Error('This is not a Larkfield card: twelve digits that begin with 29.')
  state.shopper = await holder(card)
  await tell('Loyalty Card Scanned', { loyalty_card: card }, state.shopper, '')
  state.note = { text: `${state.shopper.name}: card ${card}` }
})

function take(item) {
  const line = state.lines.find((l) => l.id === item.product_id)
  if (line) line.quantity += 1
  else state.lines.push({ id: item.product_id, quantity: 1 })
  state.note = null
  draw()
}

const pay = (method) => doing(async () => {
  const receipt = receiptNumber()
  const order = { id: orderId(), lines: state.lines, sums: sums(), country: land(), at: Date.now(), store: store().name, shopper: state.shopper, receipt }
  const card = state.shopper ? { loyalty_card: state.shopper.card } : {}
  await tell('Order Completed', { receipt_no: receipt, affiliation: 'Larkfield store', payment_method: method, ...card, ...orderProperties(order) }, state.shopper, receipt)
  kept.set('sales', [order, ...kept.get('sales', [])].slice(0, 12))
  Object.assign(state, { lines: [], shopper: null, note: { text: `Paid: ${money(order.sums.total, order.country)}, receipt ${receipt}` } })
})

const refund = (sale) => doing(async () => {
  await tell('Order Refunded', { receipt_no: receiptNumber(), affiliation: 'Larkfield store', reason: 'does not fit', ...orderProperties(sale) }, sale.shopper, sale.receipt)
  kept.set('sales', kept.get('sales', []).map((s) => (s.id === sale.id ? { ...s, refunded: true } : s)))
  state.note = { text: `Taken back: ${money(sale.sums.total, sale.country)}` }
})

// -- what it shows ------------------------------------------------------------------------------------------------

function bar() {
  const setStore = (e) => { Object.assign(state, { store: e.target.value, till: 1, lines: [] }); kept.set('store', state.store); kept.set('till', 1); refresh() }
  const lands = Map.groupBy(config.stores, (s) => s.country)
  return h('div', { class: 'bar' }, h('h1', null, h('span', { class: 'wordmark' }, 'Larkfield', h('small', null, 'Till'))),
    h('label', { class: 'field' }, 'Store', h('select', { id: 'store', onchange: setStore }, [...lands].map(([code, list]) => h('optgroup', { label: new Intl.DisplayNames('en', { type: 'region' }).of(code) }, list.map((s) => h('option', { value: s.id, selected: s.id === store().id }, s.name)))))),
    h('label', { class: 'field narrow' }, 'Till', h('select', { id: 'till', onchange: (e) => { state.till = Number(e.target.value); kept.set('till', state.till) } }, Array.from({ length: store().tills }, (_, i) => h('option', { value: String(i + 1), selected: i + 1 === state.till }, `Till ${i + 1}`)))))
}

function finder() {
  const submit = (e) => { e.preventDefault(); const text = e.target.code.value; e.target.reset(); scan(text) }
  const known = customers().map((person) => h('li', null, h('button', { type: 'button', onclick: () => scan(person.card) }, fullName(person), h('br'), h('code', null, person.card))))
  return h('section', { class: 'panel', 'aria-label': 'Loyalty card' }, h('form', { class: 'find', onsubmit: submit },
    h('label', { class: 'field' }, 'Loyalty card', h('input', { id: 'code', name: 'code', inputmode: 'numeric', autocomplete: 'off', placeholder: 'Scan or type the code', maxlength: '40' })),
    h('button', { class: 'button' }, 'Scan')), h('details', { id: 'cards' }, h('summary', null, 'Cards at hand'), h('ul', { class: 'cards' }, known)))
}

const keys = () => h('ul', { class: 'keys', 'aria-label': 'Goods' }, config.products.filter((_, i) => i % 3 === 0).map((item) => h('li', null,
  h('button', { onclick: () => take(item), disabled: state.down }, picture(item), h('span', { class: 'name' }, item.name), h('span', { class: 'soft small' }, money(cents(item, land()), land()))))))

function line(l) {
  const item = product(l.id)
  const drop = () => { state.lines = state.lines.filter((other) => other !== l); draw() }
  return h('li', null, h('span', { class: 'grow' }, `${l.quantity} × ${item.name}`), h('span', { class: 'num' }, money(cents(item, land()) * l.quantity, land())), h('button', { class: 'plain small', onclick: drop }, 'Void', h('span', { class: 'unseen' }, ` ${item.name}`)))
}

function receipt() {
  const due = sums()
  const idle = state.lines.length === 0 || state.down || state.busy
  return h('section', { class: 'panel stack receipt', 'aria-label': 'Receipt' },
    state.down ? h('p', { class: 'problem', role: 'alert' }, 'The tills of this store are down: nothing can be sold or taken back.') : null,
    state.note ? h('p', { class: state.note.bad ? 'problem' : 'done', id: 'note' }, state.note.text) : null,
    state.shopper ? h('div', { class: 'shopper', id: 'shopper' }, h('span', null, h('b', null, state.shopper.name), h('br'), h('span', { class: 'soft small' }, `Card ${state.shopper.card}${state.shopper.tier && state.shopper.tier !== 'none' ? `, ${state.shopper.tier}` : ''}`)), h('button', { class: 'plain small', onclick: () => { state.shopper = null; draw() } }, 'Take off')) : h('p', { class: 'soft' }, 'No card shown yet'),
    state.lines.length ? h('ul', { class: 'lines', tabIndex: 0, 'aria-label': 'Lines of the receipt' }, state.lines.map(line)) : h('p', { class: 'empty' }, 'Take an item to begin'),
    h('div', { class: 'sums' }, h('span', { class: 'soft' }, 'of which tax'), h('span', { class: 'num' }, money(due.tax, land())), h('span', { class: 'total' }, 'Total'), h('span', { class: 'num total' }, money(due.total, land()))),
    h('div', { class: 'pay' }, h('button', { class: 'button main', id: 'pay', disabled: idle, onclick: () => pay('card') }, 'Card'), h('button', { class: 'button', disabled: idle, onclick: () => pay('cash') }, 'Cash')),
    h('div', null, h('h2', null, 'Last sales'), h('ul', { class: 'lines small' }, sales())))
}

function sales() {
  const list = kept.get('sales', []).slice(0, 5)
  return list.length ? list.map((sale) => h('li', null, h('span', { class: 'grow' }, `${clockTime(sale.at)} ${sale.shopper?.name ?? 'No card'}`), h('span', { class: 'num' }, money(sale.sums.total, sale.country)),
    sale.refunded ? h('span', { class: 'soft' }, 'Taken back') : h('button', { class: 'plain', disabled: state.down || state.busy, onclick: () => refund(sale) }, 'Refund', h('span', { class: 'unseen' }, ` ${sale.id}`)))) : h('li', { class: 'soft' }, 'None yet')
}

/** What stands there is kept where a hand may be on it: the code, the open list, the focus. */
function draw() {
  const { value = '' } = one('#code') ?? {}
  const open = one('#cards')?.open ?? innerWidth > 820
  keepingFocus(() => show('#main', bar(), h('div', { class: 'stack' }, finder(), keys()), receipt()))
  one('#code').value = value
  one('#cards').open = open
}

async function refresh() {
  const held = await scenarios()
  const down = held.has('tills_down') && store().id === config.down_store
  const changed = down !== state.down
  state.down = down
  if (changed || !one('.bar') || one('#store').value !== store().id || one('#till').length !== store().tills) draw()
}

ribbon()
draw()
await refresh()
one('#code').focus()
addEventListener('focus', refresh)
setInterval(() => document.visibilityState === 'visible' && refresh(), 5000)
if (cardOf(location.hash)) {
  scan(location.hash)
  history.replaceState(null, '', '/till')
}
