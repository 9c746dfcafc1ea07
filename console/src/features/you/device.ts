// SPDX-License-Identifier: Apache-2.0
// Which browser on what, as a person would name it, from what browsers say of themselves.

// the first that fits: most name older ones too, to be served what those are
const BROWSERS: [RegExp, string][] = [
  [/\bEdg[A-Z]?[a-z]*\//, 'Edge'], [/\bOPR\//, 'Opera'], [/\bSamsungBrowser\//, 'Samsung Internet'], [/\bFirefox\/|\bFxiOS\//, 'Firefox'],
  [/\bChrome\/|\bCriOS\/|\bChromium\//, 'Chrome'], [/\bSafari\//, 'Safari'], [/^curl\//, 'curl'],
]
const SYSTEMS: [RegExp, string][] = [
  [/\biPhone\b/, 'iPhone'], [/\biPad\b/, 'iPad'], [/\bAndroid\b/, 'Android'], [/\bWindows\b/, 'Windows'], [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'], [/\bLinux\b/, 'Linux'],
]

export type Device = { browser: string | null; system: string | null }

export function deviceOf(userAgent: string): Device {
  const first = (all: readonly [RegExp, string][]) => all.find(([pattern]) => pattern.test(userAgent))?.[1] ?? null
  return { browser: first(BROWSERS), system: first(SYSTEMS) }
}
