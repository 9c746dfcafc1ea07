// SPDX-License-Identifier: Apache-2.0
// A pull and a drop folder as they are typed, and what the server takes.
import type { Mapping } from '@/features/imports'
import type { Folder, FolderEdit, Pull, PullEdit } from './model'

export type Header = { id: number; name: string; value: string }

export type PullForm = {
  name: string
  source: string
  url: string
  headers: Header[]
  auth: Pull['auth']
  authName: string
  /** Empty: what is stored stays. */
  secret: string
  items: string
  itemId: string
  itemVersion: string
  paging: Pull['paging']
  next: string
  firstPage: number
  pageStep: number
  since: string
  sinceStart: string
  atEnd: Pull['at_end']
  everyMin: number
  maxPages: number
  mapping: Mapping
  enabled: boolean
}

const NEW: PullForm = {
  name: '', source: '', url: '', headers: [], auth: 'none', authName: '', secret: '', items: '', itemId: '', itemVersion: '', paging: 'none', next: '', firstPage: 1, pageStep: 1,
  since: '', sinceStart: '', atEnd: 'restart', everyMin: 15, maxPages: 1000, mapping: { format: 'jsonl', event: { type: 'track', name: '' }, columns: {} }, enabled: true,
}

export function pullForm(of?: Pull): PullForm {
  if (!of) return NEW
  return {
    name: of.name, source: of.source ?? of.source_id, url: of.url, auth: of.auth, authName: of.auth_name, secret: '', items: of.items, itemId: of.item_id, itemVersion: of.item_version,
    headers: Object.entries(of.headers).map(([name, value], id) => ({ id, name, value: String(value) })),
    paging: of.paging, next: of.next, firstPage: of.first_page, pageStep: of.page_step, since: of.since, sinceStart: of.since_start, atEnd: of.at_end, everyMin: of.every_min, maxPages: of.max_pages,
    mapping: of.mapping as Mapping, enabled: of.enabled,
  }
}

/** What a way of paging has to know, beyond the address. */
export type PagingField = 'next' | 'first' | 'since' | 'atEnd'

export function pagingFields({ paging, url }: Pick<PullForm, 'paging' | 'url'>): ReadonlySet<PagingField> {
  const fields = new Set<PagingField>()
  if (paging === 'link' || paging === 'cursor') fields.add('next')
  if (paging === 'page') fields.add('first')
  if (paging === 'since' || url.includes('{since}')) fields.add('since')
  if (paging === 'link' || paging === 'cursor' || paging === 'page') fields.add('atEnd')
  return fields
}

/** Everything is said: what is left out would be set to its default. */
export function pullEdit(form: PullForm): PullEdit {
  const own = pagingFields(form)
  const named = form.auth === 'basic' || form.auth === 'header'
  return {
    name: form.name.trim(), source: form.source.trim(), url: form.url.trim(),
    headers: Object.fromEntries(form.headers.filter((row) => row.name.trim() !== '').map((row) => [row.name.trim(), row.value])),
    auth: form.auth, auth_name: named ? form.authName.trim() : '', ...(form.auth === 'none' ? { secret: '' } : form.secret === '' ? {} : { secret: form.secret }),
    items: form.items.trim(), item_id: form.itemId.trim(), item_version: form.itemVersion.trim(),
    paging: form.paging, next: own.has('next') ? form.next.trim() : '', first_page: own.has('first') ? form.firstPage : 1, page_step: own.has('first') ? form.pageStep : 1,
    since: own.has('since') ? form.since.trim() : '', since_start: own.has('since') ? form.sinceStart.trim() : '', at_end: own.has('atEnd') ? form.atEnd : 'restart',
    every_min: form.everyMin, max_pages: form.maxPages, mapping: form.mapping, enabled: form.enabled,
  }
}

export type Place = 'name' | 'source' | 'url' | 'headers' | 'auth_name' | 'secret' | 'items' | 'item_id' | 'item_version' | 'next' | 'since' | 'since_start' | 'mapping' | 'folder' | 'recipe'
const PLACES: readonly Place[] = ['name', 'source', 'url', 'headers', 'auth_name', 'secret', 'items', 'item_id', 'item_version', 'next', 'since', 'since_start', 'mapping', 'folder', 'recipe']

export type Fault = 'missing' | 'no address' | 'no cursor' | 'no since' | 'again'

function originOf(url: string): string {
  return /^https?:\/\/[^/?#]*/i.exec(url.trim())?.[0].toLowerCase() ?? ''
}

/** What is missing before it can be saved, or, with `trying`, before it can be asked. */
export function pullFaults(form: PullForm, saved: Pull | undefined, trying = false): Map<Place, Fault> {
  const faults = new Map<Place, Fault>()
  const need = (place: Place, text: string) => text.trim() === '' && faults.set(place, 'missing')
  need('name', form.name)
  need('source', form.source)
  if (!/^https?:\/\/[^/{]/i.test(form.url.trim())) faults.set('url', form.url.trim() === '' ? 'missing' : 'no address')
  else if ((form.paging === 'cursor' || form.paging === 'page') && !form.url.includes('{cursor}')) faults.set('url', 'no cursor')
  else if (form.paging === 'since' && !form.url.includes('{since}')) faults.set('url', 'no since')
  if (form.paging === 'cursor') need('next', form.next)
  if (pagingFields(form).has('since')) need('since', form.since)
  if (form.auth === 'basic' || form.auth === 'header') need('auth_name', form.authName)
  if (form.auth !== 'none' && form.secret === '') {
    if (saved?.has_secret !== true) faults.set('secret', 'missing')
    else if (originOf(saved.url) !== originOf(form.url) || saved.auth !== form.auth || saved.auth_name !== (form.auth === 'bearer' ? '' : form.authName.trim())) faults.set('secret', 'again')
  }
  if (!trying && !mapsSomething(form.mapping)) faults.set('mapping', 'missing')
  return faults
}

/** Whether a mapping says what becomes of something; less the server does not take. */
export function mapsSomething(mapping: Mapping): boolean {
  if (mapping.format === 'events') return true
  const { event, columns } = mapping as { event?: { type?: unknown; name?: unknown }; columns?: object }
  return Object.keys(columns ?? {}).length > 0 && ((event?.type ?? 'track') !== 'track' || (event?.name ?? '') !== '')
}

/** The mapping to try with: while there is none, items are looked at as they are. */
export const mappingToTry = (mapping: Mapping): Mapping => (mapsSomething(mapping) ? mapping : { format: 'events' })

/** Whether a trial has to be saved first: all but the mapping is taken from what is stored. */
export function differs(form: PullForm, saved: Pull): boolean {
  const { mapping: _, enabled: __, source: ___, ...mine } = pullEdit(form)
  const { mapping: _m, enabled: _e, source: _s, ...theirs } = pullEdit(pullForm(saved))
  return JSON.stringify(mine) !== JSON.stringify(theirs)
}

/** Where in the form an answer of the server belongs, as "url: not a URL" says it. */
export function placeOf(text: string): { place: Place | null; text: string } {
  if (/ of this name( or path)? exists already/.test(text)) return { place: 'name', text }
  if (/^connect\.drop_root /.test(text)) return { place: 'folder', text }
  if (/^source "/.test(text)) return { place: 'source', text }
  const [, word, rest] = /^(\w+): (.*)$/s.exec(text) ?? []
  const place = PLACES.find((one) => one === word)
  return place === undefined ? { place: null, text } : { place, text: rest ?? text }
}

export type FolderForm = { name: string; folder: string; source: string; by: 'recipe' | 'mapping'; recipe: string; mapping: Mapping; quietS: number; enabled: boolean }

export function folderForm(of?: Folder): FolderForm {
  if (!of) return { name: '', folder: '', source: '', by: 'mapping', recipe: '', mapping: { format: 'csv', event: { type: 'track', name: '' }, columns: {} }, quietS: 5, enabled: true }
  return { name: of.name, folder: of.folder, source: of.source ?? of.source_id, by: of.recipe === null ? 'mapping' : 'recipe', recipe: of.recipe ?? '', mapping: of.mapping as Mapping, quietS: of.quiet_s, enabled: of.enabled }
}

export function folderEdit(form: FolderForm): FolderEdit {
  return {
    name: form.name.trim(), folder: form.folder.trim(), source: form.source.trim(), ...(form.by === 'recipe' ? { recipe: form.recipe } : { mapping: form.mapping }), quiet_s: form.quietS, enabled: form.enabled,
  }
}

export function folderFaults(form: FolderForm): Map<Place, Fault> {
  const faults = new Map<Place, Fault>()
  for (const place of ['name', 'folder', 'source'] as const) if (form[place].trim() === '') faults.set(place, 'missing')
  if (form.by === 'recipe' && form.recipe === '') faults.set('recipe', 'missing')
  if (form.by === 'mapping' && !mapsSomething(form.mapping)) faults.set('mapping', 'missing')
  return faults
}
