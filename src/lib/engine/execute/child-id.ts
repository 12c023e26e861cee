import type { ExecutionId } from '../ids.ts'
import { hash } from './idempotency-key.ts'

/**
 * The id of an execution that a step starts: a version 7 uuid (RFC 9562) of the moment when the step began, with a hash
 * of the step's key where others have chance. Made again after a crash, it's the same one.
 */
export function childId(at: number, key: string): ExecutionId {
  const time = Math.trunc(at).toString(16).padStart(12, '0')
  const bits = hash(key) + hash(`${key} more`)
  const variant = (0x8 | (Number.parseInt(bits.slice(3, 4), 16) & 0x3)).toString(16)
  const id = `${time.slice(0, 8)}-${time.slice(8)}-7${bits.slice(0, 3)}-${variant}${bits.slice(4, 7)}-${bits.slice(7, 19)}`
  return id as ExecutionId // by construction
}
