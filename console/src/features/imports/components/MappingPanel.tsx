// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Select, SegmentedControl, Textarea } from '@mantine/core'
import { useMemo, useState } from 'react'
import { Panel } from '@/ui/Page'
import { errorText } from '@/ui/states'
import { type Mapping, targetFault } from '../mapping'
import { type Import, type Preview, setMapping, useRecipes } from '../model'
import { useDraft } from './draft'
import { EventFields } from './EventFields'
import { MappingTable } from './MappingTable'

export function MappingPanel({ one, preview, onStart, starting }: { one: Import; preview: Preview; onStart: (save: (() => Promise<unknown>) | null) => void; starting: boolean }) {
  const { t } = useLingui()
  const draft = useDraft(preview.mapping as Mapping, preview.columns)
  const recipes = useRecipes().data ?? []
  const [view, setView] = useState<'table' | 'text'>('table')
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const bad = view === 'text' ? draft.fault !== null : draft.rows.some((row) => targetFault(row, draft.rows) !== null)
  const recipe = useMemo(() => recipes.find((r) => r.name === preview.recipe)?.name ?? null, [recipes, preview.recipe])
  const save = () => setMapping(one.id, { mapping: draft.mapping })
  async function attempt(action: () => Promise<unknown>) {
    setBusy(true)
    setError(null)
    try {
      await action()
    } catch (why) {
      setError(errorText(why))
    } finally {
      setBusy(false)
    }
  }
  return (
    <Panel
      title={t`Mapping`}
      actions={
        <>
          <Button loading={busy} disabled={bad || (!draft.dirty && !preview.guessed)} onClick={() => void attempt(save)}>{draft.dirty ? <Trans>Save and show</Trans> : <Trans>Take this guess</Trans>}</Button>
          <Button variant="filled" loading={starting} disabled={bad || busy} onClick={() => onStart(draft.dirty || preview.guessed ? save : null)}><Trans>Start the import</Trans></Button>
        </>
      }
    >
      <div className="pt-stack">
        {preview.guessed && <p className="pt-soft"><Trans>Guessed from the first 1,000 rows. Look it over: what is a person, what is a time, in which zone.</Trans></p>}
        {preview.notes.length > 0 && <ul className="im-notes">{preview.notes.map((note) => <li key={note}><bdi>{note}</bdi></li>)}</ul>}
        <div className="pt-toolbar">
          <Select
            label={t`Recipe`} w={190} placeholder={t`none`} data={recipes.map((r) => r.name)} value={recipe} onChange={(name) => name !== null && void attempt(() => setMapping(one.id, { recipe: name }))}
          />
          <EventFields mapping={draft.mapping} onChange={draft.change} />
          <SegmentedControl
            aria-label={t`View of the mapping`} value={view} onChange={(value) => setView(value === 'text' ? 'text' : 'table')} className="im-view"
            data={[{ value: 'table', label: t`Columns` }, { value: 'text', label: t`JSON` }]}
          />
        </div>
        {error !== null && <p role="alert" className="pt-text-bad"><bdi>{error}</bdi></p>}
        {view === 'table' && preview.format !== 'events'
          ? <MappingTable rows={draft.rows} columns={preview.columns} onChange={draft.changeRows} />
          : <Textarea aria-label={t`Mapping as JSON`} autosize minRows={10} maxRows={28} classNames={{ input: 'im-code' }} spellCheck={false} value={draft.text} error={draft.fault} onChange={(event) => draft.changeText(event.currentTarget.value)} />}
      </div>
    </Panel>
  )
}
