/** Columns for steering runs: their wishes from outside, and their priority. */
export const controlColumns = `
  ALTER TABLE runs ADD COLUMN priority integer NOT NULL DEFAULT 0; -- greater ones go first
  ALTER TABLE runs ADD COLUMN wish text; -- JSON; NULL if the run was never steered
`
