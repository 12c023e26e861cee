import { describe, expect, it } from 'vitest'
import { registry, validateDefinition, type WorkflowDefinition } from '#lib/engine/index.ts'
import { deeds, essentials, starts } from '#lib/start/form/catalogue.ts'
import {
  definitionOf,
  exampleOf,
  namesOf,
  readNames,
  type DescribedStep,
  type Description,
} from '#lib/start/form/description.ts'
import { bench } from '../engine/bench.ts'

const start = (type: string, brings: string[] = []): Description['start'] => ({
  ...{ type, brings },
  schedule: { mode: 'week', days: [1], hour: 9, minute: 0 },
})
const does = (
  type: string,
  values: DescribedStep['values'] = {},
  more: Partial<DescribedStep> = {},
): DescribedStep => ({ id: type, type, title: '', values, onlyIf: null, ...more })

const made = (
  description: Description,
  pipelines: Parameters<typeof definitionOf>[2] = [],
): WorkflowDefinition => {
  let count = 0
  return definitionOf(description, () => `n${++count}`, pipelines)
}
const errorsOf = (definition: WorkflowDefinition) =>
  validateDefinition(definition, registry).filter(({ severity }) => severity === 'error')
const letter = { to: '[email]', subject: 'Hello [name]', body: 'Is [this] [name]?' }
const bigOnly = { what: 'amount', comparison: 'greater_than', value: '100' } as const

const webhook = start('trigger.webhook', ['name', 'email', 'amount'])
const call = (amount: number) => ({
  method: 'POST',
  body: { name: 'Ada', email: 'ada@example.org', amount },
})

describe('what is described in the plain form', () => {
  it('becomes steps in a row, called as the person calls them', () => {
    const definition = made({
      start: webhook,
      steps: [does('logic.delay'), does('mail.send', letter, { title: 'Write to them' })],
    })
    expect(errorsOf(definition)).toEqual([])
    expect(definition.nodes.map(({ title }) => title)).toEqual([
      'Something is sent to it',
      'Wait for some time',
      'Write to them',
    ])
    const columns = definition.nodes.map(({ position }) => position.x)
    expect(columns).toEqual(columns.toSorted((a, b) => a - b))
    expect(new Set(columns).size).toBe(3)
  })

  it('puts data where its name stands in brackets, and leaves other brackets alone', async () => {
    const b = bench()
    const definition = made({ start: webhook, steps: [does('mail.send', letter)] })
    const { outcome } = await b.run(definition, call(1), { at: 'n1' })
    expect(outcome.status).toBe('succeeded')
    expect(b.world.mails[0]).toMatchObject({
      to: ['ada@example.org'],
      subject: 'Hello Ada',
      text: 'Is [this] Ada?',
    })
  })

  it('takes names with blanks and signs in them', async () => {
    const b = bench()
    const definition = made({
      start: start('trigger.manual', ['E-mail of the boss']),
      steps: [does('mail.send', { ...letter, to: '[E-mail of the boss]' })],
    })
    expect(errorsOf(definition)).toEqual([])
    await b.run(definition, { 'E-mail of the boss': 'boss@example.org' }, { at: 'n1' })
    expect(b.world.mails[0]?.to).toEqual(['boss@example.org'])
  })

  it('leaves out a step whose condition does not hold, and goes on with the next one', async () => {
    const definition = made({
      start: webhook,
      steps: [
        does('mail.send', { ...letter, subject: 'Large' }, { onlyIf: bigOnly }),
        does('mail.send', { ...letter, subject: 'Always' }),
      ],
    })
    expect(errorsOf(definition)).toEqual([])
    for (const [amount, subjects] of [
      [500, ['Large', 'Always']],
      [5, ['Always']],
    ] as const) {
      const b = bench()
      await b.run(definition, call(amount), { at: 'n1' })
      expect(b.world.mails.map(({ subject }) => subject)).toEqual(subjects)
    }
  })

  it('stops there when it was told to, and only then', async () => {
    const definition = made({
      start: webhook,
      steps: [
        does('logic.stop', { message: 'Too much for [name]' }, { onlyIf: bigOnly }),
        does('mail.send', letter),
      ],
    })
    expect(errorsOf(definition)).toEqual([])
    const small = bench()
    expect((await small.run(definition, call(5), { at: 'n1' })).outcome.status).toBe('succeeded')
    const large = bench()
    const { outcome, error } = await large.run(definition, call(500), { at: 'n1' })
    expect([outcome.status, error?.detail]).toEqual(['failed', 'Too much for Ada'])
  })

  it('writes times of the clock as the schedule keeps them', () => {
    const definition = made({ start: start('trigger.schedule'), steps: [] })
    expect(definition.nodes[0]?.config).toMatchObject({ cron: '0 9 * * 1' })
  })

  it('fills the fields of a record that are called like what comes with it', () => {
    const pipeline = {
      id: '00000000-0000-4000-8000-00000000000a',
      name: 'Contacts',
      fields: [
        { key: 'full_name', title: 'Name' },
        { key: 'email', title: 'E-mail' },
        { key: 'phone', title: 'Phone' },
      ],
    }
    const definition = made(
      { start: webhook, steps: [does('records.create', { pipeline: pipeline.id })] },
      [pipeline],
    )
    expect(errorsOf(definition)).toEqual([])
    expect(definition.nodes[1]?.config['values']).toEqual({
      full_name: '{{ trigger.body.name }}',
      email: '{{ trigger.body.email }}',
    })
  })

  it('names what was left empty in the list of problems, and nothing else', () => {
    const definition = made({ start: webhook, steps: [does('mail.send', { to: 'a@example.org' })] })
    expect(errorsOf(definition).map(({ field }) => field)).toEqual(['subject', 'body'])
  })
})

describe('what the form offers', () => {
  it('every trigger of the catalogue starts a sound workflow', () => {
    const offered = starts().map(({ type }) => type.type)
    const triggers = registry.all.filter(({ category }) => category === 'triggers')
    expect(offered.sort()).toEqual(triggers.map(({ type }) => type).sort())
    for (const type of offered) {
      const described = { start: start(type, ['name']), steps: [] }
      expect([type, errorsOf(made(described))]).toEqual([type, []])
    }
  })

  it('every step has few fields, and none that needs more than a line of words', () => {
    for (const { type } of deeds())
      expect([type.type, essentials(type).length < 4]).toEqual([type.type, true])
  })

  it('what a failed workflow brings has names, too', () => {
    const failed = start('trigger.failure')
    expect(namesOf(failed)).toContain('problem')
    const definition = made({
      start: failed,
      steps: [does('mail.send', { to: 'a@example.org', subject: '[workflow]', body: '[problem]' })],
    })
    expect(errorsOf(definition)).toEqual([])
  })

  it('reads names as people type them', () => {
    expect(readNames(' name, e-mail ;\nname, ')).toEqual(['name', 'e-mail'])
    expect(exampleOf(webhook)).toMatchObject({ email: 'ada@example.org', amount: 120 })
  })
})
