// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useEffect } from 'react'
import { useMay, useSession } from '@/base/session'
import { useGo, useUrl } from '@/base/url'
import { Icon, type IconName } from '@/ui/icons'
import { LinkTo } from '@/ui/LinkTo'
import { Page } from '@/ui/Page'
import { Loaded } from '@/ui/states'
import { ReportForm } from '../components/ReportForm'
import { ReportList, UnsentList } from '../components/ReportList'
import { type Form, reports, useForm, useReports } from '../model'
import { inStoreFirst, pictureOf } from '../words'
import '../portal.css'

function Tile({ href, icon, text }: { href: string; icon: IconName; text: string }) {
  return (
    <li>
      <LinkTo href={href} className="po-tile"><Icon name={icon} size={26} /><bdi>{text}</bdi></LinkTo>
    </li>
  )
}

function Tiles({ form }: { form: Form }) {
  const { t } = useLingui()
  return (
    <ul className="po-tiles">
      {inStoreFirst(form.categories).map((one) => <Tile key={one.id} href={`/portal?report=${one.id}`} icon={pictureOf(one.touchpoint)} text={one.name} />)}
      <Tile href="/portal?report=other" icon="warn" text={t`Something else is broken`} />
      <Tile href="/portal?report=wish" icon="add" text={t`I need something`} />
    </ul>
  )
}

function Reports({ stores }: { stores: boolean }) {
  const { t } = useLingui()
  const [url, set] = useUrl()
  const open = url.show !== 'all'
  const query = useReports(open)
  return (
    <section className="pt-stack">
      <div className="pt-row">
        <h2 className="pt-grow">{open ? t`What is open` : t`All that was reported`}</h2>
        <Button size="compact-md" onClick={() => set({ show: open ? 'all' : null })}>{open ? t`Show all` : t`Only what is open`}</Button>
      </div>
      <Loaded query={query} rows={2}>
        {({ pages }) => {
          const rows = pages.flatMap((page) => page.data)
          return rows.length === 0 ? <p className="pt-soft">{open ? t`Nothing: all that was reported is done.` : t`Nothing was reported yet.`}</p> : <ReportList rows={rows} stores={stores} label={open ? t`What is open` : t`All that was reported`} />
        }}
      </Loaded>
      {query.hasNextPage && <div><Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}><Trans>Older ones</Trans></Button></div>}
    </section>
  )
}

export function PortalPage() {
  const { t } = useLingui()
  const [url] = useUrl()
  const go = useGo()
  const account = useSession()?.account?.id ?? ''
  const mayUse = useMay('portal.use')
  const query = useForm()
  const form = query.data
  const category = form?.categories.find((one) => one.id === url.report)
  const wish = url.report === 'wish'
  const reporting = url.report !== undefined && (wish || url.report === 'other' || category !== undefined)
  useEffect(() => {
    reports.begin(account)
    const again = () => void reports.flush()
    addEventListener('online', again)
    return () => removeEventListener('online', again)
  }, [account])
  const places = form?.stores.map((one) => one.name || one.code).join(', ') ?? ''
  return (
    <Page title={reporting ? category?.name ?? (wish ? t`I need something` : t`Something else is broken`) : t`What is wrong?`} note={form === undefined ? '\u00a0' : places === '' ? t`For any store` : t`For ${places}`}>
      <div className="po-page">
        <Loaded query={query} rows={4}>
          {(data) => reporting
            ? <ReportForm key={url.report} form={data} category={category} wish={wish} onBack={() => go('/portal')} onSent={(ticket) => go(ticket !== null && mayUse ? `/portal/tickets/${ticket}` : '/portal')} />
            : <Tiles form={data} />}
        </Loaded>
        {!reporting && <UnsentList account={account} />}
        {!reporting && mayUse && <Reports stores={(form?.stores.length ?? 0) !== 1} />}
      </div>
    </Page>
  )
}
