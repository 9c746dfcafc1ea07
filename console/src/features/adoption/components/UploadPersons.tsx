// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, FileButton } from '@mantine/core'
import { useState } from 'react'
import { useFormat } from '@/base/format'
import { useMay } from '@/base/session'
import { errorText } from '@/ui/states'
import { toast } from '@/ui/toast'
import { comparePersons } from '../model'

/** The incumbent's identifiers: uploaded, then compared in the background. */
export function UploadPersons() {
  const { t } = useLingui()
  const format = useFormat()
  const mayCompare = useMay('connectors.write')
  const mayUpload = useMay('imports.write')
  const [share, setShare] = useState<number | null>(null)
  if (!mayCompare || !mayUpload) return null
  const send = (file: File | null) => {
    if (file === null) return
    setShare(0)
    comparePersons(file, setShare)
      .then(() => toast({ text: t`The file is here and is being compared`, tone: 'good' }), (error: unknown) => toast({ text: errorText(error), tone: 'bad' }))
      .finally(() => setShare(null))
  }
  return (
    <FileButton onChange={send} accept=".csv,.gz,.zst,text/csv" inputProps={{ 'aria-label': t`File with the incumbent's identifiers` }}>
      {(props) => (
        <Button {...props} disabled={share !== null} title={t`CSV with the columns person, type and value`}>
          {share === null ? <Trans>Upload and compare identifiers</Trans> : format.percent(share)}
        </Button>
      )}
    </FileButton>
  )
}
