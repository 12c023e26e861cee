import { join } from 'node:path'
import { parseArgs } from 'node:util'

/** What the person asked for on the command line. */
export type CommandLine = {
  fresh: boolean
  appPort: number
  apiPort: number
  dataDir: string
  verbose: boolean
}

const help = `npm start -- [options]

  --fresh          begin anew: deletes the database, the received mail and the keys
  --port <number>  the app's port (3000)
  --api-port <n>   the API's port (54321)
  --data <folder>  where everything is kept (.weft)
  --verbose        shows what the parts of the system say
`

/** Reads the options of npm start and npm run dev; says what there is when it doesn't understand. */
export function readCommandLine(): CommandLine {
  try {
    const { values } = parseArgs({
      options: {
        fresh: { type: 'boolean', default: false },
        port: { type: 'string', default: '3000' },
        'api-port': { type: 'string', default: '54321' },
        data: { type: 'string', default: join(import.meta.dirname, '../.weft') },
        verbose: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
    if (values.help) {
      console.log(help)
      process.exit(0)
    }
    return {
      fresh: values.fresh,
      appPort: readPort(values.port),
      apiPort: readPort(values['api-port']),
      dataDir: values.data,
      verbose: values.verbose,
    }
  } catch (error) {
    console.error(`weft: ${(error as Error).message}\n\n${help}`)
    process.exit(2)
  }
}

function readPort(text: string): number {
  const port = Number(text)
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`"${text}" is not a port number.`)
  return port
}
