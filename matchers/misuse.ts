import { KitError } from '../kit/core/kit-error';

/** The matcher was used wrongly: fails both forms, and says what to write instead. */
export function misuse(matcher: string, message: string): KitError {
  return new KitError('MATCHER', `${matcher}: ${message}`);
}
