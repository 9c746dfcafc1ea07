// SPDX-License-Identifier: Apache-2.0
import { msg } from '@lingui/core/macro'
import type { Feature } from '@/base/feature'

export { categoriesOf, useNamed } from './named'

export const deskFeature: Feature = {
  name: 'desk',
  group: 'front',
  title: msg`Desk`,
  icon: 'desk',
  path: '/desk',
  permission: 'desk.read',
  key: 'k',
  pages: [
    { path: '/desk', page: () => import('./pages/DeskPage').then((m) => m.DeskPage), early: ['/api/v1/tickets?state=open&sort=due&limit=50'] },
    { path: '/desk/records', page: () => import('./pages/RecordsPage').then((m) => m.RecordsPage), early: ['/api/v1/desk/records/services'] },
    { path: '/desk/policy', page: () => import('./pages/PolicyPage').then((m) => m.PolicyPage), early: ['/api/v1/desk/policy'] },
    { path: '/desk/sla', page: () => import('./pages/SlaPage').then((m) => m.SlaPage), early: ['/api/v1/sla/policies'] },
    { path: '/desk/$id', page: () => import('./pages/TicketPage').then((m) => m.TicketPage), early: ['/api/v1/tickets/$id', '/api/v1/tickets/$id/history?limit=500'] },
    { path: '/desk/$id/room', page: () => import('./pages/RoomPage').then((m) => m.RoomPage) },
  ],
  tabs: [
    { path: '/desk', title: msg`Tickets` },
    { path: '/desk/routing', title: msg`Routing` },
    { path: '/desk/triage', title: msg`Triage` },
    { path: '/desk/mailboxes', title: msg`Mailboxes` },
    { path: '/desk/policy', title: msg`Priorities` },
    { path: '/desk/sla', title: msg`Promises` },
    { path: '/desk/records', title: msg`Records` },
  ],
  commands: [
    { title: msg`Report something…`, path: '/desk?new=1', permission: 'desk.report' },
    { title: msg`My tickets`, path: '/desk?view=mine', permission: 'desk.read' },
    { title: msg`How priorities are found`, path: '/desk/policy', permission: 'desk.read' },
    { title: msg`What is promised (SLA)`, path: '/desk/sla', permission: 'desk.read' },
    { title: msg`Services, vendors, queues, macros`, path: '/desk/records', permission: 'desk.read' },
  ],
}
