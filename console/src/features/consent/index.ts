// SPDX-License-Identifier: Apache-2.0
import { msg } from '@lingui/core/macro'
import type { Feature } from '@/base/feature'

export { loadOfPerson } from './ofPerson'

export const consentFeature: Feature = {
  name: 'consent',
  group: 'data',
  title: msg`Consent`,
  icon: 'consent',
  path: '/consent',
  permission: 'consent.read',
  key: 'n',
  pages: [
    { path: '/consent', page: () => import('./pages/PurposesPage').then((m) => m.PurposesPage), early: ['/api/v1/consent/purposes?archived=true'] },
    { path: '/consent/suppressed', page: () => import('./pages/SuppressedPage').then((m) => m.SuppressedPage), early: ['/api/v1/suppressions?limit=100'] },
    { path: '/consent/purposes/$id', page: () => import('./pages/PurposePage').then((m) => m.PurposePage) },
  ],
  tabs: [
    { path: '/consent', title: msg`Purposes` },
    { path: '/consent/suppressed', title: msg`Suppression list` },
  ],
  commands: [
    { title: msg`Add a purpose`, path: '/consent/purposes/new', permission: 'consent.write' },
    { title: msg`Addresses that get nothing`, path: '/consent/suppressed', permission: 'consent.read' },
  ],
}
