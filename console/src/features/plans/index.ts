// SPDX-License-Identifier: Apache-2.0
import { msg } from '@lingui/core/macro'
import type { Feature } from '@/base/feature'

export const plansFeature: Feature = {
  name: 'plans',
  group: 'data',
  title: msg`Tracking plans`,
  icon: 'plan',
  path: '/plans',
  permission: 'plans.read',
  key: 'p',
  pages: [
    { path: '/plans', page: () => import('./pages/PlansPage').then((m) => m.PlansPage), early: ['/api/v1/sources', '/api/v1/plans'] },
    { path: '/plans/$id', page: () => import('./pages/PlanPage').then((m) => m.PlanPage) },
  ],
  commands: [{ title: msg`Add a tracking plan`, path: '/plans?add=1', permission: 'plans.write' }],
}
