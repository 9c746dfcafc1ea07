// SPDX-License-Identifier: Apache-2.0
import { msg } from '@lingui/core/macro'
import type { Feature } from '@/base/feature'

export const youFeature: Feature = {
  name: 'you',
  group: 'own',
  title: msg`Your account`,
  icon: 'person',
  path: '/you',
  permission: null,
  key: 'y',
  pages: [{ path: '/you', page: () => import('./pages/YouPage').then((m) => m.YouPage), early: ['/api/v1/me', '/api/v1/me/sessions'] }],
}
