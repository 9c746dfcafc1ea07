// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Autocomplete, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useMay } from '@/base/session'
import { useGo } from '@/base/url'
import { FormDialog } from '@/ui/dialogs'
import { addImport, useSourceNames } from '../model'
import { fingerprint, keepPrint, startUpload, wholeDigest } from '../uploads'
import { FilePick } from './FilePick'

export function AddImport({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useLingui()
  const go = useGo()
  const all = useSourceNames().data ?? []
  const past = all.filter((s) => s.historical).map((s) => s.name)
  const mayAdd = useMay('sources.write')
  const [file, setFile] = useState<File | null>(null)
  const [name, setName] = useState('')
  const [source, setSource] = useState('')
  const wanted = source.trim()
  const known = all.find((s) => s.name === wanted)
  const fault = known && !known.historical ? t`This source may not write the past: choose another, or name a new one` : wanted !== '' && !known && !mayAdd ? t`There is no such source, and your role cannot add one` : null
  function pick(picked: File) {
    setFile(picked)
    setName(picked.name)
  }
  async function add() {
    if (file === null) return
    const [sha256, print] = await Promise.all([wholeDigest(file), fingerprint(file)])
    const made = await addImport({ name: name.trim() || file.name, source: wanted, bytes: file.size, ...(sha256 === null ? {} : { sha256 }) })
    keepPrint(made.id, print)
    startUpload(made.id, file, 0)
    go(`/imports/${made.id}`)
  }
  return (
    <FormDialog title={t`Import a file`} opened={opened} onClose={onClose} onSubmit={add} submit={t`Upload`} disabled={file === null || wanted === '' || fault !== null}>
      <FilePick file={file} onPick={pick} label={t`File to import`} />
      <TextInput label={t`Name`} description={t`Under which it is listed`} maxLength={200} value={name} onChange={(event) => setName(event.currentTarget.value)} autoComplete="off" />
      <Autocomplete
        label={t`Source`} required data={past} value={source} onChange={setSource} maxLength={100} error={fault}
        description={t`As which its events are written: one that may write the past, or a new name, which makes one`}
      />
      <p className="pt-soft"><Trans>Nothing becomes an event yet: when the file is there you see its first rows, and what they would become.</Trans></p>
    </FormDialog>
  )
}
