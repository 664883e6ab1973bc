import { join } from 'node:path'
import { rolldown } from 'rolldown'

const packages = join(import.meta.dirname, '../..')

/** Puts the script of the page into one file that browsers load as it is: from the sources, with nothing built. */
export async function writePageScript(file: string): Promise<void> {
  await using build = await rolldown({
    input: join(packages, 'dashboard/src/page/main.ts'),
    platform: 'browser',
    transform: { target: 'es2022' },
    // A module of Node, which a page does not have, is left in with a warning.
    onLog: (level, { message }) => {
      if (level === 'warn') throw new Error(message)
    },
    resolve: {
      conditionNames: ['@sluice/source', 'browser', 'import', 'default'],
      // All that the report takes from the library; the rest of it is for Node here.
      alias: { sluice$: join(packages, 'sluice/src/time/duration.ts') },
    },
  })
  await build.write({ file, format: 'esm', minify: true })
}
