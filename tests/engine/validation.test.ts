import { describe, expect, it } from 'vitest'
import {
  ConfigProblem,
  parseDefinition,
  registry,
  validateDefinition,
  type WorkflowDefinition,
} from '#lib/engine/index.ts'
import { draw } from './bench.ts'

const set = (value: string, name = 'value') => ({
  type: 'data.set_variables',
  config: { variables: [{ name, type: 'auto', value }] },
})

const problems = (definition: WorkflowDefinition) => validateDefinition(definition, registry)
const codes = (definition: WorkflowDefinition) =>
  problems(definition).map(({ code, node, field }) =>
    [code, node ?? field].filter(Boolean).join(' '),
  )

describe('a workflow that can be published', () => {
  it('has no problems, whatever shape it has', () => {
    const definition = draw(
      {
        start: 'trigger.webhook',
        check: {
          type: 'logic.condition',
          config: {
            rules: { all: [{ left: '{{ trigger.body.age }}', op: 'greater_than', right: 17 }] },
          },
        },
        adult: set('yes', 'adult'),
        child: set('no', 'adult'),
        join: 'logic.merge',
        loop: { type: 'logic.for_each', config: { items: '{{ trigger.body.orders }}' } },
        inner: set('{{ item.id }} of {{ loop.count }} for {{ vars.adult }}'),
        after: set('{{ steps.loop.results[0].value }}'),
      },
      [
        'start -> check',
        'check:true -> adult -> join',
        'check:false -> child -> join -> loop',
        'loop:each -> inner',
        'loop:done -> after',
      ],
    )
    expect(problems(definition)).toEqual([])
  })
})

describe('what is wrong is said with the step, the field and the fix', () => {
  it('a workflow without a trigger', () => {
    expect(problems(draw({}, []))).toEqual([
      {
        code: 'workflow.no_trigger',
        severity: 'error',
        title: 'Nothing starts this workflow',
        detail: 'There is no trigger, so it would never run.',
        hint: 'Add a trigger, for example "Run by hand", "Webhook" or "Schedule".',
      },
    ])
  })

  it('a workflow that is its own error workflow is a warning', () => {
    const own = '00000000-0000-4000-8000-0000000000c2'
    const definition = draw({ start: 'trigger.manual' }, [], { errorWorkflow: own })
    expect(validateDefinition(definition, registry, own)).toMatchObject([
      { code: 'workflow.own_error_workflow', severity: 'warning' },
    ])
    expect(problems(definition)).toEqual([])
  })

  it('a trigger that is switched off does not count', () => {
    const off = draw({ start: { type: 'trigger.manual', disabled: true } }, [])
    expect(codes(off)).toEqual(['workflow.no_trigger'])
  })

  it('a step that nothing leads to is a warning', () => {
    const [problem] = problems(draw({ start: 'trigger.manual', alone: set('1') }, []))
    expect(problem).toMatchObject({ code: 'node.unreachable', severity: 'warning', node: 'alone' })
  })

  it('steps that go round in a circle are named', () => {
    const [problem] = problems(
      draw({ start: 'trigger.manual', a: set('1'), b: set('2'), c: set('3') }, [
        'start -> a -> b -> c',
        'c -> b',
      ]),
    )
    expect(problem).toMatchObject({
      code: 'graph.cycle',
      severity: 'error',
      detail: '"b", "c" lead back to themselves and would never end.',
    })
  })

  it('a step that is half inside a loop', () => {
    const definition = draw(
      {
        start: 'trigger.manual',
        loop: { type: 'logic.for_each', config: { items: '{{ trigger.a }}' } },
        in: set('1'),
        half: set('2'),
      },
      ['start -> loop', 'loop:each -> in -> half', 'loop:done -> half'],
    )
    expect(codes(definition)).toContain('loop.mixed_inputs half')
  })

  it('a loop without steps', () => {
    const definition = draw(
      {
        start: 'trigger.manual',
        loop: { type: 'logic.for_each', config: { items: '{{ trigger.a }}' } },
      },
      ['start -> loop'],
    )
    expect(codes(definition)).toEqual(['loop.empty_body loop'])
  })

  it('an unknown kind of step, with the nearest one', () => {
    const [problem] = problems(draw({ start: 'trigger.manual', a: 'mail.sned' }, ['start -> a']))
    expect(problem).toMatchObject({ code: 'node.unknown_type', node: 'a' })
    expect(problem?.hint).toContain('Did you mean "mail.send"?')
  })

  it('two steps with the same name for variables', () => {
    const definition = draw({ start: 'trigger.manual', a: set('1'), b: set('2') }, [
      'start -> a -> b',
    ])
    const [, second, third] = definition.nodes
    const twice = {
      ...definition,
      nodes: [...definition.nodes.slice(0, 2), { ...third, key: second?.key ?? '' } as never],
    }
    expect(codes(twice)).toEqual(['node.duplicate_key b'])
  })

  it('a required field that is empty', () => {
    const [problem] = problems(
      draw(
        {
          start: 'trigger.manual',
          a: { type: 'mail.send', config: { to: ' ann@example.org', body: 'x' } },
        },
        ['start -> a'],
      ),
    )
    expect(problem).toEqual({
      code: 'config.required',
      severity: 'error',
      node: 'a',
      field: 'subject',
      title: 'A field is empty',
      detail: '"a": "Subject" needs a value.',
      hint: 'Fill in "Subject".',
    })
  })

  it('a hidden field may be empty or broken', () => {
    const request = {
      url: 'https://example.org',
      auth: 'none',
      token: '{{ steps.gone.x }}',
      body: 'data',
    }
    const definition = draw(
      { start: 'trigger.manual', a: { type: 'http.request', config: request } },
      ['start -> a'],
    )
    expect(problems(definition)).toEqual([])
  })

  it('a shown field that hangs on another must be filled in', () => {
    const request = { url: 'https://example.org', auth: 'bearer' }
    const definition = draw(
      { start: 'trigger.manual', a: { type: 'http.request', config: request } },
      ['start -> a'],
    )
    expect(problems(definition)).toMatchObject([{ code: 'config.required', field: 'token' }])
  })

  it.each([
    ['http.request', { url: 'example.org/x' }, 'http.invalid_url', 'url'],
    [
      'http.request',
      { url: 'https://example.org', timeoutSeconds: 1000 },
      'config.invalid',
      'timeoutSeconds',
    ],
    ['http.request', { url: 'https://example.org', method: 'FETCH' }, 'config.invalid', 'method'],
    ['mail.send', { to: 'ann', subject: 's', body: 'b' }, 'mail.bad_address', 'to'],
    ['logic.condition', { rules: { all: [] } }, 'config.required', 'rules'],
    ['records.create', { pipeline: 'contacts' }, 'config.invalid', 'pipeline'],
    ['data.set_variables', { variables: [] }, 'config.required', 'variables'],
    ['logic.stop', { message: '{{ trigger.a' }, 'template.not_closed', 'message'],
    ['logic.stop', { message: '{{ trigger.a | upcas }}' }, 'template.unknown_filter', 'message'],
  ])('%s with %j', (type, config, code, field) => {
    const definition = draw({ start: 'trigger.manual', a: { type, config: config as never } }, [
      'start -> a',
    ])
    expect(problems(definition)).toMatchObject([{ code, node: 'a', field, severity: 'error' }])
  })

  it.each([
    [{ cron: '0 9 * *' }, 'schedule.invalid_cron', 'cron'],
    [{ cron: '0 25 * * *' }, 'schedule.invalid_cron', 'cron'],
    [{ cron: '0 9 31 2 *' }, 'schedule.invalid_cron', 'cron'],
    [{ timeZone: 'Europe/Berln' }, 'schedule.unknown_time_zone', 'timeZone'],
  ])('a schedule with %j', (config, code, field) => {
    const definition = draw({ start: { type: 'trigger.schedule', config: config as never } }, [])
    expect(problems(definition)).toMatchObject([{ code, field }])
  })

  it('an edge from a port that is gone', () => {
    const [problem] = problems(
      draw({ start: 'trigger.manual', a: set('1'), b: set('2') }, ['start -> a', 'a:case_x -> b']),
    )
    expect(problem).toMatchObject({ code: 'edge.unknown_port', node: 'a', edge: 'a:case_x->b' })
  })

  it('an edge into a trigger', () => {
    const [problem] = problems(
      draw({ start: 'trigger.manual', a: set('1'), other: 'trigger.webhook' }, [
        'start -> a -> other',
      ]),
    )
    expect(problem).toMatchObject({ code: 'edge.unknown_port', node: 'other' })
  })

  it('an error port that leads nowhere is a warning', () => {
    const definition = draw({ start: 'trigger.manual', a: { ...set('1'), onError: 'port' } }, [
      'start -> a',
    ])
    expect(problems(definition)).toMatchObject([
      { code: 'node.error_port_unused', severity: 'warning' },
    ])
  })

  it('a config made with a newer version of the step', () => {
    const definition = draw({ start: 'trigger.manual', a: set('1') }, ['start -> a'])
    const newer = {
      ...definition,
      nodes: definition.nodes.map((node) => ({ ...node, version: node.key === 'a' ? 9 : 1 })),
    }
    expect(codes(newer)).toEqual(['node.newer_version a'])
  })
})

describe('variables', () => {
  const using = (value: string, extra: Parameters<typeof draw>[0] = {}, edges: string[] = []) =>
    problems(
      draw(
        {
          start: 'trigger.webhook',
          find: {
            type: 'records.find',
            config: { pipeline: '00000000-0000-4000-8000-000000000001' },
          },
          use: set(value),
          ...extra,
        },
        ['start -> find -> use', ...edges],
      ),
    )

  it.each([
    ['{{ trigger.boddy }}', 'Did you mean "trigger.body"?'],
    ['{{ triger.body }}', 'Did you mean "trigger"?'],
    ['{{ steps.fnd.count }}', 'Did you mean "steps.find"?'],
    ['{{ steps.find.cuont }}', 'Did you mean "steps.find.count"?'],
    ['{{ steps.find.records[0].dat }}', 'Did you mean "steps.find.records[0].data"?'],
    ['{{ workspace.timezone }}', 'Did you mean "workspace.timeZone"?'],
  ])('%s: %s', (value, hint) => {
    expect(using(value)).toMatchObject([
      { code: 'template.unknown_variable', node: 'use', field: 'variables', hint },
    ])
  })

  it.each([
    '{{ trigger.body.anything.at.all }}',
    '{{ steps.find.first.data.name }}',
    '{{ steps.find.records.size }}',
    '{{ nothing | default: 1 }}',
    '{% if nothing %}x{% endif %}',
    '{% for r in steps.find.records %}{{ r.id }}{% endfor %}',
  ])('%s may be there', (value) => {
    expect(using(value)).toEqual([])
  })

  it('of a step that does not come before', () => {
    expect(using('{{ steps.side.value }}', { side: set('1') }, ['start -> side'])).toMatchObject([
      { code: 'template.not_before', node: 'use' },
    ])
  })

  it('of a step that is switched off', () => {
    const off = { ...set('1'), disabled: true }
    expect(using('{{ steps.off.value }}', { off }, ['start -> off -> use'])).toMatchObject([
      { code: 'template.switched_off' },
    ])
  })

  it('of a loop, used outside of it', () => {
    expect(using('{{ item.name }}')).toMatchObject([{ code: 'template.not_in_loop', node: 'use' }])
  })

  it('set by nobody', () => {
    expect(
      using('{{ vars.nam }}', { set: set('x', 'name') }, ['start -> set -> use']),
    ).toMatchObject([{ code: 'template.unknown_variable', hint: 'Did you mean "vars.name"?' }])
  })
})

describe('reading a stored definition', () => {
  it('brings older schema versions up to date, one after the other', () => {
    const stored = { schema: -1, steps: [], edges: [], settings: {} }
    const upgrades = [
      {
        from: 0,
        apply: ({ boxes, ...rest }: Record<string, unknown>) => ({ ...rest, nodes: boxes }),
      },
      {
        from: -1,
        apply: ({ steps, ...rest }: Record<string, unknown>) => ({ ...rest, boxes: steps }),
      },
    ]
    expect(parseDefinition(stored, upgrades)).toEqual({
      schema: 1,
      nodes: [],
      edges: [],
      settings: {},
    })
  })

  it('says when it was made with a newer Weft', () => {
    expect(() => parseDefinition({ schema: 99, nodes: [], edges: [], settings: {} })).toThrowError(
      expect.objectContaining({ code: 'definition.newer_schema' }),
    )
  })

  it.each([null, 'text', [], {}, { schema: 1, nodes: 'x' }])('refuses %j', (stored) => {
    expect(() => parseDefinition(stored)).toThrow(ConfigProblem)
  })
})
