// SPDX-License-Identifier: Apache-2.0
// Whom a request is about, as long as that is known, and how it stands.
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { useCallback } from 'react'
import { useFormat } from '@/base/format'
import { Status } from '@/ui/bits'
import { isOver, type PrivacyRequest } from '../model'
import { states } from '../words'

export function useWhom() {
  const { t } = useLingui()
  const format = useFormat()
  return useCallback(({ label, persons, state }: PrivacyRequest): string => {
    const more = format.integer(persons - 1)
    if (label !== '') return persons > 1 ? t`${label} and ${more} more` : label
    if (isOver(state)) return t`forgotten`
    return persons > 1 ? plural(persons, { one: '# person', other: '# persons' }) : t`without a name`
  }, [t, format])
}

export function Whom({ of }: { of: PrivacyRequest }) {
  const whom = useWhom()
  const format = useFormat()
  const { label } = of
  const more = format.integer(of.persons - 1)
  if (label === '') return <span className="pt-faint">{whom(of)}</span>
  return <span title={label}>{of.persons > 1 ? <Trans><bdi>{label}</bdi> and {more} more</Trans> : <bdi>{label}</bdi>}</span>
}

export function StateOf({ of }: { of: PrivacyRequest }) {
  const { t, i18n } = useLingui()
  const { step, steps } = of
  return (
    <span className="pr-due">
      <Status tone={states[of.state].tone} dot>{i18n._(states[of.state].name)}</Status>
      {of.state === 'running' && of.kind === 'erasure' && <span className="pt-faint">{t`${step} of ${steps}`}</span>}
    </span>
  )
}
