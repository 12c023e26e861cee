import { z } from 'zod'
import { Refused } from '../_shared/http/answers.ts'

/** A message as providers' adapters hand it in: nothing in it is one provider's own. */
const mail = z.object({
  /** The message's own Message-ID. */
  id: z.string().min(1).max(1000),
  from: z.string().max(1000),
  /** Of its In-Reply-To and References headers: one id each, or several with spaces between them. */
  references: z.array(z.string().max(10_000)).max(100),
  subject: z.string().default(''),
  /** The plain text. */
  text: z.string().default(''),
  /** Written by a machine: Auto-Submitted says anything but "no", or the provider knows. */
  automatic: z.boolean().default(false),
})

/** A message, as steps that wait get it, and the messages that it answers. */
export interface InboundMail {
  references: string[]
  reply: { message_id: string; from: string; subject: string; text: string; automatic: boolean }
}

/** Reads what was posted. Throws Refused when it isn't a message. */
export function readMail(body: Uint8Array): InboundMail {
  const read = mail.safeParse(dataOf(body))
  if (!read.success) throw notAMessage(read.error.issues[0]?.path.join('.') ?? '')
  const { id, references, ...rest } = read.data
  return {
    references: [...new Set(references.flatMap((text) => text.match(/[^\s<>\p{Cc}]+/gu) ?? []))],
    reply: { message_id: id, ...rest },
  }
}

function dataOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch {
    // No data at all is refused like data of another shape.
    throw notAMessage('')
  }
}

const notAMessage = (field: string) =>
  new Refused({
    status: 400,
    code: 'inbound.not_a_message',
    title: 'This is not a message',
    detail: field === '' ? 'The body could not be read.' : `"${field}" is missing or wrong.`,
    hint: 'Send JSON with id, from, references (a list), subject, text and automatic.',
  })
