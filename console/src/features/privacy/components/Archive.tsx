// SPDX-License-Identifier: Apache-2.0
// The archive of an export: a link that is good once, until the archive was handed over or expires.
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useState } from 'react'
import { useFormat } from '@/base/format'
import { useMay } from '@/base/session'
import { Code, Time } from '@/ui/bits'
import { Icon } from '@/ui/icons'
import { Panel } from '@/ui/Page'
import { attempt } from '@/ui/toast'
import { makeLink, type PrivacyRequest } from '../model'

function Ready({ of, bytes }: { of: PrivacyRequest; bytes: number }) {
  const { t } = useLingui()
  const format = useFormat()
  const mayWrite = useMay('privacy.write')
  const [link, setLink] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  async function make() {
    setBusy(true)
    await attempt(makeLink(of.id).then((made) => setLink(made.path)))
    setBusy(false)
  }
  const size = format.bytes(bytes)
  const events = format.integer(of.removed.events)
  return (
    <div className="pt-stack">
      <p><Trans>{size} with {events} events: <code className="pt-ltr">index.html</code> for people, a line of JSON each under <code className="pt-ltr">data/</code> for programs.</Trans></p>
      <p className="pt-soft"><Trans>It is kept until <Time at={of.archive_expires_at} /> and handed over once. Then it is removed, and the request forgets whom it was about. Give it to nobody but the person who asked.</Trans></p>
      {mayWrite && link === null && <div><Button variant="filled" loading={busy} onClick={() => void make()}><Trans>Make a download link</Trans></Button></div>}
      {link !== null && (
        <div className="pt-stack" role="status">
          <Code label={t`Link`} text={`${window.location.origin}${link}`} wrap />
          <p className="pt-faint"><Trans>Good once, for who is signed in here and may hand exports over. A new link takes its place.</Trans></p>
          <div className="pt-actions">
            <Button component="a" variant="filled" href={link} download={`export-${of.id}.zip`} leftSection={<Icon name="download" />}><Trans>Download</Trans></Button>
            <Button loading={busy} onClick={() => void make()}><Trans>New link</Trans></Button>
          </div>
        </div>
      )}
    </div>
  )
}

export function Archive({ of }: { of: PrivacyRequest }) {
  const { t } = useLingui()
  if (of.kind !== 'export' || of.state !== 'done') return null
  return (
    <Panel title={t`Archive`}>
      {of.archive_bytes !== null ? <Ready of={of} bytes={of.archive_bytes} />
        : of.fetched_at !== null ? <p><Trans>It was handed over <Time at={of.fetched_at} /> and is removed from the server.</Trans></p>
          : <p><Trans>It is removed from the server, and nobody had fetched it. If the copy is still wanted, note a new request.</Trans></p>}
    </Panel>
  )
}
