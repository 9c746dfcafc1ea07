// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button, FileButton, Radio, Select, Stack, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useFormat } from '@/base/format'
import { useGo } from '@/base/url'
import { FormDialog } from '@/ui/dialogs'
import { BLANK } from '../draft'
import { convertPlan, handOver, inferPlan, useSourceNames } from '../model'
import type { Json } from '../schema'

const FILE_MAX = 1000000
const LAST = 10000
type From = 'blank' | 'source' | 'file'

/** A draft to begin with; it is saved in the editor. */
export function AddPlan({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useLingui()
  const go = useGo()
  const format = useFormat()
  const sources = useSourceNames().data ?? []
  const [from, setFrom] = useState<From>('blank')
  const [name, setName] = useState('')
  const [source, setSource] = useState<string | null>(null)
  const [file, setFile] = useState<File | null>(null)
  const wanted = name.trim()
  async function inferred() {
    const { plan, events, complete } = await inferPlan(source ?? '', LAST, wanted)
    const n = format.integer(events)
    handOver(plan, [complete ? t`Made from the last ${n} events of the source. Look over what is required and what is one of few values.` : t`Made from ${n} events: its bound of time or records ended the reading early.`])
  }
  async function converted() {
    if (file === null) return
    if (file.size > FILE_MAX) throw new Error(t`The file is over 1 MB`)
    let document: Json
    try {
      document = JSON.parse(await file.text()) as Json
    } catch {
      throw new Error(t`The file is not JSON`)
    }
    const { plan, notes } = await convertPlan(document, wanted)
    handOver(plan, notes)
  }
  async function begin() {
    if (from === 'source') await inferred()
    else if (from === 'file') await converted()
    else handOver({ ...BLANK, name: wanted }, [])
    go('/plans/new')
  }
  const lacking = (from === 'source' && source === null) || (from === 'file' && file === null)
  return (
    <FormDialog title={t`Add a tracking plan`} opened={opened} onClose={onClose} onSubmit={begin} submit={t`Make a draft`} disabled={lacking}>
      <Radio.Group label={t`Begin with`} value={from} onChange={(value) => setFrom(value as From)}>
        <Stack gap="xs" mt="xs">
          <Radio value="blank" label={t`An empty plan`} />
          <Radio value="source" label={t`What a source has sent`} description={t`Types as seen, required what was always there`} />
          <Radio value="file" label={t`A file`} description={t`JSON of Patron, Segment or RudderStack`} />
        </Stack>
      </Radio.Group>
      {from === 'source' && <Select label={t`Source`} required value={source} onChange={setSource} data={sources.map((s) => ({ value: s.id, label: s.name }))} />}
      {from === 'file' && (
        <div className="pt-row">
          <FileButton onChange={setFile} accept=".json,application/json" inputProps={{ 'aria-label': t`File with a plan` }}>
            {(props) => <Button {...props}><Trans>Choose a file</Trans></Button>}
          </FileButton>
          {file !== null && <bdi>{file.name}</bdi>}
        </div>
      )}
      <TextInput label={t`Name`} description={from === 'blank' ? t`Such as the shop or team it is for` : t`Empty for the one it brings`} maxLength={100} data-autofocus value={name} onChange={(event) => setName(event.currentTarget.value)} autoComplete="off" />
    </FormDialog>
  )
}
