/** What a field holds. */
export const fieldTypes = ['text', 'number', 'date', 'boolean', 'select', 'email'] as const
export type FieldType = (typeof fieldTypes)[number]

/** A table of the workspace's own data. */
export interface Pipeline {
  id: string
  workspace_id: string
  name: string
  created_at: string
}

/** A pipeline with how much is in it. */
export interface PipelineEntry extends Pipeline {
  fields: number
  records: number
}

/** A column of a pipeline. */
export interface Field {
  id: string
  workspace_id: string
  pipeline_id: string
  /** Its name in templates; fixed once made. */
  key: string
  title: string
  type: FieldType
  /** Choices of a select field. */
  options: string[]
  required: boolean
  position: number
}

/** A value of a record; empty ones aren't kept. */
export type Value = string | number | boolean

/** A row of a pipeline. */
export interface PipelineRecord {
  id: string
  workspace_id: string
  pipeline_id: string
  data: Record<string, Value | null>
  created_by: string | null
  created_at: string
  updated_at: string
  deleted_at: string | null
}

/** How records are sorted: by a field's key, or by when they were added. */
export interface Sort {
  by: { field: string } | 'created'
  direction: 'up' | 'down'
}
