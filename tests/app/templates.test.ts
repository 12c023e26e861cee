import { describe, expect, it } from 'vitest'
import {
  registry,
  validateDefinition,
  type Data,
  type WorkflowDefinition,
} from '#lib/engine/index.ts'
import type { Template } from '#lib/templates/define-template.ts'
import { fromTemplate, templates } from '#lib/templates/templates.ts'
import { bench, type Bench } from '../engine/bench.ts'

const PIPELINE = '00000000-0000-4000-8000-00000000000a'
const ME = 'me@example.org'

const made = (template: Template, pipeline?: string): WorkflowDefinition => {
  let count = 0
  return fromTemplate(template, {
    me: ME,
    makeId: () => `n${++count}`,
    ...(pipeline === undefined ? {} : { pipeline }),
  })
}

/** As it is once somebody has filled in what only they know. */
function filledIn(template: Template): WorkflowDefinition {
  const definition = made(template, PIPELINE)
  for (const { step, field } of template.blanks ?? []) {
    const node = definition.nodes.find(({ key }) => key === step)
    if (node) node.config[field] = 'https://example.org/'
  }
  return definition
}

const errorsOf = (definition: WorkflowDefinition) =>
  validateDefinition(definition, registry).filter(({ severity }) => severity === 'error')

/** What the trigger is given, as the run form gives it. */
const given = ({ steps, sample }: Template): Data =>
  steps[0]?.type.type === 'trigger.webhook' ? { method: 'POST', body: sample } : sample

/** The outside as the starter workflows meet it on a good day. */
function goodDay(): Bench {
  const b = bench()
  b.world.answer = () => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ daily: { precipitation_probability_max: [80] } }),
    encoding: 'text',
  })
  return b
}

/** Those that wait for somebody or for time to pass. */
const WAITING = new Set(['first-days', 'follow-up', 'ask-for-approval'])

async function run(template: Template, b: Bench = goodDay()) {
  const definition = filledIn(template)
  const start = definition.nodes[0]
  const ran = await b.run(definition, given(template), { at: start?.id ?? '' })
  return { b, ran, keyOf: new Map(definition.nodes.map(({ id, key }) => [key, id])) }
}

const byId = (id: string): Template => {
  const found = templates.find((template) => template.id === id)
  if (!found) throw new Error(`no template ${id}`)
  return found
}

describe.each(templates.map((template) => [template.id, template] as const))(
  'the starter workflow %s',
  (_id, template) => {
    it('is sound once what only the person knows is filled in', () => {
      expect(errorsOf(filledIn(template))).toEqual([])
    })

    it('has no problems but those that it names', () => {
      const definition = made(template)
      const places = errorsOf(definition).map(
        ({ node, field }) => `${definition.nodes.find(({ id }) => id === node)?.key}.${field}`,
      )
      const named = [
        ...(template.pipeline?.steps ?? []).map((step) => `${step}.pipeline`),
        ...(template.blanks ?? []).map(({ step, field }) => `${step}.${field}`),
      ]
      expect(places.sort()).toEqual(named.sort())
    })

    it('fills fields that its pipeline has', () => {
      const known = new Set(template.pipeline?.fields.map(({ key }) => key))
      for (const { config } of template.steps) {
        for (const key of Object.keys(config['values'] ?? {})) expect(known).toContain(key)
      }
    })

    it('runs with its sample as far as it goes without the outside', async () => {
      const { ran } = await run(template)
      const expected = WAITING.has(template.id) ? 'waiting' : 'succeeded'
      expect([ran.outcome.status, ran.error]).toEqual([expected, null])
    })

    it('says in a few plain sentences what it does', () => {
      expect(template.about).toMatch(/^[A-Z].+\.$/)
      expect(template.about.length).toBeLessThan(240)
      expect(`${template.title} ${template.about}`).not.toMatch(/JSON|payload|endpoint|cron|token/i)
    })
  },
)

describe('what comes of them', () => {
  it('a contact is kept, thanked, and reported', async () => {
    const { b, ran } = await run(byId('thank-a-lead'))
    expect(ran.outcome.status).toBe('succeeded')
    expect(b.world.mails.map(({ to }) => to[0]).sort()).toEqual(['ada@example.org', ME])
  })

  it('a request goes to one place', async () => {
    const { b } = await run(byId('sort-requests'))
    expect(b.world.mails.map(({ subject }) => subject)).toEqual(['Somebody has a problem'])
  })

  it('without an answer for three days it writes once more', async () => {
    const { b, ran } = await run(byId('follow-up'))
    expect((await b.toTheEnd(ran.execution)).status).toBe('succeeded')
    expect(b.world.mails).toHaveLength(2)
    expect(b.world.mails[1]?.text).toContain('time to look')
  })

  it('a small expense needs nobody', async () => {
    const template = byId('ask-for-approval')
    const { b, ran } = await run({ ...template, sample: { ...template.sample, amount: 20 } })
    expect(ran.outcome.status).toBe('succeeded')
    expect(b.world.mails[0]?.subject).toBe('Fine: A standing desk')
  })

  it('three letters go out over a week', async () => {
    const { b, ran } = await run(byId('first-days'))
    expect((await b.toTheEnd(ran.execution)).status).toBe('succeeded')
    expect(b.world.mails).toHaveLength(3)
  })

  it('an umbrella only when rain is likely', async () => {
    for (const [chance, letters] of [
      [80, 1],
      [20, 0],
    ] as const) {
      const b = bench()
      b.world.answer = () => ({
        status: 200,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ daily: { precipitation_probability_max: [chance] } }),
        encoding: 'text',
      })
      await run(byId('take-an-umbrella'), b)
      expect(b.world.mails).toHaveLength(letters)
    }
  })

  it('a website that is down is reported, one that answers is not', async () => {
    const well = await run(byId('watch-a-website'))
    expect(well.b.world.mails).toEqual([])
    const b = bench()
    b.world.answer = () => ({ status: 404, headers: {}, body: 'gone', encoding: 'text' })
    await run(byId('watch-a-website'), b)
    expect(b.world.mails).toHaveLength(1)
    expect(b.world.mails[0]?.text).not.toBe('')
  })
})
