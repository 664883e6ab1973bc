import process from 'node:process'
import { newsCommand } from './command/news-command.ts'

// Whoever read it may have gone.
process.stdout.on('error', () => {})
process.exitCode = await newsCommand(process.argv.slice(2), process)
