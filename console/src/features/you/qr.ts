// SPDX-License-Identifier: Apache-2.0
import { encode } from 'uqr'

/** A QR code as the d of one SVG path, a dark module being a unit square; `size` is the side with its quiet border of four. */
export function qrPath(text: string): { size: number; path: string } {
  const { data, size } = encode(text, { ecc: 'M', border: 4 })
  let path = ''
  data.forEach((row, y) => row.forEach((dark, x) => {
    if (dark) path += `M${x} ${y}h1v1h-1z`
  }))
  return { size, path }
}
