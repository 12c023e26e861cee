import {
  Context,
  defaultOperators,
  Drop,
  Liquid,
  Output,
  Tokenizer,
  toValueSync,
  TypeGuards,
  Value,
  type Emitter,
  type LiquidOptions,
  type RangeToken,
  type Template as Node,
} from 'liquidjs'
import type { Data, DataObject } from '../data.ts'
import { toText } from './coerce.ts'
import { applyFilter, FILTERS, type FilterContext } from './filters.ts'
import { useForSearch } from './filters/filter.ts'
import { partOf } from './path.ts'
import { texts } from './texts.ts'

/**
 * What one template may cost at most. Counted, not timed, so that a slow computer decides the same; the time is the last
 * resort against work that isn't counted.
 */
const LIMITS = { characters: 500_000, made: 10_000_000, nodes: 200_000, milliseconds: 2000 }

/** Instructions that templates may use. No files, no other templates, no counters that outlive a template. */
const TAGS = new Set([
  ...['if', 'unless', 'case', 'for', 'break', 'continue'],
  ...['assign', 'capture', 'comment', 'raw', '#'],
])

/** A variable that isn't there. Liquid knows it by its name, and forgives it in conditions and before `default`. */
export class Missing extends Error {
  override readonly name = 'InternalUndefinedVariableError'
  readonly path: readonly unknown[]
  /** The place in the path that is unknown. */
  readonly at: number
  /** What was found just before it. */
  readonly place: unknown

  constructor(path: readonly unknown[], at: number, place: unknown) {
    super('unknown variable')
    this.path = path
    this.at = at
    this.place = place
  }
}

/** One rendering: reads data only by `partOf`, and counts what is made. */
class Rendering extends Context implements FilterContext {
  readonly #scope: DataObject
  #nodes = 0

  constructor(scope: DataObject) {
    super(scope, LENIENT_IF, { sync: true }, { liquid })
    this.#scope = scope
  }

  // Asked for by date filters only: the scope may have to compute them.
  get timeZone(): string {
    const zone = partOf(partOf(this.#scope, 'workspace'), 'timeZone')
    return typeof zone === 'string' && zone !== '' ? zone : 'UTC'
  }

  get now(): number {
    return Date.parse(toText(partOf(this.#scope, 'now')))
  }

  use(amount: number): void {
    this.memoryLimit.use(amount)
  }

  visit(nodes: number): void {
    this.#nodes += nodes + 1
    if (this.#nodes > LIMITS.nodes) throw texts.tooMuch()
  }

  override readProperty(value: object, key: unknown): unknown {
    // Liquid's own, such as `forloop`.
    if (value instanceof Drop) return super.readProperty(value, key as string)
    return partOf(value, key)
  }

  // eslint-disable-next-line require-yield -- Liquid expects a generator here; this one has nothing to wait for.
  override *_getFromScope(from: unknown, path: unknown[] | string): IterableIterator<unknown> {
    const steps = typeof path === 'string' ? path.split('.') : path
    let value = from
    for (let at = 0; at < steps.length; at++) {
      const part = this.readProperty(value as object, steps[at])
      if (part === undefined) throw new Missing(steps, at, value)
      value = part
    }
    return value
  }
}

/** Collects what is written, as people read it, until it gets too much. */
class Page implements Emitter {
  buffer = ''
  readonly #rendering: Rendering

  constructor(rendering: Rendering) {
    this.#rendering = rendering
  }

  write(value: unknown): void {
    const text = toText(plain(value))
    this.#rendering.use(text.length)
    this.buffer += text
  }
}

/** What Liquid computed, as data. */
function plain(value: unknown): Data {
  const read = value instanceof Drop ? value.valueOf() : value
  if (read instanceof Drop || read === undefined) return null
  return read as Data // computed by our filters from data
}

const OPTIONS: LiquidOptions = {
  parseLimit: LIMITS.characters,
  memoryLimit: LIMITS.made,
  renderLimit: LIMITS.milliseconds,
  ownPropertyOnly: true,
  strictFilters: true,
  templates: {},
  locale: 'en-US',
  operators: {
    ...defaultOperators,
    *contains(left: unknown, right: unknown, context: Context): Generator<unknown, boolean> {
      if (typeof left === 'string' && typeof right === 'string' && context instanceof Rendering) {
        useForSearch(left, right, context)
      }
      return (yield defaultOperators['contains']?.(left, right, context)) === true
    },
  },
}

const RANGE_END = 'range_end'

function makeLiquid(): Liquid {
  const made = new Liquid(OPTIONS)
  for (const name of Object.keys(made.tags))
    if (!TAGS.has(name)) Reflect.deleteProperty(made.tags, name)
  for (const name of Object.keys(made.filters)) made.unregisterFilter(name)
  for (const filter of FILTERS) {
    made.registerFilter(filter.name, function (input: unknown, ...args: unknown[]) {
      // Liquid renders with the context it was given: ours.
      return applyFilter(filter, plain(input), args.map(plain), this.context as Rendering)
    })
  }
  made.registerFilter(RANGE_END, (end: unknown) => {
    if (Number.isInteger(end) && Math.abs(Number(end)) <= 1_000_000_000) return end
    throw texts.badInput(
      '(from..to)',
      toText(end).slice(0, 60) || 'an empty value',
      'whole numbers',
    )
  })
  const render = made.renderer.renderTemplates
  made.renderer.renderTemplates = function (nodes, context, page) {
    const rendering = context as Rendering // as above
    rendering.visit(nodes.length)
    return render.call(this, nodes, context, page ?? new Page(rendering))
  }
  return made
}

const liquid = makeLiquid()

/** Conditions forgive unknown variables; assignments, which ask Liquid itself, don't. */
const LENIENT_IF = { ...liquid.options, lenientIf: true }

/**
 * Goes once over everything that was parsed to change two ways of Liquid:
 * `default` forgives an unknown variable wherever it stands among the filters, not only as the first;
 * and the ends of a range have to be whole numbers of a size at which counting from one to the other ends.
 */
function tame(part: unknown, seen: Set<object>): void {
  if (typeof part !== 'object' || part === null || seen.has(part)) return
  if (part instanceof Liquid || part instanceof Tokenizer) return
  seen.add(part)
  if (part instanceof Value && part.filters.some((filter) => filter.name === 'default')) {
    part.value = (context) => Value.prototype.value.call(part, context, true)
  }
  for (const child of Object.values(part)) tame(child, seen)
  if (TypeGuards.isRangeToken(part)) {
    part.lhs = boundedEnd(part.lhs)
    part.rhs = boundedEnd(part.rhs)
  }
}

function boundedEnd(end: RangeToken['lhs']): RangeToken['lhs'] {
  const checked = new Tokenizer(`0 | ${RANGE_END}`).readFilteredValue()
  checked.initial.postfix[0] = end
  // Liquid evaluates a filtered value wherever it evaluates a value; its type for range ends is only narrower.
  return checked as unknown as RangeToken['lhs']
}

/** A template that Liquid has read. */
export interface Parsed {
  nodes: Node[]
  /** The only thing in it, when it is a single `{{ … }}`. */
  whole: Value | null
}

/** Reads a template; throws Liquid's own errors. */
export function parse(text: string): Parsed {
  const nodes = liquid.parse(text)
  tame(nodes, new Set())
  const [first, second] = nodes
  return { nodes, whole: second === undefined && first instanceof Output ? first.value : null }
}

/** Renders what was read; throws Liquid's own errors, `Missing` inside of them. */
export function run({ nodes, whole }: Parsed, scope: DataObject): Data {
  const rendering = new Rendering(scope)
  const result: unknown =
    whole === null
      ? toValueSync(liquid.renderer.renderTemplates(nodes, rendering))
      : toValueSync(whole.value(rendering, false))
  return plain(result)
}

/** The instructions that exist, for finding the one that was meant. */
export const TAG_NAMES: readonly string[] = [...TAGS].filter((name) => name !== '#')
