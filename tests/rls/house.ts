import { Client } from 'pg'
import type { Stack, StackOptions } from '../../local/stack.ts'
import { signUp, startTestStack } from '../../local/testing.ts'
import { accountOf, identities, means, readCell, type Identity } from './identities.ts'
import { accountOnly, makeTenants, type Tenant, type Tenants } from './two-workspaces.ts'

/** Somebody at a door, with the token that they show; nobody's is empty. */
export interface Visitor {
  identity: Identity
  name: string
  token: string
}

/** A running system with both workspaces, whose people have real accounts and are signed in. */
export class House {
  readonly stack: Stack
  readonly db: Client
  readonly tenants: Tenants
  readonly visitors: Visitor[]

  private constructor(stack: Stack, db: Client, tenants: Tenants, visitors: Visitor[]) {
    this.stack = stack
    this.db = db
    this.tenants = tenants
    this.visitors = visitors
  }

  static async open(options: Partial<StackOptions> = {}): Promise<House> {
    const stack = await startTestStack({ functions: false, worker: 0, ...options })
    const db = new Client({ connectionString: stack.databaseUrl })
    await db.connect()
    const tokens = new Map<string, string>()
    const tenants = await makeTenants(db, async (_db, email) => {
      // Bob's colleagues and guests come to no door.
      if (!/ann@|^bob@/.test(email)) return await accountOnly(db, email)
      const { id, accessToken } = await signUp(stack, email)
      tokens.set(id, accessToken)
      return id
    })
    const visitors = identities
      .filter(({ sqlRole }) => sqlRole === 'anon' || sqlRole === 'authenticated')
      .map((identity) => ({
        ...{ identity, name: identity.name },
        token: tokens.get(accountOf(identity, tenants)) ?? '',
      }))
    return new House(stack, db, tenants, visitors)
  }

  /** The workspace that a visitor belongs to, or the other one. */
  workspace(visitor: Visitor, own: boolean): Tenant {
    return this.tenants[own === (visitor.identity.home === 'ann') ? 'ann' : 'bob']
  }

  async close(): Promise<void> {
    await this.db.end()
    await this.stack.stop()
  }
}

/** Whether a door opens by the matrix's words: "operator+". */
export const opensFor = (who: string, visitor: Visitor, own: boolean): boolean =>
  readCell(who).some((word) => means(word, visitor.identity, own))

/** Each visitor once, where it tells most: strangers at the workspace that isn't theirs, all others at their own. */
export const shortVisits = (house: House): [title: string, visitor: Visitor, own: boolean][] =>
  visits(house).filter(([, { identity }, own]) => own === (identity.home === 'ann'))

/** Every visitor with either workspace, as a test's title and what it's about. */
export const visits = (house: House): [title: string, visitor: Visitor, own: boolean][] =>
  house.visitors.flatMap((visitor) =>
    [true, false].map((own): [string, Visitor, boolean] => [
      `${visitor.name}, ${own ? 'their own workspace' : 'the other workspace'}`,
      visitor,
      own,
    ]),
  )
