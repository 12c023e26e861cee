import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'
import { CLOSE, closeReason, WEFT_MESSAGE, type ServerWord } from './wire.ts'
import type { UnsavedChanges } from './unsaved.ts'

/** What people read about their changes. `opening` until the draft has been seen once. */
export type SaveState = 'opening' | 'saved' | 'saving' | 'offline' | 'refused'

export interface SessionOptions {
  /** Where the sync server is, e.g. wss://weft.example/sync */
  url: string
  workflow: string
  person: string
  canEdit: boolean
  unsaved: UnsavedChanges
  /** Called when the server found the session too old: renew it, the connection comes back by itself. */
  onexpired: () => void
  /** Tests bring their own. */
  WebSocketPolyfill?: typeof WebSocket
}

const MARK_AFTER_MS = 40
const STORE_AFTER_MS = 400
/** A connection that comes back within this time is not worth a word. */
const PATIENCE_MS = 1_500
/** The server answers within a few hundredths of a second; when it says nothing for so long, the line is dead. */
const ANSWER_WITHIN_MS = 3_000
/** Changes that were waiting in the browser from an earlier visit. */
const LEFT_OVER = { by: 'earlier visit' }

/** One browser's connection to a draft: keeps the document in step with the server and knows what is kept there. */
export class DraftSession {
  readonly doc = new Y.Doc()
  readonly provider: WebsocketProvider
  /** Whether this person may change the draft, as the server last said. */
  canEdit = $state(false)
  /** Why the server doesn't let this person in (any more), in a sentence. */
  refusal = $state<string | null>(null)
  /** Since when there's no connection; null while there is one. */
  since = $state.raw<Date | null>(null)
  /** How many of one's changes wait in this browser. */
  unsent = $state(0)
  #synced = $state(false)
  #opened = $state(false)
  #away = $state(false)
  #waiting = $state(false)
  readonly state: SaveState = $derived.by(() => {
    if (this.refusal !== null) return 'refused'
    if (!this.#opened) return this.#away ? 'offline' : 'opening'
    if (this.#away) return 'offline'
    return this.#waiting ? 'saving' : 'saved'
  })
  readonly #options: SessionOptions
  #changes = 0
  #marker = { number: 0, changes: 0 }
  #marking: ReturnType<typeof setTimeout> | undefined
  #storing: ReturnType<typeof setTimeout> | undefined
  #losing: ReturnType<typeof setTimeout> | undefined
  #answering: ReturnType<typeof setTimeout> | undefined
  #whenKept: (() => void)[] = []

  constructor(options: SessionOptions) {
    this.#options = options
    this.canEdit = options.canEdit
    this.provider = new WebsocketProvider(options.url, options.workflow, this.doc, {
      connect: false,
      // Two tabs meet on the server, which knows what each may do.
      disableBc: true,
      maxBackoffTime: 5_000,
      ...(options.WebSocketPolyfill ? { WebSocketPolyfill: options.WebSocketPolyfill } : {}),
    })
    this.provider.messageHandlers[WEFT_MESSAGE] = (_answer, decoder) => {
      this.#hear(JSON.parse(decoding.readVarString(decoder)) as ServerWord) // the server's word, see wire.ts
    }
    this.doc.on('update', (_update: Uint8Array, origin: unknown) => {
      if (origin !== this.provider) this.#changed()
    })
    this.provider.on('sync', (synced) => this.#sync(synced))
    this.provider.on('status', ({ status }) => {
      if (status === 'disconnected') this.#lost()
    })
    this.provider.on('connection-close', (event) => {
      if (event?.code === CLOSE.sessionExpired) options.onexpired()
      this.#lost()
    })
    this.provider.on('closed', ({ code }) => this.#refused(code))
  }

  /** Connects, and meanwhile takes up what an earlier visit could not send: whichever comes first, both are merged. */
  async open(): Promise<void> {
    const leftOver = this.#options.unsaved.read(this.#name)
    this.provider.connect()
    try {
      const update = await leftOver
      if (update) Y.applyUpdate(this.doc, update, LEFT_OVER)
    } catch (problem) {
      console.warn('Changes of an earlier visit could not be read.', problem)
    }
  }

  /** Tries again after a refusal, e.g. when the person signed in again in another tab. */
  reconnect(): void {
    this.refusal = null
    this.provider.connect()
  }

  /** The browser noticed that its network is gone, which a socket may not for minutes; or that it's back. */
  networkChanged(isOnline: boolean): void {
    if (isOnline) {
      // The old socket may be dead without knowing it.
      this.provider.disconnect()
      this.provider.connect()
    } else this.#goAway()
  }

  /** Resolves when the server has kept everything changed so far. Publishing and test runs go by the server's copy. */
  kept(): Promise<void> {
    if (!this.#waiting && this.#synced) return Promise.resolve()
    return new Promise((resolve) => {
      this.#whenKept.push(resolve)
      this.#mark()
    })
  }

  close(): void {
    for (const timer of [this.#marking, this.#storing, this.#losing, this.#answering]) {
      clearTimeout(timer)
    }
    if (this.#waiting) this.#store()
    this.provider.destroy()
    this.doc.destroy()
  }

  get #name(): string {
    return `${this.#options.person}/${this.#options.workflow}`
  }

  #goAway(): void {
    this.#away = true
    this.since ??= new Date()
  }

  #comeBack(): void {
    this.#away = false
    this.since = null
  }

  #changed(): void {
    this.#changes += 1
    this.unsent += 1
    this.#waiting = true
    this.#marking ??= setTimeout(() => this.#mark(), MARK_AFTER_MS)
    this.#storing ??= setTimeout(() => this.#store(), STORE_AFTER_MS)
  }

  /** Asks the server to say when everything up to here is kept. */
  #mark(): void {
    clearTimeout(this.#marking)
    this.#marking = undefined
    if (!this.#synced || !this.provider.ws) return
    this.#marker = { number: this.#marker.number + 1, changes: this.#changes }
    this.#answering ??= setTimeout(() => this.#goAway(), ANSWER_WITHIN_MS)
    const { number } = this.#marker
    this.provider.ws.send(
      encoding.encode((encoder) => {
        encoding.writeVarUint(encoder, WEFT_MESSAGE)
        encoding.writeVarString(encoder, JSON.stringify({ kind: 'marker', number }))
      }) as Uint8Array<ArrayBuffer>, // lib0 makes plain buffers
    )
  }

  #hear(word: ServerWord): void {
    if (word.kind === 'access') {
      this.canEdit = word.canEdit
      return
    }
    clearTimeout(this.#answering)
    this.#answering = undefined
    if (this.#synced) this.#comeBack()
    if (word.number !== this.#marker.number || this.#marker.changes !== this.#changes) return
    this.#waiting = false
    this.unsent = 0
    clearTimeout(this.#storing)
    this.#storing = undefined
    this.#forget()
    for (const tell of this.#whenKept.splice(0)) tell()
  }

  #sync(synced: boolean): void {
    this.#synced = synced
    if (!synced) return
    clearTimeout(this.#losing)
    this.#losing = undefined
    this.#comeBack()
    this.#opened = true
    this.refusal = null
    // What was changed meanwhile went out as the answer to the server's question, just before this.
    if (this.#waiting) this.#mark()
  }

  #lost(): void {
    this.#synced = false
    this.#losing ??= setTimeout(() => {
      this.#goAway()
      if (this.#waiting) this.#store()
    }, PATIENCE_MS)
  }

  #refused(code: number): void {
    this.refusal = closeReason(code) ?? closeReason(CLOSE.malformed)
    if (code === CLOSE.noAccess) this.#forget()
  }

  /** Puts the whole draft aside in the browser; merging it again later is harmless. */
  #store(): void {
    clearTimeout(this.#storing)
    this.#storing = undefined
    if (!this.#waiting || !this.canEdit) return
    this.#options.unsaved.write(this.#name, Y.encodeStateAsUpdate(this.doc)).catch((problem) => {
      console.warn('Changes can’t be put aside in this browser.', problem)
    })
  }

  #forget(): void {
    this.#options.unsaved.clear(this.#name).catch((problem) => {
      console.warn('Changes put aside in this browser could not be cleared.', problem)
    })
  }
}
