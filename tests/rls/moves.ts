import { claims, tableOf, type Cell, type TableFacts } from './cells.ts'
import { tables } from './matrix.ts'
import type { Tenants } from './two-workspaces.ts'

/**
 * Rows moved into another workspace: refused by the policies alone, also if the column were theirs to write. Tried by a
 * node, by the engine where it works for one workspace only, and by somebody who owns the one workspace and may look at
 * the other, so that no select policy is in the way.
 */
export function moveCells(tenants: Tenants, facts: Map<string, TableFacts>): Cell[] {
  const { ann, bob, guest } = tenants
  const movers = [
    { name: 'owner here, viewer there', sqlRole: 'authenticated', settings: claims(guest) },
    { name: 'node', sqlRole: 'weft_node', settings: { 'weft.workspace_id': ann.workspace } },
    { name: 'engine', sqlRole: 'weft_engine', settings: { 'weft.workspace_id': ann.workspace } },
  ]
  return Object.entries(tables).flatMap(([line, rules]) => {
    const table = tableOf(line)
    const column =
      movedColumns[table] ?? facts.get(table)?.columns.find((name) => name === 'workspace_id')
    if (column === undefined) return []
    const to = table === 'public.profiles' ? ann.user : bob.workspace
    const engineIsBound = !Object.values(rules).some((cell) => String(cell).includes('engine*'))
    const moving = movers.filter(({ name }) => name !== 'engine' || engineIsBound)
    return moving.map(({ name, sqlRole, settings }): Cell => {
      return {
        object: table,
        title: `${name}: move ${line} into the other workspace`,
        expected: 'refused',
        sqlRole,
        settings,
        before: `grant update (${column}) on ${table} to ${sqlRole}`,
        // No "where": that would read, and ask the select policies first.
        sql: `update ${table} set ${column} = '${to}'`,
      }
    })
  })
}

/** Tables whose rows say in another column whose they are. */
const movedColumns: Record<string, string> = {
  'public.workspaces': 'id',
  'public.profiles': 'user_id',
}
