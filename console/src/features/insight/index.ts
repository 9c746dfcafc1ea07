// SPDX-License-Identifier: Apache-2.0
import { msg } from '@lingui/core/macro'
import type { Feature } from '@/base/feature'

export const insightFeature: Feature = {
  name: 'insight',
  group: 'front',
  title: msg`Figures`,
  icon: 'chart',
  path: '/figures',
  permission: 'insight.read',
  key: 'z',
  pages: [
    { path: '/figures', page: () => import('./pages/FiguresPage').then((m) => m.FiguresPage) },
    { path: '/figures/surveys', page: () => import('./pages/SurveysPage').then((m) => m.SurveysPage), permission: 'surveys.read', early: ['/api/v1/surveys', '/api/v1/surveys/answers'] },
  ],
  tabs: [{ path: '/figures', title: msg`The four figures` }, { path: '/figures/surveys', title: msg`Surveys`, permission: 'surveys.read' }],
}
