import type { NodeType } from '#lib/engine/index.ts'
import type { Data } from '#lib/executions/rows.ts'

/** A part of what a step yields, for somebody to enter who knows what came back. */
export interface AnswerField {
  name: string
  kind: 'number' | 'text' | 'list' | 'data'
  /** As it usually looks. */
  example: string
}

/** What can be entered for a step of this type; taken from its sample. */
export function answerFields(type: NodeType | undefined): AnswerField[] {
  const sample = type?.sample
  if (typeof sample !== 'object' || sample === null || Array.isArray(sample)) return []
  return Object.entries(sample).map(([name, value]) => ({
    name,
    kind: kindOf(value),
    example: typeof value === 'string' ? value : JSON.stringify(value),
  }))
}

function kindOf(value: unknown): AnswerField['kind'] {
  if (typeof value === 'number') return 'number'
  if (typeof value === 'string') return 'text'
  return Array.isArray(value) ? 'list' : 'data'
}

/** What was entered, as the step's output; null when nothing was. What is left empty isn't there for later steps. */
export function answerOf(
  fields: readonly AnswerField[],
  entered: Readonly<Record<string, string>>,
): Data {
  const known = fields.flatMap(({ name, kind }) => {
    const text = entered[name]?.trim() ?? ''
    return text === '' ? [] : [[name, valueOf(kind, text)] as const]
  })
  return known.length === 0 ? null : Object.fromEntries(known)
}

function valueOf(kind: AnswerField['kind'], text: string): Data {
  if (kind === 'text') return text
  if (kind === 'number') return Number.isFinite(Number(text)) ? Number(text) : text
  const data = dataIn(text)
  if (kind === 'data' || Array.isArray(data)) return data
  return text
    .split(/[\n,]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
}

/** Data as services write it, or the text itself where it's none. */
function dataIn(text: string): Data {
  try {
    return JSON.parse(text) as Data // JSON text holds nothing but data
  } catch (problem) {
    if (problem instanceof SyntaxError) return text
    throw problem
  }
}
