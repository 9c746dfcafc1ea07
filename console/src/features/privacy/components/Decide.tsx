// SPDX-License-Identifier: Apache-2.0
// Approving, refusing and cancelling, with what follows from each in words; and who has to be the second person.
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Menu, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useShortcuts } from '@/base/keys'
import { rolesWith, useMay } from '@/base/session'
import { ConfirmDialog, FormDialog } from '@/ui/dialogs'
import { Icon } from '@/ui/icons'
import { roleName } from '@/ui/roles'
import { attempt, toast } from '@/ui/toast'
import { approve, cancel, type PrivacyRequest, refuse, undecided } from '../model'
import { typedWord } from '../subjects'
import { actorName } from '../words'

const REASON_MAX = 500

type DialogProps = { of: PrivacyRequest; opened: boolean; onClose: () => void }

/** What keeps this person from approving. */
type Bar = 'none' | 'nobody' | 'own' | 'role'

function useBar(of: PrivacyRequest): Bar {
  const mayApprove = useMay('privacy.approve')
  if (of.subjects.length === 0) return 'nobody'
  if (!of.needs_second) return 'none'
  return !mayApprove ? 'role' : of.requested_by_you ? 'own' : 'none'
}

function Approvers() {
  const { i18n } = useLingui()
  return <>{new Intl.ListFormat(i18n.locale, { type: 'disjunction' }).format(rolesWith('privacy.approve').map((role) => roleName(i18n, role)))}</>
}

/** Before the decision: what has to be known about who takes it. */
export function WhoDecides({ of }: { of: PrivacyRequest }) {
  const { i18n } = useLingui()
  const bar = useBar(of)
  const persons = of.persons
  const many = plural(persons, { one: 'It erases # person', other: 'It erases # persons' })
  const by = actorName(i18n, of.requested_by)
  if (!undecided(of.state)) return null
  if (bar === 'nobody') return <div className="pt-banner pt-warn" role="status"><Trans>It names nobody that can be looked for. Note a request for each person it is about, then refuse this one.</Trans></div>
  if (!of.needs_second) return null
  return (
    <div className={bar === 'none' ? 'pt-banner pr-note' : 'pt-banner pt-warn'} role="status">
      <span>
        {many}. {bar === 'own' ? <Trans>You asked for it, so somebody else approves it, signed in: <Approvers />.</Trans>
          : bar === 'role' ? <Trans>That takes a second person with the permission <code className="pt-ltr">privacy.approve</code>: <Approvers />.</Trans>
            : <Trans>Asked for by <bdi>{by}</bdi>; you would be the second person. Look at whom it is about first.</Trans>}
      </span>
    </div>
  )
}

function Erase({ of, opened, onClose }: DialogProps) {
  const { t } = useLingui()
  const count = plural(of.persons, { one: '# person is erased', other: '# persons are erased' })
  return (
    <ConfirmDialog
      title={t`Approve the erasure`} word={typedWord(of, t`erase`)} opened={opened} onClose={onClose} submit={t`Erase for good`}
      onConfirm={async () => {
        await approve(of.id)
        onClose()
        toast({ text: t`Approved: the erasure begins` })
      }}
    >
      <div className="pt-stack">
        <p><strong>{count}.</strong> <Trans>It begins at once and cannot be undone; a backup does not bring them back either.</Trans></p>
        <p className="pt-soft"><Trans>What destinations were sent already is not called back: forward the request to them. Backups of before hold the data until they are deleted.</Trans></p>
      </div>
    </ConfirmDialog>
  )
}

function Refuse({ of, opened, onClose }: DialogProps) {
  const { t } = useLingui()
  const [reason, setReason] = useState('')
  return (
    <FormDialog
      title={t`Refuse the request`} opened={opened} onClose={onClose} submit={t`Refuse`} disabled={reason.trim() === ''}
      onSubmit={async () => {
        await refuse(of.id, reason.trim())
        onClose()
        toast({ text: t`Refused. Nothing was changed.` })
      }}
    >
      <p><Trans>Nothing is copied or removed. The request is over for good and forgets whom it was about; your reason stays.</Trans></p>
      <Textarea
        label={t`Reason`} description={t`For whoever reads it later. Do not name the person: this text stays.`} required maxLength={REASON_MAX} autosize minRows={2} data-autofocus
        value={reason} onChange={(event) => setReason(event.currentTarget.value)}
      />
    </FormDialog>
  )
}

function Cancel({ of, opened, onClose }: DialogProps) {
  const { t } = useLingui()
  return (
    <FormDialog
      title={t`Take the request back`} opened={opened} onClose={onClose} submit={t`Take it back`}
      onSubmit={async () => {
        await cancel(of.id)
        onClose()
        toast({ text: t`Taken back. Nothing was changed.` })
      }}
    >
      <p>
        {of.channel === 'register'
          ? <Trans>Whoever was erased before and came back with a backup then stays. Nothing makes up for it but a new request.</Trans>
          : <Trans>Nothing is copied or removed. The request is over for good and forgets whom it was about; who asked still waits for an answer, so note a new one if this was a slip.</Trans>}
      </p>
    </FormDialog>
  )
}

export function Decide({ of }: { of: PrivacyRequest }) {
  const { t } = useLingui()
  const [open, setOpen] = useState<'approve' | 'refuse' | 'cancel' | null>(null)
  const [busy, setBusy] = useState(false)
  const bar = useBar(of)
  const mayApprove = undecided(of.state) && bar === 'none'
  const mayRefuse = of.state === 'received'
  const mayCancel = mayRefuse || of.state === 'approved'
  async function go() {
    if (of.kind === 'erasure') return setOpen('approve')
    setBusy(true)
    await attempt(approve(of.id).then(() => toast({ text: t`Approved: the archive is being made` })))
    setBusy(false)
  }
  const group = t`Privacy desk`
  useShortcuts([
    ...(mayApprove ? [{ keys: 'a', label: t`Approve`, group, run: () => void go() }] : []),
    ...(mayRefuse ? [{ keys: 'r', label: t`Refuse`, group, run: () => setOpen('refuse') }] : []),
  ])
  const close = () => setOpen(null)
  const words = { approve: of.kind === 'erasure' ? t`Approve…` : t`Approve`, again: of.kind === 'erasure' ? t`Approve again…` : t`Approve again` }
  return (
    <>
      {mayApprove && <Button variant="filled" loading={busy} onClick={() => void go()}>{of.state === 'failed' ? words.again : words.approve}</Button>}
      {mayRefuse && <Button onClick={() => setOpen('refuse')}><Trans>Refuse…</Trans></Button>}
      {mayCancel && (
        <Menu>
          <Menu.Target><Button aria-label={t`More`}><Icon name="more" /></Button></Menu.Target>
          <Menu.Dropdown><Menu.Item onClick={() => setOpen('cancel')}><Trans>Take it back…</Trans></Menu.Item></Menu.Dropdown>
        </Menu>
      )}
      <Erase of={of} opened={open === 'approve' && mayApprove} onClose={close} />
      <Refuse of={of} opened={open === 'refuse' && mayRefuse} onClose={close} />
      <Cancel of={of} opened={open === 'cancel' && mayCancel} onClose={close} />
    </>
  )
}
