// SPDX-License-Identifier: Apache-2.0
// What a person has chosen for this browser: kept in localStorage, shared between tabs.
import { useSyncExternalStore } from 'react'

export type Prefs = {
  theme: 'system' | 'light' | 'dark'
  density: 'comfortable' | 'compact'
  locale: 'en' | 'ar'
  /** 'browser' or an IANA zone name: the one zone in which all times are shown. */
  zone: string
}

const KEY = 'patron.prefs'

function browserLocale(): Prefs['locale'] {
  return navigator.languages.some((l) => /^en\b/i.test(l)) || !navigator.languages.some((l) => /^ar\b/i.test(l)) ? 'en' : 'ar'
}

function read(): Prefs {
  const standard: Prefs = { theme: 'system', density: 'comfortable', locale: browserLocale(), zone: 'browser' }
  try {
    return { ...standard, ...(JSON.parse(localStorage.getItem(KEY) ?? '{}') as Partial<Prefs>) }
  } catch {
    return standard
  }
}

let prefs = read()
const listeners = new Set<() => void>()

function changed() {
  for (const listener of listeners) listener()
}

export function getPrefs(): Prefs {
  return prefs
}

export function setPrefs(change: Partial<Prefs>) {
  prefs = { ...prefs, ...change }
  try {
    localStorage.setItem(KEY, JSON.stringify(prefs))
  } catch {
    // storage is full or forbidden: the choice holds for this tab
  }
  changed()
}

let listening = false

/** Another tab has changed them. */
function onStorage(event: StorageEvent) {
  if (event.key !== KEY) return
  prefs = read()
  changed()
}

export function onPrefs(listener: () => void): () => void {
  if (!listening) addEventListener('storage', onStorage)
  listening = true
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function usePrefs(): Prefs {
  return useSyncExternalStore(onPrefs, getPrefs)
}

let ownZone: string | undefined

/** This machine's zone. Asked once: the answer takes long where every time on a page asks for it. */
export function browserZone(): string {
  ownZone ??= Intl.DateTimeFormat().resolvedOptions().timeZone
  return ownZone
}

export function zoneOf(p: Prefs): string {
  return p.zone === 'browser' ? browserZone() : p.zone
}
