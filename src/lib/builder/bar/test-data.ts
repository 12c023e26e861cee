import type { Data, DataObject } from '#lib/engine/data.ts'
import type { NodeDefinition, NodeType } from '#lib/engine/index.ts'

/** One field of test data as it's typed. */
export interface TypedField {
  name: string
  value: string
}

const isObject = (data: Data | undefined): data is DataObject =>
  typeof data === 'object' && data !== null && !Array.isArray(data)

/** The example that a trigger's form begins with. */
export function exampleFor(node: NodeDefinition, type: NodeType): Data {
  if (node.pinned !== undefined) return node.pinned
  const sample = type.sample as Data // samples are data: a test of the engine checks it
  if (node.type !== 'trigger.webhook' || !isObject(sample)) return sample
  const { methods } = node.config
  return { ...sample, method: methods === 'GET' || methods === 'PUT' ? methods : 'POST' }
}

/** What people fill in: for a webhook that is its body, the rest is filled in around it. */
export function editablePart(node: NodeDefinition, data: Data): Data {
  return node.type === 'trigger.webhook' && isObject(data) ? (data['body'] ?? {}) : data
}

/** The trigger's whole data, from what was filled in. */
export function wholeData(node: NodeDefinition, example: Data, filled: Data): Data {
  return node.type === 'trigger.webhook' && isObject(example)
    ? { ...example, body: filled }
    : filled
}

/** As lines of name and value; null when it has parts that don't fit on a line. */
export function asFields(data: Data): TypedField[] | null {
  if (!isObject(data)) return null
  const lines = Object.entries(data)
  if (lines.some(([, value]) => typeof value === 'object' && value !== null)) return null
  return lines.map(([name, value]) => ({ name, value: value === null ? '' : String(value) }))
}

/** Numbers and yes/no (as true, false) are taken as such, all else as text. */
export function fromFields(fields: readonly TypedField[]): DataObject {
  return Object.fromEntries(
    fields.flatMap(({ name, value }) => (name.trim() === '' ? [] : [[name.trim(), typed(value)]])),
  )
}

function typed(value: string): Data {
  if (value === 'true' || value === 'false') return value === 'true'
  // "007" and "+43…" are no numbers, whatever they look like.
  return /^-?(0|[1-9]\d{0,14})(\.\d+)?$/.test(value) ? Number(value) : value
}

/** Reads test data typed as text; null when it can't be read. */
export function readText(text: string): { data: Data } | null {
  try {
    return { data: JSON.parse(text) as Data } // the text of data reads as data
  } catch (problem) {
    if (problem instanceof SyntaxError) return null
    throw problem
  }
}
