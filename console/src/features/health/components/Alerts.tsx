// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useMay } from '@/base/session'
import { Ago, Status, Time } from '@/ui/bits'
import { FormDialog } from '@/ui/dialogs'
import { Panel } from '@/ui/Page'
import { Failed } from '@/ui/states'
import { acknowledge, type Alert, useAlerts } from '../model'
import { useNames } from './Names'

function Row({ alert, onTake }: { alert: Alert; onTake: ((alert: Alert) => void) | undefined }) {
  const names = useNames()
  const by = alert.acknowledged_by ?? ''
  return (
    <li className="he-alert">
      <div className="pt-grow">
        <Status tone={alert.cleared_at ? 'plain' : alert.severity} dot>{names.alert[alert.name]}</Status>{' '}
        <span className="pt-faint">{alert.cleared_at ? <Trans>from <Time at={alert.since} /> to <Time at={alert.cleared_at} /></Trans> : <Trans>began <Ago at={alert.since} /></Trans>}</span>
        <div className="he-said">{alert.message}</div>
        {!alert.cleared_at && <div className="he-said pt-soft">{alert.advice}</div>}
        {alert.acknowledged_at && <div className="pt-soft"><Trans>Acknowledged by {by} <Ago at={alert.acknowledged_at} /></Trans>{alert.note ? `: ${alert.note}` : ''}</div>}
      </div>
      {onTake && alert.state === 'active' && <Button size="compact-sm" onClick={() => onTake(alert)}><Trans>Acknowledge</Trans></Button>}
    </li>
  )
}

function Acknowledge({ alert, onClose }: { alert: Alert | null; onClose: () => void }) {
  const { t } = useLingui()
  const [note, setNote] = useState('')
  async function send() {
    if (alert) await acknowledge(alert.id, note.trim())
    setNote('')
    onClose()
  }
  return (
    <FormDialog title={t`Acknowledge the alert`} opened={alert !== null} onClose={onClose} onSubmit={send} submit={t`Acknowledge`}>
      <p className="he-said">{alert?.message}</p>
      <Textarea label={t`Note`} description={t`For the others: what you do about it`} maxLength={500} data-autofocus value={note} onChange={(event) => setNote(event.currentTarget.value)} />
    </FormDialog>
  )
}

/** What is wrong now; those of the past on request. */
export function Alerts() {
  const { t } = useLingui()
  const [past, setPast] = useState(false)
  const [taken, setTaken] = useState<Alert | null>(null)
  const mayWrite = useMay('system.write')
  const query = useAlerts(past ? 'any' : 'active')
  if (query.data === undefined) return query.isError ? <Failed error={query.error} retry={() => void query.refetch()} /> : null
  const alerts = query.data.pages.flatMap((page) => page.data)
  const other = <Button size="compact-sm" onClick={() => setPast(!past)}>{past ? t`Only those of now` : t`Show past ones`}</Button>
  return (
    <Panel flush title={past ? t`Alerts, past ones too` : t`Alerts`} actions={other}>
      {alerts.length === 0
        ? <p className="he-alert pt-soft">{past ? t`There has been none yet.` : t`None now.`}</p>
        : <ul className="he-alerts">{alerts.map((alert) => <Row key={alert.id} alert={alert} onTake={mayWrite ? setTaken : undefined} />)}</ul>}
      {query.hasNextPage && <div className="he-alert"><Button size="compact-sm" onClick={() => void query.fetchNextPage()}><Trans>Older ones</Trans></Button></div>}
      <Acknowledge alert={taken} onClose={() => setTaken(null)} />
    </Panel>
  )
}
