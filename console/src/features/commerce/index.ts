// SPDX-License-Identifier: Apache-2.0
import { msg } from '@lingui/core/macro'
import type { Feature } from '@/base/feature'

export { type Document as HoursDocument, formatWindows, parseWindows, type Weekday, WEEKDAYS } from './hours'

export const commerceFeature: Feature = {
  name: 'commerce',
  group: 'front',
  title: msg`Stores`,
  icon: 'store',
  path: '/stores',
  permission: 'commerce.read',
  key: 'm',
  pages: [
    { path: '/stores', page: () => import('./pages/StoresPage').then((m) => m.StoresPage), early: ['/api/v1/commerce/stores?limit=100'] },
    { path: '/stores/calendars', page: () => import('./pages/CalendarsPage').then((m) => m.CalendarsPage), early: ['/api/v1/commerce/calendars'] },
    { path: '/stores/calendars/$id', page: () => import('./pages/CalendarPage').then((m) => m.CalendarPage) },
    { path: '/stores/$id', page: () => import('./pages/StorePage').then((m) => m.StorePage), early: ['/api/v1/commerce/stores/$id'] },
  ],
  tabs: [
    { path: '/stores', title: msg`Stores` },
    { path: '/stores/calendars', title: msg`Opening hours` },
  ],
  commands: [
    { title: msg`Add a store`, path: '/stores?add=1', permission: 'commerce.write' },
    { title: msg`Opening hours and holidays`, path: '/stores/calendars' },
  ],
}
