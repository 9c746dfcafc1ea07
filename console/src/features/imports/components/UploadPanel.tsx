// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Progress } from '@mantine/core'
import { useState } from 'react'
import { useFormat } from '@/base/format'
import { useMay } from '@/base/session'
import { Panel } from '@/ui/Page'
import { errorText } from '@/ui/states'
import { toast } from '@/ui/toast'
import type { Import } from '../model'
import { mismatch } from '../upload'
import { fingerprint, pauseUpload, printOf, resumeUpload, startUpload, type Upload, useUpload } from '../uploads'
import { FilePick } from './FilePick'

/** The tab that held the file is gone: the same file again, and it goes on where it was. */
function AskAgain({ one }: { one: Import }) {
  const { t } = useLingui()
  const format = useFormat()
  const [error, setError] = useState<string | null>(null)
  const name = one.name
  const size = format.bytes(one.bytes)
  const there = format.bytes(one.uploaded)
  async function pick(file: File) {
    const wrong = mismatch({ bytes: one.bytes, print: printOf(one.id) }, { size: file.size, print: await fingerprint(file) })
    const found = format.integer(file.size)
    const wanted = format.integer(one.bytes)
    if (wrong === null) startUpload(one.id, file, one.uploaded)
    else setError(wrong === 'size' ? t`This is another file: it has ${found} bytes, not ${wanted}` : t`This is another file: its content is not that of the one begun with`)
  }
  return (
    <>
      <p>
        {one.uploaded === 0
          ? <Trans>The upload of <bdi>{name}</bdi> ({size}) has not begun. Choose the file to begin.</Trans>
          : <Trans>{there} of {size} are there. Choose <bdi>{name}</bdi> again, and the upload goes on from there.</Trans>}
      </p>
      <FilePick file={null} onPick={(file) => void pick(file).catch((why) => setError(errorText(why)))} label={t`The same file again`} />
      {error !== null && <p role="alert" className="pt-text-bad">{error}</p>}
    </>
  )
}

function Line({ one, upload }: { one: Import; upload: Upload }) {
  const format = useFormat()
  const rate = upload.rate === null ? null : format.bytes(upload.rate)
  const left = upload.rate ? format.duration(((one.bytes - upload.uploaded) / upload.rate) * 1000) : null
  const waiting = upload.waiting
  if (upload.state === 'failed') return <p role="alert" className="pt-text-bad"><Trans>The upload stopped:</Trans> <bdi>{upload.error}</bdi></p>
  if (upload.state === 'paused') return <p className="pt-soft" role="status"><Trans>Paused. What is there stays there.</Trans></p>
  if (waiting !== null) return <p className="pt-text-warn" role="status"><Trans>Waiting for the server, it goes on by itself:</Trans> <bdi>{waiting}</bdi></p>
  return <p className="pt-soft">{rate !== null && left !== null ? <Trans>{rate} a second, {left} left. You can go on working in other pages; keep this tab open.</Trans> : <Trans>You can go on working in other pages; keep this tab open.</Trans>}</p>
}

export function UploadPanel({ one }: { one: Import }) {
  const { t } = useLingui()
  const format = useFormat()
  const may = useMay('imports.write')
  const upload = useUpload(one.id)
  const there = Math.max(upload?.uploaded ?? 0, one.uploaded)
  const share = there / one.bytes
  const [got, size] = [format.bytes(there), format.bytes(one.bytes)]
  const resume = () => void resumeUpload(one.id).catch((error) => toast({ text: errorText(error), tone: 'bad' }))
  return (
    <Panel
      title={t`Upload`}
      actions={upload && (upload.state === 'running' ? <Button onClick={() => pauseUpload(one.id)}><Trans>Pause</Trans></Button> : <Button variant="filled" onClick={resume}><Trans>Go on</Trans></Button>)}
    >
      <div className="pt-stack">
        <div>
          <div className="im-ends"><span>{t`${got} of ${size}`}</span><span className="pt-num">{format.percent(share, 0)}</span></div>
          <Progress value={share * 100} aria-label={t`Upload`} />
        </div>
        {upload ? <Line one={one} upload={upload} /> : may ? <AskAgain one={one} /> : <p className="pt-soft"><Trans>It is being uploaded elsewhere.</Trans></p>}
      </div>
    </Panel>
  )
}
