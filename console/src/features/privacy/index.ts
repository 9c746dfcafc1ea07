// SPDX-License-Identifier: Apache-2.0
import { msg } from '@lingui/core/macro'
import type { Feature } from '@/base/feature'

export const privacyFeature: Feature = {
  name: 'privacy',
  group: 'data',
  title: msg`Privacy desk`,
  icon: 'lock',
  path: '/privacy',
  permission: 'privacy.read',
  key: 'v',
  pages: [
    { path: '/privacy', page: () => import('./pages/DeskPage').then((m) => m.DeskPage), early: ['/api/v1/privacy/requests?limit=50'] },
    { path: '/privacy/new', page: () => import('./pages/NewPage').then((m) => m.NewPage), permission: 'privacy.write' },
    { path: '/privacy/$id', page: () => import('./pages/RequestPage').then((m) => m.RequestPage), early: ['/api/v1/privacy/requests/$id'] },
  ],
  commands: [
    { title: msg`Note a privacy request`, path: '/privacy/new', permission: 'privacy.write' },
    { title: msg`Privacy requests to be decided`, path: '/privacy?state=received', permission: 'privacy.read' },
  ],
}
