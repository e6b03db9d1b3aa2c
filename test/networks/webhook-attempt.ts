import { openSender } from '../../subgraphs/networks/webhooks/sender.ts';

/** One attempt in a process of its own, whose environment is its own, too. @param argv[2] the endpoint's URL; its name leads to 127.0.0.5 */
const options = { allowLoopback: true, resolve: async () => ['127.0.0.5'], timeoutMs: 30_000, now: Date.now };
const sender = openSender(process.argv[2] ?? '', options);
const message = { id: '1', headers: {}, body: Buffer.from('{}') };
const { failure, status } = await sender.send(message, [], new AbortController().signal);
process.stdout.write(JSON.stringify([failure, status]));
sender.close();
