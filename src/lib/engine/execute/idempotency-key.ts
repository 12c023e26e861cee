import type { ExecutionId, NodeId } from '../ids.ts'

/**
 * The key that all attempts of one step send along: the execution, and a hash of where in it the step is. The same after
 * a crash, on another machine, and in every retry; different for every item of a loop. Fits any header (53 characters).
 */
export const idempotencyKey = (execution: ExecutionId, node: NodeId, path: string): string =>
  `${execution}-${hash(`${node}@${path}`)}`

/** 64 bits of FNV-1a in two halves: enough to tell the steps of one execution apart. */
export function hash(text: string): string {
  let low = 0x811c9dc5
  let high = 0xc9dc5118
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    low = Math.imul(low ^ (unit & 0xff), 0x01000193) ^ (unit >> 8)
    high = Math.imul(high ^ unit, 0x01000197) ^ (low >>> 13)
  }
  const hex = (half: number): string => (half >>> 0).toString(16).padStart(8, '0')
  return hex(low) + hex(high)
}
