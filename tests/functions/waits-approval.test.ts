import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { signUp, type TestPerson } from '../../local/testing.ts'
import { row, set, webhook } from './drawing.ts'
import { FunctionsProcess } from './functions-process.ts'
import { Office } from './office.ts'

let office: Office
let functions: FunctionsProcess
let worker: FunctionsProcess
let ada: TestPerson
let alan: TestPerson
let eve: TestPerson

beforeAll(async () => {
  // Tests kill a worker, so they start their own.
  office = await Office.open({ functions: false, worker: 0 })
  functions = await FunctionsProcess.start(office.stack, 'functions')
  worker = await FunctionsProcess.start(office.stack, 'worker')
  const join = async (name: string, role: string) => {
    const person = await signUp(office.stack, `${name}@example.org`)
    await office.db.query(
      `insert into public.members (workspace_id, user_id, role) values ($1, $2, $3)`,
      [office.workspace, person.id, role],
    )
    return person
  }
  ada = await join('ada', 'operator')
  alan = await join('alan', 'viewer')
  eve = await join('eve', 'viewer')
})
afterAll(async () => {
  await Promise.all([functions, worker].map((one) => one.kill()))
  await office.close()
})

const people = 'ADA@example.org, alan@example.org'

/** A live workflow that asks for an approval, started once and waiting. */
async function asking(config: Record<string, unknown> = {}, after = 'approved') {
  const drawing = row(
    webhook(),
    {
      id: 'ask',
      type: 'logic.approval',
      config: { title: 'Pay {{ trigger.body.sum }}', ...config },
    },
    set('after', { outcome: '{{ steps.ask }}' }),
  )
  const edges = drawing.edges.map((edge) =>
    edge.source === 'ask' ? { ...edge, sourcePort: after } : edge,
  )
  const made = await office.live({ ...drawing, edges })
  const token = (await office.address(made.workflow)).split('/').at(-1) ?? ''
  const answer = await office.send(`${functions.url}/webhook/${token}`, { sum: 5 })
  const execution = String(answer.body['execution'])
  await office.until(execution, ['waiting'])
  return { execution, approval: await approvalOf(execution) }
}

interface Approval {
  id: string
  title: string
  status: string
}

async function approvalOf(execution: string): Promise<Approval> {
  const { rows } = await office.db.query<Approval>(
    `select id, title, status from public.approvals where execution_id = $1`,
    [execution],
  )
  const [approval] = rows
  if (approval === undefined || rows.length > 1) throw new Error(`${rows.length} approvals`)
  return approval
}

/** What came of it, or the code of what was refused. */
async function decide(person: TestPerson, approval: string, decision: string, comment = '') {
  const { data, error } = await person.client.rpc('decide_approval', {
    ...{ p_approval: approval, p_decision: decision, p_comment: comment },
  })
  return error === null ? (data as string) : error.code
}

const outcomeOf = async (execution: string) => {
  const { status, steps } = await office.until(execution)
  const after = steps.find((step) => step.node_id === 'after')
  return { status, ...(after?.output as { outcome?: unknown } | undefined) }
}

const mine = async (person: TestPerson) => {
  const { data, error } = await person.client.rpc('my_approvals', { p_workspace: office.workspace })
  if (error) throw error
  return (data as Approval[]).map(({ id }) => id)
}

describe('an approval', () => {
  test('is found by those who are asked, and the decision lets the execution go on', async () => {
    const { execution, approval } = await asking({ who: 'people', people })
    expect(approval).toMatchObject({ title: 'Pay 5', status: 'pending' })
    expect(await mine(ada)).toContain(approval.id)
    expect(await mine(eve)).not.toContain(approval.id)
    expect(await decide(ada, approval.id, 'approved', ' fine ')).toBe('approved')
    expect(await outcomeOf(execution)).toMatchObject({
      status: 'succeeded',
      outcome: {
        decision: 'approved',
        comment: 'fine',
        decisions: [{ decision: 'approved', comment: 'fine' }],
      },
    })
    expect(await mine(ada)).not.toContain(approval.id)
  })

  test('has one outcome when two decide at once', async () => {
    for (let round = 0; round < 5; round++) {
      const { execution, approval } = await asking({ who: 'people', people })
      const said = await Promise.all([
        decide(ada, approval.id, 'approved'),
        decide(alan, approval.id, 'rejected'),
      ])
      const { status } = await approvalOf(execution)
      expect(said.toSorted()).toEqual(['22023', status].toSorted())
      expect(await outcomeOf(execution)).toMatchObject({ status: 'succeeded' })
    }
  })

  test('that all have to agree to waits for all, each once, and one no is enough', async () => {
    const config = { who: 'people', people, policy: 'all' }
    const yes = await asking(config)
    expect(await decide(ada, yes.approval.id, 'approved')).toBe('pending')
    expect(await mine(ada)).not.toContain(yes.approval.id)
    expect(await decide(ada, yes.approval.id, 'approved')).toBe('22023')
    expect((await office.seen(yes.execution)).status).toBe('waiting')
    expect(await decide(alan, yes.approval.id, 'approved')).toBe('approved')
    expect((await outcomeOf(yes.execution)).outcome).toMatchObject({ decision: 'approved' })
    const no = await asking(config, 'rejected')
    expect(await decide(alan, no.approval.id, 'rejected')).toBe('rejected')
    expect((await outcomeOf(no.execution)).outcome).toMatchObject({ decision: 'rejected' })
  })

  test('by majority is over as soon as it is clear', async () => {
    // Asked are the owner and ada: of two, only two are more than half.
    const { approval } = await asking({ role: 'operator', policy: 'majority' })
    expect(await decide(ada, approval.id, 'approved')).toBe('pending')
    expect(await decide(office.person, approval.id, 'approved')).toBe('approved')
    const split = await asking({ role: 'operator', policy: 'majority' })
    expect(await decide(ada, split.approval.id, 'rejected')).toBe('rejected')
  })

  test('is decided by nobody else, but by an owner for all', async () => {
    const stranger = await office.neighbour()
    const { execution, approval } = await asking({ who: 'people', people, policy: 'all' })
    expect(await decide(eve, approval.id, 'approved')).toBe('42501')
    expect(await decide(stranger.person, approval.id, 'approved')).toBe('42501')
    expect(await decide(ada, approval.id, 'perhaps')).toBe('22023')
    expect((await approvalOf(execution)).status).toBe('pending')
    expect(await decide(office.person, approval.id, 'approved')).toBe('approved')
    expect((await outcomeOf(execution)).status).toBe('succeeded')
  })

  test('is closed with its execution, and when its time is up', async () => {
    const cancelled = await asking()
    await office.rpc('cancel_execution', { p_execution: cancelled.execution })
    expect((await outcomeOf(cancelled.execution)).status).toBe('cancelled')
    expect((await approvalOf(cancelled.execution)).status).toBe('closed')
    const late = await asking(
      { limited: true, patience: { amount: 1, unit: 'seconds' }, onTimeout: 'reject' },
      'rejected',
    )
    expect((await outcomeOf(late.execution)).outcome).toMatchObject({
      decision: 'rejected',
      decided_by: null,
    })
    expect((await approvalOf(late.execution)).status).toBe('closed')
    expect(await decide(office.person, late.approval.id, 'approved')).toBe('22023')
  })

  test('asks others, too, after some time', async () => {
    const { execution, approval } = await asking({
      ...{ who: 'people', people, escalate: true, escalateTo: 'eve@example.org' },
      escalateAfter: { amount: 1, unit: 'seconds' },
    })
    await expect.poll(() => mine(eve), { timeout: 20_000 }).toContain(approval.id)
    expect((await approvalOf(execution)).status).toBe('pending')
    expect(await decide(eve, approval.id, 'approved')).toBe('approved')
    expect((await outcomeOf(execution)).status).toBe('succeeded')
  })

  test('goes on once when whoever takes up the decision dies at it', async () => {
    const { execution, approval } = await asking({ who: 'people', people })
    worker.stopAt('claim:after-commit')
    expect(await decide(ada, approval.id, 'approved')).toBe('approved')
    await worker.reached('claim:after-commit')
    await worker.kill()
    await office.db.query(
      `update public.executions set lease_until = now() - interval '1 second' where status = 'running'`,
    )
    worker = await FunctionsProcess.start(office.stack, 'worker')
    expect(await outcomeOf(execution)).toMatchObject({
      status: 'succeeded',
      outcome: { decision: 'approved' },
    })
    const { steps } = await office.seen(execution)
    expect(steps.map((step) => step.node_id)).toEqual(['hook', 'ask', 'after'])
    expect(await office.count('public.execution_waits where execution_id = $1', [execution])).toBe(
      0,
    )
  })
})
