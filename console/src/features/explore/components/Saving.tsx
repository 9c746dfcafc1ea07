// SPDX-License-Identifier: Apache-2.0
// Save, save as, rename, delete with undo, copy the link.
import { Trans, useLingui } from '@lingui/react/macro'
import { ActionIcon, Button, Menu, Textarea, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useShortcuts } from '@/base/keys'
import { useMay } from '@/base/session'
import { useGo } from '@/base/url'
import { FormDialog } from '@/ui/dialogs'
import { Icon } from '@/ui/icons'
import { attempt, toast } from '@/ui/toast'
import { addReport, deleteReport, type Edit, type Report, saveReport } from '../model'

type Asked = 'as' | 'rename'

function NameDialog({ asked, report, onClose, onSave }: { asked: Asked; report: Report | null; onClose: () => void; onSave: (name: string, description: string) => Promise<void> }) {
  const { t } = useLingui()
  const [name, setName] = useState(report === null ? '' : asked === 'as' ? t`${report.name}, copy` : report.name)
  const [description, setDescription] = useState(report?.description ?? '')
  return (
    <FormDialog title={asked === 'as' ? t`Save the question` : t`Rename the report`} opened onClose={onClose} submit={t`Save`} disabled={name.trim() === ''} onSubmit={() => onSave(name.trim(), description.trim())}>
      <TextInput label={t`Name`} required maxLength={200} autoComplete="off" data-autofocus value={name} onChange={(event) => setName(event.currentTarget.value)} />
      <Textarea label={t`Description`} maxLength={2000} autosize minRows={2} maxRows={8} value={description} onChange={(event) => setDescription(event.currentTarget.value)} />
    </FormDialog>
  )
}

/** `edit` null: the question is not whole. `onSaved`: what is shown is what is saved now. */
export function Saving({ report, edit, changed, onSaved }: { report: Report | null; edit: Pick<Edit, 'query' | 'shown'> | null; changed: boolean; onSaved: (report: Report) => void }) {
  const { t } = useLingui()
  const go = useGo()
  const may = useMay('reports.write')
  const [asked, setAsked] = useState<Asked | null>(null)
  const [busy, setBusy] = useState(false)

  async function write(name: string, description: string) {
    if (asked === 'as' || report === null) {
      if (edit === null) return
      const made = await addReport({ name, description, ...edit })
      setAsked(null)
      toast({ text: t`${made.name} is saved` })
      go(`/explore/report/${made.id}`)
      return
    }
    // the name only: what was changed of the question stays unsaved
    const { query, shown } = report
    onSaved(await saveReport(report.id, report.version, { name, description, query, shown }))
    setAsked(null)
  }
  async function save() {
    if (edit === null) return
    if (report === null) {
      setAsked('as')
      return
    }
    if (!changed) return
    setBusy(true)
    await attempt(saveReport(report.id, report.version, { name: report.name, description: report.description, ...edit }).then((saved) => {
      onSaved(saved)
      toast({ text: t`${saved.name} is saved` })
    }))
    setBusy(false)
  }
  async function remove() {
    if (report === null) return
    const { id, name, description, query, shown } = report
    await deleteReport(id)
    go('/explore')
    toast({ text: t`${name} is deleted`, undo: () => addReport({ name, description, query, shown }) })
  }
  const copy = () => void navigator.clipboard.writeText(location.href).then(() => toast({ text: t`The link is copied. It holds the whole question.` }))
  const group = t`Explore`
  useShortcuts([
    ...(may ? [{ keys: 'mod+s', label: t`Save`, group, whileTyping: true, run: () => void save() }] : []),
    { keys: 'l', label: t`Copy the link`, group, run: copy },
  ])
  return (
    <>
      <Button leftSection={<Icon name="copy" />} onClick={copy}><Trans>Copy the link</Trans></Button>
      {may && <Button variant="filled" loading={busy} disabled={edit === null || (report !== null && !changed)} onClick={() => void save()}><Trans>Save</Trans></Button>}
      {may && report !== null && (
        <Menu>
          <Menu.Target><ActionIcon aria-label={t`More`} variant="default"><Icon name="more" /></ActionIcon></Menu.Target>
          <Menu.Dropdown>
            <Menu.Item disabled={edit === null} onClick={() => setAsked('as')}><Trans>Save as…</Trans></Menu.Item>
            <Menu.Item onClick={() => setAsked('rename')}><Trans>Rename…</Trans></Menu.Item>
            <Menu.Item onClick={() => void attempt(remove())}><Trans>Delete</Trans></Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
      {asked !== null && <NameDialog key={asked} asked={asked} report={report} onClose={() => setAsked(null)} onSave={write} />}
    </>
  )
}
