// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, NativeSelect, NumberInput, Switch, TagsInput, Textarea, TextInput } from '@mantine/core'
import { useMemo, useState } from 'react'
import { useFormat } from '@/base/format'
import { useMay } from '@/base/session'
import { Status, Time } from '@/ui/bits'
import { type Column, DataTable } from '@/ui/DataTable'
import { FormDialog } from '@/ui/dialogs'
import { LinkTo } from '@/ui/LinkTo'
import { Facts, Page, Panel, PrimaryButton } from '@/ui/Page'
import { Empty, Loaded } from '@/ui/states'
import { AreaTabs } from '@/ui/Tabs'
import { toast } from '@/ui/toast'
import { insightFeature } from '..'
import { type Invitation, putSurvey, type Survey, type SurveyEdit, useAnswers, useSurveys } from '../model'
import { scales } from '../words'
import '../insight.css'

const NEW: SurveyEdit = { name: '', question: '', scale: 'csat', channels: [], active: true, sample: 100, quiet_days: 7, expiry_days: 14, version: 0 }

/** An id out of a name: small letters, digits and _, the first a letter. */
function idOf(name: string): string {
  const plain = name.normalize('NFKD').toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^[_0-9]+|_+$/g, '')
  return plain.slice(0, 64) || `survey_${Date.now().toString(36)}`
}

function Count({ label, value, min, max, onChange }: { label: string; value: number; min: number; max: number; onChange: (value: number) => void }) {
  return <NumberInput label={label} value={value} min={min} max={max} allowDecimal={false} hideControls onChange={(next) => onChange(Number(next) || min)} />
}

function SurveyDialog({ of, onClose }: { of: Survey | null; onClose: () => void }) {
  const { t, i18n } = useLingui()
  const [edit, setEdit] = useState<SurveyEdit>(() => (of === null ? NEW : { name: of.name, question: of.question, scale: of.scale, channels: of.channels, active: of.active, sample: of.sample, quiet_days: of.quiet_days, expiry_days: of.expiry_days, version: of.version }))
  const set = (change: Partial<SurveyEdit>) => setEdit((now) => ({ ...now, ...change }))
  async function save() {
    await putSurvey(of?.id ?? idOf(edit.name), edit)
    toast({ text: t`Saved: it holds for tickets that are closed from now on`, tone: 'good' })
    onClose()
  }
  return (
    <FormDialog opened onClose={onClose} title={of === null ? t`Add a survey` : t`Change a survey`} submit={t`Save`} onSubmit={save} disabled={edit.name.trim() === '' || edit.question.trim() === ''}>
      <TextInput label={t`Name`} required maxLength={200} autoComplete="off" value={edit.name} onChange={(event) => set({ name: event.currentTarget.value })} />
      <Textarea label={t`Question`} description={t`As customers read it`} required autosize maxLength={300} value={edit.question} onChange={(event) => set({ question: event.currentTarget.value })} />
      <NativeSelect label={t`Scale`} value={edit.scale} data={(['csat', 'ces', 'nps'] as const).map((value) => ({ value, label: i18n._(scales[value]) }))} onChange={(event) => set({ scale: (['csat', 'ces', 'nps'] as const).find((one) => one === event.currentTarget.value) ?? 'csat' })} />
      <TagsInput label={t`Channels`} description={t`Of the tickets it is asked after; none: all of them`} maxTags={20} value={edit.channels} onChange={(channels) => set({ channels })} />
      <div className="in-fields">
        <Count label={t`Of 100 tickets ask after`} value={edit.sample} min={1} max={100} onChange={(sample) => set({ sample })} />
        <Count label={t`Days until one is asked again`} value={edit.quiet_days} min={0} max={365} onChange={(quiet_days) => set({ quiet_days })} />
        <Count label={t`Days that a link works`} value={edit.expiry_days} min={1} max={365} onChange={(expiry_days) => set({ expiry_days })} />
      </div>
      <Switch label={t`Ask`} checked={edit.active} onChange={(event) => set({ active: event.currentTarget.checked })} />
    </FormDialog>
  )
}

function SurveyPanel({ of, onEdit }: { of: Survey; onEdit: () => void }) {
  const { t, i18n } = useLingui()
  const format = useFormat()
  const may = useMay('surveys.write')
  const [answered, invited] = [format.integer(of.answered), format.integer(of.invited)]
  return (
    <Panel title={<h2><bdi>{of.name}</bdi> <Status tone={of.active ? 'good' : 'plain'}>{of.active ? t`Asked` : t`Not asked`}</Status></h2>} label={of.name} actions={may && <Button onClick={onEdit}><Trans>Change</Trans></Button>}>
      <Facts rows={[
        [t`Question`, <bdi key="question">{of.question}</bdi>],
        [t`Scale`, i18n._(scales[of.scale])],
        [t`Asked after`, of.channels.length === 0 ? t`closed tickets of every channel` : <bdi key="channels">{of.channels.join(', ')}</bdi>],
        [t`Sampling`, t`${of.sample} of 100 tickets; nobody again within ${of.quiet_days} days; a link works ${of.expiry_days} days`],
        [t`In the last 30 days`, of.invited === 0 ? t`nobody was asked yet` : t`${answered} of ${invited} answered`],
      ]} />
    </Panel>
  )
}

function useColumns(): Column<Invitation>[] {
  const { t } = useLingui()
  const format = useFormat()
  return useMemo(() => [
    { id: 'ticket', title: t`Ticket`, main: true, width: '120px', value: (one) => one.ticket, cell: (one) => <LinkTo href={`/desk/${one.ticket}`}><span className="pt-ltr">{one.ticket}</span></LinkTo> },
    { id: 'score', title: t`Score`, numeric: true, width: '80px', value: (one) => one.score, cell: (one) => (one.score === null ? '–' : format.integer(one.score)) },
    { id: 'comment', title: t`Comment`, width: 'minmax(160px, 3fr)', value: (one) => one.comment, cell: (one) => (one.comment === '' ? <span className="pt-faint">–</span> : <bdi title={one.comment}>{one.comment}</bdi>) },
    { id: 'person', title: t`From`, width: 'minmax(100px, 1fr)', value: (one) => one.person, cell: (one) => (one.person === '' ? <span className="pt-faint">{t`erased`}</span> : <bdi>{one.person}</bdi>) },
    { id: 'at', title: t`Answered`, width: '215px', value: (one) => one.answered_at, cell: (one) => <Time at={one.answered_at} /> },
  ], [t, format])
}

function Answers() {
  const { t } = useLingui()
  const query = useAnswers()
  const columns = useColumns()
  return (
    <Loaded query={query}>
      {({ pages }) => (
        <DataTable
          label={t`Answers`} columns={columns} rows={pages.flatMap((page) => page.data)} rowId={(one) => one.ticket} maxRows={15} csv="answers" more={query.hasNextPage && !query.isFetchingNextPage ? () => void query.fetchNextPage() : undefined}
          tools={<h2>{t`Answers`}</h2>}
          empty={<Empty title={t`No answers yet`}><Trans>When a ticket is closed, its requester gets one link. What they answer stands here.</Trans></Empty>}
        />
      )}
    </Loaded>
  )
}

export function SurveysPage() {
  const { t } = useLingui()
  const query = useSurveys()
  const may = useMay('surveys.write')
  const [open, setOpen] = useState<Survey | 'new' | null>(null)
  const active = useFormat().integer(query.data?.filter((one) => one.active).length ?? 0)
  return (
    <Page title={t`Surveys`} note={query.data ? <Trans>One question after a closed ticket, answered by one click. Asked now: {active}.</Trans> : '\u00a0'} actions={may && <PrimaryButton onClick={() => setOpen('new')}><Trans>Add a survey</Trans></PrimaryButton>}>
      <AreaTabs of={insightFeature} />
      <Loaded query={query} rows={4}>{(list) => <div className="pt-stack">{list.map((one) => <SurveyPanel key={one.id} of={one} onEdit={() => setOpen(one)} />)}</div>}</Loaded>
      <Answers />
      {open !== null && <SurveyDialog of={open === 'new' ? null : open} onClose={() => setOpen(null)} />}
    </Page>
  )
}
