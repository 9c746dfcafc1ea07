// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Textarea } from '@mantine/core'
import { type FormEvent, type KeyboardEvent, useState } from 'react'
import { useFormat } from '@/base/format'
import { Keys } from '@/ui/bits'
import { errorText } from '@/ui/states'
import { redrive } from '../model'
import { EVENT_BYTES, type Fault, faultOf, type Outcome } from '../redrive'

/** Texts that are being corrected stay until they are sent, also when another event is looked at in between. */
const drafts = new Map<number, string>()

function useFaultText() {
  const { t } = useLingui()
  const format = useFormat()
  return (fault: Fault | null): string | null => {
    if (fault === null) return null
    if (fault.kind === 'not_an_object') return t`An event is a JSON object: names with their values, in braces.`
    const max = format.integer(EVENT_BYTES)
    if (fault.kind === 'too_large') {
      const bytes = format.integer(fault.bytes)
      return t`${bytes} bytes of at most ${max}`
    }
    const message = fault.message
    if (fault.line === null) return t`Not JSON yet: ${message}`
    const line = fault.line
    return t`Not JSON yet, line ${line}: ${message}`
  }
}

export function EditEvent({ position, text, onClose, onDone }: { position: number; text: string; onClose: () => void; onDone: (outcome: Outcome) => void }) {
  const { t } = useLingui()
  const faultText = useFaultText()
  const [draft, setDraft] = useState(() => drafts.get(position) ?? text)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string | null>(null)
  const fault = faultOf(draft)
  const unchanged = draft === text
  function change(next: string) {
    setDraft(next)
    setError(null)
    if (next === text) drafts.delete(position)
    else drafts.set(position, next)
  }
  async function send(event?: FormEvent) {
    event?.preventDefault()
    if (fault !== null || busy) return
    setBusy(true)
    setError(null)
    try {
      const outcome = await redrive([position], draft)
      const refusal = outcome.failed[0]
      if (refusal) {
        setError(refusal.reason)
        return
      }
      drafts.delete(position)
      onDone(outcome)
    } catch (why) {
      setError(errorText(why))
    } finally {
      setBusy(false)
    }
  }
  function onKey(event: KeyboardEvent) {
    if (event.key === 'Escape') {
      event.preventDefault()
      event.stopPropagation()
      onClose()
    } else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void send()
  }
  return (
    <form className="pt-stack" onSubmit={send} onKeyDown={onKey}>
      <Textarea
        label={t`Corrected text`} description={t`The text as received stays in the log; this one is judged in its place.`} autosize minRows={10} maxRows={24} autoFocus
        classNames={{ input: 'qu-edit' }} spellCheck={false} value={draft} onChange={(event) => change(event.currentTarget.value)} error={faultText(fault)}
      />
      {error !== null && <p role="alert" className="pt-text-bad"><Trans>It was refused again:</Trans> <bdi>{error}</bdi></p>}
      <div className="pt-actions">
        <Button type="submit" variant="filled" loading={busy} disabled={fault !== null}>{unchanged ? <Trans>Redrive as it stands</Trans> : <Trans>Redrive the corrected text</Trans>}</Button>
        <Button onClick={onClose}><Trans>Close</Trans></Button>
        {!unchanged && <Button onClick={() => change(text)}><Trans>Back to the received text</Trans></Button>}
        <span className="pt-faint qu-hint"><Keys keys="mod+Enter" /></span>
      </div>
    </form>
  )
}
