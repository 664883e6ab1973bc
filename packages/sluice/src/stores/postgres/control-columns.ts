/** Wishes for runs from outside, and their turn among others. */
export const controlColumns = `
  ALTER TABLE runs ADD COLUMN priority integer NOT NULL DEFAULT 0; -- greater ones go first
  ALTER TABLE runs ADD COLUMN wish text; -- JSON; NULL if the run was never steered
`
