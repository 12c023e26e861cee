import { describe, expect, it } from 'vitest'
import {
  CATEGORIES,
  compile,
  defaultConfig,
  formFields,
  isShown,
  outputFields,
  portsOf,
  readSchedule,
  readWebhookRules,
  registry,
  validateDefinition,
  type DataObject,
  type HttpRequest,
} from '#lib/engine/index.ts'
import { bench, draw } from './bench.ts'
import { each } from './test-nodes.ts'
import { set } from './test-nodes.ts'

describe.each(registry.all.map((type) => [type.type, type] as const))('%s', (_name, type) => {
  it('has a sample that fits its output', () => {
    expect(type.output.safeParse(type.sample).success).toBe(true)
  })

  it('has a sample whose fields the variable picker can show', () => {
    for (const field of outputFields(type)) expect(field.path).not.toBe('')
  })

  it('is described in plain words', () => {
    expect(type.title).toMatch(/^[A-Z][^.]{2,40}$/)
    expect(type.description).toMatch(/^[A-Z].{20,140}\.$/)
    const words = [
      type.title,
      type.description,
      ...formFields(type).flatMap(({ label, hint }) => [label, hint ?? '']),
    ]
    expect(words.join(' ')).not.toMatch(
      /\b(null|undefined|JSON|exception|boolean|string|array|payload)\b/i,
    )
  })

  it('has a form: every field has a label and a widget, and those that hang on another hang on one that is there', () => {
    const fields = formFields(type)
    for (const field of fields) {
      expect(field.label).toMatch(/^[A-Z]/)
      expect(field.widget).toBeTruthy()
      expect(isShown(type, field, defaultConfig(type))).toBeTypeOf('boolean')
      if (field.showWhen) expect(fields.map(({ name }) => name)).toContain(field.showWhen.field)
    }
  })

  it('has defaults that its own schema accepts, where nothing else is required', () => {
    const config = defaultConfig(type)
    for (const { name, schema } of formFields(type)) {
      if (config[name] !== undefined) expect(schema.safeParse(config[name]).success).toBe(true)
    }
  })

  it('newly added, has no other problems than fields to fill in', () => {
    const before = type.endsLoop === true ? ['start -> loop', 'loop:each -> it'] : ['start -> it']
    const definition = draw(
      {
        start: 'trigger.manual',
        ...(type.endsLoop === true ? { loop: each(['a']) } : {}),
        it: { type: type.type, config: defaultConfig(type) },
      },
      type.category === 'triggers' ? [] : before,
    )
    const codes = validateDefinition(definition, registry).map(({ code }) => code)
    expect(
      codes.filter((code) => code !== 'config.required' && code !== 'loop.empty_body'),
    ).toEqual([])
  })

  it('has ports with names of their own', () => {
    const { inputs, outputs } = portsOf(type, defaultConfig(type), 'port')
    expect(inputs.length).toBe(type.category === 'triggers' ? 0 : 1)
    expect(new Set(outputs.map(({ name }) => name)).size).toBe(outputs.length)
    expect(outputs.at(-1)?.name).toBe('error')
  })
})

it('the palette is in order of its categories, and no type is there twice', () => {
  const ranks = registry.all.map((type) => CATEGORIES.indexOf(type.category))
  expect(ranks).toEqual(ranks.toSorted((a, b) => a - b))
  expect(new Set(registry.all.map(({ type }) => type)).size).toBe(registry.all.length)
})

it('a switch shows a port for each case', () => {
  const type = registry.get('logic.switch')
  if (type === undefined) throw new Error('no switch')
  const cases = [{ name: 'Big', port: 'case_1', when: { all: [] } }]
  expect(portsOf(type, { cases }).outputs).toEqual([
    { name: 'case_1', label: 'Big' },
    { name: 'default', label: 'Otherwise' },
  ])
})

describe('triggers', () => {
  it('a webhook trigger hands on method, headers, query, body and time', async () => {
    const received = {
      method: 'PUT',
      headers: { a: 'b' },
      query: { q: '1' },
      body: [1],
      received_at: '2026-01-01T00:00:00.000Z',
    }
    const ran = await bench().run(
      draw({ start: 'trigger.webhook', a: set('{{ trigger.query.q }}') }, ['start -> a']),
      received,
    )
    expect(ran.outputs).toMatchObject({ start: received, a: { value: '1' } })
  })

  it('a schedule hands on the time it was planned for', async () => {
    const ran = await bench().run(draw({ start: 'trigger.schedule' }, []), {
      scheduled_at: '2026-11-23T08:00:00.000Z',
    })
    expect(ran.outputs['start']).toEqual({ scheduled_at: '2026-11-23T08:00:00.000Z' })
  })

  it('their stored configs are read with the defaults filled in', () => {
    expect(readWebhookRules({})).toEqual({
      methods: ['POST'],
      respond: 'accepted',
      verify: 'none',
      header: 'x-webhook-signature',
      maxBodyBytes: 1024 * 1024,
    })
    expect(
      readWebhookRules({ methods: 'any', verify: 'hmac', header: 'X-Hub-Signature-256' }),
    ).toMatchObject({
      methods: ['GET', 'POST', 'PUT'],
      verify: 'hmac',
      header: 'x-hub-signature-256',
    })
    expect(
      readWebhookRules({ deliveryHeader: 'X-Id', allowFrom: '10.0.0.0/8', ratePerMinute: 5 }).guard,
    ).toMatchObject({
      delivery: { header: 'x-id' },
      allowFrom: [{ bits: 104 }],
      ratePerMinute: 5,
      toleranceSeconds: 300,
    })
    // An id that is signed can't be replaced by one that isn't.
    expect(
      readWebhookRules({ verify: 'standard', deliveryHeader: 'X-Id' }).guard?.delivery,
    ).toEqual({ header: 'webhook-id' })
    expect(readSchedule({ cron: '5 4 * * *' }, 'Europe/Paris')).toEqual({
      cron: '5 4 * * *',
      timeZone: 'Europe/Paris',
    })
  })
})

describe('set variables', () => {
  it.each([
    ['number', '12.50', 12.5],
    ['text', 12, '12'],
    ['boolean', 'yes', true],
    ['list', 'a, b', ['a', 'b']],
    ['auto', [1], [1]],
    ['number', null, null],
  ])('as %s: %j is %j', async (type, value, expected) => {
    const variables = [{ name: 'x', type, value: '{{ trigger.value }}' }]
    const ran = await bench().run(
      draw({ start: 'trigger.manual', a: { type: 'data.set_variables', config: { variables } } }, [
        'start -> a',
      ]),
      { value },
    )
    expect(ran.outputs['a']).toEqual({ x: expected })
  })

  it('a value that does not fit its type says which', async () => {
    const variables = [{ name: 'age', type: 'number', value: 'old' }]
    const ran = await bench().run(
      draw({ start: 'trigger.manual', a: { type: 'data.set_variables', config: { variables } } }, [
        'start -> a',
      ]),
    )
    expect(ran.error).toMatchObject({
      code: 'variables.wrong_type',
      field: 'variables',
      detail: '"age" should be a number, but its value is "old".',
    })
  })
})

describe('records', () => {
  const pipeline = '00000000-0000-4000-8000-00000000000f'
  it('are created, changed, found and deleted', async () => {
    const values = { name: '{{ trigger.name }}', status: 'new' }
    const where = { all: [{ left: 'status', op: 'equals', right: '{{ vars.wanted }}' }] }
    const ran = await bench().run(
      draw(
        {
          start: 'trigger.manual',
          make: { type: 'records.create', config: { pipeline, values } },
          change: {
            type: 'records.update',
            config: { pipeline, record: '{{ steps.make.record }}', changes: { status: 'won' } },
          },
          vars: set('won', 'wanted'),
          find: { type: 'records.find', config: { pipeline, where } },
          drop: { type: 'records.delete', config: { record: '{{ steps.find.first.id }}' } },
          empty: { type: 'records.find', config: { pipeline } },
        },
        ['start -> make -> change -> vars -> find -> drop -> empty'],
      ),
      { name: 'Ada' },
    )
    expect(ran.outcome.status).toBe('succeeded')
    expect(ran.outputs['change']).toMatchObject({
      changed: ['status'],
      record: { data: { name: 'Ada', status: 'won' } },
    })
    expect(ran.outputs['find']).toMatchObject({
      count: 1,
      total: 1,
      first: { data: { status: 'won' } },
    })
    expect(ran.outputs['empty']).toEqual({ records: [], first: null, count: 0, total: 0 })
  })

  it('without a record to change, the step says so', async () => {
    const config = { pipeline, record: '{{ trigger.nobody }}', changes: {} }
    const ran = await bench().run(
      draw({ start: 'trigger.manual', a: { type: 'records.update', config } }, ['start -> a']),
      { nobody: null },
    )
    expect(ran.error).toMatchObject({ code: 'records.no_record', field: 'record' })
  })
})

describe('an HTTP request', () => {
  const requesting = (config: DataObject) =>
    draw(
      {
        start: 'trigger.manual',
        get: { type: 'http.request', config: { url: 'https://example.org/a?x=1', ...config } },
      },
      ['start -> get'],
    )
  const sent = async (config: DataObject, data: DataObject = {}): Promise<HttpRequest> => {
    const b = bench()
    const ran = await b.run(requesting(config), data)
    if (ran.error !== null) throw new Error(ran.error.detail)
    const [request] = b.world.requests
    if (request === undefined) throw new Error('nothing was sent')
    return request
  }

  it('carries a key that tells a repeat, and the query', async () => {
    const request = await sent({ query: [{ name: 'q', value: 'a b&{{ trigger.n }}' }] }, { n: 2 })
    expect(request).toMatchObject({
      method: 'GET',
      url: 'https://example.org/a?x=1&q=a+b%262',
      timeoutMs: 30_000,
    })
    expect(request.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}-[0-9a-f]{16}$/)
    expect(request.body).toBeUndefined()
  })

  it.each([
    [
      { body: 'fields', fields: [{ name: 'n', type: 'auto', value: '{{ trigger.n }}' }] },
      '{"n":2}',
      'application/json',
    ],
    [{ body: 'data', data: '{{ trigger }}' }, '{"n":2}', 'application/json'],
    [
      { body: 'form', form: [{ name: 'a b', value: 'ü{{ trigger.n }}' }] },
      'a+b=%C3%BC2',
      'application/x-www-form-urlencoded',
    ],
    [{ body: 'text', text: 'n is {{ trigger.n }}' }, 'n is 2', 'text/plain; charset=utf-8'],
  ])('sends %j', async (config, body, type) => {
    const request = await sent({ method: 'POST', ...(config as DataObject) }, { n: 2 })
    expect(request.body).toBe(body)
    expect(request.headers['content-type']).toBe(type)
  })

  it('signs in', async () => {
    expect((await sent({ auth: 'bearer', token: 'abc' })).headers['authorization']).toBe(
      'Bearer abc',
    )
    const basic = await sent({ auth: 'basic', user: 'ann', password: 'pässword' })
    expect(basic.headers['authorization']).toBe(
      `Basic ${Buffer.from('ann:pässword').toString('base64')}`,
    )
  })

  it.each([
    [400, false],
    [404, false],
    [408, true],
    [425, true],
    [429, true],
    [500, true],
    [503, true],
  ])('an answer with status %i is a failure; trying again helps: %s', async (status, retryable) => {
    const b = bench()
    b.world.answer = () => ({ status, headers: {}, body: 'sorry', encoding: 'text' })
    const { error } = await b.run(requesting({}))
    expect(error).toMatchObject({ code: `http.status_${status}`, retryable })
    expect(error?.detail).toContain('sorry')
  })

  it.each([
    [{ 'retry-after': '7' }, 7],
    [{ 'retry-after': 'Mon, 23 Nov 2026 09:00:09 GMT', date: 'Mon, 23 Nov 2026 09:00:00 GMT' }, 9],
  ])('waits as long as it is asked to: %j', async (headers, seconds) => {
    const b = bench()
    let asked = 0
    b.world.answer = () => ({
      status: asked++ === 0 ? 429 : 200,
      headers: asked === 1 ? headers : {},
      body: '',
      encoding: 'text',
    })
    const definition = requesting({})
    const retry = { attempts: 2, backoff: 'fixed' as const, delaySeconds: 0 }
    await b.run({
      ...definition,
      nodes: definition.nodes.map((node) => ({
        ...node,
        ...(node.key === 'get' ? { retry } : {}),
      })),
    })
    expect(asked).toBe(2)
    expect(b.clock.now()).toBe(Date.parse('2026-11-23T09:00:00Z') + seconds * 1000)
  })

  it('reads data where the answer is data, and keeps text where it only says so', async () => {
    const b = bench()
    b.world.answer = ({ url }) => ({
      status: 200,
      headers: { 'content-type': 'application/problem+json' },
      body: url.endsWith('x=1') ? '{"a":1}' : '{',
      encoding: 'text',
    })
    expect((await b.run(requesting({}))).outputs['get']).toMatchObject({ body: { a: 1 } })
    expect(
      (await b.run(requesting({ url: 'https://example.org/b' }))).outputs['get'],
    ).toMatchObject({ body: '{' })
  })

  it('to what is no address says so', async () => {
    const ran = await bench().run(requesting({ url: '{{ trigger.url }}' }), {
      url: 'file:///etc/passwd',
    })
    expect(ran.error).toMatchObject({ code: 'http.invalid_url', field: 'url' })
  })
})

describe('an e-mail', () => {
  const mail = (config: DataObject) =>
    draw(
      {
        start: 'trigger.manual',
        send: {
          type: 'mail.send',
          config: { to: 'ann@example.org', subject: 'Hi', body: 'Text', ...config },
        },
      },
      ['start -> send'],
    )

  it('goes to all that are named, with a key that tells a repeat', async () => {
    const b = bench()
    await b.run(
      mail({
        to: '{{ trigger.to }}, Bob <bob@example.org>',
        cc: 'c@example.org;d@example.org',
        subject: 'A\nB',
      }),
      { to: 'ann@example.org' },
    )
    expect(b.world.mails).toMatchObject([
      {
        to: ['ann@example.org', 'Bob <bob@example.org>'],
        cc: ['c@example.org', 'd@example.org'],
        bcc: [],
        subject: 'A B',
        text: 'Text',
        key: expect.stringMatching(/^[0-9a-f-]{36}-[0-9a-f]{16}$/),
      },
    ])
  })

  it('as HTML has a plain text beside it', async () => {
    const b = bench()
    await b.run(
      mail({ format: 'html', body: '<h1>Hello</h1><p>A &amp; B<br>C</p><script>x()</script>' }),
    )
    expect(b.world.mails[0]).toMatchObject({
      text: 'Hello\nA & B\nC',
      html: expect.stringContaining('<h1>'),
    })
  })

  it('to what is no address says so', async () => {
    const ran = await bench().run(mail({ to: '{{ trigger.to }}' }), { to: 'nobody' })
    expect(ran.error).toMatchObject({ code: 'mail.bad_address', field: 'to' })
  })
})

it('a config of an older version is brought up to date before it is used', () => {
  const type = registry.get('data.set_variables')
  if (type === undefined) throw new Error('gone')
  const newer = {
    ...type,
    version: 2,
    upgrade: (config: DataObject) => ({ variables: config['old'] ?? [] }),
  }
  const plan = compile(
    draw(
      {
        start: 'trigger.manual',
        a: { type: type.type, config: { old: [{ name: 'x', type: 'auto', value: 1 }] } },
      },
      ['start -> a'],
    ),
    { all: [], get: (name) => (name === type.type ? newer : registry.get(name)) },
  )
  expect(plan.nodes[1]?.config.problems).toEqual([])
})
