// SPDX-License-Identifier: Apache-2.0
// The standard form of what a trait says: a quiet second line, and in full beside it.
import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { useLingui } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { useFormat } from '@/base/format'
import type { From, Problem, Standard as Form } from '../standard'

const problems: Record<Form['kind'], Partial<Record<Problem, MessageDescriptor>>> = {
  email: { form: msg`Malformed: not a mail address` },
  phone: { form: msg`Malformed: not a phone number`, number: msg`Malformed: its digits fit no phone number` },
  name: {},
  address: { postal_code: msg`Malformed: no postal code of its country` },
}

const origins: Record<From, MessageDescriptor> = {
  number: msg`The number names it`,
  traits: msg`The address says it`,
  setting: msg`Default country of this server`,
}

function useWords() {
  const { t, i18n } = useLingui()
  const format = useFormat()
  return {
    problem: (of: Form) => {
      const words = of.problem === null ? undefined : problems[of.kind][of.problem]
      return words === undefined ? null : i18n._(words)
    },
    country: (code: string) => new Intl.DisplayNames([format.locale], { type: 'region' }).of(code) ?? code,
    note: (of: Form) => {
      if (of.kind === 'email') return of.meant !== null ? t`Was ${of.meant} meant?` : of.role ? t`of several people` : null
      if (of.kind === 'phone') return of.country === null ? t`country not known` : null
      return of.kind === 'name' && of.full !== null ? t`short for ${of.full}` : null
    },
    origin: (from: From) => i18n._(origins[from]),
  }
}

export function Standard({ of }: { of: Form | null }) {
  const words = useWords()
  if (of === null) return null
  const problem = words.problem(of)
  if (problem !== null) return <span className="cu-standard pt-text-bad">{problem}</span>
  const note = of.kind === 'phone' && of.country !== null ? words.country(of.country) : words.note(of)
  if (of.kind === 'email' && of.meant !== null) return <span className="cu-standard pt-text-warn">{note}</span>
  return (
    <span className="cu-standard pt-faint">
      {of.kind === 'email' || of.kind === 'phone' ? <span className="pt-ltr">{of.text}</span> : <bdi>{of.text}</bdi>}
      {note !== null && <span> · {note}</span>}
    </span>
  )
}

/** The same as names and values, with where a country comes from. */
export function useStandardFacts(of: Form | null): [ReactNode, ReactNode][] {
  const { t } = useLingui()
  const words = useWords()
  if (of === null) return []
  const rows: [ReactNode, ReactNode][] = []
  const problem = words.problem(of)
  const note = words.note(of)
  if (of.kind === 'name') {
    if (of.given !== null) rows.push([t`First name`, <bdi>{of.given}</bdi>])
    if (of.full !== null) rows.push([t`In full`, <bdi>{of.full}</bdi>])
    if (of.family !== null) rows.push([t`Last name`, <bdi>{of.family}</bdi>])
  } else if (of.text !== '') {
    rows.push([t`Compared as`, of.kind === 'address' ? <bdi>{of.text}</bdi> : <span className="pt-ltr">{of.text}</span>])
  }
  if ((of.kind === 'phone' || of.kind === 'address') && of.country !== null) rows.push([t`Country`, words.country(of.country)])
  if (of.kind === 'phone' && of.from !== null) rows.push([t`Why that country`, words.origin(of.from)])
  if (note !== null && of.kind !== 'name') rows.push([t`Note`, note])
  if (problem !== null) rows.push([t`Problem`, <span className="pt-text-bad">{problem}</span>])
  return rows
}
