import {
  createConnection,
  revokeConnection,
  rotateConnection,
  shareConnection,
} from './connections/keep.ts'
import { returnToConnection, signInConnection, testConnection } from './connections/try.ts'
import type { Caller, Scope } from './caller.ts'
import type { Person } from './person.ts'
import { inviteMember, resendInvitation } from './invitations.ts'
import { startExecution } from './start-execution.ts'
import {
  cancelExecution,
  pauseExecution,
  resumeExecution,
  retryExecution,
} from './control-execution.ts'
import { planReplayOf, replayExecution } from './replay-execution.ts'
import { replayMany } from './replay-many.ts'
import { sayWhatBecame } from './say-what-became.ts'
import { tellExecution, tellWorkflows } from './tell.ts'
import { removeWebhookSecret, setWebhookSecret } from './webhook-secret.ts'

/** What a route is given: who asks, and for what. Most routes are for people; some for programs with a key, too. */
export interface Asked<Who extends Caller = Person> {
  person: Who
  request: Request
  /** Named parts of the path. */
  parts: Record<string, string>
}

/** One address of the api. A path without named parts still needs a group for `groups` to be there. */
export type Route = {
  method: 'GET' | 'POST' | 'DELETE'
  path: RegExp
} & (
  | { scope?: never; handle(asked: Asked): Promise<Response> }
  // What a key must be allowed to do here; the person's role is asked by the handler.
  | { scope: Scope; handle(asked: Asked<Caller>): Promise<Response> }
)

const ID = '(?<id>[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})'

export const ROUTES: Route[] = [
  {
    method: 'GET',
    path: new RegExp(`^/workspaces/${ID}/workflows$`),
    handle: tellWorkflows,
    scope: 'workflows:read',
  },
  {
    method: 'GET',
    path: new RegExp(`^/executions/${ID}$`),
    handle: tellExecution,
    scope: 'executions:read',
  },
  {
    method: 'POST',
    path: /^(?<at>\/executions)$/,
    handle: startExecution,
    scope: 'executions:run',
  },
  {
    method: 'POST',
    path: new RegExp(`^/executions/${ID}/cancel$`),
    handle: cancelExecution,
    scope: 'executions:control',
  },
  {
    method: 'POST',
    path: new RegExp(`^/executions/${ID}/pause$`),
    handle: pauseExecution,
    scope: 'executions:control',
  },
  {
    method: 'POST',
    path: new RegExp(`^/executions/${ID}/resume$`),
    handle: resumeExecution,
    scope: 'executions:control',
  },
  {
    method: 'POST',
    path: new RegExp(`^/executions/${ID}/retry$`),
    handle: retryExecution,
    scope: 'executions:control',
  },
  {
    method: 'POST',
    path: new RegExp(`^/executions/${ID}/verdict$`),
    handle: sayWhatBecame,
    scope: 'executions:control',
  },
  {
    method: 'POST',
    path: new RegExp(`^/executions/${ID}/replay$`),
    handle: replayExecution,
    scope: 'executions:control',
  },
  {
    method: 'GET',
    path: new RegExp(`^/executions/${ID}/replay-plan$`),
    handle: planReplayOf,
    scope: 'executions:read',
  },
  {
    method: 'POST',
    path: /^(?<at>\/executions\/replay)$/,
    handle: replayMany,
    scope: 'executions:control',
  },
  {
    method: 'POST',
    path: /^(?<at>\/webhooks\/secret)$/,
    handle: setWebhookSecret,
    scope: 'webhooks:write',
  },
  {
    method: 'DELETE',
    path: /^(?<at>\/webhooks\/secret)$/,
    handle: removeWebhookSecret,
    scope: 'webhooks:write',
  },
  {
    method: 'POST',
    path: /^(?<at>\/invitations)$/,
    handle: inviteMember,
  },
  {
    method: 'POST',
    path: new RegExp(`^/invitations/${ID}/resend$`),
    handle: resendInvitation,
  },
  {
    method: 'POST',
    path: /^(?<at>\/connections)$/,
    handle: createConnection,
  },
  {
    method: 'POST',
    path: /^(?<at>\/connections\/return)$/,
    handle: returnToConnection,
  },
  {
    method: 'POST',
    path: new RegExp(`^/connections/${ID}/test$`),
    handle: testConnection,
  },
  {
    method: 'POST',
    path: new RegExp(`^/connections/${ID}/rotate$`),
    handle: rotateConnection,
  },
  {
    method: 'POST',
    path: new RegExp(`^/connections/${ID}/share$`),
    handle: shareConnection,
  },
  {
    method: 'POST',
    path: new RegExp(`^/connections/${ID}/revoke$`),
    handle: revokeConnection,
  },
  {
    method: 'POST',
    path: new RegExp(`^/connections/${ID}/sign-in$`),
    handle: signInConnection,
  },
]
