import type { Data } from '../data.ts'
import type { NodeId } from '../ids.ts'
import { FAILURE } from '../nodes/triggers/failure.ts'
import type { End } from '../run/state.ts'
import type {
  Checkpoint,
  ClaimedExecution,
  ErrorData,
  ExecutionStore,
  NewExecution,
  VersionRecord,
  WaitChanges,
} from '../store.ts'
import { childId } from './child.ts'
import { MOST_DEPTH } from './limits.ts'

/** An execution that is about to end, and where. */
interface Ending {
  store: Pick<ExecutionStore, 'liveTrigger'>
  claimed: ClaimedExecution
  /** Null when even that couldn't be found. */
  version: VersionRecord | null
  /** Milliseconds since 1970. */
  now: number
  log(line: string): void
}

/** Goes with an end of which nobody knows what was still waiting: an execution that is over waits for nothing. */
export const NO_WAITS: WaitChanges = { open: [], closed: [] }

/** The last write of an execution: whoever waits for it hears of it, and its error workflow begins, in the same commit. */
export async function ending(
  { status, error, output }: End,
  at: Ending,
): Promise<Omit<Checkpoint, 'steps'>> {
  const starts =
    status === 'failed' || status === 'timed_out' ? await errorWorkflow(status, error, at) : []
  return {
    ...{ status, error },
    ...(at.claimed.isAwaited ? { output } : {}),
    ...(starts.length > 0 ? { starts } : {}),
  }
}

/**
 * What a failure starts: one execution of the error workflow that the settings name, if that's published. Test runs
 * start none, and neither do error workflows: a failing one would start itself for ever.
 */
async function errorWorkflow(
  status: 'failed' | 'timed_out',
  error: ErrorData | null,
  { store, claimed, version, now, log }: Ending,
): Promise<NewExecution[]> {
  const workflow = version?.definition.settings.errorWorkflow
  if (version === null || workflow === undefined || claimed.mode === 'test') return []
  if (claimed.depth >= MOST_DEPTH || isErrorWorkflow(claimed, version)) return []
  const trigger = await store.liveTrigger(claimed.workspace, workflow, FAILURE)
  const { execution, number } = claimed.lease
  if (trigger === null) {
    log(
      `execution ${execution} has ${status}, and its error workflow ${workflow} is not live or has no such trigger`,
    )
    return []
  }
  return [
    {
      // Retried and failed again is another failure, under another lease.
      id: childId(now, `${execution} ${number} ${status}`),
      ...{ workflow, version: trigger.version, triggerNode: trigger.node },
      workspace: claimed.workspace,
      triggerKind: FAILURE,
      triggerData: report(claimed, version, error),
      mode: 'live',
      onlyIfLive: false,
      depth: claimed.depth + 1,
    },
  ]
}

const nodeOf = (version: VersionRecord, id: NodeId | undefined) =>
  version.definition.nodes.find((node) => node.id === id)

const isErrorWorkflow = ({ triggerNode }: ClaimedExecution, version: VersionRecord): boolean =>
  nodeOf(version, triggerNode)?.type === FAILURE

/** What the error workflow is given. */
function report(
  { lease, createdAt, triggerData }: ClaimedExecution,
  version: VersionRecord,
  error: ErrorData | null,
): Data {
  const step = nodeOf(version, error?.node)
  return {
    workflow: { id: version.workflow.id, name: version.workflow.name },
    execution: { id: lease.execution, started_at: createdAt },
    error: {
      code: error?.code ?? '',
      title: error?.title ?? '',
      detail: error?.detail ?? '',
      hint: error?.hint ?? '',
    },
    step: { key: step?.key ?? '', title: step?.title ?? '' },
    trigger: triggerData,
  }
}
