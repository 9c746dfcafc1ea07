// SPDX-License-Identifier: Apache-2.0
// What stands around every page: skip link, top bar, rail, palette, keys.
import { useLingui } from '@lingui/react/macro'
import { Link, useLocation, useNavigate } from '@tanstack/react-router'
import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react'
import { type Feature, openFeatures } from '@/base/feature'
import { useShortcuts } from '@/base/keys'
import { useSession } from '@/base/session'
import { Icon } from '@/ui/icons'
import { Toasts } from '@/ui/toast'
import { Expired } from './Expired'
import { features } from './features'
import { OfflineBanner } from './live'
import { usePrefsSync } from './prefsSync'
import { TopBar } from './TopBar'

const Palette = lazy(() => import('./Palette').then((m) => ({ default: m.Palette })))
const KeyList = lazy(() => import('./KeyList').then((m) => ({ default: m.KeyList })))

export function useOpenFeatures(): Feature[] {
  const session = useSession()
  return openFeatures(session, features)
}

function Rail({ open, onGo }: { open: boolean; onGo: () => void }) {
  const { t, i18n } = useLingui()
  const path = useLocation({ select: (l) => l.pathname })
  const mine = useOpenFeatures()
  const groups = [['front', t`Customer experience`], ['data', t`Data`], ['system', t`System`]] as const
  return (
    <nav className="sh-rail" aria-label={t`Areas`} data-open={open}>
      {groups.filter(([group]) => mine.some((f) => f.group === group)).map(([group, name]) => (
        <div key={group} role="group" aria-label={name}>
          <div className="sh-group" aria-hidden="true">{name}</div>
          {mine.filter((f) => f.group === group).map((f) => {
            const on = path === f.path || path.startsWith(`${f.path}/`)
            return (
              <Link key={f.name} to={f.path} search={{}} data-on={on} aria-current={on ? 'page' : undefined} onClick={onGo}>
                <Icon name={f.icon} />
                {i18n._(f.title)}
              </Link>
            )
          })}
        </div>
      ))}
    </nav>
  )
}

export function Shell({ children }: { children: ReactNode }) {
  usePrefsSync()
  const { t, i18n } = useLingui()
  const navigate = useNavigate()
  const mine = useOpenFeatures()
  const path = useLocation({ select: (l) => l.pathname })
  const [rail, setRail] = useState(false)
  const [palette, setPalette] = useState(false)
  const [keys, setKeys] = useState(false)
  useEffect(() => setRail(false), [path])
  const go = t`Go to`
  const general = t`Everywhere`
  useShortcuts([
    { keys: '?', label: t`This list of keys`, group: general, run: () => setKeys(true) },
    { keys: 'mod+k', label: t`Search and commands`, group: general, whileTyping: true, run: () => setPalette((now) => !now) },
    { keys: '/', label: t`Search`, group: general, run: () => setPalette(true) },
    ...mine.flatMap((f) => (f.key === undefined ? [] : [{ keys: `g ${f.key}`, label: i18n._(f.title), group: go, run: () => void navigate({ to: f.path }) }])),
  ])
  return (
    <div className="sh-app">
      <a className="sh-skip" href="#main">{t`Skip to the page`}</a>
      <TopBar onSearch={() => setPalette(true)} onMenu={() => setRail(!rail)} menuOpen={rail} onKeys={() => setKeys(true)} />
      <Rail open={rail} onGo={() => setRail(false)} />
      {rail && <button type="button" className="sh-shade" aria-label={t`Close the menu`} onClick={() => setRail(false)} />}
      <div className="sh-body">
        <OfflineBanner />
        <main id="main" className="sh-main pt-grow" tabIndex={-1}>{children}</main>
      </div>
      <Suspense>
        {palette && <Palette onClose={() => setPalette(false)} />}
        {keys && <KeyList onClose={() => setKeys(false)} />}
      </Suspense>
      <Expired />
      <Toasts />
    </div>
  )
}
