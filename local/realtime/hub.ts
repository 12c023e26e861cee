import type { Channel } from './channel.ts'
import { encode, type WireMessage, type WireVersion } from './wire.ts'

/** A message for everyone on a channel. */
export type Broadcast = {
  topic: string
  private: boolean
  event: string
  payload: unknown
  /** Of a message that the database sent. */
  id?: string
}

/** Who is on which channel. A private and a public channel of one name are two. */
export class Hub {
  #members = new Map<string, Set<Channel>>()

  /** Everyone on one channel. */
  members(topic: string, isPrivate: boolean): ReadonlySet<Channel> {
    return this.#members.get(key(topic, isPrivate)) ?? new Set()
  }

  /** Everyone on every channel. */
  everybody(): Channel[] {
    return [...this.#members.values()].flatMap((members) => [...members])
  }

  add(channel: Channel): void {
    const name = key(channel.name, channel.isPrivate)
    const members = this.#members.get(name)
    if (members) members.add(channel)
    else this.#members.set(name, new Set([channel]))
  }

  remove(channel: Channel): void {
    const name = key(channel.name, channel.isPrivate)
    const members = this.#members.get(name)
    members?.delete(channel)
    if (members?.size === 0) this.#members.delete(name)
  }

  /** Delivers a broadcast to all who may hear it, except its sender unless that one asked for its own. */
  broadcast(message: Broadcast, sender?: Channel): void {
    const { event, payload, id } = message
    this.push(
      message,
      'broadcast',
      { type: 'broadcast', event, payload, ...(id ? { meta: { id } } : {}) },
      (channel) => channel.hears.broadcast && (channel !== sender || channel.echoes),
    )
  }

  /** Delivers to all members that are meant; the text is made once for each version of the protocol. */
  push(
    to: { topic: string; private: boolean },
    event: string,
    payload: Record<string, unknown>,
    isMeant: (channel: Channel) => boolean,
  ): void {
    const message: WireMessage = {
      joinRef: null,
      ref: null,
      topic: `realtime:${to.topic}`,
      event,
      payload,
    }
    const made = new Map<WireVersion, string | Buffer>()
    for (const channel of this.members(to.topic, to.private)) {
      if (!isMeant(channel)) continue
      const { version } = channel.connection
      const data = made.get(version) ?? encode(message, version)
      made.set(version, data)
      channel.connection.sendEncoded(data)
    }
  }
}

function key(topic: string, isPrivate: boolean): string {
  return `${isPrivate ? 'private' : 'public'}:${topic}`
}
