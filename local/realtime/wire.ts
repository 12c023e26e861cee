/** One message of the Phoenix protocol, whichever version carries it. */
export type WireMessage = {
  joinRef: string | null
  ref: string | null
  topic: string
  event: string
  payload: Record<string, unknown>
}

/** The two versions that realtime-js speaks: objects, and arrays with binary broadcasts. */
export type WireVersion = '1.0.0' | '2.0.0'

const userBroadcastPush = 3
const userBroadcast = 4
const jsonEncoding = 1

/** A client's broadcast whose payload is bytes: it's passed on as it came. */
export const bytesKey = Symbol('bytes')

/** Reads what a client sent; undefined when it's nothing of the protocol. */
export function decode(data: Buffer, isBinary: boolean): WireMessage | undefined {
  return isBinary ? decodeBroadcastPush(data) : decodeText(data.toString('utf8'))
}

function decodeText(text: string): WireMessage | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // Not of this protocol; the caller answers nothing, as Phoenix does.
    return undefined
  }
  // Both versions are read whatever was asked for at connecting: each message shows which it is.
  const [joinRef, ref, topic, event, payload] = Array.isArray(value)
    ? (value as unknown[])
    : [
        field(value, 'join_ref'),
        field(value, 'ref'),
        field(value, 'topic'),
        field(value, 'event'),
        field(value, 'payload'),
      ]
  if (typeof topic !== 'string' || typeof event !== 'string') return undefined
  return {
    joinRef: refText(joinRef),
    ref: refText(ref),
    topic,
    event,
    payload: isRecord(payload) ? payload : {},
  }
}

/** Kind 3: lengths of six parts, the parts, then the payload. */
function decodeBroadcastPush(data: Buffer): WireMessage | undefined {
  if (data.length < 7 || data[0] !== userBroadcastPush) return undefined
  let at = 7
  const part = (index: number) => data.toString('utf8', at, (at += data[index] ?? 0))
  const [joinRef, ref, topic, event] = [part(1), part(2), part(3), part(4)]
  part(5) // Metadata: asks for storing the message, which isn't offered here.
  const body = data.subarray(at)
  const isJson = data[6] === jsonEncoding
  if (isJson) {
    const content = decodeJson(body)
    if (content === undefined) return undefined
    return {
      joinRef,
      ref,
      topic,
      event: 'broadcast',
      payload: { type: 'broadcast', event, payload: content },
    }
  }
  return {
    joinRef,
    ref,
    topic,
    event: 'broadcast',
    payload: { type: 'broadcast', event, payload: { [bytesKey]: body } },
  }
}

function decodeJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    return undefined
  }
}

/** A message as a client of this version reads it. */
export function encode(message: WireMessage, version: WireVersion): string | Buffer {
  const bytes = binaryPayload(message)
  if (bytes) return encodeBroadcast(message, bytes)
  const { joinRef, ref, topic, event, payload } = message
  return version === '1.0.0'
    ? JSON.stringify({ join_ref: joinRef, ref, topic, event, payload })
    : JSON.stringify([joinRef, ref, topic, event, payload])
}

function binaryPayload(message: WireMessage): Buffer | undefined {
  const content = message.event === 'broadcast' ? message.payload.payload : undefined
  return isRecord(content) ? (content as { [bytesKey]?: Buffer })[bytesKey] : undefined
}

/** Kind 4, the way back of kind 3. */
function encodeBroadcast(message: WireMessage, body: Buffer): Buffer {
  const topic = Buffer.from(message.topic)
  const event = Buffer.from(String(message.payload.event))
  return Buffer.concat([
    Buffer.from([userBroadcast, topic.length, event.length, 0, 0]),
    topic,
    event,
    body,
  ])
}

function refText(value: unknown): string | null {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : null
}

function field(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined
}

/** Whether a value is an object with named fields. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
