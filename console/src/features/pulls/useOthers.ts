// SPDX-License-Identifier: Apache-2.0
import { useState } from 'react'

type Stamped = { changed_at: string; changed_by: string }

/** Whether somebody else has saved what is being edited: `now` is what the page knows of it, `read` asks the server. */
export function useOthers<T extends Stamped>(now: T | undefined, read: () => Promise<T>) {
  const [base, setBase] = useState(now?.changed_at)
  return {
    by: now !== undefined && now.changed_at !== base ? now.changed_by : null,
    /** True: nobody has, or it was shown to the person, who saves over it. */
    mayOverwrite: async () => {
      if (now === undefined) return true
      const fresh = await read()
      return fresh.changed_at === base || fresh.changed_at === now.changed_at
    },
    own: (saved: T) => setBase(saved.changed_at),
  }
}
