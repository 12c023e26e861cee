import { accountOf, identities, means, readCell, sqlRoleOf, type Identity } from './identities.ts'
import {
  functions,
  openedByPlatform,
  tables,
  withCallersRights,
  type TableRules,
} from './matrix.ts'
import type { Tenant, Tenants } from './two-workspaces.ts'

/** The verbs of tables; "move" puts a row of one's own into the other workspace. */
export const verbs = ['select', 'insert', 'update', 'delete'] as const
/** What is done to a table's rows. */
export type Verb = (typeof verbs)[number]

/**
 * yes: done. unseen: no error, and no row. refused: the right is there, but a policy or the function itself says no (a
 * function may also answer with nothing). denied: not even the right.
 */
export type Outcome = 'yes' | 'unseen' | 'refused' | 'denied'

/** One attempt of someone at something. */
export interface Cell {
  /** What it's about, for picking the cells that a change may turn. */
  object: string
  title: string
  expected: Outcome
  sqlRole: string
  settings: Record<string, string>
  /** Done first, with all rights. */
  before?: string
  sql: string
}

/** A table's column that says whose a row is, its columns, and a row of each workspace as text. */
export interface TableFacts {
  columns: string[]
  samples: Record<'ann' | 'bob', string>
}

/** What a line of the matrix speaks of, with its schema. */
export function tableOf(line: string): string {
  const name = line.split(':')[0] ?? line
  return name.includes('.') ? name : `public.${name}`
}

/** The function that a line of the matrix speaks of, with its schema. */
export const functionOf = (line: string): string => tableOf(line)

/** The function that does, with its owner's rights, what one that people call hands on; undefined where there is none. */
export function workOf(called: string): string | undefined {
  const name = called.replace(/^public\./, '')
  return name.includes('.') || withCallersRights.includes(name) ? undefined : `private.${name}`
}

/** The lines of the matrix about one table. */
export const linesOf = (table: string): TableRules[] =>
  Object.entries(tables).flatMap(([line, rules]) => (tableOf(line) === table ? [rules] : []))

/** The columns that a role of Postgres may use a verb on: undefined for none, empty for all. */
export function grantedColumns(table: string, verb: Verb, sqlRole: string): string[] | undefined {
  const words = linesOf(table)
    .flatMap((rules) => readCell(rules[verb] ?? ''))
    .filter((word) => sqlRoleOf(word) === sqlRole)
  if (words.length === 0) return openedByPlatform[table]?.[sqlRole]?.includes(verb) ? [] : undefined
  return words.some((word) => word.columns.length === 0)
    ? []
    : [...new Set(words.flatMap((word) => word.columns))]
}

/** Puts a workspace's ids and the asking person into a text of the matrix. */
export function fill(text: string, tenant: Tenant, me: string): string {
  const ids: Record<string, string> = {
    ...withoutPeople(tenant),
    ...tenant.people,
    me,
    colleague: colleagueOf(tenant, me),
  }
  return text.replace(/'([^']*)'|\$(\w+)/g, (_all, quoted: string | undefined, name?: string) =>
    quoted === undefined
      ? `'${idOf(ids, name ?? '')}'`
      : `'${quoted.replace(/\$(\w+)/g, (_dollar, inner: string) => idOf(ids, inner))}'`,
  )
}

function idOf(ids: Record<string, string>, name: string): string {
  const id = ids[name]
  if (id === undefined) throw new Error(`two-workspaces.ts has no "${name}"`)
  return id
}

function withoutPeople(tenant: Tenant): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tenant).flatMap(([name, id]) => (typeof id === 'string' ? [[name, id]] : [])),
  )
}

const colleagueOf = (tenant: Tenant, me: string): string =>
  me === tenant.user ? tenant.people.admin : tenant.user

function expected(text: string, identity: Identity, own: boolean, otherwise: Outcome): Outcome {
  if (readCell(text).some((word) => means(word, identity, own))) return 'yes'
  return otherwise
}

/** Everyone's attempts at every table. */
export function tableCells(tenants: Tenants, facts: Map<string, TableFacts>): Cell[] {
  return Object.entries(tables).flatMap(([line, rules]) => {
    const table = tableOf(line)
    const known = facts.get(table)
    if (!known) return []
    return identities.flatMap((identity) =>
      [true, false].flatMap((own) =>
        cellsOfLine({ line, rules, table, known, identity, own, tenants }),
      ),
    )
  })
}

/** What becomes of a verb when the policies leave out the row. */
const withoutRow = {
  select: 'unseen',
  insert: 'refused',
  update: 'unseen',
  delete: 'unseen',
} as const

interface Ask {
  line: string
  rules: TableRules
  table: string
  known: TableFacts
  identity: Identity
  own: boolean
  tenants: Tenants
}

function cellsOfLine(ask: Ask): Cell[] {
  const { line, rules, table, identity, own, tenants } = ask
  const target = own === (identity.home === 'ann') ? 'ann' : 'bob'
  const tenant = tenants[target]
  const me = own ? accountOf(identity, tenants) || tenant.user : tenant.user
  const where = fill(rules.rows ?? 'workspace_id = $workspace', tenant, me)
  const whose = own ? 'their own workspace' : 'the other workspace'
  const settings = settingsOf(identity, tenants, (text) => fill(text, tenant, me), rules.settings)
  const cells = verbs.map((verb): Cell => {
    const columns = grantedColumns(table, verb, identity.sqlRole)
    return {
      object: table,
      title: `${identity.name}: ${verb} ${line}, ${whose}`,
      expected: expected(
        rules[verb] ?? '',
        identity,
        own,
        columns === undefined ? 'denied' : withoutRow[verb],
      ),
      sqlRole: identity.sqlRole,
      settings,
      sql: statement(verb, ask, target, where, columns),
    }
  })
  return own ? cells : [...cells, ...blindCells(ask, settings)]
}

/**
 * Whoever has no row of a table at all changes and deletes none, also without looking: a statement that reads nothing
 * asks no select policy, so that those of the verb stand alone.
 */
function blindCells(
  { line, table, known, identity }: Ask,
  settings: Record<string, string>,
): Cell[] {
  return (['update', 'delete'] as const).flatMap((verb): Cell[] => {
    const columns = grantedColumns(table, verb, identity.sqlRole)
    const hasSome = linesOf(table).some(({ [verb]: cell = '' }) =>
      readCell(cell).some((word) => means(word, identity, true)),
    )
    if (columns === undefined || hasSome) return []
    const column = columns[0] ?? known.columns[0] ?? ''
    return [
      {
        object: table,
        title: `${identity.name}: ${verb} whatever there is of ${line}`,
        expected: 'unseen',
        sqlRole: identity.sqlRole,
        settings,
        sql: verb === 'update' ? `update ${table} set ${column} = null` : `delete from ${table}`,
      },
    ]
  })
}

function statement(
  verb: Verb,
  { table, known }: Ask,
  target: 'ann' | 'bob',
  where: string,
  columns: string[] | undefined,
): string {
  const column = columns?.[0] ?? known.columns[0] ?? ''
  const all = (columns?.length ? columns : known.columns).join(', ')
  switch (verb) {
    case 'select':
      return `select 1 from ${table} where ${where} limit 1`
    case 'insert':
      return `insert into ${table} (${all}) select ${all} from jsonb_populate_record(null::${table}, ${quote(known.samples[target])})`
    case 'update':
      return `update ${table} set ${column} = ${column} where ${where}`
    case 'delete':
      return `delete from ${table} where ${where}`
  }
}

/** Everyone's calls of every function that people reach. */
export function functionCells(tenants: Tenants): Cell[] {
  return Object.entries(functions).flatMap(([name, { who, call, finds, then }]) =>
    identities.flatMap((identity) =>
      [true, false].map((own): Cell => {
        const tenant = tenants[own === (identity.home === 'ann') ? 'ann' : 'bob']
        const me = accountOf(identity, tenants) || tenant.user
        const hasRight = readCell(who).some((word) => sqlRoleOf(word) === identity.sqlRole)
        return {
          object: functionOf(name),
          title: `${identity.name}: call ${name}, ${own ? 'their own workspace' : 'the other workspace'}`,
          expected: expected(who, identity, own, hasRight ? 'refused' : 'denied'),
          sqlRole: identity.sqlRole,
          settings: settingsOf(identity, tenants, (text) => text),
          sql: `select 1 from ${functionOf(name)}(${fill(call, tenant, me)}) as answer where ${finds ?? true}; ${fill(then ?? '', tenant, me)}`,
        }
      }),
    ),
  )
}

function settingsOf(
  identity: Identity,
  tenants: Tenants,
  filled: (text: string) => string,
  more: Record<string, string> = {},
): Record<string, string> {
  const account = accountOf(identity, tenants)
  return {
    ...claims(account, identity.sqlRole),
    'weft.workspace_id': identity.worksFor ? tenants[identity.home].workspace : '',
    ...Object.fromEntries(
      Object.entries(more).map(([name, text]) => [name, filled(`'${text}'`).slice(1, -1)]),
    ),
  }
}

/** The settings of somebody who is signed in. */
export const claims = (account: string, role = 'authenticated'): Record<string, string> => ({
  'request.jwt.claims': JSON.stringify(account === '' ? { role } : { sub: account, role }),
})

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`
