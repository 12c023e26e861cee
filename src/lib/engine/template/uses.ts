import { LiquidError, Tokenizer, TypeGuards, type TagToken, type TopLevelToken } from 'liquidjs'
import { writePath, type Path } from './path.ts'

/** Where one part of a variable's name stands in a text, its quotes included. */
interface WrittenPart {
  begin: number
  end: number
  quote: string
}

/** A variable as it's used in a text. */
export interface Use {
  path: Path
  /** One for each part of the path. */
  parts: WrittenPart[]
  begin: number
  end: number
  optional: boolean
}

/** Tags whose condition may ask for what isn't there. */
const ASKING = new Set(['if', 'elsif', 'unless', 'case', 'when'])

/**
 * Finds every use of a variable in a template, in order. Names that the template itself makes (assign, capture, for)
 * are not among them. A text that can't be read, half typed for example, has no uses.
 */
export function readUses(text: string): Use[] {
  if (!text.includes('{{') && !text.includes('{%')) return []
  try {
    return new Reader(text).read()
  } catch (problem) {
    // Not a template (yet), or one that is nested too deeply to be one.
    if (LiquidError.is(problem) || problem instanceof RangeError) return []
    throw problem
  }
}

class Reader {
  readonly #text: string
  readonly #uses: Use[] = []
  /** What conditions ask for; it may be missing everywhere else, too. */
  readonly #asked = new Set<string>()
  readonly #made = new Set<string>()
  readonly #loops: string[] = []
  #comments = 0

  constructor(text: string) {
    this.#text = text
  }

  read(): Use[] {
    for (const token of new Tokenizer(this.#text).readTopLevelTokens()) this.#token(token)
    return this.#uses
      .map((use) => ({ ...use, optional: use.optional || this.#isAsked(use.path) }))
      .toSorted((a, b) => a.begin - b.begin)
  }

  #isAsked(path: Path): boolean {
    return path.some((_, index) => this.#asked.has(writePath(path.slice(0, index + 1))))
  }

  #token(token: TopLevelToken): void {
    if (TypeGuards.isTagToken(token)) {
      if (token.name === 'comment') this.#comments++
      else if (token.name === 'endcomment') this.#comments--
      else if (this.#comments === 0) this.#tag(token)
    } else if (TypeGuards.isOutputToken(token) && this.#comments === 0) {
      const inside = new Tokenizer(this.#text, undefined, undefined, token.contentRange)
      this.#visit(inside.readFilteredValue(), false)
    }
  }

  #tag({ name, tokenizer }: TagToken): void {
    if (name === 'assign') {
      const made = tokenizer.readIdentifier().content
      tokenizer.skipBlank()
      tokenizer.advance()
      this.#visit(tokenizer.readFilteredValue(), false)
      this.#made.add(made)
    } else if (name === 'capture') {
      this.#made.add(tokenizer.readIdentifier().content)
    } else if (name === 'for') {
      const item = tokenizer.readIdentifier().content
      tokenizer.readIdentifier()
      this.#visit(tokenizer.readValue(), false)
      for (const { value } of tokenizer.readHashes()) this.#visit(value, false)
      this.#loops.push(item)
    } else if (name === 'endfor') {
      this.#loops.pop()
    } else if (ASKING.has(name)) {
      this.#condition(tokenizer)
    }
  }

  #condition(tokenizer: Tokenizer): void {
    const before = this.#uses.length
    while (!tokenizer.end()) {
      this.#visit(tokenizer.readFilteredValue(), true)
      tokenizer.skipBlank()
      // `when` takes several values.
      if (tokenizer.peek() !== ',') break
      tokenizer.advance()
    }
    for (const { path, optional } of this.#uses.slice(before)) {
      if (optional) this.#asked.add(writePath(path))
    }
  }

  #visit(token: unknown, optional: boolean): void {
    if (TypeGuards.isFilteredValueToken(token)) {
      const forgiven = optional || token.filters.some((filter) => filter.name === 'default')
      for (const operand of token.initial.postfix) this.#visit(operand, forgiven)
      for (const argument of token.filters.flatMap((filter) => filter.args)) {
        this.#visit(Array.isArray(argument) ? argument[1] : argument, false)
      }
    } else if (TypeGuards.isRangeToken(token)) {
      this.#visit(token.lhs, false)
      this.#visit(token.rhs, false)
    } else if (TypeGuards.isPropertyAccessToken(token)) {
      if (token.variable === undefined) this.#variable(token, optional)
      else this.#visit(token.variable, false)
      for (const prop of token.props) this.#visit(prop, false)
    }
  }

  #variable(token: { props: unknown[]; begin: number; end: number }, optional: boolean): void {
    const path: (string | number)[] = []
    const parts: WrittenPart[] = []
    for (const prop of token.props) {
      const isName = TypeGuards.isWordToken(prop)
      if (!isName && !TypeGuards.isQuotedToken(prop) && !TypeGuards.isNumberToken(prop)) break
      const { begin, end, content } = prop
      path.push(content)
      parts.push({
        begin,
        end,
        quote: TypeGuards.isQuotedToken(prop) ? (this.#text[begin] ?? '') : '',
      })
    }
    const [root] = path
    if (typeof root !== 'string' || this.#isMade(root)) return
    this.#uses.push({ path, parts, begin: token.begin, end: token.end, optional })
  }

  #isMade(name: string): boolean {
    if (name === 'forloop') return this.#loops.length > 0
    return this.#made.has(name) || this.#loops.includes(name)
  }
}
