// SPDX-License-Identifier: Apache-2.0
// The shared worker: one set of streams for all tabs of this browser.
import { type FromHub, makeHub, type ToHub } from './hub'

const hub = makeHub()
/** A tab says every 20 s that it is there; one that was closed or froze says nothing. */
const GONE_MS = 90000

const scope = self as unknown as { onconnect: (event: MessageEvent) => void }
scope.onconnect = (event) => {
  const port = event.ports[0]
  if (!port) return
  const door = { send: (message: FromHub) => port.postMessage(message) }
  let heard = Date.now()
  const check = setInterval(() => {
    if (Date.now() - heard > GONE_MS) {
      hub.close(door)
      clearInterval(check)
    }
  }, GONE_MS / 3)
  port.onmessage = ({ data }: MessageEvent<ToHub>) => {
    heard = Date.now()
    if (data.kind === 'open') hub.open(door, data.id, data.url)
    else if (data.kind === 'close') hub.close(door, data.id)
    else if (data.kind === 'retry') hub.retry()
  }
}
