// SPDX-License-Identifier: Apache-2.0
// Whom a request is about: chosen in a new one, listed in one that is there.
import { plural } from '@lingui/core/macro'
import { Trans, useLingui } from '@lingui/react/macro'
import { ActionIcon, Button, NativeSelect, TextInput } from '@mantine/core'
import { type FormEvent, lazy, Suspense, useState } from 'react'
import { useMay } from '@/base/session'
import { loadPickPerson } from '@/features/customers'
import { Mono } from '@/ui/bits'
import { Dialog } from '@/ui/dialogs'
import { Icon } from '@/ui/icons'
import { LinkTo } from '@/ui/LinkTo'
import { Panel } from '@/ui/Page'
import { Skeleton } from '@/ui/states'
import { NAMED, type Subject, useNames } from '../model'
import { subjectKey, TYPES } from '../subjects'
import { typeName } from '../words'

const PickPerson = lazy(loadPickPerson)
const SHOWN = 100
const OTHER = ''

function Named({ subject, name }: { subject: Subject; name: string | undefined }) {
  const { t, i18n } = useLingui()
  const mayOpen = useMay('profiles.read')
  if (subject.id === undefined) return <><span className="pt-soft">{typeName(i18n, subject.type ?? '')}</span> <bdi className="pt-ltr pr-value">{subject.value}</bdi></>
  const text = name === undefined ? <Mono>{subject.id}</Mono> : <bdi>{name}</bdi>
  return <><span className="pt-soft">{t`Customer`}</span> {mayOpen ? <LinkTo href={`/customers/${subject.id}`}>{text}</LinkTo> : text}</>
}

export function SubjectList({ subjects, onRemove }: { subjects: readonly Subject[]; onRemove?: (subject: Subject) => void }) {
  const { t } = useLingui()
  const names = useNames(subjects.flatMap(({ id }) => (id === undefined ? [] : [id])).slice(0, NAMED))
  const more = subjects.length - SHOWN
  return (
    <>
      <ul className="pt-items pr-subjects" aria-label={t`Whom it is about`} tabIndex={subjects.length > 6 ? 0 : undefined}>
        {subjects.slice(0, SHOWN).map((subject) => {
          const name = subject.id === undefined ? (subject.value ?? '') : (names.get(subject.id) ?? subject.id)
          return (
            <li key={subjectKey(subject)}>
              <span className="pt-grow"><Named subject={subject} name={subject.id === undefined ? undefined : names.get(subject.id)} /></span>
              {onRemove && <ActionIcon aria-label={t`Take ${name} out`} onClick={() => onRemove(subject)}><Icon name="close" /></ActionIcon>}
            </li>
          )
        })}
      </ul>
      {more > 0 && <p className="pt-faint">{plural(more, { one: 'and # more', other: 'and # more' })}</p>}
    </>
  )
}

function ByIdentifier({ onAdd }: { onAdd: (subject: Subject) => void }) {
  const { t, i18n } = useLingui()
  const [type, setType] = useState<string>(TYPES[0])
  const [own, setOwn] = useState('')
  const [value, setValue] = useState('')
  const named = type === OTHER ? own.trim() : type
  const ready = named !== '' && value.trim() !== ''
  function add(event: FormEvent) {
    event.preventDefault()
    if (!ready) return
    onAdd({ type: named, value: value.trim() })
    setValue('')
  }
  return (
    <form className="pr-identifier" onSubmit={add}>
      <NativeSelect
        label={t`Identifier`} value={type} data={[...TYPES.map((one) => ({ value: one as string, label: typeName(i18n, one) })), { value: OTHER, label: t`Another type…` }]}
        onChange={(event) => setType(event.currentTarget.value)}
      />
      {type === OTHER && <TextInput label={t`Type`} classNames={{ input: 'pt-ltr' }} maxLength={40} autoComplete="off" value={own} onChange={(event) => setOwn(event.currentTarget.value)} />}
      <TextInput label={t`Value`} classNames={{ root: 'pr-wide', input: 'pt-ltr' }} maxLength={500} autoComplete="off" autoCapitalize="off" spellCheck={false} value={value} onChange={(event) => setValue(event.currentTarget.value)} />
      <Button type="submit" disabled={!ready}><Trans>Add</Trans></Button>
    </form>
  )
}

export function ChooseSubjects({ subjects, room, onAdd, onRemove }: {
  subjects: readonly Subject[]
  /** Whether one more may be added. */
  room: boolean
  onAdd: (subject: Subject) => void
  onRemove: (subject: Subject) => void
}) {
  const { t } = useLingui()
  const maySearch = useMay('profiles.read')
  const [searching, setSearching] = useState(false)
  return (
    <Panel title={t`Whom it is about`}>
      <div className="pt-stack">
        {subjects.length === 0 ? <p className="pt-faint"><Trans>Nobody yet. Find the customer, or give an identifier that they told.</Trans></p> : <SubjectList subjects={subjects} onRemove={onRemove} />}
        {room && maySearch && <div><Button leftSection={<Icon name="search" />} onClick={() => setSearching(true)}><Trans>Find a customer…</Trans></Button></div>}
        {room && <ByIdentifier onAdd={onAdd} />}
      </div>
      {searching && (
        <Dialog title={t`Whom is it about?`} opened onClose={() => setSearching(false)} size="lg">
          <Suspense fallback={<Skeleton rows={6} height={56} />}>
            <PickPerson
              label={t`Find a customer`} recent={t`Seen last`}
              onChoose={({ id }) => {
                onAdd({ id })
                setSearching(false)
              }}
            />
          </Suspense>
        </Dialog>
      )}
    </Panel>
  )
}
