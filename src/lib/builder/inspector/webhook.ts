import type { SupabaseClient } from '@supabase/supabase-js'
import { z } from 'zod'
import type { DataObject } from '#lib/engine/data.ts'

/** The address of a webhook node, and whether requests have to prove who sends them. */
export interface Endpoint {
  token: string
  hasSecret: boolean
}

/** The node's address, made the first time it's asked for. */
export async function ensureEndpoint(
  supabase: SupabaseClient,
  workflow: string,
  node: string,
): Promise<Endpoint> {
  const made = await supabase.rpc('ensure_webhook_endpoint', { p_workflow: workflow, p_node: node })
  if (made.error) throw new Error(made.error.message)
  const token = z.string().parse(made.data)
  const { data } = await supabase
    .from('webhook_endpoints')
    .select('has_secret')
    .eq('token', token)
    .maybeSingle()
  return {
    token,
    hasSecret: z.object({ has_secret: z.boolean() }).safeParse(data).data?.has_secret ?? false,
  }
}

/** A secret to set: without one of one's own, the server makes one in the form that the check needs. */
export interface NewSecret {
  secret?: string
  /** Hours in which the one before still counts. */
  keepOldHours: number
  form: 'plain' | 'standard'
}

/** Sets a secret; it is shown this once. Null removes it. */
export async function setSecret(
  supabase: SupabaseClient,
  at: { workflow: string; node: string },
  wish: NewSecret | null,
): Promise<string | null> {
  const { data, error } = await supabase.functions.invoke<unknown>('api/webhooks/secret', {
    method: wish === null ? 'DELETE' : 'POST',
    body: { ...at, ...wish },
  })
  if (error) throw new Error('The secret could not be changed. Try again in a moment.')
  return wish === null ? null : z.object({ secret: z.string() }).parse(data).secret
}

/** Whether the way in which a node checks its senders needs a secret. */
export const needsSecret = (config: DataObject): boolean =>
  typeof config['verify'] === 'string' && config['verify'] !== 'none'

const BODY = `{"name": "Ada Lovelace", "email": "ada@example.org"}`

/** A line for the terminal that sends an example to the address, as the node is set up. */
export function curlExample(url: string, config: DataObject): string {
  const method =
    config['methods'] === 'GET' || config['methods'] === 'PUT' ? config['methods'] : 'POST'
  const body = method === 'GET' ? '' : BODY
  const { before, options } = proof(config, body)
  const lines = [
    method === 'GET' ? `curl '${url}?name=Ada'` : `curl -X ${method} '${url}'`,
    ...(body === '' ? [] : [`-H 'content-type: application/json'`]),
    ...options,
    ...(body === '' ? [] : [`-d '${body}'`]),
  ]
  return [...before, lines.join(' \\\n  ')].join('\n')
}

/** What a sender adds to prove itself: lines that work it out, and options of curl. */
function proof(config: DataObject, body: string): { before: string[]; options: string[] } {
  const header = typeof config['header'] === 'string' ? config['header'] : 'X-Webhook-Signature'
  const user = typeof config['userName'] === 'string' ? config['userName'] : 'webhook'
  const hex = (text: string) =>
    `$(printf '%s' ${text} | openssl dgst -sha256 -hmac '<the secret>' -hex | sed 's/^.* //')`
  switch (config['verify']) {
    case 'token':
      return { before: [], options: [`-H '${header}: <the secret>'`] }
    case 'basic':
      return { before: [], options: [`-u '${user}:<the secret>'`] }
    case 'hmac':
      return { before: [], options: [`-H "${header}: sha256=${hex(`'${body}'`)}"`] }
    case 'github':
      return { before: [], options: [`-H "X-Hub-Signature-256: sha256=${hex(`'${body}'`)}"`] }
    case 'stripe':
      return {
        before: ['t=$(date +%s)'],
        options: [`-H "Stripe-Signature: t=$t,v1=${hex(`"$t."'${body}'`)}"`],
      }
    case 'standard':
      return {
        before: [
          'id=msg_$(date +%s%N); t=$(date +%s)',
          `key=$(printf '%s' '<the secret, without whsec_>' | base64 -d | od -An -v -tx1 | tr -d ' \\n')`,
          `s=$(printf '%s' "$id.$t."'${body}' | openssl dgst -sha256 -mac HMAC -macopt hexkey:$key -binary | base64)`,
        ],
        options: [`-H "webhook-id: $id" -H "webhook-timestamp: $t" -H "webhook-signature: v1,$s"`],
      }
    default:
      return { before: [], options: [] }
  }
}
