import type { Data } from '../data.ts'
import type { ErrorData } from '../store.ts'

/** What later steps see of a step that failed and whose failure the workflow deals with. */
export const failureOutput = (error: ErrorData): Data => ({
  error: { code: error.code, title: error.title, detail: error.detail },
})
