// SPDX-License-Identifier: Apache-2.0
// The web shop: browse, bag, sign in, buy. The address behind # says which page; each click is an event to Patron.
import { customers, config, countryName, country, cents, clockTime, described, fullName, h, keepingFocus, kept, money, one, orderId, orderProperties, product, ribbon, scenarios, show, totals } from './common.js'
import { forget, identify, onTold, page, took, track } from './analytics.js'
import { bars, picture } from './pictures.js'

const categories = [...new Set(config.products.map((p) => p.category))].sort()
let holding = await scenarios()

const me = () => kept.get('me', null)
const bag = () => kept.get('bag', [])
const land = () => me()?.country ?? kept.get('land', 'GB')
const offer = () => (holding.has('black_friday') ? 25 : 0)
const go = (to) => (location.hash === to ? draw(true) : (location.hash = to))
const slug = (category) => category.toLowerCase().replaceAll(/[^a-z]+/g, '-')
const count = () => bag().reduce((sum, line) => sum + line.quantity, 0)
const title = (text) => h('h1', { tabIndex: -1 }, text)

function price(item) {
  const full = cents(item, land())
  const now = Math.round((full * (100 - offer())) / 100)
  return [money(now, land()), now < full ? h('s', { class: 'was' }, h('span', { class: 'unseen' }, 'before '), money(full, land())) : null]
}

// -- the bag ------------------------------------------------------------------------------------------------------

function setQuantity(item, quantity) {
  const before = bag().find((line) => line.id === item.product_id)?.quantity ?? 0
  const rest = bag().filter((line) => line.id !== item.product_id)
  kept.set('bag', quantity > 0 ? [...rest, { id: item.product_id, quantity }] : rest)
  if (quantity !== before) {
    track(quantity > before ? 'Product Added' : 'Product Removed', { cart_id: cartId(), ...described(item, land(), Math.abs(quantity - before)), currency: country(land()).currency })
  }
  head()
}

function cartId() {
  if (!kept.get('cart')) kept.set('cart', `C${Date.now()}`)
  return kept.get('cart')
}

function buy(lines, sums) {
  const order = { id: orderId(), lines, sums, country: land(), at: Date.now() }
  track('Order Completed', { checkout_id: cartId(), affiliation: 'Larkfield web', ...(offer() ? { coupon: 'BLACKFRIDAY' } : {}), ...orderProperties(order) })
  kept.set('orders', [order, ...kept.get('orders', [])].slice(0, 20))
  kept.set('bag', [])
  kept.set('cart', null)
  go(`#/thanks/${order.id}`)
}

// -- pages --------------------------------------------------------------------------------------------------------

function tile(item, list, position) {
  const clicked = () => track('Product Clicked', { list_id: list, position, ...described(item, land()) })
  return h('li', null, h('a', { class: 'tile', href: `#/p/${item.product_id}`, onclick: clicked },
    picture(item), h('span', { class: 'name' }, item.name), h('span', { class: 'soft small' }, `${item.brand} · ${item.variant}`), h('span', null, price(item))))
}

function grid(items, list) {
  track('Product List Viewed', { list_id: list, products: items.slice(0, 12).map((item, i) => ({ ...described(item, land()), position: i + 1 })) })
  return h('ul', { class: 'grid' }, items.map((item, i) => tile(item, list, i + 1)))
}

function home() {
  page('Home')
  const each = categories.map((category) => config.products.find((p) => p.category === category))
  return [title('Things that last a while'), grid(each, 'home')]
}

function shelf(name) {
  const category = categories.find((c) => slug(c) === name)
  if (!category) return lost()
  page('Category', { category })
  return [title(category), grid(config.products.filter((p) => p.category === category), slug(category))]
}

function search(text) {
  const query = decodeURIComponent(text)
  const words = query.toLowerCase().split(/\s+/)
  const found = config.products.filter((p) => words.every((word) => `${p.name} ${p.brand} ${p.category} ${p.variant}`.toLowerCase().includes(word)))
  page('Search', { query })
  track('Products Searched', { query, results: found.length })
  return [title(`${found.length} for “${query}”`), found.length ? grid(found, 'search') : h('p', { class: 'empty' }, 'Nothing fits. Try “jacket”, “navy” or “home”.')]
}

function detail(id) {
  const item = product(id)
  if (!item) return lost()
  page('Product', { name: item.name })
  track('Product Viewed', { ...described(item, land()), currency: country(land()).currency, value: cents(item, land()) / 100 })
  const add = () => {
    setQuantity(item, (bag().find((line) => line.id === id)?.quantity ?? 0) + 1)
    show('#added', 'In your bag. ', h('a', { href: '#/bag' }, 'Go to the bag'))
  }
  return [h('div', { class: 'detail' }, h('div', null, picture(item)), h('div', { class: 'stack' },
    h('p', { class: 'soft' }, item.brand), title(item.name), h('p', { class: 'price' }, price(item)),
    h('dl', { class: 'facts' }, h('dt', null, 'Colour, size'), h('dd', null, item.variant), h('dt', null, 'Category'), h('dd', null, item.category), h('dt', null, 'Article'), h('dd', null, item.sku)),
    h('div', null, h('button', { class: 'button main', id: 'add', onclick: add }, 'Add to bag')), h('p', { id: 'added', role: 'status' })))]
}

function bagLine(line) {
  const item = product(line.id)
  const set = (quantity) => { setQuantity(item, quantity); draw() }
  const id = `number-${line.id}`
  return h('li', null, h('span', { class: 'thumb' }, picture(item)),
    h('span', { class: 'grow' }, h('a', { href: `#/p/${line.id}` }, item.name), h('br'), h('span', { class: 'soft small' }, item.variant), ' ', h('button', { class: 'plain small', onclick: () => set(0) }, 'Remove', h('span', { class: 'unseen' }, ` ${item.name}`))),
    h('input', { class: 'amount', id, type: 'number', min: '1', max: '9', value: String(line.quantity), 'aria-label': `Number of ${item.name}`, onchange: (e) => set(Math.min(9, Math.max(1, Number(e.target.value) || 1))) }),
    h('span', { class: 'num' }, money(cents(item, land()) * line.quantity, land())))
}

const sumsList = (sums, code) => h('div', { class: 'sums' }, [['Goods', sums.subtotal], sums.discount ? ['Black Friday', -sums.discount] : null, ['Delivery', sums.shipping], ['of which tax', sums.tax]].filter(Boolean)
  .map(([name, value]) => [h('span', { class: 'soft' }, name), h('span', { class: 'num' }, money(value, code))]), h('span', { class: 'total' }, 'Total'), h('span', { class: 'num total' }, money(sums.total, code)))

function bagPage() {
  const lines = bag()
  page('Bag')
  if (!lines.length) return [title('Your bag'), h('p', { class: 'empty' }, 'Nothing in it yet. ', h('a', { href: '#/' }, 'Look around'))]
  const sums = totals(lines, land(), true, offer())
  track('Cart Viewed', { cart_id: cartId(), currency: country(land()).currency, products: lines.map((line) => described(product(line.id), land(), line.quantity)) })
  const person = me()
  return [title('Your bag'), h('div', { class: 'halves' }, h('ul', { class: 'panel lines' }, lines.map(bagLine)),
    h('div', { class: 'panel stack' }, sumsList(sums, land()),
      h('p', { class: 'soft small' }, person ? `As ${fullName(person)}, to ${person.city}` : ['As a guest. ', h('a', { href: '#/you' }, 'Sign in'), ' to collect points.']),
      h('button', { class: 'button main', id: 'buy', onclick: () => { track('Checkout Started', { ...orderProperties({ id: cartId(), lines, sums, country: land() }) }); buy(lines, sums) } }, 'Buy now'),
      h('p', { class: 'soft small' }, 'A demo: nothing is paid, nothing is sent.')))]
}

function thanks(id) {
  const order = kept.get('orders', []).find((o) => o.id === id)
  if (!order) return lost()
  page('Thank you')
  return [h('div', { class: 'stack' }, title('Thank you'), h('p', null, `Order ${order.id}, ${money(order.sums.total, order.country)}.`),
    h('p', { class: 'soft' }, 'The store associate’s page shows it now. Show your card at the till next time: ', h('a', { href: '#/you' }, 'your card'), '.'), h('p', null, h('a', { class: 'button', href: '#/' }, 'Go on looking')))]
}

const lost = () => [title('There is no such page'), h('p', null, h('a', { href: '#/' }, 'To the shop'))]

// -- who am I -----------------------------------------------------------------------------------------------------

function signIn(person) {
  if (holding.has('sign_in_down')) {
    track('Sign In Failed', { reason: 'service_unavailable' })
    show('#why', h('p', { class: 'problem', role: 'alert' }, 'The sign-in service does not answer. Please try again later.'))
    return
  }
  kept.set('me', person)
  identify(person)
  track('Signed In', { method: 'password' })
  draw(true)
}

/** A shared tablet forgets the person, not the device: the next one is the same visitor to the tracking. */
function signOut() {
  track('Signed Out', {})
  kept.set('me', null)
  if (!holding.has('shared_tablet')) forget()
  draw(true)
}

function join(form) {
  const text = (name) => new FormData(form).get(name).trim()
  const number = String(Math.floor(Math.random() * 9e7) + 1e7)
  const person = { user_id: `CUST-9${number}`, card: `2999${number}`, email: text('email'), phone: '', firstName: text('first'), lastName: text('last'), city: countryName(land()), country: land(), tier: 'none' }
  if (!holding.has('sign_in_down')) kept.set('joined', [person, ...kept.get('joined', [])].slice(0, 12))
  signIn(person)
}

const member = (person) => [title(`Hello, ${person.firstName}`), h('div', { class: 'halves' },
  h('div', { class: 'panel stack' }, h('h2', null, 'Your Larkfield card'), h('div', { class: 'barcode' }, bars(person.card), h('span', { id: 'card' }, person.card)),
    h('p', { class: 'soft' }, 'Show it at the till: ', h('a', { href: `/till#${person.card}` }, 'scan it there'), '.')),
  h('div', { class: 'panel stack' }, h('h2', null, fullName(person)), h('dl', { class: 'facts' }, [['Mail', person.email], ['Phone', person.phone], ['City', person.city], ['Tier', person.tier]].filter(([, value]) => value).map(([name, value]) => [h('dt', null, name), h('dd', null, value)])),
    h('div', null, h('button', { class: 'button', id: 'out', onclick: signOut }, 'Sign out'))))]

function you() {
  page('Account')
  if (me()) return member(me())
  const field = (name, label, more) => h('label', { class: 'field' }, label, h('input', { name, required: true, maxlength: '80', ...more }))
  return [h('div', { class: 'stack' }, title('Sign in'), h('div', { id: 'why' }), h('h2', null, 'As one of the demo’s customers'),
    h('ul', { class: 'people' }, customers().map((person) => h('li', null, h('button', { onclick: () => signIn(person) }, h('span', null, h('span', { class: 'name' }, fullName(person)), h('br'), h('span', { class: 'soft small' }, person.email)), h('span', { class: 'tag' }, person.tier === 'none' ? countryName(person.country) : person.tier))))),
    h('h2', null, 'Or join as somebody new'),
    h('form', { class: 'fields panel', onsubmit: (e) => { e.preventDefault(); join(e.target) } }, field('first', 'First name', { autocomplete: 'given-name' }), field('last', 'Last name', { autocomplete: 'family-name' }), field('email', 'Mail', { type: 'email', autocomplete: 'email' }), h('button', { class: 'button main' }, 'Join')))]
}

// -- around it ----------------------------------------------------------------------------------------------------

function head() {
  const [, first, second] = location.hash.split('/')
  const find = (e) => { e.preventDefault(); const text = e.target.q.value.trim(); if (text) go(`#/s/${encodeURIComponent(text)}`) }
  const lands = h('select', { 'aria-label': 'Country', disabled: Boolean(me()), onchange: (e) => { kept.set('land', e.target.value); draw() } },
    config.countries.map((c) => h('option', { value: c.code, selected: c.code === land() }, `${countryName(c.code)} · ${c.currency}`)))
  show('#head', offer() ? h('p', { class: 'banner' }, 'Black Friday: 25 % off everything') : null,
    h('div', { class: 'top' }, h('a', { class: 'wordmark', href: '#/' }, 'Larkfield'),
      h('form', { role: 'search', onsubmit: find }, h('input', { type: 'search', name: 'q', 'aria-label': 'Search the shop', placeholder: 'Search jackets, lamps, tents', maxlength: '100', value: first === 's' ? decodeURIComponent(second) : '' })),
      h('nav', { 'aria-label': 'You' }, h('a', { href: '#/you', id: 'you' }, me() ? me().firstName : 'Sign in'), h('a', { href: '#/bag', id: 'bag' }, 'Bag ', h('span', { class: 'count' }, String(count()))))),
    h('nav', { class: 'shelves', 'aria-label': 'Categories' }, categories.map((c) => h('a', { href: `#/c/${slug(c)}`, 'aria-current': first === 'c' && second === slug(c) ? 'page' : undefined }, c))))
  show('#lands', lands)
}

const PAGES = { '': home, c: shelf, s: search, p: detail, bag: bagPage, thanks, you }
let turn = 0

/** Draws the page that the address names. While the site is slow it takes its time. */
async function draw(moved) {
  const mine = (turn += 1)
  const begun = performance.now()
  const [, name = '', what] = location.hash.split('/')
  holding = await scenarios()
  head()
  if (holding.has('slow_site')) {
    show('#main', h('p', { class: 'empty waiting', role: 'status' }, 'Loading…'))
    await new Promise((done) => setTimeout(done, 8000))
  }
  if (mine !== turn) return
  took(performance.now() - begun)
  keepingFocus(() => show('#main', (PAGES[name] ?? lost)(what)))
  const heading = one('#main h1')
  document.title = `${heading.textContent} · Larkfield`
  if (!moved) return
  heading.focus()
  scrollTo(0, 0)
}

ribbon()
show('#foot', h('div', { class: 'foot' }, h('details', { class: 'told' }, h('summary', { id: 'told' }, 'Sent to Patron'), h('ol', { id: 'events', tabIndex: 0, 'aria-label': 'Events sent to Patron, newest first' })), h('div', { id: 'lands' })))
onTold((events) => {
  show('#told', `Sent to Patron: ${events.length ? `${events[0].name}, ${clockTime(events[0].at, true)}` : 'nothing yet'}`)
  show('#events', events.map((e) => h('li', null, h('span', { class: 'soft' }, clockTime(e.at, true)), h('span', null, e.name), h('span', null, e.detail))))
})
addEventListener('hashchange', () => draw(true))
kept.changed(head)
await draw()
