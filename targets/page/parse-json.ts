/** What a page hands out is JSON text, or nothing that could be used. */
export function parseJson(payload: unknown): unknown {
  try {
    return JSON.parse(String(payload));
  } catch {
    return undefined;
  }
}
