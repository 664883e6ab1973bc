import process from 'node:process'
import { catalogueCommand } from './command.ts'

// Whoever read it may have gone.
process.stdout.on('error', () => {})
process.exitCode = await catalogueCommand(process.argv.slice(2), process)
