// SPDX-License-Identifier: Apache-2.0
import { expect, it, vi } from 'vitest'
import { features } from './features'

// the session's client asks where it is as soon as it is loaded
vi.hoisted(() => vi.stubGlobal('location', { origin: 'http://localhost' }))

it.each([
  ['name', features.map((one) => one.name)],
  ['key', features.flatMap((one) => one.key ?? [])],
  ['page', features.flatMap((one) => one.pages.map((page) => page.path))],
])('every %s is of one area alone', (_, all) => expect([...all].sort()).toEqual([...new Set(all)].sort()))
