import type { AuditEntry } from './entries.ts'
import { sentenceOf, whoOf } from './sentences.ts'
import { csvHead } from './texts.ts'

/**
 * One cell. Spreadsheets take what begins with = + - @ (or a tab or line break before it) for a formula: an apostrophe
 * makes it text again.
 */
export function csvCell(value: string): string {
  const harmless = /^[=+\-@\t\r\n＝＋－＠]/.test(value) ? `'${value}` : value
  return /[",\r\n']/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless
}

const lineOf = (cells: readonly string[]): string => `${cells.map(csvCell).join(',')}\r\n`

/** Entries as a CSV file, with a head; begins with a mark by which spreadsheets know that it's UTF-8. */
export function csvOf(entries: readonly AuditEntry[]): string {
  const lines = entries.map((entry) =>
    lineOf([
      new Date(entry.at).toISOString(),
      whoOf(entry),
      sentenceOf(entry),
      entry.action,
      entry.actor_id ?? '',
      entry.subject_kind,
      entry.subject_id,
      JSON.stringify(entry.details),
    ]),
  )
  return `\uFEFF${lineOf(csvHead)}${lines.join('')}`
}
