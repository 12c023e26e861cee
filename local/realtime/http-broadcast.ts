import type { IncomingMessage, ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { verifyToken, type Claims } from '../gateway/tokens.ts'
import { sendJson } from '../gateway/web-request.ts'
import type { Realm } from './channel.ts'
import { bytesKey, isRecord } from './wire.ts'

const largestBytes = 3 * 1024 * 1024
const cors = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'POST, OPTIONS',
  'access-control-allow-headers': 'authorization, apikey, content-type, x-client-info',
}

/** POST /realtime/v1/api/broadcast: sending without being on the channel. */
export async function handleHttpBroadcast(
  realm: Realm,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const url = new URL(incoming.url ?? '/', 'http://gateway')
  const [, topic, event] =
    /^\/realtime\/v1\/api\/broadcast(?:\/([^/]+)\/events\/([^/]+))?\/?$/.exec(url.pathname) ?? [
      null,
    ]
  if (topic === null || !url.pathname.startsWith('/realtime/v1/api/broadcast')) {
    return sendJson(outgoing, 404, { message: 'There is nothing at this address.' })
  }
  if (incoming.method === 'OPTIONS') return void outgoing.writeHead(204, cors).end()
  if (incoming.method !== 'POST')
    return sendJson(outgoing, 405, { message: 'Only POST is answered here.' }, cors)
  const claims = claimsOf(realm, incoming)
  if (!claims) return sendJson(outgoing, 401, { message: 'Unauthorized' }, cors)
  if (Number(incoming.headers['content-length'] ?? 0) > largestBytes) {
    return sendJson(outgoing, 413, { message: 'A broadcast may have 3 MB at most.' }, cors)
  }
  const body = await buffer(incoming)
  if (topic && event) {
    const isJson = (incoming.headers['content-type'] ?? '').includes('json')
    const payload = isJson ? readJson(body) : { [bytesKey]: body }
    const message = {
      topic: decodeURIComponent(topic),
      event: decodeURIComponent(event),
      private: url.searchParams.get('private') === 'true',
      payload,
    }
    const sent = await send(realm, claims, message)
    return sent
      ? void outgoing.writeHead(202, cors).end()
      : sendJson(outgoing, 403, { error: 'Unauthorized' }, cors)
  }
  const content = readJson(body)
  const messages =
    isRecord(content) && Array.isArray(content.messages)
      ? (content.messages as unknown[])
      : undefined
  if (!messages)
    return sendJson(outgoing, 422, { message: 'The body needs a list of messages.' }, cors)
  for (const message of messages) {
    if (
      !isRecord(message) ||
      typeof message.topic !== 'string' ||
      typeof message.event !== 'string'
    ) {
      return sendJson(outgoing, 422, { message: 'Each message needs a topic and an event.' }, cors)
    }
    // As hosted: what may not be sent is left out, without telling.
    await send(realm, claims, {
      topic: message.topic,
      event: message.event,
      private: message.private === true,
      payload: message.payload,
    })
  }
  outgoing.writeHead(202, cors).end()
}

type Message = { topic: string; event: string; private: boolean; payload: unknown }

async function send(realm: Realm, claims: Claims, message: Message): Promise<boolean> {
  if (message.private && !(await realm.authorization.canWrite(message.topic, claims)).broadcast)
    return false
  realm.hub.broadcast(message)
  return true
}

function claimsOf(realm: Realm, incoming: IncomingMessage): Claims | undefined {
  const bearer = /^Bearer\s+(.+)$/i.exec(incoming.headers.authorization ?? '')?.[1]
  const token = bearer ?? incoming.headers.apikey
  const claims = typeof token === 'string' ? verifyToken(token, realm.keys) : 'malformed'
  return typeof claims === 'string' ? undefined : claims
}

function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown
  } catch {
    // Answered with 422 or delivered as nothing: the sender sees that it isn't what it meant.
    return undefined
  }
}
