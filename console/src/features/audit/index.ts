// SPDX-License-Identifier: Apache-2.0
import { msg } from '@lingui/core/macro'
import type { Feature } from '@/base/feature'

export const auditFeature: Feature = {
  name: 'audit',
  group: 'system',
  title: msg`Audit`,
  icon: 'audit',
  path: '/audit',
  permission: 'audit.read',
  key: 'a',
  pages: [{ path: '/audit', page: () => import('./pages/AuditPage').then((m) => m.AuditPage), early: ['/api/v1/audit?limit=100'] }],
}
