/** The caller misused the kit: what is wrong, where, and what to do instead. Never used for a target's fault. */
export class KitError extends Error {
  override readonly name = 'KitError';
  /**
   * @param code stable, upper-case, for programs
   * @param message one or two lines: the option or field in backticks, what was expected, what came, what to do
   * @param options `cause`: what was thrown, where it may be a fault of the kit after all
   */
  constructor(
    readonly code: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
