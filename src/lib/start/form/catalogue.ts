import {
  defaultConfig,
  formFields,
  isShown,
  isTrigger,
  registry,
  type FormField,
  type NodeType,
} from '#lib/engine/index.ts'
import { formTexts as texts } from './texts.ts'

/** Something to choose in the form, in plain words. */
interface Offer {
  type: NodeType
  title: string
  about: string
}

const known = (types: readonly string[]): NodeType[] =>
  types.flatMap((type) => registry.get(type) ?? [])

/** What can start a workflow: every trigger of the catalogue; those without words of their own in the catalogue's. */
export function starts(): Offer[] {
  const first = known(Object.keys(texts.starts))
  const rest = registry.all.filter((type) => isTrigger(type) && !first.includes(type))
  return [...first, ...rest].map((type) => ({
    type,
    title: texts.starts[type.type]?.title ?? type.title,
    about: texts.starts[type.type]?.about ?? type.description,
  }))
}

/** What a workflow can do in a row of steps. Branches and loops are drawn. */
export const deeds = (): Offer[] =>
  known(Object.keys(texts.does)).map((type) => ({
    type,
    title: texts.does[type.type] ?? type.title,
    about: type.description,
  }))

const SIMPLE = new Set(['text', 'template', 'long-template', 'duration', 'pipeline', 'number'])

/** The few fields that a step can't do without; everything else is set in the drawing. */
export function essentials(type: NodeType): FormField[] {
  const config = defaultConfig(type)
  return formFields(type).filter(
    (field) =>
      SIMPLE.has(field.widget) &&
      !field.advanced &&
      isShown(type, field, config) &&
      (field.required || field.widget === 'duration'),
  )
}
