// SPDX-License-Identifier: Apache-2.0
// Stores or tills out of a CSV file: what it would do is said first, then it is done.
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, FileButton, SegmentedControl, Textarea } from '@mantine/core'
import { useState } from 'react'
import { FormDialog } from '@/ui/dialogs'
import { toast } from '@/ui/toast'
import { type File as Kind, type Imported, importFile } from '../model'
import '../commerce.css'

const EXAMPLE: Record<Kind, string> = {
  stores: 'code,name,zone,country,region,format,address,opened_on,closed_on,calendar\n0001,Berlin Mitte,Europe/Berlin,DE,North,flagship,,2019-03-01,,shop',
  tills: 'store,code,name,kind,state\n0001,1,Entrance,staffed,in_service',
}

function Said({ done }: { done: Imported }) {
  const { t } = useLingui()
  const { added, changed, same, failed } = done
  return (
    <div role="status">
      <p>{t`Added: ${added}, changed: ${changed}, as they were: ${same}, left out: ${failed}`}</p>
      {done.faults.length > 0 && (
        <ul className="cm-faults pt-text-bad">
          {done.faults.map(({ line, what }) => <li key={line}>{t`Line ${line}:`} <bdi>{what}</bdi></li>)}
        </ul>
      )}
    </div>
  )
}

function Fields({ onClose }: { onClose: () => void }) {
  const { t } = useLingui()
  const [kind, setKind] = useState<Kind>('stores')
  const [text, setText] = useState('')
  const [trial, setTrial] = useState<Imported | null>(null)
  const rows = trial === null ? 0 : trial.added + trial.changed
  function put(next: string) {
    setText(next)
    setTrial(null)
  }
  async function send() {
    if (trial === null) {
      setTrial(await importFile(kind, text, true))
      return
    }
    await importFile(kind, text, false)
    toast({ text: plural(rows, { one: '# row was taken in', other: '# rows were taken in' }) })
    onClose()
  }
  const submit = trial === null ? t`Look what it would do` : t`Take it in`
  return (
    <FormDialog title={t`Import from CSV`} opened onClose={onClose} onSubmit={send} submit={submit} disabled={text.trim() === '' || (trial !== null && rows === 0)}>
      <SegmentedControl
        aria-label={t`What the file holds`} value={kind} data={[{ value: 'stores', label: t`Stores` }, { value: 'tills', label: t`Tills` }]}
        onChange={(value) => {
          setKind(value as Kind)
          setTrial(null)
        }}
      />
      <div className="pt-row">
        <FileButton onChange={(file) => void file?.text().then(put)} accept=".csv,text/csv" inputProps={{ 'aria-label': t`CSV file` }}>
          {(props) => <Button {...props}><Trans>Choose a file</Trans></Button>}
        </FileButton>
        <span className="pt-soft"><Trans>or paste it. A column that is missing leaves what was.</Trans></span>
      </div>
      <Textarea aria-label={t`Rows of CSV`} className="pt-ltr" rows={7} placeholder={EXAMPLE[kind]} value={text} onChange={(event) => put(event.currentTarget.value)} />
      {trial !== null && <Said done={trial} />}
    </FormDialog>
  )
}

export function ImportDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  return opened ? <Fields onClose={onClose} /> : null
}
