import type { Data } from '#lib/engine/data.ts'
import {
  formFields,
  isShown,
  portsOf,
  type EdgeDefinition,
  type NodeDefinition,
  type Registry,
  type WorkflowDefinition,
} from '#lib/engine/index.ts'
import { inDrawing } from '../list/ways.ts'
import { differenceOf, isTouched, type ChangedStep, type Difference } from './difference.ts'
import { versionTexts as words } from './texts.ts'
import { fieldWords, optionWords, settingLabel, settingWords, type Names } from './values.ts'

export type ChangeKind = 'added' | 'removed' | 'changed'

/** A field that says something else now, as the form calls it. */
export interface FieldReport {
  label: string
  /** As lines of text that may hold templates; empty when there is nothing. */
  before: string
  after: string
  /** Whether what it says is nobody's to read. */
  isSecret: boolean
}

/** What changed in one step. */
export interface StepReport {
  id: string
  kind: ChangeKind
  title: string
  typeTitle: string
  icon: string
  category: string
  fields: FieldReport[]
}

/** A connection that came or went. */
export interface LineReport {
  kind: 'added' | 'removed'
  source: string
  /** Which way out of the step, where there are several. */
  port: string
  target: string
}

/** What differs between two definitions, in the words of the form. */
export interface Report {
  difference: Difference
  before: WorkflowDefinition
  after: WorkflowDefinition
  /** One sentence that says it all in short. */
  summary: string
  steps: StepReport[]
  lines: LineReport[]
  settings: FieldReport[]
  /** What only the drawing shows, in words. */
  drawn: string[]
  /** Texts of notes and names of frames that say something else now. */
  written: FieldReport[]
}

/** Compares two definitions and says in plain words what differs. */
export function reportOn(
  before: WorkflowDefinition,
  after: WorkflowDefinition,
  { registry, names }: { registry: Registry; names: Names },
): Report {
  const difference = differenceOf(before, after)
  const scene = { registry, names }
  const steps = [
    ...difference.added.map((node) => ({ node, report: oneSided(node, 'added', scene) })),
    ...difference.removed.map((node) => ({ node, report: oneSided(node, 'removed', scene) })),
    ...difference.changed.map((step) => ({ node: step.after, report: changed(step, scene) })),
  ]
  return {
    difference,
    before,
    after,
    summary: summaryOf(difference),
    // In the order in which one reads the drawing.
    steps: steps.toSorted((a, b) => inDrawing(a.node, b.node)).map(({ report }) => report),
    lines: [
      ...difference.lines.added.map((edge) => lineReport(edge, 'added', after, registry)),
      ...difference.lines.removed.map((edge) => lineReport(edge, 'removed', before, registry)),
    ],
    settings: difference.settings.map((change) => ({
      label: settingLabel(change.name),
      before: settingWords(change.name, change.before, names),
      after: settingWords(change.name, change.after, names),
      isSecret: false,
    })),
    drawn: drawnWords(difference),
    written: [
      ...rewritten(words.note, before.notes, after.notes, ({ text }) => text),
      ...rewritten(words.frame, before.groups, after.groups, ({ title }) => title),
    ],
  }
}

function rewritten<Thing extends { id: string }>(
  label: string,
  before: readonly Thing[] | undefined,
  after: readonly Thing[] | undefined,
  says: (thing: Thing) => string,
): FieldReport[] {
  const old = new Map(before?.map((thing) => [thing.id, says(thing)]))
  return (after ?? []).flatMap((thing) => {
    const [was, is] = [old.get(thing.id), says(thing)]
    return was === undefined || was === is
      ? []
      : [{ label, before: was, after: is, isSecret: false }]
  })
}

/** What differs, in one sentence. */
export function summaryOf(difference: Difference): string {
  const { added, removed, changed: others, lines, settings } = difference
  const said = words.summary({
    added: added.length,
    removed: removed.length,
    changed: others.length,
    lines: lines.added.length + lines.removed.length,
    settings: settings.length,
  })
  if (said !== '') return said
  return drawnWords(difference).length > 0 ? words.sameDrawn : words.same
}

function drawnWords({ drawing }: Difference): string[] {
  const { moved, notes, groups } = drawing
  const kinds = ['added', 'removed', 'changed'] as const
  return [
    ...(moved.length > 0 ? [words.moved(moved.length)] : []),
    ...(isTouched(notes) ? kinds.filter((kind) => notes[kind] > 0) : []).map((kind) =>
      words.notes(notes[kind], words.kinds[kind].toLowerCase()),
    ),
    ...(isTouched(groups) ? kinds.filter((kind) => groups[kind] > 0) : []).map((kind) =>
      words.groups(groups[kind], words.kinds[kind].toLowerCase()),
    ),
  ]
}

interface Scene {
  registry: Registry
  names: Names
}

export function titleIn(node: NodeDefinition | undefined, registry: Registry): string {
  return node ? node.title || (registry.get(node.type)?.title ?? node.type) : ''
}

function face(node: NodeDefinition, { registry }: Scene) {
  const type = registry.get(node.type)
  return {
    id: node.id as string,
    title: titleIn(node, registry),
    typeTitle: type?.title ?? node.type,
    icon: type?.icon ?? 'circle-help',
    category: type?.category ?? 'logic',
  }
}

/** A step that came or went, with everything that is set in it. */
function oneSided(node: NodeDefinition, kind: 'added' | 'removed', scene: Scene): StepReport {
  const type = scene.registry.get(node.type)
  const fields = (type ? formFields(type) : []).flatMap((field) => {
    if (type && !isShown(type, field, node.config)) return []
    const said = fieldWords(field, node.config[field.name], node.config, scene.names)
    if (said === '' && !field.secret) return []
    if (field.secret && node.config[field.name] === undefined) return []
    const shown = field.secret ? '' : said
    const [before, after] = kind === 'added' ? ['', shown] : [shown, '']
    return [{ label: field.label, before, after, isSecret: field.secret }]
  })
  return { ...face(node, scene), kind, fields }
}

function changed(step: ChangedStep, scene: Scene): StepReport {
  return {
    ...face(step.after, scene),
    kind: 'changed',
    fields: [...step.options.map(optionReport(scene)), ...fieldReports(step, scene)],
  }
}

const optionReport =
  ({ registry }: Scene) =>
  ({ name, before, after }: ChangedStep['options'][number]): FieldReport => {
    const said = (value: Data | undefined) =>
      name === 'type'
        ? (registry.get(String(value))?.title ?? String(value))
        : optionWords(name, value)
    return {
      label: words.options[name] ?? name,
      before: said(before),
      after: said(after),
      isSecret: false,
    }
  }

/** In the order of the form; what the form doesn't know comes last. */
function fieldReports({ before, after, fields }: ChangedStep, scene: Scene): FieldReport[] {
  const [type, oldType] = [scene.registry.get(after.type), scene.registry.get(before.type)]
  const known = [...(type ? formFields(type) : []), ...(oldType ? formFields(oldType) : [])]
  const places = new Map(known.map((field, at) => [field.name, at]))
  const place = (name: string) => places.get(name) ?? known.length
  return fields
    .toSorted((a, b) => place(a.name) - place(b.name))
    .map((change) => {
      const field = known.find(({ name }) => name === change.name)
      const label = field?.label ?? change.name
      if (field?.secret) return { label, before: '', after: '', isSecret: true }
      return {
        label,
        before: fieldWords(field, change.before, before.config, scene.names),
        after: fieldWords(field, change.after, after.config, scene.names),
        isSecret: false,
      }
    })
}

function lineReport(
  edge: EdgeDefinition,
  kind: 'added' | 'removed',
  definition: WorkflowDefinition,
  registry: Registry,
): LineReport {
  const source = definition.nodes.find(({ id }) => id === edge.source)
  const target = definition.nodes.find(({ id }) => id === edge.target)
  const type = source && registry.get(source.type)
  const ports = type && source ? portsOf(type, source.config, source.onError).outputs : []
  const port = ports.find(({ name }) => name === edge.sourcePort)
  return {
    kind,
    source: titleIn(source, registry),
    port: port?.label ?? '',
    target: titleIn(target, registry),
  }
}
