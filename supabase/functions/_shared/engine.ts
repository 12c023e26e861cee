// The functions' door to the engine: what they use of it, in one place.
export {
  createEngine,
  LeaseLost,
  parseDefinition,
  registry,
  StepFailure,
} from '../../../src/lib/engine/index.ts'
export type { Engine, RunOutcome } from '../../../src/lib/engine/index.ts'
