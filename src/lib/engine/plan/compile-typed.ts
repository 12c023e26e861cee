import type { z } from 'zod'
import { toText } from '../template/coerce.ts'
import { asksPresence, compileTemplate, render, type TemplateScope } from '../template/compile.ts'
import { TAKES_NO_RIGHT } from '../template/operators.ts'
import { ConfigProblem } from '../errors.ts'
import type { DataObject } from '../data.ts'

/** A part of a config: a value as it is, or one that is filled in for every step. */
export type Part = { value: unknown } | { render(scope: TemplateScope): unknown }

const isConstant = (part: Part): part is { value: unknown } => 'value' in part

/** The value of a part. */
const filled = (part: Part, scope: TemplateScope): unknown =>
  'value' in part ? part.value : part.render(scope)

/**
 * Compiles one value of a config along its schema. The value's structure has been checked already; what is left to
 * check when it's filled in are the types of the places where a template stands, which costs less than parsing anew.
 */
export function compileTyped(raw: unknown, schema: z.ZodType | undefined): Part {
  if (typeof raw === 'string') return compileText(raw, schema, false)
  if (Array.isArray(raw)) {
    const element = definitionOf(schema)?.element
    return list(
      raw.map((entry) => compileTyped(entry, element)),
      raw,
    )
  }
  if (typeof raw !== 'object' || raw === null) return { value: raw }
  return isRule(raw) ? compileRule(raw) : compileGroup(raw, schema)
}

function compileText(text: string, schema: z.ZodType | undefined, optional: boolean): Part {
  const template = compileTemplate(text, { optional })
  if (template.kind === 'plain') return { value: text }
  const fit = fitting(schema)
  if (fit === null) return { render: (scope) => render(template, scope) }
  return { render: (scope) => fit(render(template, scope)) }
}

/** How a filled-in value is made to fit its place; null where anything fits. */
function fitting(schema: z.ZodType | undefined): ((value: unknown) => unknown) | null {
  const definition = definitionOf(schema)
  if (schema === undefined || definition === null || definition.type === 'unknown') return null
  if (definition.type === 'string' && (definition.checks ?? []).length === 0) return toText
  return (value) => {
    const parsed = schema.safeParse(value)
    if (parsed.success) return parsed.data
    throw new ConfigProblem({
      code: 'config.wrong_type',
      title: 'A value does not fit',
      detail: `"${toText(value).slice(0, 100)}" does not fit here.`,
      hint: 'Pick another variable, or change what the earlier step hands on.',
    })
  }
}

const isRule = (raw: object): raw is DataObject => 'op' in raw && 'left' in raw

/** What a rule compares are values of any type; which sides it has, and whether they may be missing, is its operator's. */
function compileRule(rule: DataObject): Part {
  const { left, right, op } = rule
  const sides: [string, Part][] = [
    [
      'left',
      typeof left === 'string'
        ? compileText(left, undefined, asksPresence(rule))
        : compileTyped(left, undefined),
    ],
    ['op', { value: op }],
  ]
  const takesRight = right !== undefined && !TAKES_NO_RIGHT.has(String(op))
  return group(takesRight ? [...sides, ['right', compileTyped(right, undefined)]] : sides)
}

function compileGroup(raw: object, schema: z.ZodType | undefined): Part {
  const definition = definitionOf(schema)
  return group(
    Object.entries(raw).map(([name, value]): [string, Part] => [
      name,
      compileTyped(value, definition?.shape?.[name] ?? definition?.valueType),
    ]),
  )
}

function list(parts: Part[], raw: unknown[]): Part {
  if (parts.every(isConstant)) return { value: raw }
  return { render: (scope) => parts.map((part) => filled(part, scope)) }
}

function group(entries: [string, Part][]): Part {
  const constants: Record<string, unknown> = {}
  const dynamics: [string, (scope: TemplateScope) => unknown][] = []
  for (const [name, part] of entries) {
    if (isConstant(part)) put(constants, name, part.value)
    else dynamics.push([name, part.render])
  }
  if (dynamics.length === 0) return { value: constants }
  return {
    render(scope) {
      const filledIn = { ...constants }
      for (const [name, render] of dynamics) put(filledIn, name, render(scope))
      return filledIn
    },
  }
}

/** A field may be called `__proto__`; assigning that would change what the group is. */
function put(group: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') group[name] = value
  else
    Object.defineProperty(group, name, {
      value,
      enumerable: true,
      writable: true,
      configurable: true,
    })
}

interface Definition {
  type: string
  innerType?: z.ZodType
  element?: z.ZodType
  valueType?: z.ZodType
  shape?: Record<string, z.ZodType>
  checks?: unknown[]
}

/** What a schema is made of, without `optional()` and `default()`; null for what can be anything (unions, lazies). */
function definitionOf(schema: z.ZodType | undefined): Definition | null {
  if (schema === undefined) return null
  const definition = schema._zod.def as Definition // the parts of zod's definitions that are read here
  if (definition.innerType !== undefined) return definitionOf(definition.innerType)
  return definition.type === 'union' || definition.type === 'lazy' ? null : definition
}
