/** What `lastword/targets` gives: the clients that a suite can be run against. */
export { builtIn } from './built-in';
export { fromCommand, type CommandOptions } from './from-command';
export { fromFunction, type Connect, type ConnectOrder, type FunctionOptions } from './function-target';
export { fromManifest } from './from-manifest';
export type { Reaction } from '../kit/core/adapter-event';
export type { Target } from '../kit/core/target';
