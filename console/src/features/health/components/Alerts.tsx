// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useMay } from '@/base/session'
import { Ago, Status, Time } from '@/ui/bits'
import { FormDialog } from '@/ui/dialogs'
import { Panel } from '@/ui/Page'
import { acknowledge, type Alert, useAlerts } from '../model'
import { useNames } from './Names'

function Row({ alert, onTake }: { alert: Alert; onTake: ((alert: Alert) => void) | undefined }) {
  const names = useNames()
  const by = alert.acknowledged_by ?? ''
  return (
    <li className="pt-alert">
      <div className="pt-grow">
        <Status tone={alert.cleared_at ? 'plain' : alert.severity} dot>{names.alert[alert.name]}</Status>{' '}
        <span className="pt-faint">{alert.cleared_at ? <Trans>from <Time at={alert.since} /> to <Time at={alert.cleared_at} /></Trans> : <Trans>since <Ago at={alert.since} /></Trans>}</span>
        <div className="pt-ltr">{alert.message}</div>
        {!alert.cleared_at && <div className="pt-soft pt-ltr">{alert.advice}</div>}
        {alert.acknowledged_at && <div className="pt-soft"><Trans>{by} has taken it, <Ago at={alert.acknowledged_at} /></Trans>{alert.note ? `: ${alert.note}` : ''}</div>}
      </div>
      {onTake && alert.state === 'active' && <Button size="compact-sm" onClick={() => onTake(alert)}><Trans>I take it</Trans></Button>}
    </li>
  )
}

/** What is wrong now; those of the past on request. */
export function Alerts() {
  const { t } = useLingui()
  const [past, setPast] = useState(false)
  const [taken, setTaken] = useState<Alert | null>(null)
  const [note, setNote] = useState('')
  const mayWrite = useMay('system.write')
  const query = useAlerts(past ? 'any' : 'active')
  const alerts = query.data?.pages.flatMap((page) => page.data) ?? []
  async function take() {
    if (!taken) return
    await acknowledge(taken.id, note.trim())
    setTaken(null)
    setNote('')
  }
  if (query.data === undefined || (alerts.length === 0 && !past)) {
    return <div className="pt-actions"><Button size="compact-xs" variant="subtle" onClick={() => setPast(true)}><Trans>Alerts of the past</Trans></Button></div>
  }
  return (
    <Panel flush title={past ? t`Alerts, past ones too` : t`Alerts`} actions={<Button size="compact-xs" onClick={() => setPast(!past)}>{past ? t`Only those of now` : t`Alerts of the past`}</Button>}>
      {alerts.length === 0
        ? <p className="pt-alert pt-soft"><Trans>There was none yet.</Trans></p>
        : <ul className="pt-alerts">{alerts.map((alert) => <Row key={alert.id} alert={alert} onTake={mayWrite ? setTaken : undefined} />)}</ul>}
      {query.hasNextPage && <div className="pt-alert"><Button size="compact-sm" onClick={() => void query.fetchNextPage()}><Trans>Older ones</Trans></Button></div>}
      <FormDialog title={t`Take the alert`} opened={taken !== null} onClose={() => setTaken(null)} onSubmit={take} submit={t`I take it`}>
        <p>{taken?.message}</p>
        <Textarea label={t`Note`} description={t`For the others: what you do about it`} maxLength={500} data-autofocus value={note} onChange={(event) => setNote(event.currentTarget.value)} />
      </FormDialog>
    </Panel>
  )
}
