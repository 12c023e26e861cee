import type { Data } from '../data.ts'
import type { ErrorData } from '../store.ts'

/** What became of an execution that was driven. */
export type RunOutcome =
  | {
      status: 'succeeded' | 'failed' | 'cancelled' | 'timed_out'
      error: ErrorData | null
      /** Of a succeeded execution: what its last step handed on (of several last steps: each under its key). */
      output: Data
    }
  /** Stored and let go; null: until something from outside arrives. */
  | { status: 'waiting'; wakeAt: number | null }
  /** Somebody else has it, or the store couldn't be reached: whoever takes over goes on from the last write. */
  | { status: 'lost'; cause: unknown }
