// SPDX-License-Identifier: Apache-2.0
import { msg } from '@lingui/core/macro'
import type { Feature } from '@/base/feature'

/** Among the tabs of Sources. */
export const qualityFeature: Feature = {
  name: 'quality',
  group: 'tab',
  title: msg`Quality of sources`,
  icon: 'chart',
  path: '/sources/quality',
  permission: 'sources.read',
  key: 'u',
  pages: [
    { path: '/sources/quality', page: () => import('./pages/QualityPage').then((m) => m.QualityPage), early: ['/api/v1/quality?from=$hour-167'] },
    { path: '/sources/quality/$id', page: () => import('./pages/SourceQualityPage').then((m) => m.SourceQualityPage), early: ['/api/v1/quality/$id?from=$hour-167&step=hour'] },
  ],
}
