/** Calls of an engine that are known to fail for a moment: they are tried again, and each failure is logged. Never a trial. */
import pRetry from 'p-retry';

/** What engines say when they will do it a moment later. */
const transient =
  /network .* not found|address already in use|device or resource busy|connection reset|ECONNRESET|EPIPE|ETIMEDOUT|socket hang up|driver failed programming external connectivity|context deadline exceeded|layer does not exist|all predefined address pools|is paused\. unpause/i;

/**
 * @param what in words, for the log: `start of the endpoint's container`
 * @throws what the last attempt threw; at once where no wait helps
 */
export function retryEngine<Value>(
  what: string,
  action: () => Promise<Value>,
  log: (line: string) => void,
): Promise<Value> {
  return pRetry(action, {
    retries: 4,
    minTimeout: 200,
    maxTimeout: 2000,
    onFailedAttempt: (error) => {
      if (!transient.test(error.message)) throw error;
      log(`${what} failed, attempt ${error.attemptNumber}: ${error.message.split('\n')[0]?.slice(0, 200)}`);
    },
  });
}
