/** The engine's public door: whatever others use of it is named here. */
export type { Data, DataObject } from './data.ts'
export * from './ids.ts'
export * from './errors.ts'
export type * from './services.ts'
export type * from './store.ts'

export * from './definition/schema.ts'
export * from './definition/drawing.ts'
export { parseDefinition } from './definition/parse.ts'
export { validateDefinition, validator } from './definition/validate.ts'
export type { Problem } from './definition/problem.ts'

export {
  CATEGORIES,
  defineNode,
  finish,
  Finished,
  NO_INPUT,
  NO_OUTPUT,
  SINGLE,
  suspend,
  Suspended,
} from './nodes/define-node.ts'
export type {
  Category,
  ConfigIssue,
  NodeType,
  OnUncertain,
  Port,
  Ports,
  Bedtime,
  ChildStart,
  SuspendingContext,
} from './nodes/define-node.ts'
export { field, DURATION_UNITS } from './nodes/fields.ts'
export type { FieldMeta, Widget } from './nodes/fields.ts'
export { createRegistry, ERROR_PORT, isTrigger, portsOf, registry } from './nodes/registry.ts'
export type { Registry } from './nodes/registry.ts'
export { defaultConfig, formFields, isShown } from './nodes/form-fields.ts'
export type { FormField } from './nodes/form-fields.ts'
export { fieldsOf, outputFields } from './nodes/output-fields.ts'
export type { OutputField } from './nodes/output-fields.ts'
export { readSchedule } from './nodes/triggers/schedule.ts'
export { readWebhookRules } from './nodes/triggers/webhook.ts'
export type { WebhookRules } from './nodes/triggers/webhook.ts'

export { connectionKind, connectionKinds } from './connections/kinds.ts'
export { connectionFields, partFields, readHosts } from './connections/define-connection.ts'
export type {
  ConnectionField,
  ConnectionKind,
  ConnectionUse,
} from './connections/define-connection.ts'

export { RULE_OPERATORS, ruleTree } from './template/rules.ts'
export type { Rule, RuleNode, RuleTree } from './template/rules.ts'
export { evaluate, explain } from './template/conditions.ts'
export type { ExplainedGroup, ExplainedRule } from './template/conditions.ts'
export type { Calendar } from './template/compare.ts'
export { groupOf, isRule, ruleCount } from './template/rule-tree.ts'
export { TAKES_NO_RIGHT } from './template/operators.ts'
export { OPERATOR_CATALOGUE } from './template/operator-catalogue.ts'
export type { OperatorEntry } from './template/operator-catalogue.ts'

export { cronIssue, nextTime, nextTimes } from './schedule/next-time.ts'
export { isTimeZone } from './time/zone.ts'
export { parseMoment } from './time/moment.ts'

export { createEngine } from './execute/engine.ts'
export type { Engine, EngineOptions, RunHooks, RunLimits } from './execute/engine.ts'
export type { RunOutcome } from './execute/outcome.ts'
export type { Verdict } from './execute/unclear.ts'
export { MemoryStore } from './memory-store.ts'
export type { StoredExecution, StoredStep } from './memory-execution.ts'
export { MemoryRecords } from './memory-records.ts'

export { isChunk } from './run/chunks.ts'
export { compile } from './plan/compile.ts'
export { PlanCache } from './plan/cache.ts'
export type { Plan, PlanNode } from './plan/plan.ts'

export { planReplay } from './replay/plan-replay.ts'
export type { ReplayPlan, ReplayWish } from './replay/plan-replay.ts'
export { traceOf } from './replay/step-trace.ts'
export type { StepTrace } from './replay/step-trace.ts'
export { acts } from './replay/acts.ts'

export { compileTemplate, render } from './template/compile.ts'
export type { TemplateScope } from './template/compile.ts'
export { checkVariables, renameStepKey, variablesIn } from './template/variables.ts'
export type { UnknownVariable, VariableReference } from './template/variables.ts'
export { writePath } from './template/path.ts'
export type { Path } from './template/path.ts'
export { FILTERS } from './template/filters.ts'

export { rehearsal } from './preview/rehearsal.ts'
export type { RehearsalWish } from './preview/rehearsal.ts'
export { createPreview, preview } from './preview/preview.ts'
export type { WorkflowPreview } from './preview/preview.ts'
export type { Evaluated, JudgedGroup, JudgedRule } from './preview/evaluate.ts'
export type { PreviewSample, PreviewStep } from './preview/step.ts'
