/** How long an execution stays with a process that says nothing; after that, any worker may take it over. */
export const LEASE_SECONDS = 15

/** How often a process says that it still has its executions. Two of these may fail before a lease runs out. */
export const RENEW_EVERY_SECONDS = 5
