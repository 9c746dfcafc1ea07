// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { Ago, Status } from '@/ui/bits'
import type { DropFile, Folder, Pull, PullRun } from '../model'
import { folderState, pullState } from '../state'
import { fileStates, folderStates, outcomes, pullStates } from '../words'

export function PullStatus({ of }: { of: Pull }) {
  const { i18n } = useLingui()
  const { name, tone } = pullStates[pullState(of)]
  return <Status tone={tone} dot>{i18n._(name)}</Status>
}

export function RunStatus({ outcome }: { outcome: PullRun['outcome'] }) {
  const { i18n } = useLingui()
  const { name, tone } = outcomes[outcome]
  return <Status tone={tone} dot>{i18n._(name)}</Status>
}

/** What came of the last run, and when it began. */
export function LastRun({ of }: { of: Pull }) {
  const { t, i18n } = useLingui()
  if (of.last_outcome === null) return <span className="pt-faint">{t`none yet`}</span>
  return <>{i18n._(outcomes[of.last_outcome].name)} <span className="pt-faint">· <Ago at={of.started_at} /></span></>
}

export function FolderStatus({ of }: { of: Folder }) {
  const { i18n } = useLingui()
  const { name, tone } = folderStates[folderState(of)]
  return <Status tone={tone} dot>{i18n._(name)}</Status>
}

export function FileStatus({ of }: { of: DropFile }) {
  const { i18n } = useLingui()
  const { name, tone } = fileStates[of.state]
  return <Status tone={tone} dot>{i18n._(name)}</Status>
}
