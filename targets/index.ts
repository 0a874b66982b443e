/** What `lastword/targets` gives: the clients that a suite can be run against. */
// oxlint-disable-next-line import/no-unassigned-import -- before everything else
import '../kit/core/symbol-dispose';
export { builtIn } from './built-in';
export { fromCommand, type CommandOptions } from './from-command';
export { fromFunction, type Connect, type ConnectOrder, type FunctionOptions } from './function-target';
export { fromImage, type ImageOptions } from './from-image';
export { fromManifest } from './from-manifest';
export { fromPage, type PageOptions } from './page/from-page';
export type { DrivenPage } from './page/driven-page';
export type { Reaction } from '../kit/core/adapter-event';
export type { Target } from '../kit/core/target';
