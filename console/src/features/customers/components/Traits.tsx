// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, TextInput } from '@mantine/core'
import { lazy, Suspense, useMemo } from 'react'
import { useFormat } from '@/base/format'
import { useUrl } from '@/base/url'
import { Ago, Code, Mono, Time } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { SidePanel } from '@/ui/dialogs'
import { Facts } from '@/ui/Page'
import { Empty, Skeleton } from '@/ui/states'
import { loadOfPerson } from '@/features/computed'
import type { Profile, Trait } from '../model'
import { standardOf } from '../standard'
import { typeName } from '../words'
import { Standard, useStandardFacts } from './Standard'

const Computed = lazy(loadOfPerson)

/** A value on one line: text as it is, all else as JSON. */
export function lineOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
}

function useWords(profile: Profile) {
  const { t, i18n } = useLingui()
  return useMemo(() => {
    const nodes = new Map(profile.nodes.map((node) => [node.number, node]))
    return {
      source: (trait: Trait) => trait.source?.name ?? t`deleted`,
      of: (trait: Trait) => {
        const node = nodes.get(trait.node)
        return node ? `${typeName(i18n, node.type)} ${node.value}` : '–'
      },
    }
  }, [profile.nodes, t, i18n])
}

function useColumns(profile: Profile, words: ReturnType<typeof useWords>): Column<Trait>[] {
  const { t } = useLingui()
  const format = useFormat()
  return useMemo(() => [
    { id: 'name', title: t`Name`, main: true, cell: (one) => <bdi>{one.name}</bdi>, value: (one) => one.name, width: 'minmax(130px, 1fr)' },
    {
      id: 'value', title: t`Value`,
      cell: (one) => <><bdi className="cu-said">{typeof one.value === 'number' ? format.number(one.value, 6) : lineOf(one.value)}</bdi><Standard of={standardOf(profile.standard, one)} /></>,
      value: (one) => (typeof one.value === 'number' ? one.value : lineOf(one.value)), width: 'minmax(160px, 2fr)',
    },
    { id: 'source', title: t`Source`, cell: (one) => <bdi>{words.source(one)}</bdi>, value: words.source, width: 'minmax(110px, 0.8fr)' },
    { id: 'age', title: t`Said`, cell: (one) => <Ago at={one.at} />, value: (one) => one.at, width: '140px' },
    { id: 'of', title: t`Said of`, cell: (one) => <bdi>{words.of(one)}</bdi>, value: words.of, width: 'minmax(150px, 1.2fr)' },
  ], [t, format, profile.standard, words])
}

export function Traits({ profile }: { profile: Profile }) {
  const { t } = useLingui()
  const [url, setUrl] = useUrl()
  const words = useWords(profile)
  const columns = useColumns(profile, words)
  const wanted = (url.find ?? '').toLowerCase()
  const rows = useMemo(
    () => profile.traits.filter((one) => wanted === '' || `${one.name} ${lineOf(one.value)} ${words.source(one)}`.toLowerCase().includes(wanted)),
    [profile.traits, wanted, words],
  )
  const open = profile.traits.find((one) => one.name === url.trait)
  const standard = useStandardFacts(open ? standardOf(profile.standard, open) : null)
  return (
    <div className="pt-stack">
      {profile.computed.length > 0 && <Suspense fallback={<Skeleton rows={3} />}><Computed rows={profile.computed} /></Suspense>}
      <div className="cu-with-side">
        <DataTable
          label={t`Traits`} columns={columns} rows={rows} rowId={(one) => one.name} csv="traits" storageKey="customer-traits" openId={url.trait ?? null} onOpen={(one) => setUrl({ trait: one.name })}
          tall={(one) => standardOf(profile.standard, one) !== null}
          tools={<TextInput aria-label={t`Filter the traits`} placeholder={t`Name, value or source`} value={url.find ?? ''} maxLength={100} onChange={(event) => setUrl({ find: event.currentTarget.value })} />}
          empty={wanted === ''
            ? <Empty title={t`Nothing is known yet`}><Trans>Traits are what sources say of a person with identify: name, language, tier and so on. Of each name the newest counts; what a context repeats gives way to an identify.</Trans></Empty>
            : <Empty title={t`None fits`} action={<Button onClick={() => setUrl({ find: null })}><Trans>Show all</Trans></Button>} />}
        />
        {open && (
          <SidePanel title={open.name} onClose={() => setUrl({ trait: null })}>
            <Facts rows={[[t`Source`, <bdi>{words.source(open)}</bdi>], [t`Said`, <Time at={open.at} />], [t`Said of`, <Mono>{words.of(open)}</Mono>], [t`Precedence`, open.preferred ? t`Said by a preferred source: goes before all others` : open.said_by === 'identify' ? t`Said by identify: goes before what a context repeats` : t`Repeated in a context: gives way to any identify`]]} />
            {standard.length > 0 && <><h3>{t`Standard form`}</h3><Facts rows={standard} /></>}
            <Code label={t`Value`} text={typeof open.value === 'string' ? open.value : JSON.stringify(open.value, null, 2)} wrap />
          </SidePanel>
        )}
      </div>
    </div>
  )
}
