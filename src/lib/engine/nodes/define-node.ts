import type { z } from 'zod'
import type { Data, DataObject } from '../data.ts'
import type { ExecutionId, NodeId, VersionId, WorkflowId } from '../ids.ts'
import type { Services, StepContext, TransactionServices, WebhookResponse } from '../services.ts'
import type { Delivery, WaitRequest } from '../store.ts'

/** Palette groups, in the order in which the palette shows them. */
export const CATEGORIES = ['triggers', 'data', 'logic', 'messages', 'web'] as const
export type Category = (typeof CATEGORIES)[number]

/** A place where an edge starts or ends. */
export interface Port {
  name: string
  /** What people read beside it; empty for the only port of a node. */
  label: string
}

/** Ports a node shows for its present config (a switch has one per case). The error port is added by the engine. */
export interface Ports {
  inputs: Port[]
  outputs: Port[]
}

export const SINGLE: Ports = {
  inputs: [{ name: 'in', label: '' }],
  outputs: [{ name: 'out', label: '' }],
}
export const NO_INPUT: Ports = { inputs: [], outputs: [{ name: 'out', label: '' }] }
export const NO_OUTPUT: Ports = { inputs: [{ name: 'in', label: '' }], outputs: [] }

/**
 * What a finished step hands on: an output, at a port. A class, so that no payload can pass for one by having the same
 * fields.
 */
export class Finished<Output> {
  readonly port: string
  readonly output: Output
  /** Set by the respond node: what the waiting webhook caller gets. */
  readonly response: WebhookResponse | undefined
  /** Executions that begin with the end of this step. */
  readonly starts: readonly ChildStart[]

  constructor(
    output: Output,
    port: string,
    response?: WebhookResponse,
    starts: readonly ChildStart[] = [],
  ) {
    this.output = output
    this.port = port
    this.response = response
    this.starts = starts
  }
}

/** An execution that a step starts; the engine adds whose it is. */
export interface ChildStart {
  /** From the context's `childId`. */
  id: ExecutionId
  workflow: WorkflowId
  version: VersionId
  triggerNode: NodeId
  triggerKind: string
  triggerData: Data
  /** The step waits for its end (with a wait of the kind `execution` and the id as its key). */
  awaited: boolean
}

/** What a step does as it falls asleep. */
export interface Bedtime {
  waits?: readonly WaitRequest[]
  starts?: readonly ChildStart[]
}

/** A step that goes to sleep in the database. */
export class Suspended {
  /** Milliseconds since 1970; null waits for the outside alone. */
  readonly until: number | null
  /** What the step needs to know when it wakes. */
  readonly state: Data
  readonly waits: readonly WaitRequest[]
  readonly starts: readonly ChildStart[]

  constructor(until: number | null, state: Data, { waits = [], starts = [] }: Bedtime = {}) {
    this.until = until
    this.state = state
    this.waits = waits
    this.starts = starts
  }
}

/** Ends a step at another port than `out`, or with an answer for the webhook's caller. */
export const finish = <Output>(
  output: Output,
  port = 'out',
  response?: WebhookResponse,
  starts?: readonly ChildStart[],
): Finished<Output> => new Finished(output, port, response, starts)

/** Puts a step to sleep. */
export const suspend = (until: number | null, state: Data, bedtime?: Bedtime): Suspended =>
  new Suspended(until, state, bedtime)

/** Something wrong with one field of a config, in plain words. */
export interface ConfigIssue {
  code: string
  field: string
  title: string
  detail: string
  hint: string
}

interface NodeDeclaration<Config extends z.ZodObject, Output extends z.ZodType> {
  /** `<room>.<verb>`, stable for ever, e.g. `records.create`. */
  type: string
  /** Raised when old configs need upgrading. */
  version: number
  category: Category
  title: string
  description: string
  /** Name of a lucide icon. */
  icon: string
  /** Fields made with `field.…`; the form, docs and API schema come from it. */
  config: Config
  output: Output
  /** Output that the variable picker and tests use before there is a real one. */
  sample: z.infer<Output>
  /** One in, one out unless said otherwise. */
  ports?(config: Partial<z.infer<Config>>): Ports
  /** Problems that a field's schema can't express (an address, a time zone); sees the config as typed in, before templates. */
  check?(config: Partial<z.infer<Config>>): ConfigIssue[]
  /** Brings a config that was written for an older version of this node type up to date. */
  upgrade?(config: DataObject, from: number): DataObject
  /** The fields of its output can also be used as `vars.<name>` by all later steps. */
  setsVariables?: boolean
  /** It ends the loop that it's in: no further item begins. */
  endsLoop?: boolean
  /** It starts other executions, of which one execution may start only so many. */
  startsExecutions?: boolean
  /** It leaves nothing behind, outside or in the workspace's data: a replay just runs it again. */
  readOnly?: boolean
  /** Only for steps that wait, and then with `true`: see TransactionalWait. */
  inTransaction?: false
}

type Config<C extends z.ZodObject> = z.infer<C>

/**
 * `retry` sends the same idempotency key again; `fail` stops with `step.outcome_unknown`; `ask` waits until a person has
 * said what happened.
 */
export type OnUncertain = 'retry' | 'fail' | 'ask'

/** Recomputed freely; touches nothing outside. Triggers are pure too: their output is the payload that started them. */
interface PureNode<C extends z.ZodObject, O extends z.ZodType> extends NodeDeclaration<C, O> {
  effect: 'pure'
  run(config: Config<C>, context: StepContext): z.infer<O> | Finished<z.infer<O>>
}

/** Writes the workspace's own data; the write and the step's checkpoint commit together. */
interface TransactionalNode<C extends z.ZodObject, O extends z.ZodType> extends NodeDeclaration<
  C,
  O
> {
  effect: 'transactional'
  run(
    config: Config<C>,
    context: StepContext & TransactionServices,
  ): Promise<z.infer<O> | Finished<z.infer<O>>>
}

/** Acts on the outside: intent is checkpointed before, the outcome after. */
interface ExternalNode<C extends z.ZodObject, O extends z.ZodType> extends NodeDeclaration<C, O> {
  effect: 'external'
  /** What to do when an attempt was interrupted and nobody knows whether it took effect. */
  onUncertain(config: Config<C>): OnUncertain
  run(
    config: Config<C>,
    context: StepContext & Services,
  ): Promise<z.infer<O> | Finished<z.infer<O>>>
}

/** Waits in the database, holding no process. `run` starts the wait, `resume` ends it. */
interface SuspendingNode<C extends z.ZodObject, O extends z.ZodType> extends NodeDeclaration<C, O> {
  effect: 'suspending'
  run(config: Config<C>, context: SuspendingContext): Suspended | Finished<z.infer<O>>
  /** Its time has come, or something arrived (then `deliveries` isn't empty). */
  resume(
    config: Config<C>,
    state: Data,
    context: SuspendingContext,
  ): Suspended | Finished<z.infer<O>>
}

/** The same, with the workspace's own data at hand: each time, its writes and the step's checkpoint commit together. */
interface TransactionalWait<C extends z.ZodObject, O extends z.ZodType> extends Omit<
  NodeDeclaration<C, O>,
  'inTransaction'
> {
  effect: 'suspending'
  inTransaction: true
  run(
    config: Config<C>,
    context: SuspendingContext & TransactionServices,
  ): Promise<Suspended | Finished<z.infer<O>>>
  resume(
    config: Config<C>,
    state: Data,
    context: SuspendingContext & TransactionServices,
  ): Promise<Suspended | Finished<z.infer<O>>>
}

/** What a step that can fall asleep is given. */
export interface SuspendingContext extends StepContext {
  clock: Services['clock']
  /** What arrived since it fell asleep. */
  deliveries: readonly Delivery[]
  /** The id of an execution that this attempt starts: the same however often a crash undoes it. `name` tells several apart. */
  childId(name?: string): ExecutionId
}

/** Steers the run itself (loops); the state machine knows it by this mark, so it has no `run`. */
interface ControlNode<C extends z.ZodObject, O extends z.ZodType> extends NodeDeclaration<C, O> {
  effect: 'control'
  control: 'for_each' | 'repeat'
}

export type NodeType<C extends z.ZodObject = z.ZodObject, O extends z.ZodType = z.ZodType> =
  | PureNode<C, O>
  | TransactionalNode<C, O>
  | ExternalNode<C, O>
  | SuspendingNode<C, O>
  | TransactionalWait<C, O>
  | ControlNode<C, O>

/** Declares a node type. Everything people see of it (form, palette, docs, validation) follows from this declaration. */
export const defineNode = <C extends z.ZodObject, O extends z.ZodType>(
  node: NodeType<C, O>,
): NodeType<C, O> => node
