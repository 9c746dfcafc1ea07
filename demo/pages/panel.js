// SPDX-License-Identifier: Apache-2.0
// The demo's panel: where to go, what may happen to the retailer, how fast its time runs.
import { ask, clockTime, config, h, keepingFocus, one, ribbon, say, show } from './common.js'

const SPEEDS = [0, 1, 60, 1000, 10000]
const DOORS = [
  ['/shop', 'Shop', 'Browse and buy, as a guest or as a customer'], ['/till', 'Till', 'Scan a loyalty card, sell, take back'],
  ['/associate', 'Associate', 'Who is this, what do they want, what just happened'], [config.patron, 'Patron’s console', 'The same people, as staff see them'],
]
let clock = null // {kind, now, speed}, and when it was read

// -- scenarios ----------------------------------------------------------------------------------------------------

const hours = (minutes) => (minutes % 60 ? `${minutes} minutes` : `${minutes / 60} ${minutes === 60 ? 'hour' : 'hours'}`)

async function set(scenario, action) {
  const list = await ask('/scenarios', { name: scenario.name, action }).catch((error) => error)
  if (list instanceof Error) {
    show('#trouble', h('p', { class: 'problem', role: 'alert' }, list.message))
    return
  }
  drawScenarios(list)
  say(`${scenario.title}: ${action === 'start' ? 'started' : 'stopped'}`)
}

const row = (s) => h('li', { class: s.active ? 'panel on' : 'panel' },
  h('div', { class: 'grow' }, h('h3', null, s.title), s.active ? h('span', { class: 'tag' }, `Since ${clockTime(s.since)}`) : null, h('p', { class: 'soft' }, `${s.what}. Ends by itself after ${hours(s.duration_min)} of shop time.`)),
  h('button', { class: s.active ? 'button main' : 'button', id: s.name, onclick: () => set(s, s.active ? 'stop' : 'start') }, s.active ? 'Stop' : 'Start', h('span', { class: 'unseen' }, ` ${s.title}`)))

function drawScenarios({ data, story }) {
  show('#trouble')
  if (one('#story').textContent !== story) show('#story', story ? h('p', { class: 'panel' }, story) : null)
  keepingFocus(() => show('#scenarios', data.map(row)))
}

const readScenarios = () => ask('/scenarios').then(drawScenarios).catch((error) => show('#trouble', h('p', { class: 'problem' }, error.message)))

// -- clock --------------------------------------------------------------------------------------------------------

const instant = () => Date.parse(clock.now) + (performance.now() - clock.read) * clock.speed

function drawTime() {
  if (clock) show('#now', new Date(instant()).toLocaleString('en-GB', { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit', second: clock.speed > 60 ? undefined : '2-digit' }))
}

async function setSpeed(speed) {
  await readClock(ask('/clock', { speed }, 'PUT'))
  if (clock) say(speed === 0 ? 'The clock stands' : `The clock runs at ${speed} times`)
}

function pace() {
  if (clock.kind !== 'sim') return 'Patron’s clock is this machine’s'
  if (clock.speed < 2) return clock.speed === 0 ? 'Patron’s clock stands' : 'Patron’s clock, at this machine’s pace'
  return `Patron’s clock, ${clock.speed.toLocaleString('en-GB')} times as fast as this machine’s`
}

function drawClock() {
  const fixed = clock.kind !== 'sim' || !config.clock
  keepingFocus(() => show('#clock', h('div', null, h('output', { id: 'now' }), h('span', { class: 'soft' }, pace())),
    fixed ? h('p', { class: 'soft grow' }, 'To let it run faster start the demo with a simulated clock: ./dev demo.')
      : h('fieldset', { class: 'speeds' }, h('legend', { class: 'unseen' }, 'Speed'), SPEEDS.map((speed) => h('button', { class: 'button slim', id: `speed-${speed}`, 'aria-pressed': String(clock.speed === speed), onclick: () => setSpeed(speed) }, speed === 0 ? 'Stop' : `${speed.toLocaleString('en-GB')}×`)))))
  drawTime()
}

async function readClock(asked = ask('/clock')) {
  try {
    clock = { ...(await asked), read: performance.now() }
    drawClock()
  } catch (error) {
    show('#clock', h('p', { class: 'soft' }, `No clock to show: ${error.message}.`))
  }
}

// -- the page -----------------------------------------------------------------------------------------------------

const part = (title, ...what) => h('section', { class: 'stack', 'aria-label': title }, h('h2', null, title), ...what)

ribbon()
document.title = 'Larkfield Panel'
show('#main', h('div', null, h('h1', null, 'Larkfield, an invented retailer'), h('p', { class: 'soft' }, '40 stores in 8 countries, a web shop, an app. Its customers are made up; what they do is sent to Patron as any retailer would send it.')),
  h('nav', { 'aria-label': 'Pages' }, h('ul', { class: 'doors' }, DOORS.map(([href, name, what]) => h('li', null, h('a', { href }, h('b', null, name), h('span', { class: 'soft' }, what)))))),
  part('Time', h('div', { class: 'panel clock', id: 'clock' })),
  part('What happens to the retailer', h('div', { id: 'trouble' }), h('div', { id: 'story' }), h('ul', { class: 'scenarios', id: 'scenarios' })),
  part('Three minutes to see it', h('ol', { class: 'tour' }, [
    'Open the shop, look at a few things and put one into the bag: a visitor without a name.', 'Sign in as one of the customers: the visit and what was known become one person.',
    'Find the person on the associate’s page and leave it open beside the shop.', 'Scan their card at the till and sell something: the same timeline moves, now from the store.',
    'Compare the hand-over version with somebody else’s screen: the same number, the same state.',
  ].map((step) => h('li', null, step)))))
await Promise.all([readScenarios(), readClock()])
setInterval(() => document.visibilityState === 'visible' && drawTime(), 250)
setInterval(() => document.visibilityState === 'visible' && Promise.all([readScenarios(), readClock()]), 5000)
