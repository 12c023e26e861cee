// The functions' door to the engine: what they use of it, in one place.
export {
  LeaseLost,
  parseDefinition,
  StepFailure,
  Uncertain,
} from '../../../src/lib/engine/index.ts'
