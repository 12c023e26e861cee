import type { Data, DataObject } from '#lib/engine/data.ts'
import type { NodeDefinition } from '#lib/engine/definition/schema.ts'
import type { NodeType } from '#lib/engine/nodes/define-node.ts'

/** A pipeline with its fields, as forms and samples need it. */
export interface PipelineFields {
  id: string
  name: string
  fields: {
    key: string
    title: string
    type: 'text' | 'number' | 'date' | 'boolean' | 'select' | 'email'
    options: string[]
    required: boolean
  }[]
}

const EXAMPLES: Record<PipelineFields['fields'][number]['type'], Data> = {
  text: 'Some text',
  number: 42,
  date: '2026-11-23',
  boolean: true,
  select: 'First choice',
  email: 'ada@example.org',
}

/**
 * What a step would give out before it ever ran: its type's sample, with the names that this step's own config gives it
 * (its variables, the fields of its pipeline).
 */
export function sampleOf(
  node: NodeDefinition,
  type: NodeType,
  pipelines: readonly PipelineFields[],
): Data {
  if (type.setsVariables) return variablesOf(node.config)
  const pipeline = pipelines.find(({ id }) => id === node.config['pipeline'])
  const sample = type.sample as Data // samples are data: a test of the engine checks it
  return pipeline ? withFields(sample, pipeline) : sample
}

/** The variables as they were typed in; a value that is calculated shows as empty. */
function variablesOf(config: DataObject): Data {
  const variables = Array.isArray(config['variables']) ? config['variables'] : []
  return Object.fromEntries(
    variables.flatMap((variable) => {
      if (typeof variable !== 'object' || variable === null || Array.isArray(variable)) return []
      const { name, value } = variable
      if (typeof name !== 'string' || name === '') return []
      const isCalculated = typeof value === 'string' && value.includes('{{')
      return [[name, isCalculated ? null : (value ?? null)] as const]
    }),
  )
}

/** Puts a pipeline's own fields where a sample shows a record. */
function withFields(sample: Data, pipeline: PipelineFields): Data {
  if (Array.isArray(sample)) return sample.map((item) => withFields(item, pipeline))
  if (typeof sample !== 'object' || sample === null) return sample
  if ('pipeline' in sample && 'data' in sample) {
    const data = Object.fromEntries(
      pipeline.fields.map(({ key, type, options }) => [
        key,
        type === 'select' ? (options[0] ?? EXAMPLES.select) : EXAMPLES[type],
      ]),
    )
    return { ...sample, pipeline: pipeline.id, data }
  }
  return Object.fromEntries(
    Object.entries(sample).map(([name, value]) => [name, withFields(value, pipeline)]),
  )
}
