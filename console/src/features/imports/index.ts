// SPDX-License-Identifier: Apache-2.0
import { msg } from '@lingui/core/macro'
import type { Feature } from '@/base/feature'

export type { Mapping } from './mapping'
export { loadMappingEditor } from './ofMapping'

export const importsFeature: Feature = {
  name: 'imports',
  group: 'data',
  title: msg`Imports`,
  icon: 'import',
  path: '/imports',
  permission: 'imports.read',
  key: 'i',
  pages: [
    { path: '/imports', page: () => import('./pages/ImportsPage').then((m) => m.ImportsPage), early: ['/api/v1/sources', '/api/v1/imports?limit=100'] },
    { path: '/imports/$id', page: () => import('./pages/ImportPage').then((m) => m.ImportPage) },
  ],
  commands: [{ title: msg`Import a file`, path: '/imports?add=1', permission: 'imports.write' }],
}
