export type {
  AttemptError,
  Change,
  Control,
  FailedCall,
  FlightSeries,
  HostFigures,
  LiveRun,
  OpenRequest,
} from './live-run.ts'
export { type Dashboard, type DashboardOptions, serveDashboard } from './serve-dashboard.ts'
