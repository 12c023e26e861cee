import type { ReceivedMessage } from '../../local/mail/mailbox.ts'
import type { Stack } from '../../local/stack.ts'

/** The stack's mailbox, as a test looks into it. */
export class Mailbox {
  readonly #address: string

  constructor(stack: Stack) {
    this.#address = `${stack.mailboxUrl}/api/messages`
  }

  /** What one address has got, oldest first. */
  async of(address: string): Promise<ReceivedMessage[]> {
    const answer = await fetch(`${this.#address}?to=${encodeURIComponent(address)}`)
    const { messages } = (await answer.json()) as { messages: ReceivedMessage[] }
    return messages.toReversed()
  }

  /** What one address has got, once it's so many messages. */
  async until(address: string, count: number, withinMs = 20_000): Promise<ReceivedMessage[]> {
    const late = Date.now() + withinMs
    for (;;) {
      const got = await this.of(address)
      if (got.length >= count) return got
      if (Date.now() > late) throw new Error(`${address} has got ${got.length} of ${count} e-mails`)
      await new Promise((done) => setTimeout(done, 50))
    }
  }
}
