// SPDX-License-Identifier: Apache-2.0
import type { ReactNode } from 'react'

/** What may be wider than the screen; scrolls by keyboard, too. */
export function Scroll({ label, children }: { label: string; children: ReactNode }) {
  return <div className="pt-scroll" tabIndex={0} role="region" aria-label={label}>{children}</div>
}
