// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Menu, TextInput } from '@mantine/core'
import { useState } from 'react'
import { ApiError } from '@/api/client'
import { useFormat } from '@/base/format'
import { useShortcuts } from '@/base/keys'
import { useMay } from '@/base/session'
import { useParam } from '@/base/url'
import { Mono, Status, Time, ZoneNote } from '@/ui/bits'
import { ConfirmDialog, FormDialog } from '@/ui/dialogs'
import { Icon } from '@/ui/icons'
import { LinkTo } from '@/ui/LinkTo'
import { Facts, Page, Panel } from '@/ui/Page'
import { errorText, Loaded, NotFound } from '@/ui/states'
import { toast } from '@/ui/toast'
import { Figures } from '../components/Figures'
import { MappingPanel } from '../components/MappingPanel'
import { PreviewPanel } from '../components/PreviewPanel'
import { Refusals } from '../components/Refusals'
import { states } from '../components/states'
import { UploadPanel } from '../components/UploadPanel'
import { changeImport, deleteImport, type Import, step, useImport, useLive, usePreview } from '../model'
import { dropUpload } from '../uploads'
import '../imports.css'

/** Tells what went wrong where there is no form to tell it in. */
async function attempt(action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action()
    return true
  } catch (error) {
    toast({ text: errorText(error), tone: 'bad' })
    return false
  }
}

function EditName({ one, opened, onClose }: { one: Import; opened: boolean; onClose: () => void }) {
  const { t } = useLingui()
  const [name, setName] = useState(one.name)
  const [source, setSource] = useState(one.source)
  const early = ['uploading', 'checking', 'ready'].includes(one.state)
  async function save() {
    await changeImport(one.id, { name: name.trim(), ...(early && source.trim() !== one.source ? { source: source.trim() } : {}) })
    onClose()
  }
  return (
    <FormDialog title={t`Edit the import`} opened={opened} onClose={onClose} onSubmit={save} submit={t`Save`} disabled={name.trim() === '' || source.trim() === ''}>
      <TextInput label={t`Name`} maxLength={200} value={name} onChange={(event) => setName(event.currentTarget.value)} data-autofocus />
      {early && <TextInput label={t`Source`} maxLength={100} value={source} onChange={(event) => setSource(event.currentTarget.value)} />}
    </FormDialog>
  )
}

function Dialogs({ one, open, onClose }: { one: Import; open: 'cancel' | 'delete' | 'edit' | null; onClose: () => void }) {
  const { t } = useLingui()
  const name = one.name
  return (
    <>
      <ConfirmDialog
        title={t`Cancel the import`} word={name} opened={open === 'cancel'} onClose={onClose} submit={t`Cancel the import`}
        onConfirm={async () => {
          dropUpload(one.id)
          await step(one.id, 'cancel')
          onClose()
        }}
      >
        <Trans>It ends for good. What landed stays; to import the rest, the file must be uploaded again.</Trans>
      </ConfirmDialog>
      <ConfirmDialog
        title={t`Remove the file`} word={name} opened={open === 'delete'} onClose={onClose} submit={t`Remove the file`}
        onConfirm={async () => {
          dropUpload(one.id)
          await deleteImport(one.id)
          onClose()
          toast({ text: t`The file was removed; the record stays` })
        }}
      >
        <Trans>The uploaded file is removed from the server. The record and all events that landed stay. An import that is not finished is cancelled.</Trans>
      </ConfirmDialog>
      {open === 'edit' && <EditName one={one} opened onClose={onClose} />}
    </>
  )
}

function Actions({ one }: { one: Import }) {
  const { t } = useLingui()
  const [open, setOpen] = useState<'cancel' | 'delete' | 'edit' | null>(null)
  const [busy, setBusy] = useState(false)
  const act = (what: 'start' | 'pause' | 'resume') => async () => {
    setBusy(true)
    await attempt(() => step(one.id, what))
    setBusy(false)
  }
  const live = one.state === 'running' || one.state === 'queued'
  const ended = ['done', 'failed', 'cancelled'].includes(one.state)
  const main = live ? act('pause') : one.state === 'paused' ? act('resume') : null
  useShortcuts([
    { keys: 'e', label: t`Edit`, group: t`Imports`, run: () => setOpen('edit') },
    ...(main ? [{ keys: 'p', label: live ? t`Pause` : t`Go on`, group: t`Imports`, run: () => void main() }] : []),
  ])
  return (
    <>
      {live && <Button loading={busy} leftSection={<Icon name="pause" />} onClick={() => void act('pause')()}><Trans>Pause</Trans></Button>}
      {one.state === 'paused' && <Button variant="filled" loading={busy} leftSection={<Icon name="play" />} onClick={() => void act('resume')()}><Trans>Go on</Trans></Button>}
      {one.state === 'failed' && one.file_kept && one.has_mapping && <Button variant="filled" loading={busy} onClick={() => void act('start')()}><Trans>Try again</Trans></Button>}
      <Menu>
        <Menu.Target><Button aria-label={t`More`}><Icon name="more" /></Button></Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setOpen('edit')}><Trans>Edit…</Trans></Menu.Item>
          {!ended && <Menu.Item onClick={() => setOpen('cancel')}><Trans>Cancel the import…</Trans></Menu.Item>}
          <Menu.Item disabled={!one.file_kept || live} onClick={() => setOpen('delete')}><Trans>Remove the file…</Trans></Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Dialogs one={one} open={open} onClose={() => setOpen(null)} />
    </>
  )
}

function Ready({ one }: { one: Import }) {
  const query = usePreview(one.id, one.file_kept)
  const [starting, setStarting] = useState(false)
  async function start(save: (() => Promise<unknown>) | null) {
    setStarting(true)
    await attempt(async () => {
      if (save !== null) await save()
      await step(one.id, 'start')
    })
    setStarting(false)
  }
  return (
    <Loaded query={query} rows={10}>
      {(preview) => (
        <>
          <MappingPanel one={one} preview={preview} starting={starting} onStart={(save) => void start(save)} />
          <PreviewPanel preview={preview} />
        </>
      )}
    </Loaded>
  )
}

function About({ one }: { one: Import }) {
  const { t } = useLingui()
  const format = useFormat()
  const rows: [string, React.ReactNode][] = [
    [t`Source`, one.source_id === null ? <bdi key="s">{one.source} <span className="pt-faint">{t`(made when it starts)`}</span></bdi> : <LinkTo key="s" href={`/sources/${one.source_id}`}>{one.source}</LinkTo>],
    [t`Size`, format.bytes(one.bytes)],
    ...(one.recipe === null ? [] : [[t`Recipe`, <Mono key="r">{one.recipe}</Mono>] as [string, React.ReactNode]]),
    ...(one.sha256 === null ? [] : [[t`SHA-256`, <Mono key="h" copy>{one.sha256}</Mono>] as [string, React.ReactNode]]),
    ...(one.note === null ? [] : [[t`Seen in the file`, <bdi key="n">{one.note}</bdi>] as [string, React.ReactNode]]),
    [t`File`, one.file_kept ? t`kept on the server` : t`removed`],
    [t`Added`, <span key="a"><Time at={one.created_at} /> <bdi className="pt-soft">{one.created_by}</bdi></span>],
    ...(one.started_at === null ? [] : [[t`Started`, <Time key="st" at={one.started_at} />] as [string, React.ReactNode]]),
    ...(one.finished_at === null ? [] : [[t`Ended`, <Time key="e" at={one.finished_at} />] as [string, React.ReactNode]]),
    [t`Id`, <Mono key="i" copy>{one.id}</Mono>],
  ]
  return <Panel title={t`About`}><Facts rows={rows} /></Panel>
}

function Detail({ one }: { one: Import }) {
  const { t, i18n } = useLingui()
  const may = useMay('imports.write')
  const begun = one.started_at !== null
  return (
    <Page
      title={one.name} actions={may && <Actions one={one} />}
      note={<span className="pt-row"><LinkTo href="/imports">{t`Imports`}</LinkTo> <Status tone={states[one.state].tone} dot>{i18n._(states[one.state].name)}</Status> <ZoneNote /></span>}
    >
      {one.reason !== null && ['failed', 'cancelled', 'done'].includes(one.state) && (
        <div className={`pt-banner ${one.state === 'failed' ? 'pt-bad' : 'pt-warn'}`} role={one.state === 'failed' ? 'alert' : 'status'}><bdi>{one.reason}</bdi></div>
      )}
      {one.state === 'uploading' && <UploadPanel one={one} />}
      {one.state === 'checking' && <Panel title={t`Being checked`}><p className="pt-soft" role="status"><Trans>The file is whole; its digest is computed. In a moment its first rows are here.</Trans></p></Panel>}
      {one.state === 'ready' && may && <Ready one={one} />}
      {one.state === 'ready' && !may && <p className="pt-soft"><Trans>It waits for somebody who may start imports.</Trans></p>}
      {begun && <Figures one={one} />}
      {one.rows_refused > 0 && <Refusals one={one} />}
      <About one={one} />
    </Page>
  )
}

export function ImportPage() {
  const { t } = useLingui()
  const query = useImport(useParam('id'))
  useLive()
  if (query.error instanceof ApiError && query.error.status === 404) return <NotFound what={t`There is no such import`} />
  return <Loaded query={query} rows={10}>{(one) => <Detail one={one} />}</Loaded>
}
