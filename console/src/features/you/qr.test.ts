// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from 'vitest'
import { qrPath } from './qr'

describe('qrPath', () => {
  it('draws the three finder patterns inside a quiet border', () => {
    const { size, path } = qrPath('otpauth://totp/Patron:a%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Patron')
    const dark = new Set([...path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)].map(([, x, y]) => `${x} ${y}`))
    expect((size - 8 - 17) % 4).toBe(0)
    for (const [x, y] of [[4, 4], [size - 11, 4], [4, size - 11]] as const) {
      for (let i = 0; i < 7; i += 1) expect(dark.has(`${x + i} ${y}`)).toBe(true)
      expect(dark.has(`${x + 1} ${y + 1}`)).toBe(false)
      expect(dark.has(`${x + 3} ${y + 3}`)).toBe(true)
    }
    expect([...dark].every((at) => at.split(' ').every((n) => Number(n) >= 4 && Number(n) < size - 4))).toBe(true)
  })
})
