// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { useFormat } from '@/base/format'
import { useMay } from '@/base/session'
import { Code, Mono, Status, Time } from '@/ui/bits'
import { SidePanel } from '@/ui/dialogs'
import { LinkTo } from '@/ui/LinkTo'
import { Facts } from '@/ui/Page'
import { Failed, NotFound, Skeleton } from '@/ui/states'
import { type LoggedEvent, type Quarantined, useEvent, useOne, useRaw } from '../model'
import { type Outcome, pretty } from '../redrive'
import { EditEvent } from './EditEvent'
import { fieldIn, reasons } from './reasons'

type Violation = { pointer: string; keyword: string; message: string }
type Said = { id: string; version: number; violations: Violation[] }

/** What the tracking plan said of it; the description leaves the member open, so it is looked at with care. */
function saidOf(event: LoggedEvent | undefined): Said | null {
  const plan = event?._patron?.plan as Partial<Said> | undefined
  return plan?.id === undefined ? null : { id: plan.id, version: plan.version ?? 0, violations: plan.violations ?? [] }
}

function Violations({ said }: { said: Said }) {
  const { t } = useLingui()
  const mayPlans = useMay('plans.read')
  const version = said.version
  return (
    <section aria-label={t`What the plan says`}>
      <ul className="qu-violations">
        {said.violations.map((v) => (
          <li key={`${v.pointer} ${v.keyword}`}><Mono>{v.pointer === '' ? '/' : v.pointer}</Mono> <bdi>{v.message}</bdi></li>
        ))}
      </ul>
      {mayPlans && <LinkTo href={`/plans/${said.id}`}><Trans>Open the plan (it was version {version})</Trans></LinkTo>}
    </section>
  )
}

function Why({ one }: { one: Quarantined }) {
  const { t, i18n } = useLingui()
  const event = useEvent(one.position)
  const words = reasons[one.reason]
  const said = saidOf(event.data)
  const field = fieldIn(one.reason, one.detail ?? '')
  const rows: [string, React.ReactNode][] = [
    [t`Found`, <bdi key="d">{one.detail}</bdi>],
    ...(field === undefined ? [] : [[t`Field`, <Mono key="f">{field}</Mono>] as [string, React.ReactNode]]),
    ...(words.bound === undefined ? [] : [[t`Bound`, i18n._(words.bound)] as [string, React.ReactNode]]),
  ]
  return (
    <div className="qu-why">
      <p><strong>{i18n._(words.name)}.</strong> {i18n._(words.why)}</p>
      {said !== null && said.violations.length > 0 ? <Violations said={said} /> : <Facts rows={rows} />}
      <p className="pt-soft"><strong><Trans>What it needs:</Trans></strong> {i18n._(words.need)}</p>
    </div>
  )
}

function Text({ position }: { position: number }) {
  const { t } = useLingui()
  const [view, setView] = useState<'pretty' | 'verbatim'>('pretty')
  const raw = useRaw(position)
  if (raw.data === undefined) return raw.isError ? <Failed error={raw.error} retry={() => void raw.refetch()} /> : <Skeleton rows={6} />
  return (
    <>
      <SegmentedControl
        aria-label={t`View of the text`} value={view} onChange={(value) => setView(value === 'verbatim' ? 'verbatim' : 'pretty')}
        data={[{ value: 'pretty', label: t`Indented` }, { value: 'verbatim', label: t`As received` }]}
      />
      <Code label={t`Text of the event`} text={view === 'pretty' ? pretty(raw.data) : raw.data} height={460} />
    </>
  )
}

function Edit({ position, onClose, onDone }: { position: number; onClose: () => void; onDone: (outcome: Outcome) => void }) {
  const raw = useRaw(position)
  if (raw.data === undefined) return raw.isError ? <Failed error={raw.error} retry={() => void raw.refetch()} /> : <Skeleton rows={6} />
  return <EditEvent key={position} position={position} text={pretty(raw.data)} onClose={onClose} onDone={onDone} />
}

function Told({ one, editing, busy, onEdit, onRedrive, onEdited }: {
  one: Quarantined
  editing: boolean
  busy: boolean
  onEdit: (on: boolean) => void
  onRedrive: () => void
  onEdited: (outcome: Outcome) => void
}) {
  const { t } = useLingui()
  const format = useFormat()
  const may = useMay('quarantine.write')
  const redriven = typeof one.redriven_as === 'number'
  return (
    <>
      {redriven && (
        <p className="qu-done"><Status tone="good">{t`Redriven`}</Status> <LinkTo href={`/live?event=${one.redriven_as}`}><Trans>Open the event it became</Trans></LinkTo></p>
      )}
      <Why one={one} />
      {may && !redriven && !editing && (
        <div className="pt-actions">
          <Button variant="filled" loading={busy} onClick={onRedrive}><Trans>Redrive</Trans></Button>
          <Button onClick={() => onEdit(true)}><Trans>Edit and redrive</Trans></Button>
        </div>
      )}
      {editing && may && !redriven ? <Edit position={one.position} onClose={() => onEdit(false)} onDone={onEdited} /> : <Text position={one.position} />}
      <Facts
        rows={[
          [t`Received`, <Time key="t" at={one.received_at} />],
          [t`Source`, <bdi key="s">{one.source ?? t`deleted`}</bdi>],
          [t`Size`, format.bytes(one.bytes)],
          [t`Position`, <Mono key="p">{String(one.position)}</Mono>],
        ]}
      />
    </>
  )
}

/** One kept-aside event beside the list; also opened by an address alone. */
export function QuarantinePanel({ position, known, editing, busy, onClose, onEdit, onRedrive, onEdited }: {
  position: number
  known: Quarantined | undefined
  editing: boolean
  busy: boolean
  onClose: () => void
  onEdit: (on: boolean) => void
  onRedrive: (one: Quarantined) => void
  onEdited: (outcome: Outcome) => void
}) {
  const { t, i18n } = useLingui()
  const query = useOne(position)
  const one = query.data ?? known
  return (
    <SidePanel title={one ? i18n._(reasons[one.reason].name) : t`Event kept aside`} onClose={onClose} wide>
      {one ? <Told one={one} editing={editing} busy={busy} onEdit={onEdit} onRedrive={() => onRedrive(one)} onEdited={onEdited} />
        : query.isError ? <Failed error={query.error} retry={() => void query.refetch()} />
          : query.data === null ? <NotFound what={t`No event was kept aside at this position`} /> : <Skeleton rows={8} />}
    </SidePanel>
  )
}
