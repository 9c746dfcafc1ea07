// SPDX-License-Identifier: Apache-2.0
import { msg } from '@lingui/core/macro'
import type { Feature } from '@/base/feature'

export const adoptionFeature: Feature = {
  name: 'adoption',
  group: 'data',
  title: msg`Adoption`,
  icon: 'merge',
  path: '/adoption',
  permission: 'connectors.read',
  key: 'b',
  pages: [{ path: '/adoption', page: () => import('./pages/AdoptionPage').then((m) => m.AdoptionPage), early: ['/api/v1/adoption', '/api/v1/adoption/identity'] }],
}
