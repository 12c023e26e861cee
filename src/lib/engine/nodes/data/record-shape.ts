import { z } from 'zod'
import type { Data, DataObject } from '../../data.ts'
import { ConfigProblem } from '../../errors.ts'
import type { RecordData } from '../../services.ts'

/** A record as later steps see it. */
export const recordShape = z.object({
  id: z.string(),
  pipeline: z.string(),
  data: z.record(z.string(), z.unknown()),
  created_at: z.string(),
  updated_at: z.string(),
})

/** What the variable picker shows before there is a real record. */
export const sampleRecord = {
  id: '01a2b3c4-0000-4000-8000-000000000001',
  pipeline: '01a2b3c4-0000-4000-8000-0000000000ff',
  data: { name: 'Ada Lovelace', email: 'ada@example.org', status: 'new' },
  created_at: '2026-11-23T09:00:00.000Z',
  updated_at: '2026-11-23T09:00:00.000Z',
} satisfies RecordData

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** The id of a record that a field names: people pick the record itself or its id. */
export function recordId(value: unknown, field: string): string {
  const id =
    typeof value === 'object' && value !== null && 'id' in value && Object.hasOwn(value, 'id')
      ? value.id
      : value
  if (typeof id === 'string' && UUID.test(id.trim())) return id.trim()
  throw new ConfigProblem({
    code: 'records.no_record',
    title: 'No record was given',
    detail: 'This field does not hold a record or the id of one.',
    hint: 'Pick the record of an earlier step. If that step may find nothing, check with a condition first.',
    field,
  })
}

/** Values for a record's fields, as templates yield them. */
export const fieldValues = (mapping: Record<string, unknown>): DataObject =>
  // Values of rendered templates are data; only a missing one is left out.
  Object.fromEntries(
    Object.entries(mapping).filter(([, value]) => value !== undefined) as [string, Data][],
  )
