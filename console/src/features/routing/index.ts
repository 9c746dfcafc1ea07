// SPDX-License-Identifier: Apache-2.0
import { msg } from '@lingui/core/macro'
import type { Feature } from '@/base/feature'

/** Among the tabs of the desk. */
export const routingFeature: Feature = {
  name: 'routing',
  group: 'tab',
  title: msg`Routing`,
  icon: 'split',
  path: '/desk/routing',
  permission: 'desk.read',
  pages: [{ path: '/desk/routing', page: () => import('./pages/RoutingPage').then((m) => m.RoutingPage), early: ['/api/v1/routing/board'] }],
  commands: [
    { title: msg`Who takes work now`, path: '/desk/routing', permission: 'desk.read' },
    { title: msg`Skills of agents`, path: '/desk/routing?show=skills', permission: 'desk.read' },
  ],
}
