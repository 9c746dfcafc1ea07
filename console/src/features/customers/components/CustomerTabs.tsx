// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { AreaTabs } from '@/ui/Tabs'
import { customersFeature } from '..'
import { useOpenCount } from '../duplicates'

/** Of the area's first pages; beside Duplicates how many wait. */
export function CustomerTabs() {
  const open = useOpenCount()
  const text = open === null ? '' : `${open.count}${open.more ? '+' : ''}`
  const waiting = open === null ? '' : plural(open.count, { one: '# pair waits', other: '# pairs wait' })
  const badge = open !== null && open.count > 0 ? <span className="pt-badge" title={waiting}>{text}</span> : null
  return <AreaTabs of={customersFeature} badges={{ '/customers/duplicates': badge }} />
}
