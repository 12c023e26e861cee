import type { Data } from '#lib/engine/data.ts'
import {
  formFields,
  isShown,
  ruleCount,
  type FormField,
  type NodeDefinition,
  type NodeType,
  type Registry,
  type WorkflowDefinition,
} from '#lib/engine/index.ts'
import { readCron } from '../form/cron.ts'
import { linesOf } from '../form/lines.ts'
import { readRules } from '../form/rules-edit.ts'
import { partsOf } from '../template/parts.ts'
import { texts } from '../texts.ts'
import { labelOf } from '../variables/labels.ts'

interface Known {
  definition: WorkflowDefinition
  registry: Registry
}

/** Something of the workspace that a step may name: a pipeline, another workflow. */
interface Named {
  id: string
  name: string
}

/** What a step is set up to do, in a few words for its card; empty when nothing is set up yet. */
export function summaryOf(
  node: NodeDefinition,
  type: NodeType,
  known: Known,
  named: readonly Named[],
): string {
  const fields = formFields(type).filter(
    (field) => !field.advanced && isShown(type, field, node.config),
  )
  // What was typed in says more than what was picked from a few choices.
  const ranked = [
    ...fields.filter(({ widget }) => widget !== 'select'),
    ...fields.filter(({ widget }) => widget === 'select'),
  ]
  for (const field of ranked) {
    const words = wordsFor(field, node.config[field.name], known, named)
    if (words !== '') return words.slice(0, 80)
  }
  return ''
}

function wordsFor(
  field: FormField,
  value: Data | undefined,
  known: Known,
  named: readonly Named[],
): string {
  if (field.secret || value === undefined || value === null) return ''
  switch (field.widget) {
    case 'template':
    case 'long-template':
      return typeof value === 'string' ? readable(value, known) : ''
    case 'text':
      return value === field.default ? '' : String(value)
    case 'select':
      return field.options?.find((option) => option.value === value)?.label ?? ''
    case 'pipeline':
    case 'workflow':
      return named.find(({ id }) => id === value)?.name ?? ''
    case 'assignments':
      return linesOf(value)
        .map((line) => line['name'])
        .filter(Boolean)
        .join(', ')
    case 'rules': {
      const count = ruleCount(readRules(value))
      return count === 0 ? '' : texts.canvas.rules(count)
    }
    case 'cases':
      return linesOf(value).length === 0 ? '' : texts.canvas.cases(linesOf(value).length)
    case 'cron':
      return typeof value === 'string' ? texts.cron.modes[readCron(value).mode] : ''
    case 'duration':
      return typeof value === 'object' && !Array.isArray(value)
        ? `${value['amount']} ${value['unit']}`
        : ''
    default:
      return ''
  }
}

/** A template with its references as words. */
function readable(template: string, { definition, registry }: Known): string {
  return partsOf(template)
    .map((part) => {
      if (part.kind === 'text') return part.text
      const { from, what } = labelOf(part.reference, definition, registry)
      return what.split(' › ').at(-1) || from
    })
    .join('')
    .replace(/\s+/g, ' ')
    .trim()
}
