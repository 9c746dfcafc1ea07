// SPDX-License-Identifier: Apache-2.0
import { msg } from '@lingui/core/macro'
import type { Feature } from '@/base/feature'

export const identityFeature: Feature = {
  name: 'identity',
  group: 'data',
  title: msg`Identity rules`,
  icon: 'rules',
  path: '/identity',
  permission: 'profiles.read',
  key: 'r',
  pages: [{ path: '/identity', page: () => import('./pages/IdentityPage').then((m) => m.IdentityPage), early: ['/api/v1/identity/rules'] }],
}
