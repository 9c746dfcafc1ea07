// SPDX-License-Identifier: Apache-2.0
import { msg } from '@lingui/core/macro'
import type { Feature } from '@/base/feature'

export const destinationsFeature: Feature = {
  name: 'destinations',
  group: 'data',
  title: msg`Destinations`,
  icon: 'destination',
  path: '/destinations',
  permission: 'destinations.read',
  key: 'x',
  pages: [
    { path: '/destinations', page: () => import('./pages/DestinationsPage').then((m) => m.DestinationsPage), early: ['/api/v1/destinations'] },
    { path: '/destinations/new', page: () => import('./pages/NewPage').then((m) => m.NewPage), permission: 'destinations.write', early: ['/api/v1/destinations/kinds'] },
    { path: '/destinations/$id', page: () => import('./pages/DestinationPage').then((m) => m.DestinationPage), early: ['/api/v1/destinations/$id'] },
    { path: '/destinations/$id/edit', page: () => import('./pages/EditPage').then((m) => m.EditPage), permission: 'destinations.write', early: ['/api/v1/destinations/$id', '/api/v1/destinations/kinds'] },
  ],
  commands: [{ title: msg`Add a destination`, path: '/destinations/new', permission: 'destinations.write' }],
}
