import type { z } from 'zod'
import type { Data, DataObject } from '../data.ts'
import { ConfigProblem } from '../errors.ts'
import type { NodeType } from '../nodes/define-node.ts'
import { formFields, isShown, type FormField } from '../nodes/form-fields.ts'
import { isEmpty } from '../template/compare.ts'
import type { TemplateScope } from '../template/compile.ts'
import { variablesIn } from '../template/variables.ts'
import { compileTyped, type Part } from './compile-typed.ts'

/** A node's config, ready to be filled in for every step. */
export interface CompiledConfig {
  /** The config after templates. A ConfigProblem names the field. */
  render(scope: TemplateScope): Record<string, unknown>
  /** The fields that are filled in after each pass of a loop instead of before the first. */
  renderPass(scope: TemplateScope): Record<string, unknown>
  /** What is wrong whatever the variables hold. A step with such a config fails. */
  problems: ConfigProblem[]
  /** First names of the variables that it uses: what needn't be looked up isn't. */
  uses: ReadonlySet<string>
  /** The fields in which tokens and passwords are typed: never stored with a step. */
  secretFields: readonly string[]
}

interface Dynamic {
  name: string
  render(scope: TemplateScope): unknown
}

/** Compiles a config once per plan. Fields that are hidden in the form don't count, whatever they still hold. */
export function compileConfig(type: NodeType, raw: DataObject): CompiledConfig {
  const constants: Record<string, unknown> = {}
  const dynamics: Dynamic[] = []
  const perPass: Dynamic[] = []
  const problems: ConfigProblem[] = []
  for (const field of formFields(type)) {
    try {
      const part = compileField(field, isShown(type, field, raw), raw[field.name])
      if ('render' in part)
        (field.perPass === true ? perPass : dynamics).push({
          name: field.name,
          render: part.render,
        })
      else if (part.value !== undefined) constants[field.name] = part.value
    } catch (problem) {
      if (!(problem instanceof ConfigProblem)) throw problem
      problems.push(problem.inField(field.name))
    }
  }
  problems.push(...checked(type, raw, problems))
  const secretFields = formFields(type).flatMap(({ name, secret }) => (secret ? [name] : []))
  const names = [...dynamics, ...perPass].flatMap(({ name }) => variablesIn(raw[name] ?? null))
  return {
    render: renderer(constants, dynamics, problems[0]),
    renderPass: renderer(constants, perPass, problems[0]),
    problems,
    uses: new Set(names.map(({ path }) => String(path[0]))),
    secretFields,
  }
}

/** The node's own checks, of fields that are shown and otherwise fine. */
function checked(type: NodeType, raw: DataObject, found: ConfigProblem[]): ConfigProblem[] {
  if (type.check === undefined) return []
  const broken = new Set(found.map((problem) => problem.field))
  const sound = Object.fromEntries(
    formFields(type)
      .filter((field) => isShown(type, field, raw) && !broken.has(field.name))
      .map(({ name, default: fallback }): [string, unknown] => [name, raw[name] ?? fallback])
      .filter(([, value]) => value !== undefined),
  )
  return type
    .check(sound)
    .filter((issue) => !broken.has(issue.field))
    .map((issue) => new ConfigProblem(issue))
}

function renderer(
  constants: Record<string, unknown>,
  dynamics: readonly Dynamic[],
  problem: ConfigProblem | undefined,
): CompiledConfig['render'] {
  if (problem !== undefined) {
    return () => {
      throw problem
    }
  }
  // One for all executions: nobody may change it.
  Object.freeze(constants)
  if (dynamics.length === 0) return () => constants
  return (scope) => {
    const config = { ...constants }
    for (const { name, render } of dynamics) config[name] = inField(name, scope, render)
    return config
  }
}

function inField(name: string, scope: TemplateScope, render: Dynamic['render']): unknown {
  try {
    return render(scope)
  } catch (problem) {
    throw problem instanceof ConfigProblem ? problem.inField(name) : problem
  }
}

function compileField(field: FormField, shown: boolean, given: Data | undefined): Part {
  const value = shown ? given : undefined
  const absent = value === undefined || value === null || value === ''
  if (absent || (field.required && isEmpty(value))) {
    if (field.required && shown) throw missing(field)
    return { value: fallback(field, value) }
  }
  const parsed = field.schema.safeParse(value)
  if (!parsed.success) throw unfit(field, parsed.error)
  return field.templated ? compileTyped(parsed.data, field.schema) : { value: parsed.data }
}

/** An emptied field is as if it had never been filled in, unless an empty text is a value of its own there. */
function fallback(field: FormField, value: Data | undefined): unknown {
  return value === '' && field.default === '' ? '' : field.default
}

const missing = ({ name, label }: FormField): ConfigProblem =>
  new ConfigProblem({
    code: 'config.required',
    title: 'A field is empty',
    detail: `"${label}" needs a value.`,
    hint: `Fill in "${label}".`,
    field: name,
  })

function unfit({ name, label }: FormField, error: z.ZodError): ConfigProblem {
  const [issue] = error.issues
  const place =
    issue === undefined || issue.path.length === 0
      ? ''
      : ` (entry ${issue.path.map(human).join(', ')})`
  return new ConfigProblem({
    code: 'config.invalid',
    title: 'A field has a value that does not fit',
    detail: `"${label}"${place}: ${expectation(issue)}`,
    hint: `Change "${label}".`,
    field: name,
  })
}

const human = (part: PropertyKey): string =>
  typeof part === 'number' ? String(part + 1) : String(part)

/** zod's findings in words for people. */
function expectation(issue: z.core.$ZodIssue | undefined): string {
  switch (issue?.code) {
    case 'too_small':
      return `it must be at least ${issue.minimum}.`
    case 'too_big':
      return `it must be at most ${issue.maximum}.`
    case 'invalid_value':
      return `it must be one of: ${issue.values.map(String).join(', ')}.`
    case 'invalid_format':
      return issue.format === 'uuid'
        ? 'pick one from the list.'
        : 'some of its characters are not allowed.'
    case 'invalid_type':
      return issue.expected === 'number' || issue.expected === 'int'
        ? `it must be a ${issue.expected === 'int' ? 'whole ' : ''}number.`
        : 'this kind of value is not expected here.'
    default:
      return 'this value is not expected here.'
  }
}
