// SPDX-License-Identifier: Apache-2.0
import { msg } from '@lingui/core/macro'
import type { Feature } from '@/base/feature'

export const quarantineFeature: Feature = {
  name: 'quarantine',
  group: 'data',
  title: msg`Quarantine`,
  icon: 'quarantine',
  path: '/quarantine',
  permission: 'events.read',
  key: 'q',
  pages: [{ path: '/quarantine', page: () => import('./pages/QuarantinePage').then((m) => m.QuarantinePage), early: ['/api/v1/quarantine?state=open&limit=200', '/api/v1/sources'] }],
}
