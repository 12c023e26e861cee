import type { Step } from '#lib/executions/rows.ts'
import type { Drawing } from './drawing.ts'
import { texts } from './texts.ts'

/** What going on, or running again, means for the world outside; sentences for people to decide by. */
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
    sentence(words.kept, words.keptWritten, words.keptOther, drawing, node, title, count),
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

/** What running all of it again would repeat, as far as this execution tells. */
export function consequencesOfReplay(steps: readonly Step[], drawing: Drawing): Consequences {
  const again = effectsOf(steps, drawing).map(({ node, title, count }) =>
    sentence(words.again, words.againWritten, words.againOther, drawing, node, title, count),
  )
  return { kept: [], again, uncertain: [] }
}

/** The steps that did something that stays: called the outside, or wrote records. */
function effectsOf(steps: readonly Step[], drawing: Drawing) {
  const done = steps.filter(({ status }) => status === 'succeeded')
  return byNode(done).flatMap(([node, count]) => {
    const type = drawing.type(node)
    const isLasting = type?.effect === 'external' || type?.effect === 'transactional'
    return isLasting && type.type !== 'records.find'
      ? [{ node, title: drawing.title(node), count }]
      : []
  })
}

function sentence(
  special: Readonly<Record<string, (title: string, count: number) => string>>,
  written: (title: string) => string,
  other: (title: string) => string,
  drawing: Drawing,
  ...[node, title, count]: [string, string, number]
): string {
  const type = drawing.type(node)
  const own = special[type?.type ?? '']
  if (own) return own(title, count)
  return type?.effect === 'transactional' ? written(title) : other(title)
}

/** Not done, and not dealt with by the workflow itself: what a retry does over. */
const isStuck = ({ status, port }: Step): boolean =>
  (status === 'failed' && port === null) || ['cancelled', 'running', 'waiting'].includes(status)

const isUncertain = ({ error }: Step): boolean => error?.code === 'step.outcome_unknown'

const isLatest = (step: Step, steps: readonly Step[]): boolean =>
  !steps.some(
    (other) =>
      other.node_id === step.node_id && other.path === step.path && other.attempt > step.attempt,
  )

const byNode = (steps: readonly Step[]): [string, number][] =>
  [...Map.groupBy(steps, ({ node_id: node }) => node)].map(([node, all]) => [node, all.length])
