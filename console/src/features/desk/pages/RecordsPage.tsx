// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, NativeSelect, SegmentedControl, TextInput } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { useMemo, useState } from 'react'
import { api, ok } from '@/api/client'
import { useFormat } from '@/base/format'
import { useShortcuts } from '@/base/keys'
import { queries, useMay } from '@/base/session'
import { oneOf, useUrl } from '@/base/url'
import { Ago } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { SidePanel } from '@/ui/dialogs'
import { Icon } from '@/ui/icons'
import { Page } from '@/ui/Page'
import { Empty, errorText, Loaded } from '@/ui/states'
import { AreaTabs } from '@/ui/Tabs'
import { attempt, toast } from '@/ui/toast'
import { RecordForm } from '../components/RecordForm'
import { deskFeature } from '../index'
import { ALL, type DeskRecord, RECORD_KINDS, type RecordKind, useRecords } from '../model'
import { type Draft, idFrom } from '../records'
import { recordKinds } from '../words'
import '../desk.css'

const THEIRS: readonly RecordKind[] = ['macros', 'templates', 'views']

async function put(kind: RecordKind, id: string, body: { version: number; name: string; record: Draft }): Promise<DeskRecord> {
  const saved = await ok(api.PUT('/api/v1/desk/records/{kind}/{id}', { params: { path: { kind, id } }, body: { ...body, record: body.record as Record<string, never> } }))
  await queries.invalidateQueries({ queryKey: [ALL, 'records'] })
  return saved
}

async function remove(kind: RecordKind, id: string) {
  await ok(api.DELETE('/api/v1/desk/records/{kind}/{id}', { params: { path: { kind, id } } }))
  await queries.invalidateQueries({ queryKey: [ALL, 'records'] })
}

function Panel({ kind, of, may, onClose, onSaved }: { kind: RecordKind; of: DeskRecord | undefined; may: boolean; onClose: () => void; onSaved: (id: string) => void }) {
  const { t, i18n } = useLingui()
  const [name, setName] = useState(of?.name ?? '')
  const [id, setId] = useState(of?.id ?? '')
  const [record, setRecord] = useState<Draft>((of?.record ?? {}) as Draft)
  const [problem, setProblem] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const wanted = of?.id ?? (id.trim() || idFrom(name))
  async function save() {
    if (name.trim() === '' || busy) return
    setBusy(true)
    setProblem(null)
    try {
      // a kind whose document has a member that must be there is sent with it, empty or not
      const whole = kind === 'fields' ? { fields: [], ...record } : kind === 'templates' ? { report: {}, ...record } : record
      const saved = await put(kind, wanted, { version: of?.version ?? 0, name: name.trim(), record: whole })
      toast({ text: t`${saved.name} was saved` })
      onSaved(saved.id)
    } catch (error) {
      setProblem(errorText(error))
    } finally {
      setBusy(false)
    }
  }
  async function drop() {
    if (of === undefined) return
    await remove(kind, of.id)
    onClose()
    const gone = of.name
    toast({ text: t`${gone} was removed`, undo: () => put(kind, of.id, { version: 0, name: of.name, record: of.record as Draft }) })
  }
  useShortcuts(may ? [{ keys: 'mod+s', label: t`Save`, group: t`Records`, whileTyping: true, run: () => void save() }] : [])
  return (
    <SidePanel title={of?.name ?? i18n._(recordKinds[kind])} onClose={onClose} wide>
      <div className="dk-record">
        <TextInput size="xs" label={t`Name`} disabled={!may} maxLength={200} value={name} onChange={(event) => setName(event.currentTarget.value)} {...(of === undefined ? { 'data-autofocus': true } : {})} />
        {of === undefined ? <TextInput size="xs" label={t`Id`} className="pt-ltr" maxLength={64} value={id} placeholder={name === '' ? '' : idFrom(name)} onChange={(event) => setId(event.currentTarget.value)} /> : <div className="pt-faint"><span className="pt-ltr">{of.id}</span>{' · '}<Trans>changed <Ago at={of.changed_at} /> by {of.changed_by}</Trans></div>}
        <RecordForm kind={kind} record={record} disabled={!may} onChange={setRecord} />
        {problem !== null && <p role="alert" className="pt-text-bad">{problem}</p>}
        {may && (
          <div className="pt-row">
            <Button variant="filled" loading={busy} disabled={name.trim() === ''} onClick={() => void save()}><Trans>Save</Trans></Button>
            {of && <Button onClick={() => void attempt(drop())}><Trans>Remove</Trans></Button>}
          </div>
        )}
      </div>
    </SidePanel>
  )
}

/** What a record says in a line. */
function lineOf(record: Draft): string {
  return Object.values(record).flatMap((value) => (typeof value === 'string' || typeof value === 'number' ? [String(value)] : Array.isArray(value) ? [value.map((one) => (typeof one === 'object' && one !== null ? String((one as { label?: string }).label ?? '') : String(one))).join(', ')] : []))
    .filter(Boolean).join(' · ')
}

function useColumns(): Column<DeskRecord>[] {
  const { t } = useLingui()
  return useMemo(() => [
    { id: 'name', title: t`Name`, main: true, cell: (one) => <bdi>{one.name}</bdi>, value: (one) => one.name, width: 'minmax(160px, 1fr)' },
    { id: 'says', title: t`What it says`, cell: (one) => <bdi>{lineOf(one.record as Draft)}</bdi>, value: (one) => lineOf(one.record as Draft), width: 'minmax(160px, 2fr)' },
    { id: 'id', title: t`Id`, cell: (one) => <span className="pt-ltr">{one.id}</span>, value: (one) => one.id, width: '150px' },
    { id: 'changed', title: t`Changed`, cell: (one) => <Ago at={one.changed_at} />, value: (one) => one.changed_at, width: '140px' },
    { id: 'by', title: t`By`, cell: (one) => <bdi>{one.changed_by}</bdi>, value: (one) => one.changed_by, width: '140px', optional: true },
  ], [t])
}

export function RecordsPage() {
  const { t, i18n } = useLingui()
  const [url, setUrl] = useUrl()
  const kind = oneOf(url.kind, RECORD_KINDS)
  const query = useRecords(kind)
  const columns = useColumns()
  const theirs = useMay('desk.write')
  const policy = useMay('desk.policy')
  const may = THEIRS.includes(kind) ? theirs : policy
  const count = useFormat().integer(query.data?.length ?? 0)
  const open = query.data?.find((one) => one.id === url.id)
  const narrow = useMediaQuery('(max-width: 900px)', false, { getInitialValueInEffect: false })
  const choose = (value: string) => setUrl({ kind: value === 'services' ? null : value, id: null, add: null })
  const data = RECORD_KINDS.map((value) => ({ value, label: i18n._(recordKinds[value]) }))
  useShortcuts(may ? [{ keys: 'n', label: t`Add one`, group: t`Records`, run: () => setUrl({ add: 1, id: null }) }] : [])
  const add = may && <Button variant="filled" leftSection={<Icon name="add" />} onClick={() => setUrl({ add: 1, id: null })}><Trans>Add</Trans></Button>
  const kindName = i18n._(recordKinds[kind])
  return (
    <Page fill title={t`Records of the desk`} note={query.data ? t`${kindName}: ${count}. What tickets name and follow.` : '\u00a0'} actions={add}>
      <AreaTabs of={deskFeature} />
      {narrow ? <NativeSelect aria-label={t`Kind`} value={kind} data={data} onChange={(event) => choose(event.currentTarget.value)} /> : <SegmentedControl aria-label={t`Kind`} value={kind} data={data} onChange={choose} style={{ alignSelf: 'flex-start' }} />}
      <Loaded query={query}>
        {(records) => (
          <div className="pt-split">
            <div>
              <DataTable
                key={kind} label={kindName} columns={columns} rows={records} rowId={(one) => one.id} csv={`desk-${kind}`} storageKey="desk-records" openId={url.id ?? null} onOpen={(one) => setUrl({ id: one.id, add: null })}
                empty={<Empty title={t`None yet`} action={add} />} tools={<h2>{kindName}</h2>}
              />
            </div>
            {(open !== undefined || (url.add === '1' && may)) && (
              <Panel key={open ? `${open.id} ${open.version}` : 'new'} kind={kind} of={open} may={may} onClose={() => setUrl({ id: null, add: null })} onSaved={(id) => setUrl({ id, add: null })} />
            )}
          </div>
        )}
      </Loaded>
    </Page>
  )
}
