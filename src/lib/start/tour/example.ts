import { condition } from '#lib/engine/nodes/logic/condition.ts'
import { setVariables } from '#lib/engine/nodes/data/set-variables.ts'
import { manualTrigger } from '#lib/engine/nodes/triggers/manual.ts'
import { defineTemplate } from '#lib/templates/define-template.ts'
import { step } from '#lib/templates/sketch.ts'

const said = (value: string) => ({ variables: [{ name: 'letter', type: 'text' as const, value }] })

/** The tour's own workflow: it only writes letters and sends none, so that running it does nothing to anybody. */
export const tourExample = defineTemplate({
  id: 'tour',
  topic: 'customers',
  title: 'Example: a letter for each order',
  about:
    'Made by the tour. It writes a letter for an order, with a gift for large ones, and sends nothing. Delete it when you like.',
  sample: { name: 'Ada Lovelace', product: 'Analytical engine', amount: 480 },
  steps: [
    step(manualTrigger, 'order', 'An order comes in'),
    step(setVariables, 'greeting', 'Write a greeting', {
      variables: [{ name: 'greeting', type: 'text', value: 'Dear {{ trigger.name }},' }],
    }),
    step(condition, 'large', 'Is it a large order?', {
      rules: { all: [{ left: '{{ trigger.amount }}', op: 'greater_than', right: 100 }] },
    }),
    step(
      setVariables,
      'gift',
      'Add a gift',
      said(
        '{{ vars.greeting }} thank you for ordering the {{ trigger.product }}. A small gift comes with it.',
      ),
    ),
    step(
      setVariables,
      'thanks',
      'Just say thank you',
      said('{{ vars.greeting }} thank you for ordering the {{ trigger.product }}.'),
    ),
  ],
  lines: ['order -> greeting -> large:true -> gift', 'large:false -> thanks'],
})
