/** One change to a value, as it's written after a bar: `truncate: 20, "…"`. */
export interface UsedFilter {
  name: string
  /** As they're written: numbers, quoted texts, names of data. */
  args: string[]
}

const NAME = /^\s*([a-z_][a-z0-9_]*)\s*/i
const ARGUMENT = /^\s*("[^"]*"|'[^']*'|[^\s,|:"'{}]+)\s*/

/** Takes `upcase | truncate: 20, "…"` apart; null when it's something that only somebody who knows the language wrote. */
export function readFilters(text: string): UsedFilter[] | null {
  const filters: UsedFilter[] = []
  let rest = text.trim()
  while (rest !== '') {
    const name = NAME.exec(rest)
    if (name?.[1] === undefined) return null
    rest = rest.slice(name[0].length)
    const args: string[] = []
    if (rest.startsWith(':')) {
      do {
        const argument = ARGUMENT.exec(rest.slice(1))
        if (argument?.[1] === undefined) return null
        args.push(argument[1])
        rest = rest.slice(1 + argument[0].length)
      } while (rest.startsWith(','))
    }
    filters.push({ name: name[1], args })
    if (rest === '') break
    if (!rest.startsWith('|')) return null
    rest = rest.slice(1)
  }
  return filters
}

/** Writes filters as they stand in a template. */
export const writeFilters = (filters: readonly UsedFilter[]): string =>
  filters
    .map(({ name, args }) => (args.length === 0 ? name : `${name}: ${args.join(', ')}`))
    .join(' | ')

/** An argument as people type it: without its quotes. */
export const shownArgument = (written: string): string =>
  /^(["'])(.*)\1$/s.exec(written)?.[2] ?? written

/** What people typed as an argument: a number as such, all else as a text. Braces and both kinds of quotes can't be in one. */
export function writtenArgument(typed: string): string {
  if (/^-?\d+(\.\d+)?$/.test(typed)) return typed
  const text = typed.replace(/[{}\r\n]/g, '')
  return text.includes('"') ? `'${text.replaceAll("'", '’')}'` : `"${text}"`
}
