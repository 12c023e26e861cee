import { signUp, type TestPerson } from '../../local/testing.ts'
import { startPartner } from './connection-partner.ts'
import { row, webhook } from './drawing.ts'
import { Office, type Answered } from './office.ts'
import { startSmtpServer } from './smtp-server.ts'

let names = 0

/** An office with services that its connections may reach: one of its own, a stranger, and a mail server. */
export async function openScene() {
  const partner = await startPartner()
  const stranger = await startPartner()
  const smtp = await startSmtpServer()
  const allowed = [partner.host, stranger.host, `127.0.0.1:${smtp.port}`]
  const office = await Office.open({ worker: 0, allowPrivateHosts: allowed })

  const make = (kind: string, fields: Record<string, unknown>, more = {}): Promise<Answered> =>
    office.ask('connections', {
      ...{ workspace: office.workspace, kind, name: `${kind} ${++names}`, fields },
      ...more,
    })

  return {
    ...{ partner, stranger, smtp, office, make },

    /** A new connection's id. */
    async made(kind: string, fields: Record<string, unknown>, more = {}): Promise<string> {
      const answer = await make(kind, fields, more)
      if (answer.status !== 201) throw new Error(answer.text)
      return String(answer.body['connection'])
    },

    /** The fields of a token for the partner. */
    bearer: (token: string, more = {}) => ({ token, hosts: partner.host, ...more }),

    /** The address of a live workflow that makes one request with a connection. */
    async requesting(connection: string, url: string, more = {}): Promise<string> {
      const config = { method: 'GET', url, auth: 'connection', connection, ...more }
      const { url: hook } = await office.liveWebhook(
        row(webhook(), { id: 'ask', type: 'http.request', config }),
      )
      return hook
    },

    /** One execution, when it's over. */
    async call(hook: string) {
      const { body } = await office.send(hook)
      return { seen: await office.until(body['execution']) }
    },

    /** Several at the same time. */
    async callAtOnce(hook: string, times: number): Promise<void> {
      const answers = await Promise.all(Array.from({ length: times }, () => office.send(hook)))
      for (const { body } of answers) await office.until(body['execution'])
    },

    /** A member of the office's workspace with this role. */
    async member(role: string): Promise<TestPerson> {
      const person = await signUp(office.stack, `${role}${++names}@example.org`)
      await office.db.query(
        `insert into public.members (workspace_id, user_id, role) values ($1, $2, $3::public.member_role)`,
        [office.workspace, person.id, role],
      )
      return person
    },

    /** What the api answers somebody else. */
    asking: (person: TestPerson, path: string, body: unknown) =>
      fetch(`${office.stack.apiUrl}/functions/v1/api/${path}`, {
        method: 'POST',
        headers: {
          ...{ apikey: office.stack.anonKey, authorization: `Bearer ${person.accessToken}` },
          'content-type': 'application/json',
        },
        body: JSON.stringify(body),
      }),

    async close(): Promise<void> {
      await office.close()
      partner.stop()
      stranger.stop()
      smtp.stop()
    },
  }
}
