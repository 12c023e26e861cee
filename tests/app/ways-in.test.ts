import { afterEach, describe, expect, it, vi } from 'vitest'
import { fromFile } from '#lib/start/from-file.ts'
import { startTexts } from '#lib/start/texts.ts'
import { placeCard } from '#lib/start/tour/place-card.ts'
import { tourSeen, wasTourSeen } from '#lib/start/tour/seen.ts'
import { landmarksOf, stopsFor } from '#lib/start/tour/stops.ts'
import { tourExample } from '#lib/start/tour/example.ts'
import { fitting } from '#lib/start/use-template.ts'
import { fromTemplate, templates } from '#lib/templates/templates.ts'
import { registry, validateDefinition } from '#lib/engine/index.ts'
import { bench } from '../engine/bench.ts'

const definition = { schema: 1, nodes: [], edges: [], settings: {} }
const file = (content: unknown): File => new File([JSON.stringify(content)], 'workflow.json')
const written = { weftWorkflow: 1, name: 'Mine', definition }

afterEach(() => vi.unstubAllGlobals())

describe('a workflow from a file', () => {
  const answers = (status: number, body: unknown) =>
    vi.stubGlobal('fetch', () => Promise.resolve(Response.json(body, { status })))

  it('is made with the name that it had', async () => {
    answers(200, { id: 'w1' })
    expect(await fromFile('ws', file(written))).toEqual({ id: 'w1', name: 'Mine' })
  })

  it.each([
    ['what is no workflow', { holiday: true }, startTexts.file.strange],
    ['what a newer Weft wrote', { ...written, weftWorkflow: 2 }, startTexts.file.newer],
    ['a damaged one', { ...written, definition: { nodes: 'many' } }, startTexts.file.strange],
  ])('%s is refused with what is wrong', async (_what, content, problem) => {
    expect(await fromFile('ws', file(content))).toEqual({ problem })
  })

  it('one that is too large, and a server that is away, are told', async () => {
    const large = file({ ...written, name: 'x'.repeat(500_000) })
    expect(await fromFile('ws', large)).toEqual({ problem: startTexts.problems.tooLarge })
    answers(413, {})
    expect(await fromFile('ws', file(written))).toEqual({ problem: startTexts.problems.tooLarge })
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('away')))
    expect(await fromFile('ws', file(written))).toEqual({
      problem: startTexts.problems.unreachable,
    })
  })
})

describe('the pipeline of a starter workflow', () => {
  const needed = templates.find(({ id }) => id === 'thank-a-lead')?.pipeline
  const fields = (needed?.fields ?? []).map(({ key }) => ({ key }))

  it('is the one of that name that has all the fields, or none', () => {
    if (!needed) throw new Error('it needs one')
    const complete = { id: 'p1', name: 'contacts ', fields: [...fields, { key: 'phone' }] }
    expect(fitting(needed, [{ ...complete, name: 'Orders' }, complete])?.id).toBe('p1')
    expect(fitting(needed, [{ ...complete, fields: fields.slice(1) }])).toBeUndefined()
  })
})

describe('the tour', () => {
  let count = 0
  const example = fromTemplate(tourExample, { me: '', makeId: () => `n${++count}` })

  it('leads through an example that is sound and runs without touching the outside', async () => {
    expect(validateDefinition(example, registry)).toEqual([])
    const b = bench()
    const start = example.nodes[0]?.id ?? ''
    const { outcome, steps } = await b.run(example, tourExample.sample, { at: start })
    expect(outcome.status).toBe('succeeded')
    expect(JSON.stringify(steps)).toContain('A small gift comes with it.')
    expect([b.world.mails, b.world.requests]).toEqual([[], []])
  })

  it('has six stops, each with something to point at, also in an example that was changed', () => {
    for (const nodes of [example.nodes, example.nodes.slice(0, 2)]) {
      const stops = stopsFor(landmarksOf(nodes), true)
      expect(stops).toHaveLength(6)
      for (const { id, at } of stops) expect([id, at.length > 0]).toEqual([id, true])
    }
  })

  it('keeps its card within the screen and off what it points at', () => {
    const screen = { width: 1440, height: 900 }
    const card = { width: 340, height: 200 }
    for (const target of [
      { x: 1250, y: 10, width: 80, height: 34 },
      { x: 1060, y: 50, width: 380, height: 820 },
      { x: 320, y: 540, width: 1120, height: 360 },
      { x: 470, y: 380, width: 150, height: 45 },
    ]) {
      const { x, y } = placeCard(target, card, screen)
      expect(x).toBeGreaterThanOrEqual(0)
      expect(x + card.width).toBeLessThanOrEqual(screen.width)
      expect(y).toBeGreaterThanOrEqual(0)
      expect(y + card.height).toBeLessThanOrEqual(screen.height)
      const apart =
        x >= target.x + target.width ||
        x + card.width <= target.x ||
        y >= target.y + target.height ||
        y + card.height <= target.y
      expect([target, apart]).toEqual([target, true])
    }
    expect(placeCard(null, card, screen).x).toBe(550)
  })

  it('is remembered for each person', () => {
    const kept = new Map<string, string>()
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    } as Storage // the two that are used
    tourSeen(storage, 'ann')
    expect([wasTourSeen(storage, 'ann'), wasTourSeen(storage, 'ben')]).toEqual([true, false])
  })
})
