import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signUp, type TestPerson } from '../../local/testing.ts'
import { row, set, webhook } from './drawing.ts'
import { FunctionsProcess } from './functions-process.ts'
import { Mailbox } from './mailbox.ts'
import { Office } from './office.ts'
import { startSmtpServer } from './smtp-server.ts'

let office: Office
let functions: FunctionsProcess
let worker: FunctionsProcess
let mailbox: Mailbox

beforeAll(async () => {
  // Tests kill a worker, so they start their own.
  office = await Office.open({ functions: false, worker: 0 })
  functions = await FunctionsProcess.start(office.stack, 'functions')
  worker = await FunctionsProcess.start(office.stack, 'worker')
  mailbox = new Mailbox(office.stack)
})
afterAll(async () => {
  await Promise.all([functions, worker].map((one) => one.kill()))
  await office.close()
})

/** A member that no other test asks: whatever is in their mailbox is of this test. */
async function member(name: string): Promise<TestPerson> {
  const person = await signUp(office.stack, `${name}@example.org`)
  await office.db.query(
    `insert into public.members (workspace_id, user_id, role) values ($1, $2, 'viewer')`,
    [office.workspace, person.id],
  )
  return person
}

const members = <Names extends string[]>(...names: Names) =>
  Promise.all(names.map(member)) as Promise<{ [Name in keyof Names]: TestPerson }> // one for each name

/** A live workflow that asks these people, started once and waiting. */
async function asking(asked: TestPerson[], config: Record<string, unknown> = {}) {
  const drawing = row(
    webhook(),
    {
      id: 'ask',
      type: 'logic.approval',
      config: {
        title: 'Pay {{ trigger.body.sum }}',
        description: 'For <b>Grace</b> & co.',
        who: 'people',
        people: asked.map(({ email }) => email).join(', '),
        ...config,
      },
    },
    set('after', { outcome: '{{ steps.ask }}' }),
  )
  const edges = drawing.edges.map((edge) =>
    edge.source === 'ask' ? { ...edge, sourcePort: 'approved' } : edge,
  )
  const made = await office.live({ ...drawing, edges })
  const token = (await office.address(made.workflow)).split('/').at(-1) ?? ''
  const answer = await office.send(`${functions.url}/webhook/${token}`, { sum: 5 })
  const execution = String(answer.body['execution'])
  await office.until(execution, ['waiting'])
  const { rows } = await office.db.query<{ id: string }>(
    `select id from public.approvals where execution_id = $1`,
    [execution],
  )
  return { execution, approval: rows[0]?.id ?? '' }
}

const decide = async (person: TestPerson, approval: string) => {
  const { error } = await person.client.rpc('decide_approval', {
    ...{ p_approval: approval, p_decision: 'approved', p_comment: '' },
  })
  if (error) throw error
}

interface MailRow {
  reason: string
  number: number
  status: string
  email: string
}

/** What was to be sent about an approval, and what became of it. */
async function mails(approval: string): Promise<MailRow[]> {
  const { rows } = await office.db.query<MailRow>(
    `select m.reason, m.number, m.status, p.email
     from public.approval_mails m
     join public.profiles p on p.user_id = m.user_id
     where m.approval_id = $1
     order by m.created_at, p.email`,
    [approval],
  )
  return rows
}

/** Until nothing about this approval is left to be sent. */
const settled = (approval: string) =>
  expect
    .poll(async () => (await mails(approval)).map(({ status }) => status), { timeout: 20_000 })
    .not.toContain('waiting')

/** Kills the worker. What it had fetched comes to another one as it would after some minutes, only now. */
async function killWorker(): Promise<void> {
  await worker.kill()
  const stale = `pgboss.job where name = 'approval_mail' and state = 'active'`
  await office.db.query(
    `update pgboss.job set started_on = now() - interval '1 hour' where name = 'approval_mail' and state = 'active'`,
  )
  await office.db.query(`update pgboss.queue set monitor_on = null, monitor_claim_on = null`)
  worker = await FunctionsProcess.start(office.stack, 'worker')
  await expect.poll(() => office.count(stale), { timeout: 20_000 }).toBe(0)
  await office.db.query(
    `update pgboss.job set start_after = now() where name = 'approval_mail' and state = 'retry'`,
  )
}

const seconds = (amount: number) => ({ amount, unit: 'seconds' })

describe('an approval that opens', () => {
  test('tells each person who is asked, with a link to where it is decided', async () => {
    const [ida, ian] = await members('ida', 'ian')
    const { approval } = await asking([ida, ian])
    const got = await mailbox.until(ida.email, 1)
    expect(got).toMatchObject([{ subject: 'Please decide: Pay 5', to: [ida.email] }])
    const { text, html } = got[0] ?? { text: '', html: '' }
    const link = `${office.stack.appUrl}/w/${office.workspace}/approvals#${approval}`
    expect(text).toContain(link)
    expect(text).toContain('For <b>Grace</b> & co.')
    expect(html).toContain(link)
    expect(html).not.toContain('<b>Grace')
    await settled(approval)
    expect(await mailbox.of(ian.email)).toHaveLength(1)
    expect(await mailbox.of(office.person.email)).toEqual([])
  })

  test('tells members with the role that it asks for', async () => {
    const { approval } = await asking([], { who: 'role', role: 'owner' })
    await settled(approval)
    expect(await mails(approval)).toEqual([
      { reason: 'asked', number: 0, status: 'sent', email: office.person.email },
    ])
  })

  test('that asks nobody who is a member asks the owners', async () => {
    const { approval } = await asking([], { people: 'nobody@example.org' })
    await settled(approval)
    expect(await mails(approval)).toMatchObject([{ status: 'sent', email: office.person.email }])
    const { data } = await office.person.client.rpc('count_my_approvals', {
      p_workspace: office.workspace,
    })
    expect(data).toBeGreaterThan(0)
    await decide(office.person, approval)
  })

  test('tells nobody twice when the step is written again after a crash', async () => {
    const [cleo] = await members('cleo')
    functions.stopAt('checkpoint:after-commit')
    const asked = asking([cleo])
    await functions.reached('checkpoint:after-commit')
    await functions.kill()
    await asked.catch(() => undefined) // nobody answers any more
    functions = await FunctionsProcess.start(office.stack, 'functions')
    await office.db.query(
      `update public.executions set lease_until = now() - interval '1 second' where status = 'running'`,
    )
    await mailbox.until(cleo.email, 1)
    expect(await office.count('public.approval_mails where user_id = $1', [cleo.id])).toBe(1)
  })
})

describe('a worker that dies over an e-mail', () => {
  test('before it is sent: it is sent once, by another', async () => {
    const [dora] = await members('dora')
    worker.stopAt('approval-mail:before-look')
    const { approval } = await asking([dora])
    await worker.reached('approval-mail:before-look')
    await killWorker()
    await settled(approval)
    expect(await mailbox.of(dora.email)).toHaveLength(1)
  })

  test('after it was sent, before that is written: it is the same message again', async () => {
    const [emil] = await members('emil')
    worker.stopAt('approval-mail:after-send')
    const { approval } = await asking([emil])
    await worker.reached('approval-mail:after-send')
    await killWorker()
    await settled(approval)
    const got = await mailbox.of(emil.email)
    expect(new Set(got.map(({ messageId }) => messageId)).size).toBe(1)
    expect(await mails(approval)).toMatchObject([{ status: 'sent' }])
  })

  test('and it is decided meanwhile: nothing is sent any more', async () => {
    const [fay] = await members('fay')
    worker.stopAt('approval-mail:before-look')
    const { execution, approval } = await asking([fay])
    await worker.reached('approval-mail:before-look')
    await decide(fay, approval)
    await killWorker()
    expect((await office.until(execution)).status).toBe('succeeded')
    await settled(approval)
    expect(await mails(approval)).toMatchObject([{ status: 'not_needed' }])
    expect(await mailbox.of(fay.email)).toEqual([])
  })
})

describe('reminders', () => {
  const remind = (remindTimes: number) => ({ remind: true, remindEvery: seconds(1), remindTimes })

  test('go to those who have not decided, so often and no more', async () => {
    const [gil, gus] = await members('gil', 'gus')
    const { execution, approval } = await asking([gil, gus], { policy: 'all', ...remind(2) })
    await decide(gil, approval)
    const got = await mailbox.until(gus.email, 3)
    expect(got.map(({ subject }) => subject)).toEqual([
      'Please decide: Pay 5',
      'Reminder, please decide: Pay 5',
      'Reminder, please decide: Pay 5',
    ])
    await settled(approval)
    const seen = await office.seen(execution)
    const { rows } = await office.db.query(`select wake_at from public.executions where id = $1`, [
      execution,
    ])
    expect({ status: seen.status, ...rows[0] }).toEqual({ status: 'waiting', wake_at: null })
    const reminded = (await mails(approval)).filter(({ reason }) => reason === 'reminder')
    expect(reminded).toMatchObject([
      { number: 1, email: gus.email, status: 'sent' },
      { number: 2, email: gus.email, status: 'sent' },
    ])
  })

  test('that a worker was about to send when it died do not go out after the decision', async () => {
    const [hal] = await members('hal')
    const { execution, approval } = await asking([hal], { ...remind(3), remindEvery: seconds(5) })
    await settled(approval)
    worker.stopAt('approval-mail:before-look')
    await worker.reached('approval-mail:before-look')
    await decide(hal, approval)
    await killWorker()
    expect((await office.until(execution)).status).toBe('succeeded')
    await settled(approval)
    const reminders = (await mails(approval)).filter(({ reason }) => reason === 'reminder')
    expect(reminders).toMatchObject([{ number: 1, status: 'not_needed' }])
    expect(await mailbox.of(hal.email)).toHaveLength(1)
  })

  test('whose checkpoint was lost with the worker are written once', async () => {
    const [ivo] = await members('ivo')
    worker.stopAt('checkpoint:before-commit')
    const { approval } = await asking([ivo], remind(1))
    await worker.reached('checkpoint:before-commit')
    await worker.kill()
    await office.db.query(
      `update public.executions set lease_until = now() - interval '1 second' where status = 'running'`,
    )
    worker = await FunctionsProcess.start(office.stack, 'worker')
    await mailbox.until(ivo.email, 2)
    await settled(approval)
    expect((await mails(approval)).map(({ reason }) => reason)).toEqual(['asked', 'reminder'])
  })
})

test('who is asked later is told, and who was asked before is not told again', async () => {
  const [kay, kim] = await members('kay', 'kim')
  const { approval } = await asking([kay], {
    ...{ escalate: true, escalateAfter: seconds(1), escalateTo: `${kim.email}, ${kay.email}` },
  })
  expect(await mailbox.until(kim.email, 1)).toMatchObject([
    { subject: 'Please decide, too: Pay 5' },
  ])
  await settled(approval)
  expect(await mails(approval)).toEqual([
    { reason: 'asked', number: 0, status: 'sent', email: kay.email },
    { reason: 'escalated', number: 0, status: 'sent', email: kim.email },
  ])
})

test('a mail server that takes nothing just now is tried again later, with the same message', async () => {
  const [mia] = await members('mia')
  const smtp = await startSmtpServer()
  try {
    await worker.stop()
    worker = await FunctionsProcess.start(office.stack, 'worker', { WEFT_SMTP_URL: smtp.url })
    smtp.behave({ end: '451 come back later' })
    const { approval } = await asking([mia])
    const state = async () => {
      const { rows } = await office.db.query<{ status: string; code: string | null }>(
        `select status, problem ->> 'code' as code from public.approval_mails where approval_id = $1`,
        [approval],
      )
      return rows[0]
    }
    await expect
      .poll(state, { timeout: 20_000 })
      .toEqual({ status: 'waiting', code: 'mail.not_now' })
    const first = /Message-ID: .*/i.exec(smtp.messages[0] ?? '')?.[0]
    smtp.behave({})
    // What went wrong is written before the queue hears of it: the job waits for its retry a moment later.
    const bringForward = async () => {
      const { rowCount } = await office.db.query(
        `update pgboss.job set start_after = now() where name = 'approval_mail' and state = 'retry'`,
      )
      return rowCount
    }
    await expect.poll(bringForward, { timeout: 20_000 }).toBe(1)
    await expect.poll(state, { timeout: 20_000 }).toEqual({ status: 'sent', code: null })
    expect(smtp.messages).toHaveLength(1)
    expect(smtp.messages[0]).toContain(first)
  } finally {
    await worker.stop()
    worker = await FunctionsProcess.start(office.stack, 'worker')
    smtp.stop()
  }
})

test('an e-mail that cannot be sent is given up, and says why', async () => {
  const [lou] = await members('lou')
  await office.db.query(`update public.profiles set email = 'lou@home' where user_id = $1`, [
    lou.id,
  ])
  const { approval } = await asking([], { people: 'lou@home' })
  await settled(approval)
  const { rows } = await office.db.query(
    `select status, attempts, problem ->> 'code' as code from public.approval_mails where approval_id = $1`,
    [approval],
  )
  expect(rows).toEqual([{ status: 'failed', attempts: 1, code: 'mail.bad_address' }])
})
