import type { Handler } from '../gateway/gateway.ts'
import { sendJson } from '../gateway/web-request.ts'
import type { Mailbox } from './mailbox.ts'

/** Placeholder until the page is written in this same room. */
export function mailboxPage(mailbox: Mailbox): Handler {
  return (incoming, outgoing) => {
    const url = new URL(incoming.url ?? '/', 'http://local')
    return sendJson(outgoing, 200, {
      messages: mailbox.list(url.searchParams.get('to') ?? undefined),
    })
  }
}
