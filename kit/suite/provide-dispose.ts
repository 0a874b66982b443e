/**
 * Gives this realm `Symbol.dispose` where it has none: Node 20 puts it into its own realm alone, and Jest 29 runs tests
 * in another. Call it before the modules load that use it.
 */
export function provideDispose(): void {
  for (const name of ['dispose', 'asyncDispose'] as const) {
    if (name in Symbol) continue;
    Object.defineProperty(Symbol, name, { value: Symbol(`Symbol.${name}`) });
  }
}
