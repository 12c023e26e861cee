import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** A message as it was received. */
export type ReceivedMessage = {
  id: string
  /** The sender's own name for it, by which a repeat can be told; '' when it gave none. */
  messageId: string
  receivedAt: string
  from: string
  /** Every address that it was delivered to, copies included. */
  to: string[]
  subject: string
  text: string
  html: string
  attachments: { name: string; type: string; bytes: number }[]
}

/** The messages that the local system caught instead of sending them out. */
export type Mailbox = {
  add(message: ReceivedMessage): void
  /** Newest first; optionally only those to one address. */
  list(to?: string): ReceivedMessage[]
  get(id: string): ReceivedMessage | undefined
  clear(): void
}

const kept = 500

/** Opens the mailbox kept in a file, one message a line. */
export function openMailbox(file: string): Mailbox {
  mkdirSync(dirname(file), { recursive: true })
  let messages = readMessages(file).slice(-kept)
  return {
    add(message) {
      messages.push(message)
      if (messages.length > kept * 2) {
        messages = messages.slice(-kept)
        writeFileSync(file, messages.map((one) => `${JSON.stringify(one)}\n`).join(''))
      } else {
        appendFileSync(file, `${JSON.stringify(message)}\n`)
      }
    },
    list(to) {
      const wanted = to?.toLowerCase()
      return messages
        .filter(
          (message) => !wanted || message.to.some((address) => address.toLowerCase() === wanted),
        )
        .toReversed()
    },
    get: (id) => messages.find((message) => message.id === id),
    clear() {
      messages = []
      writeFileSync(file, '')
    },
  }
}

function readMessages(file: string): ReceivedMessage[] {
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.flatMap((line, at) => {
    // A kill in the middle of writing leaves half a last line.
    if (!line || (at === lines.length - 1 && !line.endsWith('}'))) return []
    return [JSON.parse(line) as ReceivedMessage]
  })
}
