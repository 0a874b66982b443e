/** A whole run: targets one after the other, the trials of each shuffled over several lanes, gates between them. */
import type { Endpoint } from '../core/endpoint';
import type { LogEntry } from '../core/adapter-event';
import type { Transport } from '../core/case';
import type { Target } from '../core/target';
import type { CaseReport } from '../core/report';
import { StallMonitor } from '../io/clock';
import { dirname } from 'node:path';
import type { Journal } from './journal';
import { MortalEndpoints } from './mortal-endpoint';
import { SignalRouter, type TrialContext } from './run-trial';
import { TargetCampaign } from './target-campaign';
import type { Survey, Tallies } from './judge-run';
import type { RunCapture } from './run-capture';
import type { Unit } from './unit';

/** What a run tells while it goes on. */
export interface Progress {
  readonly target: string;
  readonly done: number;
  /** Trials planned in all, as far as is known now. */
  readonly planned: number;
  readonly elapsedMs: number;
}

export interface CampaignListener {
  onTarget?(name: string, hello: string): void;
  onProgress?(progress: Progress): void;
  /** A unit is judged, for now. */
  onUnit?(target: string, unit: Unit, verdict: Pick<CaseReport, 'verdict' | 'phrase'>): void;
  onRefusal?(target: string, why: string, stderr: string): void;
}

export interface CampaignOptions {
  /** Each target, and what to type to mean it again. */
  readonly targets: readonly { readonly target: Target; readonly spec: string }[];
  readonly units: readonly Unit[];
  readonly seed: string;
  readonly lanes: number;
  readonly endpoint: Endpoint;
  readonly caFile: string;
  readonly journal: Journal;
  /** Packets of the trials that are kept; absent: none are captured. */
  readonly capture?: RunCapture | undefined;
  /** A run that is taken up again: what there is already. */
  readonly resumed?: { readonly survey: Survey; readonly tallies: ReadonlyMap<string, Tallies> } | undefined;
  readonly abort: AbortSignal;
  readonly listener: CampaignListener;
}

/** Runs everything; resolves early where `abort` fires. */
export async function runCampaign(options: CampaignOptions): Promise<void> {
  using stalls = new StallMonitor();
  const mortals = new MortalEndpoints(dirname(options.caFile));
  const context: TrialContext = {
    mortals,
    endpoint: options.endpoint,
    signals: new SignalRouter(options.endpoint),
    caFile: options.caFile,
    stalls,
    abort: options.abort,
  };
  try {
    for (const { target, spec } of options.targets) {
      if (options.abort.aborted) return;
      await new TargetCampaign(options, context, { target, spec }).run();
    }
  } finally {
    await mortals.close();
  }
}

export type LateSink = (trial: string, entries: readonly LogEntry[]) => void;
export type Block = { readonly transport: Transport; readonly index: number };
