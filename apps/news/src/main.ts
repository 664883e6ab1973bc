import process from 'node:process'
import { newsCommand } from './command/news-command.ts'

// The reader of the output may have closed it.
process.stdout.on('error', () => {})
process.exitCode = await newsCommand(process.argv.slice(2), process)
