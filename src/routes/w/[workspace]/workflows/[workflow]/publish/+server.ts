import { error, json } from '@sveltejs/kit'
import { z } from 'zod'
import { fingerprintOf } from '#lib/builder/versions/fingerprint.ts'
import { parseDefinition, registry, validateDefinition } from '#lib/engine/index.ts'
import {
  admit,
  checkedDraft,
  databaseRefusal,
  publishedVersion,
  refusal,
} from '#lib/server/versions.ts'
import type { RequestHandler } from './$types'

const asked = z.object({
  note: z.string().max(2000).default(''),
  /** What was looked at before it was decided. */
  seen: z.string().max(64).optional(),
  /** An earlier version that goes live again; without it, the drawing does. */
  version: z.int().min(1).optional(),
})
const version = z.object({ number: z.number() })

const FAULTY = 'This workflow has problems and can’t go live.'
const MOVED =
  'Somebody changed the drawing just now. Look at what goes live once more, then publish.'

/** Puts the server's copy of the drawing live, or an earlier version again, if the engine finds nothing wrong with it. */
export const POST: RequestHandler = async (event) => {
  await admit(event, 'edit')
  const { locals, params, request } = event
  const wish = asked.safeParse(await request.json())
  if (!wish.success) error(400, 'What was sent can’t be read.')
  const { note, seen, version: number } = wish.data
  if (number !== undefined) {
    const definition = parseDefinition(await publishedVersion(event, number))
    const problems = validateDefinition(definition, registry)
    const errors = problems.filter(({ severity }) => severity === 'error')
    if (errors.length > 0) return refusal(FAULTY, errors)
    const republished = await locals.supabase.rpc('republish_version', {
      p_workflow: params.workflow,
      p_number: number,
      p_note: note,
    })
    return answer(republished)
  }
  const { definition, problems } = await checkedDraft(params.workflow)
  if (problems.length > 0) return refusal(FAULTY, problems)
  // Nobody publishes what they haven't seen: another's last word may have come in between.
  if (seen !== undefined && seen !== fingerprintOf(definition)) return refusal(MOVED, [])
  const published = await locals.supabase.rpc('publish_version', {
    p_workflow: params.workflow,
    p_definition: definition,
    p_note: note,
  })
  return answer(published)
}

interface Answered {
  data: unknown
  error: Parameters<typeof databaseRefusal>[0] | null
}

const answer = ({ data, error: problem }: Answered): Response =>
  problem ? databaseRefusal(problem) : json({ number: version.parse(data).number })
