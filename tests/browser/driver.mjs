// SPDX-License-Identifier: Apache-2.0
// Drives Chromium by lines of JSON on stdin ({"do": name, ...}), answers each with a line of JSON. Scenarios stand in the test_*.py; here is what
// hands on the keyboard and eyes on the screen can do.
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { watch, withChromium } from '../clients/node/chromium.mjs'

const [base, width, height] = process.argv.slice(2)
const axeScript = createRequire(new URL('../clients/node/', import.meta.url)).resolve('axe-core/axe.min.js')

// Back on the line means that a call gets through: the browser says so before its network does.
async function goOffline(page, { on }) {
  await page.context().setOffline(on)
  if (!on) await page.waitForFunction(() => fetch('/healthz').then((answer) => answer.ok, () => false), null, { timeout: 10000 })
}

const hands = {
  open: (page, { path }) => page.goto(path.startsWith('http') ? path : base + path),
  reload: (page) => page.reload(),
  press: (page, { keys }) => keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve()),
  type: (page, { text }) => page.keyboard.type(text),
  click: (page, { selector }) => page.click(selector, { timeout: 10000 }),
  files: (page, { selector, files }) => page.setInputFiles(selector, files, { timeout: 10000 }),
  fill: (page, { selector, text }) => page.fill(selector, text, { timeout: 10000 }),
  resize: (page, size) => page.setViewportSize({ width: size.width, height: size.height }),
  shot: (page, { file }) => page.screenshot({ path: file, fullPage: false }),
  cookies: (page, { cookies }) => page.context().addCookies(cookies),
  forget: (page) => page.context().clearCookies(),
  offline: goOffline,
  scheme: (page, { scheme }) => page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' }),
  prefs: (page, { prefs }) => page.evaluate((text) => localStorage.setItem('patron.prefs', text), JSON.stringify(prefs)),
  wait: (page, { selector, timeout = 15000 }) => page.waitForSelector(selector, { timeout }),
  gone: (page, { selector, timeout = 15000 }) => page.waitForSelector(selector, { state: 'detached', timeout }),
  waitUrl: (page, { path, timeout = 15000 }) => page.waitForURL((url) => (url.pathname + url.search).startsWith(path), { timeout }),
  sleep: (page, { ms }) => page.waitForTimeout(ms),
}

const eyes = {
  texts: (page, { selector }) => page.$$eval(selector, (all) => all.map((e) => e.innerText)),
  text: (page, { selector }) => page.$eval(selector, (e) => e.innerText),
  value: (page, { selector }) => page.$eval(selector, (e) => e.value),
  count: (page, { selector }) => page.locator(selector).count(),
  visible: (page, { selector }) => page.isVisible(selector),
  attribute: (page, { selector, name }) => page.$eval(selector, (e, n) => e.getAttribute(n), name),
  focus: (page) => page.evaluate(() => {
    const e = document.activeElement
    return { tag: e.tagName, id: e.id, name: e.getAttribute('aria-label') ?? e.innerText?.slice(0, 80) ?? '', label: e.labels?.[0]?.innerText ?? '' }
  }),
  url: (page) => page.url(),
  title: (page) => page.title(),
  evaluate: (page, { script }) => page.evaluate(script),
  // Wider than the screen means a person on a phone must scroll sideways.
  overflow: (page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
}

// Waits until an element that fits holds the text; answers how long that took in ms.
async function waitText(page, { selector, text, timeout = 15000 }) {
  const begin = Date.now()
  await page.waitForFunction(([where, wanted]) => [...document.querySelectorAll(where)].some((e) => e.innerText.includes(wanted)), [selector, text],
    { timeout, polling: 20 })
  return Date.now() - begin
}

// What axe-core finds, of any impact. It is injected past the policy, which holds for the page's own scripts.
async function axe(page) {
  const session = await page.context().newCDPSession(page)
  if (!(await page.evaluate(() => 'axe' in window))) {
    const { readFile } = await import('node:fs/promises')
    await session.send('Runtime.evaluate', { expression: await readFile(axeScript, 'utf8') })
  }
  const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
    expression: `axe.run(document, { resultTypes: ['violations'] }).then((r) => r.violations.map((v) =>
      v.id + ' (' + v.impact + '): ' + v.nodes.slice(0, 4).map((n) => n.target.join(' ') + ' ' + (n.any[0]?.message ?? n.all[0]?.message ?? n.none[0]?.message ?? '')).join(' | ')))`,
    awaitPromise: true, returnByValue: true,
  })
  await session.detach()
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
  return result.value
}

// Every route in every look: what axe finds (narrow: in two of the four looks, since only colours and sides differ), what the page complains of, whether
// it is wider than the screen, and a picture. A page is opened at one size and then made the other: the wide one first where it is light.
async function survey(page, { routes, looks, sizes, folder }, complaints) {
  const findings = []
  for (const look of looks) {
    const [first, ...others] = look.theme === 'light' ? sizes : [...sizes].reverse()
    await page.evaluate((text) => localStorage.setItem('patron.prefs', text), JSON.stringify({ density: 'comfortable', zone: 'UTC', ...look }))
    for (const route of routes) {
      await page.setViewportSize(first)
      complaints.splice(0)
      for (const size of [first, ...others]) {
        const name = `${route.name}-${look.theme}-${look.locale}-${size.width}`
        try {
          if (size === first) {
            await page.goto(base + route.path)
            await page.waitForSelector(route.wait ?? 'main h1', { timeout: 15000 })
            for (const key of route.keys ?? []) await page.keyboard.press(key)
            if (route.click) await page.click(route.click)
            if (route.then) await page.waitForSelector(route.then, { timeout: 15000 })
          } else {
            await page.setViewportSize(size)
          }
          await page.waitForTimeout(250)
          if (size.width > 640 || (look.theme === 'light') === (look.locale === 'en')) {
            for (const found of await axe(page)) findings.push(`${name}: axe: ${found}`)
          }
          const over = await eyes.overflow(page)
          if (over > 0) findings.push(`${name}: ${over} px wider than the screen`)
          await page.screenshot({ path: `${folder}/${name}.png` })
        } catch (error) {
          findings.push(`${name}: ${String(error).slice(0, 300)}`)
        }
        for (const complaint of complaints.splice(0)) findings.push(`${name}: ${complaint}`)
      }
    }
  }
  return findings
}

const largest = () => new Promise((resolve) => {
  new PerformanceObserver((list) => {
    const last = list.getEntries().at(-1)
    resolve({ lcp_ms: Math.round(last.startTime), tag: last.element?.tagName ?? null, text: last.element?.innerText.slice(0, 300) ?? null })
  }).observe({ type: 'largest-contentful-paint', buffered: true })
  setTimeout(() => resolve(null), 2000)
})

// A first visit with an empty cache: the largest paint as the browser reports it at a CPU `slow` times slower, when (at the latest) its data stood
// there, and the processor time that the page's thread had taken until then, which other programs on the machine do not lengthen.
async function paint(page, { path, selector, slow }) {
  const session = await page.context().newCDPSession(page)
  await session.send('Network.enable')
  await session.send('Network.setCacheDisabled', { cacheDisabled: true })
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  await session.send('Emulation.setCPUThrottlingRate', { rate: slow })
  await page.goto('about:blank')
  const threadS = async () => (await session.send('Performance.getMetrics')).metrics.find((m) => m.name === 'ThreadTime').value
  const before = await threadS()
  await page.goto(base + path)
  await page.waitForSelector(selector, { timeout: 20000 })
  const after = await threadS()
  const data = await page.evaluate(() => performance.now())
  await page.waitForTimeout(1500)
  const result = await page.evaluate(largest)
  await session.send('Emulation.setCPUThrottlingRate', { rate: 1 })
  await session.detach()
  return { ...result, data_ms: Math.round(data), cpu_ms: Math.round((after > before ? after - before : after) * 1000) }
}

// What a first visit of a page asks of the API, in order.
async function requests(page, { path, selector }) {
  const asked = []
  const note = (request) => {
    const { pathname, search } = new URL(request.url())
    if (pathname.startsWith('/api/')) asked.push(pathname + search)
  }
  page.on('request', note)
  await page.goto(base + path)
  await page.waitForSelector(selector, { timeout: 20000 })
  await page.waitForTimeout(300)
  page.off('request', note)
  return asked
}

// How far apart frames were while a list is scrolled from end to end, in ms.
async function scroll(page, { selector, steps = 120, by = 400 }) {
  return page.evaluate(([where, count, step]) => new Promise((resolve) => {
    const box = document.querySelector(where)
    const gaps = []
    let before = null
    let i = 0
    function frame(now) {
      if (before !== null) gaps.push(now - before)
      before = now
      box.scrollTop += step
      i += 1
      if (i < count) requestAnimationFrame(frame)
      else resolve({ frames: gaps.length, median_ms: gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)], p95_ms: gaps[Math.floor(gaps.length * 0.95)] })
    }
    requestAnimationFrame(frame)
  }), [selector, steps, by])
}

// What stands there, for whoever reads that something else was awaited.
async function instead(page) {
  try {
    const text = await page.evaluate(() => (document.querySelector('main') ?? document.body).innerText)
    return `${page.url()} shows: ${text.replace(/\s*\n\s*/g, ' | ').slice(0, 2000)}`
  } catch (error) {
    return `and the page shows nothing: ${String(error).slice(0, 200)}`
  }
}

const options = { viewport: { width: Number(width), height: Number(height) }, permissions: ['clipboard-read', 'clipboard-write'], reducedMotion: 'reduce' }
await withChromium(options, async (context) => {
  const page = await context.newPage()
  page.setDefaultTimeout(10000)
  const complaints = await watch(page)
  const all = {
    ...hands, ...eyes, waitText, axe, paint, requests, scroll, survey: (p, command) => survey(p, command, complaints), complaints: () => complaints.splice(0),
  }
  const lines = createInterface({ input: process.stdin })
  for await (const line of lines) {
    const command = JSON.parse(line)
    try {
      const value = await all[command.do](page, command)
      console.log(JSON.stringify({ value: command.do in hands ? null : value ?? null }))
    } catch (error) {
      console.log(JSON.stringify({ error: `${String(error).slice(0, 600)}\n${await instead(page)}` }))
    }
  }
})
