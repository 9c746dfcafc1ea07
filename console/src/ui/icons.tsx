// SPDX-License-Identifier: Apache-2.0
// Our icons: 16 x 16, one stroke. They stand beside words; alone they need an aria-label on what holds them.
import type { ReactNode } from 'react'

const shapes = {
  source: <path d="M3 8h6M7 5l3 3-3 3M12 3v10" />,
  destination: <path d="M4 8h9M10 5l3 3-3 3M4 3v10" />,
  debugger: <path d="M2 8h2.5l2-4.5 3 9 2-4.5H14" />,
  quarantine: <path d="M8 2 2.5 4.5V8c0 3 2.3 5.2 5.5 6 3.2-.8 5.5-3 5.5-6V4.5ZM8 5.5v3M8 10.8v.1" />,
  import: <path d="M8 2v7.5M5 6.8 8 9.8l3-3M2.5 11v2.5h11V11" />,
  plan: <path d="M4 2h8v12H4zM6.5 5.5h3M6.5 8h3M6.5 10.5h2" />,
  health: <path d="M2 9h3l1.5-5 3 8L11 9h3" />,
  people: <path d="M6 7.5A2.5 2.5 0 1 0 6 2.5a2.5 2.5 0 0 0 0 5ZM1.5 13.5c0-2.5 2-4 4.5-4s4.5 1.5 4.5 4M10.5 3a2.3 2.3 0 0 1 0 4.3M12 9.8c1.5.6 2.5 1.9 2.5 3.7" />,
  audit: <path d="M3 2.5h7l3 3v8H3zM6 8.5l1.5 1.5L10.5 7" />,
  settings: <path d="M2 4.5h6M11.5 4.5H14M2 11.5h2.5M8 11.5h6M8 4.5a1.7 1.7 0 1 0 3.5 0 1.7 1.7 0 0 0-3.5 0ZM4.5 11.5a1.7 1.7 0 1 0 3.5 0 1.7 1.7 0 0 0-3.5 0Z" />,
  search: <path d="M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.5 10.5 14 14" />,
  menu: <path d="M2.5 4h11M2.5 8h11M2.5 12h11" />,
  close: <path d="m4 4 8 8M12 4l-8 8" />,
  copy: <path d="M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3" />,
  check: <path d="m3 8.5 3.5 3.5L13 4.5" />,
  add: <path d="M8 3v10M3 8h10" />,
  more: <path d="M3.5 8h.1M8 8h.1M12.5 8h.1" strokeWidth={2.5} />,
  up: <path d="m4 9.5 4-4 4 4" />,
  down: <path d="m4 6.5 4 4 4-4" />,
  columns: <path d="M2.5 3h11v10h-11zM6.2 3v10M9.8 3v10" />,
  download: <path d="M8 2.5v8M5 7.8l3 3 3-3M3 13.5h10" />,
  pause: <path d="M5.5 3.5v9M10.5 3.5v9" strokeWidth={2} />,
  play: <path d="M5 3.5v9l7-4.5Z" />,
  chart: <path d="M2.5 13.5h11M3 10.5 6.5 6l2.5 2.5L13 3.5" />,
  table: <path d="M2.5 3h11v10h-11zM2.5 6.5h11M7 6.5V13" />,
  person: <path d="M8 8a2.8 2.8 0 1 0 0-5.5A2.8 2.8 0 0 0 8 8ZM3 13.8c0-2.7 2.2-4.2 5-4.2s5 1.5 5 4.2" />,
  warn: <path d="M8 2.5 1.8 13.5h12.4ZM8 6.5v3.5M8 11.8v.1" />,
  refresh: <path d="M13 3v3.5H9.5M13 6.5A5.3 5.3 0 1 0 13.3 9.5" />,
  mail: <path d="M2 3.5h12v9H2zM2.5 4 8 8.8 13.5 4" />,
  phone: <path d="M3.2 2.5h2.6l1.1 3-1.6 1.2a8 8 0 0 0 4 4l1.2-1.6 3 1.1v2.6c0 .6-.5 1-1.1.9A11.5 11.5 0 0 1 2.3 3.6c-.1-.6.3-1.1.9-1.1Z" />,
  bell: <path d="M4 11.5V7a4 4 0 0 1 8 0v4.5M2.5 11.5h11M6.7 13.5h2.6M8 3V2" />,
  card: <path d="M2 3.5h12v9H2zM2 6.5h12M4.5 10h3" />,
  web: <path d="M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM2 8h12M8 2c-4.5 4-4.5 8 0 12M8 2c4.5 4 4.5 8 0 12" />,
  app: <path d="M4.5 1.8h7v12.4h-7zM7 12h2" />,
  store: <path d="M2.5 6 3.5 2.5h9l1 3.5M2.5 6a1.8 1.8 0 0 0 3.7 0 1.8 1.8 0 0 0 3.6 0 1.8 1.8 0 0 0 3.7 0M3.5 8v5.5h9V8M6.5 13.5V10h3v3.5" />,
  service: <path d="M2.5 10.5V8a5.5 5.5 0 0 1 11 0v2.5M2.5 9h2v3.5h-2zM11.5 9h2v3.5h-2zM12.5 12.5c0 1-1 1.8-3 1.8" />,
  cart: <path d="M1.5 2.5h2l1.8 7.5h6.5l1.7-5.5H4M6 13.4v.1M11 13.4v.1" />,
  merge: <path d="M3.5 2.5c0 4 4.5 3.5 4.5 7v4M12.5 2.5c0 4-4.5 3.5-4.5 7M5.5 11.2 8 13.7l2.5-2.5" />,
  split: <path d="M8 13.5v-4c0-3.5-4.5-3-4.5-7M8 9.5c0-3.5 4.5-3 4.5-7M1.8 4.3l1.7-1.8 1.8 1.8M10.7 4.3l1.8-1.8 1.7 1.8" />,
  barrier: <path d="M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM3.8 12.2l8.4-8.4" />,
  consent: <path d="M2.5 2.8h11v7.4H8.2L5 13.2v-3H2.5zM5.4 6.6l1.8 1.8 3.6-3.8" />,
  lock: <path d="M3.5 7.5h9v6h-9zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5M8 10v1.2" />,
  desk: <path d="M2 9.5v-1a6 6 0 0 1 12 0v1M2 9.5h2.2v3.8H2.8a.8.8 0 0 1-.8-.8ZM14 9.5h-2.2v3.8h1.4a.8.8 0 0 0 .8-.8ZM13 13.3c0 1-1.3 1.5-3.5 1.5" />,
  clock: <path d="M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 5v3.2l2.2 1.6" />,
  clip: <path d="m12.8 7.2-5 5a3 3 0 0 1-4.3-4.3l5.4-5.4a2 2 0 0 1 2.9 2.9L6.5 10.6a1 1 0 0 1-1.4-1.4L9.8 4.5" />,
  reply: <path d="M6.5 3.5 2.5 7.5l4 4M2.5 7.5h6a5 5 0 0 1 5 5" />,
  next: <path d="m6 4 4 4-4 4" />,
  sum: <path d="M12.5 4V2.5h-9L8 8l-4.5 5.5h9V12" />,
  rules: <path d="M5.5 3.5h8M5.5 8h8M5.5 12.5h8M2.5 3.5h.1M2.5 8h.1M2.5 12.5h.1" />,
  home: <path d="M2.5 7.5 8 2.8l5.5 4.7M4 6.5v7h8v-7M6.5 13.5v-4h3v4" />,
  company: <path d="M3 13.5v-11h6v11M9 6.5h4v7M1.8 13.5h12.4M5 5h2M5 7.5h2M5 10h2M11 9h.1M11 11.2h.1" />,
  explore: <path d="M2.5 2.5v11h11M5.5 11V8M8.5 11V5M11.5 11V6.5" />,
  filter: <path d="M2.5 3.5h11L9.5 8.5v4l-3 1v-5Z" />,
  key: <path d="M5.5 12a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM7.5 7.7l5-5M10.5 4.7l2 2" />,
} satisfies Record<string, ReactNode>

export type IconName = keyof typeof shapes

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      aria-hidden="true" focusable="false" className="pt-icon" width={size} height={size} viewBox="0 0 16 16" fill="none"
      stroke="currentColor" strokeWidth={1.4} strokeLinecap="round" strokeLinejoin="round"
    >
      {shapes[name]}
    </svg>
  )
}
