import { createHash } from 'node:crypto'
import type { ExecutionId } from '../../../src/lib/engine/ids.ts'

// Random bytes are fetched a few hundred ids at a time: asking for 10 at once costs more than the id.
const pool = new Uint8Array(16 * 256)
let used = pool.length

function randomBytes(): Uint8Array {
  if (used === pool.length) {
    crypto.getRandomValues(pool)
    used = 0
  }
  used += 16
  return pool.subarray(used - 16, used)
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** A version 7 uuid (RFC 9562): 48 bits of milliseconds, then `rest`, of which 74 bits are used. */
function version7(at: number, rest: Uint8Array): ExecutionId {
  const time = Math.trunc(at).toString(16).padStart(12, '0')
  const hex = (index: number) => HEX[rest[index] ?? 0] ?? '00'
  const version = HEX[0x70 | ((rest[0] ?? 0) & 0x0f)]
  const variant = HEX[0x80 | ((rest[2] ?? 0) & 0x3f)]
  const tail = `${hex(4)}${hex(5)}${hex(6)}${hex(7)}${hex(8)}${hex(9)}`
  const id = `${time.slice(0, 8)}-${time.slice(8)}-${version}${hex(1)}-${variant}${hex(3)}-${tail}`
  return id as ExecutionId // by construction
}

/** The id of a new execution. */
export function newExecutionId(): ExecutionId {
  return version7(Date.now(), randomBytes())
}

/** The one id of the replay that a job stands for: should the job come again, the replay is there. */
export function replayExecutionId(job: string, at: number): ExecutionId {
  return version7(at, createHash('sha256').update(job).digest())
}

/** The one id of the execution that a schedule starts at a moment: fired twice, it is still one execution. */
export function scheduledExecutionId(trigger: string, at: number): ExecutionId {
  return version7(at, createHash('sha256').update(`${trigger} ${at}`).digest())
}
