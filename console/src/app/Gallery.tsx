// SPDX-License-Identifier: Apache-2.0
// The parts of ui/ side by side, in the dev server only (/gallery). Its texts are for developers and in no catalogue.
import { Button } from '@mantine/core'
import { useState } from 'react'
import { ApiError } from '@/api/client'
import { Ago, Code, Copy, Figure, Keys, Mono, Status, Time, ZoneNote } from '@/ui/bits'
import { Chart } from '@/ui/Chart'
import { DataTable } from '@/ui/DataTable'
import { ConfirmDialog, FormDialog } from '@/ui/dialogs'
import { Facts, Page, Panel } from '@/ui/Page'
import { Spark } from '@/ui/Spark'
import { Empty, Failed, Forbidden, Skeleton, StaleNote } from '@/ui/states'
import { toast } from '@/ui/toast'

const ROWS = Array.from({ length: 100000 }, (_, i) => ({ id: String(i), name: `Row ${i}`, n: (i * 7919) % 1000 }))
const TIMES = Array.from({ length: 60 }, (_, i) => Date.now() - (60 - i) * 1000)
const WAVE = TIMES.map((_, i) => (i > 20 && i < 25 ? null : 50 + 40 * Math.sin(i / 5)))

export function Gallery() {
  const [form, setForm] = useState(false)
  const [confirm, setConfirm] = useState(false)
  return (
    <Page title="Gallery" note={<ZoneNote />} actions={<Button variant="filled">Primary</Button>}>
      <div className="pt-figures">
        <Figure label="Waiting now" value="23" unit="contacts" note="oldest 3 min" />
        <Figure label="Quarantined" value="4" tone="warn" note="of 2,310" definition="What was kept aside" />
      </div>
      <Panel title="States in a word">
        <div className="pt-row">
          <Status tone="good" dot>Good</Status><Status tone="warn" dot>Warn</Status><Status tone="bad" dot>Bad</Status><Status tone="accent">Accent</Status><Status tone="plain">Plain</Status>
          <Keys keys="mod+k" /><Keys keys="g s" /><Mono copy>01a2-03</Mono><Copy text="x" /><Time at={Date.now()} /><Ago at={Date.now() - 90000} />
          <Spark values={WAVE} max={100} label="a line" />
        </div>
      </Panel>
      <Panel title="Facts"><Facts rows={[['Name', 'Web shop'], ['Key', 'k3y']]} /></Panel>
      <Panel><Chart label="Events" unit="events/s" times={TIMES} lines={[{ name: 'web', values: WAVE }, { name: 'app', values: WAVE.map((v) => v && v / 2) }]} marks={[{ at: TIMES[30] ?? 0, name: 'restart' }]} /></Panel>
      <DataTable
        label="A hundred thousand rows" rows={ROWS} rowId={(r) => r.id} csv="rows" storageKey="gallery" maxRows={12} empty={null} onOpen={(r) => toast({ text: r.name, undo: () => undefined })}
        columns={[{ id: 'name', title: 'Name', main: true, cell: (r) => r.name, value: (r) => r.name }, { id: 'n', title: 'Number', cell: (r) => r.n, value: (r) => r.n, numeric: true }]}
      />
      <Panel title="Code"><Code label="code" text={'curl -u key: https://patron.example.com'} /></Panel>
      <Panel title="Empty"><Empty title="Nothing yet" action={<Button>The one action</Button>}>What it is.</Empty></Panel>
      <Panel title="Failed"><Failed error={new ApiError(503, { title: 'Busy', detail: 'too many management requests are waiting' })} retry={() => undefined} /></Panel>
      <Panel title="Unreachable"><Failed error={new ApiError(0, {})} retry={() => undefined} /></Panel>
      <Panel title="Forbidden"><Forbidden permission="audit.read" /></Panel>
      <Panel title="Loading"><Skeleton rows={3} /></Panel>
      <StaleNote since={Date.now() - 60000} error={new ApiError(503, { detail: 'the database is busy' })} retry={() => undefined} />
      <Panel title="Dialogs">
        <div className="pt-row">
          <Button onClick={() => setForm(true)}>Form</Button><Button onClick={() => setConfirm(true)}>Typed confirmation</Button>
          <Button onClick={() => toast({ text: 'Disabled', undo: () => undefined })}>Toast</Button><Button onClick={() => toast({ text: 'It failed', tone: 'bad' })}>Bad toast</Button>
        </div>
      </Panel>
      <FormDialog title="Form" opened={form} onClose={() => setForm(false)} submit="Save" onSubmit={() => Promise.reject(new Error('refused'))}>Fields</FormDialog>
      <ConfirmDialog title="Sure" word="web" opened={confirm} onClose={() => setConfirm(false)} submit="Do it" onConfirm={() => Promise.resolve()}>It cannot be undone.</ConfirmDialog>
    </Page>
  )
}
