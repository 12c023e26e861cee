import type { DataObject } from '#lib/engine/index.ts'
import type { Sketch } from './sketch.ts'

/** Stands for the address of whoever uses the template, until they do. */
export const ME = '<me>'

/** A pipeline that a template keeps its records in; it can be made together with the workflow. */
export interface NeededPipeline {
  name: string
  fields: readonly { key: string; title: string; type: 'text' | 'email' | 'number' | 'date' }[]
}

/** A field that only the person can fill in. */
export interface Blank {
  /** Key of the step. */
  step: string
  field: string
  /** What belongs there, as a part of a sentence: "the address of your chat". */
  what: string
}

/** What a starter workflow is about; the gallery shows them in this order. */
export const TOPICS = ['customers', 'team', 'reminders', 'watching'] as const
export type Topic = (typeof TOPICS)[number]

/** A starter workflow: complete, but for what only the person knows. */
export interface Template extends Sketch {
  /** Stable for ever; part of addresses. */
  id: string
  topic: Topic
  title: string
  /** What it does, in two sentences. */
  about: string
  /** Further words that people may search for. */
  words?: string
  /** The steps named here keep their records in it. */
  pipeline?: NeededPipeline & { steps: readonly string[] }
  blanks?: readonly Blank[]
  /** What a test run begins with: what is filled in at the trigger. */
  sample: DataObject
}

/** Declares a starter workflow. */
export const defineTemplate = (template: Template): Template => template
