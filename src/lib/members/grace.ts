const DAY = 86_400_000
/** How long a deleted workspace can be restored; the database counts for itself. */
const GRACE_DAYS = 14

const words = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long' })

/** A day in words. */
export const dayWords = (at: Date): string => words.format(at)

/** The day until which a workspace that is deleted at this moment could be restored. */
export const restorableUntil = (deletedAt: number): string =>
  dayWords(new Date(deletedAt + GRACE_DAYS * DAY))
