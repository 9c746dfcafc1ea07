// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Radio, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useMemo, useState } from 'react'
import { ApiError } from '@/api/client'
import { useShortcuts } from '@/base/keys'
import { usePrefs, zoneOf } from '@/base/prefs'
import { useMay } from '@/base/session'
import { useGo, useParam } from '@/base/url'
import { instantOf } from '@/base/zone'
import { Time } from '@/ui/bits'
import { LinkTo } from '@/ui/LinkTo'
import { Page, Panel } from '@/ui/Page'
import { errorText, Failed, Loaded, NotFound } from '@/ui/states'
import { attempt, toast } from '@/ui/toast'
import { Days } from '../components/Days'
import { Editor } from '../components/Editor'
import { type Document, documentOf, type Draft, draftOf } from '../hours'
import { type Calendar, dropCalendar, putCalendar, useCalendar, usePreview } from '../model'
import '../commerce.css'

const ID = /^[a-z][a-z0-9_]{0,63}$/
const PREVIEW_DAYS = 28

function Preview({ document, zone }: { document: Document | null; zone: string }) {
  const { t } = useLingui()
  const [settled] = useDebouncedValue(document, 300)
  const query = usePreview(settled, zone, PREVIEW_DAYS)
  return (
    <Panel title={t`The coming four weeks`} actions={<span className="pt-soft"><Trans>Times in {zone}</Trans></span>}>
      {document === null && <p className="pt-soft" role="status"><Trans>Something cannot be read yet.</Trans></p>}
      {query.isError ? <Failed error={query.error} /> : query.data && <Days days={query.data} label={t`Hours by day`} />}
    </Panel>
  )
}

function Versions({ calendar, shown, onShow }: { calendar: Calendar; shown: number; onShow: (version: number) => void }) {
  const { t } = useLingui()
  return (
    <Panel title={t`What held when`}>
      <ul className="cm-versions">
        {calendar.versions.map((one, i) => (
          <li key={one.from ?? ''}>
            <Button size="compact-sm" variant={i === shown ? 'filled' : 'default'} aria-pressed={i === shown} onClick={() => onShow(i)}>
              {one.from === null ? t`From the beginning` : <Trans>From <Time at={one.from} /></Trans>}
            </Button>
            <span className="pt-soft"><Time at={one.changed_at} /> <bdi>{one.changed_by}</bdi></span>
          </li>
        ))}
      </ul>
    </Panel>
  )
}

/** From when what is saved is to hold. */
function From({ value, onChange, zone }: { value: string | null; onChange: (value: string | null) => void; zone: string }) {
  const { t } = useLingui()
  return (
    <Panel title={t`The change holds`}>
      <Radio.Group aria-label={t`The change holds`} value={value === null ? 'now' : 'later'} onChange={(how) => onChange(how === 'now' ? null : '')}>
        <div className="pt-row">
          <Radio value="now" label={t`from now on`} />
          <Radio value="later" label={t`from`} />
          {value !== null && <TextInput type="datetime-local" aria-label={t`From when`} value={value} onChange={(event) => onChange(event.currentTarget.value)} />}
          {value !== null && <span className="pt-soft"><Trans>Time in {zone}</Trans></span>}
        </div>
      </Radio.Group>
      <p className="pt-soft"><Trans>What held before stays; what was planned for later is replaced.</Trans></p>
    </Panel>
  )
}

function useSaving(calendar: Calendar | null) {
  const { t } = useLingui()
  const go = useGo()
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  async function save(id: string, name: string, document: Document, from: string | undefined) {
    setBusy(true)
    setError(null)
    try {
      await putCalendar(id, calendar?.version ?? 0, { name, document, ...(from === undefined ? {} : { from }) })
      toast({ text: t`${name} was saved` })
      if (calendar === null) go(`/stores/calendars/${id}`)
    } catch (why) {
      setError(why)
    } finally {
      setBusy(false)
    }
  }
  async function remove() {
    if (calendar === null) return
    await dropCalendar(calendar.id)
    go('/stores/calendars')
  }
  return { error, busy, save, remove }
}

function About({ calendar, id, name, draft, setId, setName, put }: {
  calendar: Calendar | null
  id: string
  name: string
  draft: Draft
  setId: (id: string) => void
  setName: (name: string) => void
  put: (changed: Partial<Draft>) => void
}) {
  const { t } = useLingui()
  return (
    <Panel title={t`About them`}>
      <div className="cm-fields">
        <TextInput label={t`Name`} required maxLength={200} autoComplete="off" value={name} data-autofocus={calendar === null ? true : undefined} onChange={(event) => setName(event.currentTarget.value)} />
        <TextInput
          label={t`Id`} description={t`For life: a-z, 0-9 and _`} required maxLength={64} autoComplete="off" disabled={calendar !== null} value={id} error={id !== '' && !ID.test(id) ? t`Not an id` : null}
          onChange={(event) => setId(event.currentTarget.value)}
        />
        <TextInput label={t`Time zone`} description={t`Empty: that of the store that keeps them`} maxLength={64} autoComplete="off" value={draft.zone} onChange={(event) => put({ zone: event.currentTarget.value.trim() })} />
      </div>
    </Panel>
  )
}

function Form({ calendar }: { calendar: Calendar | null }) {
  const { t } = useLingui()
  const own = zoneOf(usePrefs())
  const mayWrite = useMay('commerce.write')
  const newest = (calendar?.versions.length ?? 0) - 1
  const [shown, setShown] = useState(newest)
  const [id, setId] = useState(calendar?.id ?? '')
  const [name, setName] = useState(calendar?.name ?? '')
  const [draft, setDraft] = useState<Draft>(() => draftOf((calendar?.versions[newest]?.calendar ?? {}) as Document))
  const [from, setFrom] = useState<string | null>(null)
  const { error, busy, save, remove } = useSaving(calendar)
  const document = useMemo(() => documentOf(draft), [draft])
  const instant = from === null ? undefined : (instantOf(from, own) ?? null)
  const ready = document !== null && ID.test(id) && name.trim() !== '' && instant !== null
  const put = (changed: Partial<Draft>) => setDraft((before) => ({ ...before, ...changed }))
  const send = () => {
    if (ready && !busy && document !== null) void save(id, name.trim(), document, instant ?? undefined)
  }
  useShortcuts(mayWrite ? [{ keys: 'mod+s', label: t`Save`, group: t`Stores`, whileTyping: true, run: send }] : [])
  const stores = calendar?.stores ?? 0
  return (
    <Page
      title={calendar?.name ?? t`New opening hours`}
      note={(
        <span className="pt-row">
          <LinkTo href="/stores/calendars">{t`Opening hours`}</LinkTo>
          {calendar !== null && <LinkTo href={`/stores?calendar=${calendar.id}`}>{t`Stores: ${stores}`}</LinkTo>}
        </span>
      )}
      actions={mayWrite && (
        <>
          {calendar !== null && stores === 0 && <Button onClick={() => void attempt(remove())}><Trans>Remove</Trans></Button>}
          <Button variant="filled" loading={busy} disabled={!ready} onClick={send}><Trans>Save</Trans></Button>
        </>
      )}
    >
      {error !== null && <p role="alert" className="pt-banner pt-bad"><bdi>{errorText(error)}</bdi></p>}
      <div className="cm-page">
        <fieldset className="cm-plain" disabled={!mayWrite}>
          <div>
            <About calendar={calendar} id={id} name={name} draft={draft} setId={setId} setName={setName} put={put} />
            <Editor draft={draft} put={put} />
          </div>
        </fieldset>
        <div>
          {calendar !== null && mayWrite && <From value={from} onChange={setFrom} zone={own} />}
          <Preview document={document} zone={draft.zone === '' ? own : draft.zone} />
          {calendar !== null && calendar.versions.length > 1 && (
            <Versions
              calendar={calendar} shown={shown}
              onShow={(at) => {
                setShown(at)
                setDraft(draftOf((calendar.versions[at]?.calendar ?? {}) as Document))
              }}
            />
          )}
        </div>
      </div>
    </Page>
  )
}

export function CalendarPage() {
  const { t } = useLingui()
  const id = useParam('id')
  const isNew = id === 'new'
  const query = useCalendar(id, !isNew)
  if (isNew) return <Form key="new" calendar={null} />
  if (query.error instanceof ApiError && query.error.status === 404) return <NotFound what={t`There are no such opening hours`} />
  return <Loaded query={query} rows={10}>{(calendar) => <Form key={`${calendar.id}-${calendar.version}`} calendar={calendar} />}</Loaded>
}
