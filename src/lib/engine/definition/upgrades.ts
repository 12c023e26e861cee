import { ConfigProblem } from '../errors.ts'

/** Brings a definition from one schema version to the next. */
export interface Upgrade {
  from: number
  apply(definition: Record<string, unknown>): Record<string, unknown>
}

/** All upgrades there ever were, one for each raise of DEFINITION_SCHEMA; never removed, as stored versions don't change. */
export const UPGRADES: readonly Upgrade[] = []

/** The same definition in the newest schema. What isn't a definition is handed back as it is. */
export function upgraded(stored: unknown, newest: number, upgrades: readonly Upgrade[]): unknown {
  if (typeof stored !== 'object' || stored === null) return stored
  let definition = stored as Record<string, unknown> // an object that came from JSON
  for (;;) {
    const { schema } = definition
    if (typeof schema !== 'number' || schema === newest) return definition
    if (schema > newest) {
      throw new ConfigProblem({
        code: 'definition.newer_schema',
        title: 'This workflow was made with a newer Weft',
        detail: `Its format is ${schema}; this installation reads up to ${newest}.`,
        hint: 'Update Weft, then open it again.',
      })
    }
    const upgrade = upgrades.find((candidate) => candidate.from === schema)
    if (upgrade === undefined) return definition
    definition = { ...upgrade.apply(definition), schema: schema + 1 }
  }
}
