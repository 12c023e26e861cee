import { describe, expect, test } from 'vitest'
import { count, type Evidence, type Found } from '../../bench/chaos/count.ts'
import { BAD, runChaos, USUAL } from '../../bench/chaos/run-chaos.ts'
import { kinds, type Kind } from '../../bench/chaos/workflows.ts'

const seed = Math.floor(Math.random() * 1_000_000)

test(`killing workers, functions and Postgres under load loses and doubles nothing (npm run chaos -- --kills 6 --seconds 12 --seed ${seed})`, async () => {
  const { figures, complaints } = await runChaos({ ...USUAL, kills: 6, seconds: 12, seed })
  expect(complaints).toEqual([])
  expect(BAD.map((name) => figures[name])).toEqual(BAD.map(() => 0))
  expect(figures['accepted']).toBeGreaterThan(50)
  expect(figures['kills']).toBe(6)
}, 150_000)

describe('the counting after a chaos', () => {
  const all = kinds('things', 'outside', 'called')
  const kind = all.find(({ name }) => name === 'loops') as Kind // it's in the list
  const good = (): Evidence & { there: Found } => {
    const there: Found = {
      ...{ id: 'x', workflow: 'w', status: kind.ends, error: null, lease: 2, steps: kind.steps },
      records: Object.fromEntries(kind.records.map((change) => [change, 1])),
    }
    const places = kind.calls.map((end): [string, { calls: number; keys: Set<string | null> }] => [
      `POST /x/${end}`,
      { calls: 2, keys: new Set([`key of ${end}`]) },
    ])
    return {
      there,
      accepted: new Map([['x', kind]]),
      found: new Map([['x', there]]),
      kindOf: (workflow) => (workflow === 'w' ? kind : undefined),
      outside: { host: 'outside', places: new Map(places), stop: () => Promise.resolve() },
      mails: new Map(),
    }
  }
  const bad = (evidence: Evidence) => {
    const { figures } = count(evidence)
    return Object.fromEntries(BAD.map((name) => [name, figures[name]]).filter(([, n]) => n !== 0))
  }

  test('finds nothing wrong where all is well', () => {
    const { figures } = count(good())
    expect(figures).toMatchObject({ accepted: 1, finished: 1, taken_over: 1, unanswered: 0 })
    expect(bad(good())).toEqual({})
  })

  test('sees what is lost, stuck, doubled and missing', () => {
    const gone = good()
    gone.found.clear()
    expect(bad(gone)).toEqual({ lost: 1 })
    const stuck = good()
    stuck.there.status = 'running'
    expect(bad(stuck)).toEqual({ lost: 1, stuck: 1 })
    const wrong = good()
    wrong.there.status = 'failed'
    expect(bad(wrong)).toEqual({ lost: 1 })
    const doubled = good()
    doubled.there.records['made-2 INSERT'] = 2
    expect(bad(doubled)).toEqual({ doubled: 1 })
    const missing = good()
    delete missing.there.records['made-2 INSERT']
    missing.there.steps -= 1
    expect(bad(missing)).toEqual({ missing: 2 })
  })

  test('sees calls without a key, with two, and two places that share one', () => {
    const evidence = good()
    const { places } = evidence.outside
    places.set('POST /x/told-0', { calls: 1, keys: new Set([null]) })
    places.set('POST /x/told-1', { calls: 2, keys: new Set(['a', 'b']) })
    places.set('POST /x/told-2', { calls: 1, keys: new Set(['key of told-3']) })
    evidence.mails.set('x@example.org', new Set(['<a>', '<b>']))
    expect(bad(evidence)).toEqual({ unkeyed: 4 })
  })
})
