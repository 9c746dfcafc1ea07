// SPDX-License-Identifier: Apache-2.0
import { msg } from '@lingui/core/macro'
import type { Feature } from '@/base/feature'

export const settingsFeature: Feature = {
  name: 'settings',
  group: 'system',
  title: msg`Settings`,
  icon: 'settings',
  path: '/settings',
  permission: 'system.read',
  key: 'e',
  pages: [{ path: '/settings', page: () => import('./pages/SettingsPage').then((m) => m.SettingsPage), early: ['/api/v1/settings'] }],
}
