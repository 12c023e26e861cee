import { isRecord } from './wire.ts'

/** What a client asks for when it joins. */
export type ChannelSettings = {
  isPrivate: boolean
  ack: boolean
  self: boolean
  presence: boolean
  presenceKey: string
  wantsTableChanges: boolean
}

/** Reads the settings out of a join message; what's missing is what realtime-js leaves out. */
export function readSettings(payload: Record<string, unknown>): ChannelSettings {
  const config = isRecord(payload.config) ? payload.config : {}
  const broadcast = isRecord(config.broadcast) ? config.broadcast : {}
  const presence = isRecord(config.presence) ? config.presence : {}
  return {
    isPrivate: config.private === true,
    ack: broadcast.ack === true,
    self: broadcast.self === true,
    presence: presence.enabled !== false,
    presenceKey: typeof presence.key === 'string' ? presence.key : '',
    wantsTableChanges: Array.isArray(config.postgres_changes) && config.postgres_changes.length > 0,
  }
}

/** The token that a join message brings along. */
export function tokenOf(payload: Record<string, unknown>): string | undefined {
  return typeof payload.access_token === 'string' && payload.access_token
    ? payload.access_token
    : undefined
}
