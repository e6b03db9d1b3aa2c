import { connect, createServer, type Server, type Socket } from 'node:net';

/**
 * A TCP link with a character: a proxy on a port of its own in front of a server. Loss is emulated as TCP shows it to programs: no byte is missing
 * or out of order, but everything behind a lost segment waits for its retransmission, which takes longer each time it is lost again.
 */
export interface Link {
  port: number;
  /** One way, ms. */
  latency: number;
  /** Chance of each segment to be lost, 0 to 1. */
  loss: number;
  /** From now on nothing arrives: connections stay open, and what is written waits, as packets into a black hole do. `up`: what clients send. */
  cut(direction?: Direction | 'both'): void;
  /** What waited is retransmitted and arrives. */
  heal(): void;
  /** Breaks every connection at once, both ends: what was under way is lost. */
  reset(): void;
  /** While true, new connections are refused: accepted and reset. */
  refusing: boolean;
  /** Connections that are open now. */
  open(): number;
  stop(): Promise<void>;
}

export type Direction = 'up' | 'down';

export interface LinkOptions {
  /** Where the server is. */
  to: { host?: string; port: number };
  latency?: number;
  loss?: number;
  /** From 0 to 1; decides what is lost. */
  random?: () => number;
}

/** Bytes of a segment, and what may be under way before the sender has to wait. */
const SEGMENT = 1_460;
const WINDOW = 256 * 1_024;
/** Shortest wait for a retransmission, ms, as Linux has it. */
const RETRANSMISSION = 200;

export async function openLink({ to, latency = 0, loss = 0, random = Math.random }: LinkOptions): Promise<Link> {
  const lines = new Set<Line>();
  const cuts = new Set<Direction>();
  const server: Server = createServer({ allowHalfOpen: true }, (client) => {
    if (link.refusing) return void client.resetAndDestroy();
    const upstream = connect({ host: to.host ?? '127.0.0.1', port: to.port, allowHalfOpen: true });
    const up = new Line(client, upstream, 'up');
    const down = new Line(upstream, client, 'down');
    up.pass(2); // the handshake goes there and back before the first byte
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      socket.on('error', () => {}); // 'close' follows
      socket.on('close', () => {
        // What was under way from here still arrives, unless the connection was reset.
        for (const line of [up, down]) if (line.from === socket) line.finish();
      });
    }
  });

  /** One direction of one connection. */
  class Line {
    #queue: { bytes: Buffer | null; at: number }[] = [];
    #bytes = 0;
    #last = 0;
    #timer: NodeJS.Timeout | undefined;
    #finished = false;

    constructor(
      readonly from: Socket,
      private readonly into: Socket,
      private readonly direction: Direction,
    ) {
      lines.add(this);
      from.on('data', (bytes: Buffer) => this.#take(bytes));
      from.on('end', () => this.finish());
    }

    /** Holds what comes back for so many times the latency. */
    pass(times: number): void {
      this.#last = Date.now() + times * link.latency;
    }

    finish(): void {
      if (this.#finished) return;
      this.#finished = true;
      this.#take(null);
    }

    /** After a cut: the sender tries again at the latest after the wait it had reached. */
    retransmit(): void {
      const stall = RETRANSMISSION + 2 * link.latency;
      for (const entry of this.#queue) entry.at = Math.max(entry.at, Date.now() + stall);
      this.#last = Math.max(this.#last, Date.now() + stall);
      this.#schedule();
    }

    break(): void {
      clearTimeout(this.#timer);
      lines.delete(this);
      this.from.resetAndDestroy();
      this.into.resetAndDestroy();
    }

    #take(bytes: Buffer | null): void {
      const arrival = Date.now() + link.latency + this.#stall(bytes?.length ?? 0);
      this.#last = Math.max(this.#last, arrival);
      this.#queue.push({ bytes, at: this.#last });
      this.#bytes += bytes?.length ?? 0;
      if (this.#bytes > WINDOW) this.from.pause();
      this.#schedule();
    }

    #stall(length: number): number {
      let stall = 0;
      for (let at = 0; at < length; at += SEGMENT) {
        let wait = RETRANSMISSION + 2 * link.latency;
        for (; random() < link.loss; wait *= 2) stall += wait;
      }
      return stall;
    }

    #schedule(): void {
      clearTimeout(this.#timer);
      const [head] = this.#queue;
      if (!head || cuts.has(this.direction)) return;
      this.#timer = setTimeout(() => this.#deliver(), Math.max(0, head.at - Date.now()));
    }

    #deliver(): void {
      while (this.#queue.length > 0 && this.#queue[0]!.at <= Date.now()) {
        const { bytes } = this.#queue.shift()!;
        if (bytes) {
          this.#bytes -= bytes.length;
          if (!this.into.destroyed) this.into.write(bytes);
        } else {
          lines.delete(this);
          this.into.end();
        }
      }
      if (this.#bytes <= WINDOW / 2) this.from.resume();
      this.#schedule();
    }
  }

  const link: Link = {
    port: 0,
    latency,
    loss,
    refusing: false,
    open: () => lines.size / 2,
    cut(direction = 'both') {
      for (const one of direction === 'both' ? (['up', 'down'] as const) : [direction]) cuts.add(one);
    },
    heal() {
      cuts.clear();
      for (const line of lines) line.retransmit();
    },
    reset() {
      for (const line of [...lines]) line.break();
    },
    async stop() {
      link.reset();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  link.port = (server.address() as { port: number }).port;
  return link;
}
