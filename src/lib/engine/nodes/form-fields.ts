import type { z } from 'zod'
import type { Data, DataObject } from '../data.ts'
import type { NodeType } from './define-node.ts'
import type { FieldMeta } from './fields.ts'

/** All that a form, a documentation page or an API schema needs to know about one field of a node's config. */
export interface FormField extends FieldMeta {
  name: string
  required: boolean
  templated: boolean
  secret: boolean
  advanced: boolean
  /** What it holds until somebody changes it; undefined for nothing. */
  default: Data | undefined
  schema: z.ZodType
}

const described = new WeakMap<NodeType, FormField[]>()

/** A node type's config fields, in the order of its declaration. */
export function formFields(type: NodeType): FormField[] {
  let fields = described.get(type)
  if (fields === undefined) {
    fields = Object.entries(type.config.shape).map(([name, schema]) =>
      // A zod object's shape holds zod types; its own type is looser.
      describe(type, name, schema as z.ZodType),
    )
    described.set(type, fields)
  }
  return fields
}

function describe(type: NodeType, name: string, schema: z.ZodType): FormField {
  const meta = metaOf(schema)
  if (meta === undefined) throw new TypeError(`${type.type}: make the field "${name}" with field.…`)
  return {
    ...meta,
    name,
    required: meta.required ?? schema._zod.optin === undefined,
    templated: meta.templated ?? false,
    secret: meta.secret ?? false,
    advanced: meta.advanced ?? false,
    default: defaultOf(schema),
    schema,
  }
}

/** `optional()` and `default()` wrap the schema that carries the metadata. */
function metaOf(schema: z.ZodType): FieldMeta | undefined {
  const meta = schema.meta()
  if (meta !== undefined && 'widget' in meta) return meta as unknown as FieldMeta // only fields.ts sets `widget`
  const def = schema._zod.def as { innerType?: z.ZodType } // of wrappers; others have none
  return def.innerType === undefined ? undefined : metaOf(def.innerType)
}

function defaultOf(schema: z.ZodType): Data | undefined {
  if (schema._zod.optin === undefined) return undefined
  const parsed = schema.safeParse(undefined)
  return parsed.success ? (parsed.data as Data | undefined) : undefined // defaults are data
}

/** The config of a node that was just added. */
export function defaultConfig(type: NodeType): DataObject {
  const config: DataObject = {}
  for (const { name, default: value } of formFields(type)) {
    if (value !== undefined) config[name] = structuredClone(value)
  }
  return config
}

/** Whether a field is shown, given the other fields. A field that hangs on a hidden one is hidden too. */
export function isShown(
  type: NodeType,
  field: FormField,
  config: Record<string, unknown>,
): boolean {
  const { showWhen } = field
  if (showWhen === undefined) return true
  const other = formFields(type).find((candidate) => candidate.name === showWhen.field)
  if (other === undefined)
    throw new TypeError(`${type.type}: "${field.name}" hangs on an unknown field`)
  const value = config[showWhen.field] ?? other.default
  const fits = (showWhen.is as unknown[]).includes(value)
  return fits && isShown(type, other, config)
}
