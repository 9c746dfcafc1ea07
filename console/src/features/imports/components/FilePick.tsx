// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, FileButton } from '@mantine/core'
import { type DragEvent, useState } from 'react'
import { useFormat } from '@/base/format'
import { ENDINGS, FILE_MAX, fileFault } from '../upload'

/** A file by choosing or dropping it. */
export function FilePick({ file, onPick, label }: { file: File | null; onPick: (file: File) => void; label: string }) {
  const { t } = useLingui()
  const format = useFormat()
  const [over, setOver] = useState(false)
  const [error, setError] = useState<string | null>(null)
  function take(picked: File | null | undefined) {
    if (!picked) return
    const name = picked.name
    const most = format.bytes(FILE_MAX)
    const fault = fileFault(picked)
    setError(fault === null ? null : { ending: t`${name} is none of CSV, JSON lines, gzip or zstd by its name`, empty: t`${name} is empty`, large: t`${name} is over ${most}` }[fault])
    if (fault === null) onPick(picked)
  }
  function onDrop(event: DragEvent) {
    event.preventDefault()
    setOver(false)
    take(event.dataTransfer.files[0])
  }
  return (
    <div
      className={`im-drop ${over ? 'im-drop-over' : ''}`} role="group" aria-label={label} onDrop={onDrop} onDragLeave={() => setOver(false)}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
    >
      {file !== null && <p><strong><bdi>{file.name}</bdi></strong> <span className="pt-soft">{format.bytes(file.size)}</span></p>}
      <p className="pt-soft"><Trans>Drop a file here: CSV or JSON lines, plain, gzip or zstd</Trans></p>
      <FileButton onChange={take} accept={ENDINGS.join(',')} inputProps={{ 'aria-label': label }}>
        {(props) => <Button {...props}>{file === null ? <Trans>Choose a file</Trans> : <Trans>Choose another file</Trans>}</Button>}
      </FileButton>
      {error !== null && <p role="alert" className="pt-text-bad">{error}</p>}
    </div>
  )
}
