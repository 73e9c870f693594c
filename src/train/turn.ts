/** @internal Lets messages, timers and frames have their turn. A message, since a page lets timers within timers wait 4 ms each. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
