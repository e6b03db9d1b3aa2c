import { createSocket } from 'node:dgram';
import { once } from 'node:events';

/** What a name leads to: names (CNAME), IPv4 addresses, IPv6 addresses in 32 hex digits. A kind that is absent is never answered. */
export interface Leads {
  names?: string[];
  four?: string[];
  six?: string[];
}

const encode = (name: string) =>
  Buffer.concat([
    ...name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)])),
    Buffer.from([0]),
  ]);

function record(owner: string, type: number, data: Buffer): Buffer {
  const fixed = Buffer.from([0, type, 0, 1, 0, 0, 0, 0, 0, data.length]);
  return Buffer.concat([encode(owner), fixed, data]);
}

/** A name server on this machine, over UDP. @param leads to what a name leads; of a name that it does not know it says so */
export async function startNameServer(leads: Record<string, Leads>) {
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address }) => {
    const labels: string[] = [];
    let at = 12;
    for (; query[at]; at += query[at]! + 1) labels.push(query.subarray(at + 1, at + 1 + query[at]!).toString());
    const name = labels.join('.').toLowerCase();
    const isFour = query.readUInt16BE(at + 1) === 1;
    const known = leads[name];
    const addresses = isFour ? known?.four : known?.six;
    if (known && !addresses) return;
    const chain = [name, ...(known?.names ?? [])];
    const answers = [
      ...chain.slice(1).map((next, place) => record(chain[place]!, 5, encode(next))),
      ...(addresses ?? []).map((one) =>
        record(
          chain.at(-1)!,
          isFour ? 1 : 28,
          isFour ? Buffer.from(one.split('.').map(Number)) : Buffer.from(one, 'hex'),
        ),
      ),
    ];
    const header = Buffer.from([query[0]!, query[1]!, 0x81, known ? 0x80 : 0x83, 0, 1, 0, answers.length, 0, 0, 0, 0]);
    socket.send(Buffer.concat([header, query.subarray(12, at + 5), ...answers]), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { address: `127.0.0.1:${socket.address().port}`, stop: () => socket.close() };
}
