import { ConfigProblem } from '../../errors.ts'
import type { RequestConfig } from './http-request.ts'

/** The address with the query's pairs added to those that it has. */
export function withQuery(address: string, query: { name: string; value: string }[]): string {
  const trimmed = address.trim()
  if (!/^https?:\/\//i.test(trimmed) || !URL.canParse(trimmed)) {
    throw new ConfigProblem({
      code: 'http.invalid_url',
      title: 'This is not a web address',
      detail: `"${trimmed.slice(0, 200)}" is not a whole web address.`,
      hint: 'Write it like https://example.com/orders.',
      field: 'url',
    })
  }
  const url = new URL(trimmed)
  for (const { name, value } of query) {
    if (name !== '') url.searchParams.append(name, value)
  }
  return url.href
}

/** What is sent along, and of which kind; null for nothing. */
export function requestBody(config: RequestConfig): { text: string; type: string } | null {
  if (config.method === 'GET') return null
  switch (config.body) {
    case 'none':
      return null
    case 'fields': {
      const fields = Object.fromEntries(
        config.fields.map(({ name, value }) => [name, value ?? null]),
      )
      return { text: JSON.stringify(fields), type: 'application/json' }
    }
    case 'data':
      return { text: JSON.stringify(config.data ?? null), type: 'application/json' }
    case 'form': {
      const form = new URLSearchParams(config.form.map(({ name, value }) => [name, value]))
      return { text: form.toString(), type: 'application/x-www-form-urlencoded' }
    }
    case 'text':
      return { text: config.text ?? '', type: 'text/plain; charset=utf-8' }
  }
}

/** btoa takes single bytes only; names and passwords may have other letters. */
const base64 = (text: string): string =>
  btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''))

/** All headers of the request; those that the person typed in win. */
export function requestHeaders(
  config: RequestConfig,
  contentType: string | undefined,
  idempotencyKey: string,
): Record<string, string> {
  const headers: Record<string, string> = { 'idempotency-key': idempotencyKey }
  if (contentType !== undefined) headers['content-type'] = contentType
  if (config.auth === 'bearer') headers['authorization'] = `Bearer ${config.token ?? ''}`
  if (config.auth === 'basic') {
    headers['authorization'] = `Basic ${base64(`${config.user ?? ''}:${config.password ?? ''}`)}`
  }
  for (const { name, value } of config.headers) {
    if (name.trim() !== '') headers[name.trim().toLowerCase()] = value
  }
  return headers
}
