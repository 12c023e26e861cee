import { randomUUID } from 'node:crypto'
import { verifyToken, type Claims, type TokenProblem } from '../gateway/tokens.ts'
import type { Keys } from '../keys.ts'
import type { Access, Authorization } from './authorization.ts'
import { readSettings, tokenOf, type ChannelSettings } from './channel-settings.ts'
import type { Connection } from './connection.ts'
import type { Hub } from './hub.ts'
import type { Presence } from './presence.ts'
import { isRecord, type WireMessage } from './wire.ts'

/** What all channels share. */
export type Realm = {
  hub: Hub
  presence: Presence
  authorization: Authorization
  keys: Keys
  log: (line: string) => void
}

const everything: Access = { broadcast: true, presence: true }
/** A member who was removed is out after this long. */
const longestCheckMs = 5_000

const tokenProblems: Record<TokenProblem, string> = {
  malformed: 'InvalidJWTToken: The token provided is not a valid JWT',
  signature: 'JwtSignatureError: Failed to validate JWT signature',
  expired: 'InvalidJWTToken: Token has expired',
  incomplete: 'InvalidJWTToken: Fields `role` and `exp` are required in JWT',
}

/** One person's membership of one channel, from joining to leaving. */
export class Channel {
  readonly connection: Connection
  readonly joinRef: string | null
  readonly name: string
  readonly isPrivate: boolean
  readonly presenceKey: string
  readonly #realm: Realm
  readonly #settings: ChannelSettings
  #token = ''
  #claims: Claims | undefined
  #hears: Access = everything
  #says: Promise<Access> | undefined
  #check: NodeJS.Timeout | undefined
  #isOpen = false
  #hasLeft = false

  constructor(realm: Realm, connection: Connection, join: WireMessage) {
    this.#realm = realm
    this.connection = connection
    this.joinRef = join.joinRef ?? join.ref
    this.name = join.topic.slice('realtime:'.length)
    this.#settings = readSettings(join.payload)
    this.isPrivate = this.#settings.isPrivate
    this.presenceKey = this.#settings.presenceKey || randomUUID()
    this.#token = tokenOf(join.payload) ?? connection.apiKey
  }

  get hears(): Access {
    return this.#hears
  }

  /** Whether it wants its own broadcasts back. */
  get echoes(): boolean {
    return this.#settings.self
  }

  /** Lets the person in, or says why not. */
  async join(ref: string | null): Promise<boolean> {
    const refusal = this.#settings.wantsTableChanges
      ? 'PostgresChangesUnsupported: The local system has no Postgres Changes; send broadcasts from the database instead'
      : await this.#authorize(this.#token)
    if (refusal) {
      this.#reply(ref, 'error', { reason: refusal })
      return false
    }
    this.#isOpen = true
    this.#realm.hub.add(this)
    this.#reply(ref, 'ok', { postgres_changes: [] })
    if (this.#settings.presence && this.#hears.presence) {
      this.#push('presence_state', this.#realm.presence.state(this))
    }
    return true
  }

  /** Leaves; nothing is sent to it from then on. */
  leave(): void {
    this.#isOpen = false
    this.#hasLeft = true
    clearTimeout(this.#check)
    this.#realm.presence.untrack(this)
    this.#realm.hub.remove(this)
  }

  async receive(message: WireMessage): Promise<void> {
    const { event, ref, payload } = message
    if (event === 'access_token') return this.#renew(payload.access_token)
    if (event === 'broadcast') return this.#broadcast(ref, payload)
    if (event === 'presence') return this.#track(ref, payload)
  }

  async #broadcast(ref: string | null, payload: Record<string, unknown>): Promise<void> {
    const allowed = (await this.#mayWrite()).broadcast
    if (allowed && this.#isOpen) {
      const event = typeof payload.event === 'string' ? payload.event : ''
      const message = { topic: this.name, private: this.isPrivate, event, payload: payload.payload }
      this.#realm.hub.broadcast(message, this)
    }
    // Without a wish for receipts a refused broadcast is dropped in silence, as hosted.
    if (this.#settings.ack)
      this.#reply(ref, allowed ? 'ok' : 'error', allowed ? {} : { reason: 'Unauthorized' })
  }

  async #track(ref: string | null, payload: Record<string, unknown>): Promise<void> {
    if (!(await this.#mayWrite()).presence)
      return this.#reply(ref, 'error', { reason: 'Unauthorized' })
    if (!this.#isOpen) return
    if (payload.event === 'track')
      this.#realm.presence.track(this, isRecord(payload.payload) ? payload.payload : {})
    if (payload.event === 'untrack') this.#realm.presence.untrack(this)
    this.#reply(ref, 'ok', {})
  }

  #mayWrite(): Promise<Access> {
    if (!this.isPrivate) return Promise.resolve(everything)
    const claims = this.#claims
    if (!claims) return Promise.resolve({ broadcast: false, presence: false })
    return (this.#says ??= this.#realm.authorization.canWrite(this.name, claims))
  }

  /** A new token may belong to a person with other rights: all is asked again. */
  async #renew(token: unknown): Promise<void> {
    if (typeof token !== 'string' || token === this.#token) return
    const refusal = await this.#authorize(token)
    if (refusal) this.shutDown(refusal)
  }

  /** Checks the token and, for a private channel, what its person may do; answers with the reason to refuse. */
  async #authorize(token: string): Promise<string | undefined> {
    const claims = verifyToken(token, this.#realm.keys)
    if (typeof claims === 'string') return tokenProblems[claims]
    this.#token = token
    this.#claims = claims
    this.#says = undefined
    if (this.isPrivate) {
      try {
        this.#hears = await this.#realm.authorization.canRead(this.name, claims)
      } catch (error) {
        this.#realm.log(`the policies for "${this.name}" failed: ${String(error)}`)
        return 'UnableToSetPolicies: The policies of this channel could not be evaluated'
      }
      if (!this.#hears.broadcast && !this.#hears.presence) {
        return `Unauthorized: You do not have permissions to read from this Channel topic: ${this.name}`
      }
    }
    this.#plan(claims)
  }

  /** The token is looked at again when it runs out, and at least every five seconds. */
  #plan(claims: Claims): void {
    clearTimeout(this.#check)
    // Left while it was being asked.
    if (this.#hasLeft) return
    const left = claims.exp === undefined ? longestCheckMs : claims.exp * 1000 - Date.now()
    this.#check = setTimeout(
      () => this.checkAgain(),
      Math.min(Math.max(left + 50, 50), longestCheckMs),
    )
    this.#check.unref()
  }

  /** Asks once more whether the person may be here, and ends the membership if not. */
  checkAgain(): void {
    this.#authorize(this.#token).then(
      (refusal) => refusal && this.shutDown(refusal),
      (error: unknown) => this.#realm.log(String(error)),
    )
  }

  /** Ends the membership from the server's side. */
  shutDown(reason: string): void {
    if (!this.#isOpen) return
    this.#push('system', {
      extension: 'system',
      status: 'error',
      message: reason,
      channel: this.name,
    })
    this.#push('phx_close', {})
    this.connection.drop(this)
  }

  #reply(ref: string | null, status: 'ok' | 'error', response: Record<string, unknown>): void {
    const { joinRef } = this
    this.connection.send({
      joinRef,
      ref,
      topic: `realtime:${this.name}`,
      event: 'phx_reply',
      payload: { status, response },
    })
  }

  #push(event: string, payload: Record<string, unknown>): void {
    this.connection.send({
      joinRef: this.joinRef,
      ref: null,
      topic: `realtime:${this.name}`,
      event,
      payload,
    })
  }
}
