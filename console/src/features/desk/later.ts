// SPDX-License-Identifier: Apache-2.0
import { useEffect, useState } from 'react'

let drawn = false

/** False in the first picture of a visit: what nobody reads or presses at once is made after it. */
export function useLater(): boolean {
  const [later, setLater] = useState(drawn)
  useEffect(() => {
    const frame = requestAnimationFrame(() => setTimeout(() => {
      drawn = true
      setLater(true)
    }))
    return () => cancelAnimationFrame(frame)
  }, [])
  return later
}
