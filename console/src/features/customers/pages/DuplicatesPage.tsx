// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, SegmentedControl } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useEffect, useMemo, useRef } from 'react'
import { useShortcuts } from '@/base/keys'
import { oneOf, useUrl } from '@/base/url'
import { Ago, Time } from '@/ui/bits'
import { Page } from '@/ui/Page'
import { Empty, Failed, Loaded, Skeleton } from '@/ui/states'
import { CustomerTabs } from '../components/CustomerTabs'
import { DecisionNote } from '../components/DecisionNote'
import { Score } from '../components/Evidence'
import { PairPanel } from '../components/PairPanel'
import { ReadingIn } from '../components/ReadingIn'
import { afterwards, byWeight, type Pair, type Status, STATUSES, useOnePair, usePairs } from '../duplicates'
import { stillLoading } from '../model'
import { personName } from '../words'
import '../customers.css'
import '../duplicates.css'

/** From here on a pair stands beside the list, so the first one is open by itself. */
const WIDE = '(min-width: 900px)'

function Line({ pair, open, onOpen }: { pair: Pair; open: boolean; onOpen: () => void }) {
  const { i18n } = useLingui()
  const [a, b] = pair.persons.map((person) => personName(i18n, person))
  const strongest = byWeight(pair.evidence)[0]
  return (
    <li>
      <button type="button" className="du-line" data-open={open} aria-current={open ? 'true' : undefined} onClick={onOpen}>
        <Score score={pair.score} />
        <span className="pt-grow du-who">
          <span className="du-one"><bdi>{a}</bdi></span>
          <span className="du-one pt-soft">{pair.persons[0]?.id === pair.persons[1]?.id ? strongest && <bdi>{strongest.a}</bdi> : <bdi>{b}</bdi>}</span>
        </span>
        <span className="pt-faint du-when">{pair.decided_at === null ? <Ago at={pair.found_at} /> : <Time at={pair.decided_at} style="date" />}</span>
      </button>
    </li>
  )
}

function Nothing({ status }: { status: Status }) {
  const { t } = useLingui()
  if (status === 'open') return <Empty title={t`No pair waits`}><Trans>When two persons agree in name, mail, phone, birthday or address, they are proposed here with the evidence. Nobody is merged before somebody accepts.</Trans></Empty>
  return <Empty title={status === 'accepted' ? t`None was accepted yet` : t`None was refused yet`} />
}

function Queue({ pairs, status, more, query }: { pairs: readonly Pair[]; status: Status; more: boolean; query: ReturnType<typeof usePairs> }) {
  const { t } = useLingui()
  const [url, setUrl] = useUrl()
  const wide = useMediaQuery(WIDE, true, { getInitialValueInEffect: false }) ?? true
  const list = useRef<HTMLUListElement>(null)
  const asked = url.pair ?? null
  const listed = pairs.find((pair) => pair.id === asked)
  // from a person's page: it may stand further back, or have been decided
  const apart = useOnePair(asked !== null && listed === undefined ? asked : null).data
  const chosen = listed ?? apart ?? (wide && asked === null ? pairs[0] : undefined)
  const at = pairs.findIndex((pair) => pair.id === chosen?.id)
  function step(by: number) {
    const to = Math.max(0, Math.min(pairs.length - 1, at + by))
    const pair = pairs[to]
    if (pair === undefined) return
    setUrl({ pair: pair.id })
    list.current?.querySelectorAll<HTMLElement>('.du-line')[to]?.focus()
  }
  const group = t`Duplicates`
  useShortcuts([
    { keys: 'j', label: t`Next pair`, group, run: () => step(at < 0 || document.activeElement?.className !== 'du-line' && asked === null ? 0 : 1) },
    { keys: 'k', label: t`Pair before`, group, run: () => step(-1) },
  ])
  useEffect(() => {
    list.current?.querySelector('[data-open="true"]')?.scrollIntoView({ block: 'nearest' })
  }, [chosen?.id])
  return (
    <div className="du-split">
      {pairs.length === 0 ? <div className="pt-panel pt-grow"><Nothing status={status} /></div> : (
        <div className="pt-panel du-list">
          <ul ref={list} className="pt-items" aria-label={t`Pairs`}>{pairs.map((pair) => <Line key={pair.id} pair={pair} open={pair.id === chosen?.id} onOpen={() => setUrl({ pair: pair.id })} />)}</ul>
          {more && <div className="du-more"><Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}><Trans>More pairs</Trans></Button></div>}
        </div>
      )}
      {chosen && (
        <PairPanel
          key={chosen.id} pair={chosen} onClose={() => setUrl({ pair: wide ? 'none' : null })}
          onDone={() => setUrl({ pair: wide ? afterwards(pairs, chosen.id) : null })}
        />
      )}
    </div>
  )
}

export function DuplicatesPage() {
  const { t } = useLingui()
  const [url, setUrl] = useUrl()
  const status = oneOf(url.status, STATUSES)
  const query = usePairs(status)
  const pairs = useMemo(() => query.data?.pages.flatMap((page) => page.data) ?? [], [query.data])
  const names = { open: t`Open`, accepted: t`Accepted`, refused: t`Refused` }
  const loaded = plural(pairs.length, { one: '# pair', other: '# pairs' })
  const count = query.hasNextPage ? t`more than ${loaded}` : loaded
  return (
    <Page
      fill title={t`Duplicates`} note={query.data ? status === 'open' ? t`${count}, most probable first` : t`${count}, decided last first` : '\u00a0'}
      actions={<SegmentedControl aria-label={t`State`} value={status} data={STATUSES.map((value) => ({ value, label: names[value] }))} onChange={(value) => setUrl({ status: value === 'open' ? null : value, pair: null })} />}
    >
      <CustomerTabs />
      <DecisionNote />
      {query.data === undefined
        ? stillLoading(query) ? <ReadingIn /> : query.isError ? <Failed error={query.error} retry={() => void query.refetch()} /> : <Skeleton rows={10} height={56} />
        : <Loaded query={query}>{() => <Queue pairs={pairs} status={status} more={query.hasNextPage} query={query} />}</Loaded>}
    </Page>
  )
}
