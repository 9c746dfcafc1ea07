// SPDX-License-Identifier: Apache-2.0
// The mailbox tried out, step by step, as the server did it.
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useState } from 'react'
import { Icon } from '@/ui/icons'
import { Panel } from '@/ui/Page'
import { errorText } from '@/ui/states'
import { type Mailbox, type Step, STEPS, testMailbox } from '../model'
import { steps } from '../words'

type Tried = { ok: boolean; steps: Step[] }

function One({ step, of }: { step: Step['step']; of: Step | undefined }) {
  const { t, i18n } = useLingui()
  const tone = of === undefined ? 'faint' : of.ok ? 'good' : 'bad'
  return (
    <li>
      <span className={of === undefined ? 'pt-faint' : `pt-text-${tone}`}><Icon name={of === undefined ? 'clock' : of.ok ? 'check' : 'warn'} /></span>
      <span className="pt-grow">
        <span className={of === undefined ? 'pt-faint' : undefined}>{i18n._(steps[step])}</span>
        <span className="pt-hidden">{of === undefined ? t`not tried` : of.ok ? t`it works` : t`it failed`}</span>
        {of !== undefined && of.said !== '' && <div className="mb-said"><bdi>{of.said}</bdi></div>}
        {of === undefined && <div className="mb-said">{t`not tried`}</div>}
      </span>
    </li>
  )
}

/** What of it can be tried: a mailbox that nothing is read from has no folder. */
function stepsOf(of: Mailbox): Step['step'][] {
  const { imap, smtp } = of.settings
  return STEPS.filter((step) => (step.startsWith('imap') ? imap !== undefined : step === 'dkim' ? of.dkim_key && smtp !== undefined : smtp !== undefined))
}

export function TestPanel({ of, changed }: { of: Mailbox | null; changed: boolean }) {
  const { t } = useLingui()
  const [busy, setBusy] = useState(false)
  const [tried, setTried] = useState<Tried | null>(null)
  const [error, setError] = useState<unknown>(null)
  async function run(mailbox: Mailbox) {
    setBusy(true)
    setError(null)
    try {
      setTried(await testMailbox(mailbox.id))
    } catch (why) {
      setTried(null)
      setError(why)
    } finally {
      setBusy(false)
    }
  }
  const all = of === null ? [] : stepsOf(of)
  return (
    <Panel title={t`Try it out`} label={t`Try it out`} actions={of !== null && <Button loading={busy} disabled={changed || all.length === 0} onClick={() => void run(of)}><Trans>Test</Trans></Button>}>
      {of === null || changed ? <p className="pt-soft"><Trans>What is saved is tried: save first.</Trans></p>
        : all.length === 0 ? <p className="pt-soft"><Trans>It has no servers: messages are handed in by a program, and nothing is sent.</Trans></p>
          : <p className="pt-soft"><Trans>Each step is taken in turn. Behind one that fails none is.</Trans></p>}
      <div role="status" aria-busy={busy}>
        {!changed && all.length > 0 && <ol className="pt-items mb-steps">{all.map((step) => <One key={step} step={step} of={tried?.steps.find((one) => one.step === step)} />)}</ol>}
      </div>
      {error !== null && <p role="alert" className="pt-text-bad mb-error">{errorText(error)}</p>}
    </Panel>
  )
}
