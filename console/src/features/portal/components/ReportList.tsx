// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useSyncExternalStore } from 'react'
import { Ago, Status } from '@/ui/bits'
import { LinkTo } from '@/ui/LinkTo'
import { type Report, reports } from '../model'
import type { Unsent } from '../outbox'
import { states } from '../words'

function Row({ one, stores }: { one: Report; stores: boolean }) {
  const { t, i18n } = useLingui()
  const { till } = one
  const state = states[one.state]
  const places = [...(stores && one.store !== '' ? [one.store] : []), ...(till === '' ? [] : [t`till ${till}`])]
  return (
    <li>
      <LinkTo href={`/portal/tickets/${one.ticket}`} className="po-row">
        <span className="pt-grow">
          <strong><bdi>{one.title || one.ticket}</bdi></strong>
          <small>{places.length > 0 && <><bdi>{places.join(', ')}</bdi> · </>}<Ago at={one.at} />{!one.mine && <> · <Trans>by a colleague</Trans></>}</small>
        </span>
        <Status tone={one.confirmed_at === null ? state.tone : 'plain'}>{one.confirmed_at !== null && one.state === 'solved' ? t`Confirmed` : i18n._(state.name)}</Status>
      </LinkTo>
    </li>
  )
}

export function ReportList({ rows, stores, label }: { rows: readonly Report[]; stores: boolean; label: string }) {
  return <ul className="po-list" aria-label={label}>{rows.map((one) => <Row key={one.report} one={one} stores={stores} />)}</ul>
}

function Waiting({ one }: { one: Unsent }) {
  const { t } = useLingui()
  return (
    <li className="po-row">
      <span className="pt-grow">
        <strong><bdi>{one.title}</bdi></strong>
        <small>{one.refused === undefined ? <Trans>Waits for the connection, since <Ago at={one.at} /></Trans> : <span role="alert"><Trans>Not taken: <bdi>{one.refused}</bdi></Trans></span>}</small>
      </span>
      <Button size="compact-md" onClick={() => reports.drop(one.key)} aria-label={t`Throw away: ${one.title}`}><Trans>Throw away</Trans></Button>
    </li>
  )
}

/** What the server does not have yet. */
export function UnsentList({ account }: { account: string }) {
  const { t } = useLingui()
  const all = useSyncExternalStore(reports.subscribe, reports.all)
  const mine = all.filter((one) => one.account === account)
  if (mine.length === 0) return null
  return (
    <section className="pt-stack">
      <h2>{t`Not sent yet`}</h2>
      <ul className="po-list">{mine.map((one) => <Waiting key={one.key} one={one} />)}</ul>
    </section>
  )
}
