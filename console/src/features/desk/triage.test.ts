// SPDX-License-Identifier: Apache-2.0
import { expect, it, vi } from 'vitest'
import { entityHref, moodOf } from './triage'

// the client asks where it is as soon as it is loaded
vi.hoisted(() => vi.stubGlobal('location', { origin: 'http://localhost' }))

const ticket = { store: '0007', till: '2' }

it.each([
  ['store', '0012', '/stores/0012'],
  ['till', '3', '/stores/0007'],
  ['order', 'A-17 b', '/customers?q=A-17%20b'],
  ['error', 'EFT-0042', '/desk?view=all&q=EFT-0042'],
  ['device', 'TM-T88', '/desk?view=all&q=TM-T88'],
] as const)('%s %s leads to %s', (thing, value, href) => expect(entityHref(thing, value, true, ticket)).toBe(href))

it('a till that is not known leads to the tickets that name it', () => expect(entityHref('till', '3', false, ticket)).toBe('/desk?view=all&q=3'))

it.each([
  [-0.6, 0, { tone: 'negative', urgent: false }],
  [-0.29, 0.5, { tone: 'neutral', urgent: true }],
  [0.3, 0.49, { tone: 'positive', urgent: false }],
])('of %d and %d the mood is told where it is clear', (sentiment, urgency, mood) => expect(moodOf({ sentiment, urgency })).toEqual(mood))
