// SPDX-License-Identifier: Apache-2.0
// What a store associate has on the phone: who this is, what they want, what just happened. The back end asks Patron with an agent's token.
// Patron has no live stream of one person for that role, so the page asks for the hand-over's version every two seconds while it is looked at,
// and for the rest only when the version has changed.
import { ago, amount, ask, clockTime, config, dayTime, h, keepingFocus, one, product, ribbon, say, show } from './common.js'
import { bars, picture } from './pictures.js'

const EVERY_MS = 2000
const CHANNELS = { web: 'Web shop', app: 'App', store: 'Store', service: 'Service' }

let person = null // {id, version, context, profile, events, seen}
let turn = 0
let all = false // steps on the way too
let clock = { at: Date.now(), read: performance.now(), speed: 1 } // Patron's, which the demo may let run faster

const now = () => clock.at + (performance.now() - clock.read) * clock.speed

// -- finding ------------------------------------------------------------------------------------------------------

const hit = (found) => h('li', null, h('a', { href: `#${found.id}`, 'aria-current': person?.id === found.id ? 'true' : undefined },
  h('span', { class: 'grow' }, h('span', { class: 'name' }, found.name || 'No name yet'), h('br'), h('span', { class: 'soft small' }, found.detail === found.name ? 'Name not known' : found.detail || 'Anonymous')),
  h('span', { class: 'soft small num' }, found.last_seen_at ? ago(found.last_seen_at, now()) : '')))

async function find() {
  const mine = (turn += 1)
  const text = one('#find').value.trim()
  const answer = await (text ? ask('/associate/search', { text }) : ask('/associate/recent', {})).catch((error) => error)
  if (mine !== turn) return
  if (answer instanceof Error) {
    show('#hits', h('li', { class: 'problem' }, answer.message))
    return
  }
  const list = answer.data.filter((found) => text || found.name) // visitors without a name are of no help at a counter
  show('#hits', list.length ? list.map(hit) : h('li', { class: 'empty' }, text ? 'Nobody fits. A part of the name, mail, phone, card or order number will do.' : 'Nobody whose name is known was here lately.'))
  show('#found', !text ? 'Seen last' : list.length === 20 ? 'The best 20' : `${list.length} ${list.length === 1 ? 'customer fits' : 'customers fit'}`)
}

// -- one person ---------------------------------------------------------------------------------------------------

/** The channel that an event came by, as far as a page like this needs to know. */
function channelOf(event) {
  const said = event.context?.channel ?? event.channel
  if (said === 'store' || event.properties?.till_id) return 'store'
  if (said === 'app' || said === 'mobile' || event.type === 'screen' || ['ios', 'android'].includes(event.context?.device?.type)) return 'app'
  return CHANNELS[said] ? said : event.context?.page || event.context?.library?.name === 'analytics.js' ? 'web' : ''
}

const channelName = (channel) => CHANNELS[channel] ?? 'Elsewhere'

/** What an associate calls it; what has no name here keeps its own. */
const NAMES = {
  'Products Searched': 'Searched', 'Product List Viewed': 'Saw a list', 'Product Clicked': 'Chose from a list', 'Product Viewed': 'Looked at', 'Product Added': 'Put into the bag',
  'Product Removed': 'Took out of the bag', 'Product Added to Wishlist': 'Saved for later', 'Cart Viewed': 'Looked into the bag', 'Checkout Started': 'Went to pay', 'Order Completed': 'Bought',
  'Order Refunded': 'Took back', 'Coupon Entered': 'Entered a coupon', 'Coupon Applied': 'Used a coupon', 'Coupon Denied': 'Had a coupon refused', 'Order Cancelled': 'Cancelled', 'Loyalty Card Scanned': 'Showed the card', 'Signed In': 'Signed in', 'Signed Out': 'Signed out', 'Sign In Failed': 'Could not sign in',
}
/** Steps on the way that matter only to those who ask for all. */
const STEPS = new Set(['Product List Viewed', 'Product Clicked', 'Product List Filtered', 'Promotion Viewed', 'Promotion Clicked', 'Cart Viewed', 'Checkout Step Viewed', 'Checkout Step Completed', 'Payment Info Entered'])
const isStep = (event) => ['page', 'screen', 'group', 'alias'].includes(event.type) || STEPS.has(event.event)

function words(event) {
  const { properties = {}, type } = event
  if (type === 'page' || type === 'screen') return ['Opened a page', properties.name ?? properties.category ?? event.name ?? '']
  if (type === 'identify') return ['Said who they are']
  const goods = properties.products?.length
  const value = properties.total && properties.currency ? amount(properties.total, properties.currency) : null
  const what = properties.name ?? properties.query ?? (goods ? `${goods} ${goods === 1 ? 'article' : 'articles'}` : null)
  return [NAMES[event.event] ?? event.event ?? type, [what, value, properties.store_name].filter(Boolean).join(' · ')]
}

function eventLine(event) {
  const channel = channelOf(event)
  const [title, detail] = words(event)
  const fresh = person.seen !== null && event._patron.position > person.seen
  return h('li', { class: fresh ? 'fresh' : undefined }, h('span', { class: 'channel', title: channelName(channel), 'aria-hidden': 'true' }, channelName(channel)[0]),
    h('span', null, title, h('br'), h('span', { class: 'soft small' }, channelName(channel), detail ? ` · ${detail}` : '')), h('time', { class: 'soft small num', datetime: event.timestamp }, clockTime(event.timestamp)))
}

function timeline() {
  let day = ''
  return person.events.filter((event) => all || !isStep(event)).flatMap((event) => {
    const date = new Date(event.timestamp).toDateString()
    const line = [date === day ? null : h('li', { class: 'day' }, date === new Date(now()).toDateString() ? 'Today' : date), eventLine(event)]
    day = date
    return line
  })
}

function cart() {
  const { cart: open } = person.context.open
  if (!open) return h('p', { class: 'soft' }, 'Nothing in the bag')
  const line = (item) => h('li', null, h('span', { class: 'thumb' }, picture(product(item.product) ?? { name: item.name ?? '', variant: '' })), h('span', { class: 'grow' }, item.name ?? item.product), h('span', { class: 'num' }, `× ${item.quantity}`))
  return h('div', null, h('p', { class: 'soft small' }, `Last changed ${ago(open.at, now())}`), h('ul', { class: 'lines' }, open.items.map(line)))
}

function orders() {
  const list = person.events.filter((event) => ['Order Completed', 'Order Refunded'].includes(event.event)).slice(0, 5)
  const sums = person.profile.values.map((value) => h('p', null, h('b', null, amount(value.amount, value.currency)), h('span', { class: 'soft' }, ` from ${value.orders} ${value.orders === 1 ? 'order' : 'orders'}${value.refunds ? `, ${value.refunds} taken back` : ''}`)))
  const line = (event) => h('li', null, h('span', { class: 'grow' }, event.event === 'Order Refunded' ? 'Taken back' : 'Bought', h('br'), h('span', { class: 'soft small' }, `${dayTime(event.timestamp)} · ${channelName(channelOf(event))} · ${event.properties.order_id ?? ''}`)),
    h('span', { class: 'num' }, event.properties.currency ? amount(event.properties.total ?? 0, event.properties.currency) : ''))
  return [sums.length ? sums : h('p', { class: 'soft' }, 'No order yet'), h('ul', { class: 'lines' }, list.map(line))]
}

function facts() {
  const { context, profile } = person
  const { last, reach } = context
  const trait = (name) => context.traits.find((t) => t.name === name)?.value
  const rows = [['Mail', reach.email && h('a', { href: `mailto:${reach.email}` }, reach.email)], ['Phone', reach.phone && h('a', { href: `tel:${reach.phone}` }, reach.phone)],
    ['Last seen', last && `${channelName(last.channel)}, ${ago(last.at, now())}`], ['Since', dayTime(profile.first?.at ?? profile.created_at)], ['Loyalty', trait('loyalty_tier') !== 'none' && trait('loyalty_tier')], ['City', trait('city') ?? profile.traits.find((t) => t.name === 'address')?.value?.city]]
  return h('dl', { class: 'facts' }, rows.filter(([, value]) => value).map(([name, value]) => [h('dt', null, name), h('dd', null, value)]))
}

function card() {
  const node = person.profile.nodes.filter((n) => n.type === 'loyalty_card' && /^\d{12}$/.test(n.value)).at(-1)
  return node ? [h('div', { class: 'barcode' }, bars(node.value), h('span', null, node.value)), h('p', { class: 'small' }, h('a', { href: `/till#${node.value}` }, 'Use it at the till'))] : h('p', { class: 'soft' }, 'None known')
}

const part = (title, ...what) => h('section', { class: 'panel stack', 'aria-label': title }, h('h3', null, title), ...what)

function drawPerson() {
  const { context } = person
  document.title = `${context.name || 'Customer'} · Larkfield Associate`
  show('#person', h('div', { class: 'stack' }, h('div', { class: 'panel who' },
    h('div', { class: 'grow' }, h('a', { class: 'back', href: '#' }, 'All customers'), h('h2', { tabIndex: -1, id: 'name' }, context.name || 'No name yet')),
    h('div', { class: 'version' }, h('span', { class: 'soft' }, 'Hand-over version '), h('b', { id: 'version' }, String(context.version)), h('p', { class: 'soft small', id: 'checked' }))),
  h('div', { class: 'halves' }, part('Reach and last seen', facts()), part('Open bag', cart()),
    part('What happened', h('ol', { class: 'events', id: 'events' }, timeline()), h('div', null, h('button', { class: 'button slim', id: 'all', 'aria-pressed': String(all), onclick: () => { all = !all; keepingFocus(drawPerson) } }, all ? 'What matters' : `All of the last ${person.events.length} events`))),
    part('Loyalty card', card()), part('Orders', orders()))))
}

/** Reads what is shown where the version has changed; what came since the last look is marked. */
async function look(id) {
  const context = await ask('/associate/context', { id })
  if (location.hash !== `#${id}`) return
  const known = person?.asked === id
  if (!known || person.version !== context.version || person.id !== context.id) {
    const [profile, list] = await Promise.all([ask('/associate/profile', { id: context.id }), ask('/associate/timeline', { id: context.id })])
    if (location.hash !== `#${id}`) return
    const seen = known && person.events.length ? person.events[0]._patron.position : null
    person = { asked: id, id: context.id, version: context.version, context, profile, events: list.data, seen }
    keepingFocus(drawPerson)
    if (known && list.data.length) say(`Something new: ${words(list.data[0])[0]}`)
    else one('#name').focus()
  }
  show('#checked', `Checked ${clockTime(Date.now(), true)}, every 2 s`)
}

async function follow() {
  const id = location.hash.slice(1)
  document.body.classList.toggle('chosen', Boolean(id))
  if (!id) {
    person = null
    document.title = 'Larkfield Associate'
    show('#person', h('div', { class: 'panel empty' }, h('p', null, 'Choose a customer to see what they want and what just happened.')))
    return
  }
  await look(id).catch((error) => show(person?.asked === id ? '#checked' : '#person', h('p', { class: 'problem', role: 'alert' }, error.status === 404 ? 'Nobody has this id.' : error.message)))
}

/** One look at a time, the next one a while after it. */
async function keepLooking() {
  if (document.visibilityState === 'visible' && location.hash.length > 1) await follow()
  setTimeout(keepLooking, EVERY_MS)
}

function begin() {
  show('#main', h('h1', { class: 'unseen' }, 'Larkfield Associate'), h('div', { class: 'finder' }, h('p', { class: 'wordmark', 'aria-hidden': 'true' }, 'Larkfield', h('small', null, 'Associate')),
    h('input', { type: 'search', id: 'find', 'aria-label': 'Find a customer', placeholder: 'Name, mail, phone, card, order', autocomplete: 'off', maxlength: '200', oninput: find }),
    h('p', { id: 'found', role: 'status', class: 'soft' }, 'Seen last'), h('ul', { class: 'hits', id: 'hits' })), h('div', { id: 'person' }))
}

async function setClock() {
  const told = await ask('/clock').catch(() => null)
  if (told) clock = { at: Date.parse(told.now), read: performance.now(), speed: told.speed }
}

ribbon()
if (config.associate) {
  begin()
  addEventListener('hashchange', () => follow().then(find))
  addEventListener('focus', () => setClock().then(find).then(follow))
  await setClock()
  await Promise.all([find(), follow()])
  if (!location.hash && innerWidth > 720) one('#find').focus()
  setTimeout(keepLooking, EVERY_MS)
} else {
  show('#main', h('p', { class: 'notice' }, 'The demo was started without a token for store associates.'))
}
