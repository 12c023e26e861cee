import { createContext } from 'svelte'
import type { Source } from '../variables/sources.ts'

/** What the widgets of one field need to know of where they are. */
export interface FieldScope {
  /** The step whose field it is. */
  readonly node: string
  readonly sources: readonly Source[]
  /** Told when the person goes into the field and out of it: the others see who types where. */
  entered(): void
  left(): void
}

/** Set by the form for each field, read by whatever in it takes templates. */
export const [getFieldScope, setFieldScope] = createContext<FieldScope>()
