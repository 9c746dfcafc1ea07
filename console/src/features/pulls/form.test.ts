// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { differs, folderEdit, folderFaults, folderForm, mappingToTry, mapsSomething, pagingFields, placeOf, pullEdit, pullFaults, type PullForm, pullForm } from './form'
import type { Folder, Pull } from './model'

const saved = {
  id: '1', name: 'orders', source: 'erp', source_id: 's1', url: 'https://erp.example/orders?c={cursor}', headers: { 'X-Shop': 'north' }, auth: 'header', auth_name: 'X-Key', has_secret: true, items: 'data', item_id: 'id',
  item_version: 'at', paging: 'cursor', next: 'next', first_page: 1, page_step: 1, since: '', since_start: '', at_end: 'stay', every_min: 20, max_pages: 5,
  mapping: { format: 'jsonl', event: { type: 'track', name: 'Order' }, columns: { userId: 'who' } }, enabled: true,
} as unknown as Pull
const form = pullForm(saved)

describe('a pull as it is typed', () => {
  it('gives back what the server has, and no secret', () => {
    const body = pullEdit(form)
    expect(body).toMatchObject({ headers: saved.headers, auth_name: 'X-Key', next: 'next', at_end: 'stay', every_min: 20, max_pages: 5, mapping: saved.mapping })
    expect('secret' in body).toBe(false)
    expect(differs(form, saved)).toBe(false)
  })
  it('sends nothing that the chosen paging or credentials do not have', () => {
    expect(pullEdit({ ...form, paging: 'page' })).toMatchObject({ next: '', at_end: 'stay' })
    expect(pullEdit({ ...form, paging: 'none', since: 'at', sinceStart: '1' })).toMatchObject({ since: '', since_start: '', at_end: 'restart' })
    expect(pullEdit({ ...form, auth: 'bearer' })).toMatchObject({ auth_name: '' })
    expect(pullEdit({ ...form, auth: 'none', secret: 'left' })).toMatchObject({ auth_name: '', secret: '' })
  })
  it.each<[string, Partial<PullForm>, boolean]>([
    ['the mapping is tried as it is typed', { mapping: { format: 'events' } }, false],
    ['the switch and the source change no answer', { enabled: false, source: 'other' }, false],
    ['an address does', { url: 'https://erp.example/other?c={cursor}' }, true],
    ['a secret does', { secret: 'new' }, true],
  ])('%s', (_, change, want) => {
    expect(differs({ ...form, ...change }, saved)).toBe(want)
  })
})

describe('pagingFields', () => {
  it.each<[PullForm['paging'], string, string[]]>([
    ['none', '', []], ['none', '?s={since}', ['since']], ['link', '', ['next', 'atEnd']], ['cursor', '', ['next', 'atEnd']], ['page', '?s={since}', ['first', 'since', 'atEnd']], ['since', '', ['since']],
  ])('%s %s', (paging, url, want) => {
    expect([...pagingFields({ paging, url })]).toEqual(want)
  })
})

describe('what is missing', () => {
  it.each<[string, Partial<PullForm>, Pull | undefined, [string, string][]]>([
    ['nothing', {}, saved, []],
    ['all of it', pullForm(), undefined, [['name', 'missing'], ['source', 'missing'], ['url', 'missing'], ['mapping', 'missing']]],
    ['no address', { url: 'ftp://x/?{cursor}', secret: 's' }, saved, [['url', 'no address']]],
    ['a hole in front of the path', { url: 'http://{cursor}/', secret: 's' }, saved, [['url', 'no address']]],
    ['a cursor in the address', { url: 'http://erp.example/' }, undefined, [['url', 'no cursor'], ['secret', 'missing']]],
    ['an instant in the address', { paging: 'since', since: 'at' }, saved, [['url', 'no since']]],
    ['the path of the cursor', { next: ' ' }, saved, [['next', 'missing']]],
    ['what moves the instant', { url: 'https://erp.example/?c={cursor}&s={since}' }, saved, [['since', 'missing']]],
    ['the secret for another server', { url: 'https://erp.example:444/?c={cursor}' }, saved, [['secret', 'again']]],
    ['the secret for another header', { authName: 'X-Other' }, saved, [['secret', 'again']]],
    ['no secret for another path, or case', { url: 'HTTPS://ERP.example/a?c={cursor}' }, saved, []],
    ['the name of a header', { authName: '', secret: 's' }, saved, [['auth_name', 'missing']]],
  ])('%s', (_, change, of, want) => {
    expect([...pullFaults({ ...form, ...change }, of)]).toEqual(want)
  })
  it('wants no mapping for a trial', () => {
    expect(pullFaults({ ...form, mapping: {} }, saved, true).size).toBe(0)
  })
})

describe('mappings', () => {
  it.each([
    [{ format: 'events' }, true], [{ columns: { userId: 'a' } }, false], [{ event: { type: 'track', name: 'A' }, columns: {} }, false],
    [{ event: { type: 'track', name: 'A' }, columns: { userId: 'a' } }, true], [{ event: { type: 'identify' }, columns: { userId: 'a' } }, true],
  ])('%o says something: %s', (mapping, want) => {
    expect(mapsSomething(mapping)).toBe(want)
    expect(mappingToTry(mapping)).toEqual(want ? mapping : { format: 'events' })
  })
})

describe('placeOf', () => {
  it.each([
    ['url: not a URL', 'url', 'not a URL'], ['items: "a: b" is not a list', 'items', '"a: b" is not a list'], ['it answered 404', null, 'it answered 404'], ['unknown: x', null, 'unknown: x'],
    ['a pull of this name exists already', 'name', 'a pull of this name exists already'], ['a drop folder of this name or path exists already', 'name', 'a drop folder of this name or path exists already'],
    ['connect.drop_root is not set: drop folders are off', 'folder', 'connect.drop_root is not set: drop folders are off'],
  ])('%s', (text, place, rest) => {
    expect(placeOf(text)).toEqual({ place, text: rest })
  })
})

describe('a drop folder', () => {
  const folder = { name: 'north', folder: 'tills/north', source: 'till', source_id: 's', recipe: 'cdnow', mapping: { format: 'spaces' }, quiet_s: 0, enabled: false } as unknown as Folder
  it('has a recipe or a mapping, never both', () => {
    expect(folderEdit(folderForm(folder))).toEqual({ name: 'north', folder: 'tills/north', source: 'till', recipe: 'cdnow', quiet_s: 0, enabled: false })
    expect(folderEdit({ ...folderForm(folder), by: 'mapping' })).toEqual({ name: 'north', folder: 'tills/north', source: 'till', mapping: { format: 'spaces' }, quiet_s: 0, enabled: false })
  })
  it('says what is missing', () => {
    expect([...folderFaults(folderForm()).keys()]).toEqual(['name', 'folder', 'source', 'mapping'])
    expect([...folderFaults({ ...folderForm(folder), recipe: '' }).keys()]).toEqual(['recipe'])
  })
})
