/** Leases as the functions hold them (supabase/functions/_shared/store/lease.ts). */
export const LEASE_MS = 15_000
export const RENEW_EVERY_MS = 5_000

/** A world in which more happens doesn't come to an end. */
export const MOST_STEPS = 20_000
