// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useFormat } from '@/base/format'
import { useMay } from '@/base/session'
import { useUrl } from '@/base/url'
import { Ago, Status } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { FormDialog } from '@/ui/dialogs'
import { Facts, Panel } from '@/ui/Page'
import { Empty, Loaded } from '@/ui/states'
import { toast } from '@/ui/toast'
import { type Kind, type Model, putInForce, useModel } from '../model'
import { states } from '../words'
import { Categories } from './Categories'
import { Confusion } from './Confusion'

export function StateOf({ of }: { of: Model }) {
  const { i18n } = useLingui()
  return <Status tone={states[of.state].tone}>{i18n._(states[of.state].name)}</Status>
}

export function Versions({ models, shown }: { models: readonly Model[]; shown: number }) {
  const { t } = useLingui()
  const format = useFormat()
  const [, setUrl] = useUrl()
  const columns = useMemo<Column<Model>[]>(() => [
    { id: 'version', title: t`Version`, main: true, width: '150px', value: (one) => one.version, cell: (one) => <span className="pt-row">{format.integer(one.version)} <StateOf of={one} /></span> },
    { id: 'accuracy', title: t`Right`, numeric: true, width: '80px', value: (one) => one.metrics.held.accuracy, cell: (one) => (one.metrics.held.texts === 0 ? '–' : format.percent(one.metrics.held.accuracy)) },
    { id: 'coverage', title: t`Accepted`, numeric: true, width: '90px', value: (one) => one.metrics.held.coverage, cell: (one) => (one.metrics.held.texts === 0 ? '–' : format.percent(one.metrics.held.coverage, 0)) },
    { id: 'precision', title: t`Of these right`, numeric: true, width: '110px', value: (one) => one.metrics.held.precision, cell: (one) => (one.metrics.held.texts === 0 || one.metrics.held.coverage === 0 ? '–' : format.percent(one.metrics.held.precision)) },
    { id: 'from', title: t`Learnt from`, width: 'minmax(140px, 1fr)', value: (one) => one.decisions + one.files, cell: (one) => (one.origin === 'starter' ? t`what comes with Patron` : t`decisions: ${format.integer(one.decisions)}, from files: ${format.integer(one.files)}`) },
    { id: 'made', title: t`Made`, width: '130px', value: (one) => one.made_at, cell: (one) => <Ago at={one.made_at} /> },
    { id: 'by', title: t`By`, width: '130px', optional: true, value: (one) => one.made_by, cell: (one) => <bdi>{one.made_by === '' ? t`Patron` : one.made_by}</bdi> },
    { id: 'why', title: t`Why`, width: 'minmax(120px, 2fr)', value: (one) => one.reason, cell: (one) => <bdi title={one.reason}>{one.reason}</bdi> },
  ], [t, format])
  return (
    <DataTable
      label={t`Versions`} columns={columns} rows={models} rowId={(one) => String(one.version)} openId={String(shown)} onOpen={(one) => setUrl({ version: one.version })} maxRows={8} csv="triage-versions" storageKey="triage-versions" tools={<h2>{t`Versions`}</h2>}
      empty={<Empty title={t`No model yet`}><Trans>One is made once there are labelled texts to learn from.</Trans></Empty>}
    />
  )
}

/** Beside the one that it was compared with, on the same texts. */
function Compared({ of }: { of: Model }) {
  const { t } = useLingui()
  const format = useFormat()
  const { held, before, gained, lost, luck } = of.metrics
  if (of.before === null || before.texts === 0) return null
  const beside = (now: number, then: number, digits = 1) => t`${format.percent(now, digits)}, before ${format.percent(then, digits)}`
  const version = format.integer(of.before)
  return (
    <Facts rows={[
      [t`Compared with`, t`version ${version}, on ${format.integer(held.texts)} texts that neither had learnt`],
      [t`Right`, beside(held.accuracy, before.accuracy)],
      [t`Accepted`, beside(held.coverage, before.coverage)],
      [t`Calibration error`, beside(held.calibration_error, before.calibration_error)],
      [t`Gained and lost`, t`${format.integer(gained)} texts only this one has right, ${format.integer(lost)} only the one before`],
      [t`By luck alone`, <span key="l" className={luck < 0.05 ? 'pt-text-bad' : undefined}>{luck < 0.05 ? t`${format.percent(luck)}: it is worse` : t`${format.percent(luck)}: it is not clearly worse`}</span>],
    ]} />
  )
}

function Words({ kind, version, nameOf }: { kind: Kind; version: number; nameOf: (label: string) => string }) {
  const { t } = useLingui()
  const format = useFormat()
  const query = useModel(kind, version)
  return (
    <Loaded query={query} rows={4}>
      {({ words }) => (words.length === 0 ? <p className="pt-soft"><Trans>Nothing: it has no model before it, or learnt from no new texts.</Trans></p> : (
        <div className="pt-scroll tr-words" tabIndex={0} role="region" aria-label={t`What changed`}>
          <table className="tr-table">
            <thead><tr><th scope="col">{t`Word`}</th><th scope="col">{t`Speaks for`}</th><th scope="col" className="pt-num">{t`Before`}</th><th scope="col" className="pt-num">{t`Now`}</th></tr></thead>
            <tbody>{words.map((one) => <tr key={`${one.word} ${one.label}`}><th scope="row"><bdi>{one.word}</bdi></th><td><bdi>{nameOf(one.label)}</bdi></td><td className="pt-num">{format.number(one.before, 2)}</td><td className="pt-num">{format.number(one.after, 2)}</td></tr>)}</tbody>
          </table>
        </div>
      ))}
    </Loaded>
  )
}

export function VersionPanel({ kind, of, inForce, nameOf }: { kind: Kind; of: Model; inForce: number; nameOf: (label: string) => string }) {
  const { t } = useLingui()
  const may = useMay('desk.policy')
  const format = useFormat()
  const [asking, setAsking] = useState(false)
  const version = format.integer(of.version)
  const back = of.version < inForce
  const measured = of.metrics.held.texts > 0
  return (
    <div className="tr-columns">
      <div>
        <Panel
          title={<h2>{t`Version ${version}`} <StateOf of={of} /></h2>} label={t`Version ${version}`}
          actions={may && of.state !== 'in_force' && <Button onClick={() => setAsking(true)}>{back ? <Trans>Roll back to it…</Trans> : <Trans>Put in force…</Trans>}</Button>}
        >
          {of.reason !== '' && <p className="pt-soft"><bdi>{of.reason}</bdi></p>}
          <Compared of={of} />
        </Panel>
        {measured && <Panel title={t`Who is taken for whom`} label={t`Confusion`}><Confusion of={of} nameOf={nameOf} /></Panel>}
      </div>
      <div>
        {measured && <Categories of={of} nameOf={nameOf} />}
        <Panel title={t`What changed`} label={t`Words that changed`}><Words kind={kind} version={of.version} nameOf={nameOf} /></Panel>
      </div>
      {asking && (
        <FormDialog
          title={t`Put version ${version} in force`} opened onClose={() => setAsking(false)} submit={t`Put in force`}
          onSubmit={async () => {
            await putInForce(kind, of.version)
            setAsking(false)
            toast({ text: t`Version ${version} is in force`, ...(inForce > 0 ? { undo: () => putInForce(kind, inForce) } : {}) })
          }}
        >
          <p><Trans>New tickets are read by it from now on. Those that were read stay as they are.</Trans></p>
        </FormDialog>
      )}
    </div>
  )
}
