import type { Component } from 'svelte'
import type { Widget } from '#lib/engine/index.ts'
import type { WidgetProps } from './widget.ts'
import Assignments from './widgets/Assignments.svelte'
import Cases from './widgets/Cases.svelte'
import Connection from './widgets/Connection.svelte'
import Cron from './widgets/Cron.svelte'
import Duration from './widgets/Duration.svelte'
import Mapping from './widgets/Mapping.svelte'
import NumberField from './widgets/NumberField.svelte'
import Pairs from './widgets/Pairs.svelte'
import Pipeline from './widgets/Pipeline.svelte'
import PlainText from './widgets/PlainText.svelte'
import Rules from './widgets/Rules.svelte'
import SelectField from './widgets/SelectField.svelte'
import SwitchField from './widgets/SwitchField.svelte'
import Template from './widgets/Template.svelte'
import TimeZone from './widgets/TimeZone.svelte'
import Workflow from './widgets/Workflow.svelte'

/** One component per widget that a field may ask for. */
export const widgets: Record<Widget, Component<WidgetProps>> = {
  text: PlainText,
  template: Template,
  'long-template': Template,
  number: NumberField,
  switch: SwitchField,
  select: SelectField,
  duration: Duration,
  pairs: Pairs,
  assignments: Assignments,
  mapping: Mapping,
  rules: Rules,
  cases: Cases,
  pipeline: Pipeline,
  workflow: Workflow,
  connection: Connection,
  cron: Cron,
  'time-zone': TimeZone,
}

/** Widgets that show their own label. */
export const LABELS_ITSELF: ReadonlySet<Widget> = new Set<Widget>(['switch'])
