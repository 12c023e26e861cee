import { z } from 'zod'
import { ConfigProblem } from '../../errors.ts'
import { defineNode, type ConfigIssue } from '../define-node.ts'
import { field } from '../fields.ts'

const ADDRESS = /^[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;]+$/
const NAMED = /^[^<>]*<([^<>]+)>$/

/** `ann@example.org, Bob <bob@example.org>` as single addresses. */
const addresses = (list: string): string[] =>
  list
    .split(/[,;\n]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')

const isAddress = (entry: string): boolean => ADDRESS.test(NAMED.exec(entry)?.[1]?.trim() ?? entry)

function issueOf(name: string, list: string): ConfigIssue | null {
  const wrong = addresses(list).find((entry) => !isAddress(entry))
  if (wrong === undefined) return null
  return {
    code: 'mail.bad_address',
    field: name,
    title: 'This is not an e-mail address',
    detail: `"${wrong.slice(0, 100)}" is not an e-mail address.`,
    hint: 'Write addresses like ann@example.org, several with commas between them.',
  }
}

function checked(name: string, list: string): string[] {
  const issue = issueOf(name, list)
  if (issue !== null) throw new ConfigProblem(issue)
  return addresses(list)
}

/** Markup as plain words, for readers that show no HTML. */
const plainText = (html: string): string =>
  html
    .replace(/<(style|script)\b[^>]*>[^]*?<\/\1>/gi, '')
    .replace(/<(br|\/p|\/div|\/li|\/h\d)\b[^>]*>/gi, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&nbsp;/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&')
    .replace(/\n{3,}/g, '\n\n')
    .trim()

/** Sends one e-mail. */
export const sendEmail = defineNode({
  type: 'mail.send',
  version: 1,
  category: 'messages',
  title: 'Send an e-mail',
  description: 'Sends an e-mail to one or more people.',
  icon: 'mail',
  effect: 'external',
  // Sent again, it carries the same Message-ID, by which mail servers and programs can tell the repeat.
  onUncertain: ({ ifUnclear }) => ifUnclear,
  config: z.object({
    to: field.template({ label: 'To', hint: 'Several addresses with commas between them.' }),
    subject: field.template({ label: 'Subject' }),
    body: field.longTemplate({ label: 'Text' }),
    format: field
      .select({ label: 'The text is', advanced: true }, [
        { value: 'text', label: 'Plain text' },
        { value: 'html', label: 'With formatting (HTML)' },
      ])
      .default('text'),
    connection: field
      .connection({
        label: 'Send with',
        hint: 'A mail server of your own. Left empty, the one of this installation is used.',
        connectionUse: 'smtp',
        advanced: true,
      })
      .optional(),
    cc: field.template({ label: 'Copy to', advanced: true }).optional(),
    bcc: field.template({ label: 'Hidden copy to', advanced: true }).optional(),
    replyTo: field.template({ label: 'Answers go to', advanced: true }).optional(),
    ifUnclear: field
      .select({ label: 'If it is unclear whether it was sent', advanced: true }, [
        { value: 'retry', label: 'Send it again' },
        { value: 'fail', label: 'Stop, so that somebody can look' },
        { value: 'ask', label: 'Wait until somebody has looked and says' },
      ])
      .default('retry'),
  }),
  output: z.object({ message_id: z.string(), to: z.array(z.string()) }),
  sample: { message_id: '<1@example.org>', to: ['ada@example.org'] },
  check(config) {
    return (['to', 'cc', 'bcc', 'replyTo'] as const).flatMap((name) => {
      const list = config[name]
      // Whatever a template will yield is looked at when it runs.
      if (list === undefined || list.includes('{{') || list.includes('{%')) return []
      return issueOf(name, list) ?? []
    })
  },
  async run(config, { mail, idempotencyKey, signal }) {
    const to = checked('to', config.to)
    const sent = await mail.send(
      {
        ...(config.connection ? { connection: config.connection } : {}),
        to,
        cc: checked('cc', config.cc ?? ''),
        bcc: checked('bcc', config.bcc ?? ''),
        ...(config.replyTo ? { replyTo: config.replyTo.trim() } : {}),
        // A line break in a subject would start a header of its own.
        subject: config.subject.replace(/[\r\n]+/g, ' ').trim(),
        text: config.format === 'html' ? plainText(config.body) : config.body,
        ...(config.format === 'html' ? { html: config.body } : {}),
        key: idempotencyKey,
      },
      signal,
    )
    return { message_id: sent.messageId, to }
  },
})
