import { z } from 'zod'
import type { DataObject } from '../../data.ts'
import { defineNode, NO_INPUT } from '../define-node.ts'
import { field } from '../fields.ts'

const METHODS = {
  POST: ['POST'],
  GET: ['GET'],
  PUT: ['PUT'],
  any: ['GET', 'POST', 'PUT'],
} as const

const config = z.object({
  methods: field
    .select({ label: 'Accepts', hint: 'Most services send POST.' }, [
      { value: 'POST', label: 'POST' },
      { value: 'GET', label: 'GET' },
      { value: 'PUT', label: 'PUT' },
      { value: 'any', label: 'Any of them' },
    ])
    .default('POST'),
  respond: field
    .select({ label: 'Answer', hint: 'What the sender gets back.' }, [
      { value: 'accepted', label: 'At once: "accepted"' },
      { value: 'result', label: 'When the workflow is done: its result' },
    ])
    .default('accepted'),
  verify: field
    .select({ label: 'Check the sender', hint: 'The address alone is already hard to guess.' }, [
      { value: 'none', label: 'No further check' },
      { value: 'token', label: 'A secret in a header' },
      { value: 'hmac', label: 'A signature (HMAC-SHA256 of the body)' },
    ])
    .default('none'),
  header: field
    .text({
      label: 'Name of the header',
      hint: 'Where the sender puts the secret or the signature.',
      showWhen: { field: 'verify', is: ['token', 'hmac'] },
    })
    .regex(/^[A-Za-z0-9-]{1,100}$/)
    .default('X-Webhook-Signature'),
  maxBodyKb: field
    .number({ label: 'Largest body (kB)', hint: 'Larger requests are refused.', advanced: true })
    .int()
    .min(1)
    .max(4096)
    .default(1024),
})

/** Starts when another service calls the workflow's own address. */
export const webhookTrigger = defineNode({
  type: 'trigger.webhook',
  version: 1,
  category: 'triggers',
  title: 'Webhook',
  description: 'Starts when another service sends data to an address of its own.',
  icon: 'webhook',
  effect: 'pure',
  ports: () => NO_INPUT,
  config,
  output: z.object({
    method: z.string(),
    headers: z.record(z.string(), z.string()),
    query: z.record(z.string(), z.unknown()),
    body: z.unknown(),
    received_at: z.string(),
  }),
  sample: {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    query: {},
    body: { name: 'Ada Lovelace', email: 'ada@example.org' },
    received_at: '2026-11-23T09:00:00.000Z',
  },
  run(_config, { trigger, now }) {
    const request: DataObject =
      typeof trigger === 'object' && trigger !== null && !Array.isArray(trigger)
        ? trigger
        : { body: trigger }
    const empty = { method: 'POST', headers: {}, query: {}, body: null, received_at: now }
    // What was received, or the test data that somebody typed in, which may lack parts.
    return { ...empty, ...request }
  },
})

/** A webhook trigger's rules, as whoever receives requests needs them. */
export interface WebhookRules {
  methods: readonly string[]
  /** Answer at once, or with the execution's result. */
  respond: 'accepted' | 'result'
  verify: 'none' | 'token' | 'hmac'
  /** Lower-case name of the header that carries the token or signature. */
  header: string
  maxBodyBytes: number
}

/** Reads the config of a webhook trigger as it's stored. */
export function readWebhookRules(stored: unknown): WebhookRules {
  const { methods, respond, verify, header, maxBodyKb } = config.parse(stored)
  return {
    methods: METHODS[methods],
    respond,
    verify,
    header: header.toLowerCase(),
    maxBodyBytes: maxBodyKb * 1024,
  }
}
