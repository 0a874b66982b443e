/** Whether this machine lets a test capture packets on its loopback; in CI that it does not is a failure. */
import { spawnSync } from 'node:child_process';

const words = ['-q', '-i', 'lo', '-a', 'duration:1', '-c', '1', '-w', '/dev/null'];
export const canCapture = spawnSync('dumpcap', words).status === 0;

if (!canCapture && process.env['CI'] !== undefined) {
  throw new Error('dumpcap cannot capture: install the package wireshark-common, and run as root');
}
if (!canCapture) console.warn('skipped: real captures, for which dumpcap is missing or not permitted');

export const withCapture = canCapture ? it : it.skip;
