// SPDX-License-Identifier: Apache-2.0
import { msg } from '@lingui/core/macro'
import type { Feature } from '@/base/feature'

export { ALL_PLACES, conditionOf, type Fault as RowFault, newRow, type Row, rowFault, rowOf } from './fold'
export { loadOfPerson } from './ofPerson'
export { loadWhereRows, loadWhereText } from './ofRows'

export const computedFeature: Feature = {
  name: 'computed',
  group: 'data',
  title: msg`Computed traits`,
  icon: 'sum',
  path: '/computed',
  permission: 'computed.read',
  key: 't',
  pages: [
    { path: '/computed', page: () => import('./pages/ComputedPage').then((m) => m.ComputedPage), early: ['/api/v1/computed-traits'] },
    { path: '/computed/$id', page: () => import('./pages/DefinitionPage').then((m) => m.DefinitionPage) },
  ],
  commands: [{ title: msg`Add a computed trait`, path: '/computed/new', permission: 'computed.write' }],
}
