import {
  ExecutionId,
  MemoryStore,
  type ClaimedExecution,
  type NewExecution,
} from '#lib/engine/index.ts'
import { LEASE_MS } from './limits.ts'
import type { Circumstances, World } from './world.ts'

/* Broken on purpose, as in mutants.ts: pauses, retries, replays, limits and schedules. */

/** Takes up what should rest. */
class Restless extends MemoryStore {
  override async claim(id: ExecutionId): Promise<ClaimedExecution | null> {
    const stored = this.executions.get(id)
    if (stored?.resting === null || stored?.status !== 'waiting') return await super.claim(id)
    const { resting } = stored
    stored.resting = null
    const claimed = await super.claim(id)
    stored.resting = resting
    return claimed
  }
}

/** Has everything done again, also what is done. */
class StartsOver extends MemoryStore {
  override requestRetry(id: ExecutionId): void {
    super.requestRetry(id)
    for (const step of this.executions.get(id)?.steps.values() ?? []) step.superseded = true
  }
}

/** Another id, whenever it's asked for. */
function otherId(random: World['random']): ExecutionId {
  const tail = String(random.int(1, 999_999_999)).padStart(12, '0')
  return ExecutionId.parse(`00000000-0000-7000-8005-${tail}`)
}

/** Nobody has told that an execution may go on. */
function neverGoesOn({ database: { store } }: World): void {
  store.requestResume = () => undefined
}

function keepsNothing({ database }: World): void {
  const { store } = database
  const enqueue = store.enqueue.bind(store)
  store.enqueue = (made) => enqueue(made, [])
}

function replaysEachTime({ database, random }: World): void {
  const enqueue = database.enqueue.bind(database)
  database.enqueue = (made, kept) => enqueue({ ...made, id: otherId(random) }, kept)
}

function letsTooManyIn({ database: { turnstile } }: World): void {
  if (turnstile !== null) turnstile.tooMany = 1
}

/** Those who wait for their turn are only let in by whoever has just ended. */
function forgetsTurns({ database: { turnstile } }: World): void {
  if (turnstile === null) return
  const admit = turnstile.admit.bind(turnstile)
  turnstile.admit = (workflow) => (workflow === null ? [] : admit(workflow))
}

function firesEachTime({ database, random }: World): void {
  const accept = database.accept.bind(database)
  const renamed = (made: NewExecution) =>
    made.triggerKind === 'trigger.schedule' ? { ...made, id: otherId(random) } : made
  database.accept = (by, made, first) => accept(by, renamed(made), first)
}

function looksForNoLostTime({ database: { timetable } }: World): void {
  if (timetable === null) return
  const unplanned = timetable.unplanned.bind(timetable)
  timetable.unplanned = () => unplanned().filter((row) => row.next_fire_at === null)
}

function missesInSilence({ database: { timetable } }: World): void {
  if (timetable !== null) timetable.missed = () => undefined
}

const withStore = (Store: typeof Restless | typeof StartsOver): Circumstances => ({
  makeStore: (clock) => new Store({ clock, leaseMs: LEASE_MS }),
})

/** By what is wrong with them. */
export const CONTROL_MUTANTS: Record<string, Circumstances> = {
  'a store that lets executions be taken up that should rest': withStore(Restless),
  'an execution that nobody lets go on after its rest': { tamper: neverGoesOn },
  'a retry that does again what is done': withStore(StartsOver),
  'a replay that takes nothing over': { tamper: keepsNothing },
  'a replay that is another one whenever its job comes': { tamper: replaysEachTime },
  'limits that let in one too many': { tamper: letsTooManyIn },
  'executions whose turn it is, and nobody who looks for them': { tamper: forgetsTurns },
  'a schedule that starts another execution whenever its job comes': { tamper: firesEachTime },
  'a schedule whose job got lost, and nobody who looks for it': { tamper: looksForNoLostTime },
  'a schedule that misses times without a word': { tamper: missesInSilence },
}
