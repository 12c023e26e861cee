import type { RetryPolicy } from '../definition/schema.ts'
import { StepFailure, Uncertain, type WeftError } from '../errors.ts'
import type { OnUncertain } from '../nodes/define-node.ts'

/** What may be sent again for want of knowing whether it arrived is tried so often, if the policy allows less. */
const UNCERTAIN_ATTEMPTS = 3
const UNCERTAIN_DELAY_SECONDS = 1
/** No wait between two attempts is longer, however often it was doubled or whatever the other side asks for. */
const LONGEST_MS = 24 * 3_600_000
/** Up to this part of a wait is cut off at random, so that many that failed together don't come back together. */
const JITTER = 0.2

interface Failed {
  error: WeftError
  policy: RetryPolicy | undefined
  /** Attempts made since the start or since somebody pressed "retry", this one included; without those that were cut off. */
  made: number
  onUncertain: OnUncertain
  /** From 0 up to 1. */
  random: number
}

/** How long to wait before another attempt; null when there is none. */
export function retryDelayMs({ error, policy, made, onUncertain, random }: Failed): number | null {
  const uncertain = error instanceof Uncertain
  if (uncertain ? onUncertain !== 'retry' : !error.retryable) return null
  const attempts = Math.max(policy?.attempts ?? 1, uncertain ? UNCERTAIN_ATTEMPTS : 1)
  if (made >= attempts) return null
  const asked = error instanceof StepFailure ? (error.retryAfterMs ?? 0) : 0
  return Math.min(LONGEST_MS, Math.max(asked, backoffMs(policy, made, random)))
}

function backoffMs(policy: RetryPolicy | undefined, made: number, random: number): number {
  const { delaySeconds, backoff } = policy ?? {
    delaySeconds: UNCERTAIN_DELAY_SECONDS,
    backoff: 'exponential',
  }
  const doubled = backoff === 'exponential' ? 2 ** (made - 1) : 1
  return delaySeconds * 1000 * doubled * (1 - JITTER * random)
}
