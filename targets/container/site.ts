import type Dockerode from 'dockerode';

/**
 * Where the containers of a run stand. Whoever composes a run opens the engine and the run's network, and hands them to the
 * targets: a target knows of neither how they are found nor how they are removed.
 */
export interface ContainerSite {
  readonly docker: Dockerode;
  /** Of the engine, as the kernel calls it: `x86_64`. */
  readonly architecture: string;
  /** To be put on all that is made: what carries them is removed at the end of the run, whatever ends it. */
  readonly labels: Readonly<Record<string, string>>;
  /** Name of the network that the endpoint is on. */
  readonly network: string;
  readonly log: (line: string) => void;
  /** Calls the engine, again where it failed for a moment. */
  retry<Value>(what: string, action: () => Promise<Value>): Promise<Value>;
  /** Work that nobody may be waiting for: the end of the run does, before it removes what there is. */
  track(work: Promise<unknown>): void;
  /** The CA that clients trust; there once the endpoint listens. */
  caPem(): string;
}

/** What the engine said, on one line and bounded. */
export function engineWords(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error);
  // `(HTTP code 404) no such image - No such image: …` says everything twice.
  const [, plain = words] = /^\(HTTP code \d+\) [^-]*- (.*)$/s.exec(words) ?? [];
  return plain.replaceAll(/\s+/g, ' ').trim().slice(0, 300);
}

/** The status that the engine answered with; undefined where it did not answer. */
export function engineStatus(error: unknown): number | undefined {
  const status: unknown = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  return typeof status === 'number' ? status : undefined;
}
