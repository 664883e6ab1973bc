import { removeBundle } from '../packages/cli/test/command-bundle.ts'

/** The bundle of the command is made by the first test that runs it, and goes with the test run. */
export function teardown(): void {
  removeBundle(process.pid)
}
