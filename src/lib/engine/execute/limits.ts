/** A retry that is due so soon is waited for while holding the lease; longer ones are stored and let go. */
export const HOLD_MS = 10_000

/** So much the clocks of a process and of the database may differ without anybody noticing. */
export const CLOCKS_DIFFER_MS = 2_000

/** Records of pure steps that may wait in memory before they're written: a crash repeats no more than these. */
export const MOST_BUFFERED = 500

/** After so much computing in one go, others get their turn: requests, leases to renew. */
export const TURN_MS = 20

/** While computing, the clock is looked at after so many steps. */
export const BETWEEN_LOOKS = 32

/** How long a step may take that doesn't say otherwise. */
export const STEP_TIMEOUT_MS = { external: 300_000, transactional: 30_000 } as const

/** Past the deadline nothing new is begun; what is under way gets so much longer. */
export const GRACE_MS = 10_000

/** So many executions in a row may have led to one another; more is a workflow that calls itself without an end. */
export const MOST_DEPTH = 10

/** So many others one execution may start; more is a loop over more items than anybody meant. */
export const MOST_CHILDREN = 1_000

/** An execution with more steps than this runs in a circle; a workflow may set a lower number. */
export const MOST_STEPS = 1_000_000

/** A crash in the middle of the same step, again and again, is that step's doing. */
export const MOST_INTERRUPTIONS = 5

/** An unexpected error inside a transaction is mostly the database's: it's tried again after these many milliseconds. */
export const TRANSACTION_RETRIES_MS = [100, 1000, 4000] as const
