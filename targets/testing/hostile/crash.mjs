/** Dies at once. */
console.error('cannot find libclient.so');
process.kill(process.pid, 'SIGSEGV');
setInterval(() => undefined, 1000);
