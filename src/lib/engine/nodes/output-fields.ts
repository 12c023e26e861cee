import type { z } from 'zod'
import type { Data } from '../data.ts'
import type { NodeType } from './define-node.ts'

/** One value that later steps can use, for the variable picker. */
export interface OutputField {
  /** Its last name, e.g. `email`. */
  name: string
  /** From the output on, e.g. `records[0].data.email`. */
  path: string
  type: 'text' | 'number' | 'boolean' | 'list' | 'object' | 'empty'
  value: Data
  fields: OutputField[]
}

const DEEPEST = 6
const WIDEST = 200

/** What a step of this type hands on: from a real output where there is one, else from its sample. */
export function outputFields(type: NodeType, sample?: Data): OutputField[] {
  return fieldsOf(sample ?? (type.sample as Data), '', 0) // samples are data, checked by a test
}

/** The parts of any value, e.g. of a trigger's payload. */
export function fieldsOf(value: Data, prefix: string, depth: number): OutputField[] {
  if (typeof value !== 'object' || value === null || depth >= DEEPEST) return []
  if (Array.isArray(value)) {
    // The entries of a list are alike: the first stands for all.
    const [first] = value
    return first === undefined ? [] : [outputField('first', first, `${prefix}[0]`, depth)]
  }
  return Object.entries(value)
    .slice(0, WIDEST)
    .map(([name, part]) => outputField(name, part, joined(prefix, name), depth))
}

function outputField(name: string, value: Data, path: string, depth: number): OutputField {
  return { name, path, type: typeOf(value), value, fields: fieldsOf(value, path, depth + 1) }
}

const joined = (prefix: string, name: string): string => {
  if (!/^[A-Za-z_][\w-]*$/.test(name)) return `${prefix}[${JSON.stringify(name)}]`
  return prefix === '' ? name : `${prefix}.${name}`
}

function typeOf(value: Data): OutputField['type'] {
  if (value === null) return 'empty'
  if (Array.isArray(value)) return 'list'
  if (typeof value === 'string') return 'text'
  return typeof value as 'number' | 'boolean' | 'object' // all that is left of data
}

/** Follows names into an output's schema: the names that would fit where one doesn't, or null when nothing is wrong. */
export function misfit(
  schema: z.ZodType,
  names: readonly (string | number)[],
): { at: number; known: string[] } | null {
  let current: z.ZodType | undefined = schema
  for (let at = 0; at < names.length; at++) {
    const def = unwrapped(current)
    if (def.type === 'array') {
      if (typeof names[at] !== 'number' && !['first', 'last', 'size'].includes(String(names[at]))) {
        return { at, known: ['first', 'last', 'size'] }
      }
      if (names[at] === 'size') return null
      current = def.element
    } else if (def.type === 'object' && def.catchall === undefined) {
      const shape = def.shape ?? {}
      const name = String(names[at])
      if (!Object.hasOwn(shape, name)) return { at, known: Object.keys(shape) }
      current = shape[name]
    } else {
      // Anything can be in there.
      return null
    }
    if (current === undefined) return null
  }
  return null
}

interface Def {
  type: string
  innerType?: z.ZodType
  element?: z.ZodType
  shape?: Record<string, z.ZodType>
  catchall?: z.ZodType
}

function unwrapped(schema: z.ZodType): Def {
  const def = schema._zod.def as Def // the parts of zod's definitions that are read here
  return def.innerType === undefined ? def : unwrapped(def.innerType)
}
