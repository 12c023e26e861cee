import type { z } from 'zod'
import { ConfigProblem } from '../errors.ts'
import { DEFINITION_SCHEMA, workflowDefinition, type WorkflowDefinition } from './schema.ts'
import { upgraded, UPGRADES, type Upgrade } from './upgrades.ts'

/**
 * Reads a stored definition. Older schema versions are brought up to date; what isn't a definition at all, or was
 * written by a newer Weft, is a ConfigProblem. Whether the workflow makes sense is `validateDefinition`'s question.
 */
export function parseDefinition(
  stored: unknown,
  upgrades: readonly Upgrade[] = UPGRADES,
): WorkflowDefinition {
  const parsed = workflowDefinition.safeParse(upgraded(stored, DEFINITION_SCHEMA, upgrades))
  if (parsed.success) return parsed.data
  throw unreadable(sentence(parsed.error))
}

/** Where it's wrong, as far as that says something to a person who looks at the stored definition. */
function sentence(error: z.ZodError): string {
  const [first] = error.issues
  if (first === undefined) return 'It is not a workflow definition.'
  const where = first.path.length === 0 ? 'the whole' : first.path.join(' → ')
  return `In ${where}: ${first.message}.`
}

/** What is stored isn't a definition. */
const unreadable = (detail: string): ConfigProblem =>
  new ConfigProblem({
    code: 'definition.unreadable',
    title: 'This workflow cannot be read',
    detail,
    hint: 'Open an earlier version of it, or draw it again.',
  })
