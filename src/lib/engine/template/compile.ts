import type { Data, DataObject } from '../data.ts'
import type { ConfigProblem } from '../errors.ts'
import { toText } from './coerce.ts'
import { isMissing, parseProblem, renderProblem } from './liquid-errors.ts'
import { parse, run, type Parsed } from './liquid.ts'
import { ASKS_PRESENCE } from './operators.ts'
import { follow, readPath, whyUnknown, type Path } from './path.ts'
import { texts } from './texts.ts'

/** What templates can see: `trigger`, `steps`, `item`, `index`, `loop`, `workflow`, `execution`, `workspace`, `now`, `vars`. */
export type TemplateScope = DataObject

/** A text, made ready for rendering many times. The first three kinds never meet Liquid: nearly all templates are one of them. */
export type Template =
  | { kind: 'plain'; value: Data }
  /** Nothing but `{{ a.b[0] }}`: keeps its type. */
  | { kind: 'path'; path: Path; optional: boolean }
  /** Text with such paths in it. */
  | { kind: 'parts'; parts: (string | Path)[]; optional: boolean }
  | { kind: 'liquid'; parsed: Parsed; optional: boolean }

/** Data whose texts are templates, made ready for rendering. */
export type CompiledValue =
  | Template
  | { kind: 'list'; entries: CompiledValue[] }
  | { kind: 'group'; keys: string[]; values: CompiledValue[] }

interface CompileOptions {
  /** Unknown variables give an empty value instead of a problem. */
  optional?: boolean
}

const DEEPEST = 100
const LONGEST_RESULT = 10_000_000

/** Reads a text as a template; throws a ConfigProblem when it can't be read. */
export function compileTemplate(text: string, { optional = false }: CompileOptions = {}): Template {
  if (!text.includes('{{') && !text.includes('{%')) return { kind: 'plain', value: text }
  const parts = readParts(text)
  if (parts === null) return { kind: 'liquid', parsed: readWithLiquid(text), optional }
  const pathsOnly = parts.filter((part) => typeof part !== 'string' || part.trim() !== '')
  const [only] = pathsOnly
  if (pathsOnly.length === 1 && only !== undefined && typeof only !== 'string') {
    return { kind: 'path', path: only, optional }
  }
  return { kind: 'parts', parts, optional }
}

/** Takes a text with nothing but simple paths in its braces apart; null when there is more in them. */
function readParts(text: string): (string | Path)[] | null {
  if (text.includes('{%')) return null
  const parts: (string | Path)[] = []
  let done = 0
  for (let open = text.indexOf('{{'); open !== -1; open = text.indexOf('{{', done)) {
    const close = text.indexOf('}}', open)
    const path = close === -1 ? null : readPath(text.slice(open + 2, close).trim())
    if (path === null) return null
    if (open > done) parts.push(text.slice(done, open))
    parts.push(path)
    done = close + 2
  }
  if (done < text.length) parts.push(text.slice(done))
  return parts
}

function readWithLiquid(text: string): Parsed {
  try {
    // Spaces around a single `{{ … }}` don't make a text of it.
    return parse(/^\s*\{\{[^]*\}\}\s*$/.test(text) ? wholeOrAll(text) : text)
  } catch (error) {
    throw parseProblem(error)
  }
}

const wholeOrAll = (text: string): string => {
  const trimmed = text.trim()
  return trimmed === text || trimmed.indexOf('{{', 2) !== -1 || trimmed.includes('{%')
    ? text
    : trimmed
}

/**
 * Reads data deep down: every text in it is a template. In a rule that asks whether there is a value (`exists`,
 * `is_empty`…), an unknown variable is an answer and no problem.
 */
export function compileValue(value: Data, options: CompileOptions = {}, depth = 0): CompiledValue {
  if (typeof value === 'string') return compileTemplate(value, options)
  if (typeof value !== 'object' || value === null) return { kind: 'plain', value }
  if (depth === DEEPEST) throw texts.tooDeep()
  if (Array.isArray(value)) {
    const entries = value.map((entry) => compileValue(entry, options, depth + 1))
    return entries.every(isPlain) ? { kind: 'plain', value } : { kind: 'list', entries }
  }
  const keys = Object.keys(value)
  const presence = asksPresence(value)
  const values = keys.map((key) =>
    compileValue(
      value[key] ?? null,
      presence && key === 'left' ? { ...options, optional: true } : options,
      depth + 1,
    ),
  )
  return values.every(isPlain) ? { kind: 'plain', value } : { kind: 'group', keys, values }
}

const isPlain = (compiled: CompiledValue): boolean => compiled.kind === 'plain'

/** Whether this is a rule for which an unknown left side is an answer. */
export const asksPresence = (value: DataObject): boolean =>
  Object.hasOwn(value, 'left') && typeof value['op'] === 'string' && ASKS_PRESENCE.has(value['op'])

/** Puts data in; throws a ConfigProblem that names the field and what is wrong in it. */
export function render(compiled: CompiledValue, scope: TemplateScope, field?: string): Data {
  switch (compiled.kind) {
    case 'plain':
      return compiled.value
    case 'path': {
      const value = follow(scope, compiled.path)
      if (value !== undefined) return value as Data // found in data
      if (compiled.optional) return null
      throw inField(whyUnknown(scope, compiled.path), field)
    }
    case 'parts':
      return renderParts(compiled.parts, compiled.optional, scope, field)
    case 'liquid':
      try {
        return run(compiled.parsed, scope)
      } catch (error) {
        if (compiled.optional && isMissing(error)) return null
        throw inField(renderProblem(error), field)
      }
    case 'list':
      return compiled.entries.map((entry) => render(entry, scope, field))
    case 'group':
      return renderGroup(compiled.keys, compiled.values, scope, field)
  }
}

const inField = (problem: ConfigProblem, field: string | undefined): ConfigProblem =>
  field === undefined ? problem : problem.inField(field)

function renderParts(
  parts: (string | Path)[],
  optional: boolean,
  scope: TemplateScope,
  field: string | undefined,
): string {
  let text = ''
  for (const part of parts) {
    if (typeof part === 'string') text += part
    else {
      const value = follow(scope, part)
      if (value === undefined && !optional) throw inField(whyUnknown(scope, part), field)
      text += toText(value)
    }
    if (text.length > LONGEST_RESULT) throw inField(texts.tooMuch(), field)
  }
  return text
}

function renderGroup(
  keys: string[],
  values: CompiledValue[],
  scope: TemplateScope,
  field: string | undefined,
): DataObject {
  const group: DataObject = {}
  for (const [index, key] of keys.entries()) {
    const compiled = values[index]
    if (compiled === undefined) continue
    const value = render(compiled, scope, field)
    // A field may be called like that in data; assigning it would change what the group is.
    if (key === '__proto__') {
      Object.defineProperty(group, key, {
        value,
        enumerable: true,
        writable: true,
        configurable: true,
      })
    } else group[key] = value
  }
  return group
}
