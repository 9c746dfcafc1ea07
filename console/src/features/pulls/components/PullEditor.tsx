// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Checkbox, NumberInput, TextInput } from '@mantine/core'
import { type FormEvent, lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { useFormat } from '@/base/format'
import { useShortcuts } from '@/base/keys'
import { ButtonLink } from '@/ui/LinkTo'
import { Panel } from '@/ui/Page'
import { Skeleton } from '@/ui/states'
import { loadMappingEditor } from '@/features/imports'
import { fieldsOf } from '../columns'
import type { PullForm } from '../form'
import type { Pull, PullEdit } from '../model'
import { AuthFields } from './AuthFields'
import { Others } from './Others'
import { PagingFields } from './PagingFields'
import { PreviewPanel } from './PreviewPanel'
import { SourceField } from './SourceField'
import { usePullForm } from './usePullForm'

const MappingEditor = lazy(loadMappingEditor)
const MINUTE_MS = 60000

type Work = ReturnType<typeof usePullForm>

function Where({ work, stored }: { work: Work; stored: boolean }) {
  const { t } = useLingui()
  const { form, put, fault } = work
  const [cursor, since] = ['{cursor}', '{since}']
  return (
    <Panel title={t`Whom to ask`}>
      <div className="pu-fields">
        <TextInput label={t`Name`} required maxLength={100} autoComplete="off" data-autofocus value={form.name} error={fault('name')} onChange={(event) => put({ name: event.currentTarget.value })} />
        <TextInput
          label={t`Address`} description={t`Asked by GET; ${cursor} and ${since} stand where they go`} required maxLength={2000} autoComplete="off" classNames={{ input: 'pu-ltr' }} placeholder="https://erp.example/api/orders?cursor={cursor}"
          value={form.url} error={fault('url')} onChange={(event) => put({ url: event.currentTarget.value })}
        />
        <AuthFields form={form} stored={stored} put={put} fault={fault} />
      </div>
    </Panel>
  )
}

function Answer({ work }: { work: Work }) {
  const { t } = useLingui()
  const { form, put, fault } = work
  const path = { maxLength: 200, autoComplete: 'off', classNames: { input: 'pu-ltr' } }
  return (
    <Panel title={t`What it answers`}>
      <div className="pu-fields">
        <TextInput {...path} label={t`Where the list stands`} description={t`Path in the answer; empty: the answer is the list`} placeholder="data.orders" value={form.items} error={fault('items')} onChange={(event) => put({ items: event.currentTarget.value })} />
        <div className="pu-pair">
          <TextInput {...path} label={t`Id of an item`} description={t`Path in the item; empty: all of it`} placeholder="id" value={form.itemId} error={fault('item_id')} onChange={(event) => put({ itemId: event.currentTarget.value })} />
          <TextInput
            {...path} label={t`Its version`} description={t`What changes when the item does`} placeholder="updated_at" value={form.itemVersion} error={fault('item_version')}
            onChange={(event) => put({ itemVersion: event.currentTarget.value })}
          />
        </div>
        <PagingFields form={form} put={put} fault={fault} />
      </div>
    </Panel>
  )
}

function When({ work, saved }: { work: Work; saved: Pull | undefined }) {
  const { t } = useLingui()
  const format = useFormat()
  const { form, put } = work
  const every = format.duration(form.everyMin * MINUTE_MS)
  return (
    <Panel title={t`How often`}>
      <div className="pu-fields">
        <div className="pu-pair">
          <NumberInput
            label={t`Minutes between two runs`} description={form.everyMin >= 60 ? every : t`1 to 10,080`} min={1} max={10080} allowDecimal={false} clampBehavior="strict" hideControls value={form.everyMin}
            onChange={(value) => put({ everyMin: typeof value === 'number' && value >= 1 ? value : 1 })}
          />
          <NumberInput
            label={t`Pages of a run`} description={t`What is left follows as another run`} min={1} max={10000} allowDecimal={false} clampBehavior="strict" hideControls value={form.maxPages}
            onChange={(value) => put({ maxPages: typeof value === 'number' && value >= 1 ? value : 1 })}
          />
        </div>
        <Checkbox
          label={t`Run by its schedule`} checked={form.enabled} onChange={(event) => put({ enabled: event.currentTarget.checked })}
          description={!saved || saved.enabled || !form.enabled ? t`Without it, it runs when somebody says so` : saved.runs === 0 ? t`Switched off now; saving switches it on, and it runs at once` : t`Switched off now; saving switches it on`}
        />
      </div>
    </Panel>
  )
}

/** All that makes a pull, and a look at what it would bring. */
export function PullEditor({ saved, begin, trying = false, submit, back, onSave, onDrop }: {
  saved?: Pull
  begin: PullForm
  /** It is asked at once. */
  trying?: boolean
  submit: string
  back: string
  onSave: (body: PullEdit) => Promise<Pull>
  /** What was typed is left, for what somebody else has saved. */
  onDrop?: () => void
}) {
  const { t } = useLingui()
  const work = usePullForm(saved, begin, onSave)
  const { form, fault, busy, shown, attempt, save } = work
  const [first] = useState(trying)
  const fields = useMemo(() => fieldsOf(shown?.preview.data.map((row) => row.text) ?? []), [shown])
  // biome-ignore lint: once, when the page opens
  useEffect(() => {
    if (first) void attempt()
  }, [first])
  const answer = useRef<HTMLDivElement>(null)
  useEffect(() => {
    answer.current?.scrollIntoView({ block: 'nearest' }) // gives a promise in some browsers, which is no cleanup
  }, [shown])
  const group = t`Pulls`
  useShortcuts([
    { keys: 'mod+s', label: submit, group, whileTyping: true, run: () => void save() },
    { keys: 'mod+Enter', label: t`Try it`, group, whileTyping: true, run: () => void attempt() },
  ])
  return (
    <form className="pu-form" noValidate onSubmit={(event: FormEvent) => { event.preventDefault(); void save() }}>
      {work.others !== null && onDrop && <Others by={work.others} onLoad={onDrop} />}
      <Where work={work} stored={saved?.has_secret === true && saved.auth !== 'none'} />
      <Answer work={work} />
      <Panel
        title={t`What becomes of an item`}
        actions={<Button loading={busy === 'try'} disabled={busy === 'save'} onClick={() => void attempt()}>{saved ? <Trans>Try it</Trans> : <Trans>Save and try it</Trans>}</Button>}
      >
        <div className="pt-stack">
          <div className="pu-fields"><SourceField value={form.source} error={fault('source')} onChange={(source) => work.put({ source })} /></div>
          {!shown && <p className="pt-soft"><Trans>Try it: its first page is asked for, and its fields stand here to be mapped. Nothing is kept of what it answers.</Trans></p>}
          <Suspense fallback={<Skeleton rows={4} />}><MappingEditor begin={begin.mapping} columns={fields} of="item" onChange={work.setMapping} /></Suspense>
          {fault('mapping') !== null && <p role="alert" className="pt-text-bad"><bdi>{fault('mapping')}</bdi></p>}
        </div>
      </Panel>
      {shown && <div ref={answer}><PreviewPanel preview={shown.preview} mapped={shown.mapped} /></div>}
      <When work={work} saved={saved} />
      {work.error !== null && <p role="alert" className="pt-text-bad pu-text"><bdi>{work.error.whole}</bdi></p>}
      {work.lacks && <p role="alert" className="pt-text-bad"><Trans>Something is missing above.</Trans></p>}
      <div className="pt-actions pu-end">
        <ButtonLink href={back}><Trans>Cancel</Trans></ButtonLink>
        <Button loading={busy === 'try'} disabled={busy === 'save'} onClick={() => void attempt()}>{saved ? <Trans>Try it</Trans> : <Trans>Save and try it</Trans>}</Button>
        <Button type="submit" variant="filled" loading={busy === 'save'} disabled={busy === 'try'}>{submit}</Button>
      </div>
    </form>
  )
}
