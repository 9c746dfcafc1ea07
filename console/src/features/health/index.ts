// SPDX-License-Identifier: Apache-2.0
import { msg } from '@lingui/core/macro'
import type { Feature } from '@/base/feature'

export const healthFeature: Feature = {
  name: 'health',
  group: 'system',
  title: msg`Health`,
  icon: 'health',
  path: '/health',
  permission: 'system.read',
  key: 'h',
  pages: [
    { path: '/health', page: () => import('./pages/HealthPage').then((m) => m.HealthPage), early: ['/api/v1/health'] },
    { path: '/health/backups', page: () => import('./pages/BackupsPage').then((m) => m.BackupsPage), early: ['/api/v1/backups?limit=50'] },
  ],
  commands: [{ title: msg`Backups`, path: '/health/backups', permission: 'system.read' }],
}
