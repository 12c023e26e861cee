// The functions' door to the engine: what they use of it, in one place.
export {
  acts,
  compile,
  ConfigProblem,
  createEngine,
  errorData,
  LeaseLost,
  parseDefinition,
  planReplay,
  registry,
  rehearsal,
  StepFailure,
  WeftError,
} from '../../../src/lib/engine/index.ts'
export type {
  Engine,
  Plan,
  PlanNode,
  RehearsalWish,
  ReplayPlan,
  ReplayWish,
  RunHooks,
  RunLimits,
  RunOutcome,
  StepTrace,
} from '../../../src/lib/engine/index.ts'
