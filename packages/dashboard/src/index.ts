export type { CallFilter, FoundCall, FoundCalls } from './found-calls.ts'
export type { LiveCaller, LiveGateway, LiveUpstream } from './live-gateway.ts'
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
  type GatewayDashboardOptions,
  type RunsDashboardOptions,
  type ServingOptions,
  serveDashboard,
  serveGateway,
  serveRuns,
} from './serve-dashboard.ts'
