import type { Data, DataObject } from './data.ts'
import type { ExecutionId, NodeId, WorkflowId, WorkspaceId } from './ids.ts'
import type { LiveTrigger } from './store.ts'
import type { RuleTree } from './template/rules.ts'

/** Time and chance, so that the engine itself has neither. */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number
  /** Resolves after so many milliseconds, or at once when the signal is aborted. For short waits inside one run only. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>
  /** A number from 0 up to 1, for jitter. */
  random(): number
}

/** One record of a pipeline, as steps see it. */
export interface RecordData {
  id: string
  pipeline: string
  data: DataObject
  created_at: string
  updated_at: string
}

/** The workspace's own data. Only reachable inside a transaction that also holds the step's checkpoint. */
export interface RecordService {
  /** The record as it is; nobody changes it before this transaction ends. Throws StepFailure when it isn't there. */
  get(record: string): Promise<RecordData>
  create(pipeline: string, data: DataObject): Promise<RecordData>
  /** Changes the named fields and leaves the rest. `changed` names the fields that really differ. */
  update(record: string, changes: DataObject): Promise<{ record: RecordData; changed: string[] }>
  find(
    pipeline: string,
    query: { where?: RuleTree; sort?: { field: string; descending: boolean }; limit: number },
  ): Promise<{ records: RecordData[]; total: number }>
  /** Moves the record to the bin. */
  delete(record: string): Promise<RecordData>
}

export interface HttpRequest {
  method: string
  url: string
  /** The id of the connection to sign in with: its credentials are added on the way, to its own hosts alone. */
  connection?: string
  headers: Record<string, string>
  body?: string
  timeoutMs: number
  maxResponseBytes: number
}

export interface HttpResponse {
  status: number
  headers: Record<string, string>
  /** Text of the body; binary bodies come as base64 with `encoding: 'base64'`. */
  body: string
  encoding: 'text' | 'base64'
}

/** Requests to the outside. Refuses private addresses; throws StepFailure, or Uncertain when the request may have arrived. */
export interface HttpService {
  request(request: HttpRequest, signal: AbortSignal): Promise<HttpResponse>
}

export interface MailMessage {
  /** The id of the connection to send with; without one, the installation's own mail server does. */
  connection?: string
  to: string[]
  cc: string[]
  bcc: string[]
  replyTo?: string
  subject: string
  text: string
  html?: string
  /** Stable over retries: it becomes the Message-ID, so that a repeated mail can be told. */
  key: string
}

export interface MailService {
  send(message: MailMessage, signal: AbortSignal): Promise<{ messageId: string }>
}

/** What a waiting webhook caller is answered with. */
export interface WebhookResponse {
  status: number
  headers: Record<string, string>
  body: Data
}

/** Where the outside finds an execution. */
export interface AddressService {
  /** The address that a call to this execution goes to. Nobody can guess it, and nothing has to be stored for it. */
  callback(execution: ExecutionId): string
}

/** Everything outside the engine that nodes may ask for; each host (Deno functions, tests, browser preview) supplies it. */
export interface Services {
  clock: Clock
  http: HttpService
  mail: MailService
}

/** A host's services, and those of one workspace: only they can use its connections. */
export interface HostServices extends Services {
  of?(workspace: WorkspaceId): Services
}

/** Services that exist only inside a transactional step. */
export interface TransactionServices {
  records: RecordService
  workflows: WorkflowService
}

/** The workspace's other workflows, for steps that call them. */
export interface WorkflowService {
  /** The live version of a workflow and its trigger of that kind; null when there is none. */
  liveTrigger(workflow: WorkflowId, kind: string): Promise<LiveTrigger | null>
}

/** Whose work a step does. */
export interface Scope {
  workspace: { id: WorkspaceId; name: string; timeZone: string }
  workflow: { id: WorkflowId; name: string }
  execution: {
    id: ExecutionId
    mode: 'live' | 'test'
    startedAt: string
    /** Only where some step of the workflow looks at the execution: making it costs a little. */
    callback_url?: string
  }
}

/** What a node's `run` is given besides its config. */
export interface StepContext extends Scope {
  node: { id: NodeId; key: string; title: string }
  /** Starts at 1. */
  attempt: number
  /** Same for every attempt of this step: send it along so that the other side can tell a repeat. */
  idempotencyKey: string
  /** Aborted on timeout and cancel. */
  signal: AbortSignal
  /** The clock's reading when the step started, ISO 8601. */
  now: string
  /** What started the execution: its payload. */
  trigger: Data
  /** What came in over the edges that were taken, in the drawing's order; a merge combines it. */
  arrived: { key: string; output: Data }[]
  /** A line in the step's log. */
  log(level: 'info' | 'warning', message: string): void
}
