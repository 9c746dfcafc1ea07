// SPDX-License-Identifier: Apache-2.0
import { msg } from '@lingui/core/macro'
import type { Feature } from '@/base/feature'

export const exploreFeature: Feature = {
  name: 'explore',
  group: 'front',
  title: msg`Explore`,
  icon: 'explore',
  path: '/explore',
  permission: 'analytics.read',
  key: 'f',
  pages: [
    { path: '/explore', page: () => import('./pages/ExplorePage').then((m) => m.ExplorePage), early: ['/api/v1/reports'] },
    { path: '/explore/exports', page: () => import('./pages/ExportsPage').then((m) => m.ExportsPage), early: ['/api/v1/analytics/exports'] },
    { path: '/explore/$id', page: () => import('./pages/QuestionPage').then((m) => m.QuestionPage) },
    { path: '/explore/report/$id', page: () => import('./pages/ReportPage').then((m) => m.ReportPage), early: ['/api/v1/reports/$id'] },
  ],
  commands: [
    { title: msg`Count what customers do`, path: '/explore/segmentation' },
    { title: msg`Build a funnel`, path: '/explore/funnel' },
    { title: msg`See exports by a schedule`, path: '/explore/exports' },
    { title: msg`See who comes back`, path: '/explore/retention' },
  ],
}
