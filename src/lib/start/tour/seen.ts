const keyOf = (person: string): string => `weft-tour-seen/${person}`

/** Whether somebody has been through the tour, or left it, in this browser. */
export const wasTourSeen = (storage: Storage, person: string): boolean =>
  storage.getItem(keyOf(person)) !== null

/** Remembers that somebody has seen the tour. */
export function tourSeen(storage: Storage, person: string): void {
  storage.setItem(keyOf(person), new Date().toISOString())
}
