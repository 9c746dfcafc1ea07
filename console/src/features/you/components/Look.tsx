// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { Select } from '@mantine/core'
import { setPrefs, usePrefs } from '@/base/prefs'
import { LookChoices } from '@/ui/Choices'
import { Panel } from '@/ui/Page'

/** What the person's menu offers too, and every zone there is. */
export function Look() {
  const { t } = useLingui()
  const { zone } = usePrefs()
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone
  const zones = [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone'), ...(zone === 'browser' ? [] : [zone])])]
  return (
    <Panel title={t`In this browser`}>
      <div className="pt-stack">
        <LookChoices />
        <Select
          label={t`Time zone`} description={t`All times are shown in it`} searchable allowDeselect={false} value={zone} nothingFoundMessage={t`No such zone`}
          data={[{ value: 'browser', label: t`This browser's: ${own}` }, ...zones.map((value) => ({ value, label: value }))]}
          onChange={(value) => value !== null && setPrefs({ zone: value })}
        />
      </div>
    </Panel>
  )
}
