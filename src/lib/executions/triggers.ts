import CalendarClock from '@lucide/svelte/icons/calendar-clock'
import CornerDownRight from '@lucide/svelte/icons/corner-down-right'
import MousePointerClick from '@lucide/svelte/icons/mouse-pointer-click'
import Siren from '@lucide/svelte/icons/siren'
import Webhook from '@lucide/svelte/icons/webhook'
import Zap from '@lucide/svelte/icons/zap'

/** A kind of trigger: what it's called and its sign. */
export interface TriggerLook {
  word: string
  icon: typeof Zap
}

const looks: Readonly<Record<string, TriggerLook>> = {
  'trigger.manual': { word: 'By hand', icon: MousePointerClick },
  'trigger.webhook': { word: 'Webhook', icon: Webhook },
  'trigger.schedule': { word: 'Schedule', icon: CalendarClock },
  'trigger.called': { word: 'Another workflow', icon: CornerDownRight },
  'trigger.failure': { word: 'A failure', icon: Siren },
}

/** The kinds that one can filter by. */
export const triggerKinds = Object.keys(looks)

/** How to show a kind of trigger; ones that are new since this was written get their plain name. */
export function triggerLook(kind: string): TriggerLook {
  return looks[kind] ?? { word: plainName(kind), icon: Zap }
}

function plainName(kind: string): string {
  const name = kind.replace(/^trigger\./, '').replaceAll('_', ' ')
  return name.charAt(0).toUpperCase() + name.slice(1)
}
