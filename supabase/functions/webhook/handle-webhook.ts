import type { DataObject } from '../../../src/lib/engine/data.ts'
import type { NewExecution } from '../../../src/lib/engine/store.ts'
import { isOutage } from '../_shared/database/outage.ts'
import { newExecutionId } from '../_shared/execution-id.ts'
import { answer, FAULT, refuse, Refused, UNAVAILABLE } from '../_shared/http/answers.ts'
import { readBody } from '../_shared/http/body.ts'
import { takeAll, waitOf } from '../_shared/limits/limits.ts'
import { runtime } from '../_shared/runtime.ts'
import { RateLimited } from '../_shared/store/limits.ts'
import { NotStorable } from '../_shared/store/stored-text.ts'
import { awaitResult } from './await-result.ts'
import { callbackToken, receiveCallback } from './callback.ts'
import { claimDelivery, deliveryId } from './deliveries.ts'
import { NOT_PUBLISHED, WebhookTriggers, type WebhookTrigger } from './find-trigger.ts'
import { payload } from './payload.ts'
import {
  notPublished,
  notStorable,
  tooBusy,
  tooMany,
  unknownAddress,
  wrongMethod,
} from './refusals.ts'
import { takeSample } from './sample.ts'
import { requireListed, type ConnectionInfo } from './sender-address.ts'
import { verifySender } from './verify-sender.ts'

let known: WebhookTriggers | undefined
const triggers = (): WebhookTriggers =>
  (known ??= new WebhookTriggers(runtime().pool, runtime().secrets))

/** Turns a request to /webhook/<token> into an execution, or into a refusal that creates nothing. */
export async function handleWebhook(request: Request, info?: ConnectionInfo): Promise<Response> {
  try {
    const callback = callbackToken(request.url)
    if (callback !== undefined) return await receiveCallback(request, callback)
    return await receive(request, tokenOf(request.url), info)
  } catch (problem) {
    if (problem instanceof Refused) return refuse(problem.refusal)
    if (problem instanceof RateLimited) return refuse(tooMany(problem.againInSeconds).refusal)
    if (problem instanceof NotStorable) return refuse(notStorable(problem.message).refusal)
    if (isOutage(problem)) return refuse(UNAVAILABLE)
    console.error('weft: a webhook request failed', problem)
    return refuse(FAULT)
  }
}

/** The part of the path after "webhook". By hand: parsing a URL costs as much as the rest of this. */
function tokenOf(url: string): string {
  const token = /\/webhook\/([A-Za-z0-9_-]{32,128})\/?(?:[?#]|$)/.exec(url)?.[1]
  if (token === undefined) throw unknownAddress()
  return token
}

async function receive(
  request: Request,
  token: string,
  info: ConnectionInfo | undefined,
): Promise<Response> {
  // Twice: what was remembered of the trigger may be older than the newest version.
  for (let attempt = 1; attempt <= 2; attempt++) {
    const trigger = await triggers().find(token)
    if (trigger === undefined) throw unknownAddress()
    if (trigger === NOT_PUBLISHED) {
      const kept = await takeSample(runtime().pool, token, request)
      if (kept !== null) return kept
      throw notPublished()
    }
    const data = await checked(request, trigger, info)
    const delivery = trigger.rules.guard?.delivery ?? null
    const known =
      delivery === null ? undefined : deliveryId(delivery, request.headers, data['body'])
    const answered = await begin(trigger, data, known)
    if (answered !== 'not_live') return answered
    triggers().forget(token)
  }
  throw notPublished()
}

async function begin(
  trigger: WebhookTrigger,
  data: DataObject,
  delivery: string | undefined,
): Promise<Response | 'not_live'> {
  const fresh = newExecutionId()
  const execution: NewExecution = {
    id:
      delivery === undefined
        ? fresh
        : await claimDelivery(runtime().pool, trigger, delivery, fresh),
    workspace: trigger.workspace,
    workflow: trigger.workflow,
    version: trigger.version,
    triggerNode: trigger.node,
    triggerKind: 'trigger.webhook',
    triggerData: data,
    mode: 'live',
    onlyIfLive: true,
  }
  if (trigger.rules.respond === 'result') {
    return await awaitResult((onResponse) => runtime().start(execution, onResponse))
  }
  const { accepted } = await runtime().start(execution)
  if (accepted === 'not_live') return accepted
  // Most senders look at nothing else than the number; those that do see when it waits or was left out.
  const isHeld = accepted === 'queued' || accepted === 'skipped'
  const status = isHeld || execution.id !== fresh ? { status: accepted } : {}
  return answer(202, { execution: execution.id, ...status })
}

/** Most webhooks aren't: they wait for nothing. */
const isLimited = ([webhook, workspace]: WebhookTrigger['limits']): boolean =>
  webhook !== null || workspace !== null

/** The body can be read only once, but a request may be looked at twice. */
const bodies = new WeakMap<Request, Uint8Array>()

/** What the workflow will see of a request that this trigger takes. Throws Refused for any other. */
async function checked(
  request: Request,
  trigger: WebhookTrigger,
  info: ConnectionInfo | undefined,
): Promise<DataObject> {
  const { rules, limits } = trigger
  const allowFrom = rules.guard?.allowFrom ?? null
  if (allowFrom !== null) requireListed(allowFrom, request.headers, info)
  if (!rules.methods.includes(request.method)) throw wrongMethod(request.method, rules.methods)
  const full = waitOf(limits)
  if (full > 0) throw tooBusy(full)
  const body = bodies.get(request) ?? (await readBody(request, rules.maxBodyBytes))
  bodies.set(request, body)
  verifySender(trigger, request.headers, body)
  const data = await payload(request, body, rules.verify === 'token' ? rules.header : null)
  // Only what is taken counts: whoever doesn't know the secret can't use up the room of those who do.
  const wait = isLimited(limits) ? await takeAll(limits) : 0
  if (wait > 0) throw tooBusy(wait)
  return data
}
