// SPDX-License-Identifier: Apache-2.0
import { useId } from 'react'

/** One of a few, large enough for a thumb. */
export function Chips<T extends string>({ legend, value, options, onChange }: {
  legend: string
  value: T
  options: readonly { value: T; label: string }[]
  onChange: (value: T) => void
}) {
  const name = useId()
  return (
    <fieldset className="po-field">
      <legend>{legend}</legend>
      <div className="po-chips">
        {options.map((option) => (
          <label key={option.value} className="po-chip">
            <input type="radio" name={name} checked={option.value === value} onChange={() => onChange(option.value)} />
            <span><bdi>{option.label}</bdi></span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
