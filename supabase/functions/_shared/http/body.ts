import { Refused } from './answers.ts'

/** Reads a body, but never more than `maxBytes` of it. Throws Refused (413) as soon as it's known to be larger. */
export async function readBody(request: Request, maxBytes: number): Promise<Uint8Array> {
  const announced = request.headers.get('content-length')
  if (announced !== null) {
    if (Number(announced) > maxBytes) {
      await request.body?.cancel()
      throw tooLarge(maxBytes)
    }
    // The server reads as many bytes as were announced and not one more.
    return request.bytes()
  }
  return request.body === null ? new Uint8Array() : await counted(request.body, maxBytes)
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
