import { Buffer } from 'node:buffer'
import type { HttpResponse } from '../../../../../src/lib/engine/services.ts'
import type { RawResponse } from './exchange.ts'

const TEXTUAL =
  /^(text\/|application\/(.*\+)?(json|xml|javascript|x-www-form-urlencoded|yaml))|\+(json|xml)/i

/** An answer as steps see it: its body as text where it is text, as base64 where it isn't. */
export function decoded({ status, headers, body }: RawResponse): HttpResponse {
  const type = headers['content-type'] ?? ''
  const charset = /charset="?([\w-]+)/i.exec(type)?.[1] ?? 'utf-8'
  const text = readText(body, charset, type === '' || TEXTUAL.test(type))
  // These spoke of the body as it travelled.
  const { 'content-encoding': _packed, 'content-length': _length, ...rest } = headers
  return text === null
    ? { status, headers: rest, body: Buffer.from(body).toString('base64'), encoding: 'base64' }
    : { status, headers: rest, body: text, encoding: 'text' }
}

/** The body as text; null when it isn't any. What says that it's text is taken by its word, even with a few bad bytes. */
function readText(body: Uint8Array, charset: string, saysText: boolean): string | null {
  try {
    return new TextDecoder(charset, { fatal: !saysText }).decode(body)
  } catch (problem) {
    // An unknown character set, or bytes that aren't text: base64 keeps them whole.
    if (problem instanceof RangeError || problem instanceof TypeError) return null
    throw problem
  }
}
