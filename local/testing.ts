import { chmodSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { ensureBuild } from './app/build.ts'
import { runBuiltApp } from './app/run-app.ts'
import { openLog } from './processes/log.ts'
import { removeData } from './postgres/cluster-folder.ts'
import { copyTemplate } from './postgres/template.ts'
import { startStack, type Stack, type StackOptions } from './stack.ts'
import { makeTestFolder } from './test-folder.ts'

/** A signed-in person, as tests act for one. */
export type TestPerson = {
  client: SupabaseClient
  id: string
  email: string
  password: string
  accessToken: string
}

/** The embedded system in a temporary folder on free ports, with a fresh database. `stop` removes all of it. */
export async function startTestStack(options: Partial<StackOptions> = {}): Promise<Stack> {
  const dataDir = options.dataDir ?? makeTestFolder()
  chmodSync(dataDir, 0o711)
  const stack = await startStack({
    durable: false,
    makeCluster: (folder, schema) => copyTemplate(schema, folder),
    ...options,
    dataDir,
    ports: { gateway: 0, app: 0, database: 0, ...options.ports },
  })
  return {
    ...stack,
    // A getter: spreading would freeze the list as it is now.
    get processes() {
      return stack.processes
    },
    async stop() {
      await stack.stop()
      if (options.dataDir) return
      await removeData(dataDir)
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** A supabase-js client that keeps its session to itself. */
export function anonymousClient(stack: Stack): SupabaseClient {
  return createClient(stack.apiUrl, stack.anonKey, {
    auth: { persistSession: false, autoRefreshToken: false, detectSessionInUrl: false },
  })
}

/** Signs a new person up through the auth API. */
export async function signUp(
  stack: Stack,
  email: string,
  password = 'correct horse battery',
): Promise<TestPerson> {
  const client = anonymousClient(stack)
  const { data, error } = await client.auth.signUp({ email, password })
  if (error) throw error
  if (!data.user || !data.session) throw new Error(`Signing up ${email} gave no session.`)
  return { client, id: data.user.id, email, password, accessToken: data.session.access_token }
}

/** Creates a workspace that the person owns. */
export async function createWorkspace(
  person: TestPerson,
  name = 'Workspace',
): Promise<{ id: string; name: string }> {
  const { data, error } = await person.client.rpc('create_workspace', { p_name: name })
  if (error) throw error
  return data as { id: string; name: string }
}

/** The real app, built (once for all tests, until its sources change) and served at the stack's `appUrl`. */
export async function startTestApp(stack: Stack): Promise<{ url: string; stop(): Promise<void> }> {
  const log = openLog(join(stack.dataDir, 'logs'))
  const build = await ensureBuild()
  await stack.releaseAppPort()
  const app = await runBuiltApp(build, stack.env, log)
  return {
    url: stack.appUrl,
    async stop() {
      await app.stop()
      log.close()
    },
  }
}
