/**
 * Gives this realm `Symbol.dispose` where it has none: Node 20 puts it into its own realm alone, and Jest 29 runs tests
 * in another. An entry point loads this before any class that has a method of that name.
 */
for (const name of ['dispose', 'asyncDispose'] as const) {
  if (!(name in Symbol)) Object.defineProperty(Symbol, name, { value: Symbol(`Symbol.${name}`) });
}
