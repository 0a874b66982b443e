/** Builds images through the engine's interface, and passes on what went wrong, which engines hide in the output. */
import { readdirSync } from 'node:fs';
import type { Engine } from './engine';

export interface ImageBuild {
  readonly name: string;
  /** All of it is the context; its `Dockerfile` is used. */
  readonly folder: string;
  readonly args?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}

/** @throws {Error} with the engine's own words */
export async function buildImage({ docker }: Engine, build: ImageBuild): Promise<void> {
  const context = { context: build.folder, src: readdirSync(build.folder) };
  const stream = await docker.buildImage(context, {
    t: build.name,
    ...(build.args === undefined ? {} : { buildargs: { ...build.args } }),
    labels: { 'lastword.image': 'true', ...build.labels },
    rm: true,
    forcerm: true,
  });
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(stream, (error, lines: readonly { readonly error?: string }[] | null) => {
      const failure = error?.message ?? lines?.find((line) => line.error !== undefined)?.error;
      if (failure === undefined) resolve();
      else reject(new Error(failure.trim()));
    });
  });
}

/** Whether the engine has it already. */
export async function hasImage({ docker }: Engine, name: string): Promise<boolean> {
  try {
    await docker.getImage(name).inspect();
    return true;
  } catch (error) {
    if (error instanceof Error && 'statusCode' in error && error.statusCode === 404) return false;
    throw error;
  }
}
