import { isTimeZone } from './time-zones.ts'
import { texts } from './texts.ts'

/** A workspace's name and time zone as typed, and what's wrong with them. */
export interface WorkspaceForm {
  name: string
  timeZone: string
  problems: { name?: string; timeZone?: string; form?: string }
}

/** Reads and checks the form of a new workspace or of the settings. */
export function readWorkspaceForm(form: FormData): WorkspaceForm {
  const name = String(form.get('name') ?? '').trim()
  const timeZone = String(form.get('time_zone') ?? '').trim()
  const problems: WorkspaceForm['problems'] = {}
  if (name === '') problems.name = texts.problems.nameMissing
  else if (name.length > 80) problems.name = texts.problems.nameLong
  if (!isTimeZone(timeZone)) problems.timeZone = texts.problems.timeZoneMissing
  return { name, timeZone, problems }
}

/** Whether the form may be saved. */
export function isFine(form: WorkspaceForm): boolean {
  return Object.keys(form.problems).length === 0
}
