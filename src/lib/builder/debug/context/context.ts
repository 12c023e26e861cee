import { isLeftOut, type Data, type Execution, type Step } from '#lib/executions/rows.ts'
import type { Drawing } from '../drawing.ts'
import { texts } from './texts.ts'

type DataObject = { [key: string]: Data }

/** What a step could refer to at its moment, by the names that templates use. */
export interface StepContext {
  data: DataObject
  /** Steps whose output was too large to come along; `data` has a sentence in its place. */
  toFetch: readonly Step[]
}

/** What one step saw: the trigger, what came before it, and in loops the item it was there for. */
export function contextOf(
  step: Pick<Step, 'node_id' | 'path' | 'seq'>,
  execution: Pick<Execution, 'id' | 'mode' | 'created_at' | 'trigger_node' | 'workflow_id'>,
  steps: readonly Step[],
  drawing: Drawing,
): StepContext {
  const toFetch: Step[] = []
  const shown = (value: Data, of: Step): Data => {
    if (!isLeftOut(value)) return value
    if (!toFetch.includes(of)) toFetch.push(of)
    return texts.leftOut
  }
  const before = stepsBefore(step, steps, drawing)
  const trigger = before.find(({ node_id: node }) => node === execution.trigger_node)
  const others = before.filter((one) => one !== trigger)
  const outputs = others.map((one): [string, Data] => [keyOf(one, drawing), shown(one.output, one)])
  const variables = others
    .filter(({ node_id: node }) => drawing.node(node)?.type === 'data.set_variables')
    .map(({ output }) => output)
  return {
    data: {
      ...(trigger ? { trigger: shown(trigger.output, trigger) } : {}),
      steps: Object.fromEntries(outputs),
      ...loopNames(step, steps, drawing, shown),
      vars: Object.assign({}, ...variables.filter(isObject)) as DataObject, // objects of data, and nothing else, are in it
      workflow: { id: execution.workflow_id },
      execution: { id: execution.id, mode: execution.mode, startedAt: execution.created_at },
    },
    toFetch,
  }
}

const isObject = (value: Data): value is DataObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isLeftOut(value)

const keyOf = ({ node_id: node }: Step, drawing: Drawing): string => drawing.node(node)?.key ?? node

/** The latest attempt of each step that was done before, on a way that leads here, at this place in the loops or around it. */
function stepsBefore(
  { node_id, path, seq }: Pick<Step, 'node_id' | 'path' | 'seq'>,
  steps: readonly Step[],
  drawing: Drawing,
): Step[] {
  const leading = ancestorsOf(node_id, drawing)
  const found = new Map<string, Step>()
  for (const one of steps) {
    const isDone = one.status === 'succeeded' || (one.status === 'failed' && one.port !== null)
    const isHere = one.path === '' || one.path === path || path.startsWith(`${one.path}/`)
    const leadsHere = leading === null || leading.has(one.node_id)
    if (one.seq < seq && isDone && isHere && leadsHere) found.set(one.node_id, one)
  }
  return [...found.values()]
}

/** Null where the drawing can't be read: then all that was done before may lead here. */
function ancestorsOf(node: string, drawing: Drawing): ReadonlySet<string> | null {
  if (drawing.definition === null) return null
  const found = new Set<string>()
  const open = [node]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const { source } of drawing.into(next)) {
      if (found.has(source)) continue
      found.add(source)
      open.push(source)
    }
  }
  return found
}

/** `item`, `index` and `loop` of the innermost loop that a step stands in; nothing outside of loops. */
function loopNames(
  { path }: Pick<Step, 'path'>,
  steps: readonly Step[],
  drawing: Drawing,
  shown: (value: Data, of: Step) => Data,
): DataObject {
  const rounds = path === '' ? [] : path.split('/')
  let names: DataObject = {}
  rounds.forEach((round, depth) => {
    const [key, index = '0'] = round.split(':')
    const outer = rounds.slice(0, depth).join('/')
    const loop = steps.findLast((one) => one.path === outer && keyOf(one, drawing) === key)
    names = roundNames(Number(index), loop && itemsOf(shown(loop.input, loop)), names)
  })
  return names
}

function roundNames(index: number, items: Data | undefined, around: DataObject): DataObject {
  const list = Array.isArray(items) ? items : null
  return {
    // What isn't known (fetched later, or a loop without a list) isn't called empty.
    ...(list ? { item: list[index] ?? null } : typeof items === 'string' ? { item: items } : {}),
    index,
    loop: {
      ...{ index, number: index + 1, first: index === 0 },
      ...(list ? { count: list.length, last: index === list.length - 1 } : {}),
      ...(around['loop'] === undefined
        ? {}
        : { parent: { ...(around['loop'] as DataObject), item: around['item'] ?? null } }), // made just above
    },
  }
}

const itemsOf = (input: Data): Data | undefined => (isObject(input) ? input['items'] : input)
