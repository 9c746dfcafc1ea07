// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, SegmentedControl, Select, Textarea } from '@mantine/core'
import { useState } from 'react'
import { Icon } from '@/ui/icons'
import { asFormat, type Mapping } from '../mapping'
import { useDraft } from './draft'
import { EventFields } from './EventFields'
import { MappingTable } from './MappingTable'
import '../imports.css'

export type MappingEditorProps = {
  /** What it begins with. To replace what is edited, mount it anew by its key. */
  begin: Mapping
  /** That are known; others may be typed. */
  columns: readonly string[]
  /** Rows of a file, or items of an answer. */
  of: 'file' | 'item'
  /** With every change; `whole` is false while it cannot be saved. */
  onChange: (mapping: Mapping, whole: boolean) => void
}

/** A mapping for pages of other areas, which save it themselves. */
export function MappingEditor({ begin, columns, of, onChange }: MappingEditorProps) {
  const { t } = useLingui()
  const [first] = useState(begin)
  const draft = useDraft(first, columns, onChange)
  const [view, setView] = useState<'table' | 'text'>('table')
  const { mapping, rows } = draft
  const format = typeof mapping.format === 'string' ? mapping.format : 'csv'
  const formats = of === 'item'
    ? [{ value: 'jsonl', label: t`fields to be mapped` }, { value: 'events', label: t`events already` }]
    : [{ value: 'csv', label: t`CSV` }, { value: 'jsonl', label: t`JSON lines` }, { value: 'events', label: t`JSON lines of events` }]
  const next = Math.max(0, ...rows.map((row) => row.id)) + 1
  const plain = view === 'table' && format !== 'events'
  return (
    <div className="pt-stack">
      <div className="pt-toolbar">
        <Select
          label={of === 'item' ? t`Items are` : t`Files are`} w={190} allowDeselect={false} data={formats} value={format}
          onChange={(value) => value !== null && draft.change(asFormat(mapping, value))}
        />
        <EventFields mapping={mapping} onChange={draft.change} {...(of === 'item' ? { label: t`Each item is` } : {})} />
        <SegmentedControl
          aria-label={t`View of the mapping`} value={view} onChange={(value) => setView(value === 'text' ? 'text' : 'table')} className="im-view"
          data={[{ value: 'table', label: t`Columns` }, { value: 'text', label: t`JSON` }]}
        />
      </div>
      {plain && rows.length > 0 && <MappingTable rows={rows} columns={columns} onChange={draft.changeRows} free {...(of === 'item' ? { head: t`Field of the item` } : {})} />}
      {plain && (
        <div>
          <Button leftSection={<Icon name="add" />} onClick={() => draft.changeRows([...rows, { id: next, column: '', target: '', type: 'text', format: '', rest: {}, fixed: undefined, typed: true }])}>
            {of === 'item' ? <Trans>Add a field</Trans> : <Trans>Add a column</Trans>}
          </Button>
        </div>
      )}
      {view === 'table' && format === 'events' && <p className="pt-soft"><Trans>Each is taken as the event it is: with type, event, userId and properties of its own.</Trans></p>}
      {view === 'text' && <Textarea aria-label={t`Mapping as JSON`} autosize minRows={10} maxRows={28} classNames={{ input: 'im-code' }} spellCheck={false} value={draft.text} error={draft.fault} onChange={(event) => draft.changeText(event.currentTarget.value)} />}
    </div>
  )
}
