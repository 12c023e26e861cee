import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { formFields, OPERATOR_CATALOGUE, registry } from '#lib/engine/index.ts'

/** Words that only programmers know. In brackets beside a plain word they help those who look for them. */
const JARGON =
  /\b(payloads?|null|undefined|json|booleans?|arrays?|endpoints?|cron|uuids?|exceptions?|regex|stack trace|trigger data|idempoten\w*|stringif\w*)\b/i

const withoutAsides = (text: string): string => text.replaceAll(/\([^()]*\)/g, '')
const jargonIn = (texts: readonly string[]): string[] =>
  texts.filter((text) => JARGON.test(withoutAsides(text)))

/** What stands in quotes and reads like something that is said: names in code have neither blanks nor capitals. */
const saidIn = (source: string): string[] =>
  [...source.matchAll(/'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`/g)]
    .map(([, plain, filled]) => plain ?? filled ?? '')
    .filter((text) => (/\s/.test(text) || /^[A-Z]/.test(text)) && !text.startsWith('#lib'))

describe('what people read', () => {
  const files = globSync('src/lib/**/texts.ts')

  it('is found where it belongs', () => expect(files.length).toBeGreaterThan(20))

  it.each(files)('%s has no words that only programmers know', (file) => {
    expect(jargonIn(saidIn(readFileSync(file, 'utf8')))).toEqual([])
  })

  it('nor have the forms of the steps', () => {
    const texts = registry.all.flatMap((type) => [
      type.title,
      type.description,
      ...formFields(type).flatMap(({ label, hint = '', options = [] }) => [
        label,
        hint,
        ...options.map((option) => option.label),
      ]),
    ])
    expect(jargonIn(texts)).toEqual([])
  })

  it('nor has the list of comparisons', () => {
    expect(jargonIn(OPERATOR_CATALOGUE.map(({ label }) => label))).toEqual([])
  })
})
