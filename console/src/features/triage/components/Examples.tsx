// SPDX-License-Identifier: Apache-2.0
// Labelled texts from a file: seen before they are sent, and the rows that were wrong by their line.
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, FileInput } from '@mantine/core'
import { useState } from 'react'
import { useFormat } from '@/base/format'
import { Code } from '@/ui/bits'
import { Dialog } from '@/ui/dialogs'
import { errorText } from '@/ui/states'
import { previewOf } from '../figures'
import { addExamples, type Added, FILE_MAX, type Kind } from '../model'

function Outcome({ of }: { of: Added }) {
  const { t } = useLingui()
  const format = useFormat()
  const [added, failed] = [format.integer(of.added), format.integer(of.failed)]
  return (
    <div role="status" className="pt-stack">
      <p className={of.failed > 0 ? 'pt-text-warn' : 'pt-text-good'}>{of.failed > 0 ? t`${added} texts were added, ${failed} rows left out` : t`${added} texts were added`}</p>
      {of.faults.length > 0 && (
        <ol className="pt-items tr-faults" aria-label={t`Rows that were left out`} tabIndex={0}>
          {of.faults.map((one) => <li key={one.line}><span className="pt-faint">{t`Line ${format.integer(one.line)}`}</span> <bdi>{one.what}</bdi></li>)}
        </ol>
      )}
      <p className="pt-soft"><Trans>They are learnt with the next model: now by “Train now”, or by itself.</Trans></p>
    </div>
  )
}

export function ExamplesDialog({ kind, onClose }: { kind: Kind; onClose: () => void }) {
  const { t } = useLingui()
  const format = useFormat()
  const [text, setText] = useState<string | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const [added, setAdded] = useState<Added | null>(null)
  const most = format.bytes(FILE_MAX)
  async function choose(file: File | null) {
    setAdded(null)
    setText(null)
    setProblem(null)
    if (file === null) return
    if (file.size > FILE_MAX) setProblem(t`The file has ${format.bytes(file.size)}, more than ${most}: send it in parts`)
    else setText(await file.text())
  }
  async function send(whole: string) {
    setBusy(true)
    setProblem(null)
    try {
      setAdded(await addExamples(kind, whole))
    } catch (error) {
      setProblem(errorText(error))
    } finally {
      setBusy(false)
    }
  }
  const preview = text === null ? null : previewOf(text)
  const rows = format.integer(preview?.lines ?? 0)
  return (
    <Dialog title={t`Add labelled texts`} opened onClose={onClose} size="lg">
      <div className="pt-stack">
        <p className="pt-soft"><Trans>CSV with the columns <code>text</code> and <code>label</code>, or a JSON object with these members on each line; at most {most} at once. The label <code>oos</code> says that a text belongs nowhere.</Trans></p>
        <FileInput label={t`File`} accept=".csv,.jsonl,.ndjson,.txt,text/csv,application/x-ndjson" placeholder={t`Choose a file`} clearable clearButtonProps={{ 'aria-label': t`Another file` }} onChange={(file) => void choose(file)} />
        {preview !== null && added === null && (
          <>
            <p>{preview.format === 'csv' ? t`${rows} rows of CSV; it begins so:` : t`${rows} lines of JSON; it begins so:`}</p>
            <Code label={t`How the file begins`} text={preview.first.join('\n')} height={160} />
          </>
        )}
        {problem !== null && <p role="alert" className="pt-text-bad">{problem}</p>}
        {added !== null && <Outcome of={added} />}
        <div className="pt-actions tr-end">
          <Button onClick={onClose}>{added === null ? <Trans>Cancel</Trans> : <Trans>Done</Trans>}</Button>
          {added === null && <Button variant="filled" loading={busy} disabled={text === null || preview?.lines === 0} onClick={() => text !== null && void send(text)}><Trans>Add them</Trans></Button>}
        </div>
      </div>
    </Dialog>
  )
}
