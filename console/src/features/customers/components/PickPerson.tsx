// SPDX-License-Identifier: Apache-2.0
// The search for a person in a dialog of another area.
import { useState } from 'react'
import type { Hit } from '../model'
import { Finder } from './Finder'
import '../customers.css'

export function PickPerson({ label, recent, onChoose }: { label: string; recent: string; onChoose: (hit: Hit) => void }) {
  const [text, setText] = useState('')
  return <div className="cu-pick"><Finder text={text} onText={setText} onChoose={onChoose} label={label} recent={recent} /></div>
}
