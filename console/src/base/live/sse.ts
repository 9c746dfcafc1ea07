// SPDX-License-Identifier: Apache-2.0
// Server-Sent Events over fetch: unlike EventSource it tells a refusal from a lost line, and notices silence.

export type SseEvent = { id: string; event: string; data: string }

/** Takes text as it comes and gives each whole event; a comment counts as a sign of life only. */
export function sseParser(onEvent: (event: SseEvent) => void) {
  let rest = ''
  let id = ''
  let event = ''
  let data: string[] = []
  function line(text: string) {
    if (text === '') {
      if (data.length > 0) onEvent({ id, event: event || 'message', data: data.join('\n') })
      event = ''
      data = []
      return
    }
    const colon = text.indexOf(':')
    const field = colon < 0 ? text : text.slice(0, colon)
    const value = colon < 0 ? '' : text.slice(colon + 1).replace(/^ /, '')
    if (field === 'data') data.push(value)
    else if (field === 'event') event = value
    else if (field === 'id') id = value
  }
  return (chunk: string) => {
    rest += chunk
    const lines = rest.split(/\r?\n/)
    rest = lines.pop() ?? ''
    lines.forEach(line)
  }
}

/** connecting: first attempt · live: bytes come · lost: between attempts · refused: the server said no (status). */
export type StreamState = { state: 'connecting' | 'live' | 'lost' | 'refused'; status?: number; since: number }

export type SseOptions = {
  fetch?: typeof fetch
  /** Silence after which the line counts as lost; the server speaks every 15 s. */
  silenceMs?: number
  onEvent: (event: SseEvent) => void
  onState: (state: StreamState) => void
}

const RETRY_MS = [500, 1000, 2000, 4000, 8000]

function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 429
}

/** Opens a stream and keeps it open, resuming behind the last id. Returns what closes it. */
export function openSse(url: string, options: SseOptions): () => void {
  const ask = options.fetch ?? fetch
  const silence = options.silenceMs ?? 40000
  const end = new AbortController()
  let lastId = ''
  let attempt = 0

  const say = (state: StreamState['state'], status?: number) =>
    options.onState({ state, since: Date.now(), ...(status === undefined ? {} : { status }) })

  async function once(): Promise<'again' | 'refused'> {
    const line = new AbortController()
    const stop = () => line.abort()
    end.signal.addEventListener('abort', stop)
    let watchdog = setTimeout(stop, silence)
    try {
      const headers: Record<string, string> = { Accept: 'text/event-stream' }
      if (lastId !== '') headers['Last-Event-ID'] = lastId
      const answer = await ask(url, { headers, signal: line.signal, credentials: 'same-origin', cache: 'no-store' })
      if (!answer.ok || !answer.body) {
        void answer.body?.cancel()
        if (isRefusal(answer.status)) {
          say('refused', answer.status)
          return 'refused'
        }
        return 'again'
      }
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
      const feed = sseParser((event) => {
        if (event.id !== '') lastId = event.id
        options.onEvent(event)
      })
      let heard = false
      for (;;) {
        const { done, value } = await reader.read()
        if (done) return 'again'
        clearTimeout(watchdog)
        watchdog = setTimeout(stop, silence)
        if (!heard) {
          heard = true
          attempt = 0
          say('live')
        }
        feed(value)
      }
    } catch {
      return 'again'
    } finally {
      clearTimeout(watchdog)
      end.signal.removeEventListener('abort', stop)
    }
  }

  async function run() {
    say('connecting')
    while (!end.signal.aborted) {
      if ((await once()) === 'refused') return
      if (end.signal.aborted) return
      say('lost')
      const wait = RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)] ?? 8000
      attempt += 1
      await new Promise((resolve) => setTimeout(resolve, wait * (0.75 + Math.random() / 2)))
    }
  }
  void run()
  return () => end.abort()
}
