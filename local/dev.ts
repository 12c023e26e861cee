// `npm run dev`: the same as `npm start`, with the app and the functions following every change of the sources.
import { watch } from 'node:fs'
import { join } from 'node:path'
import { runAppFromSources } from './app/run-app.ts'
import { runEverything } from './run.ts'

const root = join(import.meta.dirname, '..')
// The engine runs inside the functions.
const watched = ['supabase/functions', 'src/lib/engine'].map((path) => join(root, path))

await runEverything({
  prepareApp: () => Promise.resolve((stack, log) => runAppFromSources(stack.env, log)),
  whileRunning(stack) {
    let soon: NodeJS.Timeout | undefined
    const changed = () => {
      clearTimeout(soon)
      soon = setTimeout(() => {
        console.log('weft: the functions changed and start again')
        void stack.restartFunctions()
      }, 150)
    }
    const watchers = watched.map((folder) => watch(folder, { recursive: true }, changed))
    return () => {
      clearTimeout(soon)
      for (const watcher of watchers) watcher.close()
    }
  },
})
