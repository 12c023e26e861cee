/** How long an execution stays with a process that says nothing; after that, any worker may take it over. */
export const LEASE_SECONDS = 15

/** How often a process says that it still has its executions. Two of these may fail before a lease runs out. */
export const RENEW_EVERY_SECONDS = 5

/** How often a process asks whether somebody wants one of its executions to stop or rest. */
export const ASK_EVERY_SECONDS = 1
