// SPDX-License-Identifier: Apache-2.0
// When an agent works: by weekday in a zone of theirs. Without any they are on shift whenever they take work.
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Checkbox, TextInput } from '@mantine/core'
import { useState } from 'react'
import { browserZone } from '@/base/prefs'
import { formatWindows, parseWindows, type Weekday, WEEKDAYS } from '@/features/commerce'
import type { Shifts } from '../settings'
import { weekdays } from '../words'

const WORKDAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri']

function Day({ day, of, disabled, onChange }: { day: Weekday; of: Shifts; disabled: boolean; onChange: (shifts: Shifts) => void }) {
  const { t, i18n } = useLingui()
  const said = formatWindows(of.hours?.[day])
  const [text, setText] = useState(said)
  const wrong = parseWindows(text) === null
  return (
    <TextInput
      size="xs" label={i18n._(weekdays[day])} className="pt-ltr" disabled={disabled} value={text} placeholder={t`free`} error={wrong ? t`such as 9-12:30, 14-19` : undefined}
      onChange={(event) => {
        const typed = event.currentTarget.value
        setText(typed)
        const windows = parseWindows(typed)
        if (windows !== null) onChange({ ...of, hours: Object.fromEntries([...Object.entries(of.hours ?? {}).filter(([name]) => name !== day), ...(windows.length > 0 ? [[day, windows]] : [])]) as NonNullable<Shifts['hours']> })
      }}
      onBlur={() => !wrong && setText(formatWindows(parseWindows(text) ?? []))}
    />
  )
}

export function ShiftsEditor({ value, disabled, onChange }: { value: Shifts | null; disabled: boolean; onChange: (value: Shifts | null) => void }) {
  const { t } = useLingui()
  const [made, setMade] = useState(0)
  return (
    <div className="ro-rows">
      <Checkbox
        label={t`Only within shifts`} disabled={disabled} checked={value !== null}
        onChange={(event) => onChange(event.currentTarget.checked ? { zone: browserZone(), hours: Object.fromEntries(WORKDAYS.map((day) => [day, [['09:00', '17:00']]])) as NonNullable<Shifts['hours']> } : null)}
      />
      {value !== null && (
        <>
          <TextInput size="xs" label={t`Zone`} className="pt-ltr" disabled={disabled} maxLength={64} value={value.zone ?? ''} onChange={(event) => onChange({ ...value, zone: event.currentTarget.value.trim() })} />
          <div key={made} className="ro-days">{WEEKDAYS.map((day) => <Day key={day} day={day} of={value} disabled={disabled} onChange={onChange} />)}</div>
          {!disabled && (
            <div>
              <Button
                size="compact-xs"
                onClick={() => {
                  onChange({ ...value, hours: Object.fromEntries(WORKDAYS.map((day) => [day, value.hours?.mon ?? []])) as NonNullable<Shifts['hours']> })
                  setMade(made + 1)
                }}
              >
                <Trans>Monday for all workdays</Trans>
              </Button>
            </div>
          )}
        </>
      )}
    </div>
  )
}
