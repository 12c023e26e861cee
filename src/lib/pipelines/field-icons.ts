import AtSign from '@lucide/svelte/icons/at-sign'
import Calendar from '@lucide/svelte/icons/calendar'
import Hash from '@lucide/svelte/icons/hash'
import List from '@lucide/svelte/icons/list'
import SquareCheck from '@lucide/svelte/icons/square-check'
import Type from '@lucide/svelte/icons/type'
import type { FieldType } from './rows.ts'

/** The sign of each kind of field. */
export const fieldIcons: Record<FieldType, typeof Type> = {
  text: Type,
  number: Hash,
  date: Calendar,
  boolean: SquareCheck,
  select: List,
  email: AtSign,
}
