// SPDX-License-Identifier: Apache-2.0
// What Lighthouse says of the accessibility of pages: {base, cookie, looks, routes} as JSON on stdin; a line of JSON for each page.
import { createRequire } from 'node:module'
import { text } from 'node:stream/consumers'

// installed elsewhere (lighthouse.py), so imported by the path of that folder
const require = createRequire(`${process.argv[2]}/`)
const { navigation, snapshot } = await import(require.resolve('lighthouse'))
const { default: puppeteer } = await import(require.resolve('puppeteer-core'))

const { base, cookie, looks, routes } = JSON.parse(await text(process.stdin))
const flags = {
  onlyCategories: ['accessibility'], formFactor: 'desktop', screenEmulation: { disabled: true }, throttlingMethod: 'provided',
  disableStorageReset: true, disableFullPageScreenshot: true, maxWaitForLoad: 5000, logLevel: 'error',
}

function verdict(how, { lhr }) {
  const refs = lhr.categories.accessibility.auditRefs.filter((ref) => ref.weight > 0)
  const failed = refs.map((ref) => lhr.audits[ref.id]).filter((audit) => audit.score !== null && audit.score < 1)
  return {
    how,
    score: lhr.runtimeError ? null : Math.round(100 * lhr.categories.accessibility.score),
    audits: refs.filter((ref) => lhr.audits[ref.id].score !== null).length,
    findings: failed.map((audit) => `${audit.id}: ${(audit.details?.items ?? []).slice(0, 4).map((item) => item.node?.selector ?? '').join(' | ')}`)
      .concat(lhr.runtimeError ? [lhr.runtimeError.message] : []),
  }
}

async function press(keyboard, key) {
  const parts = key.split('+')
  for (const part of parts.slice(0, -1)) await keyboard.down(part)
  await keyboard.press(parts.at(-1))
  for (const part of parts.slice(0, -1)) await keyboard.up(part)
}

// The page in one look, with its data there and its keys pressed.
async function standing(page, route) {
  await page.goto(base + route.path)
  await page.waitForSelector(route.wait ?? 'main h1', { timeout: 15000 })
  for (const key of route.keys ?? []) await press(page.keyboard, key)
  if (route.then) await page.waitForSelector(route.then, { timeout: 15000 })
  await new Promise((resolve) => setTimeout(resolve, 250))
  return snapshot(page, { flags })
}

// As one who opens the address, in the first look (later ones change colours, texts and sides only), and as the page stands in each.
async function audit(page, route) {
  const verdicts = []
  for (const look of looks) {
    const prefs = JSON.stringify({ density: 'comfortable', zone: 'UTC', ...look })
    const { identifier } = await page.evaluateOnNewDocument((value) => localStorage.setItem('patron.prefs', value), prefs)
    try {
      if (look === looks[0] && route.keys === undefined) verdicts.push(verdict('opened', await navigation(page, base + route.path, { flags })))
      verdicts.push(verdict(`${look.theme} ${look.locale}`, await standing(page, route)))
    } catch (error) {
      verdicts.push({ how: `${look.theme} ${look.locale}`, score: null, audits: 0, findings: [String(error).slice(0, 400)] })
    }
    await page.removeScriptToEvaluateOnNewDocument(identifier)
  }
  return verdicts
}

const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true, defaultViewport: { width: 1440, height: 900 },
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
    '--disable-sync', '--force-prefers-reduced-motion'],
})
try {
  if (cookie) await browser.setCookie({ name: cookie[0], value: cookie[1], domain: new URL(base).hostname, path: '/', httpOnly: true, sameSite: 'Lax' })
  const page = await browser.newPage()
  page.on('dialog', (dialog) => dialog.accept()) // a page with a draft asks before it is left
  for (const route of routes) console.log(JSON.stringify({ name: route.name, verdicts: await audit(page, route) }))
} finally {
  await browser.close()
}
