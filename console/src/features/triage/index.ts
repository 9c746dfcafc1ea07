// SPDX-License-Identifier: Apache-2.0
import { msg } from '@lingui/core/macro'
import type { Feature } from '@/base/feature'

/** Among the tabs of the desk. */
export const triageFeature: Feature = {
  name: 'triage',
  group: 'tab',
  title: msg`Triage`,
  icon: 'filter',
  path: '/desk/triage',
  permission: 'desk.read',
  pages: [{ path: '/desk/triage', page: () => import('./pages/TriagePage').then((m) => m.TriagePage), early: ['/api/v1/triage/models?kind=category', '/api/v1/triage/quality'] }],
  commands: [{ title: msg`How well triage does`, path: '/desk/triage', permission: 'desk.read' }],
}
