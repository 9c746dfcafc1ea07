// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { ActionIcon, Button, NativeSelect, NumberInput, TagsInput, Textarea, TextInput } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useShortcuts } from '@/base/keys'
import { useMay } from '@/base/session'
import { useGo, useParam } from '@/base/url'
import { Status, Time } from '@/ui/bits'
import { Icon } from '@/ui/icons'
import { LinkTo } from '@/ui/LinkTo'
import { Page, Panel } from '@/ui/Page'
import { errorText, Loaded, NotFound } from '@/ui/states'
import { toast } from '@/ui/toast'
import { DropDialog, Dropped, Runs } from '../components/RetentionState'
import { addPurpose, archivePurpose, BASES, type Draft, type Preview, previewRetention, type Purpose, type Retention, savePurpose, usePurposes, useRetention } from '../model'
import { sameClass, stricter } from '../retention'
import { bases, byDefault } from '../words'
import '../consent.css'

const LIST_MAX = 16
const DAYS_MAX = 36500
const TYPES = ['', 'track', 'identify', 'page', 'screen', 'group', 'alias']
const BLANK: Draft = { name: '', description: '', basis: 'consent', text_version: '', messages: [], channels: [], categories: [], retention: [] }
const SLUG = /^[a-z][a-z0-9_]{0,39}$/

function draftOf({ name, description, basis, text_version, messages, channels, categories, retention }: Purpose): Draft {
  return { name, description, basis, text_version, messages, channels, categories, retention }
}

function RetentionRows({ rows, saved, onChange }: { rows: readonly Retention[]; saved: readonly Retention[]; onChange: (rows: Retention[]) => void }) {
  const { t } = useLingui()
  const classes = useRetention().data?.classes ?? []
  const put = (at: number, changed: Partial<Retention>) => onChange(rows.map((row, i) => (i === at ? { ...row, ...changed } : row)))
  return (
    <div className="cs-rows">
      {rows.length === 0 && <p className="pt-faint"><Trans>No bound: what serves this purpose is kept.</Trans></p>}
      {rows.map((row, i) => {
        const number = i + 1
        return (
          <div key={i} className="cs-row" role="group" aria-label={t`Class ${number}`}>
            <NativeSelect label={t`Type`} value={row.type ?? ''} data={TYPES.map((value) => ({ value, label: value === '' ? t`any` : value }))} onChange={(event) => put(i, { type: event.currentTarget.value })} />
            <TextInput label={t`Event`} placeholder={t`any; Product * for a beginning`} maxLength={100} autoComplete="off" value={row.name ?? ''} onChange={(event) => put(i, { name: event.currentTarget.value })} />
            <NumberInput label={t`Days`} min={1} max={DAYS_MAX} allowDecimal={false} hideControls value={row.days} onChange={(value) => put(i, { days: Math.min(DAYS_MAX, Math.max(1, Number(value) || 1)) })} />
            <ActionIcon className="cs-remove" aria-label={t`Remove class ${number}`} onClick={() => onChange(rows.filter((_, at) => at !== i))}><Icon name="close" /></ActionIcon>
            {saved.some((one) => sameClass(one, row)) && <Dropped of={classes.find((one) => sameClass(one, row))} />}
          </div>
        )
      })}
      <div><Button size="compact-sm" leftSection={<Icon name="add" />} disabled={rows.length >= LIST_MAX} onClick={() => onChange([...rows, { type: '', name: '', days: 365 }])}><Trans>Add a class of events</Trans></Button></div>
    </div>
  )
}

function useArchive(purpose: Purpose | null) {
  const { t } = useLingui()
  return async function set(archived: boolean) {
    if (purpose === null) return
    const { id, name } = purpose
    try {
      await archivePurpose(id, archived)
      toast({ text: archived ? t`${name} is archived: nothing is allowed for it any more` : t`${name} is in use again`, undo: () => void set(!archived) })
    } catch (error) {
      toast({ text: errorText(error), tone: 'bad' })
    }
  }
}

function Editor({ purpose }: { purpose: Purpose | null }) {
  const { t, i18n } = useLingui()
  const go = useGo()
  const mayWrite = useMay('consent.write')
  const [id, setId] = useState(purpose?.id ?? '')
  const [draft, setDraft] = useState<Draft>(() => (purpose === null ? BLANK : draftOf(purpose)))
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const archive = useArchive(purpose)
  const put = (changed: Partial<Draft>) => setDraft((before) => ({ ...before, ...changed }))
  const dirty = purpose === null || JSON.stringify(draft) !== JSON.stringify(draftOf(purpose))
  const ready = draft.name.trim() !== '' && SLUG.test(id) && dirty
  const [asked, setAsked] = useState<Preview | null>(null)
  async function save(sure = false) {
    if (!ready || busy) return
    setBusy(true)
    setError(null)
    try {
      const fresh = stricter(purpose?.retention ?? [], draft.retention)
      const preview = sure || fresh.length === 0 ? null : await previewRetention(fresh)
      if (preview !== null && (preview.records > 0 || preview.at_least)) {
        setAsked(preview)
        return
      }
      setAsked(null)
      const done = purpose === null ? await addPurpose(id, draft) : await savePurpose(id, purpose.version, draft)
      toast({ text: sure ? t`Saved. What is older is being dropped.` : t`Saved. It holds for what comes in from now on.` })
      if (purpose === null) go(`/consent/purposes/${done.id}`)
    } catch (why) {
      setAsked(null)
      setError(why)
    } finally {
      setBusy(false)
    }
  }
  useShortcuts(mayWrite ? [{ keys: 'mod+s', label: t`Save`, group: t`Consent`, whileTyping: true, run: () => void save() }] : [])
  return (
    <Page
      title={purpose?.name ?? t`New purpose`}
      note={(
        <span className="pt-row">
          <LinkTo href="/consent">{t`Purposes`}</LinkTo>
          {purpose !== null && (purpose.archived_at === null ? <Status tone="good" dot>{t`In use`}</Status> : <Status tone="plain">{t`Archived`}</Status>)}
          {purpose?.changed_at && <span>{t`changed`} <Time at={purpose.changed_at} /> <bdi>{purpose.changed_by}</bdi></span>}
        </span>
      )}
      actions={mayWrite && (
        <>
          {purpose !== null && <Button onClick={() => void archive(purpose.archived_at === null)}>{purpose.archived_at === null ? <Trans>Archive</Trans> : <Trans>Use again</Trans>}</Button>}
          <Button variant="filled" loading={busy} disabled={!ready} onClick={() => void save()}><Trans>Save</Trans></Button>
        </>
      )}
    >
      {error !== null && <p role="alert" className="pt-banner pt-bad"><bdi>{errorText(error)}</bdi></p>}
      <fieldset className="cs-plain" disabled={!mayWrite}>
        <Panel title={t`What customers read`}>
          <div className="cs-fields">
            <TextInput label={t`Name`} required maxLength={100} autoComplete="off" value={draft.name} data-autofocus={purpose === null ? true : undefined} onChange={(event) => put({ name: event.currentTarget.value })} />
            <TextInput label={t`Version of the text`} description={t`Stands with every decision that is made on it`} maxLength={40} autoComplete="off" value={draft.text_version} onChange={(event) => put({ text_version: event.currentTarget.value })} />
          </div>
          <Textarea label={t`Description`} maxLength={1000} autosize minRows={2} value={draft.description} onChange={(event) => put({ description: event.currentTarget.value })} />
        </Panel>
        <Panel title={t`What it means`}>
          <div className="cs-fields">
            <TextInput
              label={t`Id`} description={t`For life: a-z, 0-9 and _`} required maxLength={40} autoComplete="off" disabled={purpose !== null} value={id} error={id !== '' && !SLUG.test(id) ? t`Not an id` : null}
              onChange={(event) => setId(event.currentTarget.value)}
            />
            <NativeSelect
              label={t`Legal basis`} description={i18n._(byDefault[draft.basis])} value={draft.basis} data={BASES.map((value) => ({ value, label: i18n._(bases[value]) }))}
              onChange={(event) => put({ basis: BASES.find((one) => one === event.currentTarget.value) ?? 'consent' })}
            />
            <TagsInput label={t`Categories of your consent manager`} description={t`Case does not matter; its id always means it`} maxTags={LIST_MAX} value={draft.categories} onChange={(categories) => put({ categories })} />
            <TagsInput label={t`Purposes of messages`} description={t`Such as marketing, transactional`} maxTags={LIST_MAX} value={draft.messages} onChange={(messages) => put({ messages })} />
            <TagsInput label={t`Channels`} description={t`Such as email, sms, web`} maxTags={LIST_MAX} value={draft.channels} onChange={(channels) => put({ channels })} />
          </div>
        </Panel>
        <Panel title={t`How long events are to be kept`}>
          <p className="pt-soft"><Trans>Whole days after an event was received it loses what is personal: what remains is its type, name, hour, source, channel, store and amount. Any type is not identify, alias or group. What decided about consent stays.</Trans></p>
          <RetentionRows rows={draft.retention} saved={purpose?.retention ?? []} onChange={(retention) => put({ retention })} />
          <Runs />
        </Panel>
      </fieldset>
      <DropDialog preview={asked} onClose={() => setAsked(null)} onConfirm={() => save(true)} />
    </Page>
  )
}

export function PurposePage() {
  const { t } = useLingui()
  const id = useParam('id')
  const isNew = id === 'new'
  const query = usePurposes(!isNew)
  useEffect(() => {
    if (isNew) document.querySelector<HTMLInputElement>('[data-autofocus]')?.focus()
  }, [isNew])
  if (isNew) return <Editor key="new" purpose={null} />
  return (
    <Loaded query={query} rows={10}>
      {(purposes) => {
        const purpose = purposes.find((one) => one.id === id)
        return purpose === undefined ? <NotFound what={t`There is no such purpose`} /> : <Editor key={`${purpose.id}-${purpose.version}`} purpose={purpose} />
      }}
    </Loaded>
  )
}
