import {
  formFields,
  parseDefinition,
  WeftError,
  type Registry,
  type WorkflowDefinition,
} from '#lib/engine/index.ts'

/** The form of file that is written; newer ones can't be read. */
const FORM = 1

/** Larger than any workflow is. */
export const LARGEST_FILE = 20 * 1024 * 1024

/** A workflow as a file. */
export interface WorkflowFile {
  name: string
  definition: WorkflowDefinition
}

/** Why a file can't be read. */
export type FileProblem = 'strange' | 'newer'

/** What is in a file that a workflow leaves as: no secrets that were typed into fields, and no pinned outputs, which are data of real people. */
export function writeFile({ name, definition }: WorkflowFile, registry: Registry): string {
  const nodes = definition.nodes.map(({ pinned: _data, ...node }) => {
    const type = registry.get(node.type)
    const secret = new Set(
      (type ? formFields(type) : []).filter((field) => field.secret).map((field) => field.name),
    )
    const config = Object.entries(node.config).filter(([field]) => !secret.has(field))
    return { ...node, config: Object.fromEntries(config) }
  })
  const file = { weftWorkflow: FORM, name, definition: { ...definition, nodes } }
  return `${JSON.stringify(file, null, 2)}\n`
}

/** Reads what `writeFile` wrote; otherwise says why not. */
export function readFile(text: string): WorkflowFile | FileProblem {
  const value = parsed(text)
  if (typeof value !== 'object' || value === null) return 'strange'
  if (!('weftWorkflow' in value) || !('definition' in value)) return 'strange'
  if (typeof value.weftWorkflow !== 'number') return 'strange'
  if (value.weftWorkflow > FORM) return 'newer'
  const name = 'name' in value && typeof value.name === 'string' ? value.name.slice(0, 120) : ''
  try {
    return { name, definition: parseDefinition(value.definition) }
  } catch (problem) {
    if (!(problem instanceof WeftError)) throw problem
    return problem.code === 'definition.newer_schema' ? 'newer' : 'strange'
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (problem) {
    if (problem instanceof SyntaxError) return undefined
    throw problem
  }
}

/** The name of the file on somebody's disk. */
export const fileNameOf = (workflow: string, version: number | null): string => {
  const plain = workflow
    .normalize('NFKD')
    .replace(/[^\w -]/g, '')
    .trim()
    .replaceAll(/\s+/g, '-')
    .toLowerCase()
  return `${plain || 'workflow'}-${version === null ? 'draft' : `version-${version}`}.json`
}
