// SPDX-License-Identifier: Apache-2.0
import { msg } from '@lingui/core/macro'
import type { Feature } from '@/base/feature'

export const peopleFeature: Feature = {
  name: 'people',
  group: 'system',
  title: msg`People and roles`,
  icon: 'people',
  path: '/people',
  permission: 'people.read',
  key: 'o',
  pages: [
    { path: '/people', page: () => import('./pages/PeoplePage').then((m) => m.PeoplePage), early: ['/api/v1/accounts?limit=100'] },
    { path: '/people/roles', page: () => import('./pages/RolesPage').then((m) => m.RolesPage), permission: 'people.read', early: ['/api/v1/roles'] },
    { path: '/people/tokens', page: () => import('./pages/TokensPage').then((m) => m.TokensPage), permission: 'tokens.read', early: ['/api/v1/tokens?state=valid&limit=100'] },
  ],
  commands: [
    { title: msg`Invite a person`, path: '/people?invite=1', permission: 'people.write' },
    { title: msg`API tokens`, path: '/people/tokens', permission: 'tokens.read' },
    { title: msg`Roles`, path: '/people/roles', permission: 'people.read' },
  ],
}
