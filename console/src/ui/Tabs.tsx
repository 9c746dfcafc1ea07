// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { Feature } from '@/base/feature'
import { mayDo, useSession } from '@/base/session'

export type Tab = { path: string; title: string; badge?: ReactNode }

/** The pages of an area as links, so that each has its address; the router marks the one that is open. */
export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
  return (
    <nav className="pt-tabs" aria-label={label}>
      {tabs.map(({ path, title, badge }) => <Link key={path} to={path} search={{}} activeOptions={{ exact: true, includeSearch: false }}>{title}{badge}</Link>)}
    </nav>
  )
}

/** The tabs of an area that this person may see; none where there is one page only. */
export function AreaTabs({ of, badges = {} }: { of: Feature; badges?: Record<string, ReactNode> }) {
  const { i18n } = useLingui()
  const session = useSession()
  const open = (of.tabs ?? []).filter((tab) => mayDo(session, tab.permission ?? of.permission))
  return open.length > 1 ? <Tabs label={i18n._(of.title)} tabs={open.map(({ path, title }) => ({ path, title: i18n._(title), badge: badges[path] }))} /> : null
}
