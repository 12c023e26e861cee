import type { Data, DataObject } from '../../../src/lib/engine/data.ts'
import { tooDeep, unknownKind, unreadableBody } from './refusals.ts'

const MAX_DEPTH = 200

/** Headers that say something about the sender's credentials or our own plumbing, not about what was sent. */
const LEFT_OUT = new Set([
  'authorization',
  'cookie',
  'proxy-authorization',
  'apikey',
  'connection',
  'host',
  'content-length',
  'transfer-encoding',
  'forwarded',
  'x-real-ip',
  'cdn-loop',
])
const LEFT_OUT_PREFIXES = ['x-forwarded-', 'cf-', 'x-envoy-', 'sb-']

/** What a workflow gets to see of a request. `secretHeader` held the sender's secret and stays out. */
export async function payload(
  request: Request,
  body: Uint8Array,
  secretHeader: string | null,
): Promise<DataObject> {
  return {
    method: request.method,
    headers: headersOf(request.headers, secretHeader),
    query: queryOf(request.url),
    body: await bodyOf(request.headers.get('content-type') ?? '', body),
    received_at: new Date().toISOString(),
  }
}

function headersOf(headers: Headers, secretHeader: string | null): DataObject {
  const kept: DataObject = {}
  for (const [name, value] of headers) {
    const leftOut =
      LEFT_OUT.has(name) ||
      name === secretHeader ||
      LEFT_OUT_PREFIXES.some((prefix) => name.startsWith(prefix))
    if (!leftOut) set(kept, name, value)
  }
  return kept
}

function queryOf(url: string): DataObject {
  const start = url.indexOf('?')
  return start < 0 ? {} : fromPairs(new URLSearchParams(url.slice(start)))
}

/** A name that comes several times holds a list. */
function fromPairs(pairs: Iterable<[string, Data]>): DataObject {
  const data: DataObject = {}
  for (const [name, value] of pairs) {
    const before = Object.hasOwn(data, name) ? data[name] : undefined
    if (before === undefined) set(data, name, value)
    else if (Array.isArray(before)) before.push(value)
    else set(data, name, [before, value])
  }
  return data
}

/** Like an assignment, but `__proto__` is a name like any other. */
function set(data: DataObject, name: string, value: Data): void {
  if (name !== '__proto__') data[name] = value
  else
    Object.defineProperty(data, name, {
      value,
      enumerable: true,
      writable: true,
      configurable: true,
    })
}

async function bodyOf(contentType: string, bytes: Uint8Array): Promise<Data> {
  if (bytes.length === 0) return null
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (type === 'application/json' || type.endsWith('+json')) return json(bytes)
  if (type === 'application/x-www-form-urlencoded') {
    return fromPairs(new URLSearchParams(text(bytes, 'a form')))
  }
  if (type === 'multipart/form-data') return await form(contentType, bytes)
  if (type.startsWith('text/') || type === 'application/xml' || type.endsWith('+xml')) {
    return text(bytes, 'text')
  }
  // Without a content type: data if it can be read as such, else text.
  if (type === '') return unnamed(bytes)
  throw unknownKind(contentType)
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

function text(bytes: Uint8Array, kind: string): string {
  try {
    return utf8.decode(bytes)
  } catch {
    // The decoder only says that it isn't UTF-8.
    throw unreadableBody(kind)
  }
}

function json(bytes: Uint8Array): Data {
  const said = text(bytes, 'JSON')
  if (deeperThan(said, MAX_DEPTH)) throw tooDeep(MAX_DEPTH)
  try {
    return JSON.parse(said) as Data // JSON.parse yields nothing else
  } catch {
    // Where the parser stumbled is of little use to whoever configured a sender.
    throw unreadableBody('JSON')
  }
}

function unnamed(bytes: Uint8Array): Data {
  const said = text(bytes, 'text')
  return /^\s*[[{]/.test(said) ? json(bytes) : said
}

async function form(contentType: string, bytes: Uint8Array): Promise<Data> {
  let data: FormData
  try {
    data = await new Response(new Uint8Array(bytes), {
      headers: { 'content-type': contentType },
    }).formData()
  } catch {
    // As with JSON.
    throw unreadableBody('a form')
  }
  const entries = [...data].map(([name, value]): [string, Data] => [
    name,
    typeof value === 'string' ? value : { name: value.name, type: value.type, size: value.size },
  ])
  return fromPairs(entries)
}

const QUOTE = 34
const BACKSLASH = 92
const OPENING = new Set([91, 123])
const CLOSING = new Set([93, 125])

/** Looks before parsing: what is nested too deeply would only fail later, in the database. */
function deeperThan(said: string, limit: number): boolean {
  // No text of so few characters can be that deep.
  if (said.length <= 2 * limit) return false
  let depth = 0
  let quoted = false
  for (let index = 0; index < said.length; index++) {
    const character = said.charCodeAt(index)
    if (quoted) {
      if (character === BACKSLASH) index++
      else if (character === QUOTE) quoted = false
    } else if (character === QUOTE) quoted = true
    else if (OPENING.has(character) && ++depth > limit) return true
    else if (CLOSING.has(character)) depth--
  }
  return false
}
