// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Textarea } from '@mantine/core'
import { useState } from 'react'
import { useShortcuts } from '@/base/keys'
import { useGo, useUrl } from '@/base/url'
import { LinkTo } from '@/ui/LinkTo'
import { Page, Panel } from '@/ui/Page'
import { errorText } from '@/ui/states'
import { toast } from '@/ui/toast'
import { Preview } from '../components/Preview'
import { ChooseSubjects } from '../components/Subjects'
import { addRequest, type Kind, KINDS, type Subject } from '../model'
import { hasRoom, subjectKey, withSubject } from '../subjects'
import { kinds } from '../words'
import '../privacy.css'

const NOTE_MAX = 500

function Kinds({ kind, onChange }: { kind: Kind; onChange: (kind: Kind) => void }) {
  const { t, i18n } = useLingui()
  return (
    <fieldset className="pr-kinds">
      <legend className="pt-hidden">{t`What is asked for`}</legend>
      {([...KINDS].reverse()).map((one) => (
        <label key={one} className="pr-kind" data-on={one === kind}>
          <input type="radio" name="kind" value={one} checked={one === kind} onChange={() => onChange(one)} />
          <span><strong>{i18n._(kinds[one].name)}</strong><span className="pt-soft">{i18n._(kinds[one].does)}</span></span>
        </label>
      ))}
    </fieldset>
  )
}

/** What happens after the request is noted. */
function Then({ kind, several }: { kind: Kind; several: boolean }) {
  return (
    <p className="pt-soft">
      {kind === 'export'
        ? <Trans>Nothing is done before it is approved. Then the archive is made, and handed over once by a link.</Trans>
        : several
          ? <Trans>Four eyes: an erasure of several persons is approved by somebody else than who asks for it, signed in, with the permission <code className="pt-ltr">privacy.approve</code>.</Trans>
          : <Trans>Nothing is removed before it is approved. One person may be erased by who asks for it; several, or more in a day than <code className="pt-ltr">privacy.bulk</code> allows, take a second person.</Trans>}
    </p>
  )
}

function useForm() {
  const [url] = useUrl()
  const [kind, setKind] = useState<Kind>(KINDS.find((one) => one === url.kind) ?? 'export')
  const [subjects, setSubjects] = useState<Subject[]>(url.customer ? [{ id: url.customer }] : [])
  const [note, setNote] = useState('')
  return { kind, setKind, subjects, setSubjects, note, setNote }
}

export function NewPage() {
  const { t } = useLingui()
  const go = useGo()
  const { kind, setKind, subjects, setSubjects, note, setNote } = useForm()
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const tooMany = kind === 'export' && subjects.length > 1
  const ready = subjects.length > 0 && !tooMany && !busy
  async function save() {
    if (!ready) return
    setBusy(true)
    setError(null)
    try {
      const made = await addRequest(kind, subjects, note.trim())
      toast({ text: t`Noted. Nothing is done before it is approved.` })
      go(`/privacy/${made.id}`)
    } catch (why) {
      setError(why)
      setBusy(false)
    }
  }
  useShortcuts([{ keys: 'mod+s', label: t`Note the request`, group: t`Privacy desk`, whileTyping: true, run: () => void save() }])
  return (
    <Page
      title={t`New privacy request`} note={<LinkTo href="/privacy">{t`Privacy desk`}</LinkTo>}
      actions={<Button variant="filled" loading={busy} disabled={!ready} onClick={() => void save()}><Trans>Note the request</Trans></Button>}
    >
      {error !== null && <p role="alert" className="pt-banner pt-bad"><bdi>{errorText(error)}</bdi></p>}
      <div className="pr-columns">
        <div className="pt-stack">
          <Panel title={t`What is asked for`}><div className="pt-stack"><Kinds kind={kind} onChange={setKind} /><Then kind={kind} several={subjects.length > 1} /></div></Panel>
          <ChooseSubjects
            subjects={subjects} room={hasRoom(kind, subjects.length)}
            onAdd={(one) => setSubjects((all) => withSubject(all, one))} onRemove={(one) => setSubjects((all) => all.filter((other) => subjectKey(other) !== subjectKey(one)))}
          />
          {tooMany && <p role="alert" className="pt-banner pt-warn"><Trans>An export is of one person: take the others out, and note a request for each.</Trans></p>}
          <Panel title={t`Note`}>
            <Textarea
              aria-label={t`Note`} description={t`How it was asked for, and how the asking person was recognised. Forgotten once the request is over.`} maxLength={NOTE_MAX} autosize minRows={2}
              value={note} onChange={(event) => setNote(event.currentTarget.value)}
            />
          </Panel>
        </div>
        <div className="pt-stack">
          {subjects.length > 0 && !tooMany
            ? <Preview kind={kind} subjects={subjects} />
            : <Panel title={t`What it would do`}><p className="pt-faint"><Trans>Once it is said whom it is about, this shows how much would be copied or removed.</Trans></p></Panel>}
        </div>
      </div>
    </Page>
  )
}
