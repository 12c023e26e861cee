import type { WebSocket } from 'ws'
import { Channel, type Realm } from './channel.ts'
import { decode, encode, type WireMessage, type WireVersion } from './wire.ts'

const mostUnsentBytes = 16 * 1024 * 1024
const mostChannels = 100

/** One websocket and the channels that were joined over it. */
export class Connection {
  readonly version: WireVersion
  readonly apiKey: string
  readonly #socket: WebSocket
  readonly #realm: Realm
  readonly #channels = new Map<string, Channel>()
  #heardAt = Date.now()
  // Messages are worked off one after the other, so that a broadcast never overtakes the join before it.
  #turn: Promise<unknown> = Promise.resolve()

  constructor(realm: Realm, socket: WebSocket, version: WireVersion, apiKey: string) {
    this.#realm = realm
    this.#socket = socket
    this.version = version
    this.apiKey = apiKey
    socket.on('message', (data, isBinary) => {
      this.#heardAt = Date.now()
      const message = decode(toBuffer(data), isBinary)
      if (!message) return
      this.#turn = this.#turn
        .then(() => this.#receive(message))
        .catch((error: unknown) =>
          this.#realm.log(`a message could not be handled: ${String(error)}`),
        )
    })
    socket.on('close', () => this.#leaveAll())
    // "close" follows, and with it the cleaning up.
    socket.on('error', () => undefined)
  }

  /** When the client last said anything, heartbeats included. */
  get heardAt(): number {
    return this.#heardAt
  }

  send(message: WireMessage): void {
    this.sendEncoded(encode(message, this.version))
  }

  sendEncoded(data: string | Buffer): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return
    // A client that doesn't read must not fill our memory; it reconnects and fetches what it missed.
    if (this.#socket.bufferedAmount > mostUnsentBytes) return this.#socket.terminate()
    this.#socket.send(data)
  }

  /** Takes a channel off this connection. */
  drop(channel: Channel): void {
    channel.leave()
    const topic = `realtime:${channel.name}`
    if (this.#channels.get(topic) === channel) this.#channels.delete(topic)
  }

  end(): void {
    this.#socket.close(1001, 'The server is stopping')
    this.#leaveAll()
  }

  terminate(): void {
    this.#socket.terminate()
  }

  async #receive(message: WireMessage): Promise<void> {
    const { topic, event, ref, joinRef } = message
    if (topic === 'phoenix') {
      if (event === 'heartbeat') this.#ok(message)
      return
    }
    if (event === 'phx_join') return this.#join(message)
    const channel = this.#channels.get(topic)
    // A message to an earlier membership of the same channel.
    if (channel && joinRef !== null && joinRef !== channel.joinRef) return
    if (event === 'phx_leave') {
      if (channel) this.drop(channel)
      this.#ok(message)
      return this.send({ joinRef, ref, topic, event: 'phx_close', payload: {} })
    }
    if (channel) return channel.receive(message)
    this.#refuse(message, 'unmatched topic')
  }

  async #join(message: WireMessage): Promise<void> {
    const { topic } = message
    if (!topic.startsWith('realtime:') || topic === 'realtime:') {
      return this.#refuse(message, 'TopicNameRequired: You must provide a topic name')
    }
    const before = this.#channels.get(topic)
    if (before) this.drop(before)
    if (this.#channels.size >= mostChannels)
      return this.#refuse(message, 'ChannelRateLimitReached: Too many channels')
    const channel = new Channel(this.#realm, this, message)
    if (!(await channel.join(message.ref))) return
    // The socket may have closed while the database was asked.
    if (this.#socket.readyState === this.#socket.OPEN) this.#channels.set(topic, channel)
    else channel.leave()
  }

  #ok({ joinRef, ref, topic }: WireMessage): void {
    this.send({ joinRef, ref, topic, event: 'phx_reply', payload: { status: 'ok', response: {} } })
  }

  #refuse({ joinRef, ref, topic }: WireMessage, reason: string): void {
    this.send({
      joinRef,
      ref,
      topic,
      event: 'phx_reply',
      payload: { status: 'error', response: { reason } },
    })
  }

  #leaveAll(): void {
    for (const channel of this.#channels.values()) channel.leave()
    this.#channels.clear()
  }
}

function toBuffer(data: Buffer | ArrayBuffer | Buffer[]): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data)
  return Buffer.isBuffer(data) ? data : Buffer.from(data)
}
