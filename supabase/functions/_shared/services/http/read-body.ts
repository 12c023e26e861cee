import type { IncomingMessage } from 'node:http'
import { pipeline, type Readable, type Transform } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'

/** The answer is longer than was allowed. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge'
  readonly maxBytes: number

  constructor(maxBytes: number) {
    super(`more than ${maxBytes} bytes`)
    this.maxBytes = maxBytes
  }
}

const UNPACKERS: Record<string, () => Transform> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  br: createBrotliDecompress,
  deflate: createInflate,
}

/** Reads a body to its end, unpacked, and gives up as soon as it's longer than `maxBytes`. */
export async function readBody(response: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  // Packed, it can only get longer.
  if (Number(response.headers['content-length'] ?? 0) > maxBytes) throw new TooLarge(maxBytes)
  const chunks: Uint8Array[] = []
  let size = 0
  // Counted while unpacking: a small answer may unfold into a very large one.
  for await (const chunk of unpacked(response) as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength
    if (size > maxBytes) throw new TooLarge(maxBytes)
    chunks.push(chunk)
  }
  return joined(chunks, size)
}

function unpacked(response: IncomingMessage): Readable {
  const encoding = (response.headers['content-encoding'] ?? '').trim().toLowerCase()
  const unpacker = Object.hasOwn(UNPACKERS, encoding) ? UNPACKERS[encoding]?.() : undefined
  if (unpacker === undefined) return response
  // Whichever of the two fails, the reader hears of it by the unpacker.
  return pipeline(response, unpacker, () => undefined)
}

function joined(chunks: Uint8Array[], size: number): Uint8Array {
  const body = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    body.set(chunk, at)
    at += chunk.byteLength
  }
  return body
}
