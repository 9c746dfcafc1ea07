// SPDX-License-Identifier: Apache-2.0
// One pair with its evidence, and the decision.
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useEffect, useState } from 'react'
import { useShortcuts } from '@/base/keys'
import { useMay } from '@/base/session'
import { Status, Time } from '@/ui/bits'
import { FormDialog, SidePanel } from '@/ui/dialogs'
import { Icon } from '@/ui/icons'
import { ButtonLink, LinkTo } from '@/ui/LinkTo'
import { accept, type Pair, refuse } from '../duplicates'
import { personName } from '../words'
import { EvidenceTable, Score } from './Evidence'
import { Reason } from './Reason'

type Asking = 'accept' | 'refuse' | null

/** Why, in a dialog: with the usual reason there already, Enter is enough. */
function Decide({ pair, asking, onClose, onDone }: { pair: Pair; asking: Asking; onClose: () => void; onDone: () => void }) {
  const { t, i18n } = useLingui()
  const [reason, setReason] = useState('')
  const usual = asking === 'accept' ? t`The same person by the evidence` : t`Two persons`
  useEffect(() => {
    if (asking !== null) setReason(usual)
  }, [asking, usual])
  const [a, b] = pair.persons.map((person) => personName(i18n, person))
  return (
    <FormDialog
      title={asking === 'refuse' ? t`They are two persons` : t`They are one person`} opened={asking !== null} onClose={onClose} submit={asking === 'refuse' ? t`Refuse` : t`Merge them`} disabled={reason.trim() === ''}
      onSubmit={async () => {
        await (asking === 'refuse' ? refuse(pair, reason.trim()) : accept(pair, reason.trim()))
        onClose()
        onDone()
      }}
    >
      <p>
        {asking === 'refuse'
          ? <Trans><bdi>{a}</bdi> and <bdi>{b}</bdi> are not proposed again, also not after a rebuild. Somebody who knows better can still merge them by hand.</Trans>
          : <Trans>Everything of <bdi>{a}</bdi> and <bdi>{b}</bdi> is read as one person's from then on. It can be undone: no event is changed.</Trans>}
      </p>
      <Reason value={reason} onChange={setReason} first />
    </FormDialog>
  )
}

function Decided({ pair }: { pair: Pair }) {
  const [a, b] = pair.persons
  const apart = a?.id !== b?.id
  const by = pair.decided_by ?? ''
  return (
    <div className="pt-stack du-decided">
      <p>
        <Trans>Decided by <bdi>{by}</bdi>, <Time at={pair.decided_at} />.</Trans> <bdi className="pt-soft">{pair.reason}</bdi>
      </p>
      {pair.status === 'accepted' && !apart && a && <p><LinkTo href={`/customers/${a.id}?tab=identity`}><Trans>To undo it, part them where they came together</Trans></LinkTo></p>}
      {pair.status === 'accepted' && apart && <p><Status tone="warn"><Trans>Parted again since</Trans></Status></p>}
      {pair.status === 'refused' && a && b && <div><ButtonLink href={`/customers/${a.id}?merge=${b.id}`} leftSection={<Icon name="merge" />}><Trans>Merge them all the same…</Trans></ButtonLink></div>}
    </div>
  )
}

export function PairPanel({ pair, onClose, onDone }: { pair: Pair; onClose: () => void; onDone: () => void }) {
  const { t } = useLingui()
  const mayWrite = useMay('profiles.write')
  const [asking, setAsking] = useState<Asking>(null)
  const open = pair.status === 'open' && mayWrite
  const mayAccept = open && pair.forbidden === null
  const group = t`Duplicates`
  useShortcuts([
    ...(mayAccept ? [{ keys: 'a', label: t`They are one person`, group, run: () => setAsking('accept') }] : []),
    ...(open ? [{ keys: 'r', label: t`They are two persons`, group, run: () => setAsking('refuse') }] : []),
  ])
  return (
    <SidePanel
      wide title={<span className="pt-row">{pair.status === 'accepted' ? t`One person` : pair.status === 'refused' ? t`Two persons` : t`One person or two?`} <Score score={pair.score} /></span>} onClose={onClose}
    >
      <EvidenceTable pair={pair} />
      <p className="pt-faint"><Trans>Found <Time at={pair.found_at} />. The score is the probability that the two are one person: it adds up the weights.</Trans></p>
      {pair.forbidden !== null && pair.status === 'open' && <p className="pt-banner pt-warn" role="status"><bdi>{pair.forbidden}</bdi></p>}
      {pair.status !== 'open' && <Decided pair={pair} />}
      {open && (
        <div className="pt-actions du-actions">
          <Button variant="filled" disabled={!mayAccept} leftSection={<Icon name="merge" />} rightSection={<kbd className="pt-kbd">A</kbd>} onClick={() => setAsking('accept')}><Trans>One person: merge</Trans></Button>
          <Button leftSection={<Icon name="barrier" />} rightSection={<kbd className="pt-kbd">R</kbd>} onClick={() => setAsking('refuse')}><Trans>Two persons: refuse</Trans></Button>
        </div>
      )}
      <Decide pair={pair} asking={asking} onClose={() => setAsking(null)} onDone={onDone} />
    </SidePanel>
  )
}
