/**
 * Hands entries on in the order in which they were put, although some take time: what comes behind a Blob waits until
 * that was read. Where nothing is waited for an entry is handed on at once.
 */
export function entryQueue<Entry>(handOn: (entry: Entry) => void): (entry: Entry | Promise<Entry>) => void {
  let waiting = 0;
  let last = Promise.resolve();
  return (entry) => {
    if (waiting === 0 && !(entry instanceof Promise)) {
      handOn(entry);
      return;
    }
    waiting += 1;
    const before = last;
    last = (async () => {
      await before;
      const read = await entry;
      waiting -= 1;
      handOn(read);
    })();
  };
}
