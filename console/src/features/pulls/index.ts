// SPDX-License-Identifier: Apache-2.0
import { msg } from '@lingui/core/macro'
import type { Feature } from '@/base/feature'

/** Among the tabs of Connectors: systems that are asked, and folders in which files are left. */
export const pullsFeature: Feature = {
  name: 'pulls',
  group: 'tab',
  title: msg`Pulls and drop folders`,
  icon: 'import',
  path: '/connectors/pulls',
  permission: 'connectors.read',
  key: 'l',
  pages: [
    { path: '/connectors/pulls', page: () => import('./pages/PullsPage').then((m) => m.PullsPage), early: ['/api/v1/pulls'] },
    { path: '/connectors/pulls/new', page: () => import('./pages/NewPullPage').then((m) => m.NewPullPage), permission: 'connectors.write' },
    { path: '/connectors/pulls/$id', page: () => import('./pages/PullPage').then((m) => m.PullPage), early: ['/api/v1/pulls/$id', '/api/v1/pulls/$id/runs?limit=20'] },
    { path: '/connectors/pulls/$id/edit', page: () => import('./pages/EditPullPage').then((m) => m.EditPullPage), permission: 'connectors.write', early: ['/api/v1/pulls/$id'] },
    { path: '/connectors/folders', page: () => import('./pages/FoldersPage').then((m) => m.FoldersPage), early: ['/api/v1/drop-folders'] },
    { path: '/connectors/folders/new', page: () => import('./pages/NewFolderPage').then((m) => m.NewFolderPage), permission: 'connectors.write' },
    { path: '/connectors/folders/$id', page: () => import('./pages/FolderPage').then((m) => m.FolderPage), early: ['/api/v1/drop-folders/$id', '/api/v1/drop-folders/$id/files?limit=20'] },
    { path: '/connectors/folders/$id/edit', page: () => import('./pages/EditFolderPage').then((m) => m.EditFolderPage), permission: 'connectors.write', early: ['/api/v1/drop-folders/$id'] },
  ],
  commands: [
    { title: msg`Pull from another system`, path: '/connectors/pulls/new', permission: 'connectors.write' },
    { title: msg`Drop folders`, path: '/connectors/folders', permission: 'connectors.read' },
    { title: msg`Watch a drop folder`, path: '/connectors/folders/new', permission: 'connectors.write' },
  ],
}
