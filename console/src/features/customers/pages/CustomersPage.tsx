// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { useDebouncedCallback } from '@mantine/hooks'
import { useEffect, useRef, useState } from 'react'
import { useGo, useUrl } from '@/base/url'
import { Ago } from '@/ui/bits'
import { Page } from '@/ui/Page'
import { CustomerTabs } from '../components/CustomerTabs'
import { Finder } from '../components/Finder'
import { useSearch } from '../model'
import '../customers.css'

/** On a touch screen a field in focus brings the keyboard over what was seen last. */
const typesAtOnce = () => matchMedia('(pointer: fine)').matches

/** What the area is about, and how fresh it is; of what the Finder finds, so nothing more is asked. */
function Note({ asked }: { asked: string }) {
  const { t } = useLingui()
  const { data, isError } = useSearch(asked)
  if (data === undefined && !isError) return '\u00a0'
  const newest = data?.reduce((last, { last_seen_at: at }) => (at !== null && at > last ? at : last), '') ?? ''
  if (asked !== '' || newest === '') return t`One person, whatever they came by: web, app, store or service.`
  return <div><Trans>One person, whatever they came by: web, app, store or service. The last was seen <Ago at={newest} />.</Trans></div>
}

export function CustomersPage() {
  const { t } = useLingui()
  const go = useGo()
  const [url, setUrl] = useUrl()
  const asked = url.q ?? ''
  const [typed, setTyped] = useState(asked)
  const told = useRef(asked)
  const tell = useDebouncedCallback((q: string) => {
    told.current = q
    setUrl({ q })
  }, 250)
  // an address that changed by itself: back, or the palette
  useEffect(() => {
    if (asked !== told.current) setTyped(asked)
    told.current = asked
  }, [asked])
  useEffect(() => {
    if (typesAtOnce()) document.querySelector<HTMLInputElement>('.cu-finder input')?.focus()
  }, [])
  return (
    <Page title={t`Customers`} note={<Note asked={asked.trim()} />}>
      <CustomerTabs />
      <Finder
        text={typed} label={t`Find a customer`} recent={t`Seen last`} onOpen={(hit) => go(`/customers/${hit.id}`)}
        onText={(text) => {
          setTyped(text)
          tell(text)
        }}
      />
    </Page>
  )
}
