import { describe, expect, it } from 'vitest'
import type { StoredExecution } from '#lib/engine/index.ts'
import { endingOf } from './ending.ts'
import { FAULTS } from './faults.ts'
import { types } from './nodes.ts'
import { World } from './world.ts'

/** What some hundredths of the seeds show. */
const SEEDS = 400

/** What has to occur. Other types of the same effect classes go the same ways. */
const TYPES = [
  ...['trigger.manual', 'trigger.webhook', 'trigger.called', 'trigger.failure'],
  ...['data.set_variables', 'records.create', 'records.update', 'http.request', 'mail.send'],
  ...['logic.condition', 'logic.switch', 'logic.merge', 'logic.stop', 'logic.delay'],
  ...['logic.for_each', 'logic.repeat', 'logic.break', 'logic.call_workflow'],
  ...['sim.wait', 'sim.ask', 'sim.flaky'],
]

/** What people and clocks do in worlds, besides starting executions. */
const WISHES = [
  'rested',
  'retried',
  'replayed',
  'taken over',
  'refused',
  'skipped',
  'queued',
  'timed',
]

function fulfilledIn({ database: { store, turnstile, timetable }, operators }: World): string[] {
  const all = [...store.executions.values()]
  const steps = all.flatMap((stored) => [...stored.steps.values()])
  const isQueued = ({ made }: StoredExecution) => turnstile?.wasHeld.has(made.id) === true
  return [
    ...(operators.rested.size > 0 ? ['rested'] : []),
    ...(operators.retried.size > 0 ? ['retried'] : []),
    ...(all.some(({ made }) => made.replayOf !== undefined) ? ['replayed'] : []),
    ...(steps.some(({ reused }) => reused) ? ['taken over'] : []),
    ...(operators.refused.size > 0 ? ['refused'] : []),
    ...((turnstile?.skipped.size ?? 0) > 0 ? ['skipped'] : []),
    ...(all.some(isQueued) ? ['queued'] : []),
    ...((timetable?.promised().length ?? 0) > 0 ? ['timed'] : []),
  ]
}

describe('simulated worlds', () => {
  it('have every fault in them, every way to end, and each kind of step succeeds, fails and is called off', async () => {
    const faults = new Set<string>()
    const ends = new Set<string>()
    const seen = new Set<string>()
    const verdicts = new Set<string>()
    const wishes = new Set<string>()
    for (let seed = 1; seed <= SEEDS; seed++) {
      const world = new World(seed)
      await world.run()
      for (const fault of world.faults.struck) faults.add(fault)
      for (const verdict of world.people.verdicts) verdicts.add(verdict)
      for (const wish of fulfilledIn(world)) wishes.add(wish)
      for (const { status, steps } of endingOf(world).executions.values()) {
        ends.add(status)
        for (const step of steps.values()) {
          const effect = types.get(step.type)?.effect
          seen.add(step.type).add(`${effect} ${step.status}`)
        }
      }
    }
    expect([...faults].sort()).toEqual([...FAULTS].sort())
    expect([...ends].sort()).toEqual(['cancelled', 'failed', 'succeeded', 'timed_out'])
    expect([...verdicts].sort()).toEqual(['again', 'failed', 'happened'])
    expect([...wishes].sort()).toEqual([...WISHES].sort())
    expect(TYPES.filter((type) => !seen.has(type))).toEqual([])
    for (const effect of ['external', 'suspending', 'control']) {
      for (const status of ['succeeded', 'failed', 'cancelled', 'skipped']) {
        expect(seen).toContain(`${effect} ${status}`)
      }
    }
    expect(seen).toContain('transactional failed')
    expect(seen).toContain('pure failed')
  }, 60_000)
})
