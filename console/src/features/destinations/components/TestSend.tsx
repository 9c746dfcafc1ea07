// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useFormat } from '@/base/format'
import { Code, Status } from '@/ui/bits'
import { Dialog } from '@/ui/dialogs'
import { Facts } from '@/ui/Page'
import { errorText } from '@/ui/states'
import { type Destination, type Tested, testSend } from '../model'

function Outcome({ result }: { result: Tested }) {
  const { t } = useLingui()
  const format = useFormat()
  const good = result.verdict === 'delivered'
  const said = { delivered: t`Taken`, again: t`Would be tried again`, refused: t`Refused`, split: t`Would be sent one by one`, stop: t`Would stop the destination` }
  return (
    <div className="de-answer" role="status">
      <div className="pt-row">
        {result.sent && result.verdict !== null
          ? <Status tone={good ? 'good' : 'bad'} dot>{said[result.verdict]}</Status>
          : <Status tone="warn" dot>{t`Not sent`}</Status>}
        {result.sent && <span className="pt-faint">{format.unit(result.took_ms, 'millisecond', 0)}</span>}
      </div>
      <Facts
        rows={[
          ...(result.skipped === null ? [] : [[t`Why not`, <bdi key="s">{result.skipped}</bdi>] as [string, React.ReactNode]]),
          ...(result.status === null ? [] : [[t`HTTP`, String(result.status)] as [string, React.ReactNode]]),
          ...(result.why === null || result.why === '' ? [] : [[t`Why`, <bdi key="w">{result.why}</bdi>] as [string, React.ReactNode]]),
          ...(result.note === null || result.note === '' ? [] : [[t`Left out`, <bdi key="n">{result.note}</bdi>] as [string, React.ReactNode]]),
        ]}
      />
      {result.request !== null && result.request !== '' && <div><h3 className="de-label"><Trans>Request</Trans></h3><Code label={t`Request`} text={result.request} height={240} wrap /></div>}
      {result.answer !== null && result.answer !== '' && <div><h3 className="de-label"><Trans>Answer</Trans></h3><Code label={t`Answer`} text={result.answer} height={160} wrap /></div>}
    </div>
  )
}

/** One event now, with what was sent and what came back. */
export function TestSend({ of, opened, onClose }: { of: Destination; opened: boolean; onClose: () => void }) {
  const { t } = useLingui()
  const [position, setPosition] = useState('')
  const [busy, setBusy] = useState(false)
  const [result, setResult] = useState<Tested | null>(null)
  const [error, setError] = useState<unknown>(null)
  const bad = position !== '' && !/^\d{1,15}$/.test(position)
  async function send(event: FormEvent) {
    event.preventDefault()
    if (bad) return
    setBusy(true)
    setError(null)
    try {
      setResult(await testSend(of.id, position === '' ? null : Number(position)))
    } catch (why) {
      setResult(null)
      setError(why)
    } finally {
      setBusy(false)
    }
  }
  return (
    <Dialog title={t`Test send`} opened={opened} onClose={onClose} size="lg">
      <form className="pt-stack" onSubmit={send} noValidate>
        <p className="pt-soft"><Trans>One request goes out at once, past the queue, marked as a test where the other side knows such. Nobody has to have allowed a made-up order.</Trans></p>
        <TextInput
          label={t`Event`} description={t`Its position in the log; empty: a made-up order`} inputMode="numeric" maxLength={15} autoComplete="off" data-autofocus value={position} classNames={{ input: 'de-ltr' }}
          error={bad ? t`A whole number` : null} onChange={(event) => setPosition(event.currentTarget.value.trim())}
        />
        <div className="pt-actions de-end"><Button type="submit" variant="filled" loading={busy}><Trans>Send it</Trans></Button></div>
        {error !== null && <p role="alert" className="pt-text-bad"><bdi>{errorText(error)}</bdi></p>}
        {result !== null && <Outcome result={result} />}
      </form>
    </Dialog>
  )
}
