// SPDX-License-Identifier: Apache-2.0
import { msg } from '@lingui/core/macro'
import type { Feature } from '@/base/feature'

export { loadPickPerson } from './pickPerson'

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
    { path: '/customers/duplicates', page: () => import('./pages/DuplicatesPage').then((m) => m.DuplicatesPage), early: ['/api/v1/duplicates?status=open&limit=50'] },
    { path: '/customers/groups', page: () => import('./pages/GroupsPage').then((m) => m.GroupsPage), early: ['/api/v1/groups?kind=household&limit=50', '/api/v1/duplicates?status=open&limit=50'] },
    { path: '/customers/groups/$id', page: () => import('./pages/GroupPage').then((m) => m.GroupPage), early: ['/api/v1/groups/$id?limit=50'] },
    { path: '/customers/$id', page: () => import('./pages/CustomerPage').then((m) => m.CustomerPage) },
  ],
  tabs: [
    { path: '/customers', title: msg`Find` },
    { path: '/customers/duplicates', title: msg`Duplicates` },
    { path: '/customers/groups', title: msg`Groups` },
  ],
  commands: [
    { title: msg`Find a customer…`, path: '/customers', permission: 'profiles.read' },
    { title: msg`Review duplicates`, path: '/customers/duplicates', permission: 'profiles.read' },
    { title: msg`Households and accounts`, path: '/customers/groups', permission: 'profiles.read' },
  ],
}
