/** What `work` comes to; once the signal is aborted it is waited for no more. @throws the signal's reason then */
export function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const end = () => reject(signal.reason);
    const settle = () => signal.removeEventListener('abort', end);
    work.then(resolve, reject).finally(settle);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end);
  });
}
