import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { z } from 'zod'
import { WEFT_MESSAGE, type Marker, type ServerWord } from '#lib/builder/session/wire.ts'

const SYNC = 0
const AWARENESS = 1
const QUERY_AWARENESS = 3

const STEP_1 = 0
const STEP_2 = 1
const UPDATE = 2

/** A message of y-websocket's protocol, or one of Weft's own, taken apart. */
export type Incoming =
  | { kind: 'state-vector'; vector: Uint8Array }
  | { kind: 'update'; update: Uint8Array; isAnswer: boolean }
  | { kind: 'awareness'; update: Uint8Array }
  | { kind: 'query-awareness' }
  | Marker

const marker = z.object({ kind: z.literal('marker'), number: z.int().min(0) })

/** Reads one message; throws when it isn't one. */
export function readMessage(message: Uint8Array): Incoming {
  const decoder = decoding.createDecoder(message)
  const type = decoding.readVarUint(decoder)
  switch (type) {
    case SYNC:
      return readSync(decoder)
    case AWARENESS:
      return { kind: 'awareness', update: decoding.readVarUint8Array(decoder) }
    case QUERY_AWARENESS:
      return { kind: 'query-awareness' }
    case WEFT_MESSAGE:
      return marker.parse(JSON.parse(decoding.readVarString(decoder)))
    default:
      throw new Error(`There is no message ${type}.`)
  }
}

function readSync(decoder: decoding.Decoder): Incoming {
  const type = decoding.readVarUint(decoder)
  const payload = decoding.readVarUint8Array(decoder)
  if (type === STEP_1) return { kind: 'state-vector', vector: payload }
  if (type === STEP_2 || type === UPDATE) {
    return { kind: 'update', update: payload, isAnswer: type === STEP_2 }
  }
  throw new Error(`There is no sync message ${type}.`)
}

const sync = (type: number, payload: Uint8Array): Uint8Array =>
  encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, SYNC)
    encoding.writeVarUint(encoder, type)
    encoding.writeVarUint8Array(encoder, payload)
  })

/** Asks the other side for what this state vector lacks. */
export const askMessage = (vector: Uint8Array): Uint8Array => sync(STEP_1, vector)
/** Answers such a question. */
export const answerMessage = (update: Uint8Array): Uint8Array => sync(STEP_2, update)
/** Passes a change on. */
export const updateMessage = (update: Uint8Array): Uint8Array => sync(UPDATE, update)

/** Passes cursors and selections on. */
export const awarenessMessage = (update: Uint8Array): Uint8Array =>
  encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, AWARENESS)
    encoding.writeVarUint8Array(encoder, update)
  })

/** Says something of Weft's own. */
export const wordMessage = (word: ServerWord): Uint8Array =>
  encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, WEFT_MESSAGE)
    encoding.writeVarString(encoder, JSON.stringify(word))
  })
