import { z } from 'zod'
import type { ConnectionUse } from '../connections/define-connection.ts'
import { ruleTree } from '../template/rules.ts'

/** How a field is edited. The builder has one component per widget. */
export type Widget =
  | 'text' // one line, no variables
  | 'template' // one line, variables as pills
  | 'long-template' // several lines, variables as pills; shared letter by letter while co-editing
  | 'number'
  | 'switch'
  | 'select'
  | 'duration' // { amount, unit }
  | 'pairs' // list of { name, value } with template values
  | 'assignments' // list of { name, type, value } (set variables)
  | 'mapping' // field of a pipeline -> template value
  | 'rules' // condition builder
  | 'cases' // list of { name, when: rules } (switch)
  | 'pipeline' // picks a pipeline
  | 'workflow' // picks a workflow of the workspace
  | 'connection' // picks a connection of the workspace
  | 'cron' // schedule builder
  | 'time-zone'

/** What the config form needs to know about a field; kept in the zod schema's metadata. */
export interface FieldMeta {
  widget: Widget
  label: string
  hint?: string
  placeholder?: string
  options?: { value: string; label: string }[]
  /** Shown only while another field has one of these values. */
  showWhen?: { field: string; is: (string | number | boolean)[] }
  /** `mapping`: the field that holds the pipeline whose fields can be filled. */
  keysFrom?: string
  /** `workflow`: the trigger that the chosen workflow needs. */
  triggerKind?: string
  /** `connection`: what the chosen one is for. */
  connectionUse?: ConnectionUse
  /** Of a loop: filled in after each pass, when it sees what the steps of the loop's body yielded. */
  perPass?: boolean
  /** Shown under "More options". */
  advanced?: boolean
  /** Has to be filled in while it's shown, although the schema lets it be absent (it may be hidden). */
  required?: boolean
  /** Never shown again nor stored with a step: tokens and passwords. */
  secret?: boolean
  /** May contain `{{ … }}`. Set by the builders below. */
  templated?: boolean
}

type Look = Omit<FieldMeta, 'widget' | 'options' | 'secret' | 'templated'>

/** A template may yield data of any type, so templated fields are checked after rendering, by the type given here. */
const templated = <S extends z.ZodType>(schema: S, meta: FieldMeta): S =>
  schema.meta({ ...meta, templated: true }) as S // meta() returns the same schema type, zod's signature widens it

export const DURATION_UNITS = ['seconds', 'minutes', 'hours', 'days'] as const

/** Builders of config fields. A field's schema describes the value after templates were rendered. */
export const field = {
  text: (look: Look) => z.string().meta({ ...look, widget: 'text' }),
  template: (look: Look) => templated(z.coerce.string(), { ...look, widget: 'template' }),
  /** A template whose value keeps its type (a list, a record, a number…). */
  value: (look: Look) => templated(z.unknown(), { ...look, widget: 'template' }),
  /** A token or password typed in here. */
  secret: (look: Look) =>
    templated(z.coerce.string(), { ...look, widget: 'template', secret: true }),
  longTemplate: (look: Look) => templated(z.coerce.string(), { ...look, widget: 'long-template' }),
  number: (look: Look) => z.number().meta({ ...look, widget: 'number' }),
  switch: (look: Look) => z.boolean().meta({ ...look, widget: 'switch' }),
  select: <const V extends string>(look: Look, options: { value: V; label: string }[]) =>
    z
      .enum(options.map((option) => option.value) as [V, ...V[]])
      .meta({ ...look, widget: 'select', options }), // a select without options makes no sense
  duration: (look: Look) =>
    z
      .object({ amount: z.coerce.number().min(0), unit: z.enum(DURATION_UNITS) })
      .meta({ ...look, widget: 'duration' }),
  pairs: (look: Look) =>
    templated(z.array(z.object({ name: z.string(), value: z.coerce.string() })), {
      ...look,
      widget: 'pairs',
    }),
  assignments: (look: Look) =>
    templated(
      z.array(
        z.object({
          name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/),
          type: z.enum(['auto', 'text', 'number', 'boolean', 'list', 'object']),
          value: z.unknown(),
        }),
      ),
      { ...look, widget: 'assignments' },
    ),
  mapping: (look: Look & { keysFrom: string }) =>
    templated(z.record(z.string(), z.unknown()), { ...look, widget: 'mapping' }),
  rules: (look: Look) => templated(ruleTree, { ...look, widget: 'rules' }),
  cases: (look: Look) =>
    templated(
      z.array(
        z.object({
          name: z.string().min(1).max(80),
          port: z.string().regex(/^case_[a-z0-9]+$/),
          when: ruleTree,
        }),
      ),
      { ...look, widget: 'cases' },
    ),
  workflow: (look: Look & { triggerKind: string }) =>
    z.uuid().meta({ ...look, widget: 'workflow' }),
  /** The id of stored credentials; the credentials themselves never reach a step. */
  connection: (look: Look & { connectionUse: ConnectionUse }) =>
    z.uuid().meta({ ...look, widget: 'connection' }),
  pipeline: (look: Look) => z.uuid().meta({ ...look, widget: 'pipeline' }),
  cron: (look: Look) => z.string().meta({ ...look, widget: 'cron' }),
  timeZone: (look: Look) => z.string().meta({ ...look, widget: 'time-zone' }),
}
