import { shareSnapshots } from './snapshots.ts'
import { startPage } from './start-page.ts'

// The one script of the page is that of its shared worker too.
if (typeof document === 'undefined') shareSnapshots(globalThis)
else startPage()
