import { afterAll, beforeAll, expect, test } from 'vitest'
import { signUp, type TestPerson } from '../../local/testing.ts'
import { FunctionsProcess } from './functions-process.ts'
import { Mailbox } from './mailbox.ts'
import { Office } from './office.ts'

let office: Office
let worker: FunctionsProcess
let mailbox: Mailbox
let workflow: string
/** A viewer: may not draw, but ask. */
let vera: TestPerson
/** Belongs to no workspace here. */
let outsider: TestPerson

beforeAll(async () => {
  office = await Office.open({ functions: false, worker: 0 })
  worker = await FunctionsProcess.start(office.stack, 'worker')
  mailbox = new Mailbox(office.stack)
  vera = await signUp(office.stack, 'vera@example.org')
  outsider = await signUp(office.stack, 'outsider@example.org')
  await office.db.query(
    `insert into public.members (workspace_id, user_id, role) values ($1, $2, 'viewer')`,
    [office.workspace, vera.id],
  )
  workflow = await office.workflow()
})
afterAll(async () => {
  await worker.kill()
  await office.close()
})

const say = (who: TestPerson, body: string, more: Record<string, unknown> = {}) =>
  who.client.rpc('comment_on_workflow', { p_workflow: workflow, p_body: body, ...more })

test('somebody who is mentioned gets one e-mail, with the words as text and a link to the thread', async () => {
  const { data: id, error } = await say(office.person, 'Look <b>here</b>, please', {
    p_node: 'n1',
    p_mentions: [vera.id, vera.id],
  })
  expect(error).toBeNull()
  const [mail] = await mailbox.until(vera.email, 1)
  expect(mail?.subject).toContain('mentions you in')
  expect(mail?.text).toContain('Look <b>here</b>, please')
  expect(mail?.html).toContain('Look &#60;b&#62;here&#60;/b&#62;, please')
  expect(mail?.text).toContain(`/workflows/${workflow}?comment=${String(id)}`)
  expect(await mailbox.of(vera.email)).toHaveLength(1)
})

test('nobody writes to themselves, and only members who may see the workflow can be mentioned', async () => {
  expect((await say(vera, 'Note to myself', { p_mentions: [vera.id] })).error).toBeNull()
  const { error } = await say(vera, 'Hello', { p_mentions: [outsider.id] })
  expect(error?.message).toContain('Only members who may see this workflow can be mentioned.')
  expect((await say(outsider, 'Let me in')).error).not.toBeNull()
  expect(await mailbox.of(outsider.email)).toHaveLength(0)
})

test('an answer opens a resolved thread again, and only its own author or an admin takes a comment away', async () => {
  const { data: thread } = await say(office.person, 'Settled?')
  await vera.client.rpc('resolve_comment', { p_comment: thread })
  const state = async () =>
    (
      await office.db.query<{ open: boolean }>(
        'select resolved_at is null as open from public.workflow_comments where id = $1',
        [thread],
      )
    ).rows[0]?.open
  expect(await state()).toBe(false)
  const { data: answer } = await say(vera, 'Not yet', { p_thread: thread })
  expect(await state()).toBe(true)
  const refused = await vera.client.rpc('remove_comment', { p_comment: thread })
  expect(refused.error?.message).toContain('Only admins and owners')
  expect((await office.person.client.rpc('remove_comment', { p_comment: answer })).error).toBeNull()
  const { rows } = await office.db.query<{ action: string }>(
    `select action from public.audit_entries where action = 'comment.removed' and workspace_id = $1`,
    [office.workspace],
  )
  expect(rows).toHaveLength(1)
})
