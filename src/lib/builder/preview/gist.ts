import type { Data, DataObject } from '#lib/engine/data.ts'
import { isTrigger, type NodeDefinition, type NodeType } from '#lib/engine/index.ts'
import { isLeftOut, type Step } from '#lib/executions/rows.ts'
import { inShort } from '../template/value-words.ts'
import type { BriefStep } from './messages.ts'
import { gistTexts as texts } from './texts.ts'

/** What a step comes to on the sample, or came to in an execution, on one line. */
export interface Gist {
  /** `gives` a value, `takes` one of its ways, `would` do something, `fails`, or is `passed` by. */
  readonly kind: 'gives' | 'takes' | 'would' | 'fails' | 'passed'
  readonly words: string
  /** It really happened, in the execution that is looked at. */
  readonly ran?: true
}

/** What a line is made of beside the preview. */
export interface Around {
  readonly node: NodeDefinition
  readonly type: NodeType
  /** Its ways out, as they're called. */
  readonly outputs: readonly { readonly name: string; readonly label: string }[]
  /** Pipelines and workflows, which settings know by their id only. */
  readonly named: readonly { readonly id: string; readonly name: string }[]
}

const LONGEST = 90

/** One line about what a step would give out or do; null where there's nothing to tell. */
export function gistOf(step: BriefStep, around: Around): Gist | null {
  const { node, type } = around
  if (node.disabled) return null
  if (step.status === 'failed')
    return { kind: 'fails', words: texts.fails(step.error?.title ?? '') }
  // Behind a step that fails, that step's line says it all.
  if (step.status === 'unreached') return null
  if (step.status === 'skipped')
    return isTrigger(type) ? null : { kind: 'passed', words: texts.passed }
  if (node.pinned !== undefined) return gives(node.pinned)
  const input = asObject(step.input)
  if (Array.isArray(input['items']) && type.effect === 'control')
    return { kind: 'takes', words: texts.rounds(input['items'].length) }
  if (type.effect !== 'pure' && type.effect !== 'control')
    return { kind: 'would', words: would(around, input).slice(0, LONGEST) }
  return wayOrOutput(step, around)
}

/** One line about what a step gave in an execution; null where the mark that it has says it all. */
export function ranGistOf(step: Step, around: Pick<Around, 'type' | 'outputs'>): Gist | null {
  if (step.status === 'failed' && step.error)
    return { kind: 'fails', words: step.error.title, ran: true }
  if (step.status !== 'succeeded' || isLeftOut(step.output)) return null
  const gist = wayOrOutput(step, around)
  return gist && { ...gist, ran: true }
}

function wayOrOutput(
  { port, output }: Pick<BriefStep, 'port' | 'output'>,
  { type, outputs }: Pick<Around, 'type' | 'outputs'>,
): Gist | null {
  const way = outputs.length > 1 ? outputs.find(({ name }) => name === port) : undefined
  if (way) return { kind: 'takes', words: way.label }
  // Of what came in by webhook, people look for what was sent.
  const sent = isTrigger(type) ? asObject(output)['body'] : undefined
  const shown = Object.keys(asObject(sent)).length > 0 ? sent : output
  return shown == null ? null : gives(shown)
}

const gives = (value: Data): Gist => ({ kind: 'gives', words: inShort(value, LONGEST) })

/** What a step that acts would do; its settings are filled in with the sample. */
function would({ node, type, named }: Around, input: DataObject): string {
  const text = (name: string): string => {
    const value = input[name]
    return value === undefined || value === null || value === '' ? '' : inShort(value, LONGEST)
  }
  const nameOf = (name: string): string => named.find(({ id }) => id === input[name])?.name ?? ''
  switch (node.type) {
    case 'mail.send':
      return texts.mail(text('to'))
    case 'http.request':
      return texts.request(text('method') || 'GET', placeOf(text('url')))
    case 'records.create':
      return texts.create(nameOf('pipeline'))
    case 'records.update':
      return texts.update(Object.keys(asObject(input['changes'])).join(', '))
    case 'records.delete':
      return texts.delete
    case 'records.find':
      return texts.find(nameOf('pipeline'))
    case 'logic.delay':
      return delay(input)
    case 'logic.approval':
      return texts.ask(text('title'))
    case 'logic.call_workflow':
      return texts.call(nameOf('workflow'))
    default:
      return type.effect === 'suspending' ? texts.wait : texts.other(type.title)
  }
}

function delay(input: DataObject): string {
  const { amount, unit } = asObject(input['duration'])
  if (input['mode'] === 'for' && amount != null && unit != null)
    return texts.waitFor(`${inShort(amount)} ${inShort(unit)}`)
  if (input['mode'] === 'until') return texts.waitUntil(inShort(input['until']))
  if (input['mode'] === 'time') return texts.waitUntil(inShort(input['time']))
  return texts.wait
}

/** An address without what nobody reads on a card: scheme and query. */
function placeOf(url: string): string {
  if (!URL.canParse(url)) return url
  const { host, pathname } = new URL(url)
  return `${host}${pathname === '/' ? '' : pathname}`
}

const asObject = (value: Data | undefined): DataObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {}
