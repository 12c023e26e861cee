import type { PgBoss } from 'pg-boss'
import type { MailService } from '../../../../src/lib/engine/services.ts'
import type { ErrorData } from '../../../../src/lib/engine/store.ts'
import type { Queries } from '../database/pool.ts'
import { errorData, StepFailure, WeftError } from '../engine.ts'
import { environment } from '../environment.ts'
import { fetchDue, type DueJob } from '../queue/due-jobs.ts'
import type { Runtime } from '../runtime.ts'
import { SmtpMail } from '../services/mail/smtp-mail.ts'
import { reach } from '../store/race-points.ts'
import type { Round } from '../work/rounds.ts'
import { messageOf, type ApprovalMail } from './approval-mail.ts'

const QUEUE = 'approval_mail'
/** Sent side by side, each over a connection of its own. */
const AT_ONCE = 10
/** A mail server that takes longer is tried again later: a worker has other things to do, and its host may end it. */
const LIMIT_MS = 30_000
/** With what the queue says of pauses between them, about a day. */
const MOST_ATTEMPTS = 16

const TO_SEND = `select * from private.approval_mails_to_send($1::uuid[])`
const TRIED = `select private.approval_mail_tried($1::uuid, $2::jsonb, $3::integer) as again`

interface MailJob {
  mail: string
}

/** What sending needs of a worker. */
interface World {
  queries: Queries
  boss: PgBoss
  mail: MailService
  appUrl: string
  /** Aborted when nobody waits for the mail server any longer. */
  signal: AbortSignal
}

/**
 * Sends e-mails about approvals. Whether one is still needed is asked right before it goes out, also when an earlier
 * worker died over it; what may have gone out already goes out again as the same message.
 */
export async function approvalMailRound(
  { pool }: Runtime,
  boss: PgBoss,
  stop?: AbortSignal,
): Promise<Round> {
  const { jobs, nextInMs } = await fetchDue<MailJob>(pool, boss, QUEUE, AT_ONCE)
  if (jobs.length === 0) return { found: 0, nextInMs }
  const { smtpUrl, mailFrom, appUrl } = environment()
  const limit = AbortSignal.timeout(LIMIT_MS)
  const signal = stop === undefined ? limit : AbortSignal.any([stop, limit])
  const world = { queries: pool, boss, mail: new SmtpMail(smtpUrl, mailFrom), appUrl, signal }
  await reach('approval-mail:before-look')
  const wanted = await pool.query<ApprovalMail>(TO_SEND, [jobs.map((job) => job.data.mail)])
  await Promise.all(
    jobs.map((job) =>
      work(
        world,
        job,
        wanted.find((mail) => mail.id === job.data.mail),
      ),
    ),
  )
  return { found: jobs.length, nextInMs: 0 }
}

async function work(world: World, job: DueJob<MailJob>, wanted?: ApprovalMail): Promise<void> {
  const { boss } = world
  const again = wanted !== undefined && (await send(world, wanted))
  // Failing is how pg-boss is told to bring it again later.
  await (again ? boss.fail(QUEUE, job.id) : boss.deleteJob(QUEUE, job.id))
}

/** True when it's to be tried again. */
async function send(world: World, wanted: ApprovalMail): Promise<boolean> {
  const { queries, mail, appUrl, signal } = world
  const problem = await problemOf(() => mail.send(messageOf(wanted, appUrl), signal), signal)
  await reach('approval-mail:after-send')
  const [row] = await queries.query<{ again: boolean }>(TRIED, [
    wanted.id,
    problem === null ? null : JSON.stringify(problem),
    MOST_ATTEMPTS,
  ])
  return row?.again ?? false
}

/**
 * Worth another attempt although a step would not make one. Unclear whether it was sent: asking twice is better than not
 * at all, and mail programs know the two for the same message. Not let in: somebody will correct the password.
 */
const TRIED_AGAIN = ['mail.unclear', 'mail.sign_in_failed']

async function problemOf(
  send: () => Promise<unknown>,
  signal: AbortSignal,
): Promise<ErrorData | null> {
  try {
    await send()
    return null
  } catch (problem) {
    if (signal.aborted) return errorData(tooSlow())
    if (!(problem instanceof WeftError)) {
      console.error('weft: an e-mail about an approval could not be made', problem)
      return errorData(notMade(problem))
    }
    const data = errorData(problem)
    return { ...data, retryable: data.retryable || TRIED_AGAIN.includes(data.code) }
  }
}

const notMade = (cause: unknown) =>
  new StepFailure({
    code: 'mail.not_made',
    title: 'This e-mail could not be made',
    detail: 'Something went wrong inside Weft.',
    hint: 'Look at the page "Approvals" instead. If it keeps happening, tell your administrator.',
    retryable: false,
    cause,
  })

const tooSlow = () =>
  new StepFailure({
    code: 'mail.too_slow',
    title: 'The mail server took too long',
    detail: 'It had not taken this e-mail when Weft had to stop waiting. It is tried again.',
    retryable: true,
  })
