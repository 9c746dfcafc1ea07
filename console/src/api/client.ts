// SPDX-License-Identifier: Apache-2.0
// The one way to the server: typed by the API's description, with CSRF token, idempotency key, and errors as ApiError.
import createClient, { type Middleware } from 'openapi-fetch'
import { takeEarly } from './early'
import type { components, paths } from './schema'

export type Schemas = components['schemas']

/** What the server refused and why, or that it could not be reached (status 0, code 'unreachable'). */
export class ApiError extends Error {
  override name = 'ApiError'
  readonly status: number
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly retryAfterS: number | null

  constructor(status: number, problem: Partial<Schemas['Problem']>, retryAfterS: number | null = null) {
    super(problem.detail ?? problem.title ?? `HTTP ${status}`)
    this.status = status
    this.code = problem.code ?? 'unknown'
    this.title = problem.title ?? `HTTP ${status}`
    this.detail = problem.detail ?? ''
    this.retryAfterS = retryAfterS
  }
}

type Expiry = { csrf: () => string | null; signInAgain: () => Promise<boolean> }
let expiry: Expiry = { csrf: () => null, signInAgain: () => Promise.resolve(false) }

/** base/session hands over where the CSRF token is, and how a person whose session has ended signs in again. */
export function setExpiry(handlers: Expiry) {
  expiry = handlers
}

const UNSAFE = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])
/** Routes that answer 401 as their verdict, not because a session has ended. */
const SIGN_IN = /\/api\/v1\/(session|setup|invitations)\b|\/api\/v1\/me\/(password|totp)/

async function send(request: Request): Promise<Response> {
  const again = request.clone()
  try {
    const answer = await (takeEarly(request)?.catch(() => fetch(request)) ?? fetch(request))
    if (answer.status !== 401 || SIGN_IN.test(request.url) || !(await expiry.signInAgain())) return answer
    const csrf = expiry.csrf()
    if (csrf !== null && UNSAFE.has(again.method)) again.headers.set('X-CSRF-Token', csrf)
    return await fetch(again)
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiError(0, { code: 'unreachable', title: 'The server cannot be reached' })
  }
}

const headers: Middleware = {
  onRequest({ request }) {
    if (!UNSAFE.has(request.method)) return undefined
    const csrf = expiry.csrf()
    if (csrf !== null) request.headers.set('X-CSRF-Token', csrf)
    if (!request.headers.has('Idempotency-Key')) request.headers.set('Idempotency-Key', crypto.randomUUID())
    return request
  },
}

export const api = createClient<paths>({ baseUrl: location.origin, fetch: send, credentials: 'same-origin' })
api.use(headers)

async function problemOf(response: Response, error: unknown): Promise<ApiError> {
  const after = Number.parseInt(response.headers.get('Retry-After') ?? '', 10)
  const problem = typeof error === 'object' && error !== null ? (error as Partial<Schemas['Problem']>) : {}
  return new ApiError(response.status, problem, Number.isNaN(after) ? null : after)
}

type Answer<T> = { data?: T; error?: unknown; response: Response }

/** The data of an answer; throws ApiError. `ok(api.GET('/api/v1/sources'))` */
export async function ok<T>(answer: Promise<Answer<T>>): Promise<NonNullable<T>> {
  const { data, error, response } = await answer
  if (!response.ok) throw await problemOf(response, error)
  return data as NonNullable<T>
}
