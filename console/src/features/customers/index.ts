// SPDX-License-Identifier: Apache-2.0
import { msg } from '@lingui/core/macro'
import type { Feature } from '@/base/feature'

export const customersFeature: Feature = {
  name: 'customers',
  group: 'front',
  title: msg`Customers`,
  icon: 'person',
  path: '/customers',
  permission: 'profiles.read',
  key: 'c',
  pages: [
    { path: '/customers', page: () => import('./pages/CustomersPage').then((m) => m.CustomersPage), early: ['/api/v1/profiles?search=&limit=20'] },
    { path: '/customers/$id', page: () => import('./pages/CustomerPage').then((m) => m.CustomerPage) },
  ],
  commands: [{ title: msg`Find a customer…`, path: '/customers', permission: 'profiles.read' }],
}
