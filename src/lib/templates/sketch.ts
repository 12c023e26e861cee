import type { z } from 'zod'
import {
  DEFINITION_SCHEMA,
  defaultConfig,
  NodeId,
  type Data,
  type EdgeDefinition,
  type NodeDefinition,
  type NodeType,
  type WorkflowDefinition,
} from '#lib/engine/index.ts'

/** A step as a sketch has it: everything but where it stands and its identity. */
export interface SketchedStep {
  /** What the templates of later steps call it. */
  key: string
  title: string
  type: NodeType
  config: Record<string, Data>
  onError?: 'stop' | 'continue' | 'port'
}

/** A workflow in short: steps, and lines like `check:true -> thank -> tell`. */
export interface Sketch {
  steps: readonly SketchedStep[]
  lines: readonly string[]
}

/** A step of a sketch; its settings are checked against those that the node type has. */
export function step<C extends z.ZodObject>(
  type: NodeType<C>,
  key: string,
  title: string,
  config: Partial<z.input<C>> = {},
  more: Pick<SketchedStep, 'onError'> = {},
): SketchedStep {
  const plain = type as unknown as NodeType // only what it declares is read from here on
  // What a settings form takes is data.
  const given = config as Record<string, Data>
  return { key, title, type: plain, config: { ...defaultConfig(plain), ...given }, ...more }
}

/** Room for a card and what is between two: as the drawing's own layout has it. */
const COLUMN = 342
const LANE = 168

/** The definition of a sketch, each step at its place. `makeId` makes the identities. */
export function drawn({ steps, lines }: Sketch, makeId: () => string): WorkflowDefinition {
  const ids = new Map(steps.map(({ key }) => [key, NodeId.parse(makeId())]))
  const ends = lines.flatMap(endsOf)
  const places = placesOf(steps, ends)
  const nodes = steps.map(({ key, title, type, config, onError = 'stop' }): NodeDefinition => {
    const { column, lane } = places.get(key) ?? { column: 0, lane: 0 }
    return {
      id: idOf(ids, key),
      key,
      type: type.type,
      version: type.version,
      title,
      position: { x: column * COLUMN, y: lane * LANE },
      config: structuredClone(config),
      onError,
      disabled: false,
    }
  })
  const edges = ends.map(({ from, port, to }): EdgeDefinition => {
    const [source, target] = [idOf(ids, from), idOf(ids, to)]
    return {
      id: `${source}.${port}-${target}.in`,
      ...{ source, sourcePort: port, target, targetPort: 'in' },
    }
  })
  return { schema: DEFINITION_SCHEMA, nodes, edges, settings: {} }
}

function idOf(ids: ReadonlyMap<string, NodeId>, key: string): NodeId {
  const id = ids.get(key)
  if (id === undefined) throw new TypeError(`The sketch has no step "${key}".`)
  return id
}

interface Ends {
  from: string
  port: string
  to: string
}

/** `a -> b:port -> c` is two lines. */
function endsOf(line: string): Ends[] {
  const stops = line.split('->').map((stop) => stop.trim())
  return stops.slice(1).map((to, index) => {
    const [from = '', port = 'out'] = (stops[index] ?? '').split(':')
    return { from, port, to: to.split(':')[0] ?? '' }
  })
}

/** Column: the longest way there. Lane: the first way out goes straight on, each further one gets a lane below. */
function placesOf(
  steps: readonly SketchedStep[],
  ends: readonly Ends[],
): Map<string, { column: number; lane: number }> {
  const places = new Map<string, { column: number; lane: number }>()
  let lowest = -1
  const visit = (key: string, column: number, lane: number): void => {
    const before = places.get(key)
    places.set(key, { column: Math.max(column, before?.column ?? 0), lane: before?.lane ?? lane })
    lowest = Math.max(lowest, lane)
    ends
      .filter(({ from }) => from === key)
      .forEach(({ to }, index) => {
        visit(to, column + 1, index === 0 || places.has(to) ? lane : lowest + 1)
      })
  }
  const reached = new Set(ends.map(({ to }) => to))
  for (const { key } of steps) if (!reached.has(key)) visit(key, 0, lowest + 1)
  return places
}
