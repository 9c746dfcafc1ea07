// SPDX-License-Identifier: Apache-2.0
import { msg } from '@lingui/core/macro'
import type { Feature } from '@/base/feature'

export const sourcesFeature: Feature = {
  name: 'sources',
  group: 'data',
  title: msg`Sources`,
  icon: 'source',
  path: '/sources',
  permission: 'sources.read',
  key: 's',
  pages: [
    { path: '/sources', page: () => import('./pages/SourcesPage').then((m) => m.SourcesPage), early: ['/api/v1/sources', '/api/v1/stats/sources', '/api/v1/plans'] },
    { path: '/sources/$id', page: () => import('./pages/SourcePage').then((m) => m.SourcePage), early: ['/api/v1/sources/$id', '/api/v1/stats/sources', '/api/v1/plans'] },
  ],
  tabs: [{ path: '/sources', title: msg`Sources` }, { path: '/sources/quality', title: msg`Quality` }],
  commands: [{ title: msg`Add a source`, path: '/sources?add=1', permission: 'sources.write' }],
}
