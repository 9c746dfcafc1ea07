// SPDX-License-Identifier: Apache-2.0
// The first pane: views and queues, and how many tickets are in each.
import { Trans, useLingui } from '@lingui/react/macro'
import { NativeSelect } from '@mantine/core'
import { useQueries } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useFormat } from '@/base/format'
import { useSession } from '@/base/session'
import { useUrl } from '@/base/url'
import { Icon, type IconName } from '@/ui/icons'
import { LinkTo } from '@/ui/LinkTo'
import { useLater } from '../later'
import { ALL, countOf, type DeskRecord, useRecords } from '../model'
import { askedOf, VIEWS } from '../views'

type Entry = { view: string; name: string; icon: IconName; group: 'views' | 'queues' | 'saved' }

export function useEntries(): Entry[] {
  const { i18n } = useLingui()
  const queues = useRecords('queues').data ?? []
  const saved = useRecords('views').data ?? []
  const of = (group: 'queues' | 'saved', icon: IconName, prefix: string) => (one: DeskRecord): Entry => ({ view: `${prefix}:${one.id}`, name: one.name, icon, group })
  return [
    ...VIEWS.map(({ id, name, icon }): Entry => ({ view: id, name: i18n._(name), icon, group: 'views' })),
    ...queues.map(of('queues', 'menu', 'queue')),
    ...saved.map(of('saved', 'filter', 'saved')),
  ]
}

/** How many there are in each; asked once the list itself is there, and again every ten seconds. */
function useTotals(entries: readonly Entry[], ready: boolean): (number | undefined)[] {
  const me = useSession()?.account?.id ?? ''
  const saved = useRecords('views').data
  const later = useLater()
  return useQueries({
    queries: entries.map(({ view }) => {
      const { sort: _, ...asked } = askedOf({ view }, me, saved) ?? {}
      return {
        queryKey: [ALL, 'count', asked], queryFn: ({ signal }: { signal: AbortSignal }) => countOf(asked, signal), enabled: ready && later && view !== 'all', refetchInterval: 10000, staleTime: 5000,
      }
    }),
  }).map((query) => query.data)
}

export function ViewsPane({ view, ready }: { view: string; ready: boolean }) {
  const { t } = useLingui()
  const format = useFormat()
  const [, setUrl] = useUrl()
  const entries = useEntries()
  const totals = useTotals(entries, ready)
  const groups = [['views', t`Views`], ['queues', t`Queues`], ['saved', t`Saved views`]] as const
  return (
    <nav className="dk-views" aria-label={t`Views and queues`}>
      <NativeSelect
        className="dk-views-short" aria-label={t`View or queue`} value={view} onChange={(event) => setUrl({ view: event.currentTarget.value === 'open' ? null : event.currentTarget.value, ticket: null })}
        data={groups.map(([group, name]) => ({ group: name, items: entries.filter((one) => one.group === group).map((one) => ({ value: one.view, label: one.name })) })).filter((one) => one.items.length > 0)}
      />
      <div className="dk-views-long">
        {groups.filter(([group]) => entries.some((one) => one.group === group)).map(([group, name]) => (
          <div key={group} role="group" aria-label={name}>
            <div className="dk-views-group" aria-hidden="true">{name}</div>
            {entries.map((one, i) => {
              if (one.group !== group) return null
              const total = totals[i]
              return (
                <Link
                  key={one.view} to="/desk" search={(one.view === 'open' ? {} : { view: one.view }) as never} activeOptions={{ exact: true, includeSearch: true }} className="dk-view"
                  data-on={one.view === view} aria-current={one.view === view ? 'page' : undefined}
                >
                  <Icon name={one.icon} size={14} />
                  <span className="pt-grow dk-cut"><bdi>{one.name}</bdi></span>
                  {total !== undefined && <span className="dk-view-count">{format.short(total)}</span>}
                </Link>
              )
            })}
          </div>
        ))}
        <div className="dk-views-more"><LinkTo href="/desk/records"><Trans>Queues, macros, vendors…</Trans></LinkTo></div>
      </div>
    </nav>
  )
}
