import { keyFromTitle, uniqueKey } from '#lib/builder/document/names.ts'
import { writeCron, type Schedule } from '#lib/builder/form/cron.ts'
import {
  portsOf,
  registry,
  writePath,
  type Data,
  type DataObject,
  type NodeType,
  type Path,
  type WorkflowDefinition,
} from '#lib/engine/index.ts'
import { condition } from '#lib/engine/nodes/logic/condition.ts'
import { drawn, step, type SketchedStep } from '#lib/templates/sketch.ts'
import { formTexts as texts } from './texts.ts'

/** Comparisons that need no explanation. */
export const COMPARISONS = [
  'equals',
  'not_equals',
  'contains',
  'greater_than',
  'less_than',
  'is_not_empty',
  'is_empty',
] as const
export type Comparison = (typeof COMPARISONS)[number]

/** When a step is left out: unless this holds. */
export interface OnlyIf {
  /** Name of what the start brings. */
  what: string
  comparison: Comparison
  value: string
}

/** One sentence of "What should it do?". */
export interface DescribedStep {
  /** Tells it from the others on the page. */
  id: string
  type: string
  /** As the person calls it; empty: as the catalogue does. */
  title: string
  /** Fields by name; `[name]` in a text stands for what the start brings. */
  values: DataObject
  onlyIf: OnlyIf | null
}

/** A workflow as somebody describes it. */
export interface Description {
  start: { type: string; schedule: Schedule; brings: readonly string[] }
  steps: readonly DescribedStep[]
}

/** A field of a pipeline, as far as it says what can be filled in. */
export interface KnownFields {
  id: string
  name: string
  fields: readonly { key: string; title: string }[]
}

/** Where in the data of the start something of this name stands; nothing when there is no such thing. */
function pathsOf({ type, brings }: Description['start']): ReadonlyMap<string, Path> {
  if (type === 'trigger.schedule') return new Map()
  if (type === 'trigger.failure') {
    return new Map<string, Path>([
      [texts.failure.workflow, ['trigger', 'workflow', 'name']],
      [texts.failure.problem, ['trigger', 'error', 'title']],
      [texts.failure.hint, ['trigger', 'error', 'hint']],
    ])
  }
  const root = type === 'trigger.webhook' ? ['trigger', 'body'] : ['trigger']
  return new Map(brings.map((name): [string, Path] => [name, [...root, name]]))
}

/** What can be put into texts: names of what the start brings. */
export const namesOf = (start: Description['start']): string[] => [...pathsOf(start).keys()]

/** A typed list of names: with commas or lines between them. */
export const readNames = (text: string): string[] => [
  ...new Set(
    text
      .split(/[,;\n]/)
      .map((name) => name.trim().replaceAll(/[[\]{}"]/g, ''))
      .filter((name) => name !== ''),
  ),
]

/** The workflow that was described: its steps in a row, each with its condition before it. */
export function definitionOf(
  { start, steps }: Description,
  makeId: () => string,
  pipelines: readonly KnownFields[] = [],
): WorkflowDefinition {
  const paths = pathsOf(start)
  const keys = new Set<string>()
  const keyFor = (title: string): string => {
    const key = uniqueKey(keyFromTitle(title), keys)
    keys.add(key)
    return key
  }
  const first = startOf(start, keyFor)
  const sketched: SketchedStep[] = [first]
  const lines: string[] = []
  /** Where the next step goes on from. */
  let ends = [`${first.key}:out`]
  const follow = (key: string): void => {
    for (const end of ends) lines.push(`${end} -> ${key}`)
  }
  for (const one of steps) {
    const type = registry.get(one.type)
    if (!type) continue
    const title = one.title.trim() || (texts.does[one.type] ?? type.title)
    const left = one.onlyIf === null ? undefined : paths.get(one.onlyIf.what)
    const past: string[] = []
    if (one.onlyIf && left) {
      const check = conditionOf(one.onlyIf, left, keyFor)
      sketched.push(check)
      follow(check.key)
      ends = [`${check.key}:true`]
      past.push(`${check.key}:false`)
    }
    const config = configOf(type, one.values, paths, pipelines)
    const key = keyFor(title)
    const made = {
      ...step(type, key, title),
      config: { ...step(type, key, title).config, ...config },
    }
    sketched.push(made)
    follow(key)
    const [way] = portsOf(type, made.config).outputs
    ends = [...(way ? [`${key}:${way.name}`] : []), ...past]
  }
  return drawn({ steps: sketched, lines }, makeId)
}

function startOf(
  { type, schedule, brings }: Description['start'],
  keyFor: (title: string) => string,
): SketchedStep {
  const known = registry.get(type)
  if (!known) throw new TypeError(`There is no trigger ${type}.`)
  const title = texts.starts[type]?.title ?? known.title
  const made = step(known, keyFor('start'), title)
  const own: Record<string, Data> =
    type === 'trigger.schedule'
      ? { cron: writeCron(schedule) }
      : type === 'trigger.called'
        ? {
            inputs: brings
              .filter((name) => /^[A-Za-z_]\w{0,63}$/.test(name))
              .map((name) => ({ name, type: 'auto', value: '' })),
          }
        : {}
  return { ...made, config: { ...made.config, ...own } }
}

function conditionOf(
  { what, comparison, value }: OnlyIf,
  left: Path,
  keyFor: (title: string) => string,
): SketchedStep {
  const words = `${what} ${texts.comparisons[comparison]}`
  const takesValue = comparison !== 'is_empty' && comparison !== 'is_not_empty'
  const title = texts.onlyIfTitle(takesValue ? `${words} ${value}` : words).slice(0, 200)
  const rule = {
    left: `{{ ${writePath(left)} }}`,
    op: comparison,
    ...(takesValue ? { right: asNumber(value) } : {}),
  }
  return step(condition, keyFor(title), title, { rules: { all: [rule] } })
}

/** "100" is compared as a number, "007" and words as a text. */
const asNumber = (text: string): string | number =>
  /^-?(0|[1-9]\d{0,14})(\.\d+)?$/.test(text.trim()) ? Number(text) : text.trim()

function configOf(
  type: NodeType,
  values: DataObject,
  paths: ReadonlyMap<string, Path>,
  pipelines: readonly KnownFields[],
): DataObject {
  const config: DataObject = {}
  for (const [name, value] of Object.entries(values)) {
    if (value === '') continue
    config[name] = typeof value === 'string' ? withData(value, paths) : value
  }
  const pipeline = pipelines.find(({ id }) => id === values['pipeline'])
  if (type.type === 'records.create' && pipeline) config['values'] = sameNames(pipeline, paths)
  return config
}

/** Fields of a pipeline that are called like something that the start brings. */
function sameNames({ fields }: KnownFields, paths: ReadonlyMap<string, Path>): DataObject {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '')
  return Object.fromEntries(
    fields.flatMap(({ key, title }) => {
      const found = [...paths].find(
        ([name]) => plain(name) === plain(title) || plain(name) === plain(key),
      )
      return found ? [[key, `{{ ${writePath(found[1])} }}`]] : []
    }),
  )
}

/** A text in which `[name]` has become the data of that name; other brackets are left as they are. */
function withData(text: string, paths: ReadonlyMap<string, Path>): string {
  return text.replaceAll(/\[([^[\]]+)\]/g, (whole, name: string) => {
    const path = paths.get(name.trim())
    return path ? `{{ ${writePath(path)} }}` : whole
  })
}

/** An example of what the start brings, to try the workflow with. */
export function exampleOf({ type, brings }: Description['start']): DataObject {
  if (type === 'trigger.schedule' || type === 'trigger.failure') return {}
  return Object.fromEntries(
    brings.map((name): [string, Data] => {
      if (/mail/i.test(name)) return [name, 'ada@example.org']
      if (/^(amount|price|total|number|count|sum|age|quantity)$/i.test(name)) return [name, 120]
      return [name, /^(full |first )?name$/i.test(name) ? 'Ada Lovelace' : texts.example(name)]
    }),
  )
}
