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

/** Sets a secret (the server makes one when none is given); it is shown this once. Null removes it. */
export async function setSecret(
  supabase: SupabaseClient,
  at: { workflow: string; node: string },
  secret: string | null | undefined,
): Promise<string | null> {
  const { data, error } = await supabase.functions.invoke<unknown>('api/webhooks/secret', {
    method: secret === null ? 'DELETE' : 'POST',
    body: { ...at, ...(secret ? { secret } : {}) },
  })
  if (error) throw new Error('The secret could not be changed. Try again in a moment.')
  return secret === null ? null : z.object({ secret: z.string() }).parse(data).secret
}

/** A line for the terminal that sends an example to the address, as the node is set up. */
export function curlExample(url: string, config: DataObject): string {
  const method =
    config['methods'] === 'GET' || config['methods'] === 'PUT' ? config['methods'] : 'POST'
  const header = typeof config['header'] === 'string' ? config['header'] : 'X-Webhook-Signature'
  if (method === 'GET') return `curl '${url}?name=Ada'`
  const body = `{"name": "Ada Lovelace", "email": "ada@example.org"}`
  const lines = [`curl -X ${method} '${url}'`, `-H 'content-type: application/json'`]
  if (config['verify'] === 'token') lines.push(`-H '${header}: <the secret>'`)
  if (config['verify'] === 'hmac') {
    lines.push(
      `-H "${header}: sha256=$(printf '%s' '${body}' | openssl dgst -sha256 -hmac '<the secret>' -hex | sed 's/^.* //')"`,
    )
  }
  return [...lines, `-d '${body}'`].join(' \\\n  ')
}
