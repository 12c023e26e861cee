// Run as a process of its own by the recovery tests: a stack in the folder given, until it's killed.
import { copyTemplate } from '../../local/postgres/template.ts'
import { startStack } from '../../local/stack.ts'

const [dataDir = ''] = process.argv.slice(2)
const stack = await startStack({
  dataDir,
  ports: { gateway: 0, app: 0, database: 0 },
  durable: false,
  makeCluster: (folder, schema) => copyTemplate(schema, folder),
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => void stack.stop().then(() => process.exit(0)))
}
console.log(JSON.stringify({ databaseUrl: stack.databaseUrl, processes: stack.processes }))
