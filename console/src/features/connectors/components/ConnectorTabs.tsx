// SPDX-License-Identifier: Apache-2.0
import { AreaTabs } from '@/ui/Tabs'
import { connectorsFeature } from '..'

/** Of the area's first pages: shops, pulls, drop folders. */
export function ConnectorTabs() {
  return <AreaTabs of={connectorsFeature} />
}
