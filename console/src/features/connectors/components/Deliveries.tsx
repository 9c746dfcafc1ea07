// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, NativeSelect } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useFormat } from '@/base/format'
import { useMay } from '@/base/session'
import { oneOf, useUrl } from '@/base/url'
import { Mono, Status, Time, type Tone } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { FormDialog, SidePanel } from '@/ui/dialogs'
import { ButtonLink, LinkTo } from '@/ui/LinkTo'
import { Facts } from '@/ui/Page'
import { Empty, Loaded } from '@/ui/states'
import { toast } from '@/ui/toast'
import { type Connector, type Delivery, type Result, redriveKept, useDeliveries, useKept } from '../model'

const RESULTS = ['landed', 'quarantined', 'stale', 'ignored', 'privacy', 'disabled', 'unsigned', 'too_large', 'failed'] as const satisfies readonly Result[]
const CHOICES = ['any', ...RESULTS] as const
export const TONES: Record<Result, Tone> = { landed: 'good', quarantined: 'warn', stale: 'plain', ignored: 'plain', privacy: 'accent', disabled: 'plain', unsigned: 'bad', too_large: 'bad', failed: 'bad' }

export function useResultNames(): Record<Result, string> {
  const { t } = useLingui()
  return {
    landed: t`Landed`, quarantined: t`Not understood, kept`, stale: t`Older than what is known`, ignored: t`Nothing is made of it`, privacy: t`To the privacy desk`, disabled: t`Dropped, disabled`,
    unsigned: t`Wrong signature`, too_large: t`Too large`, failed: t`To be sent again`,
  }
}

function useColumns(): Column<Delivery>[] {
  const { t } = useLingui()
  const format = useFormat()
  const names = useResultNames()
  return useMemo(() => [
    { id: 'at', title: t`Time`, main: true, cell: (d) => <Time at={d.at} />, value: (d) => d.at, width: '215px' },
    { id: 'result', title: t`Result`, cell: (d) => <Status tone={TONES[d.result]} dot>{names[d.result]}</Status>, value: (d) => names[d.result], width: '200px' },
    { id: 'status', title: t`Answered`, cell: (d) => String(d.status), value: (d) => d.status, numeric: true, width: '95px' },
    { id: 'topic', title: t`Topic`, cell: (d) => (d.topic === null ? <span className="pt-faint">–</span> : <bdi className="cn-mono">{d.topic}</bdi>), value: (d) => d.topic, width: 'minmax(130px, 1fr)' },
    { id: 'events', title: t`Events`, cell: (d) => format.integer(d.events), value: (d) => d.events, numeric: true, width: '80px' },
    { id: 'reason', title: t`Why`, cell: (d) => (d.reason === null ? <span className="pt-faint">–</span> : <bdi title={d.reason}>{d.reason}</bdi>), value: (d) => d.reason, width: 'minmax(180px, 2fr)' },
    { id: 'delivery', title: t`Id there`, cell: (d) => <Mono>{d.delivery ?? ''}</Mono>, value: (d) => d.delivery, width: 'minmax(120px, 1fr)', optional: true },
    { id: 'peer', title: t`From`, cell: (d) => <Mono>{d.peer ?? ''}</Mono>, value: (d) => d.peer, width: '140px', optional: true },
    { id: 'bytes', title: t`Size`, cell: (d) => format.bytes(d.bytes), value: (d) => d.bytes, numeric: true, width: '90px', optional: true },
  ], [t, format, names])
}

function One({ one, of, onClose }: { one: Delivery; of: Connector; onClose: () => void }) {
  const { t } = useLingui()
  const format = useFormat()
  const names = useResultNames()
  const mayEvents = useMay('events.read')
  const none = <span className="pt-faint">–</span>
  return (
    <SidePanel title={names[one.result]} onClose={onClose}>
      <Facts
        rows={[
          [t`Time`, <Time key="at" at={one.at} style="dateTime" />],
          [t`Answered`, String(one.status)],
          [t`Why`, one.reason === null ? none : <bdi key="w" className="cn-error">{one.reason}</bdi>],
          [t`Topic`, one.topic === null ? none : <Mono key="t">{one.topic}</Mono>],
          [t`Id there`, one.delivery === null ? none : <Mono key="d" copy>{one.delivery}</Mono>],
          [t`Events`, format.integer(one.events)],
          [t`Known already`, format.integer(one.duplicates)],
          [t`Size`, format.bytes(one.bytes)],
          [t`From`, one.peer === null ? none : <Mono key="p">{one.peer}</Mono>],
          [t`Sent by`, one.agent === null ? none : <bdi key="a" className="cn-error">{one.agent}</bdi>],
        ]}
      />
      {mayEvents && of.source !== null && (
        <div className="pt-actions">
          {one.events > 0 && <ButtonLink href={`/live?source=${of.source.id}`}><Trans>Events of its source</Trans></ButtonLink>}
          {one.result === 'quarantined' && <ButtonLink href={`/quarantine?source=${of.source.id}&reason=unmapped_delivery`}><Trans>See it in the quarantine</Trans></ButtonLink>}
        </div>
      )}
    </SidePanel>
  )
}

/** What could not be mapped, and sending it through today's mapping. */
export function Kept({ of }: { of: Connector }) {
  const { t } = useLingui()
  const mayRedrive = useMay('quarantine.write')
  const kept = useKept(of.source?.id).data
  const [opened, setOpened] = useState(false)
  const source = of.source
  if (source === null || kept === undefined || kept.count === 0) return null
  const count = kept.more ? t`over ${kept.count} deliveries` : plural(kept.count, { one: '# delivery', other: '# deliveries' })
  async function send() {
    const { redriven, refused } = await redriveKept(source?.id ?? '')
    setOpened(false)
    const landed = plural(redriven, { one: '# delivery landed', other: '# deliveries landed' })
    toast(refused === 0 ? { text: landed } : { text: t`${landed}; still not understood: ${refused}`, tone: redriven === 0 ? 'bad' : 'good' })
  }
  return (
    <div className="pt-banner pt-warn">
      <span><Trans>Not understood and kept: {count}.</Trans> <LinkTo href={`/quarantine?source=${source.id}&reason=unmapped_delivery`}><Trans>See why</Trans></LinkTo></span>
      {mayRedrive && <Button size="compact-xs" onClick={() => setOpened(true)}><Trans>Map them again…</Trans></Button>}
      <FormDialog title={t`Map what was kept again`} opened={opened} onClose={() => setOpened(false)} onSubmit={send} submit={t`Map them again`}>
        <p className="pt-soft"><Trans>All deliveries of the source <bdi>{source.name}</bdi> that were not understood go through the mapping of now. What is understood lands once; the rest stays kept.</Trans></p>
      </FormDialog>
    </div>
  )
}

/** The last deliveries that were signed, and the last that were refused. */
export function Deliveries({ of }: { of: Connector }) {
  const { t } = useLingui()
  const [url, setUrl] = useUrl()
  const query = useDeliveries(of.id)
  const names = useResultNames()
  const columns = useColumns()
  const result = oneOf(url.result, CHOICES)
  const open = query.data?.find((one) => one.key === url.delivery)
  return (
    <>
      <Kept of={of} />
      <Loaded query={query}>
        {(all) => (
          <div className="pt-split">
            <div>
              <DataTable
                label={t`Deliveries`} columns={columns} rows={result === 'any' ? all : all.filter((one) => one.result === result)} rowId={(one) => one.key} csv="deliveries" storageKey="connector-deliveries" maxRows={40}
                openId={url.delivery ?? null} onOpen={(one) => setUrl({ delivery: one.key })} tone={(one) => (TONES[one.result] === 'bad' ? 'bad' : one.result === 'quarantined' ? 'warn' : undefined)}
                tools={(
                  <NativeSelect
                    aria-label={t`Result`} w={240} value={result} data={CHOICES.map((value) => ({ value, label: value === 'any' ? t`All` : names[value] }))}
                    onChange={(event) => setUrl({ result: event.currentTarget.value === 'any' ? null : event.currentTarget.value, delivery: null })}
                  />
                )}
                empty={(
                  <Empty title={all.length === 0 ? t`Nothing came yet` : t`No such delivery among the last`}>
                    <Trans>The last 20 deliveries that were signed are kept, and the last 20 since the start of the server that were refused.</Trans>
                  </Empty>
                )}
              />
            </div>
            {open && <One one={open} of={of} onClose={() => setUrl({ delivery: null })} />}
          </div>
        )}
      </Loaded>
    </>
  )
}
