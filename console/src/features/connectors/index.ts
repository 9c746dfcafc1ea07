// SPDX-License-Identifier: Apache-2.0
import { msg } from '@lingui/core/macro'
import type { Feature } from '@/base/feature'

export { ConnectorTabs } from './components/ConnectorTabs'

/** All that brings in what others hold: webhooks of shops here, pulls and drop folders among its tabs (`features/pulls`). */
export const connectorsFeature: Feature = {
  name: 'connectors',
  group: 'data',
  title: msg`Connectors`,
  icon: 'store',
  path: '/connectors',
  permission: 'connectors.read',
  key: 'w',
  pages: [
    { path: '/connectors', page: () => import('./pages/ConnectorsPage').then((m) => m.ConnectorsPage), early: ['/api/v1/connectors'] },
    { path: '/connectors/new', page: () => import('./pages/NewPage').then((m) => m.NewPage), permission: 'connectors.write', early: ['/api/v1/connector-kinds'] },
    { path: '/connectors/$id', page: () => import('./pages/ConnectorPage').then((m) => m.ConnectorPage), early: ['/api/v1/connectors/$id'] },
  ],
  tabs: [
    { path: '/connectors', title: msg`Shops` },
    { path: '/connectors/pulls', title: msg`Pulls` },
    { path: '/connectors/folders', title: msg`Drop folders` },
  ],
  commands: [{ title: msg`Connect a shop`, path: '/connectors/new', permission: 'connectors.write' }],
}
