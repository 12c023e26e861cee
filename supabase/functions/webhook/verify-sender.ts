import type { WebhookRules } from '../../../src/lib/engine/nodes/triggers/webhook.ts'
import type { WebhookTrigger } from './find-trigger.ts'
import { badSignature, noSecretSet, oldSignature, wrongPassword, wrongSecret } from './refusals.ts'
import * as signatures from './signatures.ts'
import type { Verdict, Window } from './signatures.ts'

/** Throws Refused unless the sender knows the secret, where the trigger asks for one. */
export function verifySender(trigger: WebhookTrigger, headers: Headers, body: Uint8Array): void {
  const { rules, secret, previous } = trigger
  if (rules.verify === 'none') return
  if (secret === null) throw noSecretSet()
  const now = Date.now()
  let verdict = judge(rules, secret, headers, body, now)
  // While senders are told of a new secret, the one before it counts.
  if (verdict === 'wrong' && previous !== undefined && previous.until > now) {
    verdict = judge(rules, previous.secret, headers, body, now)
  }
  if (verdict !== 'fine') throw refusalOf(rules, verdict)
}

function judge(
  rules: WebhookRules,
  secret: string,
  headers: Headers,
  body: Uint8Array,
  now: number,
): Verdict {
  const shown = (name: string): string => headers.get(name) ?? ''
  switch (rules.verify) {
    case 'none':
      return 'fine'
    case 'token':
      return signatures.checkToken(secret, shown(rules.header))
    case 'hmac':
      return signatures.checkHmac(secret, shown(rules.header), body)
    case 'basic':
      return signatures.checkBasic(rules.guard?.userName ?? '', secret, shown('authorization'))
    case 'github':
      return signatures.checkGithub(secret, shown('x-hub-signature-256'), body)
    case 'stripe':
      return signatures.checkStripe(secret, shown('stripe-signature'), body, windowOf(rules, now))
    case 'standard': {
      const [id, timestamp, signature] = ['id', 'timestamp', 'signature'].map((name) =>
        shown(`webhook-${name}`) === '' ? shown(`svix-${name}`) : shown(`webhook-${name}`),
      )
      const said = { id: id ?? '', timestamp: timestamp ?? '', signature: signature ?? '' }
      return signatures.checkStandard(secret, said, body, windowOf(rules, now))
    }
  }
}

const windowOf = ({ guard }: WebhookRules, now: number): Window => ({
  nowSeconds: now / 1000,
  toleranceSeconds: guard?.toleranceSeconds ?? 0,
})

function refusalOf({ verify, header }: WebhookRules, verdict: Verdict): Error {
  if (verdict === 'old') return oldSignature()
  if (verify === 'token') return wrongSecret(header)
  if (verify === 'basic') return wrongPassword()
  return badSignature(headerOf(verify, header))
}

/** Where a scheme's signature stands, for people who look for what's wrong. */
function headerOf(verify: WebhookRules['verify'], header: string): string {
  if (verify === 'github') return 'X-Hub-Signature-256'
  if (verify === 'stripe') return 'Stripe-Signature'
  return verify === 'standard' ? 'webhook-signature' : header
}
