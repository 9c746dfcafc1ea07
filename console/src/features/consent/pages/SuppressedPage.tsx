// SPDX-License-Identifier: Apache-2.0
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { ActionIcon, Button, NativeSelect, SegmentedControl, Textarea, TextInput } from '@mantine/core'
import { type FormEvent, useMemo, useState } from 'react'
import { useFormat } from '@/base/format'
import { useShortcuts } from '@/base/keys'
import { useMay } from '@/base/session'
import { oneOf, useUrl } from '@/base/url'
import { Status, Time } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { FormDialog } from '@/ui/dialogs'
import { Icon } from '@/ui/icons'
import { Page } from '@/ui/Page'
import { Empty, errorText, Loaded } from '@/ui/states'
import { AreaTabs } from '@/ui/Tabs'
import { toast } from '@/ui/toast'
import { consentFeature } from '..'
import { ADDRESSES_MAX, addressesOf } from '../addresses'
import { type Channel, check, REASONS, type Suppressed, suppress, unsuppress, useSuppressed } from '../model'
import { channels, reasons } from '../words'
import '../consent.css'

function useColumns(mayWrite: boolean): Column<Suppressed>[] {
  const { t, i18n } = useLingui()
  return useMemo(() => [
    { id: 'masked', title: t`Address`, main: true, cell: (one) => (one.masked === null ? <span className="pt-faint">{t`not kept`}</span> : <bdi className="pt-ltr">{one.masked}</bdi>), value: (one) => one.masked, width: 'minmax(180px, 1.2fr)' },
    { id: 'channel', title: t`Channel`, cell: (one) => i18n._(channels[one.channel]), value: (one) => i18n._(channels[one.channel]), width: '120px' },
    { id: 'reason', title: t`Reason`, cell: (one) => <Status tone={one.reason === 'complaint' ? 'bad' : one.reason === 'bounced' ? 'warn' : 'plain'}>{i18n._(reasons[one.reason])}</Status>, value: (one) => i18n._(reasons[one.reason]), width: '170px' },
    { id: 'since', title: t`Since`, cell: (one) => <Time at={one.since} />, value: (one) => one.since, width: '205px' },
    { id: 'by', title: t`By`, cell: (one) => <bdi>{one.by ?? ''}</bdi>, value: (one) => one.by, width: 'minmax(120px, 0.8fr)' },
    ...(mayWrite ? [{ id: 'remove', title: t`Remove`, cell: (one: Suppressed) => <Remove row={one} />, width: '90px' }] : []),
  ], [t, i18n, mayWrite])
}

function Remove({ row }: { row: Suppressed }) {
  const { t } = useLingui()
  const [busy, setBusy] = useState(false)
  if (row.reason === 'erased') return null
  const name = row.masked ?? row.id
  async function run() {
    setBusy(true)
    try {
      await unsuppress(row.id)
      toast({ text: t`${name} is off the list: messages go there again` })
    } catch (error) {
      setBusy(false)
      toast({ text: errorText(error), tone: 'bad' })
    }
  }
  return (
    <ActionIcon
      aria-label={t`Take ${name} off the list`} loading={busy}
      onClick={(event) => {
        event.stopPropagation()
        void run()
      }}
    >
      <Icon name="close" />
    </ActionIcon>
  )
}

/** Addresses are kept as hashes: only asking tells whether one is there. */
function Check() {
  const { t, i18n } = useLingui()
  const [address, setAddress] = useState('')
  const [answer, setAnswer] = useState<{ text: string; bad: boolean } | null>(null)
  async function ask(event: FormEvent) {
    event.preventDefault()
    const channel: Channel = address.includes('@') ? 'email' : 'phone'
    try {
      const { row } = await check(channel, address)
      setAnswer(row === null ? { text: t`Not on the list`, bad: false } : { text: `${t`On the list`}: ${i18n._(reasons[row.reason])}`, bad: true })
    } catch (error) {
      setAnswer({ text: errorText(error), bad: true })
    }
  }
  return (
    <form className="pt-row" onSubmit={(event) => void ask(event)}>
      <TextInput
        aria-label={t`Mail address or phone number to look for`} placeholder={t`Look for an address`} maxLength={254} autoComplete="off" value={address}
        onChange={(event) => {
          setAddress(event.currentTarget.value)
          setAnswer(null)
        }}
      />
      <Button type="submit" disabled={address.trim() === ''}><Trans>Check</Trans></Button>
      <span role="status" className={answer?.bad ? 'pt-text-bad' : 'pt-soft'}>{answer?.text ?? ''}</span>
    </form>
  )
}

function Add({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t, i18n } = useLingui()
  const [channel, setChannel] = useState<Channel>('email')
  const [reason, setReason] = useState<'unsubscribed' | 'bounced' | 'complaint' | 'manual'>('manual')
  const [text, setText] = useState('')
  const addresses = addressesOf(text)
  const tooMany = addresses.length > ADDRESSES_MAX
  return (
    <FormDialog
      title={t`Add to the suppression list`} opened={opened} onClose={onClose} submit={t`Add`} disabled={addresses.length === 0 || tooMany}
      onSubmit={async () => {
        const { added, known } = await suppress(channel, reason, addresses)
        setText('')
        onClose()
        const said = plural(added, { one: '# address added', other: '# addresses added' })
        toast({ text: known > 0 ? `${said}, ${plural(known, { one: '# was there', other: '# were there' })}` : said })
      }}
    >
      <SegmentedControl aria-label={t`Channel`} value={channel} data={[{ value: 'email', label: i18n._(channels.email) }, { value: 'phone', label: i18n._(channels.phone) }]} onChange={(value) => setChannel(value === 'phone' ? 'phone' : 'email')} />
      <NativeSelect
        label={t`Reason`} value={reason} data={(['manual', 'unsubscribed', 'bounced', 'complaint'] as const).map((value) => ({ value, label: i18n._(reasons[value]) }))}
        onChange={(event) => setReason((['unsubscribed', 'bounced', 'complaint'] as const).find((one) => one === event.currentTarget.value) ?? 'manual')}
      />
      <Textarea
        label={t`Addresses`} description={t`One a line, or with commas between; all of them are added or none`} autosize minRows={5} maxRows={14} spellCheck={false} classNames={{ input: 'pt-ltr' }} data-autofocus
        error={tooMany ? t`At most 10,000 at once` : null} value={text} onChange={(event) => setText(event.currentTarget.value)}
      />
      {addresses.length > 1 && !tooMany && <p className="pt-faint">{plural(addresses.length, { one: '# address', other: '# addresses' })}</p>}
    </FormDialog>
  )
}

export function SuppressedPage() {
  const { t, i18n } = useLingui()
  const [url, setUrl] = useUrl()
  const [adding, setAdding] = useState(false)
  const mayWrite = useMay('consent.write')
  const reason = REASONS.find((one) => one === oneOf(url.reason, ['', ...REASONS])) ?? null
  const query = useSuppressed(reason)
  const format = useFormat()
  const count = query.data && format.loaded(query.data.pages.reduce((sum, page) => sum + page.data.length, 0), query.hasNextPage)
  const columns = useColumns(mayWrite)
  useShortcuts(mayWrite ? [{ keys: 'n', label: t`Add to the suppression list`, group: t`Consent`, run: () => setAdding(true) }] : [])
  return (
    <Page
      fill title={t`Suppression list`} note={count === undefined ? '\u00a0' : <Trans>Addresses: {count}. Nothing is sent to them. They are kept as hashes; the mask only helps to recognise them.</Trans>}
      actions={(
        <>
          <Button component="a" href="/api/v1/suppressions/export" download="suppressed.jsonl" leftSection={<Icon name="download" />}><Trans>Export</Trans></Button>
          {mayWrite && <Button variant="filled" leftSection={<Icon name="add" />} onClick={() => setAdding(true)}><Trans>Add…</Trans></Button>}
        </>
      )}
    >
      <AreaTabs of={consentFeature} />
      <Loaded query={query}>
        {(data) => (
          <DataTable
            label={t`Suppression list`} columns={columns} rows={data.pages.flatMap((page) => page.data)} rowId={(one) => one.id} storageKey="suppressed"
            more={query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : undefined}
            tools={(
              <>
                <NativeSelect aria-label={t`Reason`} value={reason ?? ''} data={[{ value: '', label: t`All reasons` }, ...REASONS.map((value) => ({ value, label: i18n._(reasons[value]) }))]} onChange={(event) => setUrl({ reason: event.currentTarget.value || null })} />
                <Check />
              </>
            )}
            empty={<Empty title={t`Nobody is suppressed`}><Trans>Addresses come here when somebody unsubscribes, a message bounces or a complaint arrives, or by hand.</Trans></Empty>}
          />
        )}
      </Loaded>
      {mayWrite && <Add opened={adding} onClose={() => setAdding(false)} />}
    </Page>
  )
}
