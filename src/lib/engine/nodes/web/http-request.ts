import { z } from 'zod'
import { defineNode } from '../define-node.ts'
import { field } from '../fields.ts'
import { requestBody, requestHeaders, withQuery } from './http-message.ts'
import { failureOf, parsedBody } from './http-answer.ts'

const MAX_ANSWER_BYTES = 2 * 1024 * 1024

const config = z.object({
  method: field
    .select({ label: 'Method' }, [
      { value: 'GET', label: 'GET (read)' },
      { value: 'POST', label: 'POST (create)' },
      { value: 'PUT', label: 'PUT (replace)' },
      { value: 'PATCH', label: 'PATCH (change)' },
      { value: 'DELETE', label: 'DELETE (remove)' },
    ])
    .default('GET'),
  url: field.template({ label: 'Address', placeholder: 'https://example.com/orders' }),
  query: field
    .pairs({ label: 'Added to the address (query)', hint: 'Names and values that come after "?".' })
    .default([]),
  auth: field
    .select({ label: 'Sign in with' }, [
      { value: 'none', label: 'Nothing' },
      { value: 'connection', label: 'A connection' },
      { value: 'bearer', label: 'A secret key (token)' },
      { value: 'basic', label: 'A user name and password' },
    ])
    .default('none'),
  connection: field
    .connection({
      label: 'Connection',
      connectionUse: 'http',
      showWhen: { field: 'auth', is: ['connection'] },
      required: true,
    })
    .optional(),
  token: field
    .secret({
      label: 'Secret key (token)',
      hint: 'The other service gives it to you, in your account there.',
      showWhen: { field: 'auth', is: ['bearer'] },
      required: true,
    })
    .optional(),
  user: field
    .template({ label: 'User name', showWhen: { field: 'auth', is: ['basic'] }, required: true })
    .optional(),
  password: field
    .secret({ label: 'Password', showWhen: { field: 'auth', is: ['basic'] } })
    .optional(),
  body: field
    .select(
      { label: 'Send', showWhen: { field: 'method', is: ['POST', 'PUT', 'PATCH', 'DELETE'] } },
      [
        { value: 'none', label: 'Nothing' },
        { value: 'fields', label: 'Fields' },
        { value: 'data', label: 'Data of an earlier step' },
        { value: 'form', label: 'A web form' },
        { value: 'text', label: 'Text' },
      ],
    )
    .default('none'),
  fields: field
    .assignments({ label: 'Fields', showWhen: { field: 'body', is: ['fields'] } })
    .default([]),
  data: field
    .value({ label: 'Data', showWhen: { field: 'body', is: ['data'] }, required: true })
    .optional(),
  form: field
    .pairs({ label: 'Form fields', showWhen: { field: 'body', is: ['form'] } })
    .default([]),
  text: field.longTemplate({ label: 'Text', showWhen: { field: 'body', is: ['text'] } }).optional(),
  headers: field
    .pairs({
      label: 'Extra details (headers)',
      hint: 'What the other service asks to be sent along with a request.',
      advanced: true,
    })
    .default([]),
  timeoutSeconds: field
    .number({ label: 'Wait at most (seconds)', advanced: true })
    .min(1)
    .max(300)
    .default(30),
  ifUnclear: field
    .select(
      {
        label: 'If it is unclear whether it arrived',
        hint: 'A repeat carries the same mark (Idempotency-Key), by which many services tell that it is one.',
        advanced: true,
      },
      [
        { value: 'retry', label: 'Send it again' },
        { value: 'fail', label: 'Stop, so that somebody can look' },
        { value: 'ask', label: 'Wait until somebody has looked and says' },
      ],
    )
    .default('retry'),
})

/** The config of a request after its templates were rendered. */
export type RequestConfig = z.infer<typeof config>

/** Asks or tells another service something over the web. */
export const httpRequest = defineNode({
  type: 'http.request',
  version: 1,
  category: 'web',
  title: 'HTTP request',
  description: 'Gets data from another service on the web, or sends data to it.',
  icon: 'globe',
  effect: 'external',
  // Reading twice does no harm, whatever was chosen while another method was set.
  onUncertain: ({ method, ifUnclear }) => (method === 'GET' ? 'retry' : ifUnclear),
  config,
  output: z.object({
    status: z.number(),
    headers: z.record(z.string(), z.string()),
    body: z.unknown(),
  }),
  sample: {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: { id: 17, name: 'Ada Lovelace' },
  },
  check({ url }) {
    if (url === undefined || url === '' || /\{\{|\{%/.test(url)) return []
    if (/^https?:\/\/\S/i.test(url.trim()) && URL.canParse(url.trim())) return []
    return [
      {
        code: 'http.invalid_url',
        field: 'url',
        title: 'This is not a web address',
        detail: `"${url.slice(0, 200)}" is not a whole web address.`,
        hint: 'Write it like https://example.com/orders.',
      },
    ]
  },
  async run(config, { http, idempotencyKey, signal }) {
    const body = requestBody(config)
    const response = await http.request(
      {
        method: config.method,
        url: withQuery(config.url, config.query),
        headers: requestHeaders(config, body?.type, idempotencyKey),
        ...(config.auth === 'connection' ? { connection: config.connection ?? '' } : {}),
        ...(body === null ? {} : { body: body.text }),
        timeoutMs: config.timeoutSeconds * 1000,
        maxResponseBytes: MAX_ANSWER_BYTES,
      },
      signal,
    )
    const failure = failureOf(response)
    if (failure !== null) throw failure
    return { status: response.status, headers: response.headers, body: parsedBody(response) }
  },
})
