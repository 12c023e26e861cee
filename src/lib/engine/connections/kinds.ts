import { aiKinds } from './ai.ts'
import type { ConnectionKind } from './define-connection.ts'
import { mailKinds } from './mail.ts'
import { oauthKinds } from './oauth.ts'
import { serviceKinds } from './services.ts'
import { webKinds } from './web.ts'

/** Every kind of connection, in the order in which people choose among them. */
export const connectionKinds: readonly ConnectionKind[] = [
  ...mailKinds,
  ...webKinds,
  ...oauthKinds,
  ...serviceKinds,
  ...aiKinds,
]

const byName = new Map(connectionKinds.map((kind) => [kind.kind, kind]))

/** A kind by its name; undefined when there is none. */
export const connectionKind = (name: string): ConnectionKind | undefined => byName.get(name)
