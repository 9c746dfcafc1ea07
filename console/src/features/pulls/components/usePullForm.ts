// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { useState } from 'react'
import { queries } from '@/base/session'
import { useGo } from '@/base/url'
import { errorText } from '@/ui/states'
import { toast } from '@/ui/toast'
import { handOver } from '../drafts'
import { differs, type Fault, mappingToTry, mapsSomething, type Place, placeOf, pullEdit, pullFaults, type PullForm } from '../form'
import { addPull, type Pull, type PullPreview, readPull, savePull, tryPull } from '../model'
import { useOthers } from '../useOthers'

type Shown = { preview: PullPreview; mapped: boolean }

/** A pull being typed: saved, or tried, for which the server wants it saved, switched off, before. */
export function usePullForm(saved: Pull | undefined, begin: PullForm, onSave: (body: ReturnType<typeof pullEdit>) => Promise<Pull>) {
  const { t } = useLingui()
  const go = useGo()
  const [form, setForm] = useState(begin)
  const [whole, setWhole] = useState(true)
  const [asked, setAsked] = useState<'save' | 'try' | null>(null)
  const [busy, setBusy] = useState<'save' | 'try' | null>(null)
  const [error, setError] = useState<{ place: Place | null; text: string; whole: string } | null>(null)
  const [shown, setShown] = useState<Shown | null>(null)
  const others = useOthers(saved, () => readPull(saved?.id ?? ''))
  const faults = pullFaults(form, saved, asked !== 'save')
  const [cursor, since] = ['{cursor}', '{since}']
  const texts: Record<Fault, string> = {
    missing: t`This is needed`, 'no address': t`An address that begins with https:// or http://`, again: t`Give it again: the server or the credentials are others now`,
    'no cursor': t`This way of paging wants ${cursor} in the address`, 'no since': t`This way of paging wants ${since} in the address`,
  }
  function fault(place: Place): string | null {
    const missing = asked === null ? undefined : faults.get(place)
    if (missing !== undefined) return texts[missing]
    return error?.place === place ? error.text : null
  }
  async function guarded(what: 'save' | 'try', action: () => Promise<unknown>) {
    setAsked(what)
    if (busy !== null || pullFaults(form, saved, what === 'try').size > 0 || !whole) return
    setBusy(what)
    setError(null)
    try {
      if (await others.mayOverwrite()) await action()
      else {
        await queries.invalidateQueries({ queryKey: ['pulls'] })
        setError({ place: null, text: '', whole: t`Not saved: somebody else saved it meanwhile. Save again to put yours over it.` })
      }
    } catch (why) {
      const text = errorText(why)
      setError({ ...placeOf(text), whole: text })
    } finally {
      setBusy(null)
    }
  }
  async function store(body: ReturnType<typeof pullEdit>): Promise<void> {
    if (saved === undefined) {
      const made = await addPull(body)
      handOver(made.id, { ...form, secret: '' })
      toast({ text: t`Saved, and switched off until you save it again` })
      go(`/connectors/pulls/${made.id}/edit?try=1`)
      return
    }
    others.own(await savePull(saved.id, body))
    setForm((now) => ({ ...now, secret: '' }))
  }
  async function attempt() {
    const mapping = mappingToTry(form.mapping)
    if (saved === undefined) return store({ ...pullEdit(form), mapping, enabled: false })
    if (differs(form, saved)) await store({ ...pullEdit(form), mapping: saved.mapping, enabled: false })
    setShown(null)
    setShown({ preview: await tryPull(saved.id, mapping), mapped: mapsSomething(form.mapping) })
  }
  return {
    form, whole, busy, error, fault, shown,
    lacks: asked !== null && (faults.size > 0 || !whole),
    others: busy === null ? others.by : null,
    put: (change: Partial<PullForm>) => setForm((now) => ({ ...now, ...change })),
    setMapping: (mapping: PullForm['mapping'], complete: boolean) => {
      setForm((now) => ({ ...now, mapping }))
      setWhole(complete)
    },
    save: () => guarded('save', async () => others.own(await onSave(pullEdit(form)))),
    attempt: () => guarded('try', attempt),
  }
}
