// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { pagesOf } from './early'

const line = (rest = '') => `    { path: '/shops/$id', page: () => import('./pages/ShopPage').then((m) => m.ShopPage)${rest} },\n`

describe('pagesOf', () => {
  it('reads path, module and what the page reads first', () => {
    const [page, ...others] = pagesOf('shops', line(", permission: 'shops.read', early: ['/api/v1/shops/$id', '/api/v1/zones?limit=5']"))
    expect(others).toEqual([])
    expect(page).toMatchObject({ feature: 'shops', path: '/shops/$id', permission: 'shops.read', data: ['/api/v1/shops/$id', '/api/v1/zones?limit=5'] })
    expect(page?.module).toMatch(/\/features\/shops\/pages\/ShopPage$/)
  })

  it('takes the permission of the feature where the page has none', () => {
    expect(pagesOf('shops', `  permission: 'shops.all',\n${line()}`)[0]?.permission).toBe('shops.all')
    expect(pagesOf('shops', `  permission: null,\n${line()}`)[0]?.permission).toBe('')
  })

  it('a page need not read anything', () => {
    expect(pagesOf('shops', line())[0]?.data).toEqual([])
  })

  it('refuses a definition that it cannot read', () => {
    expect(() => pagesOf('shops', "{ page: () => import('./pages/ShopPage'), path: '/shops' }")).toThrow(/features\/shops/)
  })
})
