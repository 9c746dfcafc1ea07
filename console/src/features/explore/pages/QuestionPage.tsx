// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { useMemo } from 'react'
import { usePrefs, zoneOf } from '@/base/prefs'
import { useParam, useUrl } from '@/base/url'
import { NotFound } from '@/ui/states'
import { decode } from '../address'
import { Explorer } from '../components/Explorer'
import { blank, KINDS, kindOf, queryOf } from '../query'

/** A question that is not saved: of the kind in the path, or as the address holds it. */
export function QuestionPage() {
  const { t } = useLingui()
  const id = useParam('id')
  const [url] = useUrl()
  const zone = zoneOf(usePrefs())
  const kind = KINDS.find((one) => one === id)
  // as the page was opened: what is typed then goes into the address, not out of it
  const begin = useMemo(() => {
    const given = decode(url.q)
    if (kind === undefined) return null
    return given !== null && kindOf(given) === kind ? { query: given, fresh: false } : { query: queryOf(blank(kind, zone)), fresh: true }
  }, [kind])
  if (begin === null) return <NotFound what={t`There is no such kind of question`} />
  return <Explorer key={id} begin={begin.query} report={null} fresh={begin.fresh} />
}
