// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Tabs } from '@mantine/core'
import { useUrl } from '@/base/url'
import { Code } from '@/ui/bits'
import { snippetsOf } from '../snippets'

/** How each client library sends to this source. The choice stands in the address. */
export function Snippets({ writeKey }: { writeKey: string }) {
  const { t } = useLingui()
  const [url, setUrl] = useUrl()
  const all = snippetsOf(location.origin, writeKey)
  const chosen = all.find((s) => s.id === url.client)?.id ?? 'browser'
  return (
    <Tabs value={chosen} onChange={(client) => setUrl({ client: client === 'browser' ? null : client })} keepMounted={false}>
      <Tabs.List aria-label={t`Client library`}>
        {all.map((s) => <Tabs.Tab key={s.id} value={s.id}>{s.name}</Tabs.Tab>)}
      </Tabs.List>
      {all.map((s) => (
        <Tabs.Panel key={s.id} value={s.id} pt="md">
          <div className="pt-stack">
            {s.id === 'browser' && (
              <p className="pt-soft"><Trans>Into the head of every page. The library itself comes from this server; nothing is sent to anybody else.</Trans></p>
            )}
            {s.id === 'pixel' && <p className="pt-soft"><Trans>For mails and pages without scripts.</Trans></p>}
            {s.install !== undefined && <Code label={t`Install ${s.name}`} text={s.install} />}
            <Code label={t`Send with ${s.name}`} text={s.code} height={320} />
          </div>
        </Tabs.Panel>
      ))}
    </Tabs>
  )
}
