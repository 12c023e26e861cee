import { describe, expect, it } from 'vitest'
import { bench, draw } from './bench.ts'
import { callNode, set, when } from './test-nodes.ts'

const fails = { type: 'logic.stop', config: { message: 'no luck' } }

describe('branches', () => {
  it('really run side by side', async () => {
    const log: string[] = []
    const slow = callNode(async (name, { signal }) => {
      log.push(`${name} begins`)
      await b.clock.sleep(1000, signal)
      log.push(`${name} ends`)
      return name
    })
    const b = bench([slow])
    const ran = await b.run(
      draw({ start: 'trigger.manual', a: 'test.call', b: 'test.call' }, [
        'start -> a',
        'start -> b',
      ]),
    )
    expect(ran.outcome.status).toBe('succeeded')
    expect(log).toEqual(['a begins', 'b begins', 'a ends', 'b ends'])
  })

  it('a condition takes one way; the steps of the other are skipped', async () => {
    const definition = draw(
      {
        start: 'trigger.manual',
        check: when('{{ trigger.age }}', 'greater_than', 17),
        yes: set(1),
        no: set(2),
        after: set(3),
      },
      ['start -> check', 'check:true -> yes', 'check:false -> no -> after'],
    )
    const ran = await bench().run(definition, { age: 20 })
    expect(ran.steps['check']?.port).toBe('true')
    expect(ran.steps['yes']?.status).toBe('succeeded')
    expect(ran.steps['no']).toMatchObject({ status: 'skipped', port: null })
    expect(ran.steps['after']?.status).toBe('skipped')
  })

  it('a switch takes the first case that fits, or "otherwise"', async () => {
    const of = (value: string) => ({
      all: [{ left: '{{ trigger.kind }}', op: 'equals', right: value }],
    })
    const cases = [
      { name: 'A', port: 'case_a', when: of('a') },
      { name: 'Also A', port: 'case_a2', when: of('a') },
      { name: 'B', port: 'case_b', when: of('b') },
    ]
    const definition = draw(
      {
        start: 'trigger.manual',
        way: { type: 'logic.switch', config: { cases } },
        a: set(1),
        a2: set(2),
        b: set(3),
        other: set(4),
      },
      [
        'start -> way',
        'way:case_a -> a',
        'way:case_a2 -> a2',
        'way:case_b -> b',
        'way:default -> other',
      ],
    )
    const taken = async (kind: string) => {
      const { steps } = await bench().run(definition, { kind })
      return Object.keys(steps)
        .filter((key) => steps[key]?.status === 'succeeded')
        .slice(2)
    }
    expect([await taken('a'), await taken('b'), await taken('c')]).toEqual([
      ['a'],
      ['b'],
      ['other'],
    ])
  })
})

describe('a join', () => {
  const join = draw(
    {
      start: 'trigger.manual',
      check: when('{{ trigger.go }}', 'is_true', null),
      far: set(1),
      farther: set(2),
      near: set(3),
      join: 'logic.merge',
      end: set('{{ steps.join.merged }}'),
    },
    ['start -> check', 'check:true -> far -> farther -> join', 'start -> near -> join -> end'],
  )

  it('waits for all branches', async () => {
    const ran = await bench().run(join, { go: true })
    expect(ran.outputs['join']).toEqual({ merged: { near: { value: 3 }, farther: { value: 2 } } })
  })

  it('whose other branch was not taken still runs', async () => {
    const ran = await bench().run(join, { go: false })
    expect(ran.outcome.status).toBe('succeeded')
    expect(ran.outputs['end']).toEqual({ value: { near: { value: 3 } } })
  })

  it('that no branch reaches is skipped, and so is what follows', async () => {
    const definition = draw(
      {
        start: 'trigger.manual',
        check: when(1, 'equals', 1),
        a: set(1),
        b: set(2),
        join: 'logic.merge',
        end: set(1),
      },
      ['start -> check', 'check:false -> a -> join', 'check:false -> b -> join -> end'],
    )
    const ran = await bench().run(definition)
    expect(['a', 'b', 'join', 'end'].map((key) => ran.steps[key]?.status)).toEqual(
      Array(4).fill('skipped'),
    )
    expect(ran.outcome).toMatchObject({ status: 'succeeded', output: { result: true } })
  })

  it('does not wait for the branch of another trigger', async () => {
    const definition = draw(
      {
        start: 'trigger.manual',
        hook: 'trigger.webhook',
        a: set('{{ trigger.name | default: "" }}'),
        b: set(2),
        join: 'logic.merge',
      },
      ['start -> a -> join', 'hook -> b -> join'],
    )
    const byHand = await bench().run(definition, { name: 'Ada' })
    expect(byHand.outputs['join']).toEqual({ merged: { a: { value: 'Ada' } } })
    expect(byHand.steps['b']).toBeUndefined()
    const byHook = await bench().run(definition, {}, { at: 'hook' })
    expect(byHook.outputs['join']).toEqual({ merged: { b: { value: 2 } } })
  })

  it.each([
    ['by_step', { left: { value: 1, a: 1 }, right: { value: 2 } }],
    ['fields', { value: 2, a: 1 }],
    ['list', [{ value: 1, a: 1 }, { value: 2 }]],
    ['first', { value: 1, a: 1 }],
  ])('combines what arrives: %s', async (strategy, merged) => {
    const two = [
      { name: 'value', type: 'auto', value: 1 },
      { name: 'a', type: 'auto', value: 1 },
    ]
    const definition = draw(
      {
        start: 'trigger.manual',
        left: { type: 'data.set_variables', config: { variables: two } },
        right: set(2),
        join: { type: 'logic.merge', config: { strategy } },
      },
      ['start -> left -> join', 'start -> right -> join'],
    )
    expect((await bench().run(definition)).outputs['join']).toEqual({ merged })
  })
})

describe('a step that is switched off', () => {
  it('lets pass what arrives, as if it were not there', async () => {
    const definition = draw(
      {
        start: 'trigger.manual',
        a: set(1),
        off: { ...set(2), disabled: true },
        join: 'logic.merge',
      },
      ['start -> a -> off -> join'],
    )
    const ran = await bench().run(definition)
    expect(ran.steps['off']).toMatchObject({ status: 'skipped', port: 'out', output: null })
    expect(ran.outputs['join']).toEqual({ merged: { a: { value: 1 } } })
  })

  it('may be unfinished', async () => {
    const off = { type: 'mail.send', disabled: true }
    const ran = await bench().run(
      draw({ start: 'trigger.manual', off, end: set(1) }, ['start -> off -> end']),
    )
    expect(ran.outcome.status).toBe('succeeded')
  })

  it('a loop that is switched off goes on after it', async () => {
    const loop = { type: 'logic.for_each', disabled: true }
    const ran = await bench().run(
      draw({ start: 'trigger.manual', loop, inner: set(1), end: set(2) }, [
        'start -> loop',
        'loop:each -> inner',
        'loop:done -> end',
      ]),
    )
    expect(ran.steps['end']?.status).toBe('succeeded')
    expect(ran.steps['inner']).toBeUndefined()
  })
})

describe('a step that fails', () => {
  it('fails the execution, with the step named', async () => {
    const ran = await bench().run(
      draw({ start: 'trigger.manual', bad: fails, after: set(1) }, [
        'start -> bad',
        'start -> after',
      ]),
    )
    expect(ran.outcome.status).toBe('failed')
    expect(ran.error).toMatchObject({
      code: 'workflow.stopped',
      detail: 'no luck',
      node: 'bad',
      retryable: false,
    })
    expect(ran.steps['bad']?.status).toBe('failed')
  })

  it('calls off what runs beside it', async () => {
    let called = false
    const hangs = callNode(async (name, { signal }) => {
      if (name === 'quick') throw new Error('broken')
      await b.clock.sleep(60_000, signal)
      called = signal.aborted
      return null
    })
    const b = bench([hangs])
    const ran = await b.run(
      draw({ start: 'trigger.manual', quick: 'test.call', slow: 'test.call' }, [
        'start -> slow',
        'start -> quick',
      ]),
    )
    expect(ran.error).toMatchObject({ code: 'engine.fault', node: 'quick' })
    expect(ran.steps['slow']?.status).toBe('cancelled')
    expect(called).toBe(true)
    expect(b.clock.now()).toBeLessThan(Date.parse('2026-11-23T09:00:30Z'))
  })

  it('goes on when it is set to, and says what happened', async () => {
    const ran = await bench().run(
      draw(
        {
          start: 'trigger.manual',
          bad: { ...fails, onError: 'continue' },
          end: set('{{ steps.bad.error.detail }}'),
        },
        ['start -> bad -> end'],
      ),
    )
    expect(ran.outcome.status).toBe('succeeded')
    expect(ran.steps['bad']).toMatchObject({ status: 'failed', port: 'out' })
    expect(ran.outputs['end']).toEqual({ value: 'no luck' })
  })

  it('goes its own way when it has an error port', async () => {
    const risky = { ...set('{{ trigger.gone }}'), onError: 'port' as const }
    const definition = draw(
      { start: 'trigger.manual', risky, well: set(1), badly: set('{{ steps.risky.error.code }}') },
      ['start -> risky -> well', 'risky:error -> badly'],
    )
    const ran = await bench().run(definition)
    expect(ran.outcome.status).toBe('succeeded')
    expect(ran.steps['well']?.status).toBe('skipped')
    expect(ran.outputs['badly']).toEqual({ value: 'template.unknown_variable' })
    const good = await bench().run(definition, { gone: 1 })
    expect(good.steps['badly']?.status).toBe('skipped')
  })

  it('names the field and the nearest variable', async () => {
    const ran = await bench().run(
      draw({ start: 'trigger.manual', a: set('{{ trigger.nmae }}') }, ['start -> a']),
      { name: 'Ada' },
    )
    expect(ran.error).toMatchObject({
      code: 'template.unknown_variable',
      node: 'a',
      field: 'variables',
    })
    expect(ran.error?.hint).toContain('trigger.name')
  })
})

describe('data', () => {
  it('a whole-value template keeps its type, inside text it renders', async () => {
    const ran = await bench().run(
      draw(
        { start: 'trigger.manual', a: set('{{ trigger.list }}'), b: set('Got {{ trigger.list }}') },
        ['start -> a', 'start -> b'],
      ),
      { list: [1, 2] },
    )
    expect(ran.outputs).toMatchObject({ a: { value: [1, 2] }, b: { value: 'Got 1, 2' } })
  })

  it('variables of all earlier steps are there, later ones win', async () => {
    const ran = await bench().run(
      draw(
        {
          start: 'trigger.manual',
          one: set('first', 'name'),
          two: set('second', 'name'),
          three: set('x', 'other'),
          end: set('{{ vars.name }} {{ vars.other }}'),
        },
        ['start -> one -> two -> three -> end'],
      ),
    )
    expect(ran.outputs['end']).toEqual({ value: 'second x' })
  })

  it('facts about the execution are there', async () => {
    const template =
      '{{ workflow.name }}|{{ workspace.timeZone }}|{{ execution.mode }}|{{ now }}|{{ now | date: "%H:%M" }}'
    const ran = await bench().run(
      draw({ start: 'trigger.manual', a: set(template) }, ['start -> a']),
    )
    expect(ran.outputs['a']).toEqual({
      value: 'Test|Europe/Berlin|live|2026-11-23T09:00:00.000Z|10:00',
    })
  })

  it('a pinned output stands in while testing, and only then', async () => {
    const definition = draw(
      { start: 'trigger.manual', a: { ...set('real'), pinned: { value: 'pinned' } } },
      ['start -> a'],
    )
    expect((await bench().run(definition, {}, { mode: 'test' })).outputs['a']).toEqual({
      value: 'pinned',
    })
    expect((await bench().run(definition)).outputs['a']).toEqual({ value: 'real' })
  })

  it('the result is the output of the last step, or of all last steps by name', async () => {
    const one = await bench().run(
      draw({ start: 'trigger.manual', a: set(1), b: set(2) }, ['start -> a -> b']),
    )
    expect(one.outcome).toMatchObject({ output: { value: 2 } })
    const two = await bench().run(
      draw({ start: 'trigger.manual', a: set(1), b: set(2) }, ['start -> a', 'start -> b']),
    )
    expect(two.outcome).toMatchObject({ output: { a: { value: 1 }, b: { value: 2 } } })
  })
})
