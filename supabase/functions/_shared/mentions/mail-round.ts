import type { PgBoss } from 'pg-boss'
import { WeftError } from '../engine.ts'
import { environment } from '../environment.ts'
import { fetchDue } from '../queue/due-jobs.ts'
import type { Runtime } from '../runtime.ts'
import { SmtpMail } from '../services/mail/smtp-mail.ts'
import type { Round } from '../work/rounds.ts'
import { mentionMessage, type MentionMail } from './mention-mail.ts'

const QUEUE = 'mention_mail'
/** Sent side by side, each over a connection of its own. */
const AT_ONCE = 10
const LIMIT_MS = 30_000

const TO_SEND = `select * from private.mention_mails_to_send($1::uuid[], $2::uuid[])`

interface MentionJob {
  comment: string
  person: string
}

/**
 * Sends e-mails to people who were mentioned. Whether one is still needed is asked right before: the comment may be gone,
 * or the person. One that can't be sent now is tried again for about a day; sent twice, it is the same message.
 */
export async function mentionMailRound(
  { pool }: Runtime,
  boss: PgBoss,
  stop?: AbortSignal,
): Promise<Round> {
  const { jobs, nextInMs } = await fetchDue<MentionJob>(pool, boss, QUEUE, AT_ONCE)
  if (jobs.length === 0) return { found: 0, nextInMs }
  const { smtpUrl, mailFrom, appUrl } = environment()
  const limit = AbortSignal.timeout(LIMIT_MS)
  const signal = stop === undefined ? limit : AbortSignal.any([stop, limit])
  const mail = new SmtpMail(smtpUrl, mailFrom)
  const wanted = await pool.query<MentionMail>(TO_SEND, [
    jobs.map(({ data }) => data.comment),
    jobs.map(({ data }) => data.person),
  ])
  await Promise.all(
    jobs.map(async ({ id, data }) => {
      const one = wanted.find(
        ({ comment_id, user_id }) => comment_id === data.comment && user_id === data.person,
      )
      const again =
        one !== undefined && (await fails(() => mail.send(mentionMessage(one, appUrl), signal)))
      // Failing is how pg-boss is told to bring it again later.
      await (again ? boss.fail(QUEUE, id) : boss.deleteJob(QUEUE, id))
    }),
  )
  return { found: jobs.length, nextInMs: 0 }
}

/** True when it's worth another attempt. An address that the mail server refuses for good is not. */
async function fails(send: () => Promise<unknown>): Promise<boolean> {
  try {
    await send()
    return false
  } catch (problem) {
    console.error('weft: an e-mail about a mention could not be sent', problem)
    return !(problem instanceof WeftError) || problem.retryable || AGAIN.includes(problem.code)
  }
}

/** Worth another attempt although a step would not make one; see the e-mails about approvals. */
const AGAIN = ['mail.unclear', 'mail.sign_in_failed']
