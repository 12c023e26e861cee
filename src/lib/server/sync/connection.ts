import { WebSocket, type RawData } from 'ws'
import {
  applyAwarenessUpdate,
  encodeAwarenessUpdate,
  modifyAwarenessUpdate,
  removeAwarenessStates,
} from 'y-protocols/awareness'
import * as decoding from 'lib0/decoding'
import * as Y from 'yjs'
import { CLOSE, type ServerWord } from '#lib/builder/session/wire.ts'
import type { Access, Person } from './access.ts'
import {
  answerMessage,
  askMessage,
  awarenessMessage,
  readMessage,
  wordMessage,
} from './protocol.ts'
import type { Participant, Room } from './room.ts'

/** A browser that takes in nothing is let go before it fills the server's memory. */
const MOST_UNSENT = 16 * 1024 * 1024
/** Far above what typing and dragging make; a loop gone wild is stopped. */
const MOST_MESSAGES_A_SECOND = 400

/** One browser's socket in a room. */
export class Connection implements Participant {
  readonly person: Person
  readonly token: string
  readonly room: Room
  readonly #socket: WebSocket
  readonly #clients = new Set<number>()
  #canEdit: boolean
  #second = 0
  #messages = 0
  isAlive = true

  constructor(
    socket: WebSocket,
    who: { person: Person; token: string; access: Access },
    room: Room,
  ) {
    this.#socket = socket
    this.person = who.person
    this.token = who.token
    this.#canEdit = who.access.canEdit
    this.room = room
    room.participants.add(this)
    socket.on('message', (data) => this.#receive(data))
    socket.on('pong', () => (this.isAlive = true))
    this.#say({ kind: 'access', canEdit: this.#canEdit })
    this.send(askMessage(Y.encodeStateVector(room.doc)))
    const present = [...room.awareness.getStates().keys()]
    if (present.length > 0) {
      this.send(awarenessMessage(encodeAwarenessUpdate(room.awareness, present)))
    }
  }

  send(message: Uint8Array): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return
    if (this.#socket.bufferedAmount > MOST_UNSENT) this.#socket.terminate()
    else this.#socket.send(message)
  }

  /** Takes over what the person may do now: roles change while a drawing is open. */
  allow(access: Access): void {
    if (access.canEdit === this.#canEdit) return
    this.#canEdit = access.canEdit
    this.#say({ kind: 'access', canEdit: this.#canEdit })
  }

  close(code: number): void {
    this.#socket.close(code)
    // A browser that doesn't answer the closing is not waited for.
    setTimeout(() => this.#socket.terminate(), 2_000).unref()
    this.leave()
  }

  /** Asks for a sign of life; gives up on one that didn't answer the last time. */
  ping(): void {
    if (!this.isAlive) {
      this.#socket.terminate()
      return
    }
    this.isAlive = false
    this.#socket.ping()
  }

  /** Takes the person out of the room, with cursor and selection. */
  leave(): void {
    if (!this.room.participants.delete(this)) return
    removeAwarenessStates(this.room.awareness, [...this.#clients], this)
  }

  #receive(data: RawData): void {
    if (!this.room.participants.has(this)) return
    if (this.#isTooMuch()) return this.close(CLOSE.tooMuch)
    try {
      this.#handle(bytesOf(data))
    } catch (problem) {
      console.error(`A message for draft ${this.room.draft.workflow} made no sense.`, problem)
      this.close(CLOSE.malformed)
    }
  }

  #handle(message: Uint8Array): void {
    const incoming = readMessage(message)
    const { room } = this
    switch (incoming.kind) {
      case 'state-vector':
        return this.send(answerMessage(Y.encodeStateAsUpdate(room.doc, incoming.vector)))
      case 'update':
        return this.#change(incoming.update)
      case 'awareness':
        return this.#present(incoming.update)
      case 'query-awareness':
        return this.send(
          awarenessMessage(
            encodeAwarenessUpdate(room.awareness, [...room.awareness.getStates().keys()]),
          ),
        )
      case 'marker':
        void room.kept().then(() => this.#say({ kind: 'kept', number: incoming.number }))
    }
  }

  /** Only those who may edit do; what a viewer sends is dropped, and what they see stays everyone's. */
  #change(update: Uint8Array): void {
    if (!this.#canEdit) return
    if (this.room.isFull(update.byteLength)) return this.close(CLOSE.tooLarge)
    Y.applyUpdate(this.room.doc, update, this)
  }

  /** Cursor and selection, under the person's own name whatever the browser claims, and only for its own clients. */
  #present(update: Uint8Array): void {
    const ids = clientsIn(update)
    const others = [...this.room.participants].filter(
      (one): one is Connection => one instanceof Connection && one.person.id !== this.person.id,
    )
    if (ids.some((id) => others.some((one) => one.#clients.has(id)))) return
    for (const id of ids) this.#clients.add(id)
    const user = { id: this.person.id, name: this.person.name }
    const signed = modifyAwarenessUpdate(update, (state: unknown) =>
      typeof state === 'object' && state !== null ? { ...state, user } : null,
    )
    applyAwarenessUpdate(this.room.awareness, signed, this)
  }

  #say(word: ServerWord): void {
    this.send(wordMessage(word))
  }

  #isTooMuch(): boolean {
    const second = Math.floor(Date.now() / 1000)
    if (second !== this.#second) {
      this.#second = second
      this.#messages = 0
    }
    this.#messages += 1
    return this.#messages > MOST_MESSAGES_A_SECOND
  }
}

function bytesOf(data: RawData): Uint8Array {
  if (Array.isArray(data)) return new Uint8Array(Buffer.concat(data))
  return new Uint8Array(data)
}

function clientsIn(update: Uint8Array): number[] {
  const decoder = decoding.createDecoder(update)
  return Array.from({ length: Math.min(decoding.readVarUint(decoder), 16) }, () => {
    const id = decoding.readVarUint(decoder)
    decoding.readVarUint(decoder)
    decoding.readVarString(decoder)
    return id
  })
}
