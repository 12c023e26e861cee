import { connectionFields, type ConnectionKind } from '#lib/engine/index.ts'
import type { Fields } from './queries.ts'
import type { Connection } from './rows.ts'
import { texts } from './texts.ts'

/** What a form begins with: what its kind suggests, or what a connection has. Never a secret, as nobody can read one. */
export function beginning(kind: ConnectionKind, connection?: Connection): Fields {
  const entries = connectionFields(kind).map(({ name, secret, default: usual }) => {
    const kept = secret ? undefined : connection?.settings[name]
    return [name, String(kept ?? usual ?? '')]
  })
  return Object.fromEntries(entries) as Fields // pairs of texts
}

/** What is wrong with what was typed in, by field; nothing when all is well. */
export function problemsOf(kind: ConnectionKind, values: Fields): Record<string, string> {
  const problems: Record<string, string> = {}
  for (const issue of kind.fields.safeParse(values).error?.issues ?? []) {
    const name = String(issue.path[0])
    problems[name] ??= (values[name] ?? '') === '' ? texts.checkFields : issue.message
  }
  return problems
}
