import { acts } from '#lib/engine/index.ts'
import type { Step } from '#lib/executions/rows.ts'
import type { Drawing } from './drawing.ts'
import { texts } from './texts.ts'

/** What going on means for the world outside; sentences for people to decide by. */
export interface Consequences {
  /** Done, and not repeated. */
  kept: string[]
  /** Happens (again). */
  again: string[]
  /** May happen twice: nobody knows whether it took effect. */
  uncertain: string[]
}

const words = texts.consequences

/** What a retry from the failed step repeats and what it doesn't. */
export function consequencesOfRetry(steps: readonly Step[], drawing: Drawing): Consequences {
  const standing = steps.filter(({ superseded }) => !superseded)
  const kept = effectsOf(standing, drawing).map(({ node, title, count }) =>
    sentence(drawing, node, title, count),
  )
  const open = standing.filter((step) => isStuck(step) && isLatest(step, standing))
  const uncertain = open.filter(isUncertain)
  return {
    kept,
    again: byNode(open.filter((step) => !isUncertain(step))).map(([node, count]) =>
      drawing.type(node)?.effect === 'control'
        ? words.loop(drawing.title(node))
        : words.retried(drawing.title(node), count),
    ),
    uncertain: byNode(uncertain).map(([node]) => words.uncertain(drawing.title(node))),
  }
}

/** The steps that did something that stays: called the outside, or wrote records. */
function effectsOf(steps: readonly Step[], drawing: Drawing) {
  const done = steps.filter(({ status }) => status === 'succeeded')
  return byNode(done).flatMap(([node, count]) => {
    const type = drawing.type(node)
    return type && acts(type) ? [{ node, title: drawing.title(node), count }] : []
  })
}

function sentence(drawing: Drawing, node: string, title: string, count: number): string {
  const type = drawing.type(node)
  const own = words.kept[type?.type ?? '']
  if (own) return own(title, count)
  return type?.effect === 'transactional' ? words.keptWritten(title) : words.keptOther(title)
}

/** Not done, and not dealt with by the workflow itself: what a retry does over. */
const isStuck = ({ status, port }: Step): boolean =>
  (status === 'failed' && port === null) || ['cancelled', 'running', 'waiting'].includes(status)

const isUncertain = ({ error }: Step): boolean =>
  error?.code === 'step.outcome_unknown' || error?.code === 'step.unclear'

const isLatest = (step: Step, steps: readonly Step[]): boolean =>
  !steps.some(
    (other) =>
      other.node_id === step.node_id && other.path === step.path && other.attempt > step.attempt,
  )

const byNode = (steps: readonly Step[]): [string, number][] =>
  [...Map.groupBy(steps, ({ node_id: node }) => node)].map(([node, all]) => [node, all.length])
