import type { Data } from '#lib/engine/data.ts'
import type { FormField } from '#lib/engine/index.ts'

/** What every widget is given. A widget shows a value and hands back a new one; it keeps nothing itself. */
export interface WidgetProps {
  field: FormField
  value: Data | undefined
  onchange: (value: Data | undefined) => void
  /** The whole config of the step: some widgets hang on another field. */
  config: Record<string, Data>
  id: string
  /** Name for screen readers. */
  label: string
  disabled: boolean
  described: string | undefined
  invalid: boolean
}

export const asText = (value: Data | undefined): string =>
  typeof value === 'string'
    ? value
    : value === undefined || value === null
      ? ''
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value)
