// SPDX-License-Identifier: Apache-2.0
// The documents that editors write: records, the policy of priorities, SLA policies.
import { i18n } from '@lingui/core'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Policy, withCategory, withCell, withCount } from './policy'
import { idFrom, memberOf, withMember } from './records'
import { type Document, isDocument, sentence, spanOf, withTarget } from './sla'

beforeAll(() => i18n.loadAndActivate({ locale: 'en', messages: {} }))

const policy: Policy = {
  method: 'touchpoint', scopes: { store: { tills: 2 } }, touchpoints: { '*': { single: [3, 4, 5] } }, impact_urgency: [[1, 2, 3], [2, 3, 4], [3, 4, 5]],
  categories: [{ id: 'a', name: 'A', floor: 2, queue: 'q' }, { id: 'b', name: 'B', floor: 3 }], peaks: [],
}

describe('policy', () => {
  it('one cell changes, and nothing else', () => {
    const next = withCell(policy, '*', 'single', 1, 1)
    expect(next.touchpoints['*']?.single).toEqual([3, 1, 5])
    expect(policy.touchpoints['*']?.single).toEqual([3, 4, 5])
    expect(withCell(policy, 'till', 'store', 0, 1).touchpoints.till).toEqual({ store: [1, 4, 5] })
  })
  it('no number is left out, not nought', () => {
    expect(withCount(policy, 'store', 'tills', 0).scopes.store).toEqual({})
    expect(withCount(policy, 'several', 'stores', 3).scopes.several).toEqual({ stores: 3 })
  })
  it('categories are added, changed and taken away; what is empty is left out', () => {
    expect(withCategory(policy, 0, { queue: '', floor: 1 }).categories[0]).toEqual({ id: 'a', name: 'A', floor: 1 })
    expect(withCategory(policy, 0, { name: '' }).categories[0]?.name).toBe('')
    expect(withCategory(policy, 2, {}).categories).toHaveLength(3)
    expect(withCategory(policy, 0, null).categories.map((one) => one.id)).toEqual(['b'])
  })
})

describe('records', () => {
  it.each([['Store systems', 'store_systems'], ['  Zürich & Süd ', 'zurich_sud'], ['7 tills', 'r_7_tills']])('%s', (name, id) => expect(idFrom(name)).toBe(id))
  it('a name in another script has an id, too', () => expect(idFrom('صندوق')).toMatch(/^r_[a-z0-9]+$/))
  it('members in a member', () => {
    const member = { id: 'state', in: 'change', kind: 'text' } as const
    const record = withMember({ note: 'x' }, member, 'waiting')
    expect(record).toEqual({ note: 'x', change: { state: 'waiting' } })
    expect(memberOf(record, member)).toBe('waiting')
    expect(withMember(record, member, '')).toEqual({ note: 'x', change: {} })
    expect(memberOf({}, member)).toBeUndefined()
  })
})

describe('SLA policies', () => {
  const document: Document = { name: 'x', clocks: { resolution: { targets: { P1: { hours: 1, in: '24x7' } }, again: 'on' } } }
  it('targets come and go', () => {
    expect(withTarget(document, 'resolution', 'P2', { days: 2, in: 'queue' }).clocks.resolution?.targets).toEqual({ P1: { hours: 1, in: '24x7' }, P2: { days: 2, in: 'queue' } })
    expect(withTarget(document, 'resolution', 'P1', null).clocks.resolution).toEqual({ targets: {}, again: 'on' })
  })
  it('spans', () => {
    expect(spanOf({ hours: 4 })).toEqual({ n: 4, unit: 'hours' })
    expect(spanOf({ hours: 1, minutes: 30 })).toEqual({ n: 90, unit: 'minutes' })
    expect(spanOf({ seconds: 90 })).toEqual({ n: 1.5, unit: 'minutes' })
  })
  it.each<[string, boolean]>([
    ['{"name": "A", "clocks": {}}', true], ['{"clocks": {"ola": {"targets": {"P1": {"hours": 1}}, "steps": [{"name": "a"}]}}}', true],
    ['null', false], ['"A"', false], ['[]', false], ['{}', false], ['{"clocks": null}', false], ['{"clocks": {"ola": null}}', false],
    ['{"clocks": {"ola": {"steps": {}}}}', false], ['{"clocks": {"ola": {"steps": [null]}}}', false], ['{"clocks": {"ola": {"targets": {"P1": null}}}}', false], ['{"clocks": {"ola": {"warn": 5}}}', false],
  ])('%s can be drawn: %s', (text, want) => expect(isDocument(JSON.parse(text))).toBe(want))
  it.each<[unknown, string]>([
    [{ property: 'state', is: 'one_of', value: ['resolved', 'closed'] }, 'state is one of resolved, closed'],
    [{ any: [{ property: 'replied', is: 'true' }, { property: 'acknowledged', is: 'true' }] }, 'answered or acknowledged'],
    [{ not: { property: 'queue', is: 'exists' } }, 'not: queue is known'],
    [{ property: 'total', is: 'at_least', value: 3 }, 'total is at least 3'],
    [{ odd: 1 }, '{"odd":1}'],
  ])('%j', (rule, want) => expect(sentence(i18n, rule)).toBe(want))
})
