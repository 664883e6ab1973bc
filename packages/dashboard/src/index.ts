export type {
  Change,
  Control,
  FailedCall,
  FlightSeries,
  HostFigures,
  LiveRun,
  OpenRequest,
} from './live-run.ts'
export type { ListedRun, LiveWorker, RunList } from './run-list.ts'
export {
  type Dashboard,
  type DashboardOptions,
  type RunsDashboardOptions,
  type ServingOptions,
  serveDashboard,
  serveRuns,
} from './serve-dashboard.ts'
