/** A page of Playwright or of Puppeteer, as far as both have the same: neither package is needed to be driven by it. */
export interface DrivenPage {
  evaluate(expression: string): Promise<unknown>;
  exposeFunction(name: string, heard: (payload: string) => void): Promise<unknown>;
  isClosed(): boolean;
  mainFrame(): unknown;
  url(): string;
  // oxlint-disable-next-line typescript/no-explicit-any -- the two have types of their own for each event
  on(event: any, listener: (given: any) => void): unknown;
}

/** Whether something can be driven as a page. */
export function isPage(value: unknown): value is DrivenPage {
  if (typeof value !== 'object' || value === null) return false;
  const methods = ['evaluate', 'exposeFunction', 'isClosed', 'mainFrame', 'url', 'on'];
  return methods.every((name) => name in value && typeof Reflect.get(value, name) === 'function');
}
