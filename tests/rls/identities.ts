import { roles, type Role } from './roles.ts'
import type { Tenants } from './two-workspaces.ts'

/** Someone who asks the database. Their own workspace is Ann's, except for the outsider, who owns Bob's. */
export interface Identity {
  name: string
  /** As whom Postgres runs the statement. */
  sqlRole: string
  home: 'ann' | 'bob'
  /** The word for it in the matrix; members are meant by their role. */
  word?: 'service' | 'engine' | 'node' | 'app'
  /** Its transactions have a workspace set: their own. */
  worksFor?: true
  role?: Role
}

/** Everyone that the matrix speaks of. */
export const identities: Identity[] = [
  { name: 'anonymous', sqlRole: 'anon', home: 'ann' },
  ...roles.map((role) => ({ name: role, sqlRole: 'authenticated', home: 'ann' as const, role })),
  { name: 'member of another workspace', sqlRole: 'authenticated', home: 'bob', role: 'owner' },
  { name: 'removed member', sqlRole: 'authenticated', home: 'ann' },
  { name: 'service_role', sqlRole: 'service_role', home: 'ann', word: 'service' },
  { name: 'engine', sqlRole: 'weft_engine', home: 'ann', word: 'engine', worksFor: true },
  { name: 'engine without a workspace', sqlRole: 'weft_engine', home: 'ann', word: 'engine' },
  { name: 'node', sqlRole: 'weft_node', home: 'ann', word: 'node', worksFor: true },
  { name: 'node without a workspace', sqlRole: 'weft_node', home: 'ann', word: 'node' },
  { name: 'app server', sqlRole: 'weft_app', home: 'ann', word: 'app' },
]

/** The roles that statements run as. */
export const sqlRoles = [...new Set(identities.map((identity) => identity.sqlRole))]

/** One word of a cell: "editor+(name title)" or "engine*". */
export interface Word {
  who: string
  andAbove: boolean
  everywhere: boolean
  /** Empty: all columns. */
  columns: string[]
}

/** Reads a cell of the matrix. */
export function readCell(text: string): Word[] {
  const words = [...text.matchAll(/([a-z-]+)(\+?)(\*?)(?:\(([^)]*)\))?(?:\s|$)/g)]
  if (words.map(([word]) => word).join('') !== text) throw new Error(`unclear cell: "${text}"`)
  return words.map(([, who = '', plus, star, columns]) => ({
    who,
    andAbove: plus === '+',
    everywhere: star === '*',
    columns: columns?.split(' ') ?? [],
  }))
}

/** Whether a word of the matrix means this identity, asking for rows of its own workspace or of the other one. */
export function means(word: Word, identity: Identity, own: boolean): boolean {
  const theirs = own && (identity.word === undefined || identity.worksFor === true)
  if (!theirs && !word.everywhere) return false
  if (word.who === 'anonymous') return identity.sqlRole === 'anon'
  if (word.who === 'signed-in') return identity.sqlRole === 'authenticated'
  if (identity.word !== undefined) return word.who === identity.word
  if (identity.role === undefined) return false
  const least = roles.findIndex((role) => role === word.who)
  if (least === -1) return false
  const has = roles.indexOf(identity.role)
  return word.andAbove ? has >= least : has === least
}

/** As whom Postgres runs what a word of the matrix means. */
export function sqlRoleOf(word: Word): string {
  const named = identities.find((identity) => identity.word === word.who)
  if (named) return named.sqlRole
  if (word.who === 'anonymous') return 'anon'
  if (word.who === 'signed-in' || roles.some((role) => role === word.who)) return 'authenticated'
  throw new Error(`nobody is called "${word.who}" in the matrix`)
}

/** The account of an identity; empty for those who have none. */
export function accountOf(identity: Identity, tenants: Tenants): string {
  if (identity.sqlRole !== 'authenticated') return ''
  const home = tenants[identity.home]
  return identity.role === undefined ? home.removed : home.people[identity.role]
}
