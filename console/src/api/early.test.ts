// SPDX-License-Identifier: Apache-2.0
import { beforeEach, describe, expect, it, vi } from 'vitest'

const HERE = 'http://127.0.0.1:8080'
const asked = new Map<string, Promise<Response>>()

beforeEach(() => {
  vi.resetModules()
  vi.stubGlobal('patronEarly', asked)
  vi.stubGlobal('location', { origin: HERE })
  asked.clear()
})

describe('answers that the head has asked for', () => {
  it('are given out once, to a request that reads', async () => {
    const { takeEarly } = await import('./early')
    const answer = new Response('{}')
    asked.set('/api/v1/sources', Promise.resolve(answer))
    expect(takeEarly(new Request(`${HERE}/api/v1/sources`, { method: 'POST' }))).toBeUndefined()
    expect(await takeEarly(new Request(`${HERE}/api/v1/sources`))).toBe(answer)
    expect(takeEarly(new Request(`${HERE}/api/v1/sources`))).toBeUndefined()
  })

  it('are waited for, also those that failed', async () => {
    const { earlyAnswers } = await import('./early')
    const refused = Promise.reject(new Error('refused'))
    let arrive: (answer: Response) => void = () => undefined
    asked.set('/a', refused)
    asked.set('/b', new Promise((resolve) => { arrive = resolve }))
    let there = false
    const all = earlyAnswers().then(() => { there = true })
    await Promise.resolve()
    expect(there).toBe(false)
    arrive(new Response(''))
    await all
    expect(there).toBe(true)
  })

  it('need not be there', async () => {
    vi.stubGlobal('patronEarly', undefined)
    const { earlyAnswers, takeEarly } = await import('./early')
    expect(takeEarly(new Request(`${HERE}/api/v1/sources`))).toBeUndefined()
    await earlyAnswers()
  })
})
