// SPDX-License-Identifier: Apache-2.0
// Languages: the shell's catalogue is loaded at the start, a feature's with its first page.
import { i18n, type Messages } from '@lingui/core'
import type { Prefs } from './prefs'

export type Locale = Prefs['locale']

export const locales: Record<Locale, { name: string; dir: 'ltr' | 'rtl' }> = {
  en: { name: 'English', dir: 'ltr' },
  ar: { name: 'العربية', dir: 'rtl' },
}

type Catalogue = { messages: Messages }
const shells = import.meta.glob<Catalogue>('../locales/*.po')
const features = import.meta.glob<Catalogue>('../features/*/locales/*.po')

const wanted = new Set<string>()
let current: Locale = 'en'

async function load(area: string, locale: Locale): Promise<Messages> {
  const loader = area === '' ? shells[`../locales/${locale}.po`] : features[`../features/${area}/locales/${locale}.po`]
  return loader ? (await loader()).messages : {}
}

/** Makes the texts of a feature (its folder's name) known; before its first page is shown. */
export async function loadTexts(area: string): Promise<void> {
  if (wanted.has(area)) return
  const locale = current
  const messages = await load(area, locale)
  if (locale !== current) return loadTexts(area)
  wanted.add(area)
  i18n.load(locale, messages)
  i18n.activate(locale)
}

/** Switches the language of all that is shown, and the direction of the page. */
export async function switchLanguage(locale: Locale): Promise<void> {
  current = locale
  const areas = ['', ...wanted]
  const messages = await Promise.all(areas.map((area) => load(area, locale)))
  if (locale !== current) return
  // load adds to what is there: a page's texts may have come before the shell's
  for (const more of messages) i18n.load(locale, more)
  i18n.activate(locale)
  document.documentElement.lang = locale
  document.documentElement.dir = locales[locale].dir
}
