// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { useDebouncedCallback } from '@mantine/hooks'
import { useEffect, useRef, useState } from 'react'
import { useGo, useUrl } from '@/base/url'
import { Page } from '@/ui/Page'
import { CustomerTabs } from '../components/CustomerTabs'
import { Finder } from '../components/Finder'
import '../customers.css'

/** On a touch screen a field in focus brings the keyboard over what was seen last. */
const typesAtOnce = () => matchMedia('(pointer: fine)').matches

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
    <Page title={t`Customers`} note={t`One person, whatever they came by: web, app, store or service.`}>
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
