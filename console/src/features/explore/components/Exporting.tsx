// SPDX-License-Identifier: Apache-2.0
// What may leave of a question: a file now, or one again and again.
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, Menu } from '@mantine/core'
import { lazy, Suspense, useState } from 'react'
import { useMay } from '@/base/session'
import { useGo } from '@/base/url'
import { Icon } from '@/ui/icons'
import { toast } from '@/ui/toast'
import type { Cell } from '../answer'
import { addJob } from '../exports'
import type { Report } from '../model'
import type { Json } from '../sets'
import { useBlankJob } from './JobDialog'

const FileDialog = lazy(() => import('./FileDialog').then((m) => ({ default: m.FileDialog })))
const JobDialog = lazy(() => import('./JobDialog').then((m) => ({ default: m.JobDialog })))

/** `opened`: the number whose people are shown. `saved`: the report stands as it is shown. */
export function Exporting({ query, opened, report, saved }: { query: Json | null; opened: { cell: Cell; of: string } | null; report: Report | null; saved: boolean }) {
  const { t } = useLingui()
  const go = useGo()
  const mayWrite = useMay('reports.write')
  const mayPeople = useMay('profiles.read')
  const [open, setOpen] = useState<'file' | 'job' | null>(null)
  const blank = useBlankJob()
  const close = () => setOpen(null)
  const whole = report !== null && saved
  return (
    <>
      <Menu>
        <Menu.Target><Button leftSection={<Icon name="download" />}><Trans>Export</Trans></Button></Menu.Target>
        <Menu.Dropdown>
          <Menu.Item disabled={query === null} onClick={() => setOpen('file')}><Trans>Save as a file…</Trans></Menu.Item>
          {mayWrite && mayPeople && <Menu.Item disabled={!whole} onClick={() => setOpen('job')}>{whole ? <Trans>Schedule this…</Trans> : <Trans>Schedule this… (save the question first)</Trans>}</Menu.Item>}
          <Menu.Item onClick={() => go('/explore/exports')}><Trans>Exports by a schedule</Trans></Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Suspense fallback={null}>
        {open === 'file' && query !== null && <FileDialog query={query} opened={opened} onClose={close} />}
        {open === 'job' && report !== null && (
          <JobDialog
            begin={{ ...blank(report.id, report.name), cell: opened?.cell ?? {} }} title={t`Export by a schedule`} submit={t`Schedule it`} onClose={close}
            onSave={async (edit) => {
              const { id, name } = await addJob(edit)
              close()
              toast({ text: t`${name} runs by its schedule` })
              go(`/explore/exports?open=${id}`)
            }}
          />
        )}
      </Suspense>
    </>
  )
}
