import type { z } from 'zod'
import type { Data, DataObject } from '../data.ts'
import type { Services, StepContext, TransactionServices, WebhookResponse } from '../services.ts'

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

  constructor(output: Output, port: string, response?: WebhookResponse) {
    this.output = output
    this.port = port
    this.response = response
  }
}

/** A step that goes to sleep in the database. */
export class Suspended {
  /** Milliseconds since 1970; null waits for the outside alone. */
  readonly until: number | null
  /** What the step needs to know when it wakes. */
  readonly state: Data

  constructor(until: number | null, state: Data) {
    this.until = until
    this.state = state
  }
}

/** Ends a step at another port than `out`, or with an answer for the webhook's caller. */
export const finish = <Output>(
  output: Output,
  port = 'out',
  response?: WebhookResponse,
): Finished<Output> => new Finished(output, port, response)

/** Puts a step to sleep. */
export const suspend = (until: number | null, state: Data): Suspended => new Suspended(until, state)

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
}

type Config<C extends z.ZodObject> = z.infer<C>

/** `retry` sends the same idempotency key again; `fail` stops with `step.outcome_unknown`. */
export type OnUncertain = 'retry' | 'fail'

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
  run(
    config: Config<C>,
    context: StepContext & { clock: Services['clock'] },
  ): Suspended | Finished<z.infer<O>>
  resume(
    config: Config<C>,
    state: Data,
    context: StepContext & { clock: Services['clock'] },
  ): Suspended | Finished<z.infer<O>>
}

/** Steers the run itself (loops); the state machine knows it by this mark, so it has no `run`. */
interface ControlNode<C extends z.ZodObject, O extends z.ZodType> extends NodeDeclaration<C, O> {
  effect: 'control'
  control: 'for_each'
}

export type NodeType<C extends z.ZodObject = z.ZodObject, O extends z.ZodType = z.ZodType> =
  | PureNode<C, O>
  | TransactionalNode<C, O>
  | ExternalNode<C, O>
  | SuspendingNode<C, O>
  | ControlNode<C, O>

/** Declares a node type. Everything people see of it (form, palette, docs, validation) follows from this declaration. */
export const defineNode = <C extends z.ZodObject, O extends z.ZodType>(
  node: NodeType<C, O>,
): NodeType<C, O> => node
