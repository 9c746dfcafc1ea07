// SPDX-License-Identifier: Apache-2.0
import { msg } from '@lingui/core/macro'
import type { Feature } from '@/base/feature'

export const portalFeature: Feature = {
  name: 'portal',
  group: 'front',
  title: msg`Store portal`,
  icon: 'app',
  path: '/portal',
  permission: 'portal.report',
  key: 'j',
  pages: [
    { path: '/portal', page: () => import('./pages/PortalPage').then((m) => m.PortalPage), early: ['/api/v1/portal'] },
    { path: '/portal/tickets/$id', page: () => import('./pages/TicketPage').then((m) => m.TicketPage), permission: 'portal.use', early: ['/api/v1/portal/tickets/$id'] },
  ],
  commands: [{ title: msg`Report something broken`, path: '/portal' }],
}
