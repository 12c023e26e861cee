import type { HostServices, Services } from '../../../../src/lib/engine/services.ts'
import type { Pool } from '../database/pool.ts'
import type { Secrets } from '../secrets.ts'
import { SafeHttp } from '../services/http/safe-http.ts'
import { ConnectedHttp } from './connected-http.ts'
import { ConnectedMail, MailServers } from './connected-mail.ts'
import { Tokens } from './tokens.ts'
import { ConnectionVault } from './vault.ts'

/** All that a process of ours does with connections. */
export class Connections {
  readonly vault: ConnectionVault
  readonly http: SafeHttp
  readonly tokens: Tokens
  readonly mailServers: MailServers

  constructor(pool: Pool, secrets: Secrets, allowPrivateHosts: string[]) {
    this.vault = new ConnectionVault(pool, secrets)
    this.http = new SafeHttp(allowPrivateHosts)
    this.tokens = new Tokens(this.vault, this.http)
    this.mailServers = new MailServers(allowPrivateHosts)
  }

  /** The same services, and for each workspace such that can use its connections, and no others. */
  services({ clock, http, mail }: Services): HostServices {
    return {
      ...{ clock, http, mail },
      of: (workspace) => ({
        clock,
        http: new ConnectedHttp(this.http, this.vault, this.tokens, workspace),
        mail: new ConnectedMail(mail, this.mailServers, this.vault, workspace),
      }),
    }
  }
}
