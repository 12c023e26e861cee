import type { ExecutionId } from '../ids.ts'
import type { ChildStart } from '../nodes/define-node.ts'
import type { Step } from '../run/state.ts'
import type { ClaimedExecution, NewExecution } from '../store.ts'
import { hash } from './idempotency-key.ts'
import { MOST_DEPTH } from './limits.ts'
import { problems } from './problems.ts'

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

/** A start as a step asks for it, made whole. Throws when executions lead to executions without an end. */
export function childOf(
  { lease, workspace, mode, depth }: ClaimedExecution,
  { node, frame }: Step,
  { awaited, ...start }: ChildStart,
): NewExecution {
  if (depth + 1 > MOST_DEPTH) throw problems.tooDeep(MOST_DEPTH)
  const parent = { execution: lease.execution, node: node.id, path: frame.path }
  return {
    ...{ ...start, workspace, mode, depth: depth + 1, onlyIfLive: false },
    ...(awaited ? { parent } : { caller: lease.execution }),
  }
}
