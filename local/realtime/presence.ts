import { randomUUID } from 'node:crypto'
import type { Channel } from './channel.ts'
import type { Hub } from './hub.ts'

type Meta = Record<string, unknown> & { phx_ref: string }

/** Who says of themselves what on which channel. Gone with the connection. */
export class Presence {
  #hub: Hub
  #metas = new Map<Channel, Meta>()

  constructor(hub: Hub) {
    this.#hub = hub
  }

  /** All that's tracked on the channel's topic, by presence key. */
  state(channel: Channel): Record<string, { metas: Meta[] }> {
    const state: Record<string, { metas: Meta[] }> = {}
    for (const member of this.#hub.members(channel.name, channel.isPrivate)) {
      const meta = this.#metas.get(member)
      if (meta) (state[member.presenceKey] ??= { metas: [] }).metas.push(meta)
    }
    return state
  }

  track(channel: Channel, content: Record<string, unknown>): void {
    const before = this.#metas.get(channel)
    const meta = {
      ...content,
      phx_ref: randomUUID(),
      ...(before ? { phx_ref_prev: before.phx_ref } : {}),
    }
    this.#metas.set(channel, meta)
    this.#tell(channel, [meta], before ? [before] : [])
  }

  untrack(channel: Channel): void {
    const meta = this.#metas.get(channel)
    if (!meta) return
    this.#metas.delete(channel)
    this.#tell(channel, [], [meta])
  }

  #tell(channel: Channel, joined: Meta[], left: Meta[]): void {
    const side = (metas: Meta[]) => (metas.length ? { [channel.presenceKey]: { metas } } : {})
    this.#hub.push(
      { topic: channel.name, private: channel.isPrivate },
      'presence_diff',
      { joins: side(joined), leaves: side(left) },
      (member) => member.hears.presence,
    )
  }
}
