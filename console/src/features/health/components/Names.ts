// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import type { Tone } from '@/ui/bits'
import type { Alert, Component, SeriesName } from '../model'

export const TONES: Record<Component['state'], Tone> = { ok: 'good', warn: 'warn', bad: 'bad' }

export function useNames() {
  const { t } = useLingui()
  const state: Record<Component['state'], string> = { ok: t`In order`, warn: t`Needs a look`, bad: t`Needs help now` }
  const component: Record<Component['name'], string> = {
    intake: t`Intake`, log: t`Log`, archive: t`Archive`, dedupe: t`Duplicate check`, views: t`Views`, feed: t`Feed`, sql: t`Database`, disk: t`Disk`,
    certificate: t`Certificate`, backup: t`Backup`,
  }
  const series: Record<SeriesName, string> = {
    events_per_s: t`Events a second`, bytes_per_s: t`Data a second`, ack_p50_ms: t`Time to acknowledge, half of all requests`, ack_p99_ms: t`Time to acknowledge, 99 of 100 requests`,
    rss_bytes: t`Memory`, disk_free_bytes: t`Free disk space`, view_lag_records: t`Records the slowest view has yet to see`,
  }
  const alert: Record<Alert['name'], string> = {
    disk_space: t`Disk space runs out`, log_not_writable: t`The log cannot be written`, view_lag: t`A view lags behind`, view_stopped: t`A view has stopped`,
    feed_lag: t`The feed lags behind`, certificate: t`The certificate ends soon`, backup_age: t`The last backup is old`, backup_failed: t`A backup has failed`,
    dedupe_damaged: t`The duplicate check is damaged`, dedupe_stalled: t`The duplicate check cannot write`, clock_stepped: t`The clock has jumped`, audit_chain: t`The audit chain is broken`,
  }
  const figure: Record<string, string> = {
    records: t`records`, end: t`records`, hot: t`hot log`, failed_rounds: t`failed writes`, sync_mean: t`mean write`, files: t`files`, bytes: t`size`,
    of_raw: t`of the raw size`, waiting_segments: t`segments waiting`, ids: t`ids`, runs: t`files`, disk: t`on disk`, memory: t`in memory`, lag: t`records behind`,
    waiting: t`changes waiting`, oldest: t`oldest`, free: t`free`, total: t`in all`, free_share: t`free share`, expires: t`ends`, newest: t`newest`,
  }
  return { state, component, series, alert, figure }
}
