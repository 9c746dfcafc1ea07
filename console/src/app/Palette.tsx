// SPDX-License-Identifier: Apache-2.0
// Search and commands in one box: pages, sources, people, events by position.
import { useLingui } from '@lingui/react/macro'
import { Modal } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { type KeyboardEvent, useId, useRef, useState } from 'react'
import { api, ok } from '@/api/client'
import { openFeatures } from '@/base/feature'
import { setPrefs, usePrefs } from '@/base/prefs'
import { mayDo, signOut, useMay, useSession } from '@/base/session'
import { useGo } from '@/base/url'
import { useFocusBack } from '@/ui/dialogs'
import { Icon, type IconName } from '@/ui/icons'
import { features } from './features'
import { matches } from './match'

type Item = { id: string; icon: IconName; text: string; note: string; run: () => void }

function useSources(): Item[] {
  const { t } = useLingui()
  const go = useGo()
  const may = useMay('sources.read')
  const { data } = useQuery({ queryKey: ['sources'], queryFn: async () => (await ok(api.GET('/api/v1/sources'))).data ?? [], enabled: may })
  return (data ?? []).map((s) => ({
    id: `source-${s.id}`, icon: 'source', text: s.name, note: t`Source`, run: () => go(`/sources/${s.id}`),
  }))
}

function usePeople(search: string): Item[] {
  const { t } = useLingui()
  const go = useGo()
  const may = useMay('people.read')
  const [slow] = useDebouncedValue(search.trim(), 150)
  const { data } = useQuery({
    queryKey: ['accounts', 'search', slow],
    queryFn: () => ok(api.GET('/api/v1/accounts', { params: { query: { search: slow, limit: 5 } } })),
    enabled: may && slow.length >= 2,
  })
  return (data?.data ?? []).map((a) => ({
    id: `person-${a.id}`, icon: 'person', text: a.name, note: `${t`Person`} · ${a.email}`, run: () => go(`/people?${new URLSearchParams({ q: a.email, person: a.id })}`),
  }))
}

/** Customers that fit, and the way to all of them. */
function useCustomers(search: string): Item[] {
  const { t } = useLingui()
  const go = useGo()
  const may = useMay('profiles.read')
  const text = search.trim()
  const [slow] = useDebouncedValue(text, 150)
  const { data } = useQuery({
    queryKey: ['customers', 'search', slow, 5],
    queryFn: async ({ signal }) => (await ok(api.GET('/api/v1/profiles', { params: { query: { search: slow, limit: 5 } }, signal }))).data,
    enabled: may && slow.length >= 2,
  })
  if (!may || text.length < 2) return []
  return [
    ...(data ?? []).map((p): Item => ({
      id: `customer-${p.id}`, icon: 'person', text: p.name || p.detail || t`Visitor without a name`, note: [t`Customer`, p.name === '' ? '' : p.detail].filter(Boolean).join(' · '), run: () => go(`/customers/${p.id}`),
    })),
    { id: 'customers', icon: 'search', text: t`Find a customer: ${text}`, note: t`All that fit`, run: () => go(`/customers?${new URLSearchParams({ q: text })}`) },
  ]
}

function usePages(): Item[] {
  const { t, i18n } = useLingui()
  const go = useGo()
  const session = useSession()
  const { theme, locale, density } = usePrefs()
  const pages = openFeatures(session, features).flatMap((f): Item[] => [
    { id: `page-${f.name}`, icon: f.icon, text: i18n._(f.title), note: t`Page`, run: () => go(f.path) },
    ...(f.commands ?? []).filter((c) => !c.permission || mayDo(session, c.permission)).map((c): Item => ({
      id: `command-${c.path}`, icon: f.icon, text: i18n._(c.title), note: t`Command`, run: () => go(c.path),
    })),
  ])
  return [
    ...pages,
    { id: 'theme', icon: 'settings', text: theme === 'dark' ? t`Light theme` : t`Dark theme`, note: t`Command`, run: () => setPrefs({ theme: theme === 'dark' ? 'light' : 'dark' }) },
    { id: 'density', icon: 'settings', text: density === 'compact' ? t`Comfortable density` : t`Compact density`, note: t`Command`, run: () => setPrefs({ density: density === 'compact' ? 'comfortable' : 'compact' }) },
    { id: 'language', icon: 'settings', text: locale === 'en' ? 'العربية' : 'English', note: t`Language`, run: () => setPrefs({ locale: locale === 'en' ? 'ar' : 'en' }) },
    { id: 'sign-out', icon: 'person', text: t`Sign out`, note: t`Command`, run: () => void signOut() },
  ]
}

function useEvents(search: string): Item[] {
  const { t } = useLingui()
  const go = useGo()
  const may = useMay('events.read')
  const position = search.trim()
  if (!may || !/^\d{1,15}$/.test(position)) return []
  return [{ id: 'event', icon: 'debugger', text: t`Event ${position}`, note: t`By its position in the log`, run: () => go(`/live?event=${position}`) }]
}

export function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useLingui()
  const [search, setSearch] = useState('')
  const [active, setActive] = useState(0)
  const list = useRef<HTMLUListElement>(null)
  useFocusBack()
  const id = useId()
  const pages = usePages()
  const sources = useSources()
  const people = usePeople(search)
  const customers = useCustomers(search)
  const events = useEvents(search)
  const found = [...events, ...[...pages, ...sources].filter((item) => matches(`${item.text} ${item.note}`, search)), ...customers, ...people].slice(0, 30)
  const at = Math.min(active, found.length - 1)

  function run(item: Item | undefined) {
    if (!item) return
    onClose()
    item.run()
  }
  function onKey(event: KeyboardEvent) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step !== undefined && found.length > 0) {
      const next = (at + step + found.length) % found.length
      setActive(next)
      list.current?.children[next]?.scrollIntoView({ block: 'nearest' })
    } else if (event.key === 'Enter') run(found[at])
    else return
    event.preventDefault()
  }
  return (
    <Modal.Root opened onClose={onClose} size={560} yOffset="12vh">
      <Modal.Overlay />
      <Modal.Content aria-label={t`Search and commands`}>
      <div className="sh-palette">
        <input
          data-autofocus role="combobox" aria-expanded="true" aria-controls={id} aria-autocomplete="list" aria-label={t`Search and commands`}
          aria-activedescendant={found[at] ? `${id}-${found[at].id}` : undefined} placeholder={t`Search customers, pages, sources, people, events`}
          value={search} autoComplete="off" spellCheck={false} onKeyDown={onKey}
          onChange={(event) => {
            setSearch(event.currentTarget.value)
            setActive(0)
          }}
        />
        <ul id={id} role="listbox" aria-label={t`Results`} ref={list}>
          {found.map((item, i) => (
            <li key={item.id} id={`${id}-${item.id}`} role="option" aria-selected={i === at} onClick={() => run(item)} onMouseMove={() => setActive(i)}>
              <Icon name={item.icon} />
              <span className="pt-grow">{item.text}</span>
              <span className="pt-faint">{item.note}</span>
            </li>
          ))}
        </ul>
        {found.length === 0 && <p className="pt-state">{t`Nothing found`}</p>}
      </div>
      </Modal.Content>
    </Modal.Root>
  )
}
