import type { Data, DataObject } from '#lib/engine/data.ts'
import type { FormField, RuleNode } from '#lib/engine/index.ts'
import { readCron } from '../form/cron.ts'
import { linesOf } from '../form/lines.ts'
import { OPERATOR_WORDS } from '../form/operators.ts'
import { groupOf, isRule, readRules } from '../form/rules-edit.ts'
import { asSpan } from '../bar/time-span.ts'
import { texts } from '../texts.ts'
import { versionTexts as words } from './texts.ts'

/** What ids of the workspace stand for. */
export interface Names {
  pipelines: readonly {
    id: string
    name: string
    fields: readonly { key: string; title: string }[]
  }[]
  workflows: readonly { id: string; name: string }[]
  /** Connections, by id. */
  connections: ReadonlyMap<string, string>
}

/** A field's value as people would read it in the form: lines of text, with its templates left in them. */
export function fieldWords(
  field: FormField | undefined,
  value: Data | undefined,
  config: Record<string, Data>,
  names: Names,
): string {
  if (value === undefined || value === null || value === '') return ''
  switch (field?.widget) {
    case 'switch':
      return yesNo(value)
    case 'select':
      return field.options?.find((option) => option.value === value)?.label ?? plainWords(value)
    case 'duration':
      return isRecord(value) ? durationWords(value) : plainWords(value)
    case 'pipeline':
      return nameIn(names.pipelines, value)
    case 'workflow':
      return nameIn(names.workflows, value)
    case 'connection':
      return names.connections.get(String(value)) ?? words.gone
    case 'cron':
      return typeof value === 'string' ? cronWords(value) : plainWords(value)
    case 'pairs':
    case 'assignments':
      return linesOf(value)
        .map((one) => `${line(one['name'])}: ${line(one['value'])}`)
        .join('\n')
    case 'mapping':
      return mappingWords(value, config[field.keysFrom ?? ''], names)
    case 'rules':
      return ruleWords(readRules(value)).join('\n')
    case 'cases':
      return linesOf(value).flatMap(caseWords).join('\n')
    default:
      return plainWords(value)
  }
}

/** What is set of a step besides its form. */
export function optionWords(name: string, value: Data | undefined): string {
  if (value === undefined || value === null) return name === 'retry' ? words.no : ''
  if (name === 'disabled') return value === true ? words.no : words.yes
  if (name === 'onError') return words.onError[String(value)] ?? plainWords(value)
  if (name === 'timeoutSeconds' && typeof value === 'number') return spanWords(value)
  if (name === 'retry' && isRecord(value)) {
    const wait = spanWords(Number(value['delaySeconds']))
    return words.retry(Number(value['attempts']), wait, value['backoff'] === 'exponential')
  }
  return plainWords(value)
}

/** A rule for the whole workflow. */
export function settingWords(name: string, value: Data | undefined, names: Names): string {
  if (value === undefined) return ''
  const { workflowSettings: labels } = texts
  if (name === 'errorWorkflow') return nameIn(names.workflows, value)
  if (name === 'timeoutSeconds' && typeof value === 'number') return spanWords(value)
  if (name === 'overlap') return overlapWords[String(value)] ?? plainWords(value)
  if (name === 'rateLimit' && isRecord(value)) {
    return words.rate(Number(value['count']), spanWords(Number(value['perSeconds'])))
  }
  return typeof value === 'number' ? String(value) : plainWords(value) || labels.noWorkflow
}

/** What a setting of the workflow is called where it's set. */
export const settingLabel = (name: string): string => settingLabels[name] ?? name

const settingLabels: Record<string, string | undefined> = {
  timeoutSeconds: texts.workflowSettings.timeout,
  errorWorkflow: texts.workflowSettings.onFailure,
  maxConcurrency: texts.workflowSettings.most,
  overlap: texts.workflowSettings.overlap,
  rateLimit: texts.workflowSettings.rate,
  maxSteps: texts.workflowSettings.steps,
  retentionDays: texts.workflowSettings.retention,
}

const overlapWords: Record<string, string | undefined> = {
  queue: texts.workflowSettings.queue,
  skip: texts.workflowSettings.skip,
  replace: texts.workflowSettings.replace,
}

const isRecord = (value: Data | undefined): value is DataObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const yesNo = (value: Data): string => (value === true ? words.yes : words.no)

const nameIn = (known: readonly { id: string; name: string }[], id: Data): string =>
  known.find((one) => one.id === id)?.name ?? words.gone

function spanWords(seconds: number): string {
  const { amount, unit } = asSpan(seconds)
  const plural = texts.workflowSettings.units[unit]
  return `${amount} ${amount === 1 ? plural.replace(/s$/, '') : plural}`
}

function durationWords(value: DataObject): string {
  const [amount, unit] = [line(value['amount']), line(value['unit'])]
  return `${amount} ${amount === '1' ? unit.replace(/s$/, '') : unit}`
}

/** Any data, readable: a text as it is, a list one entry a line. */
export function plainWords(value: Data | undefined): string {
  if (value === undefined || value === null) return ''
  if (typeof value === 'string') return value
  if (typeof value === 'boolean') return yesNo(value)
  if (typeof value !== 'object') return String(value)
  return Array.isArray(value)
    ? value.map(line).join('\n')
    : Object.entries(value)
        .map(([name, part]) => `${name}: ${line(part)}`)
        .join('\n')
}

/** A value inside of a line. */
function line(value: Data | undefined): string {
  if (typeof value !== 'object' || value === null) return plainWords(value)
  if (Array.isArray(value)) return value.map(line).join(', ')
  return Object.entries(value)
    .map(([name, part]) => `${name}: ${line(part)}`)
    .join(', ')
}

function mappingWords(value: Data, pipeline: Data | undefined, names: Names): string {
  if (!isRecord(value)) return plainWords(value)
  const fields = names.pipelines.find(({ id }) => id === pipeline)?.fields ?? []
  return Object.entries(value)
    .map(([key, one]) => {
      const title = fields.find((field) => field.key === key)?.title ?? key
      return `${title}: ${line(one)}`
    })
    .join('\n')
}

const INDENT = '    '

function ruleWords(node: RuleNode): string[] {
  if (isRule(node)) {
    const right = 'right' in node && node.right !== undefined ? node.right : null
    // What is compared with came through JSON like everything in a definition.
    const sides = Array.isArray(right) ? right.map(line).join(' – ') : line(right as Data)
    return [[line(node.left as Data), OPERATOR_WORDS[node.op], sides].filter(Boolean).join(' ')]
  }
  const { join, members } = groupOf(node)
  if (members.length === 0) return []
  const inside = members.flatMap(ruleWords).map((one) => `${INDENT}${one}`)
  return [`${texts.rules.join[join]}:`, ...inside]
}

const caseWords = (one: DataObject): string[] => [
  `${line(one['name'])}:`,
  ...ruleWords(readRules(one['when'])).map((rule) => `${INDENT}${rule}`),
]

function cronWords(cron: string): string {
  const schedule = readCron(cron)
  const at = (hour: number, minute: number) =>
    `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`
  const { cron: say } = words
  switch (schedule.mode) {
    case 'minutes':
      return say.minutes(schedule.every)
    case 'hours':
      return say.hours(schedule.every, schedule.minute)
    case 'day':
      return say.day(at(schedule.hour, schedule.minute))
    case 'week':
      return say.week(
        new Intl.ListFormat('en').format(schedule.days.map((day) => say.days[day] ?? '')),
        at(schedule.hour, schedule.minute),
      )
    case 'month':
      return say.month(schedule.day, at(schedule.hour, schedule.minute))
    case 'custom':
      return cron
  }
}
