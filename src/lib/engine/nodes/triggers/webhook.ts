import { z } from 'zod'
import type { DataObject } from '../../data.ts'
import { defineNode, NO_INPUT, type ConfigIssue } from '../define-node.ts'
import { field } from '../fields.ts'
import { addressRange, listEntries, type AddressRange } from './address-list.ts'

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
      { value: 'basic', label: 'A user name and a password' },
      { value: 'github', label: 'GitHub’s signature' },
      { value: 'stripe', label: 'Stripe’s signature' },
      { value: 'standard', label: 'A Standard Webhooks signature' },
      { value: 'hmac', label: 'Another signature (HMAC-SHA256 of the body)' },
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
  userName: field
    .text({
      label: 'User name',
      hint: 'The password is the secret of this webhook.',
      showWhen: { field: 'verify', is: ['basic'] },
    })
    .regex(/^[^:\p{Cc}]{1,100}$/u)
    .default('webhook'),
  toleranceMinutes: field
    .number({
      label: 'Oldest signature (minutes)',
      hint: 'Older requests are refused, so that nobody can send a recorded one again.',
      showWhen: { field: 'verify', is: ['stripe', 'standard'] },
      advanced: true,
    })
    .int()
    .min(1)
    .max(60)
    .default(5),
  allowFrom: field
    .text({
      label: 'Only from these internet addresses',
      hint: 'For example 203.0.113.7, 198.51.100.0/24. Empty: from everywhere.',
      advanced: true,
    })
    .max(4000)
    .default(''),
  deliveryHeader: field
    .text({
      label: 'Header with the id of a delivery',
      hint: 'A request whose id came before starts nothing new. GitHub, Stripe and Standard Webhooks need no entry.',
      advanced: true,
    })
    .regex(/^[A-Za-z0-9-]{0,100}$/)
    .default(''),
  ratePerMinute: field
    .number({
      label: 'Most requests a minute',
      hint: 'Beyond that, senders are told to come again later. 0: no limit.',
      advanced: true,
    })
    .int()
    .min(0)
    .max(1_000_000)
    .default(0),
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
  check({ allowFrom }) {
    const issues: ConfigIssue[] = []
    for (const entry of listEntries(allowFrom ?? '')) {
      if (addressRange(entry) !== undefined) continue
      issues.push({
        code: 'webhook.invalid_address',
        field: 'allowFrom',
        title: 'This is not an internet address',
        detail: `"${entry.slice(0, 60)}" is neither an address nor a range of addresses.`,
        hint: 'Write them like 203.0.113.7, 198.51.100.0/24 or 2001:db8::/32, with commas between.',
      })
    }
    return issues
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
  verify: WebhookCheck
  /** Lower-case name of the header that carries the token or signature. */
  header: string
  maxBodyBytes: number
  /** Only with other than the usual settings, each of them. */
  guard?: WebhookGuard
}

/** How a sender proves who it is. */
export type WebhookCheck = z.infer<typeof config>['verify']

/** What most webhooks don't ask for; absent where none of it is set, so that those pay nothing for it. */
export interface WebhookGuard {
  /** Basic: the user name. */
  userName: string
  /** Signatures with a time: how old they may be. */
  toleranceSeconds: number
  /** Null: from everywhere. */
  allowFrom: readonly AddressRange[] | null
  /** Lower-case name of the header, or `stripe`: the id within its signed body. Null: deliveries have no id. */
  delivery: { header: string } | 'stripe' | null
  /** 0: no limit. */
  ratePerMinute: number
}

/** Reads the config of a webhook trigger as it's stored. */
export function readWebhookRules(stored: unknown): WebhookRules {
  const read = config.parse(stored)
  const guard = guardOf(read)
  return {
    methods: METHODS[read.methods],
    respond: read.respond,
    verify: read.verify,
    header: read.header.toLowerCase(),
    maxBodyBytes: read.maxBodyKb * 1024,
    ...(guard === null ? {} : { guard }),
  }
}

function guardOf(read: z.infer<typeof config>): WebhookGuard | null {
  const delivery = deliveryOf(read)
  const entries = listEntries(read.allowFrom)
  const plain = read.verify === 'none' || read.verify === 'token' || read.verify === 'hmac'
  if (plain && delivery === null && entries.length === 0 && read.ratePerMinute === 0) return null
  return {
    userName: read.userName,
    toleranceSeconds: read.toleranceMinutes * 60,
    // An entry that can't be read lets nobody in; it doesn't let everybody in.
    allowFrom:
      entries.length === 0
        ? null
        : entries.map(addressRange).filter((range) => range !== undefined),
    delivery,
    ratePerMinute: read.ratePerMinute,
  }
}

function deliveryOf({ verify, deliveryHeader }: z.infer<typeof config>): WebhookGuard['delivery'] {
  // Where the id is signed, no other one counts: a recorded request can't be given a new one.
  if (verify === 'standard') return { header: 'webhook-id' }
  if (verify === 'stripe') return 'stripe'
  if (deliveryHeader !== '') return { header: deliveryHeader.toLowerCase() }
  return verify === 'github' ? { header: 'x-github-delivery' } : null
}
