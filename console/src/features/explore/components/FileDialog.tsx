// SPDX-License-Identifier: Apache-2.0
// An answer, its people or its events as a file, now: how far it is, and a way to stop it.
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Group, NativeSelect, Progress as Bar, Radio, Stack } from '@mantine/core'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { useFormat } from '@/base/format'
import { useMay } from '@/base/session'
import { saveBlob } from '@/ui/csv'
import { Dialog } from '@/ui/dialogs'
import { errorText } from '@/ui/states'
import { toast } from '@/ui/toast'
import type { Cell } from '../answer'
import { formats, whats } from '../exportWords'
import { fetchFile, type Format, type Progress, type What } from '../exports'
import type { Json } from '../sets'

const WHATS: What[] = ['answer', 'people', 'events']
const FORMATS: Format[] = ['csv', 'jsonl', 'parquet']
/** Anything shorter needs no bar. */
const SHOWN_AFTER_MS = 1000

function Way({ progress }: { progress: Progress }) {
  const { t } = useLingui()
  const format = useFormat()
  const bytes = format.bytes(progress.bytes)
  const rows = format.integer(progress.rows)
  const of = format.integer(progress.of)
  const percent = progress.of > 0 ? (100 * progress.rows) / progress.of : 0
  return (
    <div role="status">
      {progress.rows > 0 ? <Bar value={percent} aria-label={t`How far it is`} /> : <span className="ex-progress-bar" aria-hidden="true" />}
      <p className="pt-soft">{progress.rows > 0 ? t`${rows} of ${of} rows, ${bytes}` : progress.bytes > 0 ? t`${bytes} so far` : t`The question is asked, the file is begun`}</p>
    </div>
  )
}

/** `opened`: the number whose people are shown; without one there are none to save. */
export function FileDialog({ query, opened, onClose }: { query: Json; opened: { cell: Cell; of: string } | null; onClose: () => void }) {
  const { t, i18n } = useLingui()
  const mayPeople = useMay('profiles.read')
  const mayEvents = useMay('events.read')
  const [what, setWhat] = useState<What>(opened === null ? 'answer' : 'people')
  const [format, setFormat] = useState<Format>('csv')
  const [progress, setProgress] = useState<Progress | null>(null)
  const [slow, setSlow] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const running = useRef<AbortController | null>(null)
  const busy = progress !== null
  useEffect(() => () => running.current?.abort(), [])
  useEffect(() => {
    if (!busy) return
    const timer = setTimeout(() => setSlow(true), SHOWN_AFTER_MS)
    return () => {
      clearTimeout(timer)
      setSlow(false)
    }
  }, [busy])

  async function run(event: FormEvent) {
    event.preventDefault()
    const stop = new AbortController()
    running.current = stop
    setError(null)
    setProgress({ bytes: 0, rows: 0, of: 0 })
    try {
      const { name, blob } = await fetchFile({ query, what, format, cell: what === 'people' ? (opened?.cell ?? {}) : {} }, stop.signal, setProgress)
      saveBlob(name, blob)
      toast({ text: t`${name} is saved` })
      onClose()
    } catch (why) {
      if (!stop.signal.aborted) setError(why)
    } finally {
      setProgress(null)
    }
  }
  const closed: Record<What, string | null> = {
    answer: null,
    people: !mayPeople ? t`You may not see this` : opened === null ? t`First open the people behind a number: it is they who are saved` : null,
    events: mayPeople && mayEvents ? null : t`You may not see this`,
  }
  return (
    <Dialog title={t`Save as a file`} opened onClose={onClose}>
      <form onSubmit={(event) => void run(event)}>
        <Stack gap="md">
          <Radio.Group label={t`What`} value={what} onChange={(value) => setWhat(value as What)}>
            <Stack gap="xs" mt="xs">
              {WHATS.map((one) => <Radio key={one} value={one} disabled={busy || closed[one] !== null} label={i18n._(whats[one].title)} description={closed[one] ?? <>{i18n._(whats[one].means)}{one === 'people' && opened !== null && <>: <bdi>{opened.of}</bdi></>}</>} />)}
            </Stack>
          </Radio.Group>
          <NativeSelect label={t`Format`} disabled={busy} value={format} data={FORMATS.map((value) => ({ value, label: i18n._(formats[value]) }))} onChange={(event) => setFormat(event.currentTarget.value as Format)} />
          {busy && slow && <Way progress={progress} />}
          {error !== null && <p role="alert" className="pt-text-bad"><bdi>{errorText(error)}</bdi></p>}
          <Group justify="flex-end" gap="sm">
            <Button onClick={() => (busy ? running.current?.abort() : onClose())}><Trans>Cancel</Trans></Button>
            <Button type="submit" variant="filled" loading={busy}><Trans>Save the file</Trans></Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  )
}
