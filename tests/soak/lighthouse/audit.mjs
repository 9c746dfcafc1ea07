// SPDX-License-Identifier: Apache-2.0
// What Lighthouse says of the accessibility of pages: {base, cookie, looks, routes} as JSON on stdin; a line of JSON for each page and look.
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

function verdict({ lhr }) {
  const refs = lhr.categories.accessibility.auditRefs.filter((ref) => ref.weight > 0)
  const failed = refs.map((ref) => lhr.audits[ref.id]).filter((audit) => audit.score !== null && audit.score < 1)
  return {
    score: lhr.runtimeError ? null : Math.round(100 * lhr.categories.accessibility.score),
    audits: refs.filter((ref) => lhr.audits[ref.id].score !== null).length,
    findings: failed.map((audit) => `${audit.id}: ${(audit.details?.items ?? []).slice(0, 4).map((item) => item.node?.selector ?? '').join(' | ')}`)
      .concat(lhr.runtimeError ? [lhr.runtimeError.message] : []),
  }
}

// As one who opens the address (in the first look; later looks change colours and sides only), and as the page stands once its data is there
// and its keys are pressed.
async function audit(page, route, first) {
  const found = {}
  if (first && route.keys === undefined) found.opened = verdict(await navigation(page, base + route.path, { flags }))
  await page.goto(base + route.path)
  await page.waitForSelector(route.wait ?? 'main h1', { timeout: 15000 })
  for (const key of route.keys ?? []) {
    const parts = key.split('+')
    for (const part of parts.slice(0, -1)) await page.keyboard.down(part)
    await page.keyboard.press(parts.at(-1))
    for (const part of parts.slice(0, -1)) await page.keyboard.up(part)
  }
  if (route.then) await page.waitForSelector(route.then, { timeout: 15000 })
  await new Promise((resolve) => setTimeout(resolve, 250))
  found.standing = verdict(await snapshot(page, { flags }))
  return found
}

const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', headless: true, defaultViewport: { width: 1440, height: 900 },
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
    '--disable-sync', '--force-prefers-reduced-motion'],
})
try {
  for (const look of looks) {
    const page = await browser.newPage()
    page.on('dialog', (dialog) => dialog.accept()) // a page with a draft asks before it is left
    if (cookie) await browser.setCookie({ name: cookie[0], value: cookie[1], domain: new URL(base).hostname, path: '/', httpOnly: true, sameSite: 'Lax' })
    await page.evaluateOnNewDocument((prefs) => localStorage.setItem('patron.prefs', prefs),
      JSON.stringify({ density: 'comfortable', zone: 'UTC', ...look }))
    for (const route of routes) {
      try {
        console.log(JSON.stringify({ name: route.name, look, ...await audit(page, route, look === looks[0]) }))
      } catch (error) {
        console.log(JSON.stringify({ name: route.name, look, error: String(error).slice(0, 400) }))
      }
    }
    await page.close()
  }
} finally {
  await browser.close()
}
