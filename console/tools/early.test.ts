// SPDX-License-Identifier: Apache-2.0
import { afterEach, describe, expect, it } from 'vitest'
import { ASK, pagesOf } from './early'

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

describe('what runs in the head', () => {
  const asked: string[] = []
  const answers: Record<string, unknown> = { '/api/v1/shops/7': { name: 'Graz' } }
  const early = () => (globalThis as { patronEarly?: Map<string, Promise<Response>> }).patronEarly
  afterEach(() => {
    asked.splice(0)
    delete (globalThis as { patronEarly?: unknown }).patronEarly
  })

  function open(session: object, address: { pathname: string; search: string }) {
    const given: Record<string, unknown> = {
      fetch: (url: string) => {
        asked.push(url)
        return Promise.resolve(new Response(JSON.stringify(url === '/api/v1/session' ? session : (answers[url] ?? {}))))
      },
      document: { head: { append: () => undefined }, createElement: () => ({}) }, location: address, localStorage: { getItem: () => null }, navigator: { languages: ['en'] },
    }
    new Function(...Object.keys(given), `${ASK}([['^/shops/([^/]+)/?$',['/a.js'],{},'shops.read',['/api/v1/shops/$id']],['^/sales/?$',[],{},'shops.read',['/api/v1/sales?from=$hour-167']]],{})`)(...Object.values(given))
  }

  it('asks who is there, then what the page needs, and hands on answers that are read', async () => {
    open({ signed_in: true, permissions: ['shops.read'] }, { pathname: '/shops/7', search: '' })
    const answer = await early()?.get('/api/v1/shops/7')
    expect(asked).toEqual(['/api/v1/session', '/api/v1/shops/7'])
    expect(answer?.bodyUsed).toBe(true)
    expect(await answer?.json()).toEqual({ name: 'Graz' })
    expect(await answer?.text()).toBe('{"name":"Graz"}')
    expect(await (await early()?.get('/api/v1/session'))?.json()).toEqual({ signed_in: true, permissions: ['shops.read'] })
  })

  it('asks from a whole hour on', async () => {
    open({ signed_in: true, permissions: ['shops.read'] }, { pathname: '/sales', search: '' })
    await Promise.all(early()?.values() ?? [])
    const [, from = ''] = /^\/api\/v1\/sales\?from=(.*)$/.exec(asked[1] ?? '') ?? []
    expect(decodeURIComponent(from)).toBe(new Date(Math.floor(Date.now() / 3600000 - 167) * 3600000).toISOString())
  })

  it('asks nothing that one may not see', async () => {
    open({ signed_in: true, permissions: [] }, { pathname: '/shops/7', search: '' })
    await expect(early()?.get('/api/v1/shops/7')).rejects.toBe(0)
    expect(asked).toEqual(['/api/v1/session'])
  })

  it('leaves an address with a choice in it to the page', () => {
    open({ signed_in: true, permissions: ['shops.read'] }, { pathname: '/shops/7', search: '?tab=2' })
    expect([...(early()?.keys() ?? [])]).toEqual(['/api/v1/session'])
  })
})
