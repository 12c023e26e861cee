/** A field of a pipeline, as far as steps need it. */
export interface Field {
  key: string
  title: string
  type: 'text' | 'number' | 'date' | 'boolean' | 'select' | 'email'
}

/** A pipeline's fields, and the zone in which its workspace's days begin. */
export interface Shape {
  fields: Field[]
  timeZone: string
}
