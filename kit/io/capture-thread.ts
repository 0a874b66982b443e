/** The thread that captures: it reads what the tool writes while the kit is busy, or stands still with its client. */
import { parentPort, workerData } from 'node:worker_threads';
import type { CaptureThreadData, FromCapture, ToCapture } from './capture-messages';
import { CaptureRefused, PacketCapture } from './packet-capture';

function say(message: FromCapture): void {
  parentPort?.postMessage(message);
}

async function main({ site }: CaptureThreadData): Promise<void> {
  let capture: PacketCapture;
  try {
    capture = await PacketCapture.open(site, (pid, isRunning) => say({ op: 'process', pid, isRunning }));
  } catch (error) {
    if (!(error instanceof CaptureRefused)) throw error;
    say({ op: 'refused', reasons: error.reasons });
    return;
  }
  say({ op: 'open', by: capture.by });
  parentPort?.on('message', (message: ToCapture) => {
    if (message.op === 'cut') void cut(capture, message);
    else void capture.close().then((dropped) => say({ op: 'closed', dropped }));
  });
}

async function cut(capture: PacketCapture, { id, connection, beganNs }: ToCapture & { readonly op: 'cut' }) {
  say({ op: 'cut', id, found: await capture.cut(connection, beganNs) });
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by our own other half
void main(workerData as CaptureThreadData);
