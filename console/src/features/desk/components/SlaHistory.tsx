// SPDX-License-Identifier: Apache-2.0
// Versions of an SLA policy: who changed what, and one of them taken up again.
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api, ok } from '@/api/client'
import { Time } from '@/ui/bits'
import { Panel } from '@/ui/Page'
import { Loaded } from '@/ui/states'
import { ALL, type SlaPolicy } from '../model'
import { type Difference, differences, type Document } from '../sla'

function Changes({ of }: { of: Difference[] }) {
  const { t } = useLingui()
  if (of.length === 0) return <p className="pt-faint"><Trans>Nothing but its rank or its time.</Trans></p>
  return (
    <ul className="pt-items dk-changes pt-ltr">
      {of.map(({ path, was, is }) => (
        <li key={path}><code>{path}</code> {was !== undefined && <del aria-label={t`before`}>{was}</del>} {is !== undefined && <ins aria-label={t`after`}>{is}</ins>}</li>
      ))}
    </ul>
  )
}

/** `onTake`: into the editor, from where it is saved as a new version. */
export function SlaHistory({ of, onTake }: { of: SlaPolicy; onTake: ((document: Document) => void) | null }) {
  const { t } = useLingui()
  const query = useQuery({
    queryKey: [ALL, 'sla', of.id, of.version],
    queryFn: async ({ signal }) => (await ok(api.GET('/api/v1/sla/policies/{policy}/versions', { params: { path: { policy: of.id } }, signal }))).data,
  })
  return (
    <Panel title={t`Who changed what`}>
      <Loaded query={query} rows={3}>
        {(versions) => (
          <ol className="dk-versions" reversed>
            {versions.map((one, at) => ({ one, before: versions[at - 1] })).reverse().map(({ one, before }) => (
              <li key={one.version}>
                <div className="pt-row">
                  <strong>{t`Version ${one.version}`}</strong>
                  <span className="pt-faint">{one.changed_at === null ? t`As Patron comes` : <><Time at={one.changed_at} /> · <bdi>{one.changed_by}</bdi></>}</span>
                  {one.version === of.version ? <span className="pt-faint">{t`in the editor above`}</span>
                    : onTake && <Button size="compact-xs" onClick={() => onTake(one.policy as unknown as Document)} aria-label={t`Take version ${one.version} into the editor`}><Trans>Take it up again</Trans></Button>}
                </div>
                {before !== undefined && <Changes of={differences(before.policy, one.policy)} />}
              </li>
            ))}
          </ol>
        )}
      </Loaded>
    </Panel>
  )
}
