import { LiquidError } from 'liquidjs'
import { nearest } from '../definition/nearest.ts'
import { ConfigProblem, WeftError } from '../errors.ts'
import { FILTERS } from './filters.ts'
import { Missing, TAG_NAMES } from './liquid.ts'
import { unknownPart } from './path.ts'
import { texts } from './texts.ts'

/** What is wrong in the first place, below what Liquid wrapped around it. */
function rootOf(error: unknown): unknown {
  let root = error
  while (LiquidError.is(root) && root.originalError !== undefined) root = root.originalError
  return root
}

const near = (error: unknown): string => {
  if (!LiquidError.is(error)) return ''
  const { input, begin, end } = error.token
  const text = input.slice(begin, Math.min(end, begin + 80)).trim()
  return text === '' ? '' : `"${text}"`
}

const PARSE_PROBLEMS: [RegExp, (found: string, error: unknown) => ConfigProblem][] = [
  [
    /^undefined filter: (.+)$/,
    (name) =>
      texts.unknownFilter(
        name,
        nearest(
          name,
          FILTERS.map((filter) => filter.name),
        ),
      ),
  ],
  [/^tag "(.*)" not found$/, (name) => texts.unknownTag(name, nearest(name, TAG_NAMES))],
  [/^(?:tag|output|raw) (.+) not closed/, (what) => texts.notClosed(what)],
  [/ limit exceeded$/, () => texts.tooMuch()],
]

/** Anything that reading a template threw, in plain words. */
export function parseProblem(error: unknown): ConfigProblem {
  return known(error) ?? texts.unreadable(near(error))
}

/** Anything that rendering a template threw, in plain words. */
export function renderProblem(error: unknown): ConfigProblem {
  return known(error) ?? texts.failed(near(error))
}

function known(error: unknown): ConfigProblem | undefined {
  const root = rootOf(error)
  if (root instanceof ConfigProblem) return root
  // Not a template's problem: a fault of ours stays one.
  if (root instanceof WeftError) throw root
  if (root instanceof Missing) return unknownPart(root.path, root.at, root.place)
  // Too deep for the stack, too long for a text.
  if (root instanceof RangeError) return texts.tooMuch()
  if (!(root instanceof Error)) return undefined
  const message = root.message.replace(/, line:\d+, col:\d+$/, '')
  for (const [pattern, problem] of PARSE_PROBLEMS) {
    const match = pattern.exec(message)
    if (match !== null) return problem(match[1] ?? '', error)
  }
  return undefined
}

/** Whether this is about a variable that isn't there. */
export const isMissing = (error: unknown): boolean => rootOf(error) instanceof Missing
