import { Buffer } from 'node:buffer'
import { ConfigProblem } from '../../../../../src/lib/engine/errors.ts'

/** A person's name is nodemailer's to quote; these would end the header line, or make one address two. */
const FORBIDDEN = /\p{Cc}|\u2028|\u2029/u
const ADDRESS = /^[^@\s<>,;:"()[\]\\]+@[^@\s<>,;:"()[\]\\]+\.[^@\s<>,;:"()[\]\\.]+$/
const NAMED = /^(?<name>[^<>]*)<(?<address>[^<>]*)>$/

/** One address as nodemailer takes it. */
export interface Mailbox {
  name: string
  address: string
}

/** Reads `ann@example.org` or `Ann <ann@example.org>`, exactly one. Throws ConfigProblem for anything else. */
export function mailbox(text: string, field: string): Mailbox {
  const named = NAMED.exec(text.trim())?.groups
  const address = (named?.['address'] ?? text).trim()
  const name = (named?.['name'] ?? '').trim().replace(/^"(.*)"$/, '$1')
  if (FORBIDDEN.test(text.trim()) || !ADDRESS.test(address) || address.length > 254) {
    throw new ConfigProblem({
      code: 'mail.bad_address',
      title: 'This is not an e-mail address',
      detail: `"${text.replace(/\p{Cc}+/gu, ' ').slice(0, 100)}" is not an e-mail address.`,
      hint: 'Write addresses like ann@example.org.',
      field,
    })
  }
  return { name, address }
}

/** A subject is one line. */
export const oneLine = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim()

/** The same key gives the same Message-ID and different keys give different ones, whatever is in them. */
export function messageIdOf(key: string, from: string): string {
  const local = key.replace(/[^A-Za-z0-9_-]/gu, (character) => `=${hex(character)}`)
  return `<${local}@${from.slice(from.lastIndexOf('@') + 1)}>`
}

const hex = (text: string): string => Buffer.from(text, 'utf8').toString('hex')
