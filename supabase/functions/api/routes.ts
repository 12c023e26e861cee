import {
  createConnection,
  revokeConnection,
  rotateConnection,
  shareConnection,
} from './connections/keep.ts'
import { returnToConnection, signInConnection, testConnection } from './connections/try.ts'
import type { Person } from './person.ts'
import { startExecution } from './start-execution.ts'
import {
  cancelExecution,
  pauseExecution,
  resumeExecution,
  retryExecution,
} from './control-execution.ts'
import { planReplayOf, replayExecution } from './replay-execution.ts'
import { replayMany } from './replay-many.ts'
import { removeWebhookSecret, setWebhookSecret } from './webhook-secret.ts'

/** What a route is given. */
export interface Asked {
  person: Person
  request: Request
  /** Named parts of the path. */
  parts: Record<string, string>
}

/** One address of the api. A path without named parts still needs a group for `groups` to be there. */
export interface Route {
  method: 'GET' | 'POST' | 'DELETE'
  path: RegExp
  handle(asked: Asked): Promise<Response>
}

const ID = '(?<id>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})'

export const ROUTES: Route[] = [
  { method: 'POST', path: /^(?<at>\/executions)$/, handle: startExecution },
  { method: 'POST', path: new RegExp(`^/executions/${ID}/cancel$`), handle: cancelExecution },
  { method: 'POST', path: new RegExp(`^/executions/${ID}/pause$`), handle: pauseExecution },
  { method: 'POST', path: new RegExp(`^/executions/${ID}/resume$`), handle: resumeExecution },
  { method: 'POST', path: new RegExp(`^/executions/${ID}/retry$`), handle: retryExecution },
  { method: 'POST', path: new RegExp(`^/executions/${ID}/replay$`), handle: replayExecution },
  { method: 'GET', path: new RegExp(`^/executions/${ID}/replay-plan$`), handle: planReplayOf },
  { method: 'POST', path: /^(?<at>\/executions\/replay)$/, handle: replayMany },
  { method: 'POST', path: /^(?<at>\/webhooks\/secret)$/, handle: setWebhookSecret },
  { method: 'DELETE', path: /^(?<at>\/webhooks\/secret)$/, handle: removeWebhookSecret },
  { method: 'POST', path: /^(?<at>\/connections)$/, handle: createConnection },
  { method: 'POST', path: /^(?<at>\/connections\/return)$/, handle: returnToConnection },
  { method: 'POST', path: new RegExp(`^/connections/${ID}/test$`), handle: testConnection },
  { method: 'POST', path: new RegExp(`^/connections/${ID}/rotate$`), handle: rotateConnection },
  { method: 'POST', path: new RegExp(`^/connections/${ID}/share$`), handle: shareConnection },
  { method: 'POST', path: new RegExp(`^/connections/${ID}/revoke$`), handle: revokeConnection },
  { method: 'POST', path: new RegExp(`^/connections/${ID}/sign-in$`), handle: signInConnection },
]
