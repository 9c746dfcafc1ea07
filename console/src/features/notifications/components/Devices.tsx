// SPDX-License-Identifier: Apache-2.0
import { Trans, useLingui } from '@lingui/react/macro'
import { Button } from '@mantine/core'
import { Ago } from '@/ui/bits'
import { Panel } from '@/ui/Page'
import { Loaded } from '@/ui/states'
import { attempt, toast } from '@/ui/toast'
import { addThisBrowser, canPush, removeDevice, sendTest, useDevices } from '../model'

/** Browsers that show notifications while no page is open. */
export function Devices({ pushKey }: { pushKey: string }) {
  const { t } = useLingui()
  const query = useDevices()
  const name = navigator.userAgent.includes('Mobile') ? t`Phone` : t`Browser`
  return (
    <Panel
      title={t`Browsers`}
      actions={<Button size="compact-sm" disabled={!canPush()} onClick={() => void attempt(addThisBrowser(pushKey, name))}><Trans>Add this browser</Trans></Button>}
    >
      {!canPush() && <p className="pt-soft"><Trans>This browser takes no notifications here: that needs HTTPS.</Trans></p>}
      <Loaded query={query} rows={2}>
        {(devices) => devices.length === 0 ? <p className="pt-soft"><Trans>No browser is told while no page is open.</Trans></p> : (
          <ul className="no-devices">
            {devices.map((one) => (
              <li key={one.id}>
                <span className="pt-grow">{one.name} <span className="pt-faint pt-ltr">{one.service}</span> <Ago at={one.sent_at ?? one.created_at} /></span>
                <Button size="compact-sm" onClick={() => void attempt(sendTest('push', one.id).then(() => toast({ text: t`A test is on its way` })))}><Trans>Test</Trans></Button>
                <Button size="compact-sm" onClick={() => void attempt(removeDevice(one.id))}><Trans>Remove</Trans></Button>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Panel>
  )
}
