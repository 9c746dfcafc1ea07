// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, SegmentedControl, Select, Textarea, TextInput } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { Panel } from '@/ui/Page'
import { EVENT_TYPES, type Mode, MODES, type Rule, ruleFault } from '../draft'
import { parseSchema, placeOf, type PropRow, rowsOf, type Schema, withRows } from '../schema'
import { PropTable } from './PropTable'
import { modes } from './words'

/** Rows and text of one schema: whoever is typed into leads. */
function useSchema(rule: Rule, onChange: (rule: Rule) => void) {
  const [rows, setRows] = useState<PropRow[]>(() => rowsOf(rule.schema, rule.type))
  const [text, setText] = useState(() => JSON.stringify(rule.schema, null, 2))
  const written = useRef<Schema>(rule.schema)
  // the schema was changed elsewhere: restored, discarded
  useEffect(() => {
    if (written.current === rule.schema) return
    written.current = rule.schema
    setRows(rowsOf(rule.schema, rule.type))
    setText(JSON.stringify(rule.schema, null, 2))
  }, [rule.schema, rule.type])
  function put(schema: Schema) {
    written.current = schema
    onChange({ ...rule, schema })
  }
  return {
    rows, text, fault: parseSchema(text).fault,
    changeRows: (next: PropRow[]) => {
      const schema = withRows(rule.schema, rule.type, next)
      setRows(next)
      setText(JSON.stringify(schema, null, 2))
      put(schema)
    },
    changeText: (next: string) => {
      setText(next)
      const { schema } = parseSchema(next)
      if (schema === null) return
      setRows(rowsOf(schema, rule.type))
      put(schema)
    },
    changeType: (type: Rule['type']) => {
      setRows(rowsOf(rule.schema, type))
      onChange({ ...rule, type, name: type === 'identify' || type === 'group' ? null : rule.name ?? null })
    },
  }
}

export function RuleEditor({ rule, rules, planMode, error, readOnly, onChange, onClose, onRemove }: {
  rule: Rule
  rules: readonly Rule[]
  planMode: Mode
  /** What the server says of this rule. */
  error: string | null
  readOnly: boolean
  onChange: (rule: Rule) => void
  onClose: () => void
  onRemove: () => void
}) {
  const { t, i18n } = useLingui()
  const schema = useSchema(rule, onChange)
  const [view, setView] = useState<'table' | 'json'>('table')
  const fault = ruleFault(rule, rules)
  const standard = i18n._(modes[planMode].name)
  const place = placeOf(rule.type)
  return (
    <Panel
      title={rule.name || rule.type}
      actions={<>{!readOnly && <Button onClick={onRemove}><Trans>Remove the rule</Trans></Button>}<Button onClick={onClose}><Trans>Back to all rules</Trans></Button></>}
    >
      <fieldset className="pl-rule pt-stack" disabled={readOnly}>
        {error !== null && <p role="alert" className="pt-text-bad"><bdi>{error}</bdi></p>}
        <div className="pt-toolbar pl-top">
          <Select label={t`Type`} w={130} allowDeselect={false} data={[...EVENT_TYPES]} value={rule.type} onChange={(type) => schema.changeType(EVENT_TYPES.find((one) => one === type) ?? 'track')} />
          {rule.type !== 'identify' && rule.type !== 'group' && (
            <TextInput
              label={rule.type === 'track' ? t`Event` : t`Name, empty for any`} w={260} maxLength={200} value={rule.name ?? ''} autoComplete="off"
              onChange={(event) => onChange({ ...rule, name: event.currentTarget.value === '' ? null : event.currentTarget.value })}
              error={fault === 'no name' ? t`The event's name, exactly as it is sent` : fault === 'twice' ? t`There is a rule for it already` : null}
            />
          )}
          <Select
            label={t`Where it is broken`} w={230} allowDeselect={false} value={rule.mode ?? ''} data={[{ value: '', label: t`As the plan: ${standard}` }, ...MODES.map((mode) => ({ value: mode, label: i18n._(modes[mode].name) }))]}
            onChange={(mode) => onChange({ ...rule, mode: MODES.find((one) => one === mode) ?? null })}
          />
          <TextInput label={t`Description`} className="pt-grow pl-desc" maxLength={2000} value={rule.description ?? ''} onChange={(event) => onChange({ ...rule, description: event.currentTarget.value })} />
        </div>
        <SegmentedControl
          aria-label={t`View of the rule`} value={view} onChange={(value) => setView(value === 'json' ? 'json' : 'table')} className="pl-view"
          data={[{ value: 'table', label: place === 'traits' ? t`Traits` : t`Properties` }, { value: 'json', label: t`JSON Schema` }]}
        />
        {view === 'table' ? <PropTable rows={schema.rows} onChange={schema.changeRows} /> : (
          <Textarea
            aria-label={t`JSON Schema of the whole event`} description={t`Of the whole event: properties, traits, context. Draft 2020-12, or draft-07 where $schema says so.`} autosize minRows={14} maxRows={36}
            classNames={{ input: 'pl-code' }} spellCheck={false} value={schema.text} error={schema.fault} onChange={(event) => schema.changeText(event.currentTarget.value)}
          />
        )}
      </fieldset>
    </Panel>
  )
}
