// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { Link, useNavigate } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useMemo } from 'react'
import { ApiError } from '@/api/client'
import { useShortcuts } from '@/base/keys'
import { useMay } from '@/base/session'
import { oneOf, splitHref, useParam, useUrl } from '@/base/url'
import { Icon } from '@/ui/icons'
import { ButtonLink } from '@/ui/LinkTo'
import { Page } from '@/ui/Page'
import { Loaded, NotFound, Skeleton } from '@/ui/states'
import { loadOfPerson } from '@/features/consent'
import { Belongs } from '../components/Belongs'
import { DecisionNote } from '../components/DecisionNote'
import { EventPanel } from '../components/EventPanel'
import { HandOver } from '../components/HandOver'
import { Identity } from '../components/Identity'
import { MergeDialog } from '../components/MergeDialog'
import { Orders } from '../components/Orders'
import { ProbablySame } from '../components/ProbablySame'
import { ReadingIn } from '../components/ReadingIn'
import { Timeline } from '../components/Timeline'
import { Traits } from '../components/Traits'
import { Figures, Fresh, Reaches } from '../components/Who'
import { type Profile, stillLoading, useCustomer, useFollow, useTimeline } from '../model'
import { entryOf } from '../sessions'
import { profileName } from '../words'
import '../customers.css'
import '../duplicates.css'

const TABS = ['timeline', 'orders', 'traits', 'identity', 'consent', 'handover'] as const
type Tab = (typeof TABS)[number]
/** From here on the hand-over stands beside the timeline and needs no tab. */
const WIDE = '(min-width: 1200px)'
const Consent = lazy(loadOfPerson)

function Parts({ tab, tabs, id }: { tab: Tab; tabs: readonly Tab[]; id: string }) {
  const { t } = useLingui()
  const names: Record<Tab, string> = { timeline: t`Timeline`, orders: t`Orders`, traits: t`Traits`, consent: t`Consent`, identity: t`Identity`, handover: t`Hand-over` }
  return (
    <nav className="pt-tabs cu-tabs" aria-label={t`What is known`}>
      {tabs.map((one) => (
        <Link key={one} {...splitHref(one === 'timeline' ? `/customers/${id}` : `/customers/${id}?tab=${one}`)} activeOptions={{ exact: true, includeSearch: true }} aria-current={one === tab ? 'page' : undefined}>
          {names[one]}
        </Link>
      ))}
    </nav>
  )
}

function Known({ profile, at, was }: { profile: Profile; at: number; was: boolean }) {
  const { t, i18n } = useLingui()
  const navigate = useNavigate()
  const [url, setUrl] = useUrl()
  const wide = useMediaQuery(WIDE, true, { getInitialValueInEffect: false }) ?? true
  const mayWrite = useMay('profiles.write')
  const timeline = useTimeline(profile)
  const entries = useMemo(() => timeline.data?.pages.flatMap((page) => page.data.map(entryOf)) ?? [], [timeline.data])
  const mayConsent = useMay('consent.read')
  const mayPrivacy = useMay('privacy.write')
  const tabs = TABS.filter((one) => (one !== 'handover' || !wide) && (one !== 'consent' || mayConsent))
  const tab = tabs.find((one) => one === oneOf(url.tab, TABS)) ?? 'timeline'
  const position = /^\d{1,15}$/.test(url.event ?? '') ? Number(url.event) : null
  const group = t`Customers`
  const go = (to: Tab) => setUrl({ tab: to === 'timeline' ? null : to, event: null, trait: null })
  useShortcuts([
    ...tabs.map((one, i) => ({ keys: String(i + 1), label: { timeline: t`Timeline`, orders: t`Orders`, traits: t`Traits`, consent: t`Consent`, identity: t`Identity`, handover: t`Hand-over` }[one], group, run: () => go(one) })),
    ...(mayWrite ? [{ keys: 'm', label: t`Merge with another person`, group, run: () => setUrl({ merge: '1' }) }] : []),
  ])
  const aside = position !== null
    ? <EventPanel key={position} position={position} known={entries.find((entry) => entry.position === position)} onClose={() => setUrl({ event: null })} />
    : wide && (tab === 'timeline' || tab === 'orders') ? <><HandOver profile={profile} /><Belongs profile={profile} /></> : null
  return (
    <Page
      title={profileName(i18n, profile)} note={<Fresh profile={profile} at={at} />}
      actions={(
        <>
          {mayPrivacy && <ButtonLink href={`/privacy/new?customer=${profile.id}`} leftSection={<Icon name="lock" />}><Trans>Export or erase…</Trans></ButtonLink>}
          {mayWrite && <Button leftSection={<Icon name="merge" />} onClick={() => setUrl({ merge: '1' })}><Trans>Merge with…</Trans></Button>}
        </>
      )}
    >
      <DecisionNote id={profile.id} />
      {was && <div className="pt-banner pt-warn cu-note" role="status"><span className="pt-grow"><Trans>The person you opened has been merged into this one.</Trans></span><Button size="compact-sm" onClick={() => setUrl({ was: null })}><Trans>Dismiss</Trans></Button></div>}
      <ProbablySame profile={profile} />
      <Reaches profile={profile} />
      <Figures profile={profile} />
      <Parts tab={tab} tabs={tabs} id={profile.id} />
      <div className="cu-body">
        <div className="cu-main">
          {tab === 'timeline' && <Timeline profile={profile} query={timeline} entries={entries} />}
          {tab === 'orders' && <Orders profile={profile} query={timeline} entries={entries} />}
          {tab === 'traits' && <Traits profile={profile} />}
          {tab === 'consent' && <Suspense fallback={<Skeleton rows={8} />}><Consent person={profile.id} version={profile.version} /></Suspense>}
          {tab === 'identity' && <Identity key={profile.id} profile={profile} />}
          {tab === 'handover' && <div className="pt-stack"><HandOver profile={profile} /><Belongs profile={profile} /></div>}
        </div>
        {aside !== null && <div className={position === null ? 'cu-aside' : 'cu-aside cu-aside-wide'}>{aside}</div>}
      </div>
      {mayWrite && <MergeDialog profile={profile} onDone={(one) => void navigate({ to: '/customers/$id', params: { id: one.id }, search: url.tab ? { tab: url.tab } : {}, replace: true } as never)} />}
    </Page>
  )
}

export function CustomerPage() {
  const { t } = useLingui()
  const navigate = useNavigate()
  const [url] = useUrl()
  const id = useParam('id')
  const query = useCustomer(id)
  useFollow(() => void query.refetch({ cancelRefetch: false }))
  const now = query.data?.id
  // merged away meanwhile: the address becomes that of whom they became
  useEffect(() => {
    if (now !== undefined && now !== id) void navigate({ to: '/customers/$id', params: { id: now }, search: (before: object) => ({ ...before, was: id }), replace: true } as never)
  }, [now, id, navigate])
  if (query.error instanceof ApiError && query.error.status === 404) return <NotFound what={t`Nobody has this id`} />
  if (stillLoading(query)) return <Page title={t`Customer`}><ReadingIn /></Page>
  return <Loaded query={query} rows={10}>{(profile) => <Known key={profile.id} profile={profile} at={query.dataUpdatedAt} was={url.was !== undefined} />}</Loaded>
}
