// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Checkbox, FileButton, NumberInput, SegmentedControl, Select, TextInput } from '@mantine/core'
import { type FormEvent, lazy, Suspense, useState } from 'react'
import { useShortcuts } from '@/base/keys'
import { queries } from '@/base/session'
import { Icon } from '@/ui/icons'
import { ButtonLink } from '@/ui/LinkTo'
import { Panel } from '@/ui/Page'
import { errorText, Skeleton } from '@/ui/states'
import { loadMappingEditor, type Mapping } from '@/features/imports'
import { type Head, headOf } from '../columns'
import { type Fault, folderEdit, folderFaults, type FolderForm, mapsSomething, type Place, placeOf } from '../form'
import { type Folder, type FolderEdit, readFolder, useRecipes } from '../model'
import { useOthers } from '../useOthers'
import { Others } from './Others'
import { SourceField } from './SourceField'

const MappingEditor = lazy(loadMappingEditor)
const HEAD_BYTES = 65536

/** The mapping with the format of a file that somebody has shown. */
function withHead(mapping: Mapping, head: Head): Mapping {
  const { delimiter: _, ...rest } = mapping
  return { ...rest, format: head.format, ...(head.delimiter === null || head.delimiter === ',' ? {} : { delimiter: head.delimiter }) }
}

function useFolderForm(saved: Folder | undefined, begin: FolderForm, onSave: (body: FolderEdit) => Promise<Folder>) {
  const { t } = useLingui()
  const [form, setForm] = useState(begin)
  const [whole, setWhole] = useState(true)
  const [asked, setAsked] = useState(false)
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<{ place: Place | null; text: string; whole: string } | null>(null)
  const others = useOthers(saved, () => readFolder(saved?.id ?? ''))
  const faults = folderFaults(form)
  const texts: Partial<Record<Fault, string>> = { missing: t`This is needed` }
  async function save() {
    setAsked(true)
    if (busy || faults.size > 0 || (form.by === 'mapping' && !whole)) return
    setBusy(true)
    setError(null)
    try {
      if (await others.mayOverwrite()) others.own(await onSave(folderEdit(form)))
      else {
        await queries.invalidateQueries({ queryKey: ['folders'] })
        setError({ place: null, text: '', whole: t`Not saved: somebody else saved it meanwhile. Save again to put yours over it.` })
      }
    } catch (why) {
      const text = errorText(why)
      setError({ ...placeOf(text), whole: text })
    } finally {
      setBusy(false)
    }
  }
  return {
    form, busy, error, save, setWhole,
    others: busy ? null : others.by,
    lacks: asked && (faults.size > 0 || !whole),
    put: (change: Partial<FolderForm>) => setForm((now) => ({ ...now, ...change })),
    fault: (place: Place): string | null => {
      const missing = asked ? faults.get(place) : undefined
      if (missing !== undefined) return texts[missing] ?? null
      return error?.place === place ? error.text : null
    },
  }
}

type Work = ReturnType<typeof useFolderForm>

function Reading({ work }: { work: Work }) {
  const { t } = useLingui()
  const { form, put, fault } = work
  const recipes = useRecipes()
  const [head, setHead] = useState<Head | null>(null)
  const [round, setRound] = useState(0)
  async function show(file: File | null) {
    if (file === null) return
    const found = headOf(await file.slice(0, HEAD_BYTES).text())
    setHead(found)
    // what a person has mapped already is not turned into another format
    if (!mapsSomething(form.mapping)) {
      put({ mapping: withHead(form.mapping, found) })
      setRound(round + 1)
    }
  }
  return (
    <Panel title={t`How its files are read`}>
      <div className="pt-stack">
        <div>
          <SegmentedControl
            aria-label={t`How its files are read`} value={form.by} onChange={(value) => put({ by: value === 'recipe' ? 'recipe' : 'mapping' })}
            data={[{ value: 'mapping', label: t`By a mapping` }, { value: 'recipe', label: t`By a recipe` }]}
          />
        </div>
        {form.by === 'recipe'
          ? <div className="pu-fields"><Select label={t`Recipe`} required placeholder={t`none`} data={recipes.map((one) => one.name)} value={form.recipe === '' ? null : form.recipe} error={fault('recipe')} onChange={(recipe) => put({ recipe: recipe ?? '' })} /></div>
          : (
            <>
              <div className="pt-row">
                <FileButton onChange={(file) => void show(file)} accept=".csv,.tsv,.txt,.jsonl,.ndjson,.json" inputProps={{ 'aria-label': t`A file for its columns` }}>
                  {(props) => <Button leftSection={<Icon name="columns" />} {...props}><Trans>Take columns from a file</Trans></Button>}
                </FileButton>
                <span className="pt-soft"><Trans>Only its beginning is read, here in your browser; nothing is sent.</Trans></span>
              </div>
              <Suspense fallback={<Skeleton rows={4} />}>
                <MappingEditor
                  key={round} begin={form.mapping} columns={head?.columns ?? []} of="file"
                  onChange={(mapping, complete) => {
                    put({ mapping })
                    work.setWhole(complete)
                  }}
                />
              </Suspense>
              {fault('mapping') !== null && <p role="alert" className="pt-text-bad"><bdi>{fault('mapping')}</bdi></p>}
            </>
          )}
      </div>
    </Panel>
  )
}

/** All that makes a drop folder. */
export function FolderEditor({ saved, begin, submit, back, onSave, onDrop }: {
  saved?: Folder
  begin: FolderForm
  submit: string
  back: string
  onSave: (body: FolderEdit) => Promise<Folder>
  onDrop?: () => void
}) {
  const { t } = useLingui()
  const work = useFolderForm(saved, begin, onSave)
  const { form, put, fault, busy, save } = work
  useShortcuts([{ keys: 'mod+s', label: submit, group: t`Drop folders`, whileTyping: true, run: () => void save() }])
  return (
    <form className="pu-form" noValidate onSubmit={(event: FormEvent) => { event.preventDefault(); void save() }}>
      {work.others !== null && onDrop && <Others by={work.others} onLoad={onDrop} />}
      <Panel title={t`Where files are left`}>
        <div className="pu-fields">
          <TextInput label={t`Name`} required maxLength={100} autoComplete="off" data-autofocus value={form.name} error={fault('name')} onChange={(event) => put({ name: event.currentTarget.value })} />
          <TextInput
            label={t`Folder`} description={t`Below the server’s connect.drop_root; it is made when it is not there`} required maxLength={400} autoComplete="off" classNames={{ input: 'pu-ltr' }} placeholder="tills/north" value={form.folder}
            error={fault('folder')} onChange={(event) => put({ folder: event.currentTarget.value })}
          />
          <SourceField past value={form.source} error={fault('source')} onChange={(source) => put({ source })} />
          <NumberInput
            label={t`Quiet time, seconds`} description={t`So long a file that is written must not have changed before it is taken; one that is renamed into the folder is taken at once`} min={0} max={3600} allowDecimal={false} clampBehavior="strict"
            hideControls value={form.quietS} onChange={(value) => put({ quietS: typeof value === 'number' ? value : 0 })}
          />
          <Checkbox label={t`Watch it`} checked={form.enabled} onChange={(event) => put({ enabled: event.currentTarget.checked })} />
        </div>
      </Panel>
      <Reading work={work} />
      {work.error !== null && <p role="alert" className="pt-text-bad pu-text"><bdi>{work.error.whole}</bdi></p>}
      {work.lacks && <p role="alert" className="pt-text-bad"><Trans>Something is missing above.</Trans></p>}
      <div className="pt-actions pu-end">
        <ButtonLink href={back}><Trans>Cancel</Trans></ButtonLink>
        <Button type="submit" variant="filled" loading={busy}>{submit}</Button>
      </div>
    </form>
  )
}
