import { Refused } from './answers.ts'

/** Reads a body, but never more than `maxBytes` of it. Throws Refused: 413 as soon as it's known to be larger, 400 when it breaks off. */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  const announced = request.headers.get('content-length')
  if (announced !== null) {
    if (Number(announced) > maxBytes) {
      await request.body?.cancel()
      throw tooLarge(maxBytes)
    }
  }
  try {
    // The server reads as many bytes as were announced and not one more.
    if (announced !== null) return await request.bytes()
    return request.body === null ? new Uint8Array() : await counted(request.body, maxBytes)
  } catch (problem) {
    // Whoever sends was cut off, or sends chunks that are none. It's theirs to send again.
    throw problem instanceof Refused ? problem : brokenOff()
  }
}

async function counted(body: ReadableStream<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    if (size > maxBytes) throw tooLarge(maxBytes)
    chunks.push(chunk)
  }
  const whole = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.byteLength
  }
  return whole
}

function tooLarge(maxBytes: number): Refused {
  return new Refused({
    status: 413,
    code: 'request.too_large',
    title: 'This request is too large',
    detail: `At most ${Math.round(maxBytes / 1024)} kB can be sent at once.`,
    hint: 'Send less, or send a link to the data instead of the data.',
  })
}

const brokenOff = () =>
  new Refused({
    status: 400,
    code: 'request.broken_off',
    title: 'The request broke off',
    detail: 'It ended before all of its data had come, or its data was not sent as announced.',
    hint: 'Send it again.',
  })
