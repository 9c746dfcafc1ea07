// SPDX-License-Identifier: Apache-2.0
// A real Chromium with an empty profile. `watch` collects whatever a page complains about.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'

const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync']

// Runs fn(context) in a browser of its own and cleans up. Returns what fn returns.
export async function withChromium(options, fn) {
  const profile = mkdtempSync(join(tmpdir(), 'pt-chromium-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS, ...options,
  })
  try {
    return await fn(context)
  } finally {
    await context.close()
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
  }
}

// Console errors, uncaught exceptions and Content-Security-Policy violations of a page, as text.
export async function watch(page) {
  const complaints = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => complaints.push(`exception: ${error}`))
  await page.exposeFunction('patronTestCsp', (text) => complaints.push(`csp: ${text}`))
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      window.patronTestCsp(`${event.violatedDirective} ${event.blockedURI}`)
    })
  })
  return complaints
}
