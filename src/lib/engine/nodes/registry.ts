import { createRecord } from './data/create-record.ts'
import { deleteRecord } from './data/delete-record.ts'
import { findRecords } from './data/find-records.ts'
import { setVariables } from './data/set-variables.ts'
import { updateRecord } from './data/update-record.ts'
import { CATEGORIES, SINGLE, type NodeType, type Port, type Ports } from './define-node.ts'
import { approval } from './logic/approval.ts'
import { breakLoop } from './logic/break.ts'
import { callWorkflow } from './logic/call-workflow.ts'
import { condition } from './logic/condition.ts'
import { delay } from './logic/delay.ts'
import { forEach } from './logic/for-each.ts'
import { merge } from './logic/merge.ts'
import { repeatUntil } from './logic/repeat.ts'
import { stopWithError } from './logic/stop.ts'
import { switchNode } from './logic/switch.ts'
import { waitForCallback } from './logic/wait-callback.ts'
import { waitForCondition } from './logic/wait-condition.ts'
import { waitForRecord } from './logic/wait-record.ts'
import { waitForReply } from './logic/wait-reply.ts'
import { sendEmail } from './messages/send-email.ts'
import { calledTrigger } from './triggers/called.ts'
import { failureTrigger } from './triggers/failure.ts'
import { manualTrigger } from './triggers/manual.ts'
import { scheduleTrigger } from './triggers/schedule.ts'
import { webhookTrigger } from './triggers/webhook.ts'
import { httpRequest } from './web/http-request.ts'
import { respondToWebhook } from './web/respond.ts'

/** The node types that are known. */
export interface Registry {
  get(type: string): NodeType | undefined
  /** In the palette's order: by category, then as they were given. */
  all: readonly NodeType[]
}

/** A registry of these node types; tests make their own. */
export function createRegistry(types: readonly NodeType[]): Registry {
  const byType = new Map(types.map((type) => [type.type, type]))
  const all = CATEGORIES.flatMap((category) => types.filter((type) => type.category === category))
  return { get: (type) => byType.get(type), all }
}

/** Every node type of Weft: a new one is one file and one line here. */
export const registry: Registry = createRegistry([
  manualTrigger,
  webhookTrigger,
  scheduleTrigger,
  calledTrigger,
  failureTrigger,
  setVariables,
  createRecord,
  updateRecord,
  findRecords,
  deleteRecord,
  condition,
  switchNode,
  merge,
  forEach,
  repeatUntil,
  breakLoop,
  delay,
  approval,
  waitForRecord,
  waitForCondition,
  waitForCallback,
  waitForReply,
  callWorkflow,
  stopWithError,
  sendEmail,
  httpRequest,
  respondToWebhook,
])

/** Where a failed step goes on when its `onError` is `port`. */
export const ERROR_PORT: Port = { name: 'error', label: 'If it fails' }

/** Whether executions start at nodes of this type. */
export const isTrigger = (type: NodeType): boolean => type.category === 'triggers'

/** The ports of a node with this config; with its error port where it has one. */
export function portsOf(
  type: NodeType,
  config: Record<string, unknown>,
  onError: 'stop' | 'continue' | 'port' = 'stop',
): Ports {
  const ports = type.ports?.(config) ?? SINGLE
  return onError === 'port' ? { ...ports, outputs: [...ports.outputs, ERROR_PORT] } : ports
}
