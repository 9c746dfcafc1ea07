// SPDX-License-Identifier: Apache-2.0
import { msg } from '@lingui/core/macro'
import type { Feature } from '@/base/feature'

export const debuggerFeature: Feature = {
  name: 'debugger',
  group: 'data',
  title: msg`Live debugger`,
  icon: 'debugger',
  path: '/live',
  permission: 'events.read',
  key: 'd',
  pages: [{ path: '/live', page: () => import('./pages/LivePage').then((m) => m.LivePage), early: ['/api/v1/sources'] }],
}
