// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it, vi } from 'vitest'
import { type Feature, openFeatures } from './feature'
import type { Permission, Session } from './session'

// the session's client asks where it is as soon as it is loaded
vi.hoisted(() => vi.stubGlobal('location', { origin: 'http://localhost' }))

const page = () => Promise.resolve(() => null)
const people: Feature = {
  name: 'people', group: 'system', title: { id: 'people' }, icon: 'people', path: '/people', permission: 'people.read', key: 'o',
  pages: [{ path: '/people', page }, { path: '/people/$id', page, permission: 'events.read' }, { path: '/people/tokens', page, permission: 'tokens.read' }],
}
const you: Feature = { ...people, name: 'you', group: 'own', path: '/you', permission: null, pages: [{ path: '/you', page }] }

function paths(permissions: Permission[], signedIn = true): string[] {
  return openFeatures({ signed_in: signedIn, permissions } as unknown as Session, [people, you]).map((feature) => feature.path)
}

describe('openFeatures', () => {
  it.each<[string, Permission[], string[]]>([
    ['leads to the first page', ['people.read', 'tokens.read'], ['/people', '/you']],
    ['leads to the next that is open', ['tokens.read'], ['/people/tokens', '/you']],
    ['never to a page of one thing', ['events.read'], ['/you']],
  ])('%s', (_, permissions, want) => {
    expect(paths(permissions)).toEqual(want)
  })
  it('opens nothing to one who is not signed in', () => {
    expect(paths([], false)).toEqual([])
    expect(openFeatures(undefined, [people, you])).toEqual([])
  })
})
