// SPDX-License-Identifier: Apache-2.0
import { useLocation } from '@tanstack/react-router'
import { LinkTo } from './LinkTo'

export type Tab = { path: string; title: string }

/** The pages of an area as links, so that each has its address; the one that is open is marked. */
export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
  const at = useLocation({ select: (l) => l.pathname })
  return (
    <nav className="pt-tabs" aria-label={label}>
      {tabs.map(({ path, title }) => <LinkTo key={path} href={path} {...(path === at ? { 'aria-current': 'page' as const } : {})}>{title}</LinkTo>)}
    </nav>
  )
}
