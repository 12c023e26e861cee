import { formFields, registry, type Registry } from '#lib/engine/index.ts'
import type { LongTexts } from './write.ts'

/** The long-text fields of a node type, as the engine's registry declares them. */
export const longTextsOf =
  (registry: Registry): LongTexts =>
  (type) => {
    const known = registry.get(type)
    if (!known) return []
    return formFields(known)
      .filter(({ widget }) => widget === 'long-template')
      .map(({ name }) => name)
  }

/** Those of the node types that Weft brings. */
export const longTexts: LongTexts = longTextsOf(registry)
