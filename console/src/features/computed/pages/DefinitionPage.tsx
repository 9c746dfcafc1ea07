// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, SegmentedControl, Textarea, TextInput } from '@mantine/core'
import { useBlocker } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { ApiError } from '@/api/client'
import { useShortcuts } from '@/base/keys'
import { useMay } from '@/base/session'
import { oneOf, useGo, useParam, useUrl } from '@/base/url'
import { Code, Time, ZoneNote } from '@/ui/bits'
import { Dialog } from '@/ui/dialogs'
import { LinkTo } from '@/ui/LinkTo'
import { Page, Panel } from '@/ui/Page'
import { errorText, Loaded, NotFound } from '@/ui/states'
import { toast } from '@/ui/toast'
import { FoldForm } from '../components/FoldForm'
import { PreviewPanel } from '../components/Preview'
import { State } from '../components/State'
import { BLANK, faultsOf, type Form, formOf, type Json, jsonOf } from '../fold'
import { addDefinition, type Definition, deleteDefinition, saveDefinition, useDefinition } from '../model'
import { foldText } from '../words'
import '../computed.css'

const VIEWS = ['form', 'json'] as const

/** The fold as it is edited: as a form where it can be one, else as text. Whoever is typed into leads. */
function useFold(begin: Json) {
  const [form, setForm] = useState<Form | null>(() => formOf(begin))
  const [text, setText] = useState(() => JSON.stringify(begin, null, 2))
  const [json, setJson] = useState<Json | null>(begin)
  return {
    form, text, json,
    whole: json !== null && (form === null || faultsOf(form).size === 0),
    changeForm: (next: Form) => {
      const made = jsonOf(next)
      setForm(next)
      setJson(made)
      setText(JSON.stringify(made, null, 2))
    },
    changeText: (next: string) => {
      setText(next)
      let read: unknown
      try {
        read = JSON.parse(next)
      } catch {
        setJson(null)
        return
      }
      const object = typeof read === 'object' && read !== null && !Array.isArray(read) ? (read as Json) : null
      setJson(object)
      if (object !== null) setForm(formOf(object))
    },
  }
}

/** Asks before what is not saved is left behind. */
function useLeave(dirty: boolean) {
  const free = useRef(false)
  const blocker = useBlocker({
    shouldBlockFn: ({ current, next }) => dirty && !free.current && current.pathname !== next.pathname,
    enableBeforeUnload: () => dirty && !free.current,
    withResolver: true,
  })
  return { blocker, mayLeave: () => (free.current = true) }
}

function Leave({ blocker }: { blocker: ReturnType<typeof useLeave>['blocker'] }) {
  const { t } = useLingui()
  return (
    <Dialog title={t`Leave without saving?`} opened={blocker.status === 'blocked'} onClose={() => blocker.reset?.()}>
      <div className="pt-stack">
        <p><Trans>What was changed in this definition is not saved yet.</Trans></p>
        <div className="pt-actions co-end">
          <Button onClick={() => blocker.proceed?.()}><Trans>Leave</Trans></Button>
          <Button variant="filled" data-autofocus onClick={() => blocker.reset?.()}><Trans>Stay</Trans></Button>
        </div>
      </div>
    </Dialog>
  )
}

function useDelete(definition: Definition | null, mayLeave: () => void) {
  const { t } = useLingui()
  const go = useGo()
  const [busy, setBusy] = useState(false)
  async function run() {
    if (definition === null) return
    const { id, name, description, fold } = definition
    setBusy(true)
    try {
      await deleteDefinition(id)
      mayLeave()
      go('/computed')
      toast({
        text: t`${name} is deleted`,
        undo: () => void addDefinition({ name, description, fold }).catch((error: unknown) => toast({ text: errorText(error), tone: 'bad' })),
      })
    } catch (error) {
      toast({ text: errorText(error), tone: 'bad' })
    } finally {
      setBusy(false)
    }
  }
  return { busy, run }
}

function Editor({ definition, begin }: { definition: Definition | null; begin: Json }) {
  const { t, i18n } = useLingui()
  const go = useGo()
  const [url, setUrl] = useUrl()
  const mayWrite = useMay('computed.write')
  const [name, setName] = useState(definition?.name ?? '')
  const [description, setDescription] = useState(definition?.description ?? '')
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const fold = useFold(begin)
  const [saved, setSaved] = useState(() => JSON.stringify([name, description, begin]))
  const dirty = mayWrite && saved !== JSON.stringify([name, description, fold.json]) && !(definition === null && name === '' && fold.json === begin)
  const { blocker, mayLeave } = useLeave(dirty)
  const deleting = useDelete(definition, mayLeave)
  const view = fold.form === null ? 'json' : oneOf(url.view, VIEWS)
  const ready = fold.whole && name.trim() !== ''
  async function save() {
    if (fold.json === null || !ready) return
    setBusy(true)
    setError(null)
    const draft = { name: name.trim(), description: description.trim(), fold: fold.json }
    try {
      if (definition === null) {
        const made = await addDefinition(draft)
        mayLeave()
        go(`/computed/${made.id}`)
      } else {
        await saveDefinition(definition.id, draft)
        setSaved(JSON.stringify([name, description, fold.json]))
      }
      toast({ text: t`Saved. The history is worked through now; the values are whole when it is live.` })
    } catch (why) {
      setError(why)
    } finally {
      setBusy(false)
    }
  }
  useShortcuts(mayWrite ? [{ keys: 'mod+s', label: t`Save`, group: t`Computed traits`, whileTyping: true, run: () => void save() }] : [])
  return (
    <Page
      title={name.trim() || t`New computed trait`}
      note={<span className="pt-row"><LinkTo href="/computed">{t`Computed traits`}</LinkTo>{definition && <><State of={definition} /> <span>{t`changed`} <Time at={definition.changed_at} /> <bdi>{definition.changed_by ?? ''}</bdi></span> <ZoneNote /></>}</span>}
      actions={mayWrite && (
        <>
          {definition !== null && <Button loading={deleting.busy} onClick={() => void deleting.run()}><Trans>Delete</Trans></Button>}
          <Button variant="filled" loading={busy} disabled={!ready || !dirty} onClick={() => void save()}><Trans>Save</Trans></Button>
        </>
      )}
    >
      {error !== null && <p role="alert" className="pt-banner pt-bad"><bdi>{errorText(error)}</bdi></p>}
      <div className="co-two">
        <fieldset className="co-plain pt-stack" disabled={!mayWrite}>
          <Panel>
            <div className="co-fields co-names">
              <TextInput label={t`Name`} required maxLength={100} placeholder="orders_30d" autoComplete="off" value={name} data-autofocus={definition === null ? true : undefined} onChange={(event) => setName(event.currentTarget.value)} />
              <TextInput label={t`Description`} maxLength={1000} autoComplete="off" value={description} onChange={(event) => setDescription(event.currentTarget.value)} />
            </div>
          </Panel>
          <Panel
            title={t`Definition`}
            actions={<SegmentedControl aria-label={t`View of the definition`} value={view} disabled={fold.form === null} data={[{ value: 'form', label: t`Form` }, { value: 'json', label: 'JSON' }]} onChange={(value) => setUrl({ view: value === 'form' ? null : value })} />}
          >
            {fold.json !== null && <p className="co-sentence"><bdi>{foldText(i18n, fold.json)}</bdi></p>}
            {view === 'form' && fold.form !== null ? <FoldForm form={fold.form} onChange={fold.changeForm} />
              : mayWrite ? <Textarea aria-label={t`Definition as JSON`} autosize minRows={14} maxRows={36} classNames={{ input: 'co-code' }} spellCheck={false} value={fold.text} error={fold.json === null ? t`This is not a JSON object yet` : null} onChange={(event) => fold.changeText(event.currentTarget.value)} />
                : <Code label={t`Definition as JSON`} text={fold.text} />}
          </Panel>
        </fieldset>
        <div className="co-side"><PreviewPanel fold={fold.whole ? fold.json : null} /></div>
      </div>
      <Leave blocker={blocker} />
    </Page>
  )
}

const FIRST = jsonOf(BLANK)

export function DefinitionPage() {
  const { t } = useLingui()
  const id = useParam('id')
  const isNew = id === 'new'
  const query = useDefinition(isNew ? null : id)
  useEffect(() => {
    if (isNew) document.querySelector<HTMLInputElement>('[data-autofocus]')?.focus()
  }, [isNew])
  if (isNew) return <Editor key="new" definition={null} begin={FIRST} />
  if (query.error instanceof ApiError && query.error.status === 404) return <NotFound what={t`There is no such computed trait`} />
  return <Loaded query={query} rows={10}>{(definition) => <Editor key={definition.id} definition={definition} begin={definition.fold} />}</Loaded>
}
