import process from 'node:process'
import { catalogueCommand } from './command.ts'

// The reader of the output may have closed it.
process.stdout.on('error', () => {})
process.exitCode = await catalogueCommand(process.argv.slice(2), process)
