// SPDX-License-Identifier: Apache-2.0
import { msg } from '@lingui/core/macro'
import type { Feature } from '@/base/feature'

export { Bell } from './components/Bell'

export const notificationsFeature: Feature = {
  name: 'notifications',
  group: 'own',
  title: msg`Notifications`,
  icon: 'bell',
  path: '/notifications',
  permission: null,
  pages: [
    { path: '/notifications', page: () => import('./pages/NotificationsPage').then((m) => m.NotificationsPage), early: ['/api/v1/notifications?limit=50'] },
    { path: '/notifications/settings', page: () => import('./pages/SettingsPage').then((m) => m.SettingsPage), early: ['/api/v1/notifications/settings', '/api/v1/notifications/devices'] },
  ],
  tabs: [
    { path: '/notifications', title: msg`Notifications` },
    { path: '/notifications/settings', title: msg`What you are told` },
  ],
}
