// SPDX-License-Identifier: Apache-2.0
import { useLingui } from '@lingui/react/macro'
import { useAllShortcuts } from '@/base/keys'
import { Keys } from '@/ui/bits'
import { Dialog, useFocusBack } from '@/ui/dialogs'

/** All keys that mean something on this page. */
export function KeyList({ onClose }: { onClose: () => void }) {
  const { t } = useLingui()
  const all = useAllShortcuts()
  useFocusBack()
  const groups = [...new Set(all.map((s) => s.group))]
  return (
    <Dialog opened onClose={onClose} title={t`Keys`} size="lg">
      <div className="sh-keys">
        {groups.map((group) => (
          <section key={group} aria-label={group}>
            <h3>{group}</h3>
            {[...new Map(all.filter((s) => s.group === group).map((s) => [s.keys, s])).values()].map((s) => (
              <div key={s.keys}><span>{s.label}</span><Keys keys={s.keys} /></div>
            ))}
          </section>
        ))}
      </div>
    </Dialog>
  )
}
