import type { IncomingMessage } from 'node:http'
import type { Handler } from '../gateway/gateway.ts'
import { sendJson } from '../gateway/web-request.ts'
import { listPage, messagePage, missingPage } from './mailbox-html.ts'
import type { Mailbox } from './mailbox.ts'

/** The page on which people read the mail that the local system caught, and the same as JSON for tests. */
export function mailboxPage(mailbox: Mailbox): Handler {
  return (incoming, outgoing) => {
    if (!isFromHere(incoming))
      return sendJson(outgoing, 403, { message: 'The mailbox opens on this machine only.' })
    const url = new URL(incoming.url ?? '/', 'http://gateway')
    const path = url.pathname.replace(/^\/mailbox\/?/, '')
    if (path === 'api/messages') {
      if (incoming.method === 'DELETE') mailbox.clear()
      const messages = mailbox.list(url.searchParams.get('to') ?? undefined)
      // No CORS here: a page from elsewhere must not read people's sign-in links.
      outgoing.writeHead(200, {
        'content-type': 'application/json; charset=utf-8',
        'cache-control': 'no-store',
      })
      return void outgoing.end(JSON.stringify({ messages }))
    }
    if (path === 'empty' && incoming.method === 'POST') {
      mailbox.clear()
      return void outgoing.writeHead(303, { location: '/mailbox' }).end()
    }
    const message = path ? mailbox.get(path) : undefined
    const page = message ? messagePage(message) : path ? missingPage() : listPage(mailbox.list())
    outgoing.writeHead(path && !message ? 404 : 200, {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src * data:; connect-src 'self'; form-action 'self'; frame-src 'self'; base-uri 'none'",
    })
    outgoing.end(page)
  }
}

/** Under another name this machine may be a stranger's page whose name was pointed here, or one posting from there. */
function isFromHere({ headers }: IncomingMessage): boolean {
  const own = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/
  const origin = headers.origin?.replace(/^https?:\/\//, '')
  return own.test(headers.host ?? '') && (origin === undefined || origin === headers.host)
}
