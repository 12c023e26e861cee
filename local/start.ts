// `npm start`: the whole of Weft on this machine, as it would be served to people.
import { ensureBuild } from './app/build.ts'
import { runBuiltApp } from './app/run-app.ts'
import { runEverything } from './run.ts'

await runEverything({
  async prepareApp(progress) {
    const build = await ensureBuild(() => progress.step('building the app'))
    return (stack, log) => runBuiltApp(build, stack.env, log)
  },
})
