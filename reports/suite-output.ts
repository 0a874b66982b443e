/** How the suites of a test run and the reporter of it find each other. */

/** Environment variable that names the reporter's folder; suites inherit it. */
export const outputVariable = 'LASTWORD_OUTPUT';

/** In that folder: a JSON line for each run, `{"folder": "…"}`. */
export const runsFile = 'runs.ndjson';
