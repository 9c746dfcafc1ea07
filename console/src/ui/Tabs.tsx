// SPDX-License-Identifier: Apache-2.0
import { Link } from '@tanstack/react-router'

export type Tab = { path: string; title: string }

/** The pages of an area as links, so that each has its address; the router marks the one that is open. */
export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
  return (
    <nav className="pt-tabs" aria-label={label}>
      {tabs.map(({ path, title }) => <Link key={path} to={path} search={{}} activeOptions={{ exact: true, includeSearch: false }}>{title}</Link>)}
    </nav>
  )
}
