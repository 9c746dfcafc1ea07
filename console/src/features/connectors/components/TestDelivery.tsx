// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, NativeSelect, Textarea } from '@mantine/core'
import { type FormEvent, type ReactNode, useState } from 'react'
import { useFormat } from '@/base/format'
import { Code, Mono, Status } from '@/ui/bits'
import { Dialog } from '@/ui/dialogs'
import { LinkTo } from '@/ui/LinkTo'
import { Facts } from '@/ui/Page'
import { errorText } from '@/ui/states'
import { BODY_MAX, eventsText, pretty } from '../json'
import { type Connector, type Kind, type Result, type Tested, testDelivery } from '../model'
import { TONES, useResultNames } from './Deliveries'

/** What would come of it, where that is not what it is called when it has come. */
function useTrialNames(): Record<Result, string> {
  const { t } = useLingui()
  return { ...useResultNames(), landed: t`Would land`, quarantined: t`Not understood, would be kept`, stale: t`Maps, but is known already`, unsigned: t`Would be refused: wrong signature`, failed: t`Could not be taken` }
}

function useRows(result: Tested): [string, ReactNode][] {
  const { t } = useLingui()
  const format = useFormat()
  const row = (name: string, text: string | null): [string, ReactNode][] => (text === null ? [] : [[name, <bdi key={name} className="cn-error">{text}</bdi>]])
  return [
    ...(result.result === 'unsigned' ? [] : row(t`Signature`, result.signed ? t`right` : t`not tried: ${result.unsigned_why ?? ''}`)),
    ...(result.topic === null ? [] : [[t`Topic`, <Mono key="t">{result.topic}</Mono>] as [string, ReactNode]]),
    ...row(t`Why`, result.reason),
    [t`Events`, format.integer(result.events.length)],
    ...(result.left_out > 0 ? row(t`Of them known already`, format.integer(result.left_out)) : []),
  ]
}

function Outcome({ of, result }: { of: Connector; result: Tested }) {
  const { t } = useLingui()
  const names = useTrialNames()
  const rows = useRows(result)
  return (
    <div className="cn-answer" role="status">
      <div><Status tone={TONES[result.result]} dot>{names[result.result]}</Status></div>
      <Facts rows={rows} />
      {result.result === 'quarantined' && of.kind === 'webhook' && <div><LinkTo href={`/connectors/${of.id}?tab=mapping`}><Trans>Write its mapping</Trans></LinkTo></div>}
      {!of.enabled && <p className="pt-soft"><Trans>It is disabled: what comes is answered and dropped.</Trans></p>}
      {result.events.length > 0 && <div><h3 className="cn-label"><Trans>Events</Trans></h3><Code label={t`Events`} text={eventsText(result.events)} height={300} /></div>}
      <details className="cn-more">
        <summary><Trans>What was tried</Trans></summary>
        <Code label={t`What was tried`} text={pretty(result.body)} height={240} wrap />
      </details>
    </div>
  )
}

/** Asks, and keeps what came of it or why nothing did. */
function useTrial(of: Connector) {
  const [busy, setBusy] = useState(false)
  const [result, setResult] = useState<Tested | null>(null)
  const [error, setError] = useState<unknown>(null)
  async function run(topic: string, body: string) {
    setBusy(true)
    setError(null)
    try {
      setResult(await testDelivery(of.id, topic, body))
    } catch (why) {
      setResult(null)
      setError(why)
    } finally {
      setBusy(false)
    }
  }
  return { busy, result, error, run }
}

/** A delivery tried out: signed, checked and mapped, with what would come of it. */
export function TestDelivery({ of, kind, opened, onClose }: { of: Connector; kind: Kind; opened: boolean; onClose: () => void }) {
  const { t } = useLingui()
  const samples = kind.samples.map((topic) => ({ value: topic, label: kind.mapped ? t`A sample: ${topic}` : topic }))
  const choices = kind.mapped ? [{ value: '', label: t`The newest that came, else a sample` }, ...samples] : samples
  const [topic, setTopic] = useState(choices[0]?.value ?? '')
  const [body, setBody] = useState('')
  const { busy, result, error, run } = useTrial(of)
  function send(event: FormEvent) {
    event.preventDefault()
    void run(topic, body.trim())
  }
  return (
    <Dialog title={t`Test delivery`} opened={opened} onClose={onClose} size="lg">
      <form className="pt-stack" onSubmit={send} noValidate>
        <p className="pt-soft"><Trans>A delivery is made up here, signed, checked and mapped by the settings of now. Nothing of it is stored and no event lands. Whether the other side has the same secret only its own delivery shows.</Trans></p>
        <NativeSelect label={t`Delivery`} data-autofocus value={topic} data={choices} onChange={(event) => setTopic(event.currentTarget.value)} />
        <details className="cn-more">
          <summary><Trans>With a body of your own</Trans></summary>
          <Textarea
            label={t`Body`} description={t`As the other side sends it; empty: the sample`} autosize minRows={3} maxRows={10} maxLength={BODY_MAX} spellCheck={false} classNames={{ input: 'cn-json cn-mono' }} value={body}
            onChange={(event) => setBody(event.currentTarget.value)}
          />
        </details>
        <div className="pt-actions cn-end"><Button type="submit" variant="filled" loading={busy}><Trans>Try it</Trans></Button></div>
        {error !== null && <p role="alert" className="pt-text-bad cn-error"><bdi>{errorText(error)}</bdi></p>}
        {result !== null && <Outcome of={of} result={result} />}
      </form>
    </Dialog>
  )
}
