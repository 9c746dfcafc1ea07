// SPDX-License-Identifier: Apache-2.0
// How this browser shows the console: theme, density, language, zone. In the person's menu and on their own page.
import { useLingui } from '@lingui/react/macro'
import { SegmentedControl } from '@mantine/core'
import { type Locale, locales } from '@/base/i18n'
import { browserZone, type Prefs, setPrefs, usePrefs } from '@/base/prefs'

export function Choice<T extends string>({ label, value, options, onChange }: {
  label: string
  value: T
  options: { value: T; label: string }[]
  onChange: (value: T) => void
}) {
  return (
    <div className="pt-choice">
      <div className="pt-faint" aria-hidden="true">{label}</div>
      <SegmentedControl fullWidth aria-label={label} value={value} data={options} onChange={(v) => onChange(v as T)} />
    </div>
  )
}

export function LookChoices() {
  const { t } = useLingui()
  const prefs = usePrefs()
  return (
    <>
      <Choice<Prefs['theme']>
        label={t`Theme`} value={prefs.theme} onChange={(theme) => setPrefs({ theme })}
        options={[{ value: 'system', label: t`System` }, { value: 'light', label: t`Light` }, { value: 'dark', label: t`Dark` }]}
      />
      <Choice<Prefs['density']>
        label={t`Density`} value={prefs.density} onChange={(density) => setPrefs({ density })}
        options={[{ value: 'comfortable', label: t`Comfortable` }, { value: 'compact', label: t`Compact` }]}
      />
      <Choice<Locale>
        label={t`Language`} value={prefs.locale} onChange={(locale) => setPrefs({ locale })}
        options={(Object.keys(locales) as Locale[]).map((l) => ({ value: l, label: locales[l].name }))}
      />
    </>
  )
}

/** The browser's own zone, UTC, and the one chosen elsewhere if it is neither. */
export function ZoneChoice() {
  const { t } = useLingui()
  const { zone } = usePrefs()
  const own = browserZone()
  return (
    <Choice<string>
      label={t`Time zone`} value={zone} onChange={(next) => setPrefs({ zone: next })}
      options={[{ value: own === 'UTC' && zone === 'UTC' ? 'UTC' : 'browser', label: own }, ...(own === 'UTC' ? [] : [{ value: 'UTC', label: 'UTC' }]), ...(zone === 'browser' || zone === 'UTC' ? [] : [{ value: zone, label: zone }])]}
    />
  )
}
