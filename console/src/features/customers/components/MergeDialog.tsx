// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useFormat } from '@/base/format'
import { useUrl } from '@/base/url'
import { Ago } from '@/ui/bits'
import { Dialog, FormDialog } from '@/ui/dialogs'
import { Loaded } from '@/ui/states'
import { decideMerge } from '../decisions'
import { type Profile, useCustomer } from '../model'
import { money, together, type Value } from '../money'
import { profileName } from '../words'
import { Finder } from './Finder'
import { Part } from './Part'
import { Reason } from './Reason'

function Values({ values }: { values: readonly Value[] }) {
  const format = useFormat()
  return values.length === 0 ? <>–</> : <>{values.map((value) => <bdi key={value.currency} className="cu-value">{money(format.locale, value.currency, value.amount)}</bdi>)}</>
}

const sum = (values: readonly Value[]) => values.reduce((all, value) => all + value.orders, 0)
const latest = (...all: (string | undefined)[]) => all.filter((one) => one !== undefined).sort().at(-1)

/** The two beside each other, and what they would be as one. */
function Preview({ a, b }: { a: Profile; b: Profile }) {
  const { t, i18n } = useLingui()
  const format = useFormat()
  const values = together(a.values, b.values)
  const rows: [string, React.ReactNode, React.ReactNode, React.ReactNode][] = [
    [t`Identifiers`, format.integer(a.nodes.length), format.integer(b.nodes.length), format.integer(a.nodes.length + b.nodes.length)],
    [t`Events`, format.integer(a.events), format.integer(b.events), format.integer(a.events + b.events)],
    [t`Orders`, format.integer(sum(a.values)), format.integer(sum(b.values)), format.integer(sum(values))],
    [t`Value so far`, <Values key="a" values={a.values} />, <Values key="b" values={b.values} />, <Values key="c" values={values} />],
    [t`Last seen`, <Ago key="a" at={a.last?.at} />, <Ago key="b" at={b.last?.at} />, <Ago key="c" at={latest(a.last?.at, b.last?.at)} />],
  ]
  return (
    <>
      <div className="cu-parts">{[a, b].map((one) => <Part key={one.id} title={profileName(i18n, one)} nodes={one.nodes} events={one.events} />)}</div>
      <table className="cu-preview">
        <caption className="pt-hidden">{t`What would come together`}</caption>
        <thead><tr><td /><th scope="col">{t`This person`}</th><th scope="col">{t`The other`}</th><th scope="col">{t`Together`}</th></tr></thead>
        <tbody>{rows.map(([name, one, other, both]) => <tr key={name}><th scope="row">{name}</th><td>{one}</td><td>{other}</td><td>{both}</td></tr>)}</tbody>
      </table>
    </>
  )
}

export function MergeDialog({ profile, onDone }: { profile: Profile; onDone: (one: Profile) => void }) {
  const { t } = useLingui()
  const [url, setUrl] = useUrl()
  const opened = url.merge !== undefined
  const picked = opened && url.merge !== '1' && url.merge !== profile.id ? (url.merge ?? null) : null
  const other = useCustomer(picked)
  const [text, setText] = useState('')
  const [reason, setReason] = useState('')
  useEffect(() => {
    setText('')
    setReason('')
  }, [opened])
  const close = () => setUrl({ merge: null })
  if (opened && picked === null) {
    return (
      <Dialog title={t`Merge with whom?`} opened onClose={close} size="lg">
        <div className="cu-pick"><Finder text={text} onText={setText} onChoose={(hit) => setUrl({ merge: hit.id })} without={profile.id} label={t`Find the other person`} recent={t`Seen last`} /></div>
      </Dialog>
    )
  }
  return (
    <FormDialog
      title={t`Merge into one person`} opened={opened} onClose={close} submit={t`Merge`} disabled={other.data === undefined || reason.trim() === ''}
      onSubmit={async () => {
        if (other.data) onDone(await decideMerge(profile, other.data, reason.trim()))
      }}
    >
      <Loaded query={other} rows={5}>{(b) => <Preview a={profile} b={b} />}</Loaded>
      <p className="pt-soft"><Trans>Events, traits, orders and value are read as one person's from then on. It can be undone.</Trans></p>
      <Reason value={reason} onChange={setReason} first />
      <div><Button size="compact-sm" onClick={() => setUrl({ merge: '1' })}><Trans>Somebody else</Trans></Button></div>
    </FormDialog>
  )
}
